// The oracle answers HpaScenarios with the HorizontalPodAutoscaler controller of Kubernetes itself,
// run in virtual time, and makes random scenarios for it to answer. See README.md.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

const usage = `usage:
  oracle generate --scenarios N --seed S [--profile all|resource] [--first K] [--out FILE]
  oracle answer [--record] FILE...          ("-" is standard input)
  oracle quantity < strings                 one string a line in, one JSON object a line out
  oracle quantities --count N --seed S      random and hostile strings for it
  oracle validate < specs                   {"hpa":...,"old":...,"featureGates":...} a line
  oracle specs --count N --seed S           random specs for it
  oracle unreached COVERPROFILE             the controller's lines that no step reached
  oracle bench                              the calculator alone, asked and timed line by line
  oracle version
`

// errTold ends the run with exit code 1; what was wrong has been printed already.
var errTold = errors.New("told")

func main() {
	silence()
	// Almost all memory is one step's and dies with it.
	debug.SetGCPercent(400)
	// A bubble of virtual time needs a *testing.T, so the commands run as a test.
	always := func(_, _ string) (bool, error) { return true, nil }
	whole := testing.InternalTest{Name: "oracle", F: func(t *testing.T) { os.Exit(run(t, os.Args[1:])) }}
	testing.Main(always, []testing.InternalTest{whole}, nil, nil)
}

func run(t *testing.T, args []string) int {
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	commands := map[string]func(*testing.T, []string) error{
		"generate":   generateCommand,
		"answer":     answerCommand,
		"quantity":   func(_ *testing.T, _ []string) error { return judgeQuantities(os.Stdin, os.Stdout) },
		"quantities": quantitiesCommand,
		"validate":   func(_ *testing.T, _ []string) error { return judgeSpecs(os.Stdin, os.Stdout) },
		"specs":      specsCommand,
		"unreached":  unreachedCommand,
		"bench":      func(_ *testing.T, _ []string) error { return bench(os.Stdin, os.Stdout) },
		"version":    func(_ *testing.T, _ []string) error { fmt.Println(versions()); return nil },
	}
	command, known := commands[args[0]]
	if !known {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	err := command(t, args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 2
	case err != nil && !errors.Is(err, errTold):
		fmt.Fprintln(os.Stderr, "oracle:", err)
		return 1
	case err != nil:
		return 1
	}
	return 0
}

// versions names what the answers depend on.
func versions() string {
	kubernetes, machinery := "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			module := dep
			if dep.Replace != nil {
				module = dep.Replace
			}
			switch dep.Path {
			case "k8s.io/kubernetes":
				kubernetes = module.Version
			case "k8s.io/apimachinery":
				machinery = module.Version
			}
		}
	}
	return fmt.Sprintf("%s %s/%s, k8s.io/kubernetes %s, k8s.io/apimachinery %s",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, kubernetes, machinery)
}

func generateCommand(t *testing.T, args []string) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	scenarios := flags.Int("scenarios", 100, "how many scenarios")
	first := flags.Int("first", 0, "number of the first one: runs with other numbers can share a seed")
	seed := flags.Uint64("seed", 1, "seed; scenario K of a seed is always the same")
	profileName := flags.String("profile", "all", "all, or resource: averageUtilization of resources alone")
	out := flags.String("out", "", "file to write (standard output if empty)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	profile, err := profileNamed(*profileName)
	if err != nil {
		return err
	}
	sink, done, err := create(*out)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "oracle:", versions())
	counts := newTally()
	started := time.Now()
	for index := *first; index < *first+*scenarios; index++ {
		if err := generateOne(t, profile, *seed, index, sink, counts); err != nil {
			return errors.Join(err, done())
		}
	}
	if err := done(); err != nil {
		return err
	}
	took := time.Since(started)
	fmt.Fprintf(os.Stderr, "oracle: %d scenarios, %d steps in %.1f s, %.0f steps/s\n",
		*scenarios, counts.steps, took.Seconds(), float64(counts.steps)/took.Seconds())
	return counts.report(os.Stderr, profile)
}

func answerCommand(t *testing.T, args []string) error {
	flags := flag.NewFlagSet("answer", flag.ContinueOnError)
	record := flags.Bool("record", false, "print the scenarios again with the answers in them")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("answer: which file? `-` is standard input")
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for _, name := range flags.Args() {
		if err := answerFile(t, name, *record, out); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", name, err), out.Flush())
		}
	}
	return out.Flush()
}

func answerFile(t *testing.T, name string, record bool, out io.Writer) error {
	in := os.Stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	return eachScenario(in, func(scenario *scenario) error {
		return answerScenario(t, scenario, record, out)
	})
}

// create opens a file to write, or standard output; done flushes and closes.
func create(name string) (sink io.Writer, done func() error, err error) {
	file := os.Stdout
	if name != "" {
		if file, err = os.Create(name); err != nil {
			return nil, nil, err
		}
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	return buffered, func() error { return errors.Join(buffered.Flush(), file.Close()) }, nil
}
