package value

import (
	"slices"
	"strings"
	"testing"

	"overt/ftm"
)

func TestAddress(t *testing.T) {
	tests := []struct {
		a, b string
		want Level
	}{
		{"1 N Ogden Ave", "1 North Ogden Avenue", AddressEqual},
		{"123 Main Street, Las Vegas NV 89132", "123 Main St., Las Vegas, NV 89132-1234", AddressEqual},
		{"123 Main Street Suite 4, Las Vegas 89132", "123 Main St, Las Vegas NV 89132", AddressPostcode},
		{"10 Downing Street, London SW1A 2AA", "10 Downing St, SW1A 2AA", AddressPostcode},
		{"Hauptstraße 5, 10115 Berlin", "Hauptstr. 5, Berlin 10115", AddressEqual},
		{"ул. Ленина, 12, Москва", "ulitsa Lenina 12, Moskva", AddressEqual},
		{"123 Main Street, Springfield", "125 Main Street, Springfield", AddressOther},
		{"123 Main Street, Springfield", "Main Street, Springfield", AddressStreet},
		{"1001 W Roosevelt Rd", "10 S Kedzie Ave", AddressDiffer},
		{"77 Elm Road, Paris TX 75460", "12 Oak Lane, Austin TX 78701", AddressDiffer},
		{"", "12 Oak Lane", Missing},
		{"Suite 400, 5th Avenue 350, New York", "350 5th Ave, New York", AddressNumber},
	}
	for _, tt := range tests {
		a, b := ParseAddress(tt.a, nil), ParseAddress(tt.b, nil)
		r, back := a.Compare(b, nil), b.Compare(a, nil)
		if r.Level != tt.want || back != r {
			t.Errorf("%q / %q: %s and %s, want %s\n%+v\n%+v", tt.a, tt.b, Levels(SortAddress)[r.Level], Levels(SortAddress)[back.Level], Levels(SortAddress)[tt.want], a, b)
		}
	}
}

func TestDate(t *testing.T) {
	tests := []struct {
		a, b string
		want Level
	}{
		{"1978-12-11", "1978-12-11", DateEqual},
		{"19781211", "1978-12-11", DateEqual},
		{"1978-12-11", "1978-11-12", DateExchanged},
		{"1978-12-11", "1978-12-13", DateDigit},
		{"1978-12-12", "1978-12-21", DateDigit},
		{"1978-12", "1978-12-11", DateMonth},
		{"1978", "1978-12-11", DateYear},
		{"1978", "1979", DateNear},
		{"1978-01-15", "1978-12-28", DateNear},
		{"1978-12-11", "1955-03-02", DateDiffer},
		{"1900-01-01", "1978-12-11", Missing},
		{"not known", "1978-12-11", Missing},
	}
	for _, tt := range tests {
		a, b := ParseDate(tt.a), ParseDate(tt.b)
		r, back := a.Compare(b), b.Compare(a)
		if r.Level != tt.want || back.Level != r.Level {
			t.Errorf("%q / %q: %s, want %s", tt.a, tt.b, Levels(SortDate)[r.Level], Levels(SortDate)[tt.want])
		}
	}
	if d := ParseDate("1978-02"); d.First() != 19780201 || d.Last() != 19780231 {
		t.Errorf("February 1978 is from %d to %d", d.First(), d.Last())
	}
}

func TestContact(t *testing.T) {
	phone := func(a, b string, countries ...string) Level {
		return ParsePhone(a, countries).Compare(ParsePhone(b, countries)).Level
	}
	email := func(a, b string) Level { return ParseEmail(a).Compare(ParseEmail(b)).Level }
	host := func(a, b string) Level { return ParseHost(a).Compare(ParseHost(b)).Level }
	tests := []struct {
		name      string
		got, want Level
	}{
		{"with and without country", phone("+1 702 919 1300", "702-919-1300"), PhoneNational},
		{"by hint", phone("+1 702 919 1300", "(702) 919-1300", "us"), PhoneEqual},
		{"exchange", phone("404/231-1368", "404-231-1399"), PhoneExchange},
		{"other", phone("404/231-1368", "212-555-0199"), PhoneDiffer},
		{"nobody's", phone("000-000-0000", "000-000-0000"), Missing},
		{"mail", email("A.Smith@Example.org", "a.smith@example.org"), EmailEqual},
		{"tag", email("smith+x@acme.org", "smith@acme.org"), EmailEqual},
		{"mailbox", email("anna.kowalska@acme.org", "annakowalska@gmail.com"), EmailMailbox},
		{"desk", email("info@acme.org", "info@other.org"), EmailDiffer},
		{"house", email("anna@acme.co.uk", "bob@mail.acme.co.uk"), EmailHost},
		{"public", email("anna@gmail.com", "bob@gmail.com"), EmailDiffer},
		{"slip", email("annakowalska@acme.org", "anakowalska@acme.org"), EmailSlip},
		{"host", host("https://www.acme.org/about", "acme.org"), HostEqual},
		{"site", host("shop.acme.co.uk", "www.acme.co.uk"), HostSite},
		{"page", host("https://facebook.com/acme", "facebook.com/other"), HostDiffer},
		{"public host", host("facebook.com", "facebook.com"), Missing},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: level %d, want %d", tt.name, tt.got, tt.want)
		}
	}
}

func TestIdentifier(t *testing.T) {
	model := ftm.Default()
	property := func(schema, name string) *ftm.Property {
		p := model.Schema(schema).Property(name)
		if p == nil {
			t.Fatalf("no %s of %s", name, schema)
		}
		return p
	}
	lei, reg, tax := property("Company", "leiCode"), property("Company", "registrationNumber"), property("Company", "taxNumber")
	tests := []struct {
		name string
		p, q *ftm.Property
		a, b string
		want Level
	}{
		{"LEI", lei, lei, "5493001KJTIIGC8Y1R12", "5493 001K JTII GC8Y 1R12", IdentifierEqual},
		{"broken LEI", lei, lei, "5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R13", IdentifierWeak},
		{"LEI and its slip", lei, lei, "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R13", IdentifierSlip},
		{"registers", reg, reg, "HRB 12345", "hrb-12345", IdentifierWeak},
		{"zeros in front", reg, reg, "00482915", "482915", IdentifierWeak},
		{"another property", reg, tax, "DE811569869", "DE 811569869", IdentifierWeak},
		{"another property, short", reg, tax, "1234", "1234", Missing},
		{"differ", reg, reg, "4711000", "9990815", IdentifierDiffer},
		{"filler", reg, reg, "000000000", "000000000", Missing},
		{"none", reg, reg, "n/a", "n/a", Missing},
	}
	for _, tt := range tests {
		a, b := ParseIdentifier(tt.p, tt.a), ParseIdentifier(tt.q, tt.b)
		r, back := a.Compare(b), b.Compare(a)
		if r.Level != tt.want || back.Level != r.Level {
			t.Errorf("%s: %d and %d, want %d", tt.name, r.Level, back.Level, tt.want)
		}
	}
}

type shares map[string]float64

func (s shares) Token(w string) float64 { return s[w] }

func TestText(t *testing.T) {
	a, b := ParseText("Managed database service for agencies"), ParseText("A database service, managed")
	common := shares{"service": 0.5, "managed": 0.4, "database": 0.3, "for": 0.9, "a": 0.9, "agencies": 0.001}
	if r := a.Compare(b, common); r.Level != TextFew {
		t.Errorf("with a rare word missing: %s", Levels(SortText)[r.Level])
	}
	common["agencies"] = 0.9
	if r := a.Compare(b, common); r.Level != TextMost || r.Norm != "database" {
		t.Errorf("with common words missing: %s by %q", Levels(SortText)[r.Level], r.Norm)
	}
	if r := a.Compare(ParseText("service database MANAGED agencies for"), nil); r.Level != TextEqual {
		t.Errorf("the same words: %s", Levels(SortText)[r.Level])
	}
}

// TestKeysMeet holds that values that agree strongly share a key.
func TestKeysMeet(t *testing.T) {
	keys := func(of func(func(Family, string))) []string {
		var out []string
		of(func(_ Family, k string) { out = append(out, k) })
		return out
	}
	for _, pair := range [][2][]string{
		{keys(ParseAddress("123 Main Street Suite 4, Las Vegas 89132", nil).Keys), keys(ParseAddress("123 Main St, NV 89132", nil).Keys)},
		{keys(ParseDate("1978-12-11").Keys), keys(ParseDate("1978-11-12").Keys)},
		{keys(ParsePhone("+1 702 919 1300", nil).Keys), keys(ParsePhone("702-919-1300", nil).Keys)},
		{keys(ParseEmail("anna.kowalska@acme.org").Keys), keys(ParseEmail("annakowalska@gmail.com").Keys)},
	} {
		if !slices.ContainsFunc(pair[0], func(k string) bool { return slices.Contains(pair[1], k) }) {
			t.Errorf("no key shared: %q and %q", pair[0], pair[1])
		}
	}
}

// FuzzValues: whatever comes, parsing ends, comparing is symmetric, and a value
// equals itself or has nothing to compare.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"", "123 Main St 89132", "1978-12-11", "+49 30 1234567", "a@b.org", "http://[::1]/", "SW1A 2AA", "\xff\x00", "٣٤٥ شارع", strings.Repeat("9 ", 50)} {
		f.Add(s, "12 Oak Lane, 1978")
	}
	reg := ftm.Default().Schema("Company").Property("registrationNumber")
	f.Fuzz(func(t *testing.T, a, b string) {
		both := func(name string, ab, ba, aa Result) {
			if ab.Level != ba.Level {
				t.Errorf("%s: %q / %q: %d one way, %d the other", name, a, b, ab.Level, ba.Level)
			}
			if aa.Level > IdentifierWeak {
				t.Errorf("%s: %q and itself: %d", name, a, aa.Level)
			}
		}
		drop := func(Family, string) {}
		x, y := ParseAddress(a, nil), ParseAddress(b, nil)
		x.Keys(drop)
		both("address", x.Compare(y, nil), y.Compare(x, nil), x.Compare(x, nil))
		d, e := ParseDate(a), ParseDate(b)
		d.Keys(drop)
		both("date", d.Compare(e), e.Compare(d), Result{})
		p, q := ParsePhone(a, nil), ParsePhone(b, nil)
		p.Keys(drop)
		both("phone", p.Compare(q), q.Compare(p), p.Compare(p))
		m, n := ParseEmail(a), ParseEmail(b)
		m.Keys(drop)
		both("email", m.Compare(n), n.Compare(m), m.Compare(m))
		h, i := ParseHost(a), ParseHost(b)
		h.Keys(drop)
		both("host", h.Compare(i), i.Compare(h), h.Compare(h))
		u, v := ParseIdentifier(reg, a), ParseIdentifier(reg, b)
		u.Keys(drop)
		both("identifier", u.Compare(v), v.Compare(u), u.Compare(u))
		k, l := ParseText(a), ParseText(b)
		k.Keys(drop)
		both("text", k.Compare(l, nil), l.Compare(k, nil), k.Compare(k, nil))
	})
}
