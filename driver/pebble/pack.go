package pebble

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// A pack holds the statements of one entity under one class: a version byte,
// a hash of what is said (whatever the run's words and places), then the
// statements one after the other. Schemata, properties, languages,
// origins, tables and columns are numbers in the run's word list; strings are
// length and bytes. A place repeats only what differs from the place before.
//
//	statement  schema prop flags value [original] [quote] [lang] [origin]
//	           [canonical] [source id] [first seen] [last seen] count n place*
//	place      flags [source table row] [column] [pointer] [page start end]
const packVersion = 1

const ( // flags of a statement
	hasOriginal = 1 << iota
	hasQuote
	hasLang
	hasOrigin
	hasCanonical
	hasSourceID
	hasSeen
	isExternal
)

const ( // flags of a place
	hasRow = 1 << iota // source, table, row written; else as before
	hasColumn
	hasPointer
	hasPage
)

// words interns the short strings of one run. Number 0 is the empty string.
type words struct {
	list  []string
	index map[string]uint64
	room  []byte // scratch of said
}

func newWords() *words {
	return &words{list: []string{""}, index: map[string]uint64{"": 0}}
}

func (w *words) number(s string) uint64 {
	n, ok := w.index[s]
	if !ok {
		n = uint64(len(w.list))
		s = strings.Clone(s) // s may be a slice of a whole row
		w.list, w.index[s] = append(w.list, s), n
	}
	return n
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// appendCore writes everything of a statement that says what is said: two
// statements with equal cores are one statement with more places.
func appendCore(dst []byte, s *statement.Statement, w *words) []byte {
	dst = binary.AppendUvarint(dst, w.number(s.Schema))
	dst = binary.AppendUvarint(dst, w.number(s.Prop))
	optional := [...]struct {
		flag byte
		s    string
	}{{hasOriginal, s.Original}, {hasQuote, s.Quote}, {hasLang, s.Lang}, {hasOrigin, s.Origin}, {hasCanonical, string(s.Canonical)}, {hasSourceID, s.SourceID}}
	flags := byte(0)
	for _, o := range optional {
		if o.s != "" {
			flags |= o.flag
		}
	}
	if s.FirstSeen != "" || s.LastSeen != "" {
		flags |= hasSeen
	}
	if s.External {
		flags |= isExternal
	}
	dst = append(dst, flags)
	dst = appendString(dst, s.Value)
	for _, o := range optional {
		switch {
		case o.s == "":
		case o.flag == hasLang || o.flag == hasOrigin:
			dst = binary.AppendUvarint(dst, w.number(o.s))
		default:
			dst = appendString(dst, o.s)
		}
	}
	if flags&hasSeen != 0 {
		dst = appendString(appendString(dst, s.FirstSeen), s.LastSeen)
	}
	return dst
}

// appendPlaces writes the sightings. before is the place written last.
func appendPlaces(dst []byte, places []statement.Place, count int, before *statement.Place, w *words) []byte {
	dst = binary.AppendUvarint(dst, uint64(count))
	dst = binary.AppendUvarint(dst, uint64(len(places)))
	for _, p := range places {
		l := p.Locator
		flags := byte(0)
		if p.Source != before.Source || l.Table != before.Locator.Table || l.Row != before.Locator.Row {
			flags |= hasRow
		}
		if l.Column != "" {
			flags |= hasColumn
		}
		if l.Pointer != "" {
			flags |= hasPointer
		}
		if l.Page != 0 || l.Start != 0 || l.End != 0 {
			flags |= hasPage
		}
		dst = append(dst, flags)
		if flags&hasRow != 0 {
			dst = binary.AppendUvarint(dst, uint64(p.Source))
			dst = binary.AppendUvarint(dst, w.number(l.Table))
			dst = binary.AppendVarint(dst, l.Row)
		}
		if flags&hasColumn != 0 {
			dst = binary.AppendUvarint(dst, w.number(l.Column))
		}
		if flags&hasPointer != 0 {
			dst = appendString(dst, l.Pointer)
		}
		if flags&hasPage != 0 {
			dst = binary.AppendVarint(dst, int64(l.Page))
			dst = binary.AppendVarint(dst, int64(l.Start))
			dst = binary.AppendVarint(dst, int64(l.End))
		}
		*before = p
	}
	return dst
}

// appendPack writes a pack of statements that are in order and distinct.
func appendPack(dst []byte, stmts []*statement.Statement, w *words) []byte {
	dst = append(dst, packVersion)
	dst = binary.LittleEndian.AppendUint64(dst, w.said(stmts))
	var before statement.Place
	for _, s := range stmts {
		dst = appendCore(dst, s, w)
		dst = appendPlaces(dst, s.Places, s.Sightings(), &before, w)
	}
	return dst
}

// said hashes what statements say, so that two runs can be compared without
// decoding them.
func (w *words) said(stmts []*statement.Statement) uint64 {
	b := w.room[:0]
	for _, s := range stmts {
		for _, part := range [...]string{s.Schema, s.Prop, s.Value, s.Original, s.Lang, s.Origin, string(s.Canonical), s.SourceID, s.FirstSeen, s.LastSeen} {
			b = append(b, part...)
			b = append(b, 0xff) // never a byte of UTF-8
		}
		b = append(b, boolByte(s.External))
	}
	w.room = b
	return xxhash.Sum64(b)
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// packHead is the length of version and hash.
const packHead = 9

// order is the order of statements in a pack and in a View's answers.
func order(a, b *statement.Statement) int {
	if d := strings.Compare(a.Prop, b.Prop); d != 0 {
		return d
	}
	if d := strings.Compare(a.Value, b.Value); d != 0 {
		return d
	}
	if d := strings.Compare(a.Schema, b.Schema); d != 0 {
		return d
	}
	if d := strings.Compare(a.Original, b.Original); d != 0 {
		return d
	}
	if d := strings.Compare(a.Quote, b.Quote); d != 0 {
		return d
	}
	if d := strings.Compare(a.Lang, b.Lang); d != 0 {
		return d
	}
	if d := strings.Compare(a.Origin, b.Origin); d != 0 {
		return d
	}
	if d := strings.Compare(string(a.Canonical), string(b.Canonical)); d != 0 {
		return d
	}
	if d := strings.Compare(a.SourceID, b.SourceID); d != 0 {
		return d
	}
	if d := strings.Compare(a.FirstSeen+"\x00"+a.LastSeen, b.FirstSeen+"\x00"+b.LastSeen); d != 0 {
		return d
	}
	switch {
	case a.External == b.External:
		return 0
	case b.External:
		return -1
	}
	return 1
}

// tidy sorts statements and joins equal ones, adding up their sightings and
// keeping the first MaxPlaces places in the order of the source. It works in
// place, on the statements too, and gives the shortened slice. Pointers are
// sorted, for a statement is large and would be moved many times.
func tidy(stmts []*statement.Statement) []*statement.Statement {
	slices.SortStableFunc(stmts, order)
	out := stmts[:0]
	for _, s := range stmts {
		if n := len(out); n > 0 && order(out[n-1], s) == 0 {
			last := out[n-1]
			last.Count = last.Sightings() + s.Sightings()
			last.Places = joinPlaces(last.Places, s.Places)
			continue
		}
		out = append(out, s)
	}
	return out
}

// joinPlaces unites two lists, of which it changes none, so that the result does
// not depend on the order of Add.
func joinPlaces(a, b []statement.Place) []statement.Place {
	return statement.FirstPlaces(slices.Concat(a, b))
}

var errPack = errors.New("a stored pack of statements is damaged")

// A decoder reads packs. Strings are slices of one copy of the pack, places
// slices of a few arrays.
type decoder struct {
	s     string
	bad   bool
	words []string
	spare []statement.Place
}

func (d *decoder) uvarint() uint64 {
	var x uint64
	for i := 0; i < len(d.s) && i < binary.MaxVarintLen64; i++ {
		b := d.s[i]
		x |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.s = d.s[i+1:]
			return x
		}
	}
	d.bad, d.s = true, ""
	return 0
}

func (d *decoder) varint() int64 {
	u := d.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (d *decoder) byte() byte {
	if d.s == "" {
		d.bad = true
		return 0
	}
	b := d.s[0]
	d.s = d.s[1:]
	return b
}

func (d *decoder) string() string {
	n := d.uvarint()
	if n > uint64(len(d.s)) {
		d.bad, d.s = true, ""
		return ""
	}
	v := d.s[:n]
	d.s = d.s[n:]
	return v
}

func (d *decoder) word() string {
	n := d.uvarint()
	if n >= uint64(len(d.words)) {
		d.bad = true
		return ""
	}
	return d.words[n]
}

// readPack appends the pack's statements to dst.
func readPack(dst []statement.Statement, pack []byte, id ftm.EntityID, c statement.Class, list []string) ([]statement.Statement, error) {
	if len(pack) < packHead || pack[0] != packVersion {
		return dst, errPack
	}
	d := decoder{s: string(pack[packHead:]), words: list}
	if cap(dst) == 0 {
		dst = make([]statement.Statement, 0, d.guess())
	}
	var before statement.Place
	for d.s != "" && !d.bad {
		s := statement.Statement{Entity: id, Class: c}
		d.core(&s)
		s.Count = int(d.uvarint())
		d.places(&s, &before)
		dst = append(dst, s)
	}
	if d.bad {
		return dst, errPack
	}
	return dst, nil
}

func (d *decoder) core(s *statement.Statement) {
	s.Schema, s.Prop = d.word(), d.word()
	flags := d.byte()
	s.Value = d.string()
	if flags&hasOriginal != 0 {
		s.Original = d.string()
	}
	if flags&hasQuote != 0 {
		s.Quote = d.string()
	}
	if flags&hasLang != 0 {
		s.Lang = d.word()
	}
	if flags&hasOrigin != 0 {
		s.Origin = d.word()
	}
	if flags&hasCanonical != 0 {
		s.Canonical = ftm.EntityID(d.string())
	}
	if flags&hasSourceID != 0 {
		s.SourceID = d.string()
	}
	if flags&hasSeen != 0 {
		s.FirstSeen, s.LastSeen = d.string(), d.string()
	}
	s.External = flags&isExternal != 0
}

func (d *decoder) places(s *statement.Statement, before *statement.Place) {
	n := d.uvarint()
	if n > statement.MaxPlaces {
		d.bad = true
		return
	}
	s.Places = d.room(int(n))
	for i := range s.Places {
		p := statement.Place{Source: before.Source, Locator: overt.Locator{Table: before.Locator.Table, Row: before.Locator.Row}}
		flags := d.byte()
		if flags&hasRow != 0 {
			p.Source, p.Locator.Table, p.Locator.Row = int(d.uvarint()), d.word(), d.varint()
		}
		if flags&hasColumn != 0 {
			p.Locator.Column = d.word()
		}
		if flags&hasPointer != 0 {
			p.Locator.Pointer = d.string()
		}
		if flags&hasPage != 0 {
			p.Locator.Page, p.Locator.Start, p.Locator.End = int(d.varint()), int(d.varint()), int(d.varint())
		}
		s.Places[i], *before = p, p
	}
}

// usualStatement is about how many bytes a statement and its place take where
// values are short: those of contract actions take 29.
const usualStatement = 28

// guess is how many statements the rest of a pack may hold, so that usually
// one array is made for them. It never makes much of a few bytes: who keeps
// one statement of a small pack keeps little else.
func (d *decoder) guess() int { return min(16, 1+len(d.s)/usualStatement) }

// room gives n places, nil for none.
func (d *decoder) room(n int) []statement.Place {
	if n == 0 {
		return nil
	}
	if n > len(d.spare) {
		d.spare = make([]statement.Place, max(n, d.guess()))
	}
	places := d.spare[:n:n]
	d.spare = d.spare[n:]
	return places
}
