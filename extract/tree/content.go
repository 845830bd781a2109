package tree

import (
	"encoding/binary"

	"overt/extract"
)

var _ extract.Contenter = (*record)(nil)

// AppendContent writes the tree below the record. Its own name and position
// say where it stands, and stay out. A nested record can be asked for what
// stands above it, so it begins with the outermost.
func (r *record) AppendContent(dst []byte) []byte {
	for r.parent != nil {
		r = r.parent
	}
	return r.n.appendContent(dst)
}

func (n *node) appendContent(dst []byte) []byte {
	flags := byte(0)
	if n.valued {
		flags |= 1
	}
	if n.attr {
		flags |= 2
	}
	dst = append(dst, byte(n.kind), flags)
	dst = extract.AppendText(dst, n.text)
	dst = binary.AppendUvarint(dst, uint64(len(n.kids)))
	for _, k := range n.kids {
		dst = extract.AppendText(extract.AppendText(dst, k.name), k.prefix)
		dst = binary.AppendVarint(dst, int64(k.pos))
		dst = k.appendContent(dst)
	}
	return dst
}
