package table

import (
	"encoding/binary"

	"overt/extract"
)

var _ extract.Contenter = (*record)(nil)

// AppendContent writes the values, each with its length before it.
func (r *record) AppendContent(dst []byte) []byte {
	for _, v := range r.values {
		dst = append(binary.AppendUvarint(dst, uint64(len(v))), v...)
	}
	return dst
}
