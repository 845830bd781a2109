package legacy

import (
	"fmt"
	"io"
	"strings"

	"overt/extract/document"
	"overt/extract/page"
	"overt/internal/cfb"
)

// The records of presentations that are read, [MS-PPT] 2.13.24.
const (
	recDocument, recSlide, recNotes, recMaster = 0x03E8, 0x03EE, 0x03F0, 0x03F8
	recSlideAtom, recNotesAtom, recShowInfo    = 0x03EF, 0x03F1, 0x03F9
	recSlidePersist, recVBAInfo                = 0x03F3, 0x0400
	recPlaceholder                             = 0x0BC3
	recOutlineRef, recTextHeader               = 0x0F9E, 0x0F9F
	recTextChars, recTextBytes, recCString     = 0x0FA0, 0x0FA8, 0x0FBA
	recOleAtom, recHyperlink, recHeadersFoot   = 0x0FC3, 0x0FD7, 0x0FD9
	recSlideList, recUserEdit, recCurrentUser  = 0x0FF0, 0x0FF5, 0x0FF6
	recOleData, recBinaryTag, recPersist       = 0x1011, 0x138B, 0x1772
	recComment, recCryptSession                = 0x2EE0, 0x2F14
	recShape, recShapeOptions, recTextbox      = 0xF004, 0xF00B, 0xF00D
)

// A deck is a presentation being read, [MS-PPT].
type deck struct {
	r      *reading
	main   *io.SectionReader
	where  map[int64]int64 // offsets of the parts, by their numbers
	key    func(block uint32) []byte
	slides []deckSlide
	notes  map[int64]int64 // parts of notes, by their ids
	master []int64
	ole    []int64 // parts that hold objects
	macro  int64   // the part that holds macros, 0 for none
	budget int64   // records that may still be read: parts can share their bytes
}

type deckSlide struct {
	part    int64
	id      int64
	outline []string // texts that its shapes may point at
}

// A record stands in a part.
type record struct {
	src      io.ReaderAt
	version  int
	instance int
	kind     int
	body     int64
	end      int64
}

// bytes reads the body, as far as it is no longer than most.
func (c record) bytes(most int64) []byte {
	b := make([]byte, min(c.end-c.body, most))
	n, _ := c.src.ReadAt(b, c.body)
	return b[:n]
}

// slides reads a presentation.
func (r *reading) slides(root *cfb.Entry, s *io.SectionReader) error {
	d := &deck{r: r, main: s, where: map[int64]int64{}, notes: map[int64]int64{}, budget: s.Size()/2 + 1<<20}
	start, err := d.current(root)
	if err == nil {
		err = d.edits(start)
	}
	switch {
	case r.over() != nil:
		return r.over()
	case code(err) == document.Protected, code(err) == document.Unknown && err != nil:
		return err
	case err != nil || len(d.slides) == 0:
		if err := d.scan(err); err != nil {
			return err
		}
	default:
		if err := d.pages(); err != nil {
			return err
		}
	}
	if err := r.part("objects", d.objects); err != nil {
		return err
	}
	e := root.Find("Pictures")
	if e == nil || e.Storage || e.Size == 0 {
		return nil
	}
	if d.key != nil {
		return r.say(document.Gap{Where: "pictures", Code: document.Unknown, Reason: "pictures of an encrypted presentation are not read"})
	}
	return r.part("pictures", func() error {
		p, err := r.stream(e)
		if err != nil {
			return err
		}
		return r.pictures(p, 0, p.Size(), nil)
	})
}

// current finds the last edit.
func (d *deck) current(root *cfb.Entry) (int64, error) {
	e := root.Find("Current User")
	if e == nil || e.Storage {
		return 0, bad("the stream Current User is missing")
	}
	b, err := d.r.small(e, 1<<16)
	if err != nil {
		return 0, err
	}
	if u16(b, 2) != recCurrentUser || len(b) < 20 {
		return 0, bad("the stream Current User is damaged")
	}
	return u32(b, 16), nil
}

// at reads the record at an offset of the main stream.
func at(src io.ReaderAt, off, end int64) (record, error) {
	b := make([]byte, 8)
	if n, err := src.ReadAt(b, off); n < 8 || off+8 > end {
		if err == nil || err == io.EOF {
			err = bad("a record lies outside of its stream")
		}
		return record{}, err
	}
	c := record{src: src, version: int(b[0] & 15), instance: u16(b, 0) >> 4, kind: u16(b, 2), body: off + 8}
	c.end = min(c.body+u32(b, 4), end)
	return c, nil
}

// edits follows the edits from the last to the first; each names the parts that
// it changed.
func (d *deck) edits(start int64) error {
	seen := map[int64]bool{}
	document, session := int64(0), int64(0)
	for off := start; off != 0 && !seen[off]; {
		if err := d.r.tick(); err != nil {
			return err
		}
		seen[off] = true
		c, err := at(d.main, off, d.main.Size())
		if err != nil {
			return err
		}
		b := c.bytes(64)
		if c.kind != recUserEdit || len(b) < 28 {
			return bad("an edit is not where the one after says")
		}
		if document == 0 {
			document = u32(b, 16)
			session = u32(b, 28)
		}
		if err := d.persist(u32(b, 12)); err != nil {
			return err
		}
		off = u32(b, 8)
	}
	if session != 0 {
		if err := d.unseal(session); err != nil {
			return err
		}
	}
	c, err := d.part(document)
	if err != nil {
		return err
	}
	if c.kind != recDocument {
		return bad("the document is not where the last edit says")
	}
	return d.document(c)
}

// persist reads where parts stand; what a later edit said stays.
func (d *deck) persist(off int64) error {
	c, err := at(d.main, off, d.main.Size())
	if err != nil {
		return err
	}
	if c.kind != recPersist {
		return bad("the list of parts is not where the edit says")
	}
	b := c.bytes(64 << 20)
	for len(b) >= 4 {
		head := u32(b, 0)
		id, n := head&0xFFFFF, head>>20
		b = b[4:]
		for ; n > 0 && len(b) >= 4; n-- {
			if _, ok := d.where[id]; !ok {
				d.where[id] = u32(b, 0)
			}
			id, b = id+1, b[4:]
		}
	}
	return nil
}

func (d *deck) unseal(session int64) error {
	c, err := at(d.main, d.where[session], d.main.Size())
	if err != nil {
		return err
	}
	if c.kind != recCryptSession {
		return bad("the header of its encryption is missing")
	}
	d.key, err = d.r.rc4Key(c.bytes(4096))
	return err
}

// part gives the record of a part.
func (d *deck) part(id int64) (record, error) {
	off, ok := d.where[id]
	if !ok || off >= d.main.Size() {
		return record{}, bad("a part is missing")
	}
	if d.key == nil {
		return at(d.main, off, d.main.Size())
	}
	key := d.key(uint32(id))
	size := d.main.Size() - off
	src := &opened{src: io.NewSectionReader(d.main, off, size), cover: &rc4Cover{key: func(uint32) []byte { return key }, size: 1 << 62}}
	return at(src, 0, size)
}

// walk calls f with the records inside of one, in order; f says whether to go
// into one that holds others.
func (d *deck) walk(c record, f func(record) (bool, error)) error {
	stack := []record{c}
	for len(stack) > 0 {
		if err := d.r.tick(); err != nil {
			return err
		}
		if d.budget--; d.budget < 0 {
			return errTooMuch
		}
		top := &stack[len(stack)-1]
		if top.body+8 > top.end {
			stack = stack[:len(stack)-1]
			continue
		}
		c, err := at(top.src, top.body, top.end)
		if err != nil {
			return err
		}
		top.body = c.end
		into, err := f(c)
		if err != nil {
			return err
		}
		if into && (c.version == 15 || c.kind == recBinaryTag) {
			if len(stack) >= d.r.lim.Depth {
				return errTooMuch
			}
			stack = append(stack, c)
		}
	}
	return nil
}

// maxSlides bounds the slides of a presentation, as the format does.
const maxSlides = 1 << 20

// document reads the lists of slides, notes, masters and objects.
func (d *deck) document(c record) error {
	list, last := -1, -1
	address := ""
	return d.walk(c, func(c record) (bool, error) {
		switch c.kind {
		case recSlideList:
			list, last = c.instance, -1
		case recSlidePersist:
			b := c.bytes(20)
			part, id := u32(b, 0), u32(b, 12)
			switch list {
			case 0:
				if len(d.slides) >= maxSlides {
					return false, errTooMuch
				}
				last = len(d.slides)
				d.slides = append(d.slides, deckSlide{part: part, id: id})
			case 1:
				d.master = append(d.master, part)
			case 2:
				d.notes[id] = part
			}
		case recTextHeader:
			if last >= 0 {
				d.slides[last].outline = append(d.slides[last].outline, "")
			}
		case recTextChars, recTextBytes:
			if last >= 0 && len(d.slides[last].outline) > 0 {
				o := d.slides[last].outline
				o[len(o)-1] += d.letters(c)
			}
		case recHyperlink:
			address = ""
		case recCString:
			if c.instance == 1 && address == "" && c.end-c.body < 8192 {
				address = page.OneLine(wide(c.bytes(8192)))
				if strings.Contains(address, ":") || strings.Contains(address, `\`) {
					d.r.note("link", "a link leads to %s", address)
				}
			}
		case recOleAtom:
			if b := c.bytes(24); u32(b, 16) != 0 {
				d.ole = append(d.ole, u32(b, 16))
			}
		case recVBAInfo:
			d.macro = u32(c.bytes(12), 0)
		}
		return true, nil
	})
}

// letters reads a text; its paragraphs end with line feeds.
func (d *deck) letters(c record) string {
	b := c.bytes(d.r.lim.PageText)
	s := ""
	if c.kind == recTextBytes {
		s = d.r.decoder(28591)(string(b))
	} else {
		s = wide(b)
	}
	return s
}

// pages gives the slides, and what stands on their masters.
func (d *deck) pages() error {
	given := map[int64]bool{}
	for i, s := range d.slides {
		if given[s.part] {
			if err := d.r.say(document.Gap{Page: i + 1, Code: document.Damaged, Reason: "the slide is the same as one before"}); err != nil {
				return err
			}
			d.r.page.Number++
			continue
		}
		given[s.part] = true
		if err := d.r.page.Begin("", true); err != nil {
			return err
		}
		d.r.page.Number = max(d.r.page.Number, i+1)
		if err := d.r.part(fmt.Sprintf("slide %d", i+1), func() error {
			c, err := d.part(s.part)
			if err != nil {
				return err
			}
			return d.slide(c, s.outline)
		}); err != nil {
			return err
		}
	}
	if err := d.r.page.Begin("masters", false); err != nil {
		return err
	}
	for _, part := range d.master {
		if given[part] {
			continue
		}
		given[part] = true
		if err := d.r.part("masters", func() error {
			c, err := d.part(part)
			if err != nil {
				return err
			}
			t := &slideText{d: d, master: true}
			return t.read(c)
		}); err != nil {
			return err
		}
	}
	return d.r.page.End()
}

// slide reads a slide with its notes.
func (d *deck) slide(c record, outline []string) error {
	t := &slideText{d: d, outline: outline, used: make([]bool, len(outline))}
	err := t.read(c)
	for i, used := range t.used { // texts that no shape pointed at
		if !used {
			t.put(outline[i])
		}
	}
	t.comments()
	if err != nil {
		return err
	}
	part, ok := d.notes[t.notes]
	if !ok || t.notes == 0 {
		return nil
	}
	delete(d.notes, t.notes)
	if c, err = d.part(part); err != nil {
		return err
	}
	return d.speaker(c)
}

// speaker puts the notes of a slide under it.
func (d *deck) speaker(c record) error {
	t := &slideText{d: d, notesPage: true}
	d.r.page.Lead()
	err := t.read(c)
	if s := strings.TrimSpace(d.r.page.Back()); s != "" {
		d.r.note("speaker-notes", "the slide has speaker notes; they stand at the foot")
		d.r.page.Under("Notes: %s", s)
	}
	return err
}

// scan reads a presentation whose lists are damaged: the slides as they lie.
func (d *deck) scan(why error) error {
	if why != nil {
		if err := d.r.gap("list of slides", why); err != nil {
			return err
		}
	}
	whole := record{src: d.main, body: 0, end: d.main.Size()}
	return d.r.part("slides", func() error {
		return d.walk(whole, func(c record) (bool, error) {
			switch c.kind {
			case recSlide:
				if err := d.r.page.Begin("", true); err != nil {
					return false, err
				}
				return false, d.slide(c, nil)
			case recNotes:
				return false, d.speaker(c)
			case recDocument:
				return false, d.walk(c, func(c record) (bool, error) {
					if c.kind == recTextChars || c.kind == recTextBytes {
						d.r.page.Put(d.letters(c) + "\n")
					}
					return true, d.r.page.Full()
				})
			}
			return false, nil
		})
	})
}
