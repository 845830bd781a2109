package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
	"overt/mention"
	"overt/statement"
)

func (a *app) mentionsCommand() *cobra.Command {
	var of, after, kind string
	var unknown bool
	var limit int
	cmd := &cobra.Command{
		Use:   "mentions DOCUMENT | --of ENTITY | --unknown",
		Short: "What documents name: known entities, numbers, amounts, and names nobody knows",
		Long: `Tells what a document names: names and identifiers of entities that are known here,
numbers, addresses, amounts and dates by their shape, and proposed names of
organisations and persons. --of tells which documents name an entity, and where;
--unknown which proposed names no entity is called by, those of most documents
first.

All of it is suggestions: that a name stands in a text says no more than that. Of
several entities of one name all are given and none is chosen. overt accept makes
a link of one, overt reject has it suggested no more.`,
		Example: `  overt mentions 'Terms of the ferry'
  overt mentions --of "Four Points Technology"
  overt mentions --unknown --kind organization --limit 50`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ways := len(args)
			for _, set := range []bool{of != "", unknown} {
				if set {
					ways++
				}
			}
			switch {
			case ways != 1:
				return usageError{fmt.Errorf("name a document, or say --of ENTITY or --unknown")}
			case limit < 1:
				return usageError{fmt.Errorf("--limit is 1 or more")}
			case kind != "" && (!unknown || kind != string(mention.Organization) && kind != string(mention.Person)):
				return usageError{fmt.Errorf("--kind is organization or person, of --unknown")}
			case after != "" && len(args) == 1:
				return usageError{fmt.Errorf("a document's mentions are given whole; --after is for --of and --unknown")}
			case of != "":
				return a.namedWhere(cmd.Context(), of, after, limit)
			case unknown:
				return a.unknownNames(cmd.Context(), mention.Kind(kind), after, limit)
			}
			return a.documentNames(cmd.Context(), args[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&of, "of", "", "which documents name `ENTITY`")
	f.BoolVar(&unknown, "unknown", false, "proposed names that no entity is called by")
	f.StringVar(&kind, "kind", "", "with --unknown: only organization, or `person`")
	f.IntVar(&limit, "limit", 20, "show `N` places or names")
	f.StringVar(&after, "after", "", "the `CURSOR` that the page before ended with")
	return cmd
}

func (a *app) documentNames(ctx context.Context, words string) error {
	act := gate.Act{Action: "mention.read", Query: words, When: statement.When{KnownAt: a.knownAt}}
	m, err := ask(ctx, a, act, true, func(ctx context.Context, d *gate.Desk) (*answer.Mentions, error) {
		return answer.ReadMentions(ctx, d, words)
	})
	if err != nil {
		return err
	}
	return a.print(m, func(p *page) {
		foundLine(p, "in", m.Document)
		if m.Reading == "" {
			p.line("It was not read; overt coverage says why.")
			return
		}
		for _, x := range m.Mentions {
			mentionLine(p, x)
		}
		if len(m.Mentions) == 0 {
			p.line("Nothing is named there.")
		}
	})
}

// mentionLine writes one mention of a document, and who may be meant.
func mentionLine(p *page, m *answer.Mention) {
	said := string(m.Kind)
	if m.Value != "" && m.Value != m.Text {
		said += " " + strings.TrimSpace(m.Value+" "+m.Currency)
	}
	if m.Doubt != "" {
		said += ", " + m.Doubt
	}
	pages := make([]string, 0, 4)
	for i, n := range m.Pages {
		if i == 3 {
			pages = append(pages, "…")
			break
		}
		pages = append(pages, strconv.Itoa(n))
	}
	p.line("%s  %s", p.bold(short(oneLine(m.Text), 70)), p.dim(fmt.Sprintf("%s · %d × · page %s · %s", said, m.Count, strings.Join(pages, ", "), m.ID)))
	candidates(p, m.Candidates, m.Accepted)
}

// candidates writes who may be meant, and who is.
func candidates(p *page, all, accepted []answer.Entity) {
	for _, e := range all {
		word := "could be"
		for _, yes := range accepted {
			if yes.ID == e.ID {
				word = "is"
			}
		}
		p.line("    %s %s  %s", word, p.safe(short(e.Caption, 70)), p.dim(fmt.Sprintf("%s · %s", e.Schema, e.ID)))
	}
}

func (a *app) namedWhere(ctx context.Context, of, after string, limit int) error {
	act := gate.Act{Action: "mention.read", Query: "of " + of, When: statement.When{KnownAt: a.knownAt}}
	n, err := ask(ctx, a, act, true, func(ctx context.Context, d *gate.Desk) (*answer.NamedWhere, error) {
		return answer.FindMentions(ctx, d, of, after, limit)
	})
	if err != nil {
		return err
	}
	return a.print(n, func(p *page) {
		foundLine(p, "of", n.Entity)
		for _, x := range n.Places {
			word := ""
			if x.Accepted {
				word = " · accepted"
			} else if len(x.Candidates) > 1 {
				word = fmt.Sprintf(" · could be %d others", len(x.Candidates)-1)
			}
			p.line("%s  %s", p.bold(short(x.Document.Caption, 70)), p.dim(fmt.Sprintf("page %d · “%s”%s · %s", x.Page, short(oneLine(x.Text), 50), word, x.ID)))
		}
		if len(n.Places) == 0 {
			p.line("No document names it.")
		}
		if n.Next != "" {
			p.line("%s", p.dim("more: --after "+n.Next))
		}
	})
}

func (a *app) unknownNames(ctx context.Context, kind mention.Kind, after string, limit int) error {
	act := gate.Act{Action: "mention.read", Query: strings.TrimSpace("unknown " + string(kind)), When: statement.When{KnownAt: a.knownAt}}
	u, err := ask(ctx, a, act, false, func(ctx context.Context, d *gate.Desk) (*answer.UnknownNames, error) {
		return answer.FindUnknown(ctx, d, kind, after, limit)
	})
	if err != nil {
		return err
	}
	return a.print(u, func(p *page) {
		for _, x := range u.Names {
			p.line("%s  %s", p.bold(short(oneLine(x.Text), 70)), p.dim(fmt.Sprintf("%s · %s · as in %s", x.Kind, plural(x.Documents, "document", "documents"), x.Example)))
		}
		if len(u.Names) == 0 {
			p.line("No name is proposed that is not known.")
		}
		if u.Next != "" {
			p.line("%s", p.dim("more: --after '"+u.Next+"'"))
		}
	})
}
