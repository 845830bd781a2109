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

// workbook is a workbook of Excel, in XML or in its binary form.
type workbook struct {
	*reading
	main    string
	rels    []rel
	strings texts
	formats []sheet.Format
	late    bool // days are counted from 1904
	persons map[string]string
}

// A tab is a sheet as the workbook lists it.
type tab struct {
	name, part, kind string
	hidden           bool
}

// workbook reads a workbook, a page of text and a table for each sheet.
func (r *reading) workbook(main string) error {
	w := &workbook{reading: r, main: main}
	var tabs []tab
	if err := r.part(main, func() (err error) {
		if w.rels, err = r.relationList(main); err != nil {
			return err
		}
		tabs, err = w.tabs()
		return err
	}); err != nil {
		return err
	}
	for _, part := range follow(w.rels, "sharedStrings") {
		if err := r.part(part, func() error { return w.readStrings(part) }); err != nil {
			return err
		}
	}
	for _, part := range follow(w.rels, "styles") {
		if err := r.part(part, func() error { return w.readFormats(part) }); err != nil {
			return err
		}
	}
	for _, part := range follow(w.rels, "person") {
		if err := r.part(part, func() error { return w.readPersons(part) }); err != nil {
			return err
		}
	}
	for _, t := range tabs {
		if err := w.tab(t); err != nil {
			return err
		}
	}
	return w.beside()
}

func binaryPart(part string) bool { return path.Ext(part) == ".bin" }

func (w *workbook) tabs() (out []tab, err error) {
	by := make(map[string]rel, len(w.rels))
	for _, to := range w.rels {
		by[to.id] = to
	}
	add := func(name, id string, hidden bool) error {
		to, ok := by[id]
		if !ok || to.external {
			return w.gap("sheet "+page.Short(name), fmt.Errorf("%w: its part is missing", errDamaged))
		}
		if len(out) >= w.lim.Pages {
			return errTooMuch
		}
		out = append(out, tab{page.Short(name), to.target, to.kind, hidden})
		return nil
	}
	if binaryPart(w.main) {
		return out, w.binaryTabs(add)
	}
	err = w.scanPart(w.main, func(d *scan, _ xml.StartElement) error {
		return d.all(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "workbookPr":
				w.late = isTrue(attr(e, "date1904"))
			case "workbookProtection":
				w.note("write-protected", "the workbook asks not to be changed")
			case "sheet":
				state := attr(e, "state")
				return add(attr(e, "name"), relation(e, "id"), state != "" && state != "visible")
			}
			return nil
		})
	})
	return out, err
}

func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" }

// tab reads one sheet with what hangs on it.
func (w *workbook) tab(t tab) error {
	if err := w.page.Begin(t.name, true); err != nil {
		return err
	}
	if t.hidden {
		w.note("hidden-sheet", "the sheet %s is hidden", page.OneLine(t.name))
	}
	var rels []rel
	if err := w.part(t.part, func() (err error) {
		if rels, err = w.relationList(t.part); err != nil {
			return err
		}
		g := &grid{r: w.reading, name: t.name}
		if strings.Contains(strings.ToLower(t.kind), "macro") {
			w.note("macros", "the sheet is one of macros, which were not run")
		}
		if binaryPart(t.part) {
			err = w.binarySheet(t.part, g)
		} else {
			err = w.sheet(t, g)
		}
		g.end()
		return err
	}); err != nil {
		return err
	}
	for _, to := range rels {
		if to.kind == "hyperlink" && to.external {
			w.link(to.target)
		}
	}
	for _, part := range follow(rels, "drawing") {
		if err := w.flow(part, nil, nil); err != nil {
			return err
		}
	}
	return w.remarks(rels)
}

// sheet reads the rows of a sheet in XML.
func (w *workbook) sheet(t tab, g *grid) error {
	return w.scanPart(t.part, func(d *scan, _ xml.StartElement) error {
		last := int64(0)
		return d.each(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "cols":
				return d.each(func(e xml.StartElement) error {
					if isTrue(attr(e, "hidden")) {
						g.hiddenColumns(attr(e, "min"), attr(e, "max"))
					}
					return nil
				}, nil)
			case "sheetData":
				return d.each(func(e xml.StartElement) error {
					if e.Name.Local != "row" {
						return nil
					}
					last++
					if n, err := strconv.ParseInt(attr(e, "r"), 10, 64); err == nil && n >= last && n <= maxRow {
						last = n
					}
					cells, err := w.cells(d, t, g)
					if err != nil {
						return err
					}
					return g.row(last, isTrue(attr(e, "hidden")), cells)
				}, nil)
			case "headerFooter":
				return d.each(func(e xml.StartElement) error {
					text, err := d.text(4 << 10)
					w.page.Under("%s", marginText(text))
					return err
				}, nil)
			case "sheetProtection":
				w.note("write-protected", "the sheet %s asks not to be changed", page.OneLine(t.name))
			}
			return nil
		}, nil)
	})
}

func (w *workbook) cells(d *scan, t tab, g *grid) ([]string, error) {
	var cells []string
	col, size := -1, 0
	err := d.each(func(e xml.StartElement) error {
		if e.Name.Local != "c" {
			return nil
		}
		col++
		if n := sheet.Column(attr(e, "r")); n >= 0 {
			col = n
		}
		if col >= maxColumns {
			return fmt.Errorf("%w: a row has more than %d columns", errTooMuch, maxColumns)
		}
		text, err := w.cell(d, e, t, g)
		if text == "" || err != nil {
			return err
		}
		if size += len(text); int64(size) > w.lim.PageText {
			return fmt.Errorf("%w: a row is too long", errTooMuch)
		}
		for len(cells) <= col {
			cells = append(cells, "")
		}
		cells[col] = text
		return nil
	}, nil)
	return cells, err
}

// cell gives what a cell shows: of a formula the value that was stored.
func (w *workbook) cell(d *scan, e xml.StartElement, t tab, g *grid) (string, error) {
	kind, styled := attr(e, "t"), attr(e, "s")
	value, formula := "", ""
	err := d.each(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "v":
			value, err = d.text(maxCell)
		case "is":
			value, err = rich(d)
		case "f":
			formula, err = d.text(8 << 10)
		}
		return err
	}, nil)
	if err != nil {
		return "", err
	}
	if formula != "" {
		w.formula(formula)
		if strings.Contains(strings.ToLower(t.kind), "macro") {
			return "=" + formula, nil
		}
	}
	switch kind {
	case "s":
		text, ok := w.strings.get(value)
		if !ok && value != "" {
			g.lost++
		}
		return text, nil
	case "b":
		return strings.ToUpper(strconv.FormatBool(isTrue(strings.TrimSpace(value)))), nil
	case "str":
		return sheet.Unescape(value), nil
	case "inlineStr", "e", "d":
		return value, nil
	}
	n, err := strconv.Atoi(styled)
	if err != nil {
		n = 0
	}
	return w.show(value, n), nil
}

// show writes a number as its format does.
func (w *workbook) show(value string, style int) string {
	var f sheet.Format
	if style >= 0 && style < len(w.formats) {
		f = w.formats[style]
	}
	return f.Show(value, w.late)
}

// formula says what a formula would fetch.
func (w *workbook) formula(f string) {
	up := strings.ToUpper(f)
	switch {
	case strings.Contains(f, "|") && strings.Contains(f, "!"):
		w.note("dde", "a formula asks another program: %s", page.OneLine(page.Shorten(f, 500)))
	case strings.Contains(up, "WEBSERVICE("), strings.Contains(up, "FILTERXML("), strings.Contains(up, "RTD("):
		w.note("external", "a formula asks for something outside the document: %s", page.OneLine(page.Shorten(f, 500)))
	case strings.HasPrefix(up, `HYPERLINK("`):
		target, _, _ := strings.Cut(f[len(`HYPERLINK("`):], `"`)
		w.link(target)
	}
}

// rich gives the text of a string with formats, without phonetic guides.
func rich(d *scan) (string, error) {
	var b strings.Builder
	var node func(e xml.StartElement) error
	node = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "t":
			text, err := d.text(maxCell)
			if b.Len() < maxCell {
				b.WriteString(text)
			}
			return err
		case "rPh", "rPr":
			return nil
		}
		return d.each(node, nil)
	}
	err := d.each(node, nil)
	return sheet.Unescape(b.String()), err
}

// marginText takes the codes out of a header or footer of a sheet (ECMA-376
// part 1, 18.3.1.39).
func marginText(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '&' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == '&':
			b.WriteByte('&')
		case c == '"':
			if n := strings.IndexByte(s[i+1:], '"'); n >= 0 {
				i += n + 1
			}
		case c == 'L' || c == 'C' || c == 'R':
			b.WriteByte(' ')
		case c == 'K':
			i = min(i+6, len(s))
		case c >= '0' && c <= '9':
			for i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
				i++
			}
		}
	}
	return page.OneLine(b.String())
}
