//! A whole loop of the controller, from facts in memory to a settled status.

use std::hint::black_box;

use trimtab::hpa::Condition;
use trimtab::{
    Duration, Input, Policy, Recorder, Settled, State, Timestamp, Trail, WriteOutcome, decide,
};
use trimtab_tests::typical::{self, start};

use crate::rounds::{Contender, here, play};

const PODS: i32 = 10;

pub(crate) fn run() -> Result<(), String> {
    println!("\na whole loop on {PODS} pods, µs: median, and the quarters around it");
    println!("{:>28}  {:>22}  {:>22}  {:>14}", "", "no record", "a typed record", "with / without");
    for (what, percent) in [("a hold", 71), ("a change", 90)] {
        let world = typical::world(PODS, percent, start());
        let policy = typical::hpa("web", false).map_err(|error| error.to_string())?;
        let state = second_loop(&policy, &world);
        let now = start().saturating_add(Duration::seconds(15));
        let input = Input::World(&world);
        let contenders: &mut [Contender<'_>] = &mut [
            here(|| settled(&policy, &state, input, now, ())),
            here(|| settled(&policy, &state, input, now, Trail::starting(&state))),
            here(|| in_words(&settled(&policy, &state, input, now, ()))),
            here(|| in_words(&settled(&policy, &state, input, now, Trail::starting(&state)))),
        ];
        let times = play(contenders)?;
        let [typed, recorded, words, recorded_words] = &times[..] else {
            return Err("four contenders".into());
        };
        for (how, without, with) in
            [("typed conditions", typed, recorded), ("with texts", words, recorded_words)]
        {
            let shown = |times: &crate::rounds::Times| {
                let of = times.spread();
                let [low, median, high] = [of.low, of.median, of.high].map(|nanos| nanos / 1e3);
                format!("{median:.2} ({low:.2} to {high:.2})")
            };
            println!(
                "{:>28}  {:>22}  {:>22}  {:>14.2}",
                format!("{what}, {how}"),
                shown(without),
                shown(with),
                with.over(without).median
            );
        }
    }
    Ok(())
}

/// The state after a first loop that wrote nothing.
fn second_loop(policy: &Policy, world: &trimtab::hpa::World) -> State {
    let first = State::new(policy);
    let pending = decide(policy, &first, Input::World(world), start(), ()).expect("in order");
    pending.settle(WriteOutcome::Shadow).state
}

fn settled<'a, R: Recorder>(
    policy: &'a Policy,
    state: &'a State,
    input: Input<'a>,
    now: Timestamp,
    recorder: R,
) -> Settled<'a, R> {
    let pending = decide(policy, black_box(state), input, now, recorder).expect("in order");
    pending.settle(WriteOutcome::Written)
}

/// The texts of a status as a reader would ask for them; their length, so that they are made.
fn in_words<R>(settled: &Settled<'_, R>) -> usize {
    let status = settled.state.hpa().map(trimtab::hpa::State::status);
    let conditions = status.map_or(&[][..], |status| &status.conditions);
    let length = |condition: &Condition| {
        let message = black_box(condition.message());
        condition.kind.as_str().len() + condition.reason().len() + message.len()
    };
    conditions.iter().map(length).sum()
}
