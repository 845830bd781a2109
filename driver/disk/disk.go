// Package disk keeps blobs in a folder: root/aa/bb/<64 hexadecimal digits>,
// where aa and bb are the id's first two bytes. It passes blobtest.
//
// A file appears under its name only when all of its bytes are on the disk:
// it is written under root/tmp, flushed, renamed, and the folders that lead
// to it are flushed. Files are read-only. Nothing else is kept, so that any
// copy of the folder is a backup and any tool can check it.
package disk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"time"

	"overt"
	"overt/blob"
)

var _ blob.Store = (*Store)(nil)

// staleAfter is the age at which a temporary file is taken for the leftover
// of a crash. It is far above the time any put may stand still.
const staleAfter = 48 * time.Hour

// Config is what a Store may be told; the zero value works.
type Config struct {
	// Clock tells the time for the sweep of leftovers; time.Now when nil.
	Clock func() time.Time
}

// A Store is a folder of blobs. Several processes may use one folder.
type Store struct {
	root  string
	files files

	// naming is held, by first byte of the id, while a file gets its name: a
	// put that takes its file back must not take it from one that saw it.
	naming [256]sync.Mutex

	mu    sync.Mutex
	ready map[string]bool // folders known to be durable in their parents
}

// Open uses root, making it when it is not there, and removes what a crash
// left in root/tmp. Errors: unavailable (the folder cannot be made or read).
func Open(ctx context.Context, root string, cfg Config) (*Store, error) {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	s := &Store{root: root, files: osFiles{}, ready: map[string]bool{}}
	if err := os.MkdirAll(s.tmp(), 0o700); err != nil {
		return nil, unavailable(root, "make the blob folder", err)
	}
	if err := s.sweep(ctx, cfg.Clock().Add(-staleAfter)); err != nil {
		return nil, unavailable(s.tmp(), "remove leftovers", err)
	}
	return s, nil
}

func (s *Store) tmp() string { return filepath.Join(s.root, "tmp") }

func (s *Store) path(id overt.BlobID) string {
	return filepath.Join(s.root, string(id[:2]), string(id[2:4]), string(id))
}

func (s *Store) sweep(ctx context.Context, before time.Time) error {
	entries, err := os.ReadDir(s.tmp())
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || info.ModTime().After(before) {
			continue
		}
		if err := errors.Join(ctx.Err(), os.Remove(filepath.Join(s.tmp(), e.Name()))); err != nil {
			return err
		}
	}
	return nil
}

// Put keeps the bytes of r; see blob.Store. Bytes that are there already are
// read and compared by hash: a damaged file is replaced by the good bytes.
func (s *Store) Put(ctx context.Context, r io.Reader) (overt.BlobID, int64, error) {
	f, err := s.files.CreateTemp(s.tmp(), "put-*")
	if err != nil {
		return "", 0, unavailable(s.tmp(), "make a temporary file", err)
	}
	kept := false
	defer func() {
		if !kept {
			_ = f.Close()
			_ = s.files.Remove(f.Name())
		}
	}()
	h := sha256.New()
	n, err := copyTo(f, h, blob.Reader(ctx, r))
	if err != nil {
		return "", 0, err
	}
	id := idOf(h)
	lock := &s.naming[h.Sum(nil)[0]]
	lock.Lock()
	defer lock.Unlock()
	if s.holds(ctx, id, n) {
		return id, n, s.settle(filepath.Dir(s.path(id)))
	}
	if err := s.keep(f, s.path(id)); err != nil {
		return "", 0, err
	}
	kept = true
	return id, n, nil
}

// copyTo writes r to f and h. It tells a failing disk (unavailable) from a
// failing reader, whose error passes as it is.
func copyTo(f file, h hash.Hash, r io.Reader) (int64, error) {
	buf := make([]byte, 128<<10)
	var n int64
	for {
		m, err := r.Read(buf)
		if m > 0 {
			h.Write(buf[:m])
			if _, werr := f.Write(buf[:m]); werr != nil {
				return n, unavailable(f.Name(), "write a blob", werr)
			}
			n += int64(m)
		}
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("read what is to be kept: %w", err)
		}
	}
}

// holds says whether the bytes of id are there and whole.
func (s *Store) holds(ctx context.Context, id overt.BlobID, size int64) bool {
	info, err := os.Stat(s.path(id))
	return err == nil && info.Size() == size && s.Verify(ctx, id) == nil
}

// keep makes f durable under its final name.
func (s *Store) keep(f file, path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unavailable(dir, "make a folder", err)
	}
	if err := errors.Join(f.Chmod(0o400), f.Sync(), f.Close()); err != nil {
		return unavailable(f.Name(), "flush a blob", err)
	}
	if _, err := os.Stat(path); err == nil {
		// Windows will not replace a read-only file.
		_ = os.Chmod(path, 0o600)
	}
	if err := s.files.Rename(f.Name(), path); err != nil {
		return unavailable(path, "name a blob", err)
	}
	if err := s.settle(dir); err != nil {
		return errors.Join(err, s.takeBack(path))
	}
	return nil
}

// takeBack removes a file whose name may not be durable, so that an error
// never leaves something that can be seen.
func (s *Store) takeBack(path string) error {
	if err := s.files.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unavailable(path, "take a blob back", err)
	}
	return nil
}

// settle flushes the folder that holds a blob, and the first time in this
// process also the ones above it, whoever made them.
func (s *Store) settle(dir string) error {
	up := filepath.Dir(dir)
	s.mu.Lock()
	ready := s.ready[dir]
	s.mu.Unlock()
	dirs := []string{dir}
	if !ready {
		dirs = append(dirs, up, s.root)
	}
	for _, d := range dirs {
		if err := s.files.SyncDir(d); err != nil {
			return unavailable(d, "flush a folder", err)
		}
	}
	s.mu.Lock()
	s.ready[dir] = true
	s.mu.Unlock()
	return nil
}

// Open reads a blob; see blob.Store. The reader is a read-only *os.File.
func (s *Store) Open(_ context.Context, id overt.BlobID) (io.ReadSeekCloser, error) {
	if err := blob.Check(id); err != nil {
		return nil, err
	}
	f, err := os.Open(s.path(id))
	if err != nil {
		return nil, s.missing(id, "open a blob", err)
	}
	return f, nil
}

// Stat tells the size; see blob.Store.
func (s *Store) Stat(_ context.Context, id overt.BlobID) (blob.Info, error) {
	if err := blob.Check(id); err != nil {
		return blob.Info{}, err
	}
	info, err := os.Stat(s.path(id))
	if err != nil {
		return blob.Info{}, s.missing(id, "look at a blob", err)
	}
	return blob.Info{ID: id, Size: info.Size()}, nil
}

// Verify hashes the file again; see blob.Store.
func (s *Store) Verify(ctx context.Context, id overt.BlobID) error {
	f, err := s.Open(ctx, id)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, blob.Reader(ctx, f)); err != nil {
		return unavailable(s.path(id), "read a blob", err)
	}
	if got := idOf(h); got != id {
		return blob.Damaged(id, got)
	}
	return nil
}

// List walks the folders; see blob.Store. Files that no Put made are passed
// over.
func (s *Store) List(ctx context.Context) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		for name := range s.folders(ctx, yield) {
			entries, err := os.ReadDir(filepath.Join(s.root, name))
			if err != nil {
				yield(blob.Info{}, unavailable(name, "list blobs", err))
				return
			}
			for _, e := range entries {
				info, ok := infoOf(name, e)
				if ok && !yield(info, nil) {
					return
				}
			}
		}
	}
}

// folders yields "aa/bb" ascending; it reports an error to report and ends.
func (s *Store) folders(ctx context.Context, report func(blob.Info, error) bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for a := range 256 {
			if err := ctx.Err(); err != nil {
				report(blob.Info{}, err)
				return
			}
			first := hex.EncodeToString([]byte{byte(a)})
			entries, err := os.ReadDir(filepath.Join(s.root, first))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				report(blob.Info{}, unavailable(first, "list blobs", err))
				return
			}
			for _, e := range entries {
				if e.IsDir() && len(e.Name()) == 2 && !yield(filepath.Join(first, e.Name())) {
					return
				}
			}
		}
	}
}

func infoOf(folder string, e fs.DirEntry) (blob.Info, bool) {
	id := overt.BlobID(e.Name())
	if blob.Check(id) != nil || folder != filepath.Join(string(id[:2]), string(id[2:4])) || !e.Type().IsRegular() {
		return blob.Info{}, false
	}
	info, err := e.Info()
	if err != nil {
		return blob.Info{}, false
	}
	return blob.Info{ID: id, Size: info.Size()}, true
}

func (s *Store) missing(id overt.BlobID, doing string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return blob.NotFound(id)
	}
	return unavailable(s.path(id), doing, err)
}

func unavailable(where, doing string, err error) error {
	return overt.Errorf(overt.Unavailable, where, "%s: %w", doing, err)
}

func idOf(h hash.Hash) overt.BlobID {
	return overt.BlobID(hex.EncodeToString(h.Sum(nil)))
}
