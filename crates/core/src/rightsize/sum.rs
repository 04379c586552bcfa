//! A sum that carries its rounding error along, so that a mean of equal values is that value.

/// A sum of doubles in twice their precision.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    sum: f64,
    /// What the sum should be, less what it is.
    rest: f64,
}

impl Sum {
    /// Adds a value.
    pub(crate) fn add(&mut self, value: f64) {
        let (sum, error) = exact_sum(self.sum, value);
        let (sum, rest) = exact_sum(sum, self.rest + error);
        // Beyond the largest double there is no error to carry, only NaN.
        (self.sum, self.rest) = (sum, if sum.is_finite() { rest } else { 0.0 });
    }

    /// Adds a product.
    pub(crate) fn add_product(&mut self, a: f64, b: f64) {
        let (product, error) = exact_product(a, b);
        self.add(product);
        self.add(error);
    }

    /// The sum over a divisor, rounded once.
    pub(crate) fn over(self, divisor: f64) -> f64 {
        let quotient = self.sum / divisor;
        let (product, error) = exact_product(quotient, divisor);
        if !product.is_finite() {
            return quotient;
        }
        quotient + ((self.sum - product) - error + self.rest) / divisor
    }
}

/// The rounded sum and its error (Knuth).
fn exact_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    if !sum.is_finite() {
        return (sum, 0.0);
    }
    let of_b = sum - a;
    let of_a = sum - of_b;
    (sum, (a - of_a) + (b - of_b))
}

/// The rounded product and its error (Dekker); the error is 0 where splitting would overflow.
fn exact_product(a: f64, b: f64) -> (f64, f64) {
    const MOST: f64 = 1e290;
    let product = a * b;
    if product.abs() > MOST || a.abs() > MOST || b.abs() > MOST {
        return (product, 0.0);
    }
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    let error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    (product, error)
}

/// The upper and the lower half of a double's digits.
fn split(value: f64) -> (f64, f64) {
    let scaled = value * 134_217_729.0;
    let high = scaled - (scaled - value);
    (high, value - high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_equal_values_is_that_value() {
        for value in [0.15, 0.1, 1e-9, 0.3, 314_572_800.123, 7e17] {
            let (mut sum, mut weight) = (Sum::default(), 0.0);
            for number in 1..2000_u32 {
                let length = f64::from(number) * 299_999_977.0;
                sum.add_product(value, length);
                weight += length;
            }
            assert_eq!(sum.over(weight).to_bits(), value.to_bits());
        }
    }

    #[test]
    fn too_much_is_infinite_and_never_nan() {
        let mut sum = Sum::default();
        for _ in 0..3 {
            sum.add_product(1e300, 1e14);
        }
        sum.add(-1e300);
        assert!(sum.over(1e14).is_infinite());
        let mut most = Sum::default();
        most.add(f64::MAX);
        for parts in [1.0, 3.0, 7.0] {
            assert!((most.over(parts) - f64::MAX / parts).abs() < 1e-9, "{parts}");
        }
    }

    #[test]
    fn what_is_added_and_taken_away_leaves_nothing() {
        let mut sum = Sum::default();
        for value in [0.1, 1e16, 0.7] {
            sum.add(value);
        }
        for value in [1e16, 0.1] {
            sum.add(-value);
        }
        assert_eq!(sum.over(1.0).to_bits(), 0.7_f64.to_bits());
    }

    /// A product's error is carried along: 0.1 x 3 is not 0.30000000000000004.
    #[test]
    fn products_are_exact() {
        for (a, b) in [(0.1, 3.0), (3.0, 0.1), (0.7, 0.1), (1.1, 1e200)] {
            let mut sum = Sum::default();
            sum.add_product(a, b);
            assert_eq!(sum.over(b).to_bits(), f64::to_bits(a), "{a} x {b}");
        }
    }

    #[test]
    fn the_rest_counts_before_the_one_rounding() {
        let mut sum = Sum::default();
        sum.add(1.0);
        sum.add(f64::EPSILON / 2.0);
        assert_eq!(sum.over(1.0).to_bits(), 1.0_f64.to_bits(), "a tie goes to the even one");
    }

    #[test]
    fn a_large_factor_is_no_trouble() {
        for (a, b) in [(1e305, 1e-100), (1e-100, 1e305)] {
            let mut sum = Sum::default();
            sum.add_product(a, b);
            assert!((sum.over(1e205) - 1.0).abs() < 1e-15, "{a} x {b}");
        }
        let mut sum = Sum::default();
        sum.add_product(1e200, 1e200);
        assert!(sum.over(1.0).is_infinite());
    }
}
