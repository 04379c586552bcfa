//! Why: the closed table of reasons, each with a stable code and a sentence for operators.
//!
//! A new reason is a change of behaviour that callers should notice, so the set is exhaustive.
//! Programs that read records keep the code as text and need not know it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::law::hpa::Description;
use crate::law::rules::{Beyond, Direction};
use crate::{BudgetName, Duration, MetricName, Real, Replicas, Timestamp};

/// Declares each reason once: variant, fields, code and sentence.
macro_rules! reasons {
    ($(
        $(#[$doc:meta])*
        $variant:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })? = $code:literal, $text:literal;
    )*) => {
        /// Why a sample was used or refused, why a size came out as it did, what was noticed.
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum Reason {
            $($(#[$doc])* $variant $({ $($(#[$field_doc])* $field: $type),* })?,)*
        }

        /// The code of each [`Reason`], without its particulars.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum ReasonCode {
            $($(#[$doc])* $variant,)*
        }

        impl Reason {
            /// The reason without its particulars.
            #[must_use]
            pub const fn code(&self) -> ReasonCode {
                match self {
                    $(Self::$variant { .. } => ReasonCode::$variant,)*
                }
            }
        }

        impl ReasonCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as records write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// The sentence, with its particulars still in braces.
            #[must_use]
            pub const fn pattern(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl fmt::Display for Reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant $({ $($field),* })? => write!(f, $text),)*
                }
            }
        }
    };
}

reasons! {
    // Samples.
    /// A sample was taken in.
    SampleUsed = "sample-used", "used";
    /// A sample was taken in, and runs start anew at it.
    SampleUsedAfterGap {
        /// Since the sample before.
        gap: Duration,
        /// The longest that a run bridges.
        most: Duration,
    } = "sample-used-after-gap", "used; {gap} since the sample before is longer than {most}, so runs start anew";
    /// Two samples of one instant: the larger took the place of the smaller.
    SampleUsedLarger {
        /// The value that gave way.
        instead_of: Real,
    } = "sample-used-larger", "used in place of {instead_of} at the same time: the larger counts";
    /// A counter went back: counted from zero.
    SampleUsedAfterReset {
        /// The value before.
        before: Real,
    } = "sample-used-after-reset", "used; the counter fell from {before}, so it was reset and counts from 0";
    /// A counter's first sample: it takes a second one to know a rate.
    SampleFirstOfCounter = "sample-first-of-counter", "kept as the counter's starting point; a rate needs a second sample";
    /// Taken before the last change of size: known, but starts no run.
    SampleBeforeChange {
        /// When the size changed.
        changed: Timestamp,
    } = "sample-before-change", "used, but starts no run: it was taken before the size changed at {changed}";
    /// Kept back until its time, or until later ones can no longer overtake it.
    SampleHeld {
        /// When it is taken in.
        until: Timestamp,
    } = "sample-held", "held until {until}";
    /// The source had no value.
    SampleRefusedAbsent = "sample-refused-absent", "refused: the source had no value, which is not zero";
    /// Not a number.
    SampleRefusedNotANumber = "sample-refused-not-a-number", "refused: not a number";
    /// Infinite.
    SampleRefusedInfinite = "sample-refused-infinite", "refused: infinite";
    /// Below zero where nothing can be.
    SampleRefusedNegative {
        /// The value.
        value: Real,
    } = "sample-refused-negative", "refused: {value} is negative";
    /// Outside what the metric can be.
    SampleRefusedOutOfRange {
        /// The value.
        value: Real,
        /// The least that is believed.
        min: Real,
        /// The most that is believed.
        max: Real,
    } = "sample-refused-out-of-range", "refused: {value} lies outside {min} to {max}";
    /// Taken before one that was already taken in, and no lateness is declared.
    SampleRefusedBackward {
        /// The newest instant taken in.
        newest: Timestamp,
    } = "sample-refused-backward", "refused: taken before {newest}, which was already taken in";
    /// Taken before one that was already taken in, later than the declared lateness.
    SampleRefusedLate {
        /// The newest instant taken in.
        newest: Timestamp,
        /// What was declared.
        lateness: Duration,
    } = "sample-refused-late", "refused: arrived more than {lateness} late; {newest} was already taken in";
    /// A second sample of an instant that is not larger than the first.
    SampleRefusedSmaller {
        /// The value that stands.
        held: Real,
    } = "sample-refused-smaller", "refused: {held} at the same time is not smaller, and the larger counts";
    /// Taken after now.
    SampleRefusedFuture {
        /// How far ahead.
        ahead: Duration,
    } = "sample-refused-future", "refused: taken {ahead} after now; look at the source's clock";
    /// No such metric in the policy.
    SampleRefusedUnknownMetric = "sample-refused-unknown-metric", "refused: the policy has no such metric";

    // The rules law.
    /// A condition was sustained and asks for a larger size.
    Sustained {
        /// The metric.
        metric: MetricName,
        /// Its newest value.
        value: Real,
        /// Which side of the threshold.
        beyond: Beyond,
        /// The threshold.
        threshold: Real,
        /// For how long the run has lasted.
        held: Duration,
        /// For how long it had to.
        hold: Duration,
    } = "sustained", "{metric} was {beyond} {threshold} for {held} (needed {hold}), now {value}";
    /// Every condition of a side was sustained.
    AllSustained {
        /// Which way.
        direction: Direction,
        /// How many conditions.
        conditions: u32,
        /// The metric whose proposal won.
        metric: MetricName,
        /// Its newest value.
        value: Real,
    } = "all-sustained", "all {conditions} conditions to go {direction} held long enough; {metric} at {value} asked for the most";
    /// A run is on, but not long enough yet.
    Building {
        /// Which way.
        direction: Direction,
        /// The metric.
        metric: MetricName,
        /// Its newest value.
        value: Real,
        /// Which side of the threshold.
        beyond: Beyond,
        /// The threshold.
        threshold: Real,
        /// For how long so far.
        held: Duration,
        /// For how long it has to.
        hold: Duration,
    } = "building", "{metric} at {value} is {beyond} {threshold}, for {held} of {hold} needed to go {direction}";
    /// Some conditions of a side that needs all are sustained, others are not.
    NotAll {
        /// Which way.
        direction: Direction,
        /// How many hold.
        holding: u32,
        /// Of how many.
        conditions: u32,
        /// The first that does not.
        missing: MetricName,
    } = "not-all", "{holding} of {conditions} conditions to go {direction} hold; {missing} does not";
    /// Nothing is beyond its threshold.
    Quiet = "quiet", "no metric is beyond a threshold";
    /// No run is on, and a condition's newest sample is too old to tell.
    Blind {
        /// The metric.
        metric: MetricName,
        /// The age of its newest sample.
        age: Duration,
        /// The most that is accepted.
        most: Duration,
    } = "blind", "nothing to go by: the newest sample of {metric} is {age} old, at most {most} is accepted";
    /// Nothing has been measured yet.
    NoSamples = "no-samples", "no sample has been taken in yet";
    /// A sustained condition proposes the size that is there already.
    AlreadyThere {
        /// The metric that asked.
        metric: MetricName,
    } = "already-there", "{metric} asks for the size that is already there";

    // Guards.
    /// Above the maximum: moves towards it.
    AboveMaximum {
        /// The maximum.
        max: Replicas,
    } = "above-maximum", "the size is above the maximum {max} and moves towards it";
    /// Below the minimum: moves towards it.
    BelowMinimum {
        /// The minimum.
        min: Replicas,
    } = "below-minimum", "the size is below the minimum {min} and moves towards it";
    /// This direction is paused.
    Paused {
        /// Which way.
        direction: Direction,
    } = "paused", "going {direction} is paused";
    /// A metric is too old to shrink on.
    StaleMetric {
        /// The metric.
        metric: MetricName,
        /// Its age.
        age: Duration,
        /// The most that is accepted.
        most: Duration,
    } = "stale-metric", "no shrinking while {metric} is stale: its newest sample is {age} old, at most {most} is accepted";
    /// A metric was never measured, so nothing shrinks.
    UnmeasuredMetric {
        /// The metric.
        metric: MetricName,
    } = "unmeasured-metric", "no shrinking while {metric} has no sample at all";
    /// A metric's newest report was refused as absurd or absent.
    SuspectMetric {
        /// The metric.
        metric: MetricName,
        /// When the report was taken.
        at: Timestamp,
    } = "suspect-metric", "no shrinking while {metric} is in doubt: its report of {at} was refused";
    /// The last change is too recent.
    CoolingDown {
        /// Which way it would have gone.
        direction: Direction,
        /// The last change.
        changed: Timestamp,
        /// When this direction is free again.
        until: Timestamp,
    } = "cooling-down", "cooling down: the size changed at {changed}, going {direction} waits until {until}";
    /// The rate limit bound.
    RateLimited {
        /// Which way.
        direction: Direction,
        /// How far the size may go now.
        limit: Replicas,
        /// The time that the limit is for.
        per: Duration,
    } = "rate-limited", "going {direction} is limited to {limit} for now, counting the changes of the last {per}";
    /// The maximum bound.
    AtMaximum {
        /// What was asked for.
        asked: Replicas,
        /// The maximum.
        max: Replicas,
    } = "at-maximum", "{asked} were asked for; the maximum is {max}";
    /// The minimum bound.
    AtMinimum {
        /// What was asked for.
        asked: Replicas,
        /// The minimum.
        min: Replicas,
    } = "at-minimum", "{asked} were asked for; the minimum is {min}";
    /// A shared budget bound.
    OverBudget {
        /// The budget.
        budget: BudgetName,
        /// What was asked for.
        asked: Replicas,
        /// What it leaves.
        limit: Replicas,
    } = "over-budget", "{asked} were asked for; budget {budget} leaves {limit}";

    // What was noticed.
    /// Someone else changed the size.
    ChangedElsewhere {
        /// What was last written or seen.
        expected: Replicas,
        /// What is there.
        found: Replicas,
    } = "changed-elsewhere", "someone else changed the size: {expected} was there last, {found} is there now";
    /// A write that timed out has taken effect.
    WriteLanded {
        /// The size.
        size: Replicas,
    } = "write-landed", "the write of {size} whose outcome was unknown has taken effect";
    /// A write that timed out has not taken effect: its cool-down is taken back.
    WriteLost {
        /// The size that was written.
        size: Replicas,
    } = "write-lost", "the write of {size} whose outcome was unknown has not taken effect; its cool-down is taken back";
    /// The write failed.
    WriteFailed {
        /// What the executor said.
        error: String,
    } = "write-failed", "the write failed: {error}";
    /// The write's outcome is not known; it counts as written until the next size seen.
    WriteUnknown {
        /// What the executor said.
        error: String,
    } = "write-unknown", "the write's outcome is not known: {error}; it counts as written until the next size seen";
    /// Nothing is written in shadow.
    Shadow = "shadow", "shadow: recommended, not written";
    /// A changed threshold or time restarted a condition's clock.
    ClockRestarted {
        /// The metric of the condition.
        metric: MetricName,
    } = "clock-restarted", "the condition on {metric} changed, so its clock starts anew";
    /// A changed law starts from nothing.
    LawChanged {
        /// The law before.
        from: &'static str,
        /// The law now.
        to: &'static str,
    } = "law-changed", "the law changed from {from} to {to}; its memory starts anew";

    // The hpa law.
    /// Asked before the next reconcile is due.
    NotYetDue {
        /// When it is.
        due: Timestamp,
    } = "not-yet-due", "the controller's next loop is due at {due}";
    /// The target's scale could not be read.
    HpaScaleUnreadable {
        /// What the API said.
        error: String,
    } = "hpa-scale-unreadable", "the target's scale could not be read: {error}";
    /// The size is zero, which turns the autoscaler off.
    HpaDisabledAtZero = "hpa-disabled-at-zero", "the size is 0, which turns the autoscaler off";
    /// No metric could be used, or one failed and the others would shrink.
    HpaMetricsFailed {
        /// The reconcile's error.
        error: String,
    } = "hpa-metrics-failed", "{error}";
    /// The metrics ask for more.
    HpaAboveTarget {
        /// The metric's description.
        metric: Description,
        /// What it proposes.
        proposal: Replicas,
    } = "hpa-above-target", "{metric} above target: {proposal} proposed";
    /// The metrics ask for less.
    HpaBelowTarget {
        /// What is proposed.
        proposal: Replicas,
    } = "hpa-below-target", "all metrics below target: {proposal} proposed";
    /// The metrics ask for the size that is there.
    HpaOnTarget {
        /// The metric's description.
        metric: Description,
    } = "hpa-on-target", "{metric} asks for the size that is already there (within tolerance, or rounded to it)";
    /// The size is above maxReplicas; metrics were not asked.
    HpaAboveMax {
        /// The maximum.
        max: Replicas,
    } = "hpa-above-max", "Current number of replicas above Spec.MaxReplicas ({max}); no metric is asked";
    /// The size is below minReplicas; metrics were not asked.
    HpaBelowMin {
        /// The minimum.
        min: Replicas,
    } = "hpa-below-min", "Current number of replicas below Spec.MinReplicas ({min}); no metric is asked";
    /// A past recommendation held the size down.
    HpaScaleUpStabilized {
        /// What was asked for.
        asked: Replicas,
        /// What the window allows.
        held: Replicas,
    } = "hpa-scale-up-stabilized", "the stabilization window holds {asked} down to {held}, the lowest recent recommendation";
    /// A past recommendation held the size up.
    HpaScaleDownStabilized {
        /// What was asked for.
        asked: Replicas,
        /// What the window allows.
        held: Replicas,
    } = "hpa-scale-down-stabilized", "the stabilization window holds {asked} up to {held}, the highest recent recommendation";
    /// The rate of growth bound.
    HpaScaleUpLimit {
        /// What was asked for.
        asked: Replicas,
        /// The limit.
        limit: Replicas,
    } = "hpa-scale-up-limit", "{asked} were asked for; the scale-up rate allows {limit} for now";
    /// The rate of shrinking bound.
    HpaScaleDownLimit {
        /// What was asked for.
        asked: Replicas,
        /// The limit.
        limit: Replicas,
    } = "hpa-scale-down-limit", "{asked} were asked for; the scale-down rate allows {limit} for now";
    /// minReplicas bound.
    HpaTooFewReplicas {
        /// What was asked for.
        asked: Replicas,
        /// The minimum.
        min: Replicas,
    } = "hpa-too-few-replicas", "{asked} were asked for; minReplicas is {min}";
    /// maxReplicas bound.
    HpaTooManyReplicas {
        /// What was asked for.
        asked: Replicas,
        /// The maximum.
        max: Replicas,
    } = "hpa-too-many-replicas", "{asked} were asked for; maxReplicas is {max}";
    /// A pod's figure cannot be right; the controller uses it all the same.
    HpaSuspectInput {
        /// The pod.
        pod: String,
        /// The figure, in thousandths.
        milli: i64,
    } = "hpa-suspect-input", "pod {pod} reports {milli} thousandths, which cannot be right; the controller uses it all the same";
    /// By choice: a pod's sample is too old to shrink on.
    StalePods {
        /// The age of the oldest sample used.
        age: Duration,
        /// The most that is accepted.
        most: Duration,
    } = "stale-pods", "no shrinking while a pod's sample is {age} old, at most {most} is accepted";
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A reason as records carry it: a code and a sentence. A code that this build does not know is
/// kept as it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The stable code.
    pub code: String,
    /// The sentence for operators.
    pub text: String,
}

impl From<&Reason> for Said {
    fn from(reason: &Reason) -> Self {
        Self { code: reason.code().as_str().into(), text: reason.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_kebab() {
        let mut codes: Vec<&str> = ReasonCode::ALL.iter().map(|c| c.as_str()).collect();
        assert!(codes.iter().all(|c| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ReasonCode::ALL.len());
    }

    #[test]
    fn sentences_carry_their_particulars() {
        let reason = Reason::AtMaximum { asked: Replicas::new(25), max: Replicas::new(20) };
        assert_eq!(reason.to_string(), "25 were asked for; the maximum is 20");
        assert_eq!(reason.code().as_str(), "at-maximum");
        assert_eq!(reason.code().pattern(), "{asked} were asked for; the maximum is {max}");
    }
}
