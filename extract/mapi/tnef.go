package mapi

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math"
	"time"

	"overt/extract/document"
	"overt/extract/mail"
)

// TNEF reads winmail.dat, in which Outlook sends what MIME cannot say
// ([MS-OXTNEF]).
type TNEF struct{}

var _ document.Reader = TNEF{}

// tnefMagic is how each such file begins.
const tnefMagic = 0x223E9F78

// Read implements document.Reader.
func (TNEF) Read(ctx context.Context, in document.Input, out document.Sink) error {
	t := &tnef{ctx: ctx, src: in, end: in.Size}
	it, err := t.item()
	if err != nil {
		return err
	}
	m := it.compose(0)
	if m.Raw == "" && len(m.Header) < 3 {
		// It came inside a message that says the rest.
		m.Notes = append(m.Notes, document.Note{Code: "part-of-mail", Message: "the file is a part of a mail, which says who sent it"})
	}
	return m.Say(ctx, out, in.Limits)
}

// The attributes that are read, [MS-OXTNEF] 2.1.3.
const (
	attrSubject      = 0x00018004
	attrDateSent     = 0x00038005
	attrMessageID    = 0x00018009
	attrBody         = 0x0002800C
	attrAttachData   = 0x0006800F
	attrAttachTitle  = 0x00018010
	attrMessageClass = 0x00078008
	attrRender       = 0x00069002
	attrProperties   = 0x00069003
	attrRecipients   = 0x00069004
	attrAttachment   = 0x00069005
	attrCodePage     = 0x00069007
)

// A tnef is a file of that format, or one inside another.
type tnef struct {
	ctx  context.Context
	src  io.ReaderAt
	at   int64
	end  int64
	it   *item
	page string
}

// take gives the next bytes as a part of the file.
func (t *tnef) take(n int64) (*io.SectionReader, error) {
	if n < 0 || n > t.end-t.at {
		return nil, bad("an attribute of the file says %d bytes where %d are left", n, t.end-t.at)
	}
	r := io.NewSectionReader(t.src, t.at, n)
	t.at += n
	return r, nil
}

func (t *tnef) number(n int64) (uint64, error) {
	r, err := t.take(n)
	if err != nil {
		return 0, err
	}
	var b [8]byte
	if _, err := io.ReadFull(r, b[:n]); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b[:]), nil
}

// item reads attributes up to the end. What is damaged ends the reading; what was
// read before stands.
func (t *tnef) item() (*item, error) {
	magic, err := t.number(4)
	if err != nil || magic != tnefMagic {
		return nil, bad("the file does not begin as TNEF")
	}
	if _, err := t.number(2); err != nil {
		return nil, err
	}
	t.it = &item{}
	for t.at < t.end {
		if err := t.ctx.Err(); err != nil {
			return nil, err
		}
		if err := t.attribute(); err != nil {
			t.it.gaps = append(t.it.gaps, mail.Sentence(err))
			break
		}
	}
	t.it.page = t.page
	for i := range t.it.attachments {
		t.it.attachments[i].page = t.page
	}
	return t.it, nil
}

func (t *tnef) attribute() error {
	if _, err := t.number(1); err != nil { // the level, which the attribute tells as well
		return err
	}
	id, err := t.number(4)
	if err != nil {
		return err
	}
	length, err := t.number(4)
	if err != nil {
		return err
	}
	data, err := t.take(int64(length))
	if err != nil {
		return err
	}
	start := t.at - int64(length)
	if _, err := t.number(2); err != nil { // the checksum: files of many programs have it wrong
		return err
	}
	switch id {
	case attrSubject:
		t.it.add(tagSubject, value{typ: typeString8, open: at(data)})
	case attrMessageID:
		t.it.add(tagMessageID, value{typ: typeString8, open: at(data)})
	case attrMessageClass:
		t.it.add(tagMessageClass, value{typ: typeString8, open: at(data)})
	case attrBody:
		t.it.add(tagBody, value{typ: typeString8, open: at(data)})
	case attrDateSent:
		t.it.add(tagClientSubmitTime, dateParts(data))
	case attrCodePage:
		var b [4]byte
		if _, err := data.ReadAt(b[:], 0); err == nil {
			t.page = codePage(int64(binary.LittleEndian.Uint32(b[:])))
		}
	case attrRender:
		if len(t.it.attachments) >= maxAttachments {
			return bad("there are more attachments than are read")
		}
		t.it.attachments = append(t.it.attachments, attachment{})
	case attrAttachTitle, attrAttachData, attrAttachment:
		return t.attach(id, data, start, int64(length))
	case attrProperties:
		b, err := t.inside(start, int64(length)).bag()
		t.it.merge(b)
		return err
	case attrRecipients:
		return t.recipients(t.inside(start, int64(length)))
	}
	return nil
}

// dateParts reads year, month, day, hour, minute and second, two bytes each.
func dateParts(r io.ReaderAt) value {
	var b [12]byte
	if _, err := r.ReadAt(b[:], 0); err != nil {
		return value{}
	}
	var n [6]int
	for i := range n {
		n[i] = int(binary.LittleEndian.Uint16(b[2*i:]))
	}
	if n[0] < 1900 || n[0] > 2200 {
		return value{}
	}
	const epoch = 11644473600 // from 1601 to 1970, in seconds
	when := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	return value{typ: typeTime, fixed: uint64(when.Unix()+epoch) * 1e7}
}

// inside reads a range of the file.
func (t *tnef) inside(start, length int64) *tnef {
	return &tnef{ctx: t.ctx, src: t.src, at: start, end: start + length, page: t.page}
}

func (b *bag) merge(other bag) {
	for id, v := range other.props {
		delete(b.props, id) // a property tells more than an attribute
		b.add(id, v)
	}
	if b.names == nil {
		b.names = map[named]uint16{}
	}
	for n, id := range other.names {
		b.names[n] = id
	}
}

func (t *tnef) attach(id uint64, data *io.SectionReader, start, length int64) error {
	if len(t.it.attachments) == 0 {
		t.it.attachments = append(t.it.attachments, attachment{})
	}
	a := &t.it.attachments[len(t.it.attachments)-1]
	switch id {
	case attrAttachTitle:
		a.add(tagAttachName, value{typ: typeString8, open: at(data)})
	case attrAttachData:
		if !a.has(tagAttachData) {
			a.add(tagAttachData, value{typ: typeBinary, open: at(data)})
		}
	case attrAttachment:
		b, err := t.inside(start, length).bag()
		kept, had := a.props[tagAttachData]
		a.merge(b)
		if had && length > 0 && kept.typ == typeBinary && !a.holdsMessage() {
			a.props[tagAttachData] = kept
		}
		if err != nil {
			return err
		}
		t.object(a)
	}
	return nil
}

// holdsMessage says whether the content is an object, which tells more than the
// bytes beside it.
func (a *attachment) holdsMessage() bool { return a.props[tagAttachData].typ == typeObject }

// object looks at what an embedded object is: a message when it says so.
func (t *tnef) object(a *attachment) {
	v, found := a.props[tagAttachData]
	if !found || v.typ != typeObject || v.open == nil {
		return
	}
	src, err := v.open()
	if err != nil || src.Size() < 16 {
		return
	}
	// The first 16 bytes name the interface of the object.
	content := io.NewSectionReader(src, 16, src.Size()-16)
	a.props[tagAttachData] = value{typ: typeBinary, open: at(content)}
	var magic [4]byte
	if _, err := content.ReadAt(magic[:], 0); err == nil && binary.LittleEndian.Uint32(magic[:]) == tnefMagic {
		ctx := t.ctx
		a.nested = func() (*item, error) {
			return (&tnef{ctx: ctx, src: content, end: content.Size()}).item()
		}
	}
}

func (t *tnef) recipients(in *tnef) error {
	count, err := in.number(4)
	if err != nil {
		return err
	}
	for i := uint64(0); i < count; i++ {
		if len(t.it.recipients) >= maxRecipients {
			return bad("there are more recipients than are read")
		}
		b, err := in.bag()
		if err != nil {
			return err
		}
		t.it.recipients = append(t.it.recipients, b)
	}
	return nil
}

// bag reads a set of properties, [MS-OXTNEF] 2.1.3.4.
func (t *tnef) bag() (bag, error) {
	b := bag{names: map[named]uint16{}, page: t.page}
	count, err := t.number(4)
	if err != nil {
		return b, err
	}
	for i := uint64(0); i < count; i++ {
		if i >= maxProperties {
			return b, bad("there are more properties than are read")
		}
		tag, err := t.number(4)
		if err != nil {
			return b, err
		}
		id := uint16(tag >> 16)
		if id >= 0x8000 {
			n, err := t.name()
			if err != nil {
				return b, err
			}
			b.names[n] = id
		}
		v, err := t.value(uint16(tag))
		if err != nil {
			return b, err
		}
		b.add(id, v)
	}
	return b, nil
}

func (t *tnef) name() (named, error) {
	var n named
	r, err := t.take(16)
	if err != nil {
		return n, err
	}
	if _, err := io.ReadFull(r, n.set[:]); err != nil {
		return n, err
	}
	kind, err := t.number(4)
	if err != nil {
		return n, err
	}
	if kind == 0 {
		id, err := t.number(4)
		n.id = uint32(id)
		return n, err
	}
	src, err := t.padded()
	if err != nil {
		return n, err
	}
	raw, _, err := value{open: at(src)}.bytes(1000)
	n.name = string(bytes.TrimRight([]byte(utf16le(raw)), "\x00"))
	return n, err
}

// padded takes bytes whose length stands before them, and the zeros that fill
// them up to four.
func (t *tnef) padded() (*io.SectionReader, error) {
	length, err := t.number(4)
	if err != nil {
		return nil, err
	}
	r, err := t.take(int64(length))
	if err != nil {
		return nil, err
	}
	_, err = t.take(min((4-int64(length)%4)%4, t.end-t.at))
	return r, err
}

func (t *tnef) value(typ uint16) (value, error) {
	v := value{typ: typ}
	single := typ &^ multiValued
	width := map[uint16]int64{
		typeShort: 4, typeLong: 4, typeFloat: 4, typeBool: 4, typeError: 4,
		typeDouble: 8, typeMoney: 8, typeAppTime: 8, typeInt64: 8, typeTime: 8, typeGUID: 16,
	}[single]
	count := uint64(1)
	var err error
	if width == 0 || typ != single {
		if count, err = t.number(4); err != nil {
			return v, err
		}
	}
	if width > 0 {
		if count > math.MaxInt32 {
			return v, bad("a property says %d values", count)
		}
		if typ == single && width <= 8 {
			v.fixed, err = t.number(width)
			return v, err
		}
		_, err = t.take(int64(count) * width)
		return v, err
	}
	switch single {
	case typeString8, typeUnicode, typeBinary, typeObject:
	default:
		return v, bad("a property of unknown type %04x", typ)
	}
	var list []*io.SectionReader
	for i := uint64(0); i < count; i++ {
		src, err := t.padded()
		if err != nil {
			return v, err
		}
		if len(list) < maxProperties {
			list = append(list, src)
		}
	}
	switch {
	case typ != single:
		v.many = func() ([]*io.SectionReader, error) { return list, nil }
	case len(list) > 0:
		v.open = at(list[0])
	}
	return v, nil
}
