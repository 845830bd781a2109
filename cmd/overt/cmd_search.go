package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
	"overt/search"
	"overt/statement"
)

func (a *app) searchCommand() *cobra.Command {
	var q search.Query
	var in string
	var fold bool
	cmd := &cobra.Command{
		Use:   "search QUERY…",
		Short: "Find passages of documents and names of entities",
		Long: `Finds words in the text of documents and in names and identifiers of entities. Words
are all wanted, as written but for case and accents; hits open at page and place.

  ferry council           both words            "ferry company"      a phrase
  ferry OR boat           one of them           "ferry money"~5      near each other
  ferry -late             without               ferr*  f?rry         beginnings, one letter
  (a OR b) c              parts                 ferry~  ferry~2      one or two letters differ
  title:terms name:ada    one field             /fer+y/              a regular expression
  dataset:leak type:mail date:2019..2021 page:3 id:70CDCR24FG0000001

docs/format/query.md has the whole language. What was not searched is said: files
that could not be read, or are waiting.`,
		Example: "  overt search '\"Four Points\" hosting'\n  overt search 'ferry type:mail' --facet dataset --facet year\n  overt search northmoor --in entity --fuzzy",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("say what to search for; see overt search --help")}
			}
			q.Text, q.Kind = strings.Join(args, " "), search.Kind(in)
			if in != "" && q.Kind != search.Passage && q.Kind != search.Entity {
				return usageError{fmt.Errorf("--in is passage or entity, not %q", in)}
			}
			return a.search(cmd.Context(), q, fold)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in, "in", "", "only in `passage` or entity")
	f.StringArrayVar(&q.Facets, "facet", nil, "count the hits by `WHAT`: "+strings.Join(search.FacetNames(), ", "))
	f.BoolVar(&fold, "fold", false, "put near copies of a document under the first hit")
	f.BoolVar(&q.Stem, "stem", false, "other endings of a word too")
	f.BoolVar(&q.Fuzzy, "fuzzy", false, "words with one or two other letters too")
	f.BoolVar(&q.Translit, "translit", false, "the same letters in Cyrillic, Greek or Latin too")
	f.IntVar(&q.Limit, "limit", 10, "show `N` hits")
	f.StringVar(&q.After, "after", "", "the `CURSOR` that the page before ended with")
	return cmd
}

func (a *app) search(ctx context.Context, q search.Query, fold bool) error {
	act := gate.Act{Action: "search", Query: q.Text, When: statement.When{KnownAt: a.knownAt}}
	found, err := ask(ctx, a, act, false, func(ctx context.Context, d *gate.Desk) (*answer.SearchAnswer, error) {
		s, err := answer.Search(ctx, d, q)
		if err == nil && fold {
			err = answer.Fold(ctx, d, s, nearCopy)
		}
		return s, err
	})
	if err != nil {
		return err
	}
	return a.print(found, func(p *page) { searchPage(p, found) })
}

func searchPage(p *page, s *answer.SearchAnswer) {
	p.line("%s", p.bold(plural(int(s.Total), "hit", "hits")))
	for _, h := range s.Hits {
		place := ""
		if h.Page > 0 {
			place = fmt.Sprintf(", page %d", h.Page)
			if h.End > 0 {
				place += fmt.Sprintf(", characters %d to %d", h.Start, h.End)
			}
		}
		p.line("%s%s  %s", p.bold(short(h.Caption, 70)), p.dim(place), p.dim(fmt.Sprintf("%s · %s · %s", h.Schema, h.Dataset, h.ID)))
		for _, sn := range h.Snippets {
			p.line("    %s", marked(p, sn))
		}
		if n := len(h.Folded); n > 0 {
			p.line("    %s", p.dim(fmt.Sprintf("and %s; overt similar %s", plural(n, "near copy", "near copies"), h.ID)))
		}
	}
	for _, f := range s.Facets {
		var values []string
		for _, v := range f.Values {
			values = append(values, fmt.Sprintf("%s %s", v.Value, count(v.Count)))
		}
		if f.More {
			values = append(values, "…")
		}
		p.line("%s  %s", p.bold(f.Name), p.safe(strings.Join(values, " · ")))
	}
	if s.Next != "" {
		p.line("%s", p.dim("more: --after "+s.Next))
	}
	notSeenPage(p, s.NotSearched)
}

// marked writes a snippet on one line, what matched in bold.
func marked(p *page, s search.Snippet) string {
	text := []rune(s.Text)
	var b strings.Builder
	at := 0
	for _, m := range s.Marks {
		from, to := m.Start-s.Start, m.End-s.Start
		if from < at || to > len(text) {
			continue
		}
		b.WriteString(p.safe(oneLine(string(text[at:from]))))
		b.WriteString(p.bold(p.safe(oneLine(string(text[from:to])))))
		at = to
	}
	b.WriteString(p.safe(oneLine(string(text[at:]))))
	return b.String()
}

// oneLine makes blanks of line ends.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, s)
}
