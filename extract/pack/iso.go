package pack

import (
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"overt/extract/document"
)

// sector is how an image of a disc is cut, in bytes.
const sector = 2048

// iso reads images of discs (ECMA-119), with the long names of Joliet or of Rock
// Ridge.
func (p *packed) iso() error {
	v := &volume{packed: p, seen: map[int64]bool{}}
	var root []byte
	for at := int64(16); at < 64; at++ {
		d, ok := p.at(at*sector, sector)
		if !ok || string(d[1:6]) != "CD001" || d[0] == 255 {
			break
		}
		joliet := d[0] == 2 && d[88] == '%' && d[89] == '/' && strings.IndexByte("@CE", d[90]) >= 0
		if d[0] == 1 && root == nil || joliet {
			root, v.wide = d[156:190], joliet
		}
	}
	if root == nil {
		return &document.Refusal{Code: document.Unknown, Reason: "the image has no file system of ISO 9660; others (UDF) are not read", Retry: "mount it and add the files"}
	}
	return v.folder(int64(u32(root[2:])), int64(u32(root[10:])), "", 0)
}

// A volume is one file system being read.
type volume struct {
	*packed
	wide  bool // names are UTF-16, most significant byte first
	seen  map[int64]bool
	names names
	parts []io.Reader // of a file that lies in several pieces
	size  int64       // of parts
}

// maxFolder bounds the list of one folder, in bytes.
const maxFolder = 64 << 20

func (v *volume) folder(extent, size int64, path string, depth int) error {
	if depth > v.in.Limits.Depth || v.seen[extent] {
		return v.gap("folder "+clip(path), document.Damaged, "the folder leads back to itself, or too deep")
	}
	v.seen[extent] = true
	size = min(size, maxFolder)
	for off := int64(0); off < size; {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		at := extent*sector + off
		n, ok := v.at(at, 1)
		if !ok {
			return v.gap("folder "+clip(path), document.Damaged, "the image ends within it")
		}
		if n[0] == 0 { // records do not cross sectors
			off += sector - off%sector
			continue
		}
		r, ok := v.at(at, int(n[0]))
		if !ok || len(r) < 34 || 33+int(r[32]) > len(r) {
			return v.gap("folder "+clip(path), document.Damaged, "its list breaks off")
		}
		off += int64(n[0])
		if err := v.entry(r, path, depth); err != nil {
			return err
		}
	}
	return nil
}

// entry reads one record of a folder.
func (v *volume) entry(r []byte, path string, depth int) error {
	raw := r[33 : 33+int(r[32])]
	if len(raw) == 1 && raw[0] <= 1 {
		return nil // the folder itself, and the one above
	}
	name, bytes := v.name(r, raw)
	full := name
	if path != "" {
		full = path + "/" + name
	}
	extent, size, flags := int64(u32(r[2:]))+int64(r[1]), int64(u32(r[10:])), r[25]
	if flags&2 != 0 {
		return v.folder(extent, size, full, depth+1)
	}
	v.parts = append(v.parts, v.section(extent*sector, size))
	v.size += size
	if flags&0x80 != 0 && len(v.parts) < 1000 {
		return nil // it goes on in the next record
	}
	if rockRidge(r, "SL") != nil {
		v.parts, v.size = nil, 0
		return v.note("link", "%s is a link; it was not followed", full)
	}
	m := document.Member{Path: full, Raw: bytes, Modified: isoTime(r[18:25]), Size: v.size}
	body := io.MultiReader(v.parts...)
	v.parts, v.size = nil, 0
	return v.emit(m, body)
}

// name gives a name without its version, and its bytes where they are not UTF-8.
func (v *volume) name(r, raw []byte) (string, []byte) {
	if v.wide {
		var units []uint16
		for ; len(raw) >= 2; raw = raw[2:] {
			units = append(units, uint16(raw[0])<<8|uint16(raw[1]))
		}
		s, _, _ := strings.Cut(string(utf16.Decode(units)), ";")
		return strings.ReplaceAll(s, "/", "_"), nil
	}
	long := rockRidge(r, "NM")
	if len(long) > 0 {
		return v.names.text(string(long))
	}
	s, _, _ := strings.Cut(string(raw), ";")
	return v.names.text(strings.TrimSuffix(s, "."))
}

// rockRidge gives what follows the flags of the fields of a kind (IEEE P1282) that
// stand behind a name.
func rockRidge(r []byte, kind string) []byte {
	var out []byte
	from := 33 + int(r[32])
	from += 1 - int(r[32])%2
	for rest := r[min(from, len(r)):]; len(rest) >= 5 && int(rest[2]) >= 5 && int(rest[2]) <= len(rest); rest = rest[rest[2]:] {
		if string(rest[:2]) == kind {
			out = append(out, rest[5:rest[2]]...)
		}
	}
	return out
}

// isoTime reads years since 1900, month, day, hour, minute, second, and quarters
// of an hour from Greenwich.
func isoTime(b []byte) string {
	zone := time.FixedZone("", int(int8(b[6]))*900)
	t := time.Date(1900+int(b[0]), time.Month(b[1]), int(b[2]), int(b[3]), int(b[4]), int(b[5]), 0, zone)
	if b[1] < 1 || b[1] > 12 || int(b[2]) != t.Day() {
		return ""
	}
	return stamp(t)
}
