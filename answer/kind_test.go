package answer

import "testing"

// Every kind of link reads from both of its ends.
func TestKindLabels(t *testing.T) {
	for kind, want := range map[string][2]string{
		"DataFlow": {"sends data to", "data received"}, "Obligation": {"obligates to", "money obligated to it"}, "Names": {"names", "named in"},
		"CloudAuthorization": {"authorizes", "authorized by"}, "CloudProduct:provider": {"provider", "cloud products"},
	} {
		if got := [2]string{KindLabel(kind, false), KindLabel(kind, true)}; got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}
