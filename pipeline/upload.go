package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt"
)

// Bounds of an upload.
const (
	MaxUpload  = 16 << 30 // bytes of one
	maxFiles   = 1000
	maxMapping = 1 << 20
	maxName    = 200 // bytes of the name of a file
)

// An Upload is what was received of a form, in a folder of its own.
type Upload struct {
	Folder      string
	Names, Sums []string // of the files
	Mapping     string   // path of a mapping that came with them
}

// NewUpload makes a folder for what is uploaded. Errors: unavailable.
func (s *Jobs) NewUpload() (*Upload, error) {
	err := os.MkdirAll(s.cfg.Folder, 0o700)
	if err == nil {
		var dir string
		if dir, err = os.MkdirTemp(s.cfg.Folder, "upload-"); err == nil {
			if err = os.Mkdir(filepath.Join(dir, filesOf), 0o700); err == nil {
				return &Upload{Folder: dir}, nil
			}
		}
	}
	return nil, &overt.Error{Code: overt.Unavailable, Op: "receive files", Err: err}
}

const filesOf = "files"

// Add takes one file. Errors: invalid (too many), unavailable, those of reading as they
// are.
func (u *Upload) Add(name string, from io.Reader) error {
	if len(u.Names) == maxFiles {
		return overt.Errorf(overt.Invalid, "file", "more than %d files", maxFiles)
	}
	safe := fileName(name)
	for i := 2; slices.Contains(u.Names, safe); i++ {
		safe = fmt.Sprintf("%d-%s", i, fileName(name))
	}
	sum, err := storeFile(filepath.Join(u.Folder, filesOf, safe), from)
	if err != nil {
		return err
	}
	u.Names, u.Sums = append(u.Names, safe), append(u.Sums, sum)
	return nil
}

// AddMapping takes the mapping that says what the files mean. Errors: as Add.
func (u *Upload) AddMapping(from io.Reader) error {
	u.Mapping = filepath.Join(u.Folder, "mapping.yml")
	sum, err := storeFile(u.Mapping, io.LimitReader(from, maxMapping))
	u.Sums = append(u.Sums, sum)
	return err
}

// Paths are where the files are.
func (u *Upload) Paths() []string { return pathsIn(u.Folder, u.Names) }

func pathsIn(folder string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = filepath.Join(folder, filesOf, name)
	}
	return out
}

// Path is where a file of an import is.
func (j *Job) Path(name string) string { return filepath.Join(j.Folder, filesOf, name) }

// Remove removes all of it.
func (u *Upload) Remove() error { return os.RemoveAll(u.Folder) }

// fileName makes a name that a file can have of one that was sent: it is data, and
// leads to no other folder.
func fileName(sent string) string {
	sent = sent[strings.LastIndexAny(sent, `/\`)+1:]
	name := strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(sent, "_"))
	for len(name) > maxName {
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:] // the end says what it is
	}
	if name = strings.Trim(name, " ."); name == "" {
		return "file"
	}
	return name
}

// storeFile writes a new file and gives its hash. Errors: those of reading as they are,
// unavailable.
func storeFile(path string, from io.Reader) (sum string, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", &overt.Error{Code: overt.Unavailable, Op: "receive files", Where: filepath.Base(path), Err: err}
	}
	h := sha256.New()
	r := &sender{from: from}
	_, err = io.Copy(io.MultiWriter(f, h), r)
	if closed := f.Close(); err == nil {
		err = closed
	}
	switch {
	case r.err != nil:
		return "", &Unsent{r.err}
	case err != nil:
		return "", &overt.Error{Code: overt.Unavailable, Op: "receive files", Where: filepath.Base(path), Err: err}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sender remembers whether it was the source that failed.
type sender struct {
	from io.Reader
	err  error
}

func (r *sender) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && err != io.EOF { // what wraps it is an error
		r.err = err
	}
	return n, err
}

// An Unsent is that a file did not come whole: its sender's error.
type Unsent struct{ Err error }

// Error gives the sender's.
func (e *Unsent) Error() string { return e.Err.Error() }

// Unwrap gives the sender's.
func (e *Unsent) Unwrap() error { return e.Err }
