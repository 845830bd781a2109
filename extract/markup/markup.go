// Package markup turns HTML into the text that a person would read.
//
// It serves the readers of formats that hold HTML: mails, saved pages, books. It
// fetches nothing, runs nothing and keeps no tree, so that depth costs nothing.
//
// The invariant: all text is read. What a browser would hide is read as well, and
// said.
package markup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"overt/extract/document"
)

// A Content is what an HTML document says.
type Content struct {
	// Text is clean (see Clean): a line for each block, cells of a table separated
	// by tabs.
	Text  string
	Title string
	Meta  []Meta // in the document's order, 1000 at most
	Links []Link // in the document's order, 10,000 at most
	Notes []document.Note
	// Cut says that text past the limit was left out.
	Cut bool
}

// A Meta is a meta element with a name ("author", "og:title", in lower case).
type Meta struct{ Name, Content string }

// A Link is where words of the text lead.
type Link struct {
	URL  string // as it stands there
	Text string
}

const (
	maxMeta  = 1000
	maxLinks = 10_000
	// maxToken bounds one token in bytes: a picture can stand in an attribute.
	maxToken = 64 << 20
	// maxWords bounds what is kept of a title, a link's words, an attribute.
	maxWords = 4 << 10
	maxDepth = 512 // of tables, and of elements inside hidden ones
)

// Text reads HTML, in UTF-8, to text of at most limit bytes. Errors: those of r.
func Text(r io.Reader, limit int64) (*Content, error) {
	t := &reading{limit: int(min(limit, 1<<30)), out: &Content{}}
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	for !t.out.Cut {
		switch z.Next() {
		case html.ErrorToken:
			return t.end(z)
		case html.TextToken:
			t.text(z.Text())
		case html.StartTagToken:
			t.start(z)
		case html.SelfClosingTagToken:
			t.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			t.close(atom.Lookup(name))
		}
	}
	t.finish()
	return t.out, nil
}

// Charset gives the encoding that the first bytes of an HTML document declare in
// a meta element, empty when there is none.
func Charset(head []byte) string {
	z := html.NewTokenizer(bytes.NewReader(head[:min(len(head), 4096)]))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.DataAtom != atom.Meta {
				continue
			}
			if name := attribute(token, "charset"); name != "" {
				return name
			}
			content := strings.ToLower(attribute(token, "content"))
			if _, name, found := strings.Cut(content, "charset="); found {
				name, _, _ = strings.Cut(name, ";")
				return strings.Trim(name, " \"'")
			}
		}
	}
}

func attribute(token html.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Clean gives s as a page may hold it: valid UTF-8, "\n" line ends, no control
// characters but tabs. Form feeds and vertical tabs end a line.
func Clean(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || r != '\n' && r != '\t' && unicode.IsControl(r) }) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\f' || r == '\v' || r == 0x85:
			return '\n'
		case r != '\n' && r != '\t' && unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

// Line gives s clean and on one line, its white space collapsed.
func Line(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// A reading is one document being read.
type reading struct {
	out   *Content
	limit int
	b     strings.Builder
	last  byte // of b

	space    bool // white space stands before the next word
	breaks   bool // a line end stands before the next word
	rowBreak bool // as breaks, and a cell does not take it back
	tabs     int  // stand before the next word
	fresh    bool // nothing was written in this cell yet
	rows     []int
	lists    []int // the number of the next entry; 0 where entries have dots
	pre      int

	skip    atom.Atom // the element whose text is none
	inTitle bool
	title   strings.Builder
	link    *Link
	words   strings.Builder

	hiding  []atom.Atom // elements open since the outermost hidden one
	hidden  int         // characters
	remote  int         // pictures elsewhere
	inlined int         // pictures in the document's own bytes
	misled  int         // links that name another host than they lead to
}

func (t *reading) end(z *html.Tokenizer) (*Content, error) {
	err := z.Err()
	if errors.Is(err, html.ErrBufferExceeded) {
		t.out.Cut, err = true, nil
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	t.finish()
	return t.out, err
}

func (t *reading) finish() {
	t.endLink()
	t.out.Text = strings.TrimRight(t.b.String(), " \t\n")
	t.out.Title = Line(t.title.String())
	note := func(n int, code, format string) {
		if n > 0 {
			t.out.Notes = append(t.out.Notes, document.Note{Code: code, Message: fmt.Sprintf(format, n)})
		}
	}
	note(t.hidden, "hidden-text", "%d characters are hidden by the markup; they are part of the text")
	note(t.remote, "remote-pictures", "%d pictures lie elsewhere and were not fetched")
	note(t.inlined, "inline-pictures", "%d pictures stand inside the markup and were not looked at")
	note(t.misled, "misleading-links", "%d links show another host than the one they lead to")
	if t.skip != 0 {
		note(1, "unclosed", "%d element without text (a script or style) is never closed; what follows it was taken for its content")
	}
}

// text adds words of the document.
func (t *reading) text(s []byte) {
	switch {
	case t.skip != 0:
		return
	case t.inTitle:
		if t.title.Len() < maxWords {
			t.title.Write(s[:min(len(s), maxWords)])
		}
		return
	case len(t.hiding) > 0:
		t.hidden += utf8.RuneCount(bytes.TrimSpace(s))
	}
	t.write(s)
}

// write adds characters to the text, white space collapsed unless it is kept.
func (t *reading) write(s []byte) {
	for i := 0; i < len(s) && !t.out.Cut; {
		r, n := utf8.DecodeRune(s[i:])
		i += n
		switch {
		case t.pre > 0 && r == '\n':
			t.flush()
			t.put("\n")
			t.space = false
		case t.pre > 0 && (r == ' ' || r == '\t'):
			t.flush()
			t.put(string(r))
		case unicode.IsSpace(r):
			t.space = true
		case unicode.IsControl(r):
		default:
			t.flush()
			t.put(string(r))
		}
	}
}

// flush writes what stands before the next word.
func (t *reading) flush() {
	if (t.breaks || t.rowBreak) && t.b.Len() > 0 && t.last != '\n' {
		t.put("\n")
	}
	if t.breaks || t.rowBreak || t.tabs > 0 {
		t.space = false
	}
	for ; t.tabs > 0; t.tabs-- {
		t.put("\t")
	}
	if t.space && t.b.Len() > 0 && t.last != '\n' && t.last != '\t' && t.last != ' ' {
		t.put(" ")
	}
	t.space, t.breaks, t.rowBreak, t.fresh = false, false, false, false
}

func (t *reading) put(s string) {
	if t.b.Len()+len(s) > t.limit {
		t.out.Cut = true
		return
	}
	t.b.WriteString(s)
	t.last = s[len(s)-1]
	if t.link != nil && t.words.Len() < maxWords {
		t.words.WriteString(s)
	}
}

// block begins or ends a block. In a cell where nothing stands yet it says
// nothing: the cell is the block.
func (t *reading) block() {
	t.space = false
	if !t.fresh {
		t.breaks = true
	}
}
