package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/money"
	"overt/ui"
	"overt/ui/svg"
)

// linksPath is the list of the links of one kind and direction.
func linksPath(q entityQuestion, g answer.LinkGroup) string {
	in := ""
	if g.Inbound {
		in = "1"
	}
	return entityPath(q.id, "links", "kind", g.Kind, "in", in, "asof", q.asOf)
}

// total counts all links.
func total(groups []answer.LinkGroup) int64 {
	n := int64(0)
	for _, g := range groups {
		n += int64(g.Count)
	}
	return n
}

func (p *entityPage) linkPage(after string) string {
	in := ""
	if p.q.inbound {
		in = "1"
	}
	return entityPath(p.q.id, "links", "kind", p.q.kind, "in", in, "asof", p.q.asOf, "after", after)
}

func (p *entityPage) firstLinks() string {
	if p.q.after == "" {
		return ""
	}
	return p.linkPage("")
}

func (p *entityPage) nextLinks() string {
	if p.Links.Next == 0 {
		return ""
	}
	return p.linkPage(strconv.Itoa(p.Links.Next))
}

func firstMentions(p entityPage) string {
	if p.q.after == "" {
		return ""
	}
	return entityPath(p.q.id, "mentions")
}

func nextMentions(p entityPage) string {
	if p.Mentions.Next == "" {
		return ""
	}
	return entityPath(p.q.id, "mentions", "after", p.Mentions.Next)
}

func (p *entityPage) linkTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Links"), Columns: []ui.Column{
		{Label: ui.T(ctx, "How")}, {Label: ui.T(ctx, "With")}, {Label: ui.T(ctx, "When"), Whole: true}, {Label: ui.T(ctx, "Amount"), Number: true}, {Label: ui.T(ctx, "Source")},
	}}
	for i := range p.Links.Links {
		l := &p.Links.Links[i]
		how := l.Label
		if l.Detail != "" {
			how += ": " + l.Detail
		}
		amount := ""
		if l.Amount != "" {
			amount = grouped(l.Amount) + " " + l.Currency
		}
		t.Rows = append(t.Rows, []templ.Component{
			ui.Bdi(how), entityName(l.Other.ID, l.Other.Caption, p.q.asOf), ui.Bdi(period(l.Date, l.End)), ui.Bdi(amount), ui.SourceChip(edgeChip(&l.Edge)),
		})
	}
	return t
}

// grouped writes an amount in groups of three; it is never rounded.
func grouped(amount string) string {
	whole, rest, found := strings.Cut(amount, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return amount
	}
	out := ui.Number(n)
	if whole == "-0" {
		out = "−0"
	}
	if found {
		out += "." + rest
	}
	return out
}

// way is the direction of a kind of money, as addresses have it.
func (k moneyKind) way() string {
	if k.Out {
		return "from"
	}
	return "to"
}

// moneyPath is a sum of the entity's money.
func (p *entityPage) moneyPath(k moneyKind, by money.By) string {
	return entityPath(p.q.id, "money", "way", k.way(), "kind", string(k.Kind), "by", string(by), "asof", p.q.asOf)
}

// moneyTitle says what a sum is of. Kinds are never added.
func moneyTitle(ctx context.Context, k moneyKind) string {
	if k.Out {
		return ui.T(ctx, "Paid by it: %s", ui.T(ctx, string(k.Kind)))
	}
	return ui.T(ctx, "Paid to it: %s", ui.T(ctx, string(k.Kind)))
}

func (p *entityPage) sumTable(ctx context.Context) ui.Table {
	m := p.Money
	t := ui.Table{Caption: moneyTitle(ctx, m.Of), Headed: true, Columns: []ui.Column{
		{Label: ui.T(ctx, string(m.By))}, {Label: m.Currency, Number: true}, {Label: ui.T(ctx, "Items"), Number: true}, {Label: ui.T(ctx, "From – to"), Whole: true}, {Label: ui.T(ctx, "Source")},
	}}
	for i := range m.Rows[:min(len(m.Rows), sumsShown)] {
		r := &m.Rows[i]
		name, amount := ui.Bdi(rowName(m.By, r.Key)), grouped(r.Amount.String())
		if r.Currency != m.Currency {
			amount += " " + r.Currency
		}
		if r.ID != "" {
			name = entityName(r.ID, r.Key, p.q.asOf)
		}
		t.Rows = append(t.Rows, []templ.Component{
			name, ui.Bdi(amount), ui.Bdi(ui.Number(r.Count)), ui.Bdi(period(r.First, r.Last)), ui.SourceChip(p.sumChip(r, r.Count)),
		})
	}
	if more := len(m.Rows) - len(t.Rows); more > 0 {
		t.Rows = append(t.Rows, []templ.Component{ui.Bdi(ui.N(ctx, "and %s more", "and %s more", more)), ui.Bdi(""), ui.Bdi(""), ui.Bdi(""), ui.Bdi("")})
	}
	t.Foot = []templ.Component{ui.Bdi(ui.T(ctx, "Total")), ui.Bdi(grouped(m.Total.String())), ui.Bdi(ui.Number(m.Count)), ui.Bdi(""), ui.SourceChip(p.sumChip(&money.Row{}, m.Count))}
	return t
}

// rowName is what a row of a sum is called: of a code of a country, its name.
func rowName(by money.By, key string) string {
	if name := ftm.Default().Type("country").Values[key]; by == money.ByCountry && name != "" {
		return name
	}
	return key
}

// sumMap is a sum by country as a map; nil where there is no sum, it is by anything else, or all
// of it is in one country. What is below 0 or in another currency is in the table.
func (p *entityPage) sumMap(ctx context.Context) templ.Component {
	m := p.Money
	if m == nil || m.By != money.ByCountry {
		return nil
	}
	title := moneyTitle(ctx, m.Of)
	out := svg.Map{Frame: pictureFrame(ctx, "sum-map", title), Word: m.Currency}
	for i := range m.Rows {
		r := &m.Rows[i]
		value, _ := strconv.ParseFloat(r.Amount.String(), 64) // as exact as a shade can be
		if rowName(m.By, r.Key) != r.Key && r.Currency == m.Currency && value > 0 {
			out.Places = append(out.Places, svg.Place{Country: r.Key, Label: rowName(m.By, r.Key), Href: p.sumChip(r, r.Count).Href, Value: value})
		}
	}
	if len(out.Places) < 2 {
		return nil
	}
	return drawn(out, title)
}

// sumChip leads to the parts of a row of the sum, or of all of it.
func (p *entityPage) sumChip(r *money.Row, parts int) ui.Chip {
	k, key := p.Money.Of, r.Key
	if r.ID != "" {
		key = ""
	}
	return ui.Chip{State: ui.Computed, Count: parts, Of: r.Key, Href: entityPath(p.q.id, "sum", "way", k.way(), "kind", string(k.Kind), "by", string(p.Money.By), "key", key, "id", string(r.ID), "currency", r.Currency, "asof", p.q.asOf)}
}

// holders are those that are reached one way.
func (p *entityPage) holders(way string) []answer.Holder {
	var out []answer.Holder
	for _, h := range p.Reach.Holders {
		if h.Direction == way {
			out = append(out, h)
		}
	}
	return out
}

// A hop is one entity of a chain, and the link that leads on from it.
type hop struct {
	entity answer.Entity
	label  string // of the link; "" at the end
	chip   ui.Chip
}

// hopsOf is the chain to or from a holder, the way data goes: a chain that leads to
// the system is found from its end.
func hopsOf(h answer.Holder) []hop {
	var out []hop
	for i, n := range h.Chain.Nodes {
		out = append(out, hop{entity: n})
		if i == 0 {
			continue
		}
		labels := []string{}
		for _, k := range h.Chain.Steps[i-1].Links {
			labels = append(labels, k.Label)
		}
		on := &out[i-1]
		if h.Direction == "from" {
			on = &out[i]
		}
		on.label, on.chip = strings.Join(labels, ", "), stepChip(h.Chain, i)
	}
	if h.Direction == "from" {
		slices.Reverse(out)
	}
	return out
}

// stepChip is the chip of one hop of a path, counted from 1: all that its links cite.
func stepChip(path answer.Path, hop int) ui.Chip {
	var cites []overt.Citation
	label := ""
	for _, e := range path.Edges {
		if e.Hop == hop {
			cites, label = append(cites, e.Citations...), e.Label
		}
	}
	return citesChip(label, cites, 0)
}

func (p *entityPage) actionTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "What was done under the contract, by date"), Columns: []ui.Column{
		{Label: ui.T(ctx, "When"), Whole: true}, {Label: ui.T(ctx, "Number")}, {Label: ui.T(ctx, "What")}, {Label: ui.T(ctx, "Amount"), Number: true}, {Label: ui.T(ctx, "Source")},
	}}
	for i := range p.Profile.History {
		a := &p.Profile.History[i]
		what := []string{a.Type}
		for _, c := range a.Changes {
			what = append(what, c.Label+": "+cmp.Or(c.By, c.Before+" → "+c.After))
		}
		if a.Deleted != "" {
			what = append(what, ui.T(ctx, "taken back %s", a.Deleted))
		}
		t.Rows = append(t.Rows, []templ.Component{
			ui.Bdi(a.Date), ui.Mono(a.Modification), ui.Bdi(strings.Trim(strings.Join(what, "; "), "; ")), ui.Bdi(strings.TrimSpace(grouped(a.Amount) + " " + a.Currency)),
			ui.SourceChip(citesChip(a.Type, a.Citations, 0)),
		})
	}
	return t
}

func (p *entityPage) sightingTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "When values were first seen, and gone"), Headed: true, Columns: []ui.Column{
		{Label: ui.T(ctx, "Property")}, {Label: ui.T(ctx, "Value")}, {Label: ui.T(ctx, "First seen"), Whole: true}, {Label: ui.T(ctx, "Gone by"), Whole: true}, {Label: ui.T(ctx, "Source")},
	}}
	for i := range p.Profile.Values {
		v := &p.Profile.Values[i]
		t.Rows = append(t.Rows, []templ.Component{
			ui.Bdi(v.Label), ui.Bdi(valueText(*v)), ui.Bdi(v.FirstSeen), ui.Bdi(v.Gone), ui.SourceChip(valueChip(p.q.id, v, p.Profile.Conflicts, p.q.asOf)),
		})
	}
	return t
}

// valueText is a value as it is read: of a reference what it leads to is called.
func valueText(v answer.Value) string { return cmp.Or(v.Caption, v.Value) }
