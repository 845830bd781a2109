package mapi

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"

	"overt"
	"overt/extract/document"
	"overt/internal/cfb"
)

// MSG reads one message, contact, appointment or other item as Outlook saves it
// ([MS-OXMSG]).
type MSG struct{}

var _ document.Reader = MSG{}

// Read implements document.Reader.
func (MSG) Read(ctx context.Context, in document.Input, out document.Sink) error {
	f, err := cfb.Open(in, in.Size)
	if errors.Is(err, cfb.ErrDamaged) {
		return overt.Errorf(overt.Invalid, "", "%w", err)
	}
	if err != nil {
		return err
	}
	m := &msg{f: f}
	if f.Root.Find(propertyStream) == nil {
		return &document.Refusal{Code: document.Unknown, Reason: "the compound file holds no message", Retry: "open it with the program it is from"}
	}
	m.readNames()
	it, err := m.item(f.Root, 32, 0)
	if err != nil {
		return err
	}
	return it.compose(0).Say(ctx, out, in.Limits)
}

const (
	propertyStream = "__properties_version1.0"
	valuePrefix    = "__substg1.0_"
	recipients     = "__recip_version1.0_"
	attachments    = "__attach_version1.0_"
	nameStorage    = "__nameid_version1.0"
)

// A msg is a file of that format.
type msg struct {
	f     *cfb.File
	names map[named]uint16
}

func (m *msg) readNames() {
	read := func(name string) []byte {
		e := m.f.Root.Find(nameStorage, valuePrefix+name)
		if e == nil {
			return nil
		}
		r, _, err := m.f.Stream(e)
		if err != nil {
			return nil
		}
		b, _ := io.ReadAll(io.LimitReader(r, 16<<20))
		return b
	}
	m.names = names(read("00020102"), read("00030102"), read("00040102"))
}

// item reads the message in a storage; skip is the length of what precedes its
// properties in their stream.
func (m *msg) item(at *cfb.Entry, skip int64, depth int) (*item, error) {
	it := &item{}
	b, err := m.bag(at, skip)
	if err != nil {
		return nil, err
	}
	it.bag = b
	for _, e := range at.Entries {
		low := strings.ToLower(e.Name)
		switch {
		case !e.Storage:
		case strings.HasPrefix(low, recipients):
			if len(it.recipients) >= maxRecipients {
				it.gaps = append(it.gaps, "there are more recipients than are read")
				return it, nil
			}
			if b, err := m.bag(e, 8); err == nil {
				it.recipients = append(it.recipients, b)
			} else {
				it.gaps = append(it.gaps, "a recipient cannot be read")
			}
		case strings.HasPrefix(low, attachments):
			if len(it.attachments) >= maxAttachments {
				it.gaps = append(it.gaps, "there are more attachments than are read")
				return it, nil
			}
			a, err := m.attachment(e, depth)
			if err != nil {
				it.gaps = append(it.gaps, "an attachment cannot be read")
				continue
			}
			it.attachments = append(it.attachments, a)
		}
	}
	return it, nil
}

func (m *msg) attachment(e *cfb.Entry, depth int) (attachment, error) {
	b, err := m.bag(e, 8)
	if err != nil {
		return attachment{}, err
	}
	a := attachment{bag: b}
	object := e.Find(valuePrefix + "3701000D")
	if object == nil || !object.Storage {
		return a, nil
	}
	if object.Find(propertyStream) != nil {
		a.nested = func() (*item, error) { return m.item(object, 24, depth+1) }
		return a, nil
	}
	m.files(object, "", &a, 0)
	return a, nil
}

// files gives the streams of an object that another program embedded.
func (m *msg) files(at *cfb.Entry, path string, a *attachment, depth int) {
	for _, e := range at.Entries {
		if e.Storage {
			if depth < maxNested {
				m.files(e, path+e.Name+"/", a, depth+1)
			}
			continue
		}
		if e.Size > 0 && len(a.files) < maxAttachments {
			a.files = append(a.files, file{path + e.Name, m.opener(e)})
		}
	}
}

// bag reads the properties of a storage: short ones from one stream, others from
// a stream each.
func (m *msg) bag(at *cfb.Entry, skip int64) (bag, error) {
	b := bag{names: m.names}
	e := at.Find(propertyStream)
	if e == nil {
		return b, bad("a part of the message has no properties")
	}
	r, _, err := m.f.Stream(e)
	if err != nil {
		return b, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxProperties*16+skip))
	if err != nil {
		return b, err
	}
	for i := skip; i+16 <= int64(len(raw)); i += 16 {
		typ, id := binary.LittleEndian.Uint16(raw[i:]), binary.LittleEndian.Uint16(raw[i+2:])
		switch typ {
		case typeShort, typeLong, typeFloat, typeDouble, typeMoney, typeAppTime, typeBool, typeInt64, typeTime:
			b.add(id, value{typ: typ, fixed: binary.LittleEndian.Uint64(raw[i+8:])})
		}
	}
	for _, e := range at.Entries {
		m.stream(&b, e)
	}
	return b, nil
}

// stream adds the property whose value a stream is: "__substg1.0_0037001F", and
// for one of several values with its number after it.
func (m *msg) stream(b *bag, e *cfb.Entry) {
	if e.Storage || len(e.Name) < len(valuePrefix)+8 || !strings.EqualFold(e.Name[:len(valuePrefix)], valuePrefix) {
		return
	}
	tag, err := strconv.ParseUint(e.Name[len(valuePrefix):len(valuePrefix)+8], 16, 32)
	if err != nil {
		return
	}
	id, typ := uint16(tag>>16), uint16(tag)
	if typ&multiValued == 0 {
		b.add(id, value{typ: typ, open: m.opener(e)})
		return
	}
	if len(e.Name) == len(valuePrefix)+8 {
		return // the lengths
	}
	before := b.props[id].many
	delete(b.props, id)
	b.add(id, value{typ: typ, many: func() ([]*io.SectionReader, error) {
		var list []*io.SectionReader
		if before != nil {
			list, _ = before()
		}
		r, err := m.opener(e)()
		if err != nil {
			return list, err
		}
		return append(list, r), nil
	}})
}

// opener opens a stream. One that is cut ends with what there is.
func (m *msg) opener(e *cfb.Entry) func() (*io.SectionReader, error) {
	return func() (*io.SectionReader, error) {
		r, _, err := m.f.Stream(e)
		return r, err
	}
}
