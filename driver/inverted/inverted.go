// Package inverted keeps a search index in files of its own: posting lists with
// positions, columns to count by, and the items themselves.
//
// An index is a list of immutable segments, each of items of one label, and for
// each the items dropped since. A write makes new segments and then replaces the
// list in one step, so that a batch is there whole or not at all. A query opens
// only the segments of visible labels and leaves out hidden runs inside them;
// its weights come from what is left. docs/format/search.md draws the files.
package inverted

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"

	"overt"
	"overt/policy"
	"overt/search"
)

var _ search.Index = (*Index)(nil)

// Config says how an index is kept. The zero value works.
type Config struct {
	// Fanout is how many segments of one size become one; 0 means 8.
	Fanout int
	// Batch is the text, in bytes, of which one segment is made; 0 means 64 MiB.
	Batch int
}

// An Index is open on a folder. One process at a time may have it open; the
// home's lock holds that.
type Index struct {
	dir   string
	cfg   Config
	write sync.Mutex // one writer at a time
	enc   *zstd.Encoder
	dec   *zstd.Decoder

	mu   sync.Mutex
	list *listing
	open bool
}

// Open opens the index in a folder and makes it when there is none; with dir ""
// it is kept in memory and gone with the process. Errors: invalid (a file is
// damaged, or of another version), unavailable (disk).
func Open(dir string, cfg Config) (*Index, error) {
	if cfg.Fanout == 0 {
		cfg.Fanout = 8
	}
	if cfg.Batch == 0 {
		cfg.Batch = 64 << 20
	}
	if cfg.Fanout < 2 || cfg.Batch < 0 {
		return nil, overt.Errorf(overt.Invalid, "search index", "Fanout is 2 or more, and Batch no less than 0")
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, err
	}
	x := &Index{dir: dir, cfg: cfg, enc: enc, dec: dec, open: true, list: &listing{}}
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, overt.Errorf(overt.Unavailable, dir, "make the folder of the search index: %w", err)
		}
		if x.list, err = readListing(dir, dec); err != nil {
			return nil, err
		}
	}
	x.list.ready().hold()
	return x, nil
}

// Close lets go of the files. Answers that are being read are read on.
func (x *Index) Close() error {
	x.write.Lock()
	defer x.write.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.open {
		return nil
	}
	x.open = false
	x.enc.Close()
	return x.list.release()
}

// Stamp tells the last stamp; see search.Index.
func (x *Index) Stamp() search.Stamp {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.list.Stamp
}

// snapshot gives the list of this moment, held: it must be released.
func (x *Index) snapshot() (*listing, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.open {
		return nil, overt.Errorf(overt.Unavailable, "search index", "it was closed, to be made again or with the program; ask again")
	}
	x.list.hold()
	return x.list, nil
}

// Write takes a batch in; see search.Index.
func (x *Index) Write(ctx context.Context, scope policy.Scope, b search.Batch) (err error) {
	x.write.Lock()
	defer x.write.Unlock()
	old, err := x.snapshot()
	if err != nil {
		return err
	}
	defer old.release()
	defer caught(&err)
	items, err := tidy(scope, b.Items)
	if err != nil {
		return err
	}
	next := &listing{Stamp: old.Stamp, Next: old.Next}
	defer func() {
		if err != nil {
			err = errors.Join(unavailable(x.dir, err), next.abandon(old))
		}
	}()
	if next.parts, err = x.drop(scope, old, b, items, next); err != nil {
		return err
	}
	for _, group := range x.groups(items) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := x.add(next, func(w io.Writer) error { return build(w, x.enc, group) }); err != nil {
			return err
		}
	}
	if err := x.compact(ctx, next); err != nil {
		return err
	}
	if b.Stamp != nil {
		next.Stamp = *b.Stamp
	}
	return x.replace(old, next)
}

func unavailable(dir string, err error) error {
	if overt.CodeOf(err) != overt.Internal || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return overt.Errorf(overt.Unavailable, dir, "write the search index: %w", err)
}

// caught turns what a damaged file made of a decoder into an error.
func caught(err *error) {
	if r := recover(); r != nil {
		if e, ok := r.(error); ok && errors.Is(e, errDamaged) {
			*err = overt.Errorf(overt.Invalid, "search index", "%w; delete the index and it is built again", e)
			return
		}
		panic(r)
	}
}

// tidy checks items and orders them by label, as they came; of equal ones the
// last is left.
func tidy(scope policy.Scope, list []search.Item) ([]*search.Item, error) {
	type place struct {
		label, id string
		run       overt.RunID
	}
	at := make(map[place]int, len(list))
	writes := map[string]bool{}
	items := make([]*search.Item, 0, len(list))
	labels := make([]string, 0, len(list))
	for i := range list {
		it := &list[i]
		if err := it.Check(); err != nil {
			return nil, err
		}
		key := it.Label.Key()
		if ok, known := writes[key]; !known || !ok {
			if writes[key] = scope.Sees(it.Label); !writes[key] {
				return nil, overt.Errorf(overt.Denied, "search index", "the label of an item is not in scope")
			}
		}
		p := place{key, it.ID, it.Run}
		if n, ok := at[p]; ok {
			items[n] = it
			continue
		}
		at[p] = len(items)
		items, labels = append(items, it), append(labels, key)
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(labels[a], labels[b]) })
	out := make([]*search.Item, len(items))
	for i, n := range order {
		out[i] = items[n]
	}
	return out, nil
}

// groups cuts items into those of one segment each.
func (x *Index) groups(items []*search.Item) [][]*search.Item {
	var out [][]*search.Item
	start, size, label := 0, 0, ""
	for i, it := range items {
		key := it.Label.Key()
		if i > start && (key != label || size > x.cfg.Batch || i-start == maxItems/8) {
			out = append(out, items[start:i])
			start, size = i, 0
		}
		label = key
		size += len(it.Text)
	}
	if start < len(items) {
		out = append(out, items[start:])
	}
	return out
}

// drop gives the parts of a list without what a batch drops or replaces.
// Errors: denied.
func (x *Index) drop(scope policy.Scope, old *listing, b search.Batch, items []*search.Item, next *listing) ([]*part, error) {
	var out []*part
	for _, p := range old.parts {
		var gone []uint32
		for _, run := range b.Runs {
			gone = append(gone, p.ofRun(run)...)
		}
		for _, d := range b.Documents {
			gone = p.find(append([]byte{keyDocument}, d...)).docsIn(gone)
		}
		gone = slices.DeleteFunc(gone, func(d uint32) bool { return p.dead != nil && p.dead.has(d) })
		if len(gone) > 0 && !scope.Sees(p.meta.Label) {
			return nil, overt.Errorf(overt.Denied, "search index", "what is dropped is not in scope")
		}
		gone = p.replaced(gone, items)
		if len(gone) == 0 {
			out = append(out, p)
			continue
		}
		dead := newMask(p.meta.Items)
		copy(dead, p.dead)
		for _, d := range gone {
			dead.set(d)
		}
		q := p.with(dead, "")
		if q.alive == 0 {
			continue
		}
		if err := x.writeDead(next, q); err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

func (p *part) ofRun(run overt.RunID) []uint32 {
	if !slices.ContainsFunc(p.runs, func(r runStats) bool { return r.Run == run && r.Items > 0 }) {
		return nil
	}
	var out []uint32
	for d := range uint32(p.meta.Items) {
		if p.run(d) == run {
			out = append(out, d)
		}
	}
	return out
}

func (p posting) docsIn(to []uint32) []uint32 {
	if p == nil {
		return to
	}
	return p.docs(to, nil)
}

// replaced appends the living items that have label, run and id of a new one.
func (p *part) replaced(gone []uint32, items []*search.Item) []uint32 {
	from, to := p.field(keyID)
	lowest, _ := p.at(from)
	highest, _ := p.at(to - 1)
	var key []byte
	for _, it := range items {
		key = idKey(append(key[:0], keyID), it.ID, it.Run)
		if bytes.Compare(key, lowest.key) < 0 || bytes.Compare(key, highest.key) > 0 || it.Label.Key() != p.label {
			continue
		}
		if list := p.find(key); list != nil {
			d := list.docs(nil, nil)[0]
			if p.dead == nil || !p.dead.has(d) {
				gone = append(gone, d)
			}
		}
	}
	return gone
}

// add makes a segment and lists it.
func (x *Index) add(next *listing, write func(io.Writer) error) error {
	var s *segment
	if x.dir == "" {
		var buf bytes.Buffer
		err := write(&buf)
		if err == nil {
			s, err = readSegment(buf.Bytes(), x.dec)
		}
		if err != nil {
			return err
		}
	} else {
		next.Next++
		name := fmt.Sprintf("%08d.seg", next.Next)
		if err := syncFile(x.dir, name, write); err != nil {
			return err
		}
		var err error
		if s, err = openSegment(x.dir, name, x.dec); err != nil {
			os.Remove(filepath.Join(x.dir, name))
			return err
		}
	}
	next.parts = append(next.parts, s.with(nil, ""))
	return nil
}

// compact makes one segment of several of one label and size, as long as there
// are as many as Fanout, and rewrites those of which most is gone.
func (x *Index) compact(ctx context.Context, next *listing) error {
	for {
		group := x.crowd(next.parts)
		if group == nil {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := x.add(next, func(w io.Writer) error { return merge(w, x.enc, group) }); err != nil {
			return err
		}
		kept := next.parts[:0:0]
		for _, p := range next.parts {
			if !slices.Contains(group, p) {
				kept = append(kept, p)
			} else if p.users.Load() == 0 { // made by this very batch
				p.dropped.Store(true)
				p.hold()
				if err := p.release(); err != nil {
					return err
				}
			}
		}
		next.parts = kept
	}
}

// crowd finds parts that should be one.
func (x *Index) crowd(parts []*part) []*part {
	sizes := map[string][]*part{}
	for _, p := range parts {
		if p.alive*2 < p.meta.Items {
			return []*part{p}
		}
		level, size := 0, p.alive
		for size >= x.cfg.Fanout {
			level, size = level+1, size/x.cfg.Fanout
		}
		key := fmt.Sprint(level, " ", p.label)
		sizes[key] = append(sizes[key], p)
		if group := sizes[key]; len(group) == x.cfg.Fanout {
			if total(group) <= maxItems {
				return group
			}
			sizes[key] = group[1:]
		}
	}
	return nil
}

func total(parts []*part) (n int) {
	for _, p := range parts {
		n += p.alive
	}
	return n
}
