package svg

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
)

// A moneyGraph is the flows between ids, brought into an order without circles:
// first strongly connected parts (Tarjan 1972), then within each the order of
// Eades, Lin and Smyth (1993), by amounts; what runs against it is a return.
type moneyGraph struct {
	flows   []Flow // sorted, so that the order they came in has no effect
	ids     []string
	next    map[string][]string
	weight  map[ends]float64
	through map[string]float64
	back    map[ends]bool
	layers  map[string]int
	depth   int // number of layers
}

func newMoney(flows []Flow) *moneyGraph {
	m := &moneyGraph{flows: slices.Clone(flows), next: map[string][]string{}, weight: map[ends]float64{}, through: map[string]float64{}}
	slices.SortStableFunc(m.flows, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(b.Amount, a.Amount), cmp.Compare(a.Href, b.Href), cmp.Compare(a.Period, b.Period))
	})
	got, gave := map[string]float64{}, map[string]float64{}
	for _, f := range m.flows {
		m.ids = append(m.ids, f.From, f.To)
		gave[f.From] += math.Abs(f.Amount)
		got[f.To] += math.Abs(f.Amount)
		if f.From == f.To {
			continue
		}
		e := ends{f.From, f.To}
		if _, ok := m.weight[e]; !ok {
			m.next[f.From] = append(m.next[f.From], f.To)
		}
		m.weight[e] += math.Abs(f.Amount)
	}
	slices.Sort(m.ids)
	m.ids = slices.Compact(m.ids)
	for _, id := range m.ids {
		m.through[id] = max(got[id], gave[id])
	}
	return m
}

// closing gives the ends of the flows that close circles.
func (m *moneyGraph) closing() map[ends]bool {
	if m.back != nil {
		return m.back
	}
	m.back = map[ends]bool{}
	for _, part := range m.parts() {
		if len(part) == 1 {
			continue
		}
		place := map[string]int{}
		for i, id := range m.unwind(part) {
			place[id] = i
		}
		for _, from := range part {
			for _, to := range m.next[from] {
				if at, ok := place[to]; ok && at < place[from] {
					m.back[ends{from, to}] = true
				}
			}
		}
	}
	return m.back
}

// parts gives the strongly connected parts, without recursion.
func (m *moneyGraph) parts() [][]string {
	type frame struct {
		id string
		at int
	}
	index, low, on := map[string]int{}, map[string]int{}, map[string]bool{}
	var stack []string
	var out [][]string
	for _, root := range m.ids {
		if index[root] != 0 {
			continue
		}
		work := []frame{{id: root}}
		for len(work) > 0 {
			f := &work[len(work)-1]
			if f.at == 0 {
				index[f.id] = len(index) + 1
				low[f.id] = index[f.id]
				stack, on[f.id] = append(stack, f.id), true
			}
			if f.at < len(m.next[f.id]) {
				to := m.next[f.id][f.at]
				f.at++
				if index[to] == 0 {
					work = append(work, frame{id: to})
				} else if on[to] {
					low[f.id] = min(low[f.id], index[to])
				}
				continue
			}
			id := f.id
			work = work[:len(work)-1]
			if len(work) > 0 {
				p := work[len(work)-1].id
				low[p] = min(low[p], low[id])
			}
			if low[id] != index[id] {
				continue
			}
			cut := len(stack) - 1
			for stack[cut] != id {
				cut--
			}
			part := slices.Clone(stack[cut:])
			for _, v := range part {
				on[v] = false
			}
			stack = stack[:cut]
			out = append(out, part)
		}
	}
	return out
}

// unwind orders a strongly connected part so that little money runs backwards:
// whoever gives most against what he gets comes first, again and again.
func (m *moneyGraph) unwind(part []string) []string {
	in := map[string]bool{}
	for _, id := range part {
		in[id] = true
	}
	balance := map[string]float64{}
	prev := map[string][]string{}
	for _, from := range part {
		for _, to := range m.next[from] {
			if in[to] {
				// Flows without an amount count a little, so that they have a direction.
				w := m.weight[ends{from, to}] + 1e-9
				balance[from] += w
				balance[to] -= w
				prev[to] = append(prev[to], from)
			}
		}
	}
	var first surplus
	for _, id := range part {
		first = append(first, claim{balance[id], id})
	}
	heap.Init(&first)
	move := func(id string, by float64) {
		if in[id] {
			balance[id] += by
			heap.Push(&first, claim{balance[id], id})
		}
	}
	var out []string
	for len(first) > 0 {
		c := heap.Pop(&first).(claim)
		if !in[c.id] || c.balance != balance[c.id] {
			continue // a later one of it is in the heap
		}
		out = append(out, c.id)
		in[c.id] = false
		for _, to := range m.next[c.id] {
			move(to, m.weight[ends{c.id, to}]+1e-9)
		}
		for _, from := range prev[c.id] {
			move(from, -m.weight[ends{from, c.id}]-1e-9)
		}
	}
	return out
}

// A claim is how much more one gives than gets of those who are left.
type claim struct {
	balance float64
	id      string
}

// surplus is a heap of claims, the largest first, then by id.
type surplus []claim

func (s surplus) Len() int { return len(s) }
func (s surplus) Less(i, j int) bool {
	return s[i].balance > s[j].balance || s[i].balance == s[j].balance && s[i].id < s[j].id
}
func (s surplus) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *surplus) Push(c any)   { *s = append(*s, c.(claim)) }
func (s *surplus) Pop() any {
	last := len(*s) - 1
	c := (*s)[last]
	*s = (*s)[:last]
	return c
}

// layer puts each id right of all that give to it, and those who get nothing
// close to whom they give.
func (m *moneyGraph) layer() {
	back := m.closing()
	m.layers = map[string]int{}
	waits := map[string]int{}
	for _, from := range m.ids {
		for _, to := range m.next[from] {
			if !back[ends{from, to}] {
				waits[to]++
			}
		}
	}
	var ready, roots []string
	for _, id := range m.ids {
		if waits[id] == 0 {
			ready, roots = append(ready, id), append(roots, id)
		}
	}
	for len(ready) > 0 {
		id := ready[0]
		ready = ready[1:]
		m.depth = max(m.depth, m.layers[id]+1)
		for _, to := range m.next[id] {
			if back[ends{id, to}] {
				continue
			}
			m.layers[to] = max(m.layers[to], m.layers[id]+1)
			if waits[to]--; waits[to] == 0 {
				ready = append(ready, to)
			}
		}
	}
	for _, id := range roots {
		near := -1
		for _, to := range m.next[id] {
			if l := m.layers[to]; !back[ends{id, to}] && (near < 0 || l < near) {
				near = l
			}
		}
		m.layers[id] = max(near-1, 0)
	}
}
