package search

import (
	"slices"

	"overt"
)

// Bounds of a query.
const (
	MaxQuery    = 4096 // bytes of Query.Text
	maxDepth    = 32   // of parentheses and NOTs
	maxLeaves   = 64   // words, phrases and fields
	maxPatterns = 16   // words that more than one term can match by letters
	maxPhrase   = 32   // words of a phrase
	maxSlop     = 100
	maxRegexp   = 256 // characters
)

// A Field is where a leaf looks.
type Field uint8

// The fields. The first three hold words, the others whole values.
const (
	FieldText  Field = iota // all words of an item: title, names, identifiers and text
	FieldTitle              // words
	FieldName               // words
	FieldType
	FieldLanguage
	FieldSchema
	FieldDataset
	FieldDate
	FieldPage
	FieldEntity
	FieldID
)

var fieldNames = map[string]Field{
	"text": FieldText, "title": FieldTitle, "name": FieldName, "type": FieldType, "language": FieldLanguage,
	"schema": FieldSchema, "dataset": FieldDataset, "date": FieldDate, "page": FieldPage, "entity": FieldEntity, "id": FieldID,
}

// Words says whether the field holds words, which are weighed and have places.
func (f Field) Words() bool { return f <= FieldName }

// An Op says how a Node joins what is below it.
type Op uint8

// The ops. Not has one kid; And and Or have two or more.
const (
	OpAll  Op = iota // every item
	OpLeaf           // what its Leaf matches
	OpAnd
	OpOr
	OpNot
)

// A Node is a part of a query as it was understood.
type Node struct {
	Op   Op
	Kids []*Node
	Leaf *Leaf
}

// A Leaf is one word, phrase or field value.
type Leaf struct {
	Field Field
	// Words of a field that holds words. One is a word. Several are a phrase:
	// with Slop 0 one behind the other, else each at its own place, in any
	// order, with at most Slop other words between the first and the last.
	Words []Pattern
	Slop  int
	Near  bool // a proximity was asked for, even of 0
	Value string
	// From and To are a range of dates (ISO 8601 prefixes, "" for open) or, as
	// First and Last, of pages.
	From, To    string
	First, Last int
	// Weigh is the place among the plan's leaves that are weighed, -1 for one
	// that only decides.
	Weigh int
}

// A Pattern says which tokens a word of a query matches: those with one of
// Terms, or those that Auto accepts; with Exact only those written so.
type Pattern struct {
	Terms []string // ascending, without duplicates
	Auto  *Automaton
	Exact string
}

// Match says whether a token is one of the pattern's.
func (p *Pattern) Match(t Token) bool {
	if p.Exact != "" {
		return t.Exact == p.Exact && t.Term == p.Terms[0]
	}
	if _, ok := slices.BinarySearch(p.Terms, t.Term); ok {
		return true
	}
	return p.Auto != nil && p.Auto.Match(t.Term)
}

// equal says whether two patterns of a phrase are the same word.
func (p *Pattern) equal(o *Pattern) bool {
	return p.Auto == nil && o.Auto == nil && p.Exact == o.Exact && slices.Equal(p.Terms, o.Terms)
}

// Needs tells for each word of a phrase how often it must be there: 0 for one
// that is the same as an earlier word, which counts it.
func (l *Leaf) Needs() []int {
	needs := make([]int, len(l.Words))
next:
	for i := range l.Words {
		for j := range i {
			if l.Words[i].equal(&l.Words[j]) {
				needs[j]++
				continue next
			}
		}
		needs[i] = 1
	}
	return needs
}

// A Plan is a query as it was understood.
type Plan struct {
	Query
	Root    *Node
	Weighed []*Leaf // by Leaf.Weigh
	After   Cursor
	Paged   bool // After is set
}

// Compile understands a query. Errors: invalid, with the character where.
func (q Query) Compile() (*Plan, error) {
	if len(q.Text) > MaxQuery {
		return nil, overt.Errorf(overt.Invalid, "query", "it is %d bytes long and may be %d", len(q.Text), MaxQuery)
	}
	if q.Kind != "" && q.Kind != Passage && q.Kind != Entity {
		return nil, overt.Errorf(overt.Invalid, "query", "%q is no kind of item", short(string(q.Kind)))
	}
	if q.Limit < 0 || q.Limit > MaxHits {
		return nil, overt.Errorf(overt.Invalid, "query", "a page has 1 to %d hits", MaxHits)
	}
	if q.Values < 0 || q.Values > MaxFacetValues {
		return nil, overt.Errorf(overt.Invalid, "query", "a facet has 1 to %d values", MaxFacetValues)
	}
	if len(q.Facets) > len(FacetNames()) {
		return nil, overt.Errorf(overt.Invalid, "query", "there are %d facets", len(FacetNames()))
	}
	for _, f := range q.Facets {
		if !slices.Contains(FacetNames(), f) {
			return nil, overt.Errorf(overt.Invalid, "query", "%q is no facet: there are %v", short(f), FacetNames())
		}
	}
	if q.Limit == 0 {
		q.Limit = defaultHits
	}
	if q.Values == 0 {
		q.Values = defaultValues
	}
	p, err := parse(q)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Query: q, Root: p}
	plan.weigh(p, true)
	if q.After != "" {
		plan.Paged = true
		plan.After, err = readCursor(q)
	}
	return plan, err
}

// weigh numbers the leaves that a hit's score is summed over: words that a hit
// may hold, in the order they are written.
func (p *Plan) weigh(n *Node, may bool) {
	if n.Op == OpLeaf {
		n.Leaf.Weigh = -1
		if may && n.Leaf.Field.Words() {
			n.Leaf.Weigh = len(p.Weighed)
			p.Weighed = append(p.Weighed, n.Leaf)
		}
	}
	for _, k := range n.Kids {
		p.weigh(k, may && n.Op != OpNot)
	}
}

// InRange says whether a date, an ISO 8601 prefix, has a day in the leaf's
// range: 2019-05 and 2019 lie in 2019-05-31..2020.
func (l *Leaf) InRange(d string) bool {
	after := func(a, b string) bool { n := min(len(a), len(b)); return a[:n] >= b[:n] }
	return (l.From == "" || after(d, l.From)) && (l.To == "" || after(l.To, d))
}
