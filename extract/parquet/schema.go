package parquet

import (
	"errors"
	"fmt"
	"strings"

	"overt/extract"
)

// node is one part of the schema: a leaf that has values, or a group of others.
type node struct {
	name     string
	optional bool
	repeated bool
	rep, def int // levels of a value that is there
	kids     []*node
	leaf     *leaf
	list     bool // shown as the list that it wraps
	entries  bool // shown as an object: its kids are keys and values
}

// leaf is a column.
type leaf struct {
	element
	number   int // among all leaves
	size     int // bytes of a value, 0 for texts
	rep, def int
}

var physicalSizes = []int{typeInt32: 4, typeInt64: 8, typeInt96: 12, typeFloat: 4, typeDouble: 8, typeBytes: 0, typeFixed: 0}

// schemaTree builds the tree of a schema that is listed depth first.
type schemaTree struct {
	list   []element
	leaves []*leaf
	lim    extract.Limits
}

func (f *footer) tree(lim extract.Limits) (*node, []*leaf, error) {
	if len(f.schema) == 0 {
		return nil, nil, errors.New("it has no schema")
	}
	t := &schemaTree{list: f.schema, lim: lim}
	root, err := t.build(nil, 0)
	if err != nil {
		return nil, nil, err
	}
	if len(t.list) > 0 || len(t.leaves) == 0 {
		return nil, nil, errors.New("its schema has parts that belong nowhere, or none")
	}
	return root, t.leaves, nil
}

func (t *schemaTree) build(parent *node, depth int) (*node, error) {
	if len(t.list) == 0 || depth > min(t.lim.Depth, 200) {
		return nil, errors.New("its schema is cut, or nested too deep")
	}
	e := t.list[0]
	t.list = t.list[1:]
	n := &node{name: strings.ToValidUTF8(e.name, "\ufffd")}
	if parent != nil {
		n.optional, n.repeated = e.repeated == 1, e.repeated == 2
		n.rep, n.def = parent.rep, parent.def
		if n.optional || n.repeated {
			n.def++
		}
		if n.repeated {
			n.rep++
		}
	}
	if e.physical >= 0 && e.children == 0 && parent != nil {
		return n, t.leaf(n, e)
	}
	for range e.children {
		k, err := t.build(n, depth+1)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, k)
	}
	if len(n.kids) == 0 {
		return nil, errors.New("its schema has a group without parts")
	}
	n.wrap(e)
	return n, nil
}

func (t *schemaTree) leaf(n *node, e element) error {
	l := &leaf{element: e, number: len(t.leaves), rep: n.rep, def: n.def}
	switch {
	case e.physical > typeFixed:
		return fmt.Errorf("column %s has the unknown type %d", n.name, e.physical)
	case e.physical == typeFixed && (e.length == 0 || e.length > 1<<20):
		return fmt.Errorf("column %s has values of %d bytes", n.name, e.length)
	case e.physical == typeFixed:
		l.size = e.length
	default:
		l.size = physicalSizes[e.physical]
	}
	if e.physical == typeBoolean {
		l.size = 1
	}
	if len(t.leaves) >= t.lim.Columns {
		return fmt.Errorf("it has more than %d columns", t.lim.Columns)
	}
	n.leaf, t.leaves = l, append(t.leaves, l)
	return nil
}

// wrap knows the groups that stand for lists and maps (the format's
// LogicalTypes page, with the rules for files of old writers).
func (n *node) wrap(e element) {
	if len(n.kids) != 1 || !n.kids[0].repeated {
		return
	}
	inner := n.kids[0]
	switch {
	case e.logical == logicalList || e.converted == 3:
		n.list = true
		if len(inner.kids) == 1 && inner.name != "array" && inner.name != e.name+"_tuple" {
			inner.list = true
		}
	case (e.logical == logicalMap || e.converted == 1 || e.converted == 2) && len(inner.kids) == 2 && inner.kids[0].leaf != nil:
		inner.entries = true
	}
}

// flat says whether every column is a plain one of a table.
func flat(root *node) bool {
	for _, k := range root.kids {
		if k.leaf == nil || k.repeated {
			return false
		}
	}
	return true
}
