package similar

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/internal/sharedtest"
)

// noise makes mistakes in so many of a thousand letters, as recognition does.
func noise(r *rand.Rand, text string, perMille int) string {
	out := []rune(text)
	for i, c := range out {
		if c > ' ' && r.IntN(1000) < perMille {
			out[i] = rune('a' + r.IntN(26))
		}
	}
	return string(out)
}

// The copies that scans, mail programs and editors make of real texts are found, and
// unlike texts are not taken for copies.
func TestReal(t *testing.T) {
	dir := sharedtest.Path(t, "documents")
	r := rand.New(rand.NewPCG(1, 1))
	var texts []string
	var sets []*Set
	var list []*Sketch
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".txt", ".eml", ".html", ".htm", ".xml"}, strings.ToLower(filepath.Ext(path))) {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil || len(raw) > 300<<10 {
			return err
		}
		text := NewText(true)
		text.Add(strings.ToValidUTF8(string(raw), " "))
		sketch, ok := text.Sketch()
		set := text.Set()
		// Texts that are copies of each other as they are would blur the count.
		if ok && text.Words >= 100 && !slices.ContainsFunc(sets, func(s *Set) bool { share, held := Jaccard(s, set); return share > 0.2 || held > 0.5 }) {
			texts, sets, list = append(texts, strings.ToValidUTF8(string(raw), " ")), append(sets, set), append(list, &sketch)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n := len(texts)
	if n < 30 {
		t.Fatalf("%d texts", n)
	}
	for _, c := range []struct {
		name   string
		change func(string) string
		least  float64
	}{
		{"another header", func(s string) string { return "Received: by relay 17\nX-Folder: Archive\nStatus: RO\n\n" + s }, 1},
		{"one letter of a hundred wrong", func(s string) string { return noise(r, s, 10) }, 0.95},
		{"two of a hundred wrong", func(s string) string { return noise(r, s, 20) }, 0.78},
		{"cut to seven tenths", func(s string) string { return s[:len(s)*7/10] }, 0.95},
		{"quoted under an answer", func(s string) string {
			return "Thank you, we shall look at it on Monday.\n\n> " + strings.ReplaceAll(s, "\n", "\n> ")
		}, 0.95},
	} {
		all, changed := slices.Clone(list), slices.Clone(sets)
		for _, text := range texts {
			x := NewText(true)
			x.Add(strings.ToValidUTF8(c.change(text), " "))
			sketch, _ := x.Sketch()
			all, changed = append(all, &sketch), append(changed, x.Set())
		}
		right, wrong, looked := map[int]bool{}, 0, 0
		seen := map[[2]int]bool{}
		Pairs(all, 0.4, func(a, b int) bool {
			if seen[[2]int{a, b}] {
				return true
			}
			seen[[2]int{a, b}] = true
			looked++
			if share, _ := Jaccard(changed[a], changed[b]); share < 0.4 {
				return true
			}
			if b == a+n {
				right[a] = true
			} else {
				wrong++
			}
			return true
		})
		t.Logf("%s: of %d copies %d found, %d pairs beside, %d compared", c.name, n, len(right), wrong, looked)
		if found := float64(len(right)) / float64(n); found < c.least || wrong > n/50 {
			t.Errorf("%s: %.2f found, want %.2f; %d pairs that are none", c.name, found, c.least, wrong)
		}
	}
}

// BenchmarkSketch: go test ./similar -bench Sketch -benchtime 20000x
func BenchmarkSketch(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	text := strings.Join(prose(r, 250), " ")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		t := NewText(false)
		t.Add(text)
		_, _ = t.Sketch()
	}
}

// BenchmarkPairs: go test ./similar -bench Pairs -benchtime 1x
func BenchmarkPairs(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	list := make([]*Sketch, 100_000)
	for i := range list {
		s := &Sketch{}
		for k := range s {
			s[k] = r.Uint32()
		}
		if i%10 == 1 { // one of ten is a copy
			*s = *list[i-1]
			s[r.IntN(Sketched)]++
		}
		list[i] = s
	}
	for b.Loop() {
		n := 0
		Pairs(list, 0.5, func(int, int) bool { n++; return true })
		b.ReportMetric(float64(n), "pairs")
	}
}
