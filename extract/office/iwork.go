package office

import (
	"encoding/xml"
	"strings"
	"time"

	"overt/extract/document"
	"overt/extract/page"
	"overt/extract/sheet"
)

// An iwork reads documents of Pages, Numbers and Keynote up to 2009, which are
// XML: a page for each slide or sheet, a line for each paragraph and each cell.
// Later ones are packed in a form of their own, which is not read; often they
// bring a preview, which is given as a file.
type iwork struct {
	r *reading
	d *scan
}

func (r *reading) iwork() error {
	if r.pack.find(".iwpv2") != nil {
		return errSealed
	}
	for _, name := range []string{"index.xml", "index.apxl"} {
		switch e := r.pack.find(name); {
		case e == nil:
			continue
		case e.sealed():
			return errSealed
		}
		return r.part(name, func() error {
			return r.scanPart(name, func(d *scan, _ xml.StartElement) error {
				w := &iwork{r, d}
				return d.each(w.node, nil)
			})
		})
	}
	r.unread = true
	return r.out.Gap(document.Gap{Code: document.Unknown, Reason: "the text of documents of Pages, Numbers and Keynote since 2013 is not read; what is packed in them is, often a preview"})
}

func (w *iwork) node(e xml.StartElement) error {
	p := w.r.page
	switch e.Name.Local {
	case "stylesheet", "section-prototypes", "page-prototypes", "theme-list", "master-slides", "prototypes", "tabular-prototypes", "ui-state", "calc-engine", "publication-info", "layouts", "style-browser-model":
		return nil
	case "metadata":
		return w.d.each(w.about, nil)
	case "slide", "workspace":
		if err := p.Begin(attr(e, "workspace-name"), true); err != nil {
			return err
		}
	case "tabular-model":
		p.Line()
		p.Put(attr(e, "name"))
		p.Line()
	case "ct", "so": // a cell of text, and its words where they have formats
		p.Put(attr(e, "s"))
		p.Line()
	case "n":
		p.Put(sheet.Number(attr(e, "v")))
		p.Line()
	case "d":
		if day, err := time.Parse("2006-01-02T15:04:05", page.Shorten(attr(e, "cell-date"), 19)); err == nil {
			p.Put(day.Format("2006-01-02"))
			p.Line()
		}
	case "notes":
		text, err := p.Away(func() error { return w.d.each(w.node, nil) })
		if strings.TrimSpace(text) != "" {
			p.Under("Notes: %s", text)
			w.r.note("speaker-notes", "the slide has speaker notes; they stand at the foot")
		}
		return err
	case "annotation", "comment":
		text, err := p.Away(func() error { return w.d.each(w.node, nil) })
		if text = page.OneLine(text); text != "" {
			p.Under("Comment%s: %s", by(attr(e, "author"), ""), text)
			w.r.note("comments", "the page has comments; they stand at the foot")
		}
		return err
	case "p":
		err := w.d.each(w.words, func(s []byte) { p.Put(string(s)) })
		p.Line()
		if err == nil {
			err = p.Full()
		}
		return err
	}
	return w.d.each(w.node, nil)
}

// words reads what stands within a paragraph.
func (w *iwork) words(e xml.StartElement) error {
	switch e.Name.Local {
	case "br", "lnbr", "crbr", "intratopicbr", "pgbr", "sectbr", "contbr":
		w.r.page.Put("\n")
	case "tab":
		w.r.page.Put("\t")
	case "link":
		w.r.link(attr(e, "href"))
	case "attachment":
		return w.d.each(w.node, nil)
	}
	return w.d.each(w.words, func(s []byte) { w.r.page.Put(string(s)) })
}

func (w *iwork) about(e xml.StartElement) error {
	name := map[string]string{"title": "title", "authors": "author", "author": "author", "keywords": "keywords", "comment": "summary"}[e.Name.Local]
	return w.d.all(func(e xml.StartElement) error {
		if v := attr(e, "string"); e.Name.Local == "string" && name != "" {
			w.r.property(name, v)
		}
		return nil
	})
}
