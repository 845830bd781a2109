package pipeline_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
)

// TestDamaged imports small sources that a seeded hand has damaged: each ends
// with a verdict, its rows add up, and what is shown is what its run says.
func TestDamaged(t *testing.T) {
	seeds := 25
	if testing.Short() {
		seeds = 6
	}
	verdicts := map[ledger.Verdict]int{}
	for _, kind := range []string{"csv", "json", "xml", "xlsx"} {
		for seed := range seeds {
			t.Run(fmt.Sprintf("%s %d", kind, seed), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(seed), 0x64616d616765))
				text, mapping := sourceOf(r, kind)
				data, what := damage(r, kind, text)
				path := filepath.Join(t.TempDir(), "in."+kind)
				must(t, os.WriteFile(path, data, 0o600))
				h := hometest.Memory(t)
				rep := h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, mapping)})
				f := rep.Files[0]
				verdicts[f.Verdict]++
				if f.Verdict != ledger.Read && !strings.Contains(everythingSaid(t, h, f), "in."+kind) {
					t.Errorf("%s: it is %s and the file is not named: %s", what, f.Verdict, f.Reason)
				}
				if what == "nothing" && (f.Verdict != ledger.Read || f.Read != damagedRows) {
					t.Errorf("a whole file is %s, %d rows: %s", f.Verdict, f.Read, f.Reason)
				}
				if (f.Verdict == ledger.Failed) == (len(rep.Runs) > 0) {
					t.Errorf("%s: it is %s with %d runs", what, f.Verdict, len(rep.Runs))
				}
				addsUp(t, h, rep)
			})
		}
	}
	t.Logf("verdicts: %v", verdicts)
}

const damagedRows = 30

var damagedHead = []string{"id", "name", "born", "amount"}

// sourceOf writes the same table as CSV, JSON, XML or a workbook.
func sourceOf(r *rand.Rand, kind string) (text, mapping string) {
	var table [][]string
	for i := range damagedRows {
		table = append(table, []string{fmt.Sprint(i), fmt.Sprintf("Zoë %d, \"the\" <%x>", i, r.IntN(1000)), fmt.Sprintf("19%02d-0%d-11", r.IntN(100), 1+r.IntN(9)), fmt.Sprintf("%d.50", r.IntN(10_000))})
	}
	mapping = peopleCSV
	var b strings.Builder
	switch kind {
	case "csv", "xlsx":
		write := func(row []string) {
			for i, v := range row {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
			}
			b.WriteByte('\n')
		}
		if kind == "xlsx" {
			return string(workbook(append([][]string{damagedHead}, table...))), mapping
		}
		write(damagedHead)
		for _, row := range table {
			write(row)
		}
	case "json":
		var list []map[string]string
		for _, row := range table {
			m := map[string]string{}
			for i, v := range row {
				m[damagedHead[i]] = v
			}
			list = append(list, m)
		}
		raw, _ := json.MarshalIndent(list, "", " ")
		b.Write(raw)
	case "xml":
		b.WriteString("<people>\n")
		for _, row := range table {
			b.WriteString("<person>")
			for i, v := range row {
				fmt.Fprintf(&b, "<%s>%s</%s>", damagedHead[i], xmlEscaper.Replace(v), damagedHead[i])
			}
			b.WriteString("</person>\n")
		}
		b.WriteString("</people>\n")
		mapping = strings.Replace(mapping, "  - entities:", "  - rows: /people/person\n    entities:", 1)
	}
	return b.String(), mapping
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// workbook writes one sheet by hand, its texts inline.
func workbook(table [][]string) []byte {
	var sheet strings.Builder
	sheet.WriteString(`<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i, row := range table {
		fmt.Fprintf(&sheet, `<row r="%d">`, i+1)
		for j, v := range row {
			fmt.Fprintf(&sheet, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+j, i+1, xmlEscaper.Replace(v))
		}
		sheet.WriteString(`</row>`)
	}
	sheet.WriteString(`</sheetData></worksheet>`)
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const pkg = "http://schemas.openxmlformats.org/package/2006/"
	return zipped(map[string]string{
		"[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="` + pkg + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
		"_rels/.rels":                `<?xml version="1.0"?><Relationships xmlns="` + pkg + `relationships"><Relationship Id="r1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + rel + `"><sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="` + pkg + `relationships"><Relationship Id="r1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   sheet.String(),
	})
}

// damage spoils a source in one or two of the ways that sources are spoiled,
// and says how. Now and then it leaves it whole.
func damage(r *rand.Rand, kind, text string) (data []byte, what string) {
	data = []byte(text)
	var did []string
	for range r.IntN(3) {
		at := r.IntN(len(data))
		switch way := r.IntN(6); {
		case way == 0:
			data = data[:at+1]
			did = append(did, "cut")
		case way == 1:
			for range 1 + r.IntN(8) {
				data[r.IntN(len(data))] ^= byte(1 + r.IntN(255))
			}
			did = append(did, "flipped")
		case way == 2:
			piece := data[at:min(len(data), at+r.IntN(400))]
			data = append(data[:at:at], append(append([]byte(nil), piece...), data[at:]...)...)
			did = append(did, "doubled")
		case way == 3 && kind != "xlsx":
			data = otherEncoding(r, string(data))
			did = append(did, "other encoding")
		case way == 4 && kind == "csv":
			lines := strings.SplitAfter(string(data), "\n")
			n := r.IntN(len(lines))
			cells := strings.Split(strings.TrimSuffix(lines[n], "\n"), ",")
			r.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
			lines[n] = strings.Join(cells, ",") + "\n"
			data = []byte(strings.Join(lines, ""))
			did = append(did, "shuffled columns")
		default:
			end := min(len(data), at+1+r.IntN(200))
			data = append(data[:at:at], data[end:]...)
			did = append(did, "piece lost")
		}
		if len(data) == 0 {
			break
		}
	}
	if len(did) == 0 {
		return data, "nothing"
	}
	return data, strings.Join(did, ", ")
}

func otherEncoding(r *rand.Rand, s string) []byte {
	var out []byte
	if r.IntN(2) == 0 {
		for _, c := range s {
			out = append(out, byte(c)) // Latin-1, cut where it does not fit
		}
		return out
	}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}
