//! HorizontalPodAutoscaler objects as they are, and what is said of those that cannot be used.

use trimtab_core::hpa::{PolicyType, SelectPolicy};
use trimtab_core::{Duration, Real};

use super::mistakes::{SMALL, lines, read};

/// The small estate under an autoscaler.
fn governed() -> String {
    let law = "    law: {rules: calm}\n    targets: {cpu: 70}\n";
    let policies = SMALL.find("policies:").expect("policies");
    let services = SMALL.find("services:").expect("services");
    let text = SMALL.replace(&SMALL[policies..services], "");
    text.replace(law, "    law: {hpa: web}\n").replace("    min: 2\n    max: 9\n", "")
}

/// As kubectl prints one.
const HPA: &str = "\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {\"apiVersion\":\"autoscaling/v2\"}
  creationTimestamp: \"2026-03-01T12:00:00Z\"
  name: web
  namespace: shop
  resourceVersion: \"1234\"
spec:
  behavior:
    scaleDown:
      policies:
      - {periodSeconds: 60, type: Percent, value: 50}
      selectPolicy: Min
      stabilizationWindowSeconds: 300
      tolerance: 50m
  maxReplicas: 9
  metrics:
  - resource:
      name: cpu
      target: {averageUtilization: 70, type: Utilization}
    type: Resource
  minReplicas: 2
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
status:
  conditions: null
  currentReplicas: 3
";

#[test]
fn an_object_is_read_as_it_is() {
    let texts = [("estate.yaml", &*governed()), ("hpa.yaml", HPA)];
    let document = read(&texts).expect("nothing wrong");
    assert!(document.warnings().is_empty());
    let estate = document.into_estate(|_| Err("no traces".into())).expect("no traces");
    let service = &estate.services[0];
    let target = service.target.as_ref().expect("the object's");
    assert_eq!((&*target.kind, &*target.name, &*target.namespace), ("Deployment", "web", "shop"));
    assert_eq!(service.start.get(), 2);
    let hpa = service.policy.hpa().expect("under hpa");
    assert_eq!((hpa.spec.min_replicas, hpa.spec.max_replicas), (Some(2), 9));
    let behavior = hpa.spec.behavior.as_ref().expect("behavior");
    let down = behavior.scale_down.as_ref().expect("given");
    assert_eq!(down.stabilization_window_seconds, Some(300));
    assert_eq!(down.select_policy, Some(SelectPolicy::Min));
    assert_eq!(down.tolerance.as_ref().map(|t| t.milli()), Some(50));
    let policies = down.policies.as_ref().expect("given");
    assert_eq!(policies.len(), 1);
    assert_eq!((&policies[0].kind, policies[0].value), (&PolicyType::Percent, 50));
    let up = behavior.scale_up.as_ref().expect("the API server fills it in");
    assert_eq!(up.stabilization_window_seconds, Some(0));
    assert_eq!(hpa.controller.sync_period, Duration::seconds(15));
}

#[test]
fn a_json_list_and_flags() {
    let json = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\
        {\"apiVersion\": \"autoscaling/v2\", \"kind\": \"HorizontalPodAutoscaler\", \
         \"metadata\": {\"name\": \"web\"}, \"spec\": {\"maxReplicas\": 4, \"metrics\": null, \
         \"scaleTargetRef\": {\"kind\": \"Deployment\", \"name\": \"web\"}}}]}";
    let flags = "    controller: {tolerance: 0.2, syncPeriod: 30s}\n    demand:";
    let estate = governed().replace("    demand:", flags);
    let document = read(&[("estate.yaml", &estate), ("hpa.json", json)]).expect("nothing wrong");
    let policy = document.policies().next().expect("one");
    let hpa = policy.hpa().expect("under hpa");
    assert_eq!(hpa.spec.metrics, [trimtab_core::hpa::MetricSpec::utilization("cpu", 80)]);
    assert_eq!(hpa.controller.tolerance, Real::new(0.2));
    assert_eq!(hpa.controller.sync_period, Duration::seconds(30));
    assert_eq!(hpa.controller.downscale_stabilization, Duration::minutes(5));
    assert_eq!((policy.bounds().min.get(), policy.bounds().max.get()), (1, 4));
}

/// A change to the object, and what is said of it.
#[test]
fn objects_that_cannot_be_used() {
    let metric = "  - resource:\n      name: cpu\n      target: {averageUtilization: 70, type: Utilization}\n    type: Resource\n";
    let pods = "  - type: Pods\n    pods:\n      metric: {name: http_requests_per_second}\n      target: {type: AverageValue, averageValue: \"1000\"}\n";
    let cases = [
        (
            "autoscaling/v2\nkind",
            "autoscaling/v1\nkind",
            "1:13: error: a HorizontalPodAutoscaler of version `autoscaling/v1` is not read; expected `autoscaling/v2`; get it with `kubectl get hpa.v2.autoscaling web -o yaml`, or change",
        ),
        (
            "autoscaling/v2\nkind",
            "autoscaling/v2beta1\nkind",
            "1:13: error: a HorizontalPodAutoscaler of version `autoscaling/v2beta1`",
        ),
        (
            "autoscaling/v2\nkind",
            "autoscaling/v2beta2\nkind",
            "1:13: error: a HorizontalPodAutoscaler of version `autoscaling/v2beta2` is not read; expected `autoscaling/v2`; get it with `kubectl get hpa.v2.autoscaling web -o yaml`, or change its apiVersion: the fields are the same",
        ),
        (
            "kind: HorizontalPodAutoscaler",
            "kind: HorizontalPodAutoscalr",
            "2:7: error: documents of kind `HorizontalPodAutoscalr` are not read here; known are `Estate`, `HorizontalPodAutoscaler` and `List`; did you mean",
        ),
        (
            "kind: HorizontalPodAutoscaler",
            "kind: Deployment",
            "2:7: error: documents of kind `Deployment`",
        ),
        (
            metric,
            pods,
            "21:11: error: `metrics[0]` is of type `Pods` (`http_requests_per_second`): the `hpa` law of this version decides on the utilisation of resources only",
        ),
        (
            "{averageUtilization: 70, type: Utilization}",
            "{averageValue: 500m, type: AverageValue}",
            "23:42: error: `metrics[0]` (`cpu`) aims at `AverageValue`",
        ),
        (
            "averageUtilization: 70",
            "averageUtilization: 0",
            "23:36: error: `averageUtilization`: expected a whole number from 1",
        ),
        (
            "minReplicas: 2",
            "minReplicas: 10",
            "19:16: error: `maxReplicas`: 9 is below `minReplicas`, 10",
        ),
        (
            "minReplicas: 2",
            "minReplicas: 0",
            "25:16: error: `minReplicas`: expected a whole number from 1",
        ),
        (
            "maxReplicas: 9",
            "maxReplicas: nine",
            "19:16: error: `maxReplicas`: expected a whole number",
        ),
        (
            "selectPolicy: Min",
            "selectPolicy: min",
            "16:21: error: `selectPolicy`: expected `Max`, `Min` or `Disabled`, found `min`; did you mean `Min`?",
        ),
        ("tolerance: 50m", "tolerance: -50m", "18:18: error: `tolerance`: expected an amount"),
        ("  maxReplicas: 9\n", "", "11:1: error: `maxReplicas` is missing in `spec`"),
    ];
    let mut wrong = Vec::new();
    for (from, to, expected) in cases {
        assert_eq!(HPA.matches(from).count(), 1, "`{from}` stands once in it");
        let hpa = HPA.replace(from, to);
        let found = lines(&[("estate.yaml", &governed()), ("hpa.yaml", &hpa)]);
        if found.len() != 1 || !found[0].starts_with(&format!("hpa.yaml:{expected}")) {
            wrong.push(format!(
                "{from:?} -> {to:?}\n got {}\nwant {expected}",
                found.join("\n     ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What estate and object must agree on.
#[test]
fn estate_and_object_agree() {
    let cases = [
        (
            "hpa: web",
            "hpa: wbe",
            "13",
            "no HorizontalPodAutoscaler in these documents is called `wbe`; did you mean `web`?",
        ),
        (
            "    demand:",
            "    min: 2\n    demand:",
            "",
            "`min` has no place here; under `rules` the service gives its bounds; under `hpa` the object has its own",
        ),
        (
            "    demand:",
            "    start: 1\n    demand:",
            "",
            "`start`: 1 lies outside the bounds 2 to 9",
        ),
        (
            "    demand:",
            "    controller: {syncPeriod: 0s}\n    demand:",
            "",
            "`controller.syncPeriod`: 0s; give a time",
        ),
        (
            "    demand:",
            "    target: {kind: Deployment, name: wab, namespace: shop}\n    demand:",
            "",
            "the target is `Deployment/wab`, but the HorizontalPodAutoscaler `web` scales `Deployment/web` (its scaleTargetRef: hpa.yaml:26:19)",
        ),
        (
            "    demand:",
            "    target: {kind: Deployment, name: web, namespace: office}\n    demand:",
            "",
            "the HorizontalPodAutoscaler `web` is in namespace `shop`, the service's target in `office`",
        ),
    ];
    for (from, to, _, expected) in cases {
        let estate = governed().replace(from, to);
        let found = lines(&[("estate.yaml", &estate), ("hpa.yaml", HPA)]);
        assert_eq!(found.len(), 1, "{from} -> {to}: {found:#?}");
        assert!(found[0].ends_with(&format!(": error: {expected}")), "{}", found[0]);
    }
    let twice = lines(&[("estate.yaml", &governed()), ("a.yaml", HPA), ("b.yaml", HPA)]);
    assert_eq!(
        twice,
        [
            "b.yaml:8:9: error: the HorizontalPodAutoscaler `web` is defined twice (it is defined here already: a.yaml:8:9)"
        ]
    );
    let other = HPA.replace("name: web\n  namespace", "name: other\n  namespace");
    assert_eq!(
        lines(&[("estate.yaml", &governed()), ("a.yaml", HPA), ("b.yaml", &other)]),
        ["b.yaml:8:9: warning: no service is governed by the HorizontalPodAutoscaler `other`"]
    );
}
