package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/audit"
	"overt/gate"
	"overt/screen"
)

// How a verb screens.
type screening struct {
	against   []string
	schema    string
	algorithm string
	options   screen.Options
}

func (s *screening) flags(cmd *cobra.Command, limit int, cutoff float64) {
	f := cmd.Flags()
	f.StringSliceVar(&s.against, "against", nil, "compare with these `datasets` alone (default all)")
	f.StringVar(&s.schema, "schema", screen.DefaultSchema, "what is asked for: `Person`, Company, Vessel, …")
	f.StringVar(&s.algorithm, "algorithm", "", "`how`: best, alert (also who has to do with it) or name-based")
	f.Float64Var(&s.options.Threshold, "threshold", screen.DefaultThreshold, "the `score` from which a hit is a match")
	f.Float64Var(&s.options.Cutoff, "cutoff", cutoff, "the lowest `score` that is shown")
	f.IntVar(&s.options.Limit, "limit", limit, "show `N` hits for each")
}

func (s *screening) check() error {
	var err error
	if s.options.Algorithm, err = screen.AlgorithmOf(s.algorithm); err != nil {
		return usageError{err}
	}
	if s.options, err = s.options.WithDefaults(); err != nil {
		return usageError{err}
	}
	return nil
}

func (a *app) matchCommand() *cobra.Command {
	s := screening{}
	var birth, country, id string
	var props []string
	cmd := &cobra.Command{
		Use:   "match NAME…",
		Short: "Whom of the lists a name may be, how likely, and why",
		Long: `Compares a person or company with every entity of the home, or of some datasets, and
tells whom it may be: with a score, what speaks for and against it, and the row of
the list. The more is said, the surer the answer: a name alone is often not enough.

Scores are those that other screening programs use: 0.5 is as likely as not, 0.7
nine of ten, 0.85 ninety-nine of a hundred, 0.95 999 of a thousand; 1 takes an equal
identifier, or an equal name and date.`,
		Example: `  overt match "Ada Example" --schema Person --birth-date 1961-03 --country de
  overt match "Northmoor Trading" --against us-ofac --property registrationNumber=123456
  overt match "Northmoor" --algorithm alert`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.check(); err != nil {
				return err
			}
			q := screen.Query{Schema: s.schema, Properties: map[string][]string{"name": {strings.Join(args, " ")}}}
			for _, p := range props {
				prop, value, ok := strings.Cut(p, "=")
				if !ok {
					return usageError{fmt.Errorf("--property is PROPERTY=VALUE, not %q", p)}
				}
				q.Properties[prop] = append(q.Properties[prop], value)
			}
			for prop, value := range map[string]string{"birthDate": birth, "country": country, "idNumber": id} {
				if value != "" {
					q.Properties[prop] = append(q.Properties[prop], value)
				}
			}
			if birth != "" && q.Schema == screen.DefaultSchema {
				q.Schema = "Person"
			}
			return a.match(cmd.Context(), &s, q)
		},
	}
	s.flags(cmd, screen.DefaultLimit, 0.1)
	cmd.Flags().StringVar(&birth, "birth-date", "", "`date` of birth (1961, 1961-03 or 1961-03-05)")
	cmd.Flags().StringVar(&country, "country", "", "`country`, as a code or in words")
	cmd.Flags().StringVar(&id, "id-number", "", "`number` of a passport, a register, …")
	cmd.Flags().StringArrayVar(&props, "property", nil, "any other `PROPERTY=VALUE` of the schema")
	return cmd
}

func (a *app) match(ctx context.Context, s *screening, q screen.Query) error {
	words, err := json.Marshal(q)
	if err != nil {
		return err
	}
	act := gate.Act{Action: "screen", Object: strings.Join(s.against, " "), Query: short(string(words), maxAudited)}
	out, err := ask(ctx, a, act, false, func(ctx context.Context, d *gate.Desk) (*screen.Screened, error) {
		return screenAll(ctx, d, s, []screen.Query{q}, []string{""})
	})
	if err != nil {
		return err
	}
	if len(out.Rows) > 0 && out.Rows[0].Err != nil {
		return out.Rows[0].Err
	}
	return a.print(out, func(p *page) { screenedPage(p, out) })
}

// maxAudited bounds the words of a question that the log keeps, in characters.
const maxAudited = 4000

// screenAll answers queries from what the desk shows.
func screenAll(ctx context.Context, d *gate.Desk, s *screening, queries []screen.Query, places []string) (*screen.Screened, error) {
	x, err := screen.Build(ctx, d.View, s.against)
	if err != nil {
		return nil, err
	}
	return x.AnswerAll(ctx, d.View, queries, places, s.options)
}

func screenedPage(p *page, s *screen.Screened) {
	p.line("%s", p.bold(fmt.Sprintf("%s of %s, against %s", plural(s.Matches, "match", "matches"), plural(s.Queries, "request", "requests"), plural(s.Entities, "entity", "entities"))))
	for i := range s.Rows {
		row := &s.Rows[i]
		p.line("%s  %s", p.bold(short(oneLine(row.Query.Caption()), 70)), p.dim(strings.Trim(fmt.Sprintf("%s · %s · %s", row.Query.Schema, row.Place, row.Query.ID), " ·")))
		if row.Err != nil {
			p.line("    %s", p.safe("not compared: "+row.Error))
		}
		for _, v := range row.Ignored {
			p.line("    %s", p.dim("not compared: "+v.Property+": "+v.Reason))
		}
		for j := range row.Results {
			resultLines(p, &row.Results[j])
		}
	}
	if s.Cleared > 0 {
		p.line("%s", p.dim(plural(s.Cleared, "hit was", "hits were")+" cleared before"))
	}
	if s.Failed > 0 {
		p.warning(plural(s.Failed, "request", "requests")+" could not be compared", "")
	}
}

func resultLines(p *page, r *screen.Result) {
	word := "possible"
	switch {
	case r.Cleared != nil:
		word = "cleared"
	case r.Outcome == "related":
		word = "related"
	case r.Match:
		word = "match"
	}
	p.line("    %.3f  %-8s  %s  %s", r.Score, word, p.bold(short(oneLine(r.Entity.Caption), 60)), p.dim(fmt.Sprintf("%s · %s · %s", r.Entity.Schema, strings.Join(r.Entity.Datasets, ", "), r.ID)))
	for _, f := range r.Features {
		p.line("             %+6.1f  %-10s %s: %s | %s", f.Bits, f.Name, f.Level, p.safe(short(oneLine(f.Query), 40)), p.safe(short(oneLine(f.Candidate), 40)))
	}
	if c := r.Cleared; c != nil {
		p.line("             %s", p.dim(fmt.Sprintf("cleared on %s by %s: %s; to take it back: overt undo %d", c.On, c.By, audit.Safe(oneLine(c.Reason)), c.Run)))
	}
	for _, c := range r.Citations {
		p.line("             %s", p.dim(c.String()))
	}
}
