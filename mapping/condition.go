package mapping

import (
	"regexp"

	"go.yaml.in/yaml/v3"
)

// A condition is true or false of a record. The zero condition is true.
type condition struct {
	all, any []*condition
	not      bool
	test     byte // one of the tests below, 0 when all or any hold the parts
	ref      int
	values   map[string]bool
	re       *regexp.Regexp
	other    int
}

const (
	testPresent = 'p'
	testIs      = 'i'
	testMatches = 'm'
	testSame    = 's'
)

// condition reads when or unless and joins it with what stood there before.
func (w *queryParser) condition(n *yaml.Node, before *condition, not bool) *condition {
	c := w.oneCondition(n)
	if not {
		c = &condition{all: []*condition{c}, not: true}
	}
	if before != nil {
		c = &condition{all: []*condition{before, c}}
	}
	return c
}

func (w *queryParser) conditions(n *yaml.Node) []*condition {
	var out []*condition
	for _, item := range w.list(n) {
		if w.err != nil {
			return nil
		}
		out = append(out, w.oneCondition(item))
	}
	return out
}

// oneCondition reads a list (all of it must hold), all, any, not, or one test.
func (w *queryParser) oneCondition(n *yaml.Node) *condition {
	c := &condition{}
	if w.err != nil {
		return c
	}
	if n = w.deref(n); n.Kind == yaml.SequenceNode {
		c.all = w.conditions(n)
		return c
	}
	column := false
	for _, kv := range w.pairs(n, "a condition") {
		switch kv.key {
		case "all":
			c.all = append(c.all, w.conditions(kv.value)...)
		case "any":
			c.any = append(c.any, w.conditions(kv.value)...)
		case "not":
			c.all = append(c.all, &condition{all: w.conditions(kv.value), not: true})
		case "column":
			c.ref, column = w.ref(kv.value, w.text(kv.value, kv.key)), true
		case "present", "is", "matches", "same_as":
			w.test(c, kv)
		default:
			w.fail(kv.at, "unknown key %q in a condition", kv.key)
		}
		if w.err != nil {
			return c
		}
	}
	if column != (c.test != 0) {
		w.fail(n, "a test needs a column and one of present, is, matches, same_as")
	}
	return c
}

func (w *queryParser) test(c *condition, kv pair) {
	if c.test != 0 {
		w.fail(kv.at, "a condition makes one test; put several in a list")
		return
	}
	switch kv.key {
	case "present":
		c.test = testPresent
		c.not = !w.flag(kv.value, kv.key)
	case "is":
		c.test, c.values = testIs, map[string]bool{}
		for _, v := range w.texts(kv.value, kv.key) {
			c.values[foldValue(v)] = true
		}
	case "matches":
		c.test, c.re = testMatches, w.regexp(kv.value, kv.key)
	case "same_as":
		c.test, c.other = testSame, w.ref(kv.value, w.text(kv.value, kv.key))
	}
}

// holds says whether the condition is true of the record at hand.
func (c *condition) holds(r *run) bool {
	if c == nil {
		return true
	}
	return c.truth(r) != c.not
}

func (c *condition) truth(r *run) bool {
	if c.test != 0 && !c.passes(r) {
		return false
	}
	for _, part := range c.all {
		if !part.holds(r) {
			return false
		}
	}
	for _, part := range c.any {
		if part.holds(r) {
			return true
		}
	}
	return len(c.any) == 0
}

// passes runs the test on the values of the column; one value that passes is
// enough. Values that the mapping ignores count here like any other.
func (c *condition) passes(r *run) bool {
	for _, d := range r.values(c.ref) {
		if d.text == "" {
			continue
		}
		switch c.test {
		case testPresent:
			return true
		case testIs:
			if c.values[foldValue(d.text)] {
				return true
			}
		case testMatches:
			if c.re.MatchString(d.text) {
				return true
			}
		case testSame:
			for _, o := range r.values(c.other) {
				if foldValue(o.text) == foldValue(d.text) {
					return true
				}
			}
		}
	}
	return false
}
