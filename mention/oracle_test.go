package mention

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"overt/ftm"
)

// TestOracle compares with a search that folds every stretch of the text that
// begins and ends with a word, and compares it with every name.
func TestOracle(t *testing.T) {
	vocabulary := []string{"Quorvex", "wexleyan", "Zürblick", "Ómsterval", "Łostrand", "Straßblom", "Ælfrundt", "Йорвалин", "Ωρβαλέτ", "Ｂｒｏｘｍａｎ", "北"}
	gaps := []string{" ", " ", " ", ", ", "-", "\n", "  ", ". ", " (", "\u00a0", "\t", "\n\n"}
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 7))
		pick := func(list []string) string { return list[r.IntN(len(list))] }
		var names []string
		for range 1 + r.IntN(12) {
			var words []string
			for range 1 + r.IntN(4) {
				words = append(words, pick(vocabulary))
			}
			names = append(names, strings.Join(words, " "))
		}
		var b strings.Builder
		for range r.IntN(60) {
			word := pick(vocabulary)
			switch r.IntN(3) {
			case 0:
				word = strings.ToUpper(word)
			case 1:
				word = strings.ToLower(word)
			}
			b.WriteString(word + pick(gaps))
		}
		slices.Sort(names)
		names = slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "北" }) // one letter is no name
		n := built(t, named(names...)...)
		var got []string
		n.Find(b.String(), func(s Span) {
			var ids []string
			for _, c := range s.Candidates {
				ids = append(ids, string(c.Entity))
			}
			got = append(got, fmt.Sprint(s.Start, s.End, s.Inside, ids))
		})
		if diff := cmp.Diff(naive(names, b.String()), got); diff != "" {
			t.Fatalf("seed %d, names %q in %q (-want +got):\n%s", seed, names, b.String(), diff)
		}
	}
}

func naive(names []string, text string) (out []string) {
	fold := func(s string) string {
		return ftm.Fold(strings.NewReplacer("Ｂ", "b", "ｂ", "b", "Ｒ", "r", "ｒ", "r", "Ｏ", "o", "ｏ", "o", "Ｘ", "x", "ｘ", "x", "Ｍ", "m", "ｍ", "m",
			"Ａ", "a", "ａ", "a", "Ｎ", "n", "ｎ", "n", "Έ", "ε", "έ", "ε", "Й", "и", "й", "и", "北", " 北 ").Replace(s))
	}
	runes := []rune(text)
	inWord := func(i int) bool { return i >= 0 && i < len(runes) && unicode.IsLetter(runes[i]) }
	edge := func(i int) bool {
		return inWord(i-1) != inWord(i) || inWord(i) && (runes[i] == '北' || runes[i-1] == '北')
	}
	covered := 0
	for i := range runes {
		if !inWord(i) || !edge(i) {
			continue
		}
		for j := min(len(runes), i+80); j > i; j-- {
			part := string(runes[i:j])
			if !inWord(j-1) || !edge(j) || strings.Contains(part, "\t") || strings.Contains(part, "\n\n") {
				continue
			}
			var ids []string
			for _, name := range names {
				if fold(name) == fold(part) {
					ids = append(ids, name)
				}
			}
			if len(ids) > 0 {
				out = append(out, fmt.Sprint(i, j, j <= covered, ids))
				covered = max(covered, j)
			}
		}
	}
	return out
}

// checkPlaces holds that a span rests on the characters it says.
func checkPlaces(t *testing.T, text string, s Span) {
	t.Helper()
	at := func(chars int) int {
		i := 0
		for range chars {
			_, n := utf8.DecodeRuneInString(text[i:])
			i += n
		}
		return i
	}
	if s.Start < 0 || s.End <= s.Start || s.End > utf8.RuneCountInString(text) || text[at(s.Start):at(s.End)] != s.Text {
		t.Fatalf("%s span %d–%d says %q of %q", s.Kind, s.Start, s.End, s.Text, text)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("Quorvex Systems", "the Quor-\nvex  Systems's")
	f.Add("U.S. l'Oréal 华为", "d'Ůl’Oréal华为 U.S.\u00ad\n")
	f.Add("삼성 Å", "\xff삼성전\u0301자 A\u030a")
	f.Fuzz(func(t *testing.T, name, text string) {
		if len(text) > 1<<12 || len(name) > 1<<10 {
			return
		}
		entries := named(name, "Quorvex Systems", "华为", "l'Oréal")
		entries[0].Entity = "e"
		n := built(t, entries...)
		n.Find(text, func(s Span) { checkPlaces(t, text, s) })
		// A name that is admitted is found where it stands alone.
		if _, how, err := admit(entries[0]); err == nil && !how.everyday && !isBreakable(name) {
			found := false
			n.Find(name, func(s Span) {
				found = found || slices.ContainsFunc(s.Candidates, func(c Candidate) bool { return c.Entity == "e" })
			})
			if !found {
				t.Errorf("%q is not found in itself", name)
			}
		}
	})
}

// isBreakable says whether a text has a gap that no name goes across.
func isBreakable(text string) bool {
	return strings.ContainsAny(text, "\t\f\n") || len(text) > 32 && strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}

func FuzzDecode(f *testing.F) {
	path := filepath.Join(f.TempDir(), "names")
	if _, err := Build(path, slices.Values(named("Quorvex Systems", "Quorvex", "Apple")), Config{}); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:100])
	f.Fuzz(func(t *testing.T, data []byte) {
		if n, err := decode(form.Reseal(data)); err == nil { // more than checksums is tried
			n.Find("Quorvex Systems, Apple", func(Span) {})
		}
	})
}
