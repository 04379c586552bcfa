package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// quantity writes thousandths of a unit in one of the many ways that a quantity can be written.
func (g *generator) quantity(milli float64, memory bool) any {
	whole := int64(math.Round(milli))
	if g.mood == edge {
		if whole%1000 == 0 {
			return strconv.FormatInt(whole/1000, 10)
		}
		return strconv.FormatInt(whole, 10) + "m"
	}
	if memory && g.chance(0.7) {
		bytes := milli / 1000
		return pick(g,
			fmt.Sprintf("%dKi", int64(bytes/1024)),
			fmt.Sprintf("%dKi", int64(bytes/1024)),
			fmt.Sprintf("%dMi", int64(bytes/1024/1024)),
			fmt.Sprintf("%.2fMi", bytes/1024/1024),
			fmt.Sprintf("%.4fGi", bytes/1024/1024/1024),
			fmt.Sprintf("%dM", int64(bytes/1e6)),
			fmt.Sprintf("%d", int64(bytes)),
		)
	}
	small := math.Abs(milli) < 1e12
	switch weighted(g, []weight[int]{{35, 0}, {20, 1}, {20, 2}, {5, 3}, {5, 4}, {5, 5}, {5, 6}, {5, 7}}) {
	case 1:
		return strconv.FormatFloat(milli/1000, 'f', -1, 64)
	case 2:
		if small {
			return strconv.FormatInt(int64(milli*1e6)+int64(g.IntN(1_000_000)), 10) + "n"
		}
	case 3:
		if small {
			return strconv.FormatInt(int64(milli*1e3)-int64(g.IntN(1000)), 10) + "u"
		}
	case 4:
		return strconv.FormatInt(whole, 10) + pick(g, "e-3", "E-3")
	case 5:
		return strconv.FormatFloat(milli/1e6, 'f', 6, 64) + "k"
	case 6:
		return json.Number(strconv.FormatFloat(milli/1000, 'f', -1, 64))
	case 7:
		return json.Number(strconv.FormatInt(whole/1000, 10))
	}
	return strconv.FormatInt(whole, 10) + "m"
}

// awkwardQuantities are legal, and on the borders of what the arithmetic holds.
var awkwardQuantities = []string{
	"9223372036854775807", "9223372036854775807m", "9223372036854775808m", "9223372036854775808", "-9223372036854775808",
	"-9223372036854775807m", "9223372036854775.807", "9223372036854775.808", "9223372036854775.8071", "4611686018427387904m",
	"2147483647", "2147483648", "2147483647m", "2147483648m", "9.2E", "8Ei", "7.9999Ei", "16Ei", "1e18", "1e19", "1E", "1e-9",
	"1e-10", "0.0000000001", "1n", "-1n", "999999999n", "1.0000000001", "-1", "-1m", "-1500m", "0", "-0", "0.5Ki", "1.1Ki",
	"0.0001Ki", "123456789012345678901234567890", "-123456789012345678901234567890", "+5", "5.", ".5", "00012", "1e0", "1e+3",
	"12e-1", "100P", "1500T", "999u", "1001u", "-999u", "3.14159265358979323846", "92233720368547758070n", "1Pi", "1.5Gi",
}

func (g *generator) awkward() any {
	if g.chance(0.1) {
		return pick[any](g, json.Number("0"), json.Number("-3"), json.Number("1e3"), json.Number("9223372036854775807"), json.Number("0.1"), json.Number("1e-7"))
	}
	return awkwardQuantities[g.IntN(len(awkwardQuantities))]
}

// The labels of a scenario's pods, and selectors over them.

var podLabels = map[string]string{"app": "web", "tier": "front", "size": "5", "example.com/part": "v1.2"}

func (g *generator) podSelector() string {
	if g.profile.utilizationOnly {
		return "app=web"
	}
	return pick(g, "app=web", "app=web", "app=web", "app=web,tier=front", "app in (web,api)", "app", "app==web",
		"app=web,!legacy", "app!=other", "app notin (other,else)", " app = web , tier", "size>3,app=web", "size<10,app in (web)",
		"example.com/part=v1.2", "tier in (back, front),app notin ()", "!legacy")
}

func (g *generator) badPodSelector() string {
	if g.chance(0.4) {
		tokens := []string{"app", "web", "=", "==", "!=", "!", "in", "notin", "(", ")", ",", ">", "<", " ", "-", "a/b", "5", "é", "&", "exists"}
		var text strings.Builder
		for range g.between(1, 7) {
			text.WriteString(tokens[g.IntN(len(tokens))])
		}
		return text.String()
	}
	return pick(g, "app=web,,tier=front", "app in", "app in (", "app in (a", "app in (a,", "=web", "app=web tier=front", "app===web",
		"app=a b", "!", "app>x", "size<", "a/b/c=d", "app=-bad-", "app notin", "app=web,", "((", "app,!", "app!web", "app=web;",
		"é=1", "app="+strings.Repeat("x", 64), strings.Repeat("k", 64)+"=1", "app in web", "Ä.com/x=1", "app/=x", "/app=x", "in in (in", "app=web)", "app=\"web\"")
}

// metricSelector is a LabelSelector for a metric, or nil.
func (g *generator) metricSelector() any {
	if g.troubles.badMetricSelector && g.chance(0.5) {
		bad := func(key, operator any, values any) object {
			expression := object{"key": key, "operator": operator}
			if values != nil {
				expression["values"] = values
			}
			return object{"matchExpressions": []object{expression}}
		}
		return pick(g,
			bad("queue", "Inside", []string{"a"}), bad("queue", "", nil), bad("queue", "In", nil), bad("queue", "NotIn", []string{}),
			bad("queue", "Exists", []string{"a"}), bad("que ue", "Exists", nil), bad("", "Exists", nil), bad("queue", "In", []string{"a b"}),
			bad("queue", "DoesNotExist", []string{"x", "y"}), bad("a/b/c", "In", []string{"x"}), bad("queue", "Gt", []string{"1"}),
			object{"matchLabels": object{"queue": strings.Repeat("v", 64)}}, object{"matchLabels": object{"-bad": "x"}},
			object{"matchLabels": object{"queue": "-x-", "zone": "ü"}},
		)
	}
	if g.chance(0.5) {
		return nil
	}
	if g.chance(0.05) {
		return object{}
	}
	selector := object{}
	if g.chance(0.7) {
		matches := object{"queue": pick(g, "orders", "mails", "")}
		if g.chance(0.3) {
			matches["zone"] = "eu-1"
		}
		if g.chance(0.1) {
			matches["example.com/a"] = "x_y.z"
		}
		selector["matchLabels"] = matches
	}
	if g.chance(0.4) {
		expressions := []object{pick(g,
			object{"key": "zone", "operator": "In", "values": []string{"eu-1", "eu-2"}},
			object{"key": "zone", "operator": "NotIn", "values": []string{"us-1", "ap-1"}},
			object{"key": "queue", "operator": "Exists"},
			object{"key": "dead", "operator": "DoesNotExist"},
			object{"key": "zone", "operator": "In", "values": []string{"eu-2", "eu-1", "eu-1"}},
		)}
		if g.chance(0.3) {
			expressions = append(expressions, object{"key": "zone", "operator": "NotIn", "values": []string{"b", "a"}})
		}
		selector["matchExpressions"] = expressions
	}
	return selector
}

// matching are labels that a selector picks, or at least might.
func (g *generator) matching(selector any) object {
	labels := object{}
	if g.chance(0.3) {
		labels["shard"] = strconv.Itoa(g.IntN(3))
	}
	parts, is := selector.(object)
	if !is {
		if g.chance(0.5) {
			labels["queue"] = pick(g, "orders", "mails")
		}
		return labels
	}
	if matches, has := parts["matchLabels"].(object); has {
		for _, key := range names(matches) {
			labels[key] = matches[key]
		}
	}
	if expressions, has := parts["matchExpressions"].([]object); has {
		for _, expression := range expressions {
			key, _ := expression["key"].(string)
			values, _ := expression["values"].([]string)
			if _, set := labels[key]; set {
				continue
			}
			switch expression["operator"] {
			case "In":
				if len(values) > 0 {
					labels[key] = values[0]
				}
			case "Exists":
				labels[key] = "some"
			}
		}
	}
	return labels
}
