package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
)

func generateCommand(args []string) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	histories := flags.Int("histories", 200, "how many")
	seed := flags.Uint64("seed", 1, "of all random choices")
	first := flags.Int("first", 0, "number of the first history")
	out := flags.String("out", "-", "file to write, - for standard output")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var to io.Writer = os.Stdout
	if *out != "-" {
		file, err := os.Create(*out)
		if err != nil {
			return err
		}
		defer file.Close()
		to = file
	}
	buffer := bufio.NewWriterSize(to, 1<<20)
	tally := newTally()
	for number := *first; number < *first+*histories; number++ {
		source := rand.New(rand.NewPCG(*seed, uint64(number)))
		lines := (&maker{Rand: source, tally: tally}).history(fmt.Sprintf("s%d-%d", *seed, number))
		if err := answerHistory(lines, buffer, tally); err != nil {
			return err
		}
	}
	if err := buffer.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, versions())
	return tally.print(os.Stderr, *histories)
}

func answerCommand(args []string) error {
	buffer := bufio.NewWriter(os.Stdout)
	defer buffer.Flush()
	for _, name := range args {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var history []line
		for _, row := range bytes.Split(text, []byte("\n")) {
			if len(bytes.TrimSpace(row)) == 0 {
				continue
			}
			var next line
			if err := json.Unmarshal(row, &next); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if next.Kind != "" && history != nil {
				if err := answerHistory(history, buffer, newTally()); err != nil {
					return err
				}
				history = nil
			}
			history = append(history, next)
		}
		if err := answerHistory(history, buffer, newTally()); err != nil {
			return err
		}
	}
	return nil
}

// answerHistory lets a recommender take a history in and writes it with the answers.
func answerHistory(lines []line, to io.Writer, tally *tally) error {
	encoder := json.NewEncoder(to)
	recommender, err := newRecommender(lines[0].Containers, tally)
	if err != nil {
		return err
	}
	for index := range lines {
		if index > 0 {
			if err := recommender.take(&lines[index]); err != nil {
				return fmt.Errorf("%s, line %d: %w", lines[0].Name, index+1, err)
			}
		}
		if err := encoder.Encode(&lines[index]); err != nil {
			return err
		}
	}
	return nil
}

// maker makes a random history.
type maker struct {
	*rand.Rand
	tally *tally
	lines []line
	now   float64
}

// How a container uses what it has.
type habit struct {
	name        string
	cpu, memory float64 // around which it varies
	spread      float64
	shape       int
}

const (
	steady = iota
	noisy
	bursty
	idle
	huge
	shapes
)

func (m *maker) chance(p float64) bool { return m.Float64() < p }

func pick[T any](m *maker, from ...T) T { return from[m.IntN(len(from))] }

// between is spread evenly over orders of magnitude.
func (m *maker) between(low, high float64) float64 {
	return low * math.Pow(high/low, m.Float64())
}

func (m *maker) history(name string) []line {
	habits := make([]habit, pick(m, 1, 1, 2, 2, 3, 5))
	header := line{APIVersion: "trimtab.dev/v1", Kind: "UsageHistory", Name: name}
	for index := range habits {
		habits[index] = habit{
			name: fmt.Sprintf("c%d", index), cpu: m.between(0.001, 20), memory: m.between(1e6, 1e11),
			spread: m.Float64(), shape: m.IntN(shapes),
		}
		header.Containers = append(header.Containers, container{Name: habits[index].name})
	}
	m.lines = []line{header}
	pods := pick(m, 1, 1, 2, 3, 8)
	// Most begin in these years; some long ago or long from now.
	m.now = math.Floor(1.6e9 + 3e8*m.Float64())
	if m.chance(0.1) {
		m.now = math.Floor(1e6 + 7e9*m.Float64())
	}
	step := pick(m, 15.0, 60, 60, 300, 300, 3600, 21600)
	fractions := m.chance(0.3)
	lateness := pick(m, 0, 0.02, 0.1)
	count := 300 + m.IntN(1200)
	if m.chance(0.05) {
		count = m.IntN(6) // hardly begun
	}
	cycle := 0
	for range count {
		m.now += step / float64(pods*len(habits)) * (0.5 + m.Float64())
		if !fractions {
			m.now = math.Round(m.now)
		}
		m.pass()
		at := m.now
		if m.chance(lateness) {
			at -= pick(m, 0, step, step*10, 86400, 86400*float64(m.IntN(40)), 86400*float64(m.IntN(400)))
		}
		pod := fmt.Sprintf("web-%d", m.IntN(pods))
		if m.chance(0.9) {
			pod = fmt.Sprintf("web-%d", cycle%pods)
		}
		use := habits[(cycle/pods)%len(habits)]
		cycle++
		m.event(at, pod, use)
		if m.chance(0.02) {
			m.event(at, pod, use) // twice
		}
		if m.chance(0.003) {
			m.lines = append(m.lines, line{At: m.at(m.now), Restart: true})
		}
		if m.chance(0.003) {
			m.ask()
		}
	}
	if len(m.lines) == 1 {
		m.event(m.now, "web-0", habits[0])
	}
	m.ask()
	return m.lines
}

// pass lets time go by now and then: days, months, years.
func (m *maker) pass() {
	switch {
	case m.chance(0.002):
		m.now += 86400 * (1 + 20*m.Float64())
		m.tally.count("days passed over")
	case m.chance(0.0005):
		m.now += math.Round(86400 * (60 + 200*m.Float64()))
		m.tally.count("months passed over")
	case m.chance(0.00005):
		m.now += 86400 * 365 * (1 + 5*m.Float64())
	}
}

func (m *maker) ask() {
	m.lines = append(m.lines, line{At: m.at(m.now), Recommend: []string{"vpa"}})
}

func (m *maker) at(seconds float64) *float64 {
	if seconds != math.Trunc(seconds) {
		m.tally.count("fractions of seconds")
	}
	return &seconds
}

func (m *maker) event(at float64, pod string, use habit) {
	event := line{At: m.at(at), Pod: pod, Container: use.name}
	if m.chance(0.006) {
		request := int64(math.Round(use.memory * m.between(0.1, 10)))
		if m.chance(0.05) {
			request = pick(m, int64(0), 1, 1<<40, 100_000_000_000_000, 1<<53)
		}
		if m.chance(0.2) {
			*event.At -= 86400 * float64(m.IntN(30)) / 10
		}
		event.OOM = &request
		m.lines = append(m.lines, event)
		return
	}
	if !m.chance(0.1) {
		cpu := m.usage(use.cpu, use)
		event.CPU = &cpu
	}
	if event.CPU == nil || !m.chance(0.1) {
		memory := m.usage(use.memory, use)
		if m.chance(0.7) {
			memory = math.Round(memory)
		}
		event.Memory = &memory
	}
	m.lines = append(m.lines, event)
}

func (m *maker) usage(around float64, use habit) float64 {
	if m.chance(0.002) {
		return 0
	}
	value := around * (1 + use.spread*(m.Float64()-0.5)/4)
	switch use.shape {
	case noisy:
		value = around * m.ExpFloat64()
	case bursty:
		if m.chance(0.05) {
			value *= 8
		}
	case idle:
		if m.chance(0.3) {
			value = 0
		}
		value /= 1000
	case huge:
		if m.chance(0.01) {
			value = m.between(1e9, 1e16)
		}
	}
	// Amounts on the edge of a bucket come up in real life as round figures.
	if m.chance(0.02) {
		value = pick(m, 0.01, 0.02, 0.25, 1, 10, 1e7, 2.05e7, 3.1525e7, 104857600, 1e9)
	}
	return value
}
