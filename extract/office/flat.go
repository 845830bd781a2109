package office

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"overt/extract/page"
	"overt/extract/sheet"
)

// flat reads a document that is one file of XML: flat OpenDocument, a package of
// Office Open XML in one file, Word and Excel of 2003.
func (r *reading) flat() error {
	r.pack = &archive{byName: map[string]*entry{}, lim: r.lim, size: r.in.Size}
	d, err := newScan(&stoppable{r, io.NewSectionReader(r.in, 0, r.in.Size)}, r.lim.Depth)
	if err != nil {
		return err
	}
	root, err := d.root()
	if err != nil {
		return err
	}
	switch {
	case root.Name.Local == "document" && in(root.Name, "office"):
		o := newODF(r)
		if err := r.part("content", func() error { return o.document(d) }); err != nil {
			return err
		}
		return o.end()
	case root.Name.Local == "package" && strings.Contains(root.Name.Space, "xmlPackage"):
		return r.flatPackage(d)
	case root.Name.Local == "wordDocument":
		return r.part("content", func() error { return r.word2003(d) })
	case root.Name.Local == "Workbook" && strings.HasSuffix(root.Name.Space, ":spreadsheet"):
		return r.part("content", func() error { return r.excel2003(d) })
	}
	return fmt.Errorf("%w: the root element is %q", errUnknown, page.Short(root.Name.Local))
}

// flatPackage finds the parts of a package in one file: those of XML lie in it
// as they are, others are encoded in text.
func (r *reading) flatPackage(d *scan) error {
	a := r.pack
	a.r = r.in
	err := r.part("package", func() error {
		return d.each(func(e xml.StartElement) error {
			if e.Name.Local != "part" {
				return nil
			}
			if len(a.entries) >= r.lim.Members {
				return errTooMuch
			}
			p := &entry{name: entryName([]byte(attr(e, "name"))), size: -1, packed: -1}
			return d.each(func(e xml.StartElement) error {
				from := d.dec.InputOffset()
				if err := d.pass(d.depth - 1); err != nil {
					return err
				}
				to := d.dec.InputOffset()
				to = a.endTag(from, to)
				p.header, p.packed, p.encoded, p.bare = from, to-from, e.Name.Local == "binaryData", true
				a.entries = append(a.entries, p)
				if key := strings.ToLower(p.name); a.byName[key] == nil {
					a.byName[key] = p
				}
				return nil
			}, nil)
		}, nil)
	})
	if err != nil {
		return err
	}
	if err := r.openXML(); err != nil {
		return err
	}
	if err := r.page.End(); err != nil {
		return err
	}
	return r.members()
}

// endTag gives where the tag begins that ends at to, from at the least.
func (a *archive) endTag(from, to int64) int64 {
	b := make([]byte, max(0, min(to-from, 300)))
	if _, err := a.r.ReadAt(b, to-int64(len(b))); err != nil {
		return from
	}
	if i := bytes.LastIndex(b, []byte("</")); i >= 0 {
		return to - int64(len(b)) + int64(i)
	}
	return from // an empty element
}

// openBare gives the bytes of a part of a package in one file.
func (a *archive) openBare(e *entry) io.Reader {
	var src io.Reader = io.NewSectionReader(a.r, e.header, e.packed)
	if e.encoded {
		src = base64.NewDecoder(base64.StdEncoding, src) // it passes over line ends
	}
	return &metered{a: a, r: src}
}

// word2003 reads WordprocessingML of Word 2003.
func (r *reading) word2003(d *scan) error {
	f := &flow{r: r, d: d}
	return d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "DocumentProperties":
			return r.about2003(d)
		case "body":
			err := f.inside()
			f.unbox()
			return err
		case "docSuppData":
			r.note("macros", "the document has macros or objects of programs, which were not run")
		}
		return nil
	}, nil)
}

// about2003 are the names of what files of 2003 say of themselves.
var about2003 = map[string]string{
	"Title": "title", "Author": "author", "Created": "authoredAt", "LastSaved": "modifiedAt", "Subject": "keywords", "Keywords": "keywords",
	"Description": "summary", "Category": "keywords",
}

func (r *reading) about2003(d *scan) error {
	return d.each(func(e xml.StartElement) error {
		value, err := d.text(64 << 10)
		switch name := e.Name.Local; {
		case about2003[name] != "":
			r.property(about2003[name], value)
		case name == "LastAuthor":
			r.note("last-editor", "it was last saved by %s", page.OneLine(value))
		case name == "Company" || name == "Manager":
			r.note("about", "%s: %s", strings.ToLower(name), page.OneLine(value))
		}
		return err
	}, nil)
}

// excel2003 reads SpreadsheetML of Excel 2003.
func (r *reading) excel2003(d *scan) error {
	return d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "DocumentProperties":
			return r.about2003(d)
		case "Worksheet":
			name := attr(e, "Name")
			if err := r.page.Begin(name, true); err != nil {
				return err
			}
			g := &grid{r: r, name: name}
			err := d.each(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "Table":
					return r.table2003(d, g)
				case "WorksheetOptions":
					return d.all(func(e xml.StartElement) error {
						if e.Name.Local == "Visible" {
							r.note("hidden-sheet", "the sheet %s is hidden", page.OneLine(name))
						}
						return nil
					})
				}
				return nil
			}, nil)
			g.end()
			return err
		}
		return nil
	}, nil)
}

func (r *reading) table2003(d *scan, g *grid) error {
	row := int64(0)
	return d.each(func(e xml.StartElement) error {
		if e.Name.Local != "Row" {
			return nil
		}
		row++
		if n, err := strconv.ParseInt(attr(e, "Index"), 10, 64); err == nil && n > row && n <= maxRow {
			row = n
		}
		var cells []string
		col := 0
		hidden := attr(e, "Hidden") == "1"
		err := d.each(func(e xml.StartElement) error {
			if n, err := strconv.Atoi(attr(e, "Index")); err == nil && n > col {
				col = n - 1
			}
			if col >= maxColumns {
				return errTooMuch
			}
			text := ""
			err := d.each(func(e xml.StartElement) (err error) {
				switch e.Name.Local {
				case "Data":
					kind := attr(e, "Type")
					text, err = d.text(maxCell)
					if kind == "Number" {
						text = sheet.Number(text)
					} else if kind == "DateTime" {
						text = strings.TrimSuffix(strings.TrimSuffix(text, ".000"), "T00:00:00")
					}
				case "Comment":
					who, said := attr(e, "Author"), ""
					said, err = d.text(maxCell)
					r.page.Under("Comment on %s%d%s: %s", columnName(strconv.Itoa(col+1)), row, by(who, ""), page.OneLine(said))
				}
				return err
			}, nil)
			for text != "" && len(cells) <= col {
				cells = append(cells, "")
			}
			if text != "" {
				cells[col] = text
			}
			col++
			if n, err := strconv.Atoi(attr(e, "MergeAcross")); err == nil && n > 0 {
				col = min(col+n, maxColumns)
			}
			return err
		}, nil)
		if err != nil {
			return err
		}
		return g.row(row, hidden, cells)
	}, nil)
}
