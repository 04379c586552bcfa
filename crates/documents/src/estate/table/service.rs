//! What a service may hold.

use super::MOST_REPLICAS;
use super::plant::{DEMAND, PLANT};
use super::rules::RULES;
use crate::field::{Kind, Map, Rule, Struct, Test, defaulted, from, optional, required, whole};

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
