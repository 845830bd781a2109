package office

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"overt/extract/page"
	"overt/extract/sheet"
)

// The parts of a binary workbook ([MS-XLSB]) are records: a number of what it
// is, a length, and so many bytes.
const (
	recRow          = 0
	recRk           = 2
	recError        = 3
	recBool         = 4
	recReal         = 5
	recText         = 6
	recShared       = 7
	recFormulaText  = 8
	recFormulaReal  = 9
	recFormulaBool  = 10
	recFormulaError = 11
	recString       = 19
	recFormat       = 44
	recXF           = 47
	recColumn       = 60
	recBookProp     = 153
	recSheet        = 156
	recBeginHead    = 479
	recBeginCellXFs = 617
	recEndCellXFs   = 618
	recAuthor       = 632
	recComment      = 635
	recCommentText  = 637
	// maxRecord bounds one record, in bytes.
	maxRecord = 16 << 20
)

// record is the bytes of one record; what is not there reads as zero.
type record []byte

func (b record) u16(at int) int { return int(b.u32(at) & 0xFFFF) }

func (b record) u32(at int) uint32 {
	var v [4]byte
	if at >= 0 && at < len(b) {
		copy(v[:], b[at:])
	}
	return binary.LittleEndian.Uint32(v[:])
}

// text gives the string at an offset, and where it ends; one of no length is
// none.
func (b record) text(at int) (string, int) {
	n := b.u32(at)
	if n == 0xFFFFFFFF || at+4 > len(b) {
		return "", at + 4
	}
	units := min(int64(n), int64(len(b)-at-4)/2)
	u := make([]uint16, units)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[at+4+2*i:])
	}
	return string(utf16.Decode(u)), at + 4 + 2*int(units)
}

// records calls f with each record of a part. The bytes are those of f until it
// returns.
func (w *workbook) records(part string, f func(kind int, b record) error) error {
	e := w.pack.find(part)
	if e == nil {
		return fmt.Errorf("%w: the part is missing", errDamaged)
	}
	w.read[strings.ToLower(part)] = true
	src, err := w.pack.open(e)
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(&stoppable{w.reading, src}, 64<<10)
	var b []byte
	for {
		kind, err := varint(in, 2)
		if err == io.EOF {
			return nil
		}
		size, err2 := varint(in, 4)
		switch {
		case err != nil:
			return err
		case err2 != nil:
			return ended(err2)
		case size > maxRecord:
			return fmt.Errorf("%w: a record is too long", errTooMuch)
		}
		if cap(b) < size {
			b = make([]byte, size)
		}
		b = b[:size]
		if _, err := io.ReadFull(in, b); err != nil {
			return ended(err)
		}
		if err := f(kind, b); err != nil {
			return err
		}
	}
}

// varint reads a number of at most so many bytes, seven bits each. The first
// byte of a number of two is part of it as a whole.
func varint(in *bufio.Reader, most int) (int, error) {
	n := 0
	for i := range most {
		c, err := in.ReadByte()
		if err != nil {
			if i > 0 {
				err = errDamaged
			}
			return 0, err
		}
		n |= int(c&0x7F) << (7 * i)
		if c < 0x80 {
			break
		}
	}
	return n, nil
}

func (w *workbook) binaryTabs(add func(name, id string, hidden bool) error) error {
	return w.records(w.main, func(kind int, b record) error {
		switch kind {
		case recBookProp:
			w.late = b.u32(0)&1 != 0
		case recSheet:
			id, at := b.text(8)
			if !slices.ContainsFunc(w.rels, func(to rel) bool { return to.id == id }) {
				id, at = b.text(12) // programs before Excel 2007 was finished wrote four bytes more
			}
			name, _ := b.text(at)
			return add(name, id, b.u32(0) != 0)
		}
		return nil
	})
}

func (w *workbook) binaryStrings(part string) error {
	return w.records(part, func(kind int, b record) error {
		if kind != recString {
			return nil
		}
		s, _ := b.text(1)
		return w.strings.add(s, w.lim.Text)
	})
}

func (w *workbook) binaryFormats(part string) error {
	custom, inCells := map[string]string{}, false
	return w.records(part, func(kind int, b record) error {
		switch kind {
		case recFormat:
			code, _ := b.text(2)
			custom[strconv.Itoa(b.u16(0))] = page.Shorten(code, 1<<10)
		case recBeginCellXFs, recEndCellXFs:
			inCells = kind == recBeginCellXFs
		case recXF:
			if inCells {
				return w.format(strconv.Itoa(b.u16(2)), custom)
			}
		}
		return nil
	})
}

// binarySheet reads the rows of a sheet in records.
func (w *workbook) binarySheet(part string, g *grid) error {
	var cells []string
	row, hidden, size := int64(0), false, 0
	flush := func() error {
		if len(cells) == 0 {
			return nil
		}
		err := g.row(row, hidden, cells)
		cells, size = cells[:0], 0
		return err
	}
	err := w.records(part, func(kind int, b record) error {
		switch {
		case kind == recRow:
			if err := flush(); err != nil {
				return err
			}
			n := int64(b.u32(0)) + 1
			if n <= row || n > maxRow {
				return fmt.Errorf("%w: row %d after row %d", errDamaged, n, row)
			}
			row, hidden = n, b.u32(10)>>8&0x10 != 0
		case kind == recColumn:
			if b.u16(16)&1 != 0 {
				g.hiddenColumns(strconv.Itoa(int(b.u32(0))+1), strconv.Itoa(int(b.u32(4))+1))
			}
		case kind == recBeginHead:
			w.binaryMargins(b)
		case kind >= recRk && kind <= recFormulaError:
			col := int64(b.u32(0))
			if col >= maxColumns || row == 0 {
				return fmt.Errorf("%w: a cell in column %d", errDamaged, col+1)
			}
			text := w.binaryCell(kind, b, g)
			if size += len(text); int64(size) > w.lim.PageText {
				return fmt.Errorf("%w: a row is too long", errTooMuch)
			}
			for text != "" && int64(len(cells)) <= col {
				cells = append(cells, "")
			}
			if text != "" {
				cells[col] = text
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// binaryCell gives what a cell shows.
func (w *workbook) binaryCell(kind int, b record, g *grid) string {
	style := int(b.u32(4) & 0xFFFFFF)
	switch kind {
	case recRk:
		return w.show(number(rk(b.u32(8))), style)
	case recReal, recFormulaReal:
		return w.show(number(math.Float64frombits(uint64(b.u32(8))|uint64(b.u32(12))<<32)), style)
	case recBool, recFormulaBool:
		return strings.ToUpper(strconv.FormatBool(b.u32(8)&0xFF != 0))
	case recError, recFormulaError:
		return cellErrors[byte(b.u32(8))]
	case recText, recFormulaText:
		s, _ := b.text(8)
		return s
	}
	text, ok := w.strings.get(strconv.FormatUint(uint64(b.u32(8)), 10))
	if !ok {
		g.lost++
	}
	return text
}

// cellErrors are the values of cells whose formula failed ([MS-XLSB] 2.5.97.2).
var cellErrors = map[byte]string{
	0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA",
}

// rk gives the number that 30 bits hold ([MS-XLSB] 2.5.122).
func rk(v uint32) float64 {
	n := math.Float64frombits(uint64(v&^3) << 32)
	if v&2 != 0 {
		n = float64(int32(v) >> 2)
	}
	if v&1 != 0 {
		n /= 100
	}
	return n
}

func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return sheet.Number(strconv.FormatFloat(v, 'g', -1, 64))
}

// binaryMargins reads the six headers and footers of a sheet.
func (w *workbook) binaryMargins(b record) {
	at, text := 2, ""
	for range 6 {
		text, at = b.text(at)
		w.page.Under("%s", marginText(text))
	}
}

func (w *workbook) binaryComments(part string) error {
	var authors []string
	who, cell := "", ""
	return w.records(part, func(kind int, b record) error {
		switch kind {
		case recAuthor:
			name, _ := b.text(0)
			if len(authors) < 10_000 {
				authors = append(authors, page.Short(name))
			}
		case recComment:
			who = nth(authors, strconv.FormatUint(uint64(b.u32(0)), 10))
			cell = columnName(strconv.FormatUint(uint64(b.u32(12))+1, 10)) + strconv.FormatUint(uint64(b.u32(4))+1, 10)
		case recCommentText:
			text, _ := b.text(1)
			w.remark(cell, who, "", text)
		}
		return nil
	})
}
