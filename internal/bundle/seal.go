package bundle

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

// sealHead begins the seal: a skippable frame (RFC 8878, section 3.1.2) of 40
// bytes, and a mark of ours.
const sealHead = "\x5e\x2a\x4d\x18\x28\x00\x00\x00OVERTEND"

const sealSize = len(sealHead) + sha256.Size

// A sealer hashes what goes through it.
type sealer struct {
	w io.Writer
	h hash.Hash
}

func (s *sealer) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.h.Write(p[:n])
	return n, err
}

// close writes the seal.
func (s *sealer) close() error {
	_, err := s.w.Write(s.h.Sum([]byte(sealHead)))
	return err
}

// An unsealer passes on all but the seal, which it holds back to compare.
type unsealer struct {
	r    io.Reader
	h    hash.Hash
	buf  []byte // read and not passed on; its last sealSize bytes may be the seal
	n    int64  // bytes passed on
	err  error
	tmp  []byte
	done bool
}

func newUnsealer(r io.Reader) *unsealer {
	return &unsealer{r: r, h: sha256.New(), tmp: make([]byte, 64<<10)}
}

func (u *unsealer) Read(p []byte) (int, error) {
	for len(u.buf) <= sealSize && u.err == nil {
		n, err := u.r.Read(u.tmp)
		u.buf, u.err = append(u.buf, u.tmp[:n]...), err
	}
	free := len(u.buf) - sealSize
	if free <= 0 {
		if errors.Is(u.err, io.EOF) {
			u.done = true
		}
		return 0, u.err
	}
	n := copy(p, u.buf[:free])
	u.h.Write(p[:n])
	u.n += int64(n)
	u.buf = append(u.buf[:0], u.buf[n:]...)
	return n, nil
}

// intact says, once everything was read, whether the seal is there and fits.
func (u *unsealer) intact() bool {
	return u.done && bytes.Equal(u.buf, u.h.Sum([]byte(sealHead)))
}
