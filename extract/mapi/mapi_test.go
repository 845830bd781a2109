package mapi

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/mail"
	"overt/internal/cfb/cfbtest"
)

func read(t testing.TB, r document.Reader, data []byte) *documenttest.Doc {
	t.Helper()
	return documenttest.Read(t.Context(), r, data, document.Input{})
}

// One message, written in three formats, is told alike.
func TestLetter(t *testing.T) {
	s := newMade(true, false, 1)
	s.node(s.item(0x200024, letter()), 0)
	pst := read(t, PST{}, s.finish())
	if len(pst.Members) != 1 {
		t.Fatalf("%s", pst)
	}
	for name, d := range map[string]*documenttest.Doc{
		"msg": read(t, MSG{}, msgFile(letter())), "tnef": read(t, TNEF{}, tnefFile(letter())), "pst": read(t, mail.EML{}, pst.Members[0].Bytes),
	} {
		t.Run(name, func(t *testing.T) { d.Golden(t, filepath.Join("testdata", "letter."+name+".golden")) })
		if len(d.Members) < 2 {
			t.Fatalf("%s: %s", name, d)
		}
		if !bytes.Equal(d.Members[0].Bytes, []byte(strings.Repeat("Item;Sum\r\n", 3000))) {
			t.Errorf("%s: the attachment differs", name)
		}
		in := read(t, mail.EML{}, d.Members[1].Bytes)
		if in.Get("subject") != "Offer" || in.Text() != "Shall we?\n" || in.Get("date") != "2024-03-04T07:15:00Z" {
			t.Errorf("%s: inside: %s", name, in)
		}
	}
	var refers bool
	for _, g := range pst.Gaps {
		refers = refers || g.Code == document.Unknown && strings.Contains(g.Where, "plan.doc")
	}
	if !refers {
		t.Errorf("the attachment that lies elsewhere is no gap: %v", pst.Gaps)
	}
}

// Each width and each encryption of a mailbox gives the same.
func TestWidths(t *testing.T) {
	want := read(t, PST{}, pstFile(true, false, 0))
	want.Golden(t, filepath.Join("testdata", "mailbox.golden"))
	for name, data := range map[string][]byte{
		"unicode, compressible": pstFile(true, false, 1), "unicode, high": pstFile(true, false, 2),
		"ansi": pstFile(false, false, 0), "ansi, compressible": pstFile(false, false, 1), "large pages": pstFile(true, true, 1),
	} {
		if d := read(t, PST{}, data); d.String() != want.String() {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TNEF of old programs has attributes and no properties.
func TestOldTNEF(t *testing.T) {
	b := binary.LittleEndian.AppendUint32(nil, tnefMagic)
	b = append(b, 1, 0)
	for _, a := range []struct {
		id   uint32
		data string
	}{
		{attrCodePage, "\xe4\x04\x00\x00\x00\x00\x00\x00"}, {attrSubject, "Gr\xfc\xdfe\x00"}, {attrBody, "Text\r\nline\x00"},
		{attrDateSent, "\xe8\x07\x03\x00\x04\x00\x08\x00\x0f\x00\x00\x00\x01\x00"}, {attrRender, ""}, {attrAttachTitle, "a.txt\x00"}, {attrAttachData, "abc"},
	} {
		b = append(b, 1)
		b = binary.LittleEndian.AppendUint32(b, a.id)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(a.data)))
		b = append(append(b, a.data...), 0, 0)
	}
	d := read(t, TNEF{}, b)
	if d.Get("subject") != "Grüße" || d.Text() != "Text\nline\n" || d.Get("date") != "2024-03-04T08:15:00Z" || len(d.Members) != 1 ||
		d.Members[0].Path != "a.txt" || string(d.Members[0].Bytes) != "abc" {
		t.Errorf("%s", d)
	}
}

func TestFields(t *testing.T) {
	d := read(t, MSG{}, msgFile(task()))
	if d.Text() != "Name\tZoë Quill\nCompany\tQuill Ltd\nMobile phone\t+44 7700 900000\nKnows Paula…\nfrom Genève\n" {
		t.Errorf("%q", d.Text())
	}
	if len(d.Members) != 1 || d.Members[0].Type != "application/rtf" {
		t.Errorf("members: %s", d)
	}
}

func TestUnwrap(t *testing.T) {
	for _, c := range []struct{ in, text, kind string }{
		{`{\rtf1\ansi a\par b\tab c}`, "a\nb\tc", richRTF},
		{`{\rtf1\ansi\ansicpg1251 \'cc\'e8\'f0 {\b bold}}`, "Мир bold", richRTF},
		{`{\rtf1{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 MS Gothic;}}\f1 \'82\'b1\'82\'f1\f0 \'e9}`, "こんé", richRTF},
		{`{\rtf1\uc1 \u1052?\u-10179 ?\u-8704 ?{\uc2\u233 xx}}`, "М😀é", richRTF},
		{`{\rtf1{\info{\title no}}{\*\unknown no}{\pict ffff}{\field{\*\fldinst HYPERLINK no}{\fldrslt yes}}}`, "yes", richRTF},
		{`{\rtf1\ansi\fromhtml1 {\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 Hi{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0  you{\*\htmltag72 </p>}}`, "<html><p>Hi&nbsp; you</p>", richHTML},
		{`{\rtf1\ansi\fromtext plain\par text}`, "plain\ntext", richText},
		{`{\rtf1 a\bin3 }}}b}`, "ab", richRTF},
		{`{\rtf1 \{ \\ \} a\~b}}}}`, "{ \\ } a\u00A0b", richRTF},
	} {
		text, kind := unwrap([]byte(c.in))
		if text != c.text || kind != c.kind {
			t.Errorf("%s: %q %s, want %q %s", c.in, text, kind, c.text, c.kind)
		}
	}
}

// The example of [MS-OXRTFCP], 4.1.1.
func TestDecompress(t *testing.T) {
	in := []byte("\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0")
	got, err := decompress(in)
	if want := "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"; err != nil || string(got) != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	binary.LittleEndian.PutUint32(in[4:], 0xFFFFFFFF)
	if got, err := decompress(in); err != nil || len(got) > 100 {
		t.Errorf("a length of 4 GB: %d bytes, %v", len(got), err)
	}
	for i := range in {
		_, _ = decompress(in[:i])
	}
}

// The tables of the encryption are permutations, and the middle one undoes itself.
func TestKey(t *testing.T) {
	k := newKey()
	var first, middle [256]bool
	for i := range 256 {
		first[k.first[i]], middle[k.middle[i]] = true, true
		if k.back[k.first[i]] != byte(i) || k.middle[k.middle[i]] != byte(i) {
			t.Fatalf("byte %d", i)
		}
	}
	for i := range 256 {
		if !first[i] || !middle[i] {
			t.Fatalf("byte %d is missing", i)
		}
	}
	b := []byte("some bytes that are encrypted twice")
	k.cycle(b, 0x12345678)
	k.cycle(b, 0x12345678)
	if string(b) != "some bytes that are encrypted twice" {
		t.Errorf("%q", b)
	}
}

// Damage in any place ends in a gap or an error, never in silence or worse.
func TestHostile(t *testing.T) {
	whole := pstFile(true, false, 0)
	put := func(at int, v uint64) []byte {
		b := bytes.Clone(whole)
		binary.LittleEndian.PutUint64(b[at:], v)
		return b
	}
	nodes := int(binary.LittleEndian.Uint64(whole[224:]))
	blocks := int(binary.LittleEndian.Uint64(whole[240:]))
	for name, data := range map[string][]byte{
		"the tree of nodes is a circle": put(blocks+16, uint64(blocks)),
		"the tree of blocks leads out":  put(240, 1<<40),
		"the tree of nodes leads out":   put(224, 1<<62),
		"a page is no page":             put(nodes+488, ^uint64(0)),
		"empty":                         {},
		"a header alone":                whole[:600],
		"an unknown version":            append(append(bytes.Clone(whole[:10]), 5, 0), whole[12:]...),
		"encrypted by Windows":          append(append(bytes.Clone(whole[:513]), 0x10), whole[514:]...),
	} {
		if d := read(t, PST{}, data); d.Err == nil && len(d.Gaps) == 0 {
			t.Errorf("%s: not noticed: %s", name, d)
		}
	}
	for i := 4096; i < len(whole); i += 41 {
		data := bytes.Clone(whole)
		data[i] ^= 0xFF
		d := read(t, PST{}, data)
		if d.Err != nil && strings.Contains(d.Err.Error(), "said what cannot be") {
			t.Fatalf("byte %d: %v", i, d.Err)
		}
	}

	// A message that holds itself, and one that says that it holds gigabytes.
	tnef := tnefFile(letter())
	for i := 6; i+4 < len(tnef); i += 7 {
		data := bytes.Clone(tnef)
		binary.LittleEndian.PutUint32(data[i:], 0xFFFFFFF0)
		if d := read(t, TNEF{}, data); d.Err != nil && strings.Contains(d.Err.Error(), "said what cannot be") {
			t.Fatalf("tnef, byte %d: %v", i, d.Err)
		}
		if d := read(t, TNEF{}, tnef[:i]); d.Err == nil && len(d.Gaps) == 0 && i < len(tnef)-40 && len(d.Members) > 1 {
			t.Errorf("tnef, %d bytes: no gap", i)
		}
	}
	msg := msgFile(letter())
	fat := len(msg) - 512
	for i := 0; i < 128; i++ {
		data := bytes.Clone(msg)
		binary.LittleEndian.PutUint32(data[fat+4*i:], uint32(i)) // a chain that is a circle
		read(t, MSG{}, data)
	}
	if d := read(t, MSG{}, cfbtest.Write(map[string][]byte{"WordDocument": nil})); d.Err == nil {
		t.Error("a document is no message")
	}
	var refusal *document.Refusal
	if d := read(t, MSG{}, cfbtest.Write(map[string][]byte{"WordDocument": nil})); !errors.As(d.Err, &refusal) {
		t.Errorf("no refusal: %v", d.Err)
	}
	deep := letter()
	for range 40 {
		deep = &madeItem{props: []madeProp{text(tagSubject, "Deep")}, attached: []madeAttachment{{props: []madeProp{{tagAttachMethod, typeLong, methodEmbeddedMessage}}, nested: deep}}}
	}
	if d := read(t, MSG{}, msgFile(deep)); d.Err != nil || len(d.Gaps) == 0 {
		t.Errorf("depth: %v %v", d.Err, d.Gaps)
	}
	groups := strings.Repeat("{", 200_000) + `\b x` + strings.Repeat("}", 200_000)
	if text, _ := unwrap([]byte(groups)); text != "x" {
		t.Errorf("groups: %q", text)
	}
	if text, _ := unwrap([]byte(`a\bin999999999 bbbb`)); text != "a" {
		t.Errorf("\\bin: %q", text)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range []struct {
		document.Reader
		data []byte
	}{{MSG{}, msgFile(letter())}, {PST{}, pstFile(true, false, 0)}, {TNEF{}, tnefFile(letter())}} {
		if d := documenttest.Read(ctx, r, r.data, document.Input{}); !errors.Is(d.Err, context.Canceled) {
			t.Errorf("%T: %v", r.Reader, d.Err)
		}
	}
}

func FuzzMAPI(f *testing.F) {
	f.Add(msgFile(letter()))
	f.Add(msgFile(task()))
	f.Add(tnefFile(letter()))
	for _, wide := range []bool{true, false} {
		f.Add(pstFile(wide, false, 0))
	}
	f.Add(pstFile(true, true, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range []document.Reader{MSG{}, TNEF{}, PST{}} {
			d := documenttest.Read(t.Context(), r, data, document.Input{})
			if d.Err != nil && strings.Contains(d.Err.Error(), "said what cannot be") {
				t.Errorf("%T: %v", r, d.Err)
			}
		}
		unwrap(data)
		_, _ = decompress(data)
	})
}
