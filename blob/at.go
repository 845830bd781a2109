package blob

import (
	"errors"
	"io"
	"sync"
)

// At reads at offsets of an opened blob, from several goroutines at once where
// the blob can only be sought in, too.
func At(in io.ReadSeeker) io.ReaderAt {
	if at, ok := in.(io.ReaderAt); ok {
		return at
	}
	return &seeking{in: in}
}

type seeking struct {
	mu sync.Mutex
	in io.ReadSeeker
}

func (s *seeking) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.in.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.in, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
