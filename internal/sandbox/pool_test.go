package sandbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// runnable skips where no worker can be ended properly. With cgo, as the race
// detector has it, workers run bare: it is the parent that is looked at.
func runnable(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("workers are tested on Linux")
	}
}

// settled waits until goroutines that end have ended, and counts the rest.
func settled(t *testing.T) int {
	t.Helper()
	n := runtime.NumGoroutine()
	for range 100 {
		time.Sleep(5 * time.Millisecond)
		if now := runtime.NumGoroutine(); now < n {
			n = now
		}
	}
	return n
}

// TestUsedAgain: a worker is used again for its key and for no other, and not
// after so many calls, after growing, or after waiting.
func TestUsedAgain(t *testing.T) {
	runnable(t)
	call := func(p *Pool, key, say string) string {
		t.Helper()
		var said string
		if _, err := p.Do(t.Context(), key, Input{}, ask(say, &said)); err != nil {
			t.Fatal(err)
		}
		return said
	}
	t.Run("by key", func(t *testing.T) {
		p := NewPool(Config{Bare: withCgo, Kind: "sticky", Workers: 2})
		defer p.Close()
		for _, tt := range []struct{ key, say, want string }{
			{"a", "secret of a", "nothing"}, {"a", "more of a", "secret of a"}, {"b", "of b", "nothing"},
			{"c", "of c", "nothing"}, // ends that of a
			{"b", "again", "of b"}, {"a", "x", "nothing"},
		} {
			if got := call(p, tt.key, tt.say); got != tt.want {
				t.Errorf("%s %q: got %q, want %q", tt.key, tt.say, got, tt.want)
			}
			if n := len(p.idle); n > 2 {
				t.Errorf("%d workers wait", n)
			}
		}
	})
	t.Run("calls", func(t *testing.T) {
		p := NewPool(Config{Bare: withCgo, Kind: "sticky", Calls: 2})
		defer p.Close()
		for _, want := range []string{"nothing", "x", "nothing", "x"} {
			if got := call(p, "", "x"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	})
	t.Run("growth", func(t *testing.T) {
		p := NewPool(Config{Bare: withCgo, Kind: "grows", Resident: 64 << 20})
		defer p.Close()
		call(p, "", "x")
		if len(p.idle) != 0 {
			t.Error("a worker that grew waits for more")
		}
	})
	t.Run("idle", func(t *testing.T) {
		p := NewPool(Config{Bare: withCgo, Kind: "sticky", Idle: 10 * time.Millisecond})
		defer p.Close()
		call(p, "", "x")
		for range 500 {
			p.mu.Lock()
			n := len(p.idle)
			p.mu.Unlock()
			if n == 0 {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Error("a worker waits for ever")
	})
	t.Run("error", func(t *testing.T) {
		p := NewPool(Config{Bare: withCgo, Kind: "sticky"})
		defer p.Close()
		call(p, "", "x")
		mine := errors.New("mine")
		if _, err := p.Do(t.Context(), "", Input{}, func(*Conn) error { return mine }); err != mine {
			t.Errorf("got %v", err)
		}
		if got := call(p, "", "x"); got != "nothing" {
			t.Errorf("after an error: %q", got)
		}
	})
	t.Run("busy parent", func(t *testing.T) {
		const deadline = 300 * time.Millisecond
		p := NewPool(Config{Bare: withCgo, Kind: "sticky", Deadline: deadline})
		defer p.Close()
		_, err := p.Do(t.Context(), "", Input{}, func(c *Conn) error {
			for range 3 { // what the parent does with an answer is not the worker's time
				if err := c.Send([]byte("x")); err != nil {
					return err
				}
				if _, err := c.Receive(); err != nil {
					return err
				}
				time.Sleep(deadline)
			}
			return nil
		})
		if err != nil {
			t.Errorf("got %v", err)
		}
	})
	t.Run("closed", func(t *testing.T) {
		p := NewPool(Config{Bare: withCgo, Kind: "sticky"})
		call(p, "", "x")
		_ = p.Close()
		if _, err := p.Do(t.Context(), "", Input{}, ask("x", nil)); err != errClosed {
			t.Errorf("got %v", err)
		}
	})
}

// TestMany: calls at once, of several keys, never more workers than allowed.
func TestMany(t *testing.T) {
	runnable(t)
	p := NewPool(Config{Bare: withCgo, Kind: "echo", Workers: 3})
	defer p.Close()
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			key := string(rune('a' + i%5))
			var said string
			_, err := p.Do(t.Context(), key, Input{}, ask(key, &said))
			if err != nil || said != key {
				t.Errorf("%s: %q, %v", key, said, err)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if n := p.busy + len(p.idle); n > 3 {
				t.Errorf("%d workers", n)
			}
		})
	}
	wg.Wait()
}

// TestEndless: what is said without end is counted.
func TestEndless(t *testing.T) {
	runnable(t)
	p := NewPool(Config{Bare: withCgo, Kind: "endless", Output: 1 << 20})
	defer p.Close()
	n := 0
	_, err := p.Do(t.Context(), "", Input{}, func(c *Conn) error {
		if err := c.Send([]byte("x")); err != nil {
			return err
		}
		for {
			m, err := c.Receive()
			if err != nil {
				return err
			}
			n += len(m)
		}
	})
	if !isFailure(err, OverOutput) || n > 1<<20 {
		t.Errorf("%v after %d bytes", err, n)
	}
}

// TestLoud: what a worker shouts costs the parent a few KiB.
func TestLoud(t *testing.T) {
	runnable(t)
	said, _, err := run(t, Config{Bare: withCgo, Kind: "loud"}, Input{})
	if err != nil || said != "hello" {
		t.Errorf("%q, %v", said, err)
	}
}

// pattern is an input without end whose bytes tell where they stand.
type pattern struct{ fail int64 }

func (p pattern) ReadAt(b []byte, off int64) (int, error) {
	if p.fail > 0 && off+int64(len(b)) > p.fail {
		return 0, errDisk
	}
	for i := range b {
		b[i] = byte((off + int64(i)) * 2654435761 >> 16)
	}
	return len(b), nil
}

var errDisk = errors.New("the disk is broken")

// TestInput: a worker reads its input through its parent, in pieces of any size.
func TestInput(t *testing.T) {
	runnable(t)
	p := NewPool(Config{Bare: withCgo, Kind: "sum"})
	defer p.Close()
	request := func(size int64, piece int) []byte {
		return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(nil, uint64(size)), uint32(piece))
	}
	for _, size := range []int64{0, 1, block - 1, block, block + 1, 3*maxRead + 17} {
		want, whole := uint64(0), make([]byte, size)
		_, _ = pattern{}.ReadAt(whole, 0)
		for _, b := range whole {
			want += uint64(b)
		}
		for _, piece := range []int{1 << 10, block + 1, 2<<20 + 1} {
			var said string
			_, err := p.Do(t.Context(), "", Input{pattern{}, size}, ask(string(request(size, piece)), &said))
			if err != nil || len(said) != 8 || binary.LittleEndian.Uint64([]byte(said)) != want {
				t.Errorf("%d bytes by %d: %v", size, piece, err)
			}
		}
	}
	_, err := p.Do(t.Context(), "", Input{pattern{fail: 1 << 20}, 4 << 20}, ask(string(request(4<<20, 1<<10)), nil))
	if !errors.Is(err, errDisk) {
		t.Errorf("a broken disk: %v", err)
	}
	_, err = p.Do(t.Context(), "", Input{bytes.NewReader([]byte("short")), 4 << 20}, ask(string(request(4<<20, 1<<10)), nil))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an input that is shorter than it says: %v", err)
	}
}

// TestRemote: reads here and there give what stands there; the cache stays small.
func TestRemote(t *testing.T) {
	const size = int64(100) << 30
	askR, askW := io.Pipe()
	ansR, ansW := io.Pipe()
	parent := newConn(askR, ansW, minFrame, &parentEnd{})
	parent.begin(Input{pattern{}, size}, 1<<40)
	go func() { _, _ = parent.Receive() }()
	child := newConn(ansR, askW, minFrame, nil)
	in := child.Input(size).(*remote)
	for i := range int64(400) {
		off := (i * 7919 * 1000003) % (size - 5000)
		if i%3 == 0 {
			off = i * block / 2
		}
		got, want := make([]byte, 4097), make([]byte, 4097)
		if _, err := in.ReadAt(got, off); err != nil {
			t.Fatal(err)
		}
		_, _ = pattern{}.ReadAt(want, off)
		if !bytes.Equal(got, want) {
			t.Fatalf("at %d", off)
		}
		if len(in.kept) > blocks {
			t.Fatalf("%d blocks are kept", len(in.kept))
		}
	}
	buf := make([]byte, 10)
	if n, err := in.ReadAt(buf, size-3); n != 3 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if n, err := in.ReadAt(buf, size); n != 0 || err != io.EOF {
		t.Errorf("behind the end: %d, %v", n, err)
	}
	if _, err := in.ReadAt(buf, -1); err == nil {
		t.Error("before the beginning")
	}
	_ = askW.Close()
}

// TestCancelled: a context that ends while a call waits for its turn, or during it.
func TestCancelled(t *testing.T) {
	runnable(t)
	p := NewPool(Config{Bare: withCgo, Kind: "spins", Workers: 1})
	defer p.Close()
	why := errors.New("the user pressed a key")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(why) })
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := p.Do(ctx, "", Input{}, ask("x", nil)); err != why {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	for _, wait := range []time.Duration{0, time.Millisecond, 3 * time.Millisecond} { // while one starts
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		if _, err := p.Do(ctx, "", Input{}, ask("x", nil)); err != context.DeadlineExceeded {
			t.Errorf("after %v: %v", wait, err)
		}
		cancel()
	}
}

// FuzzFrames: whatever a worker writes, its parent's end gives messages or an
// error, within its memory.
func FuzzFrames(f *testing.F) {
	f.Add([]byte(frame('M', 4, "abc") + frame('R', 13, "\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00")))
	f.Add([]byte(frame('H', 3, "{}") + frame('M', 1<<31, "")))
	f.Add([]byte(frame('M', 0, "") + "rest"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := newConn(bytes.NewReader(data), io.Discard, minFrame, &parentEnd{})
		c.begin(Input{pattern{}, 1 << 20}, 1<<20)
		for {
			m, err := c.Receive()
			if err != nil {
				var f *Failure
				if !errors.As(err, &f) {
					t.Fatalf("an error that is none of ours: %v", err)
				}
				return
			}
			if len(m) > len(data) {
				t.Fatal("a message of more bytes than came")
			}
			if cap(c.buf) > 2*len(data)+2*step {
				t.Fatalf("%d bytes for %d", cap(c.buf), len(data))
			}
		}
	})
}

// FuzzAttestation: an attestation of any bytes is one that lacks layers, or an
// error.
func FuzzAttestation(f *testing.F) {
	f.Add([]byte(`{"kind":"echo","system":"linux/amd64","seccomp":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := newConn(strings.NewReader(frame(frameHello, uint32(len(data)+1), string(data))), io.Discard, minFrame, &parentEnd{left: maxHello})
		if a, err := c.attestation(); err == nil {
			_ = a.Missing()
		}
	})
}
