package pack

import (
	"strconv"
	"strings"
	"time"

	"overt/extract/document"
)

// ar reads archives of the program ar, Debian's packages among them. Long names
// stand in a table of their own (GNU) or before the bytes (BSD).
func (p *packed) ar() error {
	var table string
	var n names
	for off := int64(8); off < p.in.Size; {
		h, ok := p.at(off, 60)
		if !ok || string(h[58:60]) != "`\n" {
			return p.gap("the rest of the archive", document.Damaged, "no header stands at byte "+itoa(off))
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(h[48:58])), 10, 64)
		if err != nil || size < 0 {
			return p.gap("the rest of the archive", document.Damaged, "the header at byte "+itoa(off)+" has no size")
		}
		body := off + 60
		off = body + size + size&1
		if off < body {
			return p.gap("the rest of the archive", document.Damaged, "a file is said to be larger than can be")
		}
		name := strings.TrimRight(string(h[:16]), " ")
		switch {
		case name == "/" || name == "/SYM64/" || strings.HasPrefix(name, "__.SYMDEF"):
			continue // an index
		case name == "//":
			if b, ok := p.at(body, int(min(size, 1<<20))); ok {
				table = string(b)
			}
			continue
		case strings.HasPrefix(name, "#1/"):
			l, err := strconv.Atoi(name[3:])
			b, ok := p.at(body, l)
			if err != nil || !ok || int64(l) > size || l > maxPath {
				break
			}
			name = cString(b)
			body, size = body+int64(l), size-int64(l)
		case strings.HasPrefix(name, "/"):
			if i, err := strconv.Atoi(name[1:]); err == nil && i >= 0 && i < len(table) {
				name, _, _ = strings.Cut(table[i:], "\n")
			}
		}
		m := document.Member{Size: size}
		if sec, err := strconv.ParseInt(strings.TrimSpace(string(h[16:28])), 10, 64); err == nil && sec > 0 {
			m.Modified = stamp(time.Unix(sec, 0))
		}
		m.Path, m.Raw = n.text(strings.TrimSuffix(name, "/"))
		if err := p.emit(m, p.section(body, size)); err != nil {
			return err
		}
	}
	return nil
}

// A cpioHeader is what stands before a file of cpio.
type cpioHeader struct {
	mode, mtime, name, size int64
	head                    int64 // its own length
	pad                     int64 // what name and bytes are filled up to
}

// cpio reads archives of cpio: new ASCII, with and without sums, old ASCII, and
// binary of either byte order.
func (p *packed) cpio() error {
	var n names
	for off := int64(0); off < p.in.Size; {
		h, ok := p.cpioHeader(off)
		if !ok || h.name < 1 || h.name > maxPath+1 {
			return p.gap("the rest of the archive", document.Damaged, "no header stands at byte "+itoa(off))
		}
		raw, ok := p.at(off+h.head, int(h.name))
		if !ok {
			return p.gap("the rest of the archive", document.Damaged, "it ends within a name")
		}
		body := filled(off, h.head+h.name, h.pad)
		off = filled(off, body-off+h.size, h.pad)
		if off < body {
			return p.gap("the rest of the archive", document.Damaged, "a file is said to be larger than can be")
		}
		name := cString(raw)
		if name == "TRAILER!!!" {
			return nil
		}
		m := document.Member{Size: h.size, Modified: stamp(time.Unix(h.mtime, 0))}
		m.Path, m.Raw = n.text(name)
		switch h.mode & 0xf000 {
		case 0x4000:
			continue
		case 0x8000, 0:
			if err := p.emit(m, p.section(body, h.size)); err != nil {
				return err
			}
		default:
			if err := p.note("link", "%s is a link, device or pipe; it was not followed", m.Path); err != nil {
				return err
			}
		}
	}
	return p.gap("the rest of the archive", document.Damaged, "it ends without its trailer")
}

// filled is where something of a length ends that begins at off, filled up.
func filled(off, length, pad int64) int64 {
	end := off + length
	if rest := (end - off) % pad; rest != 0 {
		end += pad - rest
	}
	return end
}

func (p *packed) cpioHeader(off int64) (h cpioHeader, ok bool) {
	b, ok := p.at(off, 26)
	if !ok {
		return h, false
	}
	number := func(b []byte, base int) int64 {
		v, err := strconv.ParseInt(string(b), base, 64)
		if err != nil || v < 0 {
			ok = false
		}
		return v
	}
	switch magic := string(b[:6]); {
	case magic == "070701" || magic == "070702":
		if b, ok = p.at(off, 110); !ok {
			return h, false
		}
		field := func(i int) int64 { return number(b[6+8*i:14+8*i], 16) }
		return cpioHeader{mode: field(1), mtime: field(5), size: field(6), name: field(11), head: 110, pad: 4}, ok
	case magic == "070707":
		if b, ok = p.at(off, 76); !ok {
			return h, false
		}
		return cpioHeader{mode: number(b[18:24], 8), mtime: number(b[48:59], 8), name: number(b[59:65], 8), size: number(b[65:76], 8), head: 76, pad: 1}, ok
	case magic[:2] == "\xc7\x71" || magic[:2] == "\x71\xc7":
		word := func(i int) int64 {
			if b[0] == 0x71 {
				return int64(b[2*i])<<8 | int64(b[2*i+1])
			}
			return int64(u16(b[2*i:]))
		}
		return cpioHeader{mode: word(3), mtime: word(8)<<16 | word(9), name: word(10), size: word(11)<<16 | word(12), head: 26, pad: 2}, true
	}
	return h, false
}
