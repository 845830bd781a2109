package evaluate

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 5e-4 {
		t.Errorf("%s: %.4f, want %.4f", what, got, want)
	}
}

// The intervals are those of Wilson's paper as tables have them.
func TestInterval(t *testing.T) {
	for _, tt := range []struct{ yes, n, low, high float64 }{{0, 0, 0, 1}, {0, 10, 0, .2775}, {10, 10, .7225, 1}, {5, 10, .2366, .7634}, {81, 263, .2553, .3662}} {
		low, high := Interval(tt.yes, tt.n)
		near(t, "low", low, tt.low)
		near(t, "high", high, tt.high)
	}
}

// Samples count for as many pairs as they stand for.
func TestEffects(t *testing.T) {
	var labels []Label
	add := func(n int, p float64, one bool, sample string) {
		for range n {
			labels = append(labels, Label{P: p, One: one, Sample: sample, Schema: "Company", Script: "Latin", Source: "a · b"})
		}
	}
	add(9, .995, true, Joined)
	add(1, .995, false, Joined)
	add(2, .6, true, Open)
	add(8, .6, false, Open)
	add(50, .6, true, "") // chosen, not drawn: of it nothing follows
	pairs := [2]int{1000, 100}
	e := Effects(labels, pairs, .5, .99)
	near(t, "left to people from .99 on", e[1].Review, 100)
	near(t, "left to people from .5 on", e[0].Review, 0)
	if e[1].Wrong[0] > .1 || e[1].Wrong[1] < .1 || e[1].Missed[0] > 20./920 || e[1].Missed[1] < 20./920 || e[0].Missed[0] != 0 {
		t.Errorf("%+v", e)
	}
	parts := Parts(labels, pairs)
	if len(parts) != 3 || parts[0].Samples != 20 || parts[0].Joined != (Stratum{1000, 9, 1}) || parts[0].Open != (Stratum{100, 2, 8}) {
		t.Errorf("%+v", parts)
	}
	if Effects(labels[20:], pairs, .5) != nil || len(Parts(labels[20:], pairs)) != 0 {
		t.Error("without random samples something is told")
	}
}

// A resolver that is too sure is found out, and the curve never falls.
func TestFit(t *testing.T) {
	var labels []Label
	for i := range 1000 {
		p := float64(i%100) / 100
		labels = append(labels, Label{P: p, One: float64(i/100)/10 < p*p}) // what is said with p is so in p² of all
	}
	if Fit(labels[:FitFrom-1]) != nil {
		t.Error("a curve of too few labels")
	}
	c := Fit(labels)
	for i := 1; i < len(c); i++ {
		if c[i].Was <= c[i-1].Was || c[i].From <= c[i-1].From {
			t.Fatalf("it does not rise: %+v", c)
		}
	}
	if was := c.At(.9); was < .75 || was > .95 {
		t.Errorf("said .9, was %.2f", was)
	}
	n := 0
	for _, b := range Calibration(labels) {
		if n += b.N; b.Said < b.From || b.Said > b.To || b.In[0] > b.Was || b.In[1] < b.Was {
			t.Errorf("%+v", b)
		}
	}
	if n != len(labels) {
		t.Errorf("%d of %d labels are in a bin", n, len(labels))
	}
}

func TestAgree(t *testing.T) {
	list := func(both, first, second, none int) (out [][2]bool) {
		for n, pair := range map[int][2]bool{0: {true, true}, 1: {true, false}, 2: {false, true}, 3: {false, false}} {
			for range []int{both, first, second, none}[n] {
				out = append(out, pair)
			}
		}
		return out
	}
	a := Agree(list(20, 5, 10, 15)) // Cohen's own example in many books
	if a.Pairs != 50 || a.Same != 35 {
		t.Errorf("%+v", a)
	}
	near(t, "kappa", a.Kappa, .4)
	if a := Agree(list(3, 0, 0, 0)); a.Kappa != 0 || a.Same != 3 {
		t.Errorf("always the same: %+v", a)
	}
}

// The figures that are part of the program are those of the page, which is measured.
func TestPublished(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "resolution.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []Published
	section := ""
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(strings.Trim(s, "* "), 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for line := range strings.Lines(string(page)) {
		if head, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.TrimSpace(head)
		}
		c := strings.Split(strings.TrimSpace(line), " | ")
		name := strings.TrimPrefix(c[0], "| ")
		if len(c) < 7 || name == "set" || strings.HasPrefix(name, "–") {
			continue
		}
		switch section {
		case "Records to clusters":
			want = append(want, Published{name, int(number(c[1])), int(number(c[2])), 0, Rates{number(c[3]), number(c[4]), number(c[5])}})
		case "Labelled pairs":
			want = append(want, Published{name, 0, 0, int(number(c[1])), Rates{number(c[2]), number(c[3]), number(c[4])}})
		}
	}
	if diff := cmp.Diff(want, OnPublicSets()); diff != "" || len(want) < 10 {
		t.Errorf("published.json is not as docs/resolution.md, of which %d sets were read: %s", len(want), diff)
	}
}

// What is kept is read without the values of records; other files are told.
func TestReadKept(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.json": `{"Sets":[{"Name":"mine","Records":7,"Pairwise":{"Precision":1,"Recall":0.5,"F1":0.6},"Errors":[{"Kind":"missed","A":"secret"}]}]}`, "b.json": "[1]", "c.txt": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := ReadKept(dir)
	if err != nil || len(list) != 2 || list[0].Sets[0].Name != "mine" || list[0].Sets[0].Errors != nil || list[1].Why == "" {
		t.Errorf("%v, %v", fmt.Sprintf("%+v", list), err)
	}
	if list, err := ReadKept(filepath.Join(dir, "none")); err != nil || list != nil {
		t.Errorf("no folder: %v, %v", list, err)
	}
}
