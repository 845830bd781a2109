package mapi

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"overt/internal/cfb/cfbtest"
)

// The items here are invented; they are written in each format, and what is read
// of them must be the same.

type madeProp struct {
	id, typ uint16
	value   any // string, []byte, int, time.Time
}

type madeItem struct {
	props      []madeProp
	recipients [][]madeProp
	attached   []madeAttachment
}

type madeAttachment struct {
	props  []madeProp
	nested *madeItem
}

var sent = time.Date(2024, 3, 4, 8, 15, 0, 0, time.UTC)

func text(id uint16, s string) madeProp { return madeProp{id, typeUnicode, s} }

func letter() *madeItem {
	inner := &madeItem{props: []madeProp{
		text(tagMessageClass, "IPM.Note"), text(tagSubject, "Offer"), text(tagBody, "Shall we?"), text(tagSentRepName, "Paula Box"),
		text(tagSentRepAddress, "paula@box.example"), {tagClientSubmitTime, typeTime, sent.Add(-time.Hour)},
	}}
	return &madeItem{
		props: []madeProp{
			text(tagMessageClass, "IPM.Note"), text(tagSubject, "\x01\x05Re: Invoice – März"), text(tagConversationTopic, "Invoice – März"),
			text(tagSentRepName, "Quill, Zoë"), text(tagSentRepSMTP, "zoe@quill.example"), text(tagSenderName, "Office"), text(tagSenderAddress, "office@quill.example"),
			{tagClientSubmitTime, typeTime, sent}, {tagImportance, typeLong, 2}, text(tagMessageID, "<two@quill.example>"),
			text(tagInReplyTo, "<one@box.example>"), {tagInternetCodePage, typeLong, 1252},
			{tagHTML, typeBinary, []byte("<p>Please pay <b>120 \x80</b> for the caf\xe9.")}, text(tagBody, "Please pay 120 € for the café."),
		},
		recipients: [][]madeProp{
			{{tagRecipientType, typeLong, 1}, text(tagDisplayName, "Paula Box"), text(tagSMTP, "paula@box.example")},
			{{tagRecipientType, typeLong, 3}, text(tagDisplayName, "Harald"), text(tagAddress, "/o=Box/cn=harald")},
		},
		attached: []madeAttachment{
			{props: []madeProp{{tagAttachMethod, typeLong, 1}, text(tagAttachLongName, "März.csv"), text(tagAttachType, "text/csv"),
				{tagAttachData, typeBinary, []byte(strings.Repeat("Item;Sum\r\n", 3000))}}},
			{props: []madeProp{{tagAttachMethod, typeLong, methodEmbeddedMessage}, text(tagDisplayName, "Offer")}, nested: inner},
			{props: []madeProp{{tagAttachMethod, typeLong, 4}, text(tagAttachLongName, "plan.doc"), text(tagAttachLongPath, `\\server\plan.doc`)}},
		},
	}
}

func task() *madeItem {
	return &madeItem{props: []madeProp{
		text(tagMessageClass, "IPM.Contact"), text(tagSubject, "Zoë Quill"), text(tagDisplayName, "Zoë Quill"), text(0x3A16, "Quill Ltd"),
		text(0x3A1C, "+44 7700 900000"), {tagCreated, typeTime, sent}, {tagRTF, typeBinary, stored(`{\rtf1\ansi\ansicpg1252 Knows Paula\'85\par from Gen\u232?ve}`)},
	}}
}

// stored is RTF as an item keeps it, not compressed.
func stored(rtf string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(rtf)+12))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(rtf)))
	return append(append(b, "MELA\x00\x00\x00\x00"...), rtf...)
}

func fileTime(t time.Time) uint64 { return uint64(t.Unix()+11644473600) * 1e7 }

// bytes gives the value as a stream, or as a number.
func (p madeProp) bytes() (b []byte, number uint64, short bool) {
	switch v := p.value.(type) {
	case int:
		return nil, uint64(v), true
	case time.Time:
		return nil, fileTime(v), true
	case []byte:
		return v, 0, false
	case string:
		for _, u := range utf16.Encode([]rune(v)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return b, 0, false
	}
	panic("no such value")
}

// msgFile writes an item as MSG.
func msgFile(it *madeItem) []byte {
	streams := map[string][]byte{
		nameStorage + "/" + valuePrefix + "00020102": nil, nameStorage + "/" + valuePrefix + "00030102": nil, nameStorage + "/" + valuePrefix + "00040102": nil,
	}
	msgItem(streams, "", it, 32)
	return cfbtest.Write(streams)
}

func msgItem(to map[string][]byte, path string, it *madeItem, skip int) {
	msgProps(to, path, it.props, skip)
	for i, r := range it.recipients {
		msgProps(to, fmt.Sprintf("%s%s#%08X/", path, recipients, i), r, 8)
	}
	for i, a := range it.attached {
		at := fmt.Sprintf("%s%s#%08X/", path, attachments, i)
		msgProps(to, at, a.props, 8)
		if a.nested != nil {
			msgItem(to, at+valuePrefix+"3701000D/", a.nested, 24)
		}
	}
}

func msgProps(to map[string][]byte, path string, props []madeProp, skip int) {
	fixed := make([]byte, skip)
	for _, p := range props {
		data, number, short := p.bytes()
		fixed = binary.LittleEndian.AppendUint16(fixed, p.typ)
		fixed = binary.LittleEndian.AppendUint16(fixed, p.id)
		fixed = binary.LittleEndian.AppendUint32(fixed, 6)
		if !short {
			number = uint64(len(data))
			to[fmt.Sprintf("%s%s%04X%04X", path, valuePrefix, p.id, p.typ)] = data
		}
		fixed = binary.LittleEndian.AppendUint64(fixed, number)
	}
	to[path+propertyStream] = fixed
}

// tnefFile writes an item as TNEF.
func tnefFile(it *madeItem) []byte {
	b := binary.LittleEndian.AppendUint32(nil, tnefMagic)
	b = append(b, 1, 0)
	attribute := func(level byte, id uint32, data []byte) {
		b = append(b, level)
		b = binary.LittleEndian.AppendUint32(b, id)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
		b = append(append(b, data...), 0, 0)
	}
	attribute(1, attrCodePage, []byte{0xE4, 4, 0, 0, 0, 0, 0, 0})
	attribute(1, attrSubject, []byte("Overruled\x00"))
	attribute(1, attrProperties, tnefProps(it.props, nil))
	rows := binary.LittleEndian.AppendUint32(nil, uint32(len(it.recipients)))
	for _, r := range it.recipients {
		rows = append(rows, tnefProps(r, nil)...)
	}
	attribute(1, attrRecipients, rows)
	for _, a := range it.attached {
		attribute(2, attrRender, make([]byte, 14))
		attribute(2, attrAttachTitle, []byte("SHORT.TXT\x00"))
		props := a.props
		var object []byte
		if a.nested != nil {
			object = append(make([]byte, 16), tnefFile(a.nested)...)
		}
		attribute(2, attrAttachment, tnefProps(props, object))
	}
	return b
}

func tnefProps(props []madeProp, object []byte) []byte {
	count := len(props)
	if object != nil {
		count++
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(count))
	long := func(data []byte) {
		b = binary.LittleEndian.AppendUint32(b, 1)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
		b = append(b, data...)
		b = append(b, make([]byte, (4-len(data)%4)%4)...)
	}
	for _, p := range props {
		b = binary.LittleEndian.AppendUint16(b, p.typ)
		b = binary.LittleEndian.AppendUint16(b, p.id)
		data, number, short := p.bytes()
		switch {
		case !short:
			long(data)
		case p.typ == typeTime:
			b = binary.LittleEndian.AppendUint64(b, number)
		default:
			b = binary.LittleEndian.AppendUint32(b, uint32(number))
		}
	}
	if object != nil {
		b = binary.LittleEndian.AppendUint16(b, typeObject)
		b = binary.LittleEndian.AppendUint16(b, tagAttachData)
		long(object)
	}
	return b
}
