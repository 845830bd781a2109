package legacy

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/cfb/cfbtest"
)

// oldWord makes a document of Word 6 in Russian: bytes, without pieces, and the
// properties of its characters as that version writes them.
func oldWord(text string, from, to int, props []byte) []byte {
	const at = 768
	main := make([]byte, at)
	main = append(main, text...)
	main = append(main, make([]byte, (512-len(main)%512)%512)...)
	page := make([]byte, 512)
	copy(page, le32(at, at+from, at+to, at+len(text)))
	copy(page[16:], []byte{0, 250, 0})
	copy(page[500:], append([]byte{byte(len(props))}, props...))
	page[511] = 3
	bin := len(main) + len(page)
	main = join(main, page, le32(at, at+len(text)), le16((bin-512)/512))
	copy(main, le16(0xA5DC, 101))
	copy(main[6:], le16(0x419))
	copy(main[24:], le32(at, at+len(text)))
	copy(main[0x34:], le32(len(text)))
	copy(main[0x58+8*tabChars:], le32(bin, 10))
	return cfbtest.Write(map[string][]byte{"WordDocument": main})
}

// firstBook makes a workbook of Excel 2, which is no compound file.
func firstBook() []byte {
	attr := []byte{0, 0, 0}
	dated := []byte{0, 1, 0}
	return join(rec(0x09, le16(2, 0x10)),
		rec(recFormatOld, []byte("\x07General")), rec(recFormatOld, []byte("\x08yyyy-m-d")),
		rec(recLabel2, le16(0, 0), attr, []byte("\x04Name")),
		rec(recInteger2, le16(0, 1), attr, le16(42)),
		rec(recNumber2, le16(1, 0), dated, make([]byte, 6), []byte{0xF0, 0x3F}),
		rec(recFormula, le16(1, 1), attr, []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0}), rec(recString2, []byte("\x04made")),
		rec(recBool2, le16(1, 2), attr, []byte{0x2A, 1}),
		rec(recEOF))
}

func TestOldVersions(t *testing.T) {
	second := slices.Concat(le16(0xA59B, 45), make([]byte, 764), []byte("Word two\r"))
	copy(second[24:], le32(768, 777))
	copy(second[0x34:], le32(9))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"Word 6":  {oldWord("\xcf\xf0\xe8 lost\r", 3, 8, []byte{65, 1}), "page 1\n    | При\n    | Deleted: lost\n"},
		"Word 2":  {second, "page 1\n    | Word two\n"},
		"Excel 2": {firstBook(), "page 1 \"Sheet1\"\n    | Name\t42\n    | 1900-01-01\tmade\t#N/A\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d := documenttest.Read(t.Context(), Reader{}, c.data, document.Input{})
			if said := d.String(); !strings.HasPrefix(said, c.want) || d.Err != nil {
				t.Errorf("got\n%swant it to begin\n%s", said, c.want)
			}
		})
	}
}

func TestEncryptedDatabase(t *testing.T) {
	data := databaseSample(0)
	data[0x14] = 3
	data[0x299] = 200
	d := documenttest.Read(t.Context(), Reader{}, data, document.Input{})
	var refusal *document.Refusal
	if !errors.As(d.Err, &refusal) || refusal.Code != document.Protected {
		t.Errorf("got error %v, want a refusal", d.Err)
	}
}

// A row of Jet 3 longer than 256 bytes has jumps in its list of places.
func TestOldRow(t *testing.T) {
	long := strings.Repeat("x", 300)
	body := join([]byte{2}, []byte("ab"), []byte(long))
	// Backwards from the end: what is there, how many values, jumps, places.
	row := join(body, []byte{byte(len(body) - 256), 3, 1}, []byte{2}, []byte{2}, []byte{3})
	tab := &table{d: &database{r: &reading{codes: map[int]func(string) string{}}, old: true, code: 1252}, variable: 2, columns: []column{
		{name: "A", kind: typeText, number: 0, nth: 0}, {name: "B", kind: typeText, number: 1, nth: 1},
	}}
	values, err := tab.values(row)
	if err != nil || values[0].text != "ab" || values[1].text != long {
		t.Errorf("got %.20v and error %v", values, err)
	}
}

func TestNumeral(t *testing.T) {
	for _, c := range []struct {
		n, kind int
		want    string
	}{{4, 0, "4"}, {1994, 1, "MCMXCIV"}, {4, 2, "iv"}, {27, 3, "AA"}, {3, 4, "c"}, {7, 22, "07"}, {11, 5, "11th"}, {22, 5, "22nd"}, {5, 255, ""}, {0, 1, "0"}} {
		if got := numeral(c.n, c.kind); got != c.want {
			t.Errorf("%d in way %d: got %q, want %q", c.n, c.kind, got, c.want)
		}
	}
}

// Numbers of lists are counted by level; a higher entry begins the lower ones
// anew.
func TestLists(t *testing.T) {
	level := func(kind byte, text string) []byte {
		return join(le32(1), []byte{kind}, make([]byte, 23), wide16(text)[:2], wideBytes(text))
	}
	lists := join(le16(1), le32(77), make([]byte, 24), level(0, "\x00."), level(4, "\x00.\x01)"))
	for range levels - 2 {
		lists = append(lists, level(255, "")...)
	}
	entry := func(level byte) []byte { return join(le16(0x260A), []byte{level}, le16(0x460B, 1)) }
	m := madeWord{
		parts: [8]string{"One\rIn\rOut\rTwo\rAgain\r"},
		paras: []madeRun{{0, 4, entry(0)}, {4, 7, entry(1)}, {7, 11, entry(1)}, {11, 15, entry(0)}, {15, 21, entry(1)}},
		tables: map[int][]byte{
			tabLists:     lists,
			tabOverrides: join(le32(1), le32(77), make([]byte, 12), le32(-1)),
		},
	}
	d := documenttest.Read(t.Context(), Reader{}, m.file(), document.Input{})
	if want := "1.\tOne\n1.a)\tIn\n1.b)\tOut\n2.\tTwo\n2.a)\tAgain\n"; d.Text() != want {
		t.Errorf("got %q, want %q", d.Text(), want)
	}
}
