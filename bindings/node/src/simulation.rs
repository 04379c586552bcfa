//! An estate in virtual time.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::bindgen_prelude::AsyncTask;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Task};
use napi_derive::napi;
use trimtab::estate::with_traces;
use trimtab::failure::Failure;
use trimtab::json;
use trimtab::sim::Keep;
use trimtab::simulation::{Settings, Simulation};

use crate::decide::instant;
use crate::estate::Estate;
use crate::failure::guarded;
use crate::record::Record;
use crate::task::{Stop, again, whole};

/// What takes the place of what the estate says.
#[napi(object)]
#[derive(Debug)]
pub struct Options {
    /// Where chance comes from: a whole number up to 2^53.
    pub seed: Option<f64>,
    /// When virtual time begins: a Date, or its RFC 3339 text.
    #[napi(ts_type = "string | Date")]
    pub start: Option<String>,
    /// When it ends: a Date, its RFC 3339 text, or a length such as `6h`.
    #[napi(ts_type = "string | Date")]
    pub until: Option<String>,
    /// Of which decisions records are kept: all, changes, or one in so many. None if left out.
    #[napi(ts_type = "'all' | 'changes' | number")]
    pub keep: Option<napi::Either<String, f64>>,
}

type Progress = ThreadsafeFunction<f64, (), f64, napi::Status, false>;

/// A simulation on its way, on another thread.
pub struct Playing {
    estate: Estate,
    settings: Result<(Settings, Option<Keep>), Option<Failure>>,
    stop: Arc<AtomicBool>,
    progress: Option<Progress>,
}

impl std::fmt::Debug for Playing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Playing").field("estate", &self.estate).finish_non_exhaustive()
    }
}

/// What was played.
#[napi]
#[derive(Debug)]
pub struct Simulated {
    simulation: Simulation,
    records: Vec<trimtab::Record>,
}

#[napi]
impl Simulated {
    /// What came of it, as canonical JSON.
    #[napi]
    pub fn to_text(&self) -> String {
        self.simulation.result()
    }

    /// The records that were kept, in the order of the decisions.
    #[napi(getter)]
    pub fn records(&self) -> Vec<Record> {
        self.records.iter().cloned().map(Record).collect()
    }

    /// A service over time, thinned out to what can be drawn, as canonical JSON.
    #[napi]
    pub fn course_text(&self, service: String) -> napi::Result<String> {
        guarded(|| {
            let courses = self.simulation.world().courses();
            let names = || courses.iter().map(|course| course.service().id.as_str());
            let course = courses.iter().zip(names()).find(|(_, name)| *name == service);
            let unknown = || Failure::unknown_service(&service, names());
            course.map(|(course, _)| json::to_string(&course.points())).ok_or_else(unknown)
        })
    }
}

impl Task for Playing {
    type Output = Simulated;
    type JsValue = Simulated;

    fn compute(&mut self) -> napi::Result<Simulated> {
        guarded::<_, Failure>(|| {
            let (settings, keep) = match &mut self.settings {
                Ok(settings) => *settings,
                Err(failure) => return Err(failure.take().unwrap_or_else(again)),
            };
            let mut estate = with_traces(self.estate.0.clone())?;
            settings.apply(&mut estate)?;
            let mut simulation = Simulation::new(estate)?;
            let mut records = Vec::new();
            let (from, until) = (simulation.header().from, simulation.header().until);
            let (stop, progress) = (&self.stop, &self.progress);
            let mut passed = |now: trimtab::Timestamp| {
                if let Some(progress) = progress {
                    let part = now.since(from).as_seconds() / until.since(from).as_seconds();
                    progress.call(part, ThreadsafeFunctionCallMode::NonBlocking);
                }
                if stop.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            };
            match keep {
                Some(keep) => {
                    let mut sink = |record| records.push(record);
                    simulation.drive_recording(keep, &mut sink, &mut passed)?;
                }
                None => simulation.drive(&mut passed)?,
            }
            if stop.load(Ordering::Relaxed) {
                return Err(Failure::stopped("the simulation"));
            }
            Ok(Simulated { simulation, records })
        })
    }

    fn resolve(&mut self, _: Env, output: Simulated) -> napi::Result<Simulated> {
        Ok(output)
    }
}

/// Plays an estate from beginning to end on another thread. `progress` is told how far it has
/// come, from 0 to 1.
#[napi(ts_return_type = "Promise<Simulated>")]
pub fn play(
    estate: &Estate,
    options: Options,
    stop: &Stop,
    #[napi(ts_arg_type = "((part: number) => void) | undefined | null")] progress: Option<Progress>,
) -> AsyncTask<Playing> {
    let settings = settings(&options).map_err(Some);
    let (estate, stop) = (estate.clone(), Arc::clone(&stop.0));
    AsyncTask::new(Playing { estate, settings, stop, progress })
}

fn settings(options: &Options) -> Result<(Settings, Option<Keep>), Failure> {
    let refused = |message: String| Failure::option(message);
    let seed = options.seed.map(|seed| whole("seed", seed, 9_007_199_254_740_992.0)).transpose()?;
    let from = options.start.as_deref().map(instant).transpose()?;
    let until = options.until.as_deref().map(str::parse).transpose().map_err(refused)?;
    let keep = match &options.keep {
        None => None,
        Some(napi::Either::A(word)) if word == "all" => Some(Keep::All),
        Some(napi::Either::A(word)) if word == "changes" => Some(Keep::Changes),
        Some(napi::Either::A(word)) => {
            let message = format!("unknown `keep` of `{word}`; expected all, changes or a number");
            return Err(refused(message));
        }
        Some(napi::Either::B(nth)) => {
            let nth = whole("keep", *nth, f64::from(u32::MAX))?;
            let nth = u32::try_from(nth).ok().filter(|nth| *nth > 0);
            Some(Keep::Every(nth.ok_or_else(|| refused("keep must be at least 1".into()))?))
        }
    };
    Ok((Settings { seed, from, until }, keep))
}
