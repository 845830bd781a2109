package office

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"
)

// visio reads a drawing of Visio: a page for each of its pages, a line for the
// text of each shape.
func (r *reading) visio(main string) error {
	list := path.Dir(main) + "/pages/pages.xml"
	type drawing struct{ name, part string }
	var pages []drawing
	if r.pack.find(list) == nil {
		return nil
	}
	if err := r.part(list, func() error {
		rels, err := r.relations(list)
		if err != nil {
			return err
		}
		name := ""
		return r.scanPart(list, func(d *scan, _ xml.StartElement) error {
			return d.all(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "Page":
					name = attr(e, "Name")
				case "Rel":
					if to := rels[relation(e, "id")]; to.kind == "page" && len(pages) <= r.lim.Pages {
						pages = append(pages, drawing{name, to.target})
					}
				}
				return nil
			})
		})
	}); err != nil {
		return err
	}
	for _, p := range pages {
		if err := r.page.Begin(p.name, true); err != nil {
			return err
		}
		if err := r.part(p.part, func() error { return r.visioPage(p.part) }); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) visioPage(part string) error {
	if _, err := r.relationList(part); err != nil {
		return err
	}
	return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.all(func(e xml.StartElement) error {
			if e.Name.Local != "Text" {
				return nil
			}
			text, err := d.text(1 << 20)
			if text = strings.TrimSpace(text); text != "" {
				r.page.Put(text)
				r.page.Line()
			}
			return err
		})
	})
}

// xps reads a document of fixed pages (ECMA-388): glyphs in the order they are
// drawn, a new line where they stand on another height.
func (r *reading) xps(sequence string) error {
	documents, err := r.xpsParts(sequence, "DocumentReference")
	if err != nil {
		return err
	}
	for _, doc := range documents {
		pages, err := r.xpsParts(doc, "PageContent")
		if err != nil {
			return err
		}
		for _, p := range pages {
			if err := r.page.Begin("", true); err != nil {
				return err
			}
			if err := r.part(p, func() error { return r.xpsPage(p) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reading) xpsParts(part, element string) (out []string, err error) {
	err = r.part(part, func() error {
		return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
			return d.all(func(e xml.StartElement) error {
				if e.Name.Local == element && len(out) <= r.lim.Pages {
					out = append(out, join(path.Dir(part)+"/", attr(e, "Source")))
				}
				return nil
			})
		})
	})
	return out, err
}

func (r *reading) xpsPage(part string) error {
	height, right := "", false
	return r.scanPart(part, func(d *scan, root xml.StartElement) error {
		r.page.Width, r.page.Height = pixels(attr(root, "Width")), pixels(attr(root, "Height"))
		return d.all(func(e xml.StartElement) error {
			text := attr(e, "UnicodeString")
			if e.Name.Local != "Glyphs" || text == "" {
				return nil
			}
			text = strings.TrimPrefix(text, "{}") // what escapes a brace
			switch y := attr(e, "OriginY"); {
			case y != height:
				r.page.Line()
				height = y
			case right && !strings.HasPrefix(text, " "):
				r.page.Put(" ")
			}
			r.page.Put(text)
			right = !strings.HasSuffix(text, " ")
			return nil
		})
	})
}

// pixels turns 96ths of an inch into points; 0 where a number makes no sense.
func pixels(s string) float32 {
	v, err := strconv.ParseFloat(s, 32)
	if err != nil || !(v > 0 && v < 1e6) {
		return 0
	}
	return float32(v * 0.75)
}
