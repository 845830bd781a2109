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
	kinIdent   kin = iota // identifier, e-mail, telephone number, host, reference
	kinFull               // the whole name
	kinPair               // two words of a name
	kinToken              // one word of a name
	kinDate               // a day
	kinPart               // month and day, year and month, year
	kinPlace              // street and number, postal code
	kinAcro               // acronym
	kinInitial            // first letter of a word of a name
	kinBones              // skeleton of a word of a name
	kinWeak               // a word of a name, a letter left out
	kinArea               // a word of an address, a country
	kinWord               // a word of a text
	kinJoined             // two or three common keys together
	kins
)

// factor is how much a shared key of the kin counts beside its rarity. Method:
// weights of typed tokens in nomenklatura's index, adjusted on none of our data.
var factor = [kins]float32{
	kinIdent: 10, kinFull: 3, kinToken: 3, kinPair: 2, kinBones: 1.5, kinWeak: 1.5, kinInitial: 1, kinAcro: 2,
	kinDate: 2.5, kinPart: 2, kinPlace: 3, kinArea: 1, kinWord: 1, kinJoined: 2,
}

// joins says which keys are joined with others when too many records have them.
var joins = [kins]bool{
	kinIdent: true, kinFull: true, kinToken: true, kinDate: true, kinPart: true, kinPlace: true, kinAcro: true,
	kinInitial: true, kinBones: true, kinArea: true, kinWord: true,
}

// A key is a hash whose low four bits are its kin.
type key uint64

func keyOf(k kin, s slot, text string) key {
	return key(hashText(uint64(k)<<8|uint64(s), text)&^15 | uint64(k))
}

func (k key) kin() kin { return kin(k & 15) }

// Bounds of the index.
const (
	commonKey  = 200            // records from which a key leads to nobody by itself
	maxKeys    = 192            // keys of one record
	maxJoin    = 16             // common keys of one record that are joined
	mostJoined = 48             // joined keys of one record in a tier
	groupJoin  = 3              // of one group, beside a first letter
	manyJoined = 10 * commonKey // records that have two keys by chance from which they are not joined
	tiers      = 3              // a joined key has at most three terms
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
	groups   []uint8 // of the keys in rows, of the first tier only
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
	from, to := t.span(rec)
	return t.rows[from:to]
}

func (t *tier) span(rec uint32) (from, to uint32) {
	if rec > 0 {
		from = t.rowEnds[rec-1]
	}
	return from, t.rowEnds[rec]
}

// groupsOf gives the groups of the keys of a record.
func (t *tier) groupsOf(rec uint32) []uint8 {
	from, to := t.span(rec)
	return t.groups[from:to]
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
			rows, err = m.keyRows(ctx, func(w *worker, rec uint32, out []grouped) []grouped {
				w.common = ix.common(rec, w.common[:0])
				for _, k := range ix.joined(t, w.common, nil) {
					out = append(out, grouped{key: k.key})
				}
				return out
			})
		}
		if err != nil {
			return err
		}
		if t == 0 {
			ix.tier[t].groups = rows.groups
		}
		if err := ix.tier[t].build(ctx, rows, m.cfg.Threads); err != nil {
			return err
		}
	}
	return nil
}

// A grouped key is one with its group among the keys of its record. Keys of one
// group say one thing, so that no more than one of them counts: a word, and it with
// a letter left out. Keys of group 0 count each by itself.
type grouped struct {
	key
	group uint8
}

func compareGrouped(a, b grouped) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.group, b.group))
}

func sameKey(a, b grouped) bool { return a.key == b.key }

// keyRows are the keys of all records, row by row.
type keyRows struct {
	keys   []key
	groups []uint8
	ends   []uint32
}

func (m *Matcher) keyRows(ctx context.Context, of func(*worker, uint32, []grouped) []grouped) (keyRows, error) {
	n := len(m.store.ids)
	parts := make([]keyRows, chunks(n))
	err := m.each(ctx, n, func(w *worker, c, from, to int) {
		p := keyRows{ends: make([]uint32, 0, to-from)}
		for rec := from; rec < to; rec++ {
			w.keys = of(w, uint32(rec), w.keys[:0])
			slices.SortFunc(w.keys, compareGrouped)
			w.keys = slices.CompactFunc(w.keys, sameKey)
			for _, k := range w.keys {
				p.keys, p.groups = append(p.keys, k.key), append(p.groups, k.group)
			}
			p.ends = append(p.ends, uint32(len(p.keys)))
		}
		p.keys, p.groups = slices.Clip(p.keys), slices.Clip(p.groups)
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
	rows := keyRows{keys: make([]key, 0, total), groups: make([]uint8, 0, total), ends: make([]uint32, 0, n)}
	for i, p := range parts {
		base := uint32(len(rows.keys))
		rows.keys = append(rows.keys, p.keys...)
		rows.groups = append(rows.groups, p.groups...)
		for _, end := range p.ends {
			rows.ends = append(rows.ends, base+end)
		}
		parts[i] = keyRows{}
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
// joined, rarest first.
func (ix *index) common(rec uint32, out []ranked) []ranked {
	groups := ix.tier[0].groupsOf(rec)
	for i, at := range ix.tier[0].row(rec) {
		out = ix.addCommon(at, groups[i], out)
	}
	return joining(out)
}

// joining cuts common keys to those that are joined: the rarest, few of each group.
func joining(keys []ranked) []ranked {
	var of [math.MaxUint8 + 1]uint8
	keys = slices.DeleteFunc(rarest(keys, len(keys)), func(k ranked) bool {
		if k.group == 0 || k.key.kin() == kinInitial {
			return false
		}
		of[k.group]++
		return of[k.group] > groupJoin
	})
	return keys[:min(len(keys), maxJoin)]
}

func (ix *index) addCommon(at uint32, group uint8, out []ranked) []ranked {
	t := &ix.tier[0]
	if df := t.df(at); df > commonKey && joins[t.keys[at].kin()] {
		out = append(out, ranked{key: t.keys[at], df: uint32(df), group: group})
	}
	return out
}

// A ranked key is one with the number of records that have it.
type ranked struct {
	key   key
	df    uint32
	at    uint32 // its place
	in    uint8  // its tier
	group uint8
	worth float32
}

func rarest(keys []ranked, most int) []ranked {
	slices.SortFunc(keys, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.df, b.df), cmp.Compare(a.key, b.key)) })
	return keys[:min(len(keys), most)]
}

// joined makes the keys of tier t out of a record's common keys: pairs, and triples
// of which no two are a rare pair, which would lead to the others by itself. Of too
// many it keeps those that the fewest records have by chance, which is their df.
func (ix *index) joined(t int, atoms, out []ranked) []ranked {
	add := func(chance float64, keys ...key) {
		out = append(out, ranked{key: join(keys...), df: uint32(min(chance, math.MaxUint32))})
	}
	n := float64(ix.n)
	for i, a := range atoms {
		for j, b := range atoms[:i] {
			two := float64(a.df) * float64(b.df) / n
			if !ix.joinable(a, b) {
				continue
			}
			if t == 1 {
				add(two, a.key, b.key)
				continue
			}
			if !ix.isCommon(1, join(a.key, b.key)) {
				continue
			}
			for _, c := range atoms[:j] {
				if ix.joinable(a, c) && ix.joinable(b, c) && ix.isCommon(1, join(a.key, c.key)) && ix.isCommon(1, join(b.key, c.key)) {
					add(two*float64(c.df)/n, a.key, b.key, c.key)
				}
			}
		}
	}
	return rarest(out, mostJoined)
}

func (ix *index) isCommon(t int, k key) bool {
	at, ok := ix.tier[t].find(k)
	return ok && ix.tier[t].df(at) > commonKey
}

// joinable says whether two keys say different things, and few enough records would
// have both for a third to make them rare.
func (ix *index) joinable(a, b ranked) bool {
	return (a.group == 0 || a.group != b.group) && float64(a.df)*float64(b.df) <= manyJoined*float64(ix.n)
}

// join is one key for several, whatever their order.
func join(keys ...key) key {
	h := uint64(len(keys))
	for _, k := range keys {
		h += mix(uint64(k))
	}
	return key(mix(h)&^15 | uint64(kinJoined))
}
