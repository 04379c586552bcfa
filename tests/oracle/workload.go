package main

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// workload is the target in simulation: its scale, its pods and the load on them.
type workload struct {
	// replicas is what the scale asks for; load is how many pods' worth of work there is.
	replicas int
	load     float64
	// swing is how much the load moves in a step; base is where it returns to.
	swing, base float64
	selector    string
	pods        []*pod
	gone        []*pod
	strangers   []*pod
	born        int
	// most is how many pods the cluster has room for.
	most     int
	template template
	// ratio is the exact ratio that metrics show in this step where values sit on edges; 0 is off.
	ratio float64
	// lag is how old metrics are, window how long they were taken over.
	lag, window time.Duration
}

// template is what the workload's pods are made from.
type template struct {
	containers, inits []container
	podLevel          object
	overhead          object
	slow              int // seconds until ready, at most
	flappy            bool
	lateStart         bool
}

type container struct {
	name      string
	sidecar   bool
	requests  object
	milli     map[string]float64
	uncounted bool // it has no usage in PodMetrics
}

// pod is one simulated pod.
type pod struct {
	name           string
	labels         any
	phase          string
	ready          string
	noReady        bool
	started        time.Time
	noStart        bool
	readyAt        time.Time
	changed        time.Time
	deleted        time.Time
	containers     []container
	inits          []container
	podLevel       object
	overhead       object
	share          float64
	measuredBefore bool
}

func (g *generator) newWorkload() workload {
	w := workload{
		replicas: g.between(1, 8), base: float64(g.between(1, 7)), swing: 0.2 + g.Float64(),
		selector: g.podSelector(), most: weighted(g, []weight[int]{{70, 10}, {20, 15}, {10, 30}}),
		lag: time.Duration(g.between(0, 60)) * time.Second, window: pick(g, 15*time.Second, 30*time.Second, time.Minute, 10*time.Second),
	}
	w.load = w.base
	if min, set := g.spec["minReplicas"].(int); set && min == 0 && g.chance(0.5) {
		w.base = pick(g, 0, 0.5, 1)
	}
	w.template = g.newTemplate()
	for range w.replicas {
		w.create(g, g.now.Add(-time.Duration(g.between(0, 7200))*time.Second))
	}
	if g.mood != edge && !g.profile.utilizationOnly {
		for i := range weighted(g, []weight[int]{{60, 0}, {25, 1}, {15, 3}}) {
			w.strangers = append(w.strangers, w.stranger(g, i))
		}
	}
	return w
}

func (g *generator) newTemplate() template {
	t := template{slow: g.between(0, 120), flappy: g.mood == rough && g.chance(0.5), lateStart: g.chance(0.1)}
	requests := func(chance float64) (object, map[string]float64) {
		list, milli := object{}, map[string]float64{}
		add := func(resource string, thousandths float64) {
			if g.troubles.lackRequests && g.chance(0.5) || !g.chance(chance) {
				return
			}
			list[resource], milli[resource] = g.quantity(thousandths, resource == "memory"), thousandths
			if g.mood == hostile && g.chance(0.1) {
				list[resource] = g.awkward()
			}
			if g.troubles.hugeRequests {
				list[resource] = pick(g, "4611686018427387904m", "2305843009213693952m", "-4611686018427387904m")
			}
		}
		add("cpu", float64(pick(g, 100, 250, 500, 1000, g.between(1, 4000))))
		add("memory", 1000*float64(int(1)<<pick(g, 26, 28, 30)))
		add("nvidia.com/gpu", 1000)
		add("ephemeral-storage", 1000*float64(int(1)<<30))
		return list, milli
	}
	listed := []string{"app", "proxy", "mesh"}
	for _, name := range listed[:weighted(g, []weight[int]{{60, 1}, {28, 2}, {12, 3}})] {
		list, milli := requests(0.99)
		t.containers = append(t.containers, container{name: name, requests: list, milli: milli})
	}
	if g.chance(0.2) {
		list, milli := requests(0.97)
		t.inits = append(t.inits, container{name: "logs", sidecar: true, requests: list, milli: milli})
	}
	if g.chance(0.15) {
		list, milli := requests(0.7)
		t.inits = append(t.inits, container{name: "migrate", requests: list, milli: milli})
	}
	if g.chance(0.1) && len(t.inits) > 0 {
		list, milli := requests(0.9)
		t.inits = append(t.inits, container{name: "early", sidecar: g.chance(0.5), requests: list, milli: milli})
	}
	if g.profile.utilizationOnly {
		return t
	}
	if g.chance(0.2) {
		t.podLevel = object{}
		set := object{}
		if g.chance(0.8) {
			set["cpu"] = g.quantity(float64(g.between(100, 6000)), false)
		}
		if g.chance(0.6) {
			set["memory"] = g.quantity(1000*float64(int(1)<<pick(g, 27, 30, 31)), true)
		}
		if g.chance(0.1) {
			set["hugepages-2Mi"] = "4Mi"
		}
		t.podLevel["requests"] = set
		if g.chance(0.3) {
			t.podLevel["limits"] = object{"cpu": "8"}
		}
	}
	if g.chance(0.2) {
		t.overhead = object{"cpu": g.quantity(float64(g.between(1, 500)), false), "memory": "64Mi"}
	}
	return t
}

func (w *workload) create(g *generator, at time.Time) {
	w.born++
	name := fmt.Sprintf("web-%d", w.born)
	if w.born > 9 && g.chance(0.5) {
		name = fmt.Sprintf("web-%x-%d", 0xabc+w.born*7919, w.born)
	}
	p := &pod{
		name: name, labels: podLabels, phase: "Pending", ready: "False", changed: at,
		containers: w.template.containers, inits: w.template.inits, podLevel: w.template.podLevel, overhead: w.template.overhead,
		share: 1,
	}
	p.started = at.Add(time.Duration(g.between(0, 20)) * time.Second).Truncate(time.Second)
	p.changed = p.started
	p.readyAt = p.started.Add(time.Duration(g.between(0, w.template.slow)) * time.Second)
	if g.mood != edge {
		p.share = 0.6 + 0.8*g.Float64()
	}
	if w.template.lateStart && g.chance(0.3) {
		p.noStart = true
	}
	if g.chance(0.01) {
		p.noReady = true
	}
	w.pods = append(w.pods, p)
}

// stranger is a pod of some other workload; the selector may pick it all the same.
func (w *workload) stranger(g *generator, number int) *pod {
	p := &pod{
		name: fmt.Sprintf("other-%d", number), phase: pick(g, "Running", "Running", "Succeeded", "Pending", "Failed", "Unknown"),
		ready: pick(g, "True", "False", "Unknown"), started: g.now.Add(-time.Hour).Truncate(time.Second), share: g.Float64(),
		containers: w.template.containers,
	}
	p.changed = p.started.Add(time.Minute)
	p.labels = pick[any](g, object{"app": "other"}, object{"app": "other", "legacy": "yes"}, podLabels, object{"app": "web"}, nil, object{})
	return p
}

// live lets the workload go on until the generator's now.
func (w *workload) live(g *generator) {
	w.load += (g.Float64()*2 - 1) * w.swing
	w.load += (w.base - w.load) * 0.1
	if g.chance(0.05) {
		w.load = w.base * pick(g, 0, 0.3, 1, 2, 4, 0.1)
	}
	if g.sleepy && g.chance(0.5) {
		w.load = w.base * pick(g, 0, 0, 0, 1, 0.2)
	}
	w.load = math.Max(w.load, 0)
	if g.mood == hostile && g.chance(0.08) {
		w.load = pick(g, 1e6, 1e12, -1, 3e9)
	}
	w.ratio = 0
	if g.mood == edge && g.chance(0.7) {
		w.ratio = pick(g, 1, 1, 0.9, 1.1, 1.1001, 0.8999, 1.11, 0.89, 0.5, 2, 1.2, 0.8, 0.82, 1.36, 0, 1.001, 0.999)
	}
	if g.chance(g.troubles.manual) {
		w.replicas = pick(g, 0, g.between(0, 15), g.between(1, 6), 1)
	}
	if w.replicas == 0 && !g.sleepy && g.chance(0.04) {
		w.replicas = g.between(1, 4)
	}
	w.agePods(g)
	w.scalePods(g)
}

func (w *workload) agePods(g *generator) {
	var kept []*pod
	for _, p := range w.pods {
		if !p.deleted.IsZero() && g.now.Sub(p.deleted) > 30*time.Second || p.phase == "Failed" && g.chance(0.2) {
			w.gone = append(w.gone, p)
			continue
		}
		kept = append(kept, p)
		if p.phase == "Pending" && !p.started.After(g.now) {
			p.phase = "Running"
		}
		if p.phase != "Running" {
			continue
		}
		if p.ready == "False" && p.changed.Equal(p.started) && !p.readyAt.After(g.now) {
			p.ready, p.changed = "True", p.readyAt
		}
		switch {
		case w.template.flappy && g.chance(0.04), g.chance(0.002):
			p.turn(g, pick(g, "True", "False", "False", "Unknown"))
		case g.mood != edge && g.chance(0.004):
			p.phase = "Failed"
			p.turn(g, "False")
		case g.chance(0.001):
			p.phase = pick(g, "Succeeded", "Unknown")
			p.turn(g, "False")
		}
	}
	w.pods = kept
	if len(w.gone) > 3 {
		w.gone = w.gone[len(w.gone)-3:]
	}
}

func (p *pod) turn(g *generator, ready string) {
	if p.ready != ready {
		p.ready, p.changed = ready, g.now.Truncate(time.Second)
	}
}

// scalePods creates and deletes pods as the scale asks.
func (w *workload) scalePods(g *generator) {
	alive := 0
	for _, p := range w.pods {
		if p.deleted.IsZero() && p.phase != "Failed" {
			alive++
		}
	}
	for ; alive < min(w.replicas, w.most); alive++ {
		w.create(g, g.now)
	}
	for i := len(w.pods) - 1; i >= 0 && alive > w.replicas; i-- {
		if p := w.pods[i]; p.deleted.IsZero() && p.phase != "Failed" {
			p.deleted = g.now
			alive--
		}
	}
}

// settle takes over what the controller wrote.
func (w *workload) settle(told *answer) {
	if told.ScaledTo != nil {
		w.replicas = int(*told.ScaledTo)
	}
}

// show writes what the APIs answer into a step.
func (w *workload) show(g *generator, line object) {
	line["scale"] = w.showScale(g)
	if shown := w.showPods(g); len(shown) > 0 || g.chance(0.5) {
		line["pods"] = shown
	}
	if shown := w.showPodMetrics(g); len(shown) > 0 {
		line["podMetrics"] = shown
	}
	if shown := w.showCustom(g); len(shown) > 0 {
		line["customMetrics"] = shown
	}
	if shown := w.showExternal(g); len(shown) > 0 {
		line["externalMetrics"] = shown
	}
	unavailable := object{}
	down := func(trouble trouble, api string) {
		if trouble.on {
			unavailable[api] = g.outage()
		}
	}
	down(g.troubles.resourceAPI, "metrics.k8s.io")
	down(g.troubles.customAPI, "custom.metrics.k8s.io")
	down(g.troubles.externalAPI, "external.metrics.k8s.io")
	down(g.troubles.scaleRead, "scale")
	down(g.troubles.scaleWrite, "scale/update")
	if len(unavailable) > 0 {
		line["unavailable"] = unavailable
	}
}

func (w *workload) showScale(g *generator) object {
	there := 0
	for _, p := range w.pods {
		if p.deleted.IsZero() {
			there++
		}
	}
	if w.replicas > w.most && g.chance(0.7) {
		there = w.replicas
	}
	if g.mood == hostile && g.chance(0.05) {
		there = pick(g, 0, 1, math.MaxInt32)
	}
	selector := w.selector
	switch {
	case g.troubles.noSelector.on:
		selector = ""
	case g.troubles.badSelector.on:
		selector = g.badPodSelector()
	}
	spec, status := object{"replicas": w.replicas}, object{"replicas": there, "selector": selector}
	if w.replicas == 0 && g.chance(0.5) {
		spec = object{}
	}
	if selector == "" && g.chance(0.5) {
		delete(status, "selector")
	}
	return object{
		"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": object{"name": "web", "namespace": g.namespace},
		"spec": spec, "status": status,
	}
}

func (w *workload) showPods(g *generator) []object {
	if g.troubles.noPods.on {
		return nil
	}
	var shown []object
	for _, list := range [][]*pod{w.pods, w.strangers} {
		for _, p := range list {
			shown = append(shown, w.showPod(g, p))
		}
	}
	if g.chance(0.3) {
		g.Shuffle(len(shown), func(i, j int) { shown[i], shown[j] = shown[j], shown[i] })
	}
	return shown
}

func (w *workload) showPod(g *generator, p *pod) object {
	metadata := object{"name": p.name, "namespace": g.namespace}
	if p.labels != nil {
		metadata["labels"] = p.labels
	}
	if !p.deleted.IsZero() {
		metadata["deletionTimestamp"] = stamp(p.deleted)
	}
	requestless := g.troubles.requestless.on && g.chance(0.5) || g.troubles.otherRequests.on
	spec := object{"containers": showContainers(g, p.containers, requestless)}
	if len(p.inits) > 0 {
		spec["initContainers"] = showContainers(g, p.inits, requestless)
	}
	if p.podLevel != nil {
		spec["resources"] = p.podLevel
	}
	if g.troubles.otherRequests.on {
		spec["resources"] = object{"requests": object{"hugepages-2Mi": "4Mi"}}
	}
	if p.overhead != nil {
		spec["overhead"] = p.overhead
	}
	status := object{"phase": p.phase}
	if p.phase != "Pending" && !p.noStart {
		status["startTime"] = stamp(p.started)
	}
	if !p.noReady && (p.phase != "Pending" || g.chance(0.5)) {
		ready := p.ready
		if g.troubles.unready.on && p.phase == "Running" {
			ready = "False"
		}
		conditions := []object{{"type": "Ready", "status": ready, "lastTransitionTime": stamp(p.changed)}}
		if g.chance(0.2) {
			conditions = append([]object{{"type": "PodScheduled", "status": "True", "lastTransitionTime": stamp(p.started)}}, conditions...)
		}
		if g.troubles.unready.on && !p.noStart {
			conditions[len(conditions)-1]["lastTransitionTime"] = stamp(p.started)
		}
		status["conditions"] = conditions
	}
	return object{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}
}

func showContainers(g *generator, containers []container, requestless bool) []object {
	var shown []object
	for _, c := range containers {
		if g.troubles.noContainer.on && c.name == "app" {
			c.name = "main"
		}
		one := object{"name": c.name}
		requests := c.requests
		if g.troubles.zeroRequests.on {
			requests = object{}
			for resource := range c.requests {
				requests[resource] = "0"
			}
		}
		if len(requests) > 0 && !requestless {
			one["resources"] = object{"requests": requests}
		}
		if c.sidecar {
			one["restartPolicy"] = "Always"
		}
		shown = append(shown, one)
	}
	return shown
}

// share is what a pod carries of the load, in thousandths of a metric's target for one pod.
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
