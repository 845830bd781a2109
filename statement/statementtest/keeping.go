package statementtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

var keeping = []testCase{
	{"what the run keeps", testRunKeeps},
	{"what is new", testNew},
	{"epoch", testEpoch},
	{"an empty run", testEmptyRun},
	{"a big run", testBigRun},
}

func testRunKeeps(t *testing.T, s statement.Store) {
	sp := spec("t1")
	sp.Series, sp.Mapping, sp.Extent = "awards", "ab", statement.Window
	warning := statement.Warning{Code: "round", Message: "10,000 rows exactly", Where: "one.csv", Keys: map[string]string{"agency": "ICE"}}
	measure := statement.Measure{Authority: "ice", Rows: 10, Negative: 1, Sorted: true, Latest: 2, Awards: 9}
	w := begin(t, s, sp)
	must(t, w.Add(plain, "a", []statement.Statement{named("A", 1)}))
	w.Warn(warning)
	w.Measure(measure)
	columns := []statement.Column{{Rows: "/data/*", Name: "id", Seen: 10, Filled: 9, Code: 9, Length: 40, Sample: []uint32{1, 7}}}
	w.Columns(columns)
	r := commit(t, w)
	want := statement.Run{
		ID: r.ID, RunSpec: sp, Labels: []policy.Label{plain}, Entities: 1, Statements: 1, Sightings: 1, New: 1,
		Warnings: []statement.Warning{warning}, Measures: []statement.Measure{measure}, Columns: columns,
	}
	diff(t, "commit", r, want)
	diff(t, "runs", runs(t, s, all), []statement.Run{want})
	diff(t, "sight", view(t, s, all).Sight().Run(r.ID), &want)
	if next := people(t, s, spec("t2"), "b"); next.ID <= r.ID {
		t.Errorf("run %d after run %d", next.ID, r.ID)
	}
}

func testNew(t *testing.T, s statement.Store) {
	again := func(token, series string, second string, ids ...ftm.EntityID) int64 {
		t.Helper()
		sp := spec(token)
		sp.Series = series
		var adds []add
		for i, id := range ids {
			// Other rows, and more of them, are no news.
			adds = append(adds, add{plain, id, []statement.Statement{named(second, int64(i+len(token))), named("A", 3), named(second, 99)}})
		}
		return write(t, s, sp, adds...).New
	}
	for _, c := range []struct {
		name, token, series, value string
		ids                        []ftm.EntityID
		want                       int64
	}{
		{"first", "t1", "x", "B", []ftm.EntityID{"a", "b"}, 2},
		{"the same", "t22", "x", "B", []ftm.EntityID{"b", "a"}, 0},
		{"one more", "t333", "x", "B", []ftm.EntityID{"a", "b", "c"}, 1},
		{"fewer", "t4", "x", "B", []ftm.EntityID{"c"}, 0},
		{"another value", "t5", "x", "C", []ftm.EntityID{"a"}, 1},
		{"another series", "t6", "y", "B", []ftm.EntityID{"a"}, 1},
	} {
		if got := again(c.token, c.series, c.value, c.ids...); got != c.want {
			t.Errorf("%s: %d new, want %d", c.name, got, c.want)
		}
	}
	for _, r := range runs(t, s, all) {
		must(t, s.Undo(t.Context(), all, r.ID, undoneAt))
	}
	if got := again("t7", "x", "B", "a"); got != 1 {
		t.Errorf("after all was taken back: %d new, want 1", got)
	}
}

func testEpoch(t *testing.T, s statement.Store) {
	e := s.Epoch()
	rises := func(what string, want bool) {
		t.Helper()
		now := s.Epoch()
		if (now > e) != want || now < e {
			t.Errorf("%s: epoch %d after %d", what, now, e)
		}
		e = now
	}
	r := people(t, s, spec("t1"), "a")
	rises("commit", true)
	people(t, s, spec("t2"), "a")
	rises("the same again", true)
	must(t, begin(t, s, spec("t3")).Abort())
	rises("abort", false)
	must(t, s.Undo(t.Context(), all, r.ID, undoneAt))
	rises("undo", true)
	_ = s.Undo(t.Context(), all, r.ID, undoneAt)
	rises("a refused undo", false)
}

func testEmptyRun(t *testing.T, s statement.Store) {
	people(t, s, observed("t1", "2024-01-01", statement.Full), "a")
	r := commit(t, begin(t, s, observed("t2", "2024-03-01", statement.Full)))
	diff(t, "labels", labelKeys(r.Labels), []string{plain.Key()})
	if n := len(runs(t, s, policytest.Scope(plain))); n != 2 {
		t.Errorf("%d runs, want 2", n)
	}
	v := view(t, s, all)
	class := entity(t, v, "a")[0].Class
	want := statement.Span{First: statement.DayOf("2024-01-01"), Last: statement.DayOf("2024-01-01"), Gone: statement.DayOf("2024-03-01")}
	if got := v.Sight().Span("a", []statement.Class{class}); got != want {
		t.Errorf("span = %v, want %v: an empty full extract says that all is gone", got, want)
	}
}

func testBigRun(t *testing.T, s statement.Store) {
	n := 50_000
	if testing.Short() {
		n = 5_000
	}
	r := rand.New(rand.NewPCG(3, 4))
	w := begin(t, s, spec("t1"))
	for round := range 2 {
		for _, i := range r.Perm(n) {
			stmts := []statement.Statement{named(fmt.Sprintf("Person %d", i%1_000), int64(i))}
			if round == 1 {
				stmts = append(stmts, says("Ownership", "owner", string(numbered((i+1)%n)), int64(i)))
			}
			must(t, w.Add(plain, numbered(i), stmts))
		}
	}
	run := commit(t, w)
	if run.Entities != int64(n) || run.Statements != int64(2*n) || run.Sightings != int64(3*n) || run.New != int64(n) {
		t.Errorf("%d entities, %d statements, %d sightings, %d new", run.Entities, run.Statements, run.Sightings, run.New)
	}
	v, i := view(t, s, all), 0
	for stmts, err := range v.Entities(t.Context()) {
		must(t, err)
		want := []string{fmt.Sprintf("name=Person %d", i%1_000), "owner=" + string(numbered((i+1)%n))}
		if stmts[0].Entity != numbered(i) || !slices.Equal(values(stmts), want) {
			t.Fatalf("entity %d is %v, want %v", i, stmts, want)
		}
		i++
	}
	if i != n {
		t.Errorf("%d entities, want %d", i, n)
	}
	if got := lookup(t, v, statement.NameKey("person 7")); len(got) != n/1_000 || got[0] != numbered(7) || !slices.IsSorted(got) {
		t.Errorf("%d entities have a shared name, want %d", len(got), n/1_000)
	}
	for range 100 {
		i := r.IntN(n)
		refs := inbound(t, v, numbered(i))
		if len(refs) != 1 || refs[0].Source != numbered((i-1+n)%n) {
			t.Errorf("entity %d is named by %v", i, refs)
		}
	}
}
