package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"overt"
	"overt/extract"
)

// builder makes nodes of the value that comes next.
type builder struct {
	l      *lexer
	budget int64  // bytes this record may still cost
	over   string // why the record cannot be given; the rest of it is skipped
	dups   int    // repeated keys met
	names  map[string]string
	text   strings.Builder
}

const maxNames = 4096 // keys kept for sharing

// record reads the value that comes next as one record.
func (b *builder) record(depth int, budget int64) (*node, error) {
	b.budget, b.over, b.dups = budget, "", 0
	return b.value(depth)
}

func (b *builder) spend(n int) bool {
	if b.budget -= int64(n) + nodeCost; b.budget < 0 && b.over == "" {
		b.over = "the record is too large"
	}
	return b.over == ""
}

// value reads one value. Once the record is over its limits it only skips.
func (b *builder) value(depth int) (*node, error) {
	c := b.l.space()
	switch {
	case b.over != "":
		return nil, b.l.skip(depth)
	case depth >= b.l.depthMax && (c == '{' || c == '['):
		return nil, b.l.tooDeep()
	case c == '{':
		return b.object(depth + 1)
	case c == '[':
		return b.array(depth + 1)
	case c == '"':
		b.text.Reset()
		long, err := b.l.str(&b.text)
		return b.scalar(b.text.String(), long), err
	}
	s, long, err := b.l.word()
	if s == "null" || s == "NaN" || strings.HasSuffix(s, "Infinity") {
		b.spend(0)
		return &node{kind: null}, err
	}
	n := b.scalar(s, long)
	if n != nil {
		n.bare = true
	}
	return n, err
}

func (b *builder) scalar(s string, long bool) *node {
	if long && b.over == "" {
		b.over = "a value is too long"
	}
	if !b.spend(len(s)) {
		return nil
	}
	return &node{kind: scalar, text: s}
}

func (b *builder) array(depth int) (*node, error) {
	n := &node{kind: array}
	b.spend(0)
	i := 0
	err := b.l.elements(func() error {
		k, err := b.value(depth)
		if k != nil && b.over == "" {
			k.pos = i
			n.kids = append(n.kids, k)
		}
		i++
		return err
	})
	return n, err
}

func (b *builder) object(depth int) (*node, error) {
	n := &node{kind: object}
	b.spend(0)
	var seen keyCounter
	err := b.l.members(&b.text, func(key string) error {
		if !b.spend(len(key)) {
			return b.l.skip(depth)
		}
		key = b.share(key)
		pos := seen.count(n, key)
		if pos > 1 {
			b.dups++
		}
		k, err := b.value(depth)
		if k != nil && b.over == "" {
			k.name, k.pos = key, pos
			n.kids = append(n.kids, k)
		}
		return err
	})
	return n, err
}

// share keeps one copy of keys that come again and again.
func (b *builder) share(key string) string {
	if s, ok := b.names[key]; ok {
		return s
	}
	if len(b.names) < maxNames && len(key) < 200 {
		if b.names == nil {
			b.names = map[string]string{}
		}
		b.names[key] = key
	}
	return key
}

// keyCounter counts equal keys of one object; small objects need no map.
type keyCounter struct{ m map[string]int }

func (c *keyCounter) count(n *node, key string) int {
	if c.m == nil && len(n.kids) < 16 {
		pos := 1
		for _, k := range n.kids {
			if k.name == key {
				pos++
			}
		}
		return pos
	}
	if c.m == nil {
		c.m = map[string]int{}
		for _, k := range n.kids {
			c.m[k.name]++
		}
	}
	c.m[key]++
	return c.m[key]
}

// elements calls f at the beginning of each element of the array that comes
// next; f must read it.
func (l *lexer) elements(f func() error) error {
	if err := l.expect('['); err != nil {
		return err
	}
	if l.space() == ']' {
		l.i++
		return nil
	}
	for {
		if err := f(); err != nil {
			return err
		}
		if done, err := l.comma(']'); done || err != nil {
			return err
		}
	}
}

// members calls f with each key of the object that comes next, before its
// value; f must read the value.
func (l *lexer) members(text *strings.Builder, f func(key string) error) error {
	if err := l.expect('{'); err != nil {
		return err
	}
	if l.space() == '}' {
		l.i++
		return nil
	}
	for {
		text.Reset()
		if err := l.key(text); err != nil {
			return err
		}
		if err := f(text.String()); err != nil {
			return err
		}
		if done, err := l.comma('}'); done || err != nil {
			return err
		}
	}
}

// comma passes a comma, or the closing bracket and is done.
func (l *lexer) comma(closing byte) (done bool, err error) {
	switch c := l.space(); {
	case c == ',':
		l.i++
		return false, nil
	case c == closing:
		l.i++
		return true, nil
	case c == 0 && !l.more():
		return false, l.ended()
	default:
		return false, l.wrong(fmt.Sprintf("%q after a value", c))
	}
}

// jsonWalk goes down to the records of one document or line.
type jsonWalk struct {
	t     *Reader
	ctx   context.Context
	b     *builder
	row   int64
	count int
	yield func(extract.Record, error) bool
}

func (t *Reader) lexer(r io.Reader) *lexer {
	l := &lexer{r: r, fieldMax: int(t.opts.Limits.Field), depthMax: t.opts.Limits.Depth}
	if r != nil {
		l.buf = make([]byte, 64<<10)
	}
	l.stray = func() {
		t.tally.Add("mixed_encoding", "bytes that are not valid UTF-8 were read as Windows-1252", overt.Locator{Table: t.opts.Table})
	}
	l.lone = func() {
		t.tally.Add("lone_surrogate", "half a surrogate pair became U+FFFD", overt.Locator{Table: t.opts.Table})
	}
	return l
}

// skipMark passes the byte order mark.
func (l *lexer) skipMark() {
	for _, c := range []byte("\xef\xbb\xbf") {
		if !l.lookingAt(c) {
			return
		}
		l.i++
	}
}

func (t *Reader) walkJSON(ctx context.Context, r io.Reader, selector string, yield func(extract.Record, error) bool) error {
	l := t.lexer(r)
	l.skipMark()
	if l.space() == 0 && !l.more() {
		return t.jsonError(l, l.err)
	}
	w := &jsonWalk{t: t, ctx: ctx, b: &builder{l: l}, yield: yield}
	if err := w.descend(parsePath(selector), "", 0, false); err != nil {
		return t.jsonError(l, err)
	}
	if l.space() != 0 || l.more() {
		return overt.Errorf(overt.Invalid, t.src.Name,
			"another value follows the first at byte %d; if these are JSON lines, say so with format jsonl", l.offset())
	}
	return t.jsonError(l, l.err)
}

// jsonError says in which file an error came up; nil for a plain end.
func (t *Reader) jsonError(l *lexer, err error) error {
	var s *syntaxError
	switch {
	case err == nil, err == io.EOF, errors.Is(err, errStop), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		if err == io.EOF {
			return nil
		}
		return err
	case errors.As(err, &s):
		return overt.Errorf(overt.Invalid, t.src.Name, "read JSON: %w", err)
	}
	return t.broken(l.offset(), err)
}

// descend follows the steps from the value that comes next. Picked says that
// the value itself was asked for with "*", so that an array is a record and not
// a list of records.
func (w *jsonWalk) descend(steps []segment, pointer string, depth int, picked bool) error {
	if depth > w.b.l.depthMax {
		return w.b.l.tooDeep()
	}
	c := w.b.l.space()
	switch {
	case len(steps) == 0 && (c != '[' || picked):
		return w.emit(pointer, depth)
	case c == '[':
		return w.descendArray(steps, pointer, depth)
	case c == '{':
		return w.descendObject(steps, pointer, depth)
	}
	return w.b.l.skip(depth)
}

func (w *jsonWalk) descendArray(steps []segment, pointer string, depth int) error {
	i := -1
	return w.b.l.elements(func() error {
		i++
		index := strconv.Itoa(i)
		below := pointer + "/" + index
		switch {
		case len(steps) == 0:
			return w.descend(nil, below, depth+1, true)
		case steps[0].any:
			return w.descend(steps[1:], below, depth+1, true)
		case !allDigits(steps[0].raw):
			return w.descend(steps, below, depth+1, false)
		case steps[0].raw == index:
			return w.descend(steps[1:], below, depth+1, false)
		}
		return w.b.l.skip(depth + 1)
	})
}

// maxSiblings is how many different names of one streamed level are told
// apart; real documents have some hundred.
const maxSiblings = 1_000_000

func (w *jsonWalk) descendObject(steps []segment, pointer string, depth int) error {
	var seen map[string]int
	var text strings.Builder
	return w.b.l.members(&text, func(key string) error {
		if !steps[0].any && steps[0].name != key {
			return w.b.l.skip(depth + 1)
		}
		if seen == nil {
			seen = map[string]int{}
		}
		if seen[key]++; len(seen) > maxSiblings {
			return w.b.l.wrong("too many different keys")
		}
		return w.descend(steps[1:], pointer+"/"+jsonToken(key, seen[key]), depth+1, steps[0].any)
	})
}

// emit reads one record and hands it out.
func (w *jsonWalk) emit(pointer string, depth int) error {
	if w.count++; w.count%256 == 0 && w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	at := overt.Locator{Table: w.t.opts.Table, Row: w.row, Pointer: pointer}
	n, err := w.b.record(depth, w.t.opts.Limits.Subtree)
	if err != nil {
		return err
	}
	if w.b.dups > 0 {
		w.t.tally.Add("duplicate_key", "an object has a key twice; both values are kept", at)
	}
	if w.b.over != "" {
		if !w.yield(nil, &extract.RowError{Where: at, Reason: w.b.over}) {
			return errStop
		}
		return nil
	}
	if n.kind == null {
		return nil
	}
	if !w.yield(&record{n: n, at: at}, nil) {
		return errStop
	}
	return nil
}
