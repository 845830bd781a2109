package main

import (
	"math"
	"testing"
)

func TestProject(t *testing.T) {
	for _, tt := range []struct{ lon, lat, x, y float64 }{
		{0, 0, 600, 292}, {180, 0, 1200, 292}, {-180, 0, 0, 292}, {0, 90, 600, 0}, {0, -80, 600, 524},
	} {
		if p := project(tt.lon, tt.lat); math.Abs(p.x-tt.x) > 1 || math.Abs(p.y-tt.y) > 1 {
			t.Errorf("%v, %v is at %v, want %v, %v", tt.lon, tt.lat, p, tt.x, tt.y)
		}
	}
}

// TestParted: a ring over the 180th meridian becomes two, of the same area, and
// none runs across the map.
func TestParted(t *testing.T) {
	ring := []point{{170, 10}, {-170, 10}, {-170, 20}, {170, 20}}
	area := 0.0
	parts := parted(append([]point(nil), ring...))
	for _, part := range parts {
		_, a := centre(part)
		area += a / 2
		for i, p := range part {
			if q := part[(i+1)%len(part)]; math.Abs(p.x) > 180 || math.Abs(p.x-q.x) > 30 {
				t.Errorf("%v to %v runs across the map", p, q)
			}
		}
	}
	if len(parts) != 2 || area != 200 {
		t.Errorf("%d parts of area %v, want 2 of 200: %v", len(parts), area, parts)
	}
	if whole := parted([]point{{0, 0}, {10, 0}, {10, 10}}); len(whole) != 1 || len(whole[0]) != 3 {
		t.Errorf("a ring on one side becomes %v", whole)
	}
}

func TestPathOf(t *testing.T) {
	got := pathOf([][]point{{{1.2, 2}, {3, 1}, {3.2, 1.1}, {0, 5}}, {{7, 7}, {7.1, 7.2}, {7, 7.1}}})
	if want := "M1 2l2-1-3 4zM7 7l1 0 0 1z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
