package legacy

import (
	"io"
	"slices"
	"sort"
)

// A piece is a stretch of the text and where it lies.
type piece struct {
	from, to int64 // characters
	at       int64 // in the main stream
	wide     bool  // two bytes for each character
	flags    mark  // of all its characters
}

func (p piece) width() int64 {
	if p.wide {
		return 2
	}
	return 1
}

// A mark is what is odd about a character or paragraph.
type mark uint16

const (
	deleted mark = 1 << iota
	hidden
	special // a character below 32 stands for something
	object  // the picture shows an embedded object
	white
	inTable
	rowEnd
	innerCell
	innerRow
)

// A run is a stretch of the main stream with the same marks.
type run struct {
	from, to int64
	flags    mark
	picture  int64 // where it lies, -1 for none
	symbol   rune
	list     int // number of the override of the paragraph's list, 0 for none
	level    int
}

// runs ascend and do not overlap.
type runs []run

// find gives the run at a place, and where what holds there ends.
func (rs runs) find(at int64) (run, int64) {
	i := sort.Search(len(rs), func(i int) bool { return rs[i].to > at })
	if i == len(rs) {
		return run{picture: -1}, 1 << 40
	}
	if rs[i].from > at {
		return run{picture: -1}, rs[i].from
	}
	return rs[i], rs[i].to
}

// readPieces reads where the text lies.
func (w *word) readPieces() error {
	var total int64
	for _, n := range w.lengths() {
		total += n
	}
	w.budget = 4*w.main.Size() + 1<<20
	from, to := u32(w.fib, 24), u32(w.fib, 28)
	b, err := w.tab(tabPieces)
	if err != nil {
		return err
	}
	if len(b) == 0 {
		if w.aged && u16(w.fib, 10)&flagComplex != 0 {
			w.r.note("fast-saved", "the document was saved fast: later changes may stand at the end of the text")
		}
		if to <= from || to > w.main.Size() {
			to = w.main.Size()
		}
		wide := u16(w.fib, 10)&flagWide != 0 && !w.aged && total > 0 && 2*total <= to-from
		p := piece{from: 0, to: max(to-from, 0), at: from, wide: wide}
		if wide {
			p.to /= 2
		}
		w.pieces = []piece{p}
		return nil
	}
	for len(b) > 0 {
		switch {
		case b[0] == 1 && 3+u16(b, 1) <= len(b):
			w.prls = append(w.prls, b[3:3+u16(b, 1)])
			b = b[3+u16(b, 1):]
		case b[0] == 2 && 5+u32(b, 1) <= int64(len(b)):
			return w.pieceTable(b[5 : 5+u32(b, 1)])
		default:
			return bad("the table of pieces is damaged")
		}
	}
	return bad("the table of pieces is missing")
}

func (w *word) pieceTable(b []byte) error {
	const most = 1 << 20
	n := (len(b) - 4) / 12
	if n > most {
		return errTooMuch
	}
	// Pieces may share their characters, but not all of them with all.
	budget := 4*w.main.Size() + 1<<20
	outside := false
	for i := range n {
		p := piece{from: u32(b, 4*i), to: u32(b, 4*i+4)}
		d := b[4*(n+1)+8*i:]
		p.at = u32(d, 2)
		p.flags = w.prm(u16(d, 6))
		switch {
		case w.old:
			p.wide = u16(w.fib, 10)&flagWide != 0 && w.page != 1252
		case p.at&0x40000000 != 0:
			p.at = p.at & 0x3FFFFFFF / 2
		default:
			p.at, p.wide = p.at&0x3FFFFFFF, true
		}
		if p.to < p.from || len(w.pieces) > 0 && p.from < w.pieces[len(w.pieces)-1].to {
			return bad("the pieces of the text overlap")
		}
		if most := (w.main.Size() - p.at) / p.width(); p.to-p.from > most {
			p.to, outside = p.from+max(most, 0), true
		}
		if budget -= (p.to - p.from) * p.width(); budget < 0 {
			return errTooMuch
		}
		w.pieces = append(w.pieces, p)
	}
	if outside {
		return w.r.gap("text", bad("pieces of it lie outside of the file"))
	}
	return nil
}

// prm gives the marks that a piece puts on all its characters.
func (w *word) prm(v int) mark {
	if v&1 == 0 || v>>1 >= len(w.prls) {
		return 0
	}
	var r run
	w.apply(w.prls[v>>1], &r)
	return r.flags
}

// readRuns reads the properties of characters and paragraphs, as far as they
// tell something of the text.
func (w *word) readRuns() error {
	b, err := w.tab(tabChars)
	if err != nil {
		return err
	}
	if w.chars, err = w.bins(b, w.charPage); err != nil {
		return err
	}
	if b, err = w.tab(tabParas); err != nil {
		return err
	}
	w.paras, err = w.bins(b, w.paraPage)
	return err
}

// bins reads the pages that a table lists.
func (w *word) bins(b []byte, read func(page []byte, into runs) runs) (runs, error) {
	size := 4
	if w.old {
		size = 2
	}
	if len(b) < 4 {
		return nil, nil
	}
	n := (len(b) - 4) / (4 + size)
	if int64(n) > w.main.Size()/512+16 {
		return nil, bad("a table has more pages than the file")
	}
	const most = 4 << 20
	var rs runs
	page := make([]byte, 512)
	for i := range n {
		if err := w.r.tick(); err != nil {
			return nil, err
		}
		if len(rs) > most {
			return nil, errTooMuch
		}
		d := b[4*(n+1)+size*i:]
		number := int64(u16(d, 0))
		if !w.old {
			number = u32(d, 0) & 0x3FFFFF
		}
		got, err := w.main.ReadAt(page, number*512)
		if err != nil && err != io.EOF {
			return nil, err
		}
		if got == len(page) {
			rs = read(page, rs)
		}
	}
	slices.SortStableFunc(rs, func(a, b run) int { return int(a.from - b.from) })
	last := int64(0)
	for i := range rs { // what overlaps belongs to the first
		rs[i].from = max(rs[i].from, last)
		rs[i].to = max(rs[i].to, rs[i].from)
		last = rs[i].to
	}
	return rs, nil
}

func (w *word) charPage(page []byte, into runs) runs {
	n := int(page[511])
	for i := range n {
		at := 4*(n+1) + i
		if at >= 511 {
			break
		}
		r := run{from: u32(page, 4*i), to: u32(page, 4*i+4), picture: -1}
		at = 2 * int(page[at])
		if at == 0 || at+1+int(page[at]) > 512 || r.to <= r.from {
			continue
		}
		if w.apply(page[at+1:at+1+int(page[at])], &r); r.flags != 0 || r.picture >= 0 || r.symbol != 0 {
			into = append(into, r)
		}
	}
	return into
}

func (w *word) paraPage(page []byte, into runs) runs {
	n, size := int(page[511]), 13
	if w.old {
		size = 7
	}
	for i := range n {
		at := 4*(n+1) + size*i
		if at >= 511 {
			break
		}
		r := run{from: u32(page, 4*i), to: u32(page, 4*i+4), picture: -1}
		at = 2 * int(page[at])
		if at == 0 || r.to <= r.from {
			continue
		}
		length := 2*int(page[at]) - 1
		if w.old {
			length = 2 * int(page[at])
		} else if page[at] == 0 {
			at++
			length = 2 * int(page[at])
		}
		if length < 2 || at+1+length > 512 {
			continue
		}
		if w.apply(page[at+3:at+1+length], &r); r.flags != 0 || r.list > 0 {
			into = append(into, r)
		}
	}
	return into
}

// apply reads a list of properties, [MS-DOC] 2.6, into a run.
func (w *word) apply(b []byte, r *run) {
	if w.old {
		applyOld(b, r)
		return
	}
	for len(b) >= 3 {
		op := u16(b, 0)
		b = b[2:]
		size := [8]int{1, 1, 2, 4, 2, 2, 0, 3}[op>>13]
		if op>>13 == 6 {
			size = 1 + int(b[0])
			if op == 0xD608 {
				size = 1 + u16(b, 0)
			}
			if op == 0xC615 && b[0] == 255 {
				return
			}
		}
		if size > len(b) {
			return
		}
		r.set(op, b[:size])
		b = b[size:]
	}
}

func (r *run) set(op int, v []byte) {
	flag := mark(0)
	switch op {
	case 0x0800:
		flag = deleted
	case 0x083C:
		flag = hidden
	case 0x0855:
		flag = special
	case 0x080A, 0x0856:
		flag = object
	case 0x2416:
		flag = inTable
	case 0x2417:
		flag = rowEnd
	case 0x244B:
		flag = innerCell
	case 0x244C:
		flag = innerRow
	case 0x6649:
		if u32(v, 0) > 0 {
			r.flags |= inTable
		}
		return
	case 0x2A42:
		flag, v = white, []byte{b2i(v[0] == 8)}
	case 0x6870:
		flag, v = white, []byte{b2i(u32(v, 0) == 0xFFFFFF)}
	case 0x260A:
		r.level = int(v[0])
		return
	case 0x460B:
		r.list = int(int16(u16(v, 0)))
		return
	case 0x6A03:
		r.picture = u32(v, 0)
		return
	case 0x6A09:
		r.symbol = rune(u16(v, 2))
		return
	default:
		return
	}
	if v[0] == 1 {
		r.flags |= flag
	} else if v[0] == 0 {
		r.flags &^= flag
	}
}

func b2i(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// oldSizes are the bytes behind each property of Word 6 and 95; -1 stands for a
// length before them.
var oldSizes = map[byte]int{
	2: 2, 3: -1, 12: -1, 15: -1, 16: 2, 17: 2, 18: 2, 19: 2, 20: 4, 21: 2, 22: 2, 23: -1, 26: 2, 27: 2, 28: 2,
	30: 2, 31: 2, 32: 2, 33: 2, 34: 2, 35: 2, 36: 2, 38: 2, 39: 2, 40: 2, 41: 2, 42: 2, 43: 2, 45: 2, 46: 2, 47: 2, 48: 2, 49: 2,
	64: -1, 68: -1, 69: 2, 70: 4, 72: 2, 73: 3, 74: -1, 80: 2, 81: -1, 82: -1, 83: 0, 93: 2, 95: 3, 96: 2, 97: 2, 99: 2, 101: 2,
	103: -1, 105: -1, 106: -1, 107: 2, 108: -1, 109: 2, 110: 2,
}

// oldOps are the properties that tell something, as Word 97 has them.
var oldOps = map[byte]int{24: 0x2416, 25: 0x2417, 65: 0x0800, 75: 0x080A, 92: 0x083C, 98: 0x2A42, 117: 0x0855, 118: 0x0856}

func applyOld(b []byte, r *run) {
	for len(b) >= 2 {
		op := b[0]
		b = b[1:]
		size, known := oldSizes[op]
		switch {
		case !known && op >= 120:
			return
		case !known:
			size = 1
		case size < 0:
			size = 1 + int(b[0])
		}
		if size > len(b) {
			return
		}
		if size > 0 && oldOps[op] != 0 {
			r.set(oldOps[op], b[:size])
		}
		if op == 68 && size >= 5 {
			r.picture = u32(b, 1)
		}
		b = b[size:]
	}
}
