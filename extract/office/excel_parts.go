package office

import (
	"encoding/xml"
	"fmt"
	"path"
	"strconv"
	"strings"

	"overt/extract/page"
	"overt/extract/sheet"
)

func (w *workbook) readStrings(part string) error {
	if binaryPart(part) {
		return w.binaryStrings(part)
	}
	return w.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.each(func(e xml.StartElement) error {
			if e.Name.Local != "si" {
				return nil
			}
			s, err := rich(d)
			if err != nil {
				return err
			}
			return w.strings.add(s, w.lim.Text)
		}, nil)
	})
}

// readFormats finds out which cell styles show dates.
func (w *workbook) readFormats(part string) error {
	if binaryPart(part) {
		return w.binaryFormats(part)
	}
	custom := map[string]string{}
	return w.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.each(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "numFmts":
				return d.each(func(e xml.StartElement) error {
					if id := attr(e, "numFmtId"); len(id) <= maxName && len(custom) < 1<<16 {
						custom[id] = page.Shorten(attr(e, "formatCode"), 1<<10)
					}
					return nil
				}, nil)
			case "cellXfs":
				return d.each(func(e xml.StartElement) error {
					return w.format(attr(e, "numFmtId"), custom)
				}, nil)
			}
			return nil
		}, nil)
	})
}

func (w *workbook) format(id string, custom map[string]string) error {
	if len(w.formats) >= 1<<20 || len(custom) >= 1<<16 {
		return errTooMuch
	}
	w.formats = append(w.formats, sheet.Styled(id, custom))
	return nil
}

// readPersons reads who wrote the comments of newer workbooks.
func (w *workbook) readPersons(part string) error {
	w.persons = map[string]string{}
	return w.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.each(func(e xml.StartElement) error {
			if id := attr(e, "id"); len(w.persons) < 10_000 && len(id) <= maxName {
				w.persons[id] = page.Short(attr(e, "displayName"))
			}
			return nil
		}, nil)
	})
}

// remarks reads the comments of a sheet.
func (w *workbook) remarks(rels []rel) error {
	for _, part := range follow(rels, "threadedComment") {
		if err := w.part(part, func() error { return w.threads(part) }); err != nil {
			return err
		}
	}
	for _, part := range follow(rels, "comments") {
		read := w.comments
		if binaryPart(part) {
			read = w.binaryComments
		}
		if err := w.part(part, func() error { return read(part) }); err != nil {
			return err
		}
	}
	return nil
}

func (w *workbook) remark(cell, who, when, text string) {
	text = page.OneLine(text)
	if text == "" || strings.HasPrefix(text, "[Threaded comment]") { // it stands in full beside
		return
	}
	w.page.Under("Comment on %s%s: %s", page.OneLine(cell), by(who, when), text)
	w.note("comments", "the page has comments; they stand at the foot")
}

func (w *workbook) threads(part string) error {
	return w.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.each(func(e xml.StartElement) error {
			cell, who, when := attr(e, "ref"), w.persons[attr(e, "personId")], attr(e, "dT")
			return d.each(func(e xml.StartElement) error {
				if e.Name.Local != "text" {
					return nil
				}
				text, err := d.text(maxCell)
				w.remark(cell, who, when, text)
				return err
			}, nil)
		}, nil)
	})
}

func (w *workbook) comments(part string) error {
	var authors []string
	return w.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.all(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "author":
				name, err := d.text(1 << 10)
				if len(authors) < 10_000 {
					authors = append(authors, name)
				}
				return err
			case "comment":
				text, err := rich(d)
				w.remark(attr(e, "ref"), nth(authors, attr(e, "authorId")), "", text)
				return err
			}
			return nil
		})
	})
}

// nth gives one of a list by its number as it is written.
func nth(list []string, number string) string {
	if n, err := strconv.Atoi(number); err == nil && n >= 0 && n < len(list) {
		return list[n]
	}
	return ""
}

// beside reads what a workbook keeps beside its sheets: copies of data from
// elsewhere, and where they came from.
func (w *workbook) beside() error {
	for _, e := range w.pack.entries {
		var read func(string) error
		switch dir, name := path.Split(strings.ToLower(e.name)); {
		case path.Ext(name) != ".xml":
			continue
		case strings.HasSuffix(dir, "externallinks/"):
			read = w.externalLink
		case strings.HasPrefix(name, "pivotcachedefinition"):
			read = w.pivot
		case name == "connections.xml":
			read = w.connections
		default:
			continue
		}
		if err := w.page.Begin(strings.TrimSuffix(path.Base(e.name), ".xml"), false); err != nil {
			return err
		}
		if err := w.part(e.name, func() error { return read(e.name) }); err != nil {
			return err
		}
	}
	return w.page.End()
}

// externalLink reads the values of another workbook that were kept.
func (w *workbook) externalLink(part string) error {
	if _, err := w.relationList(part); err != nil {
		return err
	}
	return w.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.all(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "ddeLink":
				w.note("dde", "the workbook asks another program: %s, %s", page.OneLine(attr(e, "ddeService")), page.OneLine(attr(e, "ddeTopic")))
			case "sheetName":
				w.page.Put(attr(e, "val"))
				w.page.Line()
			case "row":
				values, err := cached(d)
				w.page.Put(strings.Join(values, "\t"))
				w.page.Line()
				return err
			}
			return nil
		})
	})
}

// pivot reads the fields of a pivot table's cache and their values, which stay
// when the sheet they came from is gone.
func (w *workbook) pivot(part string) error {
	return w.scanPart(part, func(d *scan, _ xml.StartElement) error {
		err := d.all(func(e xml.StartElement) error {
			switch v := page.OneLine(attr(e, "v")); {
			case e.Name.Local == "worksheetSource":
				w.note("pivot-cache", "the workbook keeps a copy of data for a pivot table, from %s %s", page.OneLine(attr(e, "sheet")), page.OneLine(attr(e, "ref")))
			case e.Name.Local == "cacheField":
				w.page.Line()
				w.page.Put(page.OneLine(attr(e, "name")))
			case v != "":
				w.page.Put("\t" + v)
			}
			return nil
		})
		w.page.Line()
		return err
	})
}

// connections says where a workbook gets data from.
func (w *workbook) connections(part string) error {
	return w.scanPart(part, func(d *scan, _ xml.StartElement) error {
		return d.all(func(e xml.StartElement) error {
			var said []string
			for _, name := range []string{"connection", "command", "url", "sourceFile"} {
				if v := page.OneLine(attr(e, name)); v != "" {
					said = append(said, v)
				}
			}
			if len(said) > 0 {
				w.note("external", "%s", fmt.Sprintf("the workbook gets data from elsewhere, which was not fetched: %s", strings.Join(said, "; ")))
			}
			return nil
		})
	})
}
