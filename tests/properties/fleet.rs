//! Budgets that services share.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use trimtab::fleet::{Budget, Budgets, Cap, Share, Want, share};
use trimtab::{Replicas, ServiceId};

use crate::cases;

fn service(place: usize) -> ServiceId {
    ServiceId::from(["a", "b", "c", "d", "e"][place % 5])
}

fn wants(size: impl Strategy<Value = i32> + Clone) -> impl Strategy<Value = Vec<Want>> {
    vec((size.clone(), size), 1..=5).prop_map(|sizes| {
        let each = sizes.into_iter().enumerate().map(|(place, (current, wanted))| Want {
            service: service(place),
            current: Replicas::new(current),
            wanted: Replicas::new(wanted),
        });
        each.collect()
    })
}

fn budgets(
    limit: impl Strategy<Value = i64> + Clone,
    each: impl Strategy<Value = i64> + Clone,
) -> impl Strategy<Value = Budgets> {
    let shares = Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle();
    let shares = (shares, vec(each, 0..=5)).prop_map(|(order, each)| {
        let share = |(place, each): (usize, i64)| Share { service: service(place), each };
        order.into_iter().zip(each).map(share).collect::<Vec<_>>()
    });
    vec((limit, shares), 1..=3).prop_map(|budgets| {
        let budget = |(at, (limit, shares)): (usize, (i64, Vec<Share>))| Budget {
            name: ["db", "cache", "nodes"][at].into(),
            limit,
            shares,
        };
        Budgets(budgets.into_iter().enumerate().map(budget).collect())
    })
}

fn cap_of(caps: &[Cap], want: &Want) -> i32 {
    let cap = caps.iter().find(|cap| cap.service == want.service);
    cap.map_or(want.wanted, |cap| cap.at_most.min(want.wanted)).get()
}

/// What a budget is drawn on for, at these sizes.
fn drawn(budget: &Budget, wants: &[Want], size: impl Fn(&Want) -> i32) -> i64 {
    let of = |share: &Share| {
        let want = wants.iter().find(|want| want.service == share.service);
        want.map_or(0, |want| i64::from(size(want)) * share.each.max(0))
    };
    budget.shares.iter().map(of).sum()
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn no_budget_is_overdrawn_further(
        wants in wants(0..=40_i32),
        budgets in budgets(0..=1_500_i64, -1..=60_i64),
    ) {
        let caps = share(&wants, &budgets);
        let least = |want: &Want| want.current.min(want.wanted).get();
        for budget in &budgets.0 {
            let kept = drawn(budget, &wants, least);
            let shared = drawn(budget, &wants, |want| cap_of(&caps, want));
            prop_assert!(shared <= budget.limit.max(kept), "{shared} of {}", budget.limit);
        }
        for want in &wants {
            prop_assert!(cap_of(&caps, want) >= least(want));
        }
        // One cap a service, and only for those who get less than they want.
        for (at, cap) in caps.iter().enumerate() {
            prop_assert!(caps[..at].iter().all(|other| other.service != cap.service));
            let want = wants.iter().find(|want| want.service == cap.service).expect("its want");
            prop_assert!(cap.at_most < want.wanted);
        }
    }

    /// With one budget nothing that could still be given is kept back, and the order in which
    /// wants are listed does not matter; among equals the budget's own order does.
    #[test]
    fn what_is_left_goes_out(
        (wants, other) in wants(0..=40_i32).prop_flat_map(|w| (Just(w.clone()), Just(w).prop_shuffle())),
        budgets in budgets(0..=1_500_i64, 1..=60_i64),
    ) {
        let alone = Budgets(vec![budgets.0[0].clone()]);
        let caps = share(&wants, &alone);
        let budget = &alone.0[0];
        let left = budget.limit - drawn(budget, &wants, |want| cap_of(&caps, want));
        for cap in &caps {
            let each = budget.shares.iter().find(|s| s.service == cap.service).expect("a share").each;
            prop_assert!(left < each, "{left} left, and {} takes {each}", cap.service);
        }
        let shuffled = share(&other, &budgets);
        for want in &wants {
            prop_assert_eq!(cap_of(&share(&wants, &budgets), want), cap_of(&shuffled, want));
        }
    }

    /// At the rails it neither panics nor takes long.
    #[test]
    fn at_the_rails(
        wants in wants(prop_oneof![any::<i32>(), select(vec![i32::MIN, 0, i32::MAX])]),
        budgets in budgets(
            prop_oneof![any::<i64>(), select(vec![i64::MIN, 0, i64::MAX])],
            prop_oneof![any::<i64>(), select(vec![i64::MIN, 1, i64::MAX])],
        ),
    ) {
        for cap in share(&wants, &budgets) {
            let want = wants.iter().find(|want| want.service == cap.service).expect("its want");
            prop_assert!(cap.at_most >= want.current.min(want.wanted));
        }
    }
}
