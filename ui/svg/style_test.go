package svg

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestContrast: words and marks can be told from the sheet, light and dark, as
// WCAG 2.2 asks (1.4.3, 1.4.11). Browsers' checks cannot see behind pictures.
func TestContrast(t *testing.T) {
	colours := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--p-(\w+): var\(--[\w-]+, light-dark\((#\w+), (#\w+)\)\)`).FindAllStringSubmatch(Style, -1) {
		colours[m[1]] = [2]string{m[2], m[3]}
	}
	least := map[string]float64{"ink": 4.5, "ink2": 4.5, "action": 4.5, "differ": 4.5, "agree": 3, "attention": 3, "k1": 3, "k2": 3, "k3": 3, "k4": 3, "k5": 3}
	for name, want := range least {
		for i := range 2 {
			if got := contrast(t, colours[name][i], colours["sheet"][i]); got < want {
				t.Errorf("%s, %s on %s: contrast %.2f, want %v", name, colours[name][i], colours["sheet"][i], got, want)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("colour %q", colour)
	}
	part := func(shift int) float64 {
		c := float64(v>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

// TestClasses: every class that a picture has is in the style sheet, so that
// nothing is drawn black by mistake.
func TestClasses(t *testing.T) {
	rule := regexp.MustCompile(`\.([a-z][\w-]*)`)
	var styled []string
	for _, m := range rule.FindAllStringSubmatch(Style, -1) {
		styled = append(styled, m[1])
	}
	for name, p := range samples(Frame{}) {
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(render(t, p), -1) {
			for class := range strings.FieldsSeq(m[1]) {
				if !slices.Contains(styled, class) && !strings.HasPrefix(class, "pic-") {
					t.Errorf("%s: class %q has no style", name, class)
				}
			}
		}
	}
}
