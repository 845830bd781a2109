package tree

import (
	"bytes"
	"encoding/json"
	"slices"

	"overt/extract"
)

var _ extract.JSONRecord = (*record)(nil)

// Keys lists the keys of the object under a path; see extract.JSONRecord.
func (r *record) Keys(path string) []string {
	var out []string
	r.find(path, func(n *node, _ string) {
		if n.kind != object {
			return
		}
		for _, k := range n.kids {
			if name := pathName(k.name); !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	})
	return out
}

// JSON gives the value under a path; see extract.JSONRecord.
func (r *record) JSON(path string) []byte {
	var b bytes.Buffer
	r.find(path, func(n *node, _ string) {
		if b.Len() == 0 {
			n.writeJSON(&b)
		}
	})
	return b.Bytes()
}

// writeJSON appends n; elements of XML have no such form and give nothing.
func (n *node) writeJSON(b *bytes.Buffer) {
	switch n.kind {
	case null:
		b.WriteString("null")
	case scalar:
		if n.bare && json.Valid([]byte(n.text)) {
			b.WriteString(n.text)
		} else {
			writeText(b, n.text)
		}
	case array, object:
		n.writeKids(b)
	}
}

func (n *node) writeKids(b *bytes.Buffer) {
	ends := "[]"
	if n.kind == object {
		ends = "{}"
	}
	b.WriteByte(ends[0])
	for i, k := range n.kids {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.kind == object {
			writeText(b, k.name)
			b.WriteByte(':')
		}
		k.writeJSON(b)
	}
	b.WriteByte(ends[1])
}

func writeText(b *bytes.Buffer, s string) {
	if isPlain(s) {
		b.WriteByte('"')
		b.WriteString(s)
		b.WriteByte('"')
		return
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text and a buffer give no error
	b.Truncate(b.Len() - 1)
}

// isPlain says whether a text stands in JSON as it is. Most do, and an encoder for
// each costs more than the text.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
