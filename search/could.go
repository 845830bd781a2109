package search

import (
	"slices"
	"strings"

	"overt/ftm"
)

// An Unread is what is known of a file of which no text is, or not all.
type Unread struct {
	Dataset  string
	Document ftm.EntityID // "" when it is not known
	Type     string       // as Item.Type; "" when it is not known
	Schema   string       // as Item.Schema; "" when it is not known
	Pages    []int        // those without text; nil when they are not known
}

// Could says whether something in a file that was not read might match: only
// what is known of it speaks against it.
func (p *Plan) Could(u Unread) bool { return u.match(p.Root) >= maybe }

// Asks says whether the query asks for a field anywhere.
func (p *Plan) Asks(f Field) bool { return p.Root.asks(f) }

func (n *Node) asks(f Field) bool {
	return n.Op == OpLeaf && n.Leaf.Field == f || slices.ContainsFunc(n.Kids, func(k *Node) bool { return k.asks(f) })
}

// A verdict of a question of which not all is known.
type verdict int8

const (
	no verdict = iota
	maybe
	yes
)

func (u *Unread) match(n *Node) verdict {
	switch n.Op {
	case OpLeaf:
		return u.leaf(n.Leaf)
	case OpNot:
		return yes - u.match(n.Kids[0])
	case OpAnd, OpOr:
		v := u.match(n.Kids[0])
		for _, k := range n.Kids[1:] {
			if n.Op == OpAnd {
				v = min(v, u.match(k))
			} else {
				v = max(v, u.match(k))
			}
		}
		return v
	}
	return yes
}

func (u *Unread) leaf(l *Leaf) verdict {
	switch l.Field {
	case FieldDataset:
		return is(u.Dataset, l.Value)
	case FieldType:
		return is(strings.ToLower(u.Type), l.Value)
	case FieldSchema:
		return is(strings.ToLower(u.Schema), l.Value)
	case FieldPage:
		if u.Pages != nil && !slices.ContainsFunc(u.Pages, func(n int) bool { return l.First <= n && n <= l.Last }) {
			return no
		}
	case FieldID:
		// An item of a document is called by the document, page and character.
		if id, _, _ := strings.Cut(l.Value, "/"); u.Document != "" && strings.HasPrefix(id, "doc-") && id != string(u.Document) {
			return no
		}
	}
	return maybe
}

// is compares with what is known.
func is(known, asked string) verdict {
	switch known {
	case "":
		return maybe
	case asked:
		return yes
	}
	return no
}
