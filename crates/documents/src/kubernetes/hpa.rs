//! An autoscaling/v2 HorizontalPodAutoscaler as the core's spec.

use trimtab_core::hpa::{
    Behavior, Hpa, MetricSpec, Policy, PolicyType, ScalingRules, SelectPolicy,
};

use super::table::HPA;
use crate::checked::Checked;
use crate::finding::Code;
use crate::place::Span;
use crate::report::{Report, quoted};
use crate::tree::{Node, Value};

/// An autoscaler that stands in one of the documents.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) target_kind: String,
    pub(crate) target_name: String,
    /// Where its name stands.
    pub(crate) span: Span,
    /// Where its target stands.
    pub(crate) target_span: Span,
    checked: Checked,
    /// Names of metrics that are not Resource ones, as far as they can be told.
    named: Vec<String>,
}

/// An autoscaler whose shape is right.
pub(crate) fn read(node: &Node, report: &mut Report<'_>) -> Option<Found> {
    let checked = crate::read::read(node, &HPA, "HorizontalPodAutoscaler", report);
    let metadata = checked.get("metadata")?;
    let name = metadata.get("name")?;
    let target = checked.get("spec")?.get("scaleTargetRef")?;
    Some(Found {
        name: name.text()?.to_owned(),
        namespace: metadata.get("namespace").and_then(Checked::text).map(str::to_owned),
        target_kind: target.get("kind")?.text()?.to_owned(),
        target_name: target.get("name")?.text()?.to_owned(),
        span: name.span,
        target_span: target.span,
        named: metric_names(node),
        checked,
    })
}

impl Found {
    /// The spec with the API server's defaults, if the `hpa` law can decide on it.
    pub(crate) fn spec(&self, report: &mut Report<'_>) -> Option<Hpa> {
        let spec = self.checked.get("spec")?;
        let metrics = self.metrics(spec, report);
        let min = spec.get("minReplicas").map(Checked::int32);
        let max = spec.get("maxReplicas")?;
        if let (Some(Some(min)), Some(most)) = (min, max.int32())
            && most < min
        {
            let message = format!("`maxReplicas`: {most} is below `minReplicas`, {min}");
            report.error(Code::Contradiction, max.span, message);
            return None;
        }
        let hpa = Hpa {
            min_replicas: match min {
                Some(min) => Some(min?),
                None => None,
            },
            max_replicas: max.int32()?,
            metrics: metrics?,
            behavior: match spec.get("behavior") {
                Some(behavior) => Some(self::behavior(behavior)?),
                None => None,
            },
        };
        Some(hpa.with_defaults())
    }

    /// Every metric, or a finding for each that is not decided on.
    fn metrics(&self, spec: &Checked, report: &mut Report<'_>) -> Option<Vec<MetricSpec>> {
        let Some(metrics) = spec.get("metrics") else { return Some(Vec::new()) };
        let mut read = Some(Vec::new());
        for (at, metric) in metrics.list()?.iter().enumerate() {
            match self.metric(at, metric, report) {
                Some(metric) => {
                    if let Some(read) = &mut read {
                        read.push(metric);
                    }
                }
                None => read = None,
            }
        }
        read
    }

    fn metric(&self, at: usize, metric: &Checked, report: &mut Report<'_>) -> Option<MetricSpec> {
        const ONLY: &str =
            "the `hpa` law of this version decides on the utilisation of resources only";
        const HELP: &str = "govern the service by `rules`, or leave the metric out of the object \
                            that this estate is given";
        let of = metric.get("type")?;
        let kind = of.text()?;
        if kind != "Resource" {
            let name = self.named.get(at).filter(|name| !name.is_empty());
            let name = name.map(|name| format!(" ({})", quoted(name))).unwrap_or_default();
            let message = format!("`metrics[{at}]` is of type {}{name}: {ONLY}", quoted(kind));
            report.error(Code::Unsupported, of.span, message).help = Some(HELP.into());
            return None;
        }
        let Some(resource) = metric.get("resource") else {
            let message = format!("`resource` is missing in `metrics[{at}]`, of type `Resource`");
            report.error(Code::Contradiction, metric.span, message);
            return None;
        };
        let name = resource.get("name")?.text()?;
        let target = resource.get("target")?;
        let target_type = target.get("type")?;
        let kind = target_type.text()?;
        if kind != "Utilization" {
            let message = format!(
                "`metrics[{at}]` ({}) aims at {}: {ONLY}, which is the target type `Utilization`",
                quoted(name),
                quoted(kind)
            );
            report.error(Code::Unsupported, target_type.span, message).help = Some(HELP.into());
            return None;
        }
        let Some(utilization) = target.get("averageUtilization") else {
            let message = format!("`averageUtilization` is missing in `metrics[{at}]`");
            report.error(Code::Contradiction, target.span, message);
            return None;
        };
        Some(MetricSpec::utilization(name, utilization.int32()?))
    }
}

fn behavior(behavior: &Checked) -> Option<Behavior> {
    let direction = |key: &str| match behavior.get(key) {
        Some(rules) => scaling_rules(rules).map(Some),
        None => Some(None),
    };
    Some(Behavior { scale_up: direction("scaleUp")?, scale_down: direction("scaleDown")? })
}

fn scaling_rules(rules: &Checked) -> Option<ScalingRules> {
    let given = |key: &str| rules.get(key);
    Some(ScalingRules {
        stabilization_window_seconds: match given("stabilizationWindowSeconds") {
            Some(seconds) => Some(seconds.int32()?),
            None => None,
        },
        select_policy: match given("selectPolicy") {
            Some(select) => Some(match select.word()? {
                "Min" => SelectPolicy::Min,
                "Disabled" => SelectPolicy::Disabled,
                _ => SelectPolicy::Max,
            }),
            None => None,
        },
        policies: match given("policies") {
            Some(policies) => {
                Some(policies.list()?.iter().map(policy).collect::<Option<Vec<_>>>()?)
            }
            None => None,
        },
        tolerance: match given("tolerance") {
            Some(tolerance) => Some(tolerance.quantity()?),
            None => None,
        },
    })
}

fn policy(policy: &Checked) -> Option<Policy> {
    Some(Policy {
        kind: match policy.get("type")?.word()? {
            "Percent" => PolicyType::Percent,
            _ => PolicyType::Pods,
        },
        value: policy.get("value")?.int32()?,
        period_seconds: policy.get("periodSeconds")?.int32()?,
    })
}

/// The name of each metric of a spec, empty where there is none: `pods.metric.name` and its like.
fn metric_names(node: &Node) -> Vec<String> {
    let metrics = node.get("spec").and_then(|spec| spec.get("metrics"));
    let Some(Value::List(metrics)) = metrics.map(|metrics| &metrics.value) else {
        return Vec::new();
    };
    let name = |metric: &Node| {
        let source = ["pods", "object", "external", "containerResource"]
            .into_iter()
            .find_map(|key| metric.get(key))?;
        source.get("metric").unwrap_or(source).get("name")?.text().map(str::to_owned)
    };
    metrics.iter().map(|metric| name(metric).unwrap_or_default()).collect()
}
