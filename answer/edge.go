package answer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/graph"
	"overt/money"
	"overt/statement"
)

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
	if s := ftm.Default().Schema(e.Kind); s != nil {
		out.Date, out.End = asSaid(stmts, s.Start, e.Start, statement.DayOf), asSaid(stmts, s.End, e.End, statement.LastDayOf)
	}
	out.Amount, out.Currency = latest(stmts, "amount"), strings.ToUpper(latest(stmts, "currency"))
	out.Kind = string(kindOf(e.Kind))
	out.Detail, out.Basis = detail(e.Kind, stmts), basisOf(e.Kind, stmts)
	out.Citations = t.citations(e, stmts)
	return out, nil
}

// asSaid is a day as a source says it, no finer: "2010", where that is all it says.
func asSaid(stmts []statement.Statement, props []string, day statement.Day, read func(string) statement.Day) string {
	for _, s := range stmts {
		if day != statement.NoDay && slices.Contains(props, s.Prop) && read(s.Value) == day {
			return s.Value
		}
	}
	return day.String()
}

// details lists what is worth saying of a link beside its ends, by schema.
var details = map[string][]string{
	"StatedPayment":      {"precision", "period"},
	"DataFlow":           {"category", "agreement", "legalBasis", "frequency"},
	"Records":            {"action", "sentence"},
	"SystemSuccession":   {"sentence"},
	"NameService":        {"nameServer", "basis"},
	"Hosting":            {"basis", "region"},
	"CloudAuthorization": {"authorizationKind", "impactLevel"},
	"UnknownLink":        {"role"},
	"Ownership":          {"percentage"},
	"Correspondence":     {"subject"},
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

// basisOf says in words what a link goes by; "" for kinds that speak for
// themselves.
func basisOf(kind string, stmts []statement.Statement) string {
	switch kind {
	case "DataFlow":
		if latest(stmts, "mode") == "routine use" {
			return "possibility stated in a notice"
		}
		return "stated"
	case "Hosting":
		if latest(stmts, "contract") != "" {
			return "contract"
		}
		return cmp.Or(latest(stmts, "basis"), "stated")
	case "Leverages", "CloudAuthorization":
		return "listed by marketplace"
	case "CloudProduct:provider", "System:operator":
		return "listed"
	case "System:builder":
		return "builds or supplies it; access is not stated"
	case "Records", "SystemSuccession":
		return "stated in a notice"
	case "NameService":
		return cmp.Or(latest(stmts, "basis"), "NS record")
	case "Names":
		if slices.ContainsFunc(stmts, func(s statement.Statement) bool { return s.Origin == statement.OriginPerson }) {
			return "accepted by a person"
		}
		return "inferred from a text"
	}
	return ""
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
