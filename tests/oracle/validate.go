package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/util/validation/field"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
)

// specCase is a line of `oracle validate`: an HPA to create, or to put in the place of an old one.
type specCase struct {
	HPA          json.RawMessage `json:"hpa"`
	Old          json.RawMessage `json:"old,omitempty"`
	FeatureGates map[string]bool `json:"featureGates,omitempty"`
}

// specVerdict is what the API server makes of it.
type specVerdict struct {
	// Unreadable is why the object could not even be decoded.
	Unreadable string `json:"unreadable,omitempty"`
	// Spec is what would be stored: with defaults, without fields whose gate is off.
	Spec   *autoscalingv2.HorizontalPodAutoscalerSpec `json:"spec,omitempty"`
	Errors []fieldError                               `json:"errors"`
}

type fieldError struct {
	Type   string `json:"type"`
	Field  string `json:"field"`
	Value  any    `json:"value,omitempty"`
	Detail string `json:"detail"`
	// Text is the whole as the API server prints it.
	Text string `json:"text"`
}

func judgeSpecs(in io.Reader, out io.Writer) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	sink := bufio.NewWriterSize(out, 1<<20)
	verdicts := json.NewEncoder(sink)
	verdicts.SetEscapeHTML(false)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return err
		}
		if len(line) == 0 && err == io.EOF {
			return sink.Flush()
		}
		verdict, err := judgeSpec(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		if err := verdicts.Encode(verdict); err != nil {
			return err
		}
	}
}

func judgeSpec(line []byte) (*specVerdict, error) {
	var asked specCase
	if err := decode(line, &asked); err != nil {
		return nil, err
	}
	gates := map[string]bool{}
	for gate, value := range knownGates {
		gates[gate] = value
	}
	for gate, value := range asked.FeatureGates {
		gates[gate] = value
	}
	if err := setGates(gates); err != nil {
		return nil, err
	}
	fresh, err := readInternal(asked.HPA)
	if err != nil {
		return &specVerdict{Unreadable: err.Error(), Errors: []fieldError{}}, nil
	}
	ctx := genericapirequest.WithRequestInfo(genericapirequest.NewDefaultContext(), &genericapirequest.RequestInfo{
		APIGroup: "autoscaling", APIVersion: "v2", Resource: "horizontalpodautoscalers",
	})
	errors, err := validateWith(ctx, fresh, asked.Old)
	if err != nil {
		return &specVerdict{Unreadable: "old: " + err.Error(), Errors: []fieldError{}}, nil
	}
	stored := &autoscalingv2.HorizontalPodAutoscaler{}
	if err := legacyscheme.Scheme.Convert(fresh, stored, nil); err != nil {
		return nil, err
	}
	return &specVerdict{Spec: &stored.Spec, Errors: ordered(errors)}, nil
}

// validateWith runs the registry's own strategy, as a create or an update goes through it.
func validateWith(ctx context.Context, fresh *autoscaling.HorizontalPodAutoscaler, raw json.RawMessage) (field.ErrorList, error) {
	strategy := horizontalpodautoscaler.Strategy
	if len(raw) == 0 || string(raw) == "null" {
		strategy.PrepareForCreate(ctx, fresh)
		return strategy.Validate(ctx, fresh), nil
	}
	old, err := readInternal(raw)
	if err != nil {
		return nil, err
	}
	// What the registry fills in from the stored object before it validates.
	old.ResourceVersion, fresh.ResourceVersion = "1", "1"
	fresh.UID, fresh.CreationTimestamp, fresh.Generation = old.UID, old.CreationTimestamp, old.Generation
	strategy.PrepareForUpdate(ctx, fresh, old)
	return strategy.ValidateUpdate(ctx, fresh, old), nil
}

func readInternal(raw json.RawMessage) (*autoscaling.HorizontalPodAutoscaler, error) {
	given := &autoscalingv2.HorizontalPodAutoscaler{}
	if err := decode(raw, given); err != nil {
		return nil, err
	}
	legacyscheme.Scheme.Default(given)
	internal := &autoscaling.HorizontalPodAutoscaler{}
	return internal, legacyscheme.Scheme.Convert(given, internal, nil)
}

// ordered keeps the errors' order but where the validation goes over a Go map: those are sorted.
func ordered(list field.ErrorList) []fieldError {
	errors := make([]fieldError, 0, len(list))
	for _, one := range list {
		told := fieldError{Type: string(one.Type), Field: one.Field, Detail: one.Detail, Text: one.Error()}
		if one.Type != field.ErrorTypeRequired && one.Type != field.ErrorTypeForbidden {
			told.Value = one.BadValue
		}
		errors = append(errors, told)
	}
	unfixed := func(e fieldError) bool { return e.Detail == "must populate the given metric source only" }
	for i := 0; i < len(errors); {
		end := i
		for end < len(errors) && unfixed(errors[end]) && parent(errors[end].Field) == parent(errors[i].Field) {
			end++
		}
		sort.Slice(errors[i:end], func(a, b int) bool { return errors[i+a].Field < errors[i+b].Field })
		i = max(end, i+1)
	}
	return errors
}

func parent(field string) string { return field[:max(strings.LastIndexByte(field, '.'), 0)] }

func specsCommand(_ *testing.T, args []string) error {
	flags := flag.NewFlagSet("specs", flag.ContinueOnError)
	count := flags.Int("count", 1000, "how many")
	seed := flags.Uint64("seed", 1, "seed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	sink, done, err := create("")
	if err != nil {
		return err
	}
	lines := json.NewEncoder(sink)
	lines.SetEscapeHTML(false)
	for index := range *count {
		g := &generator{Rand: rand.New(rand.NewPCG(*seed, uint64(index))), profile: profiles[0], namespace: "default", name: "web"}
		if err := lines.Encode(g.specCase()); err != nil {
			return err
		}
	}
	return done()
}

// specCase is an HPA with some of its fields wrong, and often the one that it replaces.
func (g *generator) specCase() object {
	g.mood = pick(g, calm, calm, rough, hostile)
	g.gates = map[string]bool{}
	if g.chance(0.3) {
		g.gates["HPAScaleToZero"] = g.chance(0.7)
	}
	if g.chance(0.3) {
		g.gates["HPAConfigurableTolerance"] = g.chance(0.3)
	}
	g.troubles.badTarget, g.troubles.noTarget = g.chance(0.1), g.chance(0.1)
	fresh := g.wholeHPA()
	line := object{"hpa": fresh}
	if g.chance(0.4) {
		line["old"] = fresh
		if g.chance(0.7) {
			line["old"] = g.wholeHPA()
		}
		line["hpa"] = g.harm(fresh, pick(g, 0, 0, 1, 2, 3))
		return withGates(g, line)
	}
	line["hpa"] = g.harm(fresh, pick(g, 0, 0, 0, 1, 2, 3))
	return withGates(g, line)
}

func withGates(g *generator, line object) object {
	if len(g.gates) > 0 {
		line["featureGates"] = g.gates
	}
	return line
}

func (g *generator) wholeHPA() object {
	spec, _ := g.newSpec()
	metadata := object{"name": "web", "namespace": "default"}
	if g.chance(0.05) {
		metadata["name"] = pick(g, "", "Web", "a_b", "web.x", "-web", strings.Repeat("w", 254), "wéb")
	}
	if g.chance(0.03) {
		metadata["namespace"] = pick(g, "", "Shop", "a.b", "other")
	}
	if g.chance(0.03) {
		metadata["labels"] = object{pick(g, "a", "a/b/c", "", "-x"): pick(g, "v", "-v", strings.Repeat("v", 64))}
	}
	if g.chance(0.02) {
		metadata["annotations"] = object{pick(g, "a", "A B", "x/"): "anything at all"}
	}
	if g.chance(0.1) {
		g.oddMetadata(metadata)
	}
	hpa := object{"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec}
	return g.harm(hpa, pick(g, 0, 0, 1, 2))
}

// oddMetadata is what is seldom written by hand, right or wrong.
func (g *generator) oddMetadata(metadata object) {
	switch g.IntN(6) {
	case 0:
		metadata["generateName"] = pick(g, "web-", "-", "Web-", "a.-", "a", strings.Repeat("w", 254))
	case 1:
		names := []string{"kubernetes", "orphan", "foregroundDeletion", "example.com/done", "done", "-x", "a/b/c", ""}
		metadata["finalizers"] = g.some(names)
	case 2:
		var owners []object
		for range 1 + g.IntN(3) {
			owner := object{
				"apiVersion": pick(g, "apps/v1", "v1", "", "/", "a/", "a/b/c"),
				"kind":       pick(g, "ScaledObject", "Event", ""),
				"name":       pick(g, "web", "<web>", ""),
				"uid":        pick(g, "1", ""),
			}
			if g.chance(0.6) {
				owner["controller"] = g.chance(0.8)
			}
			if g.chance(0.3) {
				owner["blockOwnerDeletion"] = g.chance(0.5)
			}
			owners = append(owners, owner)
		}
		metadata["ownerReferences"] = owners
	case 3:
		metadata["managedFields"] = []object{{
			"manager":     pick(g, "kubectl", "", "a\u0007b\u00a0", "wéb", strings.Repeat("m", 129)),
			"operation":   pick(g, "Apply", "Update", "", "<b>"),
			"fieldsType":  pick(g, "FieldsV1", "", "V2"),
			"subresource": pick(g, "", "status", strings.Repeat("s", 257)),
		}}
	case 4:
		metadata["generation"] = pick(g, 0, 1, -1, -9_000_000_000)
	case 5:
		metadata["deletionTimestamp"] = pick(g, "2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00", "2026-03-01T12:00:00.5Z")
		metadata["deletionGracePeriodSeconds"] = pick(g, 0, 30, -1)
		metadata["finalizers"] = g.some([]string{"example.com/a", "example.com/b", "orphan"})
	}
}

// some of the texts, each at most once.
func (g *generator) some(texts []string) []string {
	chosen := []string{}
	for _, text := range texts {
		if g.chance(0.4) {
			chosen = append(chosen, text)
		}
	}
	return chosen
}

// wrongs are values, by field, that are on or over a limit; nil takes the field away.
var wrongs = map[string][]any{
	"minReplicas":                {0, -1, 1, math.MaxInt32, math.MinInt32, nil},
	"maxReplicas":                {0, -1, 1, math.MaxInt32, math.MinInt32, nil},
	"apiVersion":                 {"", "v1", "apps/v1", "a/b/c", "/", "apps/", nil},
	"kind":                       {"", "Deployment", "ReplicationController", "De/ployment", ".", "..", "50%", "<&>/", "%\u00a0\u200b\"\\é\u0301", nil},
	"name":                       {"", "a/b", "x%y", ".", "..", "cpu", "memory", "Big/Name", "requests.cpu", "hugepages-2Mi", "example.com/gpu", "a/b/c", "metric name", nil},
	"container":                  {"", "App", "app.b", strings.Repeat("a", 64), "-a", nil},
	"type":                       {"", "Resource", "Pods", "Object", "External", "ContainerResource", "Percent", "Utilization", "Value", "AverageValue", "Nothing", "<&>\u2028\u007f\t", nil},
	"averageUtilization":         {0, -1, 1, 50, math.MaxInt32, nil},
	"averageValue":               {"0", "-1", "1", "1n", "-1n", "100m", "", "1e3", "9E", nil},
	"value":                      {"0", "-1", "1", "1500m", "2Ki", nil},
	"stabilizationWindowSeconds": {0, -1, 3600, 3601, math.MaxInt32, nil},
	"selectPolicy":               {"", "Max", "Min", "Disabled", "max", "<&>\u2029\u0001", nil},
	"policies":                   {[]object{}, nil, []object{{}}},
	"periodSeconds":              {0, -1, 1, 1800, 1801, nil},
	"tolerance":                  {"0", "-0.1", "0.1", "2", "-1n", nil},
	"metrics":                    {[]object{}, nil, []object{{}}},
	"behavior":                   {object{}, nil, object{"scaleUp": object{}}, object{"scaleDown": nil}},
	"metric":                     {object{}, nil},
	"target":                     {object{}, nil},
	"describedObject":            {object{}, nil},
	"scaleTargetRef":             {object{}, nil},
	"resource":                   {object{}, nil},
	"external":                   {object{}, nil},
	"object":                     {object{}, nil},
	"pods":                       {object{}, nil},
	"containerResource":          {object{}, nil},
}

// policyValue is the one field whose kind depends on where it stands.
var policyValue = []any{0, -1, 1, 100, math.MaxInt32, nil}

// harm changes some fields of a copy for the worse.
func (g *generator) harm(whole object, times int) object {
	text, err := json.Marshal(whole)
	if err != nil {
		panic(err)
	}
	var copy object
	if err := json.Unmarshal(text, &copy); err != nil {
		panic(err)
	}
	for range times {
		g.harmOnce(copy)
	}
	return copy
}

func (g *generator) harmOnce(whole object) {
	spec, _ := whole["spec"].(object)
	if g.chance(0.15) {
		if metrics, _ := spec["metrics"].([]any); len(metrics) > 0 {
			// A second source beside the first, or a missing target field put in.
			metric, _ := metrics[g.IntN(len(metrics))].(object)
			other, _ := g.newMetric()
			for _, field := range names(other) {
				if field != "type" || g.chance(0.1) {
					metric[field] = other[field]
				}
			}
			return
		}
	}
	type place struct {
		in  object
		key string
	}
	var places []place
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case object:
			for _, key := range names(value) {
				if _, known := wrongs[key]; known {
					places = append(places, place{value, key})
				}
				walk(value[key])
			}
			if _, target := value["type"]; target && len(value) <= 3 {
				places = append(places, place{value, pick(g, "averageValue", "averageUtilization", "type")})
			}
		case []any:
			for _, one := range value {
				walk(one)
			}
		}
	}
	walk(spec)
	if len(places) == 0 {
		return
	}
	at := places[g.IntN(len(places))]
	choices := wrongs[at.key]
	if _, text := at.in[at.key].(string); !text && at.key == "value" {
		choices = policyValue
	}
	if value := choices[g.IntN(len(choices))]; value == nil {
		delete(at.in, at.key)
	} else {
		at.in[at.key] = value
	}
}
