package pipeline

import (
	"context"
	"path"
	"strings"

	"overt"
	"overt/ledger"
)

// begin is a document before it is read.
func (b *batch) begin(ctx context.Context, e ledger.Entry) (*had, error) {
	h := &had{Entry: e, name: path.Base(e.Source)}
	if e.Parent != 0 {
		outer, err := b.bench.Ledger.Entry(ctx, b.bench.Scope, e.Parent)
		if err != nil {
			return nil, err
		}
		h.name = path.Base(strings.TrimPrefix(e.Source, outer.Source+"!"))
	}
	return h, nil
}

// share gives the copies among the documents of the batch what was read of the
// first of them. What was said of the first for the place where it lies, and not
// for its bytes, holds for no copy: that one is read for itself.
func (b *batch) share(ctx context.Context) error {
	first := map[overt.BlobID]*had{}
	for _, h := range b.done {
		first[h.Blob] = h
	}
	for _, e := range b.copies {
		if ctx.Err() != nil {
			return nil
		}
		f := first[e.Blob]
		if f == nil || f.own {
			if err := b.one(ctx, e); err != nil {
				return err
			}
			continue
		}
		h, err := b.begin(ctx, e)
		if err != nil {
			return err
		}
		h.kind, h.index, h.text, h.err = f.kind, f.index, f.text, f.err
		h.there = map[overt.BlobID]bool{h.Blob: true}
		if h.index != nil {
			for _, m := range h.index.Members {
				h.there[m.Blob] = true // received with the first
			}
		}
		b.had(h)
	}
	return nil
}

// had keeps what was read until the batch is.
func (b *batch) had(h *had) {
	h.conclude()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done = append(b.done, h)
	pages, members := int64(0), int64(len(h.outcome.Members))
	if h.index != nil {
		pages = int64(len(h.index.Pages))
	}
	b.rate.say(func(r *Rate) {
		r.File, r.Done, r.Bytes, r.Pages, r.Waiting = h.Source, r.Done+1, r.Bytes+h.Size, r.Pages+pages, max(0, r.Waiting+members-1)
	})
}
