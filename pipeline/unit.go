package pipeline

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/extract"
	"overt/gate"
	"overt/ledger"
	"overt/mapping"
	"overt/policy"
	"overt/quality"
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
	dated bool // the source, or the caller, says when it was observed
	w     statement.Writer
	watch *quality.Watch
	// previous is the run before this one of the same source, nil for none.
	previous *earlier
	stmts    []statement.Statement // scratch
	said     int64
	last     time.Time

	journal *journal // of the run being read; nil when none is kept
	rest    *resting // while the run may rest on an earlier one
	seen    []byte   // the observation of the record read last
	leaves  int64    // rows and values left out so far
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
	reading  overt.BlobID // of a document: what was read of it, where the parts are
	part     []extract.Part
	mapping  []*mapping.Mapping // by part; nil where a native format or none
	native   []string           // by part
	pack     []*mapping.Mapping // by part: the header of a native format
	rows     []string           // by part: where the records of a native format are
	warnings []ledger.Warning
	index    int // in RunSpec.Sources
	left     []ledger.Left
	err      error
}

// unit takes the files of one run in. Only failures of our own stores end the
// import; what is wrong with a file ends in its report.
func (im *Importer) unit(ctx context.Context, req Request, files []*taken, given *mapping.Mapping, rep *Report) error {
	u := &unit{im: im, req: req, rep: rep, token: cmp.Or(req.Token, token()), files: files}
	plan := cmp.Or(req.Dataset, firstFormat(files), "unsorted")
	if err := (policy.Label{Dataset: plan}).Validate(); err != nil {
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
		if err := mayWrite(b, u.label); err != nil {
			return 0, "", err
		}
		return u.run(ctx, given)
	})
	for _, t := range u.files {
		rep.Files = append(rep.Files, t.FileReport)
	}
	return err
}

func names(files []*taken) []string {
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = f.name
	}
	return out
}

// firstFormat is the format of the first file that has one.
func firstFormat(files []*taken) string {
	for _, t := range files {
		if t.err == nil && t.Format != "" {
			return t.Format
		}
	}
	return ""
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
	if err := u.take(ctx, good); err != nil {
		return 0, "", u.abandon(ctx, good, err)
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

// take reads the files into a writer: only what changed since an earlier run
// where that can be told, everything otherwise.
func (u *unit) take(ctx context.Context, good []*taken) error {
	u.journal = u.newJournal(good)
	if done, err := u.increment(ctx, good); done || err != nil {
		return err
	}
	var err error
	if u.w, err = u.bench.Statements.Begin(ctx, u.bench.Scope, u.spec); err != nil {
		return err
	}
	if u.watch, err = u.watched(ctx, good); err != nil {
		return errors.Join(err, u.w.Abort())
	}
	for _, t := range good {
		if err := u.read(ctx, t); err != nil {
			_ = u.w.Abort()
			return err
		}
	}
	return nil
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
	if t.reading != "" {
		return nil // its bytes are kept
	}
	r, err := t.open()
	if err != nil {
		if t.err == nil {
			t.err = &overt.Error{Code: overt.Unavailable, Op: "read", Where: t.name, Err: pathCause(err)}
		}
		return u.fail(ctx, t, t.err)
	}
	defer func() { _ = r.Close() }()
	if t.err != nil {
		t.blob, t.size = digest(r)
		return u.fail(ctx, t, t.err)
	}
	t.blob, t.size, err = u.bench.Blobs.Put(ctx, r)
	if err != nil {
		t.err = err
		return errors.Join(u.fail(ctx, t, err), err)
	}
	return nil
}

// digest names the bytes of a file that is not kept, so that it is known again
// when it comes with a mapping; "" when they cannot be read to their end.
func digest(r io.Reader) (overt.BlobID, int64) {
	h := newHash()
	n, err := io.Copy(h, r)
	if err != nil {
		return "", 0
	}
	return overt.BlobID(hex.EncodeToString(h.Sum(nil))), n
}

// declare fills what is said of the run before it is written.
func (u *unit) declare(ctx context.Context, good []*taken, given *mapping.Mapping, now string) {
	u.spec = statement.RunSpec{
		Dataset: u.label.Dataset, Format: good[0].Format, Extent: u.req.Extent, Series: u.req.Series,
		Observed: u.req.Observed, Imported: now, Token: u.token, Actor: u.bench.Actor,
	}
	for _, t := range good {
		if !t.carried() && u.im.Records.Unconfined() {
			u.spec.Unconfined = true
			t.warnings = append(t.warnings, ledger.Warning{Code: statement.Unconfined, Message: statement.SaidUnconfined, Where: t.name})
		}
	}
	var digests []string
	state := "" // what the servers of fetched files said
	for i, t := range good {
		t.index = i
		from := u.req.Origins[t.path]
		if t.from != nil {
			from = *t.from
		}
		u.spec.Sources = append(u.spec.Sources, statement.Source{
			Name: t.name, Blob: t.blob, Size: t.size, Header: t.header, Encoding: t.encoding(u.req), Reading: t.reading, Address: from.Address, Fetched: from.Fetched,
		})
		state = max(state, from.State)
		for k, m := range t.mapping {
			if t.pack[k] != nil {
				u.nativeSpec(t, t.pack[k])
			}
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
				u.spec.Series, _ = m.SeriesOf(ctx, t.part[k].Reader)
				if u.spec.Series == "" && m.Series != "" && u.req.Extent == "" {
					u.spec.Extent = statement.Window // a version of no known list
				}
			}
			if u.req.Observed == "" {
				day, _ := m.Observed(ctx, t.name, t.part[k].Reader)
				u.spec.Observed = max(u.spec.Observed, day) // of several pages the newest
			}
		}
	}
	if u.spec.Extent == "" {
		u.spec.Extent, u.spec.Assumed = statement.Window, true // absence from an unknown source says nothing
	}
	if u.spec.Series == "" && u.spec.Extent == statement.Full && given != nil {
		u.spec.Series = given.Name
	}
	u.spec.Observed = cmp.Or(u.spec.Observed, state)
	if u.dated = u.spec.Observed != ""; !u.dated {
		u.spec.Observed = now
	}
	u.spec.Mapping = strings.Join(digests, "+")
	if len(u.spec.Mapping) == 0 {
		u.spec.Mapping = "native:" + good[0].Format
	}
}
