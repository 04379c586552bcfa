package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// object is JSON in the making: quantities keep the notation that they were given.
type object = map[string]any

// profile says how much of the format scenarios use.
type profile struct {
	name string
	// utilizationOnly keeps to Resource metrics with averageUtilization, one selector, no gate of
	// scale to zero, no pod-level requests.
	utilizationOnly bool
}

var profiles = []profile{{name: "all"}, {name: "resource", utilizationOnly: true}}

func profileNamed(name string) (profile, error) {
	for _, one := range profiles {
		if one.name == name {
			return one, nil
		}
	}
	return profile{}, fmt.Errorf("profile: `%s` is neither all nor resource", name)
}

// mood sets how wild a scenario is.
type mood int

const (
	calm    mood = iota // a workload on a good day
	edge                // values that sit on the limits, and steps that sit on the windows
	rough               // failures of every kind
	hostile             // numbers that no one would write
)

// generator makes one scenario; all of it follows from the seed and the scenario's number.
type generator struct {
	*rand.Rand
	profile profile
	mood    mood
	// sleepy workloads go to zero when there is nothing to do, and wake up again.
	sleepy    bool
	namespace string
	name      string
	gates     map[string]bool
	spec      object
	plans     []*plan
	troubles  troubles
	workload  workload
	now       time.Time
}

func newGenerator(profile profile, seed uint64, index int) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(index))), profile: profile}
	g.mood = weighted(g, []weight[mood]{{32, calm}, {20, edge}, {36, rough}, {12, hostile}})
	g.sleepy = !profile.utilizationOnly && g.chance(0.12)
	g.namespace = pick(g, "default", "shop", "team-a")
	g.name = pick(g, "web", "api", "worker-hpa")
	g.now = epoch.Add(time.Duration(g.IntN(3*3600*1000)) * time.Millisecond)
	if g.chance(0.5) {
		g.now = g.now.Truncate(time.Second)
	}
	return g
}

// epoch is when a bubble of virtual time begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// generateOne makes one scenario in closed loop with the controller and writes it, answers included.
func generateOne(t *testing.T, profile profile, seed uint64, index int, out io.Writer, counts *tally) error {
	g := newGenerator(profile, seed, index)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	line, err := json.Marshal(g.header(fmt.Sprintf("s%d-%d", seed, index)))
	if err != nil {
		return err
	}
	raw, header, err := readHeader(line)
	if err != nil {
		return fmt.Errorf("scenario %d: %w", index, err)
	}
	if err := lines.Encode(raw); err != nil {
		return err
	}
	counts.begin()
	return bubble(t, func(ctx context.Context) error {
		subject, err := begin(ctx, header)
		if err != nil {
			return err
		}
		length := g.between(20, 80)
		for i := range length {
			raw, err := g.step(i)
			if err != nil {
				return err
			}
			step, err := understand(raw)
			if err != nil {
				return fmt.Errorf("scenario %d, step %d: %w", index, i, err)
			}
			told, err := subject.reconcile(step)
			if err != nil {
				return fmt.Errorf("scenario %d, step %d: %w", index, i, err)
			}
			if told.Panic != "" {
				return fmt.Errorf("scenario %d, step %d: the controller crashed: %s", index, i, told.Panic)
			}
			raw.Recorded = told
			if err := lines.Encode(raw); err != nil {
				return err
			}
			if err := counts.take(told, &subject.hpa.Status); err != nil {
				return err
			}
			g.workload.settle(told)
		}
		return nil
	})
}

// header is the scenario's first line; it also settles what the scenario will be like.
func (g *generator) header(name string) object {
	header := object{"apiVersion": "trimtab.dev/v1", "kind": "HpaScenario", "name": name}
	if g.sleepy || g.chance(0.5) {
		header["controller"] = g.flags()
	}
	g.gates = map[string]bool{}
	if !g.profile.utilizationOnly && (g.sleepy || g.chance(0.3)) {
		g.gates["HPAScaleToZero"] = true
	}
	if g.chance(0.1) {
		g.gates["HPAConfigurableTolerance"] = g.chance(0.2)
	}
	if !g.profile.utilizationOnly && g.chance(0.1) {
		g.gates["PodLevelResources"] = g.chance(0.2)
	}
	if len(g.gates) > 0 || g.chance(0.3) {
		header["featureGates"] = g.gates
	}
	g.troubles = g.newTroubles()
	g.spec, g.plans = g.newSpec()
	g.workload = g.newWorkload()
	hpa := object{
		"apiVersion": "autoscaling/v2",
		"kind":       "HorizontalPodAutoscaler",
		"metadata":   object{"name": g.name, "namespace": g.namespace},
		"spec":       g.spec,
	}
	if g.chance(0.15) {
		hpa["status"] = g.oldStatus()
	}
	header["hpa"] = hpa
	return header
}

func (g *generator) flags() object {
	flags := object{}
	if g.chance(0.1) {
		flags["version"] = "1.36"
	}
	if g.chance(0.5) {
		flags["tolerance"] = pick(g, 0.1, 0, 0.05, 0.2, 0.18, 0.36, 0.57, 0.999, 1, 1.5)
	}
	if g.chance(0.6) {
		flags["downscaleStabilization"] = pick(g, "5m0s", "0s", "15s", "30s", "1m0s", "1m30.5s", "2m0s", "10m0s")
	}
	if g.sleepy {
		flags["downscaleStabilization"] = pick(g, "0s", "15s", "30s", "1m0s")
	}
	if g.chance(0.5) {
		flags["cpuInitializationPeriod"] = pick(g, "5m0s", "0s", "30s", "1m0s", "2m0s")
	}
	if g.chance(0.5) {
		flags["initialReadinessDelay"] = pick(g, "30s", "0s", "10s", "1m0s")
	}
	return flags
}

// oldStatus is a status that an HPA came with: the controller was restarted.
func (g *generator) oldStatus() object {
	long := stamp(g.now.Add(-time.Duration(g.between(0, 86400)) * time.Second))
	status := object{"currentReplicas": g.IntN(10), "desiredReplicas": g.IntN(10), "currentMetrics": nil}
	if g.chance(0.5) {
		status["lastScaleTime"] = long
	}
	var conditions []object
	add := func(kind, reason, message string) {
		if g.chance(0.7) {
			conditions = append(conditions, object{
				"type": kind, "status": pick(g, "True", "True", "False", "Unknown"), "reason": reason,
				"message": message, "lastTransitionTime": long,
			})
		}
	}
	add("AbleToScale", "ReadyForNewScale", "recommended size matches current size")
	add("ScalingActive", "ValidMetricFound", "the HPA was able to successfully calculate a replica count from cpu resource")
	add("ScalingLimited", "DesiredWithinRange", "the desired count is within the acceptable range")
	if !g.profile.utilizationOnly {
		add("ScaledToZero", "ScaledToZero", "the HPA controller scaled the workload to zero")
	}
	g.Shuffle(len(conditions), func(i, j int) { conditions[i], conditions[j] = conditions[j], conditions[i] })
	status["conditions"] = conditions
	return status
}

// step is the scenario's next line: time passes, the workload lives on, its metrics are read.
func (g *generator) step(number int) (*rawStep, error) {
	if number > 0 {
		g.now = g.now.Add(g.pause())
	}
	line := object{}
	if number > 0 && g.chance(g.troubles.specChange) {
		g.changeSpec()
		line["spec"] = g.spec
	}
	if g.workload.replicas == 0 && g.gates["HPAScaleToZero"] && g.chance(0.1) {
		g.raiseMin()
		line["spec"] = g.spec
	}
	g.troubles.turn(g)
	g.workload.live(g)
	g.workload.show(g, line)
	raw := &rawStep{At: g.now.Format("2006-01-02T15:04:05.000000Z")}
	parts := []struct {
		name string
		into *json.RawMessage
	}{
		{"spec", &raw.Spec}, {"scale", &raw.Scale}, {"pods", &raw.Pods}, {"podMetrics", &raw.PodMetrics},
		{"customMetrics", &raw.CustomMetrics}, {"externalMetrics", &raw.ExternalMetrics}, {"unavailable", &raw.Unavailable},
	}
	for _, part := range parts {
		value, there := line[part.name]
		if !there {
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		*part.into = text
	}
	return raw, nil
}

// pause is how long the controller waited: 15 s, more or less.
func (g *generator) pause() time.Duration {
	switch g.mood {
	case edge:
		return pick(g, 15*time.Second, 15*time.Second, 15*time.Second, 30*time.Second, 0, time.Second)
	case hostile:
		return time.Duration(g.IntN(600_000_000)) * time.Microsecond
	default:
		jitter := time.Duration(g.IntN(2_000_000)) * time.Microsecond
		return weighted(g, []weight[time.Duration]{
			{60, 15 * time.Second}, {30, 15*time.Second + jitter}, {3, 15*time.Second - jitter},
			{3, time.Duration(g.between(1, 20)) * time.Minute}, {3, time.Duration(g.between(1, 10)) * time.Minute}, {1, 0},
		})
	}
}

// Chance.

func (g *generator) chance(p float64) bool { return g.Float64() < p }

// between is a number from low to high, both included.
func (g *generator) between(low, high int) int { return low + g.IntN(high-low+1) }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

type weight[T any] struct {
	weight int
	value  T
}

func weighted[T any](g *generator, from []weight[T]) T {
	total := 0
	for _, one := range from {
		total += one.weight
	}
	left := g.IntN(total)
	for _, one := range from {
		if left -= one.weight; left < 0 {
			return one.value
		}
	}
	panic("weights were not positive")
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
