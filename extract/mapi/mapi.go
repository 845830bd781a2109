// Package mapi reads what Outlook and Exchange keep: messages (MSG), mailboxes
// (PST, OST), and the attachment winmail.dat (TNEF).
//
// In all of them a message is a set of properties ([MS-OXPROPS]) with recipients
// and attachments. That set is what the three readers give; what it says is then
// composed into a mail.Message, so that a message is told alike wherever it lay.
package mapi

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"overt"
	"overt/extract/charset"
	"overt/extract/markup"
)

// The types of properties, [MS-OXCDATA] 2.11.1.
const (
	typeShort   = 0x0002
	typeLong    = 0x0003
	typeFloat   = 0x0004
	typeDouble  = 0x0005
	typeMoney   = 0x0006
	typeAppTime = 0x0007
	typeError   = 0x000A
	typeBool    = 0x000B
	typeObject  = 0x000D
	typeInt64   = 0x0014
	typeString8 = 0x001E
	typeUnicode = 0x001F
	typeTime    = 0x0040
	typeGUID    = 0x0048
	typeBinary  = 0x0102
	multiValued = 0x1000
)

const (
	maxProperties  = 10_000 // of one set
	maxRecipients  = 20_000 // of one message
	maxAttachments = 10_000 // of one message
	maxNames       = 100_000
	// maxText bounds a text that is no body, in bytes.
	maxText = 1 << 20
	// maxBody bounds a body, in bytes; of a message inside another half as much,
	// and so on down to maxText.
	maxBody = 16 << 20
	// maxNested bounds messages in messages, and folders in folders.
	maxNested = 16
)

// A value is what a property has. What is long is found when it is asked for: a
// hostile file can name the same bytes as the value of many properties.
type value struct {
	typ   uint16
	fixed uint64 // of types of at most eight bytes
	open  func() (*io.SectionReader, error)
	many  func() ([]*io.SectionReader, error) // of multi-valued strings
}

// at is an open of bytes that need no finding.
func at(r *io.SectionReader) func() (*io.SectionReader, error) {
	return func() (*io.SectionReader, error) { return r, nil }
}

// A named is the name of a property from 0x8000 on.
type named struct {
	set  [16]byte // GUID
	id   uint32
	name string // in place of id
}

// A bag is a set of properties.
type bag struct {
	props map[uint16]value
	names map[named]uint16 // shared by all sets of a file
	page  string           // encoding of its 8-bit strings, empty when not known
}

// An item is a message, or another thing that is kept as one.
type item struct {
	bag
	recipients  []bag
	attachments []attachment
	gaps        []string // parts that are damaged, as reasons
	room        int64    // bytes of a body
}

// An attachment is a set of properties, and a message when it holds one.
type attachment struct {
	bag
	nested func() (*item, error)
	files  []file // of an object: what it is made of
}

type file struct {
	name string
	open func() (*io.SectionReader, error)
}

func bad(format string, args ...any) error {
	return overt.Errorf(overt.Invalid, "", format, args...)
}

// bytes gives up to limit bytes of a value; cut says that there were more.
func (v value) bytes(limit int64) (b []byte, cut bool, err error) {
	if v.open == nil {
		return nil, false, nil
	}
	src, err := v.open()
	if err != nil {
		return nil, false, err
	}
	b, err = io.ReadAll(io.LimitReader(io.NewSectionReader(src, 0, src.Size()), limit))
	return b, src.Size() > limit, err
}

// has says whether a property is there.
func (b *bag) has(id uint16) bool {
	_, found := b.props[id]
	return found
}

// text gives a property as clean text, empty when it is none.
func (b *bag) text(id uint16) string {
	s, _, _ := b.body(id, maxText)
	return s
}

// body is text of a length, with what went wrong.
func (b *bag) body(id uint16, limit int64) (s string, cut bool, err error) {
	v, found := b.props[id]
	if !found || v.typ != typeUnicode && v.typ != typeString8 && v.typ != typeBinary {
		return "", false, nil
	}
	raw, cut, err := v.bytes(limit)
	return markup.Clean(strings.TrimRight(b.decode(raw, v.typ), "\x00")), cut, err
}

func (b *bag) decode(raw []byte, typ uint16) string {
	if typ == typeUnicode {
		return utf16le(raw)
	}
	name := b.page
	if name == "" || name == charset.UTF16LE {
		name = charset.Detect(raw).Name
	}
	to, err := charset.Text(name)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return to(string(raw))
}

func utf16le(raw []byte) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// line is a text on one line.
func (b *bag) line(id uint16) string { return markup.Line(b.text(id)) }

// number gives an integer, ok false when the property is none.
func (b *bag) number(id uint16) (n int64, ok bool) {
	switch v := b.props[id]; v.typ {
	case typeShort:
		return int64(int16(v.fixed)), true
	case typeLong:
		return int64(int32(v.fixed)), true
	case typeBool:
		return int64(v.fixed & 1), true
	case typeInt64:
		return int64(v.fixed), true
	}
	return 0, false
}

// date gives a time in UTC, the zero one when the property is none.
func (b *bag) date(id uint16) time.Time {
	v := b.props[id]
	const epoch = 11644473600 // from 1601 to 1970, in seconds
	seconds := int64(v.fixed / 1e7)
	if v.typ != typeTime || v.fixed == 0 || seconds < epoch-1<<31 || seconds > epoch+1<<33 {
		return time.Time{}
	}
	return time.Unix(seconds-epoch, int64(v.fixed%1e7)*100).UTC()
}

// lines gives a text that has several values.
func (b *bag) lines(id uint16) []string {
	v := b.props[id]
	var list []string
	var many []*io.SectionReader
	if v.many != nil {
		many, _ = v.many()
	}
	for _, src := range many {
		raw, _, err := value{open: at(src)}.bytes(maxText)
		if s := markup.Line(strings.TrimRight(b.decode(raw, v.typ&^multiValued), "\x00")); err == nil && s != "" {
			list = append(list, s)
		}
	}
	if s := b.line(id); s != "" {
		list = append(list, s)
	}
	return list
}

// named gives the id that a named property has in this file, 0 when none.
func (b *bag) named(set [16]byte, id uint32) uint16 { return b.names[named{set: set, id: id}] }

func (b *bag) namedText(set [16]byte, name string) uint16 {
	return b.names[named{set: set, name: name}]
}

// add keeps a property; of two with one id the first.
func (b *bag) add(id uint16, v value) {
	if b.props == nil {
		b.props = map[uint16]value{}
	}
	if _, twice := b.props[id]; !twice && len(b.props) < maxProperties {
		b.props[id] = v
	}
}

// set gives the GUID of a set of names of the form {000620xx-0000-0000-C000-…46}.
func set(n uint32) [16]byte {
	g := [16]byte{8: 0xC0, 15: 0x46}
	binary.LittleEndian.PutUint32(g[:], n)
	return g
}

// The sets of names, [MS-OXPROPS] 1.3.2.
var (
	setPublic      = [16]byte{0x29, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46}
	setMAPI        = [16]byte{0x28, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46}
	setAppointment = set(0x00062002)
	setTask        = set(0x00062003)
	setAddress     = set(0x00062004)
	setLog         = set(0x0006200A)
)

// names reads the table of names that MSG and PST have alike ([MS-OXMSG] 2.2.3,
// [MS-PST] 2.4.7): GUIDs, entries of eight bytes, and strings.
func names(guids, entries, texts []byte) map[named]uint16 {
	m := map[named]uint16{}
	for i := 0; i+8 <= len(entries) && len(m) < maxNames; i += 8 {
		id, kind := binary.LittleEndian.Uint32(entries[i:]), binary.LittleEndian.Uint16(entries[i+4:])
		index := binary.LittleEndian.Uint16(entries[i+6:])
		if index >= 0x8000 {
			continue
		}
		var n named
		switch g := int(kind >> 1); g {
		case 0:
		case 1:
			n.set = setMAPI
		case 2:
			n.set = setPublic
		default:
			if 16*(g-2) > len(guids) {
				continue
			}
			copy(n.set[:], guids[16*(g-3):])
		}
		if kind&1 == 0 {
			n.id = id
		} else {
			if int64(id)+4 > int64(len(texts)) {
				continue
			}
			length := binary.LittleEndian.Uint32(texts[id:])
			if length > 1000 || int64(id)+4+int64(length) > int64(len(texts)) {
				continue
			}
			n.name = utf16le(texts[id+4 : id+4+length])
		}
		m[n] = 0x8000 + index
	}
	return m
}

// codePage gives the WHATWG name of a Windows code page, empty when there is none.
func codePage(n int64) string {
	switch {
	case n == 65001:
		return charset.UTF8
	case n == 1200:
		return charset.UTF16LE
	case n >= 1250 && n <= 1258:
		return fmt.Sprintf("windows-%d", n)
	case n == 20127:
		return "" // ASCII: what is no ASCII is found out
	case n == 28591:
		return charset.Windows1252
	case n > 28591 && n <= 28606:
		return fmt.Sprintf("iso-8859-%d", n-28590)
	}
	return map[int64]string{
		437: "ibm437", 850: "ibm850", 852: "ibm852", 866: "ibm866", 874: "windows-874", 932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5",
		10000: "macintosh", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp", 50221: "iso-2022-jp", 50222: "iso-2022-jp",
		51932: "euc-jp", 51949: "euc-kr", 52936: "gbk", 54936: "gb18030",
	}[n]
}

// findPage finds out the encoding of the 8-bit strings of a message.
func (b *bag) findPage() {
	for _, id := range []uint16{tagMessageCodePage, tagInternetCodePage} {
		if n, ok := b.number(id); ok && b.page == "" {
			if name, err := charset.Canonical(codePage(n)); err == nil && codePage(n) != "" {
				b.page = name
			}
		}
	}
}
