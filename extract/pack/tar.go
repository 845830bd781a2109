package pack

import (
	"archive/tar"
	"errors"
	"io"
	"strings"

	"overt/extract/document"
)

// tar reads tar archives of all kinds. What stands before damage is read.
func (p *packed) tar() error {
	t := tar.NewReader(io.NewSectionReader(p.in, 0, p.in.Size))
	var n names
	for count := 0; ; count++ {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return p.gap("the rest of the archive", document.Damaged, "the archive breaks off after "+itoa(int64(count))+" entries: "+clip(sentence(err)))
		}
		m := document.Member{Modified: stamp(h.ModTime), Size: h.Size}
		m.Path, m.Raw = n.text(h.Name)
		switch h.Typeflag {
		case tar.TypeDir, tar.TypeXGlobalHeader:
			continue
		case tar.TypeSymlink, tar.TypeLink:
			target, _ := n.text(h.Linkname)
			if err := p.note("link", "%s is a link to %s; it was not followed", m.Path, target); err != nil {
				return err
			}
			continue
		case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
			if err := p.note("device", "%s is a device or pipe; nothing of it is in the archive", m.Path); err != nil {
				return err
			}
			continue
		}
		if strings.HasSuffix(h.Name, "/") && h.Size == 0 {
			continue
		}
		if err := p.emit(m, t); err != nil {
			return err
		}
	}
}
