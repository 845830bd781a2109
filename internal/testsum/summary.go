package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// An event is one line of `go test -json` (cmd/test2json, go help buildjson).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build events
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string  // of a package that could not be built
}

// A verdict is what became of a test over all runs. The worst counts, and a
// test that ran once was not skipped.
type verdict int

const (
	none verdict = iota
	skipped
	passed
	failed
)

// A result is one test, or a package that failed outside of its tests.
type result struct {
	verdict verdict
	reason  string // of a skip
}

type key struct{ pkg, test string }

// A summary gathers events. A test with subtests is not counted itself: its
// subtests are, and it only where it failed and none of them did.
type summary struct {
	out     io.Writer
	results map[key]*result
	parents map[key]bool
	output  map[key][]string // of tests that have not passed yet
	build   map[string][]string
	failing map[key][]string // output of what failed, first time
}

func newSummary(out io.Writer) *summary {
	return &summary{
		out: out, results: map[key]*result{}, parents: map[key]bool{}, output: map[key][]string{},
		build: map[string][]string{}, failing: map[key][]string{},
	}
}

// step takes an argument: "gofmt=pass", "staticcheck=skip:no network".
func (s *summary) step(arg string) error {
	name, what, _ := strings.Cut(arg, "=")
	what, reason, _ := strings.Cut(what, ":")
	v, ok := map[string]verdict{"pass": passed, "fail": failed, "skip": skipped}[what]
	if !ok || name == "" {
		return fmt.Errorf("step %q: want NAME=pass, NAME=fail or NAME=skip:REASON", arg)
	}
	k := key{"", name}
	s.results[k] = &result{v, reason}
	if v == failed {
		s.failing[k] = []string{"see its output above\n"}
	}
	return nil
}

// line takes one line of input. What is no event is passed on.
func (s *summary) line(line []byte) {
	var e event
	if !bytes.HasPrefix(line, []byte("{")) || json.Unmarshal(line, &e) != nil {
		_, _ = s.out.Write(line)
		return
	}
	switch {
	case e.Action == "build-output":
		s.build[e.ImportPath] = append(s.build[e.ImportPath], e.Output)
	case e.Action == "output":
		k := key{e.Package, e.Test}
		s.output[k] = append(s.output[k], e.Output)
	case e.Test != "" && e.Action == "run":
		if i := strings.LastIndexByte(e.Test, '/'); i > 0 {
			s.parents[key{e.Package, e.Test[:i]}] = true
		}
		delete(s.output, key{e.Package, e.Test})
	case e.Test != "":
		s.test(e)
	case e.Package != "":
		s.pkg(e)
	}
}

var ends = map[string]verdict{"pass": passed, "bench": passed, "fail": failed, "skip": skipped}

func (s *summary) test(e event) {
	v, ok := ends[e.Action]
	if !ok {
		return
	}
	k := key{e.Package, e.Test}
	r := s.results[k]
	if r == nil {
		r = &result{}
		s.results[k] = r
	}
	if v == skipped && r.verdict == none {
		r.reason = reason(s.output[k])
	}
	if v == failed && r.verdict != failed {
		s.failing[k] = s.output[k]
	}
	r.verdict = max(r.verdict, v)
	delete(s.output, k)
}

// place is what testing writes before a message: "    x_test.go:12: ".
var place = regexp.MustCompile(`^\s+[^\s:]+\.go:\d+: `)

// reason finds what a skipped test said.
func reason(output []string) string {
	var said []string
	for _, line := range output {
		switch {
		case place.MatchString(line):
			said = append(said, strings.TrimSpace(place.ReplaceAllString(line, "")))
		case len(said) > 0 && strings.HasPrefix(line, "        "): // the message goes on
			said = append(said, strings.TrimSpace(line))
		}
	}
	return cmp.Or(strings.Join(said, " "), "no reason given")
}

// pkg takes the end of a package: what was still running when it failed has
// failed with it.
func (s *summary) pkg(e event) {
	v, ok := ends[e.Action]
	if !ok {
		return
	}
	if v == failed {
		s.broken(e)
	}
	var n [failed + 1]int
	for k := range s.results {
		if k.pkg == e.Package && s.counts(k) {
			n[s.results[k].verdict]++
		}
	}
	if v != skipped || n != [failed + 1]int{} { // a package without tests is not news
		fmt.Fprintf(s.out, "%-4s %-34s %5d passed %3d failed %3d skipped %8.1fs\n",
			map[verdict]string{passed: "ok", failed: "FAIL", skipped: "ok"}[v], e.Package, n[passed], n[failed], n[skipped], e.Elapsed)
	}
	for k := range s.output {
		if k.pkg == e.Package {
			delete(s.output, k)
		}
	}
}

// broken makes a result of a package that failed without a failing test: it
// did not build, ended early, or ran out of time.
func (s *summary) broken(e event) {
	for k, r := range s.results {
		if k.pkg == e.Package && k.test != "" && r.verdict == failed {
			return
		}
	}
	k := key{e.Package, ""}
	lines := slices.Concat(s.build[e.FailedBuild], s.output[k])
	for _, unfinished := range slices.SortedFunc(maps.Keys(s.output), compareKeys) {
		if unfinished.pkg == e.Package && unfinished.test != "" && s.results[unfinished] == nil {
			lines = append(lines, s.output[unfinished]...)
		}
	}
	s.results[k] = &result{verdict: failed}
	s.failing[k] = lines
}

func compareKeys(a, b key) int {
	return cmp.Or(strings.Compare(a.pkg, b.pkg), strings.Compare(a.test, b.test))
}

// counts says whether a result is counted: leaves are, and parents that failed
// by themselves.
func (s *summary) counts(k key) bool {
	if !s.parents[k] {
		return true
	}
	if s.results[k].verdict != failed {
		return false
	}
	for other, r := range s.results {
		if other.pkg == k.pkg && strings.HasPrefix(other.test, k.test+"/") && r.verdict == failed {
			return false
		}
	}
	return true
}

// maxShown bounds the output shown of one failed test, in lines.
const maxShown = 200

// finish writes the summary; ok says that something was tested and nothing
// failed.
func (s *summary) finish() (ok bool) {
	var n [failed + 1]int
	packages := map[string]bool{}
	reasons := map[string][]string{}
	for _, k := range slices.SortedFunc(maps.Keys(s.results), compareKeys) {
		if !s.counts(k) {
			continue
		}
		r := s.results[k]
		n[r.verdict]++
		if k.pkg != "" {
			packages[k.pkg] = true
		}
		if r.verdict == skipped {
			reasons[r.reason] = append(reasons[r.reason], k.String())
		}
		if r.verdict == failed {
			s.show(k)
		}
	}
	fmt.Fprintln(s.out)
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		names := reasons[why]
		fmt.Fprintf(s.out, "skipped %d, %s: %s\n", len(names), why, shorten(names))
	}
	fmt.Fprintf(s.out, "%d packages with tests\n", len(packages))
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", n[passed], n[failed], n[skipped])
	return n[failed] == 0 && len(packages) > 0
}

func (s *summary) show(k key) {
	fmt.Fprintf(s.out, "\n--- failed: %s\n", k)
	lines := s.failing[k]
	if cut := len(lines) - maxShown; cut > 0 {
		fmt.Fprintf(s.out, "(%d lines left out)\n", cut)
		lines = lines[cut:]
	}
	for _, line := range lines {
		fmt.Fprint(s.out, line)
	}
}

// String names a test as "package.Test", a step by its name, and a package
// that failed by itself by its path.
func (k key) String() string {
	switch {
	case k.pkg == "":
		return k.test
	case k.test == "":
		return k.pkg
	}
	return k.pkg + "." + k.test
}

func shorten(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + ", …"
}
