package office

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"

	"overt/extract/page"
)

// A flow reads running text of Office Open XML: WordprocessingML and DrawingML
// share the shape of paragraphs, runs and tables, and each is found in the
// other, so that one reader serves bodies, notes, text boxes, slides, drawings
// and diagrams.
type flow struct {
	r     *reading
	d     *scan
	part  string
	rels  map[string]rel
	about *asides // notes and comments that the text points at; nil for none

	hidden  bool // of the run being read
	runs    int  // depth of runs: what is drawn in one breaks no line
	deleted int  // depth of deleted text
	cells   int  // depth of tables
	boxes   []string
	boxed   int // bytes of boxes
	fields  []*field
	row     int  // bytes of the cells of the rows being read
	breaks  bool // a page ends after the row being read

	// skip says which placeholders of slides are left out.
	skip func(kind string) bool
}

// flow reads a part of running text.
func (r *reading) flow(part string, about *asides, skip func(string) bool) error {
	return r.part(part, func() error {
		rels, err := r.relations(part)
		if err != nil {
			return err
		}
		return r.scanPart(part, func(d *scan, root xml.StartElement) error {
			if root.Name.Local == "sld" && attr(root, "show") == "0" {
				r.note("hidden-slide", "the slide is hidden")
			}
			f := &flow{r: r, d: d, part: part, rels: rels, about: about, skip: skip}
			err := f.inside()
			f.unbox()
			r.page.Line()
			return err
		})
	})
}

func (f *flow) inside() error { return f.d.each(f.node, nil) }

func isWord(e xml.StartElement) bool { return strings.Contains(e.Name.Space, "wordprocessingml") }

// node reads one element.
func (f *flow) node(e xml.StartElement) error {
	p := f.r.page
	switch e.Name.Local {
	case "p":
		return f.paragraph(e)
	case "r":
		return f.run()
	case "t", "delText":
		if strings.HasSuffix(e.Name.Space, "/diagram") || strings.Contains(e.Name.Space, "diagram") {
			return f.inside()
		}
		return f.letters()
	case "tab", "ptab":
		p.Put("\t")
	case "br", "cr":
		return f.lineBreak(e)
	case "lastRenderedPageBreak":
		return f.pageBreak()
	case "noBreakHyphen":
		p.Put("-")
	case "sym":
		f.symbol(e)
	case "tbl":
		return f.tableOf()
	case "ins", "moveTo", "cellIns":
		f.revised("inserted-text", "inserted", e)
		return f.inside()
	case "del", "moveFrom":
		return f.deletion(e)
	case "footnoteReference":
		f.pointed("footnote", e)
	case "endnoteReference":
		f.pointed("endnote", e)
	case "commentReference":
		f.pointed("comment", e)
	case "hyperlink":
		f.link(e)
		return f.inside()
	case "fldSimple":
		f.instruction(attr(e, "instr"))
		return f.inside()
	case "fldChar":
		f.fieldChar(attr(e, "fldCharType"))
	case "instrText", "delInstrText":
		return f.instructionText()
	case "ruby":
		return f.ruby()
	case "AlternateContent":
		return f.alternatives()
	case "txbxContent", "txBody", "textbox":
		return f.box(e)
	case "docPr", "cNvPr":
		f.picture(e)
		return f.inside()
	case "textpath":
		p.Put(attr(e, "string"))
		p.Line()
	case "hlinkClick", "hlinkHover", "hlinkMouseOver":
		f.link(e)
	case "sp", "graphicFrame", "pic", "cxnSp":
		return f.shape(e)
	case "chart":
		if id := relation(e, "id"); id != "" {
			return f.chart(id)
		}
		return f.inside()
	case "relIds":
		return f.diagram(e)
	case "altChunk":
		f.r.note("other-part", "the text goes on in a part of another format, %s, which is given as a file", f.rels[relation(e, "id")].target)
	case "subDoc":
		f.r.note("subdocument", "the text goes on in another document, %s, which was not fetched", f.rels[relation(e, "id")].target)
	case "pPr", "rPr":
		return f.properties(e)
	case "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr", "tblPrEx", "style", "bodyPr", "lstStyle", "spPr",
		"sldLayoutIdLst", "clrMap", "timing", "transition", "txStyles", "binData", "fldData", "shapetype":
		// how it looks
	default:
		return f.inside()
	}
	return nil
}

func (f *flow) letters() error {
	return f.d.each(nil, func(s []byte) {
		f.r.page.Put(string(s))
		if f.hidden && f.deleted == 0 && strings.TrimSpace(string(s)) != "" {
			f.r.note("hidden-text", "the page has text that is formatted as hidden; it is part of the text")
		}
	})
}

func (f *flow) paragraph(e xml.StartElement) error {
	hidden := f.hidden
	err := f.inside()
	f.hidden = hidden
	f.r.page.Line()
	if f.cells == 0 && f.r.page.Aside() == 0 {
		f.unbox()
		if err == nil {
			err = f.r.page.Full()
		}
	}
	return err
}

func (f *flow) run() error {
	hidden := f.hidden
	f.runs++
	err := f.inside()
	f.runs--
	f.hidden = hidden
	return err
}

// properties reads those of a paragraph or run that change what is read.
func (f *flow) properties(e xml.StartElement) error {
	if !isWord(e) {
		return f.d.each(func(e xml.StartElement) error {
			if strings.HasPrefix(e.Name.Local, "hlink") {
				f.link(e)
			}
			return nil
		}, nil)
	}
	var num numbering
	style := ""
	mark := e.Name.Local == "pPr"
	err := f.d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "vanish", "webHidden", "specVanish":
			f.hidden = f.hidden || !mark && on(e) && e.Name.Local != "webHidden"
		case "color":
			if strings.EqualFold(attr(e, "val"), "ffffff") && !mark {
				f.r.note("white-text", "the page has white text; it is part of the text")
			}
		case "pStyle", "rStyle":
			style = attr(e, "val")
			if f.r.words.vanishes(style) {
				f.hidden = true
			}
		case "pageBreakBefore":
			if on(e) {
				return f.pageBreak()
			}
		case "numPr":
			return f.d.each(func(e xml.StartElement) error {
				num.set(e)
				return nil
			}, nil)
		}
		return nil
	}, nil)
	if mark && err == nil {
		f.r.page.Put(f.r.words.number(style, num))
	}
	return err
}

func (f *flow) lineBreak(e xml.StartElement) error {
	if attr(e, "type") == "page" {
		return f.pageBreak()
	}
	f.r.page.Put("\n")
	return nil
}

// pageBreak ends the page; within a table after the row, and not at all within
// what stands aside. A break where nothing stands yet is one that was told
// twice: by the author and by the program that rendered it.
func (f *flow) pageBreak() error {
	switch {
	case f.cells > 0:
		f.breaks = true
	case f.r.page.Aside() == 0 && !f.r.page.Empty():
		f.unbox()
		return f.r.page.End()
	}
	return nil
}

// symbol puts a character of a font by its code; those of the private use area,
// where fonts of pictures have theirs, say nothing and are a bullet.
func (f *flow) symbol(e xml.StartElement) {
	n, err := strconv.ParseUint(attr(e, "char"), 16, 32)
	if err != nil {
		return
	}
	if n >= 0xE000 && n <= 0xF8FF {
		n = 0x2022
	}
	f.r.page.Put(string(rune(n)))
}

// revised says who changed the text.
func (f *flow) revised(code, what string, e xml.StartElement) {
	if who := attr(e, "author"); who != "" && isWord(e) {
		f.r.note(code, "the page has text that %s %s; it is part of the text", who, what)
	}
}

// deletion reads words that a revision took away and puts them at the foot.
func (f *flow) deletion(e xml.StartElement) error {
	f.deleted++
	text, err := f.r.page.Away(f.inside)
	f.deleted--
	if strings.TrimSpace(text) == "" || !isWord(e) {
		return err
	}
	what := "Deleted"
	if e.Name.Local == "moveFrom" {
		what = "Moved away"
	}
	f.r.page.Under("%s%s: %s", what, by(attr(e, "author"), attr(e, "date")), text)
	f.r.note("deleted-text", "the page has text that a revision took away; it stands at the foot")
	return err
}

// by writes who and when, in parentheses.
func by(who, when string) string {
	when = strings.TrimSuffix(when, "T00:00:00Z")
	switch {
	case who == "" && when == "":
		return ""
	case who == "" || when == "":
		return " (" + page.OneLine(who+when) + ")"
	}
	return " (" + page.OneLine(who) + ", " + page.OneLine(when) + ")"
}

func (f *flow) ruby() error {
	var reading, base string
	err := f.d.each(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "rt":
			reading, err = f.r.page.Away(f.inside)
		case "rubyBase":
			base, err = f.r.page.Away(f.inside)
		}
		return err
	}, nil)
	f.r.page.Put(base)
	if reading != "" {
		f.r.page.Put("(" + reading + ")")
	}
	return err
}

// alternatives reads the first of several forms of the same thing.
func (f *flow) alternatives() error {
	done := false
	return f.d.each(func(e xml.StartElement) error {
		if done {
			return nil
		}
		done = true
		return f.inside()
	}, nil)
}

// box reads a text box. In a text it stands after the paragraph that holds it.
func (f *flow) box(e xml.StartElement) error {
	if e.Name.Local != "txbxContent" {
		err := f.inside()
		f.r.page.Line()
		return err
	}
	cells, runs := f.cells, f.runs
	f.cells, f.runs = 0, 0
	text, err := f.r.page.Away(f.inside)
	f.cells, f.runs = cells, runs
	if f.boxed += len(text) + 1; int64(f.boxed) > f.r.lim.PageText {
		f.r.page.Cut = true
		return err
	}
	f.boxes = append(f.boxes, text)
	return err
}

// unbox puts the text boxes of the paragraph, unless they stand in one
// themselves.
func (f *flow) unbox() {
	boxes := f.boxes
	f.boxes, f.boxed = nil, 0
	for _, text := range boxes {
		if text != "" {
			f.r.page.Line()
			f.r.page.Put(text)
			f.r.page.Line()
		}
	}
}

// picture says the text that stands for a picture.
func (f *flow) picture(e xml.StartElement) {
	text := page.OneLine(attr(e, "descr"))
	if title := page.OneLine(attr(e, "title")); title != "" && title != text {
		text = strings.TrimSpace(title + " " + text)
	}
	if text != "" {
		f.r.page.Under("Picture: %s", text)
	}
	if on := attr(e, "hidden"); on == "1" || on == "true" {
		f.r.note("hidden-shape", "the page has a shape that is not shown; its text is part of the text")
	}
}

// resolve gives the part that a relation of this one leads to, "" when it leads
// out of the document or nowhere.
func (f *flow) resolve(id string) string {
	to, ok := f.rels[id]
	if !ok || to.external || f.r.pack.find(to.target) == nil {
		return ""
	}
	return to.target
}

func (f *flow) diagram(e xml.StartElement) error {
	part := f.resolve(relation(e, "dm"))
	if part == "" || f.r.read[strings.ToLower(part)] {
		return nil
	}
	return f.r.flow(part, nil, nil)
}

func (f *flow) chart(id string) error {
	part := f.resolve(id)
	if part == "" || f.r.read[strings.ToLower(part)] {
		return nil
	}
	if strings.HasSuffix(path.Dir(part), "charts") || strings.Contains(part, "chart") {
		return f.r.chart(part)
	}
	return nil
}
