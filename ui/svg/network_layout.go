package svg

import (
	"cmp"
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
)

const (
	netStep  = 78.0 // pixels of one link
	netApart = 27.0 // least distance of two nodes
	netEdge  = 34.0 // free at the sides
	rounds   = 30
)

// layout places the nodes: each connected part by stress, so that distance in the
// picture is distance in links, then the parts beside each other, the largest
// first.
func (g *netGraph) layout(ctx context.Context, width float64) error {
	g.width = max(width, math.Ceil(math.Sqrt(float64(len(g.nodes))*4000)))
	top, used, high := netEdge, netEdge, 0.0
	var row []int
	flush := func() { // centres a row
		for _, i := range row {
			g.nodes[i].x += (g.width - used + netEdge) / 2
			g.nodes[i].y += top
		}
		top, used, high, row = top+high+netEdge, netEdge, 0, nil
	}
	for _, part := range g.parts() {
		if err := ctx.Err(); err != nil {
			return err
		}
		w, h := g.shape(part)
		if len(row) > 0 && used+w+netEdge > g.width {
			flush()
		}
		for _, i := range part {
			g.nodes[i].x += used
		}
		row = append(row, part...)
		used += w + 2*netEdge
		high = max(high, h)
	}
	flush()
	g.height = top
	return nil
}

// parts gives the connected parts, the largest first, each by id.
func (g *netGraph) parts() [][]int {
	seen := make([]bool, len(g.nodes))
	var out [][]int
	for i := range g.nodes {
		if seen[i] {
			continue
		}
		seen[i] = true
		part := []int{i}
		for at := 0; at < len(part); at++ {
			for _, j := range g.nodes[part[at]].near {
				if !seen[j] {
					seen[j] = true
					part = append(part, j)
				}
			}
		}
		slices.Sort(part)
		out = append(out, part)
	}
	slices.SortStableFunc(out, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// shape places one part with its top left corner at 0,0 and gives its size.
func (g *netGraph) shape(part []int) (w, h float64) {
	g.stress(part)
	g.turn(part)
	w, _ = g.bounds(part)
	// Labels lie across the page, so a part is drawn wide where there is room.
	most := g.width - 2*netEdge - 40
	shrink := min(most/max(w, 1), 1)
	widen := max(min(most/max(w, 1), 1.5), 1) * shrink
	for _, i := range part {
		g.nodes[i].x *= widen
		g.nodes[i].y *= shrink
	}
	if len(part) <= allPairs {
		for range 60 {
			if !g.push(part) {
				break
			}
		}
	}
	return g.bounds(part)
}

// bounds moves a part to 0,0.
func (g *netGraph) bounds(part []int) (w, h float64) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, i := range part {
		v := &g.nodes[i]
		x0, x1, y0, y1 = min(x0, v.x), max(x1, v.x), min(y0, v.y), max(y1, v.y)
	}
	for _, i := range part {
		g.nodes[i].x -= x0
		g.nodes[i].y -= y0
	}
	return x1 - x0, y1 - y0
}

// A term is a pair of nodes with the distance that it should have. Where j is a pivot
// only i is moved, with the weight of those that j stands for.
type term struct {
	i, j      int
	d, weight float64
	pivot     bool
}

// stress is stochastic gradient descent (Zheng, Pawar, Goodman 2018): pair by pair
// in an order that the ids decide, nodes are moved towards their distance, by less
// each round. Products are rounded before they are added, so that every processor
// comes to the same places.
func (g *netGraph) stress(part []int) {
	hash := fnv.New64a()
	for _, i := range part {
		hash.Write([]byte(g.nodes[i].ID))
		hash.Write([]byte{0})
	}
	random := rand.New(rand.NewPCG(hash.Sum64(), uint64(len(part))))
	side := netStep * math.Sqrt(float64(len(part)))
	for _, i := range part {
		g.nodes[i].x, g.nodes[i].y = random.Float64()*side, random.Float64()*side
	}
	terms, far := g.terms(part)
	if len(terms) == 0 {
		return
	}
	const last = 0.1
	shrink := math.Round(math.Exp(math.Log(last/(far*far))/(rounds-1))*1e9) / 1e9
	eta := far * far
	for range rounds {
		random.Shuffle(len(terms), func(a, b int) { terms[a], terms[b] = terms[b], terms[a] })
		for _, t := range terms {
			a, b := &g.nodes[t.i], &g.nodes[t.j]
			dx, dy := a.x-b.x, a.y-b.y
			mag := math.Sqrt(float64(dx*dx) + float64(dy*dy))
			if mag < 1e-6 {
				dx, dy, mag = 1e-3, 1e-3, 1.5e-3
			}
			step := min(eta*t.weight/(t.d*t.d), 1) * (mag - t.d*netStep) / 2 / mag
			mx, my := float64(step*dx), float64(step*dy)
			a.x -= mx
			a.y -= my
			if !t.pivot {
				b.x += mx
				b.y += my
			}
		}
		eta *= shrink
	}
}

// terms gives the pairs of a part that are looked at, with the length of the shortest
// way between them, and the largest of these: all pairs, or of a large part those
// that are linked and those with a pivot (Ortmann, Klimenta, Brandes 2017).
func (g *netGraph) terms(part []int) (out []term, far float64) {
	crowd := make([]int, len(g.nodes))
	for _, i := range part {
		crowd[i] = int(min(math.Sqrt(float64(len(g.nodes[i].near)))*0.14, 1.6) * finely)
	}
	dist := make([]int, len(g.nodes))
	if len(part) > allPairs {
		return g.sparseTerms(part, crowd, dist)
	}
	for _, i := range part {
		g.ways(i, part, crowd, dist)
		for _, j := range part {
			if j > i {
				d := float64(dist[j]) / finely
				out = append(out, term{i: i, j: j, d: d, weight: 1})
				far = max(far, d)
			}
		}
	}
	return out, far
}

// sparseTerms takes as pivots, one after the other, the node that is furthest from all
// pivots before; the first is the one with the most links.
func (g *netGraph) sparseTerms(part, crowd, dist []int) (out []term, far float64) {
	weight := math.Round(float64(len(part)) / pivots)
	nearest := make([]int, len(g.nodes))
	next := part[0]
	for _, i := range part {
		nearest[i] = math.MaxInt
		if len(g.nodes[i].near) > len(g.nodes[next].near) {
			next = i
		}
		for _, j := range g.nodes[i].near {
			if j > i {
				out = append(out, term{i: i, j: j, d: float64(link+crowd[i]+crowd[j]) / finely, weight: 1})
			}
		}
	}
	for range pivots {
		p := next
		g.ways(p, part, crowd, dist)
		for _, i := range part {
			if i == p {
				nearest[i] = 0
				continue
			}
			d := float64(dist[i]) / finely
			out = append(out, term{i: i, j: p, d: d, weight: weight, pivot: true})
			far = max(far, d)
			if nearest[i] = min(nearest[i], dist[i]); nearest[i] > nearest[next] {
				next = i
			}
		}
	}
	return out, far
}

// Of parts with more nodes than allPairs only some pairs are looked at.
const (
	allPairs = 1000
	pivots   = 64
)

// Lengths of ways are counted in parts of a link.
const (
	finely   = 20
	link     = 16     // a link, 0.8
	furthest = 4 * 20 // and what it is longer between hubs, so that these have room
)

// ways fills dist with the lengths of the shortest ways from one node: Dijkstra
// with a bucket for each length (Dial 1969).
func (g *netGraph) ways(from int, part, crowd, dist []int) {
	for _, j := range part {
		dist[j] = math.MaxInt
	}
	dist[from] = 0
	var buckets [furthest + 1][]int
	buckets[0] = []int{from}
	for at, left := 0, 1; left > 0; at++ {
		bucket := &buckets[at%len(buckets)]
		for _, v := range *bucket {
			left--
			if dist[v] != at {
				continue // reached before
			}
			for _, j := range g.nodes[v].near {
				if d := at + link + crowd[v] + crowd[j]; d < dist[j] {
					dist[j] = d
					buckets[d%len(buckets)] = append(buckets[d%len(buckets)], j)
					left++
				}
			}
		}
		*bucket = (*bucket)[:0]
	}
}

// turn lays the longest direction of a part across the page.
func (g *netGraph) turn(part []int) {
	mx, my, n := 0.0, 0.0, float64(len(part))
	for _, i := range part {
		mx += g.nodes[i].x / n
		my += g.nodes[i].y / n
	}
	xx, xy, yy := 0.0, 0.0, 0.0
	for _, i := range part {
		dx, dy := g.nodes[i].x-mx, g.nodes[i].y-my
		xx += float64(dx * dx)
		xy += float64(dx * dy)
		yy += float64(dy * dy)
	}
	sin, cos := math.Sincos(-math.Atan2(2*xy, xx-yy) / 2)
	for _, i := range part {
		dx, dy := g.nodes[i].x-mx, g.nodes[i].y-my
		g.nodes[i].x = float64(dx*cos) - float64(dy*sin)
		g.nodes[i].y = float64(dx*sin) + float64(dy*cos)
	}
}

// push moves nodes apart that lie on each other and says whether there were any.
func (g *netGraph) push(part []int) bool {
	moved := false
	for k, i := range part {
		for _, j := range part[k+1:] {
			a, b := &g.nodes[i], &g.nodes[j]
			dx, dy := b.x-a.x, b.y-a.y
			if math.Abs(dx) >= netApart || math.Abs(dy) >= netApart {
				continue
			}
			mag := math.Sqrt(float64(dx*dx) + float64(dy*dy))
			if mag >= netApart-0.01 {
				continue
			}
			if mag < 1e-6 {
				dx, dy, mag = 1, 0, 1
			}
			by := (netApart - mag) / 2 / mag
			a.x -= float64(dx * by)
			a.y -= float64(dy * by)
			b.x += float64(dx * by)
			b.y += float64(dy * by)
			moved = true
		}
	}
	return moved
}
