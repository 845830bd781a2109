package pipeline

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overt"
	"overt/statement"
)

func someJournal() *journal {
	j := &journal{head: journalHead{Version: journalVersion, Program: program(), Run: 3, Token: "t", Mapping: "ab", Blobs: []overt.BlobID{"x"}, Generation: 2}}
	rows := &journalList{key: listKey{0, 1, ""}, way: [32]byte{1, 2}}
	tree := &journalList{key: listKey{1, 0, "/a/*"}}
	j.lists = []*journalList{rows, tree, {key: listKey{1, 0, "/b/*"}}}
	for i := range 5 {
		j.add(rows, 0, overt.Locator{Table: "t", Row: int64(10 - i)}, sum{byte(i)}, i%2 == 0, i == 3, bytes.Repeat([]byte{7}, i))
		j.add(tree, 1, overt.Locator{Pointer: []string{"/a/7", "/a/x", "/c/1", "/a/8", ""}[i]}, sum{0xff, byte(i)}, true, false, nil)
	}
	return j
}

func run3() *statement.Run {
	return &statement.Run{ID: 3, RunSpec: statement.RunSpec{Token: "t", Mapping: "ab", Sources: []statement.Source{{Blob: "x"}}}}
}

// What is written is read again, and only for the run it is of.
func TestJournalFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "derived", "journal-3.oj")
	j := someJournal()
	if err := j.write(path); err != nil {
		t.Fatal(err)
	}
	got, err := readJournal(path, run3())
	if err != nil {
		t.Fatal(err)
	}
	opts := gocmp.Options{cmpopts.EquateEmpty(), gocmp.AllowUnexported(journalList{}, listKey{}, entry{})}
	if d := gocmp.Diff(j.lists, got.lists, opts); d != "" {
		t.Errorf("a journal read again differs (-want +got):\n%s", d)
	}
	if d := gocmp.Diff(j.head, got.head); d != "" {
		t.Errorf("its head differs:\n%s", d)
	}
	for name, change := range map[string]func(*statement.Run){
		"run": func(r *statement.Run) { r.ID = 4 }, "token": func(r *statement.Run) { r.Token = "u" },
		"mapping": func(r *statement.Run) { r.Mapping = "cd" }, "sources": func(r *statement.Run) { r.Sources[0].Blob = "y" },
	} {
		r := run3()
		change(r)
		if _, err := readJournal(path, r); err == nil {
			t.Errorf("the journal is taken for that of another %s", name)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		broken := bytes.Clone(text)
		broken[i] ^= 0x10
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readJournal(path, run3()); err == nil {
			t.Fatalf("byte %d is wrong, and the journal is read", i)
		}
	}
}

// Whatever the bytes are, a journal comes out or an error.
func FuzzJournal(f *testing.F) {
	var b bytes.Buffer
	for _, l := range someJournal().lists {
		b.Write(l.appendHead(nil))
		for i := range l.entries {
			b.Write(l.entries[i].append(nil, 0))
		}
	}
	f.Add(append([]byte{3}, b.Bytes()...))
	f.Add([]byte{1, 0, 0})
	f.Add(bytes.Repeat([]byte{0xff}, 60))
	f.Fuzz(func(t *testing.T, body []byte) {
		j := &journal{}
		if err := j.decode(body); err != nil {
			return
		}
		for _, l := range j.lists {
			p := newPlan(l)
			for i := range l.entries {
				p.match(l.entries[i].sum, overt.Locator{Row: 1}, statement.Spot{First: 1}, true)
			}
		}
	})
}

func TestApart(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"/data/Products/*", "/data/Agencies/*", true}, {"/data/*", "/data/*/x/*", false}, {"/a/*", "/a/b", false}, {"", "/a", false},
		{"/x/*/b", "/x/b/c", false}, {"/d/0", "/d/x", false}, {"a/b", "/a/b/", false}, {"/feed/entry", "/feed/a:entry", false},
		{"/d/*/a/*", "/d/*/b/*", true}, {"/feed/entry", "/feed/a:link", true},
	} {
		if got := apart(c.a, c.b); got != c.want || apart(c.b, c.a) != got {
			t.Errorf("%q and %q are apart: %t, want %t", c.a, c.b, got, c.want)
		}
	}
}

// A stretch that goes on is one move, whatever is gone from it.
func TestFindMoves(t *testing.T) {
	place := func(j *journal, l *journalList, rows ...int64) {
		for _, r := range rows {
			j.add(l, 0, overt.Locator{Row: r}, sum{byte(r)}, true, false, nil)
		}
	}
	old, l := &journal{}, &journalList{}
	place(old, l, 2, 3, 4, 5, 6, 7, 8)
	r := &resting{plans: map[listKey]*plan{}}
	p := newPlan(l)
	r.plans[l.key] = p
	g := newGroups()
	for row, was := range []int64{2, 3, 99, 5, 6, 98, 97, 8} { // 4 and 7 are gone
		spot := statement.Spot{First: int64(row + 2)}
		if i := p.match(sum{byte(was)}, overt.Locator{Row: spot.First}, spot, true); i >= 0 {
			p.to[i] = g.at(spot, true)
		}
	}
	if err := r.findMoves(&unit{journal: &journal{lists: []*journalList{l}}}, g); err != nil {
		t.Fatal(err)
	}
	want := []statement.Move{{From: statement.Spot{First: 8}, To: statement.Spot{First: 9}, Records: 1}}
	if d := gocmp.Diff(want, r.moves); d != "" {
		t.Errorf("moves (-want +got):\n%s", d)
	}
}
