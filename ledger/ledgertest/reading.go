package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"overt"
	"overt/ledger"
	"overt/policy"
	"overt/policy/policytest"
)

func testScope(t *testing.T, s ledger.Store) {
	a, b := receive(t, s, "a", "t"), receive(t, s, "b", "t")
	must(t, s.Leave(t.Context(), b, []ledger.Left{{Reason: "secret"}}))
	marked := policytest.Scope(policy.Label{Dataset: "b", Marks: []string{"m"}})
	for _, c := range []struct {
		name  string
		scope policy.Scope
		seen  []int64
	}{{"both", both, []int64{a, b}}, {"one", onlyA, []int64{a}}, {"zero", policy.Scope{}, nil}, {"another label of b", marked, nil}} {
		var got []int64
		for _, e := range entries(t, s, c.scope, "") {
			got = append(got, e.ID)
		}
		diff(t, c.name, got, c.seen)
	}
	if got := entries(t, s, onlyA, "b"); len(got) != 0 {
		t.Errorf("asked for a hidden dataset by name: %v", got)
	}
	hidden, missing := questions(t.Context(), s, b), questions(t.Context(), s, b+1)
	for i := range hidden {
		wantCode(t, "hidden", hidden[i], overt.NotFound)
		if h, m := hidden[i], missing[i]; h != nil && m != nil {
			was, is := strings.ReplaceAll(m.Error(), fmt.Sprint(b+1), "N"), strings.ReplaceAll(h.Error(), fmt.Sprint(b), "N")
			if was != is {
				t.Errorf("hidden says %q, missing says %q", h, m)
			}
		}
	}
}

func questions(ctx context.Context, s ledger.Store, id int64) []error {
	_, entryErr := s.Entry(ctx, onlyA, id)
	_, rowsErr := s.LeftRows(ctx, onlyA, id, 10, 0)
	_, reasonsErr := s.Reasons(ctx, onlyA, id)
	return []error{entryErr, rowsErr, reasonsErr}
}

func testDatasets(t *testing.T, s ledger.Store) {
	none, err := s.Names(t.Context())
	must(t, err)
	diff(t, "names of nothing", none, []string{})
	b := ledger.Dataset{Name: "b", Title: "B", Publisher: "P", Licence: "CC0", Address: "https://b.example", Class: "register"}
	a := ledger.Dataset{Name: "a", Title: "old"}
	must(t, s.PutDataset(t.Context(), both, b))
	must(t, s.PutDataset(t.Context(), both, a))
	a.Title = "new"
	must(t, s.PutDataset(t.Context(), both, a))
	got, err := s.Datasets(t.Context(), both)
	must(t, err)
	diff(t, "all", got, []ledger.Dataset{a, b})
	got, err = s.Datasets(t.Context(), onlyA)
	must(t, err)
	diff(t, "in scope", got, []ledger.Dataset{a})
	receive(t, s, "b", "t")
	receive(t, s, "aa", "t")
	receive(t, s, "aa", "u")
	names, err := s.Names(t.Context())
	must(t, err)
	diff(t, "names of all", names, []string{"a", "aa", "b"})
	one, err := s.Dataset(t.Context(), both, "b")
	must(t, err)
	diff(t, "one", one, b)
	_, err = s.Dataset(t.Context(), onlyA, "b")
	wantCode(t, "hidden", err, overt.NotFound)
	_, err = s.Dataset(t.Context(), both, "c")
	wantCode(t, "missing", err, overt.NotFound)
	wantCode(t, "no name", s.PutDataset(t.Context(), both, ledger.Dataset{}), overt.Invalid)
	wantCode(t, "outside", s.PutDataset(t.Context(), onlyA, b), overt.Denied)
	wantCode(t, "zero", s.PutDataset(t.Context(), policy.Scope{}, a), overt.Denied)
	readOnly := policytest.ReadOnly(policy.Label{Dataset: "a"})
	wantCode(t, "read only", s.PutDataset(t.Context(), readOnly, a), overt.Denied)
}

func testEntries(t *testing.T, s ledger.Store) {
	for i := range 1_200 {
		receive(t, s, string("ab"[i%2]), "t")
	}
	for dataset, want := range map[string]int{"": 1_200, "a": 600, "c": 0} {
		got := entries(t, s, both, dataset)
		if len(got) != want {
			t.Errorf("dataset %q: %d entries, want %d", dataset, len(got), want)
		}
		for i := 1; i < len(got); i++ {
			if got[i].ID <= got[i-1].ID {
				t.Fatalf("dataset %q: id %d after %d", dataset, got[i].ID, got[i-1].ID)
			}
		}
	}
	for e, err := range s.Entries(t.Context(), both, "") {
		must(t, err)
		must(t, s.Settle(t.Context(), e.ID, ledger.Outcome{Verdict: ledger.Read})) // the store is free while we read
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for _, err := range s.Entries(ctx, both, "") {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("with an ended context: %v", last)
	}
}

func testAtOnce(t *testing.T, s ledger.Store) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for range 5 {
				id, err := s.Receive(t.Context(), ledger.Entry{Token: fmt.Sprint(w), Dataset: "a", Source: "x", At: at})
				if err == nil {
					err = s.Leave(t.Context(), id, []ledger.Left{{Reason: "no name", Fatal: true}})
				}
				if err == nil {
					err = s.Settle(t.Context(), id, ledger.Outcome{Verdict: ledger.Partial, Received: 2, Read: 1, LeftOut: 1})
				}
				if err != nil {
					t.Errorf("worker %d: %v", w, err)
					return
				}
				for _, err := range s.Entries(t.Context(), both, "a") {
					if err != nil {
						t.Errorf("worker %d reads: %v", w, err)
					}
				}
			}
		})
	}
	wg.Wait()
	for _, e := range entries(t, s, both, "") {
		if e.Verdict != ledger.Partial {
			t.Errorf("entry %d is %s", e.ID, e.Verdict)
		}
	}
}
