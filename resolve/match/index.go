package match

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// A kin is the kind of a key: what it is worth among candidates, and whether keys
// of it are joined with others when they are too common by themselves.
type kin uint8

const (
	kinIdent  kin = iota // identifier, e-mail, telephone number, host, reference
	kinFull              // the whole name
	kinToken             // one word of a name
	kinPair              // two words of a name
	kinWeak              // skeleton of a word, letters left out
	kinAcro              // acronym
	kinDate              // a day
	kinPart              // month and day, year and month, year
	kinPlace             // street and number, postal code
	kinArea              // a word of an address, a country
	kinWord              // a word of a text
	kinJoined            // two or three common keys together
	kins
)

// factor is how much a shared key of the kin counts beside its rarity. Method:
// weights of typed tokens in nomenklatura's index, adjusted on none of our data.
var factor = [kins]float32{10, 6, 3, 4, 1.5, 2, 2.5, 2, 3, 1, 1, 2}

// joins says which keys are joined with others when too many records have them.
var joins = [kins]bool{kinToken: true, kinDate: true, kinPart: true, kinArea: true, kinWord: true, kinPlace: true, kinFull: true, kinIdent: true, kinAcro: true}

// A key is a hash whose low four bits are its kin.
type key uint64

func keyOf(k kin, s slot, text string) key {
	return key(hashText(uint64(k)<<8|uint64(s), text)&^15 | uint64(k))
}

func (k key) kin() kin { return kin(k & 15) }

// Bounds of the index.
const (
	commonKey  = 200 // records from which a key leads to nobody by itself
	maxKeys    = 192 // keys of one record
	maxJoin    = 8   // common keys of one record that are joined
	tiers      = 3   // a joined key has at most three terms
	shardBits  = 8
	shardCount = 1 << shardBits
)

// An index says which records have a key. Its first tier holds keys as they come;
// the second those made of two keys that are too common, the third of three, so
// that every record keeps keys that few others have, however many there are.
type index struct {
	n    int
	tier [tiers]tier
}

// A tier holds keys in ascending order with the records that have them, and the
// keys of every record as places in that order.
type tier struct {
	keys     []key
	shard    [shardCount + 1]uint32 // where the keys with these first bits begin
	ends     []uint32               // of the records of a key in postings
	postings []uint32               // ascending within a key
	rows     []uint32
	rowEnds  []uint32
}

func (t *tier) df(at uint32) int { return len(t.records(at)) }

func (t *tier) records(at uint32) []uint32 {
	if at == 0 {
		return t.postings[:t.ends[0]]
	}
	return t.postings[t.ends[at-1]:t.ends[at]]
}

func (t *tier) row(rec uint32) []uint32 {
	if rec == 0 {
		return t.rows[:t.rowEnds[0]]
	}
	return t.rows[t.rowEnds[rec-1]:t.rowEnds[rec]]
}

// find gives the place of a key.
func (t *tier) find(k key) (uint32, bool) {
	s := uint64(k) >> (64 - shardBits)
	from, to := t.shard[s], t.shard[s+1]
	at, ok := slices.BinarySearch(t.keys[from:to], k)
	return from + uint32(at), ok
}

func (m *Matcher) buildIndex(ctx context.Context) error {
	ix := &m.index
	ix.n = len(m.store.ids)
	for t := range ix.tier {
		var rows keyRows
		var err error
		if t == 0 {
			rows, err = m.keyRows(ctx, m.recordKeys)
		} else {
			rows, err = m.keyRows(ctx, func(w *worker, rec uint32, out []key) []key {
				w.common = ix.common(rec, w.common[:0])
				return ix.joined(t, w.common, out)
			})
		}
		if err != nil {
			return err
		}
		if err := ix.tier[t].build(ctx, rows, m.cfg.Threads); err != nil {
			return err
		}
	}
	return nil
}

// keyRows are the keys of all records, row by row.
type keyRows struct {
	keys []key
	ends []uint32
}

func (m *Matcher) keyRows(ctx context.Context, of func(*worker, uint32, []key) []key) (keyRows, error) {
	n := len(m.store.ids)
	type part struct {
		keys []key
		ends []uint32
	}
	parts := make([]part, chunks(n))
	err := m.each(ctx, n, func(w *worker, c, from, to int) {
		p := part{ends: make([]uint32, 0, to-from)}
		for rec := from; rec < to; rec++ {
			w.keys = of(w, uint32(rec), w.keys[:0])
			slices.Sort(w.keys)
			w.keys = slices.Compact(w.keys)
			p.keys = append(p.keys, w.keys...)
			p.ends = append(p.ends, uint32(len(p.keys)))
		}
		p.keys = slices.Clip(p.keys)
		parts[c] = p
	})
	if err != nil {
		return keyRows{}, err
	}
	total := 0
	for _, p := range parts {
		total += len(p.keys)
	}
	if total > math.MaxUint32 {
		return keyRows{}, errTooMany
	}
	rows := keyRows{keys: make([]key, 0, total), ends: make([]uint32, 0, n)}
	for i, p := range parts {
		base := uint32(len(rows.keys))
		rows.keys = append(rows.keys, p.keys...)
		for _, end := range p.ends {
			rows.ends = append(rows.ends, base+end)
		}
		parts[i] = part{}
	}
	return rows, nil
}

// build sorts keys into places. It takes the keys shard by shard, so that what is
// looked up while it works stays small.
func (t *tier) build(ctx context.Context, rows keyRows, threads int) error {
	t.rowEnds = rows.ends
	t.rows = make([]uint32, len(rows.keys))
	var sizes [shardCount]int
	for _, k := range rows.keys {
		sizes[k>>(64-shardBits)]++
	}
	type entry struct {
		key key
		at  uint32 // in rows
	}
	type made struct {
		keys     []key
		ends     []uint32 // within the shard
		postings []uint32
	}
	parts := make([]made, shardCount)
	const group = 32 // shards gathered in one pass over the rows
	for first := 0; first < shardCount; first += group {
		var entries [group][]entry
		for s := range entries {
			entries[s] = make([]entry, 0, sizes[first+s])
		}
		for at, k := range rows.keys {
			if s := int(k>>(64-shardBits)) - first; s >= 0 && s < group {
				entries[s] = append(entries[s], entry{k, uint32(at)})
			}
		}
		err := parallel(ctx, threads, group, func(s int) {
			es := entries[s]
			slices.SortFunc(es, func(a, b entry) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at)) })
			p := made{postings: make([]uint32, len(es))}
			distinct := 0
			for i, e := range es {
				if i == 0 || e.key != es[i-1].key {
					distinct++
				}
			}
			p.keys, p.ends = make([]key, 0, distinct), make([]uint32, 0, distinct)
			rec := 0
			for i, e := range es {
				if i == 0 || e.key != es[i-1].key {
					p.keys, p.ends = append(p.keys, e.key), append(p.ends, uint32(i))
					rec = 0
				}
				rec += seek(rows.ends[rec:], e.at)
				p.postings[i] = uint32(rec)
				p.ends[len(p.ends)-1] = uint32(i + 1)
				t.rows[e.at] = uint32(len(p.keys) - 1) // within the shard, until all are known
			}
			parts[first+s] = p
			entries[s] = nil
		})
		if err != nil {
			return err
		}
	}
	return t.join(ctx, threads, rows, func(s int) ([]key, []uint32, []uint32) {
		p := parts[s]
		parts[s] = made{}
		return p.keys, p.ends, p.postings
	}, len(rows.keys))
}

// seek gives the first place whose end lies behind at, from the front, in steps
// that double.
func seek(ends []uint32, at uint32) int {
	step := 1
	for step < len(ends) && ends[step] <= at {
		step *= 2
	}
	lo := step / 2
	hi := min(step+1, len(ends))
	i, _ := slices.BinarySearch(ends[lo:hi], at+1)
	return lo + i
}

// join puts the shards one behind the other.
func (t *tier) join(ctx context.Context, threads int, rows keyRows, shard func(int) ([]key, []uint32, []uint32), total int) error {
	t.postings = make([]uint32, 0, total)
	for s := range shardCount {
		t.shard[s] = uint32(len(t.keys))
		keys, ends, postings := shard(s)
		base := uint32(len(t.postings))
		t.keys = append(t.keys, keys...)
		for _, e := range ends {
			t.ends = append(t.ends, base+e)
		}
		t.postings = append(t.postings, postings...)
	}
	t.shard[shardCount] = uint32(len(t.keys))
	t.keys, t.ends = slices.Clip(t.keys), slices.Clip(t.ends)
	return parallel(ctx, threads, threads, func(i int) {
		from, to := len(t.rows)*i/threads, len(t.rows)*(i+1)/threads
		for at := from; at < to; at++ {
			t.rows[at] += t.shard[rows.keys[at]>>(64-shardBits)]
		}
	})
}

// common gives the keys of a record that too many records have and that may be
// joined, rarest first, at most maxJoin.
func (ix *index) common(rec uint32, out []ranked) []ranked {
	for _, at := range ix.tier[0].row(rec) {
		out = ix.addCommon(at, out)
	}
	return rarest(out, maxJoin)
}

func (ix *index) addCommon(at uint32, out []ranked) []ranked {
	t := &ix.tier[0]
	if df := t.df(at); df > commonKey && joins[t.keys[at].kin()] {
		out = append(out, ranked{key: t.keys[at], df: uint32(df)})
	}
	return out
}

// A ranked key is one with the number of records that have it.
type ranked struct {
	key key
	df  uint32
	at  uint32 // its place
	in  uint8  // its tier
}

func rarest(keys []ranked, most int) []ranked {
	slices.SortFunc(keys, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.df, b.df), cmp.Compare(a.key, b.key)) })
	return keys[:min(len(keys), most)]
}

// joined makes the keys of tier t out of a record's common keys: pairs, and triples
// of which no two are a rare pair, which would lead to the others by itself.
func (ix *index) joined(t int, atoms []ranked, out []key) []key {
	for i, a := range atoms {
		for j, b := range atoms[:i] {
			if !joinable(a.key, b.key) {
				continue
			}
			if t == 1 {
				out = append(out, join(a.key, b.key))
				continue
			}
			if !ix.isCommon(1, join(a.key, b.key)) {
				continue
			}
			for _, c := range atoms[:j] {
				if joinable(a.key, c.key) && joinable(b.key, c.key) && ix.isCommon(1, join(a.key, c.key)) && ix.isCommon(1, join(b.key, c.key)) {
					out = append(out, join(a.key, b.key, c.key))
				}
			}
		}
	}
	return out
}

func (ix *index) isCommon(t int, k key) bool {
	at, ok := ix.tier[t].find(k)
	return ok && ix.tier[t].df(at) > commonKey
}

// joinable says whether two keys say different things: parts of one date do not.
func joinable(a, b key) bool {
	date := func(k key) bool { return k.kin() == kinDate || k.kin() == kinPart }
	return !(date(a) && date(b))
}

// join is one key for several, whatever their order.
func join(keys ...key) key {
	h := uint64(len(keys))
	for _, k := range keys {
		h += mix(uint64(k))
	}
	return key(mix(h)&^15 | uint64(kinJoined))
}
