//! What rules may hold.

use super::MOST_REPLICAS;
use crate::field::{
    Kind, List, Map, Rule, Struct, Test, defaulted, from, optional, required, whole, word,
};

pub(crate) static RULES: Struct = Struct {
    name: "rules",
    doc: "Thresholds that must be passed for a time.",
    fields: &[
        required(
            "metrics",
            Kind::Map(&Map { what: "metric", of: Kind::Struct(&METRIC), least: 1 }),
            "What is measured, by name. The simulation knows cpu, memory, queue, p95, users, requests and idleCost.",
        ),
        optional("up", Kind::Struct(&SIDE), "When and how far to grow; never if not given."),
        optional("down", Kind::Struct(&SIDE), "When and how far to shrink; never if not given."),
    ],
    rules: &[],
    foreign: false,
};

static METRIC: Struct = Struct {
    name: "metric",
    doc: "A series that a service is measured by.",
    fields: &[
        required(
            "unit",
            Kind::Word(&[
                word("percent", "A percentage; `of` says of what."),
                word("count", "A number for the whole service: requests waiting, users."),
                word("perReplica", "A number for each replica."),
                word("milliseconds", "A time in milliseconds."),
                word("bytes", "An amount in bytes."),
                word("perSecond", "An amount each second."),
            ]),
            "What a value means.",
        ),
        optional(
            "of",
            Kind::Word(&[
                word("request", "The containers' requests."),
                word("limit", "The containers' limits."),
                word("core", "One core."),
                word("capacity", "What the replicas are stated to carry."),
            ]),
            "What a percentage is of; it is never assumed.",
        ),
        required("interval", Kind::Time, "How often a sample is due; above 0s."),
        optional(
            "maxGap",
            Kind::Time,
            "The longest time between two samples over which a run goes on; 2.5 intervals if not given.",
        ),
        optional(
            "maxAge",
            Kind::Time,
            "The age at which the newest sample is too old to act on; maxGap and a minute if not given.",
        ),
        defaulted(
            "lateness",
            Kind::Time,
            "0s",
            "How long a sample is kept back so that a later one may overtake it.",
        ),
        defaulted(
            "kind",
            Kind::Word(&[
                word("gauge", "Each value stands for itself."),
                word(
                    "counter",
                    "Values grow from zero and start again at a reset; conditions see the rate a second.",
                ),
            ]),
            "gauge",
            "How values follow one another.",
        ),
        optional(
            "plausible",
            Kind::Struct(&PLAUSIBLE),
            "The values that are believed; what lies outside is refused.",
        ),
    ],
    rules: &[Rule::Needs {
        test: Test::Is("unit", "percent"),
        keys: &["of"],
        why: "a percentage, and only that, is `of` something: request, limit, core or capacity",
    }],
    foreign: false,
};

static PLAUSIBLE: Struct = Struct {
    name: "plausible",
    doc: "The least and the greatest value that is believed.",
    fields: &[
        defaulted("min", from(-1e17, 1e17), "0", "The least; 0 if not given."),
        optional(
            "max",
            from(-1e17, 1e17),
            "The greatest. If not given: 10000 for percentages, 86400000 (a day) for milliseconds, 1e15 for all else.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static SIDE: Struct = Struct {
    name: "side",
    doc: "When and how far to move in one direction.",
    fields: &[
        required(
            "when",
            Kind::Word(&[
                word("any", "One condition is enough."),
                word("all", "All of them must hold."),
            ]),
            "Whether one condition is enough.",
        ),
        required(
            "change",
            Kind::Either(&[
                Kind::Word(&[word(
                    "proportional",
                    "To ceil(current x value / threshold); the largest of the conditions that hold wins.",
                )]),
                Kind::Struct(&CHANGE),
            ]),
            "How far to move.",
        ),
        required(
            "conditions",
            Kind::List(&List { of: Kind::Struct(&CONDITION), least: 1 }),
            "What must hold.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static CHANGE: Struct = Struct {
    name: "change",
    doc: "A change by a number of replicas or by a part of the current size.",
    fields: &[
        optional("step", whole(1, MOST_REPLICAS), "By this many replicas."),
        optional(
            "percent",
            whole(1, 100_000),
            "By this many per cent of the current size, rounded up to at least one replica.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["step", "percent"])],
    foreign: false,
};

static CONDITION: Struct = Struct {
    name: "condition",
    doc: "A threshold and how long it must be passed.",
    fields: &[
        required("metric", Kind::Name, "One of the metrics above."),
        optional(
            "above",
            THRESHOLD,
            "Samples strictly above this count; `target` takes the service's own from its `targets`.",
        ),
        optional(
            "below",
            THRESHOLD,
            "Samples strictly below this count; `target` takes the service's own from its `targets`.",
        ),
        required(
            "for",
            Kind::Time,
            "How long a run must last: from its first sample to the newest; 0s holds at the first.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["above", "below"])],
    foreign: false,
};

const THRESHOLD: Kind = Kind::Either(&[
    from(-1e17, 1e17),
    Kind::Word(&[word("target", "The service's own, from its `targets`.")]),
]);
