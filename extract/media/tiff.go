package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"

	"golang.org/x/image/tiff"

	"overt/extract/document"
)

// tiff reads the pages of a TIFF, each a directory of its own.
func (m *reading) tiff() error {
	order, off, ok := tiffStart(m.in, m.in.Size)
	if !ok {
		return m.unknown("image/tiff with 64-bit offsets")
	}
	seen := map[int64]bool{}
	page := 0
	for off != 0 {
		if err := m.stopped(); err != nil {
			return err
		}
		d, ok := readDirectory(m.in, m.in.Size, order, off)
		if !ok || seen[off] {
			return m.out.Gap(document.Gap{Where: fmt.Sprintf("pages after %d", page), Code: document.Damaged, Reason: "the list of pages breaks off or leads back"})
		}
		if page++; page > m.in.Limits.Pages {
			return m.out.Gap(document.Gap{Where: "more pages", Code: document.TooMuch, Reason: fmt.Sprintf("there are more than the %d pages that are read", m.in.Limits.Pages)})
		}
		seen[off] = true
		if err := m.tiffPage(page, d, off); err != nil {
			return err
		}
		off = d.next
	}
	if page == 0 {
		return m.gap(1, document.Damaged, "it has no pages")
	}
	return nil
}

func (m *reading) tiffPage(page int, d *directory, off int64) error {
	about := meta{turn: int(d.number(tagTurn, 0)), dpi: d.ratio(tagXDensity)}
	if d.number(tagUnit, 0) == 3 {
		about.dpi *= 2.54
	}
	if page == 1 {
		var err error
		if about, err = m.exifFields(d); err != nil {
			return err
		}
	}
	config := func() (image.Config, error) {
		w, h := d.number(tagWidth, 0), d.number(tagHeight, 0)
		if w < 1 || h < 1 || w > 1<<30 || h > 1<<30 {
			return image.Config{}, fmt.Errorf("it is said to have %d × %d pixels", w, h)
		}
		return image.Config{ColorModel: color.RGBAModel, Width: int(w), Height: int(h)}, nil
	}
	return m.show(page, about, config, func() (image.Image, error) {
		switch d.number(tagPacking, 0) {
		case 6:
			return m.oldJPEG(d)
		case 7:
			return m.jpegTiles(d)
		}
		return tiff.Decode(io.NewSectionReader(&started{m.in, d.order, uint32(off)}, 0, m.in.Size))
	})
}

// started is a TIFF whose first page is another one.
type started struct {
	io.ReaderAt
	order binary.ByteOrder
	first uint32
}

func (s *started) ReadAt(b []byte, off int64) (int, error) {
	n, err := s.ReaderAt.ReadAt(b, off)
	var h [4]byte
	s.order.PutUint32(h[:], s.first)
	for i := range h {
		if at := int64(4+i) - off; at >= 0 && at < int64(n) {
			b[at] = h[i]
		}
	}
	return n, err
}

// maxTiles bounds the parts of a page.
const maxTiles = 1 << 20

// jpegTiles puts a page together that is packed as JPEG in strips or tiles
// (TIFF Technical Note 2): tables that all share stand apart.
func (m *reading) jpegTiles(d *directory) (image.Image, error) {
	w, h := int(d.number(tagWidth, 0)), int(d.number(tagHeight, 0))
	partW, partH := w, int(d.number(tagRows, 0))
	offsets, counts := d.numbers(tagOffsets, maxTiles), d.numbers(tagCounts, maxTiles)
	if _, tiled := d.fields[tagTiles]; tiled {
		partW, partH = int(d.number(tagTileWidth, 0)), int(d.number(tagTileHeight, 0))
		offsets, counts = d.numbers(tagTiles, maxTiles), d.numbers(tagTileCounts, maxTiles)
	}
	if partH <= 0 || partH > h {
		partH = h
	}
	if partW < 1 || partW > 1<<20 || len(offsets) == 0 || len(counts) < len(offsets) {
		return nil, errors.New("it does not say where its parts are")
	}
	tables := d.bytes(tagTables, 1<<20)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	across := (w + partW - 1) / partW
	for i := range offsets {
		if err := m.ctx.Err(); err != nil {
			return nil, err
		}
		at := image.Pt(i%across*partW, i/across*partH)
		if at.Y >= h {
			break
		}
		part, err := m.jpegPart(d, tables, offsets[i], counts[i], int64(partW)*int64(max(partH, 16))*2+1<<16)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i+1, err)
		}
		draw.Draw(out, part.Bounds().Sub(part.Bounds().Min).Add(at), part, part.Bounds().Min, draw.Src)
	}
	return out, nil
}

func (m *reading) jpegPart(d *directory, tables []byte, off, count, most int64) (image.Image, error) {
	if count < 4 || count > 64<<20 {
		return nil, errors.New("its length is none")
	}
	b, ok := m.at(off, int(count))
	if !ok || b[0] != 0xff || b[1] != 0xd8 {
		return nil, errors.New("it is no JPEG")
	}
	head := []byte{0xff, 0xd8}
	if d.number(tagColours, 0) == 2 { // red, green, blue, as the Adobe mark says
		head = append(head, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...)
	}
	if len(tables) > 4 && tables[0] == 0xff && tables[1] == 0xd8 {
		head = append(head, bytes.TrimSuffix(tables[2:], []byte{0xff, 0xd9})...)
	}
	whole := append(head, b[2:]...)
	c, err := jpeg.DecodeConfig(bytes.NewReader(whole))
	if err != nil {
		return nil, err
	}
	if c.Width < 1 || c.Height < 1 || int64(c.Width)*int64(c.Height) > most {
		return nil, fmt.Errorf("it has %d × %d pixels, and the page has fewer", c.Width, c.Height)
	}
	return jpeg.Decode(bytes.NewReader(whole))
}

// oldJPEG reads a page of the form before TIFF 6.0's correction, where the whole
// JPEG stands at one place; others cannot be told apart.
func (m *reading) oldJPEG(d *directory) (image.Image, error) {
	off, n := d.number(tagOldJPEG, 0), d.number(tagOldLength, 0)
	b, ok := m.at(off, 2)
	if !ok || string(b) != "\xff\xd8" {
		off, n = d.number(tagOffsets, 0), d.number(tagCounts, 0)
		if b, ok = m.at(off, 2); !ok || string(b) != "\xff\xd8" {
			return nil, errors.New("unsupported: JPEG of the old form in parts")
		}
	}
	if n <= 0 || n > m.in.Size-off {
		n = m.in.Size - off
	}
	source := func() io.Reader { return io.NewSectionReader(m.in, off, n) }
	c, err := jpeg.DecodeConfig(source())
	if err != nil {
		return nil, err
	}
	if int64(c.Width) > m.in.Limits.Pixels/int64(max(c.Height, 1)) {
		return nil, errors.New("it has more pixels than are decoded")
	}
	return jpeg.Decode(source())
}
