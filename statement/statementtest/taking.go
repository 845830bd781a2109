package statementtest

import (
	"testing"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

var taking = []testCase{
	{"undo", testUndo},
	{"undo keeps what another run says", testUndoKeeps},
	{"undo refuses", testUndoRefuses},
	{"note", testNote},
	{"note refuses", testNoteRefuses},
	{"undo while a run is written", testUndoBesideWriter},
	{"labels", testLabels},
}

var sights = []testCase{
	{"known at", testKnownAt},
	{"span", testSpan},
	{"end", testEnd},
}

func testUndo(t *testing.T, s statement.Store) {
	r := write(t, s, spec("t1"), add{plain, "a", []statement.Statement{named("A", 1), says("Ownership", "owner", "b", 1)}})
	must(t, s.Undo(t.Context(), all, r.ID, undoneAt))
	v := view(t, s, all)
	n := len(ids(t, v)) + len(entity(t, v, "a")) + len(inbound(t, v, "b")) + len(lookup(t, v, statement.NameKey("A")))
	if n+len(prefixes(t, v, "", 10)) != 0 {
		t.Error("something of the run is still seen")
	}
	r.Undone = undoneAt
	diff(t, "runs", runs(t, s, all), []statement.Run{r})
	if v.Sight().Run(r.ID) != nil {
		t.Error("a sight tells of the run")
	}
}

func testUndoKeeps(t *testing.T, s statement.Store) {
	first := people(t, s, spec("t1"), "a", "b")
	second := people(t, s, spec("t2"), "a", "c")
	must(t, s.Undo(t.Context(), all, first.ID, undoneAt))
	v := view(t, s, all)
	diff(t, "entities", ids(t, v), []ftm.EntityID{"a", "c"})
	got := entity(t, v, "a")
	if len(got) != 1 {
		t.Fatalf("%d statements, want that of the second run", len(got))
	}
	if c := v.Cite(got[0].Class, got[0].Places[0], "a"); c.Run != second.ID {
		t.Errorf("cites run %d, want %d", c.Run, second.ID)
	}
	if again := people(t, s, spec("t3"), "b"); again.New != 1 {
		t.Errorf("%d new, want 1: what was taken back is new again", again.New)
	}
	diff(t, "entities", ids(t, view(t, s, all)), []ftm.EntityID{"a", "b", "c"})
}

func withdrawn(on string) statement.Notice {
	return statement.Notice{Kind: statement.Withdrawn, On: on, Reason: "the agency took it down", At: undoneAt, Actor: "ann"}
}

func testNote(t *testing.T, s statement.Store) {
	first := people(t, s, spec("t1"), "a")
	second := people(t, s, spec("t2"), "a")
	before := view(t, s, all)
	epoch := s.Epoch()
	must(t, s.Note(t.Context(), all, first.ID, withdrawn("2024-05-01")))
	if s.Epoch() != epoch {
		t.Error("a notice makes what is derived stale")
	}
	doubts := func(v statement.View) (out [2]string) {
		t.Helper()
		for _, st := range entity(t, v, "a") {
			c := v.Cite(st.Class, st.Places[0], st.Quoted())
			out[c.Run-first.ID] = c.Doubt
		}
		return out
	}
	text := "withdrawn by its publisher on 2024-05-01: the agency took it down"
	diff(t, "doubts after", doubts(view(t, s, all)), [2]string{text, ""})
	diff(t, "doubts of the view opened before", doubts(before), [2]string{"", ""})
	correction := statement.Notice{Kind: statement.Corrected, On: "2024-06-01", Reason: "wrong sums", By: second.ID, At: undoneAt, Actor: "ann"}
	must(t, s.Note(t.Context(), all, first.ID, correction))
	got := runs(t, s, all)
	diff(t, "notices", got[0].Notices, []statement.Notice{withdrawn("2024-05-01"), correction})
	diff(t, "warnings of the other run", len(got[1].Doubts()), 0)
	if d := got[0].Doubts(); len(d) != 1 || d[0].Code != statement.Corrected {
		t.Errorf("doubts of the run = %v", d)
	}
	for _, c := range []struct{ at, want string }{{"2024-04-30", ""}, {"2024-05-31", text}, {"", got[0].Doubt()}} {
		v, err := s.View(t.Context(), all, statement.When{KnownAt: c.at})
		must(t, err)
		if r := v.Sight().Run(first.ID); r != nil && r.Doubt() != c.want {
			t.Errorf("known at %q: %q, want %q", c.at, r.Doubt(), c.want)
		}
		must(t, v.Close())
	}
	must(t, s.Note(t.Context(), all, first.ID, statement.Notice{Kind: statement.Reissued, On: "2024-07-01", Reason: "it is back", At: undoneAt}))
	diff(t, "doubts after it came back", doubts(view(t, s, all)), [2]string{"", ""})
}

func testNoteRefuses(t *testing.T, s statement.Store) {
	r := write(t, s, spec("t1"), add{plain, "a", []statement.Statement{named("A", 1)}}, add{marked, "a", []statement.Statement{named("B", 1)}})
	taken := people(t, s, spec("t2"), "a")
	must(t, s.Undo(t.Context(), all, taken.ID, undoneAt))
	with := func(change func(*statement.Notice)) statement.Notice {
		n := withdrawn("2024-05-01")
		change(&n)
		return n
	}
	good := withdrawn("2024-05-01")
	for _, c := range []struct {
		name  string
		scope policy.Scope
		id    overt.RunID
		n     statement.Notice
		want  overt.Code
	}{
		{"unknown", all, taken.ID + 1, good, overt.NotFound},
		{"out of scope", policytest.Scope(other), r.ID, good, overt.NotFound},
		{"read only", policytest.ReadOnly(plain, marked), r.ID, good, overt.Denied},
		{"one label of two", policytest.Scope(plain), r.ID, good, overt.Denied},
		{"undone", all, taken.ID, good, overt.Conflict},
		{"no kind", all, r.ID, with(func(n *statement.Notice) { n.Kind = "odd" }), overt.Invalid},
		{"no reason", all, r.ID, with(func(n *statement.Notice) { n.Reason = " " }), overt.Invalid},
		{"no day", all, r.ID, with(func(n *statement.Notice) { n.On = "2024" }), overt.Invalid},
		{"no time", all, r.ID, with(func(n *statement.Notice) { n.At = "now" }), overt.Invalid},
		{"corrected by none", all, r.ID, with(func(n *statement.Notice) { n.Kind = statement.Corrected }), overt.Invalid},
		{"corrected by itself", all, r.ID, with(func(n *statement.Notice) { n.Kind, n.By = statement.Corrected, r.ID }), overt.Invalid},
		{"corrected by an unknown run", all, r.ID, with(func(n *statement.Notice) { n.Kind, n.By = statement.Corrected, taken.ID+1 }), overt.NotFound},
		{"withdrawn by a run", all, r.ID, with(func(n *statement.Notice) { n.By = taken.ID }), overt.Invalid},
	} {
		wantCode(t, c.name, s.Note(t.Context(), c.scope, c.id, c.n), c.want)
	}
	if got := runs(t, s, all); len(got[0].Notices) != 0 {
		t.Errorf("a refused notice was kept: %v", got[0].Notices)
	}
}

func testUndoRefuses(t *testing.T, s statement.Store) {
	r := write(t, s, spec("t1"), add{plain, "a", []statement.Statement{named("A", 1)}}, add{marked, "a", []statement.Statement{named("B", 1)}})
	for _, c := range []struct {
		name  string
		scope policy.Scope
		id    overt.RunID
		want  overt.Code
	}{
		{"unknown", all, r.ID + 1, overt.NotFound},
		{"no run", all, 0, overt.NotFound},
		{"out of scope", policytest.Scope(other), r.ID, overt.NotFound},
		{"read only", policytest.ReadOnly(plain, marked), r.ID, overt.Denied},
		{"one label of two", policytest.Scope(plain), r.ID, overt.Denied},
		{"all labels", policytest.Scope(plain, marked), r.ID, ""},
		{"twice", all, r.ID, overt.Conflict},
	} {
		wantCode(t, c.name, s.Undo(t.Context(), c.scope, c.id, undoneAt), c.want)
		if n := len(ids(t, view(t, s, all))); (n == 0) != (c.want == "" || c.want == overt.Conflict) {
			t.Errorf("%s: %d entities are seen", c.name, n)
		}
	}
	if got := runs(t, s, all); len(got) != 1 || got[0].Undone != undoneAt {
		t.Errorf("runs = %v", got)
	}
}

func testUndoBesideWriter(t *testing.T, s statement.Store) {
	first := people(t, s, spec("t1"), "a")
	w := begin(t, s, spec("t2"))
	must(t, w.Add(plain, "b", []statement.Statement{named("B", 1)}))
	must(t, s.Undo(t.Context(), all, first.ID, undoneAt))
	second := commit(t, w)
	if second.ID <= first.ID {
		t.Errorf("run %d after run %d", second.ID, first.ID)
	}
	diff(t, "entities", ids(t, view(t, s, all)), []ftm.EntityID{"b"})
}

func testLabels(t *testing.T, s statement.Store) {
	list := func() []string {
		t.Helper()
		l, err := s.Labels(t.Context())
		must(t, err)
		var keys []string
		for _, l := range l {
			keys = append(keys, l.Key())
		}
		return keys
	}
	a := []statement.Statement{named("A", 1)}
	first := write(t, s, spec("t1"), add{ofCase, "a", a}, add{doubly, "a", a}, add{plain, "a", a})
	write(t, s, spec("t2"), add{plain, "a", a}, add{marked, "a", a})
	diff(t, "sorted, each once", list(), labelKeys([]policy.Label{plain, marked, doubly, ofCase}))
	must(t, s.Undo(t.Context(), all, first.ID, undoneAt))
	diff(t, "without the run taken back", list(), labelKeys([]policy.Label{plain, marked}))
}

func testKnownAt(t *testing.T, s statement.Store) {
	people(t, s, observed("t1", "2024-01-31", statement.Full), "a")
	people(t, s, observed("t2", "2024-06-30T12:00:00Z", statement.Full), "b")
	people(t, s, observed("t3", "2023-05-05", statement.Full), "c") // imported last, observed first
	for knownAt, want := range map[string][]ftm.EntityID{
		"":           {"a", "b", "c"},
		"2025-01-01": {"a", "b", "c"},
		"2024-06-30": {"a", "b", "c"},
		"2024-06-29": {"a", "c"},
		"2024-01":    {"a", "c"}, // the whole month
		"2023":       {"c"},
		"2023-05-04": nil,
	} {
		v := viewWhen(t, s, all, knownAt)
		diff(t, "known at "+knownAt, ids(t, v), want)
		if n := len(lookup(t, v, statement.NameKey("b"))); (n == 1) != (len(want) == 3) {
			t.Errorf("known at %s: lookup gives %d", knownAt, n)
		}
	}
}

func testSpan(t *testing.T, s statement.Store) {
	full, window := statement.Full, statement.Window
	people(t, s, observed("t1", "2024-01-01", full), "stays", "gone", "back", "both")
	people(t, s, observed("t2", "2024-02-01", full), "stays", "gone", "both")
	people(t, s, observed("t3", "2024-03-01", full), "stays", "back")
	people(t, s, observed("t4", "2024-02-15", window), "slice", "both")
	elsewhere := observed("t5", "2024-04-01", full)
	elsewhere.Series = "other series" // its extracts say nothing of ours
	people(t, s, elsewhere, "new")
	wrong := people(t, s, observed("t6", "2024-05-01", full), "new")
	must(t, s.Undo(t.Context(), all, wrong.ID, undoneAt)) // nor do those taken back
	v := view(t, s, all)
	for id, want := range map[ftm.EntityID][3]string{
		"stays": {"2024-01-01", "2024-03-01", ""},
		"gone":  {"2024-01-01", "2024-02-01", "2024-03-01"},
		"back":  {"2024-01-01", "2024-03-01", ""},
		"slice": {"", "2024-02-15", ""},
		"both":  {"", "2024-02-15", ""},
		"new":   {"2024-04-01", "2024-04-01", ""},
	} {
		var classes []statement.Class
		for _, st := range entity(t, v, id) {
			classes = append(classes, st.Class)
		}
		got := v.Sight().Span(id, classes)
		diff(t, string(id), [3]string{got.First.String(), got.Last.String(), got.Gone.String()}, want)
	}
}

// testEnd: what a run ends is gone from its day on, for readers who see that
// run; what it or a later one says anew is there.
func testEnd(t *testing.T, s statement.Store) {
	delta := statement.Delta
	people(t, s, observed("t1", "2024-01-01", statement.Full), "stays", "gone", "anew", "back")
	changes := begin(t, s, observed("t2", "2024-02-01T08:00:00Z", delta))
	for _, id := range []ftm.EntityID{"gone", "back", "never there"} {
		must(t, changes.End(plain, id))
	}
	must(t, changes.End(plain, "anew"))
	must(t, changes.End(plain, "anew")) // twice is once
	must(t, changes.Add(plain, "anew", []statement.Statement{named("another")}))
	wantCode(t, "end without an id", changes.End(plain, ""), overt.Invalid)
	second := commit(t, changes)
	people(t, s, observed("t3", "2024-02-01T09:00:00Z", delta), "back") // of the same day, later
	elsewhere := begin(t, s, observed("t4", "2024-03-01", delta))
	must(t, elsewhere.End(marked, "stays")) // another label says nothing of ours
	commit(t, elsewhere)
	series := observed("t5", "2024-03-01", delta)
	series.Series = "other series"
	other := begin(t, s, series)
	must(t, other.End(plain, "stays"))
	commit(t, other)

	check := func(what string, v statement.View, want map[string]string) {
		t.Helper()
		got := map[string]string{}
		for stmts, err := range v.Entities(t.Context()) {
			must(t, err)
			by := map[string][]statement.Class{}
			for _, st := range stmts {
				by[st.Value] = append(by[st.Value], st.Class)
			}
			for value, classes := range by {
				got[value] = v.Sight().Span(stmts[0].Entity, classes).Gone.String()
			}
		}
		diff(t, what, got, want)
	}
	check("all", view(t, s, all), map[string]string{"stays": "", "gone": "2024-02-01", "anew": "2024-02-01", "another": "", "back": ""})
	check("before", viewWhen(t, s, all, "2024-01-31"), map[string]string{"stays": "", "gone": "", "anew": "", "back": ""})
	must(t, s.Undo(t.Context(), all, second.ID, undoneAt))
	check("undone", view(t, s, all), map[string]string{"stays": "", "gone": "", "anew": "", "back": ""})
}
