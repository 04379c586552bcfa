//! Nothing panics, whatever the numbers: policies, samples, sizes and times at their rails.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use trimtab::fleet::Cap;
use trimtab::{
    Input, Replicas, State, Timestamp, Trail, WriteOutcome, decide, explain, intake, json,
    poll_timeout, replay,
};
use trimtab_tests::courses::report;
use trimtab_tests::policies::{self, NAMES};

use crate::cases;

fn instant() -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => any::<i64>(),
        1 => select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX]),
    ]
}

fn value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        1 => Just(None),
        4 => any::<f64>().prop_map(Some),
        4 => select(vec![
            0.0, -0.0, 1.0, -1.0, 1e18, -1e18, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324,
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY,
        ]).prop_map(Some),
    ]
}

fn size() -> impl Strategy<Value = i32> {
    prop_oneof![any::<i32>(), select(vec![i32::MIN, -1, 0, 1, i32::MAX])]
}

proptest! {
    #![proptest_config(cases(700))]

    #[test]
    fn nothing_panics_under_rules(
        policy in policies::hostile(),
        mut nows in vec(instant(), 1..8),
        samples in vec((value(), instant(), any::<u8>()), 0..24),
        sizes in vec(size(), 8),
        limit in size(),
    ) {
        nows.sort_unstable();
        let rules = policy.rules().expect("rules");
        let mut state = State::new(&policy);
        let outcomes = [
            WriteOutcome::Written,
            WriteOutcome::Unknown(String::new()),
            WriteOutcome::Failed(String::new()),
            WriteOutcome::Shadow,
        ];
        for (at, now) in nows.iter().map(|now| Timestamp::from_nanos(*now)).enumerate() {
            let some = samples.iter().filter(|sample| usize::from(sample.2) % nows.len() == at);
            let near = some.enumerate().map(|(n, (value, taken_at, _))| {
                // Half of them near now, else the far ones would all be refused.
                let taken_at = if n % 2 == 0 { *taken_at } else { now.nanos() };
                report(rules, NAMES[0], *value, Timestamp::from_nanos(taken_at))
            });
            let samples: Vec<_> = near.collect();
            let mut trail = Trail::starting(&state);
            let taken = intake(&policy, &mut state, &samples, now).expect("in order");
            trail.saw(&samples, &taken, now);
            let seen = Input::Size(Replicas::new(sizes[at]));
            let mut pending = decide(&policy, &state, seen, now, trail).expect("in order");
            if at % 3 == 2 {
                let (service, budget) = (policy.service().clone(), "db".into());
                pending = pending.cap(Cap { service, budget, at_most: Replicas::new(limit) });
            }
            let settled = pending.settle(outcomes[at % 4].clone());
            let record = settled.record();
            prop_assert!(replay(&record).is_ok());
            let text = json::to_string(&record);
            prop_assert_eq!(&json::read_record(&text).expect("reads back"), &record);
            let _ = (explain(&record).to_string(), poll_timeout(&policy, &settled.state));
            state = settled.state;
        }
    }
}
