package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/mention"
	"overt/resolve"
	"overt/statement"
)

// What became of an entity between two runs of one source.
const (
	New     = "new"     // the older run has not got it, nor any run before
	Back    = "back"    // the older run has not got it, one before had
	Changed = "changed" // both have it, with other values
	Gone    = "gone"    // the newer run, a full extract, has not got it
	Unsaid  = "unsaid"  // the newer run, no full extract, does not speak of it
)

// A Diff is what `diff` answers: what one run of a source says otherwise than
// an earlier one.
type Diff struct {
	Dataset  string         `json:"dataset"`
	From     DiffRun        `json:"from"`
	To       DiffRun        `json:"to"`
	Counts   DiffCounts     `json:"counts"`
	Schemata []SchemaCounts `json:"schemata"` // most changes first
	Entities []EntityDiff   `json:"entities"` // by kind of change, then schema and id
	More     int            `json:"more"`     // changed entities that are not listed
	Limits   []Limit        `json:"limits"`
}

// Records counts what the answer releases.
func (d *Diff) Records() int { return len(d.Entities) }

// A DiffRun is one side of a Diff.
type DiffRun struct {
	Run      overt.RunID      `json:"run"`
	Observed string           `json:"observed"`
	Extent   statement.Extent `json:"extent"`
	Source   string           `json:"source"`
	Entities int              `json:"entities"`
	Doubt    string           `json:"doubt,omitempty"`
}

// DiffCounts count entities; Same + Changed + Gone + Unsaid are those of the
// older run, Same + Changed + New + Back those of the newer.
type DiffCounts struct {
	Same    int `json:"same"`
	New     int `json:"new"`
	Back    int `json:"back"`
	Changed int `json:"changed"`
	Gone    int `json:"gone"`
	Unsaid  int `json:"unsaid"`
}

// SchemaCounts are the counts of one schema.
type SchemaCounts struct {
	Schema string `json:"schema"`
	DiffCounts
}

// An EntityDiff is what became of one entity of the source. Values are all of
// it for one that is new, back or gone, and the changed ones for one that
// changed.
type EntityDiff struct {
	Entity
	Change string      `json:"change"`
	Values []ValueDiff `json:"values"`
}

// A ValueDiff is one value that one of the two runs has alone.
type ValueDiff struct {
	Prop     string         `json:"prop"`
	Label    string         `json:"label"`
	Value    string         `json:"value"`
	Caption  string         `json:"caption,omitempty"` // of the entity a reference names
	In       string         `json:"in"`                // "from" or "to"
	Citation overt.Citation `json:"citation"`
}

// DiffOptions choose the runs and how much is listed.
type DiffOptions struct {
	From, To overt.RunID // both 0: the newest two runs of the dataset's newest source
	Schema   string      // only entities that are such; "" all
	Limit    int         // entities listed of each schema and kind of change; below 0 all
}

// FindDiff compares two runs of one source of a dataset, entity by entity and
// value by value. Errors: not_found (dataset, runs), invalid (runs of
// different sources).
func FindDiff(ctx context.Context, d *gate.Desk, dataset string, o DiffOptions) (*Diff, error) {
	from, to, err := diffRuns(d, dataset, o)
	if err != nil {
		return nil, err
	}
	var only *ftm.Schema
	if o.Schema != "" {
		if only = ftm.Default().Schema(o.Schema); only == nil {
			return nil, overt.Errorf(overt.Invalid, "--schema", "%q is no schema of the model", o.Schema)
		}
	}
	c := &comparison{d: d, from: from, to: to, only: only, limit: o.Limit, per: map[string]*DiffCounts{}, listed: map[string]int{}}
	c.out = &Diff{Dataset: dataset, From: diffRun(from), To: diffRun(to), Schemata: []SchemaCounts{}, Entities: []EntityDiff{}, Limits: []Limit{}}
	for stmts, err := range d.View.Entities(ctx) {
		if err == nil {
			err = c.entity(ctx, stmts)
		}
		if err != nil {
			return nil, err
		}
	}
	c.finish()
	return c.out, nil
}

func diffRun(r *statement.Run) DiffRun {
	out := DiffRun{Run: r.ID, Observed: r.Observed, Extent: r.Extent, Doubt: r.Doubt()}
	if len(r.Sources) > 0 {
		out.Source = r.Sources[0].Name
	}
	return out
}

// diffRuns finds the two runs, the older first as the user gave them.
func diffRuns(d *gate.Desk, dataset string, o DiffOptions) (from, to *statement.Run, err error) {
	sight := d.View.Sight()
	if o.From != 0 || o.To != 0 {
		for _, side := range []struct {
			id  overt.RunID
			run **statement.Run
		}{{o.From, &from}, {o.To, &to}} {
			*side.run = sight.Run(side.id)
			if *side.run == nil || (*side.run).Dataset != dataset {
				return nil, nil, overt.Errorf(overt.NotFound, fmt.Sprintf("run %d", side.id), "there is no such run of dataset %q; see overt runs", dataset)
			}
		}
		if from.Series != to.Series {
			return nil, nil, overt.Errorf(overt.Invalid, fmt.Sprintf("run %d", to.ID), "it is of another source (%q) than run %d (%q); only states of one source can be compared", to.Series, from.ID, from.Series)
		}
		return from, to, nil
	}
	// What a person judged is no state of a source.
	runs := slices.DeleteFunc(runsOf(sight, dataset), func(r *statement.Run) bool { return r.Format == mention.JudgementFormat })
	if len(runs) == 0 {
		return nil, nil, overt.Errorf(overt.NotFound, "", "there is no dataset called %q", dataset)
	}
	to = runs[len(runs)-1]
	for _, r := range runs[:len(runs)-1] {
		if r.Series == to.Series {
			from = r
		}
	}
	if from == nil {
		return nil, nil, overt.Errorf(overt.NotFound, dataset, "there is only one state of this source (run %d); import a newer one to compare it with", to.ID)
	}
	return from, to, nil
}

// runsOf lists the visible runs of a dataset, the oldest observed first.
func runsOf(sight *statement.Sight, dataset string) []*statement.Run {
	var out []*statement.Run
	for _, c := range sight.Classes() {
		if info, ok := sight.Info(c); ok && info.Run.Dataset == dataset && !slices.Contains(out, info.Run) {
			out = append(out, info.Run)
		}
	}
	slices.SortStableFunc(out, func(a, b *statement.Run) int {
		return cmp.Or(cmp.Compare(a.Observed, b.Observed), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// A comparison gathers a Diff in one pass.
type comparison struct {
	d        *gate.Desk
	from, to *statement.Run
	only     *ftm.Schema
	limit    int
	out      *Diff
	per      map[string]*DiffCounts
	listed   map[string]int
}

// entity judges one entity by the statements of the two runs.
func (c *comparison) entity(ctx context.Context, stmts []statement.Statement) error {
	sight := c.d.View.Sight()
	var a, b []statement.Statement
	before := false
	for _, s := range stmts {
		info, _ := sight.Info(s.Class)
		switch r := info.Run; {
		case r == c.from:
			a = append(a, s)
		case r == c.to:
			b = append(b, s)
		default:
			before = before || r.Dataset == c.from.Dataset && r.Series == c.from.Series && r.Observed < c.from.Observed
		}
	}
	if len(a)+len(b) == 0 {
		return nil
	}
	schema := slices.Concat(b, a)[0].Schema
	if s := ftm.Default().Schema(schema); c.only != nil && (s == nil || !s.IsA(c.only.Name)) {
		return nil
	}
	c.out.From.Entities += min(len(a), 1)
	c.out.To.Entities += min(len(b), 1)
	change := c.judge(a, b, before)
	if c.per[schema] == nil {
		c.per[schema] = &DiffCounts{}
	}
	c.per[schema].add(change)
	c.out.Counts.add(change)
	if change == "" {
		return nil
	}
	key := change + " " + schema
	if c.listed[key]++; c.limit >= 0 && c.listed[key] > c.limit {
		c.out.More++
		return nil
	}
	return c.list(ctx, change, schema, a, b)
}

func (c *comparison) judge(a, b []statement.Statement, before bool) string {
	switch {
	case len(a) == 0 && before:
		return Back
	case len(a) == 0:
		return New
	case len(b) == 0 && c.to.Extent == statement.Full:
		return Gone
	case len(b) == 0:
		return Unsaid
	case len(without(a, b))+len(without(b, a)) > 0:
		return Changed
	}
	return ""
}

func (n *DiffCounts) add(change string) {
	*map[string]*int{"": &n.Same, New: &n.New, Back: &n.Back, Changed: &n.Changed, Gone: &n.Gone, Unsaid: &n.Unsaid}[change]++
}

// without gives the statements of a whose value b has not got.
func without(a, b []statement.Statement) []statement.Statement {
	var out []statement.Statement
	for _, s := range a {
		if !slices.ContainsFunc(b, func(o statement.Statement) bool {
			return o.Prop == s.Prop && o.Value == s.Value && o.External == s.External
		}) {
			out = append(out, s)
		}
	}
	return out
}

func (c *comparison) list(ctx context.Context, change, schema string, a, b []statement.Statement) error {
	first := slices.Concat(a, b)[0]
	e := EntityDiff{Entity: Entity{ID: first.Entity, Schema: schema}, Change: change, Values: []ValueDiff{}}
	var err error
	if e.Caption, err = c.caption(ctx, schema, slices.Concat(b, a)); err != nil {
		return err
	}
	for _, side := range []struct {
		in   string
		says []statement.Statement
	}{{"from", without(a, b)}, {"to", without(b, a)}} {
		for _, s := range side.says {
			if s.Prop == statement.PropID {
				continue
			}
			v, err := c.value(ctx, side.in, s)
			if err != nil {
				return err
			}
			e.Values = append(e.Values, v)
		}
	}
	slices.SortStableFunc(e.Values, func(x, y ValueDiff) int { return cmp.Compare(x.Prop, y.Prop) })
	c.out.Entities = append(c.out.Entities, e)
	return nil
}

func (c *comparison) value(ctx context.Context, in string, s statement.Statement) (ValueDiff, error) {
	v := ValueDiff{Prop: s.Prop, Label: s.Prop, Value: s.Value, In: in}
	if cites := cite(c.d.View, []statement.Statement{s}, 1); len(cites) > 0 {
		v.Citation = cites[0]
	}
	schema := ftm.Default().Schema(s.Schema)
	if schema == nil || schema.Property(s.Prop) == nil {
		return v, nil
	}
	prop := schema.Property(s.Prop)
	v.Label = prop.Label
	if prop.Type.Name == "entity" {
		e, err := Name(ctx, c.d, ftm.EntityID(s.Value))
		if err != nil {
			return v, err
		}
		v.Caption = e.Caption
	}
	return v, nil
}

// caption names an entity; a link by its two ends.
func (c *comparison) caption(ctx context.Context, schema string, stmts []statement.Statement) (string, error) {
	s := ftm.Default().Schema(schema)
	if s == nil || s.Edge == nil {
		p, err := resolve.ReadProfile(ctx, c.d.View, []ftm.EntityID{stmts[0].Entity})
		if err != nil {
			return "", fmt.Errorf("read entity: %w", err)
		}
		return p.Caption(), nil
	}
	ends := [2]string{"?", "?"}
	for i, prop := range []string{s.Edge.Source, s.Edge.Target} {
		at := slices.IndexFunc(stmts, func(st statement.Statement) bool { return st.Prop == prop })
		if at < 0 {
			continue
		}
		e, err := Name(ctx, c.d, ftm.EntityID(stmts[at].Value))
		if err != nil {
			return "", err
		}
		ends[i] = e.Caption
	}
	return ends[0] + " → " + ends[1], nil
}

// changes is the order in which changes are told.
var changes = []string{New, Back, Changed, Gone, Unsaid}

func (c *comparison) finish() {
	for schema, n := range c.per {
		c.out.Schemata = append(c.out.Schemata, SchemaCounts{schema, *n})
	}
	touched := func(n DiffCounts) int { return n.New + n.Back + n.Changed + n.Gone + n.Unsaid }
	slices.SortFunc(c.out.Schemata, func(a, b SchemaCounts) int {
		return cmp.Or(cmp.Compare(touched(b.DiffCounts), touched(a.DiffCounts)), cmp.Compare(a.Schema, b.Schema))
	})
	slices.SortStableFunc(c.out.Entities, func(a, b EntityDiff) int {
		return cmp.Or(cmp.Compare(slices.Index(changes, a.Change), slices.Index(changes, b.Change)), cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.ID, b.ID))
	})
	limit := func(kind, text string) { c.out.Limits = append(c.out.Limits, Limit{Kind: kind, Text: text}) }
	if c.to.Extent != statement.Full {
		limit("extent", fmt.Sprintf("run %d is a %s: what it does not speak of is not gone", c.to.ID, c.to.Extent))
	}
	if c.from.Extent != statement.Full {
		limit("extent", fmt.Sprintf("run %d is a %s: what is new against it may be older", c.from.ID, c.from.Extent))
	}
	if c.from.Mapping != c.to.Mapping {
		limit("mapping", "the two runs were read by different versions of the mapping: a difference may be one of reading")
	}
	if c.from.Observed > c.to.Observed {
		limit("order", fmt.Sprintf("run %d is observed before run %d: this looks back in time", c.to.ID, c.from.ID))
	}
	if c.out.More > 0 {
		limit("listed", fmt.Sprintf("%d more changed entities are not listed", c.out.More))
	}
}
