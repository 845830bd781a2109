package office

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"overt/extract/document"
	"overt/extract/page"
)

func (o *odf) officeNode(e xml.StartElement) error {
	switch e.Name.Local {
	case "spreadsheet":
		o.sheets = !o.inner
		err := o.inside()
		o.sheets = false
		return err
	case "change-info", "settings", "font-face-decls":
		return nil
	case "text":
		for _, text := range o.headers {
			o.r.page.Put(text)
			o.r.page.Line()
		}
		o.headers = nil
		return o.inside()
	case "event-listeners":
		return o.d.all(func(e xml.StartElement) error {
			if href := attr(e, "href") + attr(e, "macro-name"); strings.Contains(e.Name.Space, "script") && href != "" {
				o.r.note("macros", "an event runs a macro, which was not run: %s", page.OneLine(href))
			}
			return nil
		})
	case "dde-source":
		o.r.note("dde", "the document asks another program for data; nothing was asked")
		return nil
	case "binary-data":
		return o.binary(e)
	case "document": // an object within a flat file
		inner := newODF(o.r)
		inner.inner = true
		text, err := o.away(func() error { return inner.document(o.d) })
		o.box(text)
		return err
	}
	return o.deeper()
}

// box keeps the text of a box until the paragraph ends.
func (o *odf) box(text string) {
	if o.boxed += len(text) + 1; int64(o.boxed) > o.r.lim.PageText {
		o.r.page.Cut = true
		return
	}
	o.boxes = append(o.boxes, text)
}

func (o *odf) drawNode(e xml.StartElement) error {
	switch e.Name.Local {
	case "page":
		if in(e.Name, "drawing") {
			return o.slide(e)
		}
	case "notes":
		text, err := o.away(o.inside)
		text = strings.ReplaceAll(text, "<number>", "") // what stands for the slide's
		if strings.TrimSpace(text) != "" {
			o.r.page.Under("Notes: %s", text)
			o.r.note("speaker-notes", "the slide has speaker notes; they stand at the foot")
		}
		return err
	case "footer-decl", "header-decl", "date-time-decl":
		text, err := o.d.text(4 << 10)
		if text = page.OneLine(text); text != "" && !o.said[text] && len(o.said) < 10_000 {
			o.said[text] = true
			o.masters = append(o.masters, text)
		}
		return err
	case "image", "object", "object-ole", "plugin", "applet", "floating-frame":
		if href := attr(e, "href"); strings.Contains(href, "://") || strings.HasPrefix(href, "../") {
			o.r.note("remote-pictures", "a picture or object lies elsewhere and was not fetched: %s", page.OneLine(href))
		}
		return o.inside()
	case "a":
		o.r.link(attr(e, "href"))
	}
	if o.words == 0 {
		return o.inside()
	}
	text, err := o.away(o.inside) // a frame within a paragraph
	o.box(text)
	return err
}

// slide reads a page of a presentation or drawing.
func (o *odf) slide(e xml.StartElement) error {
	if err := o.r.page.Begin(attr(e, "name"), true); err != nil {
		return err
	}
	if o.styles[attr(e, "style-name")].hidden {
		o.r.note("hidden-slide", "the slide is hidden")
	}
	err := o.inside()
	o.unbox()
	return err
}

// style keeps what is read of a style.
func (o *odf) style(e xml.StartElement) error {
	if e.Name.Local == "list-style" || e.Name.Local == "outline-style" {
		return o.listStyle(e)
	}
	if e.Name.Local != "style" || len(o.styles) >= maxStyles {
		return nil
	}
	var s odfStyle
	err := o.d.each(func(e xml.StartElement) error {
		s.breaks = s.breaks || attr(e, "break-before") == "page"
		switch e.Name.Local {
		case "table-properties":
			s.hidden = s.hidden || attr(e, "display") == "false"
		case "text-properties":
			s.hidden = s.hidden || attr(e, "display") == "none"
		case "drawing-page-properties":
			s.hidden = s.hidden || attr(e, "visibility") == "hidden"
		case "properties":
			s.hidden = s.hidden || attr(e, "display") == "false" || attr(e, "visibility") == "hidden"
		}
		return nil
	}, nil)
	if s != (odfStyle{}) && len(attr(e, "name")) <= maxName {
		o.styles[attr(e, "name")] = s
	}
	return err
}

// masterStyles reads headers, footers, and what stands on every slide besides
// placeholders, whose words are instructions.
func (o *odf) masterStyles() error {
	return o.d.all(func(e xml.StartElement) error {
		keep := &o.masters
		switch {
		case in(e.Name, "style") && strings.HasPrefix(e.Name.Local, "header"):
			keep = &o.headers
		case in(e.Name, "style") && strings.HasPrefix(e.Name.Local, "footer"):
			keep = &o.footers
		case in(e.Name, "drawing") && (e.Name.Local == "frame" || e.Name.Local == "custom-shape") && margins[attr(e, "class")] && attr(e, "placeholder") == "":
		case in(e.Name, "presentation") && e.Name.Local == "notes":
			return o.d.pass(o.d.depth - 1)
		default:
			return nil
		}
		o.margin = true
		text, err := o.away(o.inside)
		o.margin = false
		bare := strings.Trim(strings.ReplaceAll(text, "Page", ""), " /(),:?\n\t") // what programs put in every document
		if text = strings.TrimSpace(text); bare == "" || o.said[text] || len(o.said) > 10_000 || strings.Trim(text, "<>") != text {
			return err
		}
		if o.notes += len(text); o.notes > maxAsides {
			return errTooMuch
		}
		o.said[text] = true
		*keep = append(*keep, text)
		return err
	})
}

// margins are the classes of what stands on a master slide that are shown as
// they stand there.
var margins = map[string]bool{"": true, "footer": true, "header": true}

// odfProperties are the names of meta.xml.
var odfProperties = map[string]string{
	"title": "title", "initial-creator": "author", "creation-date": "authoredAt", "date": "modifiedAt", "language": "language",
	"description": "summary", "subject": "keywords", "keyword": "keywords", "generator": "generator",
}

func (o *odf) meta() error {
	return o.d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "template":
			o.r.note("template", "the document is made from the template %s, which was not fetched", page.OneLine(attr(e, "href")))
			return nil
		case "keywords":
			return o.meta()
		}
		value, err := o.d.text(64 << 10)
		if value = page.OneLine(value); value == "" || err != nil {
			return err
		}
		switch name := e.Name.Local; {
		case odfProperties[name] != "":
			o.r.property(odfProperties[name], value)
		case name == "creator":
			o.r.note("last-editor", "it was last saved by %s", value)
		case name == "user-defined":
			o.r.note("custom-property", "%s: %s", page.OneLine(attr(e, "name")), value)
		case name == "printed-by", name == "print-date", name == "editing-cycles":
			o.r.note("about", "%s: %s", name, value)
		}
		return nil
	}, nil)
}

// scripts gives the macros of a flat file.
func (o *odf) scripts() error {
	return o.d.all(func(e xml.StartElement) error {
		if e.Name.Local != "module" && e.Name.Local != "event-listener" {
			return nil
		}
		o.r.note("macros", "the document has macros, which were not run; they are given as files")
		if e.Name.Local != "module" {
			return nil
		}
		text, err := o.d.text(16 << 20)
		if err != nil || strings.TrimSpace(text) == "" {
			return err
		}
		m := document.Member{Path: "Basic/" + page.Short(attr(e, "name")) + ".bas", Role: document.Embedded, Size: int64(len(text)), Type: "text/plain"}
		return o.r.give(m, strings.NewReader(text))
	})
}

// binary gives a picture or object of a flat file.
func (o *odf) binary(xml.StartElement) error {
	text, err := o.d.text(maxToken)
	if err != nil {
		return err
	}
	o.images++
	m := document.Member{Path: fmt.Sprintf("object %d", o.images), Role: document.Embedded, Size: -1}
	err = o.r.give(m, base64.NewDecoder(base64.StdEncoding, strings.NewReader(strings.Join(strings.Fields(text), ""))))
	var wrong base64.CorruptInputError
	if errors.As(err, &wrong) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = o.r.gap(m.Path, errDamaged)
	}
	return err
}
