package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/extract"
	"overt/ledger"
	"overt/mapping"
	"overt/policy"
)

// recognise opens a file and finds the mapping of each of its parts.
func (im *Importer) recognise(ctx context.Context, req Request, t *taken, given *mapping.Mapping) error {
	if t.file.err != nil {
		return overt.Errorf(overt.Unavailable, t.name, "it cannot be read: %w", t.file.err)
	}
	opts, err := im.options(ctx, req, t.file)
	if err != nil {
		return err
	}
	t.header = opts.Header
	src := extract.Source{Name: t.name, Size: t.size, Open: t.open}
	if t.part, err = im.opener(t.file).Open(ctx, src, opts); err != nil {
		return err
	}
	if len(t.part) == 0 {
		return overt.Errorf(overt.Invalid, t.name, "it holds no table, tree or list")
	}
	mappings, err := t.asked(given)
	if err != nil {
		return err
	}
	found := false
	for i, p := range t.part {
		c, err := im.candidate(ctx, req, t, p, mappings[i])
		if err != nil {
			if t.size == 0 && ctx.Err() == nil {
				return overt.Errorf(overt.Invalid, t.name, "the file is empty")
			}
			if ctx.Err() != nil || len(t.part) == 1 {
				return err
			}
			t.unread = append(t.unread, strings.TrimPrefix(p.Name+": "+describe(err), ": "))
			t.warnings = append(t.warnings, ledger.Warning{Code: "part-not-read", Message: strings.TrimPrefix(describe(err), t.name+": "), Where: partOf(t.name, p)})
		}
		if c.Format == "ftm-statements" {
			if t.datasets, err = datasetsOf(ctx, p.Reader); err != nil {
				return err
			}
		}
		if c.SetHeader {
			// The pack knows the columns of a table that has no header line.
			opts.Header = c.Mapping.Header
			t.header = opts.Header
			parts, err := im.opener(t.file).Open(ctx, src, opts)
			if err != nil {
				return err
			}
			t.part[i] = parts[i]
		}
		t.mapping, t.native = append(t.mapping, c.Mapping), append(t.native, c.Format)
		t.pack, t.rows = append(t.pack, c.Pack), append(t.rows, c.Rows)
		if name := formatName(c); name != "" {
			found = true
			if t.Format == "" {
				t.Format = name
			}
		}
		if c.Reason != "" {
			t.Notes = append(t.Notes, strings.TrimPrefix(p.Name+": "+c.Reason, ": "))
		}
	}
	if !found {
		return noMapping(t.name, "any of its parts: "+partsHold(ctx, t.part))
	}
	return nil
}

// noMapping is the error of a source that no pack knows, with what it holds:
// what a user needs to write a mapping of his own.
func noMapping(name, holds string) error {
	return overt.Errorf(overt.Invalid, name, "no mapping fits %s; write one (docs/adding-a-source.md) and give it with --mapping", holds)
}

func formatName(c mapping.Candidate) string {
	if c.Mapping != nil {
		return c.Mapping.Name
	}
	return c.Format
}

// candidate chooses how a part is read: the mapping given, the pack named, or
// the best that fits.
func (im *Importer) candidate(ctx context.Context, req Request, t *taken, p extract.Part, given *mapping.Mapping) (mapping.Candidate, error) {
	sample, err := firstRecords(ctx, p.Reader)
	if err != nil && len(sample) == 0 {
		return mapping.Candidate{}, err
	}
	var c mapping.Candidate
	switch {
	case given != nil:
		c = mapping.Candidate{Mapping: given, Reason: "the mapping that was given"}
	case req.Format != "":
		if pack, format := mapping.Native(req.Format); pack != nil {
			look, err := outlined(ctx, p, mapping.Sought())
			if err != nil {
				return c, err
			}
			c = mapping.Candidate{Format: format, Pack: pack}
			if look.First != nil {
				c.Rows = look.First.Rows
			}
			return c, nil
		}
		m := mapping.Pack(req.Format)
		if m == nil {
			return c, overt.Errorf(overt.Invalid, "--as", "%q is no format; the formats are %s", req.Format, strings.Join(formatNames(), ", "))
		}
		c = mapping.Candidate{Mapping: m, SetHeader: len(m.Header) > 0 && p.Reader.Info().HeaderRow == 0 && t.file.header == ""}
	default:
		look, err := outlined(ctx, p, mapping.Sought())
		if err != nil {
			return c, err
		}
		found, err := mapping.Detect(mapping.Head{Name: t.name, Info: p.Reader.Info(), Records: sample, Outline: look})
		if err != nil {
			return c, err
		}
		if len(found) == 0 || found[0].Score <= 0.5 {
			return c, noMapping(t.name, holds(ctx, p, sample))
		}
		c = found[0]
	}
	if given != nil && !given.NeedsSQL() {
		t.warnings = append(t.warnings, missing(given, t.name, partOf(t.name, p), p.Reader.Info().Header)...)
	}
	if c.Mapping != nil {
		refused := mapping.Screen(columnsOf(p.Reader, sample), sample)
		t.warnings = append(t.warnings, refusals(refused, t.name)...)
		c.Mapping = c.Mapping.Refuse(refused)
	}
	return c, nil
}

func refusals(refused []mapping.Refusal, name string) []ledger.Warning {
	var out []ledger.Warning
	for _, r := range refused {
		out = append(out, ledger.Warning{Code: "refused-column", Message: fmt.Sprintf("left out, %s: %s", r.Class, r.Reason), Where: name + ": column " + r.Column})
	}
	return out
}

// missing warns of the columns that a mapping of the user's names and a table,
// which stands at where, does not have.
func missing(m *mapping.Mapping, name, where string, header []string) []ledger.Warning {
	if header == nil {
		return nil
	}
	var lack []string
	for _, q := range m.Queries {
		if len(q.Sources) > 0 && !slices.ContainsFunc(q.Sources, func(s string) bool { return base(s) == base(name) }) {
			continue
		}
		for _, column := range q.Missing(header) {
			if column = strconv.Quote(column); !slices.Contains(lack, column) {
				lack = append(lack, column)
			}
		}
	}
	if len(lack) == 0 {
		return nil
	}
	names := "a column "
	if len(lack) > 1 {
		names = "columns "
	}
	return []ledger.Warning{{Code: "missing-column", Where: where, Message: fmt.Sprintf("the mapping names %s that the table does not have; its columns are %s",
		names+strings.Join(lack[:min(len(lack), 30)], ", "), strings.Join(header[:min(len(header), 30)], ", "))}}
}

// partOf names a part of a file: the member of an archive, the sheet of a workbook.
func partOf(name string, p extract.Part) string {
	part := cmp.Or(p.Reader.Info().Table, p.Name)
	if part == "" {
		return name
	}
	return name + "!" + part
}

func formatNames() []string {
	packs, _ := mapping.Packs()
	out := make([]string, 0, len(packs))
	for _, m := range packs {
		out = append(out, m.Name)
	}
	return out
}

func columnsOf(r extract.Reader, sample []extract.Record) []string {
	if h := r.Info().Header; len(h) > 0 {
		return h
	}
	var out []string
	for _, rec := range sample {
		for _, c := range rec.Columns() {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// maxDatasets bounds the datasets of one statement table.
const maxDatasets = 1000

// datasetsOf lists the datasets that the rows of a statement table name: each
// is a label of its own, which the right to write must cover.
func datasetsOf(ctx context.Context, r extract.Reader) ([]string, error) {
	var out []string
	for rec, err := range r.Records(ctx, "") {
		if extract.IsRowError(err) {
			continue
		}
		if err != nil {
			break // what there is before the break is read; the break is told then
		}
		if d := first(rec, "dataset"); d != "" && !slices.Contains(out, d) && (policy.Label{Dataset: d}).Validate() == nil {
			if out = append(out, d); len(out) > maxDatasets {
				return nil, overt.Errorf(overt.Invalid, rec.At().String(), "more than %d datasets in one table", maxDatasets)
			}
		}
	}
	return out, ctx.Err()
}

// sampleSize is how many records are looked at to recognise a source.
const sampleSize = 50

func firstRecords(ctx context.Context, r extract.Reader) ([]extract.Record, error) {
	if f := r.Info().Format; f == extract.JSON || f == extract.XML || f == extract.YAML {
		return nil, nil // a whole document is one record; its head is looked at instead
	}
	var out []extract.Record
	for rec, err := range r.Records(ctx, "") {
		if extract.IsRowError(err) {
			continue
		}
		if err != nil {
			return out, err
		}
		if out = append(out, rec); len(out) == sampleSize {
			break
		}
	}
	return out, nil
}

// base compares a mapping's source name with a file's.
func base(name string) string { return strings.ToLower(filepath.Base(filepath.FromSlash(name))) }
