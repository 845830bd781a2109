package legacy

import (
	"crypto/rc4"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"

	"overt/extract/document"
	"overt/extract/page"
)

// A database is a database of Access being read: Jet 3 (Access 97 and before),
// Jet 4 (2000 to 2003) and ACE (2007 and after). The format is not published;
// what is known of it stands in the documentation of MDB Tools and Jackcess.
type database struct {
	r     *reading
	old   bool // Jet 3
	size  int64
	pages int64
	key   uint32 // of pages, 0 when they are not encrypted
	code  int    // code page of Jet 3
	buf   []byte // the page read last
	at    int64  // its number
	scans map[int64][]int64
}

// What a page holds.
const (
	pageData, pageTable, pageUsage = 1, 2, 5
	catalogue                      = 2 // page of the table of all objects
)

// access reads a database: each table is a page of text and has rows, of which
// the first are the names of its columns.
func (r *reading) access() error {
	head := make([]byte, 4096)
	n, err := r.in.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if n < 2048 {
		return bad("the database ends inside of its first page")
	}
	version := head[0x14]
	d := &database{r: r, old: version == 0, size: 4096, at: -1}
	length := 128
	if d.old {
		d.size, length = 2048, 126
	}
	mask, err := rc4.NewCipher([]byte{0xC7, 0xDA, 0x39, 0x6B})
	if err != nil {
		return err
	}
	mask.XORKeyStream(head[0x18:0x18+length], head[0x18:0x18+length])
	d.code, d.key = u16(head, 0x3C), binary.LittleEndian.Uint32(head[0x3E:])
	d.pages, d.buf = r.in.Size/d.size, make([]byte, d.size)
	switch {
	case version > 6:
		return unknown("a database of Access in version %d of its format", version)
	case version >= 2 && u16(head, 0x299) != 0:
		return &document.Refusal{Code: document.Protected, Reason: "the database is encrypted with a password, in a way that is not read", Retry: "take its password away with Access"}
	}
	if d.key != 0 {
		r.note("encoded", "the database is encoded with a key that stands in it")
	}
	return d.read()
}

// load reads a page into buf.
func (d *database) load(n int64) ([]byte, error) {
	if n == d.at {
		return d.buf, nil
	}
	if n <= 0 || n >= d.pages {
		return nil, bad("page %d lies outside of the database", n)
	}
	d.at = -1
	if _, err := d.r.in.ReadAt(d.buf, n*d.size); err != nil && err != io.EOF {
		return nil, err
	}
	if d.key != 0 {
		var key [4]byte
		binary.LittleEndian.PutUint32(key[:], d.key^uint32(n))
		c, err := rc4.NewCipher(key[:])
		if err != nil {
			return nil, err
		}
		c.XORKeyStream(d.buf, d.buf)
	}
	d.at = n
	return d.buf, nil
}

// A stored row is where a row stands in its page.
type stored struct {
	from, to int
	deleted  bool
	moved    bool // it holds where the row stands now
}

// rowsOf lists the rows of a page of data.
func (d *database) rowsOf(page []byte) []stored {
	count := 12
	if d.old {
		count = 8
	}
	n := min(u16(page, count), (len(page)-count-2)/2)
	rows := make([]stored, 0, n)
	end := len(page)
	for i := range n {
		v := u16(page, count+2+2*i)
		from := v & 0x1FFF
		if from > end || from < count+2+2*n {
			rows = append(rows, stored{deleted: true})
			continue
		}
		rows = append(rows, stored{from, end, v&0x8000 != 0, v&0x4000 != 0})
		end = from
	}
	return rows
}

// row gives the bytes of a row by its pointer: a page, and the row's number in
// the lowest byte.
func (d *database) row(pointer int64) ([]byte, error) {
	page, err := d.load(pointer >> 8)
	if err != nil {
		return nil, err
	}
	rows := d.rowsOf(page)
	if n := int(pointer & 0xFF); n < len(rows) && rows[n].to > rows[n].from {
		return slices.Clone(page[rows[n].from:rows[n].to]), nil
	}
	return nil, bad("page %d has no row %d", pointer>>8, pointer&0xFF)
}

// An entry is a line of the catalogue.
type entry struct {
	name  string
	page  int64
	kind  int
	flags uint32
	from  string // database of a linked table
}

// Kinds of objects in the catalogue.
const (
	kindTable, kindLinkedODBC, kindQuery, kindLinked = 1, 4, 5, 6
	flagSystem                                       = 0x80000002
	flagHidden                                       = 8
)

func (d *database) read() error {
	entries, err := d.catalogue()
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, e := range entries {
		switch e.kind {
		case kindLinked, kindLinkedODBC:
			d.r.note("external", "the table %s stands in another database, which was not read: %s", e.name, e.from)
		case kindQuery:
			if !strings.HasPrefix(e.name, "~") {
				d.r.note("query", "the database has a query named %s", e.name)
			}
		case kindTable:
			if e.flags&flagSystem != 0 || strings.HasPrefix(e.name, "MSys") {
				continue
			}
			name := page.Short(page.OneLine(e.name))
			if name == "" || named[name] {
				name = fmt.Sprintf("%s (page %d)", name, e.page)
			}
			named[name] = true
			if err := d.give(name, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// catalogue reads what objects there are.
func (d *database) catalogue() ([]entry, error) {
	t, err := d.table("MSysObjects", catalogue)
	if err != nil {
		return nil, err
	}
	const most = 100_000
	var entries []entry
	err = t.rows(func(v []value) error {
		e := entry{}
		for i, c := range t.columns {
			switch c.name {
			case "Id":
				e.page = v[i].number & 0xFFFFFF
			case "Name":
				e.name = v[i].text
			case "Type":
				e.kind = int(v[i].number)
			case "Flags":
				e.flags = uint32(v[i].number)
			case "Database", "Connect":
				e.from = strings.TrimSpace(e.from + " " + page.OneLine(v[i].text))
			}
		}
		if len(entries) >= most {
			return errTooMuch
		}
		entries = append(entries, e)
		return nil
	})
	if err == nil && len(entries) == 0 {
		err = bad("the catalogue of the database is empty")
	}
	return entries, err
}

// give gives a table: its page, and its rows below the names of the columns.
func (d *database) give(name string, e entry) error {
	if err := d.r.page.Begin(name, true); err != nil {
		return err
	}
	if e.flags&flagHidden != 0 {
		d.r.note("hidden-table", "the table is hidden")
	}
	if err := d.r.part("table "+name, func() error {
		t, err := d.table(name, e.page)
		if err != nil {
			return err
		}
		names := make([]value, len(t.columns))
		for i, c := range t.columns {
			names[i].text = c.name
		}
		if err := t.give(names); err != nil {
			return err
		}
		return t.rows(t.give)
	}); err != nil {
		return err
	}
	return d.r.page.End()
}

// give gives one row.
func (t *table) give(values []value) error {
	t.given++
	row := document.Row{Table: t.name, Number: t.given, Cells: make([]document.Cell, len(values))}
	texts := make([]string, len(values))
	for i, v := range values {
		row.Cells[i].Text = page.Clean(v.text)
		texts[i] = strings.Join(strings.FieldsFunc(row.Cells[i].Text, func(c rune) bool { return c == '\n' || c == '\t' }), " ")
	}
	p := t.d.r.page
	p.Put(strings.Join(texts, "\t") + "\n")
	if err := p.Full(); err != nil {
		return err
	}
	if err := t.d.r.out.Row(row); err != nil {
		return err
	}
	return t.objects(values)
}
