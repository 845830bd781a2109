package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/sheet"
	"overt/internal/archive"
)

var asODS = sheet.Options{Format: extract.ODS}

// TestODS reads a spreadsheet that another program wrote.
func TestODS(t *testing.T) {
	b, err := os.ReadFile("testdata/book.ods")
	if err != nil {
		t.Fatal(err)
	}
	rs := open(t, b, asODS)
	if len(rs) != 3 {
		t.Fatalf("%d sheets", len(rs))
	}
	got, err := rows(t, rs[0])
	want := []string{
		"2: A  da|236345105.88|2021-03-04|06:00:00|0.5|TRUE",
		"5: two\nlines|1000000000000000000000|2021-03-04T12:00:00|36:00:00.5|0.3|FALSE",
		"6: same|same|||x|", "7: same|same|||x|", "8: same|same|||x|",
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
	info := rs[0].Info()
	if d := cmp.Diff([]string{"Name", "Sum", "Signed", "Period", "Part", "OK"}, info.Header); d != "" || info.Table != "Awards" || info.HeaderRow != 1 || info.Hidden || info.Format != extract.ODS {
		t.Errorf("info %+v %s", info, d)
	}
	hidden, err := rows(t, rs[1])
	if d := cmp.Diff([]string{"2: a|1"}, hidden); err != nil || d != "" || !rs[1].Info().Hidden {
		t.Errorf("hidden: %v %v %+v", d, err, rs[1].Info())
	}
	if got, err := rows(t, rs[2]); got != nil || err != nil {
		t.Errorf("empty sheet: %q, %v", got, err)
	}
}

// ods packs the inside of a spreadsheet.
func ods(t testing.TB, content, manifest string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, m := range [][2]string{{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, {"content.xml", content}, {"META-INF/manifest.xml", manifest}} {
		f, err := w.Create(m[0])
		if err == nil {
			_, err = f.Write([]byte(m[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const odsHead = `<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:x="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:c="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><o:body><o:spreadsheet>`

const odsTail = `</o:spreadsheet></o:body></o:document-content>`

func one(rows string) string {
	return odsHead + `<t:table t:name="S">` + rows + `</t:table>` + odsTail
}

func TestODSCases(t *testing.T) {
	cell := `<t:table-cell o:value-type="string"><x:p>v</x:p></t:table-cell>`
	row := `<t:table-row>` + cell + cell + `</t:table-row>`
	tests := []struct {
		name, content, manifest string
		want                    []string
		err                     string
	}{
		{name: "groups of rows", content: one(`<t:table-header-rows>` + row + `</t:table-header-rows><t:table-row-group>` + row + `</t:table-row-group>`),
			want: []string{"1: v|v", "2: v|v"}},
		{name: "types of another namespace", content: one(`<t:table-row><t:table-cell c:value-type="float" o:value-type="string"><x:p> a
  b</x:p></t:table-cell></t:table-row>`), want: []string{"1: a b"}},
		{name: "values under a merged cell", content: one(`<t:table-row>` + cell + `<t:covered-table-cell o:value-type="string"><x:p>under</x:p></t:covered-table-cell>` + cell + `</t:table-row>`),
			want: []string{"1: v||v"}},
		{name: "an error in a formula", content: one(`<t:table-row><t:table-cell><x:p>Err:502</x:p></t:table-cell></t:table-row>`), want: []string{"1: Err:502"}},
		{name: "cut", content: one(row + row)[:len(odsHead)+260], want: []string{"1: v|v"}, err: "sheet S breaks off after row 1"},
		{name: "sealed", content: "x", manifest: `<m:manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>`, err: "protected with a password"},
		{name: "no sheet", content: odsHead + odsTail, err: "no worksheet"},
		{name: "no end of rows", content: one(`<t:table-row t:number-rows-repeated="9223372036854775807">` + cell + `</t:table-row>`), err: "more than 16777216 rows"},
		{name: "no end of empty rows", content: one(strings.Repeat(`<t:table-row t:number-rows-repeated="99999999999999999999"/>`, 3)), want: nil},
		{name: "no end of cells", content: one(row + `<t:table-row><t:table-cell o:value-type="float" o:value="1" t:number-columns-repeated="9223372036854775807"/></t:table-row>`),
			want: []string{"1: v|v", "! S, row 2: the row has too many columns"}},
		{name: "no end of blanks", content: one(row + `<t:table-row><t:table-cell><x:p><x:s x:c="9999999999"/></x:p></t:table-cell></t:table-row>`),
			want: []string{"1: v|v", "! S, row 2: a value is too long"}},
		{name: "a large row", content: one(row + `<t:table-row><t:table-cell t:number-columns-repeated="9000"><x:p>` + strings.Repeat("x", 900) + `</x:p></t:table-cell></t:table-row>`),
			want: []string{"1: v|v", "! S, row 2: the row is too long"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := asODS
			opts.HeaderRow, opts.Limits = -1, extract.Limits{Field: 1000, Row: 100_000}
			b := ods(t, tt.content, tt.manifest)
			if tt.manifest == "" {
				b = ods(t, tt.content, "<m/>")
			}
			rs, err := sheet.Open(t.Context(), "t.ods", &archive.Spool{ReaderAt: bytes.NewReader(b), Size: int64(len(b))}, opts)
			var got []string
			if err == nil && tt.name == "no end of rows" {
				n := 0
				for _, err = range rs[0].Records(t.Context(), "") {
					n++
				}
				if n != 1<<24+1 {
					t.Errorf("%d rows", n)
				}
			} else if err == nil {
				got, err = rows(t, rs[0])
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || overt.CodeOf(err) != overt.Invalid) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func FuzzODS(f *testing.F) {
	f.Add(one(`<t:table-row t:number-rows-repeated="3"><t:table-cell o:value-type="time" o:time-value="PT1H"/><t:covered-table-cell/></t:table-row>`))
	f.Add(one(`<t:table-row><t:table-cell><x:p>a<x:s x:c="2"/><x:tab/></x:p></t:table-cell></t:table-row>`))
	f.Fuzz(func(t *testing.T, content string) {
		b := ods(t, content, "<m/>")
		opts := asODS
		opts.Limits = extract.Limits{Field: 200, Row: 1000, Columns: 50, Depth: 20}
		rs, err := sheet.Open(t.Context(), "t.ods", &archive.Spool{ReaderAt: bytes.NewReader(b), Size: int64(len(b))}, opts)
		if err != nil {
			return
		}
		for _, r := range rs[:min(len(rs), 3)] {
			n := 0
			for rec, err := range r.Records(t.Context(), "") {
				var bad *extract.RowError
				if err == nil && rec.At().Row < 1 || err != nil && !errors.As(err, &bad) && fmt.Sprint(err) == "" {
					t.Fatal(rec, err)
				}
				if n++; n > 100 {
					break
				}
			}
		}
	})
}
