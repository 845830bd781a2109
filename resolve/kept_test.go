package resolve

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"overt"
	"overt/driver/memory"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/resolve/judge"
	"overt/resolve/match"
	"overt/statement"
)

func someResult(labels ...string) *Result {
	r := &Result{Head: Head{Classes: []statement.Class{}, Bound: [][2]ftm.EntityID{{"a", "b"}}, Made: "2026-01-02T03:04:05Z", Counts: Counts{Entities: 4, Refused: []string{}}}}
	for _, l := range labels {
		r.Labels = append(r.Labels, policy.Label{Dataset: l})
	}
	r.Groups = [][]ftm.EntityID{{"a", "b"}, {"c\nd", "e"}}
	r.Pairs = []Pair{{"a", "b", 0.999, match.Same}, {"a", "e", 0.25, match.Possible}}
	return r
}

func bytesOf(t testing.TB, r *Result) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func wantAll(*Head) bool { return true }

func TestResultFile(t *testing.T) {
	r := someResult("north", "south")
	raw := bytesOf(t, r)
	got, err := parseResult(raw, wantAll)
	if err != nil || !reflect.DeepEqual(got, r) {
		t.Fatalf("read back %+v, %v; want %+v", got, err, r)
	}
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 0x41
		if _, err := parseResult(bad, wantAll); err == nil {
			t.Errorf("byte %d of %d is flipped, and nobody says so", i, len(raw))
		}
		if _, err := parseResult(raw[:i], wantAll); err == nil {
			t.Errorf("cut at %d of %d, and nobody says so", i, len(raw))
		}
	}
}

func FuzzResult(f *testing.F) {
	f.Add(bytesOf(f, someResult("north")))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseResult(data, wantAll)
		if err == nil && !bytes.Equal(bytesOf(t, r), data) {
			again, err := parseResult(bytesOf(t, r), wantAll)
			if err != nil || !reflect.DeepEqual(again, r) {
				t.Errorf("%+v is written otherwise than it was read: %v", r, err)
			}
		}
	})
}

// sightOf fills a store with one run for each dataset and shows some of them.
func sightOf(t *testing.T, shown ...string) (*statement.Sight, policy.Scope) {
	t.Helper()
	store := new(memory.Store)
	var labels []policy.Label
	for _, dataset := range []string{"north", "south", "west"} {
		label := policy.Label{Dataset: dataset}
		write(t, store, label, "csv", "x", []statement.Statement{{Schema: "Company", Prop: "name", Value: "Acme"}})
		for _, s := range shown {
			if s == dataset {
				labels = append(labels, label)
			}
		}
	}
	scope := policytest.ReadOnly(labels...)
	view, err := store.View(t.Context(), scope, statement.When{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = view.Close() })
	return view.Sight(), scope
}

func write(t *testing.T, store statement.Store, label policy.Label, format string, id ftm.EntityID, stmts []statement.Statement) {
	t.Helper()
	w, err := store.Begin(t.Context(), policytest.Scope(label), statement.RunSpec{Dataset: label.Dataset, Format: format, Extent: statement.Window, Observed: "2026-01-01"})
	if err == nil {
		err = w.Add(label, id, stmts)
	}
	if err == nil {
		_, err = w.Commit(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestKept(t *testing.T) {
	kept := NewKept(filepath.Join(t.TempDir(), "resolved"))
	both, scope := sightOf(t, "north", "south")
	one, small := sightOf(t, "north")
	if r, void, _, err := kept.For(scope, both); r != nil || void || err != nil {
		t.Fatalf("of nothing: %v %v %v", r, void, err)
	}
	for _, sight := range []*statement.Sight{both, one} {
		r := &Result{Head: HeadOf(sight), Groups: [][]ftm.EntityID{}, Pairs: []Pair{}}
		if err := kept.Put(r); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name  string
		sight *statement.Sight
		scope policy.Scope
		want  int
	}{{"both", both, scope, 2}, {"one", one, small, 1}} {
		r, void, _, err := kept.For(tt.scope, tt.sight)
		if err != nil || void || len(r.Labels) != tt.want {
			t.Errorf("%s: %+v %v %v, want %d labels", tt.name, r, void, err, tt.want)
		}
	}
	// What is made of what a reader does not see is nothing to him; of less than he
	// sees, it holds.
	third, west := sightOf(t, "west")
	if r, void, _, _ := kept.For(west, third); r != nil || void {
		t.Errorf("a stranger is given %+v, %v", r, void)
	}
	all, whole := sightOf(t, "north", "south", "west")
	if r, _, _, _ := kept.For(whole, all); r == nil || len(r.Labels) != 2 {
		t.Errorf("who sees more is given %+v", r)
	}
	// An import that was taken back makes it void.
	if r, void, _, _ := kept.For(scope, one); r == nil || len(r.Labels) != 1 || void {
		t.Errorf("with half gone: %+v %v, want the half that holds", r, void)
	}
	if err := os.Remove(kept.name(HeadOf(one).Labels)); err != nil {
		t.Fatal(err)
	}
	if r, void, _, _ := kept.For(scope, one); r != nil || !void {
		t.Errorf("with half gone: %+v %v, want void", r, void)
	}
	if err := os.WriteFile(kept.name(HeadOf(both).Labels), []byte("noise"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, _, damaged, err := kept.For(scope, both); r != nil || !damaged || err != nil {
		t.Errorf("damaged: %+v %v %v", r, damaged, err)
	}
	if _, err := readResult(kept.name(HeadOf(both).Labels), wantAll); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("damaged: %v", err)
	}
}

func someJudgement() *judge.Judgement {
	return &judge.Judgement{
		ID: NewJudgementID(), Left: "a", Right: "b", Verdict: judge.Positive, Author: "local:anna", At: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		Reason: "same seat", Evidence: "00ff", Score: 0.25, Model: "overt resolve",
	}
}

// TestJudgementStatements: what is written is read again by who sees all labels it
// was written under, and by nobody else.
func TestJudgementStatements(t *testing.T) {
	north, south := policy.Label{Dataset: "north"}, policy.Label{Dataset: "south"}
	whole, halved := someJudgement(), someJudgement()
	left, right, err := JudgementShares(halved)
	if err != nil {
		t.Fatal(err)
	}
	store := new(memory.Store)
	write(t, store, north, JudgementFormat, ftm.EntityID(whole.ID), JudgementStatements(whole))
	write(t, store, north, JudgementFormat, ftm.EntityID(halved.ID), left)
	write(t, store, south, JudgementFormat, ftm.EntityID(halved.ID), right)
	// An import that only looks like a judgement is none.
	write(t, store, north, "ftm", "judgement-forged", JudgementStatements(someJudgement()))
	for _, tt := range []struct {
		name  string
		scope policy.Scope
		want  []*judge.Judgement
	}{
		{"both", policytest.ReadOnly(north, south), []*judge.Judgement{whole, halved}},
		{"north", policytest.ReadOnly(north), []*judge.Judgement{whole}},
		{"south", policytest.ReadOnly(south), nil},
	} {
		view, err := store.View(t.Context(), tt.scope, statement.When{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadJudgements(t.Context(), view, view.Sight())
		if err != nil || len(got) != len(tt.want) {
			t.Errorf("%s: %d judgements, %v; want %d", tt.name, len(got), err, len(tt.want))
		}
		for _, want := range tt.want {
			found := false
			for i := range got {
				found = found || got[i] == *want
			}
			if !found {
				t.Errorf("%s: %+v is not among %+v", tt.name, *want, got)
			}
		}
		_ = view.Close()
	}
	for _, half := range [][]statement.Statement{left, right} {
		for _, s := range half {
			if bytes.Contains([]byte(s.Value), []byte("same seat")) || s.Prop == "left" || s.Prop == "right" {
				t.Errorf("half a judgement tells %s %q", s.Prop, s.Value)
			}
		}
	}
}

// TestFallen: clusters that rest on a judgement which was taken back wait.
func TestFallen(t *testing.T) {
	sight, _ := sightOf(t, "north", "south")
	r := someResult("north", "south")
	r.Classes = sight.Classes()
	for _, tt := range []struct {
		name   string
		book   []judge.Judgement
		groups int
		notes  int
	}{{"stands", []judge.Judgement{*someJudgement()}, 2, 0}, {"taken back", nil, 1, 1}} {
		id := &Identity{Book: judge.New(tt.book, judge.Rule{})}
		id.take(r, sight)
		if len(id.Groups()) != tt.groups || len(id.Notes) != tt.notes {
			t.Errorf("%s: groups %v, notes %q", tt.name, id.Groups(), id.Notes)
		}
	}
}

// TestWorkFile: what was found out is given for the very labels and classes alone, and
// not when it is damaged.
func TestWorkFile(t *testing.T) {
	dir := t.TempDir()
	k := NewKept(filepath.Join(dir, "resolved"))
	head := someResult("north", "south").Head
	head.Classes = []statement.Class{1, 4}
	want := func(what string, h Head, saved []byte) {
		t.Helper()
		if got, err := k.Work(&h); err != nil || !bytes.Equal(got, saved) {
			t.Errorf("%s: %q, %v; want %q", what, got, err, saved)
		}
	}
	want("nothing kept", head, nil)
	saved := []byte("pairs\nand weights")
	if err := k.PutWork(&head, saved); err != nil {
		t.Fatal(err)
	}
	want("kept", head, saved)
	judged := head
	judged.Bound, judged.Made = [][2]ftm.EntityID{{"x", "y"}}, "2027-01-01T00:00:00Z"
	want("judged since", judged, saved)
	newer := head
	newer.Classes = []statement.Class{1, 4, 5}
	want("an import came", newer, nil)
	want("another sight", someResult("north").Head, nil)
	if _, _, damaged, err := k.For(policytest.Datasets("north", "south"), statement.NewSight(policytest.Datasets("north", "south"), statement.When{}, nil)); damaged || err != nil {
		t.Errorf("taken for a result: %v, %v", damaged, err)
	}
	raw, err := os.ReadFile(k.workName(&head))
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 0x41
		for _, b := range [][]byte{bad, raw[:i]} {
			if err := os.WriteFile(k.workName(&head), b, 0o600); err != nil {
				t.Fatal(err)
			}
			want("damaged", head, nil)
		}
	}
}

// TestBefore: of what was found out about other imports that is given which shares the
// most, and nothing of what rests on a label that the scope does not show.
func TestBefore(t *testing.T) {
	dir := t.TempDir()
	k := NewKept(filepath.Join(dir, "resolved"))
	scope := policytest.Datasets("north", "south")
	head := someResult("north", "south").Head
	head.Classes = []statement.Class{1, 4, 6}
	want := func(what, saved string) {
		t.Helper()
		if got, err := k.Before(&head, scope); err != nil || string(got) != saved {
			t.Errorf("%s: %q, %v; want %q", what, got, err, saved)
		}
	}
	put := func(saved string, classes []statement.Class, datasets ...string) {
		t.Helper()
		h := someResult(datasets...).Head
		h.Classes = classes
		if err := k.PutWork(&h, []byte(saved)); err != nil {
			t.Fatal(err)
		}
	}
	want("nothing kept", "")
	put("others", []statement.Class{9}, "south")
	want("none of the classes", "")
	put("one", []statement.Class{4}, "north")
	want("one class", "one")
	put("hidden", []statement.Class{1, 4, 6}, "north", "west")
	want("one of a label that is not shown", "one")
	put("two", []statement.Class{1, 4, 7, 8}, "north", "south")
	want("two classes", "two")
	put("fewer others", []statement.Class{1, 6, 9}, "south")
	want("two classes and one more", "fewer others")
	for _, h := range [][]string{{"south"}, {"north", "south"}} {
		path := k.workName(&Head{Labels: someResult(h...).Labels})
		if err := os.WriteFile(path, []byte(workMagic+"no head\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want("damaged", "one")
}
