package office

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"

	"overt/extract/page"
)

// An odf reads OpenDocument (ISO 26300), whose parts and flat files have one
// vocabulary.
type odf struct {
	r *reading
	d *scan

	styles  map[string]odfStyle
	deleted map[string]string // deleted text by the id of its change
	changes map[string]string // who inserted, by the id of the change
	headers []string
	footers []string
	margin  bool            // a header or footer is being read
	said    map[string]bool // headers and footers
	masters []string

	lists   map[string]*[maxLevels]odfLevel
	outline *odfList            // of headings
	counted map[string]*odfList // by id and by style
	at      listing

	words  int  // depth of paragraphs: text counts within them only
	blank  bool // white space was put last
	hidden int  // depth of hidden text
	cells  int  // depth of tables
	row    int  // bytes of the cells of the rows being read
	breaks bool // a page ends after the row being read
	boxes  []string
	boxed  int  // bytes of boxes
	sheets bool // tables are sheets
	notes  int
	images int
	inner  bool // it is an object within the document
}

// odfStyle is what is read of a style.
type odfStyle struct {
	breaks bool // a page begins before the paragraph
	hidden bool // text, sheet or slide is not shown
}

// openDocument reads a package of OpenDocument.
func (r *reading) openDocument() error {
	if err := r.unlockODF(); err != nil {
		return err
	}
	o := newODF(r)
	for _, part := range []string{"meta.xml", "styles.xml", "content.xml"} {
		if r.pack.find(part) == nil {
			continue
		}
		if err := r.part(part, func() error { return o.part(part) }); err != nil {
			return err
		}
	}
	if err := o.end(); err != nil {
		return err
	}
	for _, e := range r.pack.entries {
		dir, name := path.Split(e.name)
		if dir == "" || name != "content.xml" || r.read[strings.ToLower(e.name)] {
			continue
		}
		if err := r.page.Begin(strings.TrimSuffix(dir, "/"), false); err != nil {
			return err
		}
		inner := newODF(r)
		inner.inner = true
		if err := r.part(e.name, func() error { return inner.part(e.name) }); err != nil {
			return err
		}
	}
	return nil
}

func newODF(r *reading) *odf {
	return &odf{r: r, styles: map[string]odfStyle{}, deleted: map[string]string{}, changes: map[string]string{}, said: map[string]bool{},
		lists: map[string]*[maxLevels]odfLevel{}, counted: map[string]*odfList{}}
}

func (o *odf) part(name string) error {
	return o.r.scanPart(name, func(d *scan, _ xml.StartElement) error { return o.document(d) })
}

// document reads the sections of a part or flat file.
func (o *odf) document(d *scan) error {
	before := o.d
	o.d = d
	defer func() { o.d = before }()
	return d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "meta":
			return o.meta()
		case "scripts":
			return o.scripts()
		case "styles", "automatic-styles":
			return d.each(o.style, nil)
		case "master-styles":
			return o.masterStyles()
		case "body":
			return o.inside()
		}
		return nil
	}, nil)
}

// end puts what stands on every page.
func (o *odf) end() error {
	o.unbox()
	if o.r.page.Pinned { // sheets or slides, not a text
		o.masters = append(append(o.headers, o.footers...), o.masters...)
		o.footers = nil
	}
	for _, text := range o.footers {
		o.r.page.Line()
		o.r.page.Put(text)
	}
	if len(o.masters) == 0 {
		return nil
	}
	if err := o.r.page.Begin("masters", false); err != nil {
		return err
	}
	o.r.page.Width, o.r.page.Height = 0, 0
	for _, text := range o.masters {
		o.r.page.Put(text)
		o.r.page.Line()
	}
	return o.r.page.End()
}

// in says whether a name is of one of the namespaces of OpenDocument, by the
// middle of their addresses: "table", "text", "office"; or by the file name of
// those before it was a standard.
func in(n xml.Name, space string) bool {
	return strings.Contains(n.Space, ":"+space+":") || strings.HasSuffix(n.Space, "/2000/"+space)
}

func (o *odf) inside() error { return o.d.each(o.node, nil) }

// text reads the element that is open as part of a paragraph.
func (o *odf) text() error { return o.d.each(o.node, o.letters) }

func (o *odf) letters(s []byte) {
	if o.words == 0 {
		return
	}
	var b strings.Builder
	for _, c := range string(s) {
		switch c {
		case ' ', '\t', '\r', '\n':
			if !o.blank {
				b.WriteByte(' ')
			}
			o.blank = true
		default:
			b.WriteRune(c)
			o.blank = false
		}
	}
	if o.hidden > 0 && strings.TrimSpace(b.String()) != "" {
		o.r.note("hidden-text", "the page has text that is formatted as hidden; it is part of the text")
	}
	o.r.page.Put(b.String())
}

// node reads one element.
func (o *odf) node(e xml.StartElement) error {
	switch {
	case e.Name.Local == "annotation": // of several namespaces
		return o.annotation("")
	case in(e.Name, "text"):
		return o.textNode(e)
	case in(e.Name, "table"):
		return o.tableNode(e)
	case in(e.Name, "office"):
		return o.officeNode(e)
	case in(e.Name, "drawing") || in(e.Name, "presentation"):
		return o.drawNode(e)
	case in(e.Name, "form"):
		for _, name := range []string{"label", "current-value", "value"} {
			if v := attr(e, name); v != "" && o.words == 0 {
				o.r.page.Put(v)
				o.r.page.Line()
				break
			}
		}
	case strings.Contains(e.Name.Space, "svg") && (e.Name.Local == "title" || e.Name.Local == "desc"):
		text, err := o.d.text(64 << 10)
		if text = page.OneLine(text); text != "" && !(o.inner && o.cells > 0) { // in a chart, where a cell came from
			o.r.page.Under("Picture: %s", text)
		}
		return err
	case in(e.Name, "datastyle") || in(e.Name, "config"):
		return nil
	}
	return o.deeper()
}

// deeper reads what an element holds, as text where it stands in text.
func (o *odf) deeper() error {
	if o.words > 0 {
		return o.text()
	}
	return o.inside()
}

func (o *odf) textNode(e xml.StartElement) error {
	p := o.r.page
	switch e.Name.Local {
	case "p", "h":
		return o.paragraph(e)
	case "list", "ordered-list", "unordered-list":
		return o.list(e)
	case "span":
		return o.styled(e)
	case "a":
		o.r.link(attr(e, "href"))
		return o.deeper()
	case "s":
		n, err := strconv.Atoi(attr(e, "c"))
		if err != nil {
			n = 1
		}
		p.Put(strings.Repeat(" ", max(0, min(n, 1000))))
		o.blank = true
	case "tab", "tab-stop":
		p.Put("\t")
		o.blank = true
	case "line-break":
		p.Put("\n")
		o.blank = true
	case "soft-page-break":
		return o.pageBreak()
	case "note", "footnote", "endnote":
		return o.note(e)
	case "tracked-changes":
		return o.d.each(o.change, nil)
	case "change":
		if text := o.deleted[attr(e, "change-id")]; text != "" {
			p.Under("%s", text)
			o.r.note("deleted-text", "the page has text that a revision took away; it stands at the foot")
		}
	case "change-start":
		if who := o.changes[attr(e, "change-id")]; who != "" {
			o.r.note("inserted-text", "the page has text that %s inserted; it is part of the text", who)
		}
	case "section":
		if attr(e, "display") == "none" {
			o.r.note("hidden-text", "the page has text that is formatted as hidden; it is part of the text")
		}
		return o.inside()
	case "section-source":
		o.r.note("external", "the text goes on in another document, which was not fetched: %s", page.OneLine(attr(e, "href")))
	case "hidden-text":
		p.Put(attr(e, "string-value"))
		o.r.note("hidden-text", "the page has text that is formatted as hidden; it is part of the text")
	case "ruby-text":
		p.Put("(")
		err := o.deeper()
		p.Put(")")
		return err
	case "sequence-decls", "user-field-decls", "variable-decls", "dde-connection-decls", "table-of-content-source", "alphabetical-index-source",
		"illustration-index-source", "bibliography-source", "user-index-source", "object-index-source", "table-index-source":
		return nil
	case "page-number", "page-count", "sheet-name", "date", "time", "title", "file-name":
		if o.margin {
			return nil // the value of the day the program was made
		}
		return o.deeper()
	default:
		return o.deeper()
	}
	return nil
}

func (o *odf) paragraph(e xml.StartElement) error {
	s := o.styles[attr(e, "style-name")]
	if s.breaks {
		if err := o.pageBreak(); err != nil {
			return err
		}
	}
	if s.hidden {
		o.hidden++
		defer func() { o.hidden-- }()
	}
	o.r.page.Put(o.number(e))
	o.blank = true
	o.words++
	err := o.text()
	o.words--
	o.r.page.Line()
	if o.words == 0 && o.cells == 0 && o.r.page.Aside() == 0 {
		o.unbox()
		if err == nil {
			err = o.r.page.Full()
		}
	}
	return err
}

func (o *odf) styled(e xml.StartElement) error {
	if o.styles[attr(e, "style-name")].hidden {
		o.hidden++
		defer func() { o.hidden-- }()
	}
	return o.deeper()
}

func (o *odf) pageBreak() error {
	switch {
	case o.cells > 0:
		o.breaks = true
	case o.r.page.Aside() == 0 && !o.r.page.Empty() && !o.sheets && !o.r.page.Pinned:
		o.unbox()
		return o.r.page.End()
	}
	return nil
}

// away leads the text of f aside; it is no part of the paragraph it stands in.
func (o *odf) away(f func() error) (string, error) {
	words, blank, cells, at := o.words, o.blank, o.cells, o.at
	o.words, o.blank, o.at = 0, true, listing{}
	if words > 0 {
		o.cells = 0
	}
	text, err := o.r.page.Away(f)
	o.words, o.blank, o.cells, o.at = words, blank, cells, at
	return text, err
}

// unbox puts the text boxes of the paragraph that ended.
func (o *odf) unbox() {
	boxes := o.boxes
	o.boxes, o.boxed = nil, 0
	for _, text := range boxes {
		if text != "" {
			o.r.page.Line()
			o.r.page.Put(text)
			o.r.page.Line()
		}
	}
}

// note puts the mark of a note and its text at the foot.
func (o *odf) note(e xml.StartElement) error {
	mark := ""
	kind := attr(e, "note-class")
	return o.d.each(func(c xml.StartElement) error {
		switch c.Name.Local {
		case "note-citation", "footnote-citation", "endnote-citation":
			text, err := o.d.text(100)
			mark = "[" + page.OneLine(text) + "]"
			if kind == "endnote" || e.Name.Local == "endnote" {
				mark = "[end " + page.OneLine(text) + "]"
			}
			o.r.page.Put(mark)
			return err
		case "note-body", "footnote-body", "endnote-body":
			text, err := o.away(o.inside)
			o.r.page.Under("%s %s", mark, text)
			return err
		}
		return nil
	}, nil)
}

// change keeps what a tracked change took away and who made it.
func (o *odf) change(e xml.StartElement) error {
	if e.Name.Local != "changed-region" {
		return nil
	}
	id := attrIn(e, ":text:", "id")
	if id == "" {
		id = attr(e, "id")
	}
	return o.d.each(func(e xml.StartElement) error {
		who, when := "", ""
		text, err := o.away(func() error {
			return o.d.each(func(c xml.StartElement) (err error) {
				if c.Name.Local == "change-info" {
					who, when, err = o.whoWhen()
					return err
				}
				return o.node(c)
			}, nil)
		})
		o.notes += len(text) + len(who) + len(id)
		if o.notes > maxAsides || len(o.changes) > 100_000 {
			return errTooMuch
		}
		if e.Name.Local == "deletion" && text != "" {
			o.deleted[id] = "Deleted" + by(who, when) + ": " + text
		}
		if e.Name.Local == "insertion" {
			o.changes[id] = page.OneLine(who)
		}
		return err
	}, nil)
}

func (o *odf) whoWhen() (who, when string, err error) {
	err = o.d.each(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "creator":
			who, err = o.d.text(1 << 10)
		case "date":
			when, err = o.d.text(100)
		}
		return err
	}, nil)
	return who, when, err
}

// annotation puts a comment at the foot.
func (o *odf) annotation(where string) error {
	who, when := "", ""
	text, err := o.away(func() error {
		return o.d.each(func(e xml.StartElement) (err error) {
			switch e.Name.Local {
			case "creator":
				who, err = o.d.text(1 << 10)
			case "date":
				when, err = o.d.text(100)
			case "date-string", "creator-initials", "meta-creator-initials":
			default:
				err = o.node(e)
			}
			return err
		}, nil)
	})
	if text = page.OneLine(text); text != "" {
		o.r.page.Under("Comment%s%s: %s", where, by(who, when), text)
		o.r.note("comments", "the page has comments; they stand at the foot")
	}
	return err
}
