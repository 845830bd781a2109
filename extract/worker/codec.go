package worker

import (
	"encoding/binary"
	"errors"
	"io"
	"math"

	"overt"
	"overt/extract/document"
)

// What a worker says: one byte of what, then its fields in order. Numbers are
// varints, texts a length and their bytes, measures four bytes of IEEE 754.
const (
	sayProperty = 'p'
	sayPage     = 'P'
	sayRow      = 'r'
	sayImage    = 'i' // followed by its bytes
	sayMember   = 'm' // followed by its bytes, and their end
	sayBytes    = 'b'
	sayEnd      = 'e'
	sayGap      = 'g'
	sayNote     = 'n'
	sayDone     = 'd'
)

// maxPart is how many bytes of an image or a member one message has.
const maxPart = 256 << 10

// maxCells bounds the cells of one row: eight times what a spreadsheet has.
const maxCells = 1 << 17

// How a reading ended.
const (
	endWhole = iota
	endRefused
	endFailed
)

func appendInt(b []byte, n int64) []byte { return binary.AppendVarint(b, n) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendFloat(b []byte, f float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendProperty(b []byte, name, value string) []byte {
	return appendText(appendText(append(b, sayProperty), name), value)
}

func appendPage(b []byte, p document.Page) []byte {
	b = appendInt(append(b, sayPage), int64(p.Number))
	b = appendText(appendText(b, p.Label), p.Text)
	b = appendFloat(appendFloat(b, p.Width), p.Height)
	b = appendText(b, string(p.Origin))
	b = appendBool(appendFloat(b, p.Confidence), p.Sparse)
	b = binary.AppendUvarint(b, uint64(len(p.Boxes)))
	last := 0
	for _, x := range p.Boxes {
		b = appendInt(appendInt(b, int64(x.Start-last)), int64(x.End-x.Start))
		last = x.End
		b = appendFloat(appendFloat(appendFloat(appendFloat(b, x.Left), x.Top), x.Right), x.Bottom)
	}
	return b
}

func appendRow(b []byte, r document.Row) []byte {
	b = appendText(append(b, sayRow), r.Table)
	b = appendBool(appendInt(appendInt(b, r.Number), int64(r.Page)), r.Hidden)
	b = binary.AppendUvarint(b, uint64(len(r.Cells)))
	for _, c := range r.Cells {
		b = appendInt(appendInt(appendText(b, c.Text), int64(c.Start)), int64(c.End))
	}
	return b
}

func appendImage(b []byte, i document.Image) []byte {
	b = appendInt(appendInt(appendInt(append(b, sayImage), int64(i.Page)), int64(i.Width)), int64(i.Height))
	return appendInt(appendFloat(b, i.DPI), int64(len(i.PNG)))
}

func appendMember(b []byte, m document.Member) []byte {
	b = appendText(appendText(append(b, sayMember), m.Path), string(m.Raw))
	b = appendText(appendText(appendText(b, m.Type), m.Charset), m.Modified)
	return appendInt(appendText(b, string(m.Role)), m.Size)
}

func appendGap(b []byte, g document.Gap) []byte {
	b = appendInt(append(b, sayGap), int64(g.Page))
	return appendText(appendText(appendText(b, g.Where), g.Code), g.Reason)
}

func appendNote(b []byte, n document.Note) []byte {
	return appendText(appendText(appendInt(append(b, sayNote), int64(n.Page)), n.Code), n.Message)
}

func appendDone(b []byte, err error) []byte {
	b = append(b, sayDone)
	var r *document.Refusal
	var e *overt.Error
	switch {
	case err == nil:
		return append(b, endWhole)
	case errors.As(err, &r):
		b = append(b, endRefused)
		return appendText(appendText(appendText(b, sentence(r.Code)), sentence(r.Reason)), sentence(r.Retry))
	case errors.As(err, &e):
		return appendFailed(b, e.Code, err)
	}
	return appendFailed(b, overt.Internal, err)
}

// appendFailed says an error with its code; its text names the place.
func appendFailed(b []byte, code overt.Code, err error) []byte {
	return appendText(appendText(append(b, endFailed), string(code)), sentence(err.Error()))
}

// fields reads what append… wrote. After a mistake all is empty, and bad is set.
type fields struct {
	b   []byte
	bad bool
}

func (f *fields) take(n uint64) []byte {
	if n > uint64(len(f.b)) {
		f.b, f.bad = nil, true
		return nil
	}
	out := f.b[:n]
	f.b = f.b[n:]
	return out
}

func (f *fields) number() int64 {
	v, n := binary.Varint(f.b)
	if n <= 0 {
		f.b, f.bad = nil, true
		return 0
	}
	f.b = f.b[n:]
	return v
}

// count reads how many things follow, each of at least so many bytes: it sizes
// nothing that did not come.
func (f *fields) count(least int) int {
	v, n := binary.Uvarint(f.b)
	if n <= 0 || v > uint64((len(f.b)-n)/least) {
		f.b, f.bad = nil, true
		return 0
	}
	f.b = f.b[n:]
	return int(v)
}

// small reads a number that fits an int everywhere.
func (f *fields) small() int {
	v := f.number()
	if v != int64(int32(v)) {
		f.bad = true
		return -1
	}
	return int(v)
}

func (f *fields) text() string { return string(f.take(uint64(f.count(1)))) }

func (f *fields) float() float32 {
	b := f.take(4)
	if len(b) < 4 {
		return 0
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(b))
}

func (f *fields) flag() bool {
	b := f.take(1)
	if len(b) == 1 && b[0] > 1 {
		f.bad = true
	}
	return len(b) == 1 && b[0] == 1
}

// whole says whether all fields were there and nothing besides.
func (f *fields) whole() bool { return !f.bad && len(f.b) == 0 }

func (f *fields) page(most int) document.Page {
	p := document.Page{Number: f.small(), Label: f.text(), Text: f.text(), Width: f.float(), Height: f.float()}
	p.Origin, p.Confidence, p.Sparse = document.Origin(f.text()), f.float(), f.flag()
	const least = 2 + 4*4
	n := f.count(least)
	if f.bad = f.bad || n > most; f.bad || n == 0 {
		return p
	}
	p.Boxes = make([]document.Box, n)
	last := 0
	for i := range p.Boxes {
		start := last + f.small()
		end := start + f.small()
		p.Boxes[i] = document.Box{Start: start, End: end, Left: f.float(), Top: f.float(), Right: f.float(), Bottom: f.float()}
		if last = end; end != int(int32(end)) {
			f.bad = true
			return p
		}
	}
	return p
}

func (f *fields) row() document.Row {
	r := document.Row{Table: f.text(), Number: f.number(), Page: f.small(), Hidden: f.flag()}
	const least = 3
	n := f.count(least)
	if f.bad = f.bad || n > maxCells; f.bad || n == 0 {
		return r
	}
	r.Cells = make([]document.Cell, n)
	for i := range r.Cells {
		r.Cells[i] = document.Cell{Text: f.text(), Start: f.small(), End: f.small()}
	}
	return r
}

func (f *fields) member() document.Member {
	m := document.Member{Path: f.text()}
	if raw := f.text(); raw != "" {
		m.Raw = []byte(raw)
	}
	m.Type, m.Charset, m.Modified = f.text(), f.text(), f.text()
	m.Role, m.Size = document.Role(f.text()), f.number()
	return m
}

// A hearer is the parent's end: it takes messages apart and says them on.
type hearer struct {
	out    document.Sink
	limits document.Limits

	member io.WriteCloser
	image  *document.Image // whose bytes are coming
	left   int64           // so many of them
}

func bad(what string) error {
	return overt.Errorf(overt.Invalid, "", "the reader of the document said what cannot be: %s", what)
}

// take says one message on; done, when it was the last. Errors: invalid; what the
// Sink gave; how the reader ended.
func (h *hearer) take(m []byte) (done bool, err error) {
	if len(m) == 0 {
		return false, bad("nothing")
	}
	f := &fields{b: m[1:]}
	if m[0] == sayBytes {
		return false, h.bytes(m[1:])
	}
	if h.image != nil {
		return false, bad("something in the middle of a picture")
	}
	switch m[0] {
	case sayProperty:
		name, value := f.text(), f.text()
		return false, f.then(func() error { return h.out.Property(name, value) })
	case sayPage:
		p := f.page(h.limits.Boxes)
		return false, f.then(func() error { return h.out.Page(p) })
	case sayRow:
		r := f.row()
		return false, f.then(func() error { return h.out.Row(r) })
	case sayGap:
		g := document.Gap{Page: f.small(), Where: f.text(), Code: f.text(), Reason: f.text()}
		return false, f.then(func() error { return h.out.Gap(g) })
	case sayNote:
		n := document.Note{Page: f.small(), Code: f.text(), Message: f.text()}
		return false, f.then(func() error { return h.out.Note(n) })
	case sayImage:
		i := document.Image{Page: f.small(), Width: f.small(), Height: f.small(), DPI: f.float()}
		n := f.number()
		return false, f.then(func() error { return h.begin(i, n) })
	case sayMember:
		x := f.member()
		return false, f.then(func() (err error) {
			h.member, err = h.out.Member(x)
			return err
		})
	case sayEnd:
		return false, f.then(h.end)
	case sayDone:
		return true, f.done()
	}
	return false, bad("a word that is none")
}

func (f *fields) then(say func() error) error {
	if !f.whole() {
		return bad("half a word")
	}
	return say()
}

// begin expects the bytes of an image; of one without any it is said at once.
func (h *hearer) begin(i document.Image, n int64) error {
	if i.Width < 1 || i.Height < 1 || n < 0 || int64(i.Width) > h.limits.Pixels/int64(i.Height) ||
		n > int64(i.Width)*int64(i.Height)*4+1<<20 {
		return bad("the measures of a picture")
	}
	if n == 0 {
		return h.out.Image(i)
	}
	h.image, h.left = &i, n
	return nil
}

func (h *hearer) bytes(p []byte) error {
	switch {
	case len(p) == 0 || len(p) > maxPart:
		return bad("a piece that is none")
	case h.image != nil:
		if h.left -= int64(len(p)); h.left < 0 {
			return bad("more bytes of a picture than it has")
		}
		h.image.PNG = append(h.image.PNG, p...)
		if h.left > 0 {
			return nil
		}
		i := *h.image
		h.image = nil
		return h.out.Image(i)
	case h.member != nil:
		_, err := h.member.Write(p)
		return err
	}
	return bad("bytes of nothing")
}

func (h *hearer) end() error {
	if h.member == nil {
		return bad("the end of nothing")
	}
	w := h.member
	h.member = nil
	return w.Close()
}

// done gives how the reader ended.
func (f *fields) done() error {
	kind := f.take(1)
	if len(kind) == 0 {
		return bad("half a word")
	}
	if kind[0] == endWhole && f.whole() {
		return nil
	}
	code, reason := f.text(), sentence(f.text())
	switch kind[0] {
	case endRefused:
		r := &document.Refusal{Code: code, Reason: reason, Retry: sentence(f.text())}
		switch code {
		case document.Damaged, document.Protected, document.TooMuch, document.Unknown, document.Withheld:
			if f.whole() && reason != "" {
				return r
			}
		}
	case endFailed:
		if !f.whole() {
			break
		}
		switch c := overt.Code(code); c {
		case overt.Invalid, overt.NotFound:
			return overt.Errorf(c, "", "%s", reason)
		}
		return overt.Errorf(overt.Internal, "", "%s", reason)
	}
	return bad("an end that is none")
}
