package svg

import "slices"

// draw gives the height of the picture.
func (d *flowDrawing) draw(c *canvas) float64 {
	if len(d.layers) == 0 {
		return c.nothing()
	}
	columns := float64(len(d.layers) - 1)
	c.width = max(c.width, columns*130+flowMargin+60)
	step := 0.0
	if columns > 0 {
		step = (c.width - flowMargin - flowNodeWidth - 40) / columns
	}
	at := func(n *flowNode) float64 { return 40 + float64(n.layer)*step }

	d.patterns(c)
	bottom := flowTop + d.height
	for _, b := range d.bands {
		if !b.back {
			d.forward(c, b, at)
		}
	}
	for _, b := range slices.Backward(d.bands) {
		if b.back {
			bottom = d.round(c, b, at(b.from)+flowNodeWidth, at(b.to), bottom+10)
		}
	}
	for _, column := range d.layers {
		for _, n := range column {
			if !n.passed {
				d.node(c, n, at(n), max(step-flowNodeWidth-16, 100))
			}
		}
	}
	return bottom + 12 + d.legend(c, bottom+16)
}

// nothing is what a picture without data says.
func (c *canvas) nothing() float64 {
	c.text(c.width/2, 44, middle, "s", c.frame.say("Nothing to draw."))
	return 80
}

// patterns are named after the picture, because ids hold for a whole page.
func (d *flowDrawing) patterns(c *canvas) {
	id := c.frame.id()
	c.raw(`<defs><pattern id="`, id, `-p1" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`,
		`<rect class="weave" width="7" height="7"/><rect class="thread" width="2.5" height="7"/></pattern>`,
		`<pattern id="`, id, `-p2" width="8" height="8" patternUnits="userSpaceOnUse">`,
		`<rect class="weave loose" width="8" height="8"/><circle class="thread" cx="4" cy="4" r="1.6"/></pattern></defs>`)
}

// paint is what fills, or strokes, a band of a kind.
func (d *flowDrawing) paint(b *band) (class, url string) {
	class = "band"
	if b.back {
		class = "band back"
	}
	if b.bare() {
		class += " bare"
	}
	if b.kind == Award {
		return class + " award", ""
	}
	return class, "url(#" + d.s.id() + "-p" + num(float64(b.kind)) + ")"
}

// forward draws a band: its upper edge there, its lower edge back.
func (d *flowDrawing) forward(c *canvas, b *band, at func(*flowNode) float64) {
	half := b.width / 2
	var there, back []any
	for i, s := range b.strands {
		x0, x1, y0, y1 := at(s.left)+flowNodeWidth, at(s.right), s.y0+flowTop, s.y1+flowTop
		mid := (x0 + x1) / 2
		to := "L"
		if i == 0 {
			to = "M"
		}
		there = append(there, to, x0, y0-half, "C", mid, y0-half, mid, y1-half, x1, y1-half)
		back = append([]any{"L", x1, y1 + half, "C", mid, y1 + half, mid, y0 + half, x0, y0 + half}, back...)
	}
	class, url := d.paint(b)
	c.link(d.href(b), "", d.title(b), func() {
		c.painted(class, "fill", url, c.path(append(append(there, back...), "Z")...))
	})
}

// round draws a return under the nodes, at top, and gives where it ends.
func (d *flowDrawing) round(c *canvas, b *band, x0, x1, top float64) float64 {
	half := b.width / 2
	lane, r := top+half, half+9
	y0, y1 := b.strands[0].y0+flowTop, b.strands[0].y1+flowTop
	class, url := d.paint(b)
	c.link(d.href(b), "", d.title(b), func() {
		c.painted(class, "stroke", url, c.path("M", x0, y0, "C", x0+r, y0, x0+r, y0, x0+r, y0+r,
			"L", x0+r, max(lane-r, y0+r), "C", x0+r, lane, x0+r, lane, x0, lane,
			"L", x1, lane, "C", x1-r, lane, x1-r, lane, x1-r, max(lane-r, y1+r),
			"L", x1-r, y1+r, "C", x1-r, y1, x1-r, y1, x1, y1), "stroke-width", b.width)
		c.shape("tip", "M", x1+1, y1, "L", x1-8, y1-5, "L", x1-8, y1+5, "Z")
		c.text((x0+x1)/2, lane+4, middle, "s halo", c.frame.say(b.backPhrase(), c.frame.short(b.amount)))
	})
	return lane + max(half, 8)
}

// painted writes a path whose paint is a pattern, or its class's own.
func (c *canvas) painted(class, how, url, path string, more ...any) {
	pairs := append([]any{"class", class}, more...)
	if url != "" {
		pairs = append(pairs, how, url)
	}
	c.el("path", append(pairs, "d", path)...)
}

// bare says whether a part of a band has no source.
func (b *band) bare() bool {
	return slices.ContainsFunc(b.flows, func(f Flow) bool { return f.Sources == 0 })
}

// backPhrase tells money that went back from money that goes on in a circle.
func (b *band) backPhrase() string {
	if b.flows[0].Amount < 0 {
		return "%s, returned"
	}
	return "%s, goes round"
}

func (d *flowDrawing) href(b *band) string {
	href := b.flows[0].Href
	for _, f := range b.flows[1:] {
		if f.Href != href {
			return "" // several, each in the table
		}
	}
	return href
}

func (d *flowDrawing) title(b *band) string {
	amount := d.s.number(b.amount)
	if len(b.flows) == 1 && b.flows[0].Amount >= 0 {
		amount = d.s.orNumber(b.flows[0].Text, b.amount)
	}
	sources := 0
	for _, f := range b.flows {
		sources += f.Sources
	}
	what := d.s.say(b.kind.phrase())
	if b.back {
		what = d.s.say(b.backPhrase(), what)
	}
	return d.s.say("%s to %s: %s, %s %s, %s", isolate(b.from.label), isolate(b.to.label), what, d.s.Unit, amount, d.s.sources(sources))
}

func (d *flowDrawing) node(c *canvas, n *flowNode, x, room float64) {
	y := n.y + flowTop
	if n.layer == len(d.layers)-1 {
		room = flowMargin - 10
	}
	amount := c.frame.short(n.through())
	title := d.s.say("%s: got %s, gave %s %s", isolate(n.label), d.s.number(n.got), d.s.number(n.gave), d.s.Unit)
	c.link(n.href, "node", title, func() {
		c.rect(x, y, flowNodeWidth, n.h, "bar")
		tx, label := x+flowNodeWidth+6, clean(n.label)
		if n.loop != 0 {
			amount = d.s.say("%s, %s to itself", amount, c.frame.short(n.loop))
			c.shape("loop", "M", x+4, y, "C", x-12, y-14, x+26, y-14, x+10, y)
		}
		if n.h >= 30 {
			lines := wrap(label, size, room, min(int(n.h/16)-1, 3))
			at := y + n.h/2 - 2 - float64(len(lines)-1)*8
			for i, line := range lines {
				c.text(tx, at+float64(i)*16, start, "t halo", line)
			}
			c.text(tx, at+float64(len(lines))*16-1, start, "s halo", amount)
			return
		}
		label = fit(label, size, room-widthOf(amount, small)-6)
		c.text(tx, y+n.h/2+4, start, "t halo", label)
		c.text(tx+widthOf(label, size)+6, y+n.h/2+4, start, "s halo", amount)
	})
}

func (d *flowDrawing) legend(c *canvas, y float64) float64 {
	var entries []legendEntry
	for kind := Award; kind <= Stated; kind++ {
		if !slices.ContainsFunc(d.bands, func(b *band) bool { return b.kind == kind }) {
			continue
		}
		class, url := d.paint(&band{kind: kind})
		entries = append(entries, legendEntry{d.s.say(kind.phrase()), func(x, y float64) {
			c.painted(class, "fill", url, c.path("M", x, y, "L", x+22, y, "L", x+22, y+12, "L", x, y+12, "Z"))
		}})
	}
	if slices.ContainsFunc(d.bands, (*band).bare) {
		entries = append(entries, legendEntry{d.s.say("no source"), func(x, y float64) { c.rect(x, y, 22, 12, "band bare") }})
	}
	return c.legend(40, y, entries)
}
