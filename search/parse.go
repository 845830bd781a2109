package search

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt"
)

// A parser reads a query from left to right:
//
//	or   = and { "OR" and }
//	and  = not { [ "AND" ] not }
//	not  = { "NOT" | "-" } part
//	part = "(" or ")" | FIELD ":" part | PHRASE [ "~" N ] | "/" RE "/" | WORD
type parser struct {
	q        Query
	at       int // byte
	depth    int
	leaves   int
	patterns int
	field    Field
}

func parse(q Query) (*Node, error) {
	if !utf8.ValidString(q.Text) {
		return nil, overt.Errorf(overt.Invalid, "query", "it is not UTF-8")
	}
	p := &parser{q: q}
	p.blanks()
	if p.end() || strings.TrimSpace(q.Text) == "*" {
		return &Node{Op: OpAll}, nil
	}
	n, err := p.or()
	if err == nil && !p.end() {
		err = p.errorf(p.at, "a ) without its (")
	}
	return n, err
}

func (p *parser) errorf(at int, format string, args ...any) error {
	return overt.Errorf(overt.Invalid, fmt.Sprintf("%s%d", where, utf8.RuneCountInString(p.q.Text[:at])+1), format, args...)
}

// where begins the place of a mistake in a query.
const where = "query, character "

// Mistake tells the character of a query, from 1, at which an error found it to
// be wrong. It may be the one behind the last.
func Mistake(err error) (character int, ok bool) {
	var e *overt.Error
	if !errors.As(err, &e) {
		return 0, false
	}
	text, ok := strings.CutPrefix(e.Where, where)
	n, err := strconv.Atoi(text)
	return n, ok && err == nil && n > 0
}

func (p *parser) end() bool { return p.at == len(p.q.Text) }

func (p *parser) rest() string { return p.q.Text[p.at:] }

func (p *parser) blanks() {
	p.at = len(p.q.Text) - len(strings.TrimLeftFunc(p.rest(), unicode.IsSpace))
}

// keyword takes a word that joins, when it stands here by itself.
func (p *parser) keyword(word string) bool {
	rest, ok := strings.CutPrefix(p.rest(), word)
	if r, _ := utf8.DecodeRuneInString(rest); !ok || rest != "" && !unicode.IsSpace(r) && r != '(' && r != ')' {
		return false
	}
	p.at += len(word)
	p.blanks()
	return true
}

func (p *parser) closed() bool { return p.end() || p.rest()[0] == ')' }

func (p *parser) or() (*Node, error) {
	return p.list(OpOr, p.and, func() bool { return p.keyword("OR") })
}

func (p *parser) and() (*Node, error) {
	return p.list(OpAnd, p.not, func() bool {
		if p.keyword("AND") {
			return true
		}
		at := p.at
		or := p.keyword("OR")
		p.at = at
		return !or && !p.closed()
	})
}

func (p *parser) list(op Op, part func() (*Node, error), more func() bool) (*Node, error) {
	n := &Node{Op: op}
	for {
		kid, err := part()
		if err != nil {
			return nil, err
		}
		n.Kids = append(n.Kids, kid)
		if !more() {
			break
		}
	}
	if len(n.Kids) == 1 {
		return n.Kids[0], nil
	}
	return n, nil
}

func (p *parser) deeper() error {
	if p.depth++; p.depth > maxDepth {
		return p.errorf(p.at, "more than %d parentheses and NOTs inside one another", maxDepth)
	}
	return nil
}

func (p *parser) not() (*Node, error) {
	at := p.at
	minus := strings.HasPrefix(p.rest(), "-")
	if minus {
		p.at++
	} else if !p.keyword("NOT") {
		return p.part()
	}
	if p.closed() {
		return nil, p.errorf(at, "there is nothing to leave out")
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	kid, err := p.not()
	p.depth--
	return &Node{Op: OpNot, Kids: []*Node{kid}}, err
}

func (p *parser) part() (*Node, error) {
	if p.closed() {
		return nil, p.errorf(p.at, "a word is missing")
	}
	for _, word := range []string{"OR", "AND"} {
		if at := p.at; p.keyword(word) {
			return nil, p.errorf(at, "%s joins two parts and has only one; in quotes it is a word", word)
		}
	}
	if p.rest()[0] == '(' {
		return p.group()
	}
	if f, name, ok, err := p.fieldName(); ok || err != nil {
		if err != nil {
			return nil, err
		}
		return p.inField(f, name)
	}
	n, err := p.leaf()
	p.blanks()
	return n, err
}

func (p *parser) group() (*Node, error) {
	at := p.at
	p.at++
	p.blanks()
	if err := p.deeper(); err != nil {
		return nil, err
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.end() {
		return nil, p.errorf(at, "a ( without its )")
	}
	p.at++
	p.depth--
	p.blanks()
	return n, nil
}

// fieldName takes a field and its colon; ok is false where there is none, as in
// an address ("http://…").
func (p *parser) fieldName() (f Field, name string, ok bool, err error) {
	rest := p.rest()
	n := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
	if n <= 0 || rest[n] != ':' {
		return 0, "", false, nil
	}
	name = rest[:n]
	f, ok = fieldNames[strings.ToLower(name)]
	if !ok {
		if strings.HasPrefix(rest[n:], "://") {
			return 0, "", false, nil
		}
		return 0, "", false, p.errorf(p.at, "there is no field %q; in quotes it is a word. Fields: %s", short(name), fieldList())
	}
	p.at += n + 1
	return f, name, true, nil
}

func fieldList() string {
	names := make([]string, 0, len(fieldNames))
	for n := range fieldNames {
		names = append(names, n)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (p *parser) inField(f Field, name string) (*Node, error) {
	before := p.field
	p.field = f
	defer func() { p.field = before }()
	r, _ := utf8.DecodeRuneInString(p.rest())
	if p.closed() || unicode.IsSpace(r) {
		return nil, p.errorf(p.at, "the field %s has no value; it follows without a blank", name)
	}
	if r == '(' {
		return p.group()
	}
	n, err := p.leaf()
	p.blanks()
	return n, err
}

// leaf reads a phrase, a regular expression or a word.
func (p *parser) leaf() (*Node, error) {
	at := p.at
	if p.leaves++; p.leaves > maxLeaves {
		return nil, p.errorf(at, "more than %d words", maxLeaves)
	}
	switch {
	case p.rest()[0] == '"':
		return p.phrase(at)
	case p.rest()[0] == '/' && p.field.Words():
		return p.regexp(at)
	}
	word := p.word()
	if word == "" {
		return nil, p.errorf(at, "a word is missing")
	}
	if !p.field.Words() {
		return p.value(at, word)
	}
	return p.plain(at, word)
}

// word takes all up to a blank, a parenthesis or a quote.
func (p *parser) word() string {
	rest := p.rest()
	n := strings.IndexFunc(rest, func(r rune) bool {
		return unicode.IsSpace(r) || r == '(' || r == ')' || r == '"'
	})
	if n < 0 {
		n = len(rest)
	}
	p.at += n
	return rest[:n]
}

func (p *parser) phrase(at int) (*Node, error) {
	text, _, ok := strings.Cut(p.rest()[1:], `"`)
	if !ok {
		return nil, p.errorf(at, `a " without its second`)
	}
	p.at += len(text) + 2
	slop, near := 0, strings.HasPrefix(p.rest(), "~")
	if near {
		p.at++
		n, err := strconv.Atoi(p.word())
		if err != nil || n < 0 || n > maxSlop {
			return nil, p.errorf(at, "behind ~ stands how many words may lie between, 0 to %d", maxSlop)
		}
		slop = n
	}
	if !p.field.Words() {
		return p.value(at, text)
	}
	words := wordsOf(text)
	switch {
	case len(words) == 0:
		return nil, p.errorf(at, "there is no letter or digit between the quotes")
	case len(words) > maxPhrase:
		return nil, p.errorf(at, "a phrase has at most %d words", maxPhrase)
	}
	return p.put(&Leaf{Words: words, Slop: slop, Near: near && len(words) > 1}), nil
}

func (p *parser) put(l *Leaf) *Node {
	l.Field = p.field
	return &Node{Op: OpLeaf, Leaf: l}
}
