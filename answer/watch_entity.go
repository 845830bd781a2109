package answer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/graph"
	"overt/mention"
	"overt/money"
	"overt/policy"
	"overt/resolve"
	"overt/statement"
	"overt/watch"
)

// listedOf is how many of one kind of link, of names or of pages are watched one by
// one; where there are more, their number is.
const listedOf = 300

// unwatched are properties that tell of the record and not of the entity.
var unwatched = []string{"modifiedAt", "retrievedAt"}

// entity watches what is said of one: its values, links, sums, source ids, and the
// pages that name it.
func (f *finder) entity(words string) error {
	found, err := Find(f.ctx, f.d, words)
	if overt.CodeOf(err) == overt.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := resolve.ReadProfile(f.ctx, f.d.View, found.Members)
	if err != nil {
		return err
	}
	f.values(p)
	f.sameAs(p)
	if n, ok := f.d.Graph.Find(found.ID); ok {
		if err := f.links(n); err != nil {
			return err
		}
	}
	if err := f.sums(found); err != nil {
		return err
	}
	return f.named(found)
}

// some adds items of a group, or their number where they are too many.
func (f *finder) some(group, label string, open ftm.EntityID, items []watch.Item) {
	if len(items) <= listedOf {
		for _, it := range items {
			f.add(it)
		}
		return
	}
	n := fmt.Sprint(len(items))
	f.add(watch.Item{What: group, Group: group, Decides: n, Label: label, Text: n, Open: open})
	f.out.Cut = append(f.out.Cut, group)
}

func (f *finder) values(p *resolve.Profile) {
	model := ftm.Default().Schema(p.Schema)
	by := map[string][]watch.Item{}
	for i := range p.Values {
		v := &p.Values[i]
		if v.Span.Gone != statement.NoDay || statement.IsContext(v.Prop) || v.Prop == statement.PropID || slices.Contains(unwatched, v.Prop) {
			continue
		}
		label := v.Prop
		if model != nil && model.Property(v.Prop) != nil {
			prop := model.Property(v.Prop)
			if label = prop.Label; prop.Type.Name == "entity" {
				continue // a link
			}
		}
		it := cited(watch.Item{
			What: "value " + v.Prop + " " + v.Value, Group: "value " + v.Prop, Label: label, Text: v.Value, Open: p.ID, Prop: v.Prop, Labels: f.labelsOfStatements(v.Statements),
		}, cite(f.d.View, v.Statements, 3))
		it.Cited, it.Decides = v.Count, it.Doubt // what is known against it is told
		by[v.Prop] = append(by[v.Prop], it)
	}
	for prop, items := range by {
		f.some("value "+prop, items[0].Label, p.ID, items)
	}
}

// sameAs watches which source ids are the entity.
func (f *finder) sameAs(p *resolve.Profile) {
	of := map[ftm.EntityID][]policy.Label{}
	for i := range p.Values {
		for _, s := range p.Values[i].Statements {
			of[s.Entity] = append(of[s.Entity], f.labelsOfStatements([]statement.Statement{s})...)
		}
	}
	var items []watch.Item
	for id, labels := range of {
		labels = watch.Labels(labels)
		var datasets []string
		for _, l := range labels {
			datasets = append(datasets, l.Dataset)
		}
		items = append(items, watch.Item{What: "id " + string(id), Label: "known as", Text: fmt.Sprintf("%s (%s)", id, strings.Join(slices.Compact(datasets), ", ")), Open: p.ID, Labels: labels})
	}
	f.some("ids", "known as", p.ID, items)
}

// links watches whom the entity is linked with, and how often.
func (f *finder) links(n graph.Node) error {
	type key struct {
		kind    string
		inbound bool
	}
	type end struct {
		count     int
		classes   []statement.Class
		citations []overt.Citation
	}
	groups := map[key]map[ftm.EntityID]*end{}
	self := f.d.Graph.ID(n)
	teller := newTeller(f.d, TraceOptions{Today: statement.NoDay})
	for e := range f.d.Graph.Edges(n, graph.Everything) {
		if e.Span.Gone != statement.NoDay {
			continue
		}
		src, other := Canonical(f.d.Graph, e.Source), Canonical(f.d.Graph, e.Target)
		k := key{e.Kind, false}
		if src != self {
			k, other = key{e.Kind, true}, src
		}
		if groups[k] == nil {
			groups[k] = map[ftm.EntityID]*end{}
		}
		x := groups[k][other]
		if x == nil {
			x = new(end)
			groups[k][other] = x
			if len(groups[k]) <= listedOf {
				told, err := teller.edge(f.ctx, e)
				if err != nil {
					return err
				}
				x.citations = told.Citations
			}
		}
		x.count++
		for _, c := range e.Classes {
			if !slices.Contains(x.classes, c) {
				x.classes = append(x.classes, c)
			}
		}
	}
	for k, ends := range groups {
		group := fmt.Sprint("link ", k.kind, " ", k.inbound)
		var items []watch.Item
		for other, x := range ends {
			it := watch.Item{What: group, Of: []ftm.EntityID{other}, Group: group, Decides: fmt.Sprint(x.count), Label: KindLabel(k.kind, k.inbound), Open: other, Labels: f.labelsOf(x.classes)}
			if len(ends) <= listedOf {
				name, err := Name(f.ctx, f.d, other)
				if err != nil {
					return err
				}
				it = cited(it, x.citations)
				it.Text = name.Caption
				if x.count > 1 {
					it.Text = fmt.Sprintf("%s (%d)", name.Caption, x.count)
				}
				it.Decides = strings.TrimSpace(it.Decides + " " + it.Doubt)
			}
			items = append(items, it)
		}
		f.some(group, KindLabel(k.kind, k.inbound), self, items)
	}
	return nil
}

// sums watches what the entity paid and received, of each kind of money.
func (f *finder) sums(found *Found) error {
	ledger := money.NewLedger(f.d.View, f.d.Graph)
	for _, kind := range money.Kinds {
		for _, side := range []struct {
			label string
			query money.Query
		}{{"paid", money.Query{From: found.Members}}, {"received", money.Query{To: found.Members}}} {
			side.query.Kind, side.query.AsOf = kind, f.d.AsOf
			sum, err := ledger.Sum(f.ctx, side.query)
			if err != nil {
				return err
			}
			var citations []overt.Citation
			for _, r := range sum.Rows {
				citations = append(citations, r.Citations...)
			}
			for _, t := range append([]money.Total{{Currency: sum.Currency, Amount: sum.Total, Count: sum.Count}}, sum.Others...) {
				if t.Count == 0 {
					continue
				}
				it := cited(watch.Item{
					What: "sum " + side.label + " " + string(kind) + " " + t.Currency, Label: fmt.Sprintf("%s, %s", side.label, kind), Open: found.ID,
					Text: t.Amount.String() + " " + t.Currency, Decides: t.Amount.String(),
				}, citations)
				it.Cited = t.Count
				f.add(it)
			}
		}
	}
	return nil
}

// named watches which pages of documents name the entity.
func (f *finder) named(found *Found) error {
	if !f.d.Names() {
		return nil
	}
	v, err := f.d.Mentions(f.ctx)
	if err != nil {
		return err
	}
	type page struct {
		doc  ftm.EntityID
		page int
	}
	seen := map[page]bool{}
	var items []watch.Item
	for s, err := range v.Of(f.ctx, found.Members, mention.Place{}) {
		if err != nil {
			return err
		}
		at := page{s.Document, s.Page}
		if seen[at] {
			continue
		}
		seen[at] = true
		text, _, err := v.Reading(f.ctx, s.Document)
		if err != nil {
			return err
		}
		doc, err := Name(f.ctx, f.d, s.Document)
		if err != nil {
			return err
		}
		c := citeMention(f.d, &s, &text)
		items = append(items, cited(watch.Item{
			What: fmt.Sprint("named ", s.Page), Of: []ftm.EntityID{s.Document}, Group: "named", Label: "named in", Open: s.Document, Labels: f.labelsOfRuns(c.Run),
			Text: fmt.Sprintf("%s, page %d: %s", cmp.Or(doc.Caption, string(s.Document)), s.Page, s.Text),
		}, []overt.Citation{c}))
	}
	f.some("named", "named in", found.ID, items)
	return nil
}
