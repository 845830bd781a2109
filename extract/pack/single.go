package pack

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz/lzma"

	"overt/extract/document"
	"overt/internal/archive"
)

// A compressor packs one file.
type compressor struct {
	open    func(p *packed) (io.ReadCloser, error)
	endings []string // of names, with what the unpacked file ends in: ".tgz>.tar"
}

var compressors = map[string]compressor{
	"application/gzip":       {lenient(archive.Gunzip), []string{".tgz>.tar", ".svgz>.svg", ".emz>.emf", ".wmz>.wmf", ".gz"}},
	"application/x-bzip2":    {lenient(archive.Bunzip2), []string{".tbz2>.tar", ".tbz>.tar", ".bz2", ".bz"}},
	"application/x-xz":       {lenient(archive.Unxz), []string{".txz>.tar", ".xz"}},
	"application/zstd":       {lenient(archive.Unzstd), []string{".tzst>.tar", ".zst", ".zstd"}},
	"application/x-lz4":      {unlz4, []string{".lz4"}},
	"application/x-brotli":   {unbrotli, []string{".br"}},
	"application/x-compress": {uncompress, []string{".taz>.tar", ".Z", ".z"}},
	"application/x-lzma":     {unlzma, []string{".tlz>.tar", ".lzma"}},
	"application/x-lzip":     {unlzip, []string{".tlz>.tar", ".lz"}},
}

// source is the whole file as a stream.
func (p *packed) source() io.ReadCloser {
	return io.NopCloser(io.NewSectionReader(p.in, 0, p.in.Size))
}

// lenient opens with a decompressor of internal/archive. What comes out is
// counted here, so that the limits there are wider than ours.
func lenient(open func(io.ReadCloser, archive.Limits) (io.ReadCloser, error)) func(*packed) (io.ReadCloser, error) {
	return func(p *packed) (io.ReadCloser, error) {
		return open(p.source(), archive.Limits{Total: 1 << 62, Ratio: 1 << 40, RatioFrom: 1 << 62, Members: 1})
	}
}

func unlz4(p *packed) (io.ReadCloser, error) {
	return io.NopCloser(lz4.NewReader(p.source())), nil
}

func unbrotli(p *packed) (io.ReadCloser, error) {
	return io.NopCloser(brotli.NewReader(p.source())), nil
}

func unlzma(p *packed) (io.ReadCloser, error) {
	h, ok := p.at(0, 13)
	if !ok {
		return nil, io.ErrUnexpectedEOF
	}
	r, err := lzmaReader(h[:5], p.section(13, p.in.Size-13), int64(u64(h[5:])))
	return io.NopCloser(r), err
}

// unlzip reads the members of lzip, joined end to end: a header of six bytes,
// LZMA with a mark at its end, and sums of 20 bytes.
func unlzip(p *packed) (io.ReadCloser, error) {
	var parts []io.Reader
	for off := int64(0); off < p.in.Size && len(parts) < 1000; {
		h, ok := p.at(off, 6)
		if !ok || string(h[:4]) != "LZIP" || h[4] != 1 {
			break
		}
		next, err := p.find(off+6, "LZIP\x01")
		if err != nil {
			return nil, err
		}
		if next < 0 {
			next = p.in.Size
		}
		dict := uint32(1) << (h[5] & 31)
		dict -= dict / 16 * uint32(h[5]>>5)
		if dict < lzma.MinDictCap {
			return nil, damaged("the size of its dictionary is none")
		}
		props := []byte{93, byte(dict), byte(dict >> 8), byte(dict >> 16), byte(dict >> 24)}
		body := p.section(off+6, next-off-6)
		parts = append(parts, &later{open: func() (io.Reader, error) { return lzmaReader(props, body, -1) }})
		off = next
	}
	if len(parts) == 0 {
		return nil, damaged("it has no header")
	}
	return io.NopCloser(io.MultiReader(parts...)), nil
}

// later opens a stream when it is read.
type later struct {
	open func() (io.Reader, error)
	r    io.Reader
	err  error
}

func (l *later) Read(b []byte) (int, error) {
	if l.r == nil && l.err == nil {
		l.r, l.err = l.open()
	}
	if l.err != nil {
		return 0, l.err
	}
	return l.r.Read(b)
}

// single reads one compressed file.
func (p *packed) single(c compressor) error {
	m := document.Member{Path: c.inside(p.in.Name), Size: -1}
	if h, ok := p.at(0, 10); ok && h[0] == 0x1f && h[1] == 0x8b {
		p.gzipHeader(h, &m)
	}
	r, err := c.open(p)
	if err != nil {
		return wrong(err)
	}
	defer func() { _ = r.Close() }() // what it could say was said by reading
	head := make([]byte, 1)
	n, err := read(r, head)
	if n == 0 && err != nil && !errors.Is(err, io.EOF) {
		return wrong(err)
	}
	return p.emit(m, io.MultiReader(bytes.NewReader(head[:n]), r))
}

// inside is the name of a file without the ending that its packing gave it.
func (c compressor) inside(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	for _, e := range c.endings {
		ending, to, _ := strings.Cut(e, ">")
		if len(name) > len(ending) && strings.EqualFold(name[len(name)-len(ending):], ending) {
			return name[:len(name)-len(ending)] + to
		}
	}
	return name
}

// gzipHeader reads name and date of the first member (RFC 1952). The name is
// taken when the file's own tells nothing.
func (p *packed) gzipHeader(h []byte, m *document.Member) {
	if t := u32(h[4:]); t != 0 {
		m.Modified = stamp(time.Unix(int64(t), 0))
	}
	if h[3]&8 == 0 {
		return
	}
	r := bufio.NewReader(io.NewSectionReader(p.in, 10, min(p.in.Size, 80<<10)))
	if h[3]&4 != 0 {
		var n [2]byte
		if _, err := io.ReadFull(r, n[:]); err != nil {
			return
		}
		if _, err := r.Discard(int(u16(n[:]))); err != nil {
			return
		}
	}
	raw, err := r.ReadString(0)
	if err != nil || len(raw) > 256 || len(raw) < 2 {
		return
	}
	var n names
	m.Path, m.Raw = n.text(strings.TrimSuffix(raw, "\x00"))
}

// uncompress reads what the program compress of Unix packs: LZW with codes of 9
// to 16 bits, lowest bits first.
func uncompress(p *packed) (io.ReadCloser, error) {
	h, ok := p.at(0, 3)
	if !ok || h[2]&0x1f < 9 || h[2]&0x1f > 16 {
		return nil, damaged("its codes are said to have a length that cannot be")
	}
	return io.NopCloser(newLZW(io.NewSectionReader(p.in, 3, p.in.Size-3), uint(h[2]&0x1f), h[2]&0x80 != 0)), nil
}
