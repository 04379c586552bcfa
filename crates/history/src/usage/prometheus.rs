//! Answers of Prometheus' `query_range`, series by series.

use std::io::Read;

use trimtab_core::Timestamp;

use super::held::{Held, Key, Segment};
use super::newest::{Newest, Setting};
use super::note::Skipped;
use super::scanner::Scanner;
use super::{Doubt, Note, WorkloadId, cells, counter, owner};
use crate::error::{Place, shown};
use crate::{Error, Problem};

/// What the values of a series are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Measure {
    /// A gauge: cores.
    Cpu,
    /// A counter: seconds of CPU since the container's start. Its rate between two samples is
    /// taken; one that falls has started from zero.
    CpuSeconds,
    /// A gauge: bytes of the working set.
    Memory,
}

/// What a series is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Usage(Measure),
    Setting(Setting),
}

/// Reads an answer of `query_range` as a stream: only one series of the text is held at a time,
/// and of it only its numbers.
///
/// What a series measures is told by its `__name__`, unless `measure` says it for all:
/// `container_cpu_usage_seconds_total` (a counter), a recording rule of its rate,
/// `container_memory_working_set_bytes`, and `kube_pod_container_resource_requests` and `_limits`.
/// Whose it is: its labels `namespace`, `pod`, `container` and `workload` (or `owner_name`); a
/// workload that is not told is worked out from the pod's name. Series without a container, or of
/// the pause container, are sums of others and left out.
///
/// What cannot be read becomes a note of `into`; what was read before stays.
///
/// ```
/// use trimtab_history::usage::{Held, read_prometheus};
/// let text = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":
///   {"__name__":"container_memory_working_set_bytes","namespace":"prod","pod":"db-0",
///    "container":"app"},"values":[[1700000000,"314572800"],[1700000060.5,"314580992"]]}]}}"#;
/// let mut held = Held::new();
/// read_prometheus(text.as_bytes(), "memory.json", None, &mut held);
/// assert!(held.notes().is_empty());
/// let db = held.workloads().next().expect("one workload");
/// assert_eq!(db.id.to_string(), "prod/db");
/// assert_eq!(db.containers[0].runs[0].memory, [314572800.0, 314580992.0]);
/// assert_eq!(db.containers[0].runs[0].at[1], 1_700_000_060_500_000_000);
/// ```
pub fn read_prometheus(reader: impl Read, name: &str, measure: Option<Measure>, into: &mut Held) {
    let mut reading = Reading { measure, held: into, skipped: Skipped::default() };
    let done = reading.document(&mut Scanner::new(reader, name));
    let skipped = reading.skipped.notes();
    into.take_notes(skipped);
    if let Err(error) = done {
        into.unread(error);
    }
}

/// The labels of a series that matter.
#[derive(Debug, Default)]
struct Labels {
    name: String,
    namespace: String,
    workload: String,
    owner: String,
    owner_kind: String,
    pod: String,
    container: String,
    resource: String,
    place: Option<Place>,
}

struct Reading<'a> {
    measure: Option<Measure>,
    held: &'a mut Held,
    /// Series that were left out.
    skipped: Skipped,
}

impl Reading<'_> {
    fn document<R: Read>(&mut self, scanner: &mut Scanner<R>) -> Result<(), Error> {
        scanner.skip_mark()?;
        let (mut answered, mut refused) = (false, None);
        scanner.object(|scanner, key, _| match key {
            "status" => {
                let mut status = String::new();
                let place = scanner.text(&mut status)?;
                if status == "error" {
                    refused.get_or_insert((place, String::new()));
                }
                Ok(())
            }
            "error" => {
                let mut text = String::new();
                let place = scanner.text(&mut text)?;
                refused = Some((place, text));
                Ok(())
            }
            "data" => scanner.object(|scanner, key, _| match key {
                "resultType" => {
                    let mut kind = String::new();
                    scanner.text(&mut kind)?;
                    if kind == "matrix" {
                        return Ok(());
                    }
                    Err(scanner.error(Problem::NotMatrix { found: shown(&kind) }))
                }
                "result" => {
                    answered = true;
                    scanner.list(|scanner| self.series(scanner))
                }
                _ => scanner.skip(),
            }),
            _ => scanner.skip(),
        })?;
        if let Some((place, text)) = refused {
            let problem = Problem::ServerError { text: shown(&text) };
            return Err(Error::at(scanner.file(), place, problem));
        }
        if scanner.peek()?.is_some() {
            return Err(scanner.unexpected("nothing after the answer"));
        }
        if !answered {
            return Err(Error::whole(scanner.file(), Problem::NotAnAnswer));
        }
        Ok(())
    }

    fn series<R: Read>(&mut self, scanner: &mut Scanner<R>) -> Result<(), Error> {
        let mut labels = Labels::default();
        let (mut at, mut values) = (Vec::new(), Vec::new());
        scanner.peek()?;
        let place = scanner.place();
        scanner.object(|scanner, key, _| match key {
            "metric" => read_labels(scanner, &mut labels),
            "values" => read_values(scanner, &mut at, &mut values),
            _ => scanner.skip(),
        })?;
        let place = labels.place.unwrap_or(place);
        if let Err(problem) = self.keep(labels, at, values) {
            self.skipped.add(Error::at(scanner.file(), place, problem));
        }
        Ok(())
    }

    fn keep(&mut self, labels: Labels, at: Vec<i64>, values: Vec<f64>) -> Result<(), Problem> {
        if matches!(labels.container.as_str(), "" | "POD") && !labels.pod.is_empty() {
            return Ok(());
        }
        let kind = match self.measure {
            Some(measure) => Kind::Usage(measure),
            None => kind_of(&labels)?,
        };
        for (label, text) in [("pod", &labels.pod), ("container", &labels.container)] {
            if text.is_empty() {
                return Err(Problem::NoLabel { label });
            }
        }
        let key = Key {
            namespace: &labels.namespace,
            workload: workload_of(&labels),
            pod: &labels.pod,
            container: &labels.container,
        };
        let measure = match kind {
            Kind::Usage(measure) => measure,
            Kind::Setting(setting) => {
                let mut newest = Newest::default();
                for (at, value) in at.into_iter().zip(values) {
                    newest.offer(setting, at, value);
                }
                self.held.set(key, newest);
                return Ok(());
            }
        };
        let mut segment = Segment { at, ..Segment::default() };
        match measure {
            Measure::Cpu => segment.cpu = values,
            Measure::Memory => segment.memory = values,
            Measure::CpuSeconds => {
                segment.cpu = values;
                let (samples, first) = counter::to_cores(&mut segment);
                if samples > 0 {
                    self.held.take_note(Note::Doubtful {
                        workload: WorkloadId::new(key.namespace, key.workload),
                        container: key.container.into(),
                        doubt: Doubt::CounterReset,
                        samples,
                        first: first.map(Timestamp::from_nanos),
                    });
                }
            }
        }
        segment.at.shrink_to_fit();
        segment.cpu.shrink_to_fit();
        segment.memory.shrink_to_fit();
        self.held.push(key, segment);
        Ok(())
    }
}

fn kind_of(labels: &Labels) -> Result<Kind, Problem> {
    let name = labels.name.as_str();
    let usage = |measure| Ok(Kind::Usage(measure));
    let setting = |setting| Ok(Kind::Setting(setting));
    match (name, labels.resource.as_str()) {
        ("", _) => Err(Problem::NoMetric),
        ("container_cpu_usage_seconds_total", _) => usage(Measure::CpuSeconds),
        ("container_memory_working_set_bytes", _) => usage(Measure::Memory),
        ("kube_pod_container_resource_requests", "cpu") => setting(Setting::CpuRequest),
        ("kube_pod_container_resource_requests", "memory") => setting(Setting::MemoryRequest),
        ("kube_pod_container_resource_limits", "cpu") => setting(Setting::CpuLimit),
        ("kube_pod_container_resource_limits", "memory") => setting(Setting::MemoryLimit),
        // A recording rule is named `labels:metric:operations`.
        _ => match name.split(':').collect::<Vec<_>>().as_slice() {
            [_, "container_cpu_usage_seconds_total", how] if how.contains("rate") => {
                usage(Measure::Cpu)
            }
            [_, "container_memory_working_set_bytes", ..] => usage(Measure::Memory),
            _ => Err(Problem::UnknownMetric { name: shown(name) }),
        },
    }
}

fn workload_of(labels: &Labels) -> &str {
    if !labels.workload.is_empty() {
        &labels.workload
    } else if labels.owner.is_empty() {
        owner::of_pod(&labels.pod)
    } else if labels.owner_kind == "ReplicaSet" {
        owner::of_replica_set(&labels.owner)
    } else {
        &labels.owner
    }
}

fn read_labels<R: Read>(scanner: &mut Scanner<R>, labels: &mut Labels) -> Result<(), Error> {
    scanner.peek()?;
    labels.place = Some(scanner.place());
    let mut other = String::new();
    scanner.object(|scanner, key, _| {
        let into = match key {
            "__name__" => &mut labels.name,
            "namespace" => &mut labels.namespace,
            "workload" => &mut labels.workload,
            "owner_name" => &mut labels.owner,
            "owner_kind" => &mut labels.owner_kind,
            "pod" => &mut labels.pod,
            "container" => &mut labels.container,
            "resource" => &mut labels.resource,
            _ => &mut other,
        };
        scanner.text(into).map(|_| ())
    })
}

/// What the fast lane wants to see ahead, so that it need not ask for each byte. A sample takes
/// some 35 bytes.
const LANE: usize = 96;

fn read_values<R: Read>(
    scanner: &mut Scanner<R>,
    at: &mut Vec<i64>,
    values: &mut Vec<f64>,
) -> Result<(), Error> {
    scanner.expect(b'[', "a list of samples")?;
    if scanner.takes(b']')? {
        return Ok(());
    }
    let mut text = String::new();
    loop {
        let ahead = scanner.ahead(LANE)?;
        let mut rest = ahead;
        while rest.len() >= LANE
            && let Some((instant, value, after)) = cells::plain_sample(rest)
        {
            at.push(instant);
            values.push(value);
            rest = after;
        }
        let taken = ahead.len() - rest.len();
        scanner.take(taken);
        // The slow lane takes one sample however it is written, and the last one.
        scanner.expect(b'[', "a sample such as [1700000000,\"0.25\"]")?;
        scanner.number(&mut text)?;
        let Some(instant) = cells::unix_seconds(&text) else {
            return Err(scanner.error(Problem::Time { text: shown(&text), guessed: false }));
        };
        scanner.expect(b',', "`,` and the sample's value")?;
        scanner.text(&mut text)?;
        let Ok(value) = text.parse::<f64>() else {
            let found = shown(&text);
            return Err(scanner.error(Problem::Json { expected: "a number in quotes", found }));
        };
        scanner.expect(b']', "`]` after the sample's value")?;
        at.push(instant);
        values.push(value);
        if !scanner.takes(b',')? {
            return scanner.expect(b']', "`,` or `]`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Held {
        let mut held = Held::new();
        read_prometheus(text.as_bytes(), "f.json", None, &mut held);
        held
    }

    fn answer(series: &str) -> String {
        format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{series}]}}}}"#)
    }

    fn notes(text: &str) -> Vec<String> {
        read(text).notes().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn counters_become_cores_and_gauges_stay() {
        let series = r#"{"metric":{"__name__":"container_cpu_usage_seconds_total","pod":"db-0",
            "container":"app"},"values":[[0,"10"],[60,"40"],[120,"6"]]},
            {"metric":{"__name__":"n:container_cpu_usage_seconds_total:sum_irate","pod":"db-1",
            "container":"app"},"values":[[0,"0.5"], [ 60 , "+Inf" ]]}"#;
        let held = read(&answer(series));
        let db = held.workload(&WorkloadId::new("", "db")).expect("db");
        let app = db.containers.first().expect("app");
        let runs: Vec<_> = app.runs.iter().map(|run| (run.pod.get(), run.cpu.to_vec())).collect();
        assert_eq!(runs, [(0, vec![0.5, 0.1]), (1, vec![0.5, f64::INFINITY])]);
        let told: Vec<_> = held.notes().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["db, container `app`: 1 counter reset, counted as a start from zero (the first at \
              1970-01-01T00:02:00Z)"]
        );
    }

    #[test]
    fn whose_it_is() {
        for (labels, want) in [
            (r#""pod":"web-6d4cf56db6-x2x7k","namespace":"prod""#, "prod/web"),
            (r#""pod":"web-6d4cf56db6-x2x7k","workload":"front""#, "front"),
            (r#""pod":"a","owner_name":"web-6d4cf56db6","owner_kind":"ReplicaSet""#, "web"),
            (r#""pod":"a","owner_name":"node-exporter","owner_kind":"DaemonSet""#, "node-exporter"),
        ] {
            let text = answer(&format!(
                r#"{{"values":[[0,"1"]],"metric":{{"__name__":"container_memory_working_set_bytes",
                "container":"app",{labels}}}}}"#
            ));
            let held = read(&text);
            assert_eq!(held.ids().map(ToString::to_string).collect::<Vec<_>>(), [want]);
        }
    }

    #[test]
    fn requests_are_the_newest_value() {
        let series = r#"{"metric":{"__name__":"kube_pod_container_resource_requests",
            "resource":"cpu","pod":"db-0","container":"app"},"values":[[0,"0.25"],[60,"0.5"]]},
            {"metric":{"__name__":"kube_pod_container_resource_limits",
            "resource":"memory","pod":"db-0","container":"app"},"values":[[0,"1024"]]}"#;
        let held = read(&answer(series));
        let db = held.workload(&WorkloadId::new("", "db")).expect("db");
        let app = db.containers.first().expect("app");
        assert_eq!(app.requests.cpu.map(|cpu| cpu.get()), Some(500));
        assert_eq!(app.limits.memory.map(|memory| memory.get()), Some(1024));
        assert_eq!((app.requests.memory, app.limits.cpu), (None, None));
    }

    #[test]
    fn a_series_that_is_no_use_leaves_the_others() {
        let good = r#"{"metric":{"__name__":"container_memory_working_set_bytes","pod":"db-0",
            "container":"app"},"values":[[0,"1"]]}"#;
        for (bad, want) in [
            (
                r#"{"metric":{"pod":"a","container":"b"},"values":[]}"#,
                "this series has no `__name__`",
            ),
            (
                r#"{"metric":{"__name__":"up","pod":"a","container":"b"},"values":[]}"#,
                "`up` is not known",
            ),
            (
                r#"{"metric":{"__name__":"container_memory_working_set_bytes"},"values":[]}"#,
                "this series has no label `pod`",
            ),
        ] {
            let text = answer(&format!("{bad},{good},{bad}"));
            let told = notes(&text);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told.iter().all(|note| note.starts_with("f.json:1:71: ")), "{told:?}");
            assert!(told.iter().all(|note| note.contains(want)), "{told:?}");
            assert!(told.iter().all(|note| note.ends_with(" (and 1 more like it)")), "{told:?}");
            assert_eq!(read(&text).ids().count(), 1);
        }
    }

    #[test]
    fn mistakes_have_places() {
        for (text, want) in [
            ("", "f.json:1:1: the file ends here; expected an object"),
            ("[]", "f.json:1:1: expected an object, found `[]`"),
            ("{}", "f.json: this has no `data.result`"),
            (
                r#"{"status":"error","error":"too many samples"}"#,
                "f.json:1:27: Prometheus answered with an error: too many",
            ),
            (r#"{"data":{"resultType":"vector"}}"#, "f.json:1:23: the result is a `vector`"),
            (
                r#"{"data":{"result":[{"values":[[1,2]]}]}}"#,
                "f.json:1:34: expected a text in quotes, found `2]]}]}}`",
            ),
            (
                r#"{"data":{"result":[{"values":[[1,"x"]]}]}}"#,
                "f.json:1:34: expected a number in quotes, found `x`",
            ),
            (
                r#"{"data":{"result":[{"values":[[1e30,"1"]]}]}}"#,
                "f.json:1:32: `1e30` is not a time",
            ),
            (
                r#"{"data":{"result":[{"values":[[1,"1"],"#,
                "f.json:1:39: the file ends here; expected a sample",
            ),
        ] {
            let told = notes(text);
            assert_eq!(told.len(), 1, "{text}: {told:?}");
            assert!(told.iter().all(|note| note.starts_with(want)), "{text}: {told:?}");
        }
    }
}
