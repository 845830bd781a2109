package extract

import (
	"unicode/utf8"

	"overt/internal/wire"
)

// Rows cross from the process that reads a table to the one that asked for them:
// a Packer writes them there, an Unpacker reads them here. What rows share goes
// once, before the first of them.

// What is written, by its first byte.
const (
	packColumns = 'C'
	packJoined  = 'J'
	packTexts   = 't'
	packValues  = 'v'
	packMany    = 'j'
)

// maxSets is how many kinds of columns the rows of one reader may have.
const maxSets = 8

// A Packer writes rows. The zero Packer is ready for use.
type Packer struct {
	sets []any // *Columns and *Joined, by number
}

// Append appends a row; it is not ok for records of other kinds.
func (p *Packer) Append(dst []byte, rec Record) (out []byte, ok bool) {
	switch r := rec.(type) {
	case *textRow:
		dst, n := p.columns(dst, r.columns)
		dst = wire.AppendCount(wire.AppendInt(wire.AppendCount(append(dst, packTexts), n), r.row), len(r.values))
		for _, v := range r.values {
			dst = wire.AppendCount(dst, len(v))
		}
		for _, v := range r.values {
			dst = append(dst, v...)
		}
		return dst, true
	case *valueRow:
		dst, n := p.columns(dst, r.columns)
		return appendValues(wire.AppendInt(wire.AppendCount(append(dst, packValues), n), r.row), r.values), true
	case wholeRow:
		return p.joined(dst, r.joinedRow), true
	case *joinedRow:
		return p.joined(dst, r), true
	}
	return dst, false
}

func (p *Packer) number(set any) (n int, known bool) {
	for i, s := range p.sets {
		if s == set {
			return i, true
		}
	}
	p.sets = append(p.sets, set)
	return len(p.sets) - 1, false
}

func (p *Packer) columns(dst []byte, c *Columns) ([]byte, int) {
	n, known := p.number(c)
	if !known {
		dst = wire.AppendBool(wire.AppendText(append(dst, packColumns), c.Table), c.Blank)
		dst = appendTexts(dst, c.Names)
	}
	return dst, n
}

func (p *Packer) joined(dst []byte, r *joinedRow) []byte {
	n, known := p.number(r.columns)
	if j := r.columns; !known {
		dst = appendTexts(append(dst, packJoined), j.Tables)
		dst = appendTexts(appendTexts(wire.AppendBool(dst, j.Single), j.Names), j.Shown)
		for _, t := range j.Of {
			dst = wire.AppendCount(dst, t)
		}
	}
	dst = wire.AppendCount(append(dst, packMany), n)
	for _, row := range r.numbers {
		dst = wire.AppendInt(dst, row)
	}
	return appendValues(dst, r.values)
}

func appendTexts(dst []byte, list []string) []byte {
	dst = wire.AppendCount(dst, len(list))
	for _, s := range list {
		dst = wire.AppendText(dst, s)
	}
	return dst
}

func appendValues(dst []byte, values []Value) []byte {
	dst = wire.AppendCount(dst, len(values))
	for _, v := range values {
		if v.None {
			dst = append(dst, 0)
			continue
		}
		dst = wire.AppendText(wire.AppendText(append(dst, 1), v.Text), v.Raw)
	}
	return dst
}

// An Unpacker reads what a Packer wrote, and believes none of it: a row has no
// more values than columns, and no more columns than the limits allow.
type Unpacker struct {
	columns int // at most
	sets    []any
}

// NewUnpacker gives an unpacker under some limits.
func NewUnpacker(l Limits) *Unpacker {
	// A join has the columns of many tables.
	return &Unpacker{columns: 8 * l.WithDefaults().Columns}
}

// Row reads the next row; nil after a mistake, which r knows.
func (u *Unpacker) Row(r *wire.Reader) Record {
	for {
		switch r.Byte() {
		case packColumns:
			table, blank := r.Text(), r.Bool()
			c := NewColumns(table, u.texts(r))
			c.Blank = blank
			u.add(r, c)
		case packJoined:
			u.add(r, u.joint(r))
		case packTexts:
			if c, _ := u.set(r).(*Columns); c != nil {
				return c.textsFrom(r)
			}
			r.Fail()
		case packValues:
			if c, _ := u.set(r).(*Columns); c != nil {
				row := positive(r)
				if values := valuesFrom(r, len(c.Names)); !r.Bad() {
					return c.Row(row, values)
				}
			}
			r.Fail()
		case packMany:
			if j, _ := u.set(r).(*Joined); j != nil {
				return j.rowFrom(r)
			}
			r.Fail()
		default:
			r.Fail()
		}
		if r.Bad() {
			return nil
		}
	}
}

func (u *Unpacker) add(r *wire.Reader, set any) {
	if len(u.sets) == maxSets {
		r.Fail()
	}
	if !r.Bad() {
		u.sets = append(u.sets, set)
	}
}

func (u *Unpacker) set(r *wire.Reader) any {
	n := r.Count(0)
	if n >= len(u.sets) {
		r.Fail()
		return nil
	}
	return u.sets[n]
}

func (u *Unpacker) texts(r *wire.Reader) []string {
	n := r.Count(1)
	if n > u.columns {
		r.Fail()
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = r.Text()
	}
	return out
}

func (u *Unpacker) joint(r *wire.Reader) *Joined {
	j := &Joined{Tables: u.texts(r), Single: r.Bool(), Names: u.texts(r), Shown: u.texts(r)}
	for range j.Names {
		t := r.Count(0)
		if t >= len(j.Tables) {
			r.Fail()
			break
		}
		j.Of = append(j.Of, t)
	}
	if len(j.Tables) == 0 || len(j.Shown) != len(j.Names) || len(j.Of) != len(j.Names) {
		r.Fail()
	}
	return j.Index()
}

// positive takes the number of a row.
func positive(r *wire.Reader) int64 {
	n := r.Int()
	if n <= 0 {
		r.Fail()
	}
	return n
}

// textsFrom reads a row of texts into one piece of memory.
func (c *Columns) textsFrom(r *wire.Reader) Record {
	row, n := positive(r), r.Count(1)
	if n > len(c.Names) {
		r.Fail()
		return nil
	}
	ends, size := make([]int, n), 0
	for i := range ends {
		if size += r.Count(0); size < 0 {
			r.Fail()
			return nil
		}
		ends[i] = size
	}
	raw := r.Bytes(size)
	if r.Bad() {
		return nil
	}
	values := make([]string, n)
	whole := utf8.Valid(raw)
	text := string(raw)
	from := 0
	for i, to := range ends {
		if whole && (to == len(text) || utf8.RuneStart(text[to])) {
			values[i] = text[from:to]
		} else {
			values[i], whole = wire.Valid(raw[from:to]), false
		}
		from = to
	}
	return c.Texts(row, values)
}

func valuesFrom(r *wire.Reader, most int) []Value {
	n := r.Count(1)
	if n > most {
		r.Fail()
		return nil
	}
	out := make([]Value, n)
	for i := range out {
		if !r.Bool() {
			out[i].None = true
			continue
		}
		out[i].Text, out[i].Raw = r.Text(), r.Text()
	}
	return out
}

func (j *Joined) rowFrom(r *wire.Reader) Record {
	numbers := make([]int64, len(j.Tables))
	for i := range numbers {
		numbers[i] = positive(r)
	}
	values := valuesFrom(r, len(j.Names))
	if r.Bad() || len(values) != len(j.Names) {
		r.Fail()
		return nil
	}
	return j.Row(numbers, values)
}
