// Package open puts the parsers of extract together: it takes a source as it
// came, peels off what it is packed in, recognises what is inside and gives a
// reader for each table or tree.
//
// It stands between source and mapping. Its invariant: every member of an
// archive has a part, and one that cannot be read has a part whose reader says
// why.
package open

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/internal/archive"
)

// Options say what the caller knows; the zero value detects everything.
type Options struct {
	Format    string   // one of Formats; of what is inside, when packed
	Encoding  string   // any WHATWG name
	Delimiter string   // one ASCII character, or "tab"
	Header    []string // names for tables without a header line
	HeaderRow int      // row the header stands on, 0 to detect, -1 for none
	Limits    extract.Limits
	Scratch   archive.Scratch // what does not fit into memory goes there; nil is temporary files
}

// An Opener opens sources of records: in this process, or in one that is
// confined (extract/records).
type Opener interface {
	// Open is as the function Open says.
	Open(ctx context.Context, src extract.Source, opts Options) ([]extract.Part, error)
	// FetchAll is as the function FetchAll says.
	FetchAll(ctx context.Context, src extract.Source, opts Options, ats []overt.Locator) ([]string, error)
	// Unconfined says whether something was read by a process that the system
	// does not confine.
	Unconfined() bool
}

// Here opens sources in this very process: those that the program itself
// carries, and what tests made.
type Here struct{}

// Open opens a source here.
func (Here) Open(ctx context.Context, src extract.Source, opts Options) ([]extract.Part, error) {
	return Open(ctx, src, opts)
}

// FetchAll fetches here.
func (Here) FetchAll(ctx context.Context, src extract.Source, opts Options, ats []overt.Locator) ([]string, error) {
	return FetchAll(ctx, src, opts, ats)
}

// Unconfined is false: Here is for what is not foreign.
func (Here) Unconfined() bool { return false }

// Formats are what there is a reader of records for.
var Formats = []extract.Format{
	extract.CSV, extract.TSV, extract.JSON, extract.JSONL, extract.XML, extract.YAML,
	extract.XLSX, extract.ODS, extract.Parquet, extract.DBF, extract.Zone, extract.SQLite,
}

func names(list []extract.Format) string {
	var b strings.Builder
	for i, f := range list {
		switch {
		case i > 0 && i == len(list)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(f))
	}
	return b.String()
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
	src.Beside = func(ending string) (extract.Source, bool) {
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		for _, e := range []string{ending, strings.ToUpper(ending)} {
			if info, err := os.Stat(stem + e); err == nil && info.Mode().IsRegular() {
				return File(stem + e), true
			}
		}
		return extract.Source{}, false
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
	if opts.Format != "" && !slices.Contains(Formats, extract.Format(opts.Format)) {
		return nil, overt.Errorf(overt.Invalid, "", "no reader for format %q; there are %s", opts.Format, names(Formats))
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
	case extract.BZIP2:
		return o.layer(o.packed(src, archive.Bunzip2), member, depth+1)
	case extract.XZ:
		return o.layer(o.packed(src, archive.Unxz), member, depth+1)
	case extract.TAR:
		return o.tarred(src, member, depth)
	case extract.ZIP, extract.XLSX, extract.ODS, extract.DOCX, extract.PPTX:
		return o.zipped(src, member, depth, found)
	case extract.SQLite:
		return o.database(src, member)
	}
	format := found
	if isProse(found) && named(src.Name, member) == extract.YAML {
		format = extract.YAML
	}
	if parts, ok, err := o.exchanges(src, member, depth, format, head); ok {
		return parts, err
	}
	r, err := o.leaf(src, member, found)
	if err != nil {
		return nil, err
	}
	return []extract.Part{{Name: member, Reader: r, Outline: outlining(src, r)}}, nil
}

// Failed is the error of a source that could not be opened.
func Failed(name string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return overt.Errorf(overt.NotFound, name, "open: %w", p.Err)
	}
	return overt.Errorf(overt.Invalid, name, "%w", err)
}

func readHead(src extract.Source) ([]byte, error) {
	rc, err := src.Open()
	if err != nil {
		return nil, Failed(src.Name, err)
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
