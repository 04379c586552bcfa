package main

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"sort"
	"time"
	_ "unsafe" // for linkname

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	vpa_types "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"
	_ "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/checkpoint"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/logic"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/model"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/util"
)

const namespace = "prod"

// The recommender's flags' defaults.
var config = logic.RecommendationConfig{
	SafetyMarginFraction:       0.15,
	PodMinCPUMillicores:        25,
	PodMinMemoryMb:             250,
	TargetCPUPercentile:        0.9,
	LowerBoundCPUPercentile:    0.5,
	UpperBoundCPUPercentile:    0.95,
	ConfidenceIntervalCPU:      24 * time.Hour,
	TargetMemoryPercentile:     0.9,
	LowerBoundMemoryPercentile: 0.5,
	UpperBoundMemoryPercentile: 0.95,
	ConfidenceIntervalMemory:   24 * time.Hour,
}

var format = logic.RecommendationFormat{RoundCPUMillicores: 1, RoundMemoryBytes: 1}

//go:linkname subtractCurrentContainerMemoryPeak k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/checkpoint.subtractCurrentContainerMemoryPeak
func subtractCurrentContainerMemoryPeak(a *model.AggregateContainerState, container *model.ContainerState, now time.Time)

//go:linkname buildAggregateContainerStateMap k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/checkpoint.buildAggregateContainerStateMap
func buildAggregateContainerStateMap(vpa *model.Vpa, cluster model.ClusterState, now time.Time) map[string]*model.AggregateContainerState

//go:linkname getConfidence k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/logic.getConfidence
func getConfidence(s *model.AggregateContainerState, confidenceInterval time.Duration) float64

// A recommender that takes a history in, event by event.
type recommender struct {
	containers []container
	cluster    model.ClusterState
	vpa        *model.Vpa
	// In the order in which the history named them first, restarts or not.
	order map[string]int
	tally *tally
}

func newRecommender(containers []container, tally *tally) (*recommender, error) {
	r := &recommender{containers: containers, order: map[string]int{}, tally: tally}
	return r, r.start(nil)
}

// start forgets everything but checkpoints, which have come through their JSON.
func (r *recommender) start(checkpoints map[string]json.RawMessage) error {
	r.cluster = model.NewClusterState(time.Hour)
	object := &vpa_types.VerticalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "vpa"}}
	if err := r.cluster.AddOrUpdateVpa(object, labels.SelectorFromSet(podLabels)); err != nil {
		return err
	}
	r.vpa = r.cluster.VPAs()[model.VpaID{Namespace: namespace, VpaName: "vpa"}]
	for name, text := range checkpoints {
		var status vpa_types.VerticalPodAutoscalerCheckpointStatus
		if err := json.Unmarshal(text, &status); err != nil {
			return err
		}
		state := model.NewAggregateContainerState()
		if err := state.LoadFromCheckpoint(&status); err != nil {
			return err
		}
		r.vpa.ContainersInitialAggregateState[name] = state
	}
	return nil
}

var podLabels = labels.Set{"app": "web"}

// take takes an event in, and answers a recommend event in its line.
func (r *recommender) take(event *line) error {
	at := instant(*event.At)
	switch {
	case event.Restart:
		r.tally.count("restarts")
		checkpoints := map[string]json.RawMessage{}
		for name, state := range r.leaving(at) {
			text, err := written(state, at)
			if err != nil {
				return err
			}
			checkpoints[name] = text
		}
		return r.start(checkpoints)
	case event.Recommend != nil:
		answer, err := r.recommend(at)
		event.Recorded = answer
		return err
	default:
		return r.see(event, at)
	}
}

func (r *recommender) see(event *line, at time.Time) error {
	pod := model.PodID{Namespace: namespace, PodName: event.Pod}
	if _, known := r.order[event.Pod]; !known {
		r.order[event.Pod] = len(r.order)
	}
	if _, known := r.cluster.Pods()[pod]; !known {
		r.cluster.AddOrUpdatePod(pod, podLabels, corev1.PodRunning)
		for _, container := range r.containers {
			id := model.ContainerID{PodID: pod, ContainerName: container.Name}
			if err := r.cluster.AddOrUpdateContainer(id, model.Resources{}); err != nil {
				return err
			}
		}
	}
	id := model.ContainerID{PodID: pod, ContainerName: event.Container}
	known := r.cluster.GetContainer(id)
	if known == nil {
		return fmt.Errorf("container %s is not in the header", event.Container)
	}
	before, shifts := *known, r.references(event.Container)
	if event.CPU != nil {
		r.sample(id, model.ResourceCPU, model.CPUAmountFromCores(*event.CPU), at)
	}
	if event.Memory != nil {
		r.sample(id, model.ResourceMemory, model.MemoryAmountFromBytes(*event.Memory), at)
	}
	if event.OOM != nil {
		err := r.cluster.RecordOOM(id, at, model.ResourceAmount(*event.OOM))
		r.tally.either(err == nil, "kills taken", "kills dropped")
	}
	if !before.WindowEnd.IsZero() && known.WindowEnd.After(before.WindowEnd) {
		r.tally.count("later windows")
	}
	for resource, reference := range r.references(event.Container) {
		if shifts[resource] != 0 && reference != shifts[resource] {
			r.tally.count("references moved")
		}
	}
	return nil
}

func (r *recommender) sample(id model.ContainerID, resource model.ResourceName, amount model.ResourceAmount, at time.Time) {
	sample := model.ContainerUsageSample{MeasureStart: at, Usage: amount, Resource: resource}
	err := r.cluster.AddSample(&model.ContainerUsageSampleWithKey{ContainerUsageSample: sample, Container: id})
	r.tally.either(err == nil, string(resource)+" taken", string(resource)+" late")
	if amount == 0 {
		r.tally.count(string(resource) + " zero")
	}
	if amount == model.MaxResourceAmount {
		r.tally.count(string(resource) + " at the cap")
	}
}

func (r *recommender) recommend(at time.Time) (*recorded, error) {
	states := r.vpa.AggregateStateByContainerName()
	for _, state := range states {
		state.UpdateFromPolicy(nil)
	}
	resources := logic.CreatePodResourceRecommender(config).GetRecommendedPodResources(states)
	list := logic.MapToListOfRecommendedContainerResources(resources, format)
	result := &recorded{VPA: map[string]answer{}, State: map[string]state{}}
	leaving := r.leaving(at)
	for _, each := range list.ContainerRecommendations {
		of := states[each.ContainerName]
		confidence := getConfidence(of, config.ConfidenceIntervalCPU)
		given := answer{
			Target: read(each.Target), LowerBound: read(each.LowerBound), UpperBound: read(each.UpperBound),
			UncappedTarget: read(each.UncappedTarget), Confidence: confidence,
		}
		r.note(given, len(list.ContainerRecommendations))
		result.VPA[each.ContainerName] = given
		text, err := written(leaving[each.ContainerName], at)
		if err != nil {
			return nil, err
		}
		result.State[each.ContainerName] = state{
			Checkpoint: text, CPU: digest(of.AggregateCPUUsage), Memory: digest(of.AggregateMemoryPeaks),
		}
	}
	r.tally.count("recommendations")
	return result, nil
}

func (r *recommender) note(given answer, containers int) {
	r.tally.count("answers")
	if given.Confidence == 0 {
		r.tally.count("confidence zero")
	}
	if given.Target.CPU == int64(25/containers) {
		r.tally.count("cpu at the floor")
	}
	if given.Target.Memory == int64(250*1024*1024/containers) {
		r.tally.count("memory at the floor")
	}
	if given.UpperBound.CPU == int64(model.MaxResourceAmount) {
		r.tally.count("upper bound at the cap")
	}
	if given.LowerBound.CPU < given.Target.CPU {
		r.tally.count("lower bound below target")
	}
	if len(r.vpa.ContainersInitialAggregateState) > 0 {
		r.tally.count("answers after a checkpoint")
	}
}

// leaving is what a checkpoint is written of: all states of a container together, without the peaks
// of memory that are still running. It is buildAggregateContainerStateMap, but that the pods come in
// their order; where a single pod leaves no choice, the two must be the same.
func (r *recommender) leaving(at time.Time) map[string]*model.AggregateContainerState {
	states := r.vpa.AggregateStateByContainerName()
	pods := make([]string, 0, len(r.cluster.Pods()))
	for id := range r.cluster.Pods() {
		pods = append(pods, id.PodName)
	}
	sort.Slice(pods, func(i, j int) bool { return r.order[pods[i]] < r.order[pods[j]] })
	for _, name := range pods {
		pod := r.cluster.Pods()[model.PodID{Namespace: namespace, PodName: name}]
		for container, known := range pod.Containers {
			subtractCurrentContainerMemoryPeak(states[container], known, at)
		}
	}
	if len(pods) == 1 {
		for name, theirs := range buildAggregateContainerStateMap(r.vpa, r.cluster, at) {
			ours := states[name]
			if digest(theirs.AggregateMemoryPeaks) != digest(ours.AggregateMemoryPeaks) {
				panic("a checkpoint is not what the recommender would write")
			}
			r.tally.count("checkpoints as the writer builds them")
		}
	}
	return states
}

func written(state *model.AggregateContainerState, at time.Time) (json.RawMessage, error) {
	status, err := state.SaveToCheckpoint()
	if err != nil {
		return nil, err
	}
	status.LastUpdateTime = metav1.NewTime(at)
	return json.Marshal(status)
}

// references tells where a container's histograms stand, in seconds since year one.
func (r *recommender) references(container string) map[string]int64 {
	found := map[string]int64{}
	states := reflect.ValueOf(r.vpa).Elem().FieldByName("aggregateContainerStates")
	for each := states.MapRange(); each.Next(); {
		if each.Key().Elem().FieldByName("containerName").String() != container {
			continue
		}
		for _, name := range []string{"AggregateCPUUsage", "AggregateMemoryPeaks"} {
			histogram := each.Value().Elem().FieldByName(name).Elem().Elem()
			seconds := histogram.FieldByName("referenceTimestamp").FieldByName("ext").Int()
			found[name] = seconds
		}
	}
	return found
}

func read(list corev1.ResourceList) amounts {
	return amounts{CPU: list.Cpu().MilliValue(), Memory: list.Memory().Value()}
}

// digest is FNV-1a over the bits of the filled buckets' weights, and over where they stand.
func digest(histogram util.Histogram) string {
	inner := reflect.ValueOf(histogram).Elem().FieldByName("histogram")
	low, high := inner.FieldByName("minBucket").Int(), inner.FieldByName("maxBucket").Int()
	weights := inner.FieldByName("bucketWeight")
	hash := uint64(0xcbf29ce484222325)
	mix := func(word uint64) { hash = (hash ^ word) * 0x100000001b3 }
	for bucket := low; bucket <= high; bucket++ {
		mix(uint64(bucket))
		mix(math.Float64bits(weights.Index(int(bucket)).Float()))
	}
	mix(math.Float64bits(inner.FieldByName("totalWeight").Float()))
	return fmt.Sprintf("%016x", hash)
}
