package legacy

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"overt/extract/page"
)

// The numbers of lists are not in the text: Word counts them from how its lists
// are made, [MS-DOC] 2.4.6.3. So does this, where a paragraph itself names its
// list; numbers that a style alone gives are left out.

const (
	tabLists, tabOverrides = 73, 74
	levels                 = 9
	maxLists               = 20_000
)

type listLevel struct {
	start int
	kind  int // how its number is written
	text  string
	again bool // it does not begin anew below a higher one
	legal bool // the numbers of higher levels are plain ones
}

type list struct {
	levels [levels]listLevel
	counts [levels]int // of the last entry; -1 before the first
}

// An override is how paragraphs name a list.
type override struct {
	list  *list
	start [levels]int // -1 where the list's own holds
	level [levels]*listLevel
}

// readLists reads the lists, and the overrides that paragraphs number from 1.
func (w *word) readLists() error {
	at, size, table := w.place(tabLists)
	if w.old || size < 2 || at+size > table.Size() {
		return nil
	}
	// What the levels hold follows the list and is not counted in its size.
	b, err := within(io.NewSectionReader(table, at, min(table.Size()-at, 16<<20)), 16<<20)
	if err != nil {
		return err
	}
	n := u16(b, 0)
	rest := b[min(2+28*n, len(b)):]
	lists := map[int64]*list{}
	for i := range n {
		entry := b[min(2+28*i, len(b)):]
		if len(entry) < 28 || len(lists) > maxLists {
			break
		}
		l := &list{}
		count := levels
		if entry[26]&1 != 0 {
			count = 1
		}
		for j := range count {
			if l.levels[j], rest, err = readLevel(rest); err != nil {
				return err
			}
		}
		for j := range l.counts {
			l.counts[j] = -1
		}
		lists[u32(entry, 0)] = l
	}
	return w.readOverrides(lists)
}

func readLevel(b []byte) (listLevel, []byte, error) {
	if len(b) < 30 {
		return listLevel{}, nil, bad("the lists are cut short")
	}
	l := listLevel{start: int(min(u32(b, 0), 1<<15)), kind: int(b[4]), again: b[5]&8 != 0, legal: b[5]&4 != 0}
	at := 28 + int(b[24]) + int(b[25])
	n := u16(b, at)
	if at+2+2*n > len(b) {
		return listLevel{}, nil, bad("the lists are cut short")
	}
	l.text = wide(b[at+2 : at+2+2*n])
	return l, b[at+2+2*n:], nil
}

func (w *word) readOverrides(lists map[int64]*list) error {
	b, err := w.tab(tabOverrides)
	if err != nil {
		return err
	}
	n := int(min(u32(b, 0), maxLists, int64(len(b)/16)))
	rest := b[min(4+16*n, len(b)):]
	for i := range n {
		entry := b[4+16*i:]
		o := override{list: lists[u32(entry, 0)]}
		for j := range o.start {
			o.start[j] = -1
		}
		if len(rest) >= 4 {
			rest = rest[4:]
		}
		for range int(entry[12]) {
			if len(rest) < 8 {
				break
			}
			start, flags := u32(rest, 0), u32(rest, 4)
			rest = rest[8:]
			if level := int(flags & 15); flags&0x10 != 0 && level < levels {
				o.start[level] = int(min(start, 1<<15))
			}
			if flags&0x20 != 0 {
				var l listLevel
				if l, rest, err = readLevel(rest); err != nil {
					return err
				}
				if level := int(flags & 15); level < levels {
					o.level[level] = &l
					if flags&0x10 != 0 {
						o.start[level] = l.start
					}
				}
			}
		}
		w.lists = append(w.lists, o)
	}
	return nil
}

// label counts an entry of a list and gives its number or sign.
func (w *word) label(number, level int) string {
	if number < 1 || number > len(w.lists) || level < 0 || level >= levels || w.lists[number-1].list == nil {
		return ""
	}
	o := &w.lists[number-1]
	l := o.list
	made := func(n int) listLevel {
		if o.level[n] != nil {
			return *o.level[n]
		}
		return l.levels[n]
	}
	switch {
	case o.start[level] >= 0: // it begins anew, once
		l.counts[level], o.start[level] = o.start[level], -1
	case l.counts[level] < 0:
		l.counts[level] = made(level).start
	default:
		l.counts[level]++
	}
	for below := level + 1; below < levels; below++ {
		if !l.levels[below].again {
			l.counts[below] = -1
		}
	}
	var b strings.Builder
	for _, c := range made(level).text {
		if c >= levels {
			b.WriteRune(symbolRune(c))
			continue
		}
		count, kind := l.counts[c], made(int(c)).kind
		if count < 0 {
			count = made(int(c)).start
		}
		if made(level).legal {
			kind = 0
		}
		b.WriteString(numeral(count, kind))
	}
	if s := page.OneLine(b.String()); s != "" {
		return s + "\t"
	}
	return ""
}

// numeral writes a number as [MS-OSHARED] 2.2.1.3 names ways to.
func numeral(n, kind int) string {
	switch {
	case kind == 255:
		return ""
	case (kind == 1 || kind == 2) && n > 0 && n < 4000:
		s := roman(n)
		if kind == 2 {
			s = strings.ToLower(s)
		}
		return s
	case (kind == 3 || kind == 4) && n > 0 && n < 1000:
		letter := rune('A' + (n-1)%26)
		if kind == 4 {
			letter += 'a' - 'A'
		}
		return strings.Repeat(string(letter), (n-1)/26+1)
	case kind == 5:
		return strconv.Itoa(n) + ordinal(n)
	case kind == 22:
		return fmt.Sprintf("%02d", n)
	}
	return strconv.Itoa(n)
}

func ordinal(n int) string {
	if n/10%10 != 1 && n%10 >= 1 && n%10 <= 3 {
		return []string{"st", "nd", "rd"}[n%10-1]
	}
	return "th"
}

func roman(n int) string {
	var b strings.Builder
	for _, r := range []struct {
		value int
		sign  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= r.value; n -= r.value {
			b.WriteString(r.sign)
		}
	}
	return b.String()
}
