package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"overt"
	"overt/policy"
	"overt/search"
)

var _ search.Index = (*Index)(nil)

// An Index finds items by reading each of them.
type Index struct {
	mu    sync.RWMutex
	items []*indexed // ascending by ID, label key and run; only ever replaced
	stamp search.Stamp
}

// An indexed item has its words beside it.
type indexed struct {
	search.Item
	label  string
	tokens []placed
}

type placed struct {
	field search.Field
	search.Token
}

func (a *indexed) place() search.Cursor { return search.CursorOf(0, a.ID, a.label, a.Run) }

// Write takes a batch in; see search.Index.
func (x *Index) Write(_ context.Context, scope policy.Scope, b search.Batch) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var items []*indexed
	for _, it := range x.items {
		if !slices.Contains(b.Runs, it.Run) && !(it.Document != "" && slices.Contains(b.Documents, string(it.Document))) {
			items = append(items, it)
		} else if !scope.Sees(it.Label) {
			return overt.Errorf(overt.Denied, "search index", "what is dropped is not in scope")
		}
	}
	for i := range b.Items {
		if err := b.Items[i].Check(); err != nil {
			return err
		}
		if !scope.Sees(b.Items[i].Label) {
			return overt.Errorf(overt.Denied, "search index", "the label of an item is not in scope")
		}
		it := &indexed{Item: b.Items[i], label: b.Items[i].Label.Key()}
		it.Stream(func(f search.Field, _ int, t search.Token) { it.tokens = append(it.tokens, placed{f, t}) })
		at, found := slices.BinarySearchFunc(items, it.place(), func(a *indexed, c search.Cursor) int { return a.place().Compare(c) })
		if found {
			items[at] = it
		} else {
			items = slices.Insert(items, at, it)
		}
	}
	x.items = items
	if b.Stamp != nil {
		x.stamp = *b.Stamp
	}
	return nil
}

// Stamp tells the last stamp; see search.Index.
func (x *Index) Stamp() search.Stamp {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.stamp
}

// Close does nothing.
func (x *Index) Close() error { return nil }

func (x *Index) visible(v search.View) []*indexed {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var seen []*indexed
	for _, it := range x.items {
		if v.Shows(it.label, it.Run, it.Until) {
			seen = append(seen, it)
		}
	}
	return seen
}

// An answer is what a query finds before it is cut into pages.
type answer struct {
	plan *search.Plan
	hits []found // in order
}

type found struct {
	*indexed
	score float64
}

func (x *Index) answer(ctx context.Context, v search.View, q search.Query) (*answer, error) {
	plan, err := q.Compile()
	if err != nil {
		return nil, err
	}
	items := x.visible(v)
	stats := search.Stats{Items: int64(len(items))}
	df := make([]int64, len(plan.Weighed))
	counts := make([][]uint32, len(items))
	for i, it := range items {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		stats.Words += int64(len(it.tokens))
		for n, l := range plan.Weighed {
			c := it.count(l)
			counts[i] = append(counts[i], c)
			if c > 0 {
				df[n]++
			}
		}
	}
	a := &answer{plan: plan}
	for i, it := range items {
		if q.Kind != "" && it.Kind != q.Kind || !it.matches(plan.Root) {
			continue
		}
		score := 0.0
		for n := range plan.Weighed {
			score += stats.Score(stats.Weight(df[n]), counts[i][n], uint32(len(it.tokens)))
		}
		a.hits = append(a.hits, found{it, score})
	}
	slices.SortFunc(a.hits, func(x, y found) int { return x.cursor().Compare(y.cursor()) })
	return a, nil
}

func (f found) cursor() search.Cursor { return search.CursorOf(f.score, f.ID, f.label, f.Run) }

// rest lists the hits behind the query's cursor.
func (a *answer) rest() []found {
	if !a.plan.Paged {
		return a.hits
	}
	i := slices.IndexFunc(a.hits, func(f found) bool { return f.cursor().Compare(a.plan.After) > 0 })
	if i < 0 {
		return nil
	}
	return a.hits[i:]
}

func (f found) hit(m *search.Marker) search.Hit {
	h := search.Hit{Item: f.Item, Score: f.score, Snippets: m.Snippets(&f.Item)}
	h.Text, h.Until = "", 0
	return h
}

// Search answers with one page; see search.Index.
func (x *Index) Search(ctx context.Context, v search.View, q search.Query) (search.Page, error) {
	a, err := x.answer(ctx, v, q)
	if err != nil {
		return search.Page{}, err
	}
	page := search.Page{Total: int64(len(a.hits))}
	rest, marker := a.rest(), a.plan.Marker()
	for i, f := range rest {
		if i == a.plan.Limit {
			page.Next = a.plan.Text(rest[i-1].cursor())
			break
		}
		page.Hits = append(page.Hits, f.hit(marker))
	}
	for _, name := range a.plan.Facets {
		page.Facets = append(page.Facets, a.facet(name))
	}
	return page, nil
}

func (a *answer) facet(name string) search.Facet {
	counts := map[string]int64{}
	for _, f := range a.hits {
		var values []string
		switch name {
		case "dataset":
			values = []string{f.Label.Dataset}
		case "type":
			values = []string{f.Type}
		case "language":
			values = []string{f.Language}
		case "schema":
			values = []string{f.Schema}
		case "year":
			values = f.Years()
		case "entity":
			values = f.Linked()
		}
		for _, v := range values {
			if v != "" {
				counts[v]++
			}
		}
	}
	out := search.Facet{Name: name}
	for v, n := range counts {
		out.Values = append(out.Values, search.FacetValue{Value: v, Count: n})
	}
	slices.SortFunc(out.Values, search.CompareFacetValues)
	if len(out.Values) > a.plan.Values {
		out.Values, out.More = out.Values[:a.plan.Values], true
	}
	return out
}

// Count tells how many items match; see search.Index.
func (x *Index) Count(ctx context.Context, v search.View, q search.Query) (int64, error) {
	a, err := x.answer(ctx, v, q)
	if err != nil {
		return 0, err
	}
	return int64(len(a.hits)), nil
}

// All yields every hit; see search.Index.
func (x *Index) All(ctx context.Context, v search.View, q search.Query) iter.Seq2[search.Hit, error] {
	return func(yield func(search.Hit, error) bool) {
		a, err := x.answer(ctx, v, q)
		if err != nil {
			yield(search.Hit{}, err)
			return
		}
		marker := a.plan.Marker()
		for _, f := range a.rest() {
			if !yield(f.hit(marker), nil) {
				return
			}
		}
	}
}

// Suggest completes a name; see search.Index.
func (x *Index) Suggest(_ context.Context, v search.View, prefix string, limit int) ([]search.Suggestion, error) {
	key, err := search.CheckSuggest(prefix, limit)
	if err != nil {
		return nil, err
	}
	first, counts := map[string]string{}, map[string]int64{}
	for _, it := range x.visible(v) {
		seen := map[string]bool{}
		for _, name := range it.Names {
			k := search.NameKey(name)
			if seen[k] || !strings.HasPrefix(k, key) {
				continue
			}
			seen[k] = true
			if counts[k]++; counts[k] == 1 {
				first[k] = name
			}
		}
	}
	var keys []string
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	var out []search.Suggestion
	for _, k := range keys[:min(limit, len(keys))] {
		out = append(out, search.Suggestion{Text: first[k], Count: counts[k]})
	}
	return out, nil
}

// matches says whether the item is one that the node asks for.
func (a *indexed) matches(n *search.Node) bool {
	switch n.Op {
	case search.OpLeaf:
		if n.Leaf.Field.Words() {
			return a.count(n.Leaf) > 0
		}
		return a.has(n.Leaf)
	case search.OpAnd:
		return !slices.ContainsFunc(n.Kids, func(k *search.Node) bool { return !a.matches(k) })
	case search.OpOr:
		return slices.ContainsFunc(n.Kids, a.matches)
	case search.OpNot:
		return !a.matches(n.Kids[0])
	}
	return true
}

// has compares whole values.
func (a *indexed) has(l *search.Leaf) bool {
	switch l.Field {
	case search.FieldType:
		return strings.ToLower(a.Type) == l.Value
	case search.FieldLanguage:
		return strings.ToLower(a.Language) == l.Value
	case search.FieldSchema:
		return strings.ToLower(a.Schema) == l.Value
	case search.FieldDataset:
		return a.Label.Dataset == l.Value
	case search.FieldPage:
		return l.First <= a.Page && a.Page <= l.Last
	case search.FieldDate:
		return slices.ContainsFunc(a.Dates, l.InRange)
	case search.FieldEntity:
		return slices.Contains(a.Linked(), l.Value)
	case search.FieldID:
		key := search.IdentifierKey(l.Value)
		return a.ID == l.Value || string(a.Document) == l.Value ||
			slices.ContainsFunc(a.IDs, func(id string) bool { return key != "" && search.IdentifierKey(id) == key })
	}
	return false
}

// count tells how often a leaf of words matches.
func (a *indexed) count(l *search.Leaf) uint32 {
	in := func(t placed) bool { return l.Field == search.FieldText || l.Field == t.field }
	at := func(pos int, w *search.Pattern) bool {
		return slices.ContainsFunc(a.tokens, func(t placed) bool { return t.Pos == pos && in(t) && w.Match(t.Token) })
	}
	n, last := uint32(0), -1
	for _, t := range a.tokens {
		switch {
		case !in(t):
		case len(l.Words) == 1:
			if l.Words[0].Match(t.Token) {
				n++
			}
		case t.Pos == last: // one place counts once
		case l.Near:
			if slices.ContainsFunc(l.Words, func(w search.Pattern) bool { return at(t.Pos, &w) }) && a.near(l, t.Pos, at) {
				n++
			}
			last = t.Pos
		default:
			ok := true
			for i := range l.Words {
				ok = ok && at(t.Pos+i, &l.Words[i])
			}
			if ok {
				n++
			}
			last = t.Pos
		}
	}
	return n
}

// near says whether each word has enough places in the window from pos on.
func (a *indexed) near(l *search.Leaf, pos int, at func(int, *search.Pattern) bool) bool {
	for i, need := range l.Needs() {
		places := 0
		for p := pos; p < pos+len(l.Words)+l.Slop; p++ {
			if at(p, &l.Words[i]) {
				places++
			}
		}
		if places < need {
			return false
		}
	}
	return true
}
