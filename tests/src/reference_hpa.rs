//! The controller's loop for Resource utilisation, put down from its description with maps and
//! lists, in the controller's order of operations. It shares no code with the library but
//! the reading of quantities, which has apimachinery to answer to.

use std::collections::{BTreeMap, BTreeSet};

use trimtab::hpa::{
    Answer, Autoscaler, Hpa, MetricAnswer, PodFacts, PodPhase, PolicyType, ScalingRules,
    SelectPolicy, World,
};
use trimtab::{Notation, Quantity, Timestamp, WriteOutcome};

const SECOND: i64 = 1_000_000_000;

/// What a loop leaves behind, as far as it is compared.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The size that is wanted.
    pub desired: i32,
    /// By condition, in order of appearance: type, status, reason, last transition in seconds.
    pub conditions: Vec<(String, bool, String, i64)>,
    /// Utilisation in whole per cent and mean use in thousandths, or none for a failed metric.
    pub metrics: Vec<Option<(i32, i64)>>,
    /// `status.currentReplicas` and `status.desiredReplicas`.
    pub replicas: (i32, i32),
    /// When the size was last written, in seconds.
    pub scaled: Option<i64>,
    /// The reasons of the events.
    pub events: Vec<&'static str>,
    /// Whether the loop ends with an error.
    pub failed: bool,
    /// Past recommendations in their slots.
    pub recommendations: Vec<(i32, i64)>,
}

/// What a controller remembers of one autoscaler.
#[derive(Clone, Debug)]
pub struct Controller<'a> {
    hpa: &'a Hpa,
    flags: &'a trimtab::hpa::Controller,
    recommendations: Option<Vec<(i32, i64)>>,
    ups: Vec<(i32, i64)>,
    downs: Vec<(i32, i64)>,
    conditions: Vec<(&'static str, bool, &'static str, i64)>,
    metrics: Vec<Option<(i32, i64)>>,
    replicas: (i32, i32),
    scaled: Option<i64>,
    /// The size last read or written, which an unreadable scale leaves as it is.
    known: i32,
}

/// A metric's proposal and what is shown of it.
type Proposal = (i32, (i32, i64));

impl<'a> Controller<'a> {
    /// A controller that has just started.
    #[must_use]
    pub fn new(autoscaler: &'a Autoscaler) -> Self {
        Self {
            hpa: &autoscaler.spec,
            flags: &autoscaler.controller,
            recommendations: None,
            ups: Vec::new(),
            downs: Vec::new(),
            conditions: Vec::new(),
            metrics: Vec::new(),
            replicas: (0, 0),
            scaled: None,
            known: 0,
        }
    }

    /// One loop, and what comes of its write.
    pub fn run(&mut self, world: &World, now: Timestamp, written: &WriteOutcome) -> Outcome {
        let (now, mut events) = (now.nanos(), Vec::new());
        let mut failed = false;
        let Answer::Ok(scale) = &world.scale else {
            self.set("AbleToScale", false, "FailedGetScale", now);
            events.push("FailedGetScale");
            self.read_back();
            return self.outcome(self.known, events, true);
        };
        self.set("AbleToScale", true, "SucceededGetScale", now);
        let current = scale.spec;
        self.known = current;
        self.recommendations.get_or_insert_with(|| vec![(current, now)]);
        self.metrics.clear();
        let (min, max) = (self.hpa.min_replicas.unwrap_or(1), self.hpa.max_replicas);
        let desired = if current == 0 {
            self.set("ScalingActive", false, "ScalingDisabled", now);
            0
        } else if current > max {
            max
        } else if current < min {
            min
        } else {
            let (proposal, failures) = self.combine(world, current, now);
            failed = failures > 0;
            let broken = self.metrics.iter().filter(|metric| metric.is_none());
            events.extend(broken.map(|_| "FailedGetResourceMetric"));
            let Some(proposal) = proposal else {
                self.replicas.0 = current;
                events.push("FailedComputeMetricsReplicas");
                return self.outcome(current, events, true);
            };
            self.normalize(current, proposal.max(0), now)
        };
        self.replicas.0 = current;
        if desired == current || *written == WriteOutcome::Shadow {
            self.replicas.1 = current;
            return self.outcome(desired, events, failed);
        }
        if matches!(written, WriteOutcome::Failed(_)) {
            self.set("AbleToScale", false, "FailedUpdateScale", now);
            events.push("FailedRescale");
            return self.outcome(desired, events, true);
        }
        self.set("AbleToScale", true, "SucceededRescale", now);
        events.push("SuccessfulRescale");
        (self.replicas.1, self.known) = (desired, desired);
        self.scaled = Some(now.div_euclid(SECOND));
        self.record(current, desired, now);
        self.outcome(desired, events, failed)
    }

    fn outcome(&self, desired: i32, events: Vec<&'static str>, failed: bool) -> Outcome {
        Outcome {
            desired,
            conditions: self
                .conditions
                .iter()
                .map(|(kind, status, why, at)| ((*kind).into(), *status, (*why).into(), *at))
                .collect(),
            metrics: self.metrics.clone(),
            replicas: self.replicas,
            scaled: self.scaled,
            events,
            failed,
            recommendations: self.recommendations.clone().unwrap_or_default(),
        }
    }

    fn set(&mut self, kind: &'static str, status: bool, reason: &'static str, now: i64) {
        let now = now.div_euclid(SECOND);
        match self.conditions.iter_mut().find(|c| c.0 == kind) {
            Some(there) => {
                if there.1 != status {
                    there.3 = now;
                }
                (there.1, there.2) = (status, reason);
            }
            None => self.conditions.push((kind, status, reason, now)),
        }
    }

    /// The API server keeps a figure's text alone: what stays is what that text is read as.
    fn read_back(&mut self) {
        for (spec, shown) in self.hpa.metrics.iter().zip(&mut self.metrics) {
            let memory = spec.source.name() == "memory";
            let notation = if memory { Notation::Binary } else { Notation::Decimal };
            if let Some((_, mean)) = shown {
                let text = Quantity::from_milli(*mean, notation).to_string();
                *mean = text.parse::<Quantity>().expect("its own text").milli();
            }
        }
    }

    /// The largest proposal; one that failed forbids shrinking.
    fn combine(&mut self, world: &World, current: i32, now: i64) -> (Option<i32>, usize) {
        let (mut best, mut failures) = (0_i32, 0_usize);
        for (spec, answer) in self.hpa.metrics.iter().zip(&world.metrics) {
            let aim = spec.target.average_utilization.unwrap_or_default();
            let proposal = self.propose(spec.source.name(), aim, &world.pods, answer, current, now);
            match proposal {
                Ok((replicas, shown)) => {
                    self.metrics.push(Some(shown));
                    if best == 0 || replicas > best {
                        best = replicas;
                    }
                }
                Err(()) => {
                    self.metrics.push(None);
                    failures += 1;
                }
            }
        }
        if failures >= self.hpa.metrics.len() || (failures > 0 && best < current) {
            self.set("ScalingActive", false, "FailedGetResourceMetric", now);
            return (None, failures);
        }
        self.set("ScalingActive", true, "ValidMetricFound", now);
        (Some(best), failures)
    }

    fn propose(
        &self,
        resource: &str,
        target: i32,
        pods: &[PodFacts],
        answer: &MetricAnswer,
        current: i32,
        now: i64,
    ) -> Result<Proposal, ()> {
        let MetricAnswer::Usage(raw) = answer else { return Err(()) };
        if raw.is_empty() || pods.is_empty() {
            return Err(());
        }
        let mut samples: BTreeMap<&str, i64> = BTreeMap::new();
        let mut times: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for sample in raw {
            let all: Option<Vec<i64>> =
                sample.containers.iter().map(|c| c.usage.map(|u| u.0)).collect();
            let Some(all) = all.filter(|all| !all.is_empty()) else { continue };
            samples.insert(&sample.pod, all.into_iter().fold(0, i64::wrapping_add));
            times.insert(&sample.pod, (sample.timestamp.nanos(), sample.window.nanos()));
        }
        let (mut ready, mut unready, mut missing) = (0_usize, BTreeSet::new(), BTreeSet::new());
        let mut left_out = BTreeSet::new();
        for pod in pods {
            let name = pod.name.as_str();
            if pod.deleted || pod.phase == PodPhase::Failed {
                left_out.insert(name);
            } else if pod.phase == PodPhase::Pending {
                unready.insert(name);
            } else if let Some(time) = times.get(name) {
                if resource == "cpu" && self.doubts(pod, *time, now) {
                    unready.insert(name);
                } else {
                    ready += 1;
                }
            } else {
                missing.insert(name);
            }
        }
        samples.retain(|name, _| !left_out.contains(name) && !unready.contains(name));
        if samples.is_empty() {
            return Err(());
        }
        let mut requests: BTreeMap<&str, i64> = BTreeMap::new();
        for pod in pods {
            let mut sum = 0_i64;
            for container in &pod.containers {
                let own: BTreeMap<&str, i64> =
                    container.requests.iter().map(|(n, m)| (n, m.0)).collect();
                sum = sum.wrapping_add(*own.get(resource).ok_or(())?);
            }
            requests.insert(&pod.name, sum);
        }
        let (ratio, utilization, average) = ratio(&samples, &requests, target).ok_or(())?;
        let shown = (utilization, average);
        let cautious = !unready.is_empty() && ratio > 1.0;
        if !cautious && missing.is_empty() {
            let size = if self.within(ratio) { current } else { to_i32(ratio * ready as f64) };
            return Ok((size, shown));
        }
        for name in missing {
            if ratio < 1.0 {
                let full = requests[name].wrapping_mul(i64::from(target.max(100)));
                samples.insert(name, full / 100);
            } else if ratio > 1.0 {
                samples.insert(name, 0);
            }
        }
        if cautious {
            samples.extend(unready.into_iter().map(|name| (name, 0)));
        }
        let (second, ..) = self::ratio(&samples, &requests, target).ok_or(())?;
        if self.within(second) || (ratio < 1.0 && second > 1.0) || (ratio > 1.0 && second < 1.0) {
            return Ok((current, shown));
        }
        let size = to_i32(second * samples.len() as f64);
        if (second < 1.0 && size > current) || (second > 1.0 && size < current) {
            return Ok((current, shown));
        }
        Ok((size, shown))
    }

    /// Whether a pod's CPU is left out, since it has just started or was never ready.
    fn doubts(&self, pod: &PodFacts, (taken, window): (i64, i64), now: i64) -> bool {
        let (Some(ready), Some(start)) = (pod.ready, pod.start_time) else { return true };
        let (start, turned) = (start.nanos(), ready.last_transition.nanos());
        let not_ready = ready.status == Some(false);
        if start.saturating_add(self.flags.cpu_initialization_period.nanos()) > now {
            not_ready || taken < turned.saturating_add(window)
        } else {
            not_ready && start.saturating_add(self.flags.initial_readiness_delay.nanos()) > turned
        }
    }

    fn within(&self, ratio: f64) -> bool {
        let own = |rules: Option<&ScalingRules>| {
            let tolerance = rules?.tolerance.as_ref()?;
            let text = tolerance.to_string();
            self.flags.gates.configurable_tolerance.then(|| tolerance_of(&text))
        };
        let behavior = self.hpa.behavior.as_ref();
        let flag = self.flags.tolerance.get();
        let down = behavior.and_then(|b| own(b.scale_down.as_ref())).unwrap_or(flag);
        let up = behavior.and_then(|b| own(b.scale_up.as_ref())).unwrap_or(flag);
        (1.0 - down) <= ratio && ratio <= (1.0 + up)
    }

    fn normalize(&mut self, current: i32, desired: i32, now: i64) -> i32 {
        let (min, max) = (self.hpa.min_replicas.unwrap_or(1), self.hpa.max_replicas);
        let flag = self.flags.downscale_stabilization.nanos();
        let list = self.recommendations.get_or_insert_with(Vec::new);
        let Some(behavior) = &self.hpa.behavior else {
            let oldest = now.saturating_sub(flag);
            let recent = list.iter().filter(|r| r.1 >= oldest).map(|r| r.0);
            let steady = recent.chain([desired]).max().expect("at least one");
            let stale = list.iter().rposition(|r| r.1 < oldest);
            put(list, stale, (desired, now));
            let word = if steady == desired { "ReadyForNewScale" } else { "ScaleDownStabilized" };
            self.set("AbleToScale", true, word, now);
            let fastest = to_i32((2.0 * f64::from(current)).max(4.0));
            let (size, word) = if steady < min {
                (min, Some("TooFewReplicas"))
            } else if max > fastest && steady > fastest {
                (fastest, Some("ScaleUpLimit"))
            } else if max <= fastest && steady > max {
                (max, Some("TooManyReplicas"))
            } else {
                (steady, None)
            };
            self.set("ScalingLimited", word.is_some(), word.unwrap_or("DesiredWithinRange"), now);
            return size;
        };
        let window = |rules: &Option<ScalingRules>| {
            let seconds = rules.as_ref()?.stabilization_window_seconds?;
            Some(i64::from(seconds) * SECOND)
        };
        let up_from = now.saturating_sub(window(&behavior.scale_up).unwrap_or(0));
        // With `behavior` the flag counts in whole seconds of 32 bits.
        let whole = i64::from(truncated(flag as f64 / 1e9)) * SECOND;
        let down_from = now.saturating_sub(window(&behavior.scale_down).unwrap_or(whole));
        let since = |from: i64| list.iter().filter(move |r| r.1 > from).map(|r| r.0);
        let lowest = since(up_from).chain([desired]).min().expect("at least one");
        let highest = since(down_from).chain([desired]).max().expect("at least one");
        let steady = current.max(lowest).min(highest.max(lowest));
        let stale = list.iter().rposition(|r| r.1 < up_from && r.1 < down_from);
        put(list, stale, (desired, now));
        let word = match (steady == desired, desired >= current) {
            (true, _) => "ReadyForNewScale",
            (false, true) => "ScaleUpStabilized",
            (false, false) => "ScaleDownStabilized",
        };
        self.set("AbleToScale", true, word, now);
        let (size, word) = if steady > current {
            let fastest =
                self.farthest(behavior.scale_up.as_ref(), current, true, now).max(current);
            let word = if max > fastest { "ScaleUpLimit" } else { "TooManyReplicas" };
            (steady.min(fastest.min(max)), word)
        } else if steady < current {
            let slowest =
                self.farthest(behavior.scale_down.as_ref(), current, false, now).min(current);
            let word = if min < slowest { "ScaleDownLimit" } else { "TooFewReplicas" };
            (steady.max(slowest.max(min)), word)
        } else {
            (steady, "")
        };
        let limited = size != steady;
        self.set("ScalingLimited", limited, if limited { word } else { "DesiredWithinRange" }, now);
        size
    }

    /// How far a direction's policies let the size go.
    fn farthest(&self, rules: Option<&ScalingRules>, current: i32, up: bool, now: i64) -> i32 {
        let select = rules.and_then(|r| r.select_policy.clone()).unwrap_or(SelectPolicy::Max);
        if select == SelectPolicy::Disabled {
            return current;
        }
        let policies = rules.and_then(|r| r.policies.clone()).unwrap_or_default();
        let each = policies.iter().map(|policy| {
            let from = now.saturating_sub(i64::from(policy.period_seconds) * SECOND);
            let sum = |events: &[(i32, i64)]| {
                events.iter().filter(|e| e.1 > from).fold(0_i32, |sum, e| sum.wrapping_add(e.0))
            };
            let base = current.wrapping_sub(sum(&self.ups)).wrapping_add(sum(&self.downs));
            let part = f64::from(policy.value) / 100.0;
            match (&policy.kind, up) {
                (PolicyType::Other(_), _) => unreachable!("no course has one"),
                (PolicyType::Pods, true) => base.wrapping_add(policy.value),
                (PolicyType::Pods, false) => base.wrapping_sub(policy.value),
                (PolicyType::Percent, true) => to_i32(f64::from(base) * (1.0 + part)),
                (PolicyType::Percent, false) => truncated(f64::from(base) * (1.0 - part)),
            }
        });
        let least = (select == SelectPolicy::Min) == up;
        let chosen = if least { each.min() } else { each.max() };
        // The least of no limits is no limit; the most of none lets nothing move.
        chosen.unwrap_or(if least { i32::MAX } else { i32::MIN })
    }

    fn record(&mut self, from: i32, to: i32, now: i64) {
        let Some(behavior) = &self.hpa.behavior else { return };
        let (list, rules) = if to > from {
            (&mut self.ups, &behavior.scale_up)
        } else {
            (&mut self.downs, &behavior.scale_down)
        };
        let policies = rules.as_ref().and_then(|r| r.policies.as_ref());
        let periods = policies.into_iter().flatten().map(|p| p.period_seconds);
        let longest = i64::from(periods.max().unwrap_or(0).max(0));
        let stale = list.iter().rposition(|e| e.1 < now.saturating_sub(longest * SECOND));
        let change = i32::try_from(to.abs_diff(from)).unwrap_or(i32::MAX);
        put(list, stale, (change, now));
    }
}

fn put(list: &mut Vec<(i32, i64)>, slot: Option<usize>, entry: (i32, i64)) {
    match slot {
        Some(slot) => list[slot] = entry,
        None => list.push(entry),
    }
}

/// Ratio to the target, whole per cent of the requests, and mean use.
fn ratio(
    samples: &BTreeMap<&str, i64>,
    requests: &BTreeMap<&str, i64>,
    target: i32,
) -> Option<(f64, i32, i64)> {
    let (mut used, mut requested, mut count) = (0_i64, 0_i64, 0_i64);
    for (name, value) in samples {
        let Some(request) = requests.get(name) else { continue };
        used = used.wrapping_add(*value);
        requested = requested.wrapping_add(*request);
        count += 1;
    }
    if requested == 0 {
        return None;
    }
    let percent = used.wrapping_mul(100).wrapping_div(requested);
    // The low half, as a conversion to 32 bits takes it.
    let utilization = i32::from_le_bytes(percent.to_le_bytes()[..4].try_into().expect("4 bytes"));
    Some((f64::from(utilization) / f64::from(target), utilization, used.wrapping_div(count)))
}

/// Up to a whole number, and into 32 bits as amd64 does it.
fn to_i32(value: f64) -> i32 {
    truncated(value.ceil())
}

fn truncated(value: f64) -> i32 {
    let whole = value.trunc();
    if whole >= f64::from(i32::MIN) && whole <= f64::from(i32::MAX) {
        whole as i32
    } else {
        i32::MIN
    }
}

/// A tolerance as its digits times a power of ten.
fn tolerance_of(text: &str) -> f64 {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let digits: i64 = text[..end].parse().expect("digits");
    let power: i32 = match &text[end..] {
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "" => 0,
        "E" => 18,
        other => panic!("a suffix that no tolerance here has: {other}"),
    };
    // Trailing zeros belong to the power.
    let (mut digits, mut power) = (digits, power);
    while digits != 0 && digits % 10 == 0 && power < 0 {
        (digits, power) = (digits / 10, power + 1);
    }
    let scale: f64 = format!("1e{power}").parse().expect("a number");
    digits as f64 * scale
}
