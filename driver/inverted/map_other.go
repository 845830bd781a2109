//go:build !unix

package inverted

import (
	"io"
	"os"
)

// mapFile reads the file: there is no mapping on this system.
func mapFile(f *os.File) ([]byte, func() error, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(f)
	return data, func() error { return nil }, err
}

// syncDir does nothing: directories cannot be synced on this system.
func syncDir(string) error { return nil }
