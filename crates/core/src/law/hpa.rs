//! The `hpa` law: the arithmetic of Kubernetes' HorizontalPodAutoscaler controller, stage by
//! stage in its order and with its numbers.
//!
//! This version decides on Resource utilisation, with and without `behavior`.

mod behavior;
mod combine;
mod conditions;
mod controller;
mod defaults;
mod history;
mod plain;
mod pods;
mod queries;
mod reconcile;
mod requests;
mod resource;
mod spec;
mod state;
mod status;
mod texts;
mod world;

pub use self::conditions::{Condition, ConditionType};
pub use self::controller::Controller;
pub use self::pods::PodClass;
pub use self::queries::{Query, queries};
pub use self::reconcile::{Event, Pending, Settled, reconcile};
pub use self::spec::{
    Autoscaler, Behavior, Hpa, MetricSpec, Policy, PolicyType, ResourceName, ScalingRules,
    SelectPolicy,
};
pub use self::state::{Recommendation, ScaleEvent, State};
pub use self::status::{MetricStatus, Status};
pub use self::texts::Description;
pub use self::world::{
    Answer, ContainerFacts, ContainerUsage, Milli, PodFacts, PodMetrics, PodPhase, Ready, Scale,
    World,
};
