package pebble

import (
	"encoding/binary"
	"maps"
	"slices"

	"overt/statement"
)

// A fragment is what one Add says of an entity, on its way through the sort:
// how many statements and sightings it holds, then their pack.
func appendFragment(dst []byte, distinct, sightings int, stmts []*statement.Statement, w *words) []byte {
	dst = binary.AppendUvarint(dst, uint64(distinct))
	dst = binary.AppendUvarint(dst, uint64(sightings))
	return appendPack(dst, stmts, w)
}

// openFragment takes a fragment apart. It is only ever given what this process
// wrote; bytes that no fragment has give no pack, which reading it then says.
func openFragment(b []byte) (distinct, sightings int64, pack []byte) {
	d, n := binary.Uvarint(b)
	s, m := binary.Uvarint(b[max(n, 0):])
	return int64(d), int64(s), b[max(n, 0)+max(m, 0):]
}

// fragments joins the packs that Add wrote for one entity and class. An entity
// that a table names in every row has a fragment per row, so equal statements
// are joined as they come and memory stays in proportion to what is distinct.
type fragments struct {
	w         *writer
	key       []byte
	first     []byte
	many      map[string]*statement.Statement
	scratch   []statement.Statement
	order     []*statement.Statement
	core      []byte
	pack      []byte
	distinct  int64
	sightings int64
}

// begin takes the first fragment of a key. An empty one says that the entity is
// not taken over from the base, and nothing else.
func (f *fragments) begin(key, fragment []byte) {
	if len(fragment) == 0 {
		f.key, f.first, f.many, f.distinct, f.sightings = append(f.key[:0], key...), f.first[:0], nil, 0, 0
		return
	}
	var pack []byte
	f.distinct, f.sightings, pack = openFragment(fragment)
	f.key = append(f.key[:0], key...)
	f.first = append(f.first[:0], pack...)
	f.many = nil
}

func (f *fragments) join(fragment []byte) error {
	if len(fragment) == 0 {
		return nil
	}
	if len(f.first) == 0 {
		f.begin(f.key, fragment)
		return nil
	}
	if f.many == nil {
		f.many = map[string]*statement.Statement{}
		if err := f.take(f.first); err != nil {
			return err
		}
	}
	_, sightings, pack := openFragment(fragment)
	f.sightings += sightings
	return f.take(pack)
}

func (f *fragments) take(pack []byte) error {
	var err error
	f.scratch, err = readPack(f.scratch[:0], pack, "", 0, f.w.words.list)
	if err != nil {
		return err
	}
	for i := range f.scratch {
		s := &f.scratch[i]
		f.core = appendCore(f.core[:0], s, f.w.words)
		if old, ok := f.many[string(f.core)]; ok {
			old.Count += s.Count
			old.Places = joinPlaces(old.Places, s.Places)
			continue
		}
		kept := *s
		f.many[string(f.core)] = &kept
	}
	return nil
}

// finish gives the entity's pack, valid until begin; an empty one when nothing
// was said.
func (f *fragments) finish() []byte {
	if f.many == nil {
		return f.first
	}
	f.order = tidy(slices.AppendSeq(f.order[:0], maps.Values(f.many)))
	f.distinct = int64(len(f.order))
	f.pack = appendPack(f.pack[:0], f.order, f.w.words)
	return f.pack
}
