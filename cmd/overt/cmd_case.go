package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/casefile"
	"overt/gate"
	"overt/policy"
)

func (a *app) caseCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "case",
		Short: "Keep a question that is worked on: claims and what they rest on",
		Long: `A case holds what people write about a question: claims with the passages and values
they rest on, exhibits, tasks, notes, and what happened when. It belongs to its members
(owner, editor, reader); to anybody else it is not there. It lets nobody see more: of a
cite whose source a member may not open he learns that it is there, and no more.

A claim begins as a lead. It is stated with a cite that has its numbers, confirmed when
all its cites open (by a second reader, where the case asks it), or rejected, with a
reason. Nothing is overwritten: case history tells who did what.

What is imported for a case alone goes to a dataset called NAME@CASE, with --case: its
members see it there, and nobody else does.`,
		Example: `  overt case new "Hosting of the case system" --template procurement-chain
  overt case claim c4k7q2m9xd0 "The directorate paid 1,250.50 a day"
  overt case cite c4k7q2m9xd0 k3f9a2 overt:3f2a…/page=2/chars=10-24/text=…/quote=…
  overt case state c4k7q2m9xd0 k3f9a2 stated
  overt case check c4k7q2m9xd0
  overt --case c4k7q2m9xd0 ingest letters --dataset letters@c4k7q2m9xd0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.caseNewCommand(), a.caseListCommand(), a.caseShowCommand(), a.caseHistoryCommand(), a.caseCheckCommand())
	cmd.AddCommand(a.caseMemberCommands()...)
	cmd.AddCommand(a.caseClaimCommands()...)
	cmd.AddCommand(a.caseThingCommands()...)
	return cmd
}

// A caseChange is what a verb that adds to a case answers.
type caseChange struct {
	Case string        `json:"case"`
	Item string        `json:"item,omitempty"` // what was made or changed
	Kind casefile.Kind `json:"kind"`
	Last int64         `json:"last"` // number of the event
}

func (a *app) caseNewCommand() *cobra.Command {
	var template string
	var second bool
	cmd := &cobra.Command{
		Use:   "new TITLE",
		Short: "Begin a case; you own it",
		Long: `Begins a case for the purpose that is declared, which its visits then have. A template
brings headings and tasks: ` + templateWords() + `.`,
		Example: "  overt case new \"Hosting of the case system\" --template procurement-chain",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := casefile.FindTemplate(template)
			if err != nil {
				return err
			}
			ctx, id := cmd.Context(), casefile.NewID()
			h, err := a.open(ctx)
			if err != nil {
				return err
			}
			defer h.close(a)
			pass, err := h.gate.Open(ctx, a.visit(h, policy.CaseLabel(id)))
			if err != nil {
				return err
			}
			events := t.Begin(casefile.Event{Text: args[0], Purpose: string(pass.Purpose()), Second: second})
			s, err := pass.Casework(ctx, id, events...)
			if err != nil {
				return err
			}
			return a.print(caseChange{id, "", casefile.Open, s.Last}, func(p *page) {
				p.line("%s  %s", p.bold(id), p.safe(s.Title))
				p.line("  %s", p.dim(fmt.Sprintf("for %s; tasks: %d; to see it: overt case show %s", s.Purpose, len(t.Tasks), id)))
			})
		},
	}
	cmd.Flags().StringVar(&template, "template", "", "`ID` of what it begins with")
	cmd.Flags().BoolVar(&second, "second-reader", false, "a claim is confirmed by another than who worded or stated it")
	return cmd
}

func templateWords() string {
	var out []string
	for _, t := range casefile.Templates() {
		out = append(out, t.ID)
	}
	return strings.Join(out, ", ")
}

func (a *app) caseListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List your cases",
		Example: "  overt case list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := ask(cmd.Context(), a, gate.Act{Action: "case.list"}, false, answer.ListCases)
			if err != nil {
				return err
			}
			return a.print(list, func(p *page) { caseListPage(p, list) })
		},
	}
}

func (a *app) caseShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show CASE",
		Short:   "Show a case: claims with their cites as they open today, and all it holds",
		Example: "  overt case show c4k7q2m9xd0",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := inCase(cmd.Context(), a, "case.read", args[0], func(ctx context.Context, d *gate.Desk) (*casefile.View, error) {
				return answer.ReadCase(ctx, d, args[0], false)
			})
			if err != nil {
				return err
			}
			return a.print(v, func(p *page) { casePage(p, v) })
		},
	}
}

// A caseHistory is what `case history` answers.
type caseHistory struct {
	Case   string                 `json:"case"`
	Title  string                 `json:"title"`
	Events []casefile.HistoryLine `json:"events"`
}

// Records counts what the answer releases.
func (h *caseHistory) Records() int { return len(h.Events) }

func (a *app) caseHistoryCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "history CASE",
		Short:   "Tell who did what in a case, the oldest first",
		Example: "  overt case history c4k7q2m9xd0",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := inCase(cmd.Context(), a, "case.history", args[0], func(ctx context.Context, d *gate.Desk) (*caseHistory, error) {
				v, err := answer.ReadCase(ctx, d, args[0], false)
				if err != nil {
					return nil, err
				}
				return &caseHistory{v.ID, v.Title, v.History}, nil
			})
			if err != nil {
				return err
			}
			return a.print(v, func(p *page) { caseHistoryPage(p, v) })
		},
	}
}

func (a *app) caseCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check CASE",
		Short: "Open everything that the claims rest on, and tell what became of it",
		Long: `Opens each cite of each claim again: the kept bytes are hashed, passages are looked for
in the newest reading, values in what sources say today. Told are the claims whose
ground changed: an import was taken back, a publisher withdrew or corrected a source,
words moved, changed or were lost, entities are no longer one, reading a document again
failed, sources contradict a cited value, or another claim does. Nothing is kept of it.`,
		Example: "  overt case check c4k7q2m9xd0",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := inCase(cmd.Context(), a, "case.check", args[0], func(ctx context.Context, d *gate.Desk) (*answer.CaseCheck, error) {
				return answer.CheckCase(ctx, d, args[0])
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) { caseCheckPage(p, c) })
		},
	}
}

// visitCase makes the case of a verb that of the visit.
func (a *app) visitCase(id string) error {
	if a.caseID != "" && a.caseID != id {
		return usageError{fmt.Errorf("--case names another case than the verb")}
	}
	a.caseID = id
	return nil
}

// inCase asks a question in a case, with the graph.
func inCase[T any](ctx context.Context, a *app, action, id string, answerIt func(context.Context, *gate.Desk) (T, error)) (T, error) {
	if err := a.visitCase(id); err != nil {
		var zero T
		return zero, err
	}
	return ask(ctx, a, gate.Act{Action: action, Object: id}, true, answerIt)
}

// change adds one event to a case: make says which, and may ask the pass before.
func (a *app) change(ctx context.Context, id string, make func(context.Context, *gate.Pass) (casefile.Event, error)) error {
	return a.changeWith(ctx, id, func(ctx context.Context, pass *gate.Pass) (*casefile.State, error) {
		e, err := make(ctx, pass)
		if err != nil {
			return nil, err
		}
		return pass.Casework(ctx, id, e)
	})
}

// changeWith has a case changed, and tells the last event.
func (a *app) changeWith(ctx context.Context, id string, do func(context.Context, *gate.Pass) (*casefile.State, error)) error {
	if err := a.visitCase(id); err != nil {
		return err
	}
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	s, err := do(ctx, pass)
	if err != nil {
		return err
	}
	e := s.Events[len(s.Events)-1]
	return a.print(caseChange{id, e.Item, e.Kind, s.Last}, func(p *page) {
		p.line("%s", strings.TrimSpace(p.bold(e.Item)+"  "+p.dim(string(e.Kind)+" kept in "+id)))
	})
}

// add adds one event that needs no question.
func (a *app) add(cmd *cobra.Command, id string, e casefile.Event) error {
	return a.change(cmd.Context(), id, func(context.Context, *gate.Pass) (casefile.Event, error) { return e, nil })
}
