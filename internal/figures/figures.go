// Package figures holds tests to docs/accuracy.md: how well documents are read,
// measured against what people or other programs read in the same files.
package figures

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// A Figure is how much of what is there was found, and how much of what was found
// is there.
type Figure struct {
	What    string // is read: "words of PDF documents"; the name of the figure
	Against string // what it is compared with
	Of      int    // how many there are
	Found   int
	Right   int // of those found
}

// Recall is the part of what is there that was found, in [0,1].
func (f Figure) Recall() float64 { return float64(f.Right) / float64(max(f.Of, 1)) }

// Precision is the part of what was found that is there, in [0,1].
func (f Figure) Precision() float64 { return float64(f.Right) / float64(max(f.Found, 1)) }

// Add counts the words of a text that was found and of the one that is there.
func (f *Figure) Add(there, found string) {
	right, of, n := Common(Words(there), Words(found))
	f.Right, f.Of, f.Found = f.Right+right, f.Of+of, f.Found+n
}

// Words are the runs of letters and digits of a text, in small letters, counted.
func Words(s string) map[string]int {
	out := map[string]int{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		out[w]++
	}
	return out
}

// Common counts the words that two texts have in common, and those of each.
func Common(a, b map[string]int) (both, inA, inB int) {
	for w, n := range a {
		inA += n
		both += min(n, b[w])
	}
	for _, n := range b {
		inB += n
	}
	return both, inA, inB
}

// slack is how much worse than it is written a figure may be: other versions of
// the programs that it is compared with read a little otherwise.
const slack = 0.005

// Hold fails the test when a figure is worse than docs/accuracy.md says; with
// update it writes it there.
func Hold(t testing.TB, f Figure, update bool) {
	t.Helper()
	t.Logf("%s: recall %.4f, precision %.4f of %d", f.What, f.Recall(), f.Precision(), f.Of)
	path, lines := page(t)
	begin := "| " + f.What + " |"
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, begin) })
	if update {
		line := fmt.Sprintf("%s %s | %d | %.3f | %.3f |", begin, f.Against, f.Of, f.Recall(), f.Precision())
		if at < 0 {
			at = slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "|---") }) + 1
			for at < len(lines) && strings.HasPrefix(lines[at], "|") && lines[at] < line {
				at++
			}
			lines = slices.Insert(lines, at, line)
		}
		lines[at] = line
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if at < 0 {
		t.Errorf("docs/accuracy.md does not say how well %s are read; run with -update", f.What)
		return
	}
	cells := strings.Split(lines[at], "|")
	if len(cells) != 7 {
		t.Fatalf("docs/accuracy.md: %q", lines[at])
	}
	for i, got := range []float64{f.Recall(), f.Precision()} {
		want, err := strconv.ParseFloat(strings.TrimSpace(cells[4+i]), 64)
		if err != nil {
			t.Fatalf("docs/accuracy.md: %q: %v", lines[at], err)
		}
		if got < want-slack {
			t.Errorf("%s: %s is %.4f, and docs/accuracy.md says %.3f", f.What, []string{"recall", "precision"}[i], got, want)
		}
	}
}

// page gives the lines of docs/accuracy.md of the repository that the test is in.
func page(t testing.TB) (path string, lines []string) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("the tests do not run inside the repository")
		}
		dir = above
	}
	path = filepath.Join(dir, "docs", "accuracy.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, strings.Split(string(text), "\n")
}
