//! Demand: the requests that arrive each second, whatever becomes of them.

use trimtab_core::{Duration, Timestamp};

use crate::error::Error;

/// Open-loop demand over time: requests a second at stated instants, and what holds in between.
///
/// Open loop means that users don't slow down when the service does. Before the first instant the
/// first rate holds, after the last the last one. Rates go from zero to [`MOST`]; instants rise
/// strictly.
///
/// ```
/// use trimtab_core::Timestamp;
/// use trimtab_sim::Demand;
/// let at = Timestamp::from_seconds;
/// let ramp = Demand::lines(vec![(at(0), 10.0), (at(60), 70.0)])?;
/// assert_eq!(ramp.rate(at(30)), 40.0);
/// assert!(Demand::steps(vec![(at(0), -1.0)]).is_err());
/// # Ok::<(), trimtab_sim::Error>(())
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Demand {
    points: Vec<(Timestamp, f64)>,
    between: Between,
}

/// The largest rate, capacity or queue that the model takes: a million millions. Beyond it sums
/// over a week would lose whole requests.
pub const MOST: f64 = 1e12;

/// What holds between two stated instants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Between {
    /// The earlier rate, until the later instant.
    Steps,
    /// The straight line from one to the other.
    Lines,
}

impl Demand {
    /// The same rate for ever.
    ///
    /// # Errors
    /// [`Error::Demand`] if the rate is not a number from zero to [`MOST`].
    pub fn constant(rate: f64) -> Result<Self, Error> {
        Self::new(vec![(Timestamp::MIN, rate)], Between::Steps)
    }

    /// Rates that hold until the next instant.
    ///
    /// # Errors
    /// As [`Demand::new`].
    pub fn steps(points: Vec<(Timestamp, f64)>) -> Result<Self, Error> {
        Self::new(points, Between::Steps)
    }

    /// Rates with straight lines between them.
    ///
    /// # Errors
    /// As [`Demand::new`].
    pub fn lines(points: Vec<(Timestamp, f64)>) -> Result<Self, Error> {
        Self::new(points, Between::Lines)
    }

    /// Rates at instants, and what holds in between.
    ///
    /// # Errors
    /// [`Error::Demand`] if there are none, if instants don't rise strictly, or if a rate is not
    /// a number from zero to [`MOST`].
    pub fn new(points: Vec<(Timestamp, f64)>, between: Between) -> Result<Self, Error> {
        let problem = |problem| Err(Error::Demand { problem });
        if points.is_empty() {
            return problem("no points; give at least one".into());
        }
        if let Some((at, rate)) = points.iter().find(|(_, rate)| !(0.0..=MOST).contains(rate)) {
            return problem(format!("{rate} requests a second at {at}; give 0 to {MOST:e}"));
        }
        if let Some((before, after)) =
            points.iter().zip(points.iter().skip(1)).find(|(a, b)| a.0 >= b.0)
        {
            return problem(format!("{} does not come after {}", after.0, before.0));
        }
        Ok(Self { points, between })
    }

    /// A recorded series as it came: it is put in order, and of equal instants the larger rate
    /// counts. A gap is filled by what holds in between.
    ///
    /// # Errors
    /// [`Error::Demand`] if it is empty, or a rate is not a number from zero to [`MOST`].
    pub fn recorded(mut series: Vec<(Timestamp, f64)>, between: Between) -> Result<Self, Error> {
        series.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        series.dedup_by_key(|point| point.0);
        Self::new(series, between)
    }

    /// The stated instants and rates.
    #[must_use]
    pub fn points(&self) -> &[(Timestamp, f64)] {
        &self.points
    }

    /// What holds between the stated instants.
    #[must_use]
    pub const fn between(&self) -> Between {
        self.between
    }

    /// The rate at an instant, in requests a second.
    #[must_use]
    pub fn rate(&self, at: Timestamp) -> f64 {
        self.rate_after(self.last_at(at), at)
    }

    /// The mean rate from one instant to a later one, exactly: the area over the time.
    #[must_use]
    pub fn mean(&self, from: Timestamp, to: Timestamp) -> f64 {
        let mut place = self.last_at(from);
        self.mean_from(&mut place, from, to)
    }

    /// As [`Demand::mean`], for spans in rising order: `place` is where the span before ended.
    pub(crate) fn mean_from(&self, place: &mut usize, from: Timestamp, to: Timestamp) -> f64 {
        while self.instant(place.saturating_add(1)).is_some_and(|next| next <= from) {
            *place = place.saturating_add(1);
        }
        // Before the first instant its rate holds: that stretch is a segment of its own.
        let first = self.instant(0).filter(|first| from < *first && *first < to);
        let mut corner = first.or_else(|| self.instant(place.saturating_add(1)));
        let mut here = *place;
        let mut start = from;
        let mut area = 0.0;
        while let Some(end) = corner.filter(|corner| *corner < to) {
            area += self.mean_after(here, start, end) * seconds(start, end);
            if start >= self.instant(0).unwrap_or(Timestamp::MIN) {
                here = here.saturating_add(1);
            }
            start = end;
            corner = self.instant(here.saturating_add(1));
        }
        let rest = self.mean_after(here, start, to);
        if start == from {
            return rest;
        }
        (area + rest * seconds(start, to)) / seconds(from, to)
    }

    /// The place of the last point that is not after an instant; 0 if all are.
    fn last_at(&self, at: Timestamp) -> usize {
        self.points.partition_point(|point| point.0 <= at).saturating_sub(1)
    }

    fn instant(&self, place: usize) -> Option<Timestamp> {
        self.points.get(place).map(|point| point.0)
    }

    /// The mean over a span that lies between the point at `place` and the next one.
    fn mean_after(&self, place: usize, from: Timestamp, to: Timestamp) -> f64 {
        match self.between {
            Between::Steps => self.points.get(place).map_or(0.0, |point| point.1),
            Between::Lines => (self.rate_after(place, from) + self.rate_after(place, to)) * 0.5,
        }
    }

    /// The rate at an instant that lies between the point at `place` and the next one.
    fn rate_after(&self, place: usize, at: Timestamp) -> f64 {
        let Some(&(start, rate)) = self.points.get(place) else { return 0.0 };
        match (self.between, self.points.get(place.saturating_add(1))) {
            (Between::Lines, Some(&(end, next))) if at > start => {
                rate + (next - rate) * (seconds(start, at) / seconds(start, end))
            }
            _ => rate,
        }
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    Duration::as_seconds(to.since(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn the_ends_hold() {
        let demand = Demand::lines(vec![(at(10), 5.0), (at(20), 15.0)]).expect("fine");
        close(demand.rate(at(0)), 5.0);
        close(demand.rate(at(10)), 5.0);
        close(demand.rate(at(15)), 10.0);
        close(demand.rate(at(99)), 15.0);
        close(demand.mean(at(0), at(30)), (50.0 + 100.0 + 150.0) / 30.0);
        close(Demand::constant(3.0).expect("fine").mean(at(0), at(15)), 3.0);
    }

    #[test]
    fn a_step_within_a_span_counts_by_its_time() {
        let demand = Demand::steps(vec![(at(0), 10.0), (at(5), 40.0), (at(9), 0.0)]).expect("fine");
        close(demand.mean(at(0), at(15)), (50.0 + 160.0) / 15.0);
        close(demand.rate(at(5)), 40.0);
        close(demand.rate(at(4)), 10.0);
    }

    #[test]
    fn walking_agrees_with_asking() {
        let points = (0_i32..50).map(|i| (at(i64::from(i) * 7), f64::from(i.rem_euclid(9))));
        let demand = Demand::lines(points.collect()).expect("fine");
        let mut place = 0;
        for tick in 0..30 {
            let (from, to) = (at(tick * 15), at(tick * 15 + 15));
            close(demand.mean_from(&mut place, from, to), demand.mean(from, to));
        }
    }

    #[test]
    fn recorded_series_are_put_in_order() {
        let series = vec![(at(20), 2.0), (at(10), 1.0), (at(20), 3.0)];
        let demand = Demand::recorded(series, Between::Steps).expect("fine");
        assert_eq!(demand.points(), [(at(10), 1.0), (at(20), 3.0)]);
    }

    #[test]
    fn mistakes_are_told() {
        let text = |points| Demand::steps(points).expect_err("refused").to_string();
        assert_eq!(text(vec![]), "demand: no points; give at least one");
        assert_eq!(
            text(vec![(at(0), f64::NAN)]),
            "demand: NaN requests a second at 1970-01-01T00:00:00Z; give 0 to 1e12"
        );
        assert!(text(vec![(at(1), 1.0), (at(1), 2.0)]).contains("does not come after"));
    }
}
