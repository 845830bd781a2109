package mail

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"io"
	"path"
	"strings"

	"overt/extract/document"
)

// CMS reads signed and packed content (RFC 5652, RFC 3274; S/MIME's smime.p7m):
// what is inside is a member. Signatures are not checked. Encrypted content is
// refused: no password opens it, but a private key.
type CMS struct{}

var _ document.Reader = CMS{}

// The kinds of content, as DER writes their object identifiers.
const (
	oidSigned     = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
	oidEnveloped  = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
	oidEncrypted  = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"
	oidCompressed = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"
	oidAuthEnv    = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"
)

// Read implements document.Reader.
func (CMS) Read(ctx context.Context, in document.Input, out document.Sink) error {
	b := &ber{ctx: ctx, src: in, end: in.Size, depth: in.Limits.WithDefaults().Depth}
	kind, content, err := b.contentInfo(element{start: 0, end: in.Size})
	if err != nil {
		return err
	}
	switch kind {
	case oidSigned, oidCompressed:
	case oidEnveloped, oidEncrypted, oidAuthEnv:
		return &document.Refusal{Code: document.Protected, Reason: "the content is encrypted for the holder of a private key", Retry: "decrypt it with that key first"}
	default:
		return &document.Refusal{Code: document.Unknown, Reason: "the file is cryptographic, and neither signed nor packed content", Retry: "open it with the program it is from"}
	}
	inner, err := b.encapsulated(content)
	if err != nil {
		return err
	}
	if kind == oidSigned {
		if err := out.Note(note("signed", "the content is signed; the signature was not checked")); err != nil {
			return err
		}
	}
	if inner == nil {
		return out.Note(note("signature-alone", "the file is a signature of something that is not in it"))
	}
	return b.member(in, kind, *inner, out)
}

// member writes the content, unpacked where it was packed.
func (b *ber) member(in document.Input, kind string, inner element, out document.Sink) error {
	m := document.Member{Path: Short(strings.ReplaceAll(strings.TrimSuffix(path.Base(in.Name), ".p7m"), "/", " ")), Role: document.Packed, Size: -1}
	if in.Name == "" {
		m.Path = "content"
	}
	var src io.Reader = &octets{b: b, stack: []element{inner}}
	var damage error
	if kind == oidCompressed {
		if src, damage = zlib.NewReader(src); damage != nil {
			return damaged("the packed content cannot be unpacked")
		}
	}
	head := make([]byte, 4096)
	n, err := io.ReadFull(src, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if fieldName(head[:n]) > 0 {
		m.Type = "message/rfc822" // a MIME entity, as mail signs it
	}
	w, err := out.Member(m)
	if err != nil {
		return err
	}
	damage, err = copyPart(b.ctx, w, func() (io.Reader, error) { return io.MultiReader(bytes.NewReader(head[:n]), src), nil })
	if e := w.Close(); err == nil {
		err = e
	}
	if err == nil && damage != nil {
		err = out.Gap(document.Gap{Where: Short("member " + m.Path), Code: document.Damaged, Reason: Sentence(damage)})
	}
	return err
}

// A ber reads BER, lengths without an end included.
type ber struct {
	ctx   context.Context
	src   io.ReaderAt
	end   int64
	depth int
	steps int
}

// An element is one, by its content. In a range without a known end, end is that
// of what surrounds it, and two zeros end it.
type element struct {
	tag        byte // class, form and number
	start, end int64
	open       bool // its length is not said
}

func (e element) constructed() bool { return e.tag&0x20 != 0 }

// header reads the element that begins at an offset; next is where its content
// ends, -1 when that is not said.
func (b *ber) header(at, end int64) (e element, next int64, err error) {
	if b.steps++; b.steps%1024 == 0 {
		if err := b.ctx.Err(); err != nil {
			return e, 0, err
		}
	}
	var head [10]byte
	n, err := b.src.ReadAt(head[:max(0, min(int64(len(head)), end-at))], at)
	if n < 2 {
		if err != nil && err != io.EOF {
			return e, 0, err
		}
		return e, 0, damaged("the cryptographic content ends too early")
	}
	e = element{tag: head[0], start: at + 2, end: end}
	if e.tag&0x1F == 0x1F {
		return e, 0, damaged("the cryptographic content has an element of unknown form")
	}
	switch l := head[1]; {
	case l < 0x80:
		next = e.start + int64(l)
	case l == 0x80:
		e.open = true
		return e, -1, nil
	case l > 0x88 || n < 2+int(l&0x7F):
		return e, 0, damaged("the cryptographic content has a length that cannot be")
	default:
		var wide [8]byte
		size := int64(l & 0x7F)
		copy(wide[8-size:], head[2:2+size])
		length := binary.BigEndian.Uint64(wide[:])
		e.start += size
		if length > uint64(max(end-e.start, 0)) {
			return e, 0, damaged("the cryptographic content ends too early")
		}
		next = e.start + int64(length)
	}
	if next > end {
		return e, 0, damaged("the cryptographic content ends too early")
	}
	e.end = next
	return e, next, nil
}

// skip gives the offset after an element.
func (b *ber) skip(e element, depth int) (int64, error) {
	if !e.open {
		return e.end, nil
	}
	if depth > b.depth {
		return 0, damaged("the cryptographic content lies too deep")
	}
	at := e.start
	for {
		child, _, err := b.header(at, e.end)
		if err != nil {
			return 0, err
		}
		if child.tag == 0 && child.start == at+2 && child.end == child.start {
			return at + 2, nil
		}
		if at, err = b.skip(child, depth+1); err != nil {
			return 0, err
		}
	}
}

// children gives the first elements inside one.
func (b *ber) children(of element, most int) ([]element, error) {
	var list []element
	for at := of.start; at < of.end && len(list) < most; {
		e, _, err := b.header(at, of.end)
		if err != nil {
			return list, err
		}
		if of.open && e.tag == 0 {
			break
		}
		list = append(list, e)
		if len(list) == most {
			break
		}
		if at, err = b.skip(e, 0); err != nil {
			return list, err
		}
	}
	return list, nil
}

func (b *ber) bytes(e element) string {
	p := make([]byte, max(0, min(e.end-e.start, 64)))
	n, _ := b.src.ReadAt(p, e.start)
	return string(p[:n])
}

// contentInfo reads a sequence of an identifier and what it identifies.
func (b *ber) contentInfo(in element) (kind string, content element, err error) {
	outer, err := b.children(in, 1)
	if err != nil || len(outer) == 0 || outer[0].tag != 0x30 {
		return "", content, damaged("the file does not begin as cryptographic content")
	}
	parts, err := b.children(outer[0], 2)
	if err != nil || len(parts) == 0 || parts[0].tag != 0x06 {
		return "", content, damaged("the file does not begin as cryptographic content")
	}
	if len(parts) == 2 {
		content = parts[1]
	}
	return b.bytes(parts[0]), content, nil
}

// encapsulated finds the octets inside signed or packed content, nil when there
// are none: version, algorithms, and then what is wanted.
func (b *ber) encapsulated(content element) (*element, error) {
	outer, err := b.children(content, 1)
	if err != nil || len(outer) == 0 {
		return nil, damaged("the cryptographic content is empty")
	}
	parts, err := b.children(outer[0], 3)
	if err != nil {
		return nil, err
	}
	if len(parts) < 3 || parts[2].tag != 0x30 {
		return nil, damaged("the cryptographic content is not put together as it must be")
	}
	inner, err := b.children(parts[2], 2)
	if err != nil || len(inner) < 2 {
		return nil, err
	}
	octets, err := b.children(inner[1], 1)
	if err != nil || len(octets) == 0 || octets[0].tag&^0x20 != 0x04 {
		return nil, err
	}
	return &octets[0], nil
}

// An octets reads the pieces of an octet string in order.
type octets struct {
	b     *ber
	stack []element // pieces to read; the last is the next
}

// Read implements io.Reader.
func (o *octets) Read(p []byte) (int, error) {
	for len(o.stack) > 0 {
		top := &o.stack[len(o.stack)-1]
		if top.start >= top.end {
			o.stack = o.stack[:len(o.stack)-1]
			continue
		}
		if !top.constructed() {
			n, err := o.b.src.ReadAt(p[:min(int64(len(p)), top.end-top.start)], top.start)
			top.start += int64(n)
			if err == io.EOF && n > 0 {
				err = nil
			}
			if n == 0 && err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
		child, _, err := o.b.header(top.start, top.end)
		if err != nil {
			return 0, err
		}
		if top.open && child.tag == 0 {
			o.stack = o.stack[:len(o.stack)-1]
			continue
		}
		if len(o.stack) > o.b.depth || child.tag&^0x20 != 0x04 {
			return 0, damaged("the pieces of the cryptographic content are not what they must be")
		}
		if top.start, err = o.b.skip(child, 0); err != nil {
			return 0, err
		}
		o.stack = append(o.stack, child)
	}
	return 0, io.EOF
}
