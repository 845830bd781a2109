package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"overt/api"
	"overt/gate"
	"overt/pipeline"
	"overt/resolve"
	"overt/resolve/match"
)

func (a *app) whyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "why A B",
		Short: "Why two entities are one, or two, or were never compared",
		Long: `Says whether two entities count as one to you, and what makes them so: equal
identifiers, people's judgements in a chain, or likeness. Below stands what speaks
for and against it, in bits: each bit doubles the odds. Two entities that were never
compared are told what they share, and why that was not enough.

A and B are source ids; of words for a cluster its canonical id is taken. The answer
is of what you may see at this moment: where that was not compared yet, all of it is,
and kept for the next question.`,
		Example: `  overt why org-3f2a org-91c0`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			act := gate.Act{Action: "entity.compare", Object: strings.Join(args, " · ")}
			w, err := ask(cmd.Context(), a, act, true, func(ctx context.Context, d *gate.Desk) (*api.Why, error) {
				return api.FindWhy(ctx, d, args[0], args[1])
			})
			if err != nil {
				return err
			}
			return a.print(w, func(p *page) { whyPage(p, w) })
		},
	}
}

func whyPage(p *page, w *api.Why) {
	p.line("%s  %s", p.bold(w.Left.Caption), p.dim(fmt.Sprintf("%s · %s", w.Left.Schema, w.Left.ID)))
	p.line("%s  %s", p.bold(w.Right.Caption), p.dim(fmt.Sprintf("%s · %s", w.Right.Schema, w.Right.ID)))
	word := "They are two."
	if w.One {
		word = "They are one."
	}
	p.line("%s", word)
	for _, by := range w.By {
		p.line("  %s", p.safe(by))
	}
	if w.Because != "" {
		p.line("Not compared: %s.", p.safe(w.Because))
	}
	if w.Score != nil {
		waterfall(p, w.Score, true)
	}
}

// barWidth is how many columns the longest bar of a waterfall has either way.
const barWidth = 12

// waterfall draws what speaks for and against two being one; untold, without
// what comes of it.
func waterfall(p *page, s *pipeline.Score, told bool) {
	most := math.Abs(s.Prior)
	for _, b := range s.Bars {
		most = max(most, math.Abs(b.Bits))
	}
	t := &table{heads: []string{"what", ">bits", "", "how", "left", "right"}}
	add := func(of string, bits float64, level, left, right string) {
		row := []string{of, "", "", level, short(oneLine(left), 40), short(oneLine(right), 40)}
		if told {
			row[1], row[2] = fmt.Sprintf("%+.1f", bits), bar(bits, most)
		}
		t.add(row...)
	}
	if told {
		add("odds before", s.Prior, "", "", "")
	}
	for _, b := range s.Bars {
		level := b.Level
		if b.Why != "" {
			level += ": " + b.Why
		}
		add(b.Of, b.Bits, short(level, 50), b.Left, b.Right)
	}
	p.table(t)
	if told {
		p.line("  %s", p.bold(fmt.Sprintf("%+.1f bits, p %s: %s", s.Bits, resolve.Probability(s.P), outcomeWords[s.Outcome])))
		if s.Veto != "" {
			p.warning("whatever the bits: "+s.Veto, "")
		}
	}
	for i, k := range s.Keys {
		if i == shownKeys {
			break
		}
		p.line("  %s", p.dim(fmt.Sprintf("both have %s %q (%s), as %s", k.Of, short(k.Text, 60), k.Kind, plural(k.Records, "entity has", "entities have"))))
	}
}

// shownKeys is how many of the keys that two share are named.
const shownKeys = 3

var outcomeWords = map[string]string{
	match.Same.String(): "taken for one", match.Possible.String(): "for a person to decide",
	match.Related.String(): "two that have to do with each other", match.Different.String(): "taken for two",
}

// bar draws bits to the right of a line, or to the left of it.
func bar(bits, most float64) string {
	n := 0
	if most > 0 {
		n = int(math.Round(math.Abs(bits) / most * barWidth))
	}
	if bits < 0 {
		return strings.Repeat(" ", barWidth-n) + strings.Repeat("─", n) + "│"
	}
	return strings.Repeat(" ", barWidth) + "│" + strings.Repeat("█", n)
}
