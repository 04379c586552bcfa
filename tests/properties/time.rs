//! Time is an argument: it never goes back, and `poll_timeout` tells when to ask again.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use trimtab::{Input, Replicas, Timestamp, decide, intake, json, poll_timeout};
use trimtab_tests::courses::{course_of, shifted};
use trimtab_tests::player::Player;
use trimtab_tests::policies;

use crate::cases;

proptest! {
    #![proptest_config(cases(300))]

    /// An earlier now is refused in words, and nothing changes.
    #[test]
    fn it_never_goes_back(
        (policy, size, steps) in course_of(policies::ordinary()),
        by in 1..=i64::MAX,
    ) {
        let mut player = Player::new(&policy, size);
        for step in &steps {
            let _ = player.step(step);
            let before = player.state.clone();
            let earlier = Timestamp::from_nanos(step.now.nanos().saturating_sub(by));
            let refused = intake(&policy, &mut player.state, &step.samples, earlier);
            let refused = refused.expect_err("time went back");
            prop_assert_eq!(refused.code(), "time-went-back");
            prop_assert!(refused.to_string().starts_with("time went backwards by "));
            prop_assert_eq!(&player.state, &before);
            prop_assert_eq!(json::to_string(&player.state), json::to_string(&before));
            let seen = Input::Size(Replicas::new(size));
            let refused = decide(&policy, &player.state, seen, earlier, ());
            prop_assert_eq!(refused.expect_err("time went back").code(), "time-went-back");
        }
    }

    /// Without new samples the answer is the same from one question until `poll_timeout`.
    #[test]
    fn nothing_changes_before_poll_timeout(
        (policy, size, steps) in course_of(policies::ordinary()),
        part in any::<u32>(),
    ) {
        let mut player = Player::new(&policy, size);
        for step in &steps {
            let Some(answer) = player.step(step) else { continue };
            let size = answer.decision.to.get();
            let until = poll_timeout(&policy, &player.state);
            let until = until.unwrap_or_else(|| shifted(step.now, 30 * 86_400_000_000_000));
            prop_assert!(until > step.now, "it would have to be asked again at once");
            let first = player.would(size, step.now);
            let wait = until.nanos() - step.now.nanos();
            for nanos in [0, 1, (wait as f64 * f64::from(part) / 4_294_967_296.0) as i64, wait - 1] {
                let later = player.would(size, shifted(step.now, nanos.min(wait - 1)));
                prop_assert_eq!(later.to, first.to);
                prop_assert_eq!(later.because.code(), first.because.code());
            }
        }
    }
}
