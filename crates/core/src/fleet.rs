//! Budgets that several services share, decided between deciding and writing.

use serde::{Deserialize, Serialize};

use crate::arith::float;
use crate::{BudgetName, Replicas, ServiceId};

/// The most that a service may have on account of a shared budget.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cap {
    /// Whose size it bounds.
    pub service: ServiceId,
    /// Which budget.
    pub budget: BudgetName,
    /// The most replicas.
    pub at_most: Replicas,
}

/// Budgets that services share.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Budgets(pub Vec<Budget>);

/// One budget: a limit, and what each replica of each service takes of it.
///
/// A connection budget: `limit` is the database's `max_connections` less a reserve, a share's
/// `each` is processes x (pool size + overflow).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Its name, for reasons.
    pub name: BudgetName,
    /// How much there is, in its own unit.
    pub limit: i64,
    /// Who draws on it.
    pub shares: Vec<Share>,
}

/// What one service takes of a budget.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The service.
    pub service: ServiceId,
    /// How much each of its replicas takes; less than 1 counts as nothing.
    pub each: i64,
}

/// What a service has and wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Want {
    /// The service.
    pub service: ServiceId,
    /// What it has.
    pub current: Replicas,
    /// What was decided for it so far.
    pub wanted: Replicas,
}

/// Shares what the budgets leave: a cap for each service that cannot have what it wants.
///
/// Everybody keeps what they have, or the less that they want; what is left goes out one replica
/// at a time to whoever has got the smallest part of the growth they asked for, in the order of the
/// budget's shares among equals. Of more than a thousand replicas a thousandth goes out at a time. A budget that is overdrawn already lets nobody grow, and takes from nobody.
///
/// ```
/// use trimtab_core::fleet::{Budget, Budgets, Share, Want, share};
/// use trimtab_core::Replicas;
/// let want = |service: &str, current, wanted| Want {
///     service: service.into(), current: Replicas::new(current), wanted: Replicas::new(wanted),
/// };
/// let budget = Budget {
///     name: "postgres".into(),
///     limit: 500,
///     shares: vec![Share { service: "gateway".into(), each: 50 }, Share { service: "tools".into(), each: 50 }],
/// };
/// let caps = share(&[want("gateway", 3, 8), want("tools", 3, 6)], &Budgets(vec![budget]));
/// let caps: Vec<_> = caps.iter().map(|c| (c.service.as_str(), c.at_most.get())).collect();
/// assert_eq!(caps, [("gateway", 5), ("tools", 5)]);
/// ```
#[must_use]
pub fn share(wanted: &[Want], budgets: &Budgets) -> Vec<Cap> {
    let mut caps: Vec<Cap> = Vec::new();
    for budget in &budgets.0 {
        for (want, size) in grant(wanted, budget) {
            if size >= want.wanted {
                continue;
            }
            let cap =
                Cap { service: want.service.clone(), budget: budget.name.clone(), at_most: size };
            match caps.iter_mut().find(|c| c.service == cap.service) {
                Some(tighter) if tighter.at_most <= cap.at_most => {}
                Some(looser) => *looser = cap,
                None => caps.push(cap),
            }
        }
    }
    caps
}

/// A service's place in one budget while it is being shared out.
struct Claim<'a> {
    want: &'a Want,
    each: i64,
    size: Replicas,
}

impl Claim<'_> {
    /// Which part of its growth it has got: 1 is all of it.
    fn part(&self) -> f64 {
        let got = self.size.get().saturating_sub(self.want.current.get());
        let asked = self.want.wanted.get().saturating_sub(self.want.current.get());
        float(i64::from(got)) / float(i64::from(asked.max(1)))
    }

    /// How many replicas it gets in one turn, of an amount that is at least one's.
    fn turn(&self, left: i64) -> i32 {
        let asked = self.want.wanted.get().saturating_sub(self.want.current.get());
        let open = self.want.wanted.get().saturating_sub(self.size.get());
        let affordable = i32::try_from(left.div_euclid(self.each)).unwrap_or(i32::MAX);
        asked.div_euclid(1_000).max(1).min(open).min(affordable)
    }
}

fn grant<'a>(wanted: &'a [Want], budget: &Budget) -> Vec<(&'a Want, Replicas)> {
    let mut claims: Vec<Claim<'a>> = Vec::new();
    for share in budget.shares.iter().filter(|share| share.each > 0) {
        if let Some(want) = wanted.iter().find(|want| want.service == share.service) {
            let size = want.current.min(want.wanted);
            claims.push(Claim { want, each: share.each, size });
        }
    }
    let taken = claims.iter().fold(0_i64, |sum, claim| {
        sum.saturating_add(i64::from(claim.size.get()).saturating_mul(claim.each))
    });
    let mut left = budget.limit.saturating_sub(taken);
    loop {
        let needy = claims.iter_mut().filter(|c| c.size < c.want.wanted && c.each <= left);
        let Some(next) = needy.min_by(|a, b| a.part().total_cmp(&b.part())) else { break };
        let more = next.turn(left);
        next.size = next.size.saturating_add(Replicas::new(more));
        left = left.saturating_sub(next.each.saturating_mul(i64::from(more)));
    }
    claims.into_iter().map(|claim| (claim.want, claim.size)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(service: &str, current: i32, wanted: i32) -> Want {
        Want {
            service: service.into(),
            current: Replicas::new(current),
            wanted: Replicas::new(wanted),
        }
    }

    fn budget(limit: i64) -> Budgets {
        let share = |service: &str, each| Share { service: service.into(), each };
        Budgets(vec![Budget {
            name: "db".into(),
            limit,
            shares: vec![share("a", 10), share("b", 20)],
        }])
    }

    #[test]
    fn enough_for_all_caps_nobody() {
        assert_eq!(share(&[want("a", 1, 5), want("b", 1, 5)], &budget(150)), vec![]);
    }

    #[test]
    fn overdrawn_lets_nobody_grow_and_takes_from_nobody() {
        let caps = share(&[want("a", 5, 9), want("b", 5, 2)], &budget(10));
        assert_eq!(caps.len(), 1);
        assert_eq!((caps[0].service.as_str(), caps[0].at_most.get()), ("a", 5));
    }

    #[test]
    fn one_that_shrinks_makes_room() {
        let caps = share(&[want("a", 2, 6), want("b", 4, 1)], &budget(80));
        assert_eq!(caps, vec![], "6 x 10 + 1 x 20 = 80");
    }
}
