package tabular

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"

	"overt"
	"overt/extract/document"
)

// A database is a SQLite file, read page by page (sqlite.org/fileformat2.html).
type database struct {
	t        *tables
	pageSize int
	usable   int // bytes of a page that hold cells
	pages    int64
	order    binary.ByteOrder // of text in UTF-16; nil for UTF-8
	seen     map[int64]bool   // pages that are part of a tree
	overflow int64            // bytes read from pages that rows overflow to
	members  int
}

func broken(format string, args ...any) error {
	return overt.Errorf(overt.Invalid, "", "the database is damaged: "+format, args...)
}

// sqlite reads all tables of a database.
func (t *tables) sqlite() error {
	h := make([]byte, 100)
	if n, _ := t.in.ReadAt(h, 0); n < 100 {
		return broken("it ends within its header")
	}
	d := &database{t: t, pageSize: int(binary.BigEndian.Uint16(h[16:])), seen: map[int64]bool{}}
	if d.pageSize == 1 {
		d.pageSize = 1 << 16
	}
	d.usable = d.pageSize - int(h[20])
	if d.pageSize < 512 || d.pageSize&(d.pageSize-1) != 0 || d.usable < 480 {
		if string(h[:15]) == "SQLite format 3" {
			return broken("its pages are said to have %d bytes", d.pageSize)
		}
		return &document.Refusal{Code: document.Protected, Reason: "the database is encrypted, or is none", Retry: "decrypt it with the program that made it"}
	}
	d.pages = t.in.Size / int64(d.pageSize)
	switch binary.BigEndian.Uint32(h[56:]) {
	case 2:
		d.order = binary.LittleEndian
	case 3:
		d.order = binary.BigEndian
	}
	if h[18] == 2 || h[19] == 2 {
		if err := t.out.Note(document.Note{Code: "journal", Message: "the newest changes may stand in a file beside the database (its name ends in -wal), which is not read here"}); err != nil {
			return err
		}
	}
	list, err := d.schema()
	if err != nil {
		return err
	}
	for _, s := range list {
		if err := d.table(s); err != nil {
			return t.full(err)
		}
	}
	return nil
}

// An object is a row of the schema.
type object struct {
	kind, name, sql string
	root            int64
}

func (d *database) schema() ([]object, error) {
	var list []object
	err := d.walk(1, 0, func(_ int64, values []value) error {
		if len(values) < 5 {
			return nil
		}
		list = append(list, object{values[0].text, values[1].text, values[4].text, values[3].number})
		if len(list) > 100_000 {
			return broken("it has more than 100,000 tables and indices")
		}
		return nil
	})
	return list, err
}

// table says the rows of one table; of a view that it is there.
func (d *database) table(s object) error {
	t := d.t
	switch {
	case s.kind == "view":
		return t.out.Note(document.Note{Code: "view", Message: "a view is not evaluated: " + clip(clean(s.sql), 1000)})
	case s.kind != "table":
		return nil
	case s.root == 0:
		return t.out.Note(document.Note{Code: "virtual", Message: "a virtual table is not read; its rows stand in tables of their own: " + clip(clean(s.name), 200)})
	}
	columns, alias, rowid := parseColumns(s.sql)
	where := "table " + clip(clean(s.name), 200)
	if !rowid {
		return t.lost(where, document.Unknown, "tables without row numbers are not read")
	}
	t.begin(s.name)
	number := int64(0)
	if err := t.row(1, columns); err != nil {
		return err
	}
	err := d.walk(s.root, 0, func(id int64, values []value) error {
		number++
		row := make([]string, max(len(columns), len(values)))
		for i, v := range values {
			if i == alias && v.kind == 0 {
				v = value{kind: 'n', text: strconv.FormatInt(id, 10)}
			}
			row[i] = v.text
			if v.kind == 'b' && len(v.blob) > maxInline {
				name := strconv.Itoa(i + 1)
				if i < len(columns) {
					name = columns[i]
				}
				if err := d.blob(fmt.Sprintf("%s/%d/%s", s.name, id, name), v.blob); err != nil {
					return err
				}
			}
		}
		return t.row(number+1, row)
	})
	if err != nil {
		var bad *overt.Error
		if !errors.As(err, &bad) || bad.Code != overt.Invalid {
			return err
		}
		if err := t.lost(where, document.Damaged, err.Error()); err != nil {
			return err
		}
	}
	return t.end()
}

// maxInline is how many bytes of a blob are shown as a cell; larger ones are
// files inside.
const maxInline = 32

func (d *database) blob(name string, b []byte) error {
	t := d.t
	if d.members++; d.members > t.in.Limits.Members {
		return t.toomuch(fmt.Sprintf("files inside than the %d that are read", t.in.Limits.Members))
	}
	w, err := t.out.Member(document.Member{Path: clip(clean(name), 1000), Role: document.Embedded, Size: int64(len(b))})
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	return w.Close()
}

// maxDepth bounds a tree of pages; one of 2^31 pages has fewer levels.
const maxDepth = 40

// walk gives the rows below a page of a table's tree, in order. Errors: those of
// say; invalid, where the tree is damaged.
func (d *database) walk(page int64, depth int, say func(rowid int64, values []value) error) error {
	if err := d.t.ctx.Err(); err != nil {
		return overt.Errorf(overt.Unavailable, "", "the reading was stopped: %w", err)
	}
	b, err := d.page(page)
	if err != nil {
		return err
	}
	if depth > maxDepth || d.seen[page] {
		return broken("page %d is part of two trees, or of itself", page)
	}
	d.seen[page] = true
	at := 0
	if page == 1 {
		at = 100
	}
	kind, cells, first := b[at], int(binary.BigEndian.Uint16(b[at+3:])), at+8
	if kind == 5 {
		first += 4
	}
	if kind != 5 && kind != 13 || first+2*cells > len(b) {
		return broken("page %d is no page of a table", page)
	}
	for i := range cells {
		off := int(binary.BigEndian.Uint16(b[first+2*i:]))
		if off < first || off > len(b)-4 {
			return broken("cell %d of page %d lies outside", i+1, page)
		}
		if kind == 5 {
			if err := d.walk(int64(binary.BigEndian.Uint32(b[off:])), depth+1, say); err != nil {
				return err
			}
			continue
		}
		if err := d.cell(b, off, page, say); err != nil {
			return err
		}
	}
	if kind == 5 {
		return d.walk(int64(binary.BigEndian.Uint32(b[at+8:])), depth+1, say)
	}
	return nil
}

func (d *database) page(n int64) ([]byte, error) {
	if n < 1 || n > d.pages {
		return nil, broken("page %d is asked for, and there are %d", n, d.pages)
	}
	b := make([]byte, d.pageSize)
	if got, err := d.t.in.ReadAt(b, (n-1)*int64(d.pageSize)); got < len(b) {
		return nil, fmt.Errorf("read page %d: %w", n, err)
	}
	return b[:d.usable], nil
}

// varint reads a number of one to nine bytes; n is 0 when it is cut.
func varint(b []byte) (v uint64, n int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return v<<8 | uint64(b[8]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// maxRecord bounds one row, in bytes.
const maxRecord = 64 << 20

// cell reads one row.
func (d *database) cell(b []byte, off int, page int64, say func(int64, []value) error) error {
	size, n := varint(b[off:])
	id, m := varint(b[min(off+n, len(b)):])
	if n == 0 || m == 0 {
		return broken("a row of page %d is cut", page)
	}
	if size > maxRecord {
		return d.t.lost(fmt.Sprintf("row %d of %s", int64(id), d.t.name), document.TooMuch, fmt.Sprintf("the row has %d bytes", size))
	}
	payload, err := d.payload(b[off+n+m:], int(size))
	if err != nil {
		return d.t.lost(fmt.Sprintf("row %d of %s", int64(id), d.t.name), document.Damaged, err.Error())
	}
	values, ok := d.record(payload)
	if !ok {
		return d.t.lost(fmt.Sprintf("row %d of %s", int64(id), d.t.name), document.Damaged, "its values are longer than it")
	}
	return say(int64(id), values)
}

// payload gives the bytes of a row: those on its page, and those of the pages it
// overflows to.
func (d *database) payload(b []byte, size int) ([]byte, error) {
	local := size
	if most := d.usable - 35; size > most {
		least := (d.usable-12)*32/255 - 23
		if local = least + (size-least)%(d.usable-4); local > most {
			local = least
		}
	}
	if local > len(b) || size > local && local+4 > len(b) {
		return nil, broken("a row is longer than its page")
	}
	out := append([]byte{}, b[:local]...)
	if size == local {
		return out, nil
	}
	next := int64(binary.BigEndian.Uint32(b[local:]))
	for len(out) < size {
		// A page belongs to one row, so that there are no more of them than the
		// file has.
		if d.overflow += int64(d.pageSize); d.overflow > d.t.in.Size {
			return nil, broken("rows overflow to the same pages again and again")
		}
		p, err := d.page(next)
		if err != nil {
			return nil, err
		}
		next = int64(binary.BigEndian.Uint32(p))
		out = append(out, p[4:4+min(len(p)-4, size-len(out))]...)
	}
	return out, nil
}

// A value is one of a row: kind 0 for NULL, 'n' for a number, 't', 'b'.
type value struct {
	kind   byte
	text   string
	number int64
	blob   []byte
}

// maxColumns is what SQLite itself can be built for, at most.
const maxColumns = 32767

// record reads the values of a row.
func (d *database) record(b []byte) ([]value, bool) {
	size, n := varint(b)
	if n == 0 || size > uint64(len(b)) || size < uint64(n) {
		return nil, false
	}
	head, body := b[n:size], b[size:]
	var out []value
	for len(head) > 0 {
		kind, n := varint(head)
		if n == 0 || len(out) >= maxColumns {
			return nil, false
		}
		head = head[n:]
		length := serialSize(kind)
		if length > uint64(len(body)) {
			return nil, false
		}
		out = append(out, d.value(kind, body[:length]))
		body = body[length:]
	}
	return out, true
}

// serialSize is how long a value of a kind is.
func serialSize(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind == 5:
		return 6
	case kind == 6 || kind == 7:
		return 8
	case kind <= 4:
		return kind
	}
	return 0
}

func (d *database) value(kind uint64, b []byte) value {
	switch {
	case kind == 0 || kind == 10 || kind == 11:
		return value{}
	case kind <= 6:
		v := int64(int8(b[0]))
		for _, c := range b[1:] {
			v = v<<8 | int64(c)
		}
		return value{kind: 'n', text: strconv.FormatInt(v, 10), number: v}
	case kind == 7:
		return value{kind: 'n', text: strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(b)), 'g', -1, 64)}
	case kind <= 9:
		return value{kind: 'n', text: strconv.Itoa(int(kind - 8)), number: int64(kind - 8)}
	case kind%2 == 0:
		v := value{kind: 'b', blob: b}
		if len(b) > 0 && len(b) <= maxInline {
			v.text = fmt.Sprintf("x'%x'", b)
		}
		return v
	}
	if d.order == nil {
		return value{kind: 't', text: string(b)}
	}
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, d.order.Uint16(b))
	}
	return value{kind: 't', text: string(utf16.Decode(units))}
}
