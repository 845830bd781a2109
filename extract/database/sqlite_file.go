package database

import (
	"io"
	"io/fs"
	"time"

	"overt/internal/archive"
)

// fileName is what SQLite knows the file by.
const fileName = "db"

// An onlyFile is what SQLite sees of the world: one file, which it reads as bytes
// that are at hand. So it needs no path, and a process that can open no file
// can read it.
type onlyFile struct{ bytes *archive.Spool }

// Open gives the file, and nothing else.
func (o onlyFile) Open(name string) (fs.File, error) {
	if name != fileName {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &handle{io.NewSectionReader(o.bytes, 0, o.bytes.Size)}, nil
}

// A handle is the file while it is open. It is its own description.
type handle struct{ *io.SectionReader }

var (
	_ io.Seeker   = (*handle)(nil)
	_ fs.FileInfo = (*handle)(nil)
)

func (h *handle) Stat() (fs.FileInfo, error) { return h, nil }
func (h *handle) Close() error               { return nil }
func (h *handle) Name() string               { return fileName }
func (h *handle) Mode() fs.FileMode          { return 0o400 }
func (h *handle) ModTime() time.Time         { return time.Time{} }
func (h *handle) IsDir() bool                { return false }
func (h *handle) Sys() any                   { return nil }
