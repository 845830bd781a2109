package mention

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/statement"
)

func TestNamingOf(t *testing.T) {
	for _, c := range []struct {
		schema, prop, value string
		want                string // "" for none
	}{
		{"Company", "name", "Acme Widgets Inc.", "aAcme Widgets Inc."},
		{"LegalEntity", "name", "Acme", "aAcme"},
		{"Person", "name", "Ada Example", "0Ada Example"},
		{"Person", "alias", "The Countess", "1The Countess"},
		{"Agency", "abbreviation", "QVX", "cQVX"},
		{"Organization", "leiCode", "529900T8BM49AURSDO55", "3529900T8BM49AURSDO55\x1fk:lei:529900T8BM49AURSDO55"},
		{"System", "systemId", "DHS/ICE-016", "3DHS/ICE-016\x1fk:systemId:DHS/ICE-016"},
		{"Company", "country", "gb", ""},
		{"Company", "namesMentioned", "Ada", ""},
		{"Company", "id", "x", ""},
		{"Document", "title", "A report", ""},
		{"Obligation", "piid", "70CDCR24FG0000001", ""},
		{"Company", "name", "with \x1f in it", ""},
		{"Company", "name", strings.Repeat("long ", 300), ""},
		{"Nothing", "name", "x", ""},
	} {
		n, ok := NamingOf(&statement.Statement{Schema: c.schema, Prop: c.prop, Value: c.value})
		got := ""
		if ok {
			got = n.String()
		}
		if got != c.want {
			t.Errorf("%s:%s %q: %q, want %q", c.schema, c.prop, c.value, got, c.want)
		}
		if back, read := parseNaming(got); ok && (!read || back != n) {
			t.Errorf("%q is read as %+v, not %+v", got, back, n)
		}
	}
	if _, ok := NamingOf(&statement.Statement{Schema: "Company", Prop: "name", Value: "Acme", External: true}); ok {
		t.Error("a word that awaits a person's is a name")
	}
}

func TestEntries(t *testing.T) {
	for _, c := range []struct {
		schema, prop, value string
		want                []string
	}{
		{"Company", "name", "Four Points Technology, L.L.C.", []string{"Four Points Technology, L.L.C.", "Four Points Technology"}},
		{"Company", "name", "FOUR POINTS TECHNOLOGY L L C", []string{"FOUR POINTS TECHNOLOGY L L C", "FOUR POINTS TECHNOLOGY"}},
		{"Company", "name", "Northmoor Ferry Company Limited", []string{"Northmoor Ferry Company Limited", "Northmoor Ferry Company", "Northmoor Ferry"}},
		{"Company", "name", "Palantir Inc.", []string{"Palantir Inc.", "Palantir"}},
		{"Company", "name", "Target Corp", []string{"Target Corp"}}, // an everyday word
		{"Company", "name", "INFORMATION TECHNOLOGY COMPANY, L.L.C.", []string{"INFORMATION TECHNOLOGY COMPANY, L.L.C.", "INFORMATION TECHNOLOGY COMPANY"}},
		{"Company", "name", "Co", []string{"Co"}},
		{"Company", "name", "Grupo Uno S.A.", []string{"Grupo Uno S.A.", "Grupo Uno"}},
		{"Person", "name", "Ada Sa", []string{"Ada Sa"}},
		{"Agency", "abbreviation", "AG CO", []string{"AG CO"}},
	} {
		n, ok := NamingOf(&statement.Statement{Schema: c.schema, Prop: c.prop, Value: c.value})
		var got []string
		for _, e := range n.Entries() {
			got = append(got, e.Text)
		}
		if !ok || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.value, got, c.want)
		}
	}
}

// What a group key is made of gives it again.
func FuzzGroupKey(f *testing.F) {
	for _, s := range []string{"Acme Co, L.L.C.", "a-b.c GmbH & Co. KG", "Co Co Co", "l l c", "Foo-AG", "Straße AG"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if g := GroupKey(s); GroupKey(g) != g {
			t.Errorf("%q gives %q, and that %q", s, g, GroupKey(g))
		}
	})
}

func TestPageAgain(t *testing.T) {
	page := merged([]Found{
		{Kind: Date, Start: 9, End: 19, Text: "2021-03-02", Value: "2021-03-02", Doubt: "a doubt"},
		{Kind: Known, Start: 0, End: 4, Text: "Acme", Names: []string{"aAcme"}},
		{Kind: Known, Start: 0, End: 4, Text: "Acme", Names: []string{"0Acme", "aAcme"}},
		{Kind: Amount, Start: 5, End: 8, Text: "1 €", Value: "1", Currency: "EUR"},
		{Kind: Known, Start: 0, End: 8, Text: "Acme 1 €", Names: []string{"aAcme 1 €"}},
	})
	if len(page) != 4 || page[0].End != 8 || !slices.Equal(page[1].Names, []string{"0Acme", "aAcme"}) {
		t.Errorf("merged: %+v", page)
	}
	got, err := decodePage(encodePage(page))
	if diff := cmp.Diff(page, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// A stretch of capitals of any length is no name.
func TestScanLong(t *testing.T) {
	long := strings.Repeat("A", 1<<20)
	for _, f := range Scan(long+" Inc. "+strings.Repeat("Acme ", 1<<16)+"Inc. and Acme Widgets Inc.", true, nil) {
		if len(f.Text) > maxText {
			t.Errorf("a %s of %d bytes", f.Kind, len(f.Text))
		}
	}
}

func FuzzDecodePage(f *testing.F) {
	f.Add(encodePage([]Found{{Kind: Known, Start: 1, End: 4, Text: "Ada", Names: []string{"0Ada"}}, {Kind: LEI, Start: 9, End: 29, Text: "x", Value: "y"}}))
	f.Add([]byte{200, 1, 1, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		page, err := decodePage(raw)
		if err != nil {
			if overt.CodeOf(err) != overt.Internal {
				t.Errorf("error %v", err)
			}
			return
		}
		again, err := decodePage(encodePage(page))
		if diff := cmp.Diff(page, again); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func FuzzParseID(f *testing.F) {
	f.Add("doc-3f2a:3:120-131")
	f.Add("a:b:1:2-3")
	f.Add("::0--1")
	f.Fuzz(func(t *testing.T, id string) {
		s, err := ParseID(id)
		if err != nil {
			if overt.CodeOf(err) != overt.Invalid {
				t.Errorf("error %v", err)
			}
			return
		}
		if again, err := ParseID(s.ID()); err != nil || again.ID() != s.ID() {
			t.Errorf("%q is %q, and again %q, %v", id, s.ID(), again.ID(), err)
		}
	})
}
