package memory_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"overt/driver/memory"
	"overt/policy"
	"overt/policy/policytest"
	"overt/search"
	"overt/search/searchtest"
	"overt/statement"
)

// A leaky index answers one part of each question from everything it holds. The
// oracle must catch each.
type leakyIndex struct {
	memory.Index
	leak    string
	labels  []policy.Label
	classes []statement.ClassInfo
	items   []search.Item
}

func (l *leakyIndex) Write(ctx context.Context, scope policy.Scope, b search.Batch) error {
	for _, it := range b.Items {
		l.labels = append(l.labels, it.Label)
		l.classes = append(l.classes, statement.ClassInfo{Class: statement.Class(len(l.classes) + 1), Run: &statement.Run{ID: it.Run}, Label: it.Label})
	}
	l.items = append(l.items, b.Items...)
	return l.Index.Write(ctx, scope, b)
}

// seeing is a view of all classes whose label fits.
func (l *leakyIndex) seeing(fits func(policy.Label) bool) search.View {
	labels := slices.DeleteFunc(slices.Clone(l.labels), func(p policy.Label) bool { return !fits(p) })
	return search.NewView(statement.NewSight(policytest.ReadOnly(labels...), statement.When{}, l.classes))
}

func (l *leakyIndex) whole() search.View { return l.seeing(func(policy.Label) bool { return true }) }

// view is the reader's, or a wider one.
func (l *leakyIndex) view(v search.View) search.View {
	switch l.leak {
	case "marks are OR-ed":
		return l.seeing(func(p policy.Label) bool {
			return slices.ContainsFunc(v.Labels(), func(q policy.Label) bool {
				return q.Key() == p.Key() || slices.ContainsFunc(p.Marks, func(m string) bool { return slices.Contains(q.Marks, m) })
			})
		})
	case "hidden runs":
		return l.seeing(func(p policy.Label) bool {
			return slices.ContainsFunc(v.Labels(), func(q policy.Label) bool { return q.Key() == p.Key() })
		})
	}
	return v
}

func (l *leakyIndex) hits(ctx context.Context, q search.Query, hits []search.Hit) {
	var whole []search.Hit
	for h, err := range l.Index.All(ctx, l.whole(), q) {
		if err == nil {
			whole = append(whole, h)
		}
	}
	for i := range hits {
		for _, h := range whole {
			same := h.ID == hits[i].ID
			switch {
			case same && l.leak == "score by all items" && h.Run == hits[i].Run && h.Label.Key() == hits[i].Label.Key():
				hits[i].Score = h.Score
			case same && l.leak == "the whole entity":
				hits[i].Names = append(slices.Clip(hits[i].Names), h.Names...)
			case same && l.leak == "snippet of another run":
				hits[i].Snippets = h.Snippets
			}
		}
	}
}

func (l *leakyIndex) Search(ctx context.Context, v search.View, q search.Query) (search.Page, error) {
	p, err := l.Index.Search(ctx, l.view(v), q)
	whole, err2 := l.Index.Search(ctx, l.whole(), q)
	if err != nil || err2 != nil {
		return p, err
	}
	switch l.leak {
	case "total before hiding":
		p.Total = whole.Total
	case "facets over all hits":
		p.Facets = whole.Facets
	case "more values than shown":
		for i := range p.Facets {
			p.Facets[i].More = whole.Facets[i].More
		}
	case "another page of hidden hits":
		if whole.Next != "" {
			p.Next = whole.Next
		}
	case "error for what is hidden":
		if p.Total == 0 && whole.Total > 0 {
			return search.Page{}, errors.New("there are hits that you may not see")
		}
	}
	l.hits(ctx, q, p.Hits)
	return p, nil
}

func (l *leakyIndex) All(ctx context.Context, v search.View, q search.Query) iter.Seq2[search.Hit, error] {
	return l.Index.All(ctx, l.view(v), q)
}

func (l *leakyIndex) Count(ctx context.Context, v search.View, q search.Query) (int64, error) {
	if l.leak == "count before hiding" {
		v = l.whole()
	}
	return l.Index.Count(ctx, l.view(v), q)
}

func (l *leakyIndex) Suggest(ctx context.Context, v search.View, prefix string, limit int) ([]search.Suggestion, error) {
	if l.leak == "suggestions from all names" {
		v = l.whole()
	}
	return l.Index.Suggest(ctx, l.view(v), prefix, limit)
}

func TestSearchOracleCatchesLeaks(t *testing.T) {
	for _, leak := range []string{
		"marks are OR-ed", "hidden runs", "score by all items", "the whole entity", "snippet of another run",
		"total before hiding", "count before hiding", "facets over all hits", "more values than shown",
		"another page of hidden hits", "error for what is hidden", "suggestions from all names",
	} {
		t.Run(leak, func(t *testing.T) {
			world, felt := searchtest.Leak(t, func(*testing.T) search.Index { return &leakyIndex{leak: leak} }, 500)
			if felt == "" {
				t.Error("the oracle does not feel it in 500 worlds")
			}
			t.Logf("felt in world %d", world)
		})
	}
}

func TestSearchOracleLetsTheTightPass(t *testing.T) {
	if world, felt := searchtest.Leak(t, func(*testing.T) search.Index { return &leakyIndex{} }, 100); felt != "" {
		t.Errorf("world %d: %s", world, felt)
	}
}
