package casefile

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/statement"
)

func TestNumbers(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                    nil,
		"no number":                           nil,
		"G4S and 4Points, A1":                 nil,
		"48,210,554 dollars":                  {"48210554"},
		"48.210.554 Euro":                     {"48210554"},
		"48 210 554 and 48\u00a0210\u00a0554": {"48210554"},
		"$1,234.50 or 1.234,50 or 1234.5":     {"1234.5"},
		"in 2019, 300 people":                 {"2019", "300"},
		"from 2019 100 people":                {"2019", "100"},
		"2019-03-01":                          {"2019", "3", "1"},
		"7.5 % of 0.250":                      {"7.5", "0.25"},
		"1,250":                               {"1250"},
		"0,5":                                 {"0.5"},
		"00012":                               {"12"},
		"1.2.3":                               {"123"},
		"ends with 12.":                       {"12"},
		"12'345":                              {"12345"},
	} {
		if diff := cmp.Diff(want, Numbers(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func FuzzNumbers(f *testing.F) {
	f.Add("48,210,554.50 in 2019 and 12 345")
	f.Add("٣ ,.'’ 1,,2..3 \u202f123")
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range Numbers(text) {
			if strings.Trim(n, "0123456789.") != "" || n == "" || len(n) > len(text) {
				t.Errorf("%q has the number %q", text, n)
			}
			if again := Numbers(n); !strings.Contains(n, ".") && !slices.Equal(again, []string{n}) {
				t.Errorf("%q, read again, is %q", n, again)
			}
		}
	})
}

func TestDates(t *testing.T) {
	order := []string{"1999", "2019-01-01", "2019-01", "2019", "2019/..", "2019-03-31", "2019-03-31/2020-02", "2019-04~", "2020-02-29"}
	var last Date
	for i, text := range order {
		d, err := ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && last.Compare(d) >= 0 {
			t.Errorf("%s does not come after %s", text, order[i-1])
		}
		last = d
	}
	for text, want := range map[string]string{
		"2019": "year", "2020": "year", "2019-02": "month", "2019-02-28": "day", "2019-01/2019-12": "year", "2019/2020": "stretch",
		"2019-03-05/2019-03-07": "stretch", "2019/..": "since", "2019-12": "month",
	} {
		if d, err := ParseDate(text); err != nil || d.Precision() != want {
			t.Errorf("%s is known to the %s, %v; want %s", text, d.Precision(), err, want)
		}
	}
	if d, _ := ParseDate("2019-03~"); !d.About || d.From.String() != "2019-03-01" || d.To.String() != "2019-03-31" {
		t.Errorf("about March: %+v", d)
	}
	for _, text := range []string{"", "soon", "19", "2019-13", "2019-02-30", "2020/2019", "2019/", "/2019", "..", "2019-03-01T10:00:00Z", "2019~~", "2019/../2020"} {
		if d, err := ParseDate(text); err == nil {
			t.Errorf("%q is read as %+v", text, d)
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2019", "2019-03/..", "2019-03-31~", "0001/9999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDate(text)
		if err != nil {
			return
		}
		if d.From == statement.NoDay || d.To != statement.NoDay && d.To < d.From || d.Precision() == "" {
			t.Errorf("%q is %+v", text, d)
		}
	})
}

// TestTemplates: each can begin a case.
func TestTemplates(t *testing.T) {
	for _, tpl := range Templates() {
		if tpl.Title == "" || tpl.About == "" || tpl.Headings == nil {
			t.Errorf("%s lacks words", tpl.ID)
		}
		events := tpl.Begin(Event{At: "2026-02-03T04:05:06Z", Actor: "local:anna", Text: "Ferries"})
		for i := range events {
			events[i].Seq = int64(i + 1)
		}
		s, err := Fold("c1", events)
		if err != nil || len(s.all(Task)) != len(tpl.Tasks) || s.Second != tpl.Second {
			t.Errorf("%s: %v", tpl.ID, err)
		}
	}
	if _, err := FindTemplate("nothing"); err == nil || !strings.Contains(err.Error(), "procurement-chain") {
		t.Errorf("%v", err)
	}
}
