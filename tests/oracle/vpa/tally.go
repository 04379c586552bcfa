package main

import (
	"fmt"
	"io"
	"sort"
	"strings"
)

// What came up, and how often.
type tally struct{ counts map[string]int }

func newTally() *tally { return &tally{counts: map[string]int{}} }

func (t *tally) count(what string) { t.counts[what]++ }

func (t *tally) either(first bool, yes, no string) {
	if first {
		t.count(yes)
	} else {
		t.count(no)
	}
}

// How often each must come up, for each hundred histories.
var demanded = map[string]int{
	"cpu taken": 10000, "cpu late": 300, "cpu zero": 100, "cpu at the cap": 5,
	"memory taken": 10000, "memory late": 100, "memory zero": 100, "memory at the cap": 5,
	"kills taken": 100, "kills dropped": 5, "later windows": 300, "references moved": 10, "restarts": 50,
	"recommendations": 200, "answers": 200, "answers after a checkpoint": 50, "confidence zero": 5,
	"cpu at the floor": 10, "memory at the floor": 10, "upper bound at the cap": 5,
	"lower bound below target": 50, "checkpoints as the writer builds them": 20,
	"days passed over": 20, "months passed over": 10, "fractions of seconds": 1000,
}

// print writes all counts, and fails if something came up too seldom to show anything.
func (t *tally) print(to io.Writer, histories int) error {
	names := make([]string, 0, len(t.counts))
	for name := range t.counts {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(to, "%10d  %s\n", t.counts[name], name)
	}
	var seldom []string
	for name, want := range demanded {
		if least := want * histories / 100; t.counts[name] < least {
			seldom = append(seldom, fmt.Sprintf("%s: %d, expected %d", name, t.counts[name], least))
		}
	}
	if len(seldom) > 0 && histories >= 100 {
		sort.Strings(seldom)
		return fmt.Errorf("came up too seldom:\n  %s", strings.Join(seldom, "\n  "))
	}
	return nil
}
