package main

import (
	"encoding/json"
	"math"
)

// carried is what a pod carries of the load, in thousandths of a metric's target for one pod.
func (w *workload) carried(g *generator, p *plan, target float64, share float64) float64 {
	if w.ratio > 0 || g.mood == edge && w.ratio == 0 && g.chance(0.1) {
		return target * w.ratio
	}
	working := 0
	for _, pod := range w.pods {
		if pod.phase == "Running" && pod.ready == "True" {
			working++
		}
	}
	value := target * w.load * p.factor / float64(max(working, 1)) * share
	if g.mood == edge {
		return math.Round(value)
	}
	return value
}

func (w *workload) showPodMetrics(g *generator) []object {
	if g.troubles.noPodMetrics.on {
		return nil
	}
	var wanted []*plan
	for _, p := range g.plans {
		if p.kind == "Resource" || p.kind == "ContainerResource" {
			wanted = append(wanted, p)
		}
	}
	if len(wanted) == 0 && g.chance(0.9) {
		return nil
	}
	var shown []object
	lists := [][]*pod{w.pods, w.gone, w.strangers}
	if g.troubles.onlyStrangers.on {
		lists = [][]*pod{w.gone}
		shown = append(shown, w.showOneMetrics(g, &pod{name: "ghost", labels: podLabels, containers: w.template.containers, share: 1}, wanted))
	}
	for i, list := range lists {
		for _, p := range list {
			absent := p.phase == "Pending" || p.started.After(g.now.Add(-w.lag)) || g.chance(0.03)
			if i == 1 {
				absent = !g.chance(0.5)
			}
			if absent && !(g.mood == edge && g.chance(0.5)) {
				continue
			}
			shown = append(shown, w.showOneMetrics(g, p, wanted))
		}
	}
	if g.chance(0.2) {
		g.Shuffle(len(shown), func(i, j int) { shown[i], shown[j] = shown[j], shown[i] })
	}
	return shown
}

func (w *workload) showOneMetrics(g *generator, p *pod, wanted []*plan) object {
	metadata := object{"name": p.name, "namespace": g.namespace}
	if p.labels != nil {
		metadata["labels"] = p.labels
	}
	running := append([]container{}, p.containers...)
	for _, c := range p.inits {
		if c.sidecar {
			running = append(running, c)
		}
	}
	var containers []object
	for i, c := range running {
		usage := object{}
		for _, resource := range []string{"cpu", "memory"} {
			usage[resource] = g.quantity(w.used(g, p, c, resource, wanted, i), resource == "memory")
		}
		for _, plan := range wanted {
			if plan.resource != "cpu" && plan.resource != "memory" && plan.resource != "" {
				usage[plan.resource] = g.quantity(w.used(g, p, c, plan.resource, wanted, i), false)
			}
		}
		if g.mood == hostile && g.chance(0.1) {
			usage[pick(g, "cpu", "memory")] = g.awkward()
		}
		if g.mood == rough && g.chance(0.01) {
			delete(usage, pick(g, "cpu", "memory"))
		}
		if g.mood == rough && g.chance(0.01) {
			continue
		}
		containers = append(containers, object{"name": c.name, "usage": usage})
	}
	return object{
		"metadata": metadata, "timestamp": stamp(g.now.Add(-w.lag)), "window": w.window.String(), "containers": containers,
	}
}

// used is a container's use of a resource, such that the pod as a whole follows the load.
func (w *workload) used(g *generator, p *pod, c container, resource string, wanted []*plan, place int) float64 {
	request := c.milli[resource]
	if request == 0 {
		request = 100
	}
	for _, plan := range wanted {
		if plan.resource != resource {
			continue
		}
		if plan.per == "utilization" {
			return w.carried(g, plan, request*plan.target/100, p.share)
		}
		if plan.container == c.name || plan.container == "" && place == 0 {
			return w.carried(g, plan, plan.target, p.share)
		}
		return 0
	}
	return request * g.Float64()
}

func (w *workload) showCustom(g *generator) []object {
	if g.troubles.noCustom.on {
		return nil
	}
	var shown []object
	value := func(described object, p *plan, milli float64) {
		metric := object{"name": p.metric}
		if p.selector != nil {
			metric["selector"] = p.selector
		}
		if g.chance(0.02) {
			metric["selector"] = object{"matchLabels": object{"queue": "unasked"}}
		}
		quantity := g.quantity(milli, false)
		if g.mood == hostile && g.chance(0.15) {
			quantity = g.awkward()
		}
		one := object{"describedObject": described, "metric": metric, "timestamp": stamp(g.now.Add(-w.lag)), "value": quantity}
		if g.chance(0.3) {
			one["windowSeconds"] = pick(g, 15, 60, 0)
		}
		shown = append(shown, one)
	}
	for _, p := range g.plans {
		switch p.kind {
		case "Pods":
			lists := [][]*pod{w.pods, w.gone}
			if g.troubles.onlyStrangers.on {
				lists = lists[1:]
			}
			for i, list := range lists {
				for _, one := range list {
					if g.chance(0.04) || i == 1 && g.chance(0.7) || one.phase == "Pending" && g.chance(0.7) {
						continue
					}
					value(object{"apiVersion": "/v1", "kind": "Pod", "name": one.name, "namespace": g.namespace}, p, w.carried(g, p, p.target, one.share))
				}
			}
		case "Object":
			described := copied(p.described)
			if described["kind"] == "Namespace" {
				// The controller asks for its own namespace, whatever the spec names.
				if described["apiVersion"] != "example.com/v1" {
					described["name"] = g.namespace
				}
			} else {
				described["namespace"] = g.namespace
			}
			value(described, p, w.total(g, p))
			if g.troubles.manyAnswers.on {
				value(described, p, w.total(g, p))
			}
		}
	}
	return shown
}

// total is a metric's value for the workload as a whole.
func (w *workload) total(g *generator, p *plan) float64 {
	if p.per == "average" {
		if w.ratio > 0 {
			return math.Round(p.target * w.ratio * float64(w.replicas))
		}
		return p.target * w.load * p.factor
	}
	return w.carried(g, p, p.target, 1)
}

func (w *workload) showExternal(g *generator) []object {
	if g.troubles.noExternal.on {
		return nil
	}
	var shown []object
	series := func(metric string, labels object, quantity any) {
		if g.mood == hostile && g.chance(0.15) {
			quantity = g.awkward()
		}
		one := object{"metricName": metric, "timestamp": stamp(g.now.Add(-w.lag)), "value": quantity}
		if len(labels) > 0 || g.chance(0.5) {
			one["metricLabels"] = labels
		} else {
			one["metricLabels"] = nil
		}
		if g.chance(0.2) {
			one["window"] = 60
		}
		shown = append(shown, one)
	}
	for _, p := range g.plans {
		if p.kind != "External" {
			continue
		}
		parts := weighted(g, []weight[int]{{70, 1}, {20, 2}, {10, 4}})
		total := w.total(g, p)
		for range parts {
			series(p.metric, g.matching(p.selector), g.quantity(total/float64(parts), false))
		}
		if g.mood == rough && g.chance(0.05) {
			series(p.metric, g.matching(p.selector), g.quantity(-total, false))
		}
		if g.chance(0.3) {
			series(p.metric, object{"queue": "elsewhere", "dead": "yes"}, g.quantity(12345, false))
		}
		if g.chance(0.1) {
			series("unrelated", g.matching(nil), json.Number("7"))
		}
	}
	return shown
}
