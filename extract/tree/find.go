package tree

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"overt"
	"overt/extract"
)

// target is what is looked for, as a tree of pointer tokens.
type target struct {
	kids  map[string]*target
	bases map[string]bool // names without positions, of kids
	ids   []int
}

func (t *target) add(id int, pointer string, base func(string) string) {
	if pointer != "" {
		for tok := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
			tok = strings.TrimSuffix(tok, "[1]")
			next := t.kids[tok]
			if next == nil {
				if t.kids == nil {
					t.kids, t.bases = map[string]*target{}, map[string]bool{}
				}
				next = &target{}
				t.kids[tok] = next
				t.bases[base(tok)] = true
			}
			t = next
		}
	}
	t.ids = append(t.ids, id)
}

var (
	jsonPosition = regexp.MustCompile(`~\[\d+\]$`)
	xmlPosition  = regexp.MustCompile(`\[\d+\]$`)
)

func jsonBase(tok string) string {
	return pointerUnescaper.Replace(jsonPosition.ReplaceAllString(tok, ""))
}

func xmlBase(tok string) string { return xmlPosition.ReplaceAllString(tok, "") }

// finder collects what was found.
type finder struct {
	texts []string
	found []bool
}

// take notes the text of n for everything that points at it, and looks for the
// rest below it.
func (f *finder) take(t *target, n *node) {
	if n.kind == scalar || n.valued {
		for _, id := range t.ids {
			f.texts[id], f.found[id] = n.text, true
		}
	}
	if len(t.kids) == 0 {
		return
	}
	for _, k := range n.kids {
		if below := t.kids[k.token(n.kind)]; below != nil {
			f.take(below, k)
		}
	}
}

// Find reads the source once more and gives the exact text each locator points
// at; found says which of them point at a value. Errors: those of reading; a
// locator that points nowhere is none.
func (t *Reader) Find(ctx context.Context, ats []overt.Locator) (texts []string, found []bool, err error) {
	f := &finder{make([]string, len(ats)), make([]bool, len(ats))}
	base := jsonBase
	if t.opts.Format == extract.XML {
		base = xmlBase
	}
	byRow := map[int64]*target{}
	last := int64(0)
	for i, at := range ats {
		if byRow[at.Row] == nil {
			byRow[at.Row] = &target{}
		}
		byRow[at.Row].add(i, at.Pointer, base)
		last = max(last, at.Row)
	}
	err = t.stream(func(r io.Reader) error {
		if t.opts.Format == extract.YAML {
			return t.findYAML(ctx, r, byRow, last, f)
		}
		if t.joined {
			return t.findJoined(ctx, r, byRow, last, f)
		}
		if t.opts.Format == extract.JSONL {
			return t.findLines(ctx, r, byRow, last, f)
		}
		if byRow[0] == nil {
			return nil
		}
		if t.opts.Format == extract.XML {
			w := t.xmlWalk(ctx, r)
			return w.whole(func() error { return w.find(byRow[0], f) })
		}
		l := t.lexer(r)
		l.skipMark()
		return t.jsonError(l, (&builder{l: l}).find(byRow[0], f, t.opts.Limits.Subtree, 0))
	})
	return f.texts, f.found, err
}

func (t *Reader) findLines(ctx context.Context, r io.Reader, byRow map[int64]*target, last int64, f *finder) error {
	b := &builder{l: t.lexer(nil)}
	err := t.eachLine(ctx, r, func(row int64, line []byte, reason string) error {
		if row > last {
			return errStop
		}
		if byRow[row] == nil || reason != "" {
			return nil
		}
		b.l.reset(line)
		err := b.find(byRow[row], f, t.opts.Limits.Subtree, 0)
		var s *syntaxError
		if errors.As(err, &s) {
			return nil // no record was made of this line, and none is found in it
		}
		return err
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// find looks for targets in the value that comes next.
func (b *builder) find(t *target, f *finder, budget int64, depth int) error {
	c := b.l.space()
	switch {
	case depth > b.l.depthMax:
		return b.l.tooDeep()
	case len(t.kids) > 0 && c == '[':
		i := -1
		return b.l.elements(func() error {
			i++
			if below := t.kids[strconv.Itoa(i)]; below != nil {
				return b.find(below, f, budget, depth+1)
			}
			return b.l.skip(depth + 1)
		})
	case len(t.kids) > 0 && c == '{':
		seen := map[string]int{}
		var text strings.Builder
		return b.l.members(&text, func(key string) error {
			if t.bases[key] {
				seen[key]++
				if below := t.kids[jsonToken(key, seen[key])]; below != nil {
					return b.find(below, f, budget, depth+1)
				}
			}
			return b.l.skip(depth + 1)
		})
	case len(t.ids) == 0 || c == '[' || c == '{':
		return b.l.skip(depth)
	}
	n, err := b.record(depth, budget)
	if err == nil && n != nil && b.over == "" {
		f.take(t, n)
	}
	return err
}

// find looks for targets among the children of the element that is open, or
// the document.
func (w *xmlWalk) find(t *target, f *finder) error {
	seen := map[string]int{}
	for {
		tok, err := w.next()
		if err != nil {
			return err
		}
		switch e := tok.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			err = w.findIn(e, t, f, seen)
		}
		if err != nil {
			return err
		}
	}
}

func (w *xmlWalk) findIn(e xml.StartElement, t *target, f *finder, seen map[string]int) error {
	if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	name := e.Name.Local
	if !t.bases[name] {
		return w.skip()
	}
	seen[name]++
	below := t.kids[xmlToken(name, seen[name])]
	if below == nil {
		return w.skip()
	}
	if len(below.ids) == 0 {
		// Nobody asks for its text, so it need not be held in memory.
		tag := &node{kind: element, name: name}
		w.attributes(tag, e.Attr)
		f.take(below, tag)
		return w.find(below, f)
	}
	n, err := w.record(e)
	if err == nil && w.over == "" {
		f.take(below, n)
	}
	return err
}
