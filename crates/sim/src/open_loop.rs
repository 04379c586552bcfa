//! The open loop: a recorded series is the metric, and nothing feeds back.

use trimtab_core::rules::MetricId;
use trimtab_core::{
    Decision, Input, Intake, Policy, Real, ReasonCode, Record, Replicas, Sample, Settled, Source,
    State, Timestamp, Trail, WriteOutcome, decide, intake, poll_timeout,
};

use crate::error::{Error, Problem};
use crate::ledger::{Change, turned_soon};
use crate::tape::{Keep, Tape};

/// Plays a series to one metric of a policy under the `rules` law.
///
/// The size follows the decisions, but the series stays what it is: it shows when a policy would
/// have acted on what was recorded, not what would have come of it. Each sample arrives the
/// instant it is taken; one that is older than its predecessor arrives with it, late, as it would
/// in life. Between samples the core is asked again whenever it says that this could matter.
///
/// ```
/// use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
/// use trimtab_core::{Duration, Policy, Replicas, Timestamp};
/// use trimtab_sim::{Effect, OpenLoop};
///
/// let metric = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
/// let up = [("cpu", Beyond::Above, 70.0, Duration::minutes(10))];
/// let rules = Rules::new(vec![metric]).grow(When::Any, Change::Proportional, &up)?;
/// let policy = Policy::under_rules("web", 2..=20, rules)?;
///
/// let mut open = OpenLoop::new(policy, "cpu", Replicas::new(4), Effect::Written)?;
/// for minute in 0..=10 {
///     let at = Timestamp::from_seconds(minute * 60);
///     open.feed(at, Some(91.0))?;
/// }
/// assert_eq!(open.size().get(), 6, "ceil(4 x 91 / 70)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenLoop {
    policy: Policy,
    sample: Sample,
    size: Replicas,
    effect: Effect,
    state: State,
    now: Option<Timestamp>,
    decisions: u64,
    /// Which way the last decision wanted to go.
    wish: std::cmp::Ordering,
    outcome: Outcome,
}

/// What becomes of decisions in an open loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// They are written: the size moves, cool-downs start and runs begin anew.
    Written,
    /// They are only noted: the size stays, so that each run of breaches is seen for itself.
    Noted,
}

/// What came of a series.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// Samples given.
    pub samples: u64,
    /// How many samples met with each verdict; one that was held back counts again when it is
    /// taken in.
    pub verdicts: Vec<(ReasonCode, u64)>,
    /// Decisions made, holds included.
    pub decisions: u64,
    /// Unbroken stretches of decisions to grow. With [`Effect::Noted`] and one condition these
    /// are its sustained runs, as far as the maximum leaves room to grow.
    pub stretches_up: u64,
    /// Unbroken stretches of decisions to shrink.
    pub stretches_down: u64,
    /// Changes of size; with [`Effect::Noted`] the first of each stretch.
    pub changes: Vec<Change>,
    /// Changes that turned the direction within [`FLAP`](crate::FLAP) of the one before.
    pub flaps: u32,
}

impl OpenLoop {
    /// A policy before its series; the size is `start` at first.
    ///
    /// # Errors
    /// [`Error::Estate`] if the policy is not under `rules`, or has no metric of this name.
    pub fn new(
        policy: Policy,
        metric: &str,
        start: Replicas,
        effect: Effect,
    ) -> Result<Self, Error> {
        let metric = metric_of(&policy, metric).map_err(|text| Error::Estate {
            service: Some(policy.service().clone()),
            problem: Problem::new("policy", text),
        })?;
        let sample = Sample {
            metric,
            value: None,
            taken_at: Timestamp::MIN,
            source: Source::from("trace"),
            quality: trimtab_core::Quality::Measured,
        };
        let state = State::new(&policy);
        let wish = std::cmp::Ordering::Equal;
        let (now, decisions, outcome) = (None, 0, Outcome::default());
        Ok(Self { policy, sample, size: start, effect, state, now, decisions, wish, outcome })
    }

    /// Plays one sample. `None` is a sample without a value, which is not zero.
    ///
    /// # Errors
    /// [`Error::Core`] if the core refuses to go on.
    pub fn feed(&mut self, taken_at: Timestamp, value: Option<f64>) -> Result<(), Error> {
        self.play(taken_at, value, None)
    }

    /// As [`OpenLoop::feed`], handing over records of decisions as they are made.
    ///
    /// # Errors
    /// As [`OpenLoop::feed`].
    pub fn feed_recording(
        &mut self,
        taken_at: Timestamp,
        value: Option<f64>,
        keep: Keep,
        sink: &mut dyn FnMut(Record),
    ) -> Result<(), Error> {
        self.play(taken_at, value, Some(&mut Tape { keep, sink }))
    }

    /// The present size.
    #[must_use]
    pub const fn size(&self) -> Replicas {
        self.size
    }

    /// What came of the series so far.
    #[must_use]
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What the decisions remember.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    fn play(
        &mut self,
        taken_at: Timestamp,
        value: Option<f64>,
        mut tape: Option<&mut Tape<'_>>,
    ) -> Result<(), Error> {
        let service = self.policy.service().clone();
        let refused = |source| Error::Core { service: service.clone(), source };
        let arrives = self.now.map_or(taken_at, |now| now.max(taken_at));
        while let Some(due) = self.due_before(arrives) {
            self.ask(due, None, tape.as_deref_mut()).map_err(refused)?;
        }
        (self.sample.taken_at, self.sample.value) = (taken_at, value.map(Real::new));
        let before = tape.as_ref().map(|_| self.state.clone());
        let sample = std::slice::from_ref(&self.sample);
        let taken = intake(&self.policy, &mut self.state, sample, arrives).map_err(refused)?;
        self.outcome.samples = self.outcome.samples.saturating_add(1);
        for taken in &taken.taken {
            self.outcome.count(taken.verdict.code());
        }
        self.ask(arrives, before.map(|before| (before, taken)), tape).map_err(refused)
    }

    /// The next instant before this one at which asking again could change the answer.
    fn due_before(&self, next: Timestamp) -> Option<Timestamp> {
        let now = self.now?;
        poll_timeout(&self.policy, &self.state).filter(|due| *due > now && *due < next)
    }

    /// Decides, and lets the decision take its effect.
    fn ask(
        &mut self,
        now: Timestamp,
        took_in: Option<(State, Intake)>,
        tape: Option<&mut Tape<'_>>,
    ) -> Result<(), trimtab_core::Error> {
        let (policy, seen) = (&self.policy, Input::Size(self.size));
        let outcome = match self.effect {
            Effect::Written => WriteOutcome::Written,
            Effect::Noted => WriteOutcome::Shadow,
        };
        let pending = decide(policy, &self.state, seen, now, ())?;
        let kept = tape.filter(|tape| {
            tape.keep.may(self.decisions) && tape.keep.must(pending.decision().is_hold())
        });
        let (state, decision) = match kept {
            Some(tape) => {
                let before = took_in.as_ref().map_or(&self.state, |(before, _)| before);
                let mut trail = Trail::starting(before);
                if let Some((_, taken)) = &took_in {
                    trail.saw(std::slice::from_ref(&self.sample), taken, now);
                }
                let settled = decide(policy, &self.state, seen, now, trail)?.settle(outcome);
                (tape.sink)(settled.record());
                let Settled { state, decision, .. } = settled;
                (state, decision)
            }
            None => {
                let Settled { state, decision, .. } = pending.settle(outcome);
                (state, decision)
            }
        };
        self.state = state;
        self.now = Some(now);
        self.decisions = self.decisions.saturating_add(1);
        self.outcome.decisions = self.decisions;
        self.note(&decision, now);
        Ok(())
    }

    fn note(&mut self, decision: &Decision, now: Timestamp) {
        let wish = decision.to.cmp(&decision.from);
        let begins = wish != self.wish;
        self.wish = wish;
        match wish {
            std::cmp::Ordering::Equal => return,
            std::cmp::Ordering::Greater if begins => {
                self.outcome.stretches_up = self.outcome.stretches_up.saturating_add(1);
            }
            std::cmp::Ordering::Less if begins => {
                self.outcome.stretches_down = self.outcome.stretches_down.saturating_add(1);
            }
            _ => {}
        }
        if self.effect == Effect::Written {
            self.size = decision.to;
        } else if !begins {
            return;
        }
        let change = Change::of(decision, now);
        if self.outcome.changes.last().is_some_and(|before| turned_soon(before, &change)) {
            self.outcome.flaps = self.outcome.flaps.saturating_add(1);
        }
        self.outcome.changes.push(change);
    }
}

impl Outcome {
    /// How many samples met with this verdict.
    #[must_use]
    pub fn of(&self, code: ReasonCode) -> u64 {
        self.verdicts.iter().find(|(known, _)| *known == code).map_or(0, |(_, count)| *count)
    }

    fn count(&mut self, code: ReasonCode) {
        match self.verdicts.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => {
                self.verdicts.push((code, 1));
                self.verdicts.sort_unstable();
            }
        }
    }
}

/// How often a series crosses a threshold upwards: a value strictly above it whose predecessor is
/// not. Samples without a value are passed over; values that are no numbers are not above.
#[must_use]
pub fn upward_crossings(values: impl IntoIterator<Item = Option<f64>>, threshold: f64) -> u64 {
    let mut above = None;
    let mut crossings = 0_u64;
    for value in values.into_iter().flatten() {
        let now = value > threshold;
        if now && above == Some(false) {
            crossings = crossings.saturating_add(1);
        }
        above = Some(now);
    }
    crossings
}

fn metric_of(policy: &Policy, name: &str) -> Result<MetricId, String> {
    let Some(rules) = policy.rules() else {
        return Err(format!(
            "is under the `{}` law, which looks at pods; a series can only stand for a metric of \
             the `rules` law",
            policy.law().name()
        ));
    };
    rules.metric_id(name).ok_or_else(|| {
        let known: Vec<&str> = rules.metrics.iter().map(|m| m.name.as_str()).collect();
        format!("has no metric `{name}`; it has {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
    use trimtab_core::{Duration, replay};

    use super::*;

    fn minute(minutes: u32) -> Timestamp {
        Timestamp::from_seconds(0).saturating_add(Duration::minutes(minutes))
    }

    fn cpu_policy() -> Policy {
        let metric = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
        let up = [("cpu", Beyond::Above, 70.0, Duration::minutes(10))];
        let rules = Rules::new(vec![metric]).grow(When::Any, Change::Proportional, &up);
        Policy::under_rules("web", 2..=20, rules.expect("it has the metric")).expect("sound")
    }

    fn open(effect: Effect) -> OpenLoop {
        OpenLoop::new(cpu_policy(), "cpu", Replicas::new(4), effect).expect("it has the metric")
    }

    /// 91 % from minute 5 to 27 and from 40 to 45, else 50 %.
    fn value(minute: u32) -> f64 {
        if (5..=27).contains(&minute) || (40..=45).contains(&minute) { 91.0 } else { 50.0 }
    }

    #[test]
    fn decisions_that_are_written_move_the_size_and_restart_the_runs() {
        let mut open = open(Effect::Written);
        for m in 0..60 {
            open.feed(minute(m), Some(value(m))).expect("plays");
        }
        // Sustained at 15; a new run from 16 is sustained at 26.
        let changes: Vec<_> =
            open.outcome().changes.iter().map(|c| (c.at, c.from.get(), c.to.get())).collect();
        assert_eq!(changes, [(minute(15), 4, 6), (minute(26), 6, 8)]);
        assert_eq!(open.size().get(), 8);
        assert_eq!(open.outcome().of(ReasonCode::SampleUsed), 60);
    }

    #[test]
    fn decisions_that_are_noted_count_runs() {
        let mut open = open(Effect::Noted);
        for m in 0..60 {
            open.feed(minute(m), Some(value(m))).expect("plays");
        }
        let outcome = open.outcome();
        assert_eq!((outcome.stretches_up, outcome.changes.len()), (1, 1));
        assert_eq!(open.size().get(), 4);
        assert_eq!(upward_crossings((0..60).map(|m| Some(value(m))), 70.0), 2);
    }

    #[test]
    fn defects_are_seen() {
        let mut open = open(Effect::Written);
        let nan = Some(f64::NAN);
        for (m, value) in [
            (0, Some(50.0)),
            (1, None),
            (2, nan),
            (3, Some(60.0)),
            (3, Some(65.0)),
            (2, Some(1.0)),
            (9, Some(50.0)),
        ] {
            open.feed(minute(m), value).expect("plays");
        }
        let outcome = open.outcome();
        assert_eq!(outcome.samples, 7);
        let counts = [
            ReasonCode::SampleRefusedAbsent,
            ReasonCode::SampleRefusedNotANumber,
            ReasonCode::SampleUsedLarger,
            ReasonCode::SampleRefusedBackward,
        ]
        .map(|code| outcome.of(code));
        assert_eq!(counts, [1, 1, 1, 1], "{:?}", outcome.verdicts);
        assert_eq!(outcome.of(ReasonCode::SampleUsedAfterGap), 2, "minutes 0 to 3, and 3 to 9");
    }

    #[test]
    fn a_cool_down_that_ends_between_samples_is_not_slept_through() {
        let metric = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(5));
        let up = [("cpu", Beyond::Above, 70.0, Duration::ZERO)];
        let step = Change::Step(Replicas::new(1));
        let rules = Rules::new(vec![metric]).grow(When::Any, step, &up).expect("sound");
        let policy = Policy::under_rules("web", 2..=20, rules).expect("sound");
        let mut parts = policy.into_parts();
        parts.guards.cooldown.up = Duration::minutes(7);
        let policy = Policy::new(parts).expect("sound");
        let mut open =
            OpenLoop::new(policy, "cpu", Replicas::new(4), Effect::Written).expect("sound");
        for m in [0, 5, 10, 15] {
            open.feed(minute(m), Some(91.0)).expect("plays");
        }
        let at: Vec<Timestamp> = open.outcome().changes.iter().map(|change| change.at).collect();
        assert_eq!(at, [minute(0), minute(7), minute(14)]);
    }

    #[test]
    fn each_decision_has_a_record_that_stands() {
        let (mut plain, mut open) = (open(Effect::Written), open(Effect::Written));
        let mut records = Vec::new();
        for m in 0..60 {
            plain.feed(minute(m), Some(value(m))).expect("plays");
            open.feed_recording(minute(m), Some(value(m)), Keep::All, &mut |r| records.push(r))
                .expect("plays");
        }
        assert_eq!(plain.outcome(), open.outcome());
        assert_eq!(u64::try_from(records.len()), Ok(open.outcome().decisions));
        records.iter().for_each(|record| replay(record).expect("replays to itself"));
    }

    #[test]
    fn a_metric_that_is_not_there_is_told() {
        let error = OpenLoop::new(cpu_policy(), "load", Replicas::new(1), Effect::Noted);
        assert_eq!(
            error.expect_err("refused").to_string(),
            "service `web`: policy: has no metric `load`; it has cpu"
        );
    }
}
