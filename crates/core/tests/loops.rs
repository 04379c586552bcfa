//! Statements about the `hpa` law that recordings and random objects seldom meet: edges of the API
//! server's rules, sums at the rail, sleep and waking, pods with requests of their own.

use serde_json::{Value, from_value, json};
use trimtab_core::account::{Account, Finding, Premise};
use trimtab_core::guard::Guards;
use trimtab_core::hpa::{
    Answer, Autoscaler, Condition, ContainerRequests, Controller, Gates, HorizontalPodAutoscaler,
    ManagedFields, MetricAnswer, MetricIdentifier, MetricSources, MetricSpec, MetricTarget, Milli,
    NamedMetricSource, PodWhy, Scale, Settled, State, Status, TargetType, World,
    pod_level_requests, reconcile, validate,
};
use trimtab_core::policy::{Bounds, Parts};
use trimtab_core::rules::{Metric, Rules, Unit};
use trimtab_core::{
    Duration, Law, Notation, Policy, Quantity, Real, Replicas, Timestamp, WriteOutcome,
};

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    from_value(value).expect("it reads")
}

fn object(least: i32, most: i32) -> HorizontalPodAutoscaler {
    let mut object = HorizontalPodAutoscaler::default();
    (object.metadata.name, object.metadata.namespace) = ("web".into(), "shop".into());
    let target = &mut object.spec.scale_target_ref;
    (target.api_version, target.kind, target.name) =
        ("apps/v1".into(), "Deployment".into(), "web".into());
    (object.spec.min_replicas, object.spec.max_replicas) = (Some(least), most);
    object
}

fn errors(object: HorizontalPodAutoscaler) -> Vec<String> {
    let errors = validate(&object.with_defaults(), None, &Gates::default());
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn what_just_meets_a_rule_is_taken() {
    assert_eq!(errors(object(3, 3)), [""; 0]);
    let below =
        "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`";
    assert_eq!(errors(object(4, 3)), [below]);
    let window = |seconds: i32| {
        let mut object = object(1, 3);
        let rules = json!({"scaleUp": {"stabilizationWindowSeconds": seconds}});
        object.spec.behavior = Some(read(rules));
        errors(object).len()
    };
    assert_eq!((window(0), window(3600), window(3601)), (0, 0, 1));
    let managed = |manager: usize, subresource: usize| {
        let mut object = object(1, 3);
        let (manager, subresource) = ("m".repeat(manager), "s".repeat(subresource));
        let (operation, fields_type) = ("Apply".into(), "FieldsV1".into());
        let entry = ManagedFields { manager, operation, fields_type, subresource };
        object.metadata.managed_fields = vec![entry];
        errors(object).len()
    };
    assert_eq!((managed(128, 256), managed(129, 256), managed(128, 257)), (0, 1, 1));
    let finalizers = |names: &[&str]| {
        let mut object = object(1, 3);
        object.metadata.finalizers = names.iter().map(|name| (*name).to_owned()).collect();
        errors(object).len()
    };
    assert_eq!((finalizers(&["orphan"]), finalizers(&["foregroundDeletion"])), (0, 0));
    assert_eq!(finalizers(&["orphan", "foregroundDeletion"]), 1);
    assert_eq!(finalizers(&["kubernetes", "orphan"]), 0);
}

#[test]
fn a_maximum_of_nothing_is_missing_and_not_too_small() {
    let told = errors(object(1, 0));
    let missing = "spec.maxReplicas: Required value: must be set and greater than 0";
    assert_eq!(told.first().map(String::as_str), Some(missing));
    assert!(!told.iter().any(|error| error.contains("or equal to 1")), "{told:?}");
}

#[test]
fn an_external_metric_has_one_target() {
    let told = |target: MetricTarget| {
        let mut object = object(1, 3);
        let metric = MetricIdentifier { name: "queue".into(), ..MetricIdentifier::default() };
        let external = Some(NamedMetricSource { metric, target });
        let kind = "External".into();
        object.spec.metrics = vec![MetricSources { kind, external, ..MetricSources::default() }];
        errors(object)
    };
    let one: Quantity = "1".parse().expect("one");
    let whole = MetricTarget::value(one.clone());
    assert_eq!(told(whole.clone()), [""; 0]);
    let none = told(MetricTarget { value: None, ..whole.clone() });
    assert!(none.iter().any(|error| error.contains("or a per-pod target")), "{none:?}");
    let both = told(MetricTarget { average_value: Some(one), ..whole });
    assert!(both.iter().any(|error| error.contains("may not set both")), "{both:?}");
}

/// Whether the old object slept, or had a tolerance, opens what a closed gate would take away.
#[test]
fn an_old_object_opens_no_more_than_it_had() {
    let closed = Gates { configurable_tolerance: false, scale_to_zero: false, ..Gates::default() };
    let with = |least, rules: Value| {
        let mut object = object(least, 3);
        object.spec.behavior = Some(read(json!({"scaleUp": rules})));
        object.with_defaults()
    };
    let plain = json!({"stabilizationWindowSeconds": 1});
    let (awake, asleep) = (with(1, plain.clone()), with(0, plain));
    let least = |old| {
        let errors = validate(&asleep, Some(old), &closed);
        errors.iter().filter(|error| error.to_string().starts_with("spec.minReplicas")).count()
    };
    assert_eq!((least(&awake), least(&asleep)), (1, 0));
    let loose = with(1, json!({"tolerance": "50m"}));
    let tolerance = |old| {
        let object = loose.clone().without_closed_fields(Some(old), &closed);
        object.spec.behavior.and_then(|b| b.scale_up).and_then(|rules| rules.tolerance)
    };
    assert_eq!((tolerance(&awake), tolerance(&loose).is_some()), (None, true));
}

#[test]
fn gates_and_targets_by_name() {
    let mut gates = Gates::default();
    for name in Gates::NAMES {
        assert!(gates.set(name, false), "{name}");
    }
    let none =
        Gates { scale_to_zero: false, configurable_tolerance: false, pod_level_resources: false };
    assert_eq!(gates, none);
    assert!(!gates.set("HPAScaleToNothing", true));
    let (one, two): (Quantity, Quantity) = ("1".parse().expect("one"), "2".parse().expect("two"));
    let (average, whole) =
        (MetricTarget::average_value(one.clone()), MetricTarget::value(two.clone()));
    assert_eq!(
        (average.kind, average.average_value, average.value),
        (TargetType::AverageValue, Some(one), None)
    );
    assert_eq!(
        (whole.kind, whole.average_value, whole.value),
        (TargetType::Value, None, Some(two))
    );
}

/// The containers' sum, or the largest moment of starting, under the pod's own, and overhead.
#[test]
fn what_a_pod_requests_as_a_whole() {
    let list = |of: &[(&str, &str)]| -> Vec<(String, Quantity)> {
        of.iter().map(|(name, q)| ((*name).to_owned(), q.parse().expect("a quantity"))).collect()
    };
    let of = |requests: &[(&str, &str)], restarts| ContainerRequests {
        requests: list(requests),
        restarts,
    };
    let app = [of(&[("cpu", "1"), ("memory", "100")], false), of(&[("cpu", "500m")], false)];
    let init = [
        of(&[("memory", "250")], false),
        of(&[("memory", "30"), ("cpu", "100m")], true),
        of(&[("memory", "260")], false),
    ];
    let total = |own: &[(&str, &str)], init: &[ContainerRequests]| {
        let total = pod_level_requests(&app, init, &list(own), &list(&[("cpu", "10m")]))?;
        Some(total.iter().map(|(name, milli)| (name.to_owned(), milli.0)).collect::<Vec<_>>())
    };
    let named = |of: &[(&str, i64)]| -> Option<Vec<(String, i64)>> {
        Some(of.iter().map(|(name, milli)| ((*name).to_owned(), *milli)).collect())
    };
    assert_eq!(total(&[], &init), None);
    assert_eq!(total(&[("example.com/gpu", "1")], &init), None);
    assert_eq!(total(&[("cpu", "3")], &[]), named(&[("cpu", 3_010), ("memory", 100_000)]));
    // 30 beside 260 while the last one starts is more than 130 later on.
    assert_eq!(
        total(&[("cpu", "3"), ("example.com/gpu", "1")], &init),
        named(&[("cpu", 3_010), ("memory", 290_000)])
    );
    assert_eq!(
        total(&[("hugepages-2Mi", "4"), ("memory", "1")], &init),
        named(&[("cpu", 1_610), ("hugepages-2Mi", 4_000), ("memory", 1_000)])
    );
}

fn autoscaler(
    least: i32,
    metric: Value,
    behavior: Option<Value>,
    controller: Controller,
) -> Autoscaler {
    let mut spec = json!({"minReplicas": least, "maxReplicas": 10, "metrics": [metric]});
    if let Some(behavior) = behavior {
        spec["behavior"] = behavior;
    }
    let target = json!({"kind": "Deployment", "namespace": "shop", "name": "web"});
    Autoscaler { target: read(target), spec: read(spec), controller }
}

fn external(target: Value) -> Value {
    json!({"type": "External", "external": {"metric": {"name": "queue"}, "target": target}})
}

fn world(size: i32, values: &[i64]) -> World {
    World {
        scale: Answer::Ok(Scale { spec: size, status: size, selector: "app=web".into() }),
        pods: Vec::new(),
        metrics: vec![MetricAnswer::External(values.iter().copied().map(Milli).collect())],
        selected_by: Vec::new(),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + second)
}

fn looped(autoscaler: &Autoscaler, world: &World, state: &State, second: i64) -> Settled {
    let pending = reconcile(autoscaler, world, state, at(second), &mut ());
    let size = pending.desired();
    pending.settle(size, &WriteOutcome::Written)
}

/// A sum that just fits goes on; one that does not stays at the rail, whatever comes after.
#[test]
fn series_add_up_to_the_rail_and_no_further() {
    let autoscaler = autoscaler(
        1,
        external(json!({"type": "Value", "value": "1"})),
        None,
        Controller::default(),
    );
    let shown = |values: &[i64]| {
        let settled = looped(&autoscaler, &world(0, values), &State::new(), 0);
        assert_eq!(settled.scaled_to, None, "at zero nothing is done");
        // At a size of one, whatever it aims at, the status shows the sum where it is no change.
        let settled = looped(&autoscaler, &world(1, values), &State::new(), 0);
        let status = serde_json::to_value(settled.state.status()).expect("JSON");
        (status["currentMetrics"][0]["external"]["current"]["value"].clone(), settled.error)
    };
    assert_eq!(shown(&[i64::MAX - 1, 1, 1_000 - i64::MAX]), (json!("1"), None));
    let (value, error) = shown(&[i64::MAX - 1, 2, 1_000 - i64::MAX]);
    assert!(value.is_null() && error.is_some(), "{value} {error:?}");
}

fn asleep() -> State {
    let status: Status = read(json!({
        "desiredReplicas": 0,
        "currentMetrics": null,
        "conditions": [{
            "type": "ScaledToZero", "status": "True", "reason": "ScaledToZero", "message": "",
            "lastTransitionTime": "2023-11-14T00:00:00Z",
        }],
    }));
    State::with_status(status)
}

fn sleeping() -> Controller {
    let gates = Gates { scale_to_zero: true, ..Gates::default() };
    Controller { gates, ..Controller::default() }
}

/// It put its target to sleep itself, and then the minimum was raised: it wakes it to that.
#[test]
fn what_may_sleep_no_more_is_woken() {
    let per_pod = external(json!({"type": "AverageValue", "averageValue": "1"}));
    let policies = json!([{"type": "Pods", "value": 9, "periodSeconds": 15}]);
    for behavior in [None, Some(json!({"scaleUp": {"policies": policies}}))] {
        let raised = autoscaler(2, per_pod.clone(), behavior.clone(), sleeping());
        let settled = looped(&raised, &world(0, &[0]), &asleep(), 0);
        assert_eq!(settled.scaled_to, Some(2), "{behavior:?}");
        let settled = looped(&raised, &world(0, &[5_000]), &asleep(), 0);
        assert!(settled.scaled_to > Some(2), "{behavior:?}");
        let still = autoscaler(0, per_pod.clone(), behavior, sleeping());
        assert_eq!(looped(&still, &world(0, &[0]), &asleep(), 0).scaled_to, None);
    }
    // Somebody else did: it stays asleep, and says so.
    let raised = autoscaler(2, per_pod, None, sleeping());
    let settled = looped(&raised, &world(0, &[9_000]), &State::new(), 0);
    assert_eq!(
        (settled.scaled_to, reason(&settled, "ScalingActive")),
        (None, "ScalingDisabled".into())
    );
}

fn reason(settled: &Settled, kind: &str) -> String {
    let conditions = &settled.state.status().conditions;
    let found = conditions.iter().find(|condition| condition.kind.as_str() == kind);
    found.map(|condition| condition.reason().to_owned()).unwrap_or_default()
}

/// Pods' metrics wake nobody; but once the minimum is raised, they are looked at.
#[test]
fn what_pods_cannot_wake_is_disabled_unless_it_may_sleep_no_more() {
    let metric = serde_json::to_value(MetricSpec::utilization("cpu", 50)).expect("JSON");
    for (least, expected) in [(0, true), (1, false)] {
        let autoscaler = autoscaler(least, metric.clone(), None, sleeping());
        let no_usage = World { metrics: vec![MetricAnswer::Usage(Vec::new())], ..world(0, &[]) };
        let settled = looped(&autoscaler, &no_usage, &asleep(), 0);
        let disabled = reason(&settled, "ScalingActive") == "ScalingDisabled";
        assert_eq!(disabled, expected, "{least}");
    }
}

/// On the edge of the longer window a recommendation neither counts nor makes room.
#[test]
fn a_recommendation_on_the_edge_of_a_window_stays() {
    let per_pod = external(json!({"type": "AverageValue", "averageValue": "1"}));
    for (up, down) in [(60, 30), (30, 60)] {
        let behavior = json!({
            "scaleUp": {"stabilizationWindowSeconds": up, "policies": [{"type": "Pods", "value": 9, "periodSeconds": 15}]},
            "scaleDown": {"stabilizationWindowSeconds": down, "policies": [{"type": "Pods", "value": 9, "periodSeconds": 15}]},
        });
        let autoscaler = autoscaler(1, per_pod.clone(), Some(behavior), Controller::default());
        let kept = |second| {
            let state = looped(&autoscaler, &world(4, &[4_000]), &State::new(), 0).state;
            // What was recommended first, and what the controller found when it started.
            let before = state.recommendations().len();
            let state = looped(&autoscaler, &world(4, &[4_000]), &state, second).state;
            state.recommendations().len() - before
        };
        assert_eq!((kept(60), kept(61)), (1, 0), "{up} {down}");
    }
}

#[test]
fn conditions_are_equal_when_they_read_the_same() {
    let of = |message: &str, status: &str| -> Condition {
        read(json!({
            "type": "AbleToScale", "status": status, "reason": "SucceededRescale",
            "message": message, "lastTransitionTime": "2023-11-14T22:13:20Z",
        }))
    };
    let written = "the HPA controller was able to update the target scale to 2";
    let per_pod = external(json!({"type": "AverageValue", "averageValue": "1"}));
    let autoscaler = autoscaler(1, per_pod, None, Controller::default());
    let settled = looped(&autoscaler, &world(1, &[2_000]), &State::new(), 0);
    let own = settled.state.status().conditions.first().expect("a condition");
    assert_eq!(own.message(), written);
    assert_eq!(own, &of(written, "True"));
    assert_ne!(own, &of("another", "True"));
    assert_ne!(own, &of(written, "False"));
    assert_eq!(of("another", "True").message(), "another");
    assert_eq!(of("another", "True"), of("another", "True"));
    assert_ne!(of("another", "True"), of("a third", "True"));
}

fn policy(controller: Controller, bounds: (i32, i32)) -> Result<Policy, trimtab_core::Error> {
    let per_pod = external(json!({"type": "AverageValue", "averageValue": "1"}));
    let (min, max) = (Replicas::new(bounds.0), Replicas::new(bounds.1));
    Policy::new(Parts {
        service: "web".into(),
        bounds: Bounds { min, max },
        law: Law::Hpa(Box::new(autoscaler(1, per_pod, None, controller))),
        guards: Guards::none(),
    })
}

#[test]
fn a_controller_that_there_is_not_is_refused() {
    let usual = Controller::default;
    assert!(policy(usual(), (1, 10)).is_ok());
    assert!(policy(Controller { tolerance: Real::ZERO, ..usual() }, (1, 10)).is_ok());
    let refused = |controller, bounds| policy(controller, bounds).expect_err("refused").to_string();
    for (controller, bounds, field) in [
        (usual(), (1, 9), "bounds"),
        (usual(), (2, 10), "bounds"),
        (Controller { version: "1.35".into(), ..usual() }, (1, 10), "law.hpa.controller.version"),
        (
            Controller { sync_period: Duration::ZERO, ..usual() },
            (1, 10),
            "law.hpa.controller.syncPeriod",
        ),
        (
            Controller { tolerance: Real::new(f64::NAN), ..usual() },
            (1, 10),
            "law.hpa.controller.tolerance",
        ),
        (
            Controller { tolerance: Real::new(-0.1), ..usual() },
            (1, 10),
            "law.hpa.controller.tolerance",
        ),
    ] {
        let told = refused(controller, bounds);
        assert!(told.contains(field), "{told}");
    }
}

/// 65,535 is the most; of what has one name twice, the number is told first.
#[test]
fn metrics_have_places_of_sixteen_bits() {
    let told = |many: usize| {
        let metric = Metric::gauge("cpu", Unit::Count, Duration::minutes(1));
        let rules = Rules::new(vec![metric; many]);
        Policy::under_rules("web", 1..=2, rules).expect_err("refused").to_string()
    };
    assert!(told(65_536).contains("more than 65,535 metrics"));
    assert!(told(65_535).contains("two metrics have this name"));
}

#[test]
fn amounts_of_an_object_are_read_as_kubernetes_reads_them() {
    let mut object = object(1, 3);
    let amount = |text: &str| text.parse::<Quantity>().expect("an amount");
    let metric = MetricIdentifier { name: "queue".into(), ..MetricIdentifier::default() };
    let target = MetricTarget {
        average_value: Some(amount("0.25Ki")),
        ..MetricTarget::value(amount("0.5Ki"))
    };
    let (kind, external) = ("External".into(), Some(NamedMetricSource { metric, target }));
    object.spec.metrics = vec![MetricSources { kind, external, ..MetricSources::default() }];
    let hpa = object.spec.hpa();
    let target = hpa.metrics.first().map(|metric| metric.target.clone()).expect("a metric");
    // Stored without a suffix, they come back as decimal ones.
    for (amount, text) in [(target.value, "512"), (target.average_value, "256")] {
        let amount = amount.expect("it is set");
        assert_eq!((amount.to_string().as_str(), amount.notation()), (text, Notation::Decimal));
    }
}

fn account(autoscaler: &Autoscaler, size: i32, value: i64, state: State) -> Finding {
    let autoscaler = autoscaler.clone();
    let (world, outcome) = (world(size, &[value]), WriteOutcome::Written);
    let premise = Premise { autoscaler, world, state, outcome };
    Account::of("web", premise, at(0)).finding
}

#[test]
fn an_account_tells_how_far_a_metric_is_off() {
    for (target, size, value, ratio) in [
        (json!({"type": "Value", "value": "1"}), 1, 2_500, 2.5),
        (json!({"type": "AverageValue", "averageValue": "1"}), 3, 6_000, 2.0),
    ] {
        let autoscaler = autoscaler(1, external(target), None, Controller::default());
        let finding = account(&autoscaler, size, value, State::new());
        let found: Vec<_> = finding.metrics.iter().map(|metric| metric.ratio).collect();
        assert_eq!(found, [Some(Real::new(ratio))]);
    }
}

/// From 3 one more is 4 and twice as many are 6: the larger counts unless the smaller is asked for.
#[test]
fn an_account_tells_which_policy_counts() {
    let per_pod = external(json!({"type": "AverageValue", "averageValue": "1"}));
    for (select, chosen, rate) in [("Max", Some(1), 6), ("Min", Some(0), 4), ("Disabled", None, 3)]
    {
        let behavior = json!({"scaleUp": {
            "selectPolicy": select,
            "policies": [
                {"type": "Pods", "value": 1, "periodSeconds": 15},
                {"type": "Percent", "value": 100, "periodSeconds": 60},
            ],
        }});
        let autoscaler = autoscaler(1, per_pod.clone(), Some(behavior), Controller::default());
        let finding = account(&autoscaler, 3, 20_000, State::new());
        let allowance = finding.allowance.expect("it is limited");
        assert_eq!((allowance.chosen, allowance.rate), (chosen, Some(rate)), "{select}");
        let missing = finding.no_history.expect("there is none");
        assert_eq!(missing.changes_from, Some(at(-60)));
    }
}

#[test]
fn each_reason_of_a_pod_has_its_words() {
    let words = [
        (PodWhy::Sampled, "it has a sample"),
        (PodWhy::Ending, "it is being deleted"),
        (PodWhy::Failed, "it has failed"),
        (PodWhy::Pending, "it is pending"),
        (PodWhy::NoSample, "it has no sample"),
    ];
    for (why, expected) in words {
        assert_eq!(why.to_string(), expected);
    }
}

/// What was recommended at the beginning of a window is out of it, and without `behavior` in it.
#[test]
fn an_account_tells_what_is_in_the_windows() {
    let per_pod = external(json!({"type": "AverageValue", "averageValue": "1"}));
    let rules = |seconds: i32| {
        let policies = json!([{"type": "Pods", "value": 9, "periodSeconds": 15}]);
        json!({"stabilizationWindowSeconds": seconds, "policies": policies})
    };
    let behavior = json!({"scaleUp": rules(300), "scaleDown": rules(300)});
    for (behavior, before, held) in [
        (Some(behavior.clone()), 300, (false, false)),
        (Some(behavior), 299, (true, true)),
        (None, 300, (false, true)),
        (None, 301, (false, false)),
    ] {
        let autoscaler = autoscaler(1, per_pod.clone(), behavior, Controller::default());
        let state = looped(&autoscaler, &world(4, &[4_000]), &State::new(), -before).state;
        let window = account(&autoscaler, 4, 2_000, state).window.expect("it was measured");
        let oldest = window.entries.iter().find(|entry| entry.at == at(-before));
        let found = oldest.map(|entry| (entry.holds_growth, entry.holds_shrink));
        assert_eq!(found, Some(held), "{before}");
    }
}

/// The lowest that counts held it, and not a lower one that has left the window.
#[test]
fn an_account_tells_who_held_a_growth() {
    let per_pod = external(json!({"type": "AverageValue", "averageValue": "1"}));
    let policies = json!([{"type": "Pods", "value": 9, "periodSeconds": 15}]);
    let rules = json!({"stabilizationWindowSeconds": 60, "policies": policies});
    let behavior = json!({"scaleUp": rules, "scaleDown": {"stabilizationWindowSeconds": 600}});
    let autoscaler = autoscaler(1, per_pod, Some(behavior), Controller::default());
    let state = looped(&autoscaler, &world(2, &[2_000]), &State::new(), -100).state;
    let state = looped(&autoscaler, &world(3, &[3_000]), &state, -30).state;
    let finding = account(&autoscaler, 3, 9_000, state);
    assert_eq!(finding.scaled_to, None);
    let window = finding.window.expect("it was measured");
    let holder = window.held_by.and_then(|place| window.entries.get(place)).expect("it was held");
    assert_eq!((holder.size, holder.at), (3, at(-30)));
}
