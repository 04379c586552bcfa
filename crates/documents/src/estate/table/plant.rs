//! What is said of how a service serves and what it has to bear.

use crate::field::{
    Field, Kind, List, Rule, Struct, Test, above, defaulted, from, optional, required,
};

pub(crate) static PLANT: Struct = Struct {
    name: "plant",
    doc: "How one replica serves: its stated service curve and its lags. The model stands in docs/model.md.",
    fields: PLANT_FIELDS,
    rules: &[],
    foreign: false,
};

const PLANT_FIELDS: &[Field] = &[
    required("capacity", above(0.0, 1e9), "The most that a replica serves, in requests a second."),
    required(
        "serviceTime",
        Kind::Time,
        "The mean time that a request takes on an idle replica; above 0s.",
    ),
    required("cpu", Kind::Struct(&PLANT_CPU), "CPU use of a replica."),
    required("memory", Kind::Struct(&PLANT_MEMORY), "Memory use of a replica."),
    required(
        "queueLimit",
        from(0.0, 1e12),
        "Requests that wait for a replica at most; what comes on top is dropped.",
    ),
    required("startUp", Kind::Time, "From a pod's creation until its container runs."),
    required("readiness", Kind::Time, "From running until ready."),
    defaulted(
        "thinkTime",
        Kind::Time,
        "0s",
        "How long a user thinks between an answer and the next request.",
    ),
    optional(
        "capacityUsers",
        above(0.0, 1e12),
        "Users that a replica is stated to carry; `users` in percent of capacity needs it.",
    ),
    optional(
        "metrics",
        Kind::Struct(&PLANT_METRICS),
        "How the replicas are measured; as kubelet and metrics-server do if not given.",
    ),
];

static PLANT_CPU: Struct = Struct {
    name: "plantCpu",
    doc: "CPU use of a replica, linear in what it serves.",
    fields: &[
        required("idle", Kind::Quantity, "While it serves nothing."),
        required(
            "full",
            Kind::Quantity,
            "At full capacity; not below idle, not above the CPU limit.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static PLANT_MEMORY: Struct = Struct {
    name: "plantMemory",
    doc: "Memory use of a replica.",
    fields: &[
        required("idle", Kind::Quantity, "While it holds no request."),
        required("perRequest", Kind::Quantity, "More for each request that waits or is served."),
    ],
    rules: &[],
    foreign: false,
};

static PLANT_METRICS: Struct = Struct {
    name: "plantMetrics",
    doc: "How the replicas are measured.",
    fields: &[
        defaulted(
            "interval",
            Kind::Time,
            "15s",
            "How often measurements are taken; above 0s, rounded up to whole ticks.",
        ),
        optional(
            "lag",
            Kind::Struct(&LAG),
            "How long a measurement takes to arrive; 15s to 55s if not given.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static LAG: Struct = Struct {
    name: "lag",
    doc: "A delay, drawn evenly between two ends by the seed.",
    fields: &[
        required("least", Kind::Time, "The least."),
        required("most", Kind::Time, "The most; not below the least."),
    ],
    rules: &[],
    foreign: false,
};

pub(crate) static DEMAND: Struct = Struct {
    name: "demand",
    doc: "The requests that arrive each second, whatever becomes of them.",
    fields: &[
        optional(
            "trace",
            Kind::Text,
            "A CSV file with a time column and rates, its path seen from this document; straight lines between its rows.",
        ),
        optional("column", Kind::Text, "The trace's column; needed with `trace`."),
        optional("constant", from(0.0, 1e9), "The same rate for ever."),
        optional(
            "steps",
            Kind::List(&List { of: Kind::Struct(&STEP), least: 1 }),
            "Rates that hold until the next step.",
        ),
    ],
    rules: &[
        Rule::ExactlyOne(&["trace", "constant", "steps"]),
        Rule::Needs {
            test: Test::Has("trace"),
            keys: &["column"],
            why: "a trace, and only that, has columns",
        },
    ],
    foreign: false,
};

static STEP: Struct = Struct {
    name: "step",
    doc: "A rate from an instant on.",
    fields: &[
        required(
            "at",
            Kind::Time,
            "How long after the beginning of the simulation; each later than the one before.",
        ),
        required("rate", from(0.0, 1e9), "Requests a second."),
    ],
    rules: &[],
    foreign: false,
};
