package pack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"overt"
	"overt/extract/document"
)

// maxHeader bounds the header of a 7z archive, packed and unpacked, in bytes.
const maxHeader = 64 << 20

func damaged(format string, args ...any) error {
	return overt.Errorf(overt.Invalid, "", "the archive is damaged: "+format, args...)
}

// sevenZip reads a 7z archive.
func (p *packed) sevenZip() error {
	start, ok := p.at(0, 32)
	if !ok {
		return damaged("it ends before its header")
	}
	if crc32.ChecksumIEEE(start[12:32]) != binary.LittleEndian.Uint32(start[8:]) {
		return damaged("the checksum of its start does not fit")
	}
	off, size := int64(u64(start[12:])), int64(u64(start[20:]))
	if size == 0 {
		return nil
	}
	if off < 0 || size < 0 || size > maxHeader {
		return damaged("its header is said to have %d bytes at %d", size, off)
	}
	b, ok := p.at(32+off, int(size))
	if !ok {
		return damaged("it ends before its header, which is said to stand at byte %d", 32+off)
	}
	if crc32.ChecksumIEEE(b) != binary.LittleEndian.Uint32(start[28:]) {
		return damaged("the checksum of its header does not fit")
	}
	z := &sz{packed: p, keys: map[string][]byte{}}
	for range 4 { // a header can be packed, and that header too
		h := &szHead{b: b}
		switch h.number() {
		case szHeader:
			return z.contents(h)
		case szEncoded:
			s := h.streams()
			if h.bad || len(s.folders) != 1 {
				return damaged("its packed header does not say how it is packed")
			}
			var err error
			if b, err = z.header(s); err != nil {
				return err
			}
		default:
			return damaged("it has no header")
		}
	}
	return damaged("its header is packed again and again")
}

// sz is one 7z archive being read.
type sz struct {
	*packed
	keys map[string][]byte // of AES, by password, salt and cycles
}

var errUnread = errors.New("it is packed in a way that is not read")

// header unpacks a header.
func (z *sz) header(s *szStreams) ([]byte, error) {
	f := &s.folders[0]
	if f.unpackSize() > maxHeader {
		return nil, damaged("its header is said to have %d bytes", f.unpackSize())
	}
	var last error
	for _, password := range z.tries(f) {
		r, err := z.open(s, f, password)
		if err != nil {
			last = err
			continue
		}
		b, err := readAll(io.LimitReader(r, f.unpackSize()))
		if err == nil && f.crc != nil && crc32.ChecksumIEEE(b) != *f.crc {
			err = errSum
		}
		if err == nil && int64(len(b)) == f.unpackSize() {
			return b, nil
		}
		last = err
	}
	switch {
	case errors.Is(last, errUnread):
		return nil, unread(last)
	case f.encrypted():
		return nil, z.refusal()
	}
	return nil, damaged("its header cannot be unpacked: %w", last)
}

func readAll(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	buf := make([]byte, 32<<10)
	for {
		n, err := read(r, buf)
		b.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			return b.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// contents says the files.
func (z *sz) contents(h *szHead) error {
	var s *szStreams
	var files []szFile
	for !h.bad {
		switch id := h.number(); id {
		case szEnd:
			return z.say(s, files)
		case 0x02: // properties of the archive
			for !h.bad && h.number() != szEnd {
				h.bytes(h.number())
			}
		case 0x03: // streams that the header itself uses
			h.streams()
		case szMainStreams:
			s = h.streams()
		case szFiles:
			files = h.files()
		default:
			h.fail()
		}
	}
	return damaged("its header contradicts itself")
}

func (z *sz) say(s *szStreams, files []szFile) error {
	if s == nil {
		s = &szStreams{}
	}
	folder, within := 0, 0
	var r io.Reader
	var code, reason string
	for _, f := range files {
		switch {
		case f.folder:
			continue
		case f.empty:
			if err := z.emit(document.Member{Path: slashed(f.name), Modified: f.modified}, bytes.NewReader(nil)); err != nil {
				return err
			}
			continue
		}
		for folder < len(s.folders) && within >= len(s.folders[folder].files) {
			folder, within, r = folder+1, 0, nil
		}
		if folder == len(s.folders) {
			return z.lost(f.name, document.Damaged, "the header has no bytes for it")
		}
		at := &s.folders[folder]
		if within == 0 {
			r, code, reason = z.unlock(s, at)
		}
		if err := z.one(f, at.files[within], r, code, reason); err != nil {
			return err
		}
		within++
	}
	return nil
}

// one says one file; r stands at its first byte.
func (z *sz) one(f szFile, stream szStream, r io.Reader, code, reason string) error {
	if r == nil {
		return z.lost(slashed(f.name), code, reason)
	}
	if f.mode&0xf000 == 0xa000 {
		if err := z.note("link", "%s is a link; it is given as the file that says where it leads", f.name); err != nil {
			return err
		}
	}
	body := &checked32{r: &exact{io.LimitReader(r, stream.size), stream.size}, size: stream.size, skip: stream.crc == nil}
	if stream.crc != nil {
		body.want = *stream.crc
	}
	return z.emit(document.Member{Path: slashed(f.name), Modified: f.modified, Size: stream.size}, body)
}

// tries are the passwords to try on a folder.
func (z *sz) tries(f *szPack) []string {
	if f.encrypted() {
		return z.passwords()
	}
	return []string{""}
}

// unlock opens a folder with the password that fits: 7z keeps nothing to check
// one against but the checksum of what comes out.
func (z *sz) unlock(s *szStreams, f *szPack) (r io.Reader, code, reason string) {
	if !f.encrypted() {
		r, err := z.open(s, f, "")
		if err != nil {
			return nil, document.Unknown, clip(sentence(err))
		}
		return r, "", ""
	}
	for _, password := range z.passwords() {
		r, err := z.open(s, f, password)
		if errors.Is(err, errUnread) {
			return nil, document.Unknown, clip(sentence(err))
		}
		if err != nil { // what a wrong password gives is no packed stream
			continue
		}
		first := f.files[0]
		body := &checked32{r: &exact{io.LimitReader(r, first.size), first.size}, size: first.size, skip: first.crc == nil}
		if first.crc != nil {
			body.want = *first.crc
		}
		if !z.proves(body) {
			continue
		}
		if r, err = z.open(s, f, password); err == nil {
			return r, "", ""
		}
	}
	return nil, document.Protected, "it is encrypted, and no password that was given opens it"
}
