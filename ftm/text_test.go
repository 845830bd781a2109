package ftm

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestFold(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Four Points Technology, L.L.C.", "four points technology l l c"},
		{"  O'Brien & Søn  ", "o brien son"},
		{"Straße", "strasse"},
		{"Łódź", "lodz"},
		{"Zoe\u0308", "zoe"},
		{"ZOË", "zoe"},
		{"İstanbul", "istanbul"},
		{"Nguyễn Văn Ánh", "nguyen van anh"},
		{"Владимир-Й", "владимир й"},
		{"株式会社", "株式会社"},
		{"F-35", "f 35"},
		{"--", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got := Fold(tt.in)
		if got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if again := Fold(got); again != got {
			t.Errorf("Fold(%q) = %q", got, again)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Ünïcödé ’s \u0130 \u0345 ǅ ẞ ﬁ")
	f.Fuzz(func(t *testing.T, s string) {
		if once := Fold(s); Fold(once) != once {
			t.Fatalf("%q → %q → %q", s, once, Fold(once))
		}
	})
}

func TestCaption(t *testing.T) {
	m := Default()
	tests := []struct {
		schema string
		props  map[string][]string
		want   string
	}{
		{"Person", map[string][]string{"name": {"Ann Lee"}}, "Ann Lee"},
		{"Person", map[string][]string{"name": {""}, "email": {"a@b.co"}}, "a@b.co"},
		{"Person", nil, "Person"},
		{"Ownership", map[string][]string{"role": {"x"}}, "Ownership"},
		{"Award", map[string][]string{"piid": {"70CDCR"}, "awardKey": {"K"}}, "70CDCR"},
		{"Obligation", map[string][]string{"amount": {"5.00"}}, "5.00"},
		{"Nothing", map[string][]string{"name": {"x"}}, "Nothing"},
		{"Company", map[string][]string{"name": {"ЗАО Интер Табак", "Inter Tobacco ZAO"}}, "Inter Tobacco ZAO"},
		{"Company", map[string][]string{"name": {"Palantir", "Palantir Technologies Inc", "Palantir Technologies Inc.", "PALANTIR TECHNOLOGIES INC"}}, "Palantir Technologies Inc"},
	}
	for _, tt := range tests {
		if got := m.Caption(tt.schema, tt.props); got != tt.want {
			t.Errorf("Caption(%s, %v) = %q, want %q", tt.schema, tt.props, got, tt.want)
		}
		for _, values := range tt.props {
			slices.Reverse(values)
		}
		if got := m.Caption(tt.schema, tt.props); got != tt.want {
			t.Errorf("the order changes the caption of %v to %q", tt.props, got)
		}
	}
}

func TestCaptionIsBounded(t *testing.T) {
	var names []string
	for i := range 5000 {
		names = append(names, fmt.Sprintf("%d%0500d", i, i))
	}
	start := time.Now()
	if PickName(names) == "" {
		t.Error("no name")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// go test ./ftm -bench Clean -count 6
func BenchmarkClean(b *testing.B) {
	m := Default()
	values := map[string]string{"name": "FOUR POINTS TECHNOLOGY, L.L.C.", "date": "2014-03-27", "number": "1,234.50", "country": "UNITED STATES"}
	for name, v := range values {
		typ := m.Type(name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = typ.Clean(v, CleanOptions{})
			}
		})
	}
	b.Run("fold", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Fold(values["name"])
		}
	})
}
