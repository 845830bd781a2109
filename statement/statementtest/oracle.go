package statementtest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// Oracle holds the rule of the scope over random worlds: what a view answers
// under a scope is what it would answer if the store held only what the scope
// shows. Entities, references, keys, runs with their counts, spans and classes
// are compared. open is called twice a world; with -short 500 worlds are
// enough.
func Oracle(t *testing.T, open func(t *testing.T) statement.Store, worlds int) {
	t.Helper()
	if testing.Short() {
		worlds = min(worlds, 500)
	}
	if world, felt := Leak(t, open, worlds); felt != "" {
		t.Errorf("world %d: a hidden thing is felt (-as if absent +with it):\n%s", world, felt)
	}
}

// Leak looks for a world in which a hidden thing is felt, and tells how; felt
// is "" when there is none. It is apart from Oracle so that a test can hold
// that a store made leaky on purpose is caught.
func Leak(t *testing.T, open func(t *testing.T) statement.Store, worlds int) (world int, felt string) {
	t.Helper()
	for seed := range worlds {
		w := newWorld(uint64(seed))
		scope, knownAt := w.g.scope(), pick(w.g.Rand, append([]string{"", "", ""}, worldDays...))
		whole, cut := open(t), open(t)
		w.fill(t, whole, func(policy.Label) bool { return true })
		w.fill(t, cut, scope.Sees)
		got, want := ask(t, whole, scope, knownAt), ask(t, cut, scope, knownAt)
		must(t, whole.Close())
		must(t, cut.Close())
		if !reflect.DeepEqual(got, want) {
			return seed, cmp.Diff(want, got)
		}
		if len(got.Odd) > 0 {
			return seed, strings.Join(got.Odd, "\n")
		}
	}
	return 0, ""
}

func ask(t *testing.T, s statement.Store, scope policy.Scope, knownAt string) told {
	t.Helper()
	v, err := s.View(t.Context(), scope, statement.When{KnownAt: knownAt})
	must(t, err)
	defer func() { must(t, v.Close()) }()
	return tell(t, s, v, scope, true)
}

// A world is a list of runs, some of them taken back before later ones came.
type world struct {
	g    *generator
	runs []worldRun
}

type worldRun struct {
	spec  statement.RunSpec
	adds  []add
	drops []ftm.EntityID
	base  int // index of the run it rests on, -1 for none
	undo  int // index of a run taken back after this one, -1 for none
	says  modelRun
}

// newWorld makes 2–5 datasets, each with a plain label and perhaps marks and a
// case, and 10–50 statements in several runs.
func newWorld(seed uint64) *world {
	g := newGenerator(seed, nil)
	for i := range 2 + g.IntN(4) {
		l := policy.Label{Dataset: fmt.Sprint("d", i)}
		g.labels = append(g.labels, l)
		for n := g.IntN(3); n > 0; n-- {
			l.Marks = append(l.Marks[:len(l.Marks):len(l.Marks)], fmt.Sprint("m", g.IntN(3)))
			if g.IntN(3) == 0 {
				l.Case = "c1"
			}
			g.labels = append(g.labels, l)
		}
	}
	w := &world{g: g}
	for left := 10 + g.IntN(41); left > 0; {
		r := worldRun{spec: g.spec(), undo: -1, base: -1}
		w.rest(&r)
		for range g.IntN(6) {
			a := g.add()
			left -= len(a.stmts)
			r.adds = append(r.adds, a)
		}
		left-- // runs without statements come to an end too
		if len(w.runs) > 0 && g.IntN(5) == 0 {
			r.undo = g.IntN(len(w.runs))
		}
		w.append(r)
		if again := w.runs[g.IntN(len(w.runs))]; g.IntN(4) == 0 && (again.base < 0 || !w.undone(again.base)) {
			again.spec.Token, again.undo = again.spec.Token+" again", -1
			again.spec.Observed = pick(g.Rand, worldDays)
			w.append(again)
		}
	}
	return w
}

// rest lets a run rest on an earlier one of the world, more often than not.
func (w *world) rest(r *worldRun) {
	if len(w.runs) == 0 || w.g.IntN(3) == 0 {
		return
	}
	i := len(w.runs) - 1 - w.g.IntN(min(len(w.runs), 3))
	if w.undone(i) || w.runs[i].says.generation+2 > statement.MaxGenerations {
		return
	}
	r.base = i
	w.g.rest(&r.spec, w.runs[i].spec, 0)
	for range w.g.IntN(3) {
		r.drops = append(r.drops, pick(w.g.Rand, worldIDs))
	}
}

func (w *world) undone(i int) bool {
	return slices.ContainsFunc(w.runs, func(r worldRun) bool { return r.undo == i })
}

func (w *world) append(r worldRun) {
	r.says = modelRun{spec: r.spec}
	if r.base >= 0 {
		r.says.rest(&w.runs[r.base].says)
	}
	r.says.touched = slices.Clone(r.drops)
	for _, a := range r.adds {
		r.says.add(a)
	}
	r.says.takeOver()
	w.runs = append(w.runs, r)
}

// shown says whether anything of a run is left of what shows keeps.
func (r *worldRun) shown(shows func(policy.Label) bool) bool {
	if len(r.says.labels) == 0 {
		return shows(policy.Label{Dataset: r.spec.Dataset})
	}
	return slices.ContainsFunc(r.says.labels, shows)
}

// fill imports what shows keeps. A run of which it keeps nothing never was.
func (w *world) fill(t *testing.T, s statement.Store, shows func(policy.Label) bool) {
	t.Helper()
	may := policytest.Scope(w.g.labels...)
	ids, undone := map[int]overt.RunID{}, map[int]bool{}
	for i, r := range w.runs {
		if r.shown(shows) {
			ids[i] = r.write(t, s, may, shows, ids[r.base]).ID
		}
		if id, ok := ids[r.undo]; ok && !undone[r.undo] {
			must(t, s.Undo(t.Context(), may, id, undoneAt))
			undone[r.undo] = true
		}
	}
}

// write imports what shows keeps of a run. base is 0 when nothing is kept of
// the one it rests on. An entity that is added under a hidden label alone is
// not taken over either.
func (r *worldRun) write(t *testing.T, s statement.Store, may policy.Scope, shows func(policy.Label) bool, base overt.RunID) statement.Run {
	t.Helper()
	sp := r.spec
	if sp.Base = base; base == 0 {
		sp.Moved = nil
	}
	writer, err := s.Begin(t.Context(), may, sp)
	must(t, err)
	for _, a := range r.adds {
		if !shows(a.label) {
			must(t, writer.Drop(a.id))
			continue
		}
		must(t, writer.Add(a.label, a.id, a.stmts))
	}
	for _, id := range r.drops {
		must(t, writer.Drop(id))
	}
	return commit(t, writer)
}
