package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/casefile"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/ledger"
	"overt/policy"
	"overt/resolve"
	"overt/statement"
)

// An eye opens what a case rests on, as the desk shows it.
type eye struct {
	d      *gate.Desk
	whole  bool
	byBlob map[overt.BlobID]received
	opened map[citeKey]casefile.Opened
	bytes  map[overt.BlobID]overt.Code // how kept bytes verified
	sees   map[ftm.EntityID]bool
	failed map[overt.BlobID]string // documents whose last reading failed, and why
}

// A citeKey is what decides how a cite opens.
type citeKey struct {
	uri           string
	blob          overt.BlobID
	where         overt.Locator
	entity, under ftm.EntityID
	prop, value   string
}

// received are the runs that brought a source.
type received struct {
	live, undone *statement.Run // the newest of each
	name         string
}

func newEye(ctx context.Context, d *gate.Desk, s *casefile.State, whole bool) (*eye, error) {
	e := &eye{d: d, whole: whole, byBlob: map[overt.BlobID]received{}, opened: map[citeKey]casefile.Opened{}, bytes: map[overt.BlobID]overt.Code{}, sees: map[ftm.EntityID]bool{}}
	cites := s.AllCites()
	for _, c := range cites {
		e.byBlob[c.Cite.Blob()] = received{}
	}
	for _, v := range s.Saved() {
		for _, src := range v.Sources {
			e.byBlob[src.Blob] = received{}
		}
	}
	for i := range d.Runs {
		r := &d.Runs[i]
		for _, src := range r.Sources {
			got, ok := e.byBlob[src.Blob]
			if !ok {
				continue
			}
			if got.name = src.Name; r.Undone == "" {
				got.live = r
			} else {
				got.undone = r
			}
			e.byBlob[src.Blob] = got
		}
	}
	if !whole {
		return e, nil
	}
	return e, e.readFailures(ctx, cites)
}

// readFailures looks in the coverage ledger for cited documents whose last reading
// failed.
func (e *eye) readFailures(ctx context.Context, cites []casefile.Cited) error {
	e.failed = map[overt.BlobID]string{}
	read := map[string]bool{}
	for _, c := range cites {
		dataset := c.Cite.Label.Dataset
		if c.Cite.URI == "" || read[dataset] || !e.d.Scope.Sees(c.Cite.Label) {
			continue
		}
		read[dataset] = true
		for entry, err := range e.d.Ledger.Entries(ctx, e.d.Scope, dataset) {
			if err != nil {
				return err
			}
			if _, cited := e.byBlob[entry.Blob]; !cited || entry.Undone != "" || !entry.Document {
				continue
			}
			delete(e.failed, entry.Blob)
			if entry.Verdict == ledger.Failed || entry.Verdict == ledger.Refused {
				e.failed[entry.Blob] = "reading it again failed: " + entry.Reason
			}
		}
	}
	return nil
}

// Sees says whether the asker sees what has a label; see casefile.Eye.
func (e *eye) Sees(l policy.Label) bool { return e.d.Scope.Sees(l) }

// Open opens a cite; see casefile.Eye.
func (e *eye) Open(ctx context.Context, c casefile.Cite) (casefile.Opened, error) {
	if !e.d.Scope.Sees(c.Label) {
		return casefile.Opened{Status: casefile.Restricted}, nil
	}
	key := citeKey{c.URI, c.Blob(), c.Locator(), c.Entity, c.Under, c.Prop, c.Value}
	if o, ok := e.opened[key]; ok {
		return o, nil
	}
	o, err := e.open(ctx, &c)
	if err != nil {
		return o, err
	}
	o.Failed = e.failed[c.Blob()]
	e.opened[key] = o
	return o, nil
}

func (e *eye) open(ctx context.Context, c *casefile.Cite) (casefile.Opened, error) {
	got := e.byBlob[c.Blob()]
	o := casefile.Opened{Source: sourceLine(got.name, c.Locator())}
	switch {
	case c.URI != "":
		return e.passage(ctx, c, o)
	case got.live == nil:
		return e.gone(c, o), nil
	}
	o.Doubt, o.Run = got.live.Doubt(), got.live.ID
	if c.Entity != "" {
		return e.value(ctx, c, o)
	}
	return e.place(ctx, c, o)
}

// gone tells of a source that no import has any more.
func (e *eye) gone(c *casefile.Cite, o casefile.Opened) casefile.Opened {
	o.Status, o.Why = casefile.Lost, "its source is not here any more"
	if r := e.byBlob[c.Blob()].undone; r != nil {
		o.Status, o.Run, o.Why = casefile.Withdrawn, r.ID, "the import that it rests on was taken back on "+ftm.CutDay(r.Undone)
	}
	return o
}

func sourceLine(name string, where overt.Locator) string {
	return overt.Citation{Source: name, Locator: where}.String()
}

// passage opens a cite of a document's text in its newest reading.
func (e *eye) passage(ctx context.Context, c *casefile.Cite, o casefile.Opened) (casefile.Opened, error) {
	p, err := OpenPassage(ctx, e.d, c.URI)
	switch overt.CodeOf(err) {
	case "":
	case overt.NotFound:
		return e.gone(c, o), nil
	case overt.Internal:
		return damaged(o), nil
	default:
		return o, err
	}
	o.Status = map[reading.State]casefile.Status{
		reading.Same: casefile.Same, reading.Moved: casefile.Moved, reading.Changed: casefile.Changed, reading.Lost: casefile.Lost,
	}[p.State]
	if r := e.d.View.Sight().Run(p.Run); r != nil {
		o.Doubt, o.Run = r.Doubt(), r.ID
	}
	if p.State == reading.Lost {
		return o, nil
	}
	o.Source = sourceLine(p.Caption, overt.Locator{Page: p.Page, Start: p.Start, End: p.End})
	if p.State == reading.Changed {
		o.Now = p.Quote
	}
	return o, nil
}

func damaged(o casefile.Opened) casefile.Opened {
	o.Status, o.Why = casefile.Lost, "the kept bytes are not those that came"
	return o
}

// place opens a place in a source whose bytes cannot have changed: what stood there
// stands there, if they are still what they were.
func (e *eye) place(ctx context.Context, c *casefile.Cite, o casefile.Opened) (casefile.Opened, error) {
	o.Status = casefile.Same
	if !e.whole {
		return o, nil
	}
	code, known := e.bytes[c.Blob()]
	if !known {
		err := e.d.Blobs.Verify(ctx, c.Blob())
		code = overt.CodeOf(err)
		if code != "" && code != overt.NotFound && code != overt.Internal {
			return o, err
		}
		e.bytes[c.Blob()] = code
	}
	if code != "" {
		return damaged(o), nil
	}
	return o, nil
}

// value opens a value of an entity: where it stands, and what is said in its place.
func (e *eye) value(ctx context.Context, c *casefile.Cite, o casefile.Opened) (casefile.Opened, error) {
	p, err := resolve.ReadProfile(ctx, e.d.View, []ftm.EntityID{c.Entity})
	if err != nil {
		return o, err
	}
	if o.Apart, err = e.apart(ctx, c); err != nil {
		return o, err
	}
	var now []string
	o.Status = casefile.Lost
	for i := range p.Values {
		switch v := &p.Values[i]; {
		case v.Prop != c.Prop:
		case v.Value == c.Value && v.Span.Gone != statement.NoDay:
			o.Status, o.Why = casefile.Changed, "its source was without this value on "+v.Span.Gone.String()
		case v.Value == c.Value && e.stands(v.Statements, c.Blob()):
			return e.place(ctx, c, o)
		case v.Value == c.Value:
			o.Status, o.Why = casefile.Moved, "the value stands in another source now"
			return o, nil
		case v.Span.Gone == statement.NoDay:
			now = append(now, v.Value)
		}
	}
	if o.Now = strings.Join(now, "; "); o.Status == casefile.Lost && len(now) > 0 {
		o.Status, o.Why = casefile.Changed, "another value is said now"
	}
	return o, nil
}

// stands says whether an import of the source says it.
func (e *eye) stands(stmts []statement.Statement, blob overt.BlobID) bool {
	sight := e.d.View.Sight()
	return slices.ContainsFunc(stmts, func(s statement.Statement) bool {
		info, ok := sight.Info(s.Class)
		return ok && slices.ContainsFunc(info.Run.Sources, func(src statement.Source) bool { return src.Blob == blob })
	})
}

// apart tells entities that were one when the value was cited, and are not.
func (e *eye) apart(ctx context.Context, c *casefile.Cite) (string, error) {
	if c.Under == "" || c.Under == c.Entity || Canonical(e.d.Graph, c.Under) == Canonical(e.d.Graph, c.Entity) {
		return "", nil
	}
	under, ok, err := e.Name(ctx, c.Under)
	if err != nil || !ok {
		return "", err
	}
	return fmt.Sprintf("it was cited of %s (%s), which is no longer the same as %s", under.Caption, c.Under, c.Entity), nil
}

// Name tells an entity; see casefile.Eye.
func (e *eye) Name(ctx context.Context, id ftm.EntityID) (casefile.Named, bool, error) {
	p, err := resolve.ReadProfile(ctx, e.d.View, Members(e.d.Graph, id))
	if err != nil || len(p.Values) == 0 {
		return casefile.Named{}, false, err
	}
	e.sees[id] = true
	return casefile.Named{ID: p.ID, Caption: p.Caption(), Schema: p.Schema, Role: publicRole(p)}, true, nil
}

// publicRole is what somebody is in public life, as a source says it: a position, or a
// topic that says so.
func publicRole(p *resolve.Profile) string {
	for _, v := range p.Values {
		if v.Prop == "position" || v.Prop == "topics" && strings.HasPrefix(v.Value, "role.") {
			return v.Value
		}
	}
	return ""
}
