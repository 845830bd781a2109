package pipeline

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/mapping"
)

// TrialSize is how many records are tried before anything is taken in.
const TrialSize = 200

// shownValues is how many values of a column are shown.
const shownValues = 2

// A Sight is what a file looks like before anything of it is taken in.
type Sight struct {
	Name  string
	Size  int64
	Paper bool   // it is read as a document, mail or archive of them
	Why   string // it gives no records
	Parts []SeenPart
}

// A SeenPart is one table or tree of a file.
type SeenPart struct {
	Name       string // "" of a file that is one
	Info       extract.Info
	Rows       string // selector of the records; "" for tables
	Columns    []SeenColumn
	Records    int                 // that were looked at
	More       bool                // there are more
	Candidates []mapping.Candidate // best first; the user's own before others that fit as well
	Proposed   mapping.Draft       // its name is to be given
}

// A SeenColumn is one column with some of its values.
type SeenColumn struct {
	Name    string
	Values  []string
	Refused string // why nothing of it may be kept; "" where it may
}

// paperEndings are those of files that are documents, though some could be opened as
// archives or tables.
var paperEndings = []string{".pdf", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx", ".odp", ".eml", ".msg", ".mbox", ".pst", ".htm", ".html", ".txt", ".md", ".epub", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif"}

// Look opens a file, in a confined process, and tells what it holds and which mappings
// fit: those that the program carries, and the user's own. Errors: only those of ctx.
func Look(ctx context.Context, from open.Opener, path string, own []*mapping.Mapping) (*Sight, error) {
	s := &Sight{Name: filepath.Base(path)}
	if info, err := os.Stat(path); err == nil {
		s.Size = info.Size()
	}
	parts, err := from.Open(ctx, sourceAt(path, s.Size), open.Options{})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	ending := slices.Contains(paperEndings, strings.ToLower(filepath.Ext(path)))
	if err != nil || len(parts) == 0 {
		s.Paper, s.Why = true, "it holds no table, tree or list"
		if err != nil {
			s.Why = strings.TrimPrefix(describe(err), s.Name+": ")
		}
		return s, nil
	}
	fits := false
	for _, p := range parts[:min(len(parts), maxParts)] {
		seen, err := look(ctx, s.Name, p, own)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			s.Why = strings.TrimPrefix(describe(err), s.Name+": ")
			continue
		}
		fits = fits || len(seen.Candidates) > 0
		s.Parts = append(s.Parts, *seen)
	}
	s.Paper = len(s.Parts) == 0 || ending && !fits
	return s, nil
}

func sourceAt(path string, size int64) extract.Source {
	return extract.Source{Name: filepath.Base(path), Size: size, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func look(ctx context.Context, name string, p extract.Part, own []*mapping.Mapping) (*SeenPart, error) {
	sample, err := firstRecords(ctx, p.Reader)
	if err != nil && len(sample) == 0 {
		return nil, err
	}
	outline, err := outlined(ctx, p, mapping.Sought())
	if err != nil {
		return nil, err
	}
	seen := &SeenPart{Name: p.Name, Info: p.Reader.Info()}
	head := mapping.Head{Name: name, Info: seen.Info, Records: sample, Outline: outline}
	found, err := mapping.Detect(head)
	if err != nil {
		return nil, err
	}
	for _, c := range append(mapping.DetectAmong(own, head), found...) {
		if c.Score > 0.5 {
			seen.Candidates = append(seen.Candidates, c)
		}
	}
	slices.SortStableFunc(seen.Candidates, func(a, b mapping.Candidate) int { return cmp.Compare(b.Score, a.Score) })
	if len(sample) == 0 && outline.First != nil {
		seen.Rows = outline.First.Rows
	}
	if f := seen.Info.Format; seen.Rows == "" && len(seen.Candidates) > 0 && (f == extract.JSON || f == extract.XML || f == extract.YAML) {
		return seen, nil // one record is the whole document: no table of columns
	}
	if sample, seen.More, err = sampleOf(ctx, p.Reader, seen.Rows, TrialSize); err != nil && len(sample) == 0 {
		return nil, err
	}
	seen.Records = len(sample)
	columns := columnsOf(p.Reader, sample)
	refused := mapping.Screen(columns, sample)
	for _, c := range columns {
		seen.Columns = append(seen.Columns, seenColumn(c, sample, refused))
	}
	seen.Proposed = mapping.Propose("", columns, sample, refused)
	seen.Proposed.Rows = seen.Rows
	return seen, nil
}

// seenColumn shows a column. Values of one that is refused are not shown either.
func seenColumn(name string, sample []extract.Record, refused []mapping.Refusal) SeenColumn {
	c := SeenColumn{Name: name}
	if i := slices.IndexFunc(refused, func(r mapping.Refusal) bool { return r.Column == name }); i >= 0 {
		c.Refused = refused[i].Class + ": " + refused[i].Reason
		return c
	}
	for _, r := range sample {
		for _, cell := range r.Cells(name) {
			if v := strings.TrimSpace(cell.Text); v != "" && !slices.Contains(c.Values, v) && len(c.Values) < shownValues {
				c.Values = append(c.Values, v)
			}
		}
	}
	return c
}

// sampleOf gives the first records under a selector, and whether there are more.
func sampleOf(ctx context.Context, r extract.Reader, rows string, most int) (out []extract.Record, more bool, err error) {
	for rec, err := range r.Records(ctx, rows) {
		if extract.IsRowError(err) {
			continue
		}
		if err != nil {
			return out, false, err
		}
		if len(out) == most {
			return out, true, nil
		}
		out = append(out, rec)
	}
	return out, false, nil
}

// A Trial is what a mapping makes of the first records of a part, without keeping it.
type Trial struct {
	Rows, Gave int
	More       bool          // there are more rows than were tried
	Kinds      []TrialKind   // most first
	Reasons    []TrialReason // most first
	Shown      TrialRow
}

// A TrialKind counts the things of a schema that rows gave.
type TrialKind struct {
	Schema string
	Count  int // a thing that several rows name is one
}

// A TrialReason is why something was left out, and where: the first places.
type TrialReason struct {
	Reason string
	Column string
	Count  int
	Fatal  int // rows that gave nothing
	Places []overt.Locator
}

// A TrialRow is one record and what came of it.
type TrialRow struct {
	Number   int // among those that were tried, from 1; 0 where there is none
	At       overt.Locator
	Entities []mapping.Entity
	Problems []mapping.Problem
}

// Try applies a mapping to the first records of a part of a file; row is the one that
// is shown, from 1, or the last before it. Errors: those of opening and reading.
func Try(ctx context.Context, from open.Opener, path string, part int, m *mapping.Mapping, row int) (*Trial, error) {
	opts := open.Options{}
	parts, err := from.Open(ctx, sourceAt(path, 0), opts)
	if err == nil && part < len(parts) && len(m.Header) > 0 && parts[part].Reader.Info().HeaderRow == 0 {
		opts.Header = m.Header
		parts, err = from.Open(ctx, sourceAt(path, 0), opts)
	}
	if err != nil {
		return nil, err
	}
	if part >= len(parts) {
		return nil, overt.Errorf(overt.Invalid, filepath.Base(path), "it has no such part")
	}
	t := &trial{kinds: map[string]map[string]bool{}}
	r := parts[part].Reader
	for _, rows := range selectors(m) {
		sample, more, err := sampleOf(ctx, r, rows, TrialSize)
		if err != nil && len(sample) == 0 {
			return nil, err
		}
		m := m.Refuse(mapping.Screen(columnsOf(r, sample), sample))
		t.More = t.More || more
		for _, rec := range sample {
			if t.Rows == TrialSize {
				t.More = true
				break
			}
			t.Rows++
			t.record(m, rows, rec, t.Rows <= row)
		}
	}
	return t.end(), nil
}

func selectors(m *mapping.Mapping) (out []string) {
	for _, q := range m.Queries {
		if !q.NeedsSQL() && q.Form == nil && !slices.Contains(out, q.Rows) {
			out = append(out, q.Rows)
		}
	}
	return out
}

type trial struct {
	Trial
	kinds map[string]map[string]bool
}

func (t *trial) record(m *mapping.Mapping, rows string, rec extract.Record, shown bool) {
	row := TrialRow{Number: t.Rows, At: rec.At()}
	gave := false
	for _, q := range m.Queries {
		if q.Rows != rows || q.NeedsSQL() || q.Form != nil {
			continue
		}
		_ = m.Apply(q, rec, func(e mapping.Entity) error { // it gives no error but this one's
			gave = gave || !e.Standing
			row.Entities = append(row.Entities, e)
			if t.kinds[e.Schema] == nil {
				t.kinds[e.Schema] = map[string]bool{}
			}
			t.kinds[e.Schema][string(e.ID)] = true
			return nil
		}, func(p mapping.Problem) { row.Problems = append(row.Problems, p) })
	}
	if !gave && len(row.Problems) == 0 {
		row.Problems = []mapping.Problem{{Where: rec.At(), Reason: "the mapping takes nothing from such a row", Fatal: true}}
	}
	for i, p := range row.Problems {
		t.problem(p, !gave && i == 0)
	}
	if gave {
		t.Gave++
	}
	if shown {
		t.Shown = row
	}
}

func (t *trial) problem(p mapping.Problem, fatal bool) {
	reason := reasonOf(p)
	i := slices.IndexFunc(t.Reasons, func(r TrialReason) bool { return r.Reason == reason && r.Column == p.Column })
	if i < 0 {
		i = len(t.Reasons)
		t.Reasons = append(t.Reasons, TrialReason{Reason: reason, Column: p.Column})
	}
	r := &t.Reasons[i]
	r.Count++
	if fatal {
		r.Fatal++
	}
	if len(r.Places) < maxParts {
		r.Places = append(r.Places, p.Where)
	}
}

func (t *trial) end() *Trial {
	for schema, ids := range t.kinds {
		t.Kinds = append(t.Kinds, TrialKind{schema, len(ids)})
	}
	slices.SortFunc(t.Kinds, func(a, b TrialKind) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Schema, b.Schema)
	})
	slices.SortStableFunc(t.Reasons, func(a, b TrialReason) int { return b.Count - a.Count })
	return &t.Trial
}
