package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"runtime/debug"
	"time"
	"unsafe"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
)

// What a benchmark asks, a line each: first pods and their use of CPU, then how often to reckon.
type benchRequest struct {
	Pods     []v1.Pod            `json:"pods"`
	Usage    map[string]podUsage `json:"usage"`
	Selector string              `json:"selector"`
	Replicas int32               `json:"replicas"`
	Target   int32               `json:"target"`
	Calls    int                 `json:"calls"`
}

type podUsage struct {
	Timestamp time.Time `json:"timestamp"`
	Window    int64     `json:"windowSeconds"`
	Milli     int64     `json:"milli"`
}

// benchReply is the calculator's answer to pods, and the time that calls took.
type benchReply struct {
	Replicas    int32  `json:"replicas"`
	Utilization int32  `json:"utilization"`
	Average     int64  `json:"average"`
	Error       string `json:"error,omitempty"`
	Nanos       int64  `json:"nanos"`
}

// bench answers a benchmark's lines: the other side and the clock's two readings are its parent's.
func bench(in io.Reader, out io.Writer) error {
	// As the controller itself is run.
	debug.SetGCPercent(100)
	var side *benchSide
	lines, replies := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var asked benchRequest
		switch err := lines.Decode(&asked); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if asked.Calls == 0 {
			var err error
			if side, err = newBenchSide(&asked); err != nil {
				return err
			}
		}
		if side == nil {
			return errors.New("bench: calls before any pods")
		}
		reply, err := side.run(asked.Calls)
		if err != nil {
			return err
		}
		if err := replies.Encode(reply); err != nil {
			return err
		}
	}
}

// benchSide is the real calculator over the real lister, with a metric map that is there already.
type benchSide struct {
	calculator *podautoscaler.ReplicaCalculator
	tolerances podautoscaler.Tolerances
	selector   labels.Selector
	prepared   *preparedMetrics
	asked      *benchRequest
}

func newBenchSide(asked *benchRequest) (*benchSide, error) {
	selector, err := labels.Parse(asked.Selector)
	if err != nil {
		return nil, err
	}
	pods := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	for i := range asked.Pods {
		if err := pods.Add(&asked.Pods[i]); err != nil {
			return nil, err
		}
	}
	all := metrics.PodMetricsInfo{}
	for name, usage := range asked.Usage {
		window := time.Duration(usage.Window) * time.Second
		all[name] = metrics.PodMetric{Timestamp: usage.Timestamp, Window: window, Value: usage.Milli}
	}
	side := &benchSide{selector: selector, prepared: &preparedMetrics{all: all}, asked: asked}
	// The two fields are not exported; what they came to is checked.
	own := [2]float64{0.1, 0.1}
	side.tolerances = *(*podautoscaler.Tolerances)(unsafe.Pointer(&own))
	if text := side.tolerances.String(); text != "[down:10.0%, up:10.0%]" {
		return nil, fmt.Errorf("bench: the tolerances became %s", text)
	}
	side.calculator = podautoscaler.NewReplicaCalculator(side.prepared, corelisters.NewPodLister(pods), 5*time.Minute, 30*time.Second)
	return side, nil
}

// run calls the calculator so often and says what it last answered; none is one call, on a copy of
// the metrics, since the calculator takes out those of pods that don't count.
func (s *benchSide) run(calls int) (*benchReply, error) {
	ctx, kept := context.Background(), len(s.prepared.all)
	if calls == 0 {
		all := s.prepared.all
		s.prepared.all = maps.Clone(all)
		defer func() { s.prepared.all = all }()
		calls, kept = 1, -1
	}
	reply := &benchReply{}
	runtime.GC()
	started := time.Now()
	var err error
	for range calls {
		reply.Replicas, reply.Utilization, reply.Average, _, err = s.calculator.GetResourceReplicas(
			ctx, s.asked.Replicas, s.asked.Target, v1.ResourceCPU, s.tolerances, "default", s.selector, "")
	}
	reply.Nanos = time.Since(started).Nanoseconds()
	if err != nil {
		reply.Error = err.Error()
	}
	if kept >= 0 && len(s.prepared.all) != kept {
		return nil, errors.New("bench: the calculator changed the metrics: time pods that all count")
	}
	return reply, nil
}

// preparedMetrics hands out one map, as if it had just been fetched.
type preparedMetrics struct {
	metrics.MetricsClient
	all metrics.PodMetricsInfo
}

func (p *preparedMetrics) GetResourceMetric(context.Context, v1.ResourceName, string, labels.Selector, string) (metrics.PodMetricsInfo, time.Time, error) {
	return p.all, time.Time{}, nil
}
