package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"

	"overt"
	"overt/internal/durable"
)

// A newFile is written beside its place and gets its name when it is whole and
// on the disk, so that nobody ever sees half of it.
type newFile struct {
	target string
	f      *os.File
	sum    hash.Hash
	w      *bufio.Writer
	Size   int64
	SHA256 string // lower-case hexadecimal, once ready
}

func createNew(target string) (*newFile, error) {
	f, err := os.CreateTemp(filepath.Dir(target), ".overt-new-*")
	if err != nil {
		return nil, unwritten(target, err)
	}
	n := &newFile{target: target, f: f, sum: sha256.New()}
	n.w = bufio.NewWriterSize(io.MultiWriter(f, n.sum), 1<<20)
	return n, nil
}

func unwritten(target string, err error) error {
	var ours *overt.Error
	if errors.As(err, &ours) {
		return err
	}
	return &overt.Error{Code: overt.Unavailable, Op: "write", Where: target, Err: err}
}

func (n *newFile) Write(p []byte) (int, error) { return n.w.Write(p) }

// ready brings all of it to the disk.
func (n *newFile) ready() error {
	err := errors.Join(n.w.Flush(), n.f.Sync())
	if err == nil {
		n.Size, err = n.f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		err = n.f.Close()
	}
	if err != nil {
		return unwritten(n.target, err)
	}
	n.SHA256 = hex.EncodeToString(n.sum.Sum(nil))
	return nil
}

// name puts it in place, over what was there.
func (n *newFile) name() error {
	err := os.Rename(n.f.Name(), n.target)
	if err == nil {
		err = durable.SyncDir(filepath.Dir(n.target))
	}
	if err != nil {
		return unwritten(n.target, err)
	}
	return nil
}

// drop removes what was not named; after name it does nothing.
func (n *newFile) drop() {
	_ = n.f.Close()
	_ = os.Remove(n.f.Name())
}
