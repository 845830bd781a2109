package graph

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"testing"

	"overt"
	"overt/statement"
)

var update = flag.Bool("update", false, "write the golden file anew")

// A file of version 1 as it was first written: what is written today is the
// same, byte for byte, and can be read.
func TestGolden(t *testing.T) {
	const path = "testdata/v1.graph"
	got := affair().encoded(t, nil)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the format changed: %d bytes, want the %d of %s", len(got), len(want), path)
	}
	g, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.Close() }()
	if id := g.View(fixedSight(1, 2)).ID(find(t, g.View(fixedSight(1, 2)), "cloud-b")[0]); id != "cloud-a" {
		t.Errorf("cloud-b is %q", id)
	}
}

func TestOpenRefuses(t *testing.T) {
	good := affair().encoded(t, nil)
	for _, tc := range []struct {
		name string
		in   []byte
		want overt.Code
	}{
		{"empty", nil, overt.Invalid},
		{"short", good[:40], overt.Invalid},
		{"cut off", good[:len(good)-1], overt.Invalid},
		{"longer", append(good[:len(good):len(good)], 0), overt.Invalid},
		{"other file", []byte("PK\x03\x04 and so on, long enough to have a header of 32 bytes"), overt.Invalid},
	} {
		g, err := Open(writeTemp(t, tc.in))
		if g != nil || overt.CodeOf(err) != tc.want {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if _, err := Open(t.TempDir() + "/none"); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("missing file: %v", err)
	}
}

// A flipped bit anywhere is either refused or, in the room between sections,
// changes no answer.
func TestEveryByteFlipped(t *testing.T) {
	good := affair().encoded(t, nil)
	q := question{from: nil, opt: Options{Filter: Everything}}
	g, err := decode(good)
	if err != nil {
		t.Fatal(err)
	}
	s := fixedSight(1, 2, 3)
	want := transcript(t, g.View(s), q)
	refused := 0
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 1 << (i % 8)
		g, err := decode(bad)
		if err != nil {
			refused++
			continue
		}
		if got := transcript(t, g.View(s), q); got != want {
			t.Fatalf("byte %d flipped changes the answers", i)
		}
	}
	if refused < len(good)/2 {
		t.Errorf("only %d of %d flips were refused", refused, len(good))
	}
}

// tryAll asks everything of a file that may hold anything; it must not panic.
func tryAll(t testing.TB, data []byte) {
	t.Helper()
	g, err := decode(form.Reseal(data))
	if err != nil {
		return
	}
	v := g.View(fixedSight(1, 2, 3))
	var some []Node
	for n := range min(g.nodes, 16) {
		some = append(some, Node(n))
	}
	q := question{opt: Options{Filter: Everything, Budget: 2000, MaxHops: 4}}
	q.opt.AsOf = day("2021-02-01")
	_ = transcript(t, v, q)
	for _, n := range some {
		_, _, _ = v.Members(n), v.Same(n), v.Schemas(n)
		_, _ = v.Cycles(t.Context(), n, q.opt)
	}
	if len(some) > 0 {
		_, _ = v.ShortestPaths(t.Context(), some[:1], some[len(some)-1:], q.opt)
		_, _ = v.BestPaths(t.Context(), some[:1], some[1:], 3, q.opt)
		_, _ = v.Expand(t.Context(), some, 2, q.opt)
		if tree, err := v.Reach(t.Context(), some[:1], q.opt); err == nil {
			for _, n := range tree.Nodes {
				tree.Path(n.Node)
			}
		}
	}
}

func TestDamageBehindChecksums(t *testing.T) {
	good := affair().encoded(t, nil)
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 1 << (i % 8)
		tryAll(t, bad)
	}
	r := rand.New(rand.NewPCG(6, 6))
	for range 2000 {
		bad := append([]byte(nil), good...)
		for range 1 + r.IntN(4) {
			bad[r.IntN(len(bad))] = byte(r.IntN(256))
		}
		tryAll(t, bad)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte{})
	f.Add(affair().encoded(f, nil))
	r := rand.New(rand.NewPCG(7, 7))
	f.Add(randomWorld(r, testClasses).encoded(f, r))
	f.Add(world{edges: []EdgeSpec{{
		Source: "a", Target: "a", Kind: "K", Ref: "a", Start: 0, End: statement.NoDay, Alternatives: one,
	}}}.encoded(f, nil))
	f.Fuzz(func(t *testing.T, data []byte) { tryAll(t, data) })
}
