package svg

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
)

// A Sankey is money as it flows, from left to right: bands as wide as their
// amounts, each amount once. A node is as high as the larger of what it got and
// what it gave, never their sum.
//
// Where money goes round, the smallest bands that close the circles are drawn as
// returns, below; so is an amount below nothing, which is money that went back.
// Nothing is netted.
type Sankey struct {
	Frame
	Nodes  []FlowNode // those that flows name and this does not are shown by their id
	Flows  []Flow     // equal ends and kind are one band
	Unit   string     // "USD"; flows of one picture have one
	Most   int        // nodes drawn, 60 when 0; what is small becomes "others" of its column
	Others string     // where "others" leads
}

// A FlowNode is one who got or gave; without flows it is not drawn.
type FlowNode struct{ ID, Label, Href string }

// A FlowKind is what an amount is; kinds differ by pattern.
type FlowKind int

// The kinds of a flow.
const (
	Award    FlowKind = iota
	Subaward          // handed on
	Stated            // said by somebody, with no record of payment
)

// A Flow is an amount between two nodes.
type Flow struct {
	From, To string
	Kind     FlowKind
	Amount   float64 // below 0: went back
	Text     string  // the exact amount as it is to be read; Number's when empty
	Period   string
	Href     string
	Sources  int // 0 is drawn as unsourced
}

const (
	mostFlows = 10000
	mostSteps = 24
)

func (k FlowKind) phrase() string {
	switch k {
	case Award:
		return "award"
	case Subaward:
		return "subaward"
	}
	return "stated, no payment record"
}

func (s Sankey) check() error {
	if err := s.Frame.check(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, n := range s.Nodes {
		if n.ID == "" || seen[n.ID] {
			return fmt.Errorf("node %q: its id is empty or given twice", cut(n.ID, 60))
		}
		seen[n.ID] = true
		if err := checkLink(n.Href); err != nil {
			return err
		}
	}
	for i, f := range s.Flows {
		if f.From == "" || f.To == "" {
			return fmt.Errorf("flow %d: an end is missing", i+1)
		}
		if f.Kind < Award || f.Kind > Stated {
			return fmt.Errorf("flow %d: kind %d is not known", i+1, f.Kind)
		}
		if err := finite("flow", f.From+" → "+f.To, f.Amount); err != nil {
			return err
		}
		if err := checkLink(f.Href); err != nil {
			return err
		}
	}
	return checkLink(s.Others)
}

// labels gives the name of each node.
func (s Sankey) labels() map[string]string {
	out := map[string]string{}
	for _, n := range s.Nodes {
		out[n.ID] = cmp.Or(n.Label, n.ID)
	}
	for _, f := range s.Flows {
		for _, id := range []string{f.From, f.To} {
			if out[id] == "" {
				out[id] = id
			}
		}
	}
	return out
}

// Table gives a row for each flow, the largest first.
func (s Sankey) Table() (Table, error) {
	if err := s.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: s.Title, Head: heads(s.say("From"), s.say("To"), s.say("What"), s.say("Period"), s.Unit, s.say("Sources"))}
	flows := slices.Clone(s.Flows)
	slices.SortStableFunc(flows, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Amount), math.Abs(a.Amount)), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind))
	})
	labels, hrefs := s.labels(), map[string]string{}
	for _, n := range s.Nodes {
		hrefs[n.ID] = n.Href
	}
	back := newMoney(s.Flows).closing()
	for _, f := range flows {
		what := s.say(f.Kind.phrase())
		switch {
		case f.Amount < 0:
			what = s.say("%s, returned", what)
		case f.From == f.To:
			what = s.say("%s, to itself", what)
		case back[ends{f.From, f.To}]:
			what = s.say("%s, goes round", what)
		}
		t.Rows = append(t.Rows, []Cell{
			{Text: labels[f.From], Href: hrefs[f.From]}, {Text: labels[f.To], Href: hrefs[f.To]}, {Text: what}, {Text: f.Period},
			{Text: s.orNumber(f.Text, f.Amount), Href: f.Href, Number: true}, {Text: s.sources(f.Sources), Number: true},
		})
	}
	return t, nil
}

func (f Frame) sources(n int) string {
	switch n {
	case 0:
		return f.say("no source")
	case 1:
		return f.say("1 source")
	}
	return f.say("%s sources", f.count(n))
}

// Render writes the picture.
func (s Sankey) Render(ctx context.Context, w io.Writer) error {
	if err := s.check(); err != nil {
		return err
	}
	if len(s.Flows) > mostFlows {
		return &TooMany{"flows", len(s.Flows), mostFlows, "ask for a shorter time, larger amounts or fewer steps, or read the table"}
	}
	d, err := s.layout()
	if err != nil {
		return err
	}
	return s.render(ctx, w, "flow", s.describe(d), func(c *canvas) float64 { return d.draw(c) })
}

func (s Sankey) describe(d *flowDrawing) string {
	sourced := 0
	for _, f := range s.Flows {
		if f.Sources > 0 {
			sourced++
		}
	}
	return s.say("%s amounts between %s parties, %s with a source; the same figures stand in the table.",
		s.count(len(s.Flows)), s.count(d.parties), s.count(sourced))
}
