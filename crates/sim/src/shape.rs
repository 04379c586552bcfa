//! Made-up load for tests and examples: the days around a product launch.

use trimtab_core::{Duration, Timestamp};

use crate::demand::Demand;
use crate::error::Error;
use crate::seed::Seed;

/// The load around a launch: quiet days with a daily rhythm, a rise before it, a spike at it, a
/// plateau, and a decay back to quiet. Noise comes from the seed.
#[derive(Clone, PartialEq, Debug)]
pub struct Launch {
    /// When the quiet time begins.
    pub from: Timestamp,
    /// How long it is quiet.
    pub quiet: Duration,
    /// Requests a second on a quiet day, on average; the lull before and after.
    pub base: f64,
    /// How far a quiet day swings around it, as a part of it: 0.3 is from 70 % to 130 %.
    pub swing: f64,
    /// How long before the launch the rise takes.
    pub rise: Duration,
    /// Requests a second at the end of the rise.
    pub risen: f64,
    /// Requests a second at the top of the spike.
    pub peak: f64,
    /// How long the spike takes, up and down again.
    pub spike: Duration,
    /// Requests a second on the plateau.
    pub plateau: f64,
    /// How long the plateau is.
    pub hold: Duration,
    /// How long the decay takes.
    pub decay: Duration,
    /// How long quiet days go on after it.
    pub after: Duration,
    /// How much each rate may differ, as a part of it: about two thirds lie within this.
    pub noise: f64,
    /// One point each so often; above zero.
    pub every: Duration,
    /// Where the noise comes from.
    pub seed: u64,
}

impl Launch {
    /// A quiet week at `base`, then a launch to `peak`: six hours of rise, an hour of spike,
    /// eight hours at 60 % of the peak and a decay over 24 hours, a point a minute.
    #[must_use]
    pub fn after_a_quiet_week(from: Timestamp, base: f64, peak: f64, seed: u64) -> Self {
        Self {
            from,
            quiet: Duration::hours(7 * 24),
            base,
            swing: 0.3,
            rise: Duration::hours(6),
            risen: base + (peak - base) * 0.35,
            peak,
            spike: Duration::hours(1),
            plateau: base + (peak - base) * 0.6,
            hold: Duration::hours(8),
            decay: Duration::hours(24),
            after: Duration::hours(9),
            noise: 0.04,
            every: Duration::minutes(1),
            seed,
        }
    }

    /// When it launches.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.from.saturating_add(self.quiet).saturating_add(self.rise)
    }

    /// When the last point is due.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        let end = self.at().saturating_add(self.spike).saturating_add(self.hold);
        end.saturating_add(self.decay).saturating_add(self.after)
    }

    /// The rates, each with its noise. None if `every` is zero.
    #[must_use]
    pub fn points(&self) -> Vec<(Timestamp, f64)> {
        let mut points = Vec::new();
        let mut seed = Seed::named(self.seed, "launch");
        let mut at = self.from;
        while at < self.until() && !self.every.is_zero() {
            let noisy = self.rate(at) * (1.0 + self.noise * seed.bell() / BELL);
            // To a thousandth: files and pictures of it stay readable.
            points.push((at, (noisy.max(0.0) * 1000.0).round() / 1000.0));
            at = at.saturating_add(self.every);
        }
        points
    }

    /// The rates as demand, with straight lines between them.
    ///
    /// # Errors
    /// [`Error::Demand`] if there is no point, or a rate is not finite.
    pub fn demand(&self) -> Result<Demand, Error> {
        Demand::lines(self.points())
    }

    /// The rate at an instant, without noise.
    #[must_use]
    pub fn rate(&self, at: Timestamp) -> f64 {
        let quiet = self.base * (1.0 + self.swing * daily(at));
        let launch = self.at();
        if at < launch {
            let rise_from = self.from.saturating_add(self.quiet);
            return blend(quiet, self.risen, smooth(part(rise_from, self.rise, at)));
        }
        let spiked = launch.saturating_add(self.spike);
        if at < spiked {
            // Up in the first quarter of the spike, down again in the rest.
            let x = part(launch, self.spike, at);
            return if x < 0.25 {
                blend(self.risen, self.peak, smooth(x * 4.0))
            } else {
                blend(self.peak, self.plateau, smooth((x - 0.25) / 0.75))
            };
        }
        let held = spiked.saturating_add(self.hold);
        // The cube of what is left: fast at first, with a long tail.
        let left = 1.0 - part(held, self.decay, at);
        blend(quiet, self.plateau, left * left * left)
    }
}

/// The deviation of [`Seed::bell`]: the root of a third.
const BELL: f64 = 0.577_350_269_189_625_8;

/// How far an instant lies into a span, from 0 to 1; 1 at once if the span is no time at all.
fn part(from: Timestamp, span: Duration, at: Timestamp) -> f64 {
    if span.is_zero() {
        return if at < from { 0.0 } else { 1.0 };
    }
    (at.since(from).as_seconds() / span.as_seconds()).min(1.0)
}

fn blend(from: f64, to: f64, part: f64) -> f64 {
    from + (to - from) * part
}

/// From 0 to 1 without a corner at either end.
fn smooth(x: f64) -> f64 {
    x * x * (3.0 - 2.0 * x)
}

/// The rhythm of a day in UTC, from -1 at three at night to 1 at three in the afternoon: two
/// parabolas, since sines differ between machines.
fn daily(at: Timestamp) -> f64 {
    let day = Duration::hours(24).nanos();
    // Nine in the morning is where it crosses zero on its way up.
    let into = at.nanos().saturating_sub(Duration::hours(9).nanos()).rem_euclid(day);
    let x = crate::arith::float(into) / crate::arith::float(day);
    if x < 0.5 { 16.0 * x * (0.5 - x) } else { -16.0 * (x - 0.5) * (1.0 - x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch() -> Launch {
        Launch::after_a_quiet_week(Timestamp::from_seconds(0), 100.0, 1000.0, 1)
    }

    #[test]
    fn the_story_of_a_launch() {
        let launch = launch();
        let hour = |h: u32| launch.from.saturating_add(Duration::hours(h));
        assert!((launch.rate(hour(15)) - 130.0).abs() < 1e-9, "the top of a quiet day");
        assert!((launch.rate(hour(27)) - 70.0).abs() < 1e-9, "its bottom");
        assert_eq!(launch.at(), hour(174));
        assert!((launch.rate(launch.at()) - launch.risen).abs() < 1e-9);
        let top = launch.at().saturating_add(Duration::minutes(15));
        assert!((launch.rate(top) - 1000.0).abs() < 1e-9);
        let falling = launch.at().saturating_add(Duration::minutes(24));
        // 9 of 45 minutes down to the plateau: 0.2 x 0.2 x 2.6 of the way.
        assert!((launch.rate(falling) - (1000.0 - 360.0 * 0.104)).abs() < 1e-9);
        assert!(launch.rate(launch.at().saturating_add(Duration::minutes(17))) < 1000.0);
        assert!((launch.rate(hour(180)) - 640.0).abs() < 1e-9, "the plateau");
        let fading = [183, 187, 191, 195].map(|h| launch.rate(hour(h)));
        assert!(fading.is_sorted_by(|a, b| a > b), "{fading:?}");
        assert!((launch.rate(hour(207)) - 130.0).abs() < 1e-9, "a quiet day again");
    }

    #[test]
    fn noise_is_the_seeds() {
        let a = launch().points();
        assert_eq!(a, launch().points());
        assert_ne!(a, Launch { seed: 2, ..launch() }.points());
        assert_eq!(a.len(), 216 * 60);
        let off = a.iter().map(|(at, rate)| (rate / launch().rate(*at) - 1.0).abs());
        assert!(off.fold(0.0, f64::max) < 0.04 * 2.0 / BELL + 1e-5);
        assert!(Launch { every: Duration::ZERO, ..launch() }.demand().is_err());
    }
}
