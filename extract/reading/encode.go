package reading

import (
	"encoding/binary"
	"math"

	"overt/extract/document"
)

// Pages and rows are written as varints and strings, measures in hundredths of
// a point. A box is written as it differs from the one before.

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func hundredths(v float32) int64 { return int64(math.Round(float64(v) * 100)) }

func appendPage(b []byte, p *document.Page) []byte {
	b = binary.AppendUvarint(b, uint64(p.Number))
	b = appendString(b, p.Label)
	b = appendString(b, string(p.Origin))
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(p.Confidence))
	flags := byte(0)
	if p.Sparse {
		flags = 1
	}
	b = append(b, flags)
	b = binary.AppendVarint(b, hundredths(p.Width))
	b = binary.AppendVarint(b, hundredths(p.Height))
	b = appendString(b, p.Text)
	b = binary.AppendUvarint(b, uint64(len(p.Boxes)))
	end, left, top := 0, int64(0), int64(0)
	for _, x := range p.Boxes {
		b = binary.AppendUvarint(b, uint64(x.Start-end))
		b = binary.AppendUvarint(b, uint64(x.End-x.Start))
		l, t := hundredths(x.Left), hundredths(x.Top)
		b = binary.AppendVarint(b, l-left)
		b = binary.AppendVarint(b, t-top)
		b = binary.AppendVarint(b, hundredths(x.Right)-l)
		b = binary.AppendVarint(b, hundredths(x.Bottom)-t)
		end, left, top = x.End, l, t
	}
	return b
}

func appendRow(b []byte, r *document.Row) []byte {
	b = binary.AppendUvarint(b, uint64(r.Number))
	b = binary.AppendUvarint(b, uint64(r.Page))
	b = binary.AppendUvarint(b, uint64(len(r.Cells)))
	for _, c := range r.Cells {
		b = appendString(b, c.Text)
		b = binary.AppendUvarint(b, uint64(c.Start))
		b = binary.AppendUvarint(b, uint64(c.End-c.Start))
	}
	return b
}

// A decoder reads what the functions above wrote. After an error it gives
// zeros, and err tells.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail() {
	if d.err == nil {
		d.err = damaged("a block ends too early")
	}
	d.b = nil
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// int reads a number that counts something, which is never large.
func (d *decoder) int() int {
	v := d.uvarint()
	if v > math.MaxInt32 {
		d.fail()
		return 0
	}
	return int(v)
}

func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) string() string { return string(d.bytes(d.uvarint())) }

func (d *decoder) points() float32 { return float32(float64(d.varint()) / 100) }

func (d *decoder) page() (p document.Page) {
	p.Number, p.Label, p.Origin = d.int(), d.string(), document.Origin(d.string())
	if b := d.bytes(4); b != nil {
		p.Confidence = math.Float32frombits(binary.LittleEndian.Uint32(b))
	}
	if b := d.bytes(1); b != nil {
		p.Sparse = b[0] == 1
	}
	p.Width, p.Height, p.Text = d.points(), d.points(), d.string()
	n := d.int()
	if n > len(d.b)/6 { // a box takes six bytes at least
		d.fail()
		return p
	}
	p.Boxes = make([]document.Box, 0, n)
	end, left, top := 0, int64(0), int64(0)
	for range n {
		start := end + d.int()
		end = start + d.int()
		left += d.varint()
		top += d.varint()
		p.Boxes = append(p.Boxes, document.Box{
			Start: start, End: end, Left: float32(float64(left) / 100), Top: float32(float64(top) / 100),
			Right: float32(float64(left+d.varint()) / 100), Bottom: float32(float64(top+d.varint()) / 100),
		})
	}
	return p
}

func (d *decoder) row(t *TableInfo) (r document.Row) {
	r.Table, r.Hidden = t.Name, t.Hidden
	r.Number, r.Page = int64(d.uvarint()), d.int()
	n := d.int()
	if n > len(d.b)/3 { // a cell takes three bytes at least
		d.fail()
		return r
	}
	r.Cells = make([]document.Cell, 0, n)
	for range n {
		c := document.Cell{Text: d.string(), Start: d.int()}
		c.End = c.Start + d.int()
		r.Cells = append(r.Cells, c)
	}
	return r
}
