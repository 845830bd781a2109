package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overt"
	"overt/internal/durable"
)

// The files of a fetch's folder that are ours.
const (
	manifestName = "manifest.json"
	stateName    = "state.json"
	partEnd      = ".part"
)

// manifestVersion is the form of manifests and states.
const manifestVersion = 1

// The roles of a fetched file.
const (
	RoleData  = "data"  // what the source is
	RoleIndex = "index" // said where the data is
)

// A Manifest says where the files of a finished fetch came from.
type Manifest struct {
	Version   int               `json:"version"`
	Source    string            `json:"source"`
	Title     string            `json:"title"`
	Publisher string            `json:"publisher"`
	Licence   string            `json:"licence,omitempty"`
	About     string            `json:"about,omitempty"`
	Values    map[string]string `json:"values,omitempty"`
	Plan      string            `json:"plan"` // the plan's key
	Program   string            `json:"program"`
	Began     string            `json:"began"`
	Ended     string            `json:"ended,omitempty"`
	Observed  string            `json:"observed,omitempty"` // what an answer said of itself
	Files     []Fetched         `json:"files"`
	Warnings  []string          `json:"warnings,omitempty"`
}

// A Fetched is one file with its origin. Times are RFC 3339 in UTC.
type Fetched struct {
	Name    string            `json:"name"`
	Role    string            `json:"role"`
	Method  string            `json:"method"`
	Address string            `json:"address"`
	Body    string            `json:"body,omitempty"` // as it was sent
	Via     []string          `json:"via,omitempty"`  // where redirects led, without queries
	At      string            `json:"at"`             // when the last byte came
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Bytes   int64             `json:"bytes"`
	SHA256  string            `json:"sha256"`
	Rows    int64             `json:"rows,omitempty"` // of a page
	Resumed int               `json:"resumed,omitempty"`
	// Checked is when the publisher last said that the file, fetched At, is
	// still the same.
	Checked string `json:"checked,omitempty"`

	Item int `json:"item"` // of the entry
	Seq  int `json:"seq"`  // within the item
}

// A state is a fetch that is not finished.
type state struct {
	Manifest
	Open    *open          `json:"open,omitempty"`
	Cursors map[int]cursor `json:"cursors,omitempty"` // by item
}

// open is the file that is being fetched.
type open struct {
	Item     int    `json:"item"`
	Seq      int    `json:"seq"`
	Name     string `json:"name"`
	Address  string `json:"address"`
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
	Total    int64  `json:"total"`  // bytes, -1 when the server did not say
	Synced   int64  `json:"synced"` // bytes that are on disk whatever happens
	Resumed  int    `json:"resumed,omitempty"`
}

// cursor is how far pages or a job are.
type cursor struct {
	Page   int64          `json:"page,omitempty"`
	Next   string         `json:"next,omitempty"`
	Carry  map[string]any `json:"carry,omitempty"`
	Total  *int64         `json:"total,omitempty"`
	Rows   int64          `json:"rows,omitempty"`
	Done   bool           `json:"done,omitempty"`
	Ticket string         `json:"ticket,omitempty"` // status address of a job
	File   string         `json:"file,omitempty"`   // address of its file
}

func (s *state) find(item, seq int) *Fetched {
	for i := range s.Files {
		if f := &s.Files[i]; f.Item == item && f.Seq == seq {
			return f
		}
	}
	return nil
}

// maxManifest bounds a manifest or state that is read back, in bytes: 10,000
// pages with their bodies.
const maxManifest = 64 << 20

// readJSON reads one of our own files.
func readJSON(name string, v any) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return err
	}
	if len(raw) > maxManifest {
		return errors.New("the file is too large to be one of ours")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(v)
}

// writeJSON writes one of our own files whole or not at all.
func writeJSON(name string, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return unwritable(name, err)
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return unwritable(name, err)
	}
	return synced(filepath.Dir(name))
}

func unwritable(name string, err error) error {
	return &overt.Error{Code: overt.Unavailable, Op: "write", Where: name, Err: err}
}

// synced makes the names in a folder durable. Not every file system can do it
// when asked: names follow then.
func synced(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		return unwritable(dir, err)
	}
	_ = durable.SyncDir(dir)
	return nil
}

// ReadManifest reads the manifest of a finished fetch. Errors: invalid.
func ReadManifest(dir string) (*Manifest, error) {
	m := &Manifest{}
	where := filepath.Join(dir, manifestName)
	if err := readJSON(where, m); err != nil {
		return nil, overt.Errorf(overt.Invalid, where, "read the manifest: %w", err)
	}
	if m.Version != manifestVersion {
		return nil, overt.Errorf(overt.Invalid, where, "this manifest has form %d; this program knows %d", m.Version, manifestVersion)
	}
	for _, f := range m.Files {
		if filepath.Base(f.Name) != f.Name || !filepath.IsLocal(f.Name) {
			return nil, overt.Errorf(overt.Invalid, where, "it names a file outside its folder")
		}
	}
	return m, nil
}

// finished lists the folders of finished fetches of a plan, newest first.
func finished(dir, key string) []string {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, d := range list {
		if d.IsDir() && strings.Contains(d.Name(), "-"+key) && !strings.HasSuffix(d.Name(), partEnd) {
			out = append(out, filepath.Join(dir, d.Name()))
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

// hashFile gives size and SHA-256 of a file.
func hashFile(name string) (size int64, sum string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return 0, "", err
	}
	return size, hex.EncodeToString(h.Sum(nil)), nil
}

// exists says whether there is a file or folder of that name.
func exists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
