//! A recorded series in place of a service's metric (open loop) or of its demand (closed loop).

mod closed;
mod open;
mod pods;
mod policy;
mod recording;
mod report;

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(args: &args::Simulate) -> Result<(), Failure> {
    let (Some(file), Some(stands_for)) = (&args.trace, &args.series.stands_for) else {
        return Err(Failure::told("`--trace FILE` needs `--as SERVICE:METRIC`"));
    };
    let series = &args.series;
    let replicas = series.replicas_column.as_deref();
    let recording =
        recording::read(file, series.column.as_deref(), replicas, (args.from, args.until))?;
    if series.closed_loop {
        closed::run(args, stands_for, &recording)
    } else {
        open::run(args, stands_for, &recording)
    }
}
