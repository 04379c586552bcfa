package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/go-logr/logr"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/tools/record"
	"k8s.io/component-base/featuregate"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
)

// reconcileKey is one loop of the controller over one HPA, without its queue.
//
//go:linkname reconcileKey k8s.io/kubernetes/pkg/controller/podautoscaler.(*HorizontalController).reconcileKey
func reconcileKey(controller *podautoscaler.HorizontalController, ctx context.Context, key string) (bool, error)

// enqueueHPA is what the controller does when an HPA appears.
//
//go:linkname enqueueHPA k8s.io/kubernetes/pkg/controller/podautoscaler.(*HorizontalController).enqueueHPA
func enqueueHPA(controller *podautoscaler.HorizontalController, hpa any)

// podLevelDependents are the gates that need PodLevelResources, as they are by default.
var podLevelDependents = map[string]bool{}

func silence() {
	klog.SetLogger(logr.Discard())
	// The stock handlers log, and sleep: in a bubble that would move the clock.
	utilruntime.ErrorHandlers = nil
	time.Local = time.UTC
	for _, gate := range []string{"InPlacePodLevelResourcesVerticalScaling", "PodLevelResourceManagers"} {
		podLevelDependents[gate] = utilfeature.DefaultFeatureGate.Enabled(featureNamed(gate))
	}
}

func featureNamed(gate string) featuregate.Feature { return featuregate.Feature(gate) }

// subject is the controller with one HPA, in a bubble of virtual time.
type subject struct {
	controller *podautoscaler.HorizontalController
	world      *world
	hpa        *autoscalingv2.HorizontalPodAutoscaler
	hpaStore   hpaInformer
	podStore   podInformer
	status     json.RawMessage
}

// begin makes a fresh controller; it must be called inside a bubble.
func begin(ctx context.Context, from *header) (*subject, error) {
	if err := setGates(from.gates); err != nil {
		return nil, err
	}
	seen := &world{step: &step{}}
	subject := &subject{world: seen, hpa: from.hpa, hpaStore: newHPAInformer(), podStore: newPodInformer()}
	subject.controller = podautoscaler.NewHorizontalController(
		ctx, noEvents{}, scales{seen}, hpas{seen}, mapper{},
		metrics.NewRESTMetricsClient(podMetricses{seen}, customClient{seen}, externalClient{seen}),
		subject.hpaStore, subject.podStore,
		15*time.Second, from.flags.downscaleStabilization, from.flags.tolerance,
		from.flags.cpuInitializationPeriod, from.flags.initialReadinessDelay,
	)
	place := reflect.ValueOf(subject.controller).Elem().FieldByName("eventRecorder")
	var own record.EventRecorder = recorder{seen}
	reflect.NewAt(place.Type(), unsafe.Pointer(place.UnsafeAddr())).Elem().Set(reflect.ValueOf(&own).Elem())
	// A run that is cancelled before it begins shuts the queue down, and its goroutines with it.
	stopped, stop := context.WithCancel(ctx)
	stop()
	subject.controller.Run(stopped, 0)
	enqueueHPA(subject.controller, from.hpa)
	return subject, subject.keep(nil)
}

// keep makes a status, as JSON, the HPA's own; nil keeps the one it has.
func (s *subject) keep(status json.RawMessage) error {
	if status == nil {
		var err error
		if status, err = json.Marshal(&s.hpa.Status); err != nil {
			return err
		}
	}
	s.status = status
	s.hpa.Status = autoscalingv2.HorizontalPodAutoscalerStatus{}
	return decode(status, &s.hpa.Status)
}

// reconcile sleeps until the step's time and lets the controller run once.
func (s *subject) reconcile(step *step) (*answer, error) {
	wait := time.Until(step.at)
	if wait < 0 {
		return nil, fmt.Errorf("at: %s is before the step before it, or before 2000-01-01", step.at.Format(time.RFC3339Nano))
	}
	time.Sleep(wait)
	if step.spec != nil {
		s.hpa.Spec = *step.spec
	}
	if err := s.hpaStore.informer.GetIndexer().Add(s.hpa); err != nil {
		return nil, err
	}
	pods := make([]any, len(step.pods))
	for i := range step.pods {
		if step.pods[i].Namespace == "" {
			step.pods[i].Namespace = s.hpa.Namespace
		}
		pods[i] = &step.pods[i]
	}
	if err := s.podStore.informer.GetIndexer().Replace(pods, ""); err != nil {
		return nil, err
	}
	*s.world = world{step: step}
	outcome, crash := s.loop()
	if s.world.status != nil {
		if err := s.keep(s.world.status); err != nil {
			return nil, err
		}
	}
	told := &answer{ScaledTo: s.world.scaledTo, Status: s.status, Events: s.world.events, Panic: crash}
	if outcome != nil {
		told.Error = outcome.Error()
	}
	return told, nil
}

func (s *subject) loop() (outcome error, crash string) {
	defer func() {
		if reason := recover(); reason != nil {
			crash = fmt.Sprint(reason)
		}
	}()
	// The HPA is copied: the lister's object is the one that steps change in place.
	_, outcome = reconcileKey(s.controller, context.Background(), s.hpa.Namespace+"/"+s.hpa.Name)
	return outcome, ""
}

// bubble runs f in virtual time, which begins at 2000-01-01.
func bubble(t *testing.T, f func(ctx context.Context) error) error {
	var outcome error
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		outcome = f(ctx)
	})
	return outcome
}

// answerScenario prints the controller's answers to a scenario.
func answerScenario(t *testing.T, scenario *scenario, record bool, out io.Writer) error {
	raw, header, err := readHeader(scenario.header)
	if err != nil {
		return fmt.Errorf("line %d: %w", scenario.line, err)
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	first := any(raw)
	if !record {
		first = map[string]string{"name": raw.Name}
	}
	if err := lines.Encode(first); err != nil {
		return err
	}
	return bubble(t, func(ctx context.Context) error {
		subject, err := begin(ctx, header)
		if err != nil {
			return err
		}
		for i, line := range scenario.steps {
			raw, step, err := readStep(line)
			if err != nil {
				return fmt.Errorf("step %d of `%s`: %w", i, header.name, err)
			}
			told, err := subject.reconcile(step)
			if err != nil {
				return fmt.Errorf("step %d of `%s`: %w", i, header.name, err)
			}
			raw.Recorded = told
			written := any(raw)
			if !record {
				written = struct {
					At string `json:"at"`
					*answer
				}{raw.At, told}
			}
			if err := lines.Encode(written); err != nil {
				return err
			}
		}
		return nil
	})
}
