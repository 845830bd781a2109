package ledgertest

import (
	"fmt"
	"testing"

	"overt"
	"overt/ledger"
	"overt/policy/policytest"
)

// document receives a document that waits.
func document(t *testing.T, s ledger.Store, dataset, name string) int64 {
	t.Helper()
	id, err := s.Receive(t.Context(), ledger.Entry{
		Token: "received", Dataset: dataset, Source: name, At: at, Document: true, Parent: 99, Root: 98, Attempts: 3,
		Spent:   ledger.Spent{Files: 1},
		Outcome: ledger.Outcome{Blob: "ab", Size: 7},
	})
	must(t, err)
	return id
}

func take(t *testing.T, s ledger.Store, token string, n int, datasets ...string) []int64 {
	t.Helper()
	all, err := s.Take(t.Context(), token, n, datasets)
	must(t, err)
	var ids []int64
	for _, e := range all {
		if e.Token != token || e.Verdict != ledger.Waiting || !e.Document {
			t.Errorf("taken under %q: %+v", token, e)
		}
		ids = append(ids, e.ID)
	}
	return ids
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func testTake(t *testing.T, s ledger.Store) {
	_, err := s.Receive(t.Context(), ledger.Entry{Token: "x", Dataset: "a", Source: "a.pdf", At: at, Document: true})
	wantCode(t, "a document without bytes", err, overt.Invalid)
	var a []int64
	for i := range 4 {
		a = append(a, document(t, s, "a", fmt.Sprint("a", i)))
	}
	receive(t, s, "a", "table") // no document
	b := []int64{document(t, s, "b", "b0"), document(t, s, "b", "b1")}
	if e := entry(t, s, a[0]); e.Attempts != 0 || e.Parent != 0 || !e.Document || e.Blob != "ab" {
		t.Errorf("received as %+v", e)
	}
	_, err = s.Take(t.Context(), "", 1, []string{"a"})
	wantCode(t, "take without a token", err, overt.Invalid)
	equal(t, "of no dataset", take(t, s, "none", 9), []int64{})
	equal(t, "of each dataset in turn", take(t, s, "one", 3, "a", "b"), []int64{a[0], a[1], b[0]})
	equal(t, "what is left of one", take(t, s, "two", 9, "a"), []int64{a[2], a[3]})
	equal(t, "what is left", take(t, s, "three", 9, "a", "b", "c"), []int64{b[1]})
	equal(t, "nothing", take(t, s, "four", 9, "a", "b"), []int64{})

	for _, c := range []struct {
		datasets []string
		want     int64
	}{{[]string{"a", "b"}, 6}, {[]string{"b", "c"}, 2}, {nil, 0}} {
		if n, err := s.Waiting(t.Context(), c.datasets); n != c.want || err != nil {
			t.Errorf("waiting of %v: %d, %v, want %d", c.datasets, n, err, c.want)
		}
	}

	must(t, s.Release(t.Context(), "two"))
	equal(t, "given back", take(t, s, "five", 9, "a", "b"), []int64{a[2], a[3]})
	if e := entry(t, s, a[2]); e.Attempts != 1 {
		t.Errorf("given back and taken: %d attempts", e.Attempts)
	}
	must(t, s.Settle(t.Context(), a[2], ledger.Outcome{Verdict: ledger.Read, Run: 3, Received: 2, Read: 2, Blob: "once"}))
	knows := func(dataset, blob string, want bool) {
		if known, err := s.Knows(t.Context(), dataset, overt.BlobID(blob)); err != nil || known != want {
			t.Errorf("knows %s of %s: %v, %v", blob, dataset, known, err)
		}
	}
	knows("a", "ab", true)
	knows("c", "ab", false)
	knows("b", "once", false)
	knows("a", "once", true)
	must(t, s.Undone(t.Context(), 3, at))
	knows("a", "once", false)
	must(t, s.Release(t.Context(), "five"))
	if e := entry(t, s, a[2]); e.Verdict != ledger.Read {
		t.Errorf("settled and given back: %s", e.Verdict)
	}
}

func testMembers(t *testing.T, s ledger.Store) {
	zip := document(t, s, "a", "z.zip")
	members := []ledger.Member{{Source: "z.zip!a.pdf", Blob: "cd", Size: 1}, {Source: "z.zip!b.pdf", Blob: "ef", Size: 2}}
	take(t, s, "first", 1, "a")
	must(t, s.Leave(t.Context(), zip, []ledger.Left{{Reason: "damaged", Fatal: true}}))
	must(t, s.Prepare(t.Context(), zip, ledger.Outcome{Verdict: ledger.Partial, Received: 1, LeftOut: 1, Members: members}))
	if n := len(entries(t, s, both, "")); n != 1 {
		t.Fatalf("%d entries before it is settled", n)
	}
	// Its process dies before the run is kept: it waits, and nothing is left of the attempt.
	if n, err := s.Reconcile(t.Context(), never); n != 0 || err != nil {
		t.Errorf("reconcile = %d, %v; want 0", n, err)
	}
	equal(t, "taken again", take(t, s, "second", 9, "a"), []int64{zip})
	if e := entry(t, s, zip); e.Attempts != 2 || e.Received != 0 {
		t.Errorf("taken again: %+v", e)
	}
	if rows, err := s.LeftRows(t.Context(), both, zip, 9, 0); err != nil || len(rows) != 0 {
		t.Errorf("rows left out by the attempt before: %v, %v", rows, err)
	}
	// It dies after the run was kept: the members are received.
	must(t, s.Prepare(t.Context(), zip, ledger.Outcome{Verdict: ledger.Read, Received: 1, Read: 1, Members: members}))
	committed := func(token string) (overt.RunID, bool) { return 5, token == "second" }
	if n, err := s.Reconcile(t.Context(), committed); n != 1 || err != nil {
		t.Errorf("reconcile = %d, %v; want 1", n, err)
	}
	all := entries(t, s, both, "")
	if len(all) != 3 || all[0].Run != 5 || all[0].Verdict != ledger.Read {
		t.Fatalf("after it was kept: %+v", all)
	}
	for i, e := range all[1:] {
		if e.Parent != zip || e.Source != members[i].Source || e.Blob != members[i].Blob || e.Size != members[i].Size || e.Verdict != ledger.Waiting || !e.Document || e.Attempts != 0 || e.Dataset != "a" || e.At != at {
			t.Errorf("member %d: %+v", i, e)
		}
	}
	if n, err := s.Reconcile(t.Context(), committed); n != 0 || err != nil {
		t.Errorf("reconcile again = %d, %v; want 0", n, err)
	}
	// Settling receives them too, once.
	equal(t, "members", take(t, s, "third", 1, "a"), []int64{all[1].ID})
	must(t, s.Settle(t.Context(), all[1].ID, ledger.Outcome{Verdict: ledger.Read, Run: 6, Members: members[:1]}))
	if all = entries(t, s, both, ""); len(all) != 4 || all[3].Parent != all[1].ID {
		t.Errorf("inside a member: %+v", all)
	}
	wantCode(t, "a file that failed has nothing inside", s.Settle(t.Context(), all[3].ID, ledger.Outcome{
		Verdict: ledger.Failed, Reason: "damaged", Members: members,
	}), overt.Invalid)
}

// testSpent: what was unpacked and what it cost stands with the received file,
// also when a process died before it settled.
func testSpent(t *testing.T, s ledger.Store) {
	zip, other := document(t, s, "a", "z.zip"), document(t, s, "a", "other")
	spent := func(what string, want ledger.Spent) {
		t.Helper()
		equal(t, what, entry(t, s, zip).Spent, want)
		equal(t, what+": another", entry(t, s, other).Spent, ledger.Spent{})
	}
	spent("received", ledger.Spent{})
	members := []ledger.Member{{Source: "z.zip!a.zip", Blob: "cd", Size: 10}, {Source: "z.zip!b", Blob: "ef", Size: 20}}
	take(t, s, "one", 1, "a")
	must(t, s.Prepare(t.Context(), zip, ledger.Outcome{Verdict: ledger.Read, CPU: 5, Members: members}))
	spent("prepared", ledger.Spent{})
	if n, err := s.Reconcile(t.Context(), func(token string) (overt.RunID, bool) { return 4, token == "one" }); n != 1 || err != nil {
		t.Errorf("reconcile = %d, %v; want 1", n, err)
	}
	spent("recovered", ledger.Spent{Files: 2, Bytes: 30, CPU: 5})
	inner := entry(t, s, zip+2)
	if inner.Root != zip || inner.Parent != zip {
		t.Fatalf("a file inside: %+v", inner)
	}
	take(t, s, "two", 3, "a")
	must(t, s.Settle(t.Context(), inner.ID, ledger.Outcome{
		Verdict: ledger.Read, CPU: 7, Members: []ledger.Member{{Source: "z.zip!a.zip!c", Blob: "01", Size: 40}},
	}))
	spent("two deep", ledger.Spent{Files: 3, Bytes: 70, CPU: 12})
	if deep := entry(t, s, zip+4); deep.Root != zip || deep.Parent != inner.ID {
		t.Errorf("two deep: %+v", deep)
	}
	must(t, s.Reopen(t.Context(), both, inner.ID))
	spent("to be read again", ledger.Spent{Files: 3, Bytes: 70, CPU: 5})
	equal(t, "cost of what waits", entry(t, s, inner.ID).CPU, 0)

	inside := func(what string, id int64, want []ledger.Member) {
		t.Helper()
		got, err := s.Inside(t.Context(), id)
		must(t, err)
		equal(t, what, got, want)
	}
	inside("inside", zip, members)
	inside("inside nothing", other, nil)
	inside("inside none", 0, nil)
	must(t, s.Settle(t.Context(), zip+3, ledger.Outcome{Verdict: ledger.Read, Run: 9}))
	must(t, s.Undone(t.Context(), 9, at))
	inside("inside, but for what was taken back", zip, members[:1])
}

func testReopen(t *testing.T, s ledger.Store) {
	id, table := document(t, s, "a", "a.pdf"), receive(t, s, "a", "table")
	take(t, s, "one", 1, "a")
	must(t, s.Leave(t.Context(), id, []ledger.Left{{Reason: "damaged", Fatal: true}}))
	must(t, s.Settle(t.Context(), id, ledger.Outcome{Verdict: ledger.Failed, Reason: "its reader ended", Received: 1, LeftOut: 1}))
	must(t, s.Settle(t.Context(), table, ledger.Outcome{Verdict: ledger.Failed, Reason: "empty"}))
	wantCode(t, "no document", s.Reopen(t.Context(), both, table), overt.Invalid)
	wantCode(t, "not there", s.Reopen(t.Context(), both, 99), overt.NotFound)
	wantCode(t, "not seen", s.Reopen(t.Context(), policytest.Datasets("b"), id), overt.NotFound)
	must(t, s.Reopen(t.Context(), both, id))
	wantCode(t, "waiting", s.Reopen(t.Context(), both, id), overt.Conflict)
	if e := entry(t, s, id); e.Verdict != ledger.Waiting || e.Attempts != 0 || e.Reason != "" || e.Blob != "ab" || e.Size != 7 {
		t.Errorf("reopened: %+v", e)
	}
	if counts, err := s.Reasons(t.Context(), both, id); err != nil || len(counts) != 0 {
		t.Errorf("reasons of before: %v, %v", counts, err)
	}
	equal(t, "reopened", take(t, s, "two", 9, "a"), []int64{id})
}
