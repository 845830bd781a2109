// Package blobtest is the suite that every driver of blob.Store passes.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"overt"
	"overt/blob"
)

// Run tries everything the contract promises. open gives an empty store each
// time it is called.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, blob.Store)
	}{
		{"put and open", testPutOpen},
		{"put twice", testPutTwice},
		{"seek", testSeek},
		{"stat", testStat},
		{"unknown", testUnknown},
		{"no ids", testNoIDs},
		{"list", testList},
		{"reader fails", testReaderFails},
		{"context ends", testContextEnds},
		{"at once", testAtOnce},
		{"verify", testVerify},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// RunStreaming puts 256 MiB and wants memory not to follow. It is apart from
// Run, because a store in memory cannot pass it.
func RunStreaming(t *testing.T, s blob.Store) {
	t.Helper()
	const size = 256 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, n, err := s.Put(t.Context(), io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n != size {
		t.Errorf("size = %d, want %d", n, size)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("put of %d MiB allocated %d KiB", size>>20, took>>10)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func idOf(b []byte) overt.BlobID {
	sum := sha256.Sum256(b)
	return overt.BlobID(hex.EncodeToString(sum[:]))
}

func put(t *testing.T, s blob.Store, b []byte) overt.BlobID {
	t.Helper()
	id, size, err := s.Put(t.Context(), bytes.NewReader(b))
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	if id != idOf(b) || size != int64(len(b)) {
		t.Fatalf("put = %s, %d; want %s, %d", id, size, idOf(b), len(b))
	}
	return id
}

func read(t *testing.T, s blob.Store, id overt.BlobID) []byte {
	t.Helper()
	r, err := s.Open(t.Context(), id)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatalf("read: %v", err)
	}
	return b
}

func list(t *testing.T, s blob.Store) []blob.Info {
	t.Helper()
	var all []blob.Info
	for info, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		all = append(all, info)
	}
	return all
}

func testPutOpen(t *testing.T, s blob.Store) {
	for _, b := range [][]byte{nil, []byte("a"), []byte("a\x00b\r\n"), bytes.Repeat([]byte("0123456789"), 1<<17)} {
		if got := read(t, s, put(t, s, b)); !bytes.Equal(got, b) {
			t.Errorf("%d bytes came back as %d other ones", len(b), len(got))
		}
	}
}

func testPutTwice(t *testing.T, s blob.Store) {
	id := put(t, s, []byte("same"))
	r, err := s.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	put(t, s, []byte("same"))
	if got, err := io.ReadAll(r); err != nil || string(got) != "same" {
		t.Errorf("a reader opened before the second put reads %q, %v", got, err)
	}
	if got := list(t, s); len(got) != 1 {
		t.Errorf("list = %v, want one", got)
	}
}

func testSeek(t *testing.T, s blob.Store) {
	r, err := s.Open(t.Context(), put(t, s, []byte("0123456789")))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n, err := r.Seek(-3, io.SeekEnd); n != 7 || err != nil {
		t.Errorf("seek = %d, %v", n, err)
	}
	if b, _ := io.ReadAll(r); string(b) != "789" {
		t.Errorf("read %q after seek", b)
	}
}

func testStat(t *testing.T, s blob.Store) {
	id := put(t, s, []byte("12345"))
	if got, err := s.Stat(t.Context(), id); err != nil || got != (blob.Info{ID: id, Size: 5}) {
		t.Errorf("stat = %v, %v", got, err)
	}
}

// each asks every reading method for one id.
func each(ctx context.Context, s blob.Store, id overt.BlobID) map[string]error {
	r, openErr := s.Open(ctx, id)
	if r != nil && openErr == nil {
		r.Close()
	}
	_, statErr := s.Stat(ctx, id)
	return map[string]error{"open": openErr, "stat": statErr, "verify": s.Verify(ctx, id)}
}

func testUnknown(t *testing.T, s blob.Store) {
	put(t, s, []byte("something else"))
	for what, err := range each(t.Context(), s, idOf([]byte("never put"))) {
		if overt.CodeOf(err) != overt.NotFound {
			t.Errorf("%s: %v, want not_found", what, err)
		}
	}
}

func testNoIDs(t *testing.T, s blob.Store) {
	id := string(put(t, s, []byte("here")))
	for _, bad := range []string{"", ".", "../../" + id, id[:63], id + "0", strings.ToUpper(id), id[:62] + "/.", id[:63] + "\x00"} {
		if bad == id {
			continue
		}
		for what, err := range each(t.Context(), s, overt.BlobID(bad)) {
			if overt.CodeOf(err) != overt.Invalid {
				t.Errorf("%s of %q: %v, want invalid", what, bad, err)
			}
		}
	}
}

func testList(t *testing.T, s blob.Store) {
	if got := list(t, s); len(got) != 0 {
		t.Errorf("an empty store lists %v", got)
	}
	var want []blob.Info
	for i := range 300 {
		b := fmt.Appendf(nil, "blob %d", i)
		want = append(want, blob.Info{ID: put(t, s, b), Size: int64(len(b))})
	}
	slices.SortFunc(want, func(a, b blob.Info) int { return strings.Compare(string(a.ID), string(b.ID)) })
	if got := list(t, s); !slices.Equal(got, want) {
		t.Errorf("list gives %d, in another order or not all of %d", len(got), len(want))
	}
	for range s.List(t.Context()) {
		break // a reader may stop early
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for _, err := range s.List(ctx) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("list with an ended context ends with %v", last)
	}
}

func testReaderFails(t *testing.T, s blob.Store) {
	broken := errors.New("the cable was pulled")
	r := io.MultiReader(strings.NewReader("the first half"), iotest.ErrReader(broken))
	if _, _, err := s.Put(t.Context(), r); !errors.Is(err, broken) {
		t.Errorf("put = %v, want the reader's error", err)
	}
	if got := list(t, s); len(got) != 0 {
		t.Errorf("a failed put left %v", got)
	}
}

func testContextEnds(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	r := readerFunc(func(p []byte) (int, error) {
		cancel()
		return copy(p, "endless"), nil
	})
	if _, _, err := s.Put(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("put = %v, want the context's error", err)
	}
	if got := list(t, s); len(got) != 0 {
		t.Errorf("a cancelled put left %v", got)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func testAtOnce(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 10 {
				b := fmt.Appendf(nil, "shared %d", (i+w)%10)
				if id, _, err := s.Put(t.Context(), bytes.NewReader(b)); err != nil || id != idOf(b) {
					t.Errorf("put = %s, %v", id, err)
				} else if err := s.Verify(t.Context(), id); err != nil {
					t.Errorf("verify: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if got := list(t, s); len(got) != 10 {
		t.Errorf("%d blobs, want 10", len(got))
	}
}

func testVerify(t *testing.T, s blob.Store) {
	for _, b := range []string{"", "good bytes"} {
		if err := s.Verify(t.Context(), put(t, s, []byte(b))); err != nil {
			t.Errorf("verify: %v", err)
		}
	}
}
