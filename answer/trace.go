package answer

import (
	"cmp"
	"context"
	"slices"

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
	// First and Last are the earliest and the latest day that the links of
	// correspondence begin.
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
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
	Basis     string           `json:"basis,omitempty"` // what the source goes by, see basisOf
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
	Edges    int  // listed per hop and kind
	Most     int  // entities of a network; NetNodes when 0
	Parts    bool // sums of a flow list what they add up
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
	case "UnknownLink", "Correspondence":
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
		c := KindCount{Kind: k.Kind, Label: KindLabel(k.Kind, false), Count: k.Count, Listed: listed}
		if k.Kind == "Correspondence" {
			c.First, c.Last = t.days(h, k.Kind)
		}
		s.Links = append(s.Links, c)
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
		s.Total = &Total{a.Total, a.Currency, kind.sum, a.Count - a.Unknown - a.Rates, a.Unknown + a.Rates + a.Repeats, a.Warnings}
		break
	}
	return s, nil
}

// days are the first and the last on which links of a kind on a hop begin.
func (t *teller) days(h graph.Hop, kind string) (first, last string) {
	from, to := statement.NoDay, statement.NoDay
	f := graph.Everything
	f.Kinds, f.AsOf = graph.KindSet(kind), t.asOf()
	for _, ends := range [][2]graph.Node{{h.From, h.To}, {h.To, h.From}} {
		for e := range t.d.Graph.Between(ends[0], ends[1], f) {
			from, to = span(from, to, e.Start)
		}
	}
	return from.String(), to.String()
}

// span widens a span of days by one.
func span(from, to, day statement.Day) (statement.Day, statement.Day) {
	if day == statement.NoDay {
		return from, to
	}
	if from == statement.NoDay || day < from {
		from = day
	}
	return from, max(to, day)
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

// Unseen lists the files that were not read, or not wholly, and have not been
// read since; a file that came again once, as it fared the best.
func Unseen(ctx context.Context, d *gate.Desk) ([]NotSeen, error) {
	var poor []ledger.Entry
	read, part := map[readBlob]bool{}, map[readBlob]overt.RunID{}
	observed := map[overt.RunID]string{}
	for _, r := range d.Runs {
		observed[r.ID] = r.Observed
	}
	later := func(a, b overt.RunID) bool {
		return cmp.Or(cmp.Compare(observed[a], observed[b]), cmp.Compare(a, b)) > 0
	}
	for e, err := range d.Ledger.Gaps(ctx, d.Scope) {
		if err != nil {
			return nil, err
		}
		// A file of which some values were unusable was seen; one that broke off,
		// or lost more than a row in a hundred, was not seen whole.
		if e.Verdict == ledger.Partial && e.Retry == "" && e.LeftOut*100 <= e.Received {
			read[blobOf(e)] = true
			continue
		}
		poor = append(poor, e)
		if was, ok := part[blobOf(e)]; e.Verdict == ledger.Partial && (!ok || later(e.Run, was)) {
			part[blobOf(e)] = e.Run
		}
	}
	out := []NotSeen{}
	for _, e := range poor {
		run, again := part[blobOf(e)]
		if e.Blob == "" || !read[blobOf(e)] && (!again || e.Verdict == ledger.Partial && e.Run == run) {
			out = append(out, NotSeen{e.Dataset, e.Source, e.Verdict, e.Reason})
		}
	}
	return out, nil
}

// A readBlob is the content of a file in a dataset.
type readBlob struct {
	dataset string
	blob    overt.BlobID
}

func blobOf(e ledger.Entry) readBlob { return readBlob{e.Dataset, e.Blob} }
