package legacy

import (
	"crypto/md5"
	"encoding/binary"
	"slices"
	"unicode/utf16"

	"overt/internal/cfb/cfbtest"
)

// The files of these tests are made here, by the layouts of the specifications.

var le = binary.LittleEndian

func le16(v ...int) []byte {
	var b []byte
	for _, n := range v {
		b = le.AppendUint16(b, uint16(n))
	}
	return b
}

func le32(v ...int) []byte {
	var b []byte
	for _, n := range v {
		b = le.AppendUint32(b, uint32(n))
	}
	return b
}

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

// A madeRun gives properties to characters of the text.
type madeRun struct {
	from, to int
	props    []byte
}

// A madeWord is a document of Word 97 to be made.
type madeWord struct {
	parts  [8]string // main text, notes, headers, macros, comments, ...
	chars  []madeRun
	paras  []madeRun
	tables map[int][]byte // tables of the header by their number
	data   []byte
	more   map[string][]byte // streams beside
	seal   string            // a password: RC4
}

const madeTextAt = 2048

func (m madeWord) file() []byte {
	text, at := "", []int{}
	for _, p := range m.parts {
		at = append(at, len(utf16.Encode([]rune(p))))
		text += p
	}
	main := make([]byte, madeTextAt)
	for _, u := range utf16.Encode([]rune(text)) {
		main = le.AppendUint16(main, u)
	}
	characters := (len(main) - madeTextAt) / 2
	main = append(main, make([]byte, (512-len(main)%512)%512)...)
	charPage := len(main) / 512
	main = append(main, madeFKP(m.chars, characters, false)...)
	paraPage := len(main) / 512
	main = append(main, madeFKP(m.paras, characters, true)...)

	table := make([]byte, 64) // the header of encryption, where there is one
	put := func(n int, b []byte) {
		copy(main[0x9A+8*n:], le32(len(table), len(b)))
		table = append(table, b...)
	}
	copy(main, le16(0xA5EC, 0x00C1))
	copy(main[10:], le16(flagTable1|flagWide))
	copy(main[0x98:], le16(93))
	for i, n := range at {
		copy(main[0x4C+4*i:], le32(n))
	}
	put(tabPieces, join([]byte{2}, le32(16), le32(0, characters), le16(0), le32(madeTextAt), le16(0)))
	put(tabChars, le32(madeTextAt, madeTextAt+2*characters, charPage))
	put(tabParas, le32(madeTextAt, madeTextAt+2*characters, paraPage))
	for n, b := range m.tables {
		put(n, b)
	}
	streams := map[string][]byte{"WordDocument": main, "1Table": table, "Data": m.data}
	if m.seal != "" {
		sealWord(m.seal, main, table, m.data)
	}
	for name, b := range m.more {
		streams[name] = b
	}
	return cfbtest.Write(streams)
}

// madeFKP makes a page of runs; those without properties fill the gaps.
func madeFKP(runs []madeRun, characters int, paras bool) []byte {
	page := make([]byte, 512)
	entry := 1
	if paras {
		entry = 13
	}
	at, end := 0, 511
	var bounds []int
	var lists [][]byte
	for _, r := range append(slices.Clone(runs), madeRun{characters, characters, nil}) {
		if r.from > at {
			bounds, lists = append(bounds, at), append(lists, nil)
		}
		if r.to > r.from {
			bounds, lists = append(bounds, r.from), append(lists, r.props)
		}
		at = r.to
	}
	for i, cp := range append(bounds, characters) {
		copy(page[4*i:], le32(madeTextAt+2*cp))
	}
	for i, props := range lists {
		if props == nil {
			continue
		}
		b := append([]byte{byte(len(props))}, props...)
		if paras {
			if len(props)%2 != 0 {
				props = append(slices.Clone(props), 0)
			}
			b = join([]byte{0, byte(len(props)/2 + 1), 0, 0}, props)
		}
		end = (end - len(b)) &^ 1
		copy(page[end:], b)
		page[4*(len(lists)+1)+entry*i] = byte(end / 2)
	}
	page[511] = byte(len(lists))
	return page
}

// madeSeal makes the header of RC4 encryption with a salt of zeros.
func madeSeal(password string) (head []byte, key func(uint32) []byte) {
	salt, verifier := make([]byte, 16), []byte("0123456789abcdef")
	key = plainKey(password, salt)
	sum := md5.Sum(verifier)
	sealed := append(slices.Clone(verifier), sum[:]...)
	block(key, 0).XORKeyStream(sealed, sealed)
	return join(le16(1, 1), salt, sealed), key
}

func sealWord(password string, main, table, data []byte) {
	head, key := madeSeal(password)
	copy(main[10:], le16(flagTable1|flagWide|flagSealed))
	copy(main[14:], le32(len(head)))
	copy(table, head)
	for _, s := range []struct {
		b     []byte
		plain int
	}{{main, 68}, {table, len(head)}, {data, 0}} {
		(&rc4Cover{key: key, size: 512}).open(s.b[s.plain:], int64(s.plain))
	}
}

// rec makes a record of a workbook.
func rec(id int, body ...[]byte) []byte {
	b := join(body...)
	return join(le16(id, len(b)), b)
}

func narrow8(s string) []byte { return append([]byte{byte(len(s)), 0}, s...) }

func wide16(s string) []byte {
	u := utf16.Encode([]rune(s))
	return join(le16(len(u)), []byte{1}, wideBytes(s))
}

// A madeSheet is a sheet of a workbook to be made.
type madeSheet struct {
	name    string
	state   byte
	records []byte
}

// madeBook makes the stream of a workbook of Excel 97.
func madeBook(globals []byte, sheets ...madeSheet) []byte {
	size := 0
	for _, s := range sheets {
		size += 4 + 8 + len(s.name)
	}
	head := join(rec(0x809, le16(0x600, 5), make([]byte, 12)), globals)
	at := len(head) + size + 4
	var bodies []byte
	for _, s := range sheets {
		head = append(head, rec(recBoundSheet, le32(at+len(bodies)), []byte{s.state, 0}, narrow8(s.name))...)
		bodies = append(bodies, join(rec(0x809, le16(0x600, 0x10), make([]byte, 12)), s.records, rec(recEOF))...)
	}
	return join(head, rec(recEOF), bodies)
}

// sealBook lays RC4 over the records behind the first, as Excel does.
func sealBook(password string, stream []byte) []byte {
	head, key := madeSeal(password)
	pass := rec(recFilePass, le16(1), head)
	first := 4 + u16(stream, 2)
	stream = join(stream[:first], pass, stream[first:])
	cover := sealed((func(c *rc4Cover) func([]byte, int64, int) {
		return func(b []byte, off int64, _ int) { c.open(b, off) }
	})(&rc4Cover{key: key, size: 1024}))
	for at := 0; at < len(stream); {
		id, size := u16(stream, at), u16(stream, at+2)
		body := stream[at+4 : at+4+size]
		if id == recBoundSheet {
			copy(body, le32(int(u32(body, 0))+len(pass)))
		}
		cover(id, body, int64(at+4))
		at += 4 + size
	}
	return stream
}

// atom and box make records of a presentation.
func atom(kind, instance int, body ...[]byte) []byte {
	b := join(body...)
	return join(le16(instance<<4, kind), le32(len(b)), b)
}

func box(kind, instance int, body ...[]byte) []byte {
	b := atom(kind, instance, body...)
	b[0] |= 15
	return b
}

// madeDeck makes a presentation of parts, numbered from 1; the first is the
// document.
func madeDeck(parts ...[]byte) []byte {
	var main, offsets []byte
	for _, p := range parts {
		offsets = append(offsets, le32(len(main))...)
		main = append(main, p...)
	}
	persist := len(main)
	main = append(main, atom(recPersist, 0, le32(len(parts)<<20|1), offsets)...)
	edit := len(main)
	main = append(main, atom(recUserEdit, 0, le32(0, 0, 0, persist, 1, len(parts)+1, 0))...)
	user := atom(recCurrentUser, 0, le32(20, 0xE391C05F, edit), le16(0, 0))
	return cfbtest.Write(map[string][]byte{"PowerPoint Document": main, "Current User": user})
}

// shape makes a shape with a text.
func shape(place int, text string) []byte {
	var client []byte
	if place != 0 {
		client = box(0xF011, 0, atom(recPlaceholder, 0, le32(0), []byte{byte(place), 0, 0, 0}))
	}
	return box(recShape, 0, client, box(recTextbox, 0, atom(recTextHeader, 0, le32(0)), atom(recTextChars, 0, wideBytes(text))))
}

// A madeColumn is a column of a database to be made.
type madeColumn struct {
	name string
	kind int
	nth  int // of those without a fixed size
	at   int // of those with one
}

func (c madeColumn) fixed() bool { return fixedSizes[c.kind] > 0 || c.kind == 1 }

// madeDatabase makes a database of Jet 4: a catalogue, a table, and one page of
// rows for each; key encrypts its pages.
func madeDatabase(key uint32, rows ...[]byte) []byte {
	catalogueColumns := []madeColumn{{"Id", typeLong, 0, 0}, {"Name", typeText, 0, 0}, {"Type", typeShort, 0, 4}, {"Flags", typeLong, 0, 6}}
	columns := []madeColumn{{"No", typeLong, 0, 0}, {"Name", typeText, 0, 0}, {"Paid", 1, 0, 0}, {"On", typeDate, 0, 4}, {"Sum", typeMoney, 0, 12}, {"Remark", typeMemo, 1, 0}}
	entry := func(id, kind, flags int, name string) []byte {
		return madeRow(4, join(le32(id), le16(kind), le32(flags)), wideBytes(name))
	}
	pages := [][]byte{
		nil,
		nil,
		madeTable(3<<8, catalogueColumns),
		madeData(1<<24, []byte{0, 0, 0, 0, 0, 1 << 4}, []byte{0, 0, 0, 0, 0, 1 << 6}),
		madeData(2, entry(5, kindTable, 0, "Payments"), entry(9, kindTable, -0x7FFFFFFE, "MSysHidden"), entry(0, kindQuery, 0, "Last year")),
		madeTable(3<<8|1, columns),
		madeData(5, rows...),
		madeData(0x4C41564C, join(le32(0), []byte("\xff\xfea long remark"))),
	}
	head := make([]byte, 4096)
	copy(head[4:], "Standard Jet DB\x00")
	head[0x14] = 1
	le.PutUint32(head[0x3E:], key)
	cipherOf([]byte{0xC7, 0xDA, 0x39, 0x6B}, head[0x18:0x18+128])
	file := head
	for n, p := range pages[1:] {
		page := make([]byte, 4096)
		copy(page, p)
		if key != 0 {
			cipherOf(le32(int(key)^(n+1)), page)
		}
		file = append(file, page...)
	}
	return file
}

func cipherOf(key, b []byte) {
	block(func(uint32) []byte { return key }, 0).XORKeyStream(b, b)
}

func madeTable(usage int, columns []madeColumn) []byte {
	b := make([]byte, 63)
	b[0] = pageTable
	variable := 0
	var defs, names []byte
	for i, c := range columns {
		d := make([]byte, 25)
		d[0] = byte(c.kind)
		copy(d[5:], le16(i, c.nth))
		if c.fixed() {
			d[15] = 1
			copy(d[21:], le16(c.at, fixedSizes[c.kind]))
		} else {
			variable++
		}
		defs = append(defs, d...)
		names = join(names, le16(2*len(c.name)), wideBytes(c.name))
	}
	copy(b[43:], le16(variable, len(columns)))
	copy(b[55:], le32(usage))
	return join(b, defs, names)
}

func madeData(table int, rows ...[]byte) []byte {
	page := make([]byte, 4096)
	page[0] = pageData
	copy(page[4:], le32(table))
	copy(page[12:], le16(len(rows)))
	end := len(page)
	for i, r := range rows {
		end -= len(r)
		copy(page[end:], r)
		copy(page[14+2*i:], le16(end))
	}
	return page
}

// madeRow makes a row where every column has a value.
func madeRow(columns int, fixed []byte, values ...[]byte) []byte {
	b := join(le16(columns), fixed)
	ends := []int{len(b)}
	for _, v := range values {
		b = append(b, v...)
		ends = append(ends, len(b))
	}
	slices.Reverse(ends)
	b = join(b, le16(ends...), le16(len(values)))
	return append(b, 0xFF)
}
