package report

import (
	"slices"
	"strings"

	"overt/casefile"
)

// Outline is a first text of a report: the confirmed claims of a case, each with its
// cite, under the headings of the case.
func Outline(v *casefile.View) string {
	var b strings.Builder
	under := func(heading string) {
		first := true
		for i := range v.Claims {
			c := &v.Claims[i]
			known := slices.Contains(v.Headings, c.Heading)
			if c.State != casefile.Confirmed || c.Heading != heading && (heading != "" || known) {
				continue
			}
			if first && heading != "" {
				b.WriteString("# " + heading + "\n\n")
			}
			first = false
			text := strings.Join(strings.Fields(c.Text), " ")
			if !strings.HasSuffix(strings.TrimRight(text, `"”’)`), ".") && !strings.ContainsAny(text[len(text)-1:], "!?") {
				text += "."
			}
			b.WriteString(text + " [@" + c.Item + "]\n\n")
		}
	}
	under("")
	for _, h := range v.Headings {
		under(h)
	}
	return strings.TrimSpace(b.String())
}
