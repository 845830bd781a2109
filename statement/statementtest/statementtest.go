// Package statementtest is the suite that every driver of statement.Store
// passes: each promise of the contract as a case of its own, programs of
// random operations against a plain model, and the oracle of the scope.
//
// Where the contract leaves room, the suite reads it thus:
//   - Statements are equal when everything but places, count and class is.
//   - Of more than MaxPlaces places the first are kept, in the order of source
//     and locator, whatever the order of Add.
//   - A refused Add adds nothing, and the writer goes on. After Commit, whether
//     it succeeded or not, Abort is harmless and another writer may begin.
//   - Counts of a run are sums over its labels, so that a scope that sees some
//     of them is told of nothing else. Whether an entity is new is asked of the
//     same label alone.
//   - A run without statements stands under the plain label of its dataset: an
//     empty full extract says that everything is gone.
package statementtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// Run tries everything the contract promises. open gives an empty store each
// time it is called; the suite closes it.
func Run(t *testing.T, open func(t *testing.T) statement.Store) {
	t.Helper()
	for _, group := range [][]testCase{writing, keeping, resting, limits, reading, taking, sights} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) {
				s := open(t)
				t.Cleanup(func() { must(t, s.Close()) })
				c.test(t, s)
			})
		}
	}
	t.Run("random programs", func(t *testing.T) { testPrograms(t, open) })
}

type testCase struct {
	name string
	test func(*testing.T, statement.Store)
}

var (
	plain   = policy.Label{Dataset: "d1"}
	marked  = policy.Label{Dataset: "d1", Marks: []string{"m1"}}
	doubly  = policy.Label{Dataset: "d1", Marks: []string{"m2", "m1"}}
	other   = policy.Label{Dataset: "d2"}
	ofCase  = policy.Label{Dataset: "d2", Case: "c1"}
	labels  = []policy.Label{plain, marked, doubly, other, ofCase}
	all     = policytest.Scope(labels...)
	blobOne = overt.BlobID(strings.Repeat("1", 64))
	blobTwo = overt.BlobID(strings.Repeat("2", 64))
)

const undoneAt = "2026-05-06T07:08:09Z"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, what string, err error, want overt.Code) {
	t.Helper()
	if got := overt.CodeOf(err); got != want {
		t.Errorf("%s: %q (%v), want %q", what, got, err, want)
	}
}

func diff(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func spec(token string) statement.RunSpec {
	return statement.RunSpec{
		Dataset: "d1", Format: "csv", Extent: statement.Full, Token: token, Actor: "tester",
		Observed: "2024-01-01", Imported: "2024-02-03T04:05:06Z",
		Sources: []statement.Source{{Name: "one.csv", Blob: blobOne, Size: 11}, {Name: "two.csv", Blob: blobTwo, Size: 22}},
	}
}

func observed(token, day string, extent statement.Extent) statement.RunSpec {
	s := spec(token)
	s.Observed, s.Extent = day, extent
	return s
}

// says makes a statement, cited by the rows of the first source.
func says(schema, prop, value string, rows ...int64) statement.Statement {
	s := statement.Statement{Schema: schema, Prop: prop, Value: value}
	for _, r := range rows {
		s.Places = append(s.Places, statement.Place{Locator: overt.Locator{Row: r, Column: prop}})
	}
	return s
}

func named(name string, rows ...int64) statement.Statement {
	return says("Person", "name", name, rows...)
}

// An add is one call of Writer.Add.
type add struct {
	label policy.Label
	id    ftm.EntityID
	stmts []statement.Statement
}

func begin(t *testing.T, s statement.Store, sp statement.RunSpec) statement.Writer {
	t.Helper()
	w, err := s.Begin(t.Context(), all, sp)
	must(t, err)
	return w
}

func commit(t *testing.T, w statement.Writer) statement.Run {
	t.Helper()
	r, err := w.Commit(t.Context())
	must(t, err)
	return r
}

// write imports one run.
func write(t *testing.T, s statement.Store, sp statement.RunSpec, adds ...add) statement.Run {
	t.Helper()
	w := begin(t, s, sp)
	for _, a := range adds {
		must(t, w.Add(a.label, a.id, a.stmts))
	}
	return commit(t, w)
}

// people imports one run in which each id has its name, under the plain label.
func people(t *testing.T, s statement.Store, sp statement.RunSpec, ids ...ftm.EntityID) statement.Run {
	t.Helper()
	var adds []add
	for i, id := range ids {
		adds = append(adds, add{plain, id, []statement.Statement{named(string(id), int64(i+2))}})
	}
	return write(t, s, sp, adds...)
}

func view(t *testing.T, s statement.Store, scope policy.Scope) statement.View {
	t.Helper()
	return viewWhen(t, s, scope, "")
}

func viewWhen(t *testing.T, s statement.Store, scope policy.Scope, knownAt string) statement.View {
	t.Helper()
	v, err := s.View(t.Context(), scope, statement.When{KnownAt: knownAt})
	must(t, err)
	t.Cleanup(func() { must(t, v.Close()) })
	return v
}

func entity(t *testing.T, v statement.View, id ftm.EntityID) []statement.Statement {
	t.Helper()
	stmts, err := v.Entity(t.Context(), id)
	must(t, err)
	return stmts
}

// ids lists the entities of a view as Entities gives them.
func ids(t *testing.T, v statement.View) []ftm.EntityID {
	t.Helper()
	var list []ftm.EntityID
	for stmts, err := range v.Entities(t.Context()) {
		must(t, err)
		if len(stmts) == 0 {
			t.Fatal("Entities gives an entity without statements")
		}
		list = append(list, stmts[0].Entity)
	}
	return list
}

func values(stmts []statement.Statement) []string {
	var list []string
	for _, s := range stmts {
		list = append(list, s.Prop+"="+s.Value)
	}
	return list
}

func lookup(t *testing.T, v statement.View, key string) []ftm.EntityID {
	t.Helper()
	list, err := v.Lookup(t.Context(), key)
	must(t, err)
	return list
}

func inbound(t *testing.T, v statement.View, id ftm.EntityID) []statement.Ref {
	t.Helper()
	var list []statement.Ref
	for ref, err := range v.Inbound(t.Context(), id) {
		must(t, err)
		list = append(list, ref)
	}
	return list
}

func runs(t *testing.T, s statement.Store, scope policy.Scope) []statement.Run {
	t.Helper()
	list, err := s.Runs(t.Context(), scope)
	must(t, err)
	return list
}

func labelKeys(list []policy.Label) []string {
	var keys []string
	for _, l := range list {
		keys = append(keys, l.Key())
	}
	slices.Sort(keys)
	return keys
}

// ended wants an iteration under an ended context to end with its error.
func ended[T any](t *testing.T, what string, seq func(context.Context) func(func(T, error) bool)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for _, err := range seq(ctx) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("%s under an ended context ends with %v", what, last)
	}
}

func numbered(i int) ftm.EntityID { return ftm.EntityID(fmt.Sprintf("e-%06d", i)) }
