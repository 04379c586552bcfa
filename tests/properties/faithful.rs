//! States and records that go through text are the same values, and records stand.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use trimtab::{Intake, again, json, replay};
use trimtab_tests::courses::course_of;
use trimtab_tests::player::Player;
use trimtab_tests::policies;

use crate::cases;

proptest! {
    #![proptest_config(cases(200))]

    /// A state that is restored from its text goes on exactly where it was.
    #[test]
    fn a_restored_state_goes_on(
        (policy, size, steps) in course_of(policies::ordinary()),
        when in any::<u64>(),
    ) {
        let (mut one, mut two) = (Player::new(&policy, size), Player::new(&policy, size));
        for (at, step) in steps.iter().enumerate() {
            if when >> (at % 64) & 1 == 1 {
                let text = json::to_string(&two.state);
                two.state = json::read_state(&text).expect("reads back");
                prop_assert_eq!(json::to_string(&two.state), text);
            }
            prop_assert_eq!(one.step(step), two.step(step));
            prop_assert_eq!(&one.state, &two.state);
        }
    }

    /// A recorder changes no answer, and each record stands, also after it went through text.
    #[test]
    fn records_stand((policy, size, steps) in course_of(policies::ordinary())) {
        let mut plain = Player::new(&policy, size);
        let mut recording = Player::recording(&policy, size);
        for step in &steps {
            prop_assert_eq!(plain.take_in(step), recording.take_in(step));
            let Some((answer, recorded)) = plain.decide(step).zip(recording.decide(step)) else {
                continue;
            };
            prop_assert_eq!(&answer.decision, &recorded.decision);
            prop_assert_eq!(&answer.state, &recorded.state);
            let record = recorded.record.expect("kept");
            let text = json::to_string(&record);
            let read = json::read_record(&text).expect("reads back");
            prop_assert_eq!(&read, &record);
            prop_assert!(replay(&read).is_ok(), "{:?}", replay(&read));
            prop_assert_eq!(json::to_string(&again(&read).expect("again")), text);
        }
    }

    /// A decision that is dropped leaves nothing behind.
    #[test]
    fn a_dropped_decision_was_never_asked((policy, size, steps) in course_of(policies::ordinary())) {
        let (mut one, mut two) = (Player::new(&policy, size), Player::new(&policy, size));
        for step in &steps {
            let _: Intake = one.take_in(step);
            let _: Intake = two.take_in(step);
            let _ = one.would(size, step.now);
            prop_assert_eq!(one.decide(step), two.decide(step));
        }
    }
}
