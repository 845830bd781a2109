package ftm

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModelIsWhole(t *testing.T) {
	m := Default()
	if got := len(m.Schemata()); got != 70+29 {
		t.Errorf("%d schemata, want 70 published and 29 of ours", got)
	}
	if got := len(m.Types()); got != 21 {
		t.Errorf("%d types, want 21", got)
	}
	if m.Version() != "3.8.4" {
		t.Errorf("version %s", m.Version())
	}
	if !slices.IsSortedFunc(m.Schemata(), func(a, b *Schema) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("schemata are not sorted")
	}
	for _, s := range m.Schemata() {
		checkSchema(t, m, s)
	}
	if m.Schema("Nothing") != nil || m.Type("nothing") != nil || m.Schema("Person").Property("nothing") != nil {
		t.Error("something unknown is not nil")
	}
}

// checkSchema wants every name a schema uses to exist, and every way back to
// lead back, also for the schemata that inherit it.
func checkSchema(t *testing.T, m *Model, s *Schema) {
	t.Helper()
	for _, name := range slices.Concat(s.Featured, s.Required, s.Caption, s.Start, s.End) {
		if s.Property(name) == nil {
			t.Errorf("%s names %s, which it does not have", s.Name, name)
		}
	}
	if s.Edge != nil {
		for _, end := range []string{s.Edge.Source, s.Edge.Target} {
			if p := s.Property(end); p == nil || p.Type.Name != "entity" || p.Stub {
				t.Errorf("%s: edge end %s is no entity property", s.Name, end)
			}
		}
	}
	for name, p := range s.Properties {
		if p.Name != name || p.Label == "" || p.MaxLength == 0 {
			t.Errorf("%s:%s is incomplete: %+v", s.Name, name, p)
		}
		if p.Type.Name != "entity" || p.Reverse == "" {
			continue
		}
		back := m.Schema(p.Range).Property(p.Reverse)
		if back == nil || back.Type.Name != "entity" {
			t.Errorf("%s has no way back %s:%s", p.QName, p.Range, p.Reverse)
		} else if back.Stub == p.Stub && !p.Stub && back.Reverse != p.Name {
			t.Errorf("%s and %s do not answer each other", p.QName, back.QName)
		}
	}
}

func TestOwnStubsAreNotHidden(t *testing.T) {
	m := Default()
	for _, name := range []string{"Award", "Obligation", "Subaward", "System", "Hosting", "DataFlow", "Names", "Records", "UseCase", "Claim", "CloudProduct", "CloudAuthorization", "Leverages"} {
		for _, p := range m.Schema(name).Properties {
			if p.Type.Name != "entity" || p.Stub || p.QName != name+":"+p.Name {
				continue
			}
			for _, s := range m.Schemata() {
				if !s.IsA(p.Range) {
					continue
				}
				if back := s.Property(p.Reverse); back == nil || !back.Stub || back.Range != name {
					t.Errorf("%s: %s:%s is something else", p.QName, s.Name, p.Reverse)
				}
			}
		}
	}
}

func TestInheritance(t *testing.T) {
	m := Default()
	award := m.Schema("Award")
	if !award.IsA("Contract") || !award.IsA("Thing") || !award.IsA("Value") || award.IsA("Interval") {
		t.Errorf("Award is %v", award.Ancestors())
	}
	if p := award.Property("name"); p == nil || p.QName != "Thing:name" || p.Type.Name != "name" {
		t.Errorf("Award:name is %+v", p)
	}
	if p := award.Property("amount"); p == nil || p.QName != "Value:amount" {
		t.Errorf("Award:amount is %+v", p)
	}
	if got := m.Schema("Hosting").Start; !slices.Equal(got, []string{"startDate", "date"}) {
		t.Errorf("Hosting begins at %v", got)
	}
	if got := m.Schema("Obligation").Start; !slices.Equal(got, []string{"date", "startDate"}) {
		t.Errorf("Obligation begins at %v", got)
	}
	want := &Edge{Source: "payer", Target: "beneficiary", Label: "is said to pay", Directed: true, Caption: []string{"amount", "date", "purpose"}}
	if diff := cmp.Diff(want, m.Schema("StatedPayment").Edge); diff != "" {
		t.Error(diff)
	}
	if p := m.Schema("Company").Property("awardsHeld"); p == nil || !p.Stub || p.Range != "Award" || p.Reverse != "supplier" {
		t.Errorf("Company:awardsHeld is %+v", p)
	}
	order := m.Schema("Person").SortedProperties()
	if order[0].Name != "name" || len(order) != len(m.Schema("Person").Properties) {
		t.Errorf("Person begins with %s", order[0].Name)
	}
}

func TestCommon(t *testing.T) {
	tests := []struct{ a, b, want string }{
		{"Person", "LegalEntity", "Person"},
		{"Thing", "System", "System"},
		{"Organization", "Asset", "Company"},
		{"Company", "Company", "Company"},
		{"Person", "Organization", ""},
		{"Person", "Nothing", ""},
		{"CloudProduct", "Organization", ""},
		{"Agency", "PublicBody", "Agency"},
	}
	m := Default()
	for _, tt := range tests {
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			got, err := m.Common(pair[0], pair[1])
			if got != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("Common(%s, %s) = %q, %v, want %q", pair[0], pair[1], got, err, tt.want)
			}
		}
	}
}
