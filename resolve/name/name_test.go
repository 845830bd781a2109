package name

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestOrganisationForms(t *testing.T) {
	tests := []struct {
		text, want, class string
		kind              Kind
		alternates        string // kind: name, separated by "; "
	}{
		{"AMAZON WEB SERVICES, INC.", "amazon web service inc", "corp", Organisation, ""},
		{"FOUR POINTS TECHNOLOGY, L.L.C.", "4 points technology llc", "llc", Organisation, ""},
		{"Prizum d.b.a. IntegrityOne Partners", "prizum", "", Organisation, "trade name: integrityone partner"},
		{"Acme Ltd t/a Bolt & Nut Co.", "acme ltd", "llc", Organisation, "trade name: bolt and nut co"},
		{"Foo Holdings (formerly Bar Ltd)", "foo holding", "", Organisation, "former name: bar ltd"},
		{"Quorvex GmbH & Co. KG", "quorvex kg", "lp", Organisation, ""},
		{"Quorvex (UK) Limited", "quorvex gb ltd", "llc", Organisation, ""},
		{"QuorvexAG", "quorvex ag", "jsc", Organisation, ""},
		{"ПАО «Кворвекс»", "kvorveks ao", "jsc", Organisation, ""},
		{"Общество с ограниченной ответственностью Кворвекс", "kvorveks ooo", "llc", Organisation, ""},
		{"Kvorvex Sp. z o. o.", "kvorvex spzoo", "llc", Organisation, ""},
		{"北京科沃有限公司", "北京科沃 youxian", "llc", Organisation, ""},
		{"JP Morgan Chase & Co.", "jp morgan chase co", "corp", Organisation, ""},
		{"DP World", "dp world", "", Organisation, ""},
		{"Foundation Medicine, Inc.", "foundation medical inc", "corp", Organisation, ""},
		{"ИП Кворвекс", "kvorveks ip", "sole", Organisation, ""},
		{"SIA Quorvex", "quorvex sia", "llc", Organisation, ""},
		{"Limited", "limited", "", Organisation, ""},
		{"The Company", "the co", "corp", Organisation, ""},
		{"Dept. of Veterans Affairs", "department of veteran affair", "", PublicBody, ""},
		{"National Quorvex Agency (NQA)", "national quorvex agency", "", PublicBody, "short form: nqa"},
		{"Quorvex Ltd (Director of Sales)", "quorvex ltd", "llc", Organisation, ""},
		{"National Quorvex Agency (Assistant Secretary)", "national quorvex agency", "", PublicBody, ""},
		{"Office of Inspector General, Department of Quorvex", "office of inspector general department of quorvex", "", PublicBody, "body above: department of quorvex"},
		{"Brigade Forty-Four", "brigade 44", "", Organisation, ""},
		{"Quorvex Fund XIV LP", "quorvex fund 14 lp", "lp", Organisation, ""},
		{"1st Int'l Bank", "1 international bank", "", Organisation, ""},
		{"", "", "", Organisation, ""},
		{"...", "", "", Organisation, ""},
	}
	for _, tt := range tests {
		f := Parse(tt.text, Organisation, Hint{})
		var others []string
		for _, a := range f.Alternates {
			others = append(others, a.Kind.String()+": "+a.Form.String())
		}
		if f.String() != tt.want || f.Class != tt.class || f.Kind != tt.kind || strings.Join(others, "; ") != tt.alternates {
			t.Errorf("%q: %q, class %q, %v, %q; want %q, %q, %v, %q", tt.text, f, f.Class, f.Kind, others, tt.want, tt.class, tt.kind, tt.alternates)
		}
	}
}

func TestPersonForms(t *testing.T) {
	tests := []struct {
		text, given, surname string
		countries            []string
	}{
		{"Vladimir Vladimirovich Putin", "vladimir", "putin", nil},
		{"PUTIN, Vladimir", "vladimir", "putin", nil},
		{"Putin Vladimir Vladimirovich", "vladimir", "putin", nil},
		{"PUTIN vladimir", "vladimir", "putin", nil},
		{"Путин В. В.", "", "putin", nil},
		{"Dr. Anna M. Kowalska, MD", "anna", "kowalska", nil},
		{"Orbán Viktor", "viktor", "orban", []string{"hu"}},
		{"Xi Jinping", "jinping", "xi", []string{"cn"}},
		{"习近平", "近平", "习", nil},
		{"Gabriel García Márquez", "gabriel", "garcia marquez", []string{"co"}},
		{"Abd al-Rahman ibn Khalid", "abdulrahman", "khalid", nil},
		{"J.P. Quorvex", "", "quorvex", nil},
		{"Anna Kowalska (Assistant Secretary)", "anna", "kowalska", nil},
		{"JC Quorvex", "", "quorvex", nil},
		{"President", "", "president", nil},
	}
	for _, tt := range tests {
		f := Parse(tt.text, Person, Hint{Countries: tt.countries})
		if tt.text == "President" {
			if f.Empty() {
				t.Errorf("%q: empty", tt.text)
			}
			continue
		}
		if f.of(Given) != tt.given || f.of(Surname) != tt.surname {
			t.Errorf("%q: given %q, family %q; want %q, %q", tt.text, f.of(Given), f.of(Surname), tt.given, tt.surname)
		}
	}
}

func TestPersons(t *testing.T) {
	tests := []struct {
		a, b string
		want Level
	}{
		{"John Smith", "JOHN SMITH", PersonExact},
		{"John Smith", "Smith, John", PersonExact},
		{"John Smith", "Smith John", PersonReordered},
		{"Юлия Ермакова", "Yulia Ermakova", PersonSound},
		{"Mohammed bin Salman", "Muhammad bin Salman", PersonSound},
		{"Olaf Scholze", "Olaf Scholz", PersonTypo},
		{"Bill Quorvex", "William Quorvex", PersonNickname},
		{"J. Quorvex", "John Quorvex", PersonInitial},
		{"John Quorvex", "John Albert Quorvex", PersonExtra},
		{"فلاديمير بوتين", "Vladimir Putin", PersonLoose},
		{"Viktor Yakunin", "Vladimir Yakunin", PersonSurname},
		{"John Andrew Smith", "John Robert Smith", PersonSurname},
		{"Frost, William G.", "William W Frost", PersonSurname},
		{"Roberto Cruz", "Angela Merkel", PersonDisjoint},
		{"Salman bin Muhammad", "Muhammad bin Salman", PersonSurname},
		{"Saddam Hussein al-Tikriti", "Uday Saddam Hussein al-Tikriti", PersonSurname},
		{"김정은", "김종은", PersonSurname},
		{"Kim Yong Chol", "Kim Song Chol", PersonSurname},
		{"Nikolai Patr ushev", "Nikolai Patrushev", PersonSound},
		{"JohnSmith", "John Smith", PersonSound},
		{"", "John Smith", Missing},
	}
	for _, tt := range tests {
		a, b := Parse(tt.a, Person, Hint{}), Parse(tt.b, Person, Hint{})
		if r := Compare(a, b, nil); r.Level != tt.want {
			t.Errorf("%s / %s: %s (%s), want %s", tt.a, tt.b, r.Level.In(Person), r.Why, tt.want.In(Person))
		}
	}
	sr := PersonOf(Parts{First: "John", Last: "Quorvex", Suffix: "Sr."})
	jr := PersonOf(Parts{First: "John", Last: "Quorvex", Suffix: "Jr."})
	if r := Compare(sr, jr, nil); r.Same() {
		t.Errorf("father and son are the same: %s", r.Why)
	}
	swapped := Compare(PersonOf(Parts{First: "Martin", Last: "Paul"}), PersonOf(Parts{First: "Paul", Last: "Martin"}), nil)
	if swapped.Level != PersonReordered {
		t.Errorf("given and family name exchanged: %s", swapped.Level.In(Person))
	}
}

type frequencies map[string]float64

func (f frequencies) Token(w string) float64 { return f[w] }
func (f frequencies) Full(string) float64    { return 0 }

// TestFrequencies: a slip between two common names speaks against, words that
// every name has speak for little.
func TestFrequencies(t *testing.T) {
	a, b := Parse("Quorvex Mario", Person, Hint{}), Parse("Quorvex Maria", Person, Hint{})
	rare, common := Compare(a, b, frequencies{}), Compare(a, b, frequencies{"mario": 0.01, "maria": 0.02})
	if rare.Level != common.Level || common.Bits >= rare.Bits-2 {
		t.Errorf("rare %+v, common %+v", rare, common)
	}
	x, y := Parse("Quorvex Bridge Services", Organisation, Hint{}), Parse("Quorvex Bridge", Organisation, Hint{})
	seldom, often := Compare(x, y, frequencies{"service": 0.001}), Compare(x, y, frequencies{"service": 0.4})
	if seldom.Level != OrgDistinctive || often.Bits <= seldom.Bits {
		t.Errorf("seldom %+v, often %+v", seldom, often)
	}
}

// TestRelated tells who belongs together from who is one.
func TestRelated(t *testing.T) {
	tests := []struct {
		a, b              string
		related, conflict bool
		hint              string
	}{
		{"Siemens AG", "Siemens Energy AG", true, false, ""},
		{"Deutsche Bank (Schweiz) AG", "Deutsche Bank AG", true, false, ""},
		{"Office of Inspector General, Department of Quorvex", "Department of Quorvex", true, false, ""},
		{"Blackstone Fund V", "Blackstone Fund VI", false, true, ""},
		{"Quorvex Solutions", "Quorvex Solutions II", false, true, ""},
		{"Lockheed Martin", "Martin Marietta", false, false, ""},
		{"Four Points Technology", "Four Points Sheraton Hotel", false, false, ""},
	}
	for _, tt := range tests {
		a, b := Parse(tt.a, Organisation, Hint{}), Parse(tt.b, Organisation, Hint{})
		r := Compare(a, b, nil)
		if r.Related != tt.related || r.Conflict != tt.conflict || r.Same() {
			t.Errorf("%s / %s: related %v, conflict %v, same %v (%s: %s)", tt.a, tt.b, r.Related, r.Conflict, r.Same(), r.Level.In(r.Kind), r.Why)
		}
	}
	de := Hint{Countries: []string{"de"}}
	if r := Compare(Parse("Quorvex Germany", Organisation, Hint{}), Parse("Quorvex", Organisation, de), nil); !r.Same() {
		t.Errorf("a country that is the home of the other: %s", r.Level.In(r.Kind))
	}
}

// TestSound: the spellings of one name meet in one form.
func TestSound(t *testing.T) {
	for _, class := range [][]string{
		{"ermakov", "yermakov", "iermakov", "ermakoff"},
		{"shcherbakov", "schtscherbakov", "shcherbakoff"},
		{"andrej", "andrei", "andrey"},
		{"plenkovic", "plenkovich", "plenkovitch"},
		{"alexandr", "aleksandr"},
		{"philipp", "filip"},
		{"muller", "mueller"},
		{"natalia", "natalya", "natalja"},
		{"moussa", "musa"},
	} {
		for _, w := range class[1:] {
			if a, b := sound(class[0]), sound(w); a != b {
				t.Errorf("%s is %q, %s is %q", class[0], a, w, b)
			}
		}
	}
	for a, b := range map[string]string{"putin": "пуцін", "ivan": "петр"} {
		if sound(a) == sound(render(b).latin) {
			t.Errorf("%s and %s sound the same", a, b)
		}
	}
}

// plainDistance is distance without a band and without giving up.
func plainDistance(a, b string) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = (i + j) * editCost
				continue
			}
			s := substitute(a[i-1], b[j-1])
			if i == 1 && j == 1 && s >= editCost {
				s += headCost - editCost
			}
			rows[i][j] = min(rows[i-1][j-1]+s, rows[i-1][j]+editCost, rows[i][j-1]+editCost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+swapCost)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// TestDistance holds the band to what it leaves out: nothing within the limit.
func TestDistance(t *testing.T) {
	words := []string{"a", "ab", "ba", "putin", "poutine", "utin", "puttin", "pulin", "lukashenko", "lukashenka", "loukachenko", "kashenkolu", "netanyahu", "natanyahu", "netanyauh", "abcdefghij", "jihgfedcba", "xabcdefghij", "abcdefghijx", strings.Repeat("ab", 32)}
	for _, a := range words {
		for _, b := range words {
			for _, limit := range []int{0, 6, 10, 16, 20, 24} {
				want := plainDistance(a, b)
				if want > limit {
					want = tooFar
				}
				if got := distance(a, b, limit); got != want {
					t.Errorf("%s / %s within %d: %d, want %d", a, b, limit, got, want)
				}
			}
		}
	}
}

// bearers are names of every sort that properties are checked on.
var bearers = []string{"AMAZON WEB SERVICES, INC.", "Prizum d.b.a. IntegrityOne Partners", "ООО «Ромашка»", "Vladimir Putin", "Путин, Владимир Владимирович", "فلاديمير بوتين", "习近平", "김정은", "バラク・オバマ", "J.P. Morgan & Co.",
	"Usama bin Laden", "Blackstone Fund V", "a", "The", "1", "&", "()", "Dr.", "O'Brien", "(x", "a,b", "İSTANBUL A.Ş.", "ß", "व्लादिमीर पुतिन"}

func TestProperties(t *testing.T) {
	for _, k := range []Kind{Organisation, Person, Thing} {
		for _, s := range bearers {
			f := Parse(s, k, Hint{})
			if !f.Empty() {
				if r := Compare(f, Parse(s, k, Hint{}), nil); r.Level != 1 {
					t.Errorf("%v %q and itself: %s", k, s, r.Level.In(r.Kind))
				}
				if again := Parse(f.String(), k, Hint{}); again.key != f.key && len(f.Places()) == 0 && s != "a,b" {
					t.Errorf("%v %q: %q, and read again %q", k, s, f.key, again.key)
				}
			}
			for _, o := range bearers {
				g := Parse(o, k, Hint{})
				if x, y := Compare(f, g, nil), Compare(g, f, nil); x != y {
					t.Errorf("%v %q / %q: %+v one way, %+v the other", k, s, o, x, y)
				}
			}
		}
	}
}

// TestBounds: names of any length and many like ones end soon, and are cut.
func TestBounds(t *testing.T) {
	for _, s := range []string{strings.Repeat("a", 1e6), strings.Repeat("a ", 1e5), strings.Repeat("(", 1e5), strings.Repeat("d.b.a. x ", 1e4), strings.Repeat("\u0301", 1e4), strings.Repeat("van der ", 1e4), strings.Repeat("ﷺ", 1e4)} {
		for _, k := range []Kind{Organisation, Person, Thing} {
			f := Parse(s, k, Hint{})
			if len(f.Tokens) > maxTokens || len(f.Alternates) > maxAlternates {
				t.Errorf("%v %.20q…: %d tokens, %d alternates", k, s, len(f.Tokens), len(f.Alternates))
			}
			keys := 0
			f.Keys(func(Family, int, string) { keys++ })
			if keys > 100*maxTokens {
				t.Errorf("%v %.20q…: %d keys", k, s, keys)
			}
			Compare(f, Parse(s+" b", k, Hint{}), nil)
		}
	}
}

// TestKeys holds that names that are the same share a key.
func TestKeys(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		kind Kind
	}{
		{"Amazon Web Services", "AWS", Organisation},
		{"Van der Bilt Corp", "vanderbilt", Organisation},
		{"Prizum d.b.a. IntegrityOne Partners", "IntegrityOne Partners", Organisation},
		{"Bill Quorvex", "William Smith", Person},
		{"Владимир Путин", "Poutine Wladimir", Person},
		{"Walmart", "Wallmart", Organisation},
		{"Quorvex", "Quorvx", Organisation},
		{"فلاديمير بوتين", "Vladimir Putin", Person},
	} {
		keys := func(s string) map[string]bool {
			out := map[string]bool{}
			Parse(s, tt.kind, Hint{}).Keys(func(f Family, _ int, k string) { out[fmt.Sprint(f, " ", k)] = f != KeyInitial })
			return out
		}
		a, b := keys(tt.a), keys(tt.b)
		met := false
		for k := range a {
			met = met || b[k]
		}
		if !met {
			t.Errorf("%s and %s share no key: %v, %v", tt.a, tt.b, a, b)
		}
	}
}

func TestLevels(t *testing.T) {
	for k, last := range map[Kind]Level{Organisation: OrgDisjoint, PublicBody: OrgDisjoint, Person: PersonDisjoint, Thing: ThingDisjoint} {
		if n := len(Levels(k)); n != int(last)+1 || n > 16 {
			t.Errorf("%v has %d levels in words, %d in numbers", k, n, last+1)
		}
		if slices.Contains(Levels(k), "") {
			t.Errorf("%v has a level without words", k)
		}
	}
}

// FuzzNames: parsing ends within its bounds, comparing is symmetric, a name
// equals itself.
func FuzzNames(f *testing.F) {
	for i, s := range bearers {
		f.Add(s, bearers[(i+7)%len(bearers)], uint8(i))
	}
	f.Fuzz(func(t *testing.T, a, b string, kind uint8) {
		k := []Kind{Organisation, Person, Thing}[kind%3]
		x, y := Parse(a, k, Hint{Countries: []string{"de"}}), Parse(b, k, Hint{})
		if len(x.Tokens) > maxTokens+maxTokens || len(x.Alternates) > maxAlternates {
			t.Fatalf("%q: %d tokens, %d alternates", a, len(x.Tokens), len(x.Alternates))
		}
		x.Keys(func(Family, int, string) {})
		if r, s := Compare(x, y, nil), Compare(y, x, nil); r != s {
			t.Errorf("%v %q / %q: %+v one way, %+v the other", k, a, b, r, s)
		}
		if !x.Empty() {
			if r := Compare(x, Parse(a, k, Hint{Countries: []string{"de"}}), nil); r.Level != 1 {
				t.Errorf("%v %q and itself: %s", k, a, r.Level.In(r.Kind))
			}
		}
	})
}

// go test ./resolve/name -run '^$' -bench . -benchmem
func BenchmarkCompare(b *testing.B) {
	for _, bm := range []struct {
		name, a, b string
		kind       Kind
	}{
		{"person equal", "Vladimir Putin", "PUTIN Vladimir", Person},
		{"person typo", "Alexandr Lukashnko", "Alexander Lukashenko", Person},
		{"person far", "Angelo Cruz", "Robert Paulson", Person},
		{"person near", "Viktor Yakunin", "Vladimir Yakunin", Person},
		{"company equal", "AMAZON WEB SERVICES, INC.", "Amazon Web Services", Organisation},
		{"company near", "Amazon Web Services, Inc.", "Amazon.com Services LLC", Organisation},
		{"company far", "Lockheed Martin Corporation", "Booz Allen Hamilton", Organisation},
	} {
		b.Run(bm.name, func(b *testing.B) {
			x, y := Parse(bm.a, bm.kind, Hint{}), Parse(bm.b, bm.kind, Hint{})
			b.ReportAllocs()
			for b.Loop() {
				Compare(x, y, nil)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, bm := range []struct {
		text string
		kind Kind
	}{{"FOUR POINTS TECHNOLOGY, L.L.C.", Organisation}, {"Путин, Владимир Владимирович", Person}, {"Vladimir Putin", Person}} {
		b.Run(bm.text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(bm.text, bm.kind, Hint{})
			}
		})
	}
}
