package archive

import (
	"bytes"
	"errors"
	"fmt"
	"os"
)

// A Bundle collects members that come one by one, in memory or past that in a
// room.
type Bundle struct {
	memory  int64
	scratch Scratch
	head    []byte
	file    Room
	size    int64
	entries []bundled
}

type bundled struct {
	name       string
	from, size int64
	err        error
}

// NewBundle gives an empty bundle that holds so many bytes in memory, and more in
// a room of scratch; nil stands for temporary files.
func NewBundle(memory int64, scratch Scratch) *Bundle {
	return &Bundle{memory: memory, scratch: scratch}
}

// Len is the number of members.
func (b *Bundle) Len() int { return len(b.entries) }

// Add keeps one member.
func (b *Bundle) Add(name string, body []byte) (err error) {
	b.entries = append(b.entries, bundled{name: name, from: b.size, size: int64(len(body))})
	b.size += int64(len(body))
	if b.file == nil && b.size <= b.memory {
		b.head = append(b.head, body...)
		return nil
	}
	if b.file == nil {
		if b.file, err = b.scratch.room(); err == nil {
			_, err = b.file.Write(b.head)
			b.head = nil
		}
	}
	if err == nil {
		_, err = b.file.Write(body)
	}
	if err != nil {
		return fmt.Errorf("keep member in temporary file: %w", err)
	}
	return nil
}

// Fail keeps a member that cannot be opened for the reason given.
func (b *Bundle) Fail(name string, err error) {
	b.entries = append(b.entries, bundled{name: name, err: err})
}

// Members gives what was kept, in the order it came.
func (b *Bundle) Members() []Member {
	s := &Spool{ReaderAt: bytes.NewReader(b.head), Size: b.size}
	if b.file != nil {
		s.ReaderAt = b.file
	}
	out := make([]Member, len(b.entries))
	for i, e := range b.entries {
		if e.err != nil {
			out[i] = unread(e.name, e.err)
			continue
		}
		out[i] = Part(e.name, s, e.from, e.size)
	}
	return out
}

// TempFile makes a file without a name, which cannot be left behind: its bytes
// live as long as the descriptor, which the garbage collector closes.
func TempFile() (Room, error) {
	f, err := os.CreateTemp("", "overt-spool-*")
	if err != nil {
		return nil, fmt.Errorf("make temporary file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("remove name of temporary file: %w", err), f.Close())
	}
	return f, nil
}
