//! Sizes and amounts, each with its unit in its type.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number of replicas, as Kubernetes counts them: an `i32`.
///
/// Policies only accept zero or more; a negative one can appear as a fact under the `hpa` law,
/// which reconciles even what an API server would refuse.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Replicas(i32);

impl Replicas {
    /// None at all.
    pub const ZERO: Self = Self(0);

    /// A number of replicas.
    #[must_use]
    pub const fn new(count: i32) -> Self {
        Self(count)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// This many more, saturating.
    #[must_use]
    pub const fn saturating_add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    /// This many fewer, saturating.
    #[must_use]
    pub const fn saturating_sub(self, fewer: Self) -> Self {
        Self(self.0.saturating_sub(fewer.0))
    }
}

impl fmt::Display for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// An amount of CPU in thousandths of a core: an `i64`.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct MilliCores(i64);

impl MilliCores {
    /// An amount in thousandths of a core.
    #[must_use]
    pub const fn new(millicores: i64) -> Self {
        Self(millicores)
    }

    /// Thousandths of a core.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for MilliCores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}m", self.0)
    }
}

/// An amount of memory in bytes: an `i64`.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bytes(i64);

impl Bytes {
    /// An amount in bytes.
    #[must_use]
    pub const fn new(bytes: i64) -> Self {
        Self(bytes)
    }

    /// Bytes.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (shift, name) in [(40_u32, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")] {
            let unit = 1_i64.wrapping_shl(shift);
            if self.0 != 0 && self.0.rem_euclid(unit) == 0 {
                return write!(f, "{}{name}", self.0.div_euclid(unit));
            }
        }
        fmt::Display::fmt(&self.0, f)
    }
}

/// An amount of money in millionths of the estate's currency unit: an `i64`.
///
/// ```
/// use trimtab_core::Money;
/// assert_eq!(Money::from_micros(1_250_000).to_string(), "1.25");
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// An amount in millionths of the currency's unit.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Millionths of the currency's unit.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The sum, saturating.
    #[must_use]
    pub const fn saturating_add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    /// This price for a (fractional) amount of what it buys, to the nearest millionth.
    #[must_use]
    pub fn times(self, amount: f64) -> Self {
        Self(crate::arith::saturating_i64((crate::arith::float(self.0) * amount).round()))
    }
}

/// Two decimals, rounded half away from zero.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs().saturating_add(5_000).div_euclid(10_000);
        write!(f, "{sign}{}.{:02}", cents.div_euclid(100), cents.rem_euclid(100))
    }
}

/// Names are non-empty texts that are compared as they are.
macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(std::sync::Arc<str>);

        impl $type {
            /// The name itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $type {
            fn from(name: &str) -> Self {
                Self(name.into())
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

name! {
    /// The name of a service, unique in its estate. Cheap to clone.
    ServiceId
}
name! {
    /// The name of a metric, unique in its policy. Cheap to clone.
    MetricName
}
name! {
    /// Who measured a sample: a file, a server, a pod. Cheap to clone.
    Source
}
name! {
    /// The name of a budget that several services share. Cheap to clone.
    BudgetName
}
