//! A changed policy: what stays the same keeps its clock.

use proptest::prelude::{any, prop_assert_eq, proptest};
use trimtab::rules::Rules;
use trimtab::{Policy, Real, ReasonCode, json, migrate};
use trimtab_tests::courses::{course_of, shifted};
use trimtab_tests::player::Player;
use trimtab_tests::policies::{self, changed};

use crate::cases;

fn conditions(rules: &mut Rules) -> Vec<&mut trimtab::rules::Condition> {
    rules.up.conditions.iter_mut().chain(&mut rules.down.conditions).collect()
}

proptest! {
    #![proptest_config(cases(300))]

    /// The same policy, or one that differs in guards and bounds alone, changes no clock.
    #[test]
    fn other_guards_keep_every_clock(
        (policy, size, steps) in course_of(policies::ordinary()),
        other in policies::ordinary(),
    ) {
        let parts = trimtab::policy::Parts {
            guards: other.guards().clone(),
            bounds: other.bounds(),
            ..policy.clone().into_parts()
        };
        let new = Policy::new(parts).expect("stands");
        let mut player = Player::new(&policy, size);
        steps.iter().for_each(|step| drop(player.step(step)));
        let (there, reasons) = migrate(player.state.clone(), &policy, &new);
        prop_assert_eq!(reasons, vec![]);
        prop_assert_eq!(there.policy(), new.digest());
        let (back, reasons) = migrate(there, &new, &policy);
        prop_assert_eq!(reasons, vec![]);
        let text = json::to_string(&back).replace("\"stirred\":true", "\"stirred\":false");
        let before =
            json::to_string(&player.state).replace("\"stirred\":true", "\"stirred\":false");
        prop_assert_eq!(text, before);
    }

    /// One changed threshold restarts the clock of its condition, says so, and no other: the
    /// other conditions go on as if nothing had happened.
    #[test]
    fn a_changed_threshold_restarts_its_own_clock(
        (policy, size, steps) in course_of(policies::unguarded()),
        which in any::<usize>(),
    ) {
        let mut rules = policy.rules().expect("rules").clone();
        let count = conditions(&mut rules).len();
        if count == 0 {
            return Ok(());
        }
        let which = which % count;
        let new = changed(&policy, |rules| {
            let mut all = conditions(rules);
            all[which].threshold = Real::new(all[which].threshold.get() + 1_000.0);
        });
        let mut player = Player::new(&policy, size);
        steps.iter().for_each(|step| drop(player.step(step)));
        let same = conditions(&mut rules);
        // Of two equal conditions the other one's clock is as good.
        let twins = same.iter().filter(|c| ***c == *same[which]).count();
        let (state, reasons) = migrate(player.state.clone(), &policy, &new);
        prop_assert_eq!(reasons.len(), 1);
        prop_assert_eq!(reasons[0].code(), ReasonCode::ClockRestarted);
        if twins > 1 {
            return Ok(());
        }
        // Back to the old threshold: only that clock has nothing to go on.
        let (back, _) = migrate(state, &new, &policy);
        let alone = changed(&policy, |rules| {
            let kept = conditions(rules)[which].clone();
            rules.up.conditions.retain(|c| *c != kept);
            rules.down.conditions.retain(|c| *c != kept);
        });
        let now = shifted(steps.last().expect("a step").now, 1);
        let with = migrate(back, &policy, &alone).0;
        let without = migrate(player.state.clone(), &policy, &alone).0;
        prop_assert_eq!(json::to_string(&with), json::to_string(&without));
        let mut one = Player::new(&alone, size);
        let mut two = one.clone();
        (one.state, two.state) = (with, without);
        prop_assert_eq!(one.would(size, now), two.would(size, now));
    }
}
