package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A store holds records as rows of value ids. A value is a text under a tag; the
// tag says how it is read. Equal values are kept once.
type store struct {
	text  []byte
	ends  []uint32 // of value v in text
	tags  []tag
	table []uint32 // open addressing: value id + 1

	rows    []uint32 // value ids of all records, those of one in order of tag and text
	rowEnds []uint32

	ids     []string
	schema  []uint16 // number in the plan
	source  []uint32 // number in sources
	sources []string
	named   map[string]uint32
	homes   []uint64 // by source: the hash of its name
	unique  []bool   // by source
	cut     int      // values left out because a record had too many
}

func newStore() store {
	return store{table: make([]uint32, 1<<10), named: map[string]uint32{}}
}

func (s *store) add(p *plan, r Record) error {
	schema, ok := p.schemaByName[r.Schema]
	switch {
	case !ok:
		return fmt.Errorf("match: record %s has the unknown schema %q", r.ID, r.Schema)
	case p.schemata[schema].edge:
		return fmt.Errorf("match: record %s of schema %s is a link between entities", r.ID, r.Schema)
	case len(s.ids) >= maxRecords:
		return fmt.Errorf("match: more than %d records", maxRecords)
	}
	row, cut, err := s.row(p.read(schema, r.Values))
	if err != nil {
		return fmt.Errorf("match: record %s: %w", r.ID, err)
	}
	if len(s.rows)+len(row) > math.MaxUint32 {
		return fmt.Errorf("match: record %s: more values than can be held", r.ID)
	}
	source, ok := s.named[r.Source]
	if !ok {
		source = uint32(len(s.sources))
		s.sources = append(s.sources, strings.Clone(r.Source))
		s.named[s.sources[source]] = source
	}
	s.cut += cut
	s.rows = append(s.rows, row...)
	s.rowEnds = append(s.rowEnds, uint32(len(s.rows)))
	s.ids = append(s.ids, strings.Clone(r.ID))
	s.schema = append(s.schema, schema)
	s.source = append(s.source, source)
	return nil
}

// row interns tagged texts, sorted and each once, at most maxPerSlot per slot.
func (s *store) row(values []tagged) (row []uint32, cut int, err error) {
	values, cut = tidy(values)
	for _, v := range values {
		id, err := s.intern(v)
		if err != nil {
			return nil, 0, err
		}
		row = append(row, id)
	}
	return row, cut, nil
}

// tidy sorts tagged texts, each once, and cuts to maxPerSlot per slot.
func tidy(values []tagged) (kept []tagged, cut int) {
	slices.SortFunc(values, func(a, b tagged) int {
		return cmp.Or(cmp.Compare(a.tag, b.tag), strings.Compare(a.text, b.text))
	})
	values = slices.Compact(values)
	kept = values[:0]
	n, last := 0, slot(slots)
	for _, v := range values {
		if v.tag.slot() != last {
			n, last = 0, v.tag.slot()
		}
		if n++; n > maxPerSlot {
			cut++
			continue
		}
		kept = append(kept, v)
	}
	return kept, cut
}

func (s *store) intern(v tagged) (uint32, error) {
	h := hashText(uint64(v.tag), v.text)
	mask := uint64(len(s.table) - 1)
	at := h & mask
	for ; s.table[at] != 0; at = (at + 1) & mask {
		id := s.table[at] - 1
		if s.tags[id] == v.tag && string(s.bytes(id)) == v.text {
			return id, nil
		}
	}
	if len(s.text)+len(v.text) > math.MaxUint32 {
		return 0, fmt.Errorf("more than %d bytes of text", uint32(math.MaxUint32))
	}
	id := uint32(len(s.tags))
	s.text = append(s.text, v.text...)
	s.ends = append(s.ends, uint32(len(s.text)))
	s.tags = append(s.tags, v.tag)
	s.table[at] = id + 1
	if len(s.tags)*3 > len(s.table)*2 {
		s.rehash()
	}
	return id, nil
}

func (s *store) rehash() {
	s.table = make([]uint32, 2*len(s.table))
	mask := uint64(len(s.table) - 1)
	for id := range s.tags {
		at := hashText(uint64(s.tags[id]), string(s.bytes(uint32(id)))) & mask
		for s.table[at] != 0 {
			at = (at + 1) & mask
		}
		s.table[at] = uint32(id) + 1
	}
}

func (s *store) bytes(id uint32) []byte {
	if id == 0 {
		return s.text[:s.ends[0]]
	}
	return s.text[s.ends[id-1]:s.ends[id]]
}

// values gives the row of a record.
func (s *store) values(rec uint32) []uint32 {
	if rec == 0 {
		return s.rows[:s.rowEnds[0]]
	}
	return s.rows[s.rowEnds[rec-1]:s.rowEnds[rec]]
}

// sort numbers the records and values by their ids and texts, so that nothing
// later depends on the order in which they came.
func (s *store) sort() error {
	s.table = nil
	order := make([]uint32, len(s.ids))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(s.ids[a], s.ids[b]) })
	for i := 1; i < len(order); i++ {
		if s.ids[order[i]] == s.ids[order[i-1]] {
			return fmt.Errorf("match: two records have the id %s", s.ids[order[i]])
		}
	}
	rows, ends := make([]uint32, 0, len(s.rows)), make([]uint32, 0, len(order))
	for _, rec := range order {
		rows = append(rows, s.values(rec)...)
		ends = append(ends, uint32(len(rows)))
	}
	s.rows, s.rowEnds = rows, ends
	s.ids, s.schema, s.source = permute(s.ids, order), permute(s.schema, order), permute(s.source, order)
	s.sortSources()
	return nil
}

// sortSources numbers sources by their names, so that nothing tells which came first.
func (s *store) sortSources() {
	old := s.sources
	s.sources = slices.Sorted(slices.Values(old))
	number := make([]uint32, len(old))
	for i, name := range old {
		at, _ := slices.BinarySearch(s.sources, name)
		number[i], s.named[name] = uint32(at), uint32(at)
	}
	for i, source := range s.source {
		s.source[i] = number[source]
	}
}

func permute[T any](from []T, order []uint32) []T {
	to := make([]T, len(from))
	for i, at := range order {
		to[i] = from[at]
	}
	return to
}

// mark says of each source, once they are in order, what a comparison asks about it.
func (s *store) mark(unique []string) {
	s.homes, s.unique = make([]uint64, len(s.sources)), make([]bool, len(s.sources))
	for i, name := range s.sources {
		s.homes[i] = hashText(0, name)
	}
	for _, name := range unique {
		if id, ok := s.named[name]; ok {
			s.unique[id] = true
		}
	}
}

// find gives the number of a record, after sort.
func (s *store) find(id string) (uint32, bool) {
	at, ok := slices.BinarySearch(s.ids, id)
	return uint32(at), ok
}

// hashText is FNV-1a with a final mix: the same on every machine, which a seeded
// hash is not.
func hashText(seed uint64, text string) uint64 {
	h := uint64(14695981039346656037) ^ seed*0x9e3779b97f4a7c15
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return mix(h)
}

func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

// counts gives how many records each source has, in steps.
func (s *store) counts() []float64 {
	n := make([]int, len(s.sources))
	for _, of := range s.source {
		n[of]++
	}
	out := make([]float64, len(n))
	for i := range out {
		out[i] = stepped(n[i], countSteps)
	}
	return out
}
