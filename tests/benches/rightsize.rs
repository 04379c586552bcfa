//! Right-sizing side by side with the recommender's own histograms, called directly in Go: the same
//! inputs, outputs compared before and after timing, rounds interleaved. `docs/benchmarks.md` says how to
//! repeat and read this; `cargo xtask bench rightsize` builds the other side and hands on its path.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::time::{ClockId, clock_gettime};
use trimtab::rightsize::vpa::{DecayCache, Vpa};
use trimtab::rightsize::{Amounts, Asked, Estimator, PodId, Seen, Usage};
use trimtab::{Real, Timestamp};

const ROUNDS: usize = 21;
const CONTAINERS: usize = 20_000;
const WEEK: usize = 2_016;
const START: i64 = 1_700_000_000;

fn main() {
    let path = std::env::var("TRIMTAB_VPA_ORACLE").ok();
    let mut theirs = path.map(|path| Oracle::start(&path));
    if theirs.is_none() {
        println!("no other side: `cargo xtask bench rightsize` builds it");
    }
    println!("{ROUNDS} rounds, CPU time; median, least and most\n");

    let (mut hot, _) = both_warm(theirs.as_mut(), 1, WEEK);
    compare("one container, CPU, each instant new", theirs.as_mut(), &mut hot, "cpu 100000");
    compare("one container, CPU and memory", theirs.as_mut(), &mut hot, "both 50000");
    let (mut some, _) = both_warm(theirs.as_mut(), 500, WEEK);
    compare("500 containers, a series each", theirs.as_mut(), &mut some, "series 288");
    let (mut fleet, bytes) = both_warm(theirs.as_mut(), CONTAINERS, WEEK);
    compare("20,000 containers, CPU", theirs.as_mut(), &mut fleet, "cpu 24");
    compare("20,000 containers, CPU and memory", theirs.as_mut(), &mut fleet, "both 24");
    compare("20,000 containers, recommendation", theirs.as_mut(), &mut fleet, "recommend");
    match bytes {
        (ours, Some(theirs)) => println!(
            "bytes a container after a week: ours {ours}, theirs {theirs}, {:.1} times smaller",
            theirs as f64 / ours as f64
        ),
        (ours, None) => println!("bytes a container after a week: {ours}"),
    }
}

/// Containers that use something every five minutes.
struct Fleet {
    held: Vec<Vpa>,
    cache: DecayCache,
    random: u64,
    seconds: i64,
}

/// What work was done: operations, nanoseconds of CPU time, and a digest of what came out.
#[derive(Clone, Copy)]
struct Done {
    operations: u64,
    nanoseconds: u64,
    digest: u64,
}

impl Fleet {
    fn new(containers: usize) -> Self {
        let held = vec![Vpa::default(); containers];
        Self { held, cache: DecayCache::default(), random: 42, seconds: START }
    }

    fn next(&mut self) -> i64 {
        let multiplied = self.random.wrapping_mul(6_364_136_223_846_793_005);
        self.random = multiplied.wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.random >> 33).expect("31 bits")
    }

    /// What every container uses at one tick after the other, made before the clock runs.
    fn amounts(&mut self, ticks: usize) -> Vec<(f64, f64)> {
        let mut amounts = Vec::with_capacity(ticks * self.held.len());
        for _ in 0..ticks {
            for index in 0..self.held.len() {
                let base = i64::try_from(index % 997).expect("small") + 20;
                let millicores = base + self.next() % base;
                let size = (base + 50) << 20;
                let bytes = size + self.next() % (size / 4);
                // The least double whose product with 1000 is not cut to the millicore below.
                let mut cores = millicores as f64 / 1_000.0;
                while ((cores * 1_000.0) as i64) < millicores {
                    cores = cores.next_up();
                }
                amounts.push((cores, bytes as f64));
            }
        }
        amounts
    }

    fn take(&mut self, ticks: usize, memory: bool) -> Done {
        let amounts = self.amounts(ticks);
        let pod = PodId::new(0);
        let (mut operations, clock) = (0, Clock::start());
        for of_tick in amounts.chunks(self.held.len()) {
            let at = Timestamp::from_seconds(self.seconds);
            self.seconds += 300;
            let cpu =
                |place: usize| Usage { pod, at, seen: Seen::Cpu(Real::new(of_tick[place].0)) };
            let both = |place: usize| {
                let seen = Seen::Memory(Real::new(of_tick[place].1));
                [cpu(place), Usage { pod, at, seen }]
            };
            let (held, cache) = (&mut self.held[..], &mut self.cache);
            let refused = |place, why| panic!("{place}: {why}");
            if memory {
                Vpa::add_abreast(held, both, cache, refused);
            } else {
                Vpa::add_abreast(held, |place| [cpu(place)], cache, refused);
            }
            operations += held.len() as u64 * if memory { 2 } else { 1 };
        }
        Done { operations, nanoseconds: clock.nanoseconds(), digest: 0 }
    }

    /// One container after the other uses all that it uses.
    fn series(&mut self, ticks: usize) -> Done {
        let (amounts, count) = (self.amounts(ticks), self.held.len());
        let by_container: Vec<_> = (0..count)
            .flat_map(|index| amounts.iter().skip(index).step_by(count).copied())
            .collect();
        let pod = PodId::new(0);
        let clock = Clock::start();
        for (vpa, of_container) in self.held.iter_mut().zip(by_container.chunks(ticks)) {
            let mut seconds = self.seconds;
            for (cores, bytes) in of_container {
                let at = Timestamp::from_seconds(seconds);
                seconds += 300;
                for seen in [Seen::Cpu(Real::new(*cores)), Seen::Memory(Real::new(*bytes))] {
                    vpa.add_with(&Usage { pod, at, seen }, &mut self.cache).expect("in order");
                }
            }
        }
        let nanoseconds = clock.nanoseconds();
        self.seconds += 300 * i64::try_from(ticks).expect("small");
        Done { operations: 2 * amounts.len() as u64, nanoseconds, digest: 0 }
    }

    fn recommend(&self) -> Done {
        let now = Timestamp::from_seconds(self.seconds);
        let (requests, limits) = (Amounts::default(), Amounts::default());
        let asked = Asked { now, requests, limits, containers: 1 };
        let clock = Clock::start();
        let mut digest = 0xcbf2_9ce4_8422_2325_u64;
        let mut mix = |amount: i64| {
            digest = (digest ^ amount.unsigned_abs()).wrapping_mul(0x0100_0000_01b3);
        };
        for vpa in &self.held {
            let answer = vpa.recommend(&asked);
            for amounts in [answer.lower_bound, answer.target, answer.upper_bound] {
                mix(amounts.cpu.map_or(0, |cpu| cpu.get()));
                mix(amounts.memory.map_or(0, |memory| memory.get()));
            }
        }
        let operations = self.held.len() as u64;
        Done { operations, nanoseconds: clock.nanoseconds(), digest }
    }

    /// Work by its name, as the other side has it.
    fn work(&mut self, work: &str) -> Done {
        let (name, ticks) = work.split_once(' ').unwrap_or((work, "0"));
        let ticks = ticks.parse().expect("a number of ticks");
        match name {
            "cpu" => self.take(ticks, false),
            "both" => self.take(ticks, true),
            "series" => self.series(ticks),
            _ => self.recommend(),
        }
    }
}

/// A fleet on each side that has seen some ticks, and the bytes a container on each.
fn both_warm(
    theirs: Option<&mut Oracle>,
    containers: usize,
    ticks: usize,
) -> (Fleet, (u64, Option<u64>)) {
    let mut fleet = None;
    let counted = allocation_counter::measure(|| {
        let mut made = Fleet::new(containers);
        for _ in 0..ticks {
            made.take(1, true);
        }
        fleet = Some(made);
    });
    let fleet = fleet.expect("it was made");
    let ours = u64::try_from(counted.bytes_current).expect("not negative") / containers as u64;
    let theirs = theirs.map(|oracle| {
        let bytes = oracle.work(&format!("fleet {containers} {ticks}")).digest;
        let answers = oracle.work("recommend").digest;
        assert_eq!(fleet.recommend().digest, answers, "the answers differ");
        bytes
    });
    (fleet, (ours, theirs))
}

/// Rounds of ours and theirs in turns, and what came out compared again.
fn compare(name: &str, mut theirs: Option<&mut Oracle>, fleet: &mut Fleet, work: &str) {
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(each(fleet.work(work)));
        if let Some(oracle) = &mut theirs {
            their_times.push(each(oracle.work(work)));
        }
    }
    if let Some(oracle) = &mut theirs {
        let answers = oracle.work("recommend").digest;
        assert_eq!(fleet.recommend().digest, answers, "{name}: the answers differ");
    }
    let ours = Spread::of(our_times);
    print!("{name:38} ours {:7.1} ns ({:.1} to {:.1})", ours.median, ours.least, ours.most);
    if their_times.is_empty() {
        println!();
    } else {
        let theirs = Spread::of(their_times);
        println!(
            ", theirs {:7.1} ns ({:.1} to {:.1}), {:.1} times",
            theirs.median,
            theirs.least,
            theirs.most,
            theirs.median / ours.median
        );
    }
}

fn each(done: Done) -> f64 {
    done.nanoseconds as f64 / done.operations as f64
}

struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self { median: times[times.len() / 2], least: times[0], most: times[times.len() - 1] }
    }
}

/// This thread's CPU time.
struct Clock(u64);

impl Clock {
    fn start() -> Self {
        Self(on_cpu())
    }

    fn nanoseconds(&self) -> u64 {
        on_cpu() - self.0
    }
}

fn on_cpu() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let nanoseconds = time.tv_sec * 1_000_000_000 + time.tv_nsec;
    u64::try_from(nanoseconds).expect("since the thread began")
}

/// The other side, which works when it is asked to.
struct Oracle {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Oracle {
    fn start(path: &str) -> Self {
        let mut command = Command::new(path);
        let piped = command.arg("bench").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().unwrap_or_else(|error| panic!("{path}: {error}"));
        let to = child.stdin.take().expect("piped");
        let from = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, to, from }
    }

    fn work(&mut self, work: &str) -> Done {
        writeln!(self.to, "{work}").expect("the other side listens");
        let mut line = String::new();
        self.from.read_line(&mut line).expect("the other side answers");
        let mut numbers = line.split_whitespace().map(|word| word.parse::<u64>());
        let mut number = || numbers.next().expect("three numbers").expect("a number");
        Done { operations: number(), nanoseconds: number(), digest: number() }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It ends with its input; what is left is to reap it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
