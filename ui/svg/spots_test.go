package svg

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
)

// A network too large for a picture is laid out whole, the same each time, with those
// that are linked nearer than others.
func TestSpots(t *testing.T) {
	n := Network{Frame: Frame{ID: "net", Title: "Many"}}
	const groups, members = 30, 100
	for g := range groups {
		for i := range members {
			n.Nodes = append(n.Nodes, Node{ID: fmt.Sprintf("%02d-%02d", g, i)})
			if i > 0 {
				n.Edges = append(n.Edges, Edge{From: fmt.Sprintf("%02d-00", g), To: fmt.Sprintf("%02d-%02d", g, i)})
			}
		}
		if g > 0 {
			n.Edges = append(n.Edges, Edge{From: "00-00", To: fmt.Sprintf("%02d-00", g)})
		}
	}
	spots, err := n.Spots(t.Context())
	if err != nil || len(spots) != groups*members {
		t.Fatalf("%d places, %v", len(spots), err)
	}
	slices.Reverse(n.Nodes)
	slices.Reverse(n.Edges)
	if again, err := n.Spots(t.Context()); err != nil || !maps.Equal(spots, again) {
		t.Errorf("another order of nodes gives another picture: %v", err)
	}
	far := func(a, b string) float64 {
		return math.Hypot(float64(spots[a].X-spots[b].X), float64(spots[a].Y-spots[b].Y))
	}
	linked, others := 0.0, 0.0
	for _, e := range n.Edges {
		linked += far(e.From, e.To) / float64(len(n.Edges))
	}
	for i := range len(n.Nodes) - members {
		others += far(n.Nodes[i].ID, n.Nodes[i+members].ID) / float64(len(n.Nodes)-members)
	}
	if linked*3 > others {
		t.Errorf("linked ones lie %.0f apart, others %.0f", linked, others)
	}
}

func TestSpotsTooMany(t *testing.T) {
	n := Network{Frame: Frame{ID: "net", Title: "Many"}, Nodes: make([]Node, MostPlaced+1)}
	for i := range n.Nodes {
		n.Nodes[i].ID = fmt.Sprint(i)
	}
	var many *TooMany
	if _, err := n.Spots(t.Context()); !errors.As(err, &many) {
		t.Errorf("%d nodes: %v", len(n.Nodes), err)
	}
}
