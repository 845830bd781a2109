package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/database"
	"overt/gate"
	"overt/ledger"
	"overt/mapping"
	"overt/policy"
)

// A selection is a query of a mapping on a database, and the columns that the
// database turned out to have.
type selection struct {
	*mapping.Query
	header []string
}

// Wanted notes the columns and picks those that the mapping reads.
func (s *selection) Wanted(header []string) []string {
	s.header = header
	return s.Query.Wanted(header)
}

func (s *selection) query() database.Query {
	q := database.Query{Columns: s}
	for _, t := range s.SQL.Tables {
		q.Tables = append(q.Tables, database.Table(t))
	}
	for _, j := range s.SQL.Joins {
		q.Joins = append(q.Joins, database.Join(j))
	}
	for _, f := range s.SQL.Filters {
		q.Filters = append(q.Filters, database.Filter(f))
	}
	return q
}

// warnings tell what the mapping names and is not there, and what is there and
// refused: that is not asked of the database at all.
func (s *selection) warnings(m *mapping.Mapping, name string) []ledger.Warning {
	return append(missing(m.Only(s.Query), name, name, s.header), refusals(mapping.Screen(s.header, nil), name)...)
}

// asked gives the mapping of each part of a file. Of a SQLite file a mapping
// with tables makes parts of its own, one for each query.
func (t *taken) asked(given *mapping.Mapping) ([]*mapping.Mapping, error) {
	t.warnings = append(t.warnings, t.unfinished()...)
	if t.only != nil {
		given = t.only
	}
	if given == nil || !given.NeedsSQL() || t.from != nil {
		return slices.Repeat([]*mapping.Mapping{given}, len(t.part)), nil
	}
	tables, plain := queriesOf(given)
	books := t.books()
	if len(books) == 0 {
		if len(plain) == 0 {
			return nil, overt.Errorf(overt.Invalid, t.name, "the mapping reads tables of a database, and this is no SQLite file")
		}
		t.warnings = append(t.warnings, ledger.Warning{Code: "query-not-run", Where: t.name,
			Message: fmt.Sprintf("%d queries of the mapping read a database and were not run on this file", len(tables))})
		return slices.Repeat([]*mapping.Mapping{given.Only(plain...)}, len(t.part)), nil
	}
	t.part = nil
	var out []*mapping.Mapping
	for _, b := range books {
		for _, q := range tables {
			s := &selection{Query: q}
			r, err := b.Query(s.query())
			if err != nil {
				return nil, err
			}
			t.part, out = append(t.part, extract.Part{Reader: r}), append(out, given.Only(q))
			t.warnings = append(t.warnings, s.warnings(given, t.name)...)
		}
	}
	return out, nil
}

// queriesOf divides the queries of a mapping into those on tables of a database
// and the others.
func queriesOf(m *mapping.Mapping) (tables, plain []*mapping.Query) {
	for _, q := range m.Queries {
		if q.NeedsSQL() {
			tables = append(tables, q)
		} else {
			plain = append(plain, q)
		}
	}
	return tables, plain
}

// books gives a reader of each SQLite file among the parts; an archive may hold
// several.
func (t *taken) books() []database.Asked {
	var out []database.Asked
	for _, p := range t.part {
		r, ok := p.Reader.(database.Asked)
		if ok && !slices.ContainsFunc(out, r.Beside) {
			out = append(out, r)
		}
	}
	return out
}

// unfinished tells of changes to a SQLite file that its program has not put into
// it yet: they stand in a file beside, which is another source.
func (t *taken) unfinished() []ledger.Warning {
	if t.path == "" || len(t.books()) == 0 {
		return nil
	}
	var out []ledger.Warning
	for _, ending := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(t.path + ending); err == nil && info.Size() > 0 {
			out = append(out, ledger.Warning{Code: "not-finished", Where: t.name, Message: fmt.Sprintf(
				"changes that stand in %s beside it are not read; end the program that writes the database, or take a copy (vacuum into)", base(t.path)+ending)})
		}
	}
	return out
}

// A catalogue is the queries of a mapping on one database.
type catalogue struct {
	address *database.Address
	queries []*mapping.Query
}

// catalogues lists the databases that a mapping names, where no file is.
func catalogues(req Request, m *mapping.Mapping) ([]*catalogue, error) {
	if m == nil || !m.NeedsSQL() || len(req.Paths)+len(req.Files) > 0 {
		return nil, nil
	}
	var out []*catalogue
	by := map[string]*catalogue{}
	tables, plain := queriesOf(m)
	if len(plain) > 0 {
		return nil, overt.Errorf(overt.Invalid, m.Name, "some queries of the mapping read files; name them, or keep those in a mapping of their own")
	}
	for _, q := range tables {
		if q.SQL.Database == "" {
			return nil, overt.Errorf(overt.Invalid, m.Name, "the mapping names tables and no database; name the SQLite file to import")
		}
		c := by[q.SQL.Database]
		if c == nil {
			a, err := database.ParseAddress(q.SQL.Database)
			if err != nil {
				return nil, overt.Errorf(overt.Invalid, m.Name, "%s; ${NAME} in a mapping is given with --set or --env", describe(err))
			}
			c = &catalogue{address: a}
			by[q.SQL.Database], out = c, append(out, c)
		}
		c.queries = append(c.queries, q)
	}
	return out, nil
}

// importDatabases takes in what a mapping's queries select from the databases
// it names, as one run. That connections will be opened is recorded before.
func (im *Importer) importDatabases(ctx context.Context, req Request, given *mapping.Mapping, list []*catalogue) (*Report, error) {
	dataset := cmp.Or(req.Dataset, given.Name)
	label := policy.Label{Dataset: dataset}
	if err := label.Validate(); err != nil {
		return nil, err
	}
	pass, err := im.Open(ctx, []policy.Label{label})
	if err != nil {
		return nil, err
	}
	var about []string
	for _, c := range list {
		for _, q := range c.queries {
			about = append(about, nameOf(c.address, q))
		}
	}
	req.Dataset, req.Together = dataset, true
	var rep *Report
	act := gate.Act{Action: "database.read", Object: dataset, Query: strings.Join(about, ", ")}
	err = pass.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		if err := mayWrite(b, label); err != nil {
			return 0, "", err
		}
		var files []*file
		for _, c := range list {
			files = append(files, im.snapshots(ctx, b, given, c)...)
		}
		if ctx.Err() != nil {
			return 0, "", ctx.Err()
		}
		var err error
		rep, err = im.take(ctx, req, distinct(files), given)
		return int64(len(files)), "", err
	})
	return rep, err
}

// nameOf names what a query selects: "postgresql://host/db#company,shares.csv".
func nameOf(a *database.Address, q *mapping.Query) string {
	return a.String() + "#" + (&selection{Query: q}).query().String() + ".csv"
}

// distinct numbers files of one name.
func distinct(files []*file) []*file {
	seen := map[string]int{}
	for _, f := range files {
		if seen[f.name]++; seen[f.name] > 1 {
			f.name = fmt.Sprintf("%s (%d).csv", strings.TrimSuffix(f.name, ".csv"), seen[f.name])
		}
	}
	return files
}

// snapshots writes what the queries of one database give to the blobs. One that
// fails fails all: what is taken in must agree.
func (im *Importer) snapshots(ctx context.Context, b *gate.Bench, given *mapping.Mapping, c *catalogue) []*file {
	if c.address.Kind == database.SQLite {
		files, err := gather(Request{Paths: []string{c.address.Path}})
		if err != nil {
			files = []*file{{name: base(c.address.Path), err: err}}
		}
		for _, f := range files {
			f.only = given.Only(c.queries...)
		}
		return files
	}
	files := make([]*file, len(c.queries))
	for i, q := range c.queries {
		files[i] = &file{name: nameOf(c.address, q), only: given.Only(q)}
	}
	if err := im.fillSnapshots(ctx, b, given, c, files); err != nil {
		for _, f := range files {
			f.err = err
		}
	}
	return files
}

func (im *Importer) fillSnapshots(ctx context.Context, b *gate.Bench, given *mapping.Mapping, c *catalogue, files []*file) (err error) {
	session, err := database.Connect(ctx, c.address, database.Options{Limits: im.Limits})
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }() // nothing was changed that closing could lose
	for i, q := range c.queries {
		f, s := files[i], &selection{Query: q}
		blob, size, snap, err := im.snapshot(ctx, b, session, f.name, s)
		if err != nil {
			return err
		}
		f.size, f.names, f.from = size, snap.Header, &Origin{Address: c.address.String(), Fetched: im.Clock().UTC().Format("2006-01-02T15:04:05Z")}
		f.stored = func() (io.ReadCloser, error) { return b.Blobs.Open(ctx, blob) }
		f.warnings = s.warnings(given, f.name)
	}
	return nil
}

// snapshot streams one query's result into the blobs.
func (im *Importer) snapshot(ctx context.Context, b *gate.Bench, session *database.Session, name string, s *selection) (overt.BlobID, int64, *database.Snapshot, error) {
	r, w := io.Pipe()
	var snap *database.Snapshot
	done := make(chan error, 1)
	go func() {
		var err error
		snap, err = session.WriteSnapshot(ctx, s.query(), w, func(rows int64) {
			if im.Progress != nil && rows%16384 == 0 {
				im.Progress(name, rows, 0)
			}
		})
		_ = w.CloseWithError(err)
		done <- err
	}()
	blob, size, err := b.Blobs.Put(ctx, r)
	_ = r.CloseWithError(cmp.Or(err, io.ErrClosedPipe)) // ends a writer that is not read any more
	if cause := <-done; cause != nil && !errors.Is(cause, err) {
		err = cause
	}
	return blob, size, snap, err
}
