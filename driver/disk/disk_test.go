package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"overt"
	"overt/blob"
	"overt/blob/blobtest"
)

func open(t *testing.T, root string) *Store {
	t.Helper()
	s, err := Open(t.Context(), root, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, t.TempDir()) })
}

func TestStreaming(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 256 MiB: in the full run only")
	}
	blobtest.RunStreaming(t, open(t, t.TempDir()))
}

func TestReopen(t *testing.T) {
	root := t.TempDir()
	id, _, err := open(t, root).Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	if err := open(t, root).Verify(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyFiles(t *testing.T) {
	s := open(t, t.TempDir())
	id, _, err := s.Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(s.path(id))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o222 != 0 {
		t.Errorf("mode %v can be written", info.Mode())
	}
}

func damage(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("kepT"), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestDamageIsFoundAndHealed(t *testing.T) {
	s := open(t, t.TempDir())
	id, _, err := s.Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	damage(t, s.path(id))
	if err := s.Verify(t.Context(), id); overt.CodeOf(err) != overt.Internal {
		t.Errorf("verify of changed bytes = %v, want internal", err)
	}
	if _, _, err := s.Put(t.Context(), strings.NewReader("kept")); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context(), id); err != nil {
		t.Errorf("after the good bytes came again: %v", err)
	}
}

func TestForeignFilesAreNotListed(t *testing.T) {
	s := open(t, t.TempDir())
	id, _, err := s.Put(t.Context(), strings.NewReader("kept"))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(s.path(id))
	wrong := strings.Repeat("0", 64)
	for _, name := range []string{"notes.txt", wrong, ".DS_Store"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for info, err := range s.List(t.Context()) {
		if err != nil || info.ID != id {
			t.Errorf("lists %v, %v", info, err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("lists %d, want 1", n)
	}
}

func TestLeftoversAreSwept(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	old, young := filepath.Join(s.tmp(), "put-old"), filepath.Join(s.tmp(), "put-young")
	for _, p := range []string{old, young} {
		if err := os.WriteFile(p, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	then := time.Now().Add(-72 * time.Hour)
	if err := os.Chtimes(old, then, then); err != nil {
		t.Fatal(err)
	}
	open(t, root)
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old leftover is still there: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("a put under way lost its file: %v", err)
	}
}

// faulty lets the n-th changing call fail, counted from 1, and every later
// one of the same kind when the disk is full.
type faulty struct {
	osFiles
	left int
	err  error
	full bool
}

func (f *faulty) step() error {
	f.left--
	if f.left == 0 || (f.full && f.left < 0) {
		return f.err
	}
	return nil
}

func (f *faulty) CreateTemp(dir, pattern string) (file, error) {
	if err := f.step(); err != nil {
		return nil, err
	}
	made, err := f.osFiles.CreateTemp(dir, pattern)
	return &faultyFile{made, f}, err
}

func (f *faulty) Rename(from, to string) error {
	return errors.Join(f.step(), f.renameUnless(from, to))
}

func (f *faulty) renameUnless(from, to string) error {
	if f.left <= 0 && (f.left == 0 || f.full) {
		return nil
	}
	return f.osFiles.Rename(from, to)
}

func (f *faulty) SyncDir(dir string) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.osFiles.SyncDir(dir)
}

type faultyFile struct {
	file
	f *faulty
}

// Write fails as a full disk does: some bytes are there, then no more.
func (f *faultyFile) Write(p []byte) (int, error) {
	if err := f.f.step(); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f *faultyFile) Sync() error {
	if err := f.f.step(); err != nil {
		return err
	}
	return f.file.Sync()
}

func TestFaults(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 20_000) // three writes
	for _, fault := range []struct {
		name string
		err  error
		full bool
	}{{"input/output error", syscall.EIO, false}, {"no space", syscall.ENOSPC, true}} {
		t.Run(fault.name, func(t *testing.T) {
			failed := 0
			for n := 1; ; n++ {
				s := open(t, t.TempDir())
				f := &faulty{left: n, err: fault.err, full: fault.full}
				s.files = f
				_, _, err := s.Put(t.Context(), strings.NewReader(text))
				if f.left > 0 {
					if err != nil {
						t.Fatalf("without a fault: %v", err)
					}
					break
				}
				failed++
				checkFault(t, s, n, err, fault.err)
				s.files = osFiles{}
				if _, _, err := s.Put(t.Context(), strings.NewReader(text)); err != nil {
					t.Errorf("fault %d: put again: %v", n, err)
				}
			}
			if failed < 8 {
				t.Errorf("only %d calls could fail", failed)
			}
		})
	}
}

// checkFault wants the fault told as unavailable and nothing left behind.
func checkFault(t *testing.T, s *Store, n int, got, want error) {
	t.Helper()
	if overt.CodeOf(got) != overt.Unavailable || !errors.Is(got, want) {
		t.Errorf("fault %d: %v, want unavailable with its cause", n, got)
	}
	for info, err := range s.List(t.Context()) {
		t.Errorf("fault %d left blob %v, %v", n, info, err)
	}
	left, err := os.ReadDir(s.tmp())
	if err != nil || len(left) != 0 {
		t.Errorf("fault %d left %v in tmp, %v", n, left, err)
	}
}
