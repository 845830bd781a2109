package legacy

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"slices"

	"overt/extract/document"
	"overt/internal/cfb"
)

// objects gives the embedded objects, and the macros.
func (d *deck) objects() error {
	done := map[int64]bool{}
	for _, part := range append(slices.Clone(d.ole), d.macro) {
		if done[part] || part == 0 {
			continue
		}
		done[part] = true
		path := fmt.Sprintf("objects/%d", part)
		if err := d.r.part("object "+path, func() error { return d.object(part, path) }); err != nil {
			return err
		}
	}
	return nil
}

func (d *deck) object(part int64, path string) error {
	c, err := d.part(part)
	if err != nil {
		return err
	}
	if c.kind != recOleData {
		return nil // a link
	}
	src := io.NewSectionReader(c.src, c.body, c.end-c.body)
	if c.instance == 1 {
		z, err := zlib.NewReader(io.NewSectionReader(src, 4, max(src.Size()-4, 0)))
		if err != nil {
			return err
		}
		b, err := io.ReadAll(io.LimitReader(z, maxObject+1))
		if len(b) > maxObject {
			return errTooMuch
		}
		if len(b) == 0 && err != nil {
			return err
		}
		src = io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b)))
	}
	m := document.Member{Path: path, Role: document.Embedded, Size: -1}
	f, err := cfb.Open(src, src.Size())
	if err != nil {
		return d.r.gave(m, src)
	}
	if part == d.macro {
		outer := d.r.file
		d.r.file = f
		defer func() { d.r.file = outer }()
		return d.r.macros(f.Root)
	}
	return d.r.unpack(f, src, m)
}
