package bundle

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A Writer writes one bundle.
type Writer struct {
	seal *sealer
	z    *zstd.Encoder
	tar  *tar.Writer
	m    Manifest
	seen map[string]bool
	at   time.Time
}

// NewWriter begins a bundle on w. at stands as the time of every file in it.
func NewWriter(w io.Writer, at time.Time) (*Writer, error) {
	seal := &sealer{w: w, h: sha256.New()}
	z, err := zstd.NewWriter(seal, zstd.WithEncoderConcurrency(2), zstd.WithEncoderCRC(true), zstd.WithWindowSize(windowSize))
	if err != nil {
		return nil, fmt.Errorf("begin a bundle: %w", err)
	}
	b := &Writer{seal: seal, z: z, tar: tar.NewWriter(z), seen: map[string]bool{}, at: at.UTC().Truncate(time.Second)}
	return b, b.member(firstName, int64(len(version)), 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, version)
		return err
	})
}

func (b *Writer) member(name string, size, mode int64, body func(io.Writer) error) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: mode, ModTime: b.at}
	if err := b.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("bundle %s: %w", name, err)
	}
	if err := body(b.tar); err != nil {
		return fmt.Errorf("bundle %s: %w", name, err)
	}
	if err := b.tar.Flush(); err != nil {
		return fmt.Errorf("bundle %s: %w", name, err)
	}
	return nil
}

// Add takes one file in, size bytes of r under path, and tells its hash. A
// reader that gives more or fewer bytes is an error: the file changed while it
// was read.
func (b *Writer) Add(ctx context.Context, path string, size int64, readOnly bool, r io.Reader) (Entry, error) {
	if err := checkPath(path); err != nil {
		return Entry{}, fmt.Errorf("bundle %q: %w", path, err)
	}
	if b.seen[path] {
		return Entry{}, fmt.Errorf("bundle %s: it is in already", path)
	}
	b.seen[path] = true
	mode := int64(0o600)
	if readOnly {
		mode = 0o400
	}
	h := sha256.New()
	err := b.member(path, size, mode, func(w io.Writer) error {
		n, err := io.Copy(io.MultiWriter(w, h), io.LimitReader(&stoppable{ctx, r}, size))
		if err == nil && n < size {
			return fmt.Errorf("it has %d bytes instead of %d", n, size)
		}
		if more, _ := r.Read(make([]byte, 1)); err == nil && more > 0 {
			return fmt.Errorf("it grew beyond %d bytes while it was read", size)
		}
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	e := Entry{path, size, hex.EncodeToString(h.Sum(nil)), readOnly}
	b.m.Entries = append(b.m.Entries, e)
	b.m.Files, b.m.Bytes = b.m.Files+1, b.m.Bytes+size
	return e, nil
}

// AddFile takes the regular file at name in, under path.
func (b *Writer) AddFile(ctx context.Context, path, name string) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("bundle %s: %s is not a regular file", path, name)
	}
	_, err = b.Add(ctx, path, info.Size(), info.Mode().Perm()&0o200 == 0, f)
	return err
}

// Close writes manifest and seal. Without it a bundle is not one.
func (b *Writer) Close(facts Facts) (Manifest, error) {
	b.m.Facts = facts
	var size counter
	if err := b.m.write(&size); err != nil {
		return b.m, fmt.Errorf("bundle the manifest: %w", err)
	}
	if err := b.member(manifestName, int64(size), 0o600, b.m.write); err != nil {
		return b.m, err
	}
	if err := errors.Join(b.tar.Close(), b.z.Close()); err != nil {
		return b.m, fmt.Errorf("end the bundle: %w", err)
	}
	if err := b.seal.close(); err != nil {
		return b.m, fmt.Errorf("seal the bundle: %w", err)
	}
	return b.m, nil
}

// Abort gives the encoder's memory back; what was written is no bundle.
func (b *Writer) Abort() { b.z.Reset(nil); _ = b.z.Close() }

// write writes the manifest: its head, then a line for each file.
func (m *Manifest) write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return err
	}
	for i := range m.Entries {
		if err := enc.Encode(&m.Entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// A counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// A stoppable reader ends with the error of its context.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
