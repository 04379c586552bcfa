package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

// class is a kind of answer that a run must have seen often.
type class struct {
	name string
	// in profile `resource` too.
	simple bool
	// pattern is looked for in errors and in conditions' messages; a nil one is a condition's reason.
	pattern *regexp.Regexp
}

func reasonClass(reason string, simple bool) class { return class{name: reason, simple: simple} }

func errorClass(name, pattern string, simple bool) class {
	return class{name: name, simple: simple, pattern: regexp.MustCompile(pattern)}
}

// classes are all reasons and all errors that the controller can give in a scenario. AmbiguousSelector
// needs a second HPA; the mapper and the status update don't fail in a scenario.
var classes = []class{
	reasonClass("AbleToScale SucceededGetScale", true),
	reasonClass("AbleToScale FailedGetScale", true),
	reasonClass("AbleToScale ReadyForNewScale", true),
	reasonClass("AbleToScale ScaleDownStabilized", true),
	reasonClass("AbleToScale ScaleUpStabilized", true),
	reasonClass("AbleToScale SucceededRescale", true),
	reasonClass("AbleToScale FailedUpdateScale", true),
	reasonClass("ScalingActive ValidMetricFound", true),
	reasonClass("ScalingActive ScalingDisabled", true),
	reasonClass("ScalingActive InvalidSelector", false),
	reasonClass("ScalingActive InvalidMetricSourceType", false),
	reasonClass("ScalingActive FailedGetResourceMetric", true),
	reasonClass("ScalingActive FailedGetContainerResourceMetric", false),
	reasonClass("ScalingActive FailedGetPodsMetric", false),
	reasonClass("ScalingActive FailedGetObjectMetric", false),
	reasonClass("ScalingActive FailedGetExternalMetric", false),
	reasonClass("ScalingLimited DesiredWithinRange", true),
	reasonClass("ScalingLimited TooFewReplicas", true),
	reasonClass("ScalingLimited TooManyReplicas", true),
	reasonClass("ScalingLimited ScaleUpLimit", true),
	reasonClass("ScalingLimited ScaleDownLimit", true),
	reasonClass("ScaledToZero ScaledToZero", false),
	reasonClass("ScaledToZero NotScaledToZero", false),

	errorClass("the target's apiVersion is malformed", `^invalid API version in scale target reference: unexpected GroupVersion string: `, false),
	errorClass("the scale cannot be read", `^failed to query scale subresource for `, true),
	errorClass("the scale cannot be written", `^failed to rescale `, true),
	errorClass("no metric works", `^failed to compute desired number of replicas based on listed metrics for .*invalid metrics \(`, true),
	errorClass("some metrics fail, the loop goes on", `^invalid metrics \(`, true),
	errorClass("the selector is missing", `selector is required$`, false),
	errorClass("the selector is malformed", `couldn't convert selector into a corresponding internal selector object: `, false),
	errorClass("metric type is unknown", `unknown metric source type "`, false),
	errorClass("in a Resource metric", `failed to get [^ ]+ resource metric value: `, true),
	errorClass("in a ContainerResource metric", `failed to get [^ ]+ container metric value: `, false),
	errorClass("in a Pods metric", `failed to get pods metric value: `, false),
	errorClass("in an Object metric", `failed to get object metric value: `, false),
	errorClass("in an Object metric per pod", `failed to get [^ ]+ object metric: `, false),
	errorClass("in an External metric", `failed to get external metric [^ ]+: `, false),
	errorClass("in an External metric per pod", `failed to get [^ ]+ external metric: `, false),
	errorClass("utilization cannot be had", `failed to get [^ ]+ utilization: `, true),
	errorClass("usage cannot be had", `failed to get [^ ]+ usage: `, false),
	errorClass("metrics.k8s.io fails", `unable to fetch metrics from resource metrics API: `, true),
	errorClass("metrics.k8s.io has nothing", `no metrics returned from resource metrics API`, true),
	errorClass("custom.metrics.k8s.io fails", `unable to fetch metrics from custom metrics API: `, false),
	errorClass("custom.metrics.k8s.io has nothing", `no metrics returned from custom metrics API`, false),
	errorClass("custom.metrics.k8s.io has no such object", `returned 0 results when we asked for exactly one`, false),
	errorClass("custom.metrics.k8s.io has the object twice", `returned 2 results when we asked for exactly one`, false),
	errorClass("external.metrics.k8s.io fails", `unable to fetch metrics from external metrics API: `, false),
	errorClass("external.metrics.k8s.io has nothing", `no metrics returned from external metrics API`, false),
	errorClass("no pods", `: no pods returned by selector while calculating replica count`, true),
	errorClass("no pods to count the ready ones of", `unable to calculate ready pods: no pods returned`, false),
	errorClass("no pod has a usable sample", `did not receive metrics for targeted pods`, true),
	errorClass("a container has no request", `missing request for [^ ]+ in container `, true),
	errorClass("a pod has no pod-level request", `missing pod-level request for `, false),
	errorClass("the container is not there", `container [^ ]+ not found in Pod `, false),
	errorClass("requests sum to nothing", `no metrics returned matched known pods`, true),
	errorClass("a Resource target says nothing", `invalid resource metric source: neither`, false),
	errorClass("an Object target says nothing", `invalid object metric source: neither`, false),
	errorClass("an External target says nothing", `invalid external metric source: neither`, false),
	errorClass("a metric selector's operator is unknown", `is not a valid label selector operator`, false),
	errorClass("a metric selector's values are wrong", `values[^:]*: Invalid value`, false),
	errorClass("a metric selector's key is wrong", `key: Invalid value`, false),
}

// tally counts what the controller answered.
type tally struct {
	steps, scales int
	count         []int
	// fresh counts the steps in which a reason or an error had just come up.
	fresh  []int
	before []bool
	events map[string]int
}

func newTally() *tally {
	return &tally{count: make([]int, len(classes)), fresh: make([]int, len(classes)), events: map[string]int{}}
}

// begin forgets the scenario before.
func (t *tally) begin() { t.before = make([]bool, len(classes)) }

func (t *tally) take(told *answer, status *autoscalingv2.HorizontalPodAutoscalerStatus) error {
	t.steps++
	if told.ScaledTo != nil {
		t.scales++
	}
	for _, event := range told.Events {
		t.events[event.Type+" "+event.Reason]++
	}
	known := map[string]bool{}
	for i, class := range classes {
		known[class.name] = true
		if there := class.in(told, status); there {
			t.count[i]++
			if !t.before[i] {
				t.fresh[i]++
			}
			t.before[i] = true
		} else {
			t.before[i] = false
		}
	}
	for _, condition := range status.Conditions {
		if name := string(condition.Type) + " " + condition.Reason; !known[name] {
			return fmt.Errorf("the controller gave a reason that the tally does not know: %s", name)
		}
	}
	if told.Error != "" && !t.explained() {
		return fmt.Errorf("the controller gave an error that the tally does not know: %s", told.Error)
	}
	return nil
}

// explained says whether any error class fits the step just taken.
func (t *tally) explained() bool {
	for i, class := range classes {
		if class.pattern != nil && t.before[i] {
			return true
		}
	}
	return false
}

func (c class) in(told *answer, status *autoscalingv2.HorizontalPodAutoscalerStatus) bool {
	if c.pattern != nil && c.pattern.MatchString(told.Error) {
		return true
	}
	for i := range status.Conditions {
		condition := &status.Conditions[i]
		if c.pattern == nil && strings.HasPrefix(c.name, string(condition.Type)+" ") && c.name[len(condition.Type)+1:] == condition.Reason {
			return true
		}
	}
	return false
}

// report prints the counts; a run of 10,000 steps or more must have seen each class often enough.
func (t *tally) report(out io.Writer, profile profile) error {
	least := (t.steps + 999) / 1000
	demanded := t.steps >= 10_000
	fmt.Fprintf(out, "%-52s %8s %8s\n", fmt.Sprintf("in %d steps, %d of them rescaling", t.steps, t.scales), "steps", "fresh")
	var rare []string
	for i, class := range classes {
		if profile.utilizationOnly && !class.simple {
			continue
		}
		mark := ""
		if t.count[i] < least {
			mark = "  too rare"
			rare = append(rare, class.name)
		}
		fmt.Fprintf(out, "  %-50s %8d %8d%s\n", class.name, t.count[i], t.fresh[i], mark)
	}
	for _, name := range names(t.events) {
		fmt.Fprintf(out, "  %-50s %8d\n", "event "+name, t.events[name])
	}
	if demanded && len(rare) > 0 {
		fmt.Fprintf(out, "oracle: seen in fewer than %d of %d steps: %s\n", least, t.steps, strings.Join(rare, "; "))
		return errTold
	}
	return nil
}
