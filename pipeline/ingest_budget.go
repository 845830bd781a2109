package pipeline

import (
	"context"
	"fmt"
	"sync"
	"time"

	"overt/extract/document"
	"overt/internal/sandbox"
	"overt/ledger"
)

// MaxTimes is the most that Budget is asked for, so that no product overflows.
const MaxTimes = 1000

// Budget is so many times what may usually come out of one received file of size
// bytes, at any depth: what large archives of mail and scans need many times over,
// and an end to files that are made to grow.
func Budget(size int64, times int) ledger.Spent {
	n := int64(min(max(1, times), MaxTimes))
	return ledger.Spent{
		Files: n * (100_000 + size/1024),
		Bytes: n * (16<<30 + 100*size),
		CPU:   n * (time.Hour.Milliseconds() + size/4), // 1 s for each 4 KB
	}
}

// A purse is what is left of the budget of one received file. It is safe for
// concurrent use.
type purse struct {
	name   string // of the received file
	budget ledger.Spent

	mu    sync.Mutex
	spent ledger.Spent
}

// purse gives the purse of the file that a document is inside of. What batches
// before spent is in the ledger.
func (b *batch) purse(ctx context.Context, e ledger.Entry) (*purse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := e.RootID()
	if p := b.purses[id]; p != nil {
		return p, nil
	}
	root, err := b.bench.Ledger.Entry(ctx, b.bench.Scope, id)
	if err != nil {
		return nil, err
	}
	p := &purse{name: root.Source, budget: Budget(root.Size, 1), spent: root.Spent}
	if b.in.Budget != nil {
		p.budget = b.in.Budget(root.Size)
	}
	b.purses[id] = p
	return p, nil
}

// pay takes from the purse, if so much is left.
func (p *purse) pay(s ledger.Spent) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := p.spent.Add(s)
	if s.Files > 0 && sum.Files > p.budget.Files || s.Bytes > 0 && sum.Bytes > p.budget.Bytes {
		return false
	}
	p.spent = sum
	return true
}

// moreBudget is what a user can do once a budget is used up.
const moreBudget = "overt retry with a larger --budget"

// late is the reason why no more of the file is read; nil while there is time.
func (p *purse) late() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spent.CPU < p.budget.CPU {
		return nil
	}
	return &document.Refusal{Code: document.TooMuch, Retry: moreBudget, Reason: fmt.Sprintf(
		"it was not opened: to read what is inside of %s took the %v of processor time that is given", p.name, time.Duration(p.budget.CPU)*time.Millisecond)}
}

// unopened says that files inside were not taken.
func (p *purse) unopened(n int) document.Gap {
	what := counted(int64(n), "file")
	return document.Gap{Where: what + " inside", Code: document.TooMuch, Reason: fmt.Sprintf(
		"%s inside of it were not opened: %s unpacks to more than %d files or %d GiB, which are given",
		what, p.name, p.budget.Files, p.budget.Bytes>>30)}
}

// A measured reader says what a reading cost.
type measured interface {
	Measured(ctx context.Context, in document.Input, out document.Sink) (sandbox.Usage, error)
}

// readMeasured has a document read, and pays for it.
func (b *batch) readMeasured(ctx context.Context, h *had, in document.Input, out document.Sink) error {
	reader := b.in.Reader(b.label.Dataset)
	m, ok := reader.(measured)
	if !ok {
		return reader.Read(ctx, in, out)
	}
	usage, err := m.Measured(ctx, in, out)
	h.cpu += usage.CPU
	return err
}

// A rest is what was received of a document at an earlier reading, each as often
// as it was: it is neither paid for nor received again.
type rest map[string]int

// before gives what was received of a document before.
func (b *batch) before(ctx context.Context, e ledger.Entry) (paths, files rest, err error) {
	members, err := b.bench.Ledger.Inside(ctx, e.ID)
	if err != nil {
		return nil, nil, err
	}
	paths, files = rest{}, rest{}
	for _, m := range members {
		paths[m.Source]++
		files[m.Source+"\x00"+string(m.Blob)]++
	}
	return paths, files, nil
}

// take says whether there is one of the name, and takes it.
func (r rest) take(name string) bool {
	if r[name] == 0 {
		return false
	}
	r[name]--
	return true
}

// counted writes so many of a thing: "1 file", "2 files".
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
