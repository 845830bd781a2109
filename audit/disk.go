package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"overt/internal/durable"
)

// A disk is the file layer below a log. Tests replace it to fail the n-th
// operation; everything that must be durable goes through it.
type disk interface {
	OpenFile(path string, flag int, perm os.FileMode) (diskFile, error)
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir makes created, renamed and removed names of a folder durable.
	SyncDir(dir string) error
}

// A diskFile is an open file.
type diskFile interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Sync() error
	Truncate(size int64) error
	Stat() (os.FileInfo, error)
}

// osDisk is the real file layer.
type osDisk struct{}

func (osDisk) OpenFile(path string, flag int, perm os.FileMode) (diskFile, error) {
	f, err := os.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) Remove(path string) error     { return os.Remove(path) }
func (osDisk) SyncDir(dir string) error     { return durable.SyncDir(dir) }

// replaceFile puts data at path whole or not at all: a temporary file beside
// it, synced, then renamed. The caller syncs the folder.
func replaceFile(d disk, path string, data []byte, perm os.FileMode) error {
	tmp := path + ".tmp"
	f, err := d.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, perm)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = d.Rename(tmp, path)
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(d.Remove(tmp)))
	}
	return nil
}

// writeDurable is replaceFile with the folder synced.
func writeDurable(d disk, path string, data []byte, perm os.FileMode) error {
	if err := replaceFile(d, path, data, perm); err != nil {
		return err
	}
	return d.SyncDir(filepath.Dir(path))
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// readSmall reads a file that has no business being larger than limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", filepath.Base(path), limit)
	}
	return data, nil
}
