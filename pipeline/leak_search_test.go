package pipeline

import (
	"context"
	"iter"
	"slices"
	"testing"

	"overt"
	"overt/gate"
	"overt/policy"
	"overt/search"
	"overt/statement"
)

// The leaks of a search.
const (
	scoresOfAll   leak = "a word weighs as it does in everything"
	countsOfAll   leak = "hits are counted before they are hidden"
	facetsOfAll   leak = "hidden hits are counted by facets"
	suggestsOfAll leak = "names are completed from everything"
	snippetsOfAll leak = "a hit shows what another run says"
	orderOfAll    leak = "hits come in the order they have among all"
	cursorOfAll   leak = "there is a next page of hidden hits"
	marksOred     leak = "one mark of several is enough"
	hiddenRuns    leak = "runs of another day are found"
	refusesHidden leak = "an error says that there are hidden hits"
	captionsOfAll leak = "a hit is called what hidden sources call it"
	unreadOfAll   leak = "files of others are told as not searched"
)

var searchLeaks = []leak{
	scoresOfAll, countsOfAll, facetsOfAll, suggestsOfAll, snippetsOfAll, orderOfAll, cursorOfAll, marksOred, hiddenRuns, refusesHidden,
	captionsOfAll, unreadOfAll,
}

// nine are the ways of over-showing that were seeded when the rule was first
// tried, and the leaks that stand for them.
var nine = map[string]leak{
	"document frequency over everything": scoresOfAll, "completion unfiltered": suggestsOfAll, "counted before hiding": countsOfAll,
	"path through a hidden edge": graphOfAll, "cluster by a hidden judgement": noAnchor, "canonical id of a hidden member": keyByEither,
	"facets over unfiltered hits": facetsOfAll, "a hit shows the whole entity": captionsOfAll, "marks OR-ed": marksOred,
}

func TestNineLeaks(t *testing.T) {
	for name, l := range nine {
		if !slices.Contains(leaks, l) && !slices.Contains(searchLeaks, l) {
			t.Errorf("%s: %q is not seeded", name, l)
		}
	}
}

// searchDesk over-shows what a search is answered from.
func (l leak) searchDesk(d *gate.Desk, f *filled, whole statement.View, w *world) {
	if !slices.Contains(searchLeaks, l) || f.index == nil {
		return
	}
	switch l {
	case captionsOfAll:
		d.View = &leakyView{d.View, whole, entityUnscoped}
	case unreadOfAll:
		d.Scope = w.all()
	}
	view := search.NewView(d.View.Sight())
	d.Index = func(context.Context) (search.Searcher, error) {
		return search.In(&leakySearch{f.index, l, search.NewView(whole.Sight()), w}, view), nil
	}
}

// A leakySearch answers one part of a question from everything.
type leakySearch struct {
	search.Index
	leak leak
	all  search.View
	w    *world
}

func (l *leakySearch) view(v search.View) search.View {
	switch l.leak {
	case marksOred:
		return l.seeing(func(p policy.Label) bool {
			return slices.ContainsFunc(v.Labels(), func(q policy.Label) bool {
				return q.Key() == p.Key() || q.Dataset == p.Dataset && slices.ContainsFunc(p.Marks, func(m string) bool { return slices.Contains(q.Marks, m) })
			})
		})
	case hiddenRuns:
		return l.seeing(func(p policy.Label) bool {
			return slices.ContainsFunc(v.Labels(), func(q policy.Label) bool { return q.Key() == p.Key() })
		})
	}
	return v
}

// seeing is a view of the labels that fit, whatever day was asked for.
func (l *leakySearch) seeing(fits func(policy.Label) bool) search.View {
	var runs []statement.ClassInfo
	for _, label := range l.all.Labels() {
		if fits(label) {
			for _, id := range l.all.Runs(label.Key()) {
				runs = append(runs, statement.ClassInfo{Class: statement.Class(len(runs) + 1), Run: &statement.Run{ID: id}, Label: label})
			}
		}
	}
	return search.NewView(statement.NewSight(l.w.all(), statement.When{}, runs))
}

func (l *leakySearch) Search(ctx context.Context, v search.View, q search.Query) (search.Page, error) {
	p, err := l.Index.Search(ctx, l.view(v), q)
	if err != nil {
		return p, err
	}
	all := q
	all.After = ""
	whole, err := l.Index.Search(ctx, l.all, all)
	if err != nil {
		return p, err
	}
	switch l.leak {
	case countsOfAll:
		p.Total = whole.Total
	case facetsOfAll:
		p.Facets = whole.Facets
	case cursorOfAll:
		if p.Next == "" && whole.Total > p.Total && len(p.Hits) > 0 && q.After == "" {
			p.Next = whole.Next
		}
	case refusesHidden:
		if p.Total == 0 && whole.Total > 0 {
			return search.Page{}, overt.Errorf(overt.Denied, "", "there are hits that you may not see")
		}
	}
	return p, l.hits(ctx, q, p.Hits)
}

func (l *leakySearch) hits(ctx context.Context, q search.Query, hits []search.Hit) error {
	if l.leak != scoresOfAll && l.leak != snippetsOfAll && l.leak != orderOfAll {
		return nil
	}
	q.After = ""
	rank := map[string]int{}
	for h, err := range l.Index.All(ctx, l.all, q) {
		if err != nil {
			return err
		}
		rank[h.ID+h.Label.Key()] = len(rank)
		for i := range hits {
			switch same := hits[i].ID == h.ID; {
			case same && l.leak == scoresOfAll && hits[i].Run == h.Run && hits[i].Label.Key() == h.Label.Key():
				hits[i].Score = h.Score
			case same && l.leak == snippetsOfAll:
				hits[i].Snippets = h.Snippets
			}
		}
	}
	if l.leak == orderOfAll {
		slices.SortStableFunc(hits, func(a, b search.Hit) int { return rank[a.ID+a.Label.Key()] - rank[b.ID+b.Label.Key()] })
	}
	return nil
}

func (l *leakySearch) Count(ctx context.Context, v search.View, q search.Query) (int64, error) {
	if l.leak == countsOfAll {
		v = l.all
	}
	return l.Index.Count(ctx, l.view(v), q)
}

func (l *leakySearch) All(ctx context.Context, v search.View, q search.Query) iter.Seq2[search.Hit, error] {
	return l.Index.All(ctx, l.view(v), q)
}

func (l *leakySearch) Suggest(ctx context.Context, v search.View, prefix string, limit int) ([]search.Suggestion, error) {
	if l.leak == suggestsOfAll {
		v = l.all
	}
	return l.Index.Suggest(ctx, l.view(v), prefix, limit)
}

// TestOracleCatchesSearchLeaks: each leak of a search is felt, by a search.
func TestOracleCatchesSearchLeaks(t *testing.T) {
	dir := memoryDir(t)
	for _, l := range searchLeaks {
		t.Run(string(l), func(t *testing.T) {
			for seed := range uint64(400) {
				if hidden(t, dir, seed, l) != "" {
					t.Logf("felt in world %d", seed)
					return
				}
			}
			t.Error("not felt in 400 worlds")
		})
	}
}
