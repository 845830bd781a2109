package audit

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"overt"
)

// sampleLog makes a closed log of about 20 KB over several segments.
func sampleLog(t testing.TB, records int) string {
	t.Helper()
	dir := t.TempDir()
	opts := fastOptions()
	opts.segmentBytes = 7000
	l := mustOpen(t, dir, opts)
	fill(t, l, 0, records)
	mustClose(t, l)
	wantSound(t, dir, int64(records))
	return dir
}

// frames reads a segment's payloads.
func frames(t testing.TB, path string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := newFrameReader(bytes.NewReader(data[segmentHeader:]), segmentHeader)
	var out [][]byte
	for {
		p, err := r.next()
		if err != nil {
			return out
		}
		out = append(out, bytes.Clone(p))
	}
}

func writeSegment(t testing.TB, path string, first int64, payloads [][]byte) {
	t.Helper()
	b := appendSegmentHeader(nil, first)
	for _, p := range payloads {
		b = appendFrame(b, p)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEveryByte changes each byte of each file in turn and wants it found.
func TestEveryByte(t *testing.T) {
	dir := sampleLog(t, 75)
	step := 1
	if testing.Short() {
		step = 23
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	tried, segments := 0, 0
	for _, e := range entries {
		name := e.Name()
		_, segment := parseSegmentName(name)
		if !segment && name != historyName && name != checkpointName && name != hashesName && name != pubName {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if segment {
			segments += len(data)
		}
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(data); i += step {
			masks := []byte{byte(1 + (i*37)%255)}
			if name == checkpointName || name == pubName {
				masks = []byte{1, 2, 4, 8, 16, 32, 64, 128}
			}
			for _, m := range masks {
				poke(t, f, int64(i), data[i]^m)
				if r := verify(t, dir, VerifyOptions{}); len(r.Problems) == 0 {
					t.Errorf("%s byte %d of %d, bits %02x: not found", name, i, len(data), m)
				}
				tried++
			}
			poke(t, f, int64(i), data[i])
		}
		f.Close()
	}
	wantSound(t, dir, 75)
	t.Logf("%d changes, all found; segments hold %d bytes", tried, segments)
	if segments < 18000 {
		t.Errorf("the sample log has only %d bytes", segments)
	}
}

func poke(t testing.TB, f *os.File, off int64, b byte) {
	t.Helper()
	if _, err := f.WriteAt([]byte{b}, off); err != nil {
		t.Fatal(err)
	}
}

func TestFlipIsNamed(t *testing.T) {
	dir := sampleLog(t, 75)
	firsts, err := listSegments(dir)
	if err != nil || len(firsts) < 3 {
		t.Fatal(firsts, err)
	}
	path := filepath.Join(dir, segmentName(firsts[1]))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	off := segmentHeader + frameHeader + len(frames(t, path)[0])
	if err := os.WriteFile(path, flip(data, off+20), 0o600); err != nil {
		t.Fatal(err)
	}
	r := verify(t, dir, VerifyOptions{})
	want := place{firsts[1], int64(off), firsts[1] + 1}.String()
	if len(r.Problems) == 0 || r.Problems[0].Where != want {
		t.Errorf("problems %v, want the first at %s", r.Problems, want)
	}
	for _, err := range Read(context.Background(), dir, firsts[1], -1) {
		if err != nil {
			wantCode(t, err, overt.Internal, segmentName(firsts[1]))
			return
		}
	}
	t.Error("the damaged record was read")
}

// TestEdits makes changes that keep every frame whole: what a person with an
// editor for the format would do.
func TestEdits(t *testing.T) {
	base := sampleLog(t, 75)
	firsts, err := listSegments(base)
	if err != nil {
		t.Fatal(err)
	}
	renumber := func(p []byte, from, to int64) []byte {
		return append(leafBytes(to, []byte{','}), bytes.TrimPrefix(p, leafBytes(from, []byte{','}))...)
	}
	first := firsts[1]
	edits := map[string]func(ps [][]byte) [][]byte{
		"changed": func(ps [][]byte) [][]byte {
			ps[3] = bytes.Replace(ps[3], []byte(`"anna"`), []byte(`"boris"`), 1)
			return ps
		},
		"dropped":      func(ps [][]byte) [][]byte { return append(ps[:3:3], ps[4:]...) },
		"dropped last": func(ps [][]byte) [][]byte { return ps[:len(ps)-1] },
		"dropped and renumbered": func(ps [][]byte) [][]byte {
			out := ps[:3:3]
			for i := 4; i < len(ps); i++ {
				out = append(out, renumber(ps[i], first+int64(i), first+int64(i)-1))
			}
			return out
		},
		"added at the end": func(ps [][]byte) [][]byte {
			n := int64(len(ps))
			return append(ps, renumber(ps[n-1], first+n-1, first+n))
		},
		"added twice": func(ps [][]byte) [][]byte { return append(ps[:3:3], ps[2:]...) },
		"reordered":   func(ps [][]byte) [][]byte { ps[2], ps[3] = ps[3], ps[2]; return ps },
		"reordered and renumbered": func(ps [][]byte) [][]byte {
			a, b := first+2, first+3
			ps[2], ps[3] = renumber(ps[3], b, a), renumber(ps[2], a, b)
			return ps
		},
		"not canonical": func(ps [][]byte) [][]byte {
			ps[3] = bytes.Replace(ps[3], []byte(`,"case"`), []byte(`, "case"`), 1)
			return ps
		},
	}
	for name, edit := range edits {
		for _, hashesToo := range []bool{false, true} {
			dir := copyDir(t, base)
			path := filepath.Join(dir, segmentName(first))
			writeSegment(t, path, first, edit(frames(t, path)))
			if hashesToo {
				os.Remove(filepath.Join(dir, hashesName))
			}
			if r := verify(t, dir, VerifyOptions{}); len(r.Problems) == 0 {
				t.Errorf("%s, hash file removed %v: not found", name, hashesToo)
			}
			if !hashesToo {
				continue
			}
			// Without the hash file Open reads everything, and must refuse.
			if l, err := Open(context.Background(), dir, fastOptions()); err == nil {
				l.Close()
				t.Errorf("%s: opened", name)
			}
		}
	}
}

func TestFilesGone(t *testing.T) {
	base := sampleLog(t, 75)
	firsts, err := listSegments(base)
	if err != nil {
		t.Fatal(err)
	}
	gone := []string{historyName, checkpointName, pubName}
	for _, f := range firsts {
		gone = append(gone, segmentName(f))
	}
	for _, name := range gone {
		dir := copyDir(t, base)
		os.Remove(filepath.Join(dir, name))
		if r := verify(t, dir, VerifyOptions{}); len(r.Problems) == 0 {
			t.Errorf("%s gone: not found", name)
		}
		if name == segmentName(firsts[1]) {
			continue // Open reads the last segment only
		}
		l, err := Open(context.Background(), dir, fastOptions())
		if err == nil {
			l.Close()
			t.Errorf("%s gone: opened", name)
		} else if overt.CodeOf(err) != overt.Internal {
			t.Errorf("%s gone: %v", name, err)
		}
	}
}

// TestCutBelowCheckpoint truncates the log to every record boundary.
func TestCutBelowCheckpoint(t *testing.T) {
	base := sampleLog(t, 20)
	path := filepath.Join(base, segmentName(0))
	ps := frames(t, path)
	if len(ps) != 20 {
		t.Fatalf("%d records in the first segment", len(ps))
	}
	off := int64(segmentHeader)
	for i, p := range ps {
		dir := copyDir(t, base)
		if err := os.Truncate(filepath.Join(dir, segmentName(0)), off); err != nil {
			t.Fatal(err)
		}
		r := verify(t, dir, VerifyOptions{})
		if len(r.Problems) == 0 || r.Size != int64(i) {
			t.Errorf("cut to %d records: problems %v, size %d", i, r.Problems, r.Size)
		}
		_, err := Open(context.Background(), dir, fastOptions())
		wantCode(t, err, overt.Internal, segmentName(0), "offset", "20")
		off += frameHeader + int64(len(p))
	}
}

// TestRollback puts an older state of the whole folder back.
func TestRollback(t *testing.T) {
	dir := t.TempDir()
	opts := fastOptions()
	l := mustOpen(t, dir, opts)
	fill(t, l, 0, 10)
	mustClose(t, l)
	older := copyDir(t, dir)
	l = mustOpen(t, dir, opts)
	fill(t, l, 10, 20)
	kept, err := l.Checkpoint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, 20, 25)
	mustClose(t, l)
	if r := verify(t, dir, VerifyOptions{Key: l.Key(), Against: kept}); len(r.Problems) > 0 {
		t.Errorf("sound log: %v", r.Problems)
	}
	if r := verify(t, older, VerifyOptions{}); len(r.Problems) > 0 {
		t.Errorf("an old copy alone: %v", r.Problems)
	}
	r := verify(t, older, VerifyOptions{Against: kept})
	if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].What, "20 records, only 10") {
		t.Errorf("rollback: %v", r.Problems)
	}
	// A second history, signed with the same key, is longer and still another.
	fork := mustOpen(t, older, opts)
	fill(t, fork, 100, 130)
	mustClose(t, fork)
	r = verify(t, older, VerifyOptions{Against: kept})
	if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].What, "another root") {
		t.Errorf("fork: %v", r.Problems)
	}
	// Only the history of checkpoints goes back.
	data, err := os.ReadFile(filepath.Join(dir, historyName))
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.LastIndex(data, []byte("overt/test/audit\n25\n"))
	if err := os.WriteFile(filepath.Join(dir, historyName), data[:i], 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(context.Background(), dir, opts)
	wantCode(t, err, overt.Internal, historyName)
}

func TestVerifyKeys(t *testing.T) {
	dir := sampleLog(t, 5)
	own, err := readVerifier(dir)
	if err != nil {
		t.Fatal(err)
	}
	signer, _ := testKeys(t)
	c, err := signCheckpoint(signer, 5, emptyRoot)
	if err != nil {
		t.Fatal(err)
	}
	if signer.KeyHash() == own.KeyHash() {
		t.Fatal("the same key")
	}
	if r := verify(t, dir, VerifyOptions{Against: c.note}); len(r.Problems) != 1 {
		t.Errorf("a checkpoint of another key: %v", r.Problems)
	}
	if r := verify(t, dir, VerifyOptions{Against: []byte("nonsense")}); len(r.Problems) != 1 {
		t.Errorf("no checkpoint: %v", r.Problems)
	}
	_, vkey, err := note.GenerateKey(nil, "overt/test/audit")
	if err != nil {
		t.Fatal(err)
	}
	if r := verify(t, dir, VerifyOptions{Key: vkey}); len(r.Problems) < 2 {
		t.Errorf("another key given: %v", r.Problems)
	}
	_, err = Verify(context.Background(), dir, VerifyOptions{Key: "none"})
	wantCode(t, err, overt.Invalid)
}
