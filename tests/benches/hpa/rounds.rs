//! Rounds in which each contender has its turn, and what their times come to.

use std::time::{Duration, Instant};

/// How many rounds there are.
pub(crate) const ROUNDS: usize = 31;

/// How long a contender's turn takes, about.
const TURN: Duration = Duration::from_millis(5);

/// Nanoseconds a call, one figure a round.
#[derive(Debug)]
pub(crate) struct Times(Vec<f64>);

/// Middle, and the quarters below and above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

/// Someone who can be asked to do the same thing so many times, and says how long that took.
pub(crate) type Contender<'a> = Box<dyn FnMut(u32) -> Result<Duration, String> + 'a>;

/// A contender within this process.
pub(crate) fn here<'a, T>(mut call: impl FnMut() -> T + 'a) -> Contender<'a> {
    Box::new(move |calls| {
        let started = Instant::now();
        for _ in 0..calls {
            std::hint::black_box(call());
        }
        Ok(started.elapsed())
    })
}

/// Lets all have their turns, round after round; the times are in the contenders' order.
pub(crate) fn play(contenders: &mut [Contender<'_>]) -> Result<Vec<Times>, String> {
    let mut calls = Vec::new();
    for contender in contenders.iter_mut() {
        calls.push(calls_a_turn(contender)?);
    }
    let mut times: Vec<Times> = contenders.iter().map(|_| Times(Vec::new())).collect();
    for _ in 0..ROUNDS {
        for ((contender, calls), times) in contenders.iter_mut().zip(&calls).zip(&mut times) {
            times.0.push(contender(*calls)?.as_secs_f64() * 1e9 / f64::from(*calls));
        }
    }
    Ok(times)
}

/// So many calls that a turn takes its time; finding out also warms up.
fn calls_a_turn(contender: &mut Contender<'_>) -> Result<u32, String> {
    let mut calls = 1;
    while contender(calls)? < TURN && calls < 1 << 24 {
        calls *= 2;
    }
    Ok(calls)
}

impl Times {
    pub(crate) fn spread(&self) -> Spread {
        Spread::of(self.0.clone())
    }

    /// How many times as long this one took, round by round.
    pub(crate) fn over(&self, other: &Self) -> Spread {
        Spread::of(self.0.iter().zip(&other.0).map(|(mine, theirs)| mine / theirs).collect())
    }
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |part: usize| figures[(figures.len() - 1) * part / 4];
        Self { low: at(1), median: at(2), high: at(3) }
    }
}
