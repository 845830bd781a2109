package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/audit"
	"overt/gate"
	"overt/search"
	"overt/statement"
)

func (a *app) searchCommand() *cobra.Command {
	var q search.Query
	var in string
	var all searchAll
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
that could hold hits and could not be read, or are waiting. With --json each hit
has its citation, which overt cite opens again.

--all gives every hit, one after the other, as they stood when it began: as a page,
with --json as one object, with --csv as a table.`,
		Example: "  overt search '\"Four Points\" hosting'\n  overt search 'ferry type:mail' --facet dataset --facet year\n  overt search northmoor --in entity --fuzzy\n  overt search 'ferry date:2021' --all --csv --out ferry.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("say what to search for; see overt search --help")}
			}
			q.Text, q.Kind = strings.Join(args, " "), search.Kind(in)
			if in != "" && q.Kind != search.Passage && q.Kind != search.Entity {
				return usageError{fmt.Errorf("--in is passage or entity, not %q", in)}
			}
			if err := all.check(a, cmd.Flags().Changed("limit")); err != nil {
				return err
			}
			err := error(nil)
			if all.on {
				err = a.searchAll(cmd.Context(), q, all)
			} else {
				err = a.search(cmd.Context(), q, fold)
			}
			return pointAt(q.Text, err)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in, "in", "", "only in `passage` or entity")
	f.StringArrayVar(&q.Facets, "facet", nil, "count the hits by `WHAT`: "+strings.Join(append(search.FacetNames(), answer.NamedFacet), ", ")+", which is entities that the pages name")
	f.BoolVar(&fold, "fold", false, "put near copies of a document under the first hit")
	f.BoolVar(&q.Stem, "stem", false, "other endings of a word too")
	f.BoolVar(&q.Fuzzy, "fuzzy", false, "words with one or two other letters too")
	f.BoolVar(&q.Translit, "translit", false, "the same letters in Cyrillic, Greek or Latin too")
	f.IntVar(&q.Limit, "limit", 10, "show `N` hits")
	f.StringVar(&q.After, "after", "", "the `CURSOR` that the page before ended with")
	f.BoolVar(&all.on, "all", false, "all hits, not a page of them")
	f.BoolVar(&all.csv, "csv", false, "with --all: as CSV")
	f.StringVar(&all.out, "out", "-", "with --all: the `file`; - is standard output")
	f.BoolVar(&all.force, "force", false, "replace the file if it is there")
	return cmd
}

// A pointedError shows where in a query it lies.
type pointedError struct {
	error
	text, caret string
}

func (e pointedError) Unwrap() error { return e.error }

// pointedAround is how many characters of a long query are shown on each side.
const pointedAround = 60

// pointAt adds the query and a caret under the character that an error names.
func pointAt(query string, err error) error {
	n, ok := search.Mistake(err)
	text := []rune(audit.Safe(oneLine(query)))
	if !ok || n > len(text)+1 || len(text) != utf8.RuneCountInString(query) {
		return err
	}
	from, to := max(0, n-1-pointedAround), min(len(text), n-1+pointedAround)
	wide := ""
	for _, r := range text[from : n-1] {
		wide += strings.Repeat(" ", columns(r))
	}
	return pointedError{err, string(text[from:to]), wide + "^"}
}

// columns is how wide a terminal shows a character: East Asian ones take two
// columns, marks none. Source: Unicode Standard Annex 11.
func columns(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
		return 0
	case r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0xff01 && r <= 0xff60:
		return 2
	}
	return 1
}

func (a *app) search(ctx context.Context, q search.Query, fold bool) error {
	act := gate.Act{Action: "search", Query: q.Text, When: statement.When{KnownAt: a.knownAt}}
	found, err := ask(ctx, a, act, slices.Contains(q.Facets, answer.NamedFacet), func(ctx context.Context, d *gate.Desk) (*answer.SearchAnswer, error) {
		s, err := answer.Search(ctx, d, q)
		if err == nil && fold {
			err = answer.Fold(ctx, d, s, answer.NearCopy)
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
	for i := range s.Hits {
		hitLines(p, &s.Hits[i])
	}
	besideHits(p, s)
}

func hitLines(p *page, h *answer.SearchHit) {
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

// besideHits prints what an answer says beside its hits.
func besideHits(p *page, s *answer.SearchAnswer) {
	for _, f := range s.Facets {
		var values []string
		for _, v := range f.Values {
			values = append(values, fmt.Sprintf("%s %s", cmp.Or(v.Label, v.Value), count(v.Count)))
		}
		if f.More {
			values = append(values, "…")
		}
		p.line("%s  %s", p.bold(f.Name), p.safe(strings.Join(values, " · ")))
	}
	if s.Next != "" {
		p.line("%s", p.dim("more: --after "+s.Next))
	}
	notSearchedLines(p, &s.NotSearched)
}

// notSearchedLines says how many files could hold more, and names the first of
// each reason.
func notSearchedLines(p *page, n *answer.NotSearched) {
	if n.Files == 0 {
		return
	}
	var kinds []string
	for _, k := range []struct {
		n    int
		what string
	}{{n.Waiting, "waiting"}, {n.Failed, "failed"}, {n.Refused, "refused"}, {n.Partial, "partly read"}} {
		if k.n > 0 {
			kinds = append(kinds, count(int64(k.n))+" "+k.what)
		}
	}
	pages := ""
	if n.Pages > 0 {
		pages = ", with " + plural(n.Pages, "page", "pages") + " that could not be"
	}
	p.warning(fmt.Sprintf("not searched: %s that could hold more (%s%s)", plural(n.Files, "file", "files"), strings.Join(kinds, ", "), pages), "")
	var list []answer.NotSeen
	for _, f := range n.List {
		seen := f.NotSeen
		if len(f.Pages) > 0 {
			seen.Source += ", " + pageList(f.Pages)
		}
		list = append(list, seen)
	}
	notSeenPage(p, list)
}

// pageList names the first pages of some.
func pageList(pages []int) string {
	word, more := "page", ""
	if len(pages) > 1 {
		word = "pages"
	}
	if len(pages) > 5 {
		pages, more = pages[:5], " …"
	}
	return word + " " + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(pages)), ", "), "[]") + more
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
