package main

import "math"

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
