package pdf

import "github.com/tetratelabs/wazero/experimental"

// A memory is the linear memory of an instance: addresses for all that it may
// grow to are taken at once, and pages as they are touched. So growing copies
// nothing, an instance never holds its memory twice, and what a large document
// took goes back to the system.
type memory struct{ all []byte }

// Allocate implements experimental.MemoryAllocator.
func (m *memory) Allocate(_, _ uint64) experimental.LinearMemory { return m }

// renew takes memory that is all zero.
func (m *memory) renew(size int64) error {
	if err := m.release(); err != nil {
		return err
	}
	all, err := reserve(int(size))
	if err != nil {
		return err
	}
	m.all = all
	return nil
}

// Reallocate implements experimental.LinearMemory.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.all)) {
		return nil
	}
	return m.all[:size]
}

// Free implements experimental.LinearMemory. The memory is released before the
// next instance starts: a value of a dying one can still be looked at.
func (m *memory) Free() {}

func (m *memory) release() error {
	if m.all == nil {
		return nil
	}
	all := m.all
	m.all = nil
	return unreserve(all)
}
