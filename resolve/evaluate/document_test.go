package evaluate

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"overt/internal/sharedtest"
)

var update = flag.Bool("update", false, "write docs/resolution.md anew")

const head = `# Resolution on known answers

How well records are found to be one on public sets. Written by

    go test ./resolve/evaluate -run TestResolution -update

No label is read by the resolver, nothing is chosen for a set, and one set of defaults
serves all. ` + "`docs/format/evaluation.md`" + ` says what is measured. The data are not part of
this repository; ` + "`resolve/evaluate/sets`" + ` describes them.

`

const peers = `
## Beside others

Figures that others have published, read 2026; protocols differ where said.

| set | others | source |
|---|---|---|
| Febrl 3, 5,000 records | Splink 0.965, GoldenMatch 0.996 | GoldenMatch, case study zero-config-vs-splink |
| Febrl 4 | 0.924, in its privacy-preserving mode only | GoldenMatch, README |
| DBLP-ACM, no labels | GoldenMatch 0.964, ZeroER 0.96, CollaborER-U 0.986 | GoldenMatch, latest results; CollaborER |
| Abt-Buy | ZeroER 0.52, GoldenMatch 0.17 without labels; Ditto 0.893 with labels | CollaborER; GoldenMatch, latest results |
| Fodors-Zagats, labelled split | ZeroER, DeepMatcher, Ditto 1.00; the column that gives the answer away is not read here | CollaborER |
| name pairs | nomenklatura logic-v2: F1 0.790 on all 812 pairs, of which 419 are here | nomenklatura, name_bench |
| screening | yente: about 4 requests/s on one processor with logic-v2 | yente, docs/deploy/scaling |

` + "`bench/peers`" + ` runs Splink and nomenklatura on the same files with the same columns.
`

// floors are what F1 of sets, and accuracy of labelled pairs, may not fall below,
// whatever the page says.
var floors = map[string]float64{
	"febrl1": .9985, "febrl4": .999, "dblp-acm": .985, "rldata500": .95, "fake1000": .82,
	"restaurants": .81, "cora": .80, "early-childhood": .85, "name-pairs": .86, "senzing": .65,
}

// TestResolution measures all sets, each in two orders with other threads, and
// holds them to the page, or writes it.
func TestResolution(t *testing.T) {
	root := filepath.Dir(sharedtest.Path(t, "entity-resolution"))
	if testing.Short() {
		t.Skip("all sets are measured in the full run only")
	}
	files, err := filepath.Glob("sets/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	var sets, pairs, screens, cost strings.Builder
	for _, f := range files {
		set := strings.TrimSuffix(filepath.Base(f), ".yaml")
		r := measureSet(t, root, set, Config{Twice: true})
		switch {
		case r.Pairwise != nil:
			holdFloor(t, set, r.Pairwise.F1)
			if r.Same != "yes" {
				t.Errorf("%s: another order gives another result: %s", set, r.Same)
			}
			fmt.Fprintf(&sets, "| %s | %d | %d | %.4f | %.4f | **%.4f** | %.4f | %.4f | %d | %.4f | %.4f | %.4f | %s |\n", r.Name, r.Records, r.Truth,
				r.Pairwise.Precision, r.Pairwise.Recall, r.Pairwise.F1, r.BCubed.F1, r.Exact.F1, r.Candidate.Pairs, r.Candidate.Complete, r.Average, r.Brier, r.Same)
			fmt.Fprintf(&cost, "| %s | %.1f | %.0f |\n", r.Name, r.Cost.CPU, float64(r.Counts.Pairs)/max(r.Cost.CPU, 1e-3))
		case r.Decision != nil:
			holdFloor(t, set, r.Accuracy)
			fmt.Fprintf(&pairs, "| %s | %d | %.4f | %.4f | %.4f | %.4f | %.4f | %.4f |\n", r.Name, r.Records/2,
				r.Decision.Precision, r.Decision.Recall, r.Decision.F1, r.Accuracy, r.Average, r.Brier)
			for _, s := range r.By {
				fmt.Fprintf(&pairs, "| – %s | %d | %.4f | %.4f | %.4f | | | |\n", s.Of, s.Pairs, s.Precision, s.Recall, s.F1)
			}
		default:
			s := r.Screening
			if set == "negatives" && (s.Requests != 50_000 || s.Alarms > 5) {
				t.Errorf("%d of %d strangers were found", s.Alarms, s.Requests)
			}
			fmt.Fprintf(&screens, "| %s | %d | %d | %d | %d | %d |\n", r.Name, s.Requests, s.Found, s.First, s.Missed, s.Alarms)
		}
	}
	text := head +
		"## Records to clusters\n\n| set | records | true pairs | P | R | F1 | B³ F1 | whole F1 | compared | complete | AP | Brier | same twice |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n" + sets.String() +
		"\n## Labelled pairs\n\n| set | pairs | P | R | F1 | accuracy | AP | Brier |\n|---|--:|--:|--:|--:|--:|--:|--:|\n" + pairs.String() +
		"\n## Requests\n\n| set | requests | found | first | missed | false alarms |\n|---|--:|--:|--:|--:|--:|\n" + screens.String() +
		"\n## Cost\n\nProcessor seconds of the whole run, and compared pairs for each, on the machine that\nwrote this page. `go run ./bench/resolve` measures large registers.\n\n| set | CPU s | pairs/CPU s |\n|---|--:|--:|\n" + cost.String() + peers
	path := filepath.Join("..", "..", "docs", "resolution.md")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	samePage(t, string(page), text)
}

func holdFloor(t *testing.T, set string, got float64) {
	t.Helper()
	if floor := floors[set]; got < floor {
		t.Errorf("%s: %.4f, want %.4f", set, got, floor)
	}
}

// samePage compares two pages word by word. Numbers may differ by one in two
// hundred: other processors round otherwise. What it cost is not compared.
func samePage(t *testing.T, page, now string) {
	t.Helper()
	cost := func(s string) string {
		before, rest, _ := strings.Cut(s, "## Cost")
		_, after, _ := strings.Cut(rest, "## Beside others")
		return before + after
	}
	a, b := strings.Split(cost(page), "\n"), strings.Split(cost(now), "\n")
	if len(a) != len(b) {
		t.Fatalf("docs/resolution.md has %d lines, and there would be %d; write it with -update", len(a), len(b))
	}
	for i := range a {
		if !slices.EqualFunc(strings.Fields(a[i]), strings.Fields(b[i]), alike) {
			t.Errorf("docs/resolution.md has\n%s\nand it is\n%s", a[i], b[i])
		}
	}
}

func alike(a, b string) bool {
	x, xerr := strconv.ParseFloat(strings.Trim(a, "*"), 64)
	y, yerr := strconv.ParseFloat(strings.Trim(b, "*"), 64)
	return a == b || xerr == nil && yerr == nil && math.Abs(x-y) <= .005*max(1, math.Abs(x))
}
