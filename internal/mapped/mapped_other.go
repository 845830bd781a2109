//go:build !unix

package mapped

import (
	"io"
	"os"
)

// File reads the file: there is no mapping on this system.
func File(f *os.File) ([]byte, func() error, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(f)
	return data, func() error { return nil }, err
}
