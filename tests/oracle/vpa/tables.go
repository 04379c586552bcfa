package main

import (
	"fmt"
	"math"

	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/model"
)

// tablesCommand prints, for CPU and memory, each bucket's number, the bits of its start, and the least
// amount that falls in it.
func tablesCommand([]string) error {
	config := model.GetAggregationsConfig()
	cpu, memory := config.CPUHistogramOptions, config.MemoryHistogramOptions
	for bucket := range cpu.NumBuckets() {
		amount := least(bucket, func(amount int64) int {
			return cpu.FindBucket(model.CoresFromCPUAmount(model.ResourceAmount(amount)))
		})
		fmt.Printf("cpu %d %d %d\n", bucket, math.Float64bits(cpu.GetBucketStart(bucket)), amount)
	}
	for bucket := range memory.NumBuckets() {
		amount := least(bucket, func(amount int64) int {
			return memory.FindBucket(model.BytesFromMemoryAmount(model.ResourceAmount(amount)))
		})
		fmt.Printf("memory %d %d %d\n", bucket, math.Float64bits(memory.GetBucketStart(bucket)), amount)
	}
	return nil
}

func least(bucket int, find func(int64) int) int64 {
	low, high := int64(0), int64(2e12)
	for low < high {
		middle := (low + high) / 2
		if find(middle) >= bucket {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
