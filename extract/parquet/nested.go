package parquet

import (
	"encoding/json"
	"errors"

	"overt"
	"overt/extract"
)

// cell is an entry whose value is written.
type cell struct {
	rep, def int
	value    extract.Value
}

// assembly puts one record together from the levels of its columns, after the
// paper the format rests on (Melnik et al., Dremel, 2010).
type assembly struct {
	r      *Reader
	where  overt.Locator
	parts  [][]cell // of each leaf
	budget int64
	bad    string
	out    []byte
}

// cellCost is what one entry is counted as on top of its text, in bytes.
const cellCost = 64

// collect reads the entries of one record: up to the next that repeats nothing.
func (a *assembly) collect(i int, c *column) error {
	for begun := false; ; begun = true {
		e, err := c.next()
		switch {
		case err != nil:
			return err
		case e == nil && !begun:
			return errors.New("fewer values than there are records")
		case e == nil:
			return nil
		case e.rep == 0 && begun:
			c.ahead = e
			return nil
		case e.rep != 0 && !begun:
			return errLevels
		}
		v := a.r.value(c.leaf, e, a.where)
		if a.budget -= cellCost + int64(len(v.Text)); a.budget < 0 {
			a.bad = "the record is too large"
		} else if int64(len(v.Text)) > a.r.opts.Limits.Field {
			a.bad = "a value is too long"
		}
		if a.bad == "" {
			a.parts[i] = append(a.parts[i], cell{e.rep, e.def, v})
		}
	}
}

var errLevels = errors.New("the levels of its columns do not fit each other")

// group writes a group whose parts are there.
func (a *assembly) group(n *node, parts [][]cell) error {
	a.out = append(a.out, '{')
	first := true
	for _, k := range n.kids {
		if missing, err := k.missing(parts); err != nil || missing && !k.repeated {
			if err != nil {
				return err
			}
			continue
		}
		if !first {
			a.out = append(a.out, ',')
		}
		first = false
		a.text(k.name)
		a.out = append(a.out, ':')
		if err := a.node(k, parts); err != nil {
			return err
		}
	}
	a.out = append(a.out, '}')
	return nil
}

// missing says whether a node has no value in its parent's parts.
func (n *node) missing(parts [][]cell) (bool, error) {
	p := parts[n.anyLeaf()]
	if len(p) == 0 {
		return false, errLevels
	}
	return p[0].def < n.def, nil
}

func (n *node) anyLeaf() int {
	for n.leaf == nil {
		n = n.kids[0]
	}
	return n.leaf.number
}

// node writes a node: the list of its repetitions, or itself.
func (a *assembly) node(n *node, parts [][]cell) error {
	if !n.repeated {
		return a.one(n, parts)
	}
	missing, err := n.missing(parts)
	if err != nil {
		return err
	}
	open, shut := byte('['), byte(']')
	if n.entries {
		open, shut = '{', '}'
	}
	a.out = append(a.out, open)
	for i := 0; !missing; i++ {
		turn, rest, err := n.split(parts)
		if err != nil {
			return err
		}
		if i > 0 {
			a.out = append(a.out, ',')
		}
		if err := a.turn(n, turn); err != nil {
			return err
		}
		if rest == nil {
			break
		}
		parts = rest
	}
	a.out = append(a.out, shut)
	return nil
}

// turn writes one repetition of a node.
func (a *assembly) turn(n *node, parts [][]cell) error {
	switch {
	case n.entries:
		key := parts[n.kids[0].leaf.number]
		if len(key) == 0 {
			return errLevels
		}
		a.text(key[0].value.Text)
		a.out = append(a.out, ':')
		return a.value(n.kids[1], parts)
	case n.list:
		return a.value(n.kids[0], parts)
	}
	return a.one(n, parts)
}

// value writes a node that stands where null may.
func (a *assembly) value(n *node, parts [][]cell) error {
	missing, err := n.missing(parts)
	if err != nil {
		return err
	}
	if missing && !n.repeated {
		a.out = append(a.out, "null"...)
		return nil
	}
	return a.node(n, parts)
}

// one writes a node that is there once.
func (a *assembly) one(n *node, parts [][]cell) error {
	switch {
	case n.leaf == nil && (n.list || len(n.kids) == 1 && n.kids[0].entries):
		return a.node(n.kids[0], parts)
	case n.leaf == nil:
		return a.group(n, parts)
	}
	p := parts[n.leaf.number]
	if len(p) == 0 || p[0].def < n.def {
		return errLevels
	}
	if p[0].value.None {
		a.out = append(a.out, "null"...)
	} else {
		a.text(p[0].value.Text)
	}
	return nil
}

func (a *assembly) text(s string) {
	b, _ := json.Marshal(s) // a string always can be
	a.out = append(a.out, b...)
}

// split cuts the first repetition of a node off the parts of its leaves; rest is
// nil when there is no other.
func (n *node) split(parts [][]cell) (turn, rest [][]cell, err error) {
	turn, rest = make([][]cell, len(parts)), make([][]cell, len(parts))
	more, done := 0, 0
	err = n.each(func(i int) error {
		p := parts[i]
		if len(p) == 0 {
			return errLevels
		}
		k := 1
		for k < len(p) && p[k].rep > n.rep {
			k++
		}
		turn[i], rest[i] = p[:k], p[k:]
		if k < len(p) {
			more++
		} else {
			done++
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, nil, err
	case more > 0 && done > 0:
		return nil, nil, errLevels
	case more == 0:
		rest = nil
	}
	return turn, rest, nil
}

// each calls f with the number of each leaf below n.
func (n *node) each(f func(leaf int) error) error {
	if n.leaf != nil {
		return f(n.leaf.number)
	}
	for _, k := range n.kids {
		if err := k.each(f); err != nil {
			return err
		}
	}
	return nil
}
