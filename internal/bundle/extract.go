package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"overt/internal/durable"
)

// Extract writes the files of a bundle below dir, which must be there and
// empty, and flushes them and their folders to the disk. Files get the mode
// 0600, or 0400 where they were read-only. When it fails, what lies in dir is
// worth nothing. allow, when not nil, is asked about each path before it is
// written. Errors: as Read, and those of the disk.
func Extract(ctx context.Context, r io.Reader, dir string, lim Limits, allow func(path string) error) (Manifest, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Manifest{}, err
	}
	defer func() { _ = root.Close() }()
	made := map[string]bool{".": true}
	m, err := Read(ctx, r, lim, func(e Entry, r io.Reader) error {
		if allow != nil {
			if err := allow(e.Path); err != nil {
				return err
			}
		}
		if d := path.Dir(e.Path); !made[d] {
			if err := root.MkdirAll(filepath.FromSlash(d), 0o700); err != nil {
				return fmt.Errorf("make %s: %w", d, err)
			}
			for ; !made[d]; d = path.Dir(d) {
				made[d] = true
			}
		}
		return put(root, e, r)
	})
	if err != nil {
		return Manifest{}, err
	}
	for d := range made {
		if err := durable.SyncDir(filepath.Join(dir, filepath.FromSlash(d))); err != nil {
			return Manifest{}, fmt.Errorf("flush %s: %w", d, err)
		}
	}
	return m, nil
}

func put(root *os.Root, e Entry, r io.Reader) error {
	f, err := root.OpenFile(filepath.FromSlash(e.Path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", e.Path, err)
	}
	_, err = io.Copy(f, r)
	if err == nil && e.ReadOnly {
		err = f.Chmod(0o400)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		// The cause names the file with the folder it is built in.
		return fmt.Errorf("write %s: %w", strings.ToValidUTF8(e.Path, "?"), err)
	}
	return nil
}
