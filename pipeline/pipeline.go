// Package pipeline runs the stages: files to records, records to statements,
// statements to the graph. It owns what spans them: which file is which
// format, what a run is, what the coverage ledger says of it, and the doubts
// that are measured on the way.
package pipeline

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/gate"
	"overt/ledger"
	"overt/mapping"
	"overt/policy"
	"overt/statement"
)

// A Request says what to import.
type Request struct {
	Paths []string // files and folders; none when the mapping names databases
	// Documents is a dataset whose documents are looked through for tables and
	// forms, as they were read; Paths are not looked at then.
	Documents string
	Dataset   string // "" takes the pack's name
	Format    string // name of a pack or native format; "" detects
	Mapping   string // a mapping file; "" uses packs
	// Env is what ${NAME} in addresses of the mapping stands for.
	Env      map[string]string
	Observed string // ISO 8601 date of the source's state; "" asks the source
	Extent   statement.Extent
	Series   string
	Header   string // a file whose one line names the columns of header-less tables
	Encoding string
	// Files holds embedded sources, used instead of Paths: name and content.
	Files []Embedded
	// Text is the mapping's text for embedded sources; Mapping is its name.
	Text []byte
	// Together makes one run of all files.
	Together bool
	// About is what the asker says of the dataset; it goes before what mappings say.
	About ledger.Dataset
	// Origins says where fetched files came from, by path.
	Origins map[string]Origin
	// Token ties the runs to their ledger entries; "" makes a random one. A
	// caller that gives one can ask the store later whether it came in.
	Token string
}

// An Origin is where a fetched file came from.
type Origin struct {
	Address string
	Fetched string // when, RFC 3339 in UTC
	State   string // ISO 8601 date of its state so far as server or answer said; taken when the source itself gives none
}

// An Embedded is a source that the program carries.
type Embedded struct {
	Name string
	Data []byte
}

// Progress is told of what has been read, several times a second.
type Progress func(file string, rows, statements int64)

// A FileReport says what became of one file.
type FileReport struct {
	Source   string           `json:"source"`
	Dataset  string           `json:"dataset"`
	Format   string           `json:"format"`
	Verdict  ledger.Verdict   `json:"verdict"`
	Reason   string           `json:"reason,omitempty"`
	Retry    string           `json:"retry,omitempty"`
	Run      overt.RunID      `json:"run,omitempty"`
	Already  bool             `json:"already,omitempty"` // it was in before
	Received int64            `json:"received"`
	Read     int64            `json:"read"`
	LeftOut  int64            `json:"left_out"`
	Repeats  int64            `json:"repeats"`
	Notes    []string         `json:"notes,omitempty"`
	Warnings []ledger.Warning `json:"warnings,omitempty"`
	Reasons  []ledger.Count   `json:"reasons,omitempty"`
	Entry    int64            `json:"entry,omitempty"`
}

// A RunReport says what one run brought.
type RunReport struct {
	Run        overt.RunID      `json:"run"`
	Dataset    string           `json:"dataset"`
	Observed   string           `json:"observed"`
	Extent     statement.Extent `json:"extent"`
	Entities   int64            `json:"entities"`
	Statements int64            `json:"statements"`
	New        int64            `json:"new"`
	// Notes are what is inferred of the run beside what was declared.
	Notes []string `json:"notes,omitempty"`
}

// A Report says what became of an import.
type Report struct {
	Files []FileReport `json:"files"`
	Runs  []RunReport  `json:"runs"`
	// Papers is what documents were looked through; nil where files were imported.
	Papers *Papers `json:"documents,omitempty"`
}

// An Importer imports through one pass of the gate.
type Importer struct {
	Open     func(ctx context.Context, labels []policy.Label) (*gate.Pass, error)
	Clock    func() time.Time
	Progress Progress
	// Records opens what comes in, elsewhere: nothing foreign is parsed in this
	// process. What the program itself carries is opened here.
	Records open.Opener
	Limits  extract.Limits
	// Derived is the home's folder for what can be made again. With it a newer
	// full extract of a source costs in proportion to what changed; "" takes
	// each one in as if it were the first.
	Derived string
}

// Import takes the request's files in, each as a run of its own (files that
// one mapping names together, and pages of one source, are one run). A file that cannot be read is in
// the report and the ledger; the others go on. Errors: only what concerns the
// whole import (nothing to import, no access, the disk).
func (im *Importer) Import(ctx context.Context, req Request) (*Report, error) {
	if im.Records == nil {
		return nil, overt.Errorf(overt.Internal, "", "an import needs what opens the sources")
	}
	given, err := loadMapping(req)
	if err != nil {
		return nil, err
	}
	if req.Documents != "" {
		return im.importPapers(ctx, req, given)
	}
	if given != nil && given.OfDocuments() {
		return nil, overt.Errorf(overt.Invalid, req.Mapping, "the mapping is of documents: say the dataset in which they are")
	}
	databases, err := catalogues(req, given)
	if err != nil {
		return nil, err
	}
	if len(databases) > 0 {
		return im.importDatabases(ctx, req, given, databases)
	}
	files, err := gather(req)
	if err != nil {
		return nil, err
	}
	return im.take(ctx, req, files, given)
}

// take takes files in.
func (im *Importer) take(ctx context.Context, req Request, files []*file, given *mapping.Mapping) (*Report, error) {
	rep := &Report{Files: []FileReport{}, Runs: []RunReport{}}
	all := make([]*taken, len(files))
	for i, f := range files {
		all[i] = &taken{file: f, FileReport: FileReport{Source: f.name}, warnings: f.warnings}
		if all[i].err = im.recognise(ctx, req, all[i], given); ctx.Err() != nil {
			return rep, ctx.Err()
		}
	}
	for _, group := range units(all, given, req.Together) {
		if err := im.unit(ctx, req, group, given, rep); err != nil {
			return rep, err
		}
	}
	return rep, nil
}

// A file is one source as the user named it.
type file struct {
	name   string // base name, as it will be cited
	path   string
	data   []byte // of an embedded source
	size   int64
	header string // path of a header file beside it
	err    error  // why it cannot even be looked at

	only *mapping.Mapping // the queries that are for this file; nil for all
	// Of the snapshot of a server's tables:
	stored   func() (io.ReadCloser, error)
	names    []string // of its columns
	from     *Origin
	warnings []ledger.Warning
}

func (f *file) open() (io.ReadCloser, error) {
	if f.err != nil {
		return nil, f.err
	}
	if f.stored != nil {
		return f.stored()
	}
	if f.path == "" {
		return io.NopCloser(strings.NewReader(string(f.data))), nil
	}
	return os.Open(f.path)
}

// carried says whether the program itself brings the file.
func (f *file) carried() bool { return f.path == "" && f.stored == nil }

// opener is what opens a file.
func (im *Importer) opener(f *file) open.Opener {
	if f.carried() {
		return open.Here{}
	}
	return im.Records
}

// encoding is what the file's text is written in, where that is not detected.
func (f *file) encoding(req Request) string {
	if f.from != nil {
		return "utf-8"
	}
	return req.Encoding
}

// gather lists the files of a request in a stable order. Folders are walked;
// hidden files are left aside; links are not followed, and are said.
func gather(req Request) ([]*file, error) {
	var out []*file
	for _, e := range req.Files {
		out = append(out, &file{name: e.Name, data: e.Data, size: int64(len(e.Data))})
	}
	if len(req.Paths) > 0 {
		files, err := walk(req.Paths, false)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	if len(out) == 0 {
		return nil, overt.Errorf(overt.Invalid, strings.Join(req.Paths, " "), "there is no file to import")
	}
	if req.Header != "" {
		for _, f := range out {
			f.header = req.Header
		}
		return out, nil
	}
	return headersBeside(out), nil
}

// kindOf names what cannot be imported, for opening it could wait for ever.
func kindOf(m os.FileMode) string {
	switch {
	case m&os.ModeNamedPipe != 0:
		return "named pipe"
	case m&os.ModeSocket != 0:
		return "socket"
	case m&os.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

func pathCause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// headersBeside gives each file the header file of its folder, a table named
// header.csv, and takes header files out of the list: they are read with the
// tables they belong to.
func headersBeside(files []*file) []*file {
	byDir := map[string]string{}
	var out []*file
	for _, f := range files {
		base := strings.ToLower(filepath.Base(f.name))
		if f.path != "" && (base == "header.csv" || base == "headers.csv" || base == "header.tsv") {
			byDir[filepath.Dir(f.path)] = f.path
			continue
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		return files
	}
	for _, f := range out {
		if f.path == "" {
			continue
		}
		dir := filepath.Dir(f.path)
		if _, looked := byDir[dir]; !looked {
			byDir[dir] = ""
			for _, name := range []string{"header.csv", "headers.csv", "header.tsv"} {
				if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
					byDir[dir] = filepath.Join(dir, name)
				}
			}
		}
		f.header = byDir[dir]
	}
	return out
}

func loadMapping(req Request) (*mapping.Mapping, error) {
	if req.Text != nil {
		return mapping.ParseWith(req.Mapping, req.Text, mapping.Options{Env: req.Env})
	}
	if req.Mapping == "" {
		return nil, nil
	}
	text, err := os.ReadFile(req.Mapping)
	if err != nil {
		return nil, &overt.Error{Code: overt.NotFound, Op: "read mapping", Where: req.Mapping, Err: pathCause(err)}
	}
	return mapping.ParseWith(req.Mapping, text, mapping.Options{Env: req.Env})
}

// units groups files into runs: those that a mapping or the caller puts
// together are one, and so are those of one folder that are pages of one source; any other file
// is one by itself.
func units(files []*taken, given *mapping.Mapping, together bool) [][]*taken {
	if together || given != nil && slices.ContainsFunc(given.Queries, func(q *mapping.Query) bool { return len(q.Sources) > 0 }) {
		return [][]*taken{files}
	}
	var out [][]*taken
	books := map[string]int{}
	for _, t := range files {
		book := t.book()
		if i, begun := books[book]; begun && book != "" {
			out[i] = append(out[i], t)
			continue
		}
		books[book] = len(out)
		out = append(out, []*taken{t})
	}
	for _, u := range out {
		slices.SortStableFunc(u, func(a, b *taken) int { return natural(a.name, b.name) })
	}
	return out
}

// book names the source that the file is a page of; "" for a whole one.
func (t *taken) book() string {
	if t.err != nil || len(t.mapping) == 0 || slices.ContainsFunc(t.mapping, func(m *mapping.Mapping) bool { return m == nil || !m.Pages }) {
		return ""
	}
	return filepath.Dir(t.path) + "\x00" + t.mapping[0].Name
}

// natural orders names as people count: page-2 before page-10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x == 0 || y == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		m, n := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
		if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n)); c != 0 {
			return c
		}
		a, b = a[x:], b[y:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts the digits a text begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

func token() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// options are how a file is opened, with the header that stands beside it.
func (im *Importer) options(ctx context.Context, req Request, f *file) (open.Options, error) {
	o := open.Options{Encoding: req.Encoding, Limits: im.Limits}
	if f.from != nil { // we wrote it
		return open.Options{Format: "csv", Encoding: f.encoding(req), Delimiter: ",", Header: f.names, HeaderRow: 1, Limits: im.Limits}, nil
	}
	if f.header == "" {
		return o, nil
	}
	parts, err := im.Records.Open(ctx, extract.Source{Name: filepath.Base(f.header), Open: func() (io.ReadCloser, error) { return os.Open(f.header) }}, open.Options{HeaderRow: 1})
	if err != nil || len(parts) == 0 {
		return o, overt.Errorf(overt.Invalid, f.header, "the header file beside the table cannot be read: %w", err)
	}
	o.Header = parts[0].Reader.Info().Header
	return o, nil
}

// describe is an error as the ledger keeps it: no content, one sentence.
func describe(err error) string {
	var e *overt.Error
	if errors.As(err, &e) && e.Message != "" {
		if e.Where != "" {
			return e.Where + ": " + e.Message
		}
		return e.Message
	}
	return fmt.Sprint(err)
}

// A Format is a source that needs no mapping of the user's.
type Format struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Extent string `json:"extent"`
}

// Formats lists the embedded packs and what is read without one.
func Formats() []Format {
	packs, _ := mapping.Packs()
	var out []Format
	for _, m := range packs {
		out = append(out, Format{m.Name, m.Title, m.Extent})
	}
	slices.SortFunc(out, func(a, b Format) int { return strings.Compare(a.Name, b.Name) })
	return out
}
