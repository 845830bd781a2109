package office

import (
	"encoding/xml"
	"strconv"
	"strings"

	"overt/extract/page"
)

// slides reads a presentation, a page for each slide in the order shown, with
// its speaker notes and comments at the foot. What masters and layouts show on
// every slide is a last page.
func (r *reading) slides(main string) error {
	var shown []string
	var width, height float32
	if err := r.part(main, func() error {
		rels, err := r.relations(main)
		if err != nil {
			return err
		}
		return r.scanPart(main, func(d *scan, _ xml.StartElement) error {
			return d.all(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "sldSz":
					width, height = points(attr(e, "cx")), points(attr(e, "cy"))
				case "sldId":
					if to := rels[relation(e, "id")]; to.kind == "slide" && len(shown) <= r.lim.Pages {
						shown = append(shown, to.target)
					}
				}
				return nil
			})
		})
	}); err != nil {
		return err
	}
	authors, err := r.commentAuthors(main)
	if err != nil {
		return err
	}
	r.page.Width, r.page.Height = width, height
	for _, part := range shown {
		if err := r.page.Begin("", true); err != nil {
			return err
		}
		if err := r.slide(part, authors); err != nil {
			return err
		}
	}
	if err := r.page.Begin("masters", false); err != nil {
		return err
	}
	r.page.Width, r.page.Height = 0, 0
	return r.masters()
}

// points turns English metric units, 12,700 to a point, into points; 0 where a
// number makes no sense.
func points(s string) float32 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > 12700*100_000 {
		return 0
	}
	return float32(n) / 12700
}

func (r *reading) slide(part string, authors map[string]string) error {
	var rels []rel
	if err := r.part(part, func() (err error) {
		rels, err = r.relationList(part)
		return err
	}); err != nil {
		return err
	}
	if err := r.flow(part, nil, nil); err != nil {
		return err
	}
	for _, notes := range follow(rels, "notesSlide") {
		text, err := r.page.Away(func() error {
			return r.flow(notes, nil, func(kind string) bool { return kind != "body" })
		})
		if err != nil {
			return err
		}
		if strings.TrimSpace(text) != "" {
			r.page.Under("Notes: %s", text)
			r.note("speaker-notes", "the slide has speaker notes; they stand at the foot")
		}
	}
	for _, comments := range follow(rels, "comments") {
		if err := r.part(comments, func() error { return r.slideComments(comments, authors) }); err != nil {
			return err
		}
	}
	return nil
}

// shape reads one shape of a slide or drawing, unless it is a placeholder that
// is left out.
func (f *flow) shape(e xml.StartElement) error {
	if f.skip == nil || e.Name.Local != "sp" {
		err := f.inside()
		if f.runs == 0 {
			f.r.page.Line()
		}
		return err
	}
	kind := ""
	return f.d.each(func(e xml.StartElement) error {
		switch {
		case strings.HasPrefix(e.Name.Local, "nv"):
			return f.d.all(func(e xml.StartElement) error {
				if e.Name.Local == "ph" {
					if kind = attr(e, "type"); kind == "" {
						kind = "obj"
					}
				}
				return nil
			})
		case f.skip(kind):
			return nil
		}
		return f.node(e)
	}, nil)
}

// masters reads what stands on the masters and layouts besides placeholders,
// whose words are instructions.
func (r *reading) masters() error {
	said := map[string]bool{}
	for _, e := range r.pack.entries {
		name := strings.ToLower(e.name)
		if !strings.HasPrefix(name, "ppt/slidemasters/slidemaster") && !strings.HasPrefix(name, "ppt/slidelayouts/slidelayout") || !strings.HasSuffix(name, ".xml") {
			continue
		}
		text, err := r.page.Away(func() error {
			return r.flow(e.name, nil, func(kind string) bool { return kind != "" })
		})
		if err != nil {
			return err
		}
		if text = strings.TrimSpace(text); text != "" && !said[text] && len(said) < 10_000 {
			said[text] = true
			r.page.Line()
			r.page.Put(text)
		}
	}
	return nil
}

// commentAuthors gives the names of those who commented, by id.
func (r *reading) commentAuthors(main string) (map[string]string, error) {
	names := map[string]string{}
	err := r.part(main, func() error {
		rels, err := r.relationList(main)
		if err != nil {
			return err
		}
		for _, part := range append(follow(rels, "commentAuthors"), follow(rels, "authors")...) {
			if err := r.scanPart(part, func(d *scan, _ xml.StartElement) error {
				return d.all(func(e xml.StartElement) error {
					if id := attr(e, "id"); id != "" && len(id) <= maxName && len(names) < 10_000 {
						names[id] = page.Short(attr(e, "name"))
					}
					return nil
				})
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return names, err
}

func (r *reading) slideComments(part string, authors map[string]string) error {
	return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
		f := &flow{r: r, d: d, part: part}
		var comment func(e xml.StartElement) error
		comment = func(e xml.StartElement) error {
			switch e.Name.Local {
			case "cm", "reply":
			case "replyLst":
				return d.each(comment, nil)
			default:
				return nil
			}
			who, when := authors[attr(e, "authorId")], attr(e, "dt")+attr(e, "created")
			text := ""
			err := d.each(func(e xml.StartElement) (err error) {
				switch e.Name.Local {
				case "text":
					text, err = d.text(1 << 20)
				case "txBody":
					text, err = r.page.Away(f.inside)
				case "replyLst":
					if text != "" {
						r.page.Under("Comment%s: %s", by(who, when), page.OneLine(text))
						text = ""
					}
					err = d.each(comment, nil)
				}
				return err
			}, nil)
			if text = page.OneLine(text); text != "" {
				r.page.Under("Comment%s: %s", by(who, when), text)
				r.note("comments", "the page has comments; they stand at the foot")
			}
			return err
		}
		return d.each(comment, nil)
	})
}
