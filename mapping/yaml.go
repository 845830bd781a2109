package mapping

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt"
)

// Limits of a mapping file. The largest pack of ours is well under a tenth.
const (
	maxText     = 1 << 20
	maxNodes    = 100_000
	maxDepth    = 64
	maxQueries  = 256
	maxEntities = 256
	maxPattern  = 2000 // bytes of one regular expression
)

// A position is a place in the YAML text.
type position struct{ line, column int }

// A decoder walks YAML nodes and keeps the first error with its place.
type decoder struct {
	name    string
	visited int
	err     error
}

// fail keeps the first error.
func (d *decoder) fail(n *yaml.Node, format string, args ...any) {
	d.failAt(position{n.Line, n.Column}, format, args...)
}

func (d *decoder) failAt(at position, format string, args ...any) {
	if d.err == nil {
		d.err = overt.Errorf(overt.Invalid, fmt.Sprintf("%s:%d:%d", d.name, at.line, at.column), format, args...)
	}
}

// deref follows aliases. The count of visits bounds what anchors can unfold to.
func (d *decoder) deref(n *yaml.Node) *yaml.Node {
	for depth := 0; n.Kind == yaml.AliasNode && n.Alias != nil && depth < maxDepth; depth++ {
		n = n.Alias
	}
	if d.visited++; d.visited > maxNodes {
		d.fail(n, "the mapping has more than %d values, anchors unfolded", maxNodes)
	}
	return n
}

// A pair is one key of a YAML mapping with its value.
type pair struct {
	key   string
	at    *yaml.Node
	value *yaml.Node
}

// pairs reads a YAML mapping with its merge keys; the mapping's own keys win.
func (d *decoder) pairs(n *yaml.Node, what string) []pair { return d.pairsAt(n, what, 0) }

func (d *decoder) pairsAt(n *yaml.Node, what string, depth int) []pair {
	n = d.deref(n)
	if d.err != nil {
		return nil
	}
	if n.Kind != yaml.MappingNode || depth > maxDepth {
		d.fail(n, "%s must be keys with values", what)
		return nil
	}
	var own, merged []pair
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := d.deref(n.Content[i]), n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			d.fail(key, "%s: a key must be a word", what)
			return nil
		}
		if key.Tag == "!!merge" {
			merged = append(merged, d.merge(value, what, depth+1)...)
			continue
		}
		if seen[key.Value] {
			d.fail(key, "%s: %q stands here twice", what, key.Value)
			return nil
		}
		seen[key.Value] = true
		own = append(own, pair{key.Value, key, value})
	}
	for _, p := range merged {
		if !seen[p.key] {
			seen[p.key] = true
			own = append(own, p)
		}
	}
	return own
}

func (d *decoder) merge(n *yaml.Node, what string, depth int) []pair {
	if n = d.deref(n); n.Kind != yaml.SequenceNode {
		return d.pairsAt(n, what, depth)
	}
	var out []pair
	for _, item := range n.Content {
		out = append(out, d.pairsAt(item, what, depth)...)
	}
	return out
}

// text reads one scalar; null is empty.
func (d *decoder) text(n *yaml.Node, what string) string {
	n = d.deref(n)
	if n.Kind != yaml.ScalarNode {
		d.fail(n, "%s must be one value", what)
		return ""
	}
	if n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// texts reads one scalar or a list of them.
func (d *decoder) texts(n *yaml.Node, what string) []string {
	n = d.deref(n)
	if n.Kind != yaml.SequenceNode {
		if t := d.text(n, what); t != "" || n.Tag != "!!null" {
			return []string{t}
		}
		return nil
	}
	out := make([]string, 0, len(n.Content))
	for _, item := range n.Content {
		out = append(out, d.text(item, what))
		if d.err != nil {
			return nil
		}
	}
	return out
}

// list reads the items of a sequence, or one value as a list of one.
func (d *decoder) list(n *yaml.Node) []*yaml.Node {
	if n = d.deref(n); n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// flag reads a truth value as YAML 1.1 and Python's banal do.
func (d *decoder) flag(n *yaml.Node, what string) bool {
	switch t := strings.ToLower(d.text(n, what)); t {
	case "true", "yes", "y", "on", "t", "1":
		return true
	case "false", "no", "n", "off", "f", "0", "":
		return false
	default:
		d.fail(n, "%s must be true or false", what)
		return false
	}
}

func (d *decoder) number(n *yaml.Node, what string, least, most int) int {
	v, err := strconv.Atoi(d.text(n, what))
	if err != nil || v < least || v > most {
		d.fail(n, "%s must be a number from %d to %d", what, least, most)
		return least
	}
	return v
}

// parseYAML reads the text into nodes and turns YAML's own errors into ours.
func parseYAML(name string, text []byte) (*yaml.Node, error) {
	if len(text) > maxText {
		return nil, overt.Errorf(overt.Invalid, name, "a mapping may have %d bytes, this one has %d", maxText, len(text))
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, overt.Errorf(overt.Invalid, name, "read YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil, overt.Errorf(overt.Invalid, name, "the mapping is empty")
	}
	return doc.Content[0], nil
}
