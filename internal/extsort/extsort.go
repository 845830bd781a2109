// Package extsort sorts more key–value records than fit in memory: records
// are gathered in an arena, sorted and spilled in chunks, and merged in one
// pass. Equal keys keep the order in which they were added.
package extsort

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// DefaultMemory is the arena's size in bytes when none is given. Two arenas
// exist while one is being spilled.
const DefaultMemory = 64 << 20

// A Sorter takes records in any order and yields them by key. Use it in three
// steps: Add, Sort, Close. Not safe for concurrent use.
type Sorter struct {
	dir    string
	memory int
	arena  []byte
	refs   []ref
	spills []*os.File
	busy   chan error // the spill in flight
	spare  *chunk     // the buffers of a finished spill, to fill again
	back   chan *chunk
	n      int64
}

// A ref points at one record in the arena: key then value.
type ref struct {
	prefix     uint64 // 8 bytes of the key, for a cheap comparison; set by sort
	off        uint32
	klen, vlen uint32
}

// refSize is the size of a ref in bytes.
const refSize = 24

type chunk struct {
	arena []byte
	refs  []ref
}

// New makes a sorter that spills into dir (which must exist) whenever about
// memory bytes have gathered; memory <= 0 means DefaultMemory.
func New(dir string, memory int) *Sorter {
	if memory <= 0 {
		memory = DefaultMemory
	}
	return &Sorter{dir: dir, memory: min(memory, 1<<31), back: make(chan *chunk, 1)}
}

// Len is how many records were added.
func (s *Sorter) Len() int64 { return s.n }

// Add copies one record in. Errors are those of a spill that failed.
func (s *Sorter) Add(key, value []byte) error {
	need := len(key) + len(value)
	if len(s.arena) > 0 && len(s.arena)+need+refSize*(len(s.refs)+1) > s.memory {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.arena, s.refs = room(s.arena, need, s.memory), room(s.refs, 1, s.memory/refSize)
	s.refs = append(s.refs, ref{0, uint32(len(s.arena)), uint32(len(key)), uint32(len(value))})
	s.arena = append(append(s.arena, key...), value...)
	s.n++
	return nil
}

// room makes place for n more in a list that will grow to about most. It
// doubles: growing by a quarter, as append does with long lists, copies an
// arena five times over before it is full.
func room[T any](list []T, n, most int) []T {
	if len(list)+n <= cap(list) {
		return list
	}
	grown := make([]T, len(list), max(len(list)+n, min(2*cap(list), most), 1<<10))
	copy(grown, list)
	return grown
}

func (c *chunk) key(r ref) []byte   { return c.arena[r.off : r.off+r.klen] }
func (c *chunk) value(r ref) []byte { return c.arena[r.off+r.klen : r.off+r.klen+r.vlen] }

// spill hands the arena to a background sort-and-write, waiting for the one
// before it, so that filling and sorting overlap on two cores.
func (s *Sorter) spill() error {
	if err := s.wait(); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, "sort-*")
	if err != nil {
		return err
	}
	s.spills = append(s.spills, f)
	c := &chunk{s.arena, s.refs}
	s.arena, s.refs = nil, nil
	if s.spare != nil {
		s.arena, s.refs, s.spare = s.spare.arena[:0], s.spare.refs[:0], nil
	}
	s.busy = make(chan error, 1)
	go func() {
		c.sort()
		err := c.write(f)
		s.back <- c
		s.busy <- err
	}()
	return nil
}

// wait ends the spill in flight, if any.
func (s *Sorter) wait() error {
	if s.busy == nil {
		return nil
	}
	err := <-s.busy
	s.busy, s.spare = nil, <-s.back
	if err != nil {
		return fmt.Errorf("spill records to sort: %w", err)
	}
	return nil
}

func (c *chunk) write(f *os.File) error {
	w := bufio.NewWriterSize(f, 256<<10)
	var head [2 * binary.MaxVarintLen32]byte
	for _, r := range c.refs {
		n := binary.PutUvarint(head[:], uint64(r.klen))
		n += binary.PutUvarint(head[n:], uint64(r.vlen))
		// bufio remembers the first error; Flush gives it.
		_, _ = w.Write(head[:n])
		_, _ = w.Write(c.arena[r.off : r.off+r.klen+r.vlen])
	}
	return w.Flush()
}

// Sort ends adding and begins the merge.
func (s *Sorter) Sort() (*Iterator, error) {
	if err := s.wait(); err != nil {
		return nil, err
	}
	last := &chunk{s.arena, s.refs}
	last.sort()
	s.arena, s.refs, s.spare = nil, nil, nil
	it := &Iterator{}
	for i, f := range s.spills {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("read sorted records: %w", err)
		}
		it.add(&run{order: i, file: bufio.NewReaderSize(f, 256<<10)})
	}
	it.add(&run{order: len(s.spills), chunk: last})
	heap.Init(&it.runs)
	return it, it.err
}

// Close removes what was spilled. The iterator must not be used after it.
func (s *Sorter) Close() error {
	err := s.wait()
	for _, f := range s.spills {
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	s.spills, s.arena, s.refs = nil, nil, nil
	return err
}

// An Iterator yields the records by key, then by order of adding.
type Iterator struct {
	runs    runHeap
	current *run
	err     error
}

// Next steps to the next record; false at the end or on an error.
func (it *Iterator) Next() bool {
	if it.err != nil {
		return false
	}
	if it.current != nil {
		switch ok, err := it.current.next(); {
		case err != nil:
			it.err = fmt.Errorf("read sorted records: %w", err)
			return false
		case ok:
			heap.Fix(&it.runs, 0)
		default:
			heap.Pop(&it.runs)
		}
	}
	if len(it.runs) == 0 {
		it.current = nil
		return false
	}
	it.current = it.runs[0]
	return true
}

// Key is the record's key, valid until the next step.
func (it *Iterator) Key() []byte { return it.current.key }

// Value is the record's value, valid until the next step.
func (it *Iterator) Value() []byte { return it.current.value }

// Err is the error that ended the iteration, if one did.
func (it *Iterator) Err() error { return it.err }

func (it *Iterator) add(r *run) {
	ok, err := r.next()
	if err != nil {
		it.err = fmt.Errorf("read sorted records: %w", err)
	}
	if ok {
		it.runs = append(it.runs, r)
	}
}

// A run is one sorted chunk, on disk or in memory.
type run struct {
	order      int
	file       *bufio.Reader
	buf        []byte
	chunk      *chunk
	i          int
	key, value []byte
}

func (r *run) next() (bool, error) {
	if r.chunk != nil {
		if r.i == len(r.chunk.refs) {
			return false, nil
		}
		ref := r.chunk.refs[r.i]
		r.key, r.value = r.chunk.key(ref), r.chunk.value(ref)
		r.i++
		return true, nil
	}
	klen, err := binary.ReadUvarint(r.file)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	vlen, err := binary.ReadUvarint(r.file)
	if err != nil {
		return false, io.ErrUnexpectedEOF
	}
	r.buf = slices.Grow(r.buf[:0], int(klen+vlen))[:klen+vlen]
	if _, err := io.ReadFull(r.file, r.buf); err != nil {
		return false, io.ErrUnexpectedEOF
	}
	r.key, r.value = r.buf[:klen], r.buf[klen:]
	return true, nil
}

type runHeap []*run

func (h runHeap) Len() int { return len(h) }
func (h runHeap) Less(i, j int) bool {
	if d := bytes.Compare(h[i].key, h[j].key); d != 0 {
		return d < 0
	}
	return h[i].order < h[j].order
}
func (h runHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *runHeap) Push(x any)   { *h = append(*h, x.(*run)) }
func (h *runHeap) Pop() any {
	old := *h
	r := old[len(old)-1]
	*h = old[:len(old)-1]
	return r
}
