package pack

import (
	"compress/bzip2"
	"compress/flate"
	"io"

	"overt/internal/archive"
)

// zipMethods unpack the files of ZIP archives (APPNOTE.TXT 4.4.5); size is what
// the archive says comes out, -1 when it does not.
var zipMethods = map[uint16]func(r io.Reader, size int64) (io.Reader, error){
	0:  func(r io.Reader, _ int64) (io.Reader, error) { return r, nil },
	8:  func(r io.Reader, _ int64) (io.Reader, error) { return flate.NewReader(r), nil },
	12: func(r io.Reader, _ int64) (io.Reader, error) { return bzip2.NewReader(r), nil },
	14: zipLZMA,
	93: func(r io.Reader, _ int64) (io.Reader, error) { return zstdReader(r) },
	95: func(r io.Reader, _ int64) (io.Reader, error) {
		return archive.Unxz(io.NopCloser(r), archive.Limits{Total: 1 << 62, Ratio: 1 << 40, RatioFrom: 1 << 62, Members: 1})
	},
}

// zipLZMA reads a version, the length of the setting, and the setting before the
// bytes (APPNOTE.TXT 5.8.8).
func zipLZMA(r io.Reader, size int64) (io.Reader, error) {
	h := make([]byte, 9)
	if _, err := io.ReadFull(r, h); err != nil {
		return nil, err
	}
	if u16(h[2:]) != 5 {
		return nil, damaged("the setting of LZMA is none")
	}
	return lzmaReader(h[4:], r, size)
}
