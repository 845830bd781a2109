package match

import (
	"cmp"
	"math"
	"slices"
)

// fragileBits is the mean score, in bits, of a member with the others of its cluster
// below which the cluster is for people to look at.
const fragileBits = 2.0

// examine says of each cluster of a component how well it holds together.
func examine(c *component, groupOf []uint32, into map[uint32]*Cluster) {
	sum, n := make([]float64, len(groupOf)), make([]float64, len(groupOf))
	near := make([][]uint32, len(groupOf))
	for _, e := range c.edges {
		if groupOf[e.a] != groupOf[e.b] {
			continue
		}
		for _, at := range [2]uint32{e.a, e.b} {
			sum[at] += float64(e.bits)
			n[at]++
		}
		if e.bits > 0 {
			near[e.a], near[e.b] = append(near[e.a], e.b), append(near[e.b], e.a)
		}
	}
	for _, cl := range into {
		cl.Weakest = math.Inf(1)
	}
	for at, g := range groupOf {
		cl := into[g]
		if cl == nil {
			continue
		}
		mean := 0.0
		if n[at] > 0 {
			mean = sum[at] / n[at]
		}
		cl.Weakest = min(cl.Weakest, mean)
	}
	for _, p := range c.apart {
		if cl := into[groupOf[p[0]]]; cl != nil && groupOf[p[0]] == groupOf[p[1]] {
			cl.Fragile = true // people bound what something else keeps apart
		}
	}
	for g, cl := range into {
		cl.Fragile = cl.Fragile || cl.Weakest < fragileBits || hasBridge(near, g, len(cl.Members))
	}
}

// hasBridge says whether one edge alone holds two or more members to two or more
// others. Method: Tarjan's bridges, without recursion.
func hasBridge(near [][]uint32, from uint32, size int) bool {
	type step struct{ at, parent, next int }
	seen, low, under := map[int]int{}, map[int]int{}, map[int]int{}
	stack := []step{{int(from), -1, 0}}
	seen[int(from)], low[int(from)], under[int(from)] = 1, 1, 1
	for len(stack) > 0 {
		s := &stack[len(stack)-1]
		if s.next < len(near[s.at]) {
			to := int(near[s.at][s.next])
			s.next++
			switch {
			case to == s.parent:
			case seen[to] > 0:
				low[s.at] = min(low[s.at], seen[to])
			default:
				seen[to] = len(seen) + 1
				low[to], under[to] = seen[to], 1
				stack = append(stack, step{to, s.at, 0})
			}
			continue
		}
		at, parent := s.at, s.parent
		stack = stack[:len(stack)-1]
		if parent < 0 {
			continue
		}
		if low[at] > seen[parent] && under[at] >= 2 && size-under[at] >= 2 {
			return true
		}
		low[parent] = min(low[parent], low[at])
		under[parent] += under[at]
	}
	return false
}

// review lists what people should look at: pairs that are possible, and pairs that
// score as the same but were not joined, the likeliest first.
func review(edges []Edge, clusters []Cluster) []Edge {
	in := map[string]int{}
	for i, c := range clusters {
		for _, m := range c.Members {
			in[m] = i + 1
		}
	}
	var out []Edge
	for _, e := range edges {
		if together := in[e.A] > 0 && in[e.A] == in[e.B]; !together && e.Outcome >= Possible {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Edge) int { return cmp.Compare(b.Bits, a.Bits) })
	return out
}
