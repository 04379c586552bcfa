package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"os"
	"path"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// judged are the controller's files whose every line a run must reach, or give the reason why not.
var judged = []string{
	"k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go",
	"k8s.io/kubernetes/pkg/controller/podautoscaler/replica_calculator.go",
}

// reasons.txt names the blocks that cannot be reached: file, first and last line, a tab, the reason.
//
//go:embed unreached.txt
var unreachable string

type block struct {
	file        string
	first, last int
}

// unreachedCommand reads a cover profile and compares the blocks that were not reached with the list.
func unreachedCommand(_ *testing.T, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("unreached: give the cover profile")
	}
	counts, statements, err := readProfile(args[0])
	if err != nil {
		return err
	}
	listed := map[block]string{}
	for _, line := range strings.Split(strings.TrimSpace(unreachable), "\n") {
		where, why, found := strings.Cut(line, "\t")
		var one block
		if !found {
			return fmt.Errorf("unreached.txt: no reason in `%s`", line)
		}
		if _, err := fmt.Sscanf(strings.Replace(where, ":", " ", 1), "%s %d-%d", &one.file, &one.first, &one.last); err != nil {
			return fmt.Errorf("unreached.txt: `%s`: %w", line, err)
		}
		listed[one] = why
	}
	total, reached := map[string]int{}, map[string]int{}
	wrong := 0
	var blocks []block
	for one := range counts {
		blocks = append(blocks, one)
	}
	sort.Slice(blocks, func(i, j int) bool {
		return blocks[i].file < blocks[j].file || blocks[i].file == blocks[j].file && blocks[i].first < blocks[j].first
	})
	for _, one := range blocks {
		total[one.file] += statements[one]
		why, known := listed[one]
		switch {
		case counts[one] > 0:
			reached[one.file] += statements[one]
			if known {
				wrong++
				fmt.Printf("%s:%d-%d\tREACHED, though listed: %s\n", one.file, one.first, one.last, why)
			}
		case known:
			fmt.Printf("%s:%d-%d\t%s\n", one.file, one.first, one.last, why)
		default:
			wrong++
			fmt.Printf("%s:%d-%d\tNO REASON GIVEN\n", one.file, one.first, one.last)
		}
	}
	for _, file := range names(total) {
		fmt.Printf("%s: %d of %d statements reached\n", file, reached[file], total[file])
	}
	if wrong > 0 {
		fmt.Printf("%d blocks disagree with unreached.txt\n", wrong)
		return errTold
	}
	return nil
}

// readProfile sums a profile's blocks by their lines; `go tool cover` has the format.
func readProfile(name string) (counts, statements map[block]int, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	counts, statements = map[block]int{}, map[block]int{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		where, numbers, found := strings.Cut(lines.Text(), " ")
		colon := strings.LastIndexByte(where, ':')
		if !found || colon < 0 || !contains(judged, where[:colon]) {
			continue
		}
		one := block{file: path.Base(where[:colon])}
		var column int
		if _, err := fmt.Sscanf(where[colon+1:], "%d.%d,%d.", &one.first, &column, &one.last); err != nil {
			return nil, nil, fmt.Errorf("%s: `%s`: %w", name, lines.Text(), err)
		}
		size, times, _ := strings.Cut(numbers, " ")
		n, _ := strconv.Atoi(size)
		count, _ := strconv.Atoi(times)
		// Two blocks can share their lines; what one does not reach counts as not reached.
		if before, again := counts[one]; again {
			count = min(count, before)
		}
		counts[one] = count
		statements[one] += n
	}
	return counts, statements, lines.Err()
}

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}
