//! What an estate may hold.

use crate::field::{
    Field, Kind, List, Map, Rule, Struct, Test, above, defaulted, from, optional, required, whole,
    word,
};

/// The version that estates carry.
pub(crate) const VERSION: &str = "trimtab.dev/v1";

/// More replicas than any cluster has, so that a slip of the keyboard is found.
const MOST_REPLICAS: i64 = 1_000_000;

/// A document of an estate.
pub(crate) static ESTATE: Struct = Struct {
    name: "estate",
    doc: "An estate: services, what decides their sizes, and what they have to bear. The documents \
          of a folder are one estate; each thing is given in one of them.",
    fields: &[
        required("apiVersion", Kind::Word(&[word(VERSION, "Version 1.")]), "The format's version."),
        required("kind", Kind::Word(&[word("Estate", "An estate.")]), "The kind of document."),
        optional("name", Kind::Name, "The estate's name; needed once."),
        optional("currency", Kind::Text, "The currency of the prices; USD if not given."),
        optional("prices", Kind::Struct(&PRICES), "What replicas cost; nothing if not given."),
        optional(
            "seed",
            whole(0, 9_007_199_254_740_992),
            "Where all chance of a simulation comes from: the same seed gives the same bytes; 0 if not given.",
        ),
        optional("tick", Kind::Time, "The length of one step of a simulation; 15s if not given."),
        optional(
            "from",
            Kind::Instant,
            "When a simulation begins; at the first row of the traces if not given, or 2026-01-01T00:00:00Z without traces.",
        ),
        optional(
            "until",
            Kind::Instant,
            "When it ends; at the last row of the traces if not given, or a day after its beginning without traces.",
        ),
        optional(
            "policies",
            Kind::Map(&Map { what: "policy", of: Kind::Struct(&RULES), least: 0 }),
            "Rules by name, for services to share.",
        ),
        optional(
            "services",
            Kind::Map(&Map { what: "service", of: Kind::Struct(&SERVICE), least: 0 }),
            "Services by name.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static PRICES: Struct = Struct {
    name: "prices",
    doc: "What replicas cost by what they request, in the estate's currency.",
    fields: &[
        required("cpuCoreHour", from(0.0, 1e6), "The price of one core for one hour."),
        required(
            "memoryGiBHour",
            from(0.0, 1e6),
            "The price of one GiB (2^30 bytes) for one hour.",
        ),
    ],
    rules: &[],
    foreign: false,
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

pub(crate) static SERVICE: Struct = Struct {
    name: "service",
    doc: "A service: what decides its size, and for a simulation how it serves and what arrives.",
    fields: &[
        optional("target", Kind::Struct(&TARGET), "What a real estate scales."),
        optional("min", whole(0, MOST_REPLICAS), "Fewest replicas; needed under `rules`."),
        optional("max", whole(1, MOST_REPLICAS), "Most replicas; needed under `rules`."),
        optional(
            "start",
            whole(0, MOST_REPLICAS),
            "Replicas when a simulation begins; the fewest if not given.",
        ),
        optional("scaleEvent", Kind::Text, "What people expect to make it grow."),
        required("resources", Kind::Struct(&RESOURCES), "What a replica requests and may use."),
        required("law", Kind::Struct(&LAW), "What decides the size."),
        optional(
            "targets",
            Kind::Map(&Map { what: "target", of: from(-1e17, 1e17), least: 0 }),
            "The service's own thresholds by metric, for conditions that say `target`.",
        ),
        optional(
            "controller",
            Kind::Struct(&CONTROLLER),
            "Flags of the controller behind a HorizontalPodAutoscaler; Kubernetes' own defaults if not given.",
        ),
        optional(
            "guards",
            Kind::Struct(&GUARDS),
            "What may bound the law's size; nothing if not given.",
        ),
        optional("slo", Kind::Struct(&SLO), "What the service promises."),
        required("plant", Kind::Struct(&PLANT), "How one replica serves."),
        required("demand", Kind::Struct(&DEMAND), "What arrives."),
    ],
    rules: &[
        Rule::Needs {
            test: Test::Holds("law", "rules"),
            keys: &["min", "max"],
            why: "under `rules` the service gives its bounds; under `hpa` the object has its own",
        },
        Rule::Allows {
            test: Test::Holds("law", "rules"),
            keys: &["targets"],
            why: "only the conditions of `rules` read it; under `hpa` the object has its own",
        },
        Rule::Allows {
            test: Test::Holds("law", "hpa"),
            keys: &["controller"],
            why: "only `hpa` has a controller",
        },
    ],
    foreign: false,
};

static TARGET: Struct = Struct {
    name: "target",
    doc: "What a real estate scales.",
    fields: &[
        required("kind", Kind::Name, "The object's kind: Deployment."),
        required("name", Kind::Name, "The object's name."),
        required("namespace", Kind::Name, "The namespace that it lives in."),
    ],
    rules: &[],
    foreign: false,
};

static RESOURCES: Struct = Struct {
    name: "resources",
    doc: "What a replica requests and may use at most.",
    fields: &[
        required(
            "requests",
            Kind::Struct(&REQUESTS),
            "What is set aside for a replica and paid for.",
        ),
        optional(
            "limits",
            Kind::Struct(&LIMITS),
            "What a replica may use at most; no limit if not given.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static REQUESTS: Struct = Struct {
    name: "requests",
    doc: "What is set aside for a replica; both above zero.",
    fields: &[
        required("cpu", Kind::Quantity, "CPU: 500m is half a core."),
        required("memory", Kind::Quantity, "Memory: 1Gi."),
    ],
    rules: &[],
    foreign: false,
};

static LIMITS: Struct = Struct {
    name: "limits",
    doc: "What a replica may use at most; not below its requests.",
    fields: &[
        optional("cpu", Kind::Quantity, "CPU; no limit if not given."),
        optional("memory", Kind::Quantity, "Memory; no limit if not given."),
    ],
    rules: &[],
    foreign: false,
};

static LAW: Struct = Struct {
    name: "law",
    doc: "What decides the size: one law.",
    fields: &[
        optional(
            "rules",
            Kind::Either(&[Kind::Name, Kind::Struct(&RULES)]),
            "Thresholds: the name of one of the `policies`, or rules written here.",
        ),
        optional(
            "hpa",
            Kind::Name,
            "The name of an autoscaling/v2 HorizontalPodAutoscaler in the same folder.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["rules", "hpa"])],
    foreign: false,
};

static CONTROLLER: Struct = Struct {
    name: "controller",
    doc: "Flags of kube-controller-manager that begin with --horizontal-pod-autoscaler.",
    fields: &[
        defaulted("syncPeriod", Kind::Time, "15s", "How often it reconciles; above 0s."),
        defaulted(
            "tolerance",
            from(0.0, 1e3),
            "0.1",
            "How far the ratio of use and target may be from 1 without a change.",
        ),
        defaulted(
            "downscaleStabilization",
            Kind::Time,
            "5m",
            "How long past recommendations hold a shrink.",
        ),
        defaulted(
            "cpuInitializationPeriod",
            Kind::Time,
            "5m",
            "How long after its start a pod's CPU is doubted.",
        ),
        defaulted(
            "initialReadinessDelay",
            Kind::Time,
            "30s",
            "How soon after its start a pod that turns unready was never ready.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static GUARDS: Struct = Struct {
    name: "guards",
    doc: "What may bound the law's size, in the written order: pause, freshness, cooldown, rate, min and max.",
    fields: &[
        optional(
            "pause",
            Kind::Struct(&PAUSE),
            "Directions in which the size must not move; none if not given.",
        ),
        optional(
            "freshness",
            Kind::Time,
            "Under `hpa` only: the age of the oldest pod sample that forbids shrinking; never if not given.",
        ),
        optional(
            "cooldown",
            Kind::Struct(&COOLDOWN),
            "How long after a change the size stays; not at all if not given.",
        ),
        optional(
            "rate",
            Kind::Struct(&RATES),
            "How far the size may move within a time; as far as it likes if not given.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static PAUSE: Struct = Struct {
    name: "pause",
    doc: "Directions in which the size must not move.",
    fields: &[
        defaulted("up", Kind::Bool, "false", "No growing."),
        defaulted("down", Kind::Bool, "false", "No shrinking."),
    ],
    rules: &[],
    foreign: false,
};

static COOLDOWN: Struct = Struct {
    name: "cooldown",
    doc: "How long after any change a move in a direction has to wait.",
    fields: &[
        defaulted("up", Kind::Time, "0s", "Before growing."),
        defaulted("down", Kind::Time, "0s", "Before shrinking."),
    ],
    rules: &[],
    foreign: false,
};

static RATES: Struct = Struct {
    name: "rates",
    doc: "How far the size may move within a time, by direction.",
    fields: &[
        optional("up", Kind::Struct(&RATE), "Growing; as far as it likes if not given."),
        optional("down", Kind::Struct(&RATE), "Shrinking; as far as it likes if not given."),
    ],
    rules: &[],
    foreign: false,
};

static RATE: Struct = Struct {
    name: "rate",
    doc: "The most that a size may move one way within a time.",
    fields: &[
        optional("replicas", whole(1, MOST_REPLICAS), "So many replicas."),
        optional(
            "percent",
            whole(1, 100_000),
            "So many per cent of the size at the beginning of the time, rounded down, at least one replica.",
        ),
        required("per", Kind::Time, "Within how long; above 0s."),
    ],
    rules: &[Rule::ExactlyOne(&["replicas", "percent"])],
    foreign: false,
};

static SLO: Struct = Struct {
    name: "slo",
    doc: "What the service promises.",
    fields: &[required(
        "p95",
        Kind::Time,
        "The most that the 95th percentile of response times may be; above 0s.",
    )],
    rules: &[],
    foreign: false,
};

static PLANT: Struct = Struct {
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

static DEMAND: Struct = Struct {
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
