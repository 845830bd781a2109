package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/pipeline"
	"overt/statement"
)

// A told file is a source of a test: "id Schema prop=value; prop=value" each.
type told struct {
	dataset, day string
	extent       statement.Extent
	lines        []string
}

func tell(t *testing.T, files ...told) *hometest.Home {
	t.Helper()
	h := hometest.Memory(t)
	for i, f := range files {
		var b strings.Builder
		for _, line := range f.lines {
			parts := strings.SplitN(line, " ", 3)
			props := map[string][]string{}
			for _, pv := range strings.Split(parts[2], ";") {
				p, v, _ := strings.Cut(strings.TrimSpace(pv), "=")
				props[p] = append(props[p], v)
			}
			raw, err := json.Marshal(map[string]any{"id": parts[0], "schema": parts[1], "properties": props})
			must(t, err)
			b.Write(append(raw, '\n'))
		}
		rep := h.Import(t, pipeline.Request{
			Files: []pipeline.Embedded{{Name: fmt.Sprintf("file%d.json", i), Data: []byte(b.String())}}, Format: "ftm",
			Dataset: f.dataset, Observed: f.day, Extent: f.extent, Series: f.dataset,
		})
		if rep.Files[0].Read != int64(len(f.lines)) {
			t.Fatalf("%+v", rep.Files[0])
		}
	}
	return h
}

func conflicts(t *testing.T, h *hometest.Home, words, kind string) *answer.Conflicts {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Conflicts, error) {
		return answer.FindConflicts(ctx, d, words, kind, 2)
	})
}

// brief writes a conflict in one line: kind, entity, property, values.
func brief(c *answer.Conflicts) []string {
	var out []string
	for _, x := range c.Conflicts {
		out = append(out, fmt.Sprint(x.Kind, " ", x.Entity.ID, " ", x.Prop, " ", strings.Join(x.Values, " | ")))
	}
	return out
}

func TestConflicts(t *testing.T) {
	const one, two = "2024-01-01", "2024-06-01"
	file := func(dataset, day string, lines ...string) told {
		return told{dataset, day, statement.Window, lines}
	}
	full := func(dataset, day string, lines ...string) told { return told{dataset, day, statement.Full, lines} }
	award := "aw Award title=A; obligatedTotal=%s; valuesAsOf=2024-03-01; authority=ag; supplier=sup"
	action := func(id, mod, day, amount string) string {
		return fmt.Sprintf("%s Obligation authority=ag; supplier=sup; contract=aw; modificationNumber=%s; date=%s; amount=%s; currency=USD", id, mod, day, amount)
	}
	actions := []string{action("o1", "0", "2024-01-02", "100.00"), action("o2", "P00001", "2024-03-01", "50.5")}
	tests := []struct {
		name  string
		files []told
		want  []string
	}{
		{"two days of birth", []told{file("a", one, "p Person name=Ada; birthDate=1990-04-01"), file("b", two, "p Person name=Ada; birthDate=1991")}, []string{"value p birthDate 1990-04-01 | 1991"}},
		{"a date less precise", []told{file("a", one, "p Person name=Ada; birthDate=1990-04-01"), file("b", two, "p Person name=Ada; birthDate=1990")}, nil},
		{"a day with its hour", []told{file("a", one, "c Company name=C; incorporationDate=1990-04-01"), file("b", two, "c Company name=C; incorporationDate=1990-04-01T00:00:00")}, nil},
		{"corrected by the same source", []told{full("a", one, "p Person name=Ada; birthDate=1990-04-01"), full("a", two, "p Person name=Ada; birthDate=1991-04-01")}, nil},
		{"a status over time", []told{file("a", one, "s System name=S; status=planned"), file("b", two, "s System name=S; status=running")}, nil},
		{"a status on one day", []told{file("a", one, "s System name=S; status=planned"), file("b", one, "s System name=S; status=running")}, []string{"value s status planned | running"}},
		{"written otherwise", []told{file("a", one, "s System name=S; status=Planned; recordsHeld=5"), file("b", one, "s System name=S; status=PLANNED; recordsHeld=5.0")}, nil},
		{"an amount of an action", []told{file("a", one, action("o", "0", one, "5.00")), file("b", two, action("o", "0", one, "7.00"))}, []string{"value o amount 5.00 | 7.00"}},
		{"several names", []told{file("a", one, "c Company name=C; country=us; cageCode=1ABC2; cageCode=3DEF4"), file("b", one, "c Company name=C Inc")}, nil},
		{"a list in one row", []told{file("a", one, "g Agency name=G; agencyCode=4730; agencyCode=4732")}, nil},

		{"a count and its list", []told{file("a", one, "p CloudProduct name=P; authorizationCount=41; listedAuthorizations=37")}, []string{"count p authorizationCount 41 | 37"}},
		{"a count that fits", []told{file("a", one, "p CloudProduct name=P; authorizationCount=41; listedAuthorizations=41")}, nil},

		{"a total that differs", []told{file("a", one, fmt.Sprintf(award, "160")), file("b", one, actions...)}, []string{"total aw obligatedTotal 160 | 150.50"}},
		{"a total that fits", []told{file("a", one, fmt.Sprintf(award, "150.5")), file("b", one, actions...)}, nil},
		{"actions of one year", []told{file("a", one, fmt.Sprintf(award, "900")), file("b", one, actions[:1]...)}, nil},
		{"a modification is missing", []told{file("a", one, fmt.Sprintf(award, "900")), file("b", one, actions[0], action("o3", "P00002", "2024-03-01", "5"))}, nil},
		{"an action told twice", []told{file("a", one, fmt.Sprintf(award, "150.50")), file("b", one, actions...), file("c", two, action("x2", "P00001", "2024-03-01", "50.50"))}, nil},
		{"sub-awards above the prime", []told{file("a", one, fmt.Sprintf(award, "100")),
			file("b", one, "s1 Subaward prime=sup; subcontractor=x; contract=aw; amount=70", "s2 Subaward prime=sup; subcontractor=y; contract=aw; amount=40")}, []string{"total aw amount 100 | 110"}},
		{"sub-awards within", []told{file("a", one, fmt.Sprintf(award, "110")),
			file("b", one, "s1 Subaward prime=sup; subcontractor=x; contract=aw; amount=70", "s2 Subaward prime=sup; subcontractor=y; contract=aw; amount=40")}, nil},

		{"a stated payment", []told{file("a", one, "ag Agency name=Ag", "sup Company name=Sup", "sp StatedPayment payer=ag; beneficiary=sup; amount=600000; period=month"), file("b", one, actions...)}, []string{"form sp amount 600000 | 150.50"}},
		{"a stated payment alone", []told{file("a", one, "ag Agency name=Ag", "sup Company name=Sup", "sp StatedPayment payer=ag; beneficiary=sup; amount=600000")}, nil},

		{"one identifier, two firms", []told{file("a", one, "c1 Company name=Alpha Cloud; leiCode=5493001KJTIIGC8Y1R12"), file("b", one, "c2 Company name=Zebra Foods; leiCode=5493001KJTIIGC8Y1R12")}, []string{"identity c1 name Alpha Cloud | Zebra Foods"}},
		{"one number, two firms", []told{file("a", one, "c Company name=Alpha Cloud; dunsCode=003184462"), file("b", one, "c Company name=Zebra Foods; dunsCode=003184462")}, []string{"identity c name Alpha Cloud | Zebra Foods"}},
		{"a filler, two firms", []told{file("a", one, "c Company name=Alpha Cloud; dunsCode=123456789"), file("b", one, "c Company name=Zebra Foods; dunsCode=123456789")}, nil},
		{"one firm, three spellings", []told{file("a", one, "c1 Company name=Alpha Cloud, Inc.; leiCode=5493001KJTIIGC8Y1R12"), file("b", one, "c2 Company name=ALPHACLOUD; leiCode=5493001KJTIIGC8Y1R12", "c3 Company name=AC; leiCode=5493001KJTIIGC8Y1R12")}, nil},
		{"a former name in its row", []told{file("a", one, "c1 Company name=Alpha Cloud; name=Zebra Foods; leiCode=5493001KJTIIGC8Y1R12")}, nil},
		{"two countries", []told{file("a", one, "c1 Company name=Alpha; country=us; leiCode=5493001KJTIIGC8Y1R12"), file("b", one, "c2 Company name=Alpha; country=de; leiCode=5493001KJTIIGC8Y1R12")}, []string{"identity c1 country de | us"}},

		{"two owners at a time", []told{file("a", one, "x Company name=X", "a Company name=A", "b Company name=B", "w1 Ownership owner=a; asset=x; date=2024-02-01"), file("b", one, "w2 Ownership owner=b; asset=x; date=2024-02-01")}, []string{"identity x owner A | B"}},
		{"one owner after the other", []told{file("a", one, "x Company name=X", "a Company name=A", "b Company name=B", "w1 Ownership owner=a; asset=x; date=2020"), file("b", one, "w2 Ownership owner=b; asset=x; date=2024")}, nil},
		{"owners of halves", []told{file("a", one, "x Company name=X", "a Company name=A", "b Company name=B", "w1 Ownership owner=a; asset=x; date=2024; percentage=50", "w2 Ownership owner=b; asset=x; date=2024; percentage=50")}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := tell(t, tt.files...)
			got := conflicts(t, h, "", "")
			if d := cmp.Diff(tt.want, brief(got)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			for _, x := range got.Conflicts {
				if len(x.Sides) < 2 || x.Text == "" || len(x.Values) != len(x.Sides) {
					t.Errorf("%+v", x)
				}
				for _, s := range x.Sides {
					if len(s.Citations) == 0 || len(s.Datasets) == 0 || s.What == "" {
						t.Errorf("a side without evidence: %+v", s)
					}
				}
			}
		})
	}
}

// TestConflictsOf narrows to a dataset, to an entity and what names it, and to
// a kind.
func TestConflictsOf(t *testing.T) {
	h := tell(t,
		told{"a", "2024-01-01", statement.Window, []string{"p Person name=Ada; birthDate=1990-04-01", "q Person name=Bob; birthDate=1990-04-01", "sup Company name=Sup", "s CloudProduct name=S; provider=sup; authorizationCount=3; listedAuthorizations=2"}},
		told{"b", "2024-01-01", statement.Window, []string{"p Person name=Ada; birthDate=1991"}},
		told{"c", "2024-01-01", statement.Window, []string{"q Person name=Bob; birthDate=1991"}},
	)
	for _, tt := range []struct {
		words, kind string
		want        int
	}{{"", "", 3}, {"b", "", 1}, {"a", "", 3}, {"Ada", "", 1}, {"Sup", "", 1}, {"Sup", "value", 0}, {"", "count", 1}} {
		if got := conflicts(t, h, tt.words, tt.kind); len(got.Conflicts) != tt.want {
			t.Errorf("%q %s: %q", tt.words, tt.kind, brief(got))
		}
	}
	_, err := hometest.Ask(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Conflicts, error) {
		return answer.FindConflicts(ctx, d, "", "rumour", 1)
	})
	if overt.CodeOf(err) != overt.Invalid {
		t.Errorf("a kind that is none: %v", err)
	}
}

// TestRealConflicts: what the marketplace contradicts itself in.
func TestRealConflicts(t *testing.T) {
	dir := sharedtest.Path(t, "fedramp")
	if testing.Short() {
		t.Skip("real data is imported in the full run only")
	}
	h := hometest.Memory(t)
	h.ImportReference(t)
	take(t, h, dir+"/data.2023-02-21.json.gz", dir+"/data.2025-09-17.json.gz")
	ice := brief(conflicts(t, h, iceName, answer.ConflictCount))
	if !slices.ContainsFunc(ice, func(s string) bool { return strings.HasSuffix(s, "authorizationCount 41 | 37") }) {
		t.Errorf("ICE is published with 41 and listed with 37: %q", ice)
	}
	all := conflicts(t, h, "fedramp-marketplace", "")
	t.Logf("%v %q", all.Counts, brief(conflicts(t, h, "fedramp-marketplace", answer.ConflictIdentity)))
	identity := func(values ...string) func(answer.Conflict) bool {
		return func(x answer.Conflict) bool {
			return x.Kind == answer.ConflictIdentity && slices.Equal(x.Values, values)
		}
	}
	if !slices.ContainsFunc(all.Conflicts, identity("GetWellNetwork", "Haivision Systems, Inc.")) {
		t.Error("two providers under one UEI are not told")
	}
	// In 2023-02 a UEI stands at Google's product that is Avaya's later, and
	// Google's no more: it makes nobody one.
	if slices.ContainsFunc(all.Conflicts, identity("Avaya, Inc.", "Google")) {
		t.Error("an identifier that Google had once joins it with Avaya")
	}
	if again := conflicts(t, h, "fedramp-marketplace", ""); cmp.Diff(all, again) != "" {
		t.Error("asked again, it says something else")
	}
}
