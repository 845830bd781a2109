// Package archive opens compressed and packed bytes without trusting them: it
// counts what comes out against what went in, holds small archives in memory
// and larger ones in a temporary file that has no name.
package archive

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/xi2/xz"
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

// Bunzip2 gives the bytes behind bzip2. It closes r when it is closed.
func Bunzip2(r io.ReadCloser, lim Limits) (io.ReadCloser, error) {
	c := &counter{r: r}
	return &meter{r: bzip2.NewReader(bufio.NewReaderSize(c, 64<<10)), in: func() int64 { return c.n }, lim: lim, close: r.Close}, nil
}

// maxDictionary bounds what an xz stream may make its reader remember, in
// bytes; the strongest setting of the usual programs asks for as much.
const maxDictionary = 64 << 20

// Unxz gives the bytes behind xz. It closes r when it is closed.
func Unxz(r io.ReadCloser, lim Limits) (io.ReadCloser, error) {
	c := &counter{r: r}
	z, err := xz.NewReader(c, maxDictionary)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open xz: %w", err), r.Close())
	}
	return &meter{r: &unxz{z}, in: func() int64 { return c.n }, lim: lim, close: r.Close}, nil
}

// unxz says that a stream broke off in the words the others use.
type unxz struct{ z *xz.Reader }

func (u *unxz) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	if errors.Is(err, xz.ErrBuf) {
		err = fmt.Errorf("%w (%w)", io.ErrUnexpectedEOF, err)
	}
	return n, err
}

// A Spool is bytes that can be read at any place. It needs no closing: its
// memory or its nameless file goes when the last reference does.
type Spool struct {
	io.ReaderAt
	Size int64
}

// A Room takes bytes one after the other and gives them back from any place.
type Room interface {
	io.Writer
	io.ReaderAt
}

// A Scratch makes rooms for what does not fit into memory. What is in a room goes
// when the last reference to it does.
type Scratch func() (Room, error)

// room makes one; nil makes temporary files.
func (s Scratch) room() (Room, error) {
	if s == nil {
		s = TempFile
	}
	return s()
}

// Keep copies r into memory, or past memory bytes into a room of scratch; nil
// stands for temporary files.
func Keep(ctx context.Context, r io.Reader, memory int64, scratch Scratch) (*Spool, error) {
	r = &stopper{ctx, r}
	var head pieces
	for head.size < memory {
		if more, err := head.read(r, memory); err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		} else if !more {
			return &Spool{&head, head.size}, nil
		}
	}
	f, err := scratch.room()
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(f, io.MultiReader(io.NewSectionReader(&head, 0, head.size), r))
	if err != nil {
		return nil, fmt.Errorf("keep archive in temporary file: %w", err)
	}
	return &Spool{f, n}, nil
}

// piece is the size of all pieces but the last, in bytes.
const piece = 256 << 10

// Pieces are bytes in memory. A slice that grows holds three times what was read in
// the moment that it does, which a reader of little memory may not have.
type pieces struct {
	list [][]byte
	size int64
}

// read takes a piece more, of most bytes in all at most; more is false at the end.
func (p *pieces) read(r io.Reader, most int64) (more bool, err error) {
	buf := make([]byte, min(piece, most-p.size))
	n, err := io.ReadFull(r, buf)
	if more = err == nil; errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		buf, err = bytes.Clone(buf[:n]), nil
	}
	p.list, p.size = append(p.list, buf), p.size+int64(n)
	return more, err
}

// ReadAt reads across pieces; see io.ReaderAt.
func (p *pieces) ReadAt(b []byte, at int64) (n int, err error) {
	if at < 0 {
		return 0, fmt.Errorf("read at %d", at)
	}
	for n < len(b) && at < p.size {
		k := copy(b[n:], p.list[at/piece][at%piece:])
		n, at = n+k, at+int64(k)
	}
	if n < len(b) {
		err = io.EOF
	}
	return n, err
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
