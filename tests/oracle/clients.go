package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	autoscalingclient "k8s.io/client-go/kubernetes/typed/autoscaling/v2"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
	hpalisters "k8s.io/client-go/listers/autoscaling/v2"
	corelisters "k8s.io/client-go/listers/core/v1"
	scaleclient "k8s.io/client-go/scale"
	"k8s.io/client-go/tools/cache"
	custommetrics "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalmetrics "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	resourcemetrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	resourceclient "k8s.io/metrics/pkg/client/clientset/versioned/typed/metrics/v1beta1"
	customclient "k8s.io/metrics/pkg/client/custom_metrics"
	externalclient "k8s.io/metrics/pkg/client/external_metrics"
)

// world is what the controller's clients see in a step, and what it did to it. Each client below is
// the smallest thing that answers the calls the controller makes, as the scenario format says.
type world struct {
	step     *step
	scaledTo *int32
	status   json.RawMessage
	events   []event
}

func (w *world) down(api string) error {
	if message, down := w.step.unavailable[api]; down {
		return errors.New(message)
	}
	return nil
}

// The scale subresource.

type scales struct{ *world }

func (s scales) Scales(string) scaleclient.ScaleInterface {
	return scaleOf{ScaleInterface: nil, world: s.world}
}

type scaleOf struct {
	scaleclient.ScaleInterface
	*world
}

func (s scaleOf) Get(context.Context, schema.GroupResource, string, metav1.GetOptions) (*autoscalingv1.Scale, error) {
	if err := s.down("scale"); err != nil {
		return nil, err
	}
	return s.step.scale.DeepCopy(), nil
}

func (s scaleOf) Update(_ context.Context, _ schema.GroupResource, scale *autoscalingv1.Scale, _ metav1.UpdateOptions) (*autoscalingv1.Scale, error) {
	if err := s.down("scale/update"); err != nil {
		return nil, err
	}
	replicas := scale.Spec.Replicas
	s.scaledTo = &replicas
	return scale, nil
}

// mapper maps each kind to one resource: a scenario has one target, and it can be scaled.
type mapper struct{ meta.RESTMapper }

func (mapper) RESTMappings(kind schema.GroupKind, _ ...string) ([]*meta.RESTMapping, error) {
	known := kind.WithVersion("v1")
	plural, _ := meta.UnsafeGuessKindToResource(known)
	return []*meta.RESTMapping{{Resource: plural, GroupVersionKind: known}}, nil
}

// The HPA's own client: it takes the status as an API server does, through JSON.

type hpas struct{ *world }

func (h hpas) HorizontalPodAutoscalers(string) autoscalingclient.HorizontalPodAutoscalerInterface {
	return hpaOf{HorizontalPodAutoscalerInterface: nil, world: h.world}
}

type hpaOf struct {
	autoscalingclient.HorizontalPodAutoscalerInterface
	*world
}

func (h hpaOf) UpdateStatus(_ context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler, _ metav1.UpdateOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	status, err := json.Marshal(&hpa.Status)
	h.status = status
	return hpa, err
}

// Events: the recorder stands where the broadcaster's would, so that none is merged or held back.

type recorder struct{ *world }

func (r recorder) Event(_ runtime.Object, kind, reason, message string) {
	r.events = append(r.events, event{kind, reason, message})
}

func (r recorder) Eventf(object runtime.Object, kind, reason, format string, args ...any) {
	r.Event(object, kind, reason, fmt.Sprintf(format, args...))
}

func (r recorder) AnnotatedEventf(object runtime.Object, _ map[string]string, kind, reason, format string, args ...any) {
	r.Eventf(object, kind, reason, format, args...)
}

type noEvents struct{}

func (noEvents) Events(string) coreclient.EventInterface { return nil }

// metrics.k8s.io

type podMetricses struct{ *world }

func (p podMetricses) PodMetricses(string) resourceclient.PodMetricsInterface {
	return podMetricsOf{PodMetricsInterface: nil, world: p.world}
}

type podMetricsOf struct {
	resourceclient.PodMetricsInterface
	*world
}

func (p podMetricsOf) List(_ context.Context, options metav1.ListOptions) (*resourcemetrics.PodMetricsList, error) {
	if err := p.down("metrics.k8s.io"); err != nil {
		return nil, err
	}
	selector, err := labels.Parse(options.LabelSelector)
	if err != nil {
		return nil, err
	}
	list := &resourcemetrics.PodMetricsList{}
	for _, one := range p.step.podMetrics {
		if len(one.Labels) > 0 && selector.Matches(labels.Set(one.Labels)) {
			list.Items = append(list.Items, one)
		}
	}
	return list, nil
}

// custom.metrics.k8s.io

type customClient struct{ *world }

func (c customClient) RootScopedMetrics() customclient.MetricsInterface { return customQueries(c) }

func (c customClient) NamespacedMetrics(string) customclient.MetricsInterface {
	return customQueries(c)
}

type customQueries struct{ *world }

func (c customQueries) GetForObject(kind schema.GroupKind, name string, metric string, selector labels.Selector) (*custommetrics.MetricValue, error) {
	list, err := c.find(kind.Kind, &name, metric, selector)
	if err != nil {
		return nil, err
	}
	if len(list.Items) != 1 {
		// The words of the client for the real API.
		return nil, fmt.Errorf("the custom metrics API server returned %v results when we asked for exactly one", len(list.Items))
	}
	return &list.Items[0], nil
}

func (c customQueries) GetForObjects(kind schema.GroupKind, _ labels.Selector, metric string, selector labels.Selector) (*custommetrics.MetricValueList, error) {
	return c.find(kind.Kind, nil, metric, selector)
}

func (c customQueries) find(kind string, name *string, metric string, selector labels.Selector) (*custommetrics.MetricValueList, error) {
	if err := c.down("custom.metrics.k8s.io"); err != nil {
		return nil, err
	}
	list := &custommetrics.MetricValueList{}
	for _, one := range c.step.customMetrics {
		if one.DescribedObject.Kind != kind || one.Metric.Name != metric {
			continue
		}
		if name != nil && one.DescribedObject.Name != *name {
			continue
		}
		own, err := metav1.LabelSelectorAsSelector(one.Metric.Selector)
		if err != nil || own.String() != selector.String() {
			continue
		}
		list.Items = append(list.Items, one)
	}
	return list, nil
}

// external.metrics.k8s.io

type externalClient struct{ *world }

func (e externalClient) NamespacedMetrics(string) externalclient.MetricsInterface {
	return externalQueries(e)
}

type externalQueries struct{ *world }

func (e externalQueries) List(metric string, selector labels.Selector) (*externalmetrics.ExternalMetricValueList, error) {
	if err := e.down("external.metrics.k8s.io"); err != nil {
		return nil, err
	}
	// A selector reaches the API as text: one that selects nothing is empty there, which selects all.
	sent, err := labels.Parse(selector.String())
	if err != nil {
		return nil, err
	}
	list := &externalmetrics.ExternalMetricValueList{}
	for _, one := range e.step.externalMetrics {
		if one.MetricName == metric && sent.Matches(labels.Set(one.MetricLabels)) {
			list.Items = append(list.Items, one)
		}
	}
	return list, nil
}

// Informers that are never started: what they would have heard is put into their indexers.

type hpaInformer struct{ informer cache.SharedIndexInformer }

func newHPAInformer() hpaInformer {
	return hpaInformer{newInformer(&autoscalingv2.HorizontalPodAutoscaler{})}
}

func (h hpaInformer) Informer() cache.SharedIndexInformer { return h.informer }

func (h hpaInformer) Lister() hpalisters.HorizontalPodAutoscalerLister {
	return hpalisters.NewHorizontalPodAutoscalerLister(h.informer.GetIndexer())
}

type podInformer struct{ informer cache.SharedIndexInformer }

func newPodInformer() podInformer { return podInformer{newInformer(&v1.Pod{})} }

func (p podInformer) Informer() cache.SharedIndexInformer { return p.informer }

func (p podInformer) Lister() corelisters.PodLister {
	return sortedPods{corelisters.NewPodLister(p.informer.GetIndexer())}
}

func newInformer(of runtime.Object) cache.SharedIndexInformer {
	indexers := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	return cache.NewSharedIndexInformer(&cache.ListWatch{}, of, 0, indexers)
}

// sortedPods is the real lister, but in the order of names: its own order is that of a Go map, so
// which pod an error names would differ from run to run.
type sortedPods struct{ corelisters.PodLister }

func (s sortedPods) Pods(namespace string) corelisters.PodNamespaceLister {
	return sortedPodsOf{s.PodLister.Pods(namespace)}
}

type sortedPodsOf struct{ corelisters.PodNamespaceLister }

func (s sortedPodsOf) List(selector labels.Selector) ([]*v1.Pod, error) {
	pods, err := s.PodNamespaceLister.List(selector)
	slices.SortFunc(pods, func(a, b *v1.Pod) int { return strings.Compare(a.Name, b.Name) })
	return pods, err
}
