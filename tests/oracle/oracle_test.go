package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
)

func TestMain(m *testing.M) {
	silence()
	os.Exit(m.Run())
}

// scenarios is how many scenarios the tests play: ORACLE_SCENARIOS, or a few.
func scenarios(t *testing.T) int {
	if text := os.Getenv("ORACLE_SCENARIOS"); text != "" {
		count, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
	return 40
}

// With -coverpkg this is also how the controller's coverage is measured.
func TestScenariosCoverTheController(t *testing.T) {
	for seed, profile := range profiles {
		counts := newTally()
		for index := range scenarios(t) {
			if err := generateOne(t, profile, uint64(seed+1), index, io.Discard, counts); err != nil {
				t.Fatal(err)
			}
		}
		if err := counts.report(os.Stderr, profile); err != nil {
			t.Errorf("profile %s: some answers are too rare", profile.name)
		}
	}
}

// What was generated must be answered in the same words when it is asked again.
func TestAnswersAreTheSameWhenAskedAgain(t *testing.T) {
	for index := range 10 {
		var first, again bytes.Buffer
		if err := generateOne(t, profiles[0], 3, index, &first, newTally()); err != nil {
			t.Fatal(err)
		}
		err := eachScenario(bytes.NewReader(first.Bytes()), func(scenario *scenario) error {
			return answerScenario(t, scenario, true, &again)
		})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Errorf("scenario %d: the answers differ", index)
		}
	}
}

// The production limits of growth, not those of the controller's own tests: 2x, and 4.
func TestGrowthIsLimitedAsInProduction(t *testing.T) {
	told := answers(t, `{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"x","hpa":{"metadata":{"name":"w","namespace":"d"},
		"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"w"},"maxReplicas":99,"metrics":[
		{"type":"External","external":{"metric":{"name":"q"},"target":{"type":"AverageValue","averageValue":"1"}}}]}}}`,
		`{"at":"2000-01-01T00:00:00.5Z","scale":{"spec":{"replicas":5},"status":{"replicas":5,"selector":"a=b"}},
		"externalMetrics":[{"metricName":"q","value":"80"}]}`)
	if len(told) != 1 || told[0].ScaledTo == nil || *told[0].ScaledTo != 10 {
		t.Errorf("5 pods grow to %+v, not to 10", told)
	}
	if !strings.Contains(string(told[0].Status), `"lastScaleTime":"2000-01-01T00:00:00Z"`) {
		t.Errorf("times are not in whole seconds: %s", told[0].Status)
	}
}

// The API server hands out 300m for 0.3; as a float the one is 0.3, the other a little more.
func TestTheControllerSeesWhatTheAPIServerServes(t *testing.T) {
	_, header, err := readHeader([]byte(`{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","hpa":{"metadata":{"name":"w"},
		"spec":{"maxReplicas":9,"behavior":{"scaleUp":{"tolerance":"0.3"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if float := header.hpa.Spec.Behavior.ScaleUp.Tolerance.AsApproximateFloat64(); float != 0.3 {
		t.Errorf("tolerance is %v", float)
	}
}

func TestTimeMayNotGoBack(t *testing.T) {
	header := `{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"x","hpa":{"metadata":{"name":"w"},"spec":{"maxReplicas":1}}}`
	text := header + "\n" + `{"at":"1999-12-31T23:59:59Z"}`
	err := eachScenario(strings.NewReader(text), func(scenario *scenario) error {
		return answerScenario(t, scenario, false, io.Discard)
	})
	if err == nil {
		t.Error("a step before the bubble's beginning was answered")
	}
}

func TestUnknownGatesAndVersionsAreRefused(t *testing.T) {
	for _, header := range []string{
		`{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","featureGates":{"HPAMagic":true},"hpa":{"metadata":{"name":"w"}}}`,
		`{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","controller":{"version":"1.37"},"hpa":{"metadata":{"name":"w"}}}`,
	} {
		if _, _, err := readHeader([]byte(header)); err == nil {
			t.Errorf("accepted: %s", header)
		}
	}
}

func TestAwkwardQuantitiesAreQuantities(t *testing.T) {
	for _, text := range awkwardQuantities {
		if _, err := resource.ParseQuantity(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestSpecsAreJudged(t *testing.T) {
	verdict, err := judgeSpec([]byte(`{"hpa":{"metadata":{"name":"w","namespace":"d"},"spec":{"maxReplicas":0,
		"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"w"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(verdict.Errors) != 2 || verdict.Errors[0].Field != "spec.maxReplicas" || verdict.Errors[0].Type != "FieldValueRequired" {
		t.Errorf("%+v", verdict.Errors)
	}
	if *verdict.Spec.Metrics[0].Resource.Target.AverageUtilization != 80 {
		t.Errorf("no default metric: %+v", verdict.Spec)
	}
}

func answers(t *testing.T, lines ...string) []answer {
	var out bytes.Buffer
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "\n", " ")
	}
	err := eachScenario(strings.NewReader(strings.Join(lines, "\n")), func(scenario *scenario) error {
		return answerScenario(t, scenario, false, &out)
	})
	if err != nil {
		t.Fatal(err)
	}
	var told []answer
	for i, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var one answer
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			told = append(told, one)
		}
	}
	return told
}

// Two HPAs of one Deployment: once the controller has read both selectors, neither scales. tests/cases/hpa/ambiguous-selector.json has the same texts.
func TestTwoHPAsOfTheSamePodsAreAmbiguous(t *testing.T) {
	_, first, err := readHeader([]byte(`{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"x","hpa":{"metadata":{"name":"web","namespace":"default"},
		"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"minReplicas":1,"maxReplicas":9}}}`))
	if err != nil {
		t.Fatal(err)
	}
	second := first.hpa.DeepCopy()
	second.Name = "by-hand"
	_, seen, err := readStep([]byte(`{"at":"2000-01-01T00:00:00Z","scale":{"spec":{"replicas":2},"status":{"replicas":2,"selector":"app=web"}},"pods":[
		{"metadata":{"name":"web-0","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"1"}}}]},
		"status":{"phase":"Running","startTime":"1999-12-31T00:00:00Z","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"1999-12-31T00:00:00Z"}]}}],
		"podMetrics":[{"metadata":{"name":"web-0","namespace":"default","labels":{"app":"web"}},"timestamp":"2000-01-01T00:00:00Z","window":"30s","containers":[{"name":"app","usage":{"cpu":"800m"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	err = bubble(t, func(ctx context.Context) error {
		subject, err := begin(ctx, first)
		if err != nil {
			return err
		}
		enqueueHPA(subject.controller, second)
		var told []*answer
		// The first one, the second one, the first one again.
		for _, hpa := range []*autoscalingv2.HorizontalPodAutoscaler{first.hpa, second, first.hpa} {
			subject.hpa = hpa
			if err := subject.keep(nil); err != nil {
				return err
			}
			one, err := subject.reconcile(seen)
			if err != nil {
				return err
			}
			told = append(told, one)
		}
		if told[0].Error != "" || !strings.Contains(string(told[0].Status), "ValidMetricFound") {
			t.Errorf("the first one to be looked at knows of no other yet: %+v", told[0])
		}
		for _, one := range told[1:] {
			// The controller lists them in the order of a Go map.
			text := strings.ReplaceAll(one.Error, "[default/web default/by-hand]", "[default/by-hand default/web]")
			if one.ScaledTo != nil || text != "failed to compute desired number of replicas based on listed metrics for Deployment/default/web: "+
				"pods by selector app=web are controlled by multiple HPAs: [default/by-hand default/web]" {
				t.Errorf("scaled to %v: %s", one.ScaledTo, one.Error)
			}
			if len(one.Events) != 2 || one.Events[0].Reason != "AmbiguousSelector" || one.Events[1].Reason != "FailedComputeMetricsReplicas" {
				t.Errorf("events: %+v", one.Events)
			}
			if !strings.Contains(string(one.Status), `"type":"ScalingActive","status":"False"`) ||
				!strings.Contains(string(one.Status), `"reason":"AmbiguousSelector","message":"pods by selector app=web are controlled by multiple HPAs: [`) {
				t.Errorf("status: %s", one.Status)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
