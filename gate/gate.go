// Package gate is the one door to everything that is kept. Who comes in says
// who he is and what for; the gate decides what he may see, hands out views
// that show no more, and lets no answer out before the record of it is
// durable. When the log cannot be written, nothing is released.
package gate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"overt"
	"overt/audit"
	"overt/blob"
	"overt/casefile"
	"overt/graph"
	"overt/identity"
	"overt/ledger"
	"overt/mention"
	"overt/policy"
	"overt/policy/engine"
	"overt/resolve"
	"overt/search"
	"overt/similar"
	"overt/statement"
	"overt/watch"
)

// Config is what a gate stands before. All of it but Index, Mentions,
// Similar, Resolved, Cases and Watches is required.
type Config struct {
	Statements statement.Store
	Ledger     ledger.Store
	Blobs      blob.Store
	Log        *audit.Log
	Engine     *engine.Engine
	// Graph gives the derived graph of the moment, rebuilt when it is behind.
	Graph func(ctx context.Context) (*graph.Graph, error)
	// Index gives the index of the moment, brought up to date when it is behind;
	// nil where nothing is indexed.
	Index func(ctx context.Context) (search.Index, error)
	// Mentions gives the layer of mentions of the moment, like Index.
	Mentions func(ctx context.Context) (*mention.Layer, error)
	// Similar gives the sketches of texts, brought up to date when they are behind;
	// nil where there are none.
	Similar func(ctx context.Context) (*similar.File, error)
	// Resolved are the kept results of resolution; nil where nothing is resolved.
	Resolved *resolve.Kept
	Clock    func() time.Time
	// Cases is casework; nil where there is none. Then the case of a visit is recorded
	// and opens nothing.
	Cases casefile.Store
	// Watches is what people have asked again; nil where there is none.
	Watches watch.Store
}

// A Gate decides, records and opens. It is safe for concurrent use.
type Gate struct {
	cfg Config
	ref atomic.Uint64
}

// New makes a gate.
func New(cfg Config) *Gate { return &Gate{cfg: cfg} }

// A Pass is one actor inside for one purpose. Its rights are those of the
// moment it was opened.
type Pass struct {
	gate    *Gate
	actor   identity.Actor
	purpose policy.Purpose
	scope   policy.Scope
	denied  []policy.Decision
	caseID  string
	governs bool
	apart   bool // shown nothing of what is kept
}

// Visit says who comes in, what for, and in which case.
type Visit struct {
	Actor   identity.Actor
	Purpose policy.Purpose
	Case    string
	// Writes names labels that this visit means to write and that may not
	// exist yet. Of a case that does not exist yet the actor becomes the owner.
	Writes []policy.Label
	// Governs says that the home itself is looked after: audit log, backups.
	Governs bool
	// Own says that somebody's own account is looked after, Manages that those of
	// others are. Such a visit is shown nothing of what is kept.
	Own, Manages bool
}

// Open decides about a visit. A refusal is recorded as well. Without a purpose, that
// of the case is taken, else the home's first. Errors: denied, not_found (a case that
// is not the actor's), invalid (purpose), unavailable (the log).
func (g *Gate) Open(ctx context.Context, v Visit) (*Pass, error) {
	purpose, err := g.cfg.Engine.Purpose(v.Purpose)
	if err != nil {
		return nil, err
	}
	p := &Pass{gate: g, actor: v.Actor, purpose: purpose, caseID: v.Case, governs: v.Governs}
	if d := g.decide(v); !d.Allow {
		return nil, p.refuse(ctx, "home.open", "", overt.Errorf(overt.Denied, "", "%s", d.Reason))
	}
	if v.Own || v.Manages {
		p.caseID, p.apart = "", true
		return p, nil
	}
	cases, caseLabels, err := g.cases(ctx, v)
	if err != nil {
		return nil, err
	}
	if g.cfg.Cases != nil && v.Case != "" {
		if cases.Roles[v.Case] == "" {
			return nil, p.refuse(ctx, "case.open", v.Case, casefile.NoCase(v.Case))
		}
		cited, err := p.enterCase(ctx, v, cases)
		if err != nil {
			return nil, err
		}
		caseLabels = append(caseLabels, cited...)
	}
	watched, err := g.watched(ctx, v)
	if err != nil {
		return nil, err
	}
	labels, err := g.cfg.Statements.Labels(ctx)
	if err != nil {
		return nil, err
	}
	// The ledger knows datasets of which no statement was kept.
	known, err := g.datasets(ctx, v)
	if err != nil {
		return nil, err
	}
	p.scope, p.denied = g.cfg.Engine.Scope(v.Actor, p.purpose, cases, slices.Concat(labels, known, caseLabels, watched, v.Writes))
	return p, nil
}

// watched lists the labels that the visitor's watches rest on.
func (g *Gate) watched(ctx context.Context, v Visit) ([]policy.Label, error) {
	if g.cfg.Watches == nil || v.Actor.IsWorker() {
		return nil, nil
	}
	return g.cfg.Watches.Labels(ctx, v.Actor.ID)
}

// refuse records that somebody was not let in, and why.
func (p *Pass) refuse(ctx context.Context, action, object string, why *overt.Error) error {
	if _, err := p.record(ctx, audit.Event{Action: action, Object: object, Decision: "deny", Reasons: []string{why.Message}}); err != nil {
		return err
	}
	return why
}

// datasets lists the plain labels of datasets that the ledger names.
func (g *Gate) datasets(ctx context.Context, v Visit) ([]policy.Label, error) {
	names, err := g.cfg.Ledger.Names(ctx)
	if err != nil {
		return nil, err
	}
	labels := make([]policy.Label, len(names))
	for i, n := range names {
		labels[i] = policy.Label{Dataset: n}
	}
	return labels, nil
}

// Purpose is what the pass was opened for.
func (p *Pass) Purpose() policy.Purpose { return p.purpose }

// Actor is who holds the pass.
func (p *Pass) Actor() identity.Actor { return p.actor }

// Denied lists what the rules refused when the pass was opened.
func (p *Pass) Denied() []policy.Decision { return p.denied }

// An Act is what is asked, in the words of the audit log.
type Act struct {
	Action string // dotted lower-case verb: "entity.read", "money"
	Object string // what it is about: an id, a dataset
	Query  string // the question as it was asked
	When   statement.When
	AsOf   string // ISO 8601 date that is asked about; "" for no day
}

// A Desk is what a question is answered from: everything on it shows what the
// scope shows and no more.
type Desk struct {
	View   statement.View
	Graph  *graph.View // nil unless the question asked for it
	Ledger ledger.Store
	Blobs  blob.Store
	Scope  policy.Scope
	Runs   []statement.Run
	Actor  string
	// Purpose and Case are those of the visit.
	Purpose policy.Purpose
	Case    string
	Cases   casefile.Store // nil where there is none
	// Watches is what people have asked again; nil where there is none.
	Watches watch.Store
	AsOf    statement.Day // the last day of Act.AsOf; NoDay when no day is asked about
	// Identity is what is known of who is who beside equal identifiers, nil
	// without Graph, which it shaped.
	Identity *resolve.Identity
	// Kept is where what was resolved is kept; nil where nothing is.
	Kept *resolve.Kept
	// Index gives the index of passages and names, made when it is asked for, as
	// View shows it; nil where nothing is indexed.
	Index func(context.Context) (search.Searcher, error)

	log      *audit.Log // nil unless the visit governs
	engine   *engine.Engine
	whole    *graph.Graph
	graph    func(context.Context) (*graph.Graph, error)
	second   resolve.Second
	mentions func(context.Context) (*mention.Layer, error)
	similar  func(context.Context) (*similar.File, error)
}

// Search gives the index of passages and names as the desk's view shows it.
// Errors: those of making or opening it.
func (d *Desk) Search(ctx context.Context) (search.Searcher, error) {
	if d.Index == nil {
		return search.Searcher{}, overt.Errorf(overt.Unavailable, "", "nothing is indexed here")
	}
	return d.Index(ctx)
}

// shown narrows an index to what the desk's view shows.
func (d *Desk) shown(index func(context.Context) (search.Index, error)) func(context.Context) (search.Searcher, error) {
	if index == nil {
		return nil
	}
	return func(ctx context.Context) (search.Searcher, error) {
		x, err := index(ctx)
		if err != nil {
			return search.Searcher{}, err
		}
		return search.In(x, search.NewView(d.View.Sight())), nil
	}
}

// Names says whether texts are looked through for names here.
func (d *Desk) Names() bool { return d.mentions != nil }

// Mentions gives what documents name, as the desk's view shows it. Errors: those
// of making or opening the layer.
func (d *Desk) Mentions(ctx context.Context) (*mention.View, error) {
	if d.mentions == nil {
		return nil, overt.Errorf(overt.Unavailable, "", "nothing is looked for in texts here")
	}
	l, err := d.mentions(ctx)
	if err != nil {
		return nil, err
	}
	return mention.In(l, d.View), nil
}

// Similar gives the sketches of texts as the desk's view shows them. Errors: those
// of making or opening them.
func (d *Desk) Similar(ctx context.Context) (similar.View, error) {
	if d.similar == nil {
		return similar.View{}, overt.Errorf(overt.Unavailable, "", "no texts are compared here")
	}
	f, err := d.similar(ctx)
	if err != nil {
		return similar.View{}, err
	}
	return f.View(d.View.Sight()), nil
}

// Counted lets an answer say how many records it releases.
type Counted interface{ Records() int }

// Ask answers a question: it opens the desk, runs answer, and gives the result
// out only after question, size and hash of the result are durably recorded.
// A question that fails is recorded too. withGraph opens the graph as the
// scope shows it.
func Ask[T any](ctx context.Context, p *Pass, act Act, withGraph bool, answer func(context.Context, *Desk) (T, error)) (T, error) {
	return told(ctx, p, act, func(ctx context.Context) (T, error) { return ask(ctx, p, act, withGraph, answer) })
}

// told gives an answer out once it is recorded.
func told[T any](ctx context.Context, p *Pass, act Act, answer func(context.Context) (T, error)) (T, error) {
	var zero T
	result, err := answer(ctx)
	event := audit.Event{Action: act.Action, Object: act.Object, Query: act.Query}
	if err != nil {
		event.Reasons = []string{"no answer: " + string(overt.CodeOf(err))}
		if _, logErr := p.record(ctx, event); logErr != nil {
			return zero, logErr
		}
		return zero, err
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return zero, fmt.Errorf("write the answer down: %w", err)
	}
	sum := sha256.Sum256(raw)
	event.Result, event.Count = hex.EncodeToString(sum[:]), 1
	if c, ok := any(result).(Counted); ok {
		event.Count = int64(c.Records())
	}
	if _, err := p.record(ctx, event); err != nil {
		return zero, err
	}
	return result, nil
}

func ask[T any](ctx context.Context, p *Pass, act Act, withGraph bool, answer func(context.Context, *Desk) (T, error)) (T, error) {
	var zero T
	d, err := p.desk(ctx, act, withGraph)
	if err != nil {
		return zero, err
	}
	defer func() { _ = d.View.Close() }()
	return answer(ctx, d)
}

// Stream answers a question with more than can be held: the intent is recorded
// before anything is released, how much it was and its hash when it has ended.
// Errors: as for Do, and those of opening the desk.
func (p *Pass) Stream(ctx context.Context, act Act, withGraph bool, answer func(context.Context, *Desk) (count int64, result string, err error)) error {
	return p.Do(ctx, act, func(ctx context.Context, _ *Bench) (int64, string, error) {
		d, err := p.desk(ctx, act, withGraph)
		if err != nil {
			return 0, "", err
		}
		defer func() { _ = d.View.Close() }()
		return answer(ctx, d)
	})
}

// desk lays what a question is answered from. Its view is to be closed.
func (p *Pass) desk(ctx context.Context, act Act, withGraph bool) (*Desk, error) {
	if p.apart {
		return nil, errApart()
	}
	cfg := &p.gate.cfg
	d := &Desk{Ledger: cfg.Ledger, Blobs: cfg.Blobs, Scope: p.scope, Actor: p.actor.ID, Purpose: p.purpose, Case: p.caseID, Cases: cfg.Cases, Watches: cfg.Watches, AsOf: statement.LastDayOf(act.AsOf), mentions: cfg.Mentions, similar: cfg.Similar, graph: cfg.Graph, Kept: cfg.Resolved, second: cfg.Engine.Second(), engine: cfg.Engine}
	if p.governs {
		d.log = cfg.Log
	}
	d.Index = d.shown(cfg.Index)
	var g *graph.Graph
	var err error
	if withGraph {
		if g, err = cfg.Graph(ctx); err != nil {
			return nil, err
		}
	}
	if d.View, err = cfg.Statements.View(ctx, p.scope, act.When); err != nil {
		return nil, err
	}
	if d.whole = g; g != nil {
		err = d.identify(ctx, cfg, act.When)
	}
	if err == nil {
		d.Runs, err = cfg.Statements.Runs(ctx, p.scope)
	}
	if err != nil {
		_ = d.View.Close()
		return nil, err
	}
	return d, nil
}

// record writes one event of this pass, durably.
func (p *Pass) record(ctx context.Context, e audit.Event) (audit.Receipt, error) {
	e.Time, e.Actor, e.Purpose, e.Case = p.gate.cfg.Clock(), p.actor.ID, string(p.purpose), p.caseID
	e.Scope, e.Policy = p.scope.Fingerprint(), p.gate.cfg.Engine.Hash()
	if e.Decision == "" {
		e.Decision = "allow"
	}
	receipt, err := p.gate.cfg.Log.Append(ctx, e)
	if err != nil {
		return receipt, &overt.Error{Code: overt.Unavailable, Op: "record " + e.Action, Message: "nothing is released, because it cannot be recorded", Err: err}
	}
	if !receipt.Valid() {
		return receipt, overt.Errorf(overt.Internal, e.Action, "the log gave no receipt")
	}
	return receipt, nil
}
