package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/pipeline"
	"overt/resolve/judge"
)

func (a *app) judgeCommand() *cobra.Command {
	var same, different, unsure bool
	var q pipeline.Decision
	cmd := &cobra.Command{
		Use:   "judge A B --same|--different|--unsure --reason TEXT | --retract ID --reason TEXT",
		Short: "Say whether two entities are one, or take back what was said",
		Long: `Keeps your word on whether two entities are one, with your name, the moment and the
reason. It goes before what overt resolve finds, and counts at once wherever you ask,
for all who see both entities. What contradicts an earlier judgement is refused, with
the judgements that stand against it.

The owner of the home can ask for a second person in policy.yaml: two entities that
carry certain topics, are in certain datasets or have many links are then one only
when somebody else says the same. overt judgements --waiting lists what waits.

Nothing is changed when a judgement is taken back: --retract adds that it does not
hold any more, and what stood before it stands again.`,
		Example: `  overt judge org-3f2a org-91c0 --same --reason "same address and director, extract of 2024"
  overt judge org-3f2a org-77aa --different --reason "father and son"
  overt judge --retract judgement-5b1c… --reason "it was the branch"`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen := 0
			for verdict, set := range map[judge.Verdict]bool{judge.Positive: same, judge.Negative: different, judge.Unsure: unsure, judge.Retract: q.Retracts != ""} {
				if set {
					q.Verdict = verdict
					chosen++
				}
			}
			switch {
			case chosen != 1:
				return usageError{fmt.Errorf("say one of --same, --different, --unsure and --retract")}
			case q.Verdict == judge.Retract && len(args) > 0:
				return usageError{fmt.Errorf("--retract takes the id of a judgement and no entities")}
			case q.Verdict != judge.Retract && len(args) != 2:
				return usageError{fmt.Errorf("name two entities")}
			case q.Reason == "":
				return usageError{fmt.Errorf("say why, with --reason")}
			}
			return a.decide(cmd.Context(), q, args)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&same, "same", false, "they are one")
	f.BoolVar(&different, "different", false, "they are two")
	f.BoolVar(&unsure, "unsure", false, "you looked, and it cannot be told")
	f.StringVar(&q.Retracts, "retract", "", "take back the judgement `ID`")
	f.StringVar(&q.Reason, "reason", "", "why; one sentence")
	return cmd
}

func (a *app) decide(ctx context.Context, q pipeline.Decision, args []string) error {
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if len(args) == 2 {
		sides, err := a.sides(ctx, pass, args)
		if err != nil {
			return err
		}
		q.Left, q.Right = sides[0].ID, sides[1].ID
	}
	done, err := pipeline.Decide(ctx, pass, q, a.clock)
	if err != nil {
		return err
	}
	return a.print(done, func(p *page) { decidedLines(p, done) })
}

// sides takes words for two source entities.
func (a *app) sides(ctx context.Context, pass *gate.Pass, words []string) ([]answer.Entity, error) {
	act := gate.Act{Action: "entity.read", Object: strings.Join(words, " · ")}
	return gate.Ask(ctx, pass, act, true, func(ctx context.Context, d *gate.Desk) ([]answer.Entity, error) {
		return answer.FindPair(ctx, d, words[0], words[1])
	})
}

var verdictWords = map[judge.Verdict]string{judge.Positive: "one", judge.Negative: "two", judge.Unsure: "not to be told yet", judge.Retract: "as if nothing had been said"}

func decidedLines(p *page, done *pipeline.Decided) {
	for _, j := range done.Judgements {
		p.line("%s %s %s: %s  %s", p.bold(string(j.Left)), p.dim("and"), p.bold(string(j.Right)), verdictWords[j.Verdict], p.dim(j.ID))
		if j.Waiting {
			p.line("    waits for a second person to say the same")
		}
	}
	if len(done.Runs) > 0 {
		runs := make([]string, len(done.Runs))
		for i, id := range done.Runs {
			runs[i] = fmt.Sprint(id)
		}
		p.line("%s", p.dim("to have it never said: overt undo "+strings.Join(runs, " ")))
	}
}

func (a *app) judgementsCommand() *cobra.Command {
	var format, file string
	var waiting bool
	cmd := &cobra.Command{
		Use:   "judgements [ENTITY] [--waiting] [--format nomenklatura] | --import FILE",
		Short: "What people judged of who is who",
		Long: `Lists the judgements that stand, oldest first, and those that others contradict; of
an entity, if one is named. --waiting lists those alone that have no effect until a
second person says the same. --format nomenklatura writes what stands of each pair as
nomenklatura's resolver keeps it, one JSON array a line; --import reads such a file:
judgements about entities that are here, with the names and moments in the file.
Read again it adds nothing. Where a second person is asked for, what a file says
counts as the word of who reads it in, but for people that policy.yaml takes from
files.`,
		Example: `  overt judgements
  overt judgements --format nomenklatura > resolver.ijson
  overt judgements --import resolver.ijson`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case format != "" && format != "nomenklatura":
				return usageError{fmt.Errorf("--format is nomenklatura")}
			case file != "" && (format != "" || waiting || len(args) > 0):
				return usageError{fmt.Errorf("--import goes alone")}
			case format != "" && (len(args) > 0 || waiting || a.json):
				return usageError{fmt.Errorf("--format writes all judgements, in a form of its own")}
			case file != "":
				return a.importJudgements(cmd.Context(), file)
			}
			return a.judgements(cmd.Context(), answer.JudgementsOf{Words: strings.Join(args, " "), Waiting: waiting, Lines: format != ""}, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "write them in the `FORM` of another program: nomenklatura")
	cmd.Flags().BoolVar(&waiting, "waiting", false, "those that wait for a second person")
	cmd.Flags().StringVar(&file, "import", "", "take the judgements of `FILE` in")
	return cmd
}

func (a *app) judgements(ctx context.Context, q answer.JudgementsOf, format string) error {
	act := gate.Act{Action: "judgement.read", Object: q.Words, Query: format}
	if q.Waiting {
		act.Query = "waiting"
	}
	list, err := ask(ctx, a, act, true, func(ctx context.Context, d *gate.Desk) (*answer.Judgements, error) {
		return answer.ReadJudgements(ctx, d, q)
	})
	if err != nil {
		return err
	}
	if format != "" {
		a.printed = true
		_, err := fmt.Fprint(a.out, list.Lines)
		return err
	}
	return a.print(list, func(p *page) {
		for _, j := range list.Judgements {
			p.line("%s %s %s: %s  %s", p.bold(string(j.Left)), p.dim("and"), p.bold(string(j.Right)), verdictWords[j.Verdict], p.dim(j.ID))
			p.line("    %s", p.safe(j.Said))
			if j.Waiting {
				p.line("    waits for a second person to say the same")
			}
		}
		for _, s := range list.Aside {
			p.warning("without effect: "+s, "")
		}
		switch {
		case len(list.Judgements) > 0:
		case q.Waiting:
			p.line("Nothing waits for a second person.")
		default:
			p.line("Nobody has judged.")
		}
	})
}

func (a *app) importJudgements(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return overt.Errorf(overt.NotFound, path, "there is no file %s", path)
	}
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "read judgements", Where: path, Err: err}
	}
	defer func() { _ = f.Close() }()
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	here, err := gate.Ask(ctx, pass, gate.Act{Action: "judgement.read", Object: path}, false, func(ctx context.Context, d *gate.Desk) (*judge.Foreign, error) {
		return judge.ReadLines(f, func(id ftm.EntityID) bool {
			stmts, err := d.View.Entity(ctx, id)
			return err == nil && len(stmts) > 0
		}, h.actor.ID, a.clock().UTC().Truncate(time.Second))
	})
	if err != nil {
		return err
	}
	done, err := pipeline.ImportDecisions(ctx, pass, here, a.clock)
	if err != nil {
		return err
	}
	return a.print(done, func(p *page) {
		decidedLines(p, done)
		for _, r := range done.Refused {
			p.warning("refused: "+r, "")
		}
		p.line("%s kept, %d known, %d about entities that are not here, %d undecided", plural(len(done.Judgements), "judgement", "judgements"), done.Known, done.Unknown, done.Left)
	})
}
