//! What is read of Kubernetes objects. They are someone else's: other keys are passed over.

use crate::field::{Field, Kind, List, Rule, Struct, optional, required, whole, word};

/// A struct of Kubernetes'.
const fn foreign(name: &'static str, doc: &'static str, fields: &'static [Field]) -> Struct {
    Struct { name, doc, fields, rules: NO_RULES, foreign: true }
}

const NO_RULES: &[Rule] = &[];

pub(crate) static HPA: Struct = foreign(
    "HorizontalPodAutoscaler",
    "An autoscaling/v2 HorizontalPodAutoscaler.",
    &[
        required("metadata", Kind::Struct(&METADATA), "The object's name."),
        required("spec", Kind::Struct(&SPEC), "What it does."),
    ],
);

static METADATA: Struct = foreign(
    "ObjectMeta",
    "What every object carries.",
    &[
        required("name", Kind::Name, "The object's name."),
        optional("namespace", Kind::Name, "Its namespace."),
    ],
);

static SPEC: Struct = foreign(
    "HorizontalPodAutoscalerSpec",
    "What the autoscaler does.",
    &[
        required("scaleTargetRef", Kind::Struct(&TARGET), "What it scales."),
        optional("minReplicas", whole(1, 2_147_483_647), "Fewest replicas; 1 if not given."),
        required("maxReplicas", whole(1, 2_147_483_647), "Most replicas."),
        optional(
            "metrics",
            Kind::List(&List { of: Kind::Struct(&METRIC), least: 0 }),
            "What it looks at; CPU at 80 % if not given.",
        ),
        optional("behavior", Kind::Struct(&BEHAVIOR), "How fast and how steadily it moves."),
    ],
);

static TARGET: Struct = foreign(
    "CrossVersionObjectReference",
    "What is scaled.",
    &[
        required("kind", Kind::Name, "The object's kind."),
        required("name", Kind::Name, "The object's name."),
    ],
);

static METRIC: Struct = foreign(
    "MetricSpec",
    "One metric.",
    &[
        required("type", Kind::Text, "What kind of metric it is."),
        optional("resource", Kind::Struct(&RESOURCE), "For type Resource."),
    ],
);

static RESOURCE: Struct = foreign(
    "ResourceMetricSource",
    "The pods' use of a resource.",
    &[
        required("name", Kind::Name, "The resource: cpu or memory."),
        required("target", Kind::Struct(&METRIC_TARGET), "What is aimed at."),
    ],
);

static METRIC_TARGET: Struct = foreign(
    "MetricTarget",
    "What is aimed at.",
    &[
        required("type", Kind::Text, "What kind of target it is."),
        optional("averageUtilization", whole(1, 2_147_483_647), "Per cent of the pods' requests."),
    ],
);

static BEHAVIOR: Struct = foreign(
    "HorizontalPodAutoscalerBehavior",
    "How fast and how steadily it moves.",
    &[
        optional("scaleUp", Kind::Struct(&SCALING_RULES), "Growing."),
        optional("scaleDown", Kind::Struct(&SCALING_RULES), "Shrinking."),
    ],
);

static SCALING_RULES: Struct = foreign(
    "HPAScalingRules",
    "The rules of one direction.",
    &[
        optional(
            "stabilizationWindowSeconds",
            whole(0, 3600),
            "For how long past recommendations count.",
        ),
        optional(
            "selectPolicy",
            Kind::Word(&[
                word("Max", "The policy that lets the size move furthest."),
                word("Min", "The policy that lets it move least."),
                word("Disabled", "None."),
            ]),
            "Which policy's limit holds; Max if not given.",
        ),
        optional(
            "policies",
            Kind::List(&List { of: Kind::Struct(&SCALING_POLICY), least: 0 }),
            "How far the size may move.",
        ),
        optional(
            "tolerance",
            Kind::Quantity,
            "How far a ratio may be from 1 without moving this way.",
        ),
    ],
);

static SCALING_POLICY: Struct = foreign(
    "HPAScalingPolicy",
    "How far the size may move within a time.",
    &[
        required(
            "type",
            Kind::Word(&[word("Pods", "So many pods."), word("Percent", "So many per cent.")]),
            "What the value counts.",
        ),
        required("value", whole(1, 2_147_483_647), "How much."),
        required("periodSeconds", whole(1, 1800), "Within how many seconds."),
    ],
);
