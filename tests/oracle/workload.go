package main

import (
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
