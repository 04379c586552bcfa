package main

// trouble is something that goes wrong in a scenario, on and off.
type trouble struct {
	on bool
	// begins and ends are its chances, a step.
	begins, ends float64
}

// troubles are all that may go wrong; a trouble that a scenario does not have never begins.
type troubles struct {
	resourceAPI, customAPI, externalAPI trouble
	scaleRead, scaleWrite               trouble
	noSelector, badSelector             trouble
	noPods, noPodMetrics                trouble
	noCustom, noExternal                trouble
	onlyStrangers, unready, manyAnswers trouble
	zeroRequests, noContainer           trouble
	// requestless: some pod's containers ask for nothing; otherRequests: pods ask for other things
	// than the HPA looks at, by themselves and in their containers.
	requestless, otherRequests trouble
	specChange, manual         float64
	// Whole scenarios: the pod template lacks requests; metrics that the spec gets wrong.
	lackRequests, badMetricSelector, noTarget, unknownType, badTarget, badReference bool
	// hugeRequests are powers of two whose sum wraps around.
	hugeRequests bool
}

func (g *generator) newTroubles() troubles {
	t := troubles{}
	if g.chance(0.4) {
		t.specChange = 0.04
	}
	if g.chance(0.5) {
		t.manual = 0.02
	}
	if g.mood == calm || g.mood == edge {
		return t
	}
	some := func(trouble *trouble, p float64) {
		if g.chance(p) {
			trouble.begins, trouble.ends = 0.02+0.1*g.Float64(), 0.1+0.5*g.Float64()
		}
	}
	some(&t.resourceAPI, 0.2)
	some(&t.scaleRead, 0.1)
	some(&t.scaleWrite, 0.35)
	some(&t.noPods, 0.2)
	some(&t.noPodMetrics, 0.12)
	some(&t.onlyStrangers, 0.15)
	some(&t.unready, 0.1)
	some(&t.zeroRequests, 0.05)
	some(&t.requestless, 0.15)
	t.lackRequests = g.chance(0.06)
	t.hugeRequests = g.mood == hostile && g.chance(0.2)
	if g.profile.utilizationOnly {
		return t
	}
	some(&t.customAPI, 0.25)
	some(&t.externalAPI, 0.25)
	some(&t.noSelector, 0.1)
	some(&t.badSelector, 0.12)
	some(&t.noCustom, 0.3)
	some(&t.noExternal, 0.25)
	some(&t.manyAnswers, 0.2)
	some(&t.noContainer, 0.35)
	some(&t.otherRequests, 0.2)
	t.badMetricSelector = g.chance(0.2)
	t.noTarget = g.chance(0.2)
	t.unknownType = g.chance(0.1)
	t.badTarget = g.chance(0.05)
	t.badReference = g.chance(0.12)
	if t.badMetricSelector || t.noTarget || t.unknownType || t.badReference {
		// So that many scenarios see it for a while, and not a few for ever.
		t.specChange = 0.12
	}
	return t
}

// turn lets each trouble begin or end.
func (t *troubles) turn(g *generator) {
	all := []*trouble{
		&t.resourceAPI, &t.customAPI, &t.externalAPI, &t.scaleRead, &t.scaleWrite, &t.noSelector, &t.badSelector,
		&t.noPods, &t.noPodMetrics, &t.noCustom, &t.noExternal, &t.onlyStrangers, &t.unready, &t.manyAnswers,
		&t.zeroRequests, &t.noContainer, &t.requestless, &t.otherRequests,
	}
	for _, one := range all {
		switch {
		case one.begins == 0:
		case one.on:
			one.on = !g.chance(one.ends)
		default:
			one.on = g.chance(one.begins)
		}
	}
}

// outage is what an API says that fails.
func (g *generator) outage() string {
	return pick(g,
		"the server is currently unable to handle the request (get pods.metrics.k8s.io)",
		"Get \"https://10.0.0.1:443/apis\": context deadline exceeded",
		"Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified",
		"deployments.apps \"web\" not found",
		"100% of <backends> & \"zones\" down: %v %s %d",
		"Zeitüberschreitung – 超时\n\tat line\\2",
		"503",
		"",
	)
}
