package legacy

import (
	"strings"

	"overt/extract/document"
	"overt/extract/markup"
)

// wrappedIn says whether the head of a document tells of HTML or plain text that
// was wrapped.
func wrappedIn(head string) (html *strings.Builder, plain bool) {
	for _, word := range []string{`\fromhtml`, `\fromtext`} {
		i := strings.Index(head, word)
		if i < 0 || strings.HasPrefix(head[i+len(word):], "0") {
			continue
		}
		if word == `\fromtext` {
			return nil, true
		}
		return &strings.Builder{}, false
	}
	return nil, false
}

// unwrap puts the text of HTML that was wrapped.
func (t *rich) unwrap() error {
	c, err := markup.Text(strings.NewReader(t.html.String()), t.r.lim.PageText/2)
	if err != nil {
		return err
	}
	t.r.property("title", c.Title)
	t.r.page.Put(c.Text)
	for _, l := range c.Links {
		t.r.note("link", "a link leads to %s", l.URL)
	}
	for _, n := range c.Notes {
		t.r.note(n.Code, "%s", n.Message)
	}
	if c.Cut {
		return t.r.say(document.Gap{Page: t.r.page.At(), Code: document.TooMuch, Reason: "the page has more text than is read"})
	}
	return nil
}

// putWrapped keeps what was wrapped, and not what stands for it.
func (t *rich) putWrapped(s string) {
	switch {
	case t.state.wrapped && !t.state.tag:
	case t.html == nil:
		t.r.page.Put(s)
	case int64(t.html.Len()) < 4*t.r.lim.PageText:
		t.html.WriteString(s)
	}
}
