package tree

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"overt"
	"overt/extract"
)

var declaration = regexp.MustCompile(`^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)

// declaredEncoding gives the encoding that an XML declaration names.
func declaredEncoding(head []byte) string {
	m := declaration.FindSubmatch(head[:min(len(head), 1024)])
	if m == nil {
		return ""
	}
	return string(m[1])
}

var errTokenTooLong = errors.New("a text, comment or tag is too long")

// guard bounds what the decoder may read for one token, for it keeps a token
// in memory as a whole.
type guard struct {
	r    io.Reader
	left int64
}

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errTokenTooLong
	}
	n, err := g.r.Read(p)
	g.left -= int64(n)
	return n, err
}

// xmlWalk goes down to the records of one document.
type xmlWalk struct {
	t        *Reader
	ctx      context.Context
	d        *xml.Decoder
	g        *guard
	depth    int
	count    int
	prefixes map[string]string // namespace to the prefix declared for it last
	yield    func(extract.Record, error) bool

	budget int64
	over   string
	text   strings.Builder
}

func (t *Reader) xmlWalk(ctx context.Context, r io.Reader) *xmlWalk {
	g := &guard{r: r}
	w := &xmlWalk{t: t, ctx: ctx, g: g, d: xml.NewDecoder(g),
		prefixes: map[string]string{"http://www.w3.org/XML/1998/namespace": "xml"}}
	// Named entities of HTML are characters; those a DTD declares are not
	// expanded, and a reference to one is an error.
	w.d.Entity = xml.HTMLEntity
	// The stream is UTF-8 already, whatever the declaration says.
	w.d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return w
}

// next gives the next token that matters: a start, an end, or text.
func (w *xmlWalk) next() (xml.Token, error) {
	for {
		w.g.left = w.t.opts.Limits.Field + 64<<10
		tok, err := w.d.Token()
		if err != nil {
			return nil, err
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if w.depth++; w.depth > w.t.opts.Limits.Depth {
				return nil, fmt.Errorf("nesting of more than %d levels", w.t.opts.Limits.Depth)
			}
			w.declare(e.Attr)
			return tok, nil
		case xml.EndElement:
			w.depth--
			return tok, nil
		case xml.CharData:
			return tok, nil
		case xml.Directive:
			if bytes.Contains(e, []byte("<!ENTITY")) {
				w.t.tally.Add("entity", "the document declares entities; they are not expanded", overt.Locator{Table: w.t.opts.Table})
			}
		}
	}
}

func (w *xmlWalk) declare(attrs []xml.Attr) {
	for _, a := range attrs {
		if len(w.prefixes) > 10_000 {
			return
		}
		switch {
		case a.Name.Space == "xmlns":
			w.prefixes[a.Value] = a.Name.Local
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			w.prefixes[a.Value] = ""
		}
	}
}

func (w *xmlWalk) prefix(space string) string {
	if p, ok := w.prefixes[space]; ok || space == "" {
		return p
	}
	return space // an undeclared prefix stands for itself
}

func (t *Reader) walkXML(ctx context.Context, r io.Reader, selector string, yield func(extract.Record, error) bool) error {
	w := t.xmlWalk(ctx, r)
	w.yield = yield
	steps := parsePath(selector)
	if len(steps) == 0 {
		steps = []segment{{raw: "*", any: true}}
	}
	return w.whole(func() error { return w.level(steps, "") })
}

// whole runs f over the document and says in which file an error came up.
func (w *xmlWalk) whole(f func() error) error {
	err := f()
	var s *xml.SyntaxError
	switch {
	case err == nil || err == io.EOF && w.depth == 0:
		return nil
	case errors.Is(err, errStop), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &s):
		return overt.Errorf(overt.Invalid, w.t.src.Name, "read XML: line %d: %s", s.Line, s.Msg)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return w.t.broken(w.d.InputOffset(), err)
	}
	return overt.Errorf(overt.Invalid, w.t.src.Name, "read XML: byte %d: %w", w.d.InputOffset(), err)
}

// level looks through the children of the element that is open, or the
// document, for the first step.
func (w *xmlWalk) level(steps []segment, pointer string) error {
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
			if !steps[0].any && !matchesName(steps[0].name, w.prefix(e.Name.Space), e.Name.Local) {
				// Its position counts where only its prefix did not fit.
				if _, local, ok := strings.Cut(steps[0].name, ":"); ok && local == e.Name.Local {
					seen[local]++
				}
				err = w.skip()
				break
			}
			if seen[e.Name.Local]++; len(seen) > maxSiblings {
				return errors.New("too many different element names")
			}
			below := pointer + "/" + xmlToken(e.Name.Local, seen[e.Name.Local])
			if len(steps) == 1 {
				err = w.emit(e, below)
			} else {
				err = w.level(steps[1:], below)
			}
		}
		if err != nil {
			return err
		}
	}
}

// skip passes the rest of the element that is open.
func (w *xmlWalk) skip() error {
	for base := w.depth; w.depth >= base; {
		if _, err := w.next(); err != nil {
			return err
		}
	}
	return nil
}

func (w *xmlWalk) emit(start xml.StartElement, pointer string) error {
	if w.count++; w.count%64 == 0 && w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	at := overt.Locator{Table: w.t.opts.Table, Pointer: pointer}
	n, err := w.record(start)
	if err != nil {
		return err
	}
	if w.over != "" {
		if !w.yield(nil, &extract.RowError{Where: at, Reason: w.over}) {
			return errStop
		}
		return nil
	}
	if !w.yield(&record{n: n, at: at}, nil) {
		return errStop
	}
	return nil
}

// record reads the element that is open into memory.
func (w *xmlWalk) record(start xml.StartElement) (*node, error) {
	w.budget, w.over = w.t.opts.Limits.Subtree, ""
	w.text.Reset()
	n, err := w.element(start)
	if err == nil && w.over == "" {
		n.all = w.text.String()
		setText(n, n.all)
	}
	w.text = strings.Builder{}
	return n, err
}

func (w *xmlWalk) spend(n int) {
	if w.budget -= int64(n); w.budget < 0 && w.over == "" {
		w.over = "the record is too large"
	}
}

// element reads one element. All text of a record lies in one string, and an
// element's own text, with that of the elements inside it, is one piece of it.
func (w *xmlWalk) element(start xml.StartElement) (*node, error) {
	n := &node{kind: element, name: start.Name.Local, prefix: w.prefix(start.Name.Space), from: w.text.Len(), pos: 1}
	w.spend(nodeCost + len(n.name))
	w.attributes(n, start.Attr)
	seen := map[string]int(nil)
	for {
		tok, err := w.next()
		if err != nil {
			return nil, err
		}
		switch e := tok.(type) {
		case xml.EndElement:
			n.to = w.text.Len()
			n.valued = n.valued || seen == nil
			return n, nil
		case xml.CharData:
			if w.spend(len(e)); w.over == "" {
				w.text.Write(e)
				n.valued = n.valued || len(bytes.TrimSpace(e)) > 0
			}
		case xml.StartElement:
			if w.over != "" {
				if err := w.skip(); err != nil {
					return nil, err
				}
				continue
			}
			if seen == nil {
				seen = map[string]int{}
			}
			k, err := w.element(e)
			if err != nil {
				return nil, err
			}
			seen[k.name]++
			k.pos = seen[k.name]
			n.kids = append(n.kids, k)
		}
	}
}

func (w *xmlWalk) attributes(n *node, attrs []xml.Attr) {
	for i, a := range attrs {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue
		}
		w.spend(nodeCost + len(a.Value))
		k := &node{kind: scalar, attr: true, name: a.Name.Local, prefix: w.prefix(a.Name.Space), text: a.Value, pos: 1}
		for _, earlier := range attrs[:min(i, 100)] {
			if earlier.Name.Local == a.Name.Local && earlier.Name.Space != "xmlns" {
				k.pos = 2
			}
		}
		n.kids = append(n.kids, k)
	}
}

// setText gives every element with text of its own what it and the elements
// inside it say, without blanks around.
func setText(n *node, all string) {
	if n.kind == element && n.valued {
		n.text = strings.TrimSpace(all[n.from:n.to])
	}
	for _, k := range n.kids {
		if k.kind == element {
			setText(k, all)
		}
	}
}
