package office

import (
	"encoding/xml"
	"strconv"
	"strings"

	"overt/extract/page"
)

// The numbers of lists are in no text of OpenDocument: they are counted here, as
// a program does that shows them (ISO 26300 part 3, 16.29 to 16.33).

// maxLevels is how deep lists can be numbered.
const maxLevels = 10

type odfLevel struct {
	format         string // one of those of ordinal, "bullet", or "" for no number
	prefix, suffix string
	pattern        string // "%1%.%2%." in newer files, in place of the above
	shown, start   int    // how many levels a number shows, and where it begins
}

// An odfList is what was counted of a list.
type odfList struct {
	levels *[maxLevels]odfLevel
	counts [maxLevels]int
}

// listing is where in lists the text stands.
type listing struct {
	list  *odfList
	level int
	// item says that an item began: its first paragraph has the number. One that
	// holds a list only is there to lead to it.
	item  bool
	start string
}

var odfFormats = map[string]string{"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}

// listStyle reads how a list is numbered.
func (o *odf) listStyle(e xml.StartElement) error {
	if len(o.lists) >= maxStyles || len(attr(e, "name")) > maxName {
		return nil
	}
	levels := &[maxLevels]odfLevel{}
	if o.lists[attr(e, "name")] = levels; e.Name.Local == "outline-style" {
		o.outline = &odfList{levels: levels}
	}
	return o.d.each(func(e xml.StartElement) error {
		at, err := strconv.Atoi(attr(e, "level"))
		if err != nil || at < 1 || at > maxLevels {
			return nil
		}
		v := odfLevel{prefix: page.Shorten(attr(e, "num-prefix"), 100), suffix: page.Shorten(attr(e, "num-suffix"), 100), pattern: page.Shorten(attr(e, "num-list-format"), 100), shown: 1, start: 1}
		if e.Name.Local == "list-level-style-bullet" {
			v.format = "bullet"
		} else {
			v.format = odfFormats[attr(e, "num-format")]
		}
		if n, err := strconv.Atoi(attr(e, "display-levels")); err == nil {
			v.shown = min(max(n, 1), at)
		}
		if n, err := strconv.Atoi(attr(e, "start-value")); err == nil {
			v.start = n
		}
		levels[at-1] = v
		return nil
	}, nil)
}

// list reads a list, or one within another.
func (o *odf) list(e xml.StartElement) error {
	before := o.at
	if before.level == 0 {
		o.at.list = o.listOf(e)
	}
	if before.level >= maxLevels {
		return o.inside()
	}
	o.at.level++
	err := o.d.each(func(e xml.StartElement) error {
		o.at.item, o.at.start = e.Name.Local == "list-item", attr(e, "start-value")
		return o.inside()
	}, nil)
	o.at = before
	return err
}

// listOf gives the list that a list goes on with, or a new one.
func (o *odf) listOf(e xml.StartElement) *odfList {
	style, id := attr(e, "style-name"), attrIn(e, "/XML/", "id")
	l := o.counted["list "+attr(e, "continue-list")]
	if l == nil && attr(e, "continue-numbering") == "true" {
		l = o.counted["style "+style]
	}
	levels := o.lists[style]
	if l == nil || l.levels != levels {
		l = &odfList{levels: levels}
	}
	if len(o.counted) < maxStyles && len(style) <= maxName && len(id) <= maxName {
		o.counted["style "+style] = l
		if id != "" {
			o.counted["list "+id] = l
		}
	}
	return l
}

// next counts an item, and gives what stands before it. The count of a level is
// that of its items; 0 is before the first.
func (l *odfList) next(level int, start string) string {
	if l.levels == nil || level < 0 || level >= maxLevels {
		return ""
	}
	l.counts[level]++
	if n, err := strconv.Atoi(start); err == nil {
		l.counts[level] = n - l.levels[level].start + 1
	}
	for i := level + 1; i < maxLevels; i++ {
		l.counts[i] = 0
	}
	v := l.levels[level]
	number := func(i int) string {
		return ordinal(l.levels[i].start+max(l.counts[i], 1)-1, l.levels[i].format)
	}
	switch {
	case v.format == "bullet":
		return "• "
	case v.format == "":
		return ""
	case v.pattern != "":
		text := v.pattern
		for i := range level + 1 {
			text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1)+"%", number(i))
		}
		return text + " "
	}
	var parts []string
	for i := level + 1 - v.shown; i <= level; i++ {
		if l.levels[i].format != "" && l.levels[i].format != "bullet" {
			parts = append(parts, number(i))
		}
	}
	return v.prefix + strings.Join(parts, ".") + v.suffix + " "
}

// number gives what stands before a paragraph: the number of the item that it
// begins, or of the heading that it is.
func (o *odf) number(e xml.StartElement) string {
	if o.at.item {
		o.at.item = false
		return o.at.list.next(o.at.level-1, o.at.start)
	}
	if e.Name.Local != "h" || o.at.level > 0 {
		return ""
	}
	level, err := strconv.Atoi(attr(e, "outline-level"))
	if err != nil || o.outline == nil || attr(e, "is-list-header") == "true" {
		return ""
	}
	return o.outline.next(level-1, attr(e, "start-value"))
}
