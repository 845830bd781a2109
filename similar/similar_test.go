package similar

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// prose is a text of so many invented words.
func prose(r *rand.Rand, words int) []string {
	out := make([]string, words)
	for i := range out {
		out[i] = fmt.Sprintf("w%d", r.IntN(400))
	}
	return out
}

func textOf(words []string) *Text {
	t := NewText(true)
	half := len(words) / 2
	t.Add(strings.Join(words[:half], " ")) // over two pages
	t.Add(strings.Join(words[half:], "\n"))
	return t
}

func sketchOf(t *testing.T, words []string) *Sketch {
	t.Helper()
	s, ok := textOf(words).Sketch()
	if !ok {
		t.Fatalf("%d words are too few", len(words))
	}
	return &s
}

// The sketch tells nearly what the shingles tell.
func TestSketch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, changed := range []int{0, 3, 10, 30, 100} {
		a := prose(r, 300)
		b := slices.Clone(a)
		for range changed {
			b[r.IntN(len(b))] = "other"
		}
		share, _ := Jaccard(textOf(a).Set(), textOf(b).Set())
		if near := sketchOf(t, a).Near(sketchOf(t, b)); near < share-Slack || near > share+Slack {
			t.Errorf("%d words changed: the sketch says %.2f, the shingles %.2f", changed, near, share)
		}
	}
}

func TestJaccard(t *testing.T) {
	for _, c := range []struct {
		name, a, b  string
		share, held float64
	}{
		{"the same", "a b c d e", "a b c d e", 1, 1},
		{"case, accents and signs are nothing", "Ä b, c (d) e.", "a b c d e", 1, 1},
		{"one more word", "a b c d", "a b c d e", 3. / 4, 1},
		{"one in the middle", "a b c d e", "a b x d e", 1. / 3, 0.5},
		{"one holds the other", "x x x a b c d e f", "a b c d e f", 5. / 7, 1},
		{"nothing", "", "a b c", 0, 0},
		{"what repeats counts once", "a b c a b c a b c", "a b c a b c", 1, 1},
	} {
		a, b := NewText(true), NewText(true)
		a.Add(c.a)
		b.Add(c.b)
		for range 2 {
			if share, held := Jaccard(a.Set(), b.Set()); share != c.share || held != c.held {
				t.Errorf("%s: %.3f and %.3f, want %.3f and %.3f", c.name, share, held, c.share, c.held)
			}
			a, b = b, a
		}
	}
}

// Of a very long text a sample is kept, which tells the same of any other.
func TestLongText(t *testing.T) {
	a, b := NewText(true), NewText(true)
	for i := range uint64(3 * maxSet) {
		h := mix(i)
		for k, s := range []*Set{a.set, b.set} {
			if k == 0 || i%2 == 0 {
				if s.has(h) {
					s.hashes = append(s.hashes, h)
					s.trim(2 * maxSet)
				}
			}
		}
	}
	if n := a.Set().Len(); n > maxSet {
		t.Errorf("%d shingles are kept", n)
	}
	if share, held := Jaccard(a.Set(), b.Set()); share < 0.49 || share > 0.51 || held != 1 {
		t.Errorf("share %.3f, held %.3f; want a half and all", share, held)
	}
}

// Pairs finds those that are alike, and hardly looks at others.
func TestPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var list []*Sketch
	for range 200 {
		a := prose(r, 200)
		b := slices.Clone(a)
		b[r.IntN(len(b))], b[r.IntN(len(b))] = "x", "y"
		list = append(list, sketchOf(t, a), sketchOf(t, b))
	}
	found := map[[2]int]bool{}
	Pairs(list, 0.5, func(a, b int) bool {
		if a >= b {
			t.Fatalf("pair %d, %d", a, b)
		}
		found[[2]int{a, b}] = true
		return true
	})
	if len(found) != 200 {
		t.Errorf("%d pairs, want 200", len(found))
	}
	same := slices.Repeat(list[:1], 3*maxBucket)
	n := 0
	Pairs(same, 0.5, func(a, b int) bool { n++; return true })
	if n > bands*window*len(same) || n < len(same)-1 {
		t.Errorf("%d pairs of %d equal texts", n, len(same))
	}
	n = 0
	Pairs(same, 0.5, func(a, b int) bool { n++; return n < 5 })
	if n != 5 {
		t.Errorf("it went on: %d", n)
	}
}

func TestCompare(t *testing.T) {
	a := append(Lines(1, "The ferry\n\n  sails at seven.\n***\n"), Lines(2, "Signed: Ada")...)
	b := append(Lines(1, "the FERRY\nsails at eight.\nsails at eight.\n"), Lines(3, "\tSigned: Ada")...)
	d := Compare(a, b)
	if d.Removed != 1 || d.Added != 2 {
		t.Errorf("%d lines more and %d fewer, want 2 and 1", d.Added, d.Removed)
	}
	if l := d.FirstRemoved; l == nil || l.Page != 1 || l.Start != 13 || l.End != 28 || l.Text != "sails at seven." {
		t.Errorf("first removed: %+v", l)
	}
	if l := d.FirstAdded; l == nil || l.Start != 10 || l.End != 25 {
		t.Errorf("first added: %+v", l)
	}
	if d := Compare(a, a); d != (Diff{}) {
		t.Errorf("a text differs from itself: %+v", d)
	}
}

func id(n int) overt.BlobID { return overt.BlobID(fmt.Sprintf("%064x", n)) }

func entryOf(class, doc int) Entry {
	e := Entry{Class: statement.Class(class), Words: 20, Document: id(doc), Text: id(1000 + doc)}
	for i := range e.Sketch {
		e.Sketch[i] = uint32(doc*100 + i)
	}
	return e
}

// written makes a file of two steps: classes 1 and 2, then 3.
func written(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "similar.os")
	f, err := Open(path)
	must(t, err)
	for _, step := range []struct {
		parts   [][]Entry
		classes map[statement.Class]overt.BlobID
	}{
		{[][]Entry{{entryOf(1, 1), entryOf(2, 2)}, {entryOf(1, 3)}}, map[statement.Class]overt.BlobID{1: id(91), 2: id(92)}},
		{[][]Entry{{entryOf(3, 1)}}, map[statement.Class]overt.BlobID{3: id(93)}},
	} {
		a, err := f.Append()
		must(t, err)
		for i, p := range step.parts {
			var classes map[statement.Class]overt.BlobID
			if i == len(step.parts)-1 {
				classes = step.classes
			}
			must(t, a.Write(p, classes))
		}
		must(t, a.Close())
	}
	must(t, f.Close())
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sight sees the classes of some datasets: d1, d2, d3 have class 1, 2, 3.
func sight(datasets ...string) *statement.Sight {
	var classes []statement.ClassInfo
	for i := range 3 {
		label := policy.Label{Dataset: fmt.Sprintf("d%d", i+1)}
		run := &statement.Run{ID: overt.RunID(i + 1), RunSpec: statement.RunSpec{Dataset: label.Dataset, Observed: fmt.Sprintf("2024-01-0%d", i+1)}}
		classes = append(classes, statement.ClassInfo{Class: statement.Class(i + 1), Run: run, Label: label})
	}
	return statement.NewSight(policytest.Datasets(datasets...), statement.When{}, classes)
}

func listed(f *File, s *statement.Sight) string {
	var out []string
	for _, e := range f.View(s).All() {
		out = append(out, fmt.Sprintf("%d:%s", e.Class, strings.TrimLeft(string(e.Document), "0")))
	}
	return strings.Join(out, " ")
}

func TestFile(t *testing.T) {
	f, err := Open(written(t))
	must(t, err)
	for _, c := range []struct {
		sees []string
		want string
	}{
		{nil, ""}, {[]string{"d1"}, "1:1 1:3"}, {[]string{"d2"}, "2:2"}, {[]string{"d1", "d3"}, "3:1 1:3"}, {[]string{"d1", "d2", "d3"}, "3:1 2:2 1:3"},
	} {
		if got := listed(f, sight(c.sees...)); got != c.want {
			t.Errorf("%v sees %q, want %q", c.sees, got, c.want)
		}
	}
	if e := f.View(sight("d2")).All()[0]; e != entryOf(2, 2) {
		t.Errorf("%+v", e)
	}
	if !f.Knows(1, id(91)) || f.Knows(1, id(92)) || f.Knows(4, id(0)) || !f.Strange(1, id(92)) || f.Strange(4, id(1)) {
		t.Error("classes are not told apart")
	}
	must(t, f.Clear())
	if got := listed(f, sight("d1")); got != "" || f.Knows(1, id(91)) {
		t.Errorf("cleared, and %q", got)
	}
	must(t, f.Close())
}

// Cut anywhere, and with any byte changed, a file holds whole steps from its
// beginning or nothing; and can be gone on with.
func TestFileDamaged(t *testing.T) {
	whole, err := os.ReadFile(written(t))
	must(t, err)
	path := filepath.Join(t.TempDir(), "similar.os")
	all := sight("d1", "d2", "d3")
	allowed := []string{"", "1:1 2:2 1:3", "3:1 2:2 1:3"}
	look := func(what string, data []byte) {
		t.Helper()
		must(t, os.WriteFile(path, data, 0o600))
		f, err := Open(path)
		must(t, err)
		if got := listed(f, all); !slices.Contains(allowed, got) {
			t.Fatalf("%s: %q", what, got)
		}
		must(t, f.Close())
	}
	for n := 0; n < len(whole); n += 7 {
		look(fmt.Sprint("cut at ", n), whole[:n])
		bad := bytes.Clone(whole)
		bad[n] ^= 0x40
		look(fmt.Sprint("changed at ", n), bad)
	}
	must(t, os.WriteFile(path, whole[:len(whole)-1], 0o600))
	f, err := Open(path)
	must(t, err)
	a, err := f.Append()
	must(t, err)
	must(t, a.Write([]Entry{entryOf(3, 1)}, map[statement.Class]overt.BlobID{3: id(93)}))
	must(t, a.Close())
	if got := listed(f, all); got != allowed[2] {
		t.Errorf("mended: %q", got)
	}
	must(t, f.Close())
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, whole) {
		t.Errorf("the mended file is another (%v)", err)
	}
}

func FuzzFile(f *testing.F) {
	whole, err := os.ReadFile(written(f))
	must(f, err)
	f.Add(whole)
	f.Add([]byte(magic))
	f.Add(binary.LittleEndian.AppendUint64([]byte(magic), 1<<63))
	all := sight("d1", "d2", "d3")
	path := filepath.Join(f.TempDir(), "similar.os")
	f.Fuzz(func(t *testing.T, data []byte) {
		must(t, os.WriteFile(path, data, 0o600))
		x, err := Open(path)
		must(t, err)
		for _, e := range x.View(all).All() {
			if e.Class < 1 || e.Class > 3 {
				t.Fatalf("class %d", e.Class)
			}
		}
		must(t, x.Close())
	})
}

// A wrong letter in a long word spoils the shingles of one piece of it alone.
func TestPieces(t *testing.T) {
	for _, c := range []struct {
		a, b       string
		share      float64
		words, set int
	}{
		{"the ferry", "the ferry", 1, 2, 1},
		{"indemnification", "indemnificatixn", 1. / 3, 1, 2}, // indemn ificat ion
		{"ééééééñññ", "ééééééñññ", 1, 1, 1},
	} {
		a, b := NewText(true), NewText(true)
		a.Add(c.a)
		b.Add(c.b)
		if share, _ := Jaccard(a.Set(), b.Set()); share != c.share || a.Words != c.words || a.Set().Len() != c.set {
			t.Errorf("%s: %.3f, %d words, %d shingles", c.a, share, a.Words, a.Set().Len())
		}
	}
}
