package audit

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// The segment header: magic with the version in its last byte, sequence number
// of the first record, CRC-32C over both.
const (
	segmentMagic  = "OVAUDIT\x01"
	segmentHeader = 8 + 8 + 4
	frameHeader   = 4 + 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendSegmentHeader(b []byte, first int64) []byte {
	start := len(b)
	b = append(b, segmentMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(first))
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// parseSegmentHeader gives the first sequence number of a segment.
func parseSegmentHeader(b []byte) (int64, error) {
	switch {
	case len(b) < segmentHeader:
		return 0, fmt.Errorf("segment header of %d bytes, want %d", len(b), segmentHeader)
	case string(b[:7]) != segmentMagic[:7]:
		return 0, errors.New("not an audit segment: the magic differs")
	case b[7] != segmentMagic[7]:
		return 0, fmt.Errorf("segment version %d, this program reads %d", b[7], segmentMagic[7])
	case binary.BigEndian.Uint32(b[16:20]) != crc32.Checksum(b[:16], castagnoli):
		return 0, errors.New("checksum of the segment header differs")
	}
	first := int64(binary.BigEndian.Uint64(b[8:16]))
	if first < 0 {
		return 0, errors.New("first sequence number out of range")
	}
	return first, nil
}

// appendFrame writes one record's frame: length, CRC-32C over length and
// payload, payload.
func appendFrame(b, payload []byte) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	sum := crc32.Update(crc32.Checksum(b[start:], castagnoli), castagnoli, payload)
	b = binary.BigEndian.AppendUint32(b, sum)
	return append(b, payload...)
}

// A tornError says that the bytes at an offset are no whole frame: what an
// interrupted write leaves behind, and also what damage looks like.
type tornError struct {
	off    int64
	reason string
}

func (e *tornError) Error() string { return fmt.Sprintf("offset %d: %s", e.off, e.reason) }

// A frameReader reads the frames that follow a segment header.
type frameReader struct {
	r   *bufio.Reader
	off int64  // of the next frame, from the start of the segment
	buf []byte // the payload of the last frame
}

func newFrameReader(r io.Reader, off int64) *frameReader {
	return &frameReader{r: bufio.NewReaderSize(r, 32<<10), off: off}
}

// next gives the payload of the next frame, valid until the next call; io.EOF
// where the segment ends after a whole frame, a *tornError where the bytes are
// no frame, any other error where the file cannot be read.
func (f *frameReader) next() ([]byte, error) {
	var head [frameHeader]byte
	n, err := io.ReadFull(f.r, head[:])
	switch {
	case err == io.EOF:
		return nil, io.EOF
	case err == io.ErrUnexpectedEOF:
		return nil, f.torn("frame header of %d bytes, want %d", n, frameHeader)
	case err != nil:
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[:4])
	if size == 0 || size > MaxRecord {
		return nil, f.torn("record length %d out of range", size)
	}
	if cap(f.buf) < int(size) {
		f.buf = make([]byte, size, max(int(size), 4096))
	}
	f.buf = f.buf[:size]
	n, err = io.ReadFull(f.r, f.buf)
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return nil, f.torn("record of %d bytes, only %d there", size, n)
	case err != nil:
		return nil, err
	}
	sum := crc32.Update(crc32.Checksum(head[:4], castagnoli), castagnoli, f.buf)
	if sum != binary.BigEndian.Uint32(head[4:]) {
		return nil, f.torn("checksum of the record differs")
	}
	f.off += frameHeader + int64(size)
	return f.buf, nil
}

func (f *frameReader) torn(format string, args ...any) error {
	return &tornError{off: f.off, reason: fmt.Sprintf(format, args...)}
}
