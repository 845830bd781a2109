package ftm

import (
	"strings"
	"testing"
)

// A cleanCase is one value; an empty want means that it is refused.
type cleanCase struct {
	in, want string
	opts     CleanOptions
}

func checkClean(t *testing.T, typeName string, tests []cleanCase) {
	t.Helper()
	typ := Default().Type(typeName)
	for _, tt := range tests {
		got, err := typ.Clean(tt.in, tt.opts)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s %q %+v: got %q, %v, want %q", typeName, tt.in, tt.opts, got, err, tt.want)
		}
		if err != nil && len(tt.in) > 6 && strings.Contains(err.Error(), tt.in) {
			t.Errorf("%s: the error repeats the value: %v", typeName, err)
		}
		if err == nil && typeName != "date" && tt.opts.Format == "" {
			if again, err := typ.Clean(got, tt.opts); again != got || err != nil {
				t.Errorf("%s %q: cleaned again it is %q, %v", typeName, got, again, err)
			}
		}
	}
}

func TestCleanDate(t *testing.T) {
	fuzzy := CleanOptions{Fuzzy: true}
	format := func(f string) CleanOptions { return CleanOptions{Format: f} }
	checkClean(t, "date", []cleanCase{
		{in: "2014", want: "2014"},
		{in: "2014-03", want: "2014-03"},
		{in: "2014-3-7", want: "2014-03-07"},
		{in: " 2014-03-27 ", want: "2014-03-27"},
		{in: "2014-03-27T10", want: "2014-03-27T10"},
		{in: "2014-03-27 10:00", want: "2014-03-27T10:00"},
		{in: "2014-03-27T10:00:00.123Z", want: "2014-03-27T10:00:00"},
		{in: "2014-03-27T23:30:00-05:00", want: "2014-03-28T04:30:00"},
		{in: "2024-12-31 22:30-0200", want: "2025-01-01T00:30"},
		{in: "2012-02-29", want: "2012-02-29"},
		{in: "9999-12-31", want: "9999-12-31"},
		{in: "2014-00-00", want: "2014"},
		{in: "2014-05-00", want: "2014-05"},
		{in: "2014-00-05"},
		{in: "0000-00-00"}, {in: "0001-01-01"}, {in: "2014-13"}, {in: "2014-13-01"}, {in: "2014-02-30"}, {in: "2013-02-29"},
		{in: "2014-03-27T24:00"}, {in: "2014-03-27T10:60"}, {in: "2014-03-27x"}, {in: "2014-W07"}, {in: "2014-2016"},
		{in: ""}, {in: "  "}, {in: "unknown"}, {in: "27/03/2014"}, {in: "20140327"}, {in: "201"}, {in: "2014-"},

		{in: "27/03/2014", want: "2014-03-27", opts: format("%d/%m/%Y")},
		{in: "7/3/2014", want: "2014-03-07", opts: format("%d/%m/%Y")},
		{in: "03/27/14 16:17", want: "2014-03-27T16:17", opts: format("%m/%d/%y %H:%M")},
		{in: "03/27/2014", want: "2014-03-27", opts: format("%m/%d/%y %H:%M|%m/%d/%Y")},
		{in: "03/27/69", want: "1969-03-27", opts: format("%D")},
		{in: "03/27/68", want: "2068-03-27", opts: format("%D")},
		{in: "27-MAR-2014", want: "2014-03-27", opts: format("%d-%b-%Y")},
		{in: "March 2014", want: "2014-03", opts: format("%B %Y")},
		{in: "FY2014", want: "2014", opts: format("FY%Y")},
		{in: "03/27/2014 12:05 AM", want: "2014-03-27T00:05", opts: format("%m/%d/%Y %I:%M %p")},
		{in: "03/27/2014 12:05 PM", want: "2014-03-27T12:05", opts: format("%m/%d/%Y %I:%M %p")},
		{in: "2014-060", want: "2014-03-01", opts: format("%Y-%j")},
		{in: "Thu, 27 Mar 2014 10:00:00 +0200", want: "2014-03-27T08:00:00", opts: format("%a, %d %b %Y %T %z")},
		{in: "2014-366", opts: format("%Y-%j")},
		{in: "30/02/2014", opts: format("%d/%m/%Y")},
		{in: "27/03/2014 ", want: "2014-03-27", opts: format("%d/%m/%Y")},
		{in: "27/03/2014x", opts: format("%d/%m/%Y")},
		{in: "2014-03-27", opts: format("%d/%m/%Y")},
		{in: "27", opts: format("%d")}, {in: "2014", opts: format("%Y%")}, {in: "2014", opts: format("%Q")}, {in: "2014 05", opts: format("%Y %d")},

		{in: "27 March 2014", want: "2014-03-27", opts: fuzzy},
		{in: "March 27th, 2014", want: "2014-03-27", opts: fuzzy},
		{in: "Mar 2014", want: "2014-03", opts: fuzzy},
		{in: "27-Mar-2014", want: "2014-03-27", opts: fuzzy},
		{in: "2014 March 3", want: "2014-03-03", opts: fuzzy},
		{in: "Thursday, 27 March 2014 10:00", want: "2014-03-27", opts: fuzzy},
		{in: "27/03/2014", want: "2014-03-27", opts: fuzzy},
		{in: "03/27/2014", want: "2014-03-27", opts: fuzzy},
		{in: "04/04/2014", want: "2014-04-04", opts: fuzzy},
		{in: "2014/03/04", want: "2014-03-04", opts: fuzzy},
		{in: "20140327", want: "2014-03-27", opts: fuzzy},
		{in: "circa 1960", want: "1960", opts: fuzzy},
		{in: "03/04/2014", opts: fuzzy}, {in: "20141327", opts: fuzzy}, {in: "1960 to 1965", opts: fuzzy}, {in: "March", opts: fuzzy},
		{in: "32 March 2014", opts: fuzzy}, {in: "12345678901234567890", opts: fuzzy}, {in: "-,/", opts: fuzzy},
	})
}

func TestCleanNumber(t *testing.T) {
	comma := CleanOptions{Format: ","}
	checkClean(t, "number", []cleanCase{
		{in: "99", want: "99"}, {in: "1,234.50", want: "1234.50"}, {in: "$1,234.50", want: "1234.50"},
		{in: "(5)", want: "-5"}, {in: "($1,234.50)", want: "-1234.50"}, {in: "$(5.00)", want: "-5.00"}, {in: "-$5", want: "-5"}, {in: "$-5", want: "-5"},
		{in: "5-", want: "-5"}, {in: "−5", want: "-5"}, {in: "+5", want: "5"}, {in: "- 999.0", want: "-999.0"},
		{in: "1,00,00,000", want: "10000000"}, {in: "12,34,567", want: "1234567"}, {in: "1 000 000", want: "1000000"}, {in: "1\u00a0000,5"},
		{in: "1.23E+05", want: "123000"}, {in: "1e-3", want: "0.001"}, {in: "007", want: "7"}, {in: ".5", want: "0.5"},
		{in: "0.00", want: "0.00"}, {in: "-0.00", want: "0.00"}, {in: "€ 5", want: "5"}, {in: "5 USD", want: "5"},
		{in: "123456789012345678901234567890.12", want: "123456789012345678901234567890.12"},
		{in: "1.2.3"}, {in: "1,5"}, {in: "1,2345"}, {in: "1234,567"}, {in: "1,234,56"}, {in: ",234"}, {in: "1,,234"}, {in: "1,23,4567"}, {in: "123,45,678"}, {in: "1.234,5"}, {in: "1,234.5,6"},
		{in: "--5"}, {in: "(-5)"}, {in: "5 kg"}, {in: "banana"}, {in: ""}, {in: "-"}, {in: "$"}, {in: "()"}, {in: "5-10"}, {in: "1e999999"}, {in: "NaN"}, {in: "0x1F"}, {in: "$$5"},
		{in: "1.234,56", want: "1234.56", opts: comma}, {in: "1,5", want: "1.5", opts: comma}, {in: "1 234,5", want: "1234.5", opts: comma}, {in: "1.5", opts: comma},
	})
}

func TestCleanCountry(t *testing.T) {
	checkClean(t, "country", []cleanCase{
		{in: "us", want: "us"}, {in: "US", want: "us"}, {in: "USA", want: "us"}, {in: "U.S.A.", want: "us"}, {in: "UNITED STATES", want: "us"},
		{in: "United States of America", want: "us"}, {in: "UK", want: "gb"}, {in: "DEU", want: "de"}, {in: "Türkiye", want: "tr"}, {in: "TURKEY", want: "tr"},
		{in: "Cote d'Ivoire", want: "ci"}, {in: "KOREA, SOUTH", want: "kr"}, {in: "Korea (the Republic of)", want: "kr"}, {in: "Russian Federation", want: "ru"}, {in: "gb-sct", want: "gb-sct"}, {in: "suhh", want: "suhh"},
		{in: "Republic of Estonia"}, {in: "Republic of Estonia", want: "ee", opts: CleanOptions{Fuzzy: true}},
		{in: "Atlantis"}, {in: "xx"}, {in: ""}, {in: "??"},
	})
}

func TestAlpha3CodesAreWhole(t *testing.T) {
	values := Default().Type("country").Values
	seen := map[string]bool{}
	for pair := range strings.FieldsSeq(alpha3Codes) {
		alpha3, code, ok := strings.Cut(pair, ":")
		if !ok || len(alpha3) != 3 || values[code] == "" || seen[alpha3] {
			t.Errorf("alpha-3 pair %q", pair)
		}
		seen[alpha3] = true
	}
	for row := range strings.SplitSeq(strings.TrimSpace(countryNames), "\n") {
		if code, _, _ := strings.Cut(row, ":"); values[code] == "" {
			t.Errorf("names of unknown country %q", code)
		}
	}
	for pair := range strings.FieldsSeq(languageCodes) {
		if _, code, _ := strings.Cut(pair, ":"); Default().Type("language").Values[code] == "" {
			t.Errorf("language pair %q", pair)
		}
	}
}

func TestCleanContact(t *testing.T) {
	fuzzy := CleanOptions{Fuzzy: true}
	checkClean(t, "email", []cleanCase{
		{in: "Ann.Lee@Example.ORG", want: "Ann.Lee@example.org"}, {in: "mailto:a@b.co", want: "a@b.co"}, {in: "<a@b.co>", want: "a@b.co"}, {in: "a@münchen.de", want: "a@münchen.de"},
		{in: "a@b"}, {in: "@b.co"}, {in: "a b@c.de"}, {in: "a@b..de"}, {in: "a@-b.de"}, {in: "a@1.2.3.4"}, {in: "a..b@c.de"}, {in: "none"}, {in: ""},
	})
	checkClean(t, "url", []cleanCase{
		{in: "https://Example.ORG", want: "https://example.org/"}, {in: "HTTP://example.org/A?b=C#d", want: "http://example.org/A?b=C#d"},
		{in: "https://example.org/a b", want: "https://example.org/a%20b"}, {in: "http://192.0.2.1:8080/x", want: "http://192.0.2.1:8080/x"}, {in: "mailto:a@B.co", want: "mailto:a@b.co"},
		{in: "example.org"}, {in: "example.org/x", want: "http://example.org/x", opts: fuzzy}, {in: "//example.org", want: "http://example.org/", opts: fuzzy},
		{in: "javascript:alert(1)"}, {in: "javascript:alert(1)", opts: fuzzy}, {in: "file:///etc/passwd"}, {in: "http://"}, {in: "http:///x"}, {in: "http://[::1"}, {in: ""},
	})
	in := func(countries ...string) CleanOptions { return CleanOptions{Countries: countries} }
	checkClean(t, "phone", []cleanCase{
		{in: "+1 (202) 555-0100", want: "+12025550100"}, {in: "0044 20 7946 0000", want: "+442079460000"}, {in: "+44 (0)20 7946 0000", want: "+442079460000"},
		{in: "(202) 555-0100", want: "+12025550100", opts: in("us")}, {in: "1-202-555-0100 ext. 5", want: "+12025550100", opts: in("us", "us")},
		{in: "030 901820", want: "+4930901820", opts: in("de")}, {in: "06 6982", want: "+39066982", opts: in("it")}, {in: "8 495 123 45 67", want: "+74951234567", opts: in("ru", "zz")},
		{in: "(202) 555-0100"}, {in: "(202) 555-0100", want: "2025550100", opts: fuzzy}, {in: "(202) 555-0100", opts: in("us", "ca")},
		{in: "+1 202 555"}, {in: "+1 102 555 0100"}, {in: "+0 1234567"}, {in: "+123456789012345678"}, {in: "none", opts: fuzzy}, {in: "12", opts: fuzzy}, {in: ""}, {in: "5+5 123456"},
	})
	checkClean(t, "ip", []cleanCase{
		{in: "192.0.2.1", want: "192.0.2.1"}, {in: "2001:DB8:0:0::1", want: "2001:db8::1"}, {in: "fe80::1%eth0"}, {in: "256.1.1.1"}, {in: "192.0.2"}, {in: ""},
	})
}

func TestCleanOther(t *testing.T) {
	checkClean(t, "name", []cleanCase{
		{in: "  Four   Points\tTechnology ", want: "Four Points Technology"}, {in: `"ACME"`, want: "ACME"}, {in: "OOO “Интер”", want: `OOO "Интер"`},
		{in: "O’Brien\u200b\x00", want: "O'Brien"}, {in: `"A" and "B"`, want: `"A" and "B"`}, {in: "--"}, {in: " "}, {in: "\x00"},
	})
	checkClean(t, "string", []cleanCase{{in: " a \n b ", want: "a b"}, {in: ""}, {in: "\xff", want: "\uFFFD"}})
	checkClean(t, "identifier", []cleanCase{{in: " 12  34-5 ", want: "12 34-5"}, {in: "\t"}})
	checkClean(t, "text", []cleanCase{{in: "a\r\nb\x00\tc ", want: "a\nb\tc"}, {in: " \n"}})
	checkClean(t, "html", []cleanCase{{in: "<b>x</b>", want: "<b>x</b>"}})
	checkClean(t, "address", []cleanCase{{in: "1 Main St\nApt 2;Springfield , ,IL", want: "1 Main St, Apt 2, Springfield, IL"}, {in: ", ,"}})
	checkClean(t, "gender", []cleanCase{{in: "M", want: "male"}, {in: "Female", want: "female"}, {in: "?"}})
	checkClean(t, "topic", []cleanCase{{in: "Role.PEP", want: "role.pep"}, {in: "role.king"}})
	checkClean(t, "language", []cleanCase{{in: "en", want: "eng"}, {in: "ger", want: "deu"}, {in: "en-US", want: "eng"}, {in: "Ukrainian", want: "ukr"}, {in: "FRA", want: "fra"}, {in: "klingon"}, {in: ""}})
	checkClean(t, "mimetype", []cleanCase{{in: "Text/HTML; charset=UTF-8", want: "text/html"}, {in: "text"}, {in: "/x"}, {in: "a b/c"}})
	checkClean(t, "json", []cleanCase{{in: ` {"a": [1, 2]} `, want: `{"a":[1,2]}`}, {in: "{"}, {in: ""}})
	checkClean(t, "checksum", []cleanCase{{in: strings.Repeat("AB", 20), want: strings.Repeat("ab", 20)}, {in: strings.Repeat("0", 64), want: strings.Repeat("0", 64)}, {in: "abc"}, {in: strings.Repeat("g", 40)}})
	checkClean(t, "entity", []cleanCase{{in: " NK-1 ", want: "NK-1"}, {in: "a b"}, {in: ""}, {in: "a\x00"}, {in: strings.Repeat("a", 513)}})
	checkClean(t, "iban", []cleanCase{{in: "GB82 WEST 1234 5698 7654 32", want: "GB82WEST12345698765432"}, {in: "no83 3000 1234 567", want: "NO8330001234567"}, {in: "DE89 3704 0044 0532 0130 00", want: "DE89370400440532013000"}, {in: "DE88370400440532013000"}, {in: "DE8937040044053201300"}, {in: "US12345678"}, {in: ""}})
}

func FuzzCleanDate(f *testing.F) {
	for _, s := range []string{"2014-03-27T10:00:00Z", "0000-00-00", "27 March 2014", "03/27/14 16:17", "20140327", "circa 1960"} {
		f.Add(s, "%m/%d/%y %H:%M", true)
		f.Add(s, "", false)
	}
	typ := Default().Type("date")
	f.Fuzz(func(t *testing.T, s, format string, fuzzy bool) {
		got, err := typ.Clean(s, CleanOptions{Format: format, Fuzzy: fuzzy})
		if err != nil {
			return
		}
		if again, err := typ.Clean(got, CleanOptions{}); err != nil || again != got {
			t.Fatalf("%q with %q gave %q, which gives %q, %v", s, format, got, again, err)
		}
	})
}

func FuzzCleanNumber(f *testing.F) {
	for _, s := range []string{"$1,234.50", "(5)", "1.2.3", "1e5", "1,00,000", "5-", "€ -1 000"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	typ := Default().Type("number")
	f.Fuzz(func(t *testing.T, s string, comma bool) {
		opts := CleanOptions{}
		if comma {
			opts.Format = ","
		}
		got, err := typ.Clean(s, opts)
		if err != nil {
			return
		}
		if again, err := typ.Clean(got, CleanOptions{}); err != nil || again != got {
			t.Fatalf("%q gave %q, which gives %q, %v", s, got, again, err)
		}
	})
}

// FuzzCleanTypes wants that no type panics and that clean values stay.
func FuzzCleanTypes(f *testing.F) {
	for _, s := range []string{"", "a@b.de", "http://x.org/%zz", "+1 (202) 555-0100", "\xff\x00", "GB82WEST12345698765432", "O’Brien", "((", "{}", "a,;b", "U.S.A.", "\"''\"", "<>"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, fuzzy bool) {
		opts := CleanOptions{Fuzzy: fuzzy, Countries: []string{"us"}}
		for _, typ := range Default().Types() {
			got, err := typ.Clean(s, opts)
			if err != nil {
				continue
			}
			if again, err := typ.Clean(got, opts); err != nil || again != got {
				t.Fatalf("%s %q gave %q, which gives %q, %v", typ.Name, s, got, again, err)
			}
		}
	})
}
