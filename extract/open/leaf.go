package open

import (
	"cmp"
	"context"
	"iter"
	"path"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/dbf"
	"overt/extract/parquet"
	"overt/extract/table"
	"overt/extract/tree"
	"overt/extract/zone"
)

// leaf gives the reader of a source that is not packed.
func (o *opener) leaf(src extract.Source, member string, found extract.Format) (extract.Reader, error) {
	format, err := o.choose(src.Name, member, found)
	if err != nil {
		return nil, err
	}
	switch format {
	case extract.Empty:
		return empty{member}, nil
	case extract.CSV, extract.TSV:
		delimiter := o.opts.Delimiter
		if delimiter == "" && o.opts.Format == string(extract.TSV) {
			delimiter = "tab"
		}
		return reader(table.Open(o.ctx, src, table.Options{
			Encoding: o.opts.Encoding, Delimiter: delimiter, Header: o.opts.Header,
			HeaderRow: o.opts.HeaderRow, Table: member, Limits: o.opts.Limits,
		}))
	case extract.DBF:
		return o.dbase(src, member)
	case extract.Parquet:
		s, err := o.spool(src)
		if err != nil {
			return nil, err
		}
		return reader(parquet.Open(src.Name, s, parquet.Options{Table: member, Limits: o.opts.Limits}))
	case extract.Zone:
		return reader(zone.Open(o.ctx, src, zone.Options{Encoding: o.opts.Encoding, Table: member, Limits: o.opts.Limits}))
	}
	return reader(tree.Open(o.ctx, src, tree.Options{
		Format: format, Encoding: o.opts.Encoding, Table: member, Limits: o.opts.Limits,
	}))
}

// dbase opens a table with what stands beside it: its long texts and the name of
// its encoding.
func (o *opener) dbase(src extract.Source, member string) (extract.Reader, error) {
	opts := dbf.Options{Encoding: o.opts.Encoding, Table: member, Limits: o.opts.Limits}
	beside := func(ending string) (extract.Source, bool) {
		if src.Beside == nil {
			return extract.Source{}, false
		}
		return src.Beside(ending)
	}
	for _, ending := range []string{".fpt", ".dbt"} {
		if memo, ok := beside(ending); ok {
			s, err := o.spool(memo)
			if err != nil {
				return nil, err
			}
			opts.Memo, opts.MemoName = s, memo.Name
		}
	}
	if page, ok := beside(".cpg"); ok {
		head, err := readHead(page)
		if err != nil {
			return nil, err
		}
		opts.Page = string(head[:min(len(head), 100)])
	}
	return reader(dbf.Open(o.ctx, src, opts))
}

// reader keeps a nil pointer from becoming a reader.
func reader[R extract.Reader](r R, err error) (extract.Reader, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

// choose weighs what the bytes look like, what the caller says and, only where
// the bytes allow both, what the name says.
func (o *opener) choose(name, member string, found extract.Format) (extract.Format, error) {
	if found == extract.Empty {
		return extract.Empty, nil
	}
	if said := extract.Format(o.opts.Format); said != "" {
		if said != found && (!isTextual(found) || !isTextual(said)) {
			return "", overt.Errorf(overt.Invalid, name, "the source is %s and cannot be read as %s", found.Describe(), said)
		}
		return said, nil
	}
	ext := extension(cmp.Or(member, name))
	if f := named(name, member); f != "" && isProse(found) {
		return f, nil
	}
	switch {
	case found == extract.Text && (ext == ".csv" || ext == ".tsv" || ext == ".tab"):
		return extract.CSV, nil // a table of one column
	case found == extract.JSON && (ext == ".jsonl" || ext == ".ndjson" || ext == ".ijson"):
		return extract.JSONL, nil
	case found == extract.Text || found == extract.HTML || !slices.Contains(Formats, found):
		return "", refuse(name, found)
	}
	return found, nil
}

// isProse says whether text is of no clear format, so that the name may decide.
func isProse(found extract.Format) bool {
	return found == extract.Text || found == extract.CSV || found == extract.TSV
}

// named gives the format that a name's ending stands for, of those that their
// contents do not always show.
func named(name, member string) extract.Format {
	switch extension(cmp.Or(member, name)) {
	case ".yml", ".yaml":
		return extract.YAML
	case ".zone":
		return extract.Zone
	}
	return ""
}

// isTextual says whether a format is text, which the bytes alone do not decide.
func isTextual(f extract.Format) bool {
	switch f {
	case extract.CSV, extract.TSV, extract.JSON, extract.JSONL, extract.XML, extract.YAML, extract.Zone, extract.Text, extract.HTML:
		return true
	}
	return false
}

// extension gives the ending of a name, that of a compression put aside.
func extension(name string) string {
	name = strings.ToLower(name)
	for _, s := range []string{".gz", ".zst", ".gzip", ".bz2", ".xz"} {
		name = strings.TrimSuffix(name, s)
	}
	return path.Ext(name)
}

func refuse(name string, found extract.Format) error {
	if found.IsDocument() {
		return overt.Errorf(overt.Invalid, name, "%s; import takes tables and records; overt ingest reads documents", found.Describe())
	}
	return overt.Errorf(overt.Invalid, name, "%s; there is no reader of records for it", found.Describe())
}

// refused is a member that cannot be read.
type refused struct {
	table string
	err   error
}

func (r refused) Info() extract.Info {
	return extract.Info{Format: extract.Binary, Table: r.table, Notes: []string{r.err.Error()}}
}

func (r refused) Records(context.Context, string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) { yield(nil, r.err) }
}

// empty is a file without a byte, such as the delta of a day without changes.
type empty struct{ table string }

func (e empty) Info() extract.Info {
	return extract.Info{
		Format: extract.Empty, Table: e.table, Sure: 1, Notes: []string{"the file is empty"},
		Warnings: []extract.Warning{{Code: "empty", Message: "the file is empty", Count: 1}},
	}
}

func (empty) Records(context.Context, string) iter.Seq2[extract.Record, error] {
	return func(func(extract.Record, error) bool) {}
}
