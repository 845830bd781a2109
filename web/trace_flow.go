package web

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"overt/answer"
	"overt/ftm"
	"overt/money"
	"overt/ui"
	"overt/ui/svg"
)

// flowKind is how money is drawn: as awarded or paid, handed on, or only said.
func flowKind(b *answer.Band) svg.FlowKind {
	switch {
	case b.Named || b.Kind == money.Stated:
		return svg.Stated
	case b.Kind == money.Subaward:
		return svg.Subaward
	}
	return svg.Award
}

// drawnKind says of which kinds one picture is: outlays are the money of obligations
// once more, and have a picture only where nothing was obligated. Its currency is the
// one that most bands have; currencies are not converted.
func drawnKind(f *answer.Flow) func(*answer.Band) bool {
	instead, currency, bands := money.Outlay, "", map[string]int{}
	for i := range f.Bands {
		b := &f.Bands[i]
		if b.Kind == money.Obligated {
			instead = money.Obligated
		}
		bands[b.Currency]++
		if n := bands[b.Currency] - bands[currency]; n > 0 || n == 0 && b.Currency < currency || currency == "" {
			currency = b.Currency
		}
	}
	return func(b *answer.Band) bool {
		return b.Currency == currency && (b.Kind == instead || b.Kind == money.Subaward || b.Kind == money.Stated)
	}
}

// undrawn counts the bands that only the table has.
func undrawn(f *answer.Flow) int {
	n, in := 0, drawnKind(f)
	for i := range f.Bands {
		if !in(&f.Bands[i]) || f.Bands[i].Amount.Sign() == 0 {
			n++
		}
	}
	return n
}

// flowPicture draws money. Kinds have patterns of their own and are never added.
func flowPicture(ctx context.Context, f *answer.Flow, asOf string) templ.Component {
	title := flowTitle(ctx, f)
	s := svg.Sankey{Frame: pictureFrame(ctx, "flow", title), Most: 40}
	in := drawnKind(f)
	for _, n := range f.Nodes {
		s.Nodes = append(s.Nodes, svg.FlowNode{ID: string(n.ID), Label: n.Caption, Href: entityPath(n.ID, "money", "asof", asOf)})
	}
	for i := range f.Bands {
		b := &f.Bands[i]
		amount, err := strconv.ParseFloat(b.Amount.String(), 64)
		if !in(b) || b.Amount.Sign() == 0 || err != nil || math.Abs(amount) > 1e17 {
			continue
		}
		s.Unit = b.Currency
		for _, id := range []ftm.EntityID{b.From, b.To} {
			known := slices.ContainsFunc(s.Nodes, func(n svg.FlowNode) bool { return n.ID == endWord(b, id) })
			if id == "" && !known {
				s.Nodes = append(s.Nodes, svg.FlowNode{ID: endWord(b, id), Label: endName(ctx, f, b, id), Href: bandPath(f, b, asOf)})
			}
		}
		s.Flows = append(s.Flows, svg.Flow{
			From: endWord(b, b.From), To: endWord(b, b.To), Kind: flowKind(b), Amount: amount, Text: grouped(b.Amount.String()),
			Period: period(b.First, b.Last), Href: bandPath(f, b, asOf), Sources: len(b.Citations),
		})
	}
	if len(s.Flows) == 0 {
		return templ.NopComponent
	}
	return drawn(s, title)
}

// endName is what an end of a band is called.
func endName(ctx context.Context, f *answer.Flow, b *answer.Band, id ftm.EntityID) string {
	switch {
	case id != "":
		return f.Caption(id)
	case b.Others > 0:
		return ui.N(ctx, "%s other", "%s others", b.Others)
	}
	return ui.T(ctx, "withheld or not named")
}

// endWord names an end of a band in the picture: those who have no id are told apart
// by who is at the other end.
func endWord(b *answer.Band, id ftm.EntityID) string {
	switch {
	case id != "":
		return string(id)
	case b.Others > 0:
		return "others|" + string(b.From) + "|" + string(b.To)
	}
	return "?|" + string(b.From) + "|" + string(b.To)
}

func flowTitle(ctx context.Context, f *answer.Flow) string {
	switch {
	case f.From != nil && f.To != nil:
		return ui.T(ctx, "Money from %s to %s", f.From.Caption, f.To.Caption)
	case f.From != nil:
		return ui.T(ctx, "Money of %s", f.From.Caption)
	}
	return ui.T(ctx, "Money of %s", f.To.Caption)
}

// bandPath is where the parts of a band are listed.
func bandPath(f *answer.Flow, b *answer.Band, asOf string) string {
	switch {
	case b.Named:
		return entityPath(b.From, "sum", "way", "to", "kind", string(b.Kind), "by", string(money.ByNamed), "id", string(b.To), "currency", b.Currency, "with", string(b.Payer), "asof", asOf)
	case b.From == "":
		return entityPath(b.To, "sum", "way", "to", "kind", string(b.Kind), "by", string(money.ByPayer), "asof", asOf)
	case b.To == "":
		return entityPath(b.From, "sum", "way", "from", "kind", string(b.Kind), "by", string(money.BySupplier), "asof", asOf)
	}
	return sumPath(b.From, b.To, b.Kind, asOf)
}

// bandWords says what the money of a band is.
func bandWords(ctx context.Context, b *answer.Band) string {
	if b.Named {
		return ui.T(ctx, "named in the text of the contract; not a payment")
	}
	return ui.T(ctx, string(b.Kind))
}

// flowSheet lists the bands, each kind by itself; what went back stands beside.
func flowSheet(ctx context.Context, f *answer.Flow, asOf string) sheet {
	s := sheet{caption: flowTitle(ctx, f), columns: columns(ctx, "From", "To", "What", "@When", "#Amount", "Currency", "#Taken back", "#Items", "#Unknown", "#Per month or year", "#Repeats", "Source")}
	for i := range f.Bands {
		b := &f.Bands[i]
		back, sum := entry{}, amount(b.Amount.String())
		sum.parts = b.Parts
		if !b.Summed() {
			sum = said(ui.T(ctx, "not known"))
		}
		if b.Negative != nil {
			back = amount(b.Negative.String())
		}
		chip := ui.Chip{State: ui.Computed, Count: b.Count, Of: bandWords(ctx, b), Href: bandPath(f, b, asOf)}
		if len(b.Citations) == 0 {
			chip = citesChip(bandWords(ctx, b), nil, 0)
		}
		s.rows = append(s.rows, []entry{
			party(ctx, f, b, b.From, asOf), party(ctx, f, b, b.To, asOf), said(bandWords(ctx, b)), said(period(b.First, b.Last)), sum, said(b.Currency),
			back, count(b.Count), count(b.Unknown), count(b.Rates), count(b.Repeats), cited(chip, b.Citations),
		})
	}
	return s
}

func party(ctx context.Context, f *answer.Flow, b *answer.Band, id ftm.EntityID, asOf string) entry {
	e := entry{text: endName(ctx, f, b, id)}
	if id != "" {
		e.href = entityPath(id, "money", "asof", asOf)
	}
	return e
}
