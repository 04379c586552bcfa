//! What a decision, a replay and a simulation cost without a binding, in seconds:
//! `bindings/python/benches/overhead.py` runs it beside itself and shows the ratios.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use trimtab::documents::scenario::{Line, read_line};
use trimtab::estate::{load, with_traces};
use trimtab::owned::Service;
use trimtab::record::{InputPremise, RecordedSample};
use trimtab::scenario::Replay;
use trimtab::simulation::{Settings, Simulation, Until};
use trimtab::{Quality, Real, Replicas, Timestamp, WriteOutcome, json};

const START: i64 = 1_772_366_400;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(estate), Some(scenario), Some(decisions)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("expected an estate, a scenario and a number of decisions".into());
    };
    let (estate, scenario) = (PathBuf::from(estate), std::fs::read_to_string(scenario)?);
    let decided = decide(&estate, decisions.parse()?)?;
    let replayed = replay(&scenario)?;
    let simulated = simulate(&estate)?;
    println!("{{\"decision\":{decided},\"replay\":{replayed},\"simulation\":{simulated}}}");
    Ok(())
}

fn decide(estate: &Path, count: i64) -> Result<f64, Box<dyn std::error::Error>> {
    let document = load(estate)?;
    let policy = document.policy("billing-service").ok_or("no such service")?;
    let mut service = Service::new(Arc::new(policy.clone()));
    let began = Instant::now();
    for tick in 0..count {
        let now = Timestamp::from_seconds(START + 15 * tick);
        let sample = RecordedSample {
            metric: "cpu".into(),
            value: Some(Real::new(40.0)),
            taken_at: now,
            source: "bench".into(),
            quality: Quality::Measured,
        };
        let samples = [sample];
        black_box(service.take_in(&samples, now)?);
        let pending = service.decide(InputPremise::Size(Replicas::new(1)), now)?;
        service = pending.settle(WriteOutcome::Written)?.service;
    }
    Ok(began.elapsed().as_secs_f64() / count as f64)
}

fn replay(scenario: &str) -> Result<f64, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let mut replay: Option<Replay> = None;
    for line in scenario.lines() {
        match read_line(line)? {
            Line::Header(header) => replay = Some(Replay::begin(&header)),
            Line::Step(step) => {
                let answer = replay.as_mut().ok_or("a step before any header")?.step(&step)?;
                black_box(json::to_string(&answer));
            }
        }
    }
    Ok(began.elapsed().as_secs_f64())
}

fn simulate(estate: &Path) -> Result<f64, Box<dyn std::error::Error>> {
    let document = load(estate)?;
    let began = Instant::now();
    let mut estate = with_traces(document)?;
    let until: Until = "30h".parse()?;
    Settings { until: Some(until), ..Settings::default() }.apply(&mut estate)?;
    let mut simulation = Simulation::new(estate)?;
    simulation.drive(&mut |_| std::ops::ControlFlow::Continue(()))?;
    black_box(simulation.result());
    Ok(began.elapsed().as_secs_f64())
}
