package text

import (
	"strings"
	"testing"

	"overt/ui/svg"
)

// Each language has the words of pictures, with as many places for values.
func TestPictures(t *testing.T) {
	for _, l := range Languages() {
		if l == english {
			continue
		}
		for _, p := range svg.Phrases() {
			said, ok := l.words[p]
			if !ok {
				t.Errorf("%s has no words for %q", l.Tag, p)
			} else if strings.Count(said, "%s") != strings.Count(p, "%s") {
				t.Errorf("%s: %q is said as %q", l.Tag, p, said)
			}
		}
	}
}
