package mail

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"

	"overt/extract/document"
	"overt/extract/markup"
)

// Write writes the message as one of RFC 5322 with MIME, in UTF-8 (RFC 6532); the
// same message always as the same bytes. Fields of the header that say how a
// message was transported as MIME are its own. What is missing in the bytes, of
// messages inside as well, is given as gaps. Errors: those of w and of ctx.
func (m *Message) Write(ctx context.Context, w io.Writer) ([]document.Gap, error) {
	c := &composing{ctx: ctx, w: bufio.NewWriterSize(w, 32<<10)}
	c.whole(m)
	if c.err != nil {
		return nil, c.err
	}
	return c.gaps, c.w.Flush()
}

// A composing writes one message and keeps the first error.
type composing struct {
	ctx   context.Context
	w     *bufio.Writer
	depth int    // of messages in messages
	path  string // of the message inside that is written, "a.msg: "
	gaps  []document.Gap
	err   error
}

// whole writes a message with its header.
func (c *composing) whole(m *Message) {
	for _, g := range m.Gaps {
		g.Where = Short(c.path + g.Where)
		c.gaps = append(c.gaps, g)
	}
	for _, f := range m.Header {
		if name := strings.ToLower(f.Name); !strings.HasPrefix(name, "content-") && name != "mime-version" && fieldName([]byte(f.Name+":")) > 0 {
			c.field(f.Name, f.Value)
		}
	}
	c.field("MIME-Version", "1.0")
	c.message(m)
}

func (c *composing) print(format string, args ...any) {
	if c.err == nil {
		_, c.err = fmt.Fprintf(c.w, format, args...)
	}
}

// field writes a field, folded at blanks.
func (c *composing) field(name, value string) {
	line := name + ":"
	for _, word := range strings.Fields(markup.Clean(value)) {
		if len(line)+len(word) > 900 || len(line) > 76 {
			c.print("%s\r\n", line)
			line = ""
		}
		line += " " + word
	}
	c.print("%s\r\n", line)
}

// boundary is told apart by what it separates and by depth. No line of ours can
// be one: quoted-printable and base64 never hold "=_".
func (c *composing) boundary(of string) string { return fmt.Sprintf("=_%s_%d", of, c.depth) }

func (c *composing) message(m *Message) {
	if len(m.Parts) == 0 && len(m.Bodies) <= 1 {
		c.bodies(m)
		return
	}
	boundary := c.boundary("part")
	c.print("Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n", boundary)
	for i := range m.Bodies {
		c.print("--%s\r\n", boundary)
		c.body(&m.Bodies[i], i)
		c.print("\r\n")
	}
	for i := range m.Parts {
		c.print("--%s\r\n", boundary)
		c.part(&m.Parts[i])
		c.print("\r\n")
	}
	c.print("--%s--\r\n", boundary)
}

func (c *composing) bodies(m *Message) {
	if len(m.Bodies) == 0 {
		c.print("\r\n")
		return
	}
	c.body(&m.Bodies[0], 0)
	c.print("\r\n")
}

func (c *composing) body(b *Body, number int) {
	switch {
	case b.Markup == "":
		c.text("plain", b.Plain)
	case b.Plain == "":
		c.text("html", b.Markup)
	default:
		boundary := c.boundary(fmt.Sprintf("body_%d", number))
		c.print("Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", boundary)
		c.print("--%s\r\n", boundary)
		c.text("plain", b.Plain)
		c.print("\r\n--%s\r\n", boundary)
		c.text("html", b.Markup)
		c.print("\r\n--%s--\r\n", boundary)
	}
}

func (c *composing) text(kind, text string) {
	c.print("Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
	if c.err != nil {
		return
	}
	q := quotedprintable.NewWriter(c.w)
	if _, c.err = io.WriteString(q, strings.ReplaceAll(text, "\r\n", "\n")); c.err == nil {
		c.err = q.Close()
	}
}

func (c *composing) part(p *Part) {
	kind := markup.Line(p.Type)
	if p.Nested != nil {
		kind = "message/rfc822"
	}
	if main, _ := params(kind, ""); !strings.Contains(main, "/") || strings.HasPrefix(main, "multipart/") {
		kind = "application/octet-stream"
	}
	disposition := "attachment"
	if p.Role == "embedded" {
		disposition = "inline"
	}
	name := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(markup.Line(Short(p.Path)))
	c.field("Content-Type", kind)
	if name == "" {
		c.field("Content-Disposition", disposition)
	} else {
		c.field("Content-Disposition", disposition+`; filename="`+name+`"`)
	}
	if p.ID != "" {
		c.field("Content-ID", "<"+p.ID+">")
	}
	if c.err != nil {
		return
	}
	if p.Nested != nil {
		c.print("Content-Transfer-Encoding: 8bit\r\n\r\n")
		c.nested(p)
		return
	}
	c.print("Content-Transfer-Encoding: base64\r\n\r\n")
	c.base64(p)
}

func (c *composing) nested(p *Part) {
	m, err := p.Nested()
	if err != nil {
		c.gaps = append(c.gaps, document.Gap{Where: Short(c.path + "member " + p.Path), Code: document.Damaged, Reason: Sentence(err)})
		return
	}
	outer := c.path
	c.depth, c.path = c.depth+1, Short(c.path+p.Path+": ")
	c.whole(m)
	c.depth, c.path = c.depth-1, outer
}

// base64 writes the bytes of a part in lines of 76 characters.
func (c *composing) base64(p *Part) {
	if c.err != nil {
		return
	}
	lines := &wrapped{w: c.w}
	e := base64.NewEncoder(base64.StdEncoding, lines)
	damage, err := copyPart(c.ctx, e, p.Open)
	if c.err = err; c.err == nil {
		c.err = e.Close()
	}
	if c.err == nil && damage != nil {
		c.gaps = append(c.gaps, document.Gap{Where: Short(c.path + "member " + p.Path), Code: document.Damaged, Reason: Sentence(damage)})
	}
}

// A wrapped writer ends lines at 76 characters.
type wrapped struct {
	w io.Writer
	n int
}

func (l *wrapped) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		n := min(76-l.n, len(p))
		if _, err := l.w.Write(p[:n]); err != nil {
			return 0, err
		}
		p = p[n:]
		if l.n += n; l.n == 76 {
			if _, err := io.WriteString(l.w, "\r\n"); err != nil {
				return 0, err
			}
			l.n = 0
		}
	}
	return total, nil
}
