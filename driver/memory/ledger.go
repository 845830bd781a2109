package memory

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"sync"

	"overt"
	"overt/ledger"
	"overt/policy"
)

var _ ledger.Store = (*Ledger)(nil)

// A Ledger is a coverage ledger that lives as long as the process. The zero
// value is empty and ready.
type Ledger struct {
	mu       sync.RWMutex
	entries  []*entry // index = id-1
	datasets map[string]ledger.Dataset
}

type entry struct {
	ledger.Entry
	prepared ledger.Verdict
	rows     []ledger.Left
	counts   map[string]*ledger.Count
	left     int64
	fatal    int64
	taken    bool
	members  []ledger.Member // prepared
}

// Receive keeps a waiting entry; see ledger.Store.
func (l *Ledger) Receive(_ context.Context, e ledger.Entry) (int64, error) {
	e, err := ledger.Received(e)
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.insert(e), nil
}

// insert adds an entry. l.mu is held.
func (l *Ledger) insert(e ledger.Entry) int64 {
	e.ID = int64(len(l.entries)) + 1
	e.Warnings = slices.Clone(e.Warnings)
	l.entries = append(l.entries, &entry{Entry: e, counts: map[string]*ledger.Count{}})
	return e.ID
}

// waiting finds an entry that may change. l.mu is held.
func (l *Ledger) waiting(id int64) (*entry, error) {
	if id < 1 || id > int64(len(l.entries)) {
		return nil, ledger.NoEntry(id)
	}
	e := l.entries[id-1]
	if e.Verdict != ledger.Waiting {
		return nil, ledger.Settled(id)
	}
	return e, nil
}

// Leave keeps rows left out; see ledger.Store.
func (l *Ledger) Leave(_ context.Context, id int64, rows []ledger.Left) error {
	trimmed := make([]ledger.Left, len(rows))
	for i, r := range rows {
		var err error
		if trimmed[i], err = r.Trim(); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.waiting(id)
	if err != nil {
		return err
	}
	for _, r := range trimmed {
		e.leave(r)
	}
	return nil
}

func (e *entry) leave(r ledger.Left) {
	if len(e.rows) < ledger.MaxLeft {
		e.rows = append(e.rows, r)
	}
	c := e.counts[r.Reason]
	if c == nil && len(e.counts) >= ledger.MaxReasons {
		r.Reason = ledger.OtherReasons
		c = e.counts[r.Reason]
	}
	if c == nil {
		c = &ledger.Count{Reason: r.Reason}
		e.counts[r.Reason] = c
	}
	c.Rows++
	e.left++
	if r.Fatal {
		c.Fatal++
		e.fatal++
	}
}

// Prepare keeps an outcome for Reconcile; see ledger.Store.
func (l *Ledger) Prepare(_ context.Context, id int64, o ledger.Outcome) error {
	return l.conclude(id, o, func(e *entry) {
		e.prepared, e.members, o.Verdict = o.Verdict, slices.Clone(o.Members), ledger.Waiting
		e.Apply(o)
	})
}

// Settle gives an entry its verdict; see ledger.Store.
func (l *Ledger) Settle(_ context.Context, id int64, o ledger.Outcome) error {
	return l.conclude(id, o, func(e *entry) {
		e.Apply(o)
		e.members = o.Members
		l.settled(e)
	})
}

// settled receives what is inside a document, and counts both with its root. l.mu
// is held.
func (l *Ledger) settled(e *entry) {
	l.spend(e, e.SpentOn(e.members))
	for _, m := range e.members {
		l.insert(e.Inside(m))
	}
	e.taken, e.members = false, nil
}

// spend counts what a document took with its root. l.mu is held.
func (l *Ledger) spend(e *entry, s ledger.Spent) {
	root := l.entries[e.RootID()-1]
	root.Spent = root.Spent.Add(s)
}

func (l *Ledger) conclude(id int64, o ledger.Outcome, change func(*entry)) error {
	if err := o.Check(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.waiting(id)
	if err != nil {
		return err
	}
	if err := o.Fits(e.left, e.fatal); err != nil {
		return err
	}
	change(e)
	e.Warnings = slices.Clone(e.Warnings)
	return nil
}

// Undone marks the entries of a run; see ledger.Store.
func (l *Ledger) Undone(_ context.Context, run overt.RunID, at string) error {
	if err := ledger.CheckTime(at); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if run != 0 && e.Run == run && e.Undone == "" {
			e.Undone = at
		}
	}
	return nil
}

// Reconcile settles what is waiting; see ledger.Store.
func (l *Ledger) Reconcile(_ context.Context, committed func(string) (overt.RunID, bool)) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, e := range l.entries[:len(l.entries):len(l.entries)] { // not what it receives itself
		if e.Verdict != ledger.Waiting || e.Document && !e.taken {
			continue
		}
		run, ok := committed(e.Token)
		switch {
		case ok:
			e.Apply(ledger.Recovered(e.Entry, e.prepared, run, e.left, e.fatal))
		case e.Document:
			e.taken = false
			continue
		default:
			e.Apply(ledger.Interrupted(e.Entry))
		}
		l.settled(e)
		n++
	}
	return n, nil
}

func sees(scope policy.Scope, dataset string) bool {
	return scope.Sees(policy.Label{Dataset: dataset})
}

// seen finds an entry in scope. l.mu is held.
func (l *Ledger) seen(scope policy.Scope, id int64) (*entry, error) {
	if id < 1 || id > int64(len(l.entries)) || !sees(scope, l.entries[id-1].Dataset) {
		return nil, ledger.NoEntry(id)
	}
	return l.entries[id-1], nil
}

func (e *entry) copy() ledger.Entry {
	c := e.Entry
	c.Warnings = slices.Clone(c.Warnings)
	return c
}

// Entry is one entry; see ledger.Store.
func (l *Ledger) Entry(_ context.Context, scope policy.Scope, id int64) (ledger.Entry, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	e, err := l.seen(scope, id)
	if err != nil {
		return ledger.Entry{}, err
	}
	return e.copy(), nil
}

// Entries yields entries; see ledger.Store.
func (l *Ledger) Entries(ctx context.Context, scope policy.Scope, dataset string) iter.Seq2[ledger.Entry, error] {
	return l.those(ctx, scope, func(e *entry) bool { return dataset == "" || e.Dataset == dataset })
}

// Gaps yields what was not read; see ledger.Store.
func (l *Ledger) Gaps(ctx context.Context, scope policy.Scope) iter.Seq2[ledger.Entry, error] {
	return l.those(ctx, scope, func(e *entry) bool {
		return e.Undone == "" && e.Verdict != ledger.Read && !slices.ContainsFunc(l.entries, func(o *entry) bool {
			return e.Blob != "" && o.Dataset == e.Dataset && o.Blob == e.Blob && o.Verdict == ledger.Read && o.Undone == ""
		})
	})
}

// those yields the entries of one moment that which chooses.
func (l *Ledger) those(ctx context.Context, scope policy.Scope, which func(*entry) bool) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		l.mu.RLock()
		var all []ledger.Entry
		for _, e := range l.entries {
			if sees(scope, e.Dataset) && which(e) {
				all = append(all, e.copy())
			}
		}
		l.mu.RUnlock()
		for _, e := range all {
			if err := ctx.Err(); err != nil {
				yield(ledger.Entry{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Sums adds entries up; see ledger.Store.
func (l *Ledger) Sums(ctx context.Context, scope policy.Scope) ([]ledger.Sum, error) {
	var out []ledger.Sum
	for e, err := range l.those(ctx, scope, func(e *entry) bool { return e.Undone == "" }) {
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(out, func(s ledger.Sum) bool {
			return s.Dataset == e.Dataset && s.Document == e.Document && s.Verdict == e.Verdict
		})
		if at < 0 {
			at = len(out)
			out = append(out, ledger.Sum{Dataset: e.Dataset, Document: e.Document, Verdict: e.Verdict})
		}
		s := &out[at]
		s.Entries++
		s.Received, s.Read, s.LeftOut, s.Warnings = s.Received+e.Received, s.Read+e.Read, s.LeftOut+e.LeftOut, append(s.Warnings, e.Warnings...)
	}
	slices.SortFunc(out, func(a, b ledger.Sum) int {
		documents := func(s ledger.Sum) int { return map[bool]int{true: 1}[s.Document] }
		return cmp.Or(cmp.Compare(a.Dataset, b.Dataset), documents(a)-documents(b), cmp.Compare(a.Verdict, b.Verdict))
	})
	return out, nil
}

// LeftRows gives rows left out; see ledger.Store.
func (l *Ledger) LeftRows(_ context.Context, scope policy.Scope, id int64, limit, offset int) ([]ledger.Left, error) {
	if limit < 0 || offset < 0 {
		return nil, overt.Errorf(overt.Invalid, "left-out rows", "limit or offset is below zero")
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	e, err := l.seen(scope, id)
	if err != nil {
		return nil, err
	}
	from := min(offset, len(e.rows))
	return slices.Clone(e.rows[from : from+min(limit, len(e.rows)-from)]), nil
}

// Reasons counts by reason; see ledger.Store.
func (l *Ledger) Reasons(_ context.Context, scope policy.Scope, id int64) ([]ledger.Count, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	e, err := l.seen(scope, id)
	if err != nil {
		return nil, err
	}
	var all []ledger.Count
	for _, c := range e.counts {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b ledger.Count) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Reason, b.Reason))
	})
	return all, nil
}

// PutDataset keeps a dataset; see ledger.Store.
func (l *Ledger) PutDataset(_ context.Context, scope policy.Scope, d ledger.Dataset) error {
	if err := ledger.CheckDataset(scope, d); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.datasets == nil {
		l.datasets = map[string]ledger.Dataset{}
	}
	l.datasets[d.Name] = d
	return nil
}

// Dataset is one dataset; see ledger.Store.
func (l *Ledger) Dataset(_ context.Context, scope policy.Scope, name string) (ledger.Dataset, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	d, ok := l.datasets[name]
	if !ok || !sees(scope, name) {
		return ledger.Dataset{}, ledger.NoDataset(name)
	}
	return d, nil
}

// Datasets lists datasets; see ledger.Store.
func (l *Ledger) Datasets(_ context.Context, scope policy.Scope) ([]ledger.Dataset, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var all []ledger.Dataset
	for _, name := range slices.Sorted(maps.Keys(l.datasets)) {
		if sees(scope, name) {
			all = append(all, l.datasets[name])
		}
	}
	return all, nil
}

// Names lists all datasets; see ledger.Store.
func (l *Ledger) Names(context.Context) ([]string, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	names := slices.Collect(maps.Keys(l.datasets))
	for _, e := range l.entries {
		names = append(names, e.Dataset)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
