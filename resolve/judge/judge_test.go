package judge_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"overt/ftm"
	"overt/resolve/judge"
)

var day = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// write reads judgements such as "a+b", "a-b", "a?b" and "!2", which takes the
// second one back, in the order in which they were decided. A letter behind a
// colon is the author.
func write(t *testing.T, s string) []judge.Judgement {
	t.Helper()
	var out []judge.Judgement
	for i, f := range strings.Fields(s) {
		word, author, ok := strings.Cut(f, ":")
		if !ok {
			author = "anna"
		}
		j := judge.Judgement{ID: fmt.Sprint(i + 1), Author: author, At: day.Add(time.Duration(i) * time.Minute)}
		if id, ok := strings.CutPrefix(word, "!"); ok {
			j.Verdict, j.Retracts = judge.Retract, id
			for _, o := range out {
				if o.ID == id {
					j.Left, j.Right = o.Left, o.Right
				}
			}
		} else {
			at := strings.IndexAny(word, "+-?")
			j.Verdict = map[byte]judge.Verdict{'+': judge.Positive, '-': judge.Negative, '?': judge.Unsure}[word[at]]
			j.Left, j.Right = judge.Pair(ftm.EntityID(word[:at]), ftm.EntityID(word[at+1:]))
		}
		if err := j.Check(); err != nil {
			t.Fatal(err)
		}
		out = append(out, j)
	}
	return out
}

// tell writes what a book says.
func tell(b *judge.Book) string {
	var out []string
	list := func(name string, js []*judge.Judgement) {
		for _, j := range js {
			out = append(out, fmt.Sprintf("%s %s %s %s", name, j.Left, j.Right, j.ID))
		}
	}
	list("must", b.Musts())
	list("cannot", b.Cannots())
	list("unsure", b.Unsures())
	list("waiting", b.Waiting())
	for _, c := range b.Aside() {
		out = append(out, "aside "+c.Judgement.ID+" against "+c.Against.ID+" "+chain(c.Chains[0])+"/"+chain(c.Chains[1]))
	}
	return strings.Join(out, "; ")
}

func chain(js []*judge.Judgement) string {
	var out []string
	for _, j := range js {
		out = append(out, string(j.Left+j.Right))
	}
	return strings.Join(out, ",")
}

func TestBook(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"two are one", "a+b", "must a b 1"},
		{"sides in any order", "b+a", "must a b 1"},
		{"the last word counts", "a+b a-b", "cannot a b 2"},
		{"taken back, the word before counts", "a+b a-b !2", "must a b 1"},
		{"a retraction taken back", "a+b a-b !2 !3", "cannot a b 2"},
		{"unsure is neither", "a+b a?b", "unsure a b 2"},
		{"two chains meet a negative one", "a+b c+d a-d b+c", "must a b 1; must c d 2; cannot a d 3; aside 4 against 3 ab/cd"},
		{"a negative one holds, though it is later", "a+b b+c a-c", "must a b 1; cannot a c 3; aside 2 against 3 ab/"},
		{"taken back, what was set aside counts", "a+b b+c a-c !3", "must a b 1; must b c 2"},
		{"taking back what is not there", "a+b !7", "must a b 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := c.in
			if strings.Contains(in, "!7") {
				js := write(t, "a+b")
				js = append(js, judge.Judgement{ID: "2", Verdict: judge.Retract, Retracts: "7", Left: "x", Right: "y", Author: "anna", At: day.Add(time.Hour)})
				if got := tell(judge.New(js, judge.Rule{})); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				return
			}
			if got := tell(judge.New(write(t, in), judge.Rule{})); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestTry(t *testing.T) {
	for _, c := range []struct{ name, stands, try, want string }{
		{"first", "", "a+b", ""},
		{"negative against a chain", "a+b b+c", "a-c", "ab,bc"},
		{"negative in place of the one link", "a+b", "a-b", ""},
		{"negative beside another way", "a+b b+c a+c", "a-c", "ab,bc"},
		{"positive against a negative, both chains", "a+b c+d a-d", "b+c", "a-d ab/cd"},
		{"positive in place of the one negative", "a-b", "a+b", ""},
		{"positive in place of one of two", "a+c b+d a-b c-d", "a+b", "c-d ac/bd"},
		{"unsure never", "a+b", "a?b", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := write(t, c.stands+" "+c.try)
			b := judge.New(all[:len(all)-1], judge.Rule{})
			got := ""
			if x := b.Try(&all[len(all)-1]); x != nil {
				got = chain(x.Chains[0])
				if x.Against != nil {
					got = fmt.Sprintf("%s-%s %s/%s", x.Against.Left, x.Against.Right, got, chain(x.Chains[1]))
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestSecondPerson(t *testing.T) {
	rule := judge.Rule{Second: func(l, _ ftm.EntityID) bool { return l == "a" }}
	for in, want := range map[string]string{
		"a+b":                     "waiting a b 1",
		"a+b:anna a+b:anna":       "waiting a b 2",
		"a+b:anna a+b:ben":        "must a b 2",
		"a+b:anna a-b:cy a+b:ben": "waiting a b 3",
		"a-b":                     "cannot a b 1",
		"b+c":                     "must b c 1",
	} {
		if got := tell(judge.New(write(t, in), rule)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// TestSecondPersonFromFiles: a name in a file is the word of who read it in, unless
// the rule takes that name from files; and nobody is his own second.
func TestSecondPersonFromFiles(t *testing.T) {
	rule := judge.Rule{Second: func(_, _ ftm.EntityID) bool { return true }, FromFiles: []string{"anna"}}
	for _, c := range []struct {
		said         string // the keeper of all is cy
		by           string
		waits, again bool
	}{
		{"", "cy", true, false}, {"a+b:ben", "cy", true, true}, {"a+b:anna", "cy", false, false},
		{"a+b:anna", "ben", false, false}, {"a+b:anna a+b:cy a-b:cy", "cy", true, false}, {"a+b:cy", "anna", false, false},
	} {
		list := write(t, c.said+" a+b:"+c.by)
		for i := range list {
			list[i].Keeper = "cy"
		}
		last := len(list) - 1
		if waits, again := judge.New(list[:last], rule).Waits(&list[last]); waits != c.waits || again != c.again {
			t.Errorf("%q, then %s: waits %v, again %v", c.said, c.by, waits, again)
		}
		if got := judge.New(list, rule).Of("a", "b").Waiting; got != c.waits {
			t.Errorf("%q, then %s, kept: waits %v", c.said, c.by, got)
		}
	}
}

// plain is the same by definition: components are counted anew for each step.
func plain(js []judge.Judgement) (musts, aside []string) {
	gone := map[string]bool{}
	for i := len(js) - 1; i >= 0; i-- {
		if js[i].Verdict == judge.Retract && !gone[js[i].ID] {
			gone[js[i].Retracts] = true
		}
	}
	last := map[string]judge.Judgement{}
	for _, j := range js {
		if !gone[j.ID] && j.Verdict != judge.Retract {
			last[string(j.Left)+" "+string(j.Right)] = j
		}
	}
	comp := map[ftm.EntityID]string{}
	of := func(id ftm.EntityID) string {
		if comp[id] == "" {
			comp[id] = string(id)
		}
		return comp[id]
	}
	for _, j := range js {
		if l := last[string(j.Left)+" "+string(j.Right)]; l.ID != j.ID || j.Verdict != judge.Positive {
			continue
		}
		a, b := of(j.Left), of(j.Right)
		bad := false
		for _, n := range last {
			if n.Verdict == judge.Negative {
				x, y := of(n.Left), of(n.Right)
				bad = bad || x == a && y == b || x == b && y == a
			}
		}
		if bad {
			aside = append(aside, j.ID)
			continue
		}
		musts = append(musts, j.ID)
		for id, c := range comp {
			if c == b {
				comp[id] = a
			}
		}
	}
	return musts, aside
}

func random(r *rand.Rand, n int) []judge.Judgement {
	var out []judge.Judgement
	for i := range n {
		j := judge.Judgement{ID: fmt.Sprintf("%03d", i), Author: "anna", At: day.Add(time.Duration(i/2) * time.Second)}
		a, b := r.IntN(7), r.IntN(6)
		if b >= a {
			b++
		}
		j.Left, j.Right = judge.Pair(ftm.EntityID(rune('a'+a)), ftm.EntityID(rune('a'+b)))
		switch k := r.IntN(10); {
		case k < 5:
			j.Verdict = judge.Positive
		case k < 7:
			j.Verdict = judge.Negative
		case k < 8:
			j.Verdict = judge.Unsure
		case len(out) > 0:
			o := out[r.IntN(len(out))]
			j.Verdict, j.Retracts, j.Left, j.Right = judge.Retract, o.ID, o.Left, o.Right
		default:
			j.Verdict = judge.Unsure
		}
		out = append(out, j)
	}
	return out
}

// TestSequences: what follows from judgements does not hang on the order they
// arrive in, and taking one back gives what stood before.
func TestSequences(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	ids := func(js []*judge.Judgement) []string {
		var out []string
		for _, j := range js {
			out = append(out, j.ID)
		}
		return out
	}
	for n := range 10_000 {
		all := random(r, 3+r.IntN(22))
		b := judge.New(slices.Clone(all), judge.Rule{})
		want := tell(b)
		musts, aside := plain(all)
		var got []string
		for _, c := range b.Aside() {
			got = append(got, c.Judgement.ID)
		}
		if !slices.Equal(ids(b.Musts()), musts) || !slices.Equal(got, aside) {
			t.Fatalf("sequence %d: musts %v aside %v, want %v %v\n%v", n, ids(b.Musts()), got, musts, aside, all)
		}
		mixed := slices.Clone(all)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if other := tell(judge.New(mixed, judge.Rule{})); other != want {
			t.Fatalf("sequence %d in another order: %s, want %s", n, other, want)
		}
		next := random(r, 1)[0]
		next.ID, next.At = "next", day.Add(time.Hour)
		refused := b.Try(&next)
		with := judge.New(append(slices.Clone(all), next), judge.Rule{})
		if holds := slices.Contains(ids(with.Musts()), "next"); next.Verdict == judge.Positive && holds != (refused == nil) {
			t.Fatalf("sequence %d: %s+%s holds %v, tried: %v", n, next.Left, next.Right, holds, refused)
		}
		if next.Verdict == judge.Negative && refused == nil && with.Same(next.Left, next.Right) {
			t.Fatalf("sequence %d: %s and %s are apart and one", n, next.Left, next.Right)
		}
		undo := judge.Judgement{ID: "undo", Verdict: judge.Retract, Retracts: "next", Left: next.Left, Right: next.Right, Author: "ben", At: day.Add(2 * time.Hour)}
		if after := tell(judge.New(append(slices.Clone(all), next, undo), judge.Rule{})); after != want {
			t.Fatalf("sequence %d after an undo: %s, want %s", n, after, want)
		}
	}
}

func TestLines(t *testing.T) {
	const file = `["NK-1","src-a","positive",0.91,"anna","2024-05-01T10:00:00"]
["NK-1","src-b","positive",null,"anna","2024-05-01 10:00:01.5"]
["src-c","NK-1","negative",0.4,"ben","2024-05-02T10:00:00Z"]
["src-d","src-e","no_judgement",0.7,null,null]
["src-d","src-f","unsure",null,null,null]
["NK-9","src-g","negative",null,"ben","2024-05-03"]
["NK-7","NK-8","positive",null,"ben","2024-05-03"]
`
	f, err := judge.ReadLines(strings.NewReader(file), nil, "import", day)
	if err != nil {
		t.Fatal(err)
	}
	if f.Suggestions != 1 || f.Alone != 2 {
		t.Errorf("suggestions %d, alone %d", f.Suggestions, f.Alone)
	}
	b := judge.New(f.Judgements, judge.Rule{})
	var out bytes.Buffer
	if err := b.WriteLines(&out); err != nil {
		t.Fatal(err)
	}
	want := `["src-b","src-a","positive",null,"anna","2024-05-01T10:00:01.5Z"]
["src-c","src-a","negative",0.4,"ben","2024-05-02T10:00:00Z"]
["src-f","src-d","unsure",null,"import","2026-03-01T09:00:00Z"]
`
	if out.String() != want {
		t.Errorf("wrote\n%swant\n%s", out.String(), want)
	}
	again, err := judge.ReadLines(bytes.NewReader(out.Bytes()), nil, "other", day)
	if err != nil {
		t.Fatal(err)
	}
	var twice bytes.Buffer
	if err := judge.New(again.Judgements, judge.Rule{}).WriteLines(&twice); err != nil || twice.String() != want {
		t.Errorf("read and written again: %v\n%s", err, twice.String())
	}
	for _, bad := range []string{`{}`, `[1,2,3]`, `["a","b"]`, `["a","a","positive"]`, `["a","b","maybe"]`, `["a","b","positive",null,"u","noon"]`, `["a","b","retract"]`} {
		if _, err := judge.ReadLines(strings.NewReader("\n"+bad), nil, "u", day); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte(`["NK-1","src-a","positive",0.91,"anna","2024-05-01T10:00:00"]`))
	f.Add([]byte("[null,null,null]\n[]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := judge.ReadLines(bytes.NewReader(b), nil, "u", day)
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := judge.New(x.Judgements, judge.Rule{}).WriteLines(&first); err != nil {
			t.Fatal(err)
		}
		y, err := judge.ReadLines(bytes.NewReader(first.Bytes()), func(ftm.EntityID) bool { return true }, "u", day)
		if err != nil {
			t.Fatalf("own form is not read: %v\n%s", err, first.Bytes())
		}
		if err := judge.New(y.Judgements, judge.Rule{}).WriteLines(&second); err != nil {
			t.Fatal(err)
		}
		if len(y.Judgements) < bytes.Count(first.Bytes(), []byte("\n")) {
			t.Fatalf("%d judgements of\n%s", len(y.Judgements), first.Bytes())
		}
	})
}
