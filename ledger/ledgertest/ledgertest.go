// Package ledgertest is the suite that every driver of ledger.Store passes.
package ledgertest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overt"
	"overt/ledger"
	"overt/policy"
	"overt/policy/policytest"
)

const at = "2026-02-03T04:05:06Z"

var (
	both  = policytest.Datasets("a", "b")
	onlyA = policytest.Datasets("a")
)

// Run tries everything the contract promises. open gives an empty ledger each
// time it is called.
func Run(t *testing.T, open func(t *testing.T) ledger.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, ledger.Store)
	}{
		{"receive and settle", testReceiveSettle},
		{"receive refuses", testReceiveRefuses},
		{"settle keeps what it is not told", testSettleKeeps},
		{"outcomes that cannot be true", testOutcomes},
		{"settle twice", testSettleTwice},
		{"rows left out", testLeave},
		{"too many rows left out", testLeaveMany},
		{"too many reasons", testManyReasons},
		{"hostile rows", testHostileRows},
		{"one bad row refuses the batch", testLeaveWhole},
		{"reconcile", testReconcile},
		{"undone", testUndone},
		{"scope", testScope},
		{"datasets", testDatasets},
		{"entries", testEntries},
		{"documents are taken", testTake},
		{"files inside documents", testMembers},
		{"documents are read again", testReopen},
		{"what is unpacked is counted with the received file", testSpent},
		{"gaps and sums", testGaps},
		{"at once", testAtOnce},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// RunDurable closes and opens again. open MUST give the ledger of dir.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) (ledger.Store, func() error)) {
	t.Helper()
	dir := t.TempDir()
	s, closeFirst := open(t, dir)
	kept := receive(t, s, "a", "kept")
	waiting := receive(t, s, "a", "waiting")
	must(t, s.Leave(t.Context(), kept, []ledger.Left{{Where: overt.Locator{Row: 3}, Reason: "no name", Fatal: true}}))
	must(t, s.Settle(t.Context(), kept, partial))
	must(t, s.PutDataset(t.Context(), both, ledger.Dataset{Name: "a", Title: "A"}))
	before := snapshot(t, s)
	must(t, closeFirst())

	again, closeAgain := open(t, dir)
	if diff := cmp.Diff(before, snapshot(t, again)); diff != "" {
		t.Errorf("after opening again (-before +after):\n%s", diff)
	}
	if n, err := again.Reconcile(t.Context(), never); n != 1 || err != nil {
		t.Errorf("reconcile = %d, %v; want 1", n, err)
	}
	if e := entry(t, again, waiting); e.Verdict != ledger.Failed {
		t.Errorf("the waiting one is %s", e.Verdict)
	}
	if id := receive(t, again, "a", "next"); id != waiting+1 {
		t.Errorf("the next id is %d, want %d", id, waiting+1)
	}
	must(t, closeAgain())
}

type state struct {
	Entries  []ledger.Entry
	Left     [][]ledger.Left
	Counts   [][]ledger.Count
	Datasets []ledger.Dataset
}

func snapshot(t *testing.T, s ledger.Store) state {
	t.Helper()
	st := state{Entries: entries(t, s, both, "")}
	for _, e := range st.Entries {
		rows, err := s.LeftRows(t.Context(), both, e.ID, ledger.MaxLeft, 0)
		must(t, err)
		counts, err := s.Reasons(t.Context(), both, e.ID)
		must(t, err)
		st.Left, st.Counts = append(st.Left, rows), append(st.Counts, counts)
	}
	var err error
	st.Datasets, err = s.Datasets(t.Context(), both)
	must(t, err)
	return st
}

var partial = ledger.Outcome{Verdict: ledger.Partial, Reason: "one row has no name", Run: 7, Received: 10, Read: 9, LeftOut: 1, Repeats: 2}

func never(string) (overt.RunID, bool) { return 0, false }

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

func receive(t *testing.T, s ledger.Store, dataset, token string) int64 {
	t.Helper()
	id, err := s.Receive(t.Context(), ledger.Entry{Token: token, Dataset: dataset, Source: token + ".csv", At: at})
	must(t, err)
	return id
}

func entry(t *testing.T, s ledger.Store, id int64) ledger.Entry {
	t.Helper()
	e, err := s.Entry(t.Context(), both, id)
	must(t, err)
	return e
}

func entries(t *testing.T, s ledger.Store, scope policy.Scope, dataset string) []ledger.Entry {
	t.Helper()
	var all []ledger.Entry
	for e, err := range s.Entries(t.Context(), scope, dataset) {
		must(t, err)
		all = append(all, e)
	}
	return all
}

func diff(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func testReceiveSettle(t *testing.T, s ledger.Store) {
	in := ledger.Entry{
		Token: "t1", Dataset: "a", Source: "../odd \"name\".csv", At: at,
		Outcome: ledger.Outcome{
			Verdict: ledger.Read, Blob: "ab", Size: 1 << 40, Format: "csv", Mapping: "cd",
			Warnings: []ledger.Warning{{Code: "round", Message: "a round number of rows", Where: "x.csv"}},
		},
	}
	id, err := s.Receive(t.Context(), in)
	must(t, err)
	want := in
	want.ID, want.Verdict = id, ledger.Waiting
	diff(t, "received", entry(t, s, id), want)

	o := ledger.Outcome{
		Verdict: ledger.Read, Run: 3, Received: 10, Read: 10, Repeats: 4, Blob: "ab", Size: 1 << 40, Format: "csv", Mapping: "cd",
		Warnings: []ledger.Warning{{Code: "sorted", Message: "amounts are sorted", Where: "x.csv"}},
	}
	must(t, s.Settle(t.Context(), id, o))
	want.Outcome = o
	diff(t, "settled", entry(t, s, id), want)
	if next := receive(t, s, "a", "t2"); next != id+1 {
		t.Errorf("ids %d, %d: not in order", id, next)
	}
}

func testReceiveRefuses(t *testing.T, s ledger.Store) {
	good := ledger.Entry{Token: "t", Dataset: "a", Source: "x", At: at}
	for name, change := range map[string]func(*ledger.Entry){
		"no token":          func(e *ledger.Entry) { e.Token = "" },
		"no dataset":        func(e *ledger.Entry) { e.Dataset = "" },
		"a dataset of two":  func(e *ledger.Entry) { e.Dataset = "a,b" },
		"a hidden boundary": func(e *ledger.Entry) { e.Dataset = "a\x1fb" },
		"no time":           func(e *ledger.Entry) { e.At = "yesterday" },
		"negative size":     func(e *ledger.Entry) { e.Size = -1 },
	} {
		e := good
		change(&e)
		_, err := s.Receive(t.Context(), e)
		wantCode(t, name, err, overt.Invalid)
	}
	if got := entries(t, s, both, ""); len(got) != 0 {
		t.Errorf("refused entries are kept: %v", got)
	}
}

func testSettleKeeps(t *testing.T, s ledger.Store) {
	id, err := s.Receive(t.Context(), ledger.Entry{
		Token: "t", Dataset: "a", Source: "x", At: at,
		Outcome: ledger.Outcome{Blob: "ab", Size: 5, Format: "csv", Mapping: "cd"},
	})
	must(t, err)
	must(t, s.Settle(t.Context(), id, ledger.Outcome{Verdict: ledger.Read, Run: 1, Format: "tsv"}))
	got := entry(t, s, id)
	if got.Blob != "ab" || got.Size != 5 || got.Format != "tsv" || got.Mapping != "cd" {
		t.Errorf("blob %q size %d format %q mapping %q", got.Blob, got.Size, got.Format, got.Mapping)
	}
}

func testOutcomes(t *testing.T, s ledger.Store) {
	for name, o := range map[string]ledger.Outcome{
		"does not add up":       {Verdict: ledger.Partial, Received: 10, Read: 8, LeftOut: 1},
		"below zero":            {Verdict: ledger.Read, Received: -1, Read: -1},
		"overflow":              {Verdict: ledger.Partial, Received: -2, Read: 1<<63 - 1, LeftOut: 1<<63 - 1},
		"more repeats":          {Verdict: ledger.Read, Received: 1, Read: 1, Repeats: 2},
		"read, but not all":     {Verdict: ledger.Read, Received: 2, Read: 1, LeftOut: 1},
		"left out, no reason":   {Verdict: ledger.Partial, Received: 2, Read: 1, LeftOut: 1},
		"waiting":               {Verdict: ledger.Waiting},
		"no verdict":            {},
		"unknown verdict":       {Verdict: "done"},
		"failed without reason": {Verdict: ledger.Failed},
		"failed, rows read":     {Verdict: ledger.Failed, Reason: "x", Received: 1, Read: 1},
		"refused, with a run":   {Verdict: ledger.Refused, Reason: "x", Run: 1},
	} {
		id := receive(t, s, "a", "t")
		wantCode(t, name, s.Settle(t.Context(), id, o), overt.Invalid)
		wantCode(t, name+", prepared", s.Prepare(t.Context(), id, o), overt.Invalid)
		if got := entry(t, s, id).Verdict; got != ledger.Waiting {
			t.Errorf("%s: the verdict became %s", name, got)
		}
	}
	for name, o := range map[string]ledger.Outcome{
		"empty":   {Verdict: ledger.Read, Run: 1},
		"failed":  {Verdict: ledger.Failed, Reason: "not a table", Retry: "say which format", Received: 3, LeftOut: 3},
		"refused": {Verdict: ledger.Refused, Reason: "face templates"},
	} {
		if err := s.Settle(t.Context(), receive(t, s, "a", "t"), o); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testSettleTwice(t *testing.T, s ledger.Store) {
	id := receive(t, s, "a", "t")
	done := ledger.Outcome{Verdict: ledger.Read, Run: 1, Received: 1, Read: 1}
	must(t, s.Settle(t.Context(), id, done))
	wantCode(t, "settle", s.Settle(t.Context(), id, done), overt.Conflict)
	wantCode(t, "prepare", s.Prepare(t.Context(), id, done), overt.Conflict)
	wantCode(t, "leave", s.Leave(t.Context(), id, []ledger.Left{{Reason: "late"}}), overt.Conflict)
	for _, unknown := range []int64{0, -1, id + 1} {
		wantCode(t, "settle", s.Settle(t.Context(), unknown, done), overt.NotFound)
		wantCode(t, "prepare", s.Prepare(t.Context(), unknown, done), overt.NotFound)
		wantCode(t, "leave", s.Leave(t.Context(), unknown, []ledger.Left{{Reason: "x"}}), overt.NotFound)
	}
}

func testReconcile(t *testing.T, s ledger.Store) {
	dead := receive(t, s, "a", "dead")
	must(t, s.Leave(t.Context(), dead, []ledger.Left{{Reason: "no name", Fatal: true}}))
	must(t, s.Prepare(t.Context(), dead, ledger.Outcome{Verdict: ledger.Partial, Received: 5, Read: 4, LeftOut: 1}))
	whole, part := receive(t, s, "a", "alive"), receive(t, s, "b", "alive")
	must(t, s.Leave(t.Context(), part, []ledger.Left{{Reason: "no name", Fatal: true}, {Reason: "not a date"}}))
	prepared := receive(t, s, "a", "alive")
	must(t, s.Leave(t.Context(), prepared, []ledger.Left{{Reason: "no name", Fatal: true}}))
	ready := ledger.Outcome{Verdict: ledger.Partial, Received: 5, Read: 4, LeftOut: 1, Blob: "ab", Size: 9}
	must(t, s.Prepare(t.Context(), prepared, ready))
	if e := entry(t, s, prepared); e.Verdict != ledger.Waiting || e.Received != 5 {
		t.Errorf("prepared: %s, %d received", e.Verdict, e.Received)
	}
	done := receive(t, s, "a", "alive")
	must(t, s.Settle(t.Context(), done, ledger.Outcome{Verdict: ledger.Read, Run: 2, Received: 3, Read: 3}))

	committed := func(token string) (overt.RunID, bool) { return 9, token == "alive" }
	if n, err := s.Reconcile(t.Context(), committed); n != 4 || err != nil {
		t.Errorf("reconcile = %d, %v; want 4", n, err)
	}
	if n, err := s.Reconcile(t.Context(), committed); n != 0 || err != nil {
		t.Errorf("reconcile again = %d, %v; want 0", n, err)
	}
	ready.Run = 9
	diff(t, "prepared", entry(t, s, prepared).Outcome, ready)
	diff(t, "settled before", entry(t, s, done).Outcome, ledger.Outcome{Verdict: ledger.Read, Run: 2, Received: 3, Read: 3})
	diff(t, "dead", entry(t, s, dead).Outcome, ledger.Outcome{
		Verdict: ledger.Failed, Reason: "interrupted before it was kept", Retry: "import the file again",
	})
	e := entry(t, s, whole)
	if e.Verdict != ledger.Read || e.Run != 9 || len(e.Warnings) != 1 || e.Warnings[0].Code != ledger.CountsLost {
		t.Errorf("whole: %+v", e.Outcome)
	}
	e = entry(t, s, part)
	if e.Verdict != ledger.Partial || e.Run != 9 || e.LeftOut != 1 || e.Received != e.Read+e.LeftOut {
		t.Errorf("part: %+v", e.Outcome)
	}
}

func testUndone(t *testing.T, s ledger.Store) {
	one, two, none := receive(t, s, "a", "1"), receive(t, s, "a", "2"), receive(t, s, "a", "3")
	must(t, s.Settle(t.Context(), one, ledger.Outcome{Verdict: ledger.Read, Run: 1}))
	must(t, s.Settle(t.Context(), two, ledger.Outcome{Verdict: ledger.Read, Run: 2}))
	must(t, s.Settle(t.Context(), none, ledger.Outcome{Verdict: ledger.Failed, Reason: "empty"}))
	must(t, s.Undone(t.Context(), 1, at))
	must(t, s.Undone(t.Context(), 1, "2026-12-31T00:00:00Z"))
	must(t, s.Undone(t.Context(), 0, at))
	must(t, s.Undone(t.Context(), 77, at))
	wantCode(t, "no time", s.Undone(t.Context(), 1, "now"), overt.Invalid)
	for id, want := range map[int64]string{one: at, two: "", none: ""} {
		if got := entry(t, s, id).Undone; got != want {
			t.Errorf("entry %d undone = %q, want %q", id, got, want)
		}
	}
}
