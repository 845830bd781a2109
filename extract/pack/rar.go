package pack

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/nwaples/rardecode/v2"

	"overt/extract/document"
)

// rar reads RAR archives of versions 1.5 to 7.
func (p *packed) rar() error {
	password, err := p.rarPassword()
	if err != nil {
		return err
	}
	r, err := p.rarOpen(password)
	if err != nil {
		return wrong(err)
	}
	for count := 0; ; count++ {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		h, err := nextRar(r)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, rardecode.ErrArchivedFileEncrypted), errors.Is(err, rardecode.ErrBadPassword):
			if p.members == 0 {
				return p.refusal()
			}
			return p.gap("the rest of the archive", document.Protected, "it is encrypted, and no password that was given opens it")
		case errors.Is(err, rardecode.ErrMultiVolume):
			return p.gap("the rest of the archive", document.Damaged, "it goes on in another file, which is not here")
		case errors.Is(err, errUnread) && p.members == 0:
			return unread(err)
		case errors.Is(err, errUnread):
			return p.gap("the rest of the archive", document.Unknown, clip(sentence(err)))
		case err != nil:
			return p.gap("the rest of the archive", document.Damaged, fmt.Sprintf("the archive breaks off after %d entries: %s", count, clip(sentence(err))))
		}
		if err := p.rarFile(h, r); err != nil {
			return err
		}
	}
}

func (p *packed) rarFile(h *rardecode.FileHeader, r io.Reader) error {
	var n names
	m := document.Member{Modified: stamp(h.ModificationTime), Size: h.UnPackedSize}
	if h.UnKnownSize {
		m.Size = -1
	}
	m.Path, m.Raw = n.text(h.Name)
	switch {
	case h.IsDir:
		return nil
	case h.LinkType != rardecode.LinkTypeNone:
		return p.note("link", "%s is a link to %s; it was not followed", m.Path, h.LinkTarget)
	case h.Encrypted && p.locked > 0:
		return p.lost(m.Path, document.Protected, "it is encrypted, and no password that was given opens it")
	}
	return p.emit(m, r)
}

func (p *packed) rarOpen(password string) (*rardecode.Reader, error) {
	return rardecode.NewReader(io.NewSectionReader(p.in, 0, p.in.Size), rardecode.Password(password), rardecode.MaxDictionarySize(maxDictionary))
}

// rarPassword finds the password that opens the first encrypted file: versions
// before 5 keep nothing to check one against but the checksum of a file.
func (p *packed) rarPassword() (string, error) {
	for _, password := range p.passwords() {
		r, err := p.rarOpen(password)
		if err != nil {
			if errors.Is(err, rardecode.ErrArchiveEncrypted) || errors.Is(err, rardecode.ErrBadPassword) {
				continue
			}
			return "", wrong(err)
		}
		fits, known := p.rarFits(r, password)
		if !known || fits {
			return password, nil
		}
	}
	// Files that are not encrypted can still be read.
	r, err := p.rarOpen("")
	if err != nil {
		return "", p.refusal()
	}
	if _, err := nextRar(r); errors.Is(err, rardecode.ErrArchiveEncrypted) || errors.Is(err, rardecode.ErrBadPassword) {
		return "", p.refusal()
	}
	p.locked++
	return "", nil
}

// rarFits reads the first encrypted file; known is false when there is none.
func (p *packed) rarFits(r *rardecode.Reader, password string) (fits, known bool) {
	for {
		h, err := nextRar(r)
		switch {
		case errors.Is(err, rardecode.ErrArchiveEncrypted), errors.Is(err, rardecode.ErrArchivedFileEncrypted), errors.Is(err, rardecode.ErrBadPassword):
			return false, true
		case err != nil || p.ctx.Err() != nil:
			return false, password != "" // damage before the first encrypted file, or a wrong key for the names
		case h.HeaderEncrypted && !h.Encrypted:
			return true, true
		case h.Encrypted && h.UnPackedSize != 0:
			return password != "" && p.proves(r), true
		}
	}
}

// rarUnread are ways of packing that are not unpacked, and may be whole.
var rarUnread = []error{
	rardecode.ErrUnknownDecoder, rardecode.ErrUnsupportedDecoder, rardecode.ErrMultipleDecoders, rardecode.ErrUnknownVersion,
	rardecode.ErrUnknownEncryptMethod, rardecode.ErrDictionaryTooLarge,
}

// nextRar is Next; a panic of it is damage, what is packed otherwise is errUnread.
func nextRar(r *rardecode.Reader) (h *rardecode.FileHeader, err error) {
	defer func() {
		if x := recover(); x != nil {
			h, err = nil, fmt.Errorf("the decoder failed: %v", x)
		}
	}()
	h, err = r.Next()
	if slices.ContainsFunc(rarUnread, func(e error) bool { return errors.Is(err, e) }) {
		err = fmt.Errorf("%w: %w", errUnread, err)
	}
	return h, err
}
