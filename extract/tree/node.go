package tree

import (
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/extract"
)

type kind byte

const (
	null kind = iota
	scalar
	object
	array
	element // XML
)

// node is one value of a record in memory.
type node struct {
	kind   kind
	name   string // key or local name; empty in arrays
	prefix string // namespace prefix of an XML element or attribute
	text   string // of a scalar, or the own text of an element
	bare   bool   // a scalar without quotes: a number, true or false
	valued bool   // an element that has text of its own, or nothing at all
	attr   bool
	packed bool // text is base64 of bytes
	pos    int  // position among equals, from 1; in arrays from 0
	from   int  // while an element is read: where its text begins in the record's
	to     int
	all    string // of a record's element: the text that those inside it stand in
	kids   []*node
}

// nodeCost is what one node is counted as, on top of its text, in bytes: the
// node, its pointer, and what the allocator adds.
const nodeCost = 128

// token writes the last part of n's pointer.
func (n *node) token(in kind) string {
	switch {
	case in == array:
		return strconv.Itoa(n.pos)
	case n.attr && n.pos > 1:
		return "@" + n.prefix + ":" + n.name
	case n.attr:
		return "@" + n.name
	case in == element:
		return xmlToken(n.name, n.pos)
	}
	return jsonToken(n.name, n.pos)
}

// jsonToken writes a key for a pointer. The second of two equal keys, which
// RFC 6901 has no way to name, gets "~[2]": no valid pointer can hold that.
func jsonToken(key string, pos int) string {
	s := escapePointer(key)
	if pos > 1 {
		s += "~[" + strconv.Itoa(pos) + "]"
	}
	return s
}

// xmlToken writes an element with its position among siblings of its name; the
// first has none.
func xmlToken(name string, pos int) string {
	if pos > 1 {
		return name + "[" + strconv.Itoa(pos) + "]"
	}
	return name
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(s string) string {
	if strings.ContainsAny(s, "~/") {
		return pointerEscaper.Replace(s)
	}
	return s
}

var pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")

// segment is one step of a path or selector.
type segment struct {
	raw  string // as written
	name string // the name meant
	any  bool   // "*"
	attr bool
}

func parsePath(path string) []segment {
	path = strings.TrimPrefix(path, "/")
	if path == "" {
		return nil
	}
	var out []segment
	for p := range strings.SplitSeq(path, "/") {
		out = append(out, parseSegment(p))
	}
	return out
}

func parseSegment(p string) segment {
	s := segment{raw: p, name: p}
	switch p {
	case "*":
		s.any = true
	case "~", "~*", "~.", "~..":
		s.name = p[1:]
	default:
		if strings.Contains(p, "~") {
			s.name = pointerUnescaper.Replace(p)
		}
		s.attr = strings.HasPrefix(p, "@")
	}
	return s
}

// pathName is the inverse of parseSegment.
func pathName(key string) string {
	switch key {
	case "", "*", ".", "..":
		return "~" + key
	}
	return escapePointer(key)
}

// among gives a function that says whether the step names a child of parent.
// Where siblings of one name come with and without a prefix, the plain name
// means those without.
func (s segment) among(parent *node) func(*node) bool {
	switch {
	case s.any:
		return func(k *node) bool { return !k.attr }
	case parent.kind != element:
		return func(k *node) bool { return k.name == s.name }
	case s.raw == "@*":
		return func(k *node) bool { return k.attr }
	case s.attr:
		name := s.name[1:]
		return func(k *node) bool {
			return k.attr && (name == k.name && k.pos == 1 || k.prefix != "" && name == k.prefix+":"+k.name)
		}
	}
	name := s.name
	if slices.ContainsFunc(parent.kids, func(k *node) bool { return !k.attr && k.name == name && k.prefix == "" }) {
		name = ":" + name
	}
	return func(k *node) bool {
		return !k.attr && (matchesName(s.name, k.prefix, k.name) && s.name != k.name || matchesName(name, k.prefix, k.name))
	}
}

// matchesName compares an XML name: "name" takes any namespace, "p:name" only
// elements written with that prefix, ":name" those without one.
func matchesName(want, prefix, local string) bool {
	if want == local {
		return true
	}
	p, l, ok := strings.Cut(want, ":")
	return ok && l == local && p == prefix
}

// record is one record: a node, and where it stands.
type record struct {
	n      *node
	at     overt.Locator
	parent *record
}

var _ extract.Record = (*record)(nil)

func (r *record) At() overt.Locator { return r.at }

func (r *record) Cells(path string) []extract.Cell {
	if up, rest := climb(r, path); up != r {
		if up == nil {
			return nil
		}
		return up.Cells(rest)
	}
	var out []extract.Cell
	r.find(path, func(n *node, pointer string) {
		at := r.at
		switch {
		case n.kind == array:
			for _, k := range n.kids {
				if k.kind == scalar {
					at.Pointer = pointer + "/" + k.token(array)
					out = append(out, extract.Cell{Text: k.text, At: at})
				}
			}
		case n.kind == scalar || n.valued:
			at.Pointer = pointer
			out = append(out, extract.Cell{Text: n.text, At: at})
		}
	})
	return out
}

func (r *record) Each(path string) []extract.Record {
	if up, rest := climb(r, path); up != r {
		if up == nil {
			return nil
		}
		return up.Each(rest)
	}
	var out []extract.Record
	nested := func(n *node, pointer string) {
		at := r.at
		at.Pointer = pointer
		out = append(out, &record{n: n, at: at, parent: r})
	}
	r.find(path, func(n *node, pointer string) {
		switch n.kind {
		case null:
		case array:
			for _, k := range n.kids {
				if k.kind != null {
					nested(k, pointer+"/"+k.token(array))
				}
			}
		default:
			nested(n, pointer)
		}
	})
	return out
}

// climb follows the leading "..": nil when there is nothing above.
func climb(r *record, path string) (*record, string) {
	for r != nil {
		switch {
		case path == "..":
			r, path = r.parent, "."
		case strings.HasPrefix(path, "../"):
			r, path = r.parent, path[3:]
		default:
			return r, path
		}
	}
	return nil, ""
}

// find calls f for each node under path, with its pointer.
func (r *record) find(path string, f func(*node, string)) {
	if path == "." || path == "" || path == "/" {
		f(r.n, r.at.Pointer)
		return
	}
	steps := parsePath(strings.TrimPrefix(path, "./"))
	if k := len(steps); k > 1 && steps[k-1].raw == "." {
		steps = steps[:k-1]
	}
	walk(r.n, steps, r.at.Pointer, f)
}

func walk(n *node, steps []segment, pointer string, f func(*node, string)) {
	if len(steps) == 0 {
		f(n, pointer)
		return
	}
	s := steps[0]
	if n.kind == array && !s.any {
		i, err := strconv.Atoi(s.raw)
		if err != nil {
			// A name at an array goes on in each element.
			for _, k := range n.kids {
				walk(k, steps, pointer+"/"+k.token(array), f)
			}
			return
		}
		if i >= 0 && i < len(n.kids) {
			walk(n.kids[i], steps[1:], pointer+"/"+s.raw, f)
		}
		return
	}
	named := s.among(n)
	for _, k := range n.kids {
		if named(k) {
			walk(k, steps[1:], pointer+"/"+k.token(n.kind), f)
		}
	}
}

func (r *record) Columns() []string {
	c := columns{seen: map[string]bool{}}
	c.collect(r.n, "")
	return c.list
}

type columns struct {
	list []string
	seen map[string]bool
}

func (c *columns) add(path string) {
	if path == "" {
		path = "."
	}
	if !c.seen[path] {
		c.seen[path] = true
		c.list = append(c.list, path)
	}
}

func (c *columns) collect(n *node, path string) {
	if n.kind == scalar || n.valued {
		c.add(path)
	}
	for _, k := range n.kids {
		switch {
		case n.kind == array && k.kind == scalar:
			c.add(path)
		case n.kind == array:
			c.collect(k, join(path, "*"))
		default:
			c.collect(k, join(path, columnName(k, n)))
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// columnName gives the name of n below parent; an XML name gets its prefix only
// where a sibling of the same name has another.
func columnName(n, parent *node) string {
	switch {
	case parent.kind != element:
		return pathName(n.name)
	case n.attr:
		return n.token(element)
	case n.prefix == "":
		return n.name
	}
	if slices.ContainsFunc(parent.kids, func(k *node) bool {
		return !k.attr && k.name == n.name && k.prefix != n.prefix
	}) {
		return n.prefix + ":" + n.name
	}
	return n.name
}
