//! The `rules` law and the guards worked out from the whole history, in the plainest way.
//!
//! It keeps every sample that was accepted and every write, and works runs, proposals and limits
//! out again from the first sample at each decision. It shares no code with the library.

use std::collections::BTreeMap;

use trimtab::guard::Amount;
use trimtab::rules::{Beyond, Change, Condition, Direction, Kind, Metric, Rules, When};
use trimtab::{Policy, Sample, WriteOutcome};

use crate::courses::Step;

/// What a decision should be: sizes, and the codes of its reasons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// The size wanted.
    pub to: i32,
    /// Why the law, or the bounds, asked for it.
    pub because: &'static str,
    /// The last guard that bound, and why.
    pub bound_by: Option<(&'static str, &'static str)>,
    /// What was noticed.
    pub facts: Vec<&'static str>,
}

/// Everything that ever happened to a service.
#[derive(Clone, Debug)]
pub struct Model<'p> {
    policy: &'p Policy,
    rules: &'p Rules,
    series: Vec<Series<'p>>,
    waiting: Vec<Waiting>,
    /// The last settled change of size.
    changed: Option<i64>,
    writes: Vec<Write>,
    size: Option<i32>,
}

#[derive(Clone, Debug)]
struct Series<'p> {
    metric: &'p Metric,
    accepted: Vec<Accepted>,
    /// When refused reports were taken, as far as they are known.
    refused: Vec<i64>,
}

/// A sample that counts, and the newest refused report that was known when it was accepted.
#[derive(Clone, Copy, Debug)]
struct Accepted {
    at: i64,
    value: f64,
    refused: Option<i64>,
}

/// A value that conditions see.
#[derive(Clone, Copy, Debug)]
struct Point {
    at: i64,
    value: f64,
    refused: Option<i64>,
    /// A counter's rate over a time in which a report was refused.
    unsure: bool,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    place: usize,
    at: i64,
    value: f64,
}

#[derive(Clone, Copy, Debug)]
struct Write {
    at: i64,
    from: i32,
    to: i32,
    known: bool,
    lost: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Standing {
    Unmeasured,
    Stale,
    Quiet,
    Building { doubted: bool },
    Sustained,
}

enum Side {
    Asks(i32, &'static str),
    Partly,
    Building,
    Quiet,
}

impl<'p> Model<'p> {
    /// A service of which nothing is known.
    ///
    /// # Panics
    /// If the policy is not under `rules`.
    #[must_use]
    pub fn new(policy: &'p Policy) -> Self {
        let rules = policy.rules().expect("a policy under rules");
        let series = |metric| Series { metric, accepted: Vec::new(), refused: Vec::new() };
        Self {
            policy,
            rules,
            series: rules.metrics.iter().map(series).collect(),
            waiting: Vec::new(),
            changed: None,
            writes: Vec::new(),
            size: None,
        }
    }

    /// Takes the step's samples in, by the time at which they were taken; of equal times first
    /// what was held back, then the largest.
    pub fn take_in(&mut self, step: &Step) {
        let now = step.now.nanos();
        let metrics = &self.rules.metrics;
        let until = |w: &Waiting| w.at.saturating_add(metrics[w.place].lateness.nanos());
        let mut held: Vec<Waiting> = Vec::new();
        self.waiting.retain(|w| {
            let due = until(w) <= now;
            held.extend(due.then_some(*w));
            !due
        });
        held.sort_by_key(|waiting| waiting.at);
        let mut held = held.into_iter().peekable();
        let mut samples: Vec<&Sample> = step.samples.iter().collect();
        let value = |s: &Sample| s.value.map_or(f64::NEG_INFINITY, |v| v.get());
        samples.sort_by(|a, b| {
            a.taken_at.cmp(&b.taken_at).then_with(|| value(b).total_cmp(&value(a)))
        });
        for sample in samples {
            while let Some(older) = held.next_if(|w| w.at <= sample.taken_at.nanos()) {
                self.accept(older);
            }
            if let Some(arrived) = self.believe(sample, now) {
                if until(&arrived) > now {
                    self.waiting.push(arrived);
                } else {
                    self.accept(arrived);
                }
            }
        }
        held.for_each(|older| self.accept(older));
    }

    /// Keeps a sample whose turn it is, unless a newer one or a larger of its time is there.
    fn accept(&mut self, Waiting { place, at, value }: Waiting) {
        let series = &mut self.series[place];
        let refused = series.refused.iter().copied().max();
        match series.accepted.last().copied() {
            Some(last) if at < last.at || (at == last.at && value <= last.value) => return,
            Some(last) if at == last.at => drop(series.accepted.pop()),
            _ => {}
        }
        series.accepted.push(Accepted { at, value, refused });
    }

    /// Refuses what cannot be a value of its metric.
    fn believe(&mut self, sample: &Sample, now: i64) -> Option<Waiting> {
        let place =
            self.rules.metrics.iter().position(|metric| {
                self.rules.metric_id(metric.name.as_str()) == Some(sample.metric)
            })?;
        let series = &mut self.series[place];
        let (metric, at) = (series.metric, sample.taken_at.nanos());
        if at > now.saturating_add(metric.interval.nanos()) {
            return None;
        }
        let value = sample.value.map_or(f64::NAN, |v| v.get());
        let least = metric.plausible.min.get();
        let least = if metric.kind == Kind::Counter { least.max(0.0) } else { least };
        if least <= value && value <= metric.plausible.max.get() {
            return Some(Waiting { place, at, value });
        }
        // An older report than what was accepted says nothing new, whatever its value.
        if series.accepted.last().is_none_or(|newest| at >= newest.at) {
            series.refused.push(at);
        }
        None
    }

    /// Decides and settles, as the library should.
    pub fn decide(&mut self, size: i32, now: i64, outcome: &WriteOutcome) -> Expected {
        let facts = self.observe(size);
        let (wanted, because) = self.law(size, now);
        let mut expected = Expected { to: wanted, because, bound_by: None, facts };
        self.guard(&mut expected, size, now);
        let to = expected.to;
        if to != size {
            let (took, fact) = match outcome {
                WriteOutcome::Written => (true, None),
                WriteOutcome::Unknown(_) => (true, Some("write-unknown")),
                WriteOutcome::Failed(_) => (false, Some("write-failed")),
                WriteOutcome::Shadow => (false, Some("shadow")),
            };
            expected.facts.extend(fact);
            if took {
                let known = *outcome == WriteOutcome::Written;
                self.writes.push(Write { at: now, from: size, to, known, lost: false });
                (self.size, self.changed) = (Some(to), Some(now));
            }
        }
        expected
    }

    /// What the size that is there says of the last write.
    fn observe(&mut self, size: i32) -> Vec<&'static str> {
        let expected = self.size.replace(size);
        if let Some(write) = self.writes.last_mut().filter(|write| !write.known) {
            write.known = true;
            if size == write.to {
                return vec!["write-landed"];
            }
            if size == write.from {
                write.lost = true;
                return vec!["write-lost"];
            }
        }
        let other = expected.is_some_and(|expected| expected != size);
        if other { vec!["changed-elsewhere"] } else { Vec::new() }
    }

    fn law(&self, size: i32, now: i64) -> (i32, &'static str) {
        let sides = [Direction::Up, Direction::Down].map(|way| self.side(way, size, now));
        for side in &sides {
            if let Side::Asks(to, because) = side {
                return (*to, if *to == size { "already-there" } else { because });
            }
        }
        if sides.iter().any(|side| matches!(side, Side::Building)) {
            return (size, "building");
        }
        if sides.iter().any(|side| matches!(side, Side::Partly)) {
            return (size, "not-all");
        }
        if self.series.iter().all(|series| series.points().is_empty()) {
            return (size, "no-samples");
        }
        let conditions = self.rules.up.conditions.iter().chain(&self.rules.down.conditions);
        let mut read = conditions.map(|c| self.of(c));
        let blind = read.any(|series| series.points().last().is_some_and(|p| series.old(p, now)));
        (size, if blind { "blind" } else { "quiet" })
    }

    fn side(&self, way: Direction, size: i32, now: i64) -> Side {
        let side = self.rules.side(way);
        let each: Vec<_> = side
            .conditions
            .iter()
            .map(|c| (self.standing(way, c, now), self.proposal(way, side.change, c, size)))
            .collect();
        let sustained: Vec<i32> =
            each.iter().filter(|(s, _)| *s == Standing::Sustained).map(|(_, to)| *to).collect();
        let building = each.iter().any(|(s, _)| matches!(s, Standing::Building { .. }));
        let enough = match side.when {
            When::Any => !sustained.is_empty(),
            When::All => sustained.len() == each.len(),
        };
        let most = sustained.iter().copied().max();
        // A run that a refused report cut short keeps its say in how far to shrink.
        let outvoted = each.iter().any(|(s, to)| {
            matches!(s, Standing::Building { doubted: true }) && most.is_some_and(|most| *to > most)
        });
        match most {
            Some(_) if enough && outvoted => Side::Building,
            Some(to) if enough => {
                let all = side.when == When::All && sustained.len() > 1;
                Side::Asks(to, if all { "all-sustained" } else { "sustained" })
            }
            _ if building => Side::Building,
            Some(_) => Side::Partly,
            None => Side::Quiet,
        }
    }

    fn proposal(&self, way: Direction, change: Change, condition: &Condition, size: i32) -> i32 {
        let percent = |percent: u32| (i64::from(size) * i64::from(percent), 100_i64);
        let step = match (change, way) {
            (Change::Step(step), _) => i64::from(step.get()),
            (Change::Percent(p), Direction::Up) => {
                let (part, of) = percent(p);
                ((part + of - 1).div_euclid(of)).max(1)
            }
            (Change::Percent(p), Direction::Down) => {
                let (part, of) = percent(p);
                part.div_euclid(of).max(1)
            }
            (Change::Proportional, _) => {
                let Some(last) = self.of(condition).points().last().copied() else { return size };
                let exact = f64::from(size) * last.value / condition.threshold.get();
                return exact.ceil().clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i32;
            }
        };
        let to = match way {
            Direction::Up => i64::from(size) + step,
            Direction::Down => (i64::from(size) - step).max(0),
        };
        i32::try_from(to).unwrap_or(i32::MAX)
    }

    /// A run starts at the first sample strictly beyond the threshold; it ends at one that is not,
    /// or at a gap longer than `max_gap`; it is sustained at the first sample whose taken-at minus
    /// the run's start is at least the time.
    fn standing(&self, way: Direction, condition: &Condition, now: i64) -> Standing {
        let series = self.of(condition);
        let points = series.points();
        let Some(last) = points.last() else { return Standing::Unmeasured };
        if series.old(last, now) {
            return Standing::Stale;
        }
        let (mut start, mut before) = (None, None::<Point>);
        for point in &points {
            let beyond = match condition.beyond {
                Beyond::Above => point.value > condition.threshold.get(),
                Beyond::Below => point.value < condition.threshold.get(),
            };
            let gap = before.is_some_and(|b| point.at - b.at > series.metric.max_gap.nanos());
            let counts = self.changed.is_none_or(|changed| point.at > changed);
            // Towards a smaller size a refused report breaks a run.
            let doubt = way == Direction::Down
                && start.zip(point.refused).is_some_and(|(s, r)| s <= r && r < point.at);
            start = if !beyond || !counts || (way == Direction::Down && point.unsure) {
                None
            } else if gap || doubt {
                Some(point.at)
            } else {
                start.or(Some(point.at))
            };
            before = Some(*point);
        }
        match start {
            None => Standing::Quiet,
            Some(start) if last.at - start >= condition.hold.nanos() => Standing::Sustained,
            Some(start) => Standing::Building {
                doubted: way == Direction::Down && series.resumed() == Some(start),
            },
        }
    }

    /// The guards, in their written order.
    fn guard(&self, expected: &mut Expected, size: i32, now: i64) {
        let (min, max) = (self.policy.bounds().min.get(), self.policy.bounds().max.get());
        let guards = self.policy.guards();
        let way = |to: i32| match to.cmp(&size) {
            std::cmp::Ordering::Greater => Some(Direction::Up),
            std::cmp::Ordering::Less => Some(Direction::Down),
            std::cmp::Ordering::Equal => None,
        };
        if size > max && expected.to > max {
            (expected.to, expected.because) = (max, "above-maximum");
        } else if size < min && expected.to < min {
            (expected.to, expected.because) = (min, "below-minimum");
        }
        let paused = match way(expected.to) {
            Some(Direction::Up) => guards.pause.up,
            Some(Direction::Down) => guards.pause.down,
            None => false,
        };
        if paused {
            expected.bind(size, "pause", "paused");
        }
        // Down to the maximum it may go without any measurement.
        if expected.to < size.min(max)
            && let Some(reason) = self.unfit(now)
        {
            expected.bind(size.min(max), "freshness", reason);
        }
        if let (Some(way), Some(last)) = (way(expected.to), self.last_change()) {
            let wait = if way == Direction::Up { guards.cooldown.up } else { guards.cooldown.down };
            if now < last.saturating_add(wait.nanos()) {
                expected.bind(size, "cooldown", "cooling-down");
            }
        }
        if let Some(way) = way(expected.to)
            && let Some(rate) = if way == Direction::Up { guards.rate.up } else { guards.rate.down }
        {
            let oldest = now.saturating_sub(rate.per.nanos());
            let moved: i64 = self
                .writes
                .iter()
                .filter(|write| !write.lost && write.at > oldest)
                .map(|write| i64::from(write.to) - i64::from(write.from))
                .sum();
            let base = i64::from(size) - moved;
            let most = match rate.most {
                Amount::Replicas(most) => i64::from(most.get()),
                Amount::Percent(percent) => (base * i64::from(percent)).div_euclid(100).max(1),
            };
            let limit = match way {
                Direction::Up => (base + most).max(i64::from(size)),
                Direction::Down => (base - most).min(i64::from(size)),
            };
            let beyond = match way {
                Direction::Up => i64::from(expected.to) > limit,
                Direction::Down => i64::from(expected.to) < limit,
            };
            if beyond {
                let limit = limit.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
                expected.bind(i32::try_from(limit).expect("clamped"), "rate", "rate-limited");
            }
        }
        if expected.to > max.max(size) {
            expected.bind(max.max(size), "bounds", "at-maximum");
        } else if expected.to < min.min(size) {
            expected.bind(min.min(size), "bounds", "at-minimum");
        }
    }

    /// Why nothing may shrink: the first metric that is in doubt, unmeasured or stale.
    fn unfit(&self, now: i64) -> Option<&'static str> {
        self.series.iter().find_map(|series| {
            let points = series.points();
            let newest = series.accepted.last().map(|a| a.at);
            let refused = series.refused.iter().copied().max();
            let doubt = refused.is_some_and(|refused| {
                newest.is_none_or(|newest| refused >= newest)
                    || (series.metric.kind == Kind::Counter && series.straddles(refused))
            });
            if doubt {
                return Some("suspect-metric");
            }
            match points.last() {
                None => Some("unmeasured-metric"),
                Some(last) => series.old(last, now).then_some("stale-metric"),
            }
        })
    }

    fn last_change(&self) -> Option<i64> {
        self.writes.iter().rev().find(|write| !write.lost).map(|write| write.at)
    }

    fn of(&self, condition: &Condition) -> &Series<'p> {
        let name = &self.rules.metric(condition.metric).expect("its metric").name;
        let by_name: BTreeMap<_, _> = self.series.iter().map(|s| (&s.metric.name, s)).collect();
        by_name[name]
    }
}

impl Series<'_> {
    /// The values that conditions see: a gauge's samples, a counter's rates since its last gap.
    fn points(&self) -> Vec<Point> {
        let mut points = Vec::new();
        match self.metric.kind {
            Kind::Gauge => {
                for Accepted { at, value, refused } in self.accepted.iter().copied() {
                    points.push(Point { at, value, refused, unsure: false });
                }
            }
            Kind::Counter => {
                for pair in self.accepted.windows(2) {
                    let [from, to] = [pair[0], pair[1]];
                    if to.at - from.at > self.metric.max_gap.nanos() {
                        points.clear();
                        continue;
                    }
                    let reset = to.value < from.value;
                    let grown = if reset { to.value } else { to.value - from.value };
                    let value = grown / ((to.at - from.at) as f64 / 1e9);
                    let unsure = to.refused.is_some_and(|r| from.at <= r && r < to.at);
                    points.push(Point { at: to.at, value, refused: to.refused, unsure });
                }
            }
        }
        points
    }

    /// The first sure value after the newest refused report that cut the series.
    fn resumed(&self) -> Option<i64> {
        let mut resumed = None;
        let mut seen = Vec::new();
        // Rates before a gap no longer count, but what they said of doubts does.
        match self.metric.kind {
            Kind::Gauge => seen.extend(self.points()),
            Kind::Counter => {
                for pair in self.accepted.windows(2) {
                    let [from, to] = [pair[0], pair[1]];
                    if to.at - from.at <= self.metric.max_gap.nanos() {
                        let unsure = to.refused.is_some_and(|r| from.at <= r && r < to.at);
                        let (at, refused) = (to.at, to.refused);
                        seen.push(Point { at, value: 0.0, refused, unsure });
                    }
                }
            }
        }
        for point in seen {
            let Some(refused) = point.refused.filter(|r| *r < point.at && !point.unsure) else {
                continue;
            };
            if resumed.is_none_or(|resumed| refused >= resumed) {
                resumed = Some(point.at);
            }
        }
        resumed
    }

    /// Whether an instant lies between a counter's two newest readings.
    fn straddles(&self, at: i64) -> bool {
        match self.accepted.as_slice() {
            [.., from, to] => from.at <= at && at < to.at,
            _ => false,
        }
    }

    fn old(&self, last: &Point, now: i64) -> bool {
        now - last.at > self.metric.max_age.nanos()
    }
}

impl Expected {
    fn bind(&mut self, to: i32, stage: &'static str, reason: &'static str) {
        (self.to, self.bound_by) = (to, Some((stage, reason)));
    }
}
