package sandbox

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// How a worker keeps its input: blocks asked for one by one, more at once where
// it reads on and on.
const (
	block  = 64 << 10
	blocks = 64 // kept: 4 MiB
)

var errNoBytes = errors.New("the input cannot be read there")

// Input gives a worker the input of the call, of size bytes, through its parent.
// It keeps the last few blocks and reads ahead; it may be used by several
// goroutines.
func (c *Conn) Input(size int64) io.ReaderAt { return c.InputAt(0, size) }

// InputAt is Input for the bytes that begin at an offset.
func (c *Conn) InputAt(from, size int64) io.ReaderAt {
	return &remote{c: c, from: from, size: size, kept: make(map[int64]*kept, blocks)}
}

// A remote is the worker's view of an input. The connection's lock guards it.
type remote struct {
	c    *Conn
	from int64 // where it begins in the input
	size int64
	kept map[int64]*kept // by number of the block
	tick int64
	next int64 // the block after those fetched last
	run  int   // blocks fetched at once, while reading goes on
}

type kept struct {
	data []byte
	used int64
}

// ReadAt reads as io.ReaderAt has it.
func (r *remote) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("a negative offset")
	}
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	n := 0
	for n < len(p) {
		at := off + int64(n)
		if at >= r.size {
			return n, io.EOF
		}
		got, err := r.part(p[n:], at)
		if n += got; err != nil {
			return n, err
		}
	}
	return n, nil
}

// part reads some bytes, at least one: from a block, or past the cache where
// whole stretches are wanted.
func (r *remote) part(p []byte, at int64) (int, error) {
	b := at / block
	if k := r.kept[b]; k != nil {
		r.tick++
		k.used = r.tick
		return copy(p, k.data[at-b*block:]), nil
	}
	if len(p) >= maxRead/2 {
		data, err := r.ask(at, min(len(p), maxRead))
		return copy(p, data), err
	}
	if err := r.fetch(b); err != nil {
		return 0, err
	}
	return copy(p, r.kept[b].data[at-b*block:]), nil
}

// fetch keeps block b, and those after it where b follows what was fetched last.
func (r *remote) fetch(b int64) error {
	if b == r.next && b > 0 {
		r.run = min(r.run*2, maxRead/block)
	} else {
		r.run = 1
	}
	data, err := r.ask(b*block, r.run*block)
	if err != nil {
		return err
	}
	r.next = b
	for len(data) > 0 {
		r.room()
		n := min(len(data), block)
		r.tick++
		// Each block is its own piece, so that one alone holds no other.
		r.kept[r.next] = &kept{append(make([]byte, 0, n), data[:n]...), r.tick}
		data = data[n:]
		r.next++
	}
	return nil
}

// room drops the block that was not used for longest when there are too many.
func (r *remote) room() {
	if len(r.kept) < blocks {
		return
	}
	oldest, when := int64(-1), int64(0)
	for b, k := range r.kept {
		if oldest < 0 || k.used < when {
			oldest, when = b, k.used
		}
	}
	delete(r.kept, oldest)
}

// ask gets bytes from the parent; they stand until the next frame.
func (r *remote) ask(at int64, n int) ([]byte, error) {
	n = int(min(int64(n), r.size-at))
	var wish [12]byte
	binary.LittleEndian.PutUint64(wish[:], uint64(r.from+at))
	binary.LittleEndian.PutUint32(wish[8:], uint32(n))
	if err := r.c.write(frameRead, wish[:]); err != nil {
		return nil, err
	}
	if err := r.c.flush(); err != nil {
		return nil, err
	}
	t, data, err := r.c.read(r.c.max)
	for err == nil && t == frameMessage { // it is for Receive
		r.c.waiting = append(r.c.waiting, slices.Clone(data))
		t, data, err = r.c.read(r.c.max)
	}
	switch {
	case err != nil:
		return nil, err
	case t == frameNoBytes:
		return nil, errNoBytes
	case t != frameBytes || len(data) != n:
		return nil, garbled("%d bytes of the input for %d", len(data), n)
	}
	return data, nil
}
