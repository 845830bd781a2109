package office

import (
	"encoding/xml"
	"path"
	"strings"

	"overt/extract/page"
)

// A rel is where a part points: at another part, or out of the document.
type rel struct {
	id       string
	kind     string // the last word of its type: "image", "hyperlink"
	target   string // a part, or an address
	external bool
}

// What bounds the relations of one part.
const (
	maxRelations     = 100_000
	maxRelationBytes = 16 << 20
)

// relations reads where a part points, by id; "" is the document itself. None is
// no error. What lies outside the document is said.
func (r *reading) relations(part string) (map[string]rel, error) {
	list, err := r.relationList(part)
	out := make(map[string]rel, len(list))
	for _, to := range list {
		out[to.id] = to
	}
	return out, err
}

func (r *reading) relationList(part string) (out []rel, err error) {
	dir, file := path.Split(part)
	name := dir + "_rels/" + file + ".rels"
	if r.pack.find(name) == nil {
		return nil, nil
	}
	size := 0
	err = r.scanPart(name, func(d *scan, _ xml.StartElement) error {
		return d.all(func(e xml.StartElement) error {
			if e.Name.Local != "Relationship" {
				return nil
			}
			if size += len(attr(e, "Id")) + len(attr(e, "Target")); len(out) >= maxRelations || size > maxRelationBytes {
				return errTooMuch
			}
			to := rel{id: attr(e, "Id"), kind: path.Base(attr(e, "Type")), target: attr(e, "Target"), external: attr(e, "TargetMode") == "External"}
			if to.external {
				r.outside(to)
			} else {
				to.target = join(dir, to.target)
			}
			out = append(out, to)
			return nil
		})
	})
	return out, err
}

// join gives the name of a part from a reference of one that lies in dir.
func join(dir, target string) string {
	target, _, _ = strings.Cut(strings.ReplaceAll(target, `\`, "/"), "#")
	if !strings.HasPrefix(target, "/") {
		target = dir + target
	}
	return strings.TrimPrefix(path.Clean("/"+target), "/")
}

// outside says what a document wants from elsewhere. Links are said where they
// stand in the text.
func (r *reading) outside(to rel) {
	key := page.Short("outside " + to.kind + " " + to.target)
	if r.said[key] || len(r.said) > maxSaid {
		return
	}
	r.said[key] = true
	switch to.kind {
	case "hyperlink":
	case "attachedTemplate":
		r.note("template", "the document is made from the template %s, which was not fetched", to.target)
	case "image", "video", "audio", "media":
		r.note("remote-pictures", "a picture or sound lies elsewhere and was not fetched: %s", to.target)
	default:
		r.note("external", "the document refers to something outside it (%s), which was not fetched: %s", to.kind, to.target)
	}
}

// follow gives the parts that a part points at under the last word of a type.
func follow(rels []rel, kind string) []string {
	var out []string
	for _, to := range rels {
		if to.kind == kind && !to.external {
			out = append(out, to.target)
		}
	}
	return out
}
