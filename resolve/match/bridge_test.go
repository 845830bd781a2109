package match

import "testing"

func TestHasBridge(t *testing.T) {
	graph := func(n int, edges ...[2]uint32) [][]uint32 {
		near := make([][]uint32, n)
		for _, e := range edges {
			near[e[0]], near[e[1]] = append(near[e[0]], e[1]), append(near[e[1]], e[0])
		}
		return near
	}
	for name, tt := range map[string]struct {
		near [][]uint32
		want bool
	}{
		"pair":           {graph(2, [2]uint32{0, 1}), false},
		"leaf":           {graph(3, [2]uint32{0, 1}, [2]uint32{1, 2}), false},
		"two pairs":      {graph(4, [2]uint32{0, 1}, [2]uint32{1, 2}, [2]uint32{2, 3}), true},
		"ring":           {graph(4, [2]uint32{0, 1}, [2]uint32{1, 2}, [2]uint32{2, 3}, [2]uint32{3, 0}), false},
		"two triangles":  {graph(6, [2]uint32{0, 1}, [2]uint32{1, 2}, [2]uint32{2, 0}, [2]uint32{3, 4}, [2]uint32{4, 5}, [2]uint32{5, 3}, [2]uint32{1, 4}), true},
		"tied two times": {graph(6, [2]uint32{0, 1}, [2]uint32{1, 2}, [2]uint32{2, 0}, [2]uint32{3, 4}, [2]uint32{4, 5}, [2]uint32{5, 3}, [2]uint32{1, 4}, [2]uint32{0, 3}), false},
	} {
		if got := hasBridge(tt.near, 0, len(tt.near)); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestFalling(t *testing.T) {
	w, n := []float64{0, 5, 7, -3, 1, -9}, []float64{0, 1, 1, 1, 1, 1}
	fallFrom(w, n, 3)
	for l, want := range []float64{0, 6, 6, -3, 1, -9} {
		if w[l] != want {
			t.Errorf("level %d: %v, want %v", l, w[l], want)
		}
	}
}

// cells keep what is put in, within a step.
func TestCell(t *testing.T) {
	for _, tt := range []struct {
		level            uint8
		rarity, evidence float64
	}{{1, 0, 0}, {15, 31.5, 15.5}, {7, 12.5, -4}, {3, .5, -16}} {
		c := cellOf(tt.level, tt.rarity, tt.evidence)
		if c.level() != int(tt.level) || c.rarity() != tt.rarity || c.evidence() != tt.evidence {
			t.Errorf("%+v comes back as %d, %v, %v", tt, c.level(), c.rarity(), c.evidence())
		}
	}
}
