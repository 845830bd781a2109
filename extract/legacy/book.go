package legacy

import (
	"fmt"
	"io"
	"strings"

	"overt/extract/document"
	"overt/extract/page"
	"overt/extract/sheet"
	"overt/internal/cfb"
)

// A book is a workbook being read: [MS-XLS], and its older versions as Excel 2
// to 95 wrote them.
type book struct {
	r       *reading
	src     io.ReaderAt
	size    int64
	cover   sheetCover
	version int  // 2, 3, 4, 5 (with 7) or 8
	page    int  // code page of narrow text
	late    bool // days count from 1904

	sheets  []sheetRef
	strings []string // shared by the cells
	kept    int64    // bytes of them
	formats map[int]sheet.Format
	xfs     []sheet.Format // by the number of a cell's style
	drawn   scattered
}

type sheetRef struct {
	name  string
	at    int64
	state int // 0 shown, 1 hidden, 2 hidden from the menu as well
	kind  int // 0 sheet, 1 macros, 2 chart, 6 Visual Basic
}

// maxSheets bounds the sheets of a workbook.
const maxSheets = 100_000

// workbook reads a workbook; root is nil for those that are no compound file.
func (r *reading) workbook(root *cfb.Entry, src io.ReaderAt, size int64) error {
	b := &book{r: r, src: src, size: size, page: 1252, formats: map[int]sheet.Format{}}
	s := b.records(0)
	if err := s.next(); err != nil || !isBOF(s.id) {
		return bad("the workbook does not begin as one")
	}
	b.begin(s)
	if b.version < 5 {
		return b.single()
	}
	if err := b.globals(s); err != nil {
		return err
	}
	for i, ref := range b.sheets {
		if err := r.tick(); err != nil {
			return err
		}
		if err := b.sheet(i, ref); err != nil {
			return err
		}
	}
	if err := r.part("pictures", func() error { return r.pictures(&b.drawn, 0, b.drawn.size, nil) }); err != nil || root == nil {
		return err
	}
	for _, e := range root.Entries {
		if e.Storage && (strings.HasPrefix(e.Name, "MBD") || strings.HasPrefix(e.Name, "LNK")) {
			if err := r.object(e, "objects/"+e.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin takes the version from a BOF record.
func (b *book) begin(s *records) (kind int) {
	switch s.id {
	case 0x09:
		b.version = 2
	case 0x209:
		b.version = 3
	case 0x409:
		b.version = 4
	default:
		b.version = 5
		if u16(s.body, 0) == 0x600 {
			b.version = 8
		}
	}
	return u16(s.body, 2)
}

// single reads a workbook from before version 5: its sheets follow each other
// and know no names.
func (b *book) single() error {
	s := b.records(0)
	for n := 1; ; n++ {
		err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !isBOF(s.id) {
			n--
			continue
		}
		b.begin(s)
		if n > maxSheets {
			return errTooMuch
		}
		if err := b.page0(n-1, sheetRef{name: fmt.Sprintf("Sheet%d", n)}, s); err != nil {
			return err
		}
	}
}

// globals reads what holds for all sheets.
func (b *book) globals(s *records) error {
	for {
		if err := b.r.tick(); err != nil {
			return err
		}
		err := s.next()
		if err == io.EOF || s.id == recEOF && err == nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := b.global(s); err != nil {
			return err
		}
	}
}

func (b *book) global(s *records) error {
	switch s.id {
	case recFilePass:
		if err := b.unseal(s.body); err != nil {
			return err
		}
		s.cover = b.cover
	case recBoundSheet:
		if len(b.sheets) >= maxSheets {
			return errTooMuch
		}
		if len(s.body) >= 8 {
			b.sheets = append(b.sheets, sheetRef{name: b.shortText(s.body, 6), at: u32(s.body, 0), state: int(s.body[4] & 3), kind: int(s.body[5])})
		}
	case recStrings:
		return b.shared(s)
	case recDrawings:
		b.drawn.src, b.drawn.cover = b.src, b.cover
		b.drawn.add(s.from, int64(len(s.body)))
		for s.more() {
			b.drawn.add(s.from, int64(len(s.body)))
		}
	case recExternBook:
		if n := u16(s.body, 2); b.version >= 8 && n > 1 && n < 256 {
			b.r.note("external", "the workbook refers to another, which was not fetched: %s", path(b.text(s.body, 2)))
		}
	case recExternSheet:
		if b.version < 8 && len(s.body) > 2 && s.body[1] == 1 {
			b.r.note("external", "the workbook refers to another, which was not fetched: %s", path(b.shortText(s.body, 0)))
		}
	case recUser:
		if b.version >= 8 {
			b.r.aboutUser(b.text(s.body, 0))
		} else {
			b.r.aboutUser(b.shortText(s.body, 0))
		}
	default:
		b.style(s.id, s.body)
	}
	return nil
}

func (r *reading) aboutUser(name string) {
	if name = page.OneLine(name); name != "" && name != "None" {
		r.note("last-user", "it was last open in the name of %s", name)
	}
}

// path gives the name of another workbook without its codes of folders.
func path(s string) string {
	return page.OneLine(strings.Map(func(c rune) rune {
		if c == 3 {
			return '\\'
		}
		return c
	}, s))
}

// style reads records that say how cells are shown, and in which code page.
func (b *book) style(id int, body []byte) {
	const most = 1 << 16
	switch id {
	case recCodePage:
		b.page = u16(body, 0)
	case recDateMode:
		if u16(body, 0) == 1 {
			b.late = true
		}
	case recFormat:
		code := ""
		switch {
		case b.version >= 8:
			code = b.text(body, 2)
		default:
			code = b.shortText(body, 2)
		}
		if b.version < 5 {
			b.formats[len(b.formats)] = sheet.ParseFormat(code)
		} else if len(b.formats) < most {
			b.formats[u16(body, 0)] = sheet.ParseFormat(code)
		}
	case recFormatOld:
		if len(b.formats) < most {
			b.formats[len(b.formats)] = sheet.ParseFormat(b.shortText(body, 0))
		}
	case recXF, recXF2, recXF3, recXF4:
		if len(b.xfs) >= most || len(body) < 4 {
			return
		}
		n := int(body[1])
		switch id {
		case recXF:
			n = u16(body, 2)
		case recXF2:
			n = int(body[2] & 0x3F)
		}
		f, ok := b.formats[n]
		if !ok && b.version >= 5 {
			f = sheet.Builtin(n)
		}
		b.xfs = append(b.xfs, f)
	}
}

// shared reads the texts that cells share. How many there are said to be sizes
// nothing.
func (b *book) shared(s *records) error {
	count := u32(s.body, 4)
	if len(s.body) < 8 {
		return bad("the table of texts is cut short")
	}
	p := &span{s: s, body: s.body[8:]}
	for range count {
		if err := b.r.tick(); err != nil {
			return err
		}
		text := p.rich()
		if p.over {
			if text == "" && len(b.strings) > 0 || count == 0 {
				return nil // the count is wrong in files of some programs
			}
			return b.r.say(document.Gap{Where: "shared texts", Code: document.Damaged, Reason: "the table of texts ends too early"})
		}
		if b.kept += int64(len(text)) + 16; b.kept > b.r.lim.Text {
			return errTooMuch
		}
		b.strings = append(b.strings, text)
	}
	return nil
}

// text reads a text behind a length of two bytes.
func (b *book) text(body []byte, at int) string {
	n := u16(body, at)
	return b.letters(body, at+2, n)
}

// shortText reads a text behind a length of one byte.
func (b *book) shortText(body []byte, at int) string {
	if at >= len(body) {
		return ""
	}
	return b.letters(body, at+1, int(body[at]))
}

// letters reads n characters as the version writes them.
func (b *book) letters(body []byte, at, n int) string {
	if at >= len(body) || n == 0 {
		return ""
	}
	if b.version < 8 {
		return b.r.decoder(b.page)(string(body[at:min(at+n, len(body))]))
	}
	flags := body[at]
	at++
	if flags&8 != 0 {
		at += 2
	}
	if flags&4 != 0 {
		at += 4
	}
	return (&span{s: nil, body: body[min(at, len(body)):], over: true}).chars(n, flags&1 != 0)
}
