package tree

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"overt"
	"overt/extract"
	"overt/internal/wire"
)

// Flags of a node on the wire, beside its kind in the lowest bits.
const (
	wireKind   = 7
	wireBare   = 1 << 3
	wireValued = 1 << 4
	wireAttr   = 1 << 5
	wirePacked = 1 << 6
)

// Append appends a record of a tree as Unpacker reads it; it is not ok for
// records of other kinds, and for those inside others.
func Append(dst []byte, rec extract.Record) (out []byte, ok bool) {
	r, ok := rec.(*record)
	if !ok || r.parent != nil {
		return dst, false
	}
	dst = wire.AppendText(dst, r.at.Table)
	dst = wire.AppendText(wire.AppendInt(dst, r.at.Row), r.at.Pointer)
	dst = wire.AppendText(dst, r.n.all)
	return r.n.appendWire(dst, r.n.all), true
}

// appendWire writes a node and what is below. The texts of elements lie inside
// each other: of each goes where it stands in the text of the record.
func (n *node) appendWire(dst []byte, all string) []byte {
	flags := byte(n.kind)
	for _, f := range [...]struct {
		is  bool
		bit byte
	}{{n.bare, wireBare}, {n.valued, wireValued}, {n.attr, wireAttr}, {n.packed, wirePacked}} {
		if f.is {
			flags |= f.bit
		}
	}
	dst = wire.AppendText(wire.AppendText(append(dst, flags), n.name), n.prefix)
	dst = wire.AppendInt(dst, int64(n.pos))
	switch {
	case n.kind == scalar:
		dst = wire.AppendText(dst, n.text)
	case n.kind == element && n.valued:
		stands := all[n.from:n.to]
		from := n.from + len(stands) - len(strings.TrimLeftFunc(stands, unicode.IsSpace))
		dst = wire.AppendCount(wire.AppendCount(dst, from), len(n.text))
	}
	dst = wire.AppendCount(dst, len(n.kids))
	for _, k := range n.kids {
		dst = k.appendWire(dst, all)
	}
	return dst
}

// An Unpacker reads records that Append wrote in another process, and believes
// none of it: a record is as large and as deep as the limits allow a reader.
type Unpacker struct {
	limits extract.Limits
	names  builder // of which the names are shared
	all    string
	budget int64
}

// NewUnpacker gives an unpacker under some limits.
func NewUnpacker(l extract.Limits) *Unpacker { return &Unpacker{limits: l.WithDefaults()} }

// Record reads the next record; nil after a mistake, which r knows.
func (u *Unpacker) Record(r *wire.Reader) extract.Record {
	at := overt.Locator{Table: r.Text(), Row: r.Int(), Pointer: r.Text()}
	u.all, u.budget = r.Text(), u.limits.Subtree
	u.spend(r, len(u.all))
	n := u.node(r, 0)
	if at.Row < 0 || r.Bad() {
		r.Fail()
		return nil
	}
	n.all = u.all
	return &record{n: n, at: at}
}

func (u *Unpacker) spend(r *wire.Reader, n int) {
	if u.budget -= int64(n); u.budget < 0 {
		r.Fail()
	}
}

// leastNode is how many bytes a node takes at least.
const leastNode = 5

func (u *Unpacker) node(r *wire.Reader, depth int) *node {
	flags := r.Byte()
	n := &node{
		kind: kind(flags & wireKind), bare: flags&wireBare != 0, valued: flags&wireValued != 0,
		attr: flags&wireAttr != 0, packed: flags&wirePacked != 0,
	}
	n.name, n.prefix = u.names.share(r.Text()), u.names.share(r.Text())
	pos := r.Int()
	n.pos = int(int32(pos))
	u.spend(r, nodeCost)
	if n.kind > element || flags > wireKind|wireBare|wireValued|wireAttr|wirePacked || pos < 0 || int64(n.pos) != pos || depth > u.limits.Depth+2 {
		r.Fail()
		return n
	}
	u.text(r, n)
	count := r.Count(leastNode)
	if count > 0 && n.kind <= scalar {
		r.Fail()
		return n
	}
	for range count {
		if r.Bad() {
			return n
		}
		n.kids = append(n.kids, u.node(r, depth+1))
	}
	return n
}

// text reads the own text of a node.
func (u *Unpacker) text(r *wire.Reader, n *node) {
	switch {
	case n.kind == scalar:
		n.text = r.Text()
		u.spend(r, len(n.text))
	case n.kind == element && n.valued:
		from, size := r.Count(0), r.Count(0)
		if to := from + size; from > len(u.all) || size > len(u.all)-from || !starts(u.all, from) || !starts(u.all, to) {
			r.Fail()
		} else {
			n.text, n.from, n.to = u.all[from:to], from, to
		}
	}
}

// starts says whether no character of a text is cut at an offset.
func starts(s string, at int) bool { return at == len(s) || utf8.RuneStart(s[at]) }
