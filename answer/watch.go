package answer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/policy"
	"overt/screen"
	"overt/search"
	"overt/statement"
	"overt/watch"
)

// maxOwn is how many entities of a dataset a watch compares with lists.
const maxOwn = 20_000

// errTooMuch is in the chain of the error of a watch that finds more than is kept.
var errTooMuch = errors.New("it finds too much to be watched")

// ReadWatched asks what a watch asks, as the desk shows it. The desk must have a graph.
// What is not here, or not any more, finds nothing. Errors: invalid (the question, or
// it finds too much), those of the engines.
func ReadWatched(ctx context.Context, d *gate.Desk, q *watch.Question) (*watch.State, error) {
	f := newFinder(ctx, d)
	var err error
	switch q.Kind {
	case watch.Search:
		err = f.search(q)
	case watch.Entity:
		err = f.entity(q.Words)
	case watch.List:
		err = f.lists(q)
	case watch.Trace:
		err = f.trace(q)
	default:
		err = q.Check()
	}
	if err != nil {
		return nil, err
	}
	for _, it := range f.items {
		f.out.Items = append(f.out.Items, *it)
	}
	f.out.Sort()
	slices.Sort(f.out.Cut)
	if len(f.out.Items) > watch.MaxItems {
		return nil, tooMuch(len(f.out.Items))
	}
	return f.out, nil
}

func tooMuch(n int) error {
	return overt.Errorf(overt.Invalid, "watch", "%w: %d things, and a watch keeps %d at most; ask for less", errTooMuch, n, watch.MaxItems)
}

// A finder gathers what a watch finds.
type finder struct {
	ctx   context.Context
	d     *gate.Desk
	out   *watch.State
	items map[string]*watch.Item
}

func newFinder(ctx context.Context, d *gate.Desk) *finder {
	f := &finder{ctx: ctx, d: d, out: &watch.State{Items: []watch.Item{}}, items: map[string]*watch.Item{}}
	f.out.Labels = f.labelsOf(d.View.Sight().Classes())
	return f
}

// add takes an item. Of one that is there already, the first that nothing became known
// against is told, and it rests on the labels of both.
func (f *finder) add(it watch.Item) {
	key := fmt.Sprintf("%s %q", it.What, it.Of)
	old := f.items[key]
	if old == nil {
		f.items[key] = &it
		return
	}
	labels := watch.Labels(slices.Concat(old.Labels, it.Labels))
	if old.Doubt != "" && it.Doubt == "" {
		*old = it
	}
	old.Labels = labels
}

// labelsOf are the labels of some visible classes.
func (f *finder) labelsOf(classes []statement.Class) []policy.Label {
	out := []policy.Label{}
	for _, c := range classes {
		if info, ok := f.d.View.Sight().Info(c); ok {
			out = append(out, info.Label)
		}
	}
	return watch.Labels(out)
}

func (f *finder) labelsOfStatements(stmts []statement.Statement) []policy.Label {
	var classes []statement.Class
	for i := range stmts {
		if !slices.Contains(classes, stmts[i].Class) {
			classes = append(classes, stmts[i].Class)
		}
	}
	return f.labelsOf(classes)
}

// labelsOfRuns are the visible labels of some runs.
func (f *finder) labelsOfRuns(runs ...overt.RunID) []policy.Label {
	var out []policy.Label
	for _, id := range runs {
		if r := f.d.View.Sight().Run(id); r != nil {
			for _, l := range r.Labels {
				if f.d.Scope.Sees(l) {
					out = append(out, l)
				}
			}
		}
	}
	return watch.Labels(out)
}

// labelsOfDatasets are the visible labels of some datasets.
func (f *finder) labelsOfDatasets(names []string) []policy.Label {
	return slices.DeleteFunc(slices.Clone(f.out.Labels), func(l policy.Label) bool { return !slices.Contains(names, l.Dataset) })
}

// cited gives an item its citations. What is known against the first is known against
// all, for doubted ones go last.
func cited(it watch.Item, citations []overt.Citation) watch.Item {
	it.Cited = len(citations)
	it.Citations = citations[:min(len(citations), 3)]
	if len(citations) > 0 {
		it.Doubt = citations[0].Doubt
	}
	return it
}

// search watches hits: each page of a document, and each entity.
func (f *finder) search(q *watch.Question) error {
	ask := search.Query{Text: q.Words, Kind: search.Kind(q.In), Stem: q.Wide, Fuzzy: q.Wide, Translit: q.Wide}
	begin := func(a *SearchAnswer) error {
		if a.Total > watch.MaxItems {
			return tooMuch(int(a.Total))
		}
		return nil
	}
	return SearchAll(f.ctx, f.d, ask, begin, func(h *SearchHit) error {
		it := watch.Item{What: "hit", Label: h.Schema, Text: h.Caption, Open: h.ID, Cite: h.Cite, Labels: f.labelsOfRuns(h.Run)}
		if it.Of = []ftm.EntityID{Canonical(f.d.Graph, h.ID)}; h.Kind == search.Passage {
			it.What, it.Label, it.Text = fmt.Sprint("page ", h.Page), h.Caption, h.Snippet
		} else {
			name, err := Name(f.ctx, f.d, h.ID)
			if err != nil {
				return err
			}
			it.Text, it.Decides = name.Caption, name.Caption
		}
		if r := f.d.View.Sight().Run(h.Run); r != nil {
			it.Doubt = r.Doubt()
		}
		f.add(it)
		return nil
	})
}

// lists watches whom of some lists own names may be: hits that are matches, and that
// nobody cleared. What decides is what decides for a clearing.
func (f *finder) lists(q *watch.Question) error {
	var have []string
	for _, l := range f.out.Labels {
		have = append(have, l.Dataset)
	}
	against := slices.DeleteFunc(slices.Clone(q.Against), func(a string) bool { return !slices.Contains(have, a) })
	if len(against) == 0 || q.Of != "" && !slices.Contains(have, q.Of) {
		return nil
	}
	queries, places := make([]screen.Query, 0, len(q.Names)), []string{}
	for _, n := range q.Names {
		queries = append(queries, screen.Query{ID: n, Schema: screen.DefaultSchema, Properties: map[string][]string{"name": {n}}})
	}
	var err error
	if q.Of != "" {
		if queries, err = screen.Own(f.ctx, f.d.View, q.Of, maxOwn); err != nil {
			return err
		}
	}
	for range queries {
		places = append(places, "")
	}
	options, err := screen.Options{Cutoff: screen.DefaultThreshold}.WithDefaults()
	if err != nil {
		return err
	}
	x, err := screen.Build(f.ctx, f.d.View, against)
	if err != nil {
		return err
	}
	all, err := x.AnswerAll(f.ctx, f.d.View, queries, places, options)
	if err != nil {
		return err
	}
	labels := f.labelsOfDatasets(append(against, q.Of))
	for i := range all.Rows {
		for j := range all.Rows[i].Results {
			f.match(all.Rows[i].Query, &all.Rows[i].Results[j], labels)
		}
	}
	return nil
}

func (f *finder) match(q *screen.Query, r *screen.Result, labels []policy.Label) {
	if !r.Match || string(r.ID) == q.ID {
		return
	}
	words := []string{fmt.Sprintf("%s (%.3f", r.Entity.Caption, r.Score)}
	for _, feature := range r.Features {
		words = append(words, feature.Name+" "+feature.Level)
	}
	f.add(cited(watch.Item{
		What: "match " + q.ID, Of: []ftm.EntityID{Canonical(f.d.Graph, r.ID)}, Decides: string(r.Deciding), Label: q.Caption(), Text: strings.Join(words, ", ") + ")", Open: r.ID, Labels: labels,
	}, r.Citations))
}

// watchedPaths is how many ways between two are watched.
const watchedPaths = 10

// trace watches the ways between two, and the money on each step.
func (f *finder) trace(q *watch.Question) error {
	t, err := FindTrace(f.ctx, f.d, q.Words, q.To, TraceOptions{Via: q.Via, Paths: watchedPaths, Edges: 1, Today: statement.NoDay})
	switch overt.CodeOf(err) {
	case "":
	case overt.NotFound:
		return nil
	default:
		return err
	}
	for i := range t.Paths {
		p := &t.Paths[i]
		var names []string
		var of []ftm.EntityID
		for _, n := range p.Nodes {
			names, of = append(names, n.Caption), append(of, n.ID)
		}
		var citations []overt.Citation
		for _, e := range p.Edges {
			citations = append(citations, e.Citations...)
		}
		f.add(cited(watch.Item{What: "path", Of: of, Group: "path", Label: "path", Text: strings.Join(names, " → "), Open: t.From.ID}, citations))
		f.steps(p)
	}
	if len(t.Paths) == watchedPaths {
		f.out.Cut = append(f.out.Cut, "path", "step")
	}
	return nil
}

// steps watches the money on each step of a path.
func (f *finder) steps(p *Path) {
	for i, s := range p.Steps {
		if s.Total == nil {
			continue
		}
		f.add(watch.Item{
			What: "step " + string(s.Total.Kind) + " " + s.Total.Currency, Of: []ftm.EntityID{s.From, s.To}, Group: "step", Open: s.From,
			Label: fmt.Sprintf("%s, %s → %s", s.Total.Kind, p.Nodes[i].Caption, p.Nodes[i+1].Caption), Text: s.Total.Amount.String() + " " + s.Total.Currency, Decides: s.Total.Amount.String(),
		})
	}
}
