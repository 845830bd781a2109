package judge

import (
	"cmp"
	"slices"

	"overt/ftm"
)

// A forest joins entities by positive judgements and refuses a join that would
// bring the two sides of a negative one together.
type forest struct {
	up    map[ftm.EntityID]ftm.EntityID
	size  map[ftm.EntityID]int
	foes  map[ftm.EntityID]map[ftm.EntityID]*Judgement // by roots, in both directions
	near  map[ftm.EntityID][]*Judgement                // positive judgements of an entity
	links []*Judgement
}

func newForest() forest {
	return forest{up: map[ftm.EntityID]ftm.EntityID{}, size: map[ftm.EntityID]int{},
		foes: map[ftm.EntityID]map[ftm.EntityID]*Judgement{}, near: map[ftm.EntityID][]*Judgement{}}
}

// root is read by many at once when the book is made, and so leaves the paths
// as they are; joining by size keeps them short.
func (f *forest) root(id ftm.EntityID) ftm.EntityID {
	for {
		p, ok := f.up[id]
		if !ok {
			return id
		}
		id = p
	}
}

// forbid notes a negative judgement. All of them come before the first join.
func (f *forest) forbid(j *Judgement) {
	f.foe(j.Left, j.Right, j)
	f.foe(j.Right, j.Left, j)
}

// foe keeps the oldest of several judgements, so that what is shown does not
// hang on the order of joining.
func (f *forest) foe(a, b ftm.EntityID, j *Judgement) {
	m := f.foes[a]
	if m == nil {
		m = map[ftm.EntityID]*Judgement{}
		f.foes[a] = m
	}
	if old := m[b]; old == nil || before(j, old) < 0 {
		m[b] = j
	}
}

// join takes a positive judgement in, or says what it meets.
func (f *forest) join(j *Judgement) *Contradiction {
	if c := f.meets(j); c != nil {
		return c
	}
	f.links = append(f.links, j)
	f.near[j.Left] = append(f.near[j.Left], j)
	f.near[j.Right] = append(f.near[j.Right], j)
	a, b := f.root(j.Left), f.root(j.Right)
	if a == b {
		return nil
	}
	if f.weight(a) < f.weight(b) {
		a, b = b, a
	}
	f.size[a] = f.count(a) + f.count(b)
	f.up[b] = a
	for foe, n := range f.foes[b] {
		delete(f.foes[foe], b)
		f.foe(foe, a, n)
		f.foe(a, foe, n)
	}
	delete(f.foes, b)
	return nil
}

// weight is what moving a tree costs: its entities and its foes.
func (f *forest) weight(root ftm.EntityID) int { return f.count(root) + len(f.foes[root]) }

func (f *forest) count(root ftm.EntityID) int { return max(1, f.size[root]) }

// meets says which negative judgement stands between the sides of a positive
// one, the oldest of several.
func (f *forest) meets(j *Judgement) *Contradiction {
	n := f.foes[f.root(j.Left)][f.root(j.Right)]
	if n == nil {
		return nil
	}
	left, right := n.Left, n.Right
	if f.root(left) != f.root(j.Left) {
		left, right = right, left
	}
	return &Contradiction{Judgement: j, Against: n, Chains: [2][]*Judgement{f.chain(j.Left, left), f.chain(j.Right, right)}}
}

// chain is the shortest way over positive judgements; of equal ones that over
// the smaller ids. It is nil when there is none, and empty from an entity to
// itself.
func (f *forest) chain(from, to ftm.EntityID) []*Judgement { return f.walk(from, to, nil) }

// around is the chain between two entities that does not use a judgement about
// the very pair.
func (f *forest) around(a, b ftm.EntityID) []*Judgement {
	l, r := Pair(a, b)
	return f.walk(l, r, func(j *Judgement) bool { return j.Left == l && j.Right == r })
}

func (f *forest) walk(from, to ftm.EntityID, skip func(*Judgement) bool) []*Judgement {
	if from == to {
		return []*Judgement{}
	}
	if f.root(from) != f.root(to) {
		return nil
	}
	came := map[ftm.EntityID]*Judgement{from: nil}
	for layer := []ftm.EntityID{from}; len(layer) > 0; {
		slices.Sort(layer)
		var next []ftm.EntityID
		for _, id := range layer {
			steps := slices.Clone(f.near[id])
			slices.SortFunc(steps, func(x, y *Judgement) int {
				return cmp.Or(cmp.Compare(x.other(id), y.other(id)), before(x, y))
			})
			for _, j := range steps {
				o := j.other(id)
				if _, seen := came[o]; seen || skip != nil && skip(j) {
					continue
				}
				came[o] = j
				if o == to {
					return trail(came, from, to)
				}
				next = append(next, o)
			}
		}
		layer = next
	}
	return nil
}

func trail(came map[ftm.EntityID]*Judgement, from, to ftm.EntityID) []*Judgement {
	var out []*Judgement
	for id := to; id != from; {
		j := came[id]
		out = append(out, j)
		id = j.other(id)
	}
	slices.Reverse(out)
	return out
}

// other is the side that id is not.
func (j *Judgement) other(id ftm.EntityID) ftm.EntityID {
	if j.Left == id {
		return j.Right
	}
	return j.Left
}
