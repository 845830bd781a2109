package bundle

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// windowSize is how far back zstd looks, in writing; a reader needs as much
// memory.
const windowSize = 4 << 20

// Read goes through a bundle and hands each file to take, with its size but
// not yet its hash; what take leaves of a file is read past. Nothing that take
// saw is true before Read returns without an error. Errors: *Damage, the error
// of take or ctx, or of r.
func Read(ctx context.Context, r io.Reader, lim Limits, take func(e Entry, r io.Reader) error) (Manifest, error) {
	src := &stoppable{ctx, r}
	u := newUnsealer(src)
	z, err := zstd.NewReader(u, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(2*windowSize), zstd.WithDecoderLowmem(true))
	if err != nil {
		return Manifest{}, fmt.Errorf("read a bundle: %w", err)
	}
	defer z.Close()
	x := &reading{ctx: ctx, seal: u, plain: z, tar: tar.NewReader(z), lim: lim.orDefault(), take: take, seen: map[string]bool{}}
	if err := x.all(); err != nil {
		return Manifest{}, err
	}
	return x.m, nil
}

// A reading is a bundle half read.
type reading struct {
	ctx   context.Context
	seal  *unsealer
	plain io.Reader
	tar   *tar.Reader
	lim   Limits
	take  func(Entry, io.Reader) error
	seen  map[string]bool
	m     Manifest
}

func (x *reading) damage(path string, cause error, format string, args ...any) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	if err := x.seal.err; err != nil && !errors.Is(err, io.EOF) {
		return err // the disk's, not the bundle's
	}
	return &Damage{Path: path, Offset: x.seal.n, What: fmt.Sprintf(format, args...), Err: cause}
}

func (x *reading) all() error {
	if err := x.first(); err != nil {
		return err
	}
	for {
		h, err := x.tar.Next()
		if errors.Is(err, io.EOF) {
			return x.damage("", nil, "it has no manifest, so it was cut off")
		}
		if err != nil {
			return x.damage("", err, "it cannot be read on")
		}
		if err := x.regular(h); err != nil {
			return err
		}
		if h.Name == manifestName {
			return x.end(h)
		}
		if err := x.file(h); err != nil {
			return err
		}
	}
}

// first wants the member that says what this is.
func (x *reading) first() error {
	h, err := x.tar.Next()
	if err != nil {
		return x.damage("", err, "this is not a bundle of ours, or its beginning is damaged")
	}
	body := make([]byte, len(version)+1)
	n, err := io.ReadFull(x.tar, body)
	switch {
	case h.Name != firstName || !errors.Is(err, io.ErrUnexpectedEOF):
		return x.damage("", nil, "this is not a bundle of ours")
	case string(body[:n]) != version:
		return x.damage("", nil, "it was written by a newer program, in form %q", strings.TrimSpace(string(body[:n])))
	}
	return nil
}

// regular refuses everything but plain files: links, folders, devices, and
// sparse files, which say many bytes with few.
func (x *reading) regular(h *tar.Header) error {
	if h.Typeflag != tar.TypeReg || h.Linkname != "" || h.Size < 0 {
		return x.damage(clip(h.Name), nil, "it is not a regular file")
	}
	for key := range h.PAXRecords {
		if key != "path" && key != "size" {
			return x.damage(clip(h.Name), nil, "it carries the attribute %q, which ours never do", clip(key))
		}
	}
	return nil
}

func (x *reading) file(h *tar.Header) error {
	if err := checkPath(h.Name); err != nil {
		return x.damage(clip(h.Name), nil, "%v", err)
	}
	// Two paths that differ in case are one file on some systems.
	folded := strings.ToLower(h.Name)
	switch {
	case x.seen[folded]:
		return x.damage(h.Name, nil, "it is there twice")
	case x.m.Files >= x.lim.Files:
		return x.damage(h.Name, nil, "more than %d files", x.lim.Files)
	case h.Size > x.lim.Bytes-x.m.Bytes:
		return x.damage(h.Name, nil, "the files have more than %d bytes together", x.lim.Bytes)
	}
	x.seen[folded] = true
	e := Entry{Path: h.Name, Size: h.Size, ReadOnly: h.Mode&0o200 == 0}
	sum := sha256.New()
	body := &bodyReader{r: io.TeeReader(x.tar, sum)}
	err := x.take(e, body)
	if err == nil && body.err == nil {
		_, err = io.Copy(io.Discard, body)
	}
	if body.err != nil {
		return x.damage(h.Name, body.err, "its bytes cannot be read")
	}
	if err != nil {
		return err
	}
	e.SHA256 = hex.EncodeToString(sum.Sum(nil))
	x.m.Entries = append(x.m.Entries, e)
	x.m.Files, x.m.Bytes = x.m.Files+1, x.m.Bytes+h.Size
	return nil
}

// A bodyReader keeps the error of what it reads, to tell it from one of the
// writer on the other side.
type bodyReader struct {
	r   io.Reader
	err error
}

func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// end compares the manifest with what came, then the seal.
func (x *reading) end(h *tar.Header) error {
	if err := x.manifest(); err != nil {
		return err
	}
	if h, err := x.tar.Next(); !errors.Is(err, io.EOF) {
		if err == nil {
			return x.damage(clip(h.Name), nil, "it stands behind the manifest")
		}
		return x.damage("", err, "its end is damaged")
	}
	n, err := io.Copy(io.Discard, io.LimitReader(x.plain, 1<<20))
	switch {
	case err != nil:
		return x.damage("", err, "its end is damaged")
	case n > 0:
		return x.damage("", nil, "something stands behind its end")
	case !x.seal.intact():
		return x.damage("", nil, "its seal does not fit: a byte was changed, or it was cut off")
	}
	return nil
}

func (x *reading) manifest() error {
	lines := bufio.NewScanner(x.tar)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	var head Manifest
	if !lines.Scan() {
		return x.damage(manifestName, lines.Err(), "it cannot be read")
	}
	if err := strict(lines.Bytes(), &head); err != nil {
		return x.damage(manifestName, err, "line 1 cannot be read")
	}
	if head.Files != x.m.Files || head.Bytes != x.m.Bytes {
		return x.damage(manifestName, nil, "it lists %d files of %d bytes; the bundle holds %d of %d", head.Files, head.Bytes, x.m.Files, x.m.Bytes)
	}
	x.m.Facts = head.Facts
	for i := range x.m.Entries {
		var e Entry
		if !lines.Scan() {
			return x.damage(manifestName, lines.Err(), "it ends before %s", x.m.Entries[i].Path)
		}
		if err := strict(lines.Bytes(), &e); err != nil {
			return x.damage(manifestName, err, "line %d cannot be read", i+2)
		}
		if e != x.m.Entries[i] {
			return x.damage(x.m.Entries[i].Path, nil, "it is not as the manifest lists it")
		}
	}
	if lines.Scan() || lines.Err() != nil {
		return x.damage(manifestName, lines.Err(), "it lists files that are not there")
	}
	return nil
}

// strict reads one JSON object with the fields of v and nothing else.
func strict(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("something stands behind the object")
	}
	return nil
}

// clip shortens text of a bundle for an error.
func clip(s string) string {
	if len(s) > 100 {
		s = s[:100] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
