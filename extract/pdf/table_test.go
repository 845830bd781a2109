package pdf

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/figures"
)

// ruledTable draws a table with lines: a heading over two columns, a cell of two
// lines, an empty one.
func ruledTable() string {
	var b strings.Builder
	for y := 620; y <= 700; y += 20 {
		fmt.Fprintf(&b, "72 %d m 372 %d l S\n", y, y)
	}
	fmt.Fprintf(&b, "72 620 m 72 700 l S 172 620 m 172 700 l S 272 620 m 272 680 l S 372 620 m 372 700 l S\n")
	b.WriteString(at(80, 686, 10, "Berth") + at(180, 686, 10, "Dues of the year") + at(180, 666, 10, "2023") + at(280, 666, 10, "2024"))
	b.WriteString(at(80, 651, 7, "North quay,") + at(80, 643, 7, "old part") + at(180, 646, 10, "1,200.00") + at(280, 646, 10, "1,350.50"))
	b.WriteString(at(80, 626, 10, "South quay") + at(280, 626, 10, "80.25"))
	return b.String()
}

// plainTable sets a table without lines under a paragraph.
func plainTable() string {
	s := at(72, 740, 10, "The dues of the berths are listed below as the board has set them for the year to come,") +
		at(72, 726, 10, "each with its berth and its master.")
	for i, row := range [][3]string{{"Berth", "Master", "Dues"}, {"North quay", "A. Holm", "1,350.50"}, {"South quay", "B. Lund", "80.25"}, {"Dry dock", "C. Berg", "12,000.00"}} {
		for j, cell := range row {
			s += at(72+j*120, 690-i*16, 10, cell)
		}
	}
	return s
}

// proseColumns sets prose in three columns, a list and a table of contents: no
// table.
func proseColumns() string {
	words := strings.Fields("the harbour board met in may and heard of dues that were not paid for years by masters whose ships lie at the quay")
	var s string
	for column := range 3 {
		for i := range 20 {
			var line string
			for k := 0; len(line) < 26; k++ {
				line += words[(i*7+k*3+column*11)%len(words)] + " "
			}
			s += at(40+column*185, 740-i*14, 10, line)
		}
	}
	for i := range 4 {
		s += at(40, 400-i*14, 10, "\\225") + at(60, 400-i*14, 10, "a point of the list that is made here")
		s += at(40, 300-i*14, 10, "Chapter of the dues .........................") + at(400, 300-i*14, 10, strconv.Itoa(i*7+3))
	}
	return s
}

// TestCellsStandInText holds that a cell's place holds its text.
func TestCellsStandInText(t *testing.T) {
	for _, content := range []string{ruledTable(), plainTable()} {
		d := read(t, letter("", nil, leaf{content: content}).bytes())
		text := []rune(d.Pages[0].Text)
		for _, r := range d.Rows {
			for _, c := range r.Cells {
				if got := strings.ReplaceAll(string(text[c.Start:c.End]), "\n", " "); got != c.Text {
					t.Errorf("the text of %q is %q", c.Text, got)
				}
			}
		}
		if len(d.Rows) != 4 {
			t.Errorf("%d rows, want 4", len(d.Rows))
		}
	}
}

// A relation is two contents that are neighbours in a table, side by side or
// one above the other: the measure of the ICDAR 2013 table competition (Göbel
// et al., “A methodology for evaluating algorithms for table understanding in
// PDF documents”, 2012).
type relation struct {
	page int
	a, b string
	down bool
}

// relations counts the relations of the cells of tables. A cell that spans
// others stands at each place it spans.
func relations(into map[relation]int, page int, rows [][]string, id [][]int) {
	seen := map[[3]int]bool{}
	add := func(i, j, k, l int, down bool) {
		key := [3]int{id[i][j], id[k][l], 0}
		if down {
			key[2] = 1
		}
		if id[i][j] != id[k][l] && !seen[key] {
			seen[key] = true
			into[relation{page, rows[i][j], rows[k][l], down}]++
		}
	}
	for i := range rows {
		for j := range rows[i] {
			if rows[i][j] == "" {
				continue
			}
			for l := j + 1; l < len(rows[i]); l++ {
				if rows[i][l] != "" {
					add(i, j, i, l, false)
					break
				}
			}
			for k := i + 1; k < len(rows); k++ {
				if rows[k][j] != "" {
					add(i, j, k, j, true)
					break
				}
			}
		}
	}
}

func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u00ad' {
			return -1
		}
		return r
	}, s)
}

// truth reads the cells of a -str.xml file of the competition.
func truth(t *testing.T, path string) map[relation]int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Tables []struct {
			Regions []struct {
				Page  int `xml:"page,attr"`
				Cells []struct {
					StartRow int    `xml:"start-row,attr"`
					EndRow   *int   `xml:"end-row,attr"`
					StartCol int    `xml:"start-col,attr"`
					EndCol   *int   `xml:"end-col,attr"`
					Content  string `xml:"content"`
				} `xml:"cell"`
			} `xml:"region"`
		} `xml:"table"`
	}
	if err := xml.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	out := map[relation]int{}
	for _, table := range doc.Tables {
		for _, r := range table.Regions {
			height, width := 0, 0
			for i := range r.Cells { // a few begin left of their table
				c := &r.Cells[i]
				c.StartRow, c.StartCol = max(c.StartRow, 0), max(c.StartCol, 0)
				height, width = max(height, or2(c.EndRow, c.StartRow)+1), max(width, or2(c.EndCol, c.StartCol)+1)
			}
			rows, id := make([][]string, height), make([][]int, height)
			for i := range rows {
				rows[i], id[i] = make([]string, width), make([]int, width)
			}
			for n, c := range r.Cells {
				for i := c.StartRow; i <= or2(c.EndRow, c.StartRow); i++ {
					for j := c.StartCol; j <= or2(c.EndCol, c.StartCol); j++ {
						rows[i][j], id[i][j] = squeezed(c.Content), n+1
					}
				}
			}
			relations(out, r.Page, rows, id)
		}
	}
	return out
}

func or2(p *int, otherwise int) int {
	if p == nil {
		return otherwise
	}
	return *p
}

// foundRelations gives the relations of what a reader said.
func foundRelations(d *documenttest.Doc) map[relation]int {
	out := map[relation]int{}
	for i := 0; i < len(d.Rows); {
		var rows [][]string
		var id [][]int
		first := d.Rows[i]
		for ; i < len(d.Rows) && d.Rows[i].Table == first.Table; i++ {
			var cells []string
			var ids []int
			for _, c := range d.Rows[i].Cells {
				cells, ids = append(cells, squeezed(c.Text)), append(ids, len(rows)*10_000+len(ids))
			}
			rows, id = append(rows, cells), append(id, ids)
		}
		relations(out, first.Page, rows, id)
	}
	return out
}

func total(m map[relation]int) (n int) {
	for v := range maps.Values(m) {
		n += v
	}
	return n
}

// TestTablesOfGovernments measures the tables of 45 documents of European and US
// offices against the cells that people marked in them.
func TestTablesOfGovernments(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "icdar2013-tables")
	files, err := filepath.Glob(filepath.Join(dir, "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	type score struct {
		file                string
		right, found, there int
	}
	var scores []score
	var all score
	var recalls, precisions float64
	for _, f := range files {
		want := map[relation]int{}
		strs, _ := filepath.Glob(strings.TrimSuffix(f, ".pdf") + "-str*.xml")
		for _, s := range strs {
			for r, n := range truth(t, s) {
				want[r] += n
			}
		}
		got := foundRelations(documenttest.ReadFile(t, engine(t), f, document.Input{}))
		s := score{filepath.Base(f), 0, total(got), total(want)}
		for r, n := range want {
			s.right += min(n, got[r])
		}
		scores = append(scores, s)
		all.right, all.found, all.there = all.right+s.right, all.found+s.found, all.there+s.there
		recalls += float64(s.right) / float64(max(s.there, 1))
		precisions += float64(s.right) / float64(max(s.found, 1))
	}
	slices.SortFunc(scores, func(a, b score) int { return cmp.Compare(a.right*2*(b.found+b.there), b.right*2*(a.found+a.there)) })
	for _, s := range scores {
		t.Logf("%-14s recall %.3f precision %.3f of %d", s.file, float64(s.right)/float64(max(s.there, 1)), float64(s.right)/float64(max(s.found, 1)), s.there)
	}
	n := float64(len(files))
	recall, precision := float64(all.right)/float64(all.there), float64(all.right)/float64(all.found)
	figures.Hold(t, figures.Figure{What: "neighbours in tables of PDF documents", Against: fmt.Sprintf("cells that people marked, %d files of ICDAR 2013", len(files)), Of: all.there, Found: all.found, Right: all.right}, documenttest.Update())
	t.Logf("%d files, %d relations: recall %.3f, precision %.3f; mean of files: recall %.3f, precision %.3f", len(files), all.there, recall, precision, recalls/n, precisions/n)
}
