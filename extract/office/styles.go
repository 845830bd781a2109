package office

import (
	"encoding/xml"
	"strconv"
	"strings"

	"overt/extract/page"
)

// styles are what is read of the formats of a text document: which of them hide
// text, and how its lists are numbered (ECMA-376 part 1, 17.7 and 17.9).
type styles struct {
	by     map[string]style
	lists  map[string]*list // by abstractNumId
	nums   map[string]*num  // by numId
	counts map[*list]*[9]int
	begun  map[string]bool // overrides of starts that were used
}

type style struct {
	base   string
	hidden bool
	num    numbering
}

// numbering is which list a paragraph belongs to and on what level.
type numbering struct {
	id    string
	level string
}

func (n *numbering) set(e xml.StartElement) {
	switch e.Name.Local {
	case "numId":
		n.id = name(e)
	case "ilvl":
		n.level = name(e)
	}
}

type list struct{ levels [9]level }

type level struct {
	format, text string
	start        int
	keeps        bool // it goes on counting after a level above
	legal        bool // levels above are written as numbers
}

type num struct {
	list   string
	start  map[int]int
	levels map[int]level // in place of those of the list
}

// level gives how a level of a list looks under a number.
func (n *num) level(l *list, at int) level {
	if v, ok := n.levels[at]; ok {
		return v
	}
	return l.levels[at]
}

// maxName bounds the names of styles, in bytes.
const maxName = 200

// name gives the name that an element refers to.
func name(e xml.StartElement) string { return page.Shorten(attr(e, "val"), maxName) }

// maxStyles bounds styles and lists.
const maxStyles = 50_000

func (r *reading) readStyles(part string) error {
	r.words.by = map[string]style{}
	return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.each(func(e xml.StartElement) error {
			if e.Name.Local != "style" || len(r.words.by) >= maxStyles || len(attr(e, "styleId")) > maxName {
				return nil
			}
			var s style
			err := d.all(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "basedOn":
					s.base = name(e)
				case "vanish":
					s.hidden = on(e)
				default:
					s.num.set(e)
				}
				return nil
			})
			r.words.by[attr(e, "styleId")] = s
			return err
		}, nil)
	})
}

func (r *reading) readNumbering(part string) error {
	w := r.words
	w.lists, w.nums, w.counts, w.begun = map[string]*list{}, map[string]*num{}, map[*list]*[9]int{}, map[string]bool{}
	return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.each(func(e xml.StartElement) error {
			if len(w.lists)+len(w.nums) >= maxStyles || len(attr(e, "abstractNumId"))+len(attr(e, "numId")) > maxName {
				return errTooMuch
			}
			switch e.Name.Local {
			case "abstractNum":
				l := &list{}
				w.lists[attr(e, "abstractNumId")] = l
				return l.read(d)
			case "num":
				n := &num{start: map[int]int{}, levels: map[int]level{}}
				w.nums[attr(e, "numId")] = n
				return n.read(d)
			}
			return nil
		}, nil)
	})
}

func (l *list) read(d *scan) error {
	return d.each(func(e xml.StartElement) error {
		i, err := strconv.Atoi(attr(e, "ilvl"))
		if e.Name.Local != "lvl" || err != nil || i < 0 || i > 8 {
			return nil
		}
		return l.levels[i].read(d)
	}, nil)
}

func (v *level) read(d *scan) error {
	return d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			v.format = name(e)
		case "lvlText":
			v.text = page.Shorten(attr(e, "val"), 100)
		case "start":
			v.start, _ = strconv.Atoi(attr(e, "val"))
		case "lvlRestart":
			v.keeps = attr(e, "val") == "0"
		case "isLgl":
			v.legal = on(e)
		}
		return nil
	}, nil)
}

func (n *num) read(d *scan) error {
	return d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "abstractNumId":
			n.list = name(e)
		case "lvlOverride":
			at, err := strconv.Atoi(attr(e, "ilvl"))
			if err != nil || at < 0 || at > 8 {
				return nil
			}
			return d.each(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "startOverride":
					if v, err := strconv.Atoi(attr(e, "val")); err == nil {
						n.start[at] = v
					}
				case "lvl":
					var v level
					err := v.read(d)
					n.levels[at] = v
					return err
				}
				return nil
			}, nil)
		}
		return nil
	}, nil)
}

// chain calls f with a style and those it is based on, until f is content.
func (s *styles) chain(id string, f func(style) bool) {
	if s == nil {
		return
	}
	for range 20 { // Word allows ten
		v, ok := s.by[id]
		if !ok || f(v) {
			return
		}
		id = v.base
	}
}

func (s *styles) vanishes(id string) (hidden bool) {
	s.chain(id, func(v style) bool {
		hidden = v.hidden
		return hidden
	})
	return hidden
}

// number gives the number or bullet before a paragraph, and counts it.
func (s *styles) number(styleID string, n numbering) string {
	if s == nil || s.nums == nil {
		return ""
	}
	s.chain(styleID, func(v style) bool {
		if n.id == "" {
			n.id = v.num.id
		}
		if n.level == "" {
			n.level = v.num.level
		}
		return n.id != "" && n.level != ""
	})
	of := s.nums[n.id]
	if of == nil || s.lists[of.list] == nil {
		return ""
	}
	l := s.lists[of.list]
	at, err := strconv.Atoi(n.level)
	if err != nil || at < 0 || at > 8 {
		at = 0
	}
	return s.count(l, of, n.id, at)
}

func (s *styles) count(l *list, of *num, id string, at int) string {
	c := s.counts[l]
	if c == nil {
		c = &[9]int{}
		for i := range c {
			c[i] = of.level(l, i).start - 1
		}
		s.counts[l] = c
	}
	key := id + " " + strconv.Itoa(at)
	if !s.begun[key] {
		s.begun[key] = true
		if from, ok := of.start[at]; ok {
			c[at] = from - 1
		}
	}
	c[at]++
	for i := range c {
		switch v := of.level(l, i); {
		case i < at:
			c[i] = max(c[i], v.start) // a level that nothing stands on yet
		case i > at && !v.keeps:
			c[i] = v.start - 1
		}
	}
	return of.show(l, c, at)
}

// show writes the number of a level: "%1.%2" stands for those of two levels.
func (n *num) show(l *list, c *[9]int, at int) string {
	v := n.level(l, at)
	switch {
	case v.format == "bullet":
		return "• "
	case v.format == "none" || v.text == "":
		return ""
	}
	text := v.text
	for i := range at + 1 {
		format := n.level(l, i).format
		if v.legal && format != "none" {
			format = "decimal"
		}
		text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1), ordinal(c[i], format))
	}
	return text + " "
}

// ordinal writes a number in one of the formats of lists; others are decimal.
func ordinal(n int, format string) string {
	switch {
	case format == "none":
		return ""
	case n < 0 || n > 10_000:
	case format == "ordinal":
		return strconv.Itoa(n) + suffix(n)
	case format == "decimalZero" && n < 10:
		return "0" + strconv.Itoa(n)
	case n == 0:
	case format == "lowerLetter", format == "upperLetter":
		s := strings.Repeat(string(rune('a'+(n-1)%26)), (n-1)/26+1)
		if format == "upperLetter" {
			s = strings.ToUpper(s)
		}
		return s
	case format == "lowerRoman":
		return strings.ToLower(roman(n))
	case format == "upperRoman":
		return roman(n)
	}
	return strconv.Itoa(n)
}

// suffix is that of an ordinal number in English.
func suffix(n int) string {
	if n/10%10 == 1 || n%10 < 1 || n%10 > 3 {
		return "th"
	}
	return [...]string{"st", "nd", "rd"}[n%10-1]
}

func roman(n int) string {
	if n > 3999 {
		return strconv.Itoa(n)
	}
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
