package search

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
)

// tell writes a plan so that a test can read it.
func tell(n *Node) string {
	switch n.Op {
	case OpAll:
		return "all"
	case OpLeaf:
		return tellLeaf(n.Leaf)
	}
	var kids []string
	for _, k := range n.Kids {
		kids = append(kids, tell(k))
	}
	return [...]string{OpAnd: "and", OpOr: "or", OpNot: "not"}[n.Op] + "(" + strings.Join(kids, " ") + ")"
}

func tellLeaf(l *Leaf) string {
	field := ""
	for name, f := range fieldNames {
		if f == l.Field && f != FieldText {
			field = name + ":"
		}
	}
	var words []string
	for _, w := range l.Words {
		s := strings.Join(w.Terms, "/")
		if w.Auto != nil {
			s = "auto"
		}
		if w.Exact != "" {
			s = "=" + w.Exact
		}
		words = append(words, s)
	}
	out := field + strings.Join(words, "+") + l.Value
	if l.Near {
		out += fmt.Sprint("~", l.Slop)
	}
	if l.From+l.To != "" {
		out = field + l.From + ".." + l.To
	}
	return out
}

func TestParse(t *testing.T) {
	tests := []struct{ query, want string }{
		{"", "all"},
		{"  * ", "all"},
		{"Bank", "bank"},
		{"bank harbour", "and(bank harbour)"},
		{"bank AND harbour OR shell", "or(and(bank harbour) shell)"},
		{"bank -shell NOT report", "and(bank not(shell) not(report))"},
		{"-(a OR b) c", "and(not(or(a b)) c)"},
		{"NOT -x", "not(not(x))"},
		{"oral norway android", "and(oral norway android)"},
		{`"The Bank of"`, "the+bank+of"},
		{`"a b"~5`, "a+b~5"},
		{`"a b"~0`, "a+b~0"},
		{`"one"~3`, "one"},
		{"O'Brien NL-123", "and(o+brien nl+123)"},
		{"1.234.567,89", "123456789"},
		{`"1 234 567"`, "1234567"},
		{"31.12.2019", "31122019"},
		{"=Bank =bank", "and(=Bank =bank)"},
		{"pre* w?ld* word~ word~2 /re+/", "and(auto auto auto auto auto)"},
		{"o'br*", "auto+auto"},
		{"東京都", "東京+京都"},
		{"東京", "東京"},
		{"京", "auto"},
		{"東京Tower", "東京+京+tower"},
		{"title:bank name:\"a b\" text:x", "and(title:bank name:a+b x)"},
		{"title:(a OR b)", "or(title:a title:b)"},
		{"type:PDF language:eng dataset:My_Set", "and(type:pdf language:eng dataset:My_Set)"},
		{"date:2019", "date:2019..2019"},
		{"date:2019..2021-05", "date:2019..2021-05"},
		{"date:..2019", "date:..2019"},
		{`entity:"a b"`, "entity:a b"},
		{"ÉCOLE", "ecole"},
		{"Λόγος", "λογοσ"},
		{"Ｗｉｄｅ １２", "and(wide 12)"},
		{"٣٤", "34"},
		{"http://example.org/a", "http+example+org+a"},
		{"a)", `query, character 2: a ) without its (`},
		{"(a", `query, character 1: a ( without its )`},
		{"é (", `query, character 4: a word is missing`},
		{`x "a`, `query, character 3: a " without its second`},
		{"a OR", `query, character 5: a word is missing`},
		{"OR a", `query, character 1: OR joins two parts and has only one; in quotes it is a word`},
		{"a OR OR b", `query, character 6: OR joins two parts and has only one; in quotes it is a word`},
		{"-", `query, character 1: there is nothing to leave out`},
		{"fild:x", `query, character 1: there is no field "fild"; in quotes it is a word. Fields: dataset date entity id language name page schema text title type`},
		{"title: x", `query, character 7: the field title has no value; it follows without a blank`},
		{"title:*", `query, character 7: "*" has no letter or digit to search for`},
		{"***", `query, character 1: "***" has no letter or digit to search for`},
		{"word~3", `query, character 1: behind ~ stands how many letters may differ, 1 or 2`},
		{`"a b"~x`, `query, character 1: behind ~ stands how many words may lie between, 0 to 100`},
		{"wo*~", `query, character 1: a word has wildcards or ~, not both`},
		{"a-b~", `query, character 1: ~ stands behind one word, and "a-b" is several`},
		{"/a", `query, character 1: a regular expression ends with /; in quotes / is no operator`},
		{"/a(/", "query, character 1: the regular expression cannot be read: error parsing regexp: missing closing ): `a(`"},
		{`/\bx/`, `query, character 1: the regular expression has \b or \B; it is matched against one whole word`},
		{"date:x", `query, character 6: a date is a year, month or day (2019, 2019-05, 2019-05-31), or two with .. between`},
		{"date:..", `query, character 6: a date is a year, month or day (2019, 2019-05, 2019-05-31), or two with .. between`},
		{"page:a", `query, character 6: a page is a number, or two with .. between`},
		{"!?", `query, character 1: "!?" has no letter or digit to search for`},
		{"=a-b", `query, character 1: = stands before one word`},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			p, err := Query{Text: tt.query}.Compile()
			got := fmt.Sprint(err)
			if err == nil {
				got = tell(p.Root)
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestHostileQueries: what cannot be answered is refused before it costs.
func TestHostileQueries(t *testing.T) {
	tests := map[string]string{
		"ten megabytes":            strings.Repeat("a ", 5_000_000),
		"a hundred thousand stars": strings.Repeat("*", 100_000),
		"wildcards":                strings.Repeat("a*b? ", 17),
		"many words":               strings.Repeat("a ", 65),
		"nesting":                  strings.Repeat("(", 2000) + "a" + strings.Repeat(")", 2000),
		"nots":                     strings.Repeat("-", 4000) + "a",
		"NOTs":                     strings.Repeat("NOT ", 1000) + "a",
		"fields in fields":         strings.Repeat("title:(", 500) + "a",
		"repeats":                  "/(((a{100}){100}){100})/",
		"repeats within limits":    "/((a{30}){30})/",
		"classes":                  "/" + strings.Repeat(`[^a]*`, 60) + "/",
		"a long expression":        "/" + strings.Repeat("a", 300) + "/",
		"a long phrase":            `"` + strings.Repeat("a ", 40) + `"`,
		"parts":                    strings.Repeat("a-", 40),
		"not UTF-8":                "a\xff",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Query{Text: text, Translit: true, Fuzzy: true}.Compile()
			if overt.CodeOf(err) != overt.Invalid {
				t.Errorf("error %v", err)
			}
			if len(fmt.Sprint(err)) > 400 {
				t.Errorf("the error repeats the query: %d bytes", len(fmt.Sprint(err)))
			}
		})
	}
}

// TestHeavyQueries are the largest that are allowed.
func TestHeavyQueries(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("abcdefghijklmnopqrstuvwxyzabcdefg~2 ", 16),
		strings.Repeat("/(a|b)*c{9}[^x]*/ ", 16),
		strings.Repeat("?a*b*c*d ", 16),
	} {
		if _, err := (Query{Text: text}).Compile(); err != nil {
			t.Errorf("%.30s: %v", text, err)
		}
	}
}

func TestAutomata(t *testing.T) {
	make1 := func(add func(*builder)) *Automaton {
		b := newBuilder()
		add(b)
		a, err := b.done()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	fuzzy := func(w string, n int) *Automaton { return make1(func(b *builder) { b.addFuzzy(w, n) }) }
	tests := []struct {
		name    string
		a       *Automaton
		yes, no string
	}{
		{"one edit", fuzzy("harbor", 1), "harbor harbour harbr arbor habror zarbor harbors", "hrbr harbouring habr harbours"},
		{"two edits", fuzzy("harbor", 2), "harbours hrbr ahrbro", "arbour2 rbr"},
		{"wildcard", make1(func(b *builder) { b.addWildcard("w?ld*") }), "wild weld2 welding wäld", "wld ld wooild"},
		{"expression", make1(func(b *builder) { _ = b.addRegexp("(?:ab|c)+d?") }), "ab cd ABC abcabd", "d abx a"},
		{"anchors", make1(func(b *builder) { _ = b.addRegexp("^a$") }), "a", "aa"},
		{"Cyrillic", make1(func(b *builder) { b.addTransliteration("северный") }), "severny severnyy severnyi severnij", "severn sewerna"},
		{"to Cyrillic", make1(func(b *builder) { b.addTransliteration("khrushchev") }), "хрущев хрущёв хрушчев", "хрущ"},
		{"Greek", make1(func(b *builder) { b.addTransliteration("παπανδρεου") }), "papandreou papandreu", "papandrea"},
		{"soft sign", make1(func(b *builder) { b.addTransliteration("gogol") }), "гогол гоголь", "гого"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check := func(words string, want bool) {
				for w := range strings.FieldsSeq(words) {
					r, set := tt.a.Runner(), 0
					for _, c := range foldTerm(w) {
						if set = r.Step(set, c); set < 0 {
							break
						}
					}
					if got := tt.a.Match(foldTerm(w)); got != want || r.Accepts(set) != want {
						t.Errorf("%s: matched %v, by steps %v", w, got, r.Accepts(set))
					}
				}
			}
			check(tt.yes, true)
			check(tt.no, false)
		})
	}
}

func TestTokens(t *testing.T) {
	tests := []struct{ text, want string }{
		{"The Bank.", "the@0[0-3) bank@1[4-8)"},
		{"école e\u0301cole", "ecole@0[0-5) ecole@1[6-12)"},
		{"1,234.50 x", "123450@0[0-8) 1234@0[0-8)+ 1@0[0-8)+ 234@0[0-8)+ 50@0[0-8)+ x@1[9-10)"},
		{"12.12.2019", "12122019@0[0-10) 12@0[0-10)+ 2019@0[0-10)+"},
		{"1 234 567 y", "1234567@0[0-9)+ 1@0[0-1) 234@1[2-5) 567@2[6-9) y@3[10-11)"},
		{"100, 200", "100@0[0-3) 200@1[5-8)"},
		{"1.5kg", "1@0[0-1) 5kg@1[2-5)"},
		{"東京都 x", "東京@0[0-2) 京都@1[1-3) 都@2[2-3) x@3[4-5)"},
		{"a東b", "a@0[0-1) 東@1[1-2) b@2[2-3)"},
		{"كِتَاب", "كتاب@0[0-6)"},
		{strings.Repeat("z", 70), strings.Repeat("z", 64) + "@0[0-70)"},
		{"", ""},
		{" -- ", ""},
	}
	for _, tt := range tests {
		var got []string
		Tokens(tt.text, func(k Token) {
			s := fmt.Sprintf("%s@%d[%d-%d)", k.Term, k.Pos, k.Start, k.End)
			if k.Extra {
				s += "+"
			}
			got = append(got, s)
		})
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestCut(t *testing.T) {
	text := strings.Repeat("é word\n", 3000)
	var whole strings.Builder
	for _, s := range Cut(text) {
		if got := len([]rune(whole.String())); got != s.Start {
			t.Errorf("a slice says that it begins at %d and begins at %d", s.Start, got)
		}
		if n := len([]rune(s.Text)); n > sliceSize {
			t.Errorf("a slice has %d characters", n)
		}
		if !strings.HasSuffix(s.Text, "\n") {
			t.Errorf("a slice ends in %q", s.Text[len(s.Text)-5:])
		}
		whole.WriteString(s.Text)
	}
	if whole.String() != text {
		t.Error("the slices are not the text")
	}
	if n := len(Cut(strings.Repeat("x", 20_000))); n != 3 {
		t.Errorf("a text without blanks has %d slices", n)
	}
}

// FuzzQuery: any text is a query or refused with a place, and marks any item.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{`a OR (b -"c d"~3) title:x* /y[a-z]/ =Z w~2 date:2019..`, "東京 1,234.5 Путин", `"1 234"`, "-(", "type:", "ё~"} {
		f.Add(s, s, true)
	}
	f.Fuzz(func(t *testing.T, text, body string, wide bool) {
		p, err := Query{Text: text, Stem: wide, Fuzzy: wide, Translit: wide}.Compile()
		if err != nil {
			if overt.CodeOf(err) != overt.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		it := Item{Text: strings.ToValidUTF8(body, ""), Start: 3}
		chars := []rune(it.Text)
		for _, s := range p.Marker().Snippets(&it) {
			if s.Text != string(chars[s.Start-3:s.End-3]) {
				t.Errorf("the snippet %q is not at %d to %d", s.Text, s.Start, s.End)
			}
			last := s.Start
			for _, m := range s.Marks {
				if m.Start < last || m.End <= m.Start || m.End > s.End {
					t.Errorf("marks %v of the snippet from %d to %d", s.Marks, s.Start, s.End)
				}
				last = m.End
			}
		}
	})
}
