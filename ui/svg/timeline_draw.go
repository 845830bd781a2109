package svg

import (
	"cmp"
	"slices"
)

const (
	eventRow   = 20.0
	eventRows  = 9   // more are counted
	eventCount = 600 // events of a lane that are tried one by one
	binHeight  = 56.0
	timeRight  = 16.0
)

// A scale turns days into pixels.
type scale struct {
	first, next int
	x0, x1      float64
}

func (s scale) x(day int) float64 {
	day = min(max(day, s.first), s.next)
	return s.x0 + (s.x1-s.x0)*float64(day-s.first)/float64(s.next-s.first)
}

// least is how many days so many pixels are.
func (s scale) least(pixels float64) float64 {
	return pixels * float64(s.next-s.first) / (s.x1 - s.x0)
}

func (t Timeline) draw(c *canvas) float64 {
	from, _ := parseBound(t.From)
	to, _ := parseBound(t.To)
	var strips []*strip
	for _, lane := range t.Lanes {
		strips = append(strips, t.sort(lane, from, to))
	}
	s, ok := reachOf(strips, from, to)
	if !ok {
		return c.nothing()
	}
	s.x0, s.x1 = min(c.width*0.22, 180), c.width-timeRight
	height := 30.0
	for _, p := range strips {
		p.arrange(s)
		height += p.height + 14
	}
	t.axis(c, s, height)
	top := 30.0
	for i, p := range strips {
		c.line(0, top-4, c.width, top-4, "rule")
		t.head(c, p, top, s.x0-12)
		if p.rows == nil && len(p.events) > 0 {
			t.bins(c, i, p, s, top)
		}
		for k, row := range p.rows {
			t.event(c, p, p.events[k], s, top+float64(row)*eventRow+10)
		}
		top += p.height + 14
	}
	return height + 4 + t.legend(c, strips, height)
}

// reachOf gives the days that the picture covers, not ok when there are none.
func reachOf(strips []*strip, from, to *moment) (s scale, ok bool) {
	for _, p := range strips {
		for _, h := range p.events {
			if !ok {
				s.first, s.next, ok = h.first(), h.next(), true
			}
			s.first, s.next = min(s.first, h.first()), max(s.next, h.next())
		}
	}
	pad := max((s.next-s.first)/40, 1)
	s.first, s.next = s.first-pad, s.next+pad
	if from != nil {
		s.first, ok = from.first, true
	}
	if to != nil {
		s.next, ok = to.next, true
	}
	s.next = max(s.next, s.first+1)
	return s, ok
}

// arrange finds rows in which events do not touch: with their labels, or else
// without, or else none, and they are counted.
func (p *strip) arrange(s scale) {
	p.height = 32
	for _, labels := range []bool{true, false} {
		if rows, n := p.try(s, labels); rows != nil {
			p.rows, p.labels = rows, labels
			p.height = max(p.height, float64(n)*eventRow)
			return
		}
	}
	p.height = binHeight + 24
}

func (p *strip) try(s scale, labels bool) (rows []int, n int) {
	if len(p.events) > eventCount {
		return nil, 0
	}
	var ends []float64
	for _, h := range p.events {
		x0, x1 := extent(h, s)
		if labels {
			x1 = max(x1, labelAt(h, s)+widthOf(shortLabel(h), small)+6)
		}
		row := slices.IndexFunc(ends, func(end float64) bool { return end <= x0 })
		if row < 0 {
			row, ends = len(ends), append(ends, 0)
		}
		if len(ends) > eventRows {
			return nil, 0
		}
		ends[row] = x1
		rows = append(rows, row)
	}
	return rows, len(ends)
}

// extent is what an event covers without its label.
func extent(h happening, s scale) (x0, x1 float64) {
	x0, x1 = s.x(h.first()), s.x(h.next())
	if h.Lasts && h.end == nil {
		x1 = s.x1
	}
	if h.start == nil {
		x0 = s.x0
	}
	if x1-x0 < 12 {
		mid := (x0 + x1) / 2
		return mid - 7, mid + 7
	}
	return x0 - 2, x1 + 2
}

func shortLabel(h happening) string { return fit(clean(h.Label), small, 150) }

// labelAt is where a label starts: within a bar that has room, or else behind.
func labelAt(h happening, s scale) float64 {
	x0, x1 := extent(h, s)
	if x1-x0 > widthOf(shortLabel(h), small)+20 {
		return x0 + 12
	}
	return x1 + 4
}

func (t Timeline) axis(c *canvas, s scale, height float64) {
	cal := calendarOf(s.least(64))
	for day := cal.part(s.first); day < s.next; day = cal.next(day) {
		if day < s.first {
			continue
		}
		c.line(s.x(day), 20, s.x(day), height-8, "rule")
		name := cal.name(day)
		if cal.years > 1 {
			name = date(day).Format("2006")
		}
		c.text(s.x(day), 14, middle, "s", name)
	}
}

func (t Timeline) head(c *canvas, p *strip, top, room float64) {
	c.link(p.lane.Href, "", p.lane.Label, func() {
		c.text(0, top+14, start, "t b", fit(clean(p.lane.Label), size*1.04, room))
	})
	note := ""
	if p.undated > 0 {
		note = t.say("%s without date", t.count(p.undated))
	}
	if p.outside > 0 {
		out := t.say("%s outside", t.count(p.outside))
		if note != "" {
			out = t.say("%s, %s", note, out)
		}
		note = out
	}
	c.text(0, top+29, start, "s", fit(note, small, room))
}

func (t Timeline) event(c *canvas, p *strip, h happening, s scale, y float64) {
	when := cmp.Or(h.Start, t.say("not known"))
	if until := t.until(h.Event); until != "" {
		when = t.say("%s to %s", when, until)
	}
	title := t.say("%s: %s, %s", when, isolate(h.Label), t.sources(h.Sources))
	class := "moment"
	if h.Sources == 0 {
		class = "moment bare"
	}
	c.link(h.Href, "", title, func() {
		if h.end == nil && !h.Lasts {
			t.point(c, *h.start, s, y, class)
		} else {
			t.bar(c, h, s, y, class)
		}
		text := "s"
		if !p.labels {
			text = "s halo thin"
		}
		c.text(labelAt(h, s), y+4, start, text, shortLabel(h))
	})
}

// point draws a moment: a dot for a day, a bar with open ends for a month or year.
func (t Timeline) point(c *canvas, m moment, s scale, y float64, class string) {
	x0, x1 := s.x(m.first), s.x(m.next)
	if m.precision == toDay || x1-x0 < 8 {
		c.circle((x0+x1)/2, y, 5, class)
		return
	}
	c.round(x0, y-5, x1-x0, 10, class+" vague")
}

// bar draws what lasts: lighter where its ends are not known to the day.
func (t Timeline) bar(c *canvas, h happening, s scale, y float64, class string) {
	x0, x1 := s.x0, s.x1
	if h.start != nil {
		x0 = s.x(h.start.first)
	}
	if h.end != nil {
		x1 = s.x(h.end.next)
	}
	c.round(x0, y-8, max(x1-x0, 2), 16, class+" vague")
	sure0, sure1 := x0, x1
	if h.start != nil && h.start.precision != toDay {
		sure0 = s.x(h.start.next)
	}
	if h.end != nil && h.end.precision != toDay {
		sure1 = s.x(h.end.first)
	}
	if sure1 > sure0 {
		c.rect(sure0, y-8, sure1-sure0, 16, class+" sure")
	}
	switch {
	case h.Gone:
		cross(c, x1, y)
	case h.end != nil:
		c.line(x1, y-9, x1, y+9, "stop")
	default:
		c.shape("tip", "M", x1+6, y, "L", x1-3, y-5, "L", x1-3, y+5, "Z")
	}
	if h.start == nil {
		c.shape("tip", "M", x0-6, y, "L", x0+3, y-5, "L", x0+3, y+5, "Z")
	}
}

func cross(c *canvas, x, y float64) {
	c.shape("cross", "M", x-5, y-5, "L", x+5, y+5, "M", x-5, y+5, "L", x+5, y-5)
}

// legend explains the signs that occur.
func (t Timeline) legend(c *canvas, strips []*strip, y float64) float64 {
	has := func(what func(happening) bool) bool {
		return slices.ContainsFunc(strips, func(p *strip) bool { return p.rows != nil && slices.ContainsFunc(p.events, what) })
	}
	vague := func(h happening) bool {
		return h.start != nil && h.start.precision != toDay || h.end != nil && h.end.precision != toDay
	}
	var entries []legendEntry
	for _, e := range []struct {
		shown bool
		legendEntry
	}{
		{has(func(h happening) bool { return !vague(h) && h.end == nil && !h.Lasts }),
			legendEntry{t.say("day"), func(x, y float64) { c.circle(x+11, y+7, 5, "moment") }}},
		{has(vague), legendEntry{t.say("known to the month or year"), func(x, y float64) { c.round(x, y+2, 22, 10, "moment vague") }}},
		{has(func(h happening) bool { return h.end != nil && !h.Gone }), legendEntry{t.say("ended"), func(x, y float64) { c.line(x+11, y, x+11, y+14, "stop") }}},
		{has(func(h happening) bool { return h.Gone }), legendEntry{t.say("taken out of the source"), func(x, y float64) { cross(c, x+11, y+7) }}},
		{has(func(h happening) bool { return h.Sources == 0 }), legendEntry{t.say("no source"), func(x, y float64) { c.round(x, y+2, 22, 10, "moment bare") }}},
	} {
		if e.shown {
			entries = append(entries, e.legendEntry)
		}
	}
	return c.legend(0, y, entries)
}

// A bin is how many events begin in a step of a calendar.
type bin struct {
	day, n int
}

// bins draws the events of a lane counted: above the line those whose dates are
// as fine as the steps, below it the others, by year.
func (t Timeline) bins(c *canvas, lane int, p *strip, s scale, top float64) {
	cal, year := calendarOf(s.least(7)), calendarOf(max(s.least(7), 360))
	fine, coarse := map[int]int{}, map[int]int{}
	for _, h := range p.events {
		m := cmp.Or(h.start, h.end)
		if float64(m.next-m.first) < cal.about()+2 {
			fine[cal.part(max(m.first, s.first))]++
		} else {
			coarse[year.part(max(m.first, s.first))]++
		}
	}
	most := 1
	for _, counts := range []map[int]int{fine, coarse} {
		for _, n := range counts {
			most = max(most, n)
		}
	}
	base, room := top+binHeight, binHeight-14.0
	if len(coarse) > 0 {
		base, room = top+binHeight-18, binHeight-30
	}
	c.text(s.x0-6, base-room+4, end, "s", t.count(most))
	c.line(s.x0, base, s.x1, base, "axis")
	for _, b := range counted(fine) {
		h := max(room*float64(b.n)/float64(most), 1.5)
		t.bin(c, lane, b, cal, s, func(x0, x1 float64) { c.rect(x0, base-h, x1-x0, h, "moment") })
	}
	for _, b := range counted(coarse) {
		h := max(room*float64(b.n)/float64(most), 4)
		t.bin(c, lane, b, year, s, func(x0, x1 float64) { c.rect(x0, base+2, x1-x0, min(h, 34), "moment vague") })
	}
}

func (t Timeline) bin(c *canvas, lane int, b bin, cal calendar, s scale, draw func(x0, x1 float64)) {
	href, next := "", cal.next(b.day)
	if t.Bin != nil {
		href = t.Bin(lane, date(b.day).Format("2006-01-02"), date(next-1).Format("2006-01-02"))
	}
	x0, x1 := s.x(b.day), s.x(next)
	c.link(href, "", t.say("%s: %s events", cal.name(b.day), t.count(b.n)), func() { draw(x0+0.4, max(x1-0.4, x0+1.4)) })
}

func counted(counts map[int]int) []bin {
	var out []bin
	for day, n := range counts {
		out = append(out, bin{day, n})
	}
	slices.SortFunc(out, func(a, b bin) int { return cmp.Compare(a.day, b.day) })
	return out
}
