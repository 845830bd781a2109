// Package bundle writes many files as one and reads them back only when every
// byte is as it was written.
//
// A bundle is a tar archive in zstd, so that any machine can unpack it, with a
// seal behind it that zstd skips: the SHA-256 of all that stands before. The
// first member says what it is, the last is the manifest: path, size and
// SHA-256 of each file, in the order they came.
//
//	overt-bundle        the version of the form, "1\n"
//	…                   the files
//	MANIFEST            JSON lines: the head, then one line a file
//	seal                5E 2A 4D 18, 28 00 00 00, "OVERTEND", SHA-256
//
// Reading streams: memory holds the list of files, never a file. What is read
// is not true before Read has returned without an error, so a caller builds
// aside and puts in place afterwards.
package bundle

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

const (
	version      = "1\n"
	firstName    = "overt-bundle"
	manifestName = "MANIFEST"

	// maxPath bounds a path in bytes.
	maxPath = 1024
	// maxLine bounds a line of the manifest in bytes: a path with every byte
	// escaped, and the rest.
	maxLine = 6*maxPath + 512
)

// Facts are what the manifest says of the whole.
type Facts struct {
	Home      string `json:"home"`       // id of the home
	Made      string `json:"made"`       // RFC 3339
	Program   string `json:"program"`    // version that wrote it
	AuditSize int64  `json:"audit_size"` // records in the audit log
	AuditRoot string `json:"audit_root"` // Merkle root over them, base64
}

// An Entry is one file. Path is relative, with slashes.
type Entry struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // lower-case hexadecimal
	// ReadOnly says that the file was not to be written.
	ReadOnly bool `json:"read_only,omitempty"`
}

// A Manifest is what a bundle holds, files in the order they came.
type Manifest struct {
	Facts
	Files   int     `json:"files"`
	Bytes   int64   `json:"bytes"`
	Entries []Entry `json:"-"`
}

// Limits bound what a bundle may hold. Zero fields mean 5 million files and
// 2^50 bytes.
type Limits struct {
	Files int
	Bytes int64
}

func (l Limits) orDefault() Limits {
	if l.Files == 0 {
		l.Files = 5_000_000
	}
	if l.Bytes == 0 {
		l.Bytes = 1 << 50
	}
	return l
}

// A Damage is something wrong with a bundle itself, as against a disk that
// fails.
type Damage struct {
	Path   string // the file in the bundle; "" when it concerns the whole
	Offset int64  // bytes of the bundle read when it was noticed
	What   string
	Err    error
}

func (d *Damage) Error() string {
	s := d.What
	if d.Path != "" {
		s = d.Path + ": " + s
	}
	if d.Err != nil {
		s += ": " + d.Err.Error()
	}
	return fmt.Sprintf("%s (before byte %d)", s, d.Offset)
}

// Unwrap gives the cause.
func (d *Damage) Unwrap() error { return d.Err }

// checkPath refuses every path that could lead out of a folder, or that means
// different files on different systems.
func checkPath(p string) error {
	switch {
	case p == "" || len(p) > maxPath:
		return fmt.Errorf("a path of %d bytes; 1 to %d are allowed", len(p), maxPath)
	case !utf8.ValidString(p):
		return fmt.Errorf("its path is not UTF-8")
	case path.IsAbs(p) || path.Clean(p) != p || p == "." || p == ".." || strings.HasPrefix(p, "../"):
		return fmt.Errorf("its path leads out of the folder, or is not in its shortest form")
	case strings.ContainsAny(p, "\\:*?\"<>|"):
		return fmt.Errorf("its path has a character that some system reads as something else")
	case strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("its path has a control character")
	case p == firstName || p == manifestName:
		return fmt.Errorf("its path is kept for the bundle itself")
	}
	return nil
}
