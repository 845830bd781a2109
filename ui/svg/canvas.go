package svg

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Sizes of text, in pixels; svg.css says the same.
const (
	size  = 13.0
	small = 11.5
)

// A canvas collects the body of a picture. Coordinates are those of a
// left-to-right page; it mirrors them where the page is not. All that came from
// outside goes through word, which cleans, isolates and escapes.
type canvas struct {
	frame    Frame
	width    float64
	unturned bool // never mirrored: maps
	body     []byte
	depth    int // of open links
	links    int
	err      error
}

// x mirrors one coordinate.
func (c *canvas) x(x float64) float64 {
	if c.frame.RTL && !c.unturned {
		return c.width - x
	}
	return x
}

func (c *canvas) mirrored() bool { return c.frame.RTL && !c.unturned }

// whole puts the head before the body.
func (c *canvas) whole(kind, desc string, height float64) []byte {
	h := &canvas{frame: c.frame}
	id, role := c.frame.id(), "img"
	if c.links > 0 {
		role = "group"
	}
	h.raw(`<svg xmlns="http://www.w3.org/2000/svg" class="pic pic-`, kind, `" id="`, id, `" role="`, role,
		`" aria-labelledby="`, id, `-t" aria-describedby="`, id, `-d" viewBox="0 0 `, num(c.width), " ", num(height),
		`" width="`, num(c.width), `" height="`, num(height), `"><title id="`, id, `-t">`)
	h.word(c.frame.Title)
	h.raw(`</title><desc id="`, id, `-d">`)
	h.word(desc)
	h.raw("</desc>")
	if c.frame.Alone {
		// A file brings no fonts: those of the reader's machine are set so small that what
		// was measured in ours holds in wider ones.
		h.raw("<style>", Style, ".pic { font-size-adjust: .45 }</style>")
		h.rect(0, 0, c.width, height, "ground")
	}
	return append(slices.Concat(h.body, c.body), "</svg>\n"...)
}

func (c *canvas) raw(parts ...string) {
	for _, p := range parts {
		c.body = append(c.body, p...)
	}
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

func (c *canvas) word(s string) { c.raw(escape.Replace(isolate(clean(s)))) }

// num writes a coordinate to a tenth of a pixel.
func num(v float64) string {
	v = math.Round(v*10) / 10
	if v == 0 {
		v = 0 // minus nothing
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// el writes an element without content: pairs of name and value.
func (c *canvas) el(tag string, pairs ...any) {
	c.raw("<", tag)
	for i := 0; i < len(pairs); i += 2 {
		c.raw(" ", pairs[i].(string), `="`)
		switch v := pairs[i+1].(type) {
		case string:
			c.raw(escape.Replace(v))
		case float64:
			c.raw(num(v))
		}
		c.raw(`"`)
	}
	c.raw("/>")
}

func (c *canvas) rect(x, y, w, h float64, class string) {
	if c.mirrored() {
		x = c.width - x - w
	}
	c.el("rect", "class", class, "x", x, "y", y, "width", max(w, 0), "height", max(h, 0))
}

func (c *canvas) round(x, y, w, h float64, class string) {
	if c.mirrored() {
		x = c.width - x - w
	}
	c.el("rect", "class", class, "x", x, "y", y, "width", max(w, 0), "height", max(h, 0), "rx", 4.0)
}

func (c *canvas) line(x1, y1, x2, y2 float64, class string) {
	c.el("line", "class", class, "x1", c.x(x1), "y1", y1, "x2", c.x(x2), "y2", y2)
}

func (c *canvas) circle(x, y, r float64, class string) {
	c.el("circle", "class", class, "cx", c.x(x), "cy", y, "r", r)
}

// shape draws a path: letters of the SVG path language, each before its points.
// Arcs are not used, so that mirroring needs no more than the points.
func (c *canvas) shape(class string, path ...any) {
	c.el("path", "class", class, "d", c.path(path...))
}

func (c *canvas) path(path ...any) string {
	var b strings.Builder
	across := true
	for _, p := range path {
		switch v := p.(type) {
		case string:
			b.WriteString(v)
			across = true
		case float64:
			if across {
				v = c.x(v)
			}
			if s := b.String(); s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' && !strings.HasPrefix(num(v), "-") {
				b.WriteByte(' ')
			}
			b.WriteString(num(v))
			across = !across
		}
	}
	return b.String()
}

// Anchors of a text, in reading direction.
type anchor int

const (
	start anchor = iota
	middle
	end
)

// text writes one line. What does not fit was cut before.
func (c *canvas) text(x, y float64, a anchor, class, s string) {
	if s == "" {
		return
	}
	if c.mirrored() {
		a = 2 - a
	}
	c.raw(`<text class="`, class, `" x="`, num(c.x(x)), `" y="`, num(y))
	if a != start {
		c.raw(`" text-anchor="`, [...]string{"start", "middle", "end"}[a])
	}
	c.raw(`">`)
	c.word(s)
	c.raw("</text>")
}

// link wraps what draw draws in a link, or in a group where href is empty. The
// title is its name for a screen reader and shown by a pointer that rests.
func (c *canvas) link(href, class, title string, draw func()) {
	c.anchor(href, class, title, "", draw)
}

// linkQuiet is a link that the keyboard passes by.
func (c *canvas) linkQuiet(href, title string, draw func()) {
	c.anchor(href, "", title, ` tabindex="-1"`, draw)
}

func (c *canvas) anchor(href, class, title, more string, draw func()) {
	if c.frame.Alone && strings.HasPrefix(href, "/") {
		href = "" // a path of the desk leads nowhere from a file
	}
	tag := "g"
	if href != "" && c.depth == 0 {
		if err := checkLink(href); err != nil && c.err == nil {
			c.err = err
		}
		tag = "a"
		c.links++
		c.depth++
		defer func() { c.depth-- }()
	}
	c.raw("<", tag)
	if class != "" {
		c.raw(` class="`, class, `"`)
	}
	if tag == "a" {
		c.raw(` href="`, escape.Replace(href), `"`, more)
	}
	c.raw("><title>")
	c.word(title)
	c.raw("</title>")
	draw()
	c.raw("</", tag, ">")
}

// legend draws a row of samples with their words, from x on, and gives the height
// it took. A sample is 22 wide and drawn with its top left corner at 0,0.
func (c *canvas) legend(x, y float64, entries []legendEntry) float64 {
	const sample, gap = 22.0, 18.0
	at, top := x, y
	for _, e := range entries {
		label := fit(clean(e.label), small, c.width-x-sample-8)
		w := sample + 6 + widthOf(label, small)
		if at > x && at+w > c.width {
			at, top = x, top+20
		}
		e.draw(at, top)
		c.text(at+sample+6, top+11, start, "s", label)
		at += w + gap
	}
	if len(entries) == 0 {
		return 0
	}
	return top - y + 20
}

type legendEntry struct {
	label string
	draw  func(x, y float64)
}
