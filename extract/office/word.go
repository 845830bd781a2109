package office

import (
	"encoding/xml"
	"strings"

	"overt/extract/page"
)

// word reads a text document. Its headers stand at the top of the first page and
// its footers at the foot of the last, each wording once.
func (r *reading) word(main string) error {
	var rels []rel
	if err := r.part(main, func() (err error) {
		rels, err = r.relationList(main)
		return err
	}); err != nil {
		return err
	}
	r.words = &styles{}
	for _, part := range follow(rels, "styles") {
		if err := r.part(part, func() error { return r.readStyles(part) }); err != nil {
			return err
		}
	}
	for _, part := range follow(rels, "numbering") {
		if err := r.part(part, func() error { return r.readNumbering(part) }); err != nil {
			return err
		}
	}
	for _, part := range follow(rels, "settings") {
		if err := r.part(part, func() error { return r.readSettings(part) }); err != nil {
			return err
		}
	}
	about := &asides{text: map[string]string{}, used: map[string]bool{}}
	for _, kind := range []string{"footnotes", "endnotes", "comments"} {
		for _, part := range follow(rels, kind) {
			if err := r.readAsides(part, strings.TrimSuffix(kind, "s"), about); err != nil {
				return err
			}
		}
	}
	said := map[string]bool{}
	if err := r.margins(follow(rels, "header"), about, said); err != nil {
		return err
	}
	if err := r.flow(main, about, nil); err != nil {
		return err
	}
	if err := r.margins(follow(rels, "footer"), about, said); err != nil {
		return err
	}
	about.rest(r.page)
	return nil
}

// margins puts headers or footers.
func (r *reading) margins(parts []string, about *asides, said map[string]bool) error {
	for _, part := range parts {
		text, err := r.page.Away(func() error { return r.flow(part, about, nil) })
		if err != nil {
			return err
		}
		if text = strings.TrimSpace(text); text != "" && !said[text] {
			said[text] = true
			r.page.Line()
			r.page.Put(text)
			r.page.Line()
		}
	}
	return nil
}

// asides are notes and comments by their kind and id.
type asides struct {
	text  map[string]string
	order []string
	used  map[string]bool
	size  int
}

// maxAsides bounds the text of all notes and comments of a document, in bytes.
const maxAsides = 64 << 20

func (r *reading) readAsides(part, kind string, about *asides) error {
	return r.part(part, func() error {
		rels, err := r.relations(part)
		if err != nil {
			return err
		}
		return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
			f := &flow{r: r, d: d, part: part, rels: rels}
			return d.each(func(e xml.StartElement) error {
				if t := attr(e, "type"); e.Name.Local != kind || t != "" && t != "normal" {
					return nil // the line above the notes, and its like
				}
				text, err := r.page.Away(f.inside)
				f.unboxInto(&text)
				if kind == "comment" {
					text = "Comment" + by(attr(e, "author"), attr(e, "date")) + ": " + page.OneLine(text)
				}
				key := kind + " " + attr(e, "id")
				if about.size += len(text) + len(key); about.size > maxAsides {
					return errTooMuch
				}
				if _, ok := about.text[key]; !ok {
					about.order = append(about.order, key)
				}
				about.text[key] = strings.TrimSpace(text)
				return err
			}, nil)
		})
	})
}

// unboxInto adds the text boxes that were read to a text.
func (f *flow) unboxInto(text *string) {
	for _, b := range f.boxes {
		*text += "\n" + b
	}
	f.boxes, f.boxed = nil, 0
}

// pointed puts the mark of a note, and the note at the foot of the page.
func (f *flow) pointed(kind string, e xml.StartElement) {
	if f.about == nil {
		return
	}
	id := attr(e, "id")
	key := kind + " " + id
	text, ok := f.about.text[key]
	if !ok || f.about.used[key] {
		return
	}
	f.about.used[key] = true
	if kind != "comment" {
		mark := "[" + page.OneLine(id) + "]"
		if kind == "endnote" {
			mark = "[end " + page.OneLine(id) + "]"
		}
		f.r.page.Put(mark)
		text = mark + " " + text
	} else {
		f.r.note("comments", "the page has comments; they stand at the foot")
	}
	f.r.page.Under("%s", text)
}

// rest puts those that nothing points at.
func (a *asides) rest(p *page.Writer) {
	for _, key := range a.order {
		if !a.used[key] {
			p.Under("%s", a.text[key])
		}
	}
}

// readSettings says what a document does when it is opened.
func (r *reading) readSettings(part string) error {
	if _, err := r.relationList(part); err != nil {
		return err
	}
	return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.all(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "connectString", "query":
				r.note("external", "the document merges data from elsewhere, which was not fetched: %s", page.OneLine(attr(e, "val")))
			case "documentProtection", "writeProtection":
				r.note("write-protected", "the document asks not to be changed")
			case "trackRevisions":
				if on(e) {
					r.note("revisions", "changes of the document are tracked")
				}
			}
			return nil
		})
	})
}
