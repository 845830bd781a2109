package office

import (
	"encoding/xml"
	"strings"

	"overt/extract/page"
)

// chart reads a chart: its titles, and the names and values that were stored
// with it, a line for each series and its categories. They can differ from the
// sheet they were made of, or be all that is left of it.
func (r *reading) chart(part string) error {
	return r.part(part, func() error {
		rels, err := r.relations(part)
		if err != nil {
			return err
		}
		return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
			f := &flow{r: r, d: d, part: part, rels: rels}
			r.page.Line()
			said := ""
			var node func(e xml.StartElement) error
			node = func(e xml.StartElement) error {
				switch e.Name.Local {
				case "title", "txPr", "dLbls", "userShapes":
					if e.Name.Local == "title" {
						err := d.each(f.node, nil)
						r.page.Line()
						return err
					}
					return nil
				case "tx", "cat", "val", "xVal", "yVal", "bubbleSize", "strDim", "numDim":
					values, err := cached(d)
					text := strings.Join(values, "\t")
					if text != "" && (e.Name.Local != "cat" && e.Name.Local != "xVal" || text != said) {
						r.page.Put(text)
						r.page.Line()
					}
					if e.Name.Local == "cat" || e.Name.Local == "xVal" {
						said = text // of all series mostly the same
					}
					return err
				case "externalData":
					return nil
				}
				return d.each(node, nil)
			}
			return d.each(node, nil)
		})
	})
}

// cached gives the stored values of the element that is open.
func cached(d *scan) ([]string, error) {
	var out []string
	size := 0
	err := d.all(func(e xml.StartElement) error {
		if l := e.Name.Local; l != "v" && l != "t" && (l != "pt" || !strings.Contains(e.Name.Space, "chartex")) {
			return nil
		}
		text, err := d.text(64 << 10)
		if text = page.OneLine(text); text != "" && len(out) < 100_000 && size < maxCell {
			size += len(text)
			out = append(out, text)
		}
		return err
	})
	return out, err
}
