package legacy

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/cfb/cfbtest"
)

var (
	propDeleted = join(le16(0x0800), []byte{1})
	propHidden  = join(le16(0x083C), []byte{1})
	propSpecial = join(le16(0x0855), []byte{1})
	propTable   = join(le16(0x2416), []byte{1})
	propRowEnd  = join(le16(0x2416), []byte{1}, le16(0x2417), []byte{1})
)

// wordSample has each thing that a document of Word can have beside its text.
func wordSample() madeWord {
	main := "The payments\r" + // 0
		"Name\aSum\a\a" + // 13
		"It was\x02 paid lost twice\r" + // 23
		"\x13 EQ \\o\\ad(\\s\\up 10(a),b) \x15See \x13 HYPERLINK \"http://example.org/\" \x14here\x15\x05.\fPage two secret\r"
	at := strings.Index(main, "lost ")
	hide := strings.Index(main, "secret")
	foot := strings.Index(main, "\x02")
	comment := strings.Index(main, "\x05")
	return madeWord{
		parts: [8]string{main, "\x02 A note.\r", "Header\r\r", "", "\x05 Really?\r", "", "In a box\r", ""},
		chars: []madeRun{{foot, foot + 1, propSpecial}, {at, at + 5, propDeleted}, {comment, comment + 1, propSpecial}, {hide, hide + 6, propHidden}},
		paras: []madeRun{{13, 22, propTable}, {22, 23, propRowEnd}},
		tables: map[int][]byte{
			tabFootRef: join(le32(foot, len(main)), le16(1)), tabFootText: le32(0, 10, 11),
			tabCommentRef: join(le32(comment, len(main)), le16(1, 'A'), make([]byte, 26)), tabCommentText: le32(0, 9, 10),
			tabAuthors: join(le16(3), wideBytes("Ann")), tabHeaders: le32(0, 0, 0, 0, 0, 0, 0, 7, 8),
		},
		more: map[string][]byte{
			"\x05SummaryInformation":              madeSummary(),
			"ObjectPool/_1/\x01Ole10Native":       join(le32(0), madePackage("list.txt", "one, two")),
			"ObjectPool/_2/WordDocument":          []byte("inner"),
			"Macros/VBA/dir":                      packed(join(le16(0x1A), le32(1), []byte("M"), le16(0x31), le32(4, 2))),
			"Macros/VBA/M":                        join([]byte("xx"), packed([]byte("Sub A()"))),
			"Macros/PROJECT":                      []byte("ID=..."),
			"\x05DocumentSummaryInformation":      []byte("broken"),
			"ObjectPool/_3/\x03ObjInfo":           le16(0, 0, 0),
			"ObjectPool/_3/\x01Ole":               le32(0, 0),
			"ObjectPool/_4/Package":               []byte("PK"),
			"ObjectPool/_5/CONTENTS":              []byte("%PDF-"),
			"ObjectPool/_6/\x01Ole10Native":       join(le32(3), []byte("raw")),
			"ObjectPool/_7/deep/er/Equation Data": []byte("x"),
		},
	}
}

func madePackage(name, content string) []byte {
	return join(le16(2), []byte(name+"\x00C:\\"+name+"\x00"), le16(0, 3), le32(4), []byte("tmp\x00"), le32(len(content)), []byte(content))
}

// packed is source as [MS-OVBA] stores it without compressing.
func packed(b []byte) []byte {
	return join([]byte{1}, le16(0x3000|(len(b)-1)), b)
}

func madeSummary() []byte {
	title := join(le32(30, 9), []byte("Payments\x00\x00\x00\x00"))
	saved := join(le32(64), le.AppendUint64(nil, uint64(11644473600+1262304000)*1e7))
	set := join(le32(0, 3), le32(1, 32, 2, 40, 13, 40+len(title)), le32(2, 1252), title, saved)
	return join(le16(0xFFFE, 0), make([]byte, 20), le32(1), make([]byte, 16), le32(48), set)
}

func bookSample() []byte {
	number := func(v float64) []byte { return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)) }
	globals := join(
		rec(recFormat, le16(164), wide16("yyyy\\-mm\\-dd")),
		rec(recXF, le16(0, 0), make([]byte, 16)), rec(recXF, le16(0, 164), make([]byte, 16)),
		rec(recStrings, le32(3, 3), wide16("Name"), le16(8), []byte{0}, []byte("Pay")),
		rec(recContinue, []byte{1}, wideBytes("ménts"), wide16("Ω")), // its width changes
	)
	first := join(
		rec(recRow, le16(2, 0, 3, 0, 0, 0, 0x20, 0)),
		rec(recShared, le16(1, 0, 0), le32(0)), rec(recShared, le16(0, 0, 0), le32(1)), rec(recShared, le16(0, 2, 0), le32(2)),
		rec(recNumber, le16(1, 1, 1), number(43831)), rec(recRK, le16(1, 2, 0), le32(123<<2|3)),
		rec(recManyRK, le16(2, 0), le16(0), le32(5<<2|2), le16(0), le32(6<<2|2), le16(1)),
		rec(recFormula, le16(3, 0, 0), []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, make([]byte, 8)), rec(recStringRes, wide16("made")),
		rec(recBool, le16(3, 1, 0), []byte{1, 0}), rec(recBool, le16(3, 2, 0), []byte{7, 1}),
		rec(recLabel, le16(4, 0, 0), wide16("label")),
		rec(recObject, le16(0x15, 18, 25, 7), make([]byte, 14)),
		rec(recText, make([]byte, 10), le16(4, 0), le32(0)), rec(recContinue, []byte{0}, []byte("why?")),
		rec(recNote, le16(1, 1, 0, 7), wide16("Ann")),
		rec(recHeader, wide16("&L&\"Arial\"&12Top & &P")),
		rec(0x809, le16(0x600, 0x20), make([]byte, 12)), rec(recSeriesText, le16(0), narrow8("A chart")), rec(recEOF),
	)
	return madeBook(globals, madeSheet{"Sums", 0, first}, madeSheet{"Kept", 2, rec(recNumber, le16(0, 0, 0), number(0.1))})
}

func deckSample() []byte {
	list := box(recSlideList, 0,
		atom(recSlidePersist, 0, le32(2, 0, 1, 256, 0)), atom(recTextHeader, 0, le32(0)), atom(recTextBytes, 0, []byte("From the outline\rand more")),
		atom(recSlidePersist, 0, le32(3, 0, 0, 257, 0)))
	notes := box(recSlideList, 2, atom(recSlidePersist, 0, le32(4, 0, 0, 300, 0)))
	masters := box(recSlideList, 1, atom(recSlidePersist, 0, le32(5, 0, 0, 0x80000000, 0)))
	links := box(0x409, 0, box(recHyperlink, 0, atom(recCString, 0, wideBytes("site")), atom(recCString, 1, wideBytes("http://example.org/"))))
	drawn := join(le16(0x80C0), le32(8), wideBytes("Art\x00"))
	return madeDeck(
		box(recDocument, 0, masters, list, notes, links),
		box(recSlide, 0, atom(recSlideAtom, 0, make([]byte, 16), le32(300, 0)),
			box(0x40C, 0, box(recShape, 0, box(recTextbox, 0, atom(recOutlineRef, 0, le32(0)))), shape(0, "Own text"), box(recShape, 0, atom(recShapeOptions, 1, drawn))),
			box(0x1388, 0, box(0x138A, 0, atom(recBinaryTag, 0, box(recComment, 0, atom(recCString, 0, wideBytes("Ann")), atom(recCString, 1, wideBytes("No.")))))),
			box(recHeadersFoot, 0, atom(recCString, 2, wideBytes("Foot")))),
		box(recSlide, 0, atom(recSlideAtom, 0, make([]byte, 24)), atom(recShowInfo, 0, make([]byte, 10), le16(4), make([]byte, 4)), box(0x40C, 0, shape(13, "Hidden one"))),
		box(recNotes, 0, box(0x40C, 0, shape(12, "Say this"), shape(8, "*"))),
		box(recMaster, 0, box(0x40C, 0, shape(1, "Click to edit"), shape(0, "On each slide"))),
	)
}

func paymentRow(no int, name string, on float64, sum int64, remark []byte) []byte {
	fixed := join(le32(no), binary.LittleEndian.AppendUint64(nil, math.Float64bits(on)), binary.LittleEndian.AppendUint64(nil, uint64(sum)))
	return madeRow(6, fixed, []byte("\xff\xfe"+name), remark)
}

func databaseSample(key uint32) []byte {
	here := func(s string) []byte { return join(le32(len(s)|longHere), make([]byte, 8), []byte(s)) }
	return madeDatabase(key,
		paymentRow(1, "Acme", 43831, 12345600, here("\xff\xfeshort")),
		paymentRow(2, "\xdcberson", -1.25, -5000, join(le32(15), le32(7<<8), make([]byte, 4))))
}

const richSample = `{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}}{\colortbl;\red255\green255\blue255;}
{\info{\title Pay{\'e9}}{\author Ann}{\creatim\yr2020\mo1\dy2\hr3\min4}}
{\header Top}\pard Caf\'e9 {\f1\'cf\'f0\'e8} \u8364 ?\~x\par
\trowd\cellx1\cellx2\pard{\listtext 1.\tab}\intbl Name\cell Sum\cell\row\pard
Body{\super\chftn}{\footnote{\super\chftn} A note.}{\v hid}{\deleted gone} {\cf1 white}\par
{\*\atnauthor Bob}{\*\annotation Why?}{\field{\*\fldinst HYPERLINK "http://example.org/"}{\fldrslt link}}
{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt In a box\par}}}
{\upr{old}{\*\ud{new}}}{\*\unknown nothing}{\nonshppict{\pict\pngblip ffff}}
{\*\shppict{\pict{\*\picprop{\sp{\sn a}{\sv b}}}\pngblip 89504e47}}{\object{\*\objdata ` + "%s" + `}{\result shown}}
\page Last {\pict\dibitmap0\bin3 abc}}`

func richFile() []byte {
	text := func(s string) []byte { return join(le32(len(s)), []byte(s)) }
	data := madePackage("a.txt", "inside")
	object := join(le32(0x501, 2), text("Package\x00"), text(""), text(""), le32(len(data)), data)
	return fmt.Appendf(nil, richSample, fmt.Sprintf("%x", object))
}

func samples() map[string][]byte {
	sealedWord := wordSample()
	sealedWord.seal = "secret"
	return map[string][]byte{
		"word":            wordSample().file(),
		"word-sealed":     sealedWord.file(),
		"book":            bookSample(),
		"book-sealed":     cfbtest.Write(map[string][]byte{"Workbook": sealBook("secret", bookSample())}),
		"deck":            deckSample(),
		"rich":            richFile(),
		"rich-html":       []byte(`{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}Hello \htmlrtf {\htmlrtf0 \'e4 {\*\htmltag84 <b>}world{\*\htmltag92 </b>}\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}`),
		"database":        databaseSample(0),
		"database-sealed": databaseSample(0x12345678),
	}
}

func TestSamples(t *testing.T) {
	for name, data := range samples() {
		t.Run(name, func(t *testing.T) {
			d := documenttest.Read(t.Context(), Reader{}, data, document.Input{Passwords: []string{"wrong", "secret"}})
			if name == "word-sealed" || name == "book-sealed" { // the same comes out
				name = strings.TrimSuffix(name, "-sealed")
			}
			d.Golden(t, "testdata/"+name+".golden")
		})
	}
}

// Without the password a document is refused as protected, with nothing said of
// its text.
func TestProtected(t *testing.T) {
	for _, name := range []string{"word-sealed", "book-sealed"} {
		d := documenttest.Read(t.Context(), Reader{}, samples()[name], document.Input{Passwords: []string{"wrong"}})
		var refusal *document.Refusal
		if !errors.As(d.Err, &refusal) || refusal.Code != document.Protected || len(d.Pages) > 0 {
			t.Errorf("%s: got %d pages and error %v, want a refusal", name, len(d.Pages), d.Err)
		}
	}
}

// Documents of programs that are not read are refused by their names.
func TestUnknown(t *testing.T) {
	for want, data := range map[string][]byte{
		"Publisher":       cfbtest.Write(map[string][]byte{"Quill/QuillSub/CONTENTS": []byte("x")}),
		"Works":           cfbtest.Write(map[string][]byte{"MatOST": []byte("x"), "CONTENTS": []byte("x")}),
		"PowerPoint 95":   cfbtest.Write(map[string][]byte{"PP40": []byte("x")}),
		"Visio":           cfbtest.Write(map[string][]byte{"VisioDocument": []byte("x")}),
		"Microsoft Write": append([]byte{0x31, 0xBE}, make([]byte, 200)...),
		"older office":    []byte("plain text"),
		"holds no docu":   cfbtest.Write(map[string][]byte{"a": []byte("x")}),
		"Outlook":         cfbtest.Write(map[string][]byte{"__properties_version1.0": []byte("x")}),
		"Office Open XML": cfbtest.Write(map[string][]byte{"EncryptedPackage": []byte("x")}),
		"before PowerPoi": append([]byte{0xED, 0xDE, 0xAD, 0x0B}, make([]byte, 200)...),
	} {
		d := documenttest.Read(t.Context(), Reader{}, data, document.Input{})
		var refusal *document.Refusal
		if !errors.As(d.Err, &refusal) || refusal.Code != document.Unknown || !strings.Contains(refusal.Reason, want) {
			t.Errorf("got error %v, want one that names %q", d.Err, want)
		}
	}
}

// ends reads bytes and fails where the reading breaks a promise.
func ends(t testing.TB, data []byte, in document.Input) *documenttest.Doc {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	d := documenttest.Read(ctx, Reader{}, data, in)
	if d.Err != nil && overt.CodeOf(d.Err) != overt.Invalid {
		t.Errorf("an error that is not invalid: %v", d.Err)
	}
	return d
}

// Files that are cut short or changed end in text or an error, not in a panic or
// a loop.
func TestCutAndChanged(t *testing.T) {
	for name, data := range samples() {
		t.Run(name, func(t *testing.T) {
			in := document.Input{Passwords: []string{"secret"}, Limits: document.Limits{Text: 1 << 20, PageText: 1 << 18, Unpacked: 1 << 20}}
			step := max(len(data)/150, 1)
			for i := 0; i < len(data); i += step {
				ends(t, data[:i], in)
				changed := append([]byte(nil), data...)
				changed[i] ^= 0xFF
				ends(t, changed, in)
				copy(changed[i:], "\xff\xff\xff\x7f")
				ends(t, changed, in)
			}
		})
	}
}
