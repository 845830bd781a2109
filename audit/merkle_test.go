package audit

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"

	"overt"
)

func testKeys(t testing.TB) (note.Signer, note.Verifier) {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.NewChaCha8([32]byte{1}), "overt/test/audit")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	v, err := parseVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return signer, v
}

func slices32(in [][HashSize]byte) [][]byte {
	out := make([][]byte, len(in))
	for i := range in {
		out[i] = in[i][:]
	}
	return out
}

// otherRoots computes all roots with the library of transparency-dev.
func otherRoots(t *testing.T, leaves [][]byte) [][]byte {
	t.Helper()
	h := rfc6962.DefaultHasher
	tree := (&compact.RangeFactory{Hash: h.HashChildren}).NewEmptyRange(0)
	roots := [][]byte{h.EmptyRoot()}
	for _, leaf := range leaves {
		if err := tree.Append(h.HashLeaf(leaf), nil); err != nil {
			t.Fatal(err)
		}
		root, err := tree.GetRootHash(nil)
		if err != nil {
			t.Fatal(err)
		}
		roots = append(roots, root)
	}
	return roots
}

func TestTreeAgreesWithOther(t *testing.T) {
	const n = 1500
	dir := t.TempDir()
	opts := fastOptions()
	opts.every, opts.segmentBytes = 37, 50000
	l := mustOpen(t, dir, opts)
	fill(t, l, 0, n)
	var leaves [][]byte
	for _, r := range collect(t, l, 0, -1) {
		leaves = append(leaves, r.Leaf)
	}
	roots := otherRoots(t, leaves)
	var own compactRange
	for i := 0; i <= n; i++ {
		if got := own.root(); string(got[:]) != string(roots[i]) {
			t.Fatalf("own root at size %d differs", i)
		}
		if i < n {
			own.add(LeafHash(leaves[i]), func([HashSize]byte) {})
		}
	}
	if root, size, err := l.Root(); err != nil || size != n || string(root[:]) != string(roots[n]) {
		t.Errorf("root of the log at %d: %v", size, err)
	}
	h := rfc6962.DefaultHasher
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		b := rng.Int64N(n) + 1
		a := rng.Int64N(b)
		path, err := l.Inclusion(a, b)
		if err != nil {
			t.Fatal(err)
		}
		if err := proof.VerifyInclusion(h, uint64(a), uint64(b), h.HashLeaf(leaves[a]), slices32(path), roots[b]); err != nil {
			t.Fatalf("inclusion of %d in %d: %v", a, b, err)
		}
		rootB := [HashSize]byte(roots[b])
		if err := CheckInclusion(path, b, rootB, a, LeafHash(leaves[a])); err != nil {
			t.Fatal(err)
		}
		if CheckInclusion(path, b, rootB, a, LeafHash(leaves[(a+1)%n])) == nil {
			t.Fatalf("another record was proved in the place of %d", a)
		}
		if a == 0 {
			continue
		}
		if path, err = l.Consistency(a, b); err != nil {
			t.Fatal(err)
		}
		if err := proof.VerifyConsistency(h, uint64(a), uint64(b), slices32(path), roots[a], roots[b]); err != nil {
			t.Fatalf("consistency of %d with %d: %v", a, b, err)
		}
		if err := CheckConsistency(path, a, [HashSize]byte(roots[a]), b, rootB); err != nil {
			t.Fatal(err)
		}
		if a != b && CheckConsistency(path, a, rootB, b, rootB) == nil {
			t.Fatal("a wrong older root was taken")
		}
	}
	mustClose(t, l)
	wantSound(t, dir, n)
	checkHistory(t, dir, l.verifier, roots)
}

// checkHistory holds every stored checkpoint against the other library.
func checkHistory(t *testing.T, dir string, v note.Verifier, roots [][]byte) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, historyName))
	if err != nil {
		t.Fatal(err)
	}
	r := newHistoryReader(strings.NewReader(string(data)))
	seen := 0
	for {
		entry, err := r.next()
		if err != nil {
			break
		}
		c, err := openOwnCheckpoint(entry, v)
		if err != nil || string(c.root[:]) != string(roots[c.size]) {
			t.Fatalf("checkpoint for %d: %v", c.size, err)
		}
		seen++
	}
	if seen < len(roots)/40 || r.off != int64(len(data)) {
		t.Errorf("%d checkpoints for %d records", seen, len(roots)-1)
	}
}

func TestProofRange(t *testing.T) {
	l := mustOpen(t, t.TempDir(), fastOptions())
	fill(t, l, 0, 3)
	for _, c := range [][2]int64{{-1, 2}, {2, 2}, {0, 4}, {3, 3}, {0, 0}} {
		_, err := l.Inclusion(c[0], c[1])
		wantCode(t, err, overt.Invalid)
	}
	for _, c := range [][2]int64{{0, 2}, {3, 2}, {1, 4}, {-1, 1}} {
		_, err := l.Consistency(c[0], c[1])
		wantCode(t, err, overt.Invalid)
	}
	if p, err := l.Consistency(3, 3); err != nil || len(p) != 0 {
		t.Error(p, err)
	}
}

func TestProofNeedsSoundHashes(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, fastOptions())
	fill(t, l, 0, 20)
	f, err := os.OpenFile(filepath.Join(dir, hashesName), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{1, 2, 3}, hashOffset(0)); err != nil {
		t.Fatal(err)
	}
	_, err = l.Inclusion(0, 20)
	wantCode(t, err, overt.Internal, "record 0")
}

func TestProofText(t *testing.T) {
	l := mustOpen(t, t.TempDir(), fastOptions())
	fill(t, l, 0, 21)
	leaves := collect(t, l, 0, -1)
	text, err := l.Proof(context.Background(), 5)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), "c2sp.org/tlog-proof@v1\nindex 5\n") || !strings.Contains(string(text), "\n\novert/test/audit\n21\n") {
		t.Errorf("proof %s", text)
	}
	seq, size, err := CheckProof(text, leaves[5].Leaf, l.Key())
	if err != nil || seq != 5 || size != 21 {
		t.Errorf("%d %d %v", seq, size, err)
	}
	if _, _, err := CheckProof(text, leaves[6].Leaf, l.Key()); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("another record: %v", err)
	}
	_, other, err := note.GenerateKey(rand.NewChaCha8([32]byte{2}), l.Origin())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := CheckProof(text, leaves[5].Leaf, other); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("another key: %v", err)
	}
	for i := range text {
		for bit := range 8 {
			bad := append([]byte(nil), text...)
			bad[i] ^= 1 << bit
			if s, n, err := CheckProof(bad, leaves[5].Leaf, l.Key()); err == nil && (s != 5 || n != 21) {
				t.Errorf("byte %d bit %d changed: record %d of %d was proved", i, bit, s, n)
			}
		}
	}
}

func FuzzParseProof(f *testing.F) {
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 5\n\nx\n"))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra YQ==\nindex 0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nx\n1\ny\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		seq, path, _, err := parseProof(data)
		if err == nil && (seq < 0 || len(path) > 63) {
			t.Fatal(seq, len(path))
		}
	})
}
