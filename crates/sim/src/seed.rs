//! Where all chance comes from.

use crate::arith::unit;

/// A stream of numbers that look random and are the same for the same seed, on every machine:
/// the SplitMix64 generator in a `u64`. Not for secrets.
///
/// ```
/// use trimtab_sim::Seed;
/// let (mut a, mut b) = (Seed::new(7), Seed::new(7));
/// assert_eq!(a.bits(), b.bits());
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seed(u64);

impl Seed {
    /// The stream of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for each name under one seed, so that adding a service to an estate
    /// leaves the chances of the others as they were.
    #[must_use]
    pub fn named(seed: u64, name: &str) -> Self {
        // FNV-1a over the name: short, and only has to tell names apart.
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
        Self(Self(seed ^ hash).bits())
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = self.0;
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number, evenly from `[0, 1)`.
    pub const fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// The next number of a bell around 0 that ends at -2 and 2: mean 0, deviation about 0.58.
    /// The sum of four even ones, since a true normal needs a logarithm, which machines differ on.
    pub fn bell(&mut self) -> f64 {
        self.unit() + self.unit() + self.unit() + self.unit() - 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_of_the_generator() {
        let mut seed = Seed::new(1_234_567);
        assert_eq!(seed.bits(), 6_457_827_717_110_365_317);
        assert_eq!(seed.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn names_have_streams_of_their_own() {
        assert_ne!(Seed::named(1, "web").bits(), Seed::named(1, "api").bits());
        assert_eq!(Seed::named(1, "web"), Seed::named(1, "web"));
    }

    #[test]
    fn the_bell_is_centred_and_bounded() {
        let mut seed = Seed::new(3);
        let drawn: Vec<f64> = (0..10_000).map(|_| seed.bell()).collect();
        let mean = drawn.iter().sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!(drawn.iter().all(|x| (-2.0..=2.0).contains(x)));
    }
}
