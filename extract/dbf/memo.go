package dbf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"overt/internal/archive"
)

// memo is a file of long texts, in blocks.
type memo struct {
	file  *archive.Spool
	block int64 // bytes
	read  func(block, limit int64) (string, error)
}

var (
	errLong    = errors.New("the text is too long")
	errPicture = errors.New("the block holds no text")
)

// openMemo reads the header of a memo file. FoxPro's are told by their ending,
// for tables of other versions are kept with them too.
func openMemo(s *archive.Spool, h *header, name string) (*memo, error) {
	var head [24]byte
	if n, err := s.ReadAt(head[:], 0); n < len(head) {
		return nil, fmt.Errorf("it breaks off in its header: %w", err)
	}
	m := &memo{file: s, block: 512}
	switch {
	case h.foxpro() || strings.EqualFold(path.Ext(name), ".fpt"):
		m.read, m.block = m.foxpro, int64(binary.BigEndian.Uint16(head[6:]))
	case h.version == 0x83 || h.version == 0x03:
		m.read = m.three
	default:
		m.read = m.four
		if n := int64(binary.LittleEndian.Uint16(head[20:])); n != 0 {
			m.block = n
		}
	}
	if m.block == 0 {
		return nil, errors.New("its header states blocks of no size")
	}
	return m, nil
}

// three reads a text of dBase III, which ends with a mark.
func (m *memo) three(block, limit int64) (string, error) {
	var out []byte
	r := io.NewSectionReader(m.file, block*m.block, limit+m.block)
	buf := make([]byte, m.block)
	for int64(len(out)) <= limit {
		n, err := io.ReadFull(r, buf)
		if i := bytes.IndexByte(buf[:n], endMark); i >= 0 {
			return string(append(out, buf[:i]...)), nil
		}
		if out = append(out, buf[:n]...); err != nil {
			return "", io.ErrUnexpectedEOF
		}
	}
	return "", errLong
}

// four reads a text of dBase IV, whose length stands before it.
func (m *memo) four(block, limit int64) (string, error) {
	var head [8]byte
	at := block * m.block
	if n, _ := m.file.ReadAt(head[:], at); n < len(head) {
		return "", io.ErrUnexpectedEOF
	}
	if !bytes.HasPrefix(head[:], []byte{0xff, 0xff, 0x08, 0x00}) {
		return m.three(block, limit) // tables that were converted keep the old form
	}
	size := int64(binary.LittleEndian.Uint32(head[4:])) - 8
	return m.cut(at+8, size, limit)
}

// foxpro reads a text of FoxPro, whose kind and length stand before it.
func (m *memo) foxpro(block, limit int64) (string, error) {
	var head [8]byte
	at := block * m.block
	if n, _ := m.file.ReadAt(head[:], at); n < len(head) {
		return "", io.ErrUnexpectedEOF
	}
	if binary.BigEndian.Uint32(head[:]) != 1 {
		return "", errPicture
	}
	return m.cut(at+8, int64(binary.BigEndian.Uint32(head[4:])), limit)
}

func (m *memo) cut(at, size, limit int64) (string, error) {
	switch {
	case size < 0 || size > m.file.Size-at:
		return "", io.ErrUnexpectedEOF
	case size > limit:
		return "", errLong
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(m.file, at, size), b); err != nil {
		return "", err
	}
	return string(bytes.TrimRight(b, "\x00\x1a")), nil
}
