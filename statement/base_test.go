package statement

import (
	"testing"

	"overt"
)

func TestSpotOf(t *testing.T) {
	for _, c := range []struct {
		at   overt.Locator
		want Spot
		ok   bool
	}{
		{overt.Locator{Row: 7, Table: "a.csv"}, Spot{Source: 3, Table: "a.csv", First: 7}, true},
		{overt.Locator{Pointer: "/data/Products/17"}, Spot{Source: 3, Array: "/data/Products/", First: 17}, true},
		{overt.Locator{Pointer: "/0"}, Spot{Source: 3, Array: "/", First: 0}, true},
		{overt.Locator{Pointer: "/data/017"}, Spot{}, false},
		{overt.Locator{Pointer: "/data/x"}, Spot{}, false},
		{overt.Locator{Pointer: "/data/99999999999999999999"}, Spot{}, false},
		{overt.Locator{Pointer: "/feed/entry[3]"}, Spot{}, false},
		{overt.Locator{Row: 7, Pointer: "/items/2"}, Spot{}, false},
		{overt.Locator{}, Spot{}, false},
	} {
		got, ok := SpotOf(3, c.at)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%v: %+v %t, want %+v %t", c.at, got, ok, c.want, c.ok)
		}
	}
}

// Every record of a move lands where it should, its neighbours stay.
func TestMover(t *testing.T) {
	m := NewMover([]Move{
		{Spot{0, "", "/a/", 10}, Spot{1, "t", "/b/", 0}, 5},
		{Spot{0, "", "", 10}, Spot{0, "", "", 100}, 5},
		{Spot{0, "", "/", 3}, Spot{0, "", "/", 4}, 1},
	})
	for _, c := range []struct{ from, to string }{
		{"/a/9/x", "/a/9/x"}, {"/a/10/x/y", "t, /b/0/x/y"}, {"/a/14", "t, /b/4"}, {"/a/15", "/a/15"}, {"/a/010", "/a/010"}, {"/a/", "/a/"},
		{"/aa/10", "/aa/10"}, {"/3/x", "/4/x"}, {"/33/x", "/33/x"}, {"", ""},
	} {
		if got := m.Place(Place{Locator: overt.Locator{Pointer: c.from}}).Locator.String(); got != c.to {
			t.Errorf("%s is at %s, want %s", c.from, got, c.to)
		}
	}
	for row, want := range map[int64]int64{9: 9, 10: 100, 14: 104, 15: 15} {
		if got := m.Place(Place{Locator: overt.Locator{Row: row, Column: "c"}}).Locator; got.Row != want || got.Column != "c" {
			t.Errorf("row %d is at %v, want row %d", row, got, want)
		}
	}
	if p := (Place{Source: 1, Locator: overt.Locator{Row: 12}}); m.Place(p) != p || (*Mover)(nil).Place(p) != p {
		t.Error("a place of another source was moved")
	}
}
