package pipeline

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/extract"
	"overt/ledger"
	"overt/mapping"
	"overt/quality"
	"overt/statement"
)

func newHash() hash.Hash { return sha256.New() }

// leftBatch is how many left-out rows are gathered before they are written.
const leftBatch = 500

// read maps every part of a file. A source that breaks off keeps what was read
// before; only failures of our own stores are errors.
func (u *unit) read(ctx context.Context, t *taken) error {
	for i, p := range t.part {
		var err error
		noted := len(p.Reader.Info().Notes)
		switch {
		case t.mapping[i] != nil:
			err = u.readMapped(ctx, t, i)
		case t.native[i] != "":
			err = u.readNative(ctx, t, i)
		default:
			continue
		}
		if err != nil {
			return err
		}
		u.declared(ctx, t, p)
		info := p.Reader.Info()
		for _, n := range info.Notes[min(noted, len(info.Notes)):] { // what reading it showed
			t.Notes = append(t.Notes, strings.TrimPrefix(p.Name+": "+n, ": "))
		}
		for _, w := range info.Warnings {
			t.warnings = append(t.warnings, ledger.Warning{Code: w.Code, Message: w.Message + times(w.Count), Where: firstPlace(t.name, w.First)})
		}
	}
	return nil
}

func firstPlace(name string, at []overt.Locator) string {
	if len(at) == 0 {
		return name
	}
	return name + ": " + at[0].String()
}

// readMapped applies the queries of a mapping.
func (u *unit) readMapped(ctx context.Context, t *taken, part int) error {
	passes, err := u.passes(t, part)
	if err != nil {
		return err
	}
	for _, p := range passes {
		if err := u.records(ctx, t, t.part[part].Reader, p.selector, t.mapping[part].Refuses, u.compared(t, part, p.selector, p.record)); err != nil {
			return err
		}
	}
	return nil
}

// passes are the queries of a part's mapping. Queries over the same records
// share one pass.
func (u *unit) passes(t *taken, part int) ([]*mapped, error) {
	m := t.mapping[part]
	var out []*mapped
	for _, q := range m.Queries {
		if len(q.Sources) > 0 && !slices.ContainsFunc(q.Sources, func(s string) bool { return base(s) == base(t.name) }) {
			continue
		}
		i := slices.IndexFunc(out, func(p *mapped) bool { return p.selector == q.Rows })
		if i < 0 {
			i = len(out)
			out = append(out, &mapped{u: u, t: t, m: m, selector: q.Rows})
		}
		out[i].queries = append(out[i].queries, q)
	}
	return out, nil
}

// takes takes one record in, and says whether it gave anything.
type takes func(extract.Record) (gave bool, err error)

// records walks one selector's records, counting each as read or left out.
func (u *unit) records(ctx context.Context, t *taken, r extract.Reader, selector string, refused func(string) bool, one takes) error {
	rows := newSeenRows(r.Info())
	u.watch.Begin(t.name, selector, r.Info(), refused)
	for rec, err := range r.Records(ctx, selector) {
		var row *extract.RowError
		switch {
		case errors.As(err, &row):
			t.Received, t.LeftOut = t.Received+1, t.LeftOut+1
			u.watch.Unread(row.Where)
			if err := u.leave(ctx, t, ledger.Left{Where: row.Where, Reason: row.Reason, Fatal: true}); err != nil {
				return err
			}
			continue
		case err != nil:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			t.err = err
			u.w.Cut()
			t.warnings = append(t.warnings, ledger.Warning{Code: "broken-off", Message: "the source ends too early: " + describe(err), Where: t.name})
			u.w.Warn(statement.Warning{Code: "broken-off", Message: "the source ends too early: " + describe(err), Where: t.name})
			u.watch.End(false)
			return nil
		}
		t.Received++
		u.watch.Record(rec)
		gave, err := one(rec)
		if err != nil {
			return err
		}
		if gave {
			t.Read++
			if rows.again(rec) {
				t.Repeats++
				u.watch.Repeat()
			}
		} else {
			t.LeftOut++
		}
		u.progress(t)
	}
	u.watch.End(true)
	return nil
}

func (u *unit) progress(t *taken) {
	if u.im.Progress == nil || t.Received%256 != 0 {
		return
	}
	if now := u.im.Clock(); now.Sub(u.last) > 200*time.Millisecond {
		u.last = now
		u.im.Progress(t.name, t.Received, u.said)
	}
}

// A mapped pass applies some queries to each record.
type mapped struct {
	u        *unit
	t        *taken
	m        *mapping.Mapping
	selector string
	queries  []*mapping.Query
	made     []mapping.Entity // of the record at hand
}

func (p *mapped) record(rec extract.Record) (gave bool, err error) {
	var problems []mapping.Problem
	clear(p.made)
	p.made = p.made[:0]
	for _, q := range p.queries {
		err := p.m.Apply(q, rec, func(e mapping.Entity) error {
			gave = gave || !e.Standing
			p.made = append(p.made, e)
			return p.u.add(p.t, rec.At(), e)
		}, func(pr mapping.Problem) { problems = append(problems, pr) })
		if err != nil {
			return gave, err
		}
	}
	p.u.seen = quality.Observe(p.made)
	if err := p.u.watch.Add(p.u.seen); err != nil {
		return gave, err
	}
	if !gave && len(problems) == 0 {
		problems = append(problems, mapping.Problem{Where: rec.At(), Reason: "the mapping takes nothing from such a row", Fatal: true})
	}
	for i, pr := range problems {
		// A row that gave nothing is counted once, whatever was wrong with it.
		l := ledger.Left{Where: pr.Where, Column: pr.Column, Reason: pr.Reason, Fatal: !gave && i == 0}
		l.Reason = reasonOf(pr)
		if err := p.u.leave(context.Background(), p.t, l); err != nil {
			return gave, err
		}
	}
	return gave, nil
}

// reasonOf names the property once: the model's own message begins with the
// schema that declares it ("Interval:date"), the mapping's with the one it is
// used in ("Payment:date").
func reasonOf(p mapping.Problem) string {
	if p.Property == "" {
		return p.Reason
	}
	_, name, _ := strings.Cut(p.Property, ":")
	if head, rest, ok := strings.Cut(p.Reason, ": "); ok && strings.HasSuffix(head, ":"+name) {
		return p.Property + ": " + rest
	}
	return p.Property + ": " + p.Reason
}

// add turns an entity that the record at a place gave into statements.
func (u *unit) add(t *taken, at overt.Locator, e mapping.Entity) error {
	u.stmts = u.stmts[:0]
	place := overt.Locator{}
	for i := range e.Values {
		s := fromValue(&e.Values[i], e.Schema, t.index)
		if len(s.Places) > 0 && place.IsZero() {
			place = s.Places[0].Locator
		}
		u.stmts = append(u.stmts, s)
	}
	u.stmts = append(u.stmts, statement.Statement{
		Schema: e.Schema, Prop: statement.PropID, Value: string(e.ID), Origin: statement.OriginMapping,
		Places: []statement.Place{{Source: t.index, Locator: whole(place, at)}},
	})
	u.said += int64(len(u.stmts))
	return u.w.Add(u.label, e.ID, u.stmts)
}

// whole widens a cell's place to its row or to what holds it, inside the record
// at a place: what the mapping itself gives stands at the record, and that is
// as wide as it gets.
func whole(l, at overt.Locator) overt.Locator {
	if l.Page != 0 {
		return at
	}
	if l.Row != 0 && l.Pointer == "" {
		l.Column = ""
		return l
	}
	if i := strings.LastIndexByte(l.Pointer, '/'); i > 0 && i >= len(at.Pointer) {
		l.Pointer = l.Pointer[:i]
	}
	return l
}

func fromValue(v *mapping.Value, schema string, source int) statement.Statement {
	s := statement.Statement{Schema: schema, Prop: v.Prop, Value: v.Clean, Lang: v.Lang}
	if v.Original != v.Clean {
		s.Original = v.Original
	}
	if len(v.Cells) > 0 {
		c := v.Cells[0]
		s.Places = []statement.Place{{Source: source, Locator: c.At}}
		if c.Quote() == "" {
			s.Origin = statement.OriginMapping
			return s
		}
		if q := c.Quote(); q != s.Quoted() {
			s.Quote = q
		}
	}
	return s
}

// leave notes a row or value that was left out.
func (u *unit) leave(ctx context.Context, t *taken, l ledger.Left) error {
	t.left = append(t.left, l)
	u.leaves++
	if u.rest != nil && len(t.left) > maxLeftHeld {
		return errWhole
	}
	if len(t.left) < leftBatch || u.rest != nil {
		return nil
	}
	return u.flush(ctx, t)
}

func (u *unit) flush(ctx context.Context, t *taken) error {
	if len(t.left) == 0 {
		return nil
	}
	err := u.bench.Ledger.Leave(ctx, t.entry, t.left)
	t.left = t.left[:0]
	return err
}
