package match_test

import (
	"fmt"
	"strings"
	"testing"

	"overt/resolve/match"
)

func company(id, source, name string, more ...match.Value) match.Record {
	return match.Record{ID: id, Source: source, Schema: "Company", Values: append([]match.Value{{Prop: "name", Text: name}}, more...)}
}

// trade makes up companies of a source, each named by two rare words and common ones.
func trade(n int) []match.Record {
	syllables := strings.Fields("ba du ko ri mel tan vor quil sta ned pol wex hin jor lum dra")
	word := func(i int) string {
		w := ""
		for range 4 {
			w += syllables[i%16]
			i = i/16*7 + i%16*3 + 5
		}
		return w
	}
	common := strings.Fields("Technology Solutions Services Systems Group Consulting National First Bank")
	var out []match.Record
	for i := range n {
		out = append(out, company(fmt.Sprintf("c%05d", i), "contracts", fmt.Sprintf("%s %s %s %s", word(i*31), word(i*57+1), common[i%9], []string{"LLC", "Inc"}[i%2])))
	}
	return out
}

// TestCalled says what equal names of organisations are worth by themselves.
func TestCalled(t *testing.T) {
	address := func(number int) match.Value {
		return match.Value{Prop: "address", Text: fmt.Sprint(number, " Quay Road, Westhaven 50210")}
	}
	phone := match.Value{Prop: "phone", Text: "+1 202 555 0143"}
	tests := []struct {
		name        string
		a, b        string
		more        []match.Value // of both
		least, most match.Outcome
	}{
		{"rare name, one form spelled twice", "Tidewrack Points Technology, L.L.C.", "TIDEWRACK POINTS TECHNOLOGY LLC", nil, match.Same, match.Same},
		{"rare name, a form missing", "Marlpit Heron Services, Inc.", "Marlpit Heron Services", nil, match.Same, match.Same},
		{"common words alone", "Technology Solutions LLC", "TECHNOLOGY SOLUTIONS, L.L.C.", nil, match.Different, match.Possible},
		{"a phrase of common words", "First National Bank", "First National Bank", nil, match.Different, match.Possible},
		{"what one source has often", "Office of the Inspector General", "Office of the Inspector General", nil, match.Different, match.Possible},
		{"members of a group", "Saltern Brae Holdings Limestone LLC", "Saltern Brae Fisheries LLC", nil, match.Related, match.Related},
		{"member at the same address", "Oxbow Tarn LLC", "Oxbow Tarn Fisheries LLC", []match.Value{address(12)}, match.Related, match.Related},
		{"neighbours", "Fenwick Kiln LLC", "Hurdle Foundry Inc", []match.Value{address(14)}, match.Different, match.Different},
		{"one site", "Cobble Weir LLC", "Cobble Weir Fisheries LLC", []match.Value{address(16), phone}, match.Same, match.Same},
		{"acronym", "Gorse Dyke Points, Inc.", "GDP", nil, match.Different, match.Possible},
		{"acronym at the same address", "Larch Yard Quarry, Inc.", "LYQ", []match.Value{address(18)}, match.Different, match.Possible},
	}
	records := append(trade(600), times(40, "Office of the Inspector General")...)
	for i, tt := range tests {
		records = append(records, company(fmt.Sprint("x", i), "contracts", tt.a, tt.more...), company(fmt.Sprint("y", i), "register", tt.b, tt.more...))
	}
	m, _ := run(t, match.Config{Merge: 0.99}, match.Constraints{}, records)
	for i, tt := range tests {
		e, err := m.Explain(fmt.Sprint("x", i), fmt.Sprint("y", i))
		if err != nil {
			t.Fatal(err)
		}
		if e.Outcome < tt.least || e.Outcome > tt.most {
			t.Errorf("%s: %s at %.4f, want %s to %s: %+v", tt.name, e.Outcome, e.P, tt.least, tt.most, e.Bars)
		}
	}
}

func times(n int, name string) []match.Record {
	var out []match.Record
	for i := range n {
		out = append(out, company(fmt.Sprintf("t%02d", i), "contracts", name))
	}
	return out
}

// TestUnlikeForms: the same name counts less where the legal forms are two.
func TestUnlikeForms(t *testing.T) {
	records := append(trade(800), company("x", "a", "Tidewrack Points LLC"), company("y", "b", "Tidewrack Points L.L.C."), company("z", "c", "Tidewrack Points Inc."), company("w", "d", "Tidewrack Points"))
	m, _ := run(t, match.Config{}, match.Constraints{}, records)
	bits := func(id string) float64 {
		e, err := m.Explain("x", id)
		if err != nil {
			t.Fatal(err)
		}
		return e.Bits
	}
	if agree, missing, unlike := bits("y"), bits("w"), bits("z"); !(agree > missing && missing > unlike) {
		t.Errorf("forms agree %.1f bits, one is missing %.1f, they differ %.1f", agree, missing, unlike)
	}
}

// TestCodesOfGroups: bureaus of one department are not one by its code and its name's
// words, and their being many does not teach that they are.
func TestCodesOfGroups(t *testing.T) {
	var records []match.Record
	kinds := strings.Fields("Rivers Harbours Forests Roads Mines Fisheries Schools Prisons Archives Markets Weights Statistics")
	for d, department := range strings.Fields("Northmoor Eastfen Southdown Westhaven") {
		for i, kind := range kinds {
			records = append(records, match.Record{ID: fmt.Sprintf("%d-%02d", d, i), Source: "agencies", Schema: "PublicBody", Values: []match.Value{
				{Prop: "name", Text: department + " Bureau of " + kind}, {Prop: "idNumber", Text: fmt.Sprintf("07%d0", d)}, {Prop: "country", Text: "us"},
			}})
		}
	}
	_, res := run(t, match.Config{Merge: 0.99}, match.Constraints{}, records)
	if len(res.Clusters) > 0 {
		t.Errorf("joined: %v", members(res))
	}
	if got := res.Model[0].Matches; got > float64(len(records)) {
		t.Errorf("%.0f matches are expected among %d records", got, len(records))
	}
}

// TestHouseholds: who lives at one address with another given name is somebody else,
// and so is who is of another generation.
func TestHouseholds(t *testing.T) {
	home := match.Value{Prop: "address", Text: "9 Heron Lane, Westhaven 50210"}
	mail := match.Value{Prop: "email", Text: "quorvex@example.org"}
	records := append(crowd(600),
		person("a", "Mary", "Quorvex", "", home, mail), person("b", "Mark", "Quorvex", "", home, mail), person("c", "Edward", "Quorvex", "", home, mail),
		person("d", "David", "Tidewrack Jr", "", home), person("e", "David", "Tidewrack Senior", "", home))
	m, res := run(t, match.Config{Merge: 0.99}, match.Constraints{}, records)
	for _, c := range res.Clusters {
		if len(c.Members[0]) == 1 {
			t.Errorf("joined: %v", c.Members)
		}
	}
	if e, err := m.Explain("d", "e"); err != nil || e.Veto == "" {
		t.Errorf("father and son: %v, %+v", err, e)
	}
}
