package svg

import (
	"strings"
	"testing"

	"overt/ftm"
)

// TestWorld: the outlines are sound, and inside the picture.
func TestWorld(t *testing.T) {
	a, err := world()
	if err != nil {
		t.Fatal(err)
	}
	outlines := 0
	for code, c := range a.countries {
		if !(c.x > 0 && c.x < a.width && c.y > 0 && c.y < a.height+40) {
			t.Errorf("%s is at %v, %v", code, c.x, c.y)
		}
		if c.outline != "" {
			outlines++
		}
		if strings.Trim(c.outline, "Mlz0123456789 -") != "" {
			t.Errorf("%s: outline %q", code, cut(c.outline, 60))
		}
	}
	if len(a.countries) != 237 || outlines != 176 {
		t.Errorf("%d countries, %d with outlines", len(a.countries), outlines)
	}
}

// TestCountries: what the model calls a country and the map has no place for is
// known: states that are gone, unions, and names for none or all.
func TestCountries(t *testing.T) {
	a, err := world()
	if err != nil {
		t.Fatal(err)
	}
	for code := range a.countries {
		if ftm.Default().Type("country").Values[code] == "" {
			t.Errorf("the model does not know the map's %q", code)
		}
	}
}

func TestMapShades(t *testing.T) {
	for name, tt := range map[string]struct {
		values []float64
		want   []int
	}{
		"near":    {[]float64{10, 20, 30, 40, 50}, []int{1, 2, 3, 4, 5}},
		"far":     {[]float64{1, 20, 300, 5000, 100000}, []int{1, 2, 3, 4, 5}},
		"nothing": {[]float64{0, 0}, []int{0, 0}},
		"one":     {[]float64{7}, []int{5}},
	} {
		t.Run(name, func(t *testing.T) {
			m := Map{}
			for _, v := range tt.values {
				m.Places = append(m.Places, Place{Value: v})
			}
			for i, v := range tt.values {
				if got := step(m.steps(), v); got != tt.want[i] {
					t.Errorf("%v is shade %d, want %d, of %v", v, got, tt.want[i], m.steps())
				}
			}
		})
	}
}

func TestMapOff(t *testing.T) {
	out := render(t, sampleMap(Frame{}, false))
	for _, want := range []string{"Not on the map: Soviet Union (2)", `href="/c/ky"`, "United States: 4,812", `class="land q0"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in the picture", want)
		}
	}
}

func FuzzWorld(f *testing.F) {
	f.Add("1200 524\nus 1 2 M1 1l2 2z\nmt 3 4")
	f.Add("us one 2")
	f.Fuzz(func(t *testing.T, text string) { _, _ = parseWorld(text) })
}
