package edit

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"award", "award", 0},
		{"kitten", "sitting", 3},
		{"vendor", "vender", 1},
		{"ab", "ba", 2},
		{"straße", "strasse", 2},
		{"abcdef", "azced", 3},
	} {
		if got := Distance([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
		if got := Distance([]rune(c.b), []rune(c.a)); got != c.want {
			t.Errorf("%q to %q: %d, want %d as the other way round", c.b, c.a, got, c.want)
		}
	}
}
