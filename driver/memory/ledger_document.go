package memory

import (
	"cmp"
	"context"
	"slices"

	"overt"
	"overt/ledger"
	"overt/policy"
)

// Take hands out documents; see ledger.Store.
func (l *Ledger) Take(_ context.Context, token string, n int, datasets []string) ([]ledger.Entry, error) {
	if err := ledger.CheckToken(token); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	type turn struct {
		*entry
		n int
	}
	var all []turn
	turns := map[string]int{}
	for _, e := range l.entries {
		if e.Verdict == ledger.Waiting && e.Document && !e.taken && slices.Contains(datasets, e.Dataset) {
			turns[e.Dataset]++
			all = append(all, turn{e, turns[e.Dataset]})
		}
	}
	slices.SortFunc(all, func(a, b turn) int { return cmp.Or(a.n-b.n, cmp.Compare(a.Dataset, b.Dataset)) })
	all = all[:min(n, len(all))]
	slices.SortFunc(all, func(a, b turn) int { return cmp.Compare(a.ID, b.ID) })
	var out []ledger.Entry
	for _, t := range all {
		t.forget()
		t.Token, t.taken = token, true
		t.Attempts++
		out = append(out, t.copy())
	}
	return out, nil
}

// forget makes a document as if nobody had tried to read it.
func (e *entry) forget() {
	e.prepared, e.members, e.rows, e.counts, e.left, e.fatal = "", nil, nil, map[string]*ledger.Count{}, 0, 0
	e.Outcome = ledger.Outcome{Verdict: ledger.Waiting, Blob: e.Blob, Size: e.Size}
}

// Knows says whether there is an entry of these bytes; see ledger.Store.
func (l *Ledger) Knows(_ context.Context, dataset string, blob overt.BlobID) (bool, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.ContainsFunc(l.entries, func(e *entry) bool {
		return e.Document && e.Dataset == dataset && e.Blob == blob && e.Undone == ""
	}), nil
}

// Waiting counts what waits; see ledger.Store.
func (l *Ledger) Waiting(_ context.Context, datasets []string) (n int64, err error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, e := range l.entries {
		if e.Verdict == ledger.Waiting && e.Document && slices.Contains(datasets, e.Dataset) {
			n++
		}
	}
	return n, nil
}

// Inside gives what is inside a document; see ledger.Store.
func (l *Ledger) Inside(_ context.Context, id int64) ([]ledger.Member, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var out []ledger.Member
	for _, e := range l.entries {
		if id != 0 && e.Parent == id && e.Undone == "" {
			out = append(out, ledger.Member{Source: e.Source, Blob: e.Blob, Size: e.Size})
		}
	}
	return out, nil
}

// Release gives documents back; see ledger.Store.
func (l *Ledger) Release(_ context.Context, token string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.Verdict == ledger.Waiting && e.Document && e.taken && e.Token == token {
			e.taken = false
			e.Attempts--
		}
	}
	return nil
}

// Reopen has a document wait again; see ledger.Store.
func (l *Ledger) Reopen(_ context.Context, scope policy.Scope, id int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.seen(scope, id)
	switch {
	case err != nil:
		return err
	case !e.Document:
		return ledger.NoDocument(e.Entry)
	case e.Verdict == ledger.Waiting:
		return ledger.StillWaiting(e.Entry)
	case !scope.Writes(policy.Label{Dataset: e.Dataset}):
		return overt.Errorf(overt.Denied, e.Source, "its dataset may not be written")
	}
	l.spend(e, ledger.Spent{CPU: -e.CPU})
	e.forget()
	e.taken, e.Attempts = false, 0
	return nil
}
