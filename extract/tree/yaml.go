package tree

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt"
	"overt/extract"
)

// Documents of YAML are records like the lines of JSON lines: Row is the number
// of the document, from 1, in a file that has several. One alone is a document
// like that of JSON. The parser holds a document as a whole, so its size is
// bounded before.

// yamlSigns is how many signs of structure a document of YAML may have. The
// parser makes no more than two nodes of each, of some 200 bytes.
const yamlSigns = 400_000

// eachDocument calls f with the text of each document, numbered from 1, or with
// the reason why it cannot be had; bytes are valid until f returns. A line that
// begins with "---" or "..." ends a document wherever it stands (YAML 1.2,
// 9.1.2), so that documents can be told apart without being understood.
func (t *Reader) eachDocument(ctx context.Context, r io.Reader, f func(number int64, text []byte, reason string) error) error {
	d := documents{limit: int(t.opts.Limits.Row), f: f}
	br := bufio.NewReaderSize(r, 64<<10)
	begin, number := true, int64(0) // of a line
	for {
		if number++; number%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		part, err := br.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return overt.Errorf(overt.Invalid, t.src.Name, "the stream broke in document %d: %w", d.number+1, err)
		}
		if begin {
			if ferr := d.marker(part); ferr != nil {
				return ferr
			}
		}
		d.add(part)
		begin = err != bufio.ErrBufferFull
		if err == io.EOF {
			return d.end()
		}
	}
}

// documents collects the lines of one document.
type documents struct {
	text   []byte
	filled bool // a line other than a directive, comment or marker was met
	opened bool // by "---"
	long   bool
	signs  int
	number int64
	limit  int
	f      func(number int64, text []byte, reason string) error
}

// marker ends the document before a line that begins the next.
func (d *documents) marker(line []byte) error {
	switch {
	case isMarker(line, "---"):
		if d.filled || d.opened {
			if err := d.end(); err != nil {
				return err
			}
		}
		d.opened = true
		rest := bytes.TrimSpace(line[3:])
		d.filled = d.filled || len(rest) > 0 && rest[0] != '#'
	case isMarker(line, "..."):
		return d.end()
	default:
		s := bytes.TrimSpace(line)
		d.filled = d.filled || len(s) > 0 && s[0] != '#' && (s[0] != '%' || d.opened)
	}
	return nil
}

func isMarker(line []byte, mark string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(mark))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

func (d *documents) add(part []byte) {
	if d.long = d.long || len(d.text)+len(part) > d.limit; d.long {
		return
	}
	for _, c := range part {
		switch c {
		case ',', ':', '-', '?', '[', '{', '\n', '&', '*':
			d.signs++
		}
	}
	d.text = append(d.text, part...)
}

// end hands out the document that is complete; one that holds nothing is none.
func (d *documents) end() error {
	text, filled, reason := d.text, d.filled, ""
	if d.long || d.signs > yamlSigns {
		reason = "the document is too large"
	}
	d.text, d.filled, d.opened, d.long, d.signs = d.text[:0], false, false, false, 0
	if !filled {
		return nil
	}
	d.number++
	return d.f(d.number, text, reason)
}

// yamlDocuments gives the root of each document, or the reason why not.
func (t *Reader) yamlDocuments(ctx context.Context, r io.Reader, f func(number int64, n *node, reason string) error) error {
	return t.eachDocument(ctx, r, func(number int64, text []byte, reason string) error {
		if reason != "" {
			return f(number, nil, reason)
		}
		n, reason := t.parseYAML(text)
		return f(number, n, reason)
	})
}

// parseYAML turns one document into nodes. What the parser cannot take is a
// reason, without contents.
func (t *Reader) parseYAML(text []byte) (n *node, reason string) {
	defer func() {
		if p := recover(); p != nil {
			n, reason = nil, "read YAML: the document cannot be parsed"
		}
	}()
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, "read YAML: " + yamlReason(err)
	}
	if len(root.Content) == 0 {
		return &node{kind: null}, ""
	}
	c := yamlConverter{t: t, budget: t.opts.Limits.Subtree}
	n = c.convert(root.Content[0], 0)
	return n, c.reason
}

// yamlReason takes the line out of the parser's message, and none of the
// contents that may stand after it.
func yamlReason(err error) string {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	if i := strings.IndexAny(s, "'\"`"); i >= 0 {
		s = strings.TrimRight(s[:i], " :")
	}
	s = yamlLine.ReplaceAllString(s, "$0 of the document")
	return s[:min(len(s), 120)]
}

var yamlLine = regexp.MustCompile(`^line \d+`)

// yamlConverter makes nodes, aliases spelled out, under a budget.
type yamlConverter struct {
	t      *Reader
	budget int64
	reason string
}

func (c *yamlConverter) convert(y *yaml.Node, depth int) *node {
	if c.budget -= nodeCost + int64(len(y.Value)); c.budget < 0 && c.reason == "" {
		c.reason = "the record is too large"
	}
	if depth > c.t.opts.Limits.Depth && c.reason == "" {
		c.reason = fmt.Sprintf("nesting of more than %d levels", c.t.opts.Limits.Depth)
	}
	if c.reason != "" {
		return &node{kind: null}
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.convert(y.Alias, depth+1)
	case yaml.SequenceNode:
		n := &node{kind: array}
		for i, k := range y.Content {
			kid := c.convert(k, depth+1)
			kid.pos = i
			n.kids = append(n.kids, kid)
		}
		return n
	case yaml.MappingNode:
		return c.mapping(y, depth)
	}
	return c.scalar(y)
}

func (c *yamlConverter) mapping(y *yaml.Node, depth int) *node {
	n := &node{kind: object}
	var seen keyCounter
	add := func(key string, kid *node) {
		kid.name, kid.pos = key, seen.count(n, key)
		if kid.pos > 1 {
			c.t.tally.Add("duplicate_key", "an object has a key twice; both values are kept", overt.Locator{Table: c.t.opts.Table})
		}
		n.kids = append(n.kids, kid)
	}
	var merged []*node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Tag == "!!merge":
			merged = append(merged, c.merge(y.Content[i+1], depth+1)...)
		case key.Kind != yaml.ScalarNode:
			c.t.tally.Add("odd_key", "a key that is a list or an object was left out with its value", overt.Locator{Table: c.t.opts.Table})
		default:
			add(key.Value, c.convert(y.Content[i+1], depth+1))
		}
	}
	// What stands in the object itself hides what is merged into it.
	for _, m := range merged {
		if seen.count(n, m.name) == 1 {
			m.pos = 1
			n.kids = append(n.kids, m)
		}
	}
	return n
}

// merge gives the members of an object, or of several, that "<<" names.
func (c *yamlConverter) merge(y *yaml.Node, depth int) []*node {
	n := c.convert(y, depth)
	if n.kind != array {
		return n.kids
	}
	var out []*node
	for _, k := range n.kids {
		if k.kind == object {
			out = append(out, k.kids...)
		}
	}
	return out
}

func (c *yamlConverter) scalar(y *yaml.Node) *node {
	switch {
	case y.Tag == "!!null":
		return &node{kind: null}
	case int64(len(y.Value)) > c.t.opts.Limits.Field:
		c.reason = "a value is too long"
		return &node{kind: null}
	case y.Tag == "!!binary":
		return &node{kind: scalar, text: strings.Join(strings.Fields(y.Value), ""), packed: true}
	}
	return &node{kind: scalar, text: strings.ToValidUTF8(y.Value, "\ufffd")}
}

// walkYAML gives the records under a selector.
func (t *Reader) walkYAML(ctx context.Context, r io.Reader, selector string, yield func(extract.Record, error) bool) error {
	steps := parsePath(selector)
	return t.yamlDocuments(ctx, r, func(number int64, n *node, reason string) error {
		at := overt.Locator{Table: t.opts.Table}
		if t.joined {
			at.Row = number
		}
		if reason != "" {
			if !t.joined {
				return overt.Errorf(overt.Invalid, t.src.Name, "%s", reason)
			}
			if !yield(nil, &extract.RowError{Where: at, Reason: reason}) {
				return errStop
			}
			return nil
		}
		w := nodeWalk{ctx: ctx, at: at, yield: yield}
		return w.descend(n, steps, "", false)
	})
}

// nodeWalk goes down to the records of a document that is in memory, as
// jsonWalk does in one that is not.
type nodeWalk struct {
	ctx   context.Context
	at    overt.Locator
	yield func(extract.Record, error) bool
}

func (w *nodeWalk) descend(n *node, steps []segment, pointer string, picked bool) error {
	if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	if len(steps) == 0 && (n.kind != array || picked) {
		at := w.at
		at.Pointer = pointer
		if n.kind != null && !w.yield(&record{n: n, at: at}, nil) {
			return errStop
		}
		return nil
	}
	for _, k := range n.kids {
		below := pointer + "/" + k.token(n.kind)
		next, isPicked, ok := steps, true, true
		switch {
		case len(steps) == 0:
		case steps[0].any:
			next = steps[1:]
		case n.kind == array && !allDigits(steps[0].raw):
			isPicked = false
		case n.kind == array:
			next, isPicked, ok = steps[1:], false, steps[0].raw == k.token(array)
		default:
			next, isPicked, ok = steps[1:], false, steps[0].name == k.name
		}
		if !ok {
			continue
		}
		if err := w.descend(k, next, below, isPicked); err != nil {
			return err
		}
	}
	return nil
}

func (t *Reader) findYAML(ctx context.Context, r io.Reader, byRow map[int64]*target, last int64, f *finder) error {
	err := t.yamlDocuments(ctx, r, func(number int64, n *node, reason string) error {
		if !t.joined {
			number = 0
		}
		if number > last {
			return errStop
		}
		if byRow[number] != nil && reason == "" {
			f.take(byRow[number], n)
		}
		return nil
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// detectDocuments finds out whether the source has more than one document,
// which may show only at its end.
func (t *Reader) detectDocuments(ctx context.Context) error {
	err := t.stream(func(r io.Reader) error {
		return t.eachDocument(ctx, r, func(number int64, _ []byte, _ string) error {
			if t.joined = number > 1; t.joined {
				return errStop
			}
			return nil
		})
	})
	if t.joined {
		t.info.Notes = append(t.info.Notes, "there are several documents; a row is the number of one")
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && !errors.Is(err, errStop) {
		t.info.Notes = append(t.info.Notes, err.Error()) // said again when the records are read
	}
	return nil
}

// Bytes gives the bytes of the one value under a path of a record of a tree:
// those that YAML packs as !!binary, else those of its text.
func Bytes(r extract.Record, path string) ([]byte, bool) {
	rec, ok := r.(*record)
	if !ok {
		return nil, false
	}
	var out []byte
	count := 0
	rec.find(path, func(n *node, _ string) {
		if n.kind != scalar {
			return
		}
		count++
		out = []byte(n.text)
		if n.packed {
			if b, err := base64.StdEncoding.DecodeString(n.text); err == nil {
				out = b
			}
		}
	})
	return out, count == 1
}
