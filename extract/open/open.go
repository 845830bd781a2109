// Package open puts the parsers of extract together: it takes a source as it
// came, peels off what it is packed in, recognises what is inside and gives a
// reader for each table or tree.
//
// It stands between source and mapping. Its invariant: every member of an
// archive has a part, and one that cannot be read has a part whose reader says
// why.
package open

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/sheet"
	"overt/extract/table"
	"overt/extract/tree"
	"overt/internal/archive"
)

// Options say what the caller knows; the zero value detects everything.
type Options struct {
	Format    string   // "csv", "tsv", "json", "jsonl", "xml", "xlsx"; of what is inside, when packed
	Encoding  string   // any WHATWG name
	Delimiter string   // one ASCII character, or "tab"
	Header    []string // names for tables without a header line
	HeaderRow int      // row the header stands on, 0 to detect, -1 for none
	Limits    extract.Limits
}

// headSize is how much of a source is looked at to recognise it, in bytes.
const headSize = 256 << 10

// keepInMemory is up to which size a packed archive is held in memory, in bytes.
const keepInMemory = 16 << 20

// File gives the source of a file on disk.
func File(name string) extract.Source {
	src := extract.Source{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(name) }}
	if info, err := os.Stat(name); err == nil {
		src.Size = info.Size()
	}
	return src
}

// Open recognises a source and gives a part for each table and tree in it;
// members of archives are sorted by name. Errors: invalid, when the source is
// nothing that holds records, and the error names what it is; else what opening
// it gave. A member that cannot be read is a part whose reader yields the error,
// unless no member can.
func Open(ctx context.Context, src extract.Source, opts Options) ([]extract.Part, error) {
	return openWanted(ctx, src, opts, func(string) bool { return true })
}

func openWanted(ctx context.Context, src extract.Source, opts Options, wanted func(member string) bool) ([]extract.Part, error) {
	opts.Limits = opts.Limits.WithDefaults()
	switch f := extract.Format(opts.Format); f {
	case "", extract.CSV, extract.TSV, extract.JSON, extract.JSONL, extract.XML, extract.XLSX:
	default:
		return nil, overt.Errorf(overt.Invalid, "", "no reader for format %q; there are csv, tsv, json, jsonl, xml and xlsx", opts.Format)
	}
	o := &opener{ctx: ctx, opts: opts, wanted: wanted}
	return o.layer(src, "", 0)
}

// opener peels one source.
type opener struct {
	ctx    context.Context
	opts   Options
	wanted func(member string) bool
}

// layer opens a source that is member inside its file, under so many
// containers.
func (o *opener) layer(src extract.Source, member string, depth int) ([]extract.Part, error) {
	if err := o.ctx.Err(); err != nil {
		return nil, err
	}
	if depth > o.opts.Limits.Nesting {
		return nil, overt.Errorf(overt.Invalid, src.Name, "more than %d containers inside each other", o.opts.Limits.Nesting)
	}
	head, err := readHead(src)
	if err != nil {
		return nil, err
	}
	found := extract.Sniff(head)
	switch found {
	case extract.GZIP:
		return o.layer(o.packed(src, archive.Gunzip), member, depth+1)
	case extract.ZSTD:
		return o.layer(o.packed(src, archive.Unzstd), member, depth+1)
	case extract.ZIP, extract.XLSX, extract.DOCX, extract.PPTX:
		return o.zipped(src, member, depth, found)
	}
	r, err := o.leaf(src, member, found)
	if err != nil {
		return nil, err
	}
	return []extract.Part{{Name: member, Reader: r, Bytes: src.Open}}, nil
}

func readHead(src extract.Source) ([]byte, error) {
	rc, err := src.Open()
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			return nil, overt.Errorf(overt.NotFound, src.Name, "open: %w", p.Err)
		}
		return nil, overt.Errorf(overt.Invalid, src.Name, "%w", err)
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(rc, head)
	if cerr := rc.Close(); cerr != nil && err == nil {
		err = cerr
	}
	// Whatever broke the stream breaks it again when it is read; what came
	// before is worth reading.
	if err != nil && n == 0 && !errors.Is(err, io.EOF) {
		return nil, overt.Errorf(overt.Invalid, src.Name, "read the beginning: %w", err)
	}
	return head[:n], nil
}

func (o *opener) limits() archive.Limits {
	l := o.opts.Limits
	return archive.Limits{Total: l.Total, Ratio: l.Ratio, RatioFrom: l.RatioFrom, Members: l.Members}
}

// packed is what a compressed source holds.
func (o *opener) packed(src extract.Source, unpack func(io.ReadCloser, archive.Limits) (io.ReadCloser, error)) extract.Source {
	return extract.Source{Name: src.Name, Open: func() (io.ReadCloser, error) {
		rc, err := src.Open()
		if err != nil {
			return nil, err
		}
		return unpack(rc, o.limits())
	}}
}

// spool gives random access to a source: a file as it is, anything else copied.
func (o *opener) spool(src extract.Source) (*archive.Spool, error) {
	rc, err := src.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", src.Name, err)
	}
	if f, ok := rc.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return &archive.Spool{ReaderAt: f, Size: info.Size()}, nil
		}
	}
	s, err := archive.Keep(o.ctx, rc, keepInMemory)
	if err := errors.Join(err, rc.Close()); err != nil {
		return nil, overt.Errorf(overt.Invalid, src.Name, "%w", err)
	}
	return s, nil
}

// zipped opens a workbook, or each member of an archive.
func (o *opener) zipped(src extract.Source, member string, depth int, found extract.Format) ([]extract.Part, error) {
	s, err := o.spool(src)
	if err != nil {
		return nil, err
	}
	list, err := archive.Members(s, o.limits())
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, src.Name, "%w", err)
	}
	switch kind := office(list, found); kind {
	case extract.XLSX:
		return o.sheets(src, member, s)
	case extract.ZIP:
	default:
		return nil, refuse(src.Name, kind)
	}
	if len(list) == 0 {
		return nil, overt.Errorf(overt.Invalid, src.Name, "the archive is empty")
	}
	return o.members(src, member, depth, list)
}

// office says which office format an archive is by its members; the head of
// the archive alone does not always show it.
func office(list []archive.Member, found extract.Format) extract.Format {
	kind := extract.ZIP
	for _, m := range list {
		switch strings.ToLower(m.Name) {
		case "xl/workbook.xml":
			return extract.XLSX
		case "word/document.xml":
			return extract.DOCX
		case "ppt/presentation.xml":
			return extract.PPTX
		case "meta-inf/container.xml":
			return extract.EPUB
		case "[content_types].xml":
			kind = extract.Office
		}
	}
	if kind == extract.ZIP && found != extract.ZIP {
		return found
	}
	return kind
}

func (o *opener) sheets(src extract.Source, member string, s *archive.Spool) ([]extract.Part, error) {
	if f := o.opts.Format; f != "" && f != string(extract.XLSX) {
		return nil, overt.Errorf(overt.Invalid, src.Name, "the source is %s and cannot be read as %s", extract.XLSX.Describe(), f)
	}
	list, err := sheet.Open(o.ctx, src.Name, s, sheet.Options{
		Header: o.opts.Header, HeaderRow: o.opts.HeaderRow, Prefix: member, Limits: o.opts.Limits,
	})
	if err != nil {
		return nil, err
	}
	parts := make([]extract.Part, len(list))
	for i, r := range list {
		parts[i] = extract.Part{Name: member, Reader: r}
	}
	return parts, nil
}

func (o *opener) members(src extract.Source, member string, depth int, list []archive.Member) ([]extract.Part, error) {
	var parts []extract.Part
	var firstErr error
	readable := false
	seen := map[string]int{}
	for _, m := range list {
		name := m.Name
		if seen[name]++; seen[name] > 1 {
			// Two members may have one name; a locator must tell them apart.
			name = fmt.Sprintf("%s (%d)", name, seen[name])
		}
		if member != "" {
			name = member + "!" + name
		}
		if !o.wanted(name) {
			continue
		}
		inner := extract.Source{Name: src.Name + "!" + m.Name, Open: m.Open, Size: m.Size()}
		got, err := o.layer(inner, name, depth+1)
		switch {
		case err != nil && o.ctx.Err() != nil:
			return nil, o.ctx.Err()
		case err != nil:
			firstErr = cmp.Or(firstErr, err)
			got = []extract.Part{{Name: name, Reader: refused{name, err}}}
		default:
			readable = true
		}
		parts = append(parts, got...)
	}
	if !readable && firstErr != nil {
		return nil, firstErr
	}
	return parts, nil
}

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
	}
	return reader(tree.Open(o.ctx, src, tree.Options{
		Format: format, Encoding: o.opts.Encoding, Table: member, Limits: o.opts.Limits,
	}))
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
	textual := false
	switch found {
	case extract.CSV, extract.TSV, extract.JSON, extract.JSONL, extract.XML, extract.Text, extract.HTML:
		textual = true
	case extract.Empty:
		return extract.Empty, nil
	}
	if said := extract.Format(o.opts.Format); said != "" {
		if !textual || said == extract.XLSX {
			return "", overt.Errorf(overt.Invalid, name, "the source is %s and cannot be read as %s", found.Describe(), said)
		}
		return said, nil
	}
	ext := extension(cmp.Or(member, name))
	switch {
	case found == extract.Text && (ext == ".csv" || ext == ".tsv" || ext == ".tab"):
		return extract.CSV, nil // a table of one column
	case found == extract.JSON && (ext == ".jsonl" || ext == ".ndjson" || ext == ".ijson"):
		return extract.JSONL, nil
	case !textual || found == extract.Text || found == extract.HTML:
		return "", refuse(name, found)
	}
	return found, nil
}

// extension gives the ending of a name, that of a compression put aside.
func extension(name string) string {
	name = strings.ToLower(name)
	for _, s := range []string{".gz", ".zst", ".gzip"} {
		name = strings.TrimSuffix(name, s)
	}
	return path.Ext(name)
}

func refuse(name string, found extract.Format) error {
	if found.IsDocument() {
		return overt.Errorf(overt.Invalid, name, "%s; documents are read by ingest", found.Describe())
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
