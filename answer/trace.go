package answer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/internal/decimal"
	"overt/ledger"
	"overt/money"
	"overt/statement"
)

// A Trace is what `trace` answers.
type Trace struct {
	From    *Found    `json:"from"`
	To      *Found    `json:"to"`
	AsOf    string    `json:"as_of,omitempty"`
	Paths   []Path    `json:"paths"`
	Limits  []Limit   `json:"limits"`
	NotSeen []NotSeen `json:"not_seen"`
}

// Records counts what the answer releases.
func (t *Trace) Records() int {
	n := 0
	for i := range t.Paths {
		n += len(t.Paths[i].Edges)
	}
	return n
}

// A Path is one chain of entities.
type Path struct {
	Hops  int      `json:"hops"`
	Nodes []Entity `json:"nodes"`
	Steps []Step   `json:"steps"`
	Edges []Edge   `json:"edges"`
	Total *Total   `json:"total,omitempty"` // of the first step that carries money
}

// A Step is one hop: how many links of which kinds, and what they sum to.
type Step struct {
	From  ftm.EntityID `json:"from"`
	To    ftm.EntityID `json:"to"`
	Links []KindCount  `json:"links"`
	Total *Total       `json:"total,omitempty"`
}

// A KindCount counts the links of one kind.
type KindCount struct {
	Kind   string `json:"kind"`
	Label  string `json:"label"`
	Count  int    `json:"count"`
	Listed int    `json:"listed"`
}

// A Total is the money of one step, of one kind.
type Total struct {
	Amount   decimal.Decimal `json:"amount"`
	Currency string          `json:"currency"`
	Kind     money.Kind      `json:"kind"`
	Counted  int             `json:"counted"`
	LeftOut  int             `json:"left_out"`
	Warnings []money.Warning `json:"warnings,omitempty"`
}

// An Edge is one link with its citations.
type Edge struct {
	ID        ftm.EntityID     `json:"id"`
	Hop       int              `json:"hop"`
	Schema    string           `json:"schema"`
	Label     string           `json:"label"`
	Source    ftm.EntityID     `json:"source"`
	Target    ftm.EntityID     `json:"target"`
	Date      string           `json:"date"`
	End       string           `json:"end"`
	Amount    string           `json:"amount"`
	Currency  string           `json:"currency"`
	Kind      string           `json:"kind"`
	Detail    string           `json:"detail,omitempty"`
	FirstSeen string           `json:"first_seen,omitempty"`
	LastSeen  string           `json:"last_seen,omitempty"`
	Gone      string           `json:"gone,omitempty"`
	Valid     bool             `json:"valid"`
	Citations []overt.Citation `json:"citations"`
}

// A Limit says what the search left out.
type Limit struct {
	Kind     string   `json:"kind"`
	Text     string   `json:"text"`
	Entities []Entity `json:"entities,omitempty"`
}

// A NotSeen is a file that could have held more and could not be read.
type NotSeen struct {
	Dataset string         `json:"dataset"`
	Source  string         `json:"source"`
	Verdict ledger.Verdict `json:"verdict"`
	Reason  string         `json:"reason"`
}

// TraceOptions bound a trace.
type TraceOptions struct {
	Via      string
	Hops     int
	Paths    int
	Shortest bool // only paths of the fewest hops
	AsOf     string
	HubsToo  bool
	Edges    int // listed per hop and kind
	Today    statement.Day
}

func (o TraceOptions) graph() (graph.Options, error) {
	kinds, err := Via(o.Via)
	if err != nil {
		return graph.Options{}, err
	}
	opt := graph.Options{Filter: graph.Everything, MaxHops: o.Hops, MaxPaths: o.Paths, MaxEdges: o.Edges}
	opt.Kinds, opt.SkipSelf, opt.Weight = kinds, true, weight
	if o.AsOf != "" {
		opt.AsOf = statement.LastDayOf(o.AsOf)
	}
	if o.HubsToo {
		opt.HubDegree = -1
	}
	if opt.MaxEdges == 0 {
		opt.MaxEdges = 5
	}
	return opt, nil
}

// weight ranks paths of as many hops: what was paid or runs somewhere says more
// than what is merely administered, and a name in a text says least.
func weight(kind string, _ int) float64 {
	switch kind {
	case "Obligation", "Payment", "StatedPayment", "Subaward":
		return 4
	case "Hosting", "Leverages", "DataFlow", "Ownership":
		return 3
	case "Names":
		return 0.5
	case "UnknownLink":
		return 2
	}
	return 1
}

// FindTrace follows links from one entity to another.
func FindTrace(ctx context.Context, d *gate.Desk, from, to string, o TraceOptions) (*Trace, error) {
	opt, err := o.graph()
	if err != nil {
		return nil, err
	}
	t := &Trace{AsOf: o.AsOf, Paths: []Path{}, Limits: []Limit{}}
	if t.From, err = Find(ctx, d, from); err != nil {
		return nil, err
	}
	if t.To, err = Find(ctx, d, to); err != nil {
		return nil, err
	}
	if t.From.ID == t.To.ID {
		return nil, overt.Errorf(overt.Invalid, "", "%q and %q are one entity here: %s", from, to, t.From.Caption)
	}
	a, b := t.From.Node(d.Graph), t.To.Node(d.Graph)
	var res graph.Result
	if o.Shortest {
		res, err = d.Graph.ShortestPaths(ctx, a, b, opt)
	} else {
		res, err = d.Graph.BestPaths(ctx, a, b, max(opt.MaxPaths, 1), opt)
	}
	if err != nil {
		return nil, err
	}
	teller := newTeller(d, o)
	for _, p := range res.Paths {
		path, err := teller.path(ctx, p)
		if err != nil {
			return nil, err
		}
		t.Paths = append(t.Paths, path)
	}
	if t.Limits, err = teller.limits(ctx, res.Limits); err != nil {
		return nil, err
	}
	t.NotSeen, err = Unseen(ctx, d)
	return t, err
}

// A teller writes paths out, reading each entity once.
type teller struct {
	d     *gate.Desk
	o     TraceOptions
	names map[ftm.EntityID]Entity
	sums  *money.Ledger
	at    statement.Day
}

func newTeller(d *gate.Desk, o TraceOptions) *teller {
	t := &teller{d: d, o: o, names: map[ftm.EntityID]Entity{}, sums: money.NewLedger(d.View, d.Graph), at: o.Today}
	if o.AsOf != "" {
		t.at = statement.LastDayOf(o.AsOf)
	}
	return t
}

func (t *teller) name(ctx context.Context, id ftm.EntityID) (Entity, error) {
	if e, ok := t.names[id]; ok {
		return e, nil
	}
	e, err := Name(ctx, t.d, id)
	t.names[id] = e
	return e, err
}

func (t *teller) path(ctx context.Context, p graph.Path) (Path, error) {
	out := Path{Hops: len(p.Hops)}
	for _, n := range p.Nodes {
		e, err := t.name(ctx, t.d.Graph.ID(n))
		if err != nil {
			return out, err
		}
		out.Nodes = append(out.Nodes, e)
	}
	for i, h := range p.Hops {
		step, err := t.step(ctx, h)
		if err != nil {
			return out, err
		}
		out.Steps = append(out.Steps, step)
		if out.Total == nil {
			out.Total = step.Total
		}
		for _, e := range h.Edges {
			edge, err := t.edge(ctx, e)
			if err != nil {
				return out, err
			}
			edge.Hop = i + 1
			out.Edges = append(out.Edges, edge)
		}
	}
	return out, nil
}

// step counts a hop's links and sums the money on it.
func (t *teller) step(ctx context.Context, h graph.Hop) (Step, error) {
	s := Step{From: t.d.Graph.ID(h.From), To: t.d.Graph.ID(h.To)}
	for _, k := range h.Kinds {
		listed := 0
		for _, e := range h.Edges {
			if e.Kind == k.Kind {
				listed++
			}
		}
		s.Links = append(s.Links, KindCount{k.Kind, KindLabel(k.Kind, false), k.Count, listed})
	}
	for _, kind := range []struct {
		edge string
		sum  money.Kind
	}{{"Obligation", money.Obligated}, {"Subaward", money.Subaward}, {"Payment", money.Outlay}, {"StatedPayment", money.Stated}} {
		i := slices.IndexFunc(h.Kinds, func(k graph.KindCount) bool { return k.Kind == kind.edge })
		if i < 0 {
			continue
		}
		payer, payee := t.payer(h, kind.edge)
		a, err := t.sums.Sum(ctx, money.Query{From: payer, To: payee, Kind: kind.sum, By: money.ByYear, AsOf: t.asOf()})
		if err != nil {
			return s, err
		}
		s.Total = &Total{a.Total, a.Currency, kind.sum, a.Count - a.Unknown, a.Unknown + a.Repeats, a.Warnings}
		break
	}
	return s, nil
}

func (t *teller) asOf() statement.Day {
	if t.o.AsOf == "" {
		return statement.NoDay
	}
	return t.at
}

// payer tells which side of a hop pays, for a path may go against the money.
func (t *teller) payer(h graph.Hop, kind string) (payer, payee []ftm.EntityID) {
	from, to := t.d.Graph.Members(h.From), t.d.Graph.Members(h.To)
	for _, e := range h.Edges {
		if e.Kind == kind && slices.Contains(to, e.Source) {
			return to, from
		}
	}
	return from, to
}

// edge tells one link: what its own entity says of amount and dates, and the
// cells that name its ends.
func (t *teller) edge(ctx context.Context, e graph.Edge) (Edge, error) {
	out := Edge{
		ID: e.Ref, Schema: e.Kind, Label: KindLabel(e.Kind, false), Kind: e.Kind, Source: e.Source, Target: e.Target,
		Date: e.Start.String(), End: e.End.String(), Valid: e.Valid(t.at),
		FirstSeen: e.Span.First.String(), LastSeen: e.Span.Last.String(), Gone: e.Span.Gone.String(),
	}
	stmts, err := t.d.View.Entity(ctx, e.Ref)
	if err != nil {
		return out, err
	}
	stmts = slices.DeleteFunc(stmts, func(s statement.Statement) bool { return !slices.Contains(e.Classes, s.Class) })
	slices.SortStableFunc(stmts, t.byAge)
	out.Amount, out.Currency = latest(stmts, "amount"), strings.ToUpper(latest(stmts, "currency"))
	out.Kind = string(kindOf(e.Kind))
	out.Detail = detail(e.Kind, stmts)
	out.Citations = t.citations(e, stmts)
	return out, nil
}

// details lists what is worth saying of a link beside its ends, by schema.
var details = map[string][]string{
	"StatedPayment":      {"precision", "period"},
	"DataFlow":           {"category", "agreement", "legalBasis", "frequency"},
	"Hosting":            {"basis", "region"},
	"CloudAuthorization": {"authorizationKind", "impactLevel"},
	"UnknownLink":        {"role"},
	"Ownership":          {"percentage"},
}

func detail(kind string, stmts []statement.Statement) string {
	var parts []string
	for _, prop := range details[kind] {
		if v := latest(stmts, prop); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, ", ")
}

// byAge orders statements by the day their run was observed, then by what they
// say, so that the order in which runs came in changes no answer.
func (t *teller) byAge(a, b statement.Statement) int {
	return cmp.Or(t.d.View.Sight().Age(a.Class, b.Class), cmp.Compare(a.Value, b.Value))
}

func kindOf(edge string) money.Kind {
	switch edge {
	case "Obligation":
		return money.Obligated
	case "Subaward":
		return money.Subaward
	case "Payment":
		return money.Outlay
	case "StatedPayment":
		return money.Stated
	}
	return ""
}

func latest(stmts []statement.Statement, prop string) string {
	v := ""
	for _, s := range stmts {
		if s.Prop == prop {
			v = s.Value
		}
	}
	return v
}

// edgeCitations bounds the citations of one link.
const edgeCitations = 6

// citations are the cells that make the link: those that name its two ends,
// and its amount; for a property the cell that holds it; for a name in a text
// that text.
func (t *teller) citations(e graph.Edge, stmts []statement.Statement) []overt.Citation {
	schema := ftm.Default().Schema(e.Kind)
	wanted := func(s statement.Statement) bool {
		switch {
		case e.Prop != "" && e.Kind == "Names":
			return s.Prop == e.Prop
		case e.Prop != "":
			return s.Prop == e.Prop && s.Value == string(e.Target)
		case schema == nil || schema.Edge == nil:
			return false
		}
		return s.Prop == schema.Edge.Source && s.Value == string(e.Source) ||
			s.Prop == schema.Edge.Target && s.Value == string(e.Target) || telling(e.Kind, s.Prop) > 0
	}
	stmts = slices.DeleteFunc(stmts, func(s statement.Statement) bool { return !wanted(s) })
	// cite takes the last first: amount and details say more than the ends' ids.
	slices.SortStableFunc(stmts, func(a, b statement.Statement) int { return telling(e.Kind, a.Prop) - telling(e.Kind, b.Prop) })
	return cite(t.d.View, stmts, edgeCitations)
}

// telling ranks a property of a link by how much it says of it; 0 for its ends.
func telling(kind, prop string) int {
	if prop == "amount" {
		return 100
	}
	if i := slices.Index(details[kind], prop); i >= 0 {
		return len(details[kind]) - i
	}
	return 0
}

func (t *teller) limits(ctx context.Context, all []graph.Limit) ([]Limit, error) {
	out := []Limit{}
	for _, l := range all {
		limit := Limit{Kind: l.Kind, Text: l.Text}
		for _, n := range l.Nodes[:min(len(l.Nodes), 10)] {
			e, err := t.name(ctx, t.d.Graph.ID(n))
			if err != nil {
				return nil, err
			}
			limit.Entities = append(limit.Entities, e)
		}
		out = append(out, limit)
	}
	return out, nil
}

// Unseen lists the files that were not read, or not wholly.
func Unseen(ctx context.Context, d *gate.Desk) ([]NotSeen, error) {
	out := []NotSeen{}
	for e, err := range d.Ledger.Entries(ctx, d.Scope, "") {
		if err != nil {
			return nil, err
		}
		// A file of which some values were unusable was seen; one that broke off,
		// or lost more than a row in a hundred, was not seen whole.
		whole := e.Verdict == ledger.Read || e.Verdict == ledger.Partial && e.Retry == "" && e.LeftOut*100 <= e.Received
		if !whole && e.Undone == "" {
			out = append(out, NotSeen{e.Dataset, e.Source, e.Verdict, e.Reason})
		}
	}
	return out, nil
}

// A Reach is what `reach` answers: who can obtain what a system holds, or what
// it can obtain, over which documented chain.
type Reach struct {
	System    *Found    `json:"system"`
	Direction string    `json:"direction"` // to, from or both
	AsOf      string    `json:"as_of,omitempty"`
	Holders   []Holder  `json:"holders"`
	Limits    []Limit   `json:"limits"`
	NotSeen   []NotSeen `json:"not_seen"`
}

// Records counts what the answer releases.
func (r *Reach) Records() int { return len(r.Holders) }

// A Holder is one entity that is reached, by one shortest documented chain.
type Holder struct {
	Entity
	// Direction: "to" when the chain leads from the system to the holder,
	// "from" when it leads from the holder to the system.
	Direction string `json:"direction"`
	Hops      int    `json:"hops"`
	Chain     Path   `json:"chain"`
}

// reachKinds are the links over which data, or the machines that hold it, can
// be reached.
var reachKinds = []string{"DataFlow", "Hosting", "Leverages", "CloudAuthorization"}

// holderKinds say whose a system or product is. Who operates it holds what it
// holds; but that an agency sends data somewhere does not mean data of each of
// its systems, so a chain ends at the operator and never leads on.
var holderKinds = []string{"System:operator", "CloudProduct:provider"}

// FindReach follows data, hosting and platforms from one system: "to" with the
// flow (who gets what it holds, and where it stands), "from" against it (what
// feeds it), "both" one after the other.
func FindReach(ctx context.Context, d *gate.Desk, system, direction string, o TraceOptions) (*Reach, error) {
	r := &Reach{AsOf: o.AsOf, Direction: direction, Holders: []Holder{}, Limits: []Limit{}}
	var err error
	if r.System, err = Find(ctx, d, system); err != nil {
		return nil, err
	}
	opt, err := o.graph()
	if err != nil {
		return nil, err
	}
	if opt.Kinds == nil {
		opt.Kinds = graph.KindSet(reachKinds...)
	}
	teller := newTeller(d, o)
	for _, way := range []struct {
		name string
		dir  graph.Direction
	}{{"from", graph.Backward}, {"to", graph.Forward}} {
		if direction != "both" && direction != way.name {
			continue
		}
		opt.Dir = way.dir
		if err := teller.reach(ctx, r, way.name, opt); err != nil {
			return nil, err
		}
	}
	r.NotSeen, err = Unseen(ctx, d)
	return r, err
}

func (t *teller) reach(ctx context.Context, r *Reach, direction string, opt graph.Options) error {
	tree, err := t.d.Graph.Reach(ctx, r.System.Node(t.d.Graph), opt)
	if err != nil {
		return err
	}
	paths := map[graph.Node]graph.Path{}
	var order []graph.Node
	for _, n := range tree.Nodes {
		if p, ok := tree.Path(n.Node); ok {
			paths[n.Node] = p
			order = append(order, n.Node)
		}
	}
	if direction == "to" {
		order = t.operators(order, paths, opt)
	}
	slices.SortStableFunc(order, func(a, b graph.Node) int { return len(paths[a].Hops) - len(paths[b].Hops) })
	for _, n := range order {
		p := paths[n]
		if len(p.Hops) == 0 {
			continue
		}
		h := Holder{Hops: len(p.Hops), Direction: direction}
		if h.Entity, err = t.name(ctx, t.d.Graph.ID(n)); err != nil {
			return err
		}
		if h.Chain, err = t.path(ctx, p); err != nil {
			return err
		}
		r.Holders = append(r.Holders, h)
	}
	limits, err := t.limits(ctx, tree.Limits)
	r.Limits = append(r.Limits, limits...)
	return err
}

// operators adds to the reached nodes who operates or provides each of them,
// by the shortest chain.
func (t *teller) operators(order []graph.Node, paths map[graph.Node]graph.Path, opt graph.Options) []graph.Node {
	f := opt.Filter
	f.Kinds, f.Dir = graph.KindSet(holderKinds...), graph.Forward
	for _, n := range slices.Clone(order) {
		for e := range t.d.Graph.Edges(n, f) {
			who, ok := t.d.Graph.Find(e.Target)
			if !ok {
				continue
			}
			who, _ = t.d.Graph.Find(t.d.Graph.ID(who))
			old, known := paths[who]
			if known && len(old.Hops) <= len(paths[n].Hops)+1 {
				continue
			}
			if !known {
				order = append(order, who)
			}
			paths[who] = longer(paths[n], who, t.hop(n, who, f))
		}
	}
	return order
}

func longer(p graph.Path, n graph.Node, h graph.Hop) graph.Path {
	return graph.Path{Nodes: append(slices.Clip(p.Nodes), n), Hops: append(slices.Clip(p.Hops), h)}
}

// hop gathers all links of a kind from one node to another.
func (t *teller) hop(from, to graph.Node, f graph.Filter) graph.Hop {
	h := graph.Hop{From: from, To: to}
	for e := range t.d.Graph.Between(from, to, f) {
		h.Total++
		h.Edges = append(h.Edges, e)
		i := slices.IndexFunc(h.Kinds, func(k graph.KindCount) bool { return k.Kind == e.Kind })
		if i < 0 {
			i = len(h.Kinds)
			h.Kinds = append(h.Kinds, graph.KindCount{Kind: e.Kind})
		}
		h.Kinds[i].Count++
	}
	return h
}
