package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/extract/reading"
	"overt/extract/records"
	"overt/gate"
)

func (a *app) caseClaimCommands() []*cobra.Command {
	return []*cobra.Command{a.caseClaimCommand(), a.caseCiteCommand(), a.caseExhibitCommand(), a.caseStateCommand(), a.caseOpposeCommand()}
}

func (a *app) caseClaimCommand() *cobra.Command {
	var heading, reword string
	cmd := &cobra.Command{
		Use:   "claim CASE TEXT",
		Short: "Write a claim down, as a lead; or word one anew",
		Long: `Writes a sentence down that is to be shown true or false. --reword ITEM gives a claim,
task, note or event other words; a claim that was stated or confirmed is a lead again.`,
		Example: `  overt case claim c4k7q2m9xd0 "The directorate paid 1,250.50 a day" --heading "The contracts"
  overt case claim c4k7q2m9xd0 --reword k3f9a2 "The directorate paid 1,250.50 a day in 2019"`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			e := casefile.Event{Kind: casefile.Claim, Item: casefile.NewItem(), Text: args[1], Heading: heading}
			if reword != "" {
				e = casefile.Event{Kind: casefile.Reword, Item: reword, Text: args[1]}
			}
			return a.add(cmd, args[0], e)
		},
	}
	cmd.Flags().StringVar(&heading, "heading", "", "under what it stands")
	cmd.Flags().StringVar(&reword, "reword", "", "the `ITEM` that gets these words")
	return cmd
}

// A citing is what the flags say of a place.
type citing struct {
	where               overt.Locator
	entity, prop, value string
}

func (c *citing) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Int64Var(&c.where.Row, "row", 0, "row, as a spreadsheet counts")
	f.StringVar(&c.where.Column, "column", "", "column")
	f.StringVar(&c.where.Pointer, "pointer", "", "JSON pointer or XML path")
	f.StringVar(&c.where.Table, "table", "", "sheet, or member of an archive")
	f.StringVar(&c.entity, "entity", "", "the `ENTITY` whose value is cited")
	f.StringVar(&c.prop, "property", "", "the field of the value")
	f.StringVar(&c.value, "value", "", "the value, where the field has several")
}

// cite makes a cite of a word and flags: a citation, a source, or none for a value.
func (a *app) cite(ctx context.Context, pass *gate.Pass, word string, c *citing) (*casefile.Cite, error) {
	table := !c.where.IsZero()
	switch value := c.entity != "" || c.prop != "" || c.value != ""; {
	case value && (word != "" || table || c.entity == "" || c.prop == ""):
		return nil, usageError{errors.New("a value is named by --entity and --property, and --value where there are several")}
	case !value && word == "":
		return nil, usageError{errors.New("name a citation (overt:…), a source by its hash, or a value with --entity and --property")}
	case table && reading.IsURI(word):
		return nil, usageError{errors.New("a citation says its place itself")}
	}
	act := gate.Act{Action: "case.open", Object: pass.Case(), Query: "a cite"} // the log takes no words of documents
	return gate.Ask(ctx, pass, act, c.entity != "", func(ctx context.Context, d *gate.Desk) (made *casefile.Cite, err error) {
		switch {
		case c.entity != "":
			return answer.CitedValue(ctx, d, c.entity, c.prop, c.value)
		case reading.IsURI(word):
			return answer.CitedPassage(ctx, d, word)
		}
		err = a.withRecords(func(pool *records.Pool) (err error) {
			made, err = answer.CitedPlace(ctx, d, pool.Opener(""), word, c.where)
			return err
		})
		return made, err
	})
}

func word(args []string, i int) string {
	if i < len(args) {
		return args[i]
	}
	return ""
}

func (a *app) caseCiteCommand() *cobra.Command {
	var c citing
	var bears []string
	cmd := &cobra.Command{
		Use:   "cite CASE ITEM [CITATION|BLOB]",
		Short: "Say what a claim, or something that happened, rests on",
		Long: `Adds a cite to a claim or an event: a passage (CITATION, as overt cite and overt search
print it), a place in a table or tree (BLOB with --row and --column, or --pointer), a
whole source (BLOB), or a value of an entity. It is opened now, and kept with its words.

A number of a claim must stand in one of its cites; --for says that this one bears a
number without having its digits, as a sum or a rounded amount.`,
		Example: `  overt case cite c4k7q2m9xd0 k3f9a2 overt:3f2a…/page=2/chars=10-24/text=…/quote=…
  overt case cite c4k7q2m9xd0 k3f9a2 3f2a91c04be7 --row 212 --column "Amount" --for 1,300
  overt case cite c4k7q2m9xd0 k3f9a2 --entity "Northmoor Ferry" --property registrationNumber`,
		Args: cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.change(cmd.Context(), args[0], func(ctx context.Context, pass *gate.Pass) (casefile.Event, error) {
				made, err := a.cite(ctx, pass, word(args, 2), &c)
				if err == nil {
					made.For = bears
				}
				return casefile.Event{Kind: casefile.CiteKind, Item: casefile.NewItem(), Of: args[1], Cite: made}, err
			})
		},
	}
	a.unconfinedFlag(cmd)
	c.flags(cmd)
	cmd.Flags().StringArrayVar(&bears, "for", nil, "a `NUMBER` of the claim that this cite bears")
	return cmd
}

func (a *app) caseExhibitCommand() *cobra.Command {
	var c citing
	var title string
	cmd := &cobra.Command{
		Use:   "exhibit CASE CITATION|BLOB",
		Short: "Keep a source, or a place in one, at hand",
		Example: `  overt case exhibit c4k7q2m9xd0 3f2a91c04be7 --title "The award form"
  overt case exhibit c4k7q2m9xd0 overt:3f2a…/page=2/chars=10-24/text=…/quote=…`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.change(cmd.Context(), args[0], func(ctx context.Context, pass *gate.Pass) (casefile.Event, error) {
				made, err := a.cite(ctx, pass, word(args, 1), &c)
				return casefile.Event{Kind: casefile.Exhibit, Item: casefile.NewItem(), Text: title, Cite: made}, err
			})
		},
	}
	a.unconfinedFlag(cmd)
	c.flags(cmd)
	cmd.Flags().StringVar(&title, "title", "", "what you call it; shown to those who may open it")
	return cmd
}

func (a *app) caseStateCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "state CASE ITEM lead|stated|confirmed|rejected|open|done",
		Short: "Move a claim or a task to another state",
		Long: `Moves a claim. Its cites are opened first, as you see them. It is stated with a cite,
when a cite has each of its numbers; confirmed when all its cites open as the same or
moved words, by a second reader where the case asks it; rejected with a reason. A task
is open or done.`,
		Example: `  overt case state c4k7q2m9xd0 k3f9a2 stated
  overt case state c4k7q2m9xd0 k3f9a2 rejected --reason "the row is of another contract"`,
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changeWith(cmd.Context(), args[0], func(ctx context.Context, pass *gate.Pass) (*casefile.State, error) {
				return answer.MoveClaim(ctx, pass, args[1], args[2], reason, 0)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; one sentence")
	return cmd
}

func (a *app) caseOpposeCommand() *cobra.Command {
	var reason string
	var not bool
	cmd := &cobra.Command{
		Use:     "oppose CASE CLAIM CLAIM",
		Short:   "Say that two claims contradict each other",
		Example: "  overt case oppose c4k7q2m9xd0 k3f9a2 p7c1m4 --reason \"both name the only host\"",
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			e := casefile.Event{Kind: casefile.Oppose, Item: args[1], Of: args[2], Reason: reason}
			if not {
				e.Kind = casefile.Agree
			}
			return a.add(cmd, args[0], e)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; one sentence")
	cmd.Flags().BoolVar(&not, "not", false, "they do not, after all")
	return cmd
}
