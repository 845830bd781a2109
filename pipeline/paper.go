package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/paper"
	"overt/extract/reading"
	"overt/gate"
	"overt/ledger"
	"overt/mapping"
	"overt/policy"
	"overt/statement"
)

// paperBatch is how many documents become one run at most.
const paperBatch = 1000

// Papers says what documents were looked through for tables and forms.
type Papers struct {
	Documents int `json:"documents"` // that were read, of one's own bytes each
	Taken     int `json:"taken"`     // from which something was taken
	Before    int `json:"before"`    // from which it was taken before
	Without   int `json:"without"`   // in which nothing is that the mapping takes
	Forms     int `json:"forms"`     // kinds of forms found, by document
	Tables    int `json:"tables"`    // taken
	Passed    int `json:"passed"`    // tables that were not chosen
}

// importPapers takes in what the documents of a dataset hold in tables and
// forms, as they were read: nothing is read again. Documents from which the same
// mapping took all there is are passed over.
func (im *Importer) importPapers(ctx context.Context, req Request, given *mapping.Mapping) (*Report, error) {
	kinds, err := paperKinds(req, given)
	if err != nil {
		return nil, err
	}
	rep := &Report{Files: []FileReport{}, Runs: []RunReport{}, Papers: &Papers{}}
	label := policy.Label{Dataset: cmp.Or(req.Dataset, req.Documents)}
	from := policy.Label{Dataset: req.Documents}
	if err := errors.Join(label.Validate(), from.Validate()); err != nil {
		return nil, err
	}
	pass, err := im.Open(ctx, []policy.Label{label, from})
	if err != nil {
		return nil, err
	}
	// What a document holds is a window: that another does not have it says nothing.
	req.Extent = cmp.Or(req.Extent, statement.Window)
	act := gate.Act{Action: "run.import", Object: label.Dataset, Query: "documents of " + req.Documents}
	err = pass.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		if err := mayWrite(b, label); err != nil {
			return 0, "", err
		}
		p := &papers{im: im, req: req, given: given, kinds: kinds, bench: b, label: label, rep: rep}
		return p.run(ctx)
	})
	return rep, err
}

// paperKinds are the mappings that are tried on documents.
func paperKinds(req Request, given *mapping.Mapping) ([]*mapping.Mapping, error) {
	if given != nil {
		return []*mapping.Mapping{given}, nil
	}
	if req.Format == "" {
		return mapping.Packs()
	}
	if m := mapping.Pack(req.Format); m != nil && len(m.Queries) > 0 {
		return []*mapping.Mapping{m}, nil
	}
	return nil, overt.Errorf(overt.Invalid, "--as", "%q is no format of tables or forms; the formats are %s", req.Format, strings.Join(formatNames(), ", "))
}

// papers are the documents of a dataset on their way into runs.
type papers struct {
	im    *Importer
	req   Request
	given *mapping.Mapping
	kinds []*mapping.Mapping
	bench *gate.Bench
	label policy.Label
	rep   *Report
	had   map[string]bool // blob, reading and mapping of documents in runs
	said  int64
}

func (p *papers) run(ctx context.Context) (int64, string, error) {
	if err := p.before(ctx); err != nil {
		return 0, "", err
	}
	docs, err := p.documents(ctx)
	if err != nil {
		return 0, "", err
	}
	p.rep.Papers.Documents = len(docs)
	result := ""
	groups := map[string][]*taken{}
	flush := func(name string) error {
		some := groups[name]
		groups[name] = nil
		n, hash, err := p.unit(ctx, some)
		p.said, result = p.said+n, cmp.Or(hash, result)
		return err
	}
	for _, e := range docs {
		t, err := p.document(ctx, e)
		if err != nil {
			return p.said, result, err
		}
		if t == nil {
			continue
		}
		groups[t.Format] = append(groups[t.Format], t)
		if len(groups[t.Format]) == paperBatch {
			if err := flush(t.Format); err != nil {
				return p.said, result, err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		if len(groups[name]) == 0 {
			continue
		}
		if err := flush(name); err != nil {
			return p.said, result, err
		}
	}
	return p.said, result, nil
}

// unit makes documents one run.
func (p *papers) unit(ctx context.Context, files []*taken) (int64, string, error) {
	u := &unit{im: p.im, req: p.req, bench: p.bench, rep: p.rep, token: cmp.Or(p.req.Token, token()), files: files, label: p.label}
	n, hash, err := u.run(ctx, p.given)
	for _, t := range files {
		p.rep.Files = append(p.rep.Files, t.FileReport)
		if t.Read > 0 {
			p.rep.Papers.Taken++
		}
	}
	return n, hash, err
}

// before finds what came in already.
func (p *papers) before(ctx context.Context) error {
	runs, err := p.bench.Statements.Runs(ctx, p.bench.Scope)
	if err != nil {
		return err
	}
	p.had = map[string]bool{}
	for _, r := range runs {
		if r.Undone != "" || r.Dataset != p.label.Dataset {
			continue
		}
		for _, s := range r.Sources {
			if s.Reading == "" {
				continue
			}
			for _, m := range strings.Split(r.Mapping, "+") {
				p.had[string(s.Blob+s.Reading)+m] = true
			}
		}
	}
	return nil
}

// documents lists the documents of the dataset that were read, each of one's own
// bytes once, by the name under which it came first.
func (p *papers) documents(ctx context.Context) ([]ledger.Entry, error) {
	var out []ledger.Entry
	seen := map[overt.BlobID]bool{}
	for e, err := range p.bench.Ledger.Entries(ctx, p.bench.Scope, p.req.Documents) {
		if err != nil {
			return nil, err
		}
		if !e.Document || e.Undone != "" || seen[e.Blob] || e.Verdict != ledger.Read && e.Verdict != ledger.Partial {
			continue
		}
		seen[e.Blob] = true
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, overt.Errorf(overt.NotFound, p.req.Documents, "the dataset has no document that was read; overt ingest takes documents in")
	}
	return out, nil
}

// document finds what the mappings take of one document; nil when there is
// nothing, or nothing new.
func (p *papers) document(ctx context.Context, e ledger.Entry) (*taken, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	text, err := p.reading(ctx, e.Blob)
	if err != nil || text == "" {
		return nil, err
	}
	if len(p.kinds) == 1 && p.had[string(e.Blob+text)+p.kinds[0].Digest()] {
		p.rep.Papers.Before++
		return nil, nil
	}
	t := &taken{file: &file{name: e.Source, size: e.Size}, FileReport: FileReport{Source: e.Source}, blob: e.Blob, reading: text}
	src := p.source(ctx, text)
	if err := p.forms(ctx, t, src); err != nil {
		return nil, err
	}
	forms := len(t.part)
	passed, err := p.tables(ctx, t, src)
	if err != nil {
		return nil, err
	}
	p.rep.Papers.Passed += passed
	if len(t.part) == 0 {
		p.rep.Papers.Without++
		return nil, nil
	}
	if !slices.ContainsFunc(t.mapping, func(m *mapping.Mapping) bool { return !p.had[string(e.Blob+text)+m.Digest()] }) {
		p.rep.Papers.Before++
		return nil, nil
	}
	p.rep.Papers.Forms, p.rep.Papers.Tables = p.rep.Papers.Forms+forms, p.rep.Papers.Tables+len(t.part)-forms
	return t, nil
}

// reading finds what was read of a document last; "" when nothing is known.
func (p *papers) reading(ctx context.Context, b overt.BlobID) (overt.BlobID, error) {
	view, err := p.bench.Statements.View(ctx, p.bench.Scope, statement.When{})
	if err != nil {
		return "", err
	}
	defer func() { _ = view.Close() }()
	stmts, err := view.Entity(ctx, readingID(b))
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return "", err
	}
	var out overt.BlobID
	var last overt.RunID
	for i := range stmts {
		info, ok := view.Sight().Info(stmts[i].Class)
		if ok && stmts[i].Prop == "text" && info.Run.ID >= last {
			out, last = overt.BlobID(stmts[i].Value), info.Run.ID
		}
	}
	return out, nil
}

// source opens a reading.
func (p *papers) source(ctx context.Context, text overt.BlobID) paper.Source {
	return func() (*reading.Reading, func() error, error) {
		return openReading(ctx, p.bench.Blobs, text)
	}
}

// forms finds the kinds of forms that a document has.
func (p *papers) forms(ctx context.Context, t *taken, src paper.Source) error {
	for _, m := range p.kinds {
		var all []*mapping.Form
		for _, q := range m.Queries {
			if q.Form != nil {
				all = append(all, q.Form)
			}
		}
		for _, q := range m.Queries {
			if q.Form == nil {
				continue
			}
			f := paper.NewForm(src, cmp.Or(q.Name, m.Name), q.Form, all)
			found, some, err := firstOf(ctx, f)
			if err != nil {
				return err
			}
			if some {
				t.take(m.Only(q), extract.Part{Reader: f}, found)
			}
		}
	}
	return nil
}

// firstOf gives the first records of a reader; some says that there are any, if
// only such as could not be given.
func firstOf(ctx context.Context, r extract.Reader) (found []extract.Record, some bool, err error) {
	for rec, err := range r.Records(ctx, "") {
		some = true
		switch {
		case extract.IsRowError(err):
			continue
		case err != nil:
			return found, some, err
		}
		if found = append(found, rec); len(found) == sampleSize {
			break
		}
	}
	return found, some, nil
}

// take adds a part with its mapping, less what may not be read of it.
func (t *taken) take(m *mapping.Mapping, part extract.Part, sample []extract.Record) {
	refused := mapping.Screen(part.Reader.Info().Header, sample)
	t.warnings = append(t.warnings, refusals(refused, t.name)...)
	t.part, t.mapping = append(t.part, part), append(t.mapping, m.Refuse(refused))
	t.native, t.pack, t.rows = append(t.native, ""), append(t.pack, nil), append(t.rows, "")
	t.Format = cmp.Or(t.Format, m.Name)
}

// tables chooses the tables of a document that a mapping takes, and tells of the
// others.
func (p *papers) tables(ctx context.Context, t *taken, src paper.Source) (passed int, err error) {
	tables, err := paper.Tables(ctx, src)
	if err != nil {
		return 0, err
	}
	var names []string
	rows := int64(0)
	for _, table := range tables {
		sample, _, err := firstOf(ctx, table)
		if err != nil {
			return passed, err
		}
		if m := p.choose(t, table, sample); m != nil {
			t.take(m, extract.Part{Reader: table}, sample)
			continue
		}
		passed++
		rows += table.Rows
		if names = append(names, table.Info().Table); len(names) > 5 {
			names[5] = "…"
			names = names[:6]
		}
	}
	if passed > 0 {
		t.warnings = append(t.warnings, ledger.Warning{Code: "tables-not-chosen", Where: t.name, Message: fmt.Sprintf(
			"the mapping takes nothing of %s with %s: %s", counted(int64(passed), "table"), counted(rows, "row"), strings.Join(names, "; "))})
	}
	return passed, nil
}

// choose gives the mapping of a table: of the one that was given the queries
// that take it, else the pack that fits best.
func (p *papers) choose(t *taken, table *paper.Table, sample []extract.Record) *mapping.Mapping {
	info := table.Info()
	found := mapping.DetectAmong(p.kinds, mapping.Head{Name: t.name, Info: info, Records: sample})
	for _, m := range p.kinds {
		fits := len(found) > 0 && found[0].Mapping == m && found[0].Score > 0.5
		var queries []*mapping.Query
		for _, q := range m.Queries {
			if q.Form == nil && !q.NeedsSQL() && (fits && q.From == nil || (len(p.kinds) == 1 || q.From != nil) && q.Takes(info.Header, info.Table, table.Caption, table.Page)) {
				queries = append(queries, q)
			}
		}
		if len(queries) > 0 {
			return m.Only(queries...)
		}
	}
	return nil
}

// OfDocuments says whether a request is for tables and forms of documents: it
// says so, or its mapping does.
func OfDocuments(req Request) (bool, error) {
	if req.Documents != "" {
		return true, nil
	}
	if m := mapping.Pack(req.Format); req.Mapping == "" && m != nil {
		return m.OfDocuments(), nil
	}
	m, err := loadMapping(req)
	return m != nil && m.OfDocuments(), err
}
