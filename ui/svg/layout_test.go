package svg

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// randomFlows are flows of an invented market, with circles, returns, loops and
// nothings among them.
func randomFlows(seed uint64, n int) []Flow {
	random := rand.New(rand.NewPCG(seed, 1))
	var out []Flow
	for range n {
		from, to := random.IntN(1+n/2), random.IntN(1+n/2)
		if random.IntN(4) > 0 && from > to {
			from, to = to, from
		}
		out = append(out, Flow{From: strconv.Itoa(from), To: strconv.Itoa(to), Kind: FlowKind(random.IntN(3)),
			Amount: math.Round(random.NormFloat64()*1e6 + 8e5), Sources: random.IntN(3)})
	}
	return out
}

// TestFlowLayout: nodes of a column do not touch, bands begin and end inside
// their nodes, and what is not a return leads on.
func TestFlowLayout(t *testing.T) {
	drawn := 0
	defer func() {
		if drawn < 40 {
			t.Errorf("only %d flows were drawn", drawn)
		}
	}()
	for seed := range uint64(60) {
		s := Sankey{Flows: randomFlows(seed, 2+int(seed)*2), Most: 20 + int(seed)}
		d, err := s.layout()
		if _, deep := err.(*TooMany); deep {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		drawn++
		nodes := 0
		for l, column := range d.layers {
			for i, n := range column {
				if !n.passed {
					nodes++
				}
				if n.layer != l || n.y < -1e-6 || n.y+n.h > d.height+1e-6 {
					t.Errorf("seed %d: node %q stands at %v, high %v, of %v", seed, n.id, n.y, n.h, d.height)
				}
				if i > 0 && n.y < column[i-1].y+column[i-1].h {
					t.Errorf("seed %d: nodes %q and %q lie on each other", seed, column[i-1].id, n.id)
				}
			}
		}
		if nodes > max(s.Most, len(d.layers)*2) {
			t.Errorf("seed %d: %d nodes are drawn, %d were asked for", seed, nodes, s.Most)
		}
		for _, b := range d.bands {
			if first, last := b.strands[0], b.strands[len(b.strands)-1]; first.left != b.from || last.right != b.to {
				t.Errorf("seed %d: a band does not reach its nodes", seed)
			}
			for _, st := range b.strands {
				if !b.back && st.right.layer <= st.left.layer {
					t.Errorf("seed %d: band %s → %s leads from column %d to %d", seed, b.from.id, b.to.id, st.left.layer, st.right.layer)
				}
				if st.y0-b.width/2 < st.left.y-1e-6 || st.y1+b.width/2 > st.right.y+st.right.h+1e-6 {
					t.Errorf("seed %d: band %s → %s leaves its node", seed, b.from.id, b.to.id)
				}
			}
		}
	}
}

// TestFlowOnce: what is drawn is what was given, each amount once.
func TestFlowOnce(t *testing.T) {
	for seed := range uint64(20) {
		flows := randomFlows(seed, 60)
		want, got := 0.0, 0.0
		for _, f := range flows {
			if f.From != f.To {
				want += math.Abs(f.Amount)
			}
		}
		d, err := Sankey{Flows: flows, Most: 1000}.layout()
		if _, deep := err.(*TooMany); deep {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		for _, b := range d.bands {
			got += b.amount
		}
		if got != want {
			t.Errorf("seed %d: %v is drawn of %v", seed, got, want)
		}
	}
}

func TestCircles(t *testing.T) {
	flow := func(from, to string, amount float64) Flow { return Flow{From: from, To: to, Amount: amount} }
	for name, tt := range map[string]struct {
		flows []Flow
		back  []ends
	}{
		"none":           {[]Flow{flow("a", "b", 1), flow("b", "c", 1), flow("a", "c", 1)}, nil},
		"to and fro":     {[]Flow{flow("a", "b", 9), flow("b", "a", 1)}, []ends{{"b", "a"}}},
		"the smallest":   {[]Flow{flow("a", "b", 5), flow("b", "c", 5), flow("c", "a", 1)}, []ends{{"c", "a"}}},
		"two circles":    {[]Flow{flow("a", "b", 5), flow("b", "a", 1), flow("b", "c", 2), flow("c", "d", 7), flow("d", "c", 3)}, []ends{{"b", "a"}, {"d", "c"}}},
		"without amount": {[]Flow{flow("a", "b", 0), flow("b", "a", 0)}, []ends{{"b", "a"}}},
		"to itself":      {[]Flow{flow("a", "a", 4)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			back := newMoney(tt.flows).closing()
			for _, e := range tt.back {
				if !back[e] {
					t.Errorf("%v closes a circle and is not marked", e)
				}
			}
			if len(back) != len(tt.back) {
				t.Errorf("marked are %v, want %v", back, tt.back)
			}
		})
	}
}

// TestRing: a circle of many is opened at one place, in no long time.
func TestRing(t *testing.T) {
	var flows []Flow
	for i := range 20_000 {
		flows = append(flows, Flow{From: strconv.Itoa(i), To: strconv.Itoa((i + 1) % 20_000), Amount: 1})
	}
	if back := newMoney(flows).closing(); len(back) != 1 {
		t.Errorf("opened at %d places", len(back))
	}
}

// TestOrder: the order in which things are given has no effect on a picture.
func TestOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	flow, net := sampleFlow(Frame{}), sampleNet(Frame{}, 60)
	wantFlow, wantNet := render(t, flow), render(t, net)
	for range 5 {
		random.Shuffle(len(flow.Flows), func(i, j int) { flow.Flows[i], flow.Flows[j] = flow.Flows[j], flow.Flows[i] })
		random.Shuffle(len(flow.Nodes), func(i, j int) { flow.Nodes[i], flow.Nodes[j] = flow.Nodes[j], flow.Nodes[i] })
		random.Shuffle(len(net.Nodes), func(i, j int) { net.Nodes[i], net.Nodes[j] = net.Nodes[j], net.Nodes[i] })
		random.Shuffle(len(net.Edges), func(i, j int) { net.Edges[i], net.Edges[j] = net.Edges[j], net.Edges[i] })
		if render(t, flow) != wantFlow {
			t.Error("the flow depends on the order it was given in")
		}
		if render(t, net) != wantNet {
			t.Error("the network depends on the order it was given in")
		}
	}
}

// TestNetworkLayout: no two nodes lie on each other, none outside, and labels
// that are shown touch no other.
func TestNetworkLayout(t *testing.T) {
	for _, n := range []int{1, 2, 3, 40, 300} {
		net := sampleNet(Frame{}, max(n, 3))
		net.Nodes = net.Nodes[:max(n, 3)]
		g, err := net.gather()
		if err != nil {
			t.Fatal(err)
		}
		if err := g.layout(t.Context(), 960); err != nil {
			t.Fatal(err)
		}
		for i, a := range g.nodes {
			if !(a.x > 0 && a.x < g.width && a.y > 0 && a.y < g.height) {
				t.Errorf("%d nodes: %s is at %v, %v of %v, %v", n, a.ID, a.x, a.y, g.width, g.height)
			}
			for _, b := range g.nodes[i+1:] {
				if math.Hypot(a.x-b.x, a.y-b.y) < 2*nodeRadius {
					t.Errorf("%d nodes: %s and %s lie on each other", n, a.ID, b.ID)
				}
			}
		}
		captions, _ := g.captions()
		var boxes []box
		shown := 0
		for _, c := range captions {
			if !c.ok {
				continue
			}
			shown++
			w := widthOf(c.text, size)
			b := box{c.x - w*float64(c.a)/2, c.y - 11, c.x + w - w*float64(c.a)/2, c.y + 4}
			if slices.ContainsFunc(boxes, b.meets) {
				t.Errorf("%d nodes: label %q lies on another", n, c.text)
			}
			boxes = append(boxes, b)
		}
		if shown < min(len(g.nodes), 40)*8/10 {
			t.Errorf("%d nodes: %d labels are shown", n, shown)
		}
		if c := captions[min(1, len(captions)-1)]; !c.ok {
			t.Error("what the picture is about has no label")
		}
	}
}

func TestFold(t *testing.T) {
	net := Network{Nodes: []Node{{ID: "hub"}, {ID: "other"}, {ID: "far", Focus: true}}, Edges: []Edge{{From: "hub", To: "other"}, {From: "hub", To: "far"}}}
	for i := range 5000 {
		id := fmt.Sprintf("leaf%04d", i)
		net.Nodes = append(net.Nodes, Node{ID: id})
		net.Edges = append(net.Edges, Edge{From: map[bool]string{true: "hub", false: "other"}[i%10 > 0], To: id})
	}
	net.Nodes[0].More = 7
	g, err := net.gather()
	if err != nil {
		t.Fatal(err)
	}
	folded := 0
	for _, v := range g.nodes {
		folded += v.folded
	}
	if len(g.nodes) > 300 || len(g.nodes) < 290 || folded+len(g.nodes) != len(net.Nodes) {
		t.Errorf("%d nodes are drawn and %d folded, of %d", len(g.nodes), folded, len(net.Nodes))
	}
	if !slices.ContainsFunc(g.nodes, func(v netNode) bool { return v.Focus }) {
		t.Error("what the picture is about was folded")
	}
	if out := render(t, net); !strings.Contains(out, "+ 4,3") {
		t.Error("the hub does not say how much more it has")
	}
}

// TestPathColumns: who is shared stands in one place, and ends at the sides.
func TestPathColumns(t *testing.T) {
	p := samplePaths(Frame{})
	columns, depth := p.columns()
	if depth != 4 || columns["bsd"] != 0 || columns["northgate"] != 3 || columns["halden"] != 1 || columns["ostrava"] != 2 {
		t.Errorf("columns %v of %d", columns, depth)
	}
	out := render(t, p)
	for _, name := range []string{"/e/bsd", "/e/northgate"} {
		if n := strings.Count(out, name); n != 1 {
			t.Errorf("%s is drawn %d times", name, n)
		}
	}
}

// TestPathsAgainst: paths that run against each other in any way are drawn, each
// of their nodes in a column of its own.
func TestPathsAgainst(t *testing.T) {
	random, against := rand.New(rand.NewPCG(4, 4)), 0
	for range 300 {
		p := Paths{}
		for range 1 + random.IntN(4) {
			var ids []string
			for _, n := range random.Perm(7)[:2+random.IntN(4)] {
				ids = append(ids, strconv.Itoa(n))
			}
			p.Routes = append(p.Routes, Route{ids, make([]Step, len(ids)-1)})
		}
		columns, depth := p.columns()
		for _, r := range p.Routes {
			if r.meets(columns) {
				t.Fatalf("%v: columns %v", p.Routes, columns)
			}
			for k := range r.Steps {
				if columns[r.Nodes[k]] > columns[r.Nodes[k+1]] {
					against++
				}
				if columns[r.Nodes[k]] >= depth {
					t.Fatalf("%v: columns %v of %d", p.Routes, columns, depth)
				}
			}
		}
		look(t, render(t, p))
	}
	if against == 0 {
		t.Error("no path ran against another")
	}
}

func TestWaterfallSum(t *testing.T) {
	w := sampleWaterfall(Frame{})
	table, err := w.Table()
	if err != nil {
		t.Fatal(err)
	}
	if total := table.Rows[len(table.Rows)-1]; total[1].Text != "+6.1" || !strings.Contains(render(t, w), ">+6.1<") {
		t.Errorf("total %v", total)
	}
	if got := (Waterfall{Places: 1}).signed(-0.04); got != "+0.0" {
		t.Errorf("nearly nothing is %q", got)
	}
}

func BenchmarkFlow(b *testing.B) {
	s := Sankey{Flows: randomFlows(1, 120)}
	bench(b, s)
}

func BenchmarkNetwork300(b *testing.B)  { bench(b, sampleNet(Frame{}, 300)) }
func BenchmarkNetwork1000(b *testing.B) { n := sampleNet(Frame{}, 1000); n.Most = 1000; bench(b, n) }
func BenchmarkTimeline(b *testing.B)    { bench(b, sampleTimeline(Frame{})) }
func BenchmarkMap(b *testing.B)         { bench(b, sampleMap(Frame{}, false)) }

func bench(b *testing.B, p picture) {
	b.ReportAllocs()
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := p.Render(b.Context(), &out); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len()), "bytes")
}
