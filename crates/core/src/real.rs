//! A double that compares by its bits and survives JSON.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A measured or configured double.
///
/// Two are equal when their bits are, so a record can be compared with its replay even where a
/// value is NaN; all NaNs become one and -0 becomes 0. In JSON a finite one is a number, the
/// others are the texts `"NaN"`, `"+Inf"` and `"-Inf"`.
///
/// ```
/// use trimtab_core::Real;
/// assert_eq!(Real::new(f64::NAN), Real::new(-f64::NAN));
/// assert_eq!(serde_json::to_string(&Real::new(f64::INFINITY))?, "\"+Inf\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Real(f64);

impl Real {
    /// Zero.
    pub const ZERO: Self = Self(0.0);

    /// Wraps a double; NaN and zero each get their one form.
    #[must_use]
    #[inline]
    pub const fn new(value: f64) -> Self {
        if value.is_nan() {
            Self(f64::NAN)
        } else if value.to_bits() == (-0.0_f64).to_bits() {
            Self(0.0)
        } else {
            Self(value)
        }
    }

    /// The double.
    #[must_use]
    #[inline]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl From<f64> for Real {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Real {}

/// The number as people read it in a sentence: at most three decimals, none that say nothing.
impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_nan() {
            return f.write_str("NaN");
        }
        if self.0.is_infinite() {
            return f.write_str(if self.0 > 0.0 { "+Inf" } else { "-Inf" });
        }
        if self.0.abs() >= 1e15 || (self.0.abs() < 1e-3 && self.0.abs() > 0.0) {
            return write!(f, "{:e}", self.0);
        }
        let text = format!("{:.3}", self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl fmt::Debug for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for Real {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrName;
        impl Visitor<'_> for NumberOrName {
            type Value = Real;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, \"NaN\", \"+Inf\" or \"-Inf\"")
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Real, E> {
                Ok(Real::new(value))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Real, E> {
                Ok(Real::new(crate::arith::float(value)))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Real, E> {
                Ok(Real::new(crate::arith::float_of_u64(value)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Real, E> {
                match text {
                    "NaN" => Ok(Real::new(f64::NAN)),
                    "+Inf" => Ok(Real::new(f64::INFINITY)),
                    "-Inf" => Ok(Real::new(f64::NEG_INFINITY)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(NumberOrName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_kind() {
        for value in [0.0, 85.835, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e18, -3.0] {
            let text = serde_json::to_string(&Real::new(value)).expect("serialises");
            let back: Real = serde_json::from_str(&text).expect("reads back");
            assert_eq!(back, Real::new(value), "{text}");
        }
        assert_eq!(Real::new(-0.0), Real::ZERO);
    }

    #[test]
    fn sentences() {
        assert_eq!(Real::new(85.835).to_string(), "85.835");
        assert_eq!(Real::new(70.0).to_string(), "70");
        assert_eq!(Real::new(100.0).to_string(), "100");
    }
}
