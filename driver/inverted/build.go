package inverted

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"

	"overt"
	"overt/search"
)

// A builder makes a segment of items of one label, in memory.
type builder struct {
	lists map[string]*list
	slab  []list
	key   []byte
}

// build writes a segment of items of one label.
func build(w io.Writer, enc *zstd.Encoder, items []*search.Item) error {
	b := &builder{lists: map[string]*list{}}
	f := newFileWriter(w, enc, items[0].Label)
	f.meta.Runs = runsOf(items)
	for i, it := range items {
		words := b.add(uint32(i), it)
		run, _ := slices.BinarySearchFunc(f.meta.Runs, runStats{Run: it.Run, Until: it.Until}, runStats.compare)
		f.meta.Runs[run].Items++
		f.meta.Runs[run].Words += int64(words)
		data, err := json.Marshal(it)
		if err != nil {
			return err
		}
		f.record(data, uint32(run), kindOf(it.Kind), words, uint32(it.Page))
	}
	f.endRecords()
	keys := make([]string, 0, len(b.lists))
	for k := range b.lists {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		f.key([]byte(k), b.lists[k])
	}
	return f.finish()
}

func kindOf(k search.Kind) uint32 {
	if k == search.Entity {
		return 1
	}
	return 0
}

func runsOf(items []*search.Item) []runStats {
	var runs []runStats
	for _, it := range items {
		if !slices.Contains(runs, runStats{Run: it.Run, Until: it.Until}) {
			runs = append(runs, runStats{Run: it.Run, Until: it.Until})
		}
	}
	slices.SortFunc(runs, runStats.compare)
	return runs
}

// list gives the list of the key that b.key holds.
func (b *builder) list() *list {
	l := b.lists[string(b.key)]
	if l == nil {
		if len(b.slab) == 0 {
			b.slab = make([]list, 1024)
		}
		l, b.slab = &b.slab[0], b.slab[1:]
		b.lists[string(b.key)] = l
	}
	return l
}

// add takes an item in and counts its words.
func (b *builder) add(doc uint32, it *search.Item) (words uint32) {
	it.Stream(func(f search.Field, _ int, t search.Token) {
		words++
		b.word(keyText, doc, t)
		switch f {
		case search.FieldTitle:
			b.word(keyTitle, doc, t)
		case search.FieldName:
			b.word(keyName, doc, t)
		}
	})
	b.values(doc, it)
	return words
}

func (b *builder) word(field byte, doc uint32, t search.Token) {
	b.key = append(append(b.key[:0], field), t.Term...)
	b.list().add(doc, uint32(t.Pos))
	if t.Exact != t.Term {
		b.key = exactKey(b.key[:0], field, t.Term, t.Exact)
		b.list().add(doc, uint32(t.Pos))
	}
}

func exactKey(to []byte, field byte, term, exact string) []byte {
	to = append(append(to, keyExact, field), term...)
	return append(append(to, 0), exact...)
}

func (b *builder) values(doc uint32, it *search.Item) {
	b.value(keyID, doc, string(idKey(nil, it.ID, it.Run)))
	b.value(keyDocument, doc, string(it.Document))
	b.value(keyLanguage, doc, it.Language)
	b.value(keyKind, doc, it.Type)
	b.value(keySchema, doc, it.Schema)
	for _, d := range it.Dates {
		b.value(keyDate, doc, d)
	}
	for _, y := range it.Years() {
		b.value(keyYear, doc, y)
	}
	for _, e := range it.Entities {
		b.value(keyEntity, doc, string(e))
	}
	for _, id := range it.IDs {
		b.value(keyIdent, doc, search.IdentifierKey(id))
	}
	for _, n := range it.Names {
		b.value(keyWhole, doc, search.NameKey(n))
	}
}

// value files an item under a whole value; "" is none.
func (b *builder) value(field byte, doc uint32, v string) {
	if v != "" {
		b.key = append(append(b.key[:0], field), v...)
		b.list().addWhole(doc)
	}
}

func idKey(to []byte, id string, run overt.RunID) []byte {
	return binary.BigEndian.AppendUint32(append(append(to, id...), 0), uint32(run))
}
