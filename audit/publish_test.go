package audit

import (
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"

	"overt"
)

func TestTilePath(t *testing.T) {
	for _, c := range []struct {
		level string
		n     int64
		width int
		want  string
	}{
		{"0", 0, 256, "tile/0/000"},
		{"0", 1234067, 256, "tile/0/x001/x234/067"}, // the example of c2sp.org/tlog-tiles
		{"1", 1000, 17, "tile/1/x001/000.p/17"},
		{"entries", 273, 112, "tile/entries/273.p/112"},
	} {
		if got := tilePath(c.level, c.n, c.width); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// A tileFolder is a reader of published tiles that shares no code with the
// writer but the path.
type tileFolder string

func (tileFolder) Height() int                     { return 8 }
func (tileFolder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		width := tile.W
		if width == 256 {
			width = 0
		}
		path := fmt.Sprintf("tile/%d/%03d", tile.L, tile.N)
		if width > 0 {
			path += fmt.Sprintf(".p/%d", width)
		}
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %s has %d bytes", path, len(data))
		}
		out = append(out, data)
	}
	return out, nil
}

// readPublished reads all entries as a monitor would.
func readPublished(t *testing.T, folder string, size int64) [][]byte {
	t.Helper()
	var out [][]byte
	for n := int64(0); n*256 < size; n++ {
		path := fmt.Sprintf("tile/entries/%03d", n)
		if w := size - n*256; w < 256 {
			path += fmt.Sprintf(".p/%d", w)
		}
		data, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			t.Fatal(err)
		}
		for len(data) > 0 {
			k := int(binary.BigEndian.Uint16(data))
			out = append(out, data[2:2+k])
			data = data[2+k:]
		}
	}
	return out
}

func checkPublished(t *testing.T, folder string, l *Log, size int64) {
	t.Helper()
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := openCheckpoint(signed, l.verifier)
	if err != nil || c.size != size {
		t.Fatalf("checkpoint for %d, want %d: %v", c.size, size, err)
	}
	entries := readPublished(t, folder, size)
	if int64(len(entries)) != size {
		t.Fatalf("%d entries for size %d", len(entries), size)
	}
	tiles := tlog.TileHashReader(tlog.Tree{N: size, Hash: c.root}, tileFolder(folder))
	for from := 0; from < len(entries); from += 256 {
		bundle := entries[from:min(from+256, len(entries))]
		var indexes []int64
		for i := range bundle {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(from+i)))
		}
		hashes, err := tiles.ReadHashes(indexes)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range bundle {
			if string(hashes[i][:]) != string(rfc6962.DefaultHasher.HashLeaf(e)) {
				t.Fatalf("entry %d does not hash to its tile", from+i)
			}
		}
		if _, err := tlog.ProveRecord(size, int64(from), tiles); err != nil {
			t.Fatal(err)
		}
	}
	if roots := otherRoots(t, entries); string(roots[size]) != string(c.root[:]) {
		t.Error("the root of the entries is not the one signed")
	}
}

func TestPublish(t *testing.T) {
	ctx := context.Background()
	opts := fastOptions()
	opts.segmentBytes = 40000
	l := mustOpen(t, t.TempDir(), opts)
	folder := t.TempDir()
	have := 0
	for _, size := range []int{0, 1, 255, 256, 257, 700, 1024} {
		fill(t, l, have, size)
		have = size
		got, err := l.Publish(ctx, folder)
		if err != nil || got != int64(size) {
			t.Fatalf("published %d, want %d: %v", got, size, err)
		}
		checkPublished(t, folder, l, int64(size))
	}
	for _, path := range []string{"tile/0/003", "tile/1/000.p/4", "tile/entries/003"} {
		if _, err := os.Stat(filepath.Join(folder, path)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "tile/0/004.p")); err == nil {
		t.Error("an empty tile was published")
	}
	// Full tiles never change.
	full := filepath.Join(folder, "tile/0/000")
	before, err := os.Stat(full)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, have, have+1)
	if _, err := l.Publish(ctx, folder); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(full); err != nil || !after.ModTime().Equal(before.ModTime()) || !os.SameFile(before, after) {
		t.Errorf("a full tile was written again: %v", err)
	}
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".tmp" {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPublishSecondLevel(t *testing.T) {
	if testing.Short() {
		t.Skip("65,700 records: in the full run only")
	}
	l := mustOpen(t, t.TempDir(), fastOptions())
	fillFast(t, l, 65_700)
	folder := t.TempDir()
	if _, err := l.Publish(context.Background(), folder); err != nil {
		t.Fatal(err)
	}
	// Sizes after the rule of c2sp.org/tlog-tiles.
	for path, want := range map[string]int64{
		"tile/0/255": 8192, "tile/0/256.p/164": 164 * 32, "tile/1/000": 8192, "tile/2/000.p/1": 32,
	} {
		if info, err := os.Stat(filepath.Join(folder, path)); err != nil || info.Size() != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "tile/1/001.p")); err == nil {
		t.Error("a level-1 tile was published for an unfinished level-0 tile")
	}
	checkPublished(t, folder, l, 65_700)
}

func TestPublishRefuses(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	l := mustOpen(t, dir, fastOptions())
	fill(t, l, 0, 3)
	mustClose(t, l)
	fork := copyDir(t, dir)
	l = mustOpen(t, dir, fastOptions())
	fill(t, l, 3, 6)
	folder := t.TempDir()
	if _, err := l.Publish(ctx, folder); err != nil {
		t.Fatal(err)
	}
	f := mustOpen(t, fork, fastOptions())
	_, err := f.Publish(ctx, folder)
	wantCode(t, err, overt.Conflict, "6 records")
	fill(t, f, 90, 95)
	_, err = f.Publish(ctx, folder)
	wantCode(t, err, overt.Conflict)
	other := mustOpen(t, t.TempDir(), fastOptions())
	_, err = other.Publish(ctx, folder)
	wantCode(t, err, overt.Conflict)
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := l.Publish(stopped, t.TempDir()); err == nil {
		t.Error("published after cancel")
	}
}
