package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/casefile"
	"overt/gate"
	"overt/policy"
)

// caseMemberCommands are the verbs about who works on a case, and whether it is open.
func (a *app) caseMemberCommands() []*cobra.Command {
	return []*cobra.Command{a.caseMemberCommand(), a.caseHandoverCommand(), a.caseCloseCommand(), a.caseRenameCommand()}
}

func (a *app) caseMemberCommand() *cobra.Command {
	var role string
	var remove bool
	cmd := &cobra.Command{
		Use:   "member CASE PERSON",
		Short: "Say who works on a case; or leave it",
		Long: `Makes somebody a member, or gives a member another role. An editor adds and changes, a
reader reads. Only the owner says who is a member; everybody else may leave. Being a
member lets nobody see more sources: who may see what stands in policy.yaml.`,
		Example: `  overt case member c4k7q2m9xd0 ben --role editor
  overt case member c4k7q2m9xd0 local:ben --remove`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if remove == (role != "") {
				return usageError{errors.New("say --role editor, --role reader or --remove")}
			}
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Member, Person: casefile.Person(args[1]), Role: policy.Role(role)})
		},
	}
	cmd.Flags().StringVar(&role, "role", "", "editor or reader")
	cmd.Flags().BoolVar(&remove, "remove", false, "the person is a member no more")
	return cmd
}

func (a *app) caseHandoverCommand() *cobra.Command {
	var to string
	var accept, decline bool
	cmd := &cobra.Command{
		Use:   "handover CASE --to PERSON | --accept | --decline",
		Short: "Give a case to another owner, who has to accept",
		Example: `  overt case handover c4k7q2m9xd0 --to ben
  overt case handover c4k7q2m9xd0 --accept`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			e := casefile.Event{Kind: casefile.Offer, Person: casefile.Person(to)}
			switch {
			case accept && !decline && to == "":
				e = casefile.Event{Kind: casefile.Accept}
			case decline && !accept && to == "":
				e = casefile.Event{Kind: casefile.Decline}
			case accept || decline || to == "":
				return usageError{errors.New("say one of --to, --accept and --decline")}
			}
			return a.add(cmd, args[0], e)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the editor `PERSON` who is to own it")
	cmd.Flags().BoolVar(&accept, "accept", false, "take what was offered to you")
	cmd.Flags().BoolVar(&decline, "decline", false, "take an offer back, or do not take it")
	return cmd
}

func (a *app) caseCloseCommand() *cobra.Command {
	var reason string
	var reopen bool
	cmd := &cobra.Command{
		Use:     "close CASE",
		Short:   "Close a case, or open it again: nothing is added to a closed one",
		Example: "  overt case close c4k7q2m9xd0 --reason \"published on 2024-05-17\"\n  overt case close c4k7q2m9xd0 --reopen",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind := casefile.Close
			if reopen {
				kind = casefile.Reopen
			}
			return a.add(cmd, args[0], casefile.Event{Kind: kind, Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; one sentence")
	cmd.Flags().BoolVar(&reopen, "reopen", false, "open it again")
	return cmd
}

func (a *app) caseRenameCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "rename CASE TITLE",
		Short:   "Give a case another title",
		Example: "  overt case rename c4k7q2m9xd0 \"Who hosts the case system\"",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Rename, Text: args[1]})
		},
	}
}

// caseThingCommands are the verbs about what a case holds beside claims.
func (a *app) caseThingCommands() []*cobra.Command {
	return []*cobra.Command{a.caseSubjectCommand(), a.caseTaskCommand(), a.caseNoteCommand(), a.caseEventCommand(), a.caseDropCommand()}
}

func (a *app) caseSubjectCommand() *cobra.Command {
	var of string
	cmd := &cobra.Command{
		Use:   "subject CASE ENTITY",
		Short: "Say whom a case, a claim or an event is about",
		Example: `  overt case subject c4k7q2m9xd0 "Four Points Technology"
  overt case subject c4k7q2m9xd0 "Four Points Technology" --of k3f9a2`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.change(cmd.Context(), args[0], func(ctx context.Context, pass *gate.Pass) (casefile.Event, error) {
				e := casefile.Event{Kind: casefile.Subject, Item: casefile.NewItem(), Of: of}
				found, err := gate.Ask(ctx, pass, gate.Act{Action: "entity.read", Object: args[1]}, true, func(ctx context.Context, d *gate.Desk) (*answer.Found, error) {
					return answer.Find(ctx, d, args[1])
				})
				if err == nil {
					e.Entity = found.ID
				}
				return e, err
			})
		},
	}
	cmd.Flags().StringVar(&of, "of", "", "the claim or event `ITEM` that it belongs to")
	return cmd
}

func (a *app) caseTaskCommand() *cobra.Command {
	var owner, until, assign string
	cmd := &cobra.Command{
		Use:   "task CASE TEXT",
		Short: "Write down what is to be done, by whom and until when",
		Long: `Writes a task down. --assign ITEM gives one that is there another owner and day instead
(without TEXT); overt case state CASE ITEM done ends it.`,
		Example: `  overt case task c4k7q2m9xd0 "Ask the seller for a reply" --owner ben --until 2026-04-01
  overt case task c4k7q2m9xd0 --assign t5m2c8 --owner anna`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (assign == "") != (len(args) == 2) {
				return usageError{errors.New("say what is to be done, or --assign one that is there")}
			}
			e := casefile.Event{Kind: casefile.Task, Item: casefile.NewItem(), Text: word(args, 1), Person: casefile.Person(owner), Date: until}
			if assign != "" {
				e.Kind, e.Item = casefile.Assign, assign
			}
			return a.add(cmd, args[0], e)
		},
	}
	cmd.Flags().StringVar(&owner, "owner", "", "the member `PERSON` who does it")
	cmd.Flags().StringVar(&until, "until", "", "the day it is to be done by")
	cmd.Flags().StringVar(&assign, "assign", "", "the task `ITEM` that gets this owner and day")
	return cmd
}

func (a *app) caseNoteCommand() *cobra.Command {
	var of string
	cmd := &cobra.Command{
		Use:   "note CASE TEXT",
		Short: "Remark on a case, or on one thing in it",
		Example: `  overt case note c4k7q2m9xd0 "The vendor's counsel called"
  overt case note c4k7q2m9xd0 "Which year?" --of k3f9a2`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Note, Item: casefile.NewItem(), Of: of, Text: args[1]})
		},
	}
	cmd.Flags().StringVar(&of, "of", "", "the `ITEM` that it is about")
	return cmd
}

func (a *app) caseEventCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "event CASE DATE TEXT",
		Short: "Write down what happened, as precisely as the date is known",
		Long: `Adds to the timeline of a case. DATE is 2019, 2019-03 or 2019-03-31; 2019-03/2020 for a
stretch, 2019/.. where its end is not known, and 2019~ for about. overt case cite says
what it rests on.`,
		Example: `  overt case event c4k7q2m9xd0 2019-03 "The contract is signed"
  overt case event c4k7q2m9xd0 2019-04/.. "The system runs at the new host"`,
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Happened, Item: casefile.NewItem(), Date: args[1], Text: args[2]})
		},
	}
}

func (a *app) caseDropCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "drop CASE ITEM",
		Short: "Take a cite, exhibit, subject, task, note or event out",
		Long: `Takes a thing out of a case; what was done with it stays in the history. A claim is not
taken out, it is rejected. A claim that loses a cite is a lead again.`,
		Example: "  overt case drop c4k7q2m9xd0 c8t3n1 --reason \"wrong row\"",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Drop, Item: args[1], Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; one sentence")
	return cmd
}
