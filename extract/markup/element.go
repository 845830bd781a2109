package markup

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// start reads a start tag.
func (t *reading) start(z *html.Tokenizer) {
	token := z.Token()
	name := token.DataAtom
	t.hide(token)
	switch name {
	case atom.Script, atom.Style, atom.Template:
		if token.Type == html.StartTagToken {
			t.skip = name
		}
		return
	case atom.Noscript, atom.Noframes, atom.Noembed, atom.Iframe, atom.Xmp:
		z.NextIsNotRawText() // read as what it is where scripts do not run
	}
	if t.skip != 0 {
		return
	}
	switch name {
	case atom.Title:
		// A title of a drawing (SVG) is no title of the document.
		t.inTitle = t.title.Len() == 0 && token.Type == html.StartTagToken
	case atom.Meta:
		t.meta(token)
	case atom.Br:
		t.flushBreak()
	case atom.A:
		t.endLink()
		if href := strings.TrimSpace(attribute(token, "href")); href != "" && len(t.out.Links) < maxLinks {
			t.link = &Link{URL: cut(href)}
		}
	case atom.Img, atom.Area:
		t.picture(token)
	case atom.Input:
		if kind := strings.ToLower(attribute(token, "type")); kind != "hidden" && kind != "password" {
			t.spaced(attribute(token, "value"))
		}
	case atom.Td, atom.Th:
		t.cell()
	case atom.Table:
		t.block()
		if len(t.rows) < maxDepth {
			t.rows = append(t.rows, 0)
		}
	case atom.Tr:
		t.row()
	case atom.Ol, atom.Ul, atom.Menu:
		t.list(token)
	case atom.Li:
		t.entry()
	case atom.Pre, atom.Textarea, atom.Xmp, atom.Listing:
		t.block()
		t.pre++
	default:
		if blocks[name] {
			t.block()
		}
	}
}

// close reads an end tag.
func (t *reading) close(name atom.Atom) {
	t.unhide(name)
	if t.skip != 0 {
		if name == t.skip {
			t.skip = 0
		}
		return
	}
	switch name {
	case atom.Title:
		t.inTitle = false
	case atom.A:
		t.endLink()
	case atom.Td, atom.Th:
		t.breaks, t.space = false, false
	case atom.Table:
		if len(t.rows) > 0 {
			t.rows = t.rows[:len(t.rows)-1]
		}
		t.tabs, t.fresh = 0, false
		t.block()
	case atom.Ol, atom.Ul, atom.Menu:
		if len(t.lists) > 0 {
			t.lists = t.lists[:len(t.lists)-1]
		}
		t.block()
	case atom.Pre, atom.Textarea, atom.Xmp, atom.Listing:
		t.pre = max(t.pre-1, 0)
		t.block()
	default:
		if blocks[name] {
			t.block()
		}
	}
}

// blocks are the elements that begin and end a line.
var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Body: true,
	atom.Button: true, atom.Caption: true, atom.Center: true, atom.Dd: true, atom.Details: true, atom.Dialog: true,
	atom.Dir: true, atom.Div: true, atom.Dl: true, atom.Dt: true, atom.Fieldset: true, atom.Figcaption: true,
	atom.Figure: true, atom.Footer: true, atom.Form: true, atom.Frame: true, atom.H1: true, atom.H2: true,
	atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Head: true, atom.Header: true,
	atom.Hgroup: true, atom.Hr: true, atom.Html: true, atom.Iframe: true, atom.Legend: true, atom.Li: true,
	atom.Main: true, atom.Nav: true, atom.Noscript: true, atom.Option: true, atom.P: true, atom.Section: true,
	atom.Select: true, atom.Summary: true, atom.Table: true, atom.Tbody: true, atom.Tfoot: true,
	atom.Thead: true, atom.Tr: true,
}

// flushBreak ends the line, even an empty one.
func (t *reading) flushBreak() {
	if t.b.Len() == 0 {
		return
	}
	if t.breaks && t.last == '\n' {
		t.breaks = false
	}
	t.flush()
	t.put("\n")
}

func (t *reading) cell() {
	t.breaks, t.space, t.fresh = false, false, true
	if n := len(t.rows); n > 0 {
		if t.rows[n-1] > 0 {
			t.tabs++
		}
		t.rows[n-1]++
	}
}

// row begins a row: of the innermost table, as far as tags tell.
func (t *reading) row() {
	t.tabs, t.space, t.rowBreak = 0, false, true
	if n := len(t.rows); n > 0 {
		t.rows[n-1] = 0
	} else {
		t.rows = append(t.rows, 0)
	}
}

func (t *reading) list(token html.Token) {
	t.block()
	first := 0
	if token.DataAtom == atom.Ol {
		first = 1
		if n, err := strconv.Atoi(attribute(token, "start")); err == nil && n > 0 && n < 1e6 {
			first = n
		}
	}
	if len(t.lists) < maxDepth {
		t.lists = append(t.lists, first)
	}
}

func (t *reading) entry() {
	t.block()
	n := len(t.lists)
	if n == 0 || t.lists[n-1] == 0 {
		t.write([]byte("- "))
		return
	}
	t.write([]byte(strconv.Itoa(t.lists[n-1]) + ". "))
	t.lists[n-1]++
}

func (t *reading) meta(token html.Token) {
	name := attribute(token, "name")
	if name == "" {
		name = attribute(token, "property")
	}
	if content := Line(attribute(token, "content")); name != "" && content != "" && len(t.out.Meta) < maxMeta {
		t.out.Meta = append(t.out.Meta, Meta{strings.ToLower(Line(cut(name))), cut(content)})
	}
}

// picture reads the words that stand for a picture, and counts pictures that are
// not in the document.
func (t *reading) picture(token html.Token) {
	src := strings.ToLower(attribute(token, "src"))
	switch {
	case strings.HasPrefix(src, "http:") || strings.HasPrefix(src, "https:") || strings.HasPrefix(src, "//"):
		t.remote++
	case strings.HasPrefix(src, "data:"):
		t.inlined++
	}
	t.spaced(attribute(token, "alt"))
}

// spaced writes words that touch no others.
func (t *reading) spaced(words string) {
	if words = Line(words); words == "" {
		return
	}
	t.space = true
	t.text([]byte(words))
	t.space = true
}

func (t *reading) endLink() {
	if t.link == nil {
		return
	}
	t.link.Text = Line(t.words.String())
	t.out.Links = append(t.out.Links, *t.link)
	if misleads(t.link) {
		t.misled++
	}
	t.link = nil
	t.words.Reset()
}

// misleads says whether the words of a link are the address of another host than
// the one it leads to.
func misleads(l *Link) bool {
	shown := strings.ToLower(l.Text)
	if !strings.HasPrefix(shown, "http://") && !strings.HasPrefix(shown, "https://") {
		return false
	}
	from, err := url.Parse(shown)
	if err != nil || from.Host == "" {
		return false
	}
	to, err := url.Parse(strings.ToLower(l.URL))
	return err == nil && to.Host != "" && strings.TrimPrefix(to.Host, "www.") != strings.TrimPrefix(from.Host, "www.")
}

// hide keeps count of elements inside a hidden one.
func (t *reading) hide(token html.Token) {
	if token.Type != html.StartTagToken || void[token.DataAtom] || len(t.hiding) >= maxDepth {
		return
	}
	if len(t.hiding) > 0 || hides(token) {
		t.hiding = append(t.hiding, token.DataAtom)
	}
}

// unhide ends the innermost element of a name, and those left open inside it.
func (t *reading) unhide(name atom.Atom) {
	for i := len(t.hiding) - 1; i >= 0; i-- {
		if t.hiding[i] == name {
			t.hiding = t.hiding[:i]
			return
		}
	}
}

var void = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true,
	atom.Input: true, atom.Link: true, atom.Meta: true, atom.Param: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// hides says whether a browser would not show an element.
func hides(token html.Token) bool {
	for _, a := range token.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style := strings.ToLower(strings.Join(strings.Fields(cut(a.Val)), "")) + ";"
			for _, how := range []string{"display:none", "visibility:hidden", "font-size:0;", "font-size:0px", "font-size:0pt", "opacity:0;"} {
				if strings.Contains(style, how) {
					return true
				}
			}
		}
	}
	return false
}

func cut(s string) string {
	if len(s) <= maxWords {
		return s
	}
	return strings.ToValidUTF8(s[:maxWords], "")
}
