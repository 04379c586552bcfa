//! `trimtab hpa`: what Kubernetes' HorizontalPodAutoscaler does.

mod explain;
mod replay;
mod validate;

use crate::args::Hpa;
use crate::failure::Failure;

pub(crate) fn run(verb: Hpa) -> Result<(), Failure> {
    match verb {
        Hpa::Replay(args) => replay::run(args),
        Hpa::Validate(args) => validate::run(&args),
        Hpa::Explain(args) => explain::run(&args),
    }
}
