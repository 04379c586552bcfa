package main

import (
	"encoding/json"
	"math"
	"time"
)

// A line of a UsageHistory: a header, or an event.
type line struct {
	APIVersion string      `json:"apiVersion,omitempty"`
	Kind       string      `json:"kind,omitempty"`
	Name       string      `json:"name,omitempty"`
	Containers []container `json:"containers,omitempty"`

	At        *float64  `json:"at,omitempty"`
	Pod       string    `json:"pod,omitempty"`
	Container string    `json:"container,omitempty"`
	CPU       *float64  `json:"cpu,omitempty"`
	Memory    *float64  `json:"memory,omitempty"`
	OOM       *int64    `json:"oom,omitempty"`
	Restart   bool      `json:"restart,omitempty"`
	Recommend []string  `json:"recommend,omitempty"`
	Recorded  *recorded `json:"recorded,omitempty"`
}

type container struct {
	Name     string            `json:"name"`
	Requests map[string]string `json:"requests,omitempty"`
}

// What the recommender said at a recommend event.
type recorded struct {
	VPA   map[string]answer `json:"vpa"`
	State map[string]state  `json:"vpaState"`
}

type answer struct {
	Target         amounts `json:"target"`
	LowerBound     amounts `json:"lowerBound"`
	UpperBound     amounts `json:"upperBound"`
	UncappedTarget amounts `json:"uncappedTarget"`
	Confidence     float64 `json:"confidence"`
}

type amounts struct {
	CPU    int64 `json:"cpu"`
	Memory int64 `json:"memory"`
}

// What stands behind an answer: the checkpoint that a restart would write, and a digest of the bits
// of all filled buckets' weights.
type state struct {
	Checkpoint json.RawMessage `json:"checkpoint"`
	CPU        string          `json:"cpu"`
	Memory     string          `json:"memory"`
}

// instant is the nanosecond that a number of seconds stands for.
func instant(at float64) time.Time {
	whole, fraction := math.Modf(at)
	return time.Unix(int64(whole), int64(math.Round(fraction*1e9))).UTC()
}
