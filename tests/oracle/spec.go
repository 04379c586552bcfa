package main

import (
	"math"
)

// plan is what the workload must know of a metric of the spec to answer for it.
type plan struct {
	kind      string
	metric    string
	selector  any
	resource  string
	container string
	// per is whose number the target is: "utilization", "average" or "value".
	per    string
	target float64
	// described is the object that an Object metric reads.
	described object
	// factor is how the metric's idea of the load differs from the others'.
	factor float64
}

func (g *generator) newSpec() (object, []*plan) {
	spec := object{"scaleTargetRef": g.target()}
	low, high := g.bounds()
	if low != nil {
		spec["minReplicas"] = *low
	}
	spec["maxReplicas"] = high
	metrics, plans := g.newMetrics()
	if metrics != nil {
		spec["metrics"] = metrics
	}
	if behavior := g.behavior(); behavior != nil {
		spec["behavior"] = behavior
	}
	return spec, plans
}

// changeSpec is a person's edit: mostly one part, sometimes all.
func (g *generator) changeSpec() {
	fresh, plans := g.newSpec()
	change := func(field string) {
		delete(g.spec, field)
		if value, there := fresh[field]; there {
			g.spec[field] = value
		}
	}
	g.spec = copied(g.spec)
	switch g.IntN(5) {
	case 0:
		change("minReplicas")
		change("maxReplicas")
	case 1, 2:
		change("behavior")
	case 3:
		change("metrics")
		g.plans = plans
	default:
		g.spec, g.plans = fresh, plans
	}
}

// raiseMin takes the permission to be at zero away from a workload that may be there.
func (g *generator) raiseMin() {
	g.spec = copied(g.spec)
	low := g.between(1, 3)
	g.spec["minReplicas"] = low
	if high, _ := g.spec["maxReplicas"].(int); high < low {
		g.spec["maxReplicas"] = low
	}
}

func copied(from object) object {
	to := object{}
	for key, value := range from {
		to[key] = value
	}
	return to
}

func (g *generator) target() object {
	if g.troubles.badReference && g.chance(0.3) {
		return object{"apiVersion": pick(g, "apps/v1/extra", "a/b/c/d"), "kind": "Deployment", "name": "web"}
	}
	return pick(g,
		object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
		object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
		object{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"},
		object{"apiVersion": "v1", "kind": "ReplicationController", "name": "old"},
		object{"apiVersion": "example.com/v1alpha1", "kind": "Widget", "name": "w.1"},
		object{"kind": "Deployment", "name": "web"},
	)
}

func (g *generator) bounds() (*int, int) {
	low := g.between(1, 4)
	high := low + g.IntN(12)
	switch g.mood {
	case hostile:
		high = pick(g, high, 1000, math.MaxInt32, 100_000, 1_000_000_000)
		if g.chance(0.1) {
			low, high = high, low
		}
	case rough:
		high = pick(g, high, high, 60, 300)
	}
	switch {
	case g.sleepy && g.chance(0.9), g.gates["HPAScaleToZero"] && g.chance(0.7), g.chance(0.03):
		low = 0
	case g.chance(0.2):
		return nil, high
	}
	return &low, high
}

func (g *generator) newMetrics() ([]object, []*plan) {
	count := weighted(g, []weight[int]{{7, 0}, {55, 1}, {24, 2}, {14, 3}})
	if count == 0 {
		// The API server's default: cpu at 80 %.
		plans := []*plan{{kind: "Resource", resource: "cpu", per: "utilization", target: 80, factor: 1}}
		if g.chance(0.5) {
			return []object{}, plans
		}
		return nil, plans
	}
	var metrics []object
	var plans []*plan
	for range count {
		metric, plan := g.newMetric()
		metrics = append(metrics, metric)
		plans = append(plans, plan)
	}
	return metrics, plans
}

func (g *generator) newMetric() (object, *plan) {
	p := &plan{factor: 0.6 + 0.6*g.Float64()}
	if g.mood == edge || g.chance(0.3) {
		p.factor = 1
	}
	if g.troubles.unknownType && g.chance(0.3) {
		return object{"type": pick(g, "", "Custom", "resource")}, p
	}
	p.kind = "Resource"
	if !g.profile.utilizationOnly {
		kinds := []weight[string]{{24, "Resource"}, {20, "ContainerResource"}, {18, "Pods"}, {18, "Object"}, {20, "External"}}
		if g.gates["HPAScaleToZero"] {
			kinds = []weight[string]{{5, "Resource"}, {5, "ContainerResource"}, {5, "Pods"}, {40, "Object"}, {45, "External"}}
		}
		p.kind = weighted(g, kinds)
		switch {
		case g.sleepy:
			p.kind = pick(g, "Object", "External")
		case g.troubles.noContainer.begins > 0 && g.chance(0.5):
			p.kind = "ContainerResource"
		case g.troubles.otherRequests.begins > 0 && g.chance(0.4):
			p.kind = "Resource"
		case g.troubles.noPods.begins > 0 && g.chance(0.5):
			p.kind = pick(g, "Object", "External")
		}
	}
	switch p.kind {
	case "Resource", "ContainerResource":
		p.resource = weighted(g, []weight[string]{{60, "cpu"}, {30, "memory"}, {5, "nvidia.com/gpu"}, {5, "ephemeral-storage"}})
		source := object{"name": p.resource}
		if p.kind == "ContainerResource" {
			p.container = pick(g, "app", "app", "app", "app", "proxy", "logs")
			source["container"] = p.container
		}
		if g.profile.utilizationOnly || g.chance(0.6) {
			p.per = "utilization"
		} else {
			p.per = "average"
		}
		source["target"] = g.targetOf(p)
		return object{"type": p.kind, lowerFirst(p.kind): source}, p
	case "Pods":
		p.per = "average"
		p.metric = pick(g, "requests_per_second", "queue.depth", "connections")
		source := object{"metric": g.identifier(p), "target": g.targetOf(p)}
		return object{"type": p.kind, "pods": source}, p
	case "Object":
		p.per = pick(g, "value", "average")
		p.metric = pick(g, "requests_per_second", "hits", "backlog")
		p.described = pick(g,
			object{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "main"},
			object{"apiVersion": "v1", "kind": "Service", "name": "front"},
			object{"kind": "Namespace", "name": "elsewhere"},
			object{"apiVersion": "v1", "kind": "Namespace", "name": g.namespace},
			object{"apiVersion": "example.com/v1", "kind": "Namespace", "name": "odd"},
			object{"kind": "Pod", "name": "web-1"},
		)
		source := object{"metric": g.identifier(p), "describedObject": p.described, "target": g.targetOf(p)}
		return object{"type": p.kind, "object": source}, p
	default:
		p.per = pick(g, "value", "average")
		p.metric = pick(g, "sqs_messages", "queue_length", "lag")
		source := object{"metric": g.identifier(p), "target": g.targetOf(p)}
		return object{"type": p.kind, "external": source}, p
	}
}

func lowerFirst(word string) string { return string(word[0]|0x20) + word[1:] }

func (g *generator) identifier(p *plan) object {
	identifier := object{"name": p.metric}
	if p.selector = g.metricSelector(); p.selector != nil {
		identifier["selector"] = p.selector
	}
	return identifier
}

// targetOf draws a metric's target and remembers what it amounts to.
func (g *generator) targetOf(p *plan) object {
	if p.per == "utilization" {
		percent := pick(g, g.between(10, 100), 50, 80, 70, g.between(100, 300), 1)
		if g.mood == hostile {
			percent = pick(g, percent, math.MaxInt32, 1_000_000, 3)
			if g.troubles.badTarget {
				percent = pick(g, 0, -50)
			}
		}
		p.target = float64(percent)
		target := object{"type": "Utilization", "averageUtilization": percent}
		switch {
		case g.troubles.noTarget && g.chance(0.4) && !g.profile.utilizationOnly:
			return object{"type": "Utilization"}
		case g.chance(0.02) && !g.profile.utilizationOnly:
			// The controller looks at what is set, not at the type.
			target["type"] = "AverageValue"
		}
		return target
	}
	unit := 1.0
	switch p.resource {
	case "memory", "ephemeral-storage":
		unit = float64(int(1) << pick(g, 20, 24, 27))
	case "cpu":
		unit = pick(g, 0.1, 0.25, 0.5, 1)
	default:
		unit = pick(g, 1, 10, 100, 0.5, 0.003)
	}
	p.target = unit * float64(g.between(1, 20)) * 1000
	text := g.quantity(p.target, p.resource == "memory")
	if g.mood == hostile && g.chance(0.3) {
		text = g.awkward()
	}
	if g.troubles.badTarget && g.chance(0.5) {
		text = pick[any](g, "0", "-1", 0, "-100m")
	}
	kind, field := "AverageValue", "averageValue"
	if p.per == "value" {
		kind, field = "Value", "value"
	}
	target := object{"type": kind, field: text}
	if g.troubles.noTarget && g.chance(0.4) && p.kind != "Pods" {
		return object{"type": kind}
	}
	if g.chance(0.03) {
		switch p.kind {
		case "Object":
			// Both are legal; the type decides. A type that fits neither is refused by nobody but the loop.
			target["value"], target["averageValue"] = text, text
			target["type"] = pick(g, "Value", "AverageValue", "Utilization")
		case "External":
			target["type"] = "Utilization"
		}
	}
	return target
}

func (g *generator) behavior() object {
	if g.chance(0.4) {
		return nil
	}
	behavior := object{}
	if g.chance(0.7) {
		behavior["scaleUp"] = g.rules(true)
	}
	if g.chance(0.7) {
		behavior["scaleDown"] = g.rules(false)
	}
	return behavior
}

func (g *generator) rules(up bool) object {
	rules := object{}
	if g.chance(0.6) {
		window := pick(g, 0, 15, 30, 60, 300, g.IntN(600))
		if g.mood == hostile {
			window = pick(g, window, 3600, 100_000, -30, math.MaxInt32)
		}
		if up && g.chance(0.3) {
			window = 0
		}
		rules["stabilizationWindowSeconds"] = window
	}
	if g.chance(0.4) {
		rules["selectPolicy"] = pick(g, "Max", "Min", "Max", "Min", "Disabled")
		if g.mood == hostile && g.chance(0.1) {
			rules["selectPolicy"] = "Other"
		}
	}
	if g.chance(0.6) {
		policies := []object{}
		for range g.between(1, 3) {
			policies = append(policies, g.policy())
		}
		if g.chance(0.04) {
			policies = []object{}
		}
		rules["policies"] = policies
	}
	if g.chance(0.35) {
		tolerance := pick[any](g, "0.1", "0.05", "0", 0, "200m", 0.2, "0.18", "570m", "0.999", "1", "1.5", "0.3", "123456u", "1e-2", "0.333333333333")
		if g.mood == hostile && g.chance(0.2) {
			tolerance = g.awkward()
		}
		rules["tolerance"] = tolerance
	}
	if len(rules) == 0 && g.chance(0.3) {
		return nil
	}
	return rules
}

func (g *generator) policy() object {
	period := pick(g, 15, 30, 60, 120, g.between(1, 300))
	kind := pick(g, "Pods", "Percent")
	value := g.between(1, 5)
	if kind == "Percent" {
		value = pick(g, 10, 20, 50, 100, 150, 200, g.between(1, 200))
	}
	if g.mood == hostile {
		period = pick(g, period, 1800, 1_000_000, 0, -15)
		value = pick(g, value, math.MaxInt32, 1_000_000, 0, -3)
		if g.chance(0.05) {
			kind = "Share"
		}
	}
	return object{"type": kind, "value": value, "periodSeconds": period}
}
