package graph

import (
	"cmp"
	"maps"
	"slices"

	"overt/ftm"
	"overt/statement"
)

// An oracle answers by trying everything, on maps, from the declarations.
type oracle struct {
	sight *statement.Sight
	w     world // cut to the sight
	canon map[ftm.EntityID]ftm.EntityID
	memo  map[refsKey][]string // refs and hubs of one question
	hubs  map[hubKey]bool
}

type refsKey struct {
	a, b         ftm.EntityID
	dir          Direction
	directedOnly bool
}

type hubKey struct {
	n            ftm.EntityID
	directedOnly bool
}

// ask forgets what depended on the last question.
func (o *oracle) ask() { o.memo, o.hubs = map[refsKey][]string{}, map[hubKey]bool{} }

func newOracle(w world, s *statement.Sight, who Identity) *oracle {
	o := &oracle{sight: s, w: w.cut(s), canon: map[ftm.EntityID]ftm.EntityID{}}
	for _, n := range o.w.nodes {
		o.canon[n.id] = n.id
	}
	for _, e := range o.w.edges {
		o.canon[e.Source], o.canon[e.Target] = e.Source, e.Target
	}
	o.join(who)
	o.found()
	o.merge()
	return o
}

// found names each set by the member that the earliest run brought.
func (o *oracle) found() {
	came := map[ftm.EntityID]statement.Class{}
	for _, n := range o.w.nodes {
		for _, c := range n.alts.shown(o.sight) {
			if old, ok := came[n.id]; n.schema != "" && (!ok || o.sight.Order(c, old) < 0) {
				came[n.id] = c
			}
		}
	}
	founder := map[ftm.EntityID]ftm.EntityID{}
	for _, m := range slices.Sorted(maps.Keys(o.canon)) {
		set := o.canon[m]
		f, ok := founder[set]
		x, has := came[m]
		if y, had := came[f]; !ok || has && (!had || o.sight.Order(x, y) < 0) {
			founder[set] = m
		}
	}
	for m, set := range o.canon {
		o.canon[m] = founder[set]
	}
}

// join makes one what is decided, then linked, then found to be one, step by
// step, unless a step brought two together that are decided to be two.
func (o *oracle) join(who Identity) {
	steps := slices.Clone(who.Must)
	var links [][2]ftm.EntityID
	for _, l := range o.w.same {
		if o.holds(l) {
			links = append(links, [2]ftm.EntityID{min(l.a, l.b), max(l.a, l.b)})
		}
	}
	slices.SortFunc(links, func(x, y [2]ftm.EntityID) int { return slices.Compare(x[:], y[:]) })
	steps = append(steps, links...)
	for _, g := range who.Same {
		g = slices.DeleteFunc(slices.Clone(g), func(id ftm.EntityID) bool { return o.canon[id] == "" })
		for i := 1; i < len(g); i++ {
			steps = append(steps, [2]ftm.EntityID{g[0], g[i]})
		}
	}
	for _, step := range steps {
		a, b := o.canon[step[0]], o.canon[step[1]]
		if a == "" || b == "" || slices.ContainsFunc(who.Cannot, func(p [2]ftm.EntityID) bool {
			x, y := o.canon[p[0]], o.canon[p[1]]
			return x != y && (x == a && y == b || x == b && y == a)
		}) {
			continue
		}
		for id, c := range o.canon {
			if c == a || c == b {
				o.canon[id] = min(a, b)
			}
		}
	}
}

// holds says whether what was said of the lesser id is not over: no source went
// on with it and without what made it one with the other.
func (o *oracle) holds(l sameDecl) bool {
	n := min(l.a, l.b)
	var said []statement.Class
	for _, k := range o.w.same {
		if min(k.a, k.b) == n && max(k.a, k.b) == max(l.a, l.b) && k.reason == l.reason {
			said = append(said, k.alts.shown(o.sight)...)
		}
	}
	gone := o.sight.Span("", said).Gone
	for _, d := range o.w.nodes {
		if gone != statement.NoDay && d.id == n && o.sight.Span("", d.alts.shown(o.sight)).Last >= gone {
			return false
		}
	}
	return true
}

// merge makes equal edges one.
func (o *oracle) merge() {
	type key struct {
		s, t, r    ftm.EntityID
		kind, prop string
		d          bool
		from, to   statement.Day
	}
	at := map[key]int{}
	var out []EdgeSpec
	for _, e := range o.w.edges {
		k := key{e.Source, e.Target, e.Ref, e.Kind, e.Prop, e.Directed, e.Start, e.End}
		if i, ok := at[k]; ok {
			out[i].Alternatives = slices.Concat(out[i].Alternatives, e.Alternatives)
			continue
		}
		at[k] = len(out)
		out = append(out, e)
	}
	o.w.edges = out
}

func (o *oracle) passes(e EdgeSpec, f Filter) bool {
	if f.Kinds != nil && !f.Kinds(e.Kind) {
		return false
	}
	var classes []statement.Class
	for _, a := range e.Alternatives {
		classes = append(classes, a...)
	}
	span := o.sight.Span("", classes)
	from, to := e.Start, e.End
	if from == statement.NoDay {
		from = span.First
	}
	if gone := span.Gone; gone != statement.NoDay && (to == statement.NoDay || to >= gone) {
		to = gone - 1
	}
	if f.AsOf == statement.NoDay {
		return true
	}
	return (from == statement.NoDay || f.AsOf >= from) && (to == statement.NoDay || f.AsOf <= to)
}

// refs lists the edges that lead from a to b, as "ref kind", sorted.
func (o *oracle) refs(a, b ftm.EntityID, f Filter, directedOnly bool) []string {
	key := refsKey{a, b, f.Dir, directedOnly}
	out, ok := o.memo[key]
	if ok {
		return out
	}
	for _, e := range o.w.edges {
		s, t := o.canon[e.Source], o.canon[e.Target]
		if directedOnly && !e.Directed || !o.passes(e, f) {
			continue
		}
		along := s == a && t == b && (f.Dir != Backward || !e.Directed)
		against := t == a && s == b && (f.Dir != Forward || !e.Directed)
		if along || against {
			out = append(out, string(e.Ref)+" "+e.Kind)
		}
	}
	slices.Sort(out)
	o.memo[key] = out
	return out
}

func (o *oracle) hub(n ftm.EntityID, opt Options, directedOnly bool) bool {
	if opt.HubDegree < 0 {
		return false
	}
	key := hubKey{n, directedOnly}
	if hub, ok := o.hubs[key]; ok {
		return hub
	}
	any := opt.Filter
	any.Dir = Either
	count := 0
	for m, c := range o.canon {
		if m == c && m != n && len(o.refs(n, m, any, directedOnly)) > 0 {
			count++
		}
	}
	o.hubs[key] = count > opt.HubDegree
	return o.hubs[key]
}

type oraclePath struct {
	ids    []ftm.EntityID
	weight float64
}

// paths tries every chain. In a cycle the last id is the first.
func (o *oracle) paths(from, to []ftm.EntityID, opt Options, cycle bool) []oraclePath {
	ends := map[ftm.EntityID]bool{}
	goals := map[ftm.EntityID]bool{}
	starts := map[ftm.EntityID]bool{}
	for _, id := range from {
		if c, ok := o.canon[id]; ok {
			starts[c], ends[c] = true, true
		}
	}
	for _, id := range to {
		if c, ok := o.canon[id]; ok {
			goals[c], ends[c] = true, true
		}
	}
	next := map[ftm.EntityID][]ftm.EntityID{}
	for a, c := range o.canon {
		for b, d := range o.canon {
			if a == c && b == d && len(o.refs(a, b, opt.Filter, cycle)) > 0 && (a != b || cycle && !opt.SkipSelf) {
				next[a] = append(next[a], b)
			}
		}
	}
	var out []oraclePath
	var walk func(chain []ftm.EntityID)
	walk = func(chain []ftm.EntityID) {
		last := chain[len(chain)-1]
		if goals[last] && (!cycle || len(chain) > 1) {
			out = append(out, oraclePath{slices.Clone(chain), o.weigh(chain, opt, cycle)})
			return
		}
		if len(chain) > opt.MaxHops {
			return
		}
		for _, n := range next[last] {
			if cycle && n == chain[0] {
				walk(append(slices.Clone(chain), n))
				continue
			}
			if slices.Contains(chain, n) || starts[n] || (!ends[n] && o.hub(n, opt, cycle)) {
				continue
			}
			walk(append(slices.Clone(chain), n))
		}
	}
	for s := range starts {
		walk([]ftm.EntityID{s})
	}
	slices.SortFunc(out, func(a, b oraclePath) int {
		return cmp.Or(len(a.ids)-len(b.ids), cmp.Compare(b.weight, a.weight), slices.Compare(a.ids, b.ids))
	})
	return out
}

func (o *oracle) weigh(chain []ftm.EntityID, opt Options, cycle bool) (w float64) {
	if opt.Weight == nil {
		return 0
	}
	for i := 1; i < len(chain); i++ {
		counts := map[string]int{}
		for _, r := range o.refs(chain[i-1], chain[i], opt.Filter, cycle) {
			_, kind, _ := cutLast(r)
			counts[kind]++
		}
		for k, n := range counts {
			w += opt.Weight(k, n)
		}
	}
	return w
}

func cutLast(s string) (before, after string, ok bool) {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == ' ' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// first cuts all paths to the ones an answer lists; more says that others of
// the last listed length were left out.
func first(all []oraclePath, opt Options) (list []oraclePath, more bool) {
	if len(all) > 0 && opt.Slack != 0 {
		longest := len(all[0].ids) + max(opt.Slack, 0)
		all = slices.DeleteFunc(all, func(p oraclePath) bool { return len(p.ids) > longest })
	}
	if len(all) <= opt.MaxPaths {
		return all, false
	}
	k := opt.MaxPaths
	return all[:k], len(all[k].ids) == len(all[k-1].ids)
}

// distances is how far each node is from the given ones; hubs are not passed.
func (o *oracle) distances(from []ftm.EntityID, opt Options) map[ftm.EntityID]int {
	dist := map[ftm.EntityID]int{}
	for _, id := range from {
		if c, ok := o.canon[id]; ok {
			dist[c] = 0
		}
	}
	for d := range opt.MaxHops {
		for a, at := range dist {
			if at != d || (d > 0 && o.hub(a, opt, false)) {
				continue
			}
			for b, c := range o.canon {
				if _, known := dist[b]; b == c && !known && len(o.refs(a, b, opt.Filter, false)) > 0 {
					dist[b] = d + 1
				}
			}
		}
	}
	return dist
}
