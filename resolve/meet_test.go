package resolve_test

import (
	"slices"
	"strings"
	"testing"

	"overt/ftm"
	"overt/policy/policytest"
	"overt/resolve"
	"overt/statement"
)

// meets says whom an entity would meet that a line tells of, beside lines that are kept.
func meets(t *testing.T, extent statement.Extent, see []string, line string, kept ...string) []resolve.Meeting {
	t.Helper()
	store, all, _ := keep(t, extent, kept...)
	if see == nil {
		see = all
	}
	view, err := store.View(t.Context(), policytest.Datasets(see...), statement.When{})
	if err != nil {
		t.Fatal(err)
	}
	_, stmts := said(line)
	got, err := resolve.Meet(t.Context(), view, stmts)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Who is to come in meets somebody exactly where it is joined once it is here.
func TestMeetIsExact(t *testing.T) {
	for _, c := range exact {
		for i, line := range c.lines {
			dataset, stmts := said(line)
			if dataset == resolve.ReferenceDataset || c.see != nil && !slices.Contains(c.see, dataset) {
				continue
			}
			got := meets(t, statement.Window, c.see, line, slices.Delete(slices.Clone(c.lines), i, i+1)...)
			id := string(stmts[0].Entity)
			if joined := !slices.Contains(strings.Fields(c.want), id); joined != (len(got) > 0) {
				t.Errorf("%s: %s of %q meets %v", c.name, id, c.want, got)
			}
			for _, m := range got {
				if !strings.Contains(c.want, string(m.ID)) {
					t.Errorf("%s: %s meets %s, which nobody sees", c.name, id, m.ID)
				}
			}
		}
	}
}

func TestMeet(t *testing.T) {
	for _, c := range []struct {
		name   string
		extent statement.Extent
		line   string
		kept   []string
		want   string
	}{
		{"a key has a reason", statement.Window, "n a Company " + uei, []string{"d b Company " + uei, "e c Company " + uei}, "b uei:ZQGGHJH74DW7"},
		{"each key once", statement.Window, "n a Company " + uei + "; " + duns, []string{"d b Company " + uei, "e c Company " + duns}, "b uei:ZQGGHJH74DW7, c duns:784737723"},
		{"what is kept of it already is passed over", statement.Window, "n a Company " + uei + "; " + duns, []string{"d a Company " + uei, "d b Company " + uei, "e c Company " + duns}, "c duns:784737723"},
		{"what its source put right joins no more", statement.Full, "n a Company " + uei, []string{"d b Company " + uei, "d b Company name=B"}, ""},
		{"what left its source whole joins as before", statement.Full, "n a Company " + uei, []string{"d b Company " + uei, "d c Company name=C"}, "b uei:ZQGGHJH74DW7"},
	} {
		var got []string
		for _, m := range meets(t, c.extent, nil, c.line, c.kept...) {
			got = append(got, string(m.ID)+" "+m.Reason)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestNamesakes(t *testing.T) {
	store, all, _ := keep(t, statement.Window, "d a Company name=Acme", "d b Organization name=ACME", "d c Person name=Acme", "d d Award name=Acme", "e e Company alias=Acme", "hidden f Company name=Acme",
		"d g Company name=Two; "+uei, "e h Company name=Two; "+uei, "reference r Agency name=ICE", "e i Agency name=ICE", "e j Agency name=OIG", "e k Agency name=OIG")
	view, err := store.View(t.Context(), policytest.Datasets(slices.DeleteFunc(all, func(d string) bool { return d == "hidden" })...), statement.When{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		line string
		most int
		want string
		more bool
	}{
		{"n x Company name=acme", 9, "a b e", false},
		{"n x Company name=acme", 2, "a b", true},
		{"n a Company name=acme", 9, "b e", false},
		{"n x LegalEntity name=Acme", 9, "a b c e", false},
		{"n x Company notes=Acme", 9, "", false},
		{"n x Company name=Two", 9, "g", false},
		{"n x Organization name=ICE", 9, "i", false},
		{"n x Organization name=OIG", 9, "j k", false},
	} {
		_, stmts := said(c.line)
		ids, more, err := resolve.Namesakes(t.Context(), view, stmts, c.most)
		if err != nil {
			t.Fatal(err)
		}
		if got := join(ids); got != c.want || more != c.more {
			t.Errorf("%s: %q more %v, want %q %v", c.line, got, more, c.want, c.more)
		}
	}
}

func join(ids []ftm.EntityID) string {
	var out []string
	for _, id := range ids {
		out = append(out, string(id))
	}
	return strings.Join(out, " ")
}
