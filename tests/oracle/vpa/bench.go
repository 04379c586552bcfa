package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/logic"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/model"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/util"
)

// A container's histograms, called directly: what the recommender spends on samples without its cluster
// state, its pods and its selectors. Peaks of memory are kept as ContainerState keeps them.
type held struct {
	cpu, memory util.Histogram
	windowEnd   time.Time
	peak        float64
	first, last time.Time
	count       int
}

type fleet struct {
	held    []held
	random  uint64
	seconds int64
}

const (
	start = 1_700_000_000
	day   = 24 * time.Hour
)

func newHeld() held {
	config := model.GetAggregationsConfig()
	return held{
		cpu:    util.NewDecayingHistogram(config.CPUHistogramOptions, day),
		memory: util.NewDecayingHistogram(config.MemoryHistogramOptions, day),
	}
}

// next is the generator that both sides use.
func (f *fleet) next() uint64 {
	f.random = f.random*6364136223846793005 + 1442695040888963407
	return f.random >> 33
}

func (h *held) addCPU(millicores int64, at time.Time) {
	h.cpu.AddSample(float64(millicores)/1000, 0.1, at)
	if at.After(h.last) {
		h.last = at
	}
	if h.first.IsZero() || at.Before(h.first) {
		h.first = at
	}
	h.count++
}

func (h *held) addMemory(bytes int64, at time.Time) {
	if h.windowEnd.IsZero() {
		h.windowEnd = at
	}
	usage := float64(bytes)
	if at.Before(h.windowEnd) {
		if h.peak == 0 || usage <= h.peak {
			return
		}
		h.memory.SubtractSample(h.peak, 1, h.windowEnd)
	} else {
		h.windowEnd = h.windowEnd.Add(at.Sub(h.windowEnd).Truncate(day) + day)
	}
	h.memory.AddSample(usage, 1, h.windowEnd)
	h.peak = usage
}

// amounts are what every container uses at one tick after the other, made before the clock runs.
func (f *fleet) amounts(ticks int) (millicores, bytes []int64) {
	for range ticks {
		for index := range f.held {
			base := int64(index%997) + 20
			millicores = append(millicores, base+int64(f.next())%base)
			size := (base + 50) << 20
			bytes = append(bytes, size+int64(f.next())%(size/4))
		}
	}
	return millicores, bytes
}

// take lets every container use something, one after the other, every five minutes; it tells how many
// samples that was, and the nanoseconds of CPU time.
func (f *fleet) take(ticks int, memory bool) (int, int64) {
	millicores, bytes := f.amounts(ticks)
	operations, before := 0, used()
	for tick := range ticks {
		at := time.Unix(start+f.seconds, 0)
		f.seconds += 300
		for index := range f.held {
			f.held[index].addCPU(millicores[tick*len(f.held)+index], at)
			operations++
			if memory {
				f.held[index].addMemory(bytes[tick*len(f.held)+index], at)
				operations++
			}
		}
	}
	return operations, used() - before
}

// series is what take is, but that one container after the other uses all that it uses.
func (f *fleet) series(ticks int) (int, int64) {
	millicores, bytes := f.amounts(ticks)
	count := len(f.held)
	cpu, memory := make([]int64, 0, len(bytes)), make([]int64, 0, len(bytes))
	for index := range f.held {
		for tick := range ticks {
			cpu, memory = append(cpu, millicores[tick*count+index]), append(memory, bytes[tick*count+index])
		}
	}
	before := used()
	for index := range f.held {
		for tick := range ticks {
			at := time.Unix(start+f.seconds+300*int64(tick), 0)
			f.held[index].addCPU(cpu[index*ticks+tick], at)
			f.held[index].addMemory(memory[index*ticks+tick], at)
		}
	}
	nanoseconds := used() - before
	f.seconds += 300 * int64(ticks)
	return 2 * len(cpu), nanoseconds
}

func (f *fleet) recommend() uint64 {
	recommender := logic.CreatePodResourceRecommender(config)
	hash := uint64(0xcbf29ce484222325)
	mix := func(amount model.ResourceAmount) { hash = (hash ^ uint64(amount)) * 0x100000001b3 }
	for index := range f.held {
		h := &f.held[index]
		state := &model.AggregateContainerState{
			AggregateCPUUsage: h.cpu, AggregateMemoryPeaks: h.memory,
			FirstSampleStart: h.first, LastSampleStart: h.last, TotalSamplesCount: h.count,
		}
		given := recommender.GetRecommendedPodResources(model.ContainerNameToAggregateStateMap{"app": state})["app"]
		for _, resources := range []model.Resources{given.LowerBound, given.Target, given.UpperBound} {
			mix(resources[model.ResourceCPU])
			mix(resources[model.ResourceMemory])
		}
	}
	return hash
}

// benchCommand runs what it is asked for, a line each:
//
//	fleet CONTAINERS TICKS   makes a fleet and warms it; answers its bytes a container
//	cpu TICKS | both TICKS   samples of CPU alone, or of both; answers operations and nanoseconds of CPU time
//	series TICKS             the same of both, one container after the other
//	recommend                an answer for each container; answers a digest of them, too
func benchCommand([]string) error {
	runtime.GOMAXPROCS(1)
	var f *fleet
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		words := strings.Fields(input.Text())
		number := func(index int) int {
			value, err := strconv.Atoi(words[index])
			if err != nil {
				panic(err)
			}
			return value
		}
		operations, nanoseconds, digest := 0, int64(0), uint64(0)
		switch words[0] {
		case "fleet":
			f = nil
			heap := heapNow()
			f = &fleet{random: 42, held: make([]held, number(1))}
			for index := range f.held {
				f.held[index] = newHeld()
			}
			for range number(2) {
				count, nanos := f.take(1, true)
				operations, nanoseconds = operations+count, nanoseconds+nanos
			}
			digest = (heapNow() - heap) / uint64(number(1))
		case "cpu":
			operations, nanoseconds = f.take(number(1), false)
		case "both":
			operations, nanoseconds = f.take(number(1), true)
		case "series":
			operations, nanoseconds = f.series(number(1))
		case "recommend":
			before := used()
			digest = f.recommend()
			operations, nanoseconds = len(f.held), used()-before
		default:
			return fmt.Errorf("`%s` is no work", words[0])
		}
		fmt.Println(operations, nanoseconds, digest)
	}
	return input.Err()
}

func heapNow() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// used is the CPU time of this process in nanoseconds, its garbage collector included.
func used() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
