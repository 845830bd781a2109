package legacy

import (
	"bufio"
	"io"
	"math/bits"
	"sort"
)

// The records of workbooks that are read, [MS-XLS] 2.3; those of older versions
// with the same meaning have numbers of their own.
const (
	recFormula, recFormula3, recFormula4       = 0x06, 0x206, 0x406
	recEOF                                     = 0x0A
	recExternSheet                             = 0x17
	recNote                                    = 0x1C
	recHeader, recFooter                       = 0x14, 0x15
	recFormat, recFormatOld                    = 0x41E, 0x1E
	recDateMode                                = 0x22
	recFilePass                                = 0x2F
	recContinue                                = 0x3C
	recCodePage                                = 0x42
	recUser                                    = 0x5C
	recObject                                  = 0x5D
	recColumns                                 = 0x7D
	recBoundSheet                              = 0x85
	recManyRK                                  = 0xBD
	recRichText                                = 0xD6
	recXF, recXF2, recXF3, recXF4              = 0xE0, 0x43, 0x243, 0x443
	recDrawings                                = 0xEB
	recStrings                                 = 0xFC
	recShared                                  = 0xFD
	recExternBook                              = 0x1AE
	recText                                    = 0x1B6
	recLink                                    = 0x1B8
	recInteger2, recNumber2, recLabel2         = 0x02, 0x03, 0x04
	recBool2, recString2                       = 0x05, 0x07
	recNumber, recLabel, recBool, recStringRes = 0x203, 0x204, 0x205, 0x207
	recRow                                     = 0x208
	recRK                                      = 0x27E
	recSeriesText                              = 0x100D
)

// isBOF says whether a record begins a part of a workbook.
func isBOF(id int) bool { return id == 0x09 || id == 0x209 || id == 0x409 || id == 0x809 }

// A sheetCover takes encryption off the body of a record that stands at off.
type sheetCover func(id int, body []byte, off int64)

// records reads the records of a workbook from a place on.
type records struct {
	r     *bufio.Reader
	cover sheetCover
	at    int64 // where the next record stands
	id    int
	body  []byte // of the record that was read; it changes with the next
	from  int64  // where body stands
	buf   []byte
}

func (b *book) records(at int64) *records {
	return &records{r: bufio.NewReaderSize(io.NewSectionReader(b.src, at, b.size-at), 32<<10), cover: b.cover, at: at}
}

// next reads a record. Errors: io.EOF after the last one.
func (s *records) next() error {
	head, err := s.r.Peek(4)
	if len(head) < 4 {
		if err == nil || err == io.EOF {
			return io.EOF
		}
		return err
	}
	id, size := u16(head, 0), u16(head, 2)
	if _, err := s.r.Discard(4); err != nil {
		return err
	}
	if cap(s.buf) < size {
		s.buf = make([]byte, 1<<16)
	}
	s.id, s.body, s.from = id, s.buf[:size], s.at+4
	n, err := io.ReadFull(s.r, s.body)
	if err != nil {
		s.body = s.body[:n]
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = bad("record %#x breaks off", id)
		}
		return err
	}
	s.at += 4 + int64(size)
	if s.cover != nil {
		s.cover(id, s.body, s.from)
	}
	return nil
}

// more reads the record that continues the one before; false when there is none.
func (s *records) more() bool {
	head, _ := s.r.Peek(2)
	return len(head) == 2 && u16(head, 0) == recContinue && s.next() == nil
}

// A span reads numbers and texts that go on from record to record.
type span struct {
	s    *records
	body []byte
	over bool // it ends too early
}

func (p *span) fill() bool {
	for len(p.body) == 0 {
		if p.over || !p.s.more() {
			p.over = true
			return false
		}
		p.body = p.s.body
	}
	return true
}

func (p *span) byte() int {
	if !p.fill() {
		return 0
	}
	c := p.body[0]
	p.body = p.body[1:]
	return int(c)
}

func (p *span) u16() int { return p.byte() | p.byte()<<8 }

func (p *span) u32() int64 { return int64(p.u16()) | int64(p.u16())<<16 }

func (p *span) skip(n int64) {
	for n > 0 && p.fill() {
		m := min(n, int64(len(p.body)))
		p.body, n = p.body[m:], n-m
	}
}

// chars reads n characters. Where they go on in another record, that one begins
// with their width.
func (p *span) chars(n int, isWide bool) string {
	var b []byte
	for n > 0 {
		if len(p.body) == 0 {
			if !p.fill() {
				break
			}
			isWide = p.byte()&1 != 0
			if len(p.body) == 0 {
				continue
			}
		}
		width := 1
		if isWide {
			width = 2
		}
		m := min(n, len(p.body)/width)
		if m == 0 { // half a character
			p.body = nil
			continue
		}
		for i := range m {
			c := p.body[i*width]
			if isWide {
				b = append(b, c, p.body[2*i+1])
			} else {
				b = append(b, c, 0)
			}
		}
		p.body, n = p.body[m*width:], n-m
	}
	return wide(b)
}

// rich reads a text with its width, fonts and phonetics, [MS-XLS] 2.5.293.
func (p *span) rich() string {
	n, flags := p.u16(), p.byte()
	var fonts, more int64
	if flags&8 != 0 {
		fonts = int64(p.u16())
	}
	if flags&4 != 0 {
		more = p.u32()
	}
	text := p.chars(n, flags&1 != 0)
	p.skip(4*fonts + more)
	return text
}

// unseal takes the encryption off that a FILEPASS record describes.
func (b *book) unseal(body []byte) error {
	if b.version < 8 || u16(body, 0) == 0 {
		at := 0
		if b.version >= 8 {
			at = 2
		}
		array, err := b.r.xorArray(uint16(u16(body, at)), uint16(u16(body, at+2)), 2)
		if err != nil {
			return err
		}
		b.cover = sealed(func(body []byte, off int64, whole int) {
			for i, c := range body {
				body[i] = bits.RotateLeft8(c, 3) ^ array[(off+int64(whole)+int64(i))&15]
			}
		})
		return nil
	}
	key, err := b.r.rc4Key(body[2:])
	if err != nil {
		return err
	}
	c := &rc4Cover{key: key, size: 1024}
	b.cover = sealed(func(body []byte, off int64, _ int) { c.open(body, off) })
	return nil
}

// sealed leaves out what is never encrypted, [MS-XLS] 2.2.10; whole is how many
// bytes the record has.
func sealed(open func(body []byte, off int64, whole int)) sheetCover {
	return func(id int, body []byte, off int64) {
		whole := len(body)
		switch {
		case isBOF(id), id == recFilePass, id == 0x194, id == 0x195, id == 0xE1, id == 0x196, id == 0x138:
			return
		case id == recBoundSheet:
			n := min(4, len(body))
			body, off = body[n:], off+int64(n)
		}
		open(body, off, whole)
	}
}

// A scattered stream lies in the bodies of several records.
type scattered struct {
	src   io.ReaderAt
	cover sheetCover
	parts []scrap
	size  int64
}

type scrap struct{ at, from, size int64 }

func (s *scattered) add(from, size int64) {
	s.parts = append(s.parts, scrap{s.size, from, size})
	s.size += size
}

// ReadAt implements io.ReaderAt.
func (s *scattered) ReadAt(p []byte, off int64) (int, error) {
	total := 0
	for total < len(p) {
		i := sort.Search(len(s.parts), func(i int) bool { return s.parts[i].at+s.parts[i].size > off })
		if off < 0 || i == len(s.parts) {
			return total, io.EOF
		}
		q := s.parts[i]
		in := off - q.at
		n := min(int64(len(p)-total), q.size-in)
		part := p[total : int64(total)+n]
		got, err := s.src.ReadAt(part, q.from+in)
		if s.cover != nil {
			s.cover(recDrawings, part[:got], q.from+in)
		}
		total, off = total+got, off+int64(got)
		if int64(got) < n {
			return total, err
		}
	}
	return total, nil
}
