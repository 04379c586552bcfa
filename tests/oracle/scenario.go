package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	defaultsv2 "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
	custommetrics "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalmetrics "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	resourcemetrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	kjson "sigs.k8s.io/json"
)

// rawHeader and rawStep are lines of a scenario with their parts as they stood in the file.
type rawHeader struct {
	APIVersion   string          `json:"apiVersion"`
	Kind         string          `json:"kind"`
	Name         string          `json:"name"`
	Controller   json.RawMessage `json:"controller,omitempty"`
	FeatureGates json.RawMessage `json:"featureGates,omitempty"`
	HPA          json.RawMessage `json:"hpa"`
}

type rawStep struct {
	At              string          `json:"at"`
	Spec            json.RawMessage `json:"spec,omitempty"`
	Scale           json.RawMessage `json:"scale,omitempty"`
	Pods            json.RawMessage `json:"pods,omitempty"`
	PodMetrics      json.RawMessage `json:"podMetrics,omitempty"`
	CustomMetrics   json.RawMessage `json:"customMetrics,omitempty"`
	ExternalMetrics json.RawMessage `json:"externalMetrics,omitempty"`
	Unavailable     json.RawMessage `json:"unavailable,omitempty"`
	Recorded        *answer         `json:"recorded,omitempty"`
}

// answer is what the controller did in a step.
type answer struct {
	ScaledTo *int32          `json:"scaledTo"`
	Status   json.RawMessage `json:"status"`
	Error    string          `json:"error,omitempty"`
	Events   []event         `json:"events,omitempty"`
	// Panic is set where the controller would have crashed: a spec that no API server lets in.
	Panic string `json:"panic,omitempty"`
}

type event struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// header is a scenario's first line, understood.
type header struct {
	name  string
	flags flagValues
	gates map[string]bool
	hpa   *autoscalingv2.HorizontalPodAutoscaler
}

// flagValues are the flags of kube-controller-manager that the controller is made with.
type flagValues struct {
	tolerance               float64
	downscaleStabilization  time.Duration
	cpuInitializationPeriod time.Duration
	initialReadinessDelay   time.Duration
}

// step is a scenario's other lines, understood.
type step struct {
	at              time.Time
	spec            *autoscalingv2.HorizontalPodAutoscalerSpec
	scale           autoscalingv1.Scale
	pods            []v1.Pod
	podMetrics      []resourcemetrics.PodMetrics
	customMetrics   []custommetrics.MetricValue
	externalMetrics []externalmetrics.ExternalMetricValue
	unavailable     map[string]string
}

// scenario is a header and its steps, still as text.
type scenario struct {
	line   int
	header []byte
	steps  [][]byte
}

// eachScenario reads JSON Lines and hands over one scenario after the other.
func eachScenario(in io.Reader, handle func(*scenario) error) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	var open *scenario
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return err
		}
		ended := err == io.EOF
		if line = bytes.TrimSpace(line); len(line) > 0 {
			var kind struct {
				Kind string `json:"kind"`
				At   string `json:"at"`
			}
			if err := kjson.UnmarshalCaseSensitivePreserveInts(line, &kind); err != nil {
				return fmt.Errorf("line %d: %w", number, err)
			}
			switch {
			case kind.At == "" && kind.Kind == "HpaScenario":
				if open != nil {
					if err := handle(open); err != nil {
						return err
					}
				}
				open = &scenario{line: number, header: line}
			case open == nil:
				return fmt.Errorf("line %d: a step before any header", number)
			default:
				open.steps = append(open.steps, line)
			}
		}
		if ended {
			if open != nil {
				return handle(open)
			}
			return nil
		}
	}
}

// knownGates are the gates that a scenario may set, with their values in 1.36.
var knownGates = map[string]bool{"HPAScaleToZero": false, "HPAConfigurableTolerance": true, "PodLevelResources": true}

func readHeader(line []byte) (*rawHeader, *header, error) {
	var raw rawHeader
	if err := decode(line, &raw); err != nil {
		return nil, nil, err
	}
	if raw.APIVersion != "trimtab.dev/v1" || raw.Kind != "HpaScenario" {
		return nil, nil, fmt.Errorf("`%s` `%s` is no `trimtab.dev/v1` `HpaScenario`", raw.APIVersion, raw.Kind)
	}
	read := &header{name: raw.Name, gates: map[string]bool{}, hpa: &autoscalingv2.HorizontalPodAutoscaler{}}
	var err error
	if read.flags, err = readFlags(raw.Controller); err != nil {
		return nil, nil, err
	}
	for gate, value := range knownGates {
		read.gates[gate] = value
	}
	set := map[string]bool{}
	if err := decode(raw.FeatureGates, &set); err != nil {
		return nil, nil, fmt.Errorf("featureGates: %w", err)
	}
	for gate, value := range set {
		if _, known := knownGates[gate]; !known {
			return nil, nil, fmt.Errorf("featureGates: `%s` is not known; there are %s", gate, strings.Join(names(knownGates), ", "))
		}
		read.gates[gate] = value
	}
	if err := decode(raw.HPA, read.hpa); err != nil {
		return nil, nil, fmt.Errorf("hpa: %w", err)
	}
	if read.hpa.Name == "" {
		return nil, nil, fmt.Errorf("hpa: metadata.name is missing")
	}
	if read.hpa.Namespace == "" {
		read.hpa.Namespace = "default"
	}
	read.hpa, err = served(read.hpa)
	return &raw, read, err
}

// served is an HPA as the API server hands it out: with defaults, and with quantities in canonical
// form. The form matters: "0.3" and "300m" are different floats to AsApproximateFloat64.
func served(hpa *autoscalingv2.HorizontalPodAutoscaler) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	defaultsv2.SetObjectDefaults_HorizontalPodAutoscaler(hpa)
	text, err := json.Marshal(hpa)
	if err != nil {
		return nil, err
	}
	handed := &autoscalingv2.HorizontalPodAutoscaler{}
	return handed, decode(text, handed)
}

func readFlags(raw json.RawMessage) (flagValues, error) {
	flags := flagValues{0.1, 5 * time.Minute, 5 * time.Minute, 30 * time.Second}
	var given struct {
		Version                 *string  `json:"version"`
		Tolerance               *float64 `json:"tolerance"`
		DownscaleStabilization  *string  `json:"downscaleStabilization"`
		CPUInitializationPeriod *string  `json:"cpuInitializationPeriod"`
		InitialReadinessDelay   *string  `json:"initialReadinessDelay"`
	}
	if err := decode(raw, &given); err != nil {
		return flags, fmt.Errorf("controller: %w", err)
	}
	if given.Version != nil && *given.Version != "1.36" {
		return flags, fmt.Errorf("controller.version: `%s` is not known; there is 1.36", *given.Version)
	}
	if given.Tolerance != nil {
		flags.tolerance = *given.Tolerance
	}
	durations := []struct {
		text *string
		into *time.Duration
	}{
		{given.DownscaleStabilization, &flags.downscaleStabilization},
		{given.CPUInitializationPeriod, &flags.cpuInitializationPeriod},
		{given.InitialReadinessDelay, &flags.initialReadinessDelay},
	}
	for _, duration := range durations {
		if duration.text == nil {
			continue
		}
		value, err := time.ParseDuration(*duration.text)
		if err != nil {
			return flags, fmt.Errorf("controller: %w", err)
		}
		*duration.into = value
	}
	return flags, nil
}

func readStep(line []byte) (*rawStep, *step, error) {
	var raw rawStep
	if err := decode(line, &raw); err != nil {
		return nil, nil, err
	}
	read, err := understand(&raw)
	return &raw, read, err
}

func understand(raw *rawStep) (*step, error) {
	read := &step{}
	var err error
	if read.at, err = time.Parse(time.RFC3339Nano, raw.At); err != nil {
		return nil, fmt.Errorf("at: %w", err)
	}
	read.at = read.at.UTC()
	if len(raw.Spec) > 0 && !bytes.Equal(raw.Spec, []byte("null")) {
		fresh := &autoscalingv2.HorizontalPodAutoscaler{}
		if err := decode(raw.Spec, &fresh.Spec); err != nil {
			return nil, fmt.Errorf("spec: %w", err)
		}
		if fresh, err = served(fresh); err != nil {
			return nil, fmt.Errorf("spec: %w", err)
		}
		read.spec = &fresh.Spec
	}
	parts := []struct {
		name string
		raw  json.RawMessage
		into any
	}{
		{"scale", raw.Scale, &read.scale},
		{"pods", raw.Pods, &read.pods},
		{"podMetrics", raw.PodMetrics, &read.podMetrics},
		{"customMetrics", raw.CustomMetrics, &read.customMetrics},
		{"externalMetrics", raw.ExternalMetrics, &read.externalMetrics},
		{"unavailable", raw.Unavailable, &read.unavailable},
	}
	for _, part := range parts {
		if err := decode(part.raw, part.into); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return read, nil
}

// decode reads JSON as Kubernetes' clients do: case-sensitive, unknown fields ignored.
func decode(raw []byte, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return kjson.UnmarshalCaseSensitivePreserveInts(raw, into)
}

// setGates switches the process's gates; they are global, so scenarios run one after another.
func setGates(gates map[string]bool) error {
	wanted := map[string]bool{}
	for gate, value := range gates {
		if utilfeature.DefaultFeatureGate.Enabled(featureNamed(gate)) != value {
			wanted[gate] = value
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	if value, set := wanted["PodLevelResources"]; set {
		// These two may not be on without it, and the controller reads neither.
		wanted["InPlacePodLevelResourcesVerticalScaling"] = value && podLevelDependents["InPlacePodLevelResourcesVerticalScaling"]
		wanted["PodLevelResourceManagers"] = value && podLevelDependents["PodLevelResourceManagers"]
	}
	return utilfeature.DefaultMutableFeatureGate.SetFromMap(wanted)
}

func names[V any](of map[string]V) []string {
	list := make([]string, 0, len(of))
	for name := range of {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}
