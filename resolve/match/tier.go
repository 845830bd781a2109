package match

import (
	"cmp"
	"context"
	"math"
	"slices"
)

const (
	shardBits  = 8
	shardCount = 1 << shardBits
)

// A tier holds keys in ascending order with the records that have them, and the
// keys of every record as places in that order.
type tier struct {
	keys     []key
	shard    [shardCount + 1]uint32 // where the keys with these first bits begin
	ends     []uint32               // of the records of a key in the postings of its shard
	postings [shardCount][]uint32   // ascending within a key; none of keys nobody scans
	many     map[key]uint32         // how many records have a key that is too common to lead
	rows     []block[uint32]        // by chunk of records
}

// A block holds something of the keys of a chunk of records, row by row.
type block[T any] struct {
	keys   []T
	groups []uint8 // of the keys; nil if all are 0
	ends   []uint32
}

// span gives where the keys of the i-th record begin and end.
func (b *block[T]) span(i uint32) (from, to uint32) {
	if i > 0 {
		from = b.ends[i-1]
	}
	return from, b.ends[i]
}

// df gives how many records have a key.
func (t *tier) df(at uint32) int {
	if n := len(t.records(at)); n > 0 {
		return n
	}
	return int(t.many[t.keys[at]])
}

// records gives the records that have a key, none if more than screenCommon have it.
func (t *tier) records(at uint32) []uint32 {
	s := t.keys[at].shard()
	from := uint32(0)
	if at > t.shard[s] {
		from = t.ends[at-1]
	}
	return t.postings[s][from:t.ends[at]]
}

// row gives the keys of a record.
func (t *tier) row(rec uint32) []uint32 {
	b := &t.rows[rec/chunk]
	from, to := b.span(rec % chunk)
	return b.keys[from:to]
}

// groups gives the groups of the keys of a record.
func (t *tier) groups(rec uint32) []uint8 {
	b := &t.rows[rec/chunk]
	from, to := b.span(rec % chunk)
	return b.groups[from:to]
}

// find gives the place of a key.
func (t *tier) find(k key) (uint32, bool) {
	from, to := t.shard[k.shard()], t.shard[k.shard()+1]
	at, ok := slices.BinarySearch(t.keys[from:to], k)
	return from + uint32(at), ok
}

func (k key) shard() int { return int(k >> (64 - shardBits)) }

// keyRows gives the keys of all records, each key of a record once.
func (m *Matcher) keyRows(ctx context.Context, of func(*worker, uint32, []grouped) []grouped) ([]block[key], error) {
	n := len(m.store.ids)
	rows := make([]block[key], chunks(n))
	err := m.each(ctx, n, func(w *worker, c, from, to int) {
		b := block[key]{ends: make([]uint32, 0, to-from)}
		some := false
		for rec := from; rec < to; rec++ {
			w.keys = of(w, uint32(rec), w.keys[:0])
			slices.SortFunc(w.keys, compareGrouped)
			for _, k := range slices.CompactFunc(w.keys, sameKey) {
				b.keys, b.groups = append(b.keys, k.key), append(b.groups, k.group)
				some = some || k.group > 0
			}
			b.ends = append(b.ends, uint32(len(b.keys)))
		}
		b.keys = slices.Clone(b.keys) // without the room to grow
		if b.groups = slices.Clone(b.groups); !some {
			b.groups = nil
		}
		rows[c] = b
	})
	return rows, err
}

// An entry is a key of a record, where it stands in its block.
type entry struct {
	key     key
	rec, at uint32
}

const gathered = 32 // shards in one pass over the keys, so that what is sorted stays small

// eachShard gives the entries of every shard to do, unsorted.
func eachShard(ctx context.Context, threads int, rows []block[key], do func(s int, es []entry)) error {
	var sizes [shardCount]int
	total := 0
	for c := range rows {
		total += len(rows[c].keys)
		for _, k := range rows[c].keys {
			sizes[k.shard()]++
		}
	}
	if total > math.MaxUint32 {
		return errTooMany
	}
	for first := 0; first < shardCount; first += gathered {
		var shards [gathered][]entry
		for s := range shards {
			shards[s] = make([]entry, 0, sizes[first+s])
		}
		for c := range rows {
			from := uint32(0)
			for i, end := range rows[c].ends {
				for at := from; at < end; at++ {
					if s := rows[c].keys[at].shard() - first; s >= 0 && s < gathered {
						shards[s] = append(shards[s], entry{rows[c].keys[at], uint32(c*chunk + i), at})
					}
				}
				from = end
			}
		}
		if err := parallel(ctx, threads, gathered, func(s int) { do(first+s, shards[s]); shards[s] = nil }); err != nil {
			return err
		}
	}
	return nil
}

// build sorts keys into places. leading says that the rows are to keep those keys
// alone that lead to others. The keys are let go.
func (t *tier) build(ctx context.Context, rows []block[key], leading bool, threads int) error {
	t.rows = make([]block[uint32], len(rows))
	for c := range rows {
		t.rows[c] = block[uint32]{make([]uint32, len(rows[c].keys)), rows[c].groups, rows[c].ends}
	}
	var made [shardCount]struct {
		keys []key
		ends []uint32
		many []counted64
	}
	err := eachShard(ctx, threads, rows, func(s int, es []entry) {
		slices.SortFunc(es, func(a, b entry) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.rec, b.rec)) })
		p := &made[s]
		size := 0
		runs(es, func(run []entry) {
			p.keys = append(p.keys, run[0].key)
			if len(run) <= screenCommon {
				size += len(run)
			}
		})
		p.keys = slices.Clone(p.keys)
		p.ends, t.postings[s] = make([]uint32, 0, len(p.keys)), make([]uint32, 0, size)
		runs(es, func(run []entry) {
			for _, e := range run {
				t.rows[e.rec/chunk].keys[e.at] = uint32(len(p.ends)) // within the shard, until all are known
				if len(run) <= screenCommon {
					t.postings[s] = append(t.postings[s], e.rec)
				}
			}
			if len(run) > commonKey {
				p.many = append(p.many, counted64{run[0].key, uint32(len(run))})
			}
			p.ends = append(p.ends, uint32(len(t.postings[s])))
		})
	})
	if err != nil {
		return err
	}
	total := 0
	for s := range made {
		t.shard[s] = uint32(total)
		total += len(made[s].keys)
	}
	t.shard[shardCount] = uint32(total)
	t.keys, t.ends, t.many = make([]key, 0, total), make([]uint32, 0, total), map[key]uint32{}
	for s := range made {
		t.keys, t.ends = append(t.keys, made[s].keys...), append(t.ends, made[s].ends...)
		for _, c := range made[s].many {
			t.many[c.key] = c.n
		}
		made[s].keys, made[s].ends = nil, nil
	}
	return parallel(ctx, threads, len(rows), func(c int) {
		for i, k := range rows[c].keys {
			t.rows[c].keys[i] += t.shard[k.shard()]
		}
		rows[c] = block[key]{}
		if leading {
			t.keepLeading(&t.rows[c])
		}
	})
}

// keepLeading drops the keys of a block that lead to nobody.
func (t *tier) keepLeading(b *block[uint32]) {
	kept := make([]uint32, 0, len(b.keys))
	from := uint32(0)
	for i, end := range b.ends {
		for _, at := range b.keys[from:end] {
			if df := t.df(at); df > 1 && df <= commonKey {
				kept = append(kept, at)
			}
		}
		from, b.ends[i] = end, uint32(len(kept))
	}
	b.keys = slices.Clone(kept)
}

// runs gives the entries of each key, of sorted ones.
func runs(es []entry, do func(run []entry)) {
	for i := 0; i < len(es); {
		j := i + 1
		for j < len(es) && es[j].key == es[i].key {
			j++
		}
		do(es[i:j])
		i = j
	}
}
