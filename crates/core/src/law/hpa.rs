//! The `hpa` law: the arithmetic of Kubernetes' HorizontalPodAutoscaler controller, stage by
//! stage in its order and with its numbers, texts included.

mod allowance;
mod average;
mod behavior;
mod calculator;
mod combine;
mod conditions;
mod controller;
mod defaults;
mod evaluate;
mod history;
mod metric;
mod object;
mod perpod;
mod plain;
mod pod_level;
mod pods;
mod queries;
mod reconcile;
mod requests;
mod samples;
mod spec;
mod state;
mod status;
mod texts;
mod turning;
mod utilization;
mod validate;
mod value;
mod waiting;
mod why;
mod window;
mod world;

pub use self::allowance::{Allowance, PolicyAllowance};
pub use self::calculator::{UtilizationReplicas, UtilizationTarget};
pub use self::conditions::{Condition, ConditionStatus, ConditionType};
pub use self::controller::{Controller, Gates};
pub use self::metric::{
    MetricIdentifier, MetricSource, MetricSpec, MetricTarget, ObjectReference, TargetType,
};
pub use self::object::{
    ContainerResourceMetricSource, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec,
    ManagedFields, MetricSources, NamedMetricSource, ObjectMeta, ObjectMetricSource,
    OwnerReference, ResourceMetricSource,
};
pub use self::pod_level::{ContainerRequests, pod_level_requests};
pub use self::pods::PodClass;
pub use self::queries::{Query, queries};
pub use self::reconcile::{Event, Pending, Settled, reconcile};
pub use self::requests::Requests;
pub use self::samples::PodMetrics;
pub use self::spec::{
    Autoscaler, Behavior, Hpa, Policy, PolicyType, ResourceName, ScalingRules, SelectPolicy, Target,
};
pub use self::state::{Recommendation, ScaleEvent, State};
pub use self::status::{Current, MetricStatus, Status};
pub use self::texts::Description;
pub use self::turning::{Turn, Turning, turning_points};
pub use self::validate::{FieldError, FieldErrorType, FieldValue, validate};
pub use self::waiting::{Passing, Wait, waiting};
pub use self::why::PodWhy;
pub use self::window::{Window, WindowEntry};
pub use self::world::{
    Answer, ContainerFacts, ContainerUsage, MetricAnswer, Milli, PodFacts, PodPhase, PodSelector,
    PodUsage, PodValue, Ready, Scale, World,
};
