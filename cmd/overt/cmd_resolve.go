package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"overt/gate"
	"overt/pipeline"
	"overt/resolve"
)

// keptResults is where a home keeps what was resolved.
func keptResults(dir string) *resolve.Kept {
	return resolve.NewKept(filepath.Join(dir, "derived", "resolved"))
}

func (a *app) resolveCommand() *cobra.Command {
	var q pipeline.Resolution
	var review, blind bool
	cmd := &cobra.Command{
		Use:   "resolve [--dataset ID]… [--review [--blind]]",
		Short: "Find which entities of different sources are one",
		Long: `Compares companies, people, public bodies and other things of all sources you may
see with those that are like them, and finds who is who. What is one with a
likelihood of 0.99 or more is from then on one entity wherever you ask; the rest
waits for a person. Equal identifiers join as before, and what people judged goes
before everything.

What is found is kept for those who see the same sources, and is no more than a
suggestion with its likelihood: overt why A B says how it came about, overt judge
decides otherwise. It counts no longer once an import that it rests on is taken
back; of imports that came later you are told. What was compared is kept too, so that after a
judgement only the clusters that it touches are made again; an import that comes or
goes has all compared anew, because each entity bears on how rare a name is.

--review keeps nothing of that. It shows pairs side by side that wait for a person,
those first whose decision joins most and is least clear, and takes what you press as
a judgement: y one, n two, u not to be told, s skip, z take the last back, q end. Where
the input is no terminal it takes lines, and what follows the letter is the reason.
Every fourth pair is drawn at random, and what you say of those, now and in earlier
reviews, tells how many of the joined pairs are right, and how many of the right ones
are joined. --blind does not
show what the resolver thinks, so that it does not sway you.`,
		Example: `  overt resolve
  overt resolve --review --blind
  overt resolve --dataset contracts --dataset register`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case blind && !review:
				return usageError{fmt.Errorf("--blind is for --review")}
			case review && a.json:
				return usageError{fmt.Errorf("a review is a talk and no object; leave --json out")}
			case review:
				return a.reviewPairs(cmd.Context(), q, blind)
			}
			return a.resolve(cmd.Context(), q)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&q.Datasets, "dataset", nil, "only what `ID` says; may be said again")
	f.BoolVar(&review, "review", false, "decide pairs that wait for a person, one after the other")
	f.BoolVar(&blind, "blind", false, "with --review: without scores")
	f.IntVar(&q.Threads, "threads", 0, "how many processors work; 0 for all")
	return cmd
}

func (a *app) resolve(ctx context.Context, q pipeline.Resolution) error {
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	act := gate.Act{Action: "entity.resolve", Object: strings.Join(q.Datasets, " ")}
	r, err := gate.Ask(ctx, pass, act, true, func(ctx context.Context, d *gate.Desk) (*pipeline.Resolved, error) {
		stop := a.working("comparing entities")
		defer stop()
		return pipeline.Resolve(ctx, d, q, keptResults(h.dir), a.clock())
	})
	if err != nil {
		return err
	}
	h.noted = true
	return a.print(r, func(p *page) {
		p.line("%s of %s, %s compared%s", plural(r.Entities, "entity", "entities"), p.safe(strings.Join(r.Datasets, ", ")), plural(r.Candidates, "pair", "pairs"), asBefore(r))
		p.line("%s of %s: more than one source entity, or one that is said twice", p.bold(plural(r.Clusters, "cluster", "clusters")), plural(r.Merged, "entity", "entities"))
		p.line("%s to do with each other and two; %s to review", plural(r.Related, "pair has", "pairs have"), plural(r.Review, "pair is", "pairs are"))
		if r.Fragile > 0 {
			p.line("%s together by a thread, or against what people said", plural(r.Fragile, "cluster holds", "clusters hold"))
		}
		for _, why := range r.Refused {
			p.warning("weighed as shipped, not as learned here: "+why, "")
		}
	})
}

// asBefore says how much had to be compared, if not all.
func asBefore(r *pipeline.Resolved) string {
	switch {
	case r.Compared == r.Candidates:
		return ""
	case r.Compared > 0:
		return fmt.Sprintf(", %d of them anew", r.Compared)
	}
	return " before; " + plural(r.Divided, "set of entities", "sets of entities") + " looked at again"
}

// notes tells people what stands between an answer and who is who today.
func (a *app) notes(d *gate.Desk) {
	if d.Identity == nil || a.json {
		return
	}
	for _, n := range d.Identity.Notes {
		fmt.Fprintf(a.err, "! %s\n", n)
	}
}
