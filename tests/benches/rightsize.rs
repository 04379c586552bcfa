//! Right-sizing side by side with the recommender's own histograms, called directly in Go: the same
//! inputs, outputs compared before and after timing, rounds interleaved. `docs/benchmarks.md` says how to
//! repeat and read this; `cargo xtask bench rightsize` builds the other side and hands on its path.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::time::{ClockId, clock_gettime};
use trimtab::rightsize::vpa::{DecayCache, Round, Vpa};
use trimtab::rightsize::{Amounts, Asked, Estimator, PodId, Resource, Seen, Usage};
use trimtab::{Real, Timestamp};

const ROUNDS: usize = 21;
const CONTAINERS: usize = 20_000;
const WEEK: usize = 2_016;
const START: i64 = 1_700_000_000;
/// From one tick to the next, in seconds.
const STEP: i64 = 300;
const SECOND: i64 = 1_000_000_000;

fn main() {
    let path = std::env::var("TRIMTAB_VPA_ORACLE").ok();
    let mut theirs = path.map(|path| Oracle::start(&path));
    if theirs.is_none() {
        println!("no other side: `cargo xtask bench rightsize` builds it");
    }
    println!(
        "{ROUNDS} rounds, nanoseconds of CPU time each; median and quarters, of the rounds' ratios too\n"
    );

    let both = |how, ticks| Work { how, ticks, memory: true };
    let cpu = |how, ticks| Work { how, ticks, memory: false };
    let (mut hot, _) = both_warm(theirs.as_mut(), 1, WEEK);
    for (name, work) in [
        ("one container, CPU, a series at once", cpu(How::Series, 100_000)),
        ("one container, CPU, sample by sample", cpu(How::Samples, 100_000)),
        ("one container, both, a series at once", both(How::Series, 50_000)),
        ("one container, both, sample by sample", both(How::Samples, 50_000)),
    ] {
        compare(name, theirs.as_mut(), &mut hot, work);
    }
    let (mut some, _) = both_warm(theirs.as_mut(), 500, WEEK);
    for (name, work) in [
        ("500 one after the other, both, series", both(How::Series, 288)),
        ("500 one after the other, both, samples", both(How::Samples, 288)),
    ] {
        compare(name, theirs.as_mut(), &mut some, work);
    }
    let (mut fleet, bytes) = both_warm(theirs.as_mut(), CONTAINERS, WEEK);
    for (name, work) in [
        ("20,000 one after the other, both, series", both(How::Series, 48)),
        ("20,000 in turns, CPU", cpu(How::Turns, 24)),
        ("20,000 in turns, both", both(How::Turns, 24)),
        ("20,000 recommendations", cpu(How::Recommend, 0)),
    ] {
        compare(name, theirs.as_mut(), &mut fleet, work);
    }
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

/// What is to be done, and how ours does it. Theirs takes samples one by one.
#[derive(Clone, Copy)]
struct Work {
    how: How,
    ticks: usize,
    /// Of CPU and memory, and not of CPU alone.
    memory: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum How {
    /// One container after the other, each with its columns.
    Series,
    /// One container after the other, sample by sample.
    Samples,
    /// All containers at one instant, and then all of them at the next.
    Turns,
    Recommend,
}

impl Work {
    /// As the other side calls it.
    fn name(self, containers: usize) -> String {
        let Self { how, ticks, memory } = self;
        match how {
            How::Recommend => "recommend".to_owned(),
            How::Series | How::Samples if containers > 1 => format!("series {ticks}"),
            _ if memory => format!("both {ticks}"),
            _ => format!("cpu {ticks}"),
        }
    }
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

    /// All containers use something at one instant, and then at the next.
    fn turns(&mut self, ticks: usize, memory: bool) -> Done {
        let (amounts, count) = (self.amounts(ticks), self.held.len());
        let (cores, bytes): (Vec<f64>, Vec<f64>) = amounts.into_iter().unzip();
        let (pods, mut at) = (vec![PodId::new(0); count], vec![0; count]);
        let (mut operations, clock) = (0, Clock::start());
        for (cores, bytes) in cores.chunks(count).zip(bytes.chunks(count)) {
            at.fill(self.seconds * SECOND);
            self.seconds += STEP;
            let columns = [(Resource::Cpu, cores), (Resource::Memory, bytes)];
            for (resource, values) in columns.into_iter().take(if memory { 2 } else { 1 }) {
                let round = Round { resource, pods: &pods, at: &at, values };
                Vpa::add_abreast(&mut self.held, round, |place, why| panic!("{place}: {why}"));
                operations += count as u64;
            }
        }
        Done { operations, nanoseconds: clock.nanoseconds(), digest: 0 }
    }

    /// One container after the other uses all that it uses: its columns, or sample by sample.
    fn one_by_one(&mut self, ticks: usize, memory: bool, columns: bool) -> Done {
        let (amounts, count) = (self.amounts(ticks), self.held.len());
        let of = |index: usize| amounts.iter().skip(index).step_by(count);
        let cores: Vec<f64> = (0..count).flat_map(|index| of(index).map(|both| both.0)).collect();
        let bytes: Vec<f64> = (0..count).flat_map(|index| of(index).map(|both| both.1)).collect();
        let ends = (0..).map(|tick| (self.seconds + STEP * tick) * SECOND);
        let (at, pod): (Vec<i64>, _) = (ends.take(ticks).collect(), PodId::new(0));
        let clock = Clock::start();
        let series = cores.chunks(ticks).zip(bytes.chunks(ticks));
        for (vpa, (cores, bytes)) in self.held.iter_mut().zip(series) {
            if columns {
                let refused = |place, why| panic!("{place}: {why}");
                vpa.add_columns(pod, Resource::Cpu, &at, cores, &mut self.cache, refused);
                if memory {
                    vpa.add_columns(pod, Resource::Memory, &at, bytes, &mut self.cache, refused);
                }
                continue;
            }
            for ((at, cores), bytes) in at.iter().zip(cores).zip(bytes) {
                let at = Timestamp::from_nanos(*at);
                let mut add = |seen| {
                    vpa.add_with(&Usage { pod, at, seen }, &mut self.cache).expect("in order");
                };
                add(Seen::Cpu(Real::new(*cores)));
                if memory {
                    add(Seen::Memory(Real::new(*bytes)));
                }
            }
        }
        let nanoseconds = clock.nanoseconds();
        self.seconds += STEP * i64::try_from(ticks).expect("small");
        let operations = amounts.len() as u64 * if memory { 2 } else { 1 };
        Done { operations, nanoseconds, digest: 0 }
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

    fn work(&mut self, work: Work) -> Done {
        let Work { how, ticks, memory } = work;
        match how {
            How::Series => self.one_by_one(ticks, memory, true),
            How::Samples => self.one_by_one(ticks, memory, false),
            How::Turns => self.turns(ticks, memory),
            How::Recommend => self.recommend(),
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
            made.turns(1, true);
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
fn compare(name: &str, mut theirs: Option<&mut Oracle>, fleet: &mut Fleet, work: Work) {
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    let their_name = work.name(fleet.held.len());
    for _ in 0..ROUNDS {
        our_times.push(each(fleet.work(work)));
        if let Some(oracle) = &mut theirs {
            their_times.push(each(oracle.work(&their_name)));
        }
    }
    if let Some(oracle) = &mut theirs {
        let answers = oracle.work("recommend").digest;
        assert_eq!(fleet.recommend().digest, answers, "{name}: the answers differ");
    }
    let ratios = our_times.iter().zip(&their_times).map(|(ours, theirs)| theirs / ours).collect();
    let ours = Spread::of(our_times);
    print!("{name:40} ours {ours}");
    if their_times.is_empty() {
        println!();
    } else {
        println!(", theirs {}; times {}", Spread::of(their_times), Spread::of(ratios));
    }
}

fn each(done: Done) -> f64 {
    done.nanoseconds as f64 / done.operations as f64
}

/// The median, and the quarters beside it.
struct Spread {
    median: f64,
    lower: f64,
    upper: f64,
}

impl Spread {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |quarters: usize| times.get(times.len() * quarters / 4).copied().unwrap_or(0.0);
        Self { median: at(2), lower: at(1), upper: at(3) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} ({:.1} to {:.1})", self.median, self.lower, self.upper)
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
