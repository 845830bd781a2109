package legacy

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"overt/extract/document"
	"overt/extract/page"
	"overt/extract/sheet"
)

// A worksheet is one sheet being read. Its cells are kept and sorted, because some
// programs write them column by column; a sheet that is too large for that is
// given in parts.
type worksheet struct {
	b       *book
	name    string
	cells   []sheetCell
	formula *sheetCell // one whose text comes in a record of its own
	hidden  map[int]bool
	columns map[int]bool // hidden ones
	notes   []sheetNote
	object  int            // number of the object whose text may follow
	texts   map[int]string // of objects
	order   []int
	margins []string // header, footer
	charts  []string
	size    int64 // bytes of cells, notes and texts
}

type sheetCell struct {
	row, column int
	text        string
}

type sheetNote struct {
	row, column, object int
	author, text        string
}

// maxKept is how many cells of a sheet are sorted at a time.
const maxKept = 2_000_000

// sheet reads a sheet where the workbook says that it begins.
func (b *book) sheet(n int, ref sheetRef) error {
	s := b.records(ref.at)
	if ref.kind == 6 {
		return nil // it has no cells
	}
	return b.r.part("sheet "+ref.name, func() error {
		if ref.at >= b.size || s.next() != nil || !isBOF(s.id) {
			return bad("the sheet is not where the workbook says")
		}
		return b.page0(n, ref, s)
	})
}

// page0 reads the records of a sheet, past its BOF, and gives its page.
func (b *book) page0(n int, ref sheetRef, s *records) error {
	label := page.Short(page.OneLine(ref.name))
	if label == "" {
		label = fmt.Sprintf("sheet %d", n+1)
	}
	if err := b.r.page.Begin(label, true); err != nil {
		return err
	}
	sh := &worksheet{b: b, name: label, hidden: map[int]bool{}, columns: map[int]bool{}, texts: map[int]string{}}
	for _, other := range b.sheets[:min(n, len(b.sheets))] {
		if page.Short(page.OneLine(other.name)) == label {
			sh.name = fmt.Sprintf("%s (%d)", label, n+1)
		}
	}
	if ref.state != 0 {
		b.r.note("hidden-sheet", "the sheet is hidden")
	}
	if ref.kind == 1 {
		b.r.note("macros", "the sheet holds macros of Excel 4, which were not run")
	}
	err := sh.read(s)
	if flushed := sh.flush(true); flushed != nil {
		return flushed
	}
	sh.finish()
	if err != nil && b.r.over() == nil && !errors.Is(err, errTooMuch) {
		err = b.r.gap("sheet "+label, err)
	}
	if err != nil {
		return err
	}
	return b.r.page.End()
}

// read takes the records up to the end of the sheet; charts lie inside it.
func (sh *worksheet) read(s *records) error {
	depth := 0
	for {
		if err := sh.b.r.tick(); err != nil {
			return err
		}
		err := s.next()
		switch {
		case err == io.EOF && depth == 0 && sh.b.version < 5:
			return nil
		case err == io.EOF:
			return bad("the sheet has no end")
		case err != nil:
			return err
		case isBOF(s.id):
			depth++
		case s.id == recEOF:
			if depth == 0 {
				return nil
			}
			depth--
		case depth > 0:
			sh.chart(s.id, s.body)
		default:
			if err := sh.record(s); err != nil {
				return err
			}
		}
	}
}

func (sh *worksheet) record(s *records) error {
	switch s.id {
	case recRow:
		if row := u16(s.body, 0); u16(s.body, 12)&0x20 != 0 {
			sh.hidden[row] = true
		}
	case recColumns:
		if u16(s.body, 8)&1 != 0 {
			for c := u16(s.body, 0); c <= min(u16(s.body, 2), 255); c++ {
				sh.columns[c] = true
			}
		}
	case recNote:
		sh.note(s.body)
	case recObject:
		if sh.object = -1; u16(s.body, 0) == 0x15 {
			sh.object = u16(s.body, 6)
		}
	case recText:
		n := u16(s.body, 10)
		if n > 0 && s.more() {
			p := &span{s: s, body: s.body}
			flags := p.byte()
			sh.keepText(p.chars(n, flags&1 != 0))
		}
	case recHeader, recFooter:
		text := sh.b.shortText(s.body, 0)
		if sh.b.version >= 8 {
			text = sh.b.text(s.body, 0)
		}
		if text = marginText(text); text != "" && len(sh.margins) < 100 {
			sh.margins = append(sh.margins, map[bool]string{true: "Header: ", false: "Footer: "}[s.id == recHeader]+text)
		}
	case recLink:
		sh.link(s.body)
	case recSeriesText:
		sh.chart(s.id, s.body)
	case recFilePass:
		if err := sh.b.unseal(s.body); err != nil {
			return err
		}
		s.cover = sh.b.cover
	default:
		sh.b.style2(s.id, s.body)
		sh.cell(s)
		if len(sh.cells) > maxKept {
			return sh.flush(false)
		}
	}
	return nil
}

// style2 takes the styles that stand inside a sheet before version 5.
func (b *book) style2(id int, body []byte) {
	if b.version < 5 {
		b.style(id, body)
	}
}

// cell reads a record with one cell or several.
func (sh *worksheet) cell(s *records) {
	body := s.body
	if s.id == recStringRes || s.id == recString2 {
		sh.resultText(s)
	}
	if len(body) < 6 {
		return
	}
	row, column, value := u16(body, 0), u16(body, 2), 6
	f := sh.format(u16(body, 4))
	if sh.b.version == 2 {
		value = 7
		f = sh.b.formats[int(body[5]&0x3F)]
	}
	switch s.id {
	case recShared:
		n := u32(body, 6)
		if n >= int64(len(sh.b.strings)) {
			sh.put(row, column, "")
			_ = sh.b.r.gap("sheet "+sh.name, bad("a cell points at a text that is not there")) // kept by the tap
			return
		}
		sh.put(row, column, sh.b.strings[n])
	case recLabel2:
		if sh.b.version == 2 {
			sh.put(row, column, sh.b.shortText(body, value))
		}
	case recLabel, recRichText:
		n := u16(body, 6)
		if sh.b.version < 8 {
			sh.put(row, column, sh.b.letters(body, 8, n))
			return
		}
		p := &span{s: s, body: body[6:]}
		sh.put(row, column, p.rich())
	case recNumber, recNumber2:
		sh.number(row, column, body, value, f)
	case recInteger2:
		sh.put(row, column, f.Show(strconv.Itoa(u16(body, value)), sh.b.late))
	case recRK:
		sh.put(row, column, f.Show(rk(u32(body, 6)), sh.b.late))
	case recManyRK:
		for at := 4; at+6 <= len(body)-2 && column < 1<<14; at, column = at+6, column+1 {
			sh.put(row, column, sh.format(u16(body, at)).Show(rk(u32(body, at+2)), sh.b.late))
		}
	case recBool, recBool2:
		if value+1 < len(body) {
			sh.put(row, column, boolOrError(body[value], body[value+1] != 0))
		}
	case recFormula, recFormula3, recFormula4:
		sh.result(row, column, body, value, f)
	}
}

func (sh *worksheet) format(n int) sheet.Format {
	if n &= 0xFFF; n < len(sh.b.xfs) {
		return sh.b.xfs[n]
	}
	return sheet.Format{}
}

func (sh *worksheet) put(row, column int, text string) {
	if text == "" || column >= 1<<14 {
		return
	}
	sh.cells = append(sh.cells, sheetCell{row, column, text})
}

func (sh *worksheet) number(row, column int, body []byte, at int, f sheet.Format) {
	if at+8 > len(body) {
		return
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64(body[at:]))
	sh.put(row, column, f.Show(strconv.FormatFloat(v, 'G', -1, 64), sh.b.late))
}

// result reads what a formula came to when the workbook was saved.
func (sh *worksheet) result(row, column int, body []byte, at int, f sheet.Format) {
	if at+8 > len(body) {
		return
	}
	sh.formula = nil
	if u16(body, at+6) != 0xFFFF {
		sh.number(row, column, body, at, f)
		return
	}
	switch body[at] {
	case 0:
		sh.formula = &sheetCell{row: row, column: column}
	case 1, 2:
		sh.put(row, column, boolOrError(body[at+2], body[at] == 2))
	}
}

func (sh *worksheet) resultText(s *records) {
	if sh.formula == nil {
		return
	}
	text := ""
	switch {
	case sh.b.version >= 8:
		p := &span{s: s, body: s.body}
		text = p.rich()
	case sh.b.version == 2:
		text = sh.b.shortText(s.body, 0)
	default:
		text = sh.b.text(s.body, 0)
	}
	sh.put(sh.formula.row, sh.formula.column, text)
	sh.formula = nil
}

// rk reads a number in four bytes, [MS-XLS] 2.5.217.
func rk(n int64) string {
	v := float64(int32(n) >> 2)
	if n&2 == 0 {
		v = math.Float64frombits(uint64(n&^3) << 32)
	}
	if n&1 != 0 {
		v /= 100
	}
	return strconv.FormatFloat(v, 'G', -1, 64)
}

func boolOrError(v byte, isError bool) string {
	if !isError {
		return strings.ToUpper(strconv.FormatBool(v != 0))
	}
	switch v {
	case 0x00:
		return "#NULL!"
	case 0x07:
		return "#DIV/0!"
	case 0x0F:
		return "#VALUE!"
	case 0x17:
		return "#REF!"
	case 0x1D:
		return "#NAME?"
	case 0x24:
		return "#NUM!"
	case 0x2A:
		return "#N/A"
	}
	return "#ERROR!"
}

// flush gives the rows that are kept; the last one stays where more may follow.
func (sh *worksheet) flush(all bool) error {
	slices.SortStableFunc(sh.cells, func(a, b sheetCell) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column))
	})
	for len(sh.cells) > 0 {
		n := 1
		for n < len(sh.cells) && sh.cells[n].row == sh.cells[0].row {
			n++
		}
		if n == len(sh.cells) && !all && n < maxKept/2 {
			return nil
		}
		if err := sh.give(sh.cells[:n]); err != nil {
			return err
		}
		sh.cells = sh.cells[n:]
	}
	sh.cells = nil
	return nil
}

func (sh *worksheet) give(cells []sheetCell) error {
	row := document.Row{Table: sh.name, Number: int64(cells[0].row) + 1, Hidden: sh.hidden[cells[0].row]}
	row.Cells = make([]document.Cell, cells[len(cells)-1].column+1)
	for _, c := range cells {
		row.Cells[c.column].Text = page.Clean(c.text)
		if sh.columns[c.column] {
			sh.b.r.note("hidden-columns", "the sheet has hidden columns with values; they are part of the text")
		}
	}
	if row.Hidden {
		sh.b.r.note("hidden-rows", "the sheet has hidden rows with values; they are part of the text")
	}
	texts := make([]string, len(row.Cells))
	for i, c := range row.Cells {
		texts[i] = strings.ReplaceAll(strings.TrimSpace(c.Text), "\n", " ")
	}
	sh.b.r.page.Put(strings.Join(texts, "\t") + "\n")
	if err := sh.b.r.page.Full(); err != nil {
		return err
	}
	if err := sh.b.r.tick(); err != nil {
		return err
	}
	return sh.b.r.out.Row(row)
}
