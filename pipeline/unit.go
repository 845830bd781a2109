package pipeline

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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

// A unit is the files of one run on their way in.
type unit struct {
	im    *Importer
	req   Request
	bench *gate.Bench
	rep   *Report
	token string
	files []*taken
	spec  statement.RunSpec
	label policy.Label
	w     statement.Writer
	meter *meter
	stmts []statement.Statement // scratch
	said  int64
	last  time.Time
}

// A taken file has its bytes kept and its format known.
type taken struct {
	*file
	FileReport
	header   []string // given to the reader, for tables without a header line
	datasets []string // that the rows of a statement table name
	unread   []string // parts that could not be read, with the reason
	entry    int64
	blob     overt.BlobID
	part     []extract.Part
	mapping  []*mapping.Mapping // by part; nil where a native format or none
	native   []string           // by part
	warnings []ledger.Warning
	index    int // in RunSpec.Sources
	left     []ledger.Left
	err      error
}

// unit takes the files of one run in. Only failures of our own stores end the
// import; what is wrong with a file ends in its report.
func (im *Importer) unit(ctx context.Context, req Request, files []*file, given *mapping.Mapping, rep *Report) error {
	u := &unit{im: im, req: req, rep: rep, token: cmp.Or(req.Token, token())}
	for _, f := range files {
		u.files = append(u.files, &taken{file: f, FileReport: FileReport{Source: f.name}})
	}
	plan, err := im.plan(ctx, req, u.files, given)
	if err != nil {
		return err
	}
	labels := []policy.Label{{Dataset: plan}}
	for _, t := range u.files {
		for _, d := range t.datasets {
			labels = append(labels, policy.Label{Dataset: d})
		}
	}
	pass, err := im.Open(ctx, labels)
	if err != nil {
		return err
	}
	act := gate.Act{Action: "run.import", Object: plan, Query: strings.Join(names(files), ", ")}
	err = pass.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		u.bench, u.label = b, policy.Label{Dataset: plan}
		return u.run(ctx, given)
	})
	for _, t := range u.files {
		rep.Files = append(rep.Files, t.FileReport)
	}
	return err
}

func names(files []*file) []string {
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = f.name
	}
	return out
}

// plan finds the formats and with them the dataset. A file that cannot be
// opened keeps its error for the ledger.
func (im *Importer) plan(ctx context.Context, req Request, files []*taken, given *mapping.Mapping) (dataset string, err error) {
	dataset = req.Dataset
	for _, t := range files {
		if t.err = im.recognise(ctx, req, t, given); t.err != nil {
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			continue
		}
		if dataset == "" {
			dataset = t.Format
		}
	}
	if dataset == "" {
		dataset = "unsorted"
	}
	label := policy.Label{Dataset: dataset}
	return dataset, label.Validate()
}

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
	if t.part, err = open.Open(ctx, src, opts); err != nil {
		return err
	}
	if len(t.part) == 0 {
		return overt.Errorf(overt.Invalid, t.name, "it holds no table, tree or list")
	}
	found := false
	for i, p := range t.part {
		c, err := im.candidate(ctx, req, t, p, given)
		if err != nil {
			if ctx.Err() != nil || len(t.part) == 1 {
				return err
			}
			t.unread = append(t.unread, strings.TrimPrefix(p.Name+": "+describe(err), ": "))
			t.warnings = append(t.warnings, ledger.Warning{Code: "part-not-read", Message: describe(err), Where: t.name + "!" + p.Name})
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
			parts, err := open.Open(ctx, src, opts)
			if err != nil {
				return err
			}
			t.part[i] = parts[i]
		}
		t.mapping, t.native = append(t.mapping, c.Mapping), append(t.native, c.Format)
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
		return overt.Errorf(overt.Invalid, t.name, "no mapping fits its columns; write one (docs/format/mapping.md) and give it with --mapping")
	}
	return nil
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
	case req.Format == "ftm" || req.Format == "ftm-statements":
		c = mapping.Candidate{Format: req.Format}
	case req.Format != "":
		m := mapping.Pack(req.Format)
		if m == nil {
			return c, overt.Errorf(overt.Invalid, "--as", "%q is no format; the formats are %s", req.Format, strings.Join(formatNames(), ", "))
		}
		c = mapping.Candidate{Mapping: m, SetHeader: len(m.Header) > 0 && p.Reader.Info().HeaderRow == 0 && t.file.header == ""}
	default:
		head, err := headOf(p)
		if err != nil {
			return c, err
		}
		found, err := mapping.Detect(mapping.Head{Name: t.name, Info: p.Reader.Info(), Records: sample, Bytes: head})
		if err != nil {
			return c, err
		}
		if len(found) == 0 || found[0].Score <= 0.5 {
			return c, overt.Errorf(overt.Invalid, t.name, "no mapping fits its columns; write one (docs/format/mapping.md) and give it with --mapping")
		}
		c = found[0]
	}
	if given != nil {
		t.warnings = append(t.warnings, missing(given, t.name, p.Reader.Info())...)
	}
	if c.Mapping != nil {
		refused := mapping.Screen(columnsOf(p.Reader, sample), sample)
		for _, r := range refused {
			t.warnings = append(t.warnings, ledger.Warning{Code: "refused-column", Message: fmt.Sprintf("left out, %s: %s", r.Class, r.Reason), Where: t.name + ": column " + r.Column})
		}
		c.Mapping = c.Mapping.Refuse(refused)
	}
	return c, nil
}

// missing warns of columns that a mapping of the user's names and a table does
// not have.
func missing(m *mapping.Mapping, name string, info extract.Info) []ledger.Warning {
	if info.Header == nil {
		return nil
	}
	var out []ledger.Warning
	for _, q := range m.Queries {
		if len(q.Sources) > 0 && !slices.ContainsFunc(q.Sources, func(s string) bool { return base(s) == base(name) }) {
			continue
		}
		for _, column := range q.Missing(info.Header) {
			out = append(out, ledger.Warning{Code: "missing-column", Where: name,
				Message: fmt.Sprintf("the mapping names a column %q that the table does not have; its columns are %s", column, strings.Join(info.Header[:min(len(info.Header), 30)], ", "))})
		}
	}
	return out
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
		var row *extract.RowError
		if errors.As(err, &row) {
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
	if f := r.Info().Format; f == extract.JSON || f == extract.XML {
		return nil, nil // a whole document is one record; its head is looked at instead
	}
	var out []extract.Record
	for rec, err := range r.Records(ctx, "") {
		var row *extract.RowError
		if errors.As(err, &row) {
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

// headSize is how much of a tree is looked at to recognise it.
const headSize = 1 << 20

func headOf(p extract.Part) ([]byte, error) {
	if p.Bytes == nil {
		return nil, nil
	}
	r, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	head, err := io.ReadAll(io.LimitReader(r, headSize))
	if len(head) > 0 {
		return head, nil // a stream that breaks off is recognised by what there is
	}
	return nil, err
}

// run keeps the bytes, maps the records and commits.
func (u *unit) run(ctx context.Context, given *mapping.Mapping) (int64, string, error) {
	now := u.im.Clock().UTC().Format("2006-01-02T15:04:05Z")
	for _, t := range u.files {
		if err := u.receive(ctx, t, now); err != nil {
			return 0, "", err
		}
	}
	good := slices.DeleteFunc(slices.Clone(u.files), func(t *taken) bool { return t.err != nil })
	if len(good) == 0 {
		return 0, "", nil
	}
	u.declare(ctx, good, given, now)
	if run, ok, err := u.already(ctx); err != nil || ok {
		return 0, "", errors.Join(err, u.settleAlready(ctx, good, run))
	}
	var err error
	if u.w, err = u.bench.Statements.Begin(ctx, u.bench.Scope, u.spec); err != nil {
		return 0, "", u.abandon(ctx, good, err)
	}
	u.meter = newMeter()
	for _, t := range good {
		if err := u.read(ctx, t); err != nil {
			_ = u.w.Abort()
			return 0, "", u.abandon(ctx, good, err)
		}
	}
	if kept := slices.DeleteFunc(slices.Clone(good), func(t *taken) bool { return t.err != nil && t.Read == 0 }); len(kept) == 0 {
		// Nothing came before the break: there is no run to keep.
		_ = u.w.Abort()
		for _, t := range good {
			if err := u.fail(ctx, t, t.err); err != nil {
				return 0, "", err
			}
		}
		return 0, "", nil
	}
	return u.commit(ctx, good)
}

// receive puts the file into the ledger, then its bytes into the blobs.
func (u *unit) receive(ctx context.Context, t *taken, now string) error {
	t.Dataset = u.label.Dataset
	id, err := u.bench.Ledger.Receive(ctx, ledger.Entry{Token: u.token, Dataset: u.label.Dataset, Source: t.name, At: now})
	if err != nil {
		t.Verdict, t.Reason = ledger.Failed, describe(err)
		return err
	}
	t.entry, t.Entry = id, id
	if t.err != nil {
		return u.fail(ctx, t, t.err)
	}
	r, err := t.open()
	if err != nil {
		t.err = &overt.Error{Code: overt.Unavailable, Op: "read", Where: t.name, Err: pathCause(err)}
		return u.fail(ctx, t, t.err)
	}
	defer func() { _ = r.Close() }()
	t.blob, t.size, err = u.bench.Blobs.Put(ctx, r)
	if err != nil {
		t.err = err
		return errors.Join(u.fail(ctx, t, err), err)
	}
	return nil
}

// fail settles a file that gave nothing.
func (u *unit) fail(ctx context.Context, t *taken, cause error) error {
	t.Verdict, t.Reason = ledger.Failed, describe(cause)
	if overt.CodeOf(cause) == overt.Denied {
		t.Verdict = ledger.Refused
	}
	if t.Retry = "import it again when this is mended"; overt.CodeOf(cause) == overt.Invalid {
		t.Retry = "mend the file or give a mapping, then import it again"
	}
	o := ledger.Outcome{
		Verdict: t.Verdict, Reason: t.Reason, Retry: t.Retry, Format: t.Format, Blob: t.blob, Size: t.size, Warnings: t.warnings,
		Received: t.LeftOut, LeftOut: t.LeftOut,
	}
	t.Received, t.Read = t.LeftOut, 0
	return u.bench.Ledger.Settle(context.WithoutCancel(ctx), t.entry, o)
}

// abandon settles every file of a run that could not be kept.
func (u *unit) abandon(ctx context.Context, good []*taken, cause error) error {
	for _, t := range good {
		if err := u.fail(ctx, t, cause); err != nil {
			return errors.Join(cause, err)
		}
	}
	return cause
}

// declare fills what is said of the run before it is written.
func (u *unit) declare(ctx context.Context, good []*taken, given *mapping.Mapping, now string) {
	u.spec = statement.RunSpec{
		Dataset: u.label.Dataset, Format: good[0].Format, Extent: u.req.Extent, Series: u.req.Series,
		Observed: u.req.Observed, Imported: now, Token: u.token, Actor: u.bench.Actor,
	}
	var digests []string
	for i, t := range good {
		t.index = i
		u.spec.Sources = append(u.spec.Sources, statement.Source{Name: t.name, Blob: t.blob, Size: t.size, Header: t.header, Encoding: u.req.Encoding})
		for k, m := range t.mapping {
			if m == nil {
				continue
			}
			if d := m.Digest(); !slices.Contains(digests, d) {
				digests = append(digests, d)
			}
			if u.spec.Extent == "" {
				u.spec.Extent = statement.Extent(m.Extent)
			}
			if u.spec.Series == "" {
				u.spec.Series = m.Series
			}
			if u.spec.Observed == "" {
				u.spec.Observed, _ = m.Observed(ctx, t.name, t.part[k].Reader)
			}
		}
	}
	if u.spec.Extent == "" {
		u.spec.Extent = statement.Window // absence from an unknown source says nothing
	}
	if u.spec.Series == "" && u.spec.Extent == statement.Full && given != nil {
		u.spec.Series = given.Name
	}
	if u.spec.Observed == "" {
		u.spec.Observed = now
	}
	u.spec.Mapping = strings.Join(digests, "+")
	if len(u.spec.Mapping) == 0 {
		u.spec.Mapping = "native:" + good[0].Format
	}
}

// already finds a visible run of the same bytes under the same mapping.
func (u *unit) already(ctx context.Context) (statement.Run, bool, error) {
	runs, err := u.bench.Statements.Runs(ctx, u.bench.Scope)
	if err != nil {
		return statement.Run{}, false, err
	}
	for _, r := range runs {
		if r.Undone == "" && r.Dataset == u.spec.Dataset && r.Mapping == u.spec.Mapping && sameBlobs(r.Sources, u.spec.Sources) {
			return r, true, nil
		}
	}
	return statement.Run{}, false, nil
}

func sameBlobs(a, b []statement.Source) bool {
	key := func(list []statement.Source) []string {
		out := make([]string, len(list))
		for i, s := range list {
			out[i] = string(s.Blob)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(key(a), key(b))
}

func (u *unit) settleAlready(ctx context.Context, good []*taken, run statement.Run) error {
	before, err := u.verdicts(ctx, run.ID)
	if err != nil {
		return err
	}
	for _, t := range good {
		t.Verdict, t.Already, t.Run = cmp.Or(before[t.blob], ledger.Read), true, run.ID
		t.Reason = fmt.Sprintf("in already, as run %d; nothing was added", run.ID)
		o := ledger.Outcome{Verdict: t.Verdict, Reason: t.Reason, Run: run.ID, Format: t.Format, Blob: t.blob, Size: t.size}
		if err := u.bench.Ledger.Settle(ctx, t.entry, o); err != nil {
			return err
		}
	}
	return nil
}

// verdicts tells what became of the files of a run when it came in: that the
// same broken file comes again makes it no whole one.
func (u *unit) verdicts(ctx context.Context, run overt.RunID) (map[overt.BlobID]ledger.Verdict, error) {
	out := map[overt.BlobID]ledger.Verdict{}
	for e, err := range u.bench.Ledger.Entries(ctx, u.bench.Scope, u.label.Dataset) {
		if err != nil {
			return nil, err
		}
		if _, known := out[e.Blob]; e.Run == run && !known {
			out[e.Blob] = e.Verdict
		}
	}
	return out, nil
}

// commit makes the run visible. The ledger knows the outcome before, so that a
// death in between loses neither.
func (u *unit) commit(ctx context.Context, good []*taken) (int64, string, error) {
	for _, m := range u.meter.measures() {
		u.w.Measure(m)
	}
	for _, t := range good {
		if err := u.prepare(ctx, t); err != nil {
			_ = u.w.Abort()
			return 0, "", u.abandon(ctx, good, err)
		}
	}
	run, err := u.w.Commit(ctx)
	if err != nil {
		return 0, "", u.abandon(ctx, good, err)
	}
	for _, t := range good {
		t.Run = run.ID
		if err := u.bench.Ledger.Settle(context.WithoutCancel(ctx), t.entry, t.outcome()); err != nil {
			return run.Statements, "", err
		}
	}
	u.rep.Runs = append(u.rep.Runs, RunReport{run.ID, run.Dataset, run.Observed, run.Extent, run.Entities, run.Statements, run.New})
	return run.Statements, string(hashOf(u.spec.Sources)), nil
}

// hashOf commits to what was written: the bytes it came from.
func hashOf(sources []statement.Source) string {
	h := newHash()
	for _, s := range sources {
		_, _ = io.WriteString(h, string(s.Blob)+"\n")
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (u *unit) prepare(ctx context.Context, t *taken) error {
	if err := u.flush(ctx, t); err != nil {
		return err
	}
	reasons, err := u.bench.Ledger.Reasons(ctx, u.bench.Scope, t.entry)
	if err != nil {
		return err
	}
	t.Reasons, t.Warnings = reasons, t.warnings
	t.Verdict = ledger.Read
	switch {
	case t.err != nil:
		t.Verdict, t.Reason, t.Retry = ledger.Partial, describe(t.err), "import the whole file again when it is mended"
	case len(t.unread) > 0:
		t.Verdict, t.Reason, t.Retry = ledger.Partial, "not read: "+strings.Join(t.unread, "; "), "import the file again when these parts are mended"
	case len(reasons) > 0:
		t.Verdict = ledger.Partial
		t.Reason = fmt.Sprintf("%d rows or values were left out; see overt coverage %s --left", sumRows(reasons), t.Dataset)
	}
	return u.bench.Ledger.Prepare(ctx, t.entry, t.outcome())
}

func sumRows(reasons []ledger.Count) (n int64) {
	for _, r := range reasons {
		n += r.Rows
	}
	return n
}

func (t *taken) outcome() ledger.Outcome {
	o := ledger.Outcome{
		Verdict: t.Verdict, Reason: t.Reason, Retry: t.Retry, Run: t.Run, Received: t.Received, Read: t.Read, LeftOut: t.LeftOut,
		Repeats: t.Repeats, Warnings: t.warnings, Blob: t.blob, Size: t.size, Format: t.Format,
	}
	for _, m := range t.mapping {
		if m != nil {
			o.Mapping = m.Digest()
			break
		}
	}
	return o
}

// base compares a mapping's source name with a file's.
func base(name string) string { return strings.ToLower(filepath.Base(filepath.FromSlash(name))) }
