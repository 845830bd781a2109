package parquet

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

var errPacked = errors.New("the compressed bytes are damaged")

// unpackPage gives so many bytes out of packed ones. The size was checked by
// the caller; what does not come out at that size is an error.
func unpackPage(codec int, packed []byte, size int) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	switch codec {
	case 0:
		if len(packed) != size {
			return nil, errPacked
		}
		return packed, nil
	case 1:
		if n, err := snappy.DecodedLen(packed); err != nil || n != size {
			return nil, errPacked
		}
		return snappy.Decode(nil, packed)
	case 2:
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, errPacked
		}
		return readAll(r, size)
	case 4:
		return readAll(brotli.NewReader(bytes.NewReader(packed)), size)
	case 5:
		return unpackHadoop(packed, size)
	case 6:
		r, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, errPacked
		}
		defer r.Close()
		return readAll(r, size)
	case 7:
		return unpackLZ4(packed, size)
	}
	return nil, fmt.Errorf("compression %d (3 is LZO) is not read", codec)
}

func readAll(r io.Reader, size int) ([]byte, error) {
	out := make([]byte, size)
	if _, err := io.ReadFull(r, out); err != nil {
		return nil, errPacked
	}
	return out, nil
}

// unpackHadoop reads blocks of LZ4 with their sizes before them, as Hadoop
// writes them; other writers mean a plain block by the same number.
func unpackHadoop(b []byte, size int) ([]byte, error) {
	var out []byte
	for rest := b; ; {
		if len(rest) < 8 {
			break
		}
		plain, packed := binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:])
		rest = rest[8:]
		if uint64(packed) > uint64(len(rest)) || uint64(plain)+uint64(len(out)) > uint64(size) {
			break
		}
		block, err := unpackLZ4(rest[:packed], int(plain))
		if err != nil {
			break
		}
		out, rest = append(out, block...), rest[packed:]
		if len(out) == size && len(rest) == 0 {
			return out, nil
		}
	}
	return unpackLZ4(b, size)
}

// unpackLZ4 reads one block of LZ4: literals, then a copy of what came before,
// and again.
func unpackLZ4(b []byte, size int) ([]byte, error) {
	out := make([]byte, 0, size)
	length := func(n int) int {
		if n < 15 {
			return n
		}
		for len(b) > 0 {
			c := b[0]
			b = b[1:]
			if n += int(c); c != 255 || n > size {
				return n
			}
		}
		return size + 1
	}
	for len(b) > 0 {
		token := b[0]
		b = b[1:]
		n := length(int(token >> 4))
		if n > len(b) || len(out)+n > size {
			return nil, errPacked
		}
		out, b = append(out, b[:n]...), b[n:]
		if len(b) == 0 {
			break
		}
		if len(b) < 2 {
			return nil, errPacked
		}
		back := int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		n = length(int(token&15)) + 4
		if back == 0 || back > len(out) || len(out)+n > size {
			return nil, errPacked
		}
		for range n {
			out = append(out, out[len(out)-back])
		}
	}
	if len(out) != size {
		return nil, errPacked
	}
	return out, nil
}
