// The oracle answers UsageHistories with the Vertical Pod Autoscaler's recommender itself, and makes
// random ones for it to answer. See README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"k8s.io/klog/v2"
)

const usage = `usage:
  oracle generate --histories N --seed S [--first K] [--out FILE]
  oracle answer FILE...                     records the answers anew, for a shrinker
  oracle bench                              rounds on request, one a line of standard input
  oracle tables                             the buckets' starts and least amounts
  oracle version
`

func main() {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func([]string) error{
		"generate": generateCommand,
		"answer":   answerCommand,
		"bench":    benchCommand,
		"tables":   tablesCommand,
		"version":  func([]string) error { fmt.Println(versions()); return nil },
	}
	command, known := commands[os.Args[1]]
	if !known {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := command(os.Args[2:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

// versions names what the answers depend on.
func versions() string {
	recommender := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "k8s.io/autoscaler/vertical-pod-autoscaler" {
				recommender = dep.Version
			}
		}
	}
	return fmt.Sprintf("vertical-pod-autoscaler %s, %s, %s", recommender, runtime.Version(), runtime.GOARCH)
}
