package legacy

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/cfb"
	"overt/internal/cfb/cfbtest"
)

// What is made to cost more than it is worth ends soon, and says so.
func TestHostile(t *testing.T) {
	deepBox := func(n int) []byte {
		return bytes.Repeat(join(le16(15, recSlide), le32(0x7FFFFFF0)), n)
	}
	overlapping := wordSample()
	wild := wordSample()
	wild.parts[0] = strings.Repeat("\x13", 20_000) + "x" + strings.Repeat("\x15", 20_000)
	for name, c := range map[string]struct {
		data []byte
		want string // is in what was said
	}{
		"rtf: 10^5 groups":           {[]byte(`{\rtf1 before` + strings.Repeat("{", 100_000) + "deep" + strings.Repeat("}", 100_000) + " after}"), "beforedeep after"},
		"rtf: groups without end":    {[]byte(`{\rtf1 before` + strings.Repeat(`{\footnote `, 100_000)), "ends inside of a group"},
		"rtf: long bin":              {[]byte(`{\rtf1 before\bin2147483647 after}`), "before"},
		"rtf: long bin of picture":   {[]byte(`{\rtf1 before{\pict\pngblip\bin99999999 after}`), "before"},
		"rtf: long word":             {[]byte(`{\rtf1 before\` + strings.Repeat("a", 1<<20) + ` after}`), "beforeafter"},
		"rtf: long number":           {[]byte(`{\rtf1 before\u` + strings.Repeat("9", 1<<20) + `? after}`), "after"},
		"rtf: many cells":            {[]byte(`{\rtf1 \intbl a` + strings.Repeat(`\cell `, 100_000) + `\row}`), `row 1 of "table 1"`},
		"rtf: many fonts":            {[]byte(`{\rtf1{\fonttbl` + rising(`{\f%d\fcharset204 x;}`, 100_000) + `}text}`), "text"},
		"rtf: picture inside":        {[]byte(`{\rtf1{\pict\pngblip 00{\pict 11{\footnote x}\page}22}after}`), "after"},
		"rtf: object of nothing":     {[]byte(`{\rtf1{\object{\*\objdata 0105000002000000ffffffff}}after}`), "after"},
		"biff: endless strings":      {madeBook(rec(recStrings, le32(-1, -1), wide16("one")), madeSheet{"A", 0, nil}), "A"},
		"biff: text that is missing": {madeBook(nil, madeSheet{"A", 0, rec(recShared, le16(0, 0, 0), le32(-1))}), "not there"},
		"biff: long record":          {append(madeBook(nil), le16(0x204, 0xFFFF)...), ""},
		"biff: sheet nowhere":        {bytes.Replace(madeBook(nil, madeSheet{"A", 0, nil}), []byte("\x01\x00A"), []byte("\x01\x00B"), 1)[:36], "not where"},
		"biff: charts in charts":     {madeBook(nil, madeSheet{"A", 0, bytes.Repeat(rec(0x809, le16(0x600, 0x20)), 100_000)}), "no end"},
		"biff: last row and column":  {madeBook(nil, madeSheet{"A", 0, rec(recRK, le16(0xFFFF, 0x3FFF, 0), le32(2))}), "row 65536"},
		"ppt: 10^5 containers":       {cfbtest.Write(map[string][]byte{"PowerPoint Document": deepBox(100_000), "Current User": nil}), document.TooMuch},
		"ppt: edits in a circle": {cfbtest.Write(map[string][]byte{
			"PowerPoint Document": join(atom(0, 0), atom(recUserEdit, 0, le32(0, 0, 8, 44, 1, 1, 0)), atom(recPersist, 0, le32(1<<20|1, 99))),
			"Current User":        atom(recCurrentUser, 0, le32(20, 0, 8), le32(0)),
		}), "a part is missing"},
		"ppt: a slide many times":   {madeDeck(box(recDocument, 0, box(recSlideList, 0, bytes.Repeat(atom(recSlidePersist, 0, le32(2, 0, 0, 256, 0)), 1000))), box(recSlide, 0, shape(0, "Once"))), "the same as one before"},
		"doc: pieces that overlap":  {pieceTable(overlapping, le32(0, 50, 20, 60), 3), "overlap"},
		"doc: pieces far away":      {pieceTable(overlapping, le32(0, 0x7FFFFFFF), 1), "outside of the file"},
		"doc: fields in fields":     {wild.file(), "page 1"},
		"mdb: catalogue in itself":  {brokenDatabase(2, 4, 2), "more comes out"},
		"mdb: no catalogue":         {databaseSample(0)[:4096], "page 2"},
		"mdb: map of another page":  {brokenDatabase(5, 55, 0x7FFFFF00), "damaged"},
		"mdb: long value in circle": {longCircle(), "row 3"},
	} {
		t.Run(name, func(t *testing.T) {
			d := ends(t, c.data, document.Input{Limits: document.Limits{Text: 16 << 20}})
			if said := d.String(); !strings.Contains(said, c.want) {
				t.Errorf("got %.3000s\nwant something with %q", said, c.want)
			}
		})
	}
}

func rising(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// pieceTable makes a document whose pieces have the given bounds.
func pieceTable(m madeWord, bounds []byte, n int) []byte {
	m.tables = map[int][]byte{tabPieces: nil}
	b := join(bounds, bytes.Repeat(join(le16(0), le32(madeTextAt), le16(0)), n))
	m.tables[tabPieces] = join([]byte{2}, le32(len(b)), b)
	return m.file()
}

// brokenDatabase puts a number at a place of a page.
func brokenDatabase(page, at, v int) []byte {
	b := databaseSample(0)
	copy(b[page*4096+at:], le32(v))
	return b
}

// longCircle is a database with a long value whose first part leads to itself.
func longCircle() []byte {
	b := madeDatabase(0, paymentRow(1, "A", 1, 1, nil), paymentRow(2, "B", 1, 1, join(le32(0x3FFFFFFF), le32(7<<8), make([]byte, 4))))
	at := bytes.Index(b, []byte("\xff\xfea long remark"))
	copy(b[at-4:], le32(7<<8))
	return b
}

// The bytes of a member are bounded, whatever a compressed object claims.
func TestLimits(t *testing.T) {
	d := documenttest.Read(t.Context(), Reader{}, richFile(), document.Input{Limits: document.Limits{Unpacked: 3}})
	if d.Err == nil {
		t.Error("more bytes of members than the limit were given")
	}
	d = documenttest.Read(t.Context(), Reader{}, bookSample(), document.Input{Limits: document.Limits{Pages: 1}})
	if d.Err == nil || len(d.Pages) != 1 {
		t.Errorf("got %d pages and error %v, want one page and an error", len(d.Pages), d.Err)
	}
	d = documenttest.Read(t.Context(), Reader{}, wordSample().file(), document.Input{Limits: document.Limits{PageText: 40}})
	if len(d.Gaps) == 0 && len(d.Pages) < 3 {
		t.Errorf("text past the limit of a page is neither on a further page nor told:\n%s", d)
	}
}

func FuzzRead(f *testing.F) {
	for _, data := range samples() {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<20 {
			return // takes longer than it teaches
		}
		ends(t, data, fuzzInput)
	})
}

var fuzzInput = document.Input{Passwords: []string{"secret"}, Limits: document.Limits{Text: 1 << 20, PageText: 1 << 18, Unpacked: 1 << 20, Members: 100}}

// FuzzWord and FuzzSlides change streams, which a compound file hides from
// FuzzRead.
func FuzzWord(f *testing.F) {
	main, table := streamsOf(f, wordSample().file(), "WordDocument", "1Table")
	f.Add(main, table)
	f.Fuzz(func(t *testing.T, main, table []byte) {
		ends(t, cfbtest.Write(map[string][]byte{"WordDocument": main, "1Table": table, "0Table": table, "Data": table}), fuzzInput)
	})
}

func streamsOf(f *testing.F, data []byte, first, second string) (a, b []byte) {
	c, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		f.Fatal(err)
	}
	read := func(name string) []byte {
		s, _, err := c.Stream(c.Root.Find(name))
		if err != nil {
			f.Fatal(err)
		}
		all, err := io.ReadAll(s)
		if err != nil {
			f.Fatal(err)
		}
		return all
	}
	return read(first), read(second)
}

func FuzzSlides(f *testing.F) {
	main, user := streamsOf(f, deckSample(), "PowerPoint Document", "Current User")
	f.Add(main, user)
	f.Fuzz(func(t *testing.T, main, user []byte) {
		ends(t, cfbtest.Write(map[string][]byte{"PowerPoint Document": main, "Current User": user, "Pictures": main}), fuzzInput)
	})
}

func FuzzProperties(f *testing.F) {
	f.Add(madeSummary(), packed([]byte("Sub A()")))
	f.Fuzz(func(t *testing.T, set, source []byte) {
		ends(t, cfbtest.Write(map[string][]byte{"Workbook": madeBook(nil, madeSheet{"A", 0, nil}), "\x05SummaryInformation": set, "\x05DocumentSummaryInformation": set, "M/VBA/dir": source}), fuzzInput)
		out, err := expand(source)
		if len(out) > maxModule+1<<16 && err == nil {
			t.Errorf("%d bytes of source", len(out))
		}
	})
}
