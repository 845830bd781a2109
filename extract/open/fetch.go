package open

import (
	"context"
	"errors"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/tree"
)

// Fetch reads a source again and gives the exact text of the value that a
// locator points at, as the cell had it. The options must be those the source
// was read with. Errors: not_found, when nothing stands there; invalid, when the
// locator points at no single value or the source cannot be read.
func Fetch(ctx context.Context, src extract.Source, opts Options, at overt.Locator) (string, error) {
	texts, err := FetchAll(ctx, src, opts, []overt.Locator{at})
	if err != nil {
		return "", err
	}
	return texts[0], nil
}

// FetchAll is Fetch for many locators of one source, read once. The error is
// about the first locator that points nowhere.
func FetchAll(ctx context.Context, src extract.Source, opts Options, ats []overt.Locator) ([]string, error) {
	byTable := map[string][]int{}
	for i, at := range ats {
		if at.Page != 0 {
			return nil, overt.Errorf(overt.Invalid, src.Name, "%q points into a document, not at a value of a table or tree", at)
		}
		byTable[at.Table] = append(byTable[at.Table], i)
	}
	parts, err := openWanted(ctx, src, opts, func(member string) bool {
		for t := range byTable {
			if t == member || strings.HasPrefix(t, member+"!") {
				return true
			}
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	f := fetch{src: src, ats: ats, texts: make([]string, len(ats)), found: make([]bool, len(ats))}
	for _, p := range parts {
		ids := byTable[p.Reader.Info().Table]
		if len(ids) == 0 {
			continue
		}
		if err := f.part(ctx, p.Reader, ids); err != nil {
			return nil, err
		}
	}
	for i, ok := range f.found {
		if !ok {
			return nil, overt.Errorf(overt.NotFound, src.Name, "nothing stands at %s", ats[i])
		}
	}
	return f.texts, nil
}

// fetch collects texts by the number of their locator.
type fetch struct {
	src   extract.Source
	ats   []overt.Locator
	texts []string
	found []bool
}

func (f *fetch) part(ctx context.Context, r extract.Reader, ids []int) error {
	if t, ok := r.(*tree.Reader); ok {
		ats := make([]overt.Locator, len(ids))
		for i, id := range ids {
			ats[i] = f.ats[id]
		}
		texts, found, err := t.Find(ctx, ats)
		for i, id := range ids {
			f.texts[id], f.found[id] = texts[i], found[i]
		}
		// What was found before a stream broke stands where it was cited.
		if err != nil && !all(found) {
			return err
		}
		return nil
	}
	return f.rows(ctx, r, ids)
}

func all(found []bool) bool {
	for _, ok := range found {
		if !ok {
			return false
		}
	}
	return true
}

func (f *fetch) rows(ctx context.Context, r extract.Reader, ids []int) error {
	byRow := map[int64][]int{}
	for _, id := range ids {
		byRow[f.ats[id].Row] = append(byRow[f.ats[id].Row], id)
	}
	for rec, err := range r.Records(ctx, "") {
		var bad *extract.RowError
		if errors.As(err, &bad) {
			delete(byRow, bad.Where.Row)
		} else if err != nil {
			return err
		} else if row := rec.At().Row; byRow[row] != nil {
			for _, id := range byRow[row] {
				if cell, ok := cellAt(rec, f.ats[id]); ok {
					f.texts[id], f.found[id] = cell.Quote(), true
				}
			}
			delete(byRow, row)
		}
		if len(byRow) == 0 {
			return nil
		}
	}
	return nil
}

// cellAt finds the value a locator points at in its record: by its column, or by
// its pointer where the rows are trees.
func cellAt(rec extract.Record, at overt.Locator) (extract.Cell, bool) {
	if at.Pointer == "" {
		cells := rec.Cells(at.Column)
		if len(cells) != 1 || cells[0].At.Pointer != "" {
			return extract.Cell{}, false
		}
		return cells[0], true
	}
	for _, column := range rec.Columns() {
		for _, c := range rec.Cells(column) {
			if c.At == at {
				return c, true
			}
		}
	}
	return extract.Cell{}, false
}
