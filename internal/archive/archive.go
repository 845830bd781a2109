// Package archive opens compressed and packed bytes without trusting them: it
// counts what comes out against what went in, holds small archives in memory
// and larger ones in a temporary file that has no name.
package archive

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// ErrBomb is wrapped by every error about output that exceeds its limits.
var ErrBomb = errors.New("too much comes out")

// Limits bound what decompression may give. All fields must be set.
type Limits struct {
	Total     int64 // bytes out
	Ratio     int64 // bytes out for each byte in, once past RatioFrom
	RatioFrom int64 // bytes out
	Members   int
}

// counter counts the bytes read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// meter passes decompressed bytes on until a limit is reached.
type meter struct {
	r     io.Reader
	in    func() int64
	out   int64
	lim   Limits
	close func() error
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.out += int64(n)
	switch {
	case m.out > m.lim.Total:
		return n, fmt.Errorf("%w: more than %d bytes", ErrBomb, m.lim.Total)
	case m.out > m.lim.RatioFrom && m.out/m.lim.Ratio > m.in():
		return n, fmt.Errorf("%w: more than %d bytes for each byte read", ErrBomb, m.lim.Ratio)
	}
	return n, err
}

// Close closes what is below.
func (m *meter) Close() error { return m.close() }

// Gunzip gives the bytes behind gzip, members joined end to end. It closes r
// when it is closed. Bytes after the last member that are no gzip, such as the
// zero padding of tape blocks, end it without an error.
func Gunzip(r io.ReadCloser, lim Limits) (io.ReadCloser, error) {
	c := &counter{r: r}
	z, err := gzip.NewReader(bufio.NewReaderSize(c, 64<<10))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open gzip: %w", err), r.Close())
	}
	return &meter{r: &gunzip{z: z}, in: func() int64 { return c.n }, lim: lim, close: func() error {
		return errors.Join(z.Close(), r.Close())
	}}, nil
}

// gunzip turns what follows a complete member into a plain end.
type gunzip struct{ z *gzip.Reader }

func (g *gunzip) Read(p []byte) (int, error) {
	n, err := g.z.Read(p)
	if errors.Is(err, gzip.ErrHeader) {
		err = io.EOF
	}
	return n, err
}

// Unzstd gives the bytes behind zstd. It closes r when it is closed.
func Unzstd(r io.ReadCloser, lim Limits) (io.ReadCloser, error) {
	c := &counter{r: r}
	z, err := zstd.NewReader(c, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open zstd: %w", err), r.Close())
	}
	return &meter{r: z, in: func() int64 { return c.n }, lim: lim, close: func() error {
		z.Close()
		return r.Close()
	}}, nil
}

// A Spool is bytes that can be read at any place. It needs no closing: its
// memory or its nameless file goes when the last reference does.
type Spool struct {
	io.ReaderAt
	Size int64
}

// Keep copies r into memory, or past memory bytes into a temporary file.
func Keep(ctx context.Context, r io.Reader, memory int64) (*Spool, error) {
	var head bytes.Buffer
	n, err := io.CopyN(&head, r, memory)
	if errors.Is(err, io.EOF) {
		return &Spool{bytes.NewReader(head.Bytes()), n}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read archive: %w", err)
	}
	f, err := os.CreateTemp("", "overt-spool-*")
	if err != nil {
		return nil, fmt.Errorf("make temporary file: %w", err)
	}
	// Without a name the file cannot be left behind; the bytes live as long as
	// the descriptor, which the garbage collector closes.
	err = os.Remove(f.Name())
	if err == nil {
		_, err = head.WriteTo(f)
	}
	if err == nil {
		var more int64
		more, err = io.Copy(f, &stopper{ctx, r})
		n += more
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("keep archive in temporary file: %w", err), f.Close())
	}
	return &Spool{f, n}, nil
}

// stopper ends a copy when its context does.
type stopper struct {
	ctx context.Context
	r   io.Reader
}

func (s *stopper) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// A Member is one file of a ZIP archive.
type Member struct {
	Name string // cleaned, with slashes; never absolute, never above the archive
	file *zip.File
	lim  Limits
}

// Size is the size the archive states, in bytes; it may lie.
func (m *Member) Size() int64 { return int64(m.file.UncompressedSize64) }

// Open gives the contents of the member under the limits of its archive.
func (m *Member) Open() (io.ReadCloser, error) {
	if m.file.Flags&1 != 0 {
		return nil, errors.New("the member is encrypted")
	}
	rc, err := m.file.Open()
	if err != nil {
		return nil, fmt.Errorf("open member: %w", err)
	}
	packed := int64(m.file.CompressedSize64)
	return &meter{r: rc, in: func() int64 { return packed }, lim: m.lim, close: rc.Close}, nil
}

// Members lists the files of a ZIP archive sorted by name, the archive's own
// order kept among equals. Folders and what file managers leave behind
// (__MACOSX, .DS_Store, Thumbs.db) are left out.
func Members(s *Spool, lim Limits) ([]Member, error) {
	z, err := zip.NewReader(s, s.Size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("open zip: %w", err)
	}
	if len(z.File) > lim.Members {
		return nil, fmt.Errorf("%w: %d members, at most %d are read", ErrBomb, len(z.File), lim.Members)
	}
	var out []Member
	for _, f := range z.File {
		name := clean(f.Name)
		if f.FileInfo().IsDir() || isLitter(name) {
			continue
		}
		out = append(out, Member{Name: name, file: f, lim: lim})
	}
	slices.SortStableFunc(out, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func clean(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\\", "/"), "\ufffd")
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

func isLitter(name string) bool {
	base := path.Base(name)
	return name == "" || strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(base, "._") ||
		base == ".DS_Store" || base == "Thumbs.db"
}
