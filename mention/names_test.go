package mention

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/ftm"
)

var update = flag.Bool("update", false, "write the goldens anew")

// built opens a file of the given names; entities are called as the names.
func built(t testing.TB, entries ...Entry) *Names {
	t.Helper()
	path := filepath.Join(t.TempDir(), "names")
	if _, err := Build(path, slices.Values(entries), Config{}); err != nil {
		t.Fatalf("build: %v", err)
	}
	n, err := Open(path)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return n
}

func named(names ...string) (out []Entry) {
	for _, name := range names {
		out = append(out, Entry{Text: name, Entity: ftm.EntityID(name)})
	}
	return out
}

// spans lists what was found: the text, a * if inside, and the entities.
func spans(n *Names, text string) (out []string) {
	n.Find(text, func(s Span) {
		line := s.Text
		if s.Inside {
			line += "*"
		}
		for _, c := range s.Candidates {
			line += "|" + string(c.Entity)
		}
		out = append(out, line)
	})
	return out
}

func TestFind(t *testing.T) {
	tests := []struct {
		name  string
		names []string
		text  string
		want  []string
	}{
		{"case and marks", []string{"Brömmel Société"}, "the BROMMEL SOCIETE and brömmel société", []string{"BROMMEL SOCIETE|Brömmel Société", "brömmel société|Brömmel Société"}},
		{"whole words", []string{"Quorvex"}, "Quorvexes and preQuorvex, Quorvex.", []string{"Quorvex|Quorvex"}},
		{"punctuation", []string{"Smith & Wexley, Inc."}, "Smith and Wexley Inc sold", []string{"Smith and Wexley Inc|Smith & Wexley, Inc."}},
		{"hyphen", []string{"Wexley-Packard"}, "Wexley Packard, Wexley‑Packard", []string{"Wexley Packard|Wexley-Packard", "Wexley‑Packard|Wexley-Packard"}},
		{"apostrophe", []string{"O'Wexley"}, "O’Wexley OWexley", []string{"O’Wexley|O'Wexley", "OWexley|O'Wexley"}},
		{"possessive", []string{"Quorvex"}, "Quorvex's plan, Quorvex’s", []string{"Quorvex|Quorvex", "Quorvex|Quorvex"}},
		{"possessive name", []string{"Wexley's", "Wexley"}, "at Wexley's", []string{"Wexley's|Wexley's", "Wexley*|Wexley"}},
		{"elision", []string{"Alquorvex"}, "d'Alquorvex, l’Alquorvex", []string{"Alquorvex|Alquorvex", "Alquorvex|Alquorvex"}},
		{"soft hyphen", []string{"Quorvex"}, "Quor\u00advex", []string{"Quor\u00advex|Quorvex"}},
		{"line end", []string{"Quorvex Systems"}, "Quor-\nvex Sys-\r\n  tems", []string{"Quor-\nvex Sys-\r\n  tems|Quorvex Systems"}},
		{"line end keeps its hyphen", []string{"Wexley-Packard"}, "Wexley-\nPackard", []string{"Wexley-\nPackard|Wexley-Packard"}},
		{"blanks and line feeds", []string{"Quorvex Systems"}, "Quorvex  \n  Systems", []string{"Quorvex  \n  Systems|Quorvex Systems"}},
		{"not across paragraphs", []string{"Quorvex Systems"}, "Quorvex\n\nSystems", nil},
		{"not across cells", []string{"Quorvex Systems"}, "Quorvex\tSystems", nil},
		{"full width", []string{"Quorvex 3"}, "Ｑｕｏｒｖｅｘ ３", []string{"Ｑｕｏｒｖｅｘ ３|Quorvex 3"}},
		{"ligature", []string{"Quorfix"}, "Quorﬁx", []string{"Quorﬁx|Quorfix"}},
		{"dots", []string{"U.S. Quorvex"}, "US Quorvex, U.S. Quorvex", []string{"US Quorvex|U.S. Quorvex", "U.S. Quorvex|U.S. Quorvex"}},
		{"longest", []string{"Quorvex", "Quorvex Systems", "Systems North"}, "Quorvex Systems North", []string{"Quorvex Systems|Quorvex Systems", "Quorvex*|Quorvex", "Systems North|Systems North"}},
		{"acronym", []string{"ICE", "US"}, "ICE told us of ice; US and Us", []string{"ICE|ICE", "US|US"}},
		{"acronym in capitals", []string{"ICE", "FBI"}, "CUT THE ICE FOR THE FBI NOW", []string{"FBI|FBI"}},
		{"mixed case", []string{"DoX"}, "DoX and dox and DOX", []string{"DoX|DoX"}},
		{"everyday word", []string{"Apple", "Target"}, "An apple hit the target; Apple and Target; APPLE sold", []string{"Apple|Apple", "Target|Target", "APPLE|Apple"}},
		{"everyday words", []string{"Public Storage"}, "public storage, Public Storage, PUBLIC STORAGE", []string{"Public Storage|Public Storage", "PUBLIC STORAGE|Public Storage"}},
		{"Han", []string{"华为技术"}, "我们与华为技术有限公司", []string{"华为技术|华为技术"}},
		{"Thai", []string{"บริษัท"}, "ที่บริษัทนี้", []string{"บริษัท|บริษัท"}},
		{"Hangul begins a word", []string{"삼성", "전자"}, "삼성전자가 전자", []string{"삼성|삼성", "전자|전자"}},
		{"Katakana", []string{"トヨタ"}, "新トヨタ自動車", []string{"トヨタ|トヨタ"}},
		{"Cyrillic", []string{"Йоркин Ёж"}, "йоркин ЕЖ", []string{"йоркин ЕЖ|Йоркин Ёж"}},
		{"Arabic", []string{"أحمد قاسم"}, "اَحمد قاسم", []string{"اَحمد قاسم|أحمد قاسم"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, spans(built(t, named(tt.names...)...), tt.text)); diff != "" {
				t.Errorf("spans (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCandidates(t *testing.T) {
	n := built(t,
		Entry{"Quorvex Systems", "b", Name}, Entry{"QUORVEX SYSTEMS", "a", Alias}, Entry{"quorvex systems", "a", Alias},
		Entry{"Quorvex Systems", "a", Name}, Entry{"QX-771", "c", Identifier}, Entry{"RISE", "d", Acronym})
	var got []Span
	n.Find("Ä Quorvex Systems, qx 771, Rise, RISE", func(s Span) { got = append(got, s) })
	want := []Span{
		{Kind: Known, Start: 2, End: 17, Text: "Quorvex Systems", Candidates: []Candidate{{"a", Name}, {"a", Alias}, {"b", Name}}},
		{Kind: Known, Start: 19, End: 25, Text: "qx 771", Candidates: []Candidate{{"c", Identifier}}},
		{Kind: Known, Start: 33, End: 37, Text: "RISE", Candidates: []Candidate{{"d", Acronym}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	if n.Len() != 5 {
		t.Errorf("Len: got %d, want 5", n.Len())
	}
}

func TestAdmit(t *testing.T) {
	tests := []struct {
		text string
		kind NameKind
		want error
	}{
		{"--", Name, ErrNoWord},
		{"X", Name, ErrLetter},
		{"Ж", Name, ErrLetter},
		{"12 345", Name, ErrNumber},
		{"the", Name, ErrFunction},
		{"Über die", Name, ErrFunction},
		{"US", Name, nil},
		{"IT", Acronym, nil},
		{"it", Acronym, ErrFunction},
		{"information desk", Name, ErrEveryday},
		{"Information", Name, ErrFrequent},
		{"May", Name, ErrFunction},
		{"Quorvex", Name, nil},
		{"quorvex", Name, nil},
		{strings.Repeat("word ", 65), Name, ErrLong},
		{strings.Repeat("w", 65), Name, ErrLong},
		{"AB", Identifier, nil},
	}
	for _, tt := range tests {
		if _, _, got := admit(Entry{tt.text, "e", tt.kind}); got != tt.want {
			t.Errorf("%q as %v: got %v, want %v", tt.text, tt.kind, got, tt.want)
		}
	}
	if _, _, got := admit(Entry{"Quorvex", "", Name}); got != ErrID {
		t.Errorf("without an id: got %v", got)
	}
}

// TestBuildOrder: the same names in any order give the same bytes, and what is
// refused is told.
func TestBuildOrder(t *testing.T) {
	entries := append(named("Quorvex Systems", "Quorvex", "Wexley & Sons", "the", "7"), Entry{"Quorvex", "z", Alias})
	var want []byte
	for range 5 {
		path, refused := filepath.Join(t.TempDir(), "names"), 0
		n, err := Build(path, slices.Values(entries), Config{Fingerprint: "f", Refused: func(Entry, error) { refused++ }, Memory: 1 << 10})
		if err != nil || n != 4 || refused != 2 {
			t.Fatalf("Build: %d, %v, %d refused; want 4, nil, 2", n, err, refused)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if string(got) != string(want) {
			t.Fatal("bytes differ with the order of the names")
		}
		rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	}
}

func TestBuildBadKind(t *testing.T) {
	dir := t.TempDir()
	if _, err := Build(filepath.Join(dir, "names"), slices.Values([]Entry{{"Quorvex", "e", 9}}), Config{}); err == nil {
		t.Error("a name of an unknown kind was taken")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOpenDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names")
	if _, err := Open(path); err == nil {
		t.Fatal("opened what is not there")
	}
	if _, err := Build(path, slices.Values(named("Quorvex Systems", "Quorvex")), Config{}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 1 + i/50 {
		for _, data := range [][]byte{whole[:i], flipped(whole, i)} {
			n, err := decode(data)
			if err != nil {
				continue
			}
			n.Find("Quorvex Systems", func(Span) {}) // padding was hit: nothing is different
		}
	}
	if err := os.WriteFile(path, flipped(whole, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("damaged file: got %v, want an error that names it", err)
	}
}

func flipped(b []byte, i int) []byte {
	b = slices.Clone(b)
	b[i] ^= 0x55
	return b
}

func TestMany(t *testing.T) {
	var entries []Entry
	var text strings.Builder
	for i := range 5000 {
		entries = append(entries, named(fmt.Sprintf("Firm%d North%d", i, i%7))...)
		fmt.Fprintf(&text, "so firm%d, north%d\n", i, i%7)
	}
	n, found := built(t, entries...), 0
	n.Find(text.String(), func(Span) { found++ })
	if found != 5000 {
		t.Errorf("found %d names over blocks of words, want 5000", found)
	}
}

// TestOldFile: a file of version 1 is read as long as there is no other, and
// the same names still give it.
func TestOldFile(t *testing.T) {
	path := filepath.Join("testdata", "v1.names")
	entries := append(named("Quorvex Systems", "Apple", "华为技术", "U.S. Wexley"), Entry{"ICE", "q-1", Acronym}, Entry{"Quorvex Systems", "q-2", Alias})
	if *update {
		if _, err := Build(path, slices.Values(entries), Config{Fingerprint: "kept"}); err != nil {
			t.Fatal(err)
		}
	}
	n, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = n.Close() }()
	if n.Fingerprint() != "kept" || n.Len() != 6 {
		t.Errorf("got %q and %d names, want kept and 6", n.Fingerprint(), n.Len())
	}
	want := []string{"QUORVEX SYSTEMS|Quorvex Systems|q-2", "ICE|q-1", "华为技术|华为技术"}
	if diff := cmp.Diff(want, spans(n, "QUORVEX SYSTEMS of ICE at 华为技术 for an apple")); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	again := filepath.Join(t.TempDir(), "names")
	if _, err := Build(again, slices.Values(entries), Config{Fingerprint: "kept"}); err != nil {
		t.Fatal(err)
	}
	old, _ := os.ReadFile(path)
	if now, _ := os.ReadFile(again); string(now) != string(old) {
		t.Error("the bytes of the format changed: give it a new version")
	}
}

// TestLetters: the short ways give what the long one does.
func TestLetters(t *testing.T) {
	table := letters()
	for r := rune(0); r < 0x20000; r++ {
		if got, want := letterOf(table, r), makeLetter(r); got != want {
			t.Fatalf("%U: got %+v, want %+v", r, got, want)
		}
		if c := byte(r); r < 0x80 && (asciiFold[c] != 0) != (table[r].role == inWord) {
			t.Errorf("%q: the table of ASCII differs", r)
		}
	}
}
