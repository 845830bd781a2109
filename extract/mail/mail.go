// Package mail reads messages and what people keep beside them: single mails,
// mailboxes, saved web pages, address cards, calendars.
//
// A message is read where it lies: one pass finds its parts, and what is inside
// is decoded as it is handed on, so that its size costs no memory. Mail is made by
// programs that err; what the rules forbid is read as it was meant and said in a
// Note.
//
// The invariant: each byte of a message that carries something comes out as text,
// as a property, as a member, or as a gap.
package mail

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"overt"
	"overt/extract/document"
	"overt/extract/markup"
)

// A Message is a mail as its reader found it, or as the reader of another format
// composed it.
type Message struct {
	Header []Field
	// Raw is the header as it came, clean (see markup.Clean); empty for a message
	// that came without.
	Raw    string
	Bodies []Body
	// Outside is text between the parts, which mail programs do not show.
	Outside []string
	Parts   []Part
	Gaps    []document.Gap
	Notes   []document.Note
}

// A Field is one field of a header, unfolded. In a composed message the value is
// UTF-8.
type Field struct{ Name, Value string }

// A Body is a text that the message shows; the two fields are alternatives for
// the same.
type Body struct {
	Plain string
	HTML  *markup.Content
	// Markup is what HTML was read from, kept where the message is composed.
	Markup string
}

// A Part is a file inside the message. Either Open or Nested is set.
type Part struct {
	document.Member
	ID     string // Content-ID without its brackets, empty when there is none
	Open   func() (io.Reader, error)
	Nested func() (*Message, error) // asked for when it is written
}

// Say says the message to out: its header as properties, its text as pages, its
// parts as members. Errors: those of out and of ctx.
func (m *Message) Say(ctx context.Context, out document.Sink, limits document.Limits) error {
	limits = limits.WithDefaults()
	if err := m.sayHeader(out); err != nil {
		return err
	}
	if err := m.sayBodies(out, limits); err != nil {
		return err
	}
	for _, p := range m.Parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.say(ctx, out); err != nil {
			return err
		}
	}
	for _, g := range m.Gaps {
		if err := out.Gap(g); err != nil {
			return err
		}
	}
	for _, n := range append(m.Notes, m.oddities()...) {
		if err := out.Note(n); err != nil {
			return err
		}
	}
	return nil
}

// say writes a part as a member. A part that ends in the middle is a gap.
func (p *Part) say(ctx context.Context, out document.Sink) error {
	p.Path, p.Type = Short(p.Path), Short(p.Type)
	w, err := out.Member(p.Member)
	if err != nil {
		return err
	}
	var damaged error
	var inside []document.Gap
	if p.Nested != nil {
		var m *Message
		if m, damaged = p.Nested(); damaged == nil {
			inside, err = m.Write(ctx, w)
		}
	} else {
		damaged, err = copyPart(ctx, w, p.Open)
	}
	if e := w.Close(); err == nil {
		err = e
	}
	if err == nil && damaged != nil {
		inside = append(inside, document.Gap{Code: document.Damaged, Reason: Sentence(damaged)})
	}
	for _, g := range inside {
		if err == nil {
			g.Where = Short(strings.TrimSuffix("member "+p.Path+": "+g.Where, ": "))
			err = out.Gap(g)
		}
	}
	return err
}

// copyPart tells apart what the bytes of a part are to blame for.
func copyPart(ctx context.Context, w io.Writer, open func() (io.Reader, error)) (damaged, err error) {
	r, err := open()
	if err != nil {
		return err, nil
	}
	buf := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := r.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return nil, err
			}
		}
		switch {
		case err == io.EOF:
			return nil, nil
		case err != nil:
			return err, nil
		}
	}
}

// Sentence is an error as the reason of a gap, bounded.
func Sentence(err error) string { return Short(markup.Line(err.Error())) }

// sayBodies says the text: the plain one, and that of the markup where it says
// something else.
func (m *Message) sayBodies(out document.Sink, limits document.Limits) error {
	var plain, marked []string
	differ := false
	for _, b := range m.Bodies {
		text := strings.Trim(markup.Clean(b.Plain), "\n")
		if b.HTML == nil {
			plain, marked = append(plain, text), append(marked, text)
			continue
		}
		marked = append(marked, b.HTML.Text)
		if strings.TrimSpace(text) == "" {
			text = b.HTML.Text
		} else {
			differ = differ || tellsMore(b.HTML.Text, text)
		}
		plain = append(plain, text)
	}
	number := 0
	say := func(label string, texts []string) error {
		for _, text := range split(strings.Join(texts, "\n"), int(limits.PageText)) {
			if strings.TrimSpace(text) == "" {
				continue
			}
			number++
			if err := out.Page(document.Page{Number: number, Label: label, Text: text, Origin: document.Letters}); err != nil {
				return err
			}
		}
		return nil
	}
	if !differ {
		if err := say("", plain); err != nil {
			return err
		}
	} else {
		if err := say("text", plain); err != nil {
			return err
		}
		if err := say("html", marked); err != nil {
			return err
		}
	}
	if len(m.Outside) > 0 {
		if err := say("outside the parts", m.Outside); err != nil {
			return err
		}
	}
	if err := say("links", m.links()); err != nil {
		return err
	}
	if number == 0 {
		if err := out.Note(note("no-text", "there is no text in the message itself")); err != nil {
			return err
		}
	}
	for _, b := range m.Bodies {
		if b.HTML == nil {
			continue
		}
		for _, n := range b.HTML.Notes {
			if err := out.Note(n); err != nil {
				return err
			}
		}
	}
	return nil
}

// links gives where the words of the HTML texts lead, where no text says so: a
// line for each, the words and the address separated by a tab.
func (m *Message) links() []string {
	var list []string
	seen := map[string]bool{}
	for _, b := range m.Bodies {
		if b.HTML == nil {
			continue
		}
		for _, l := range b.HTML.Links {
			to := markup.Line(l.URL)
			scheme, _, _ := strings.Cut(strings.ToLower(to), ":")
			leads := slices.Contains([]string{"http", "https", "mailto", "ftp", "file"}, scheme)
			if !leads || seen[to] || len(seen) >= 1000 {
				continue
			}
			seen[to] = true
			if bare := strings.TrimPrefix(to, "mailto:"); !strings.Contains(b.Plain, bare) && !strings.Contains(l.Text, bare) {
				list = append(list, strings.TrimPrefix(l.Text+"\t", "\t")+to)
			}
		}
	}
	return list
}

// split cuts a text at line ends into pieces of at most limit bytes.
func split(text string, limit int) []string {
	var pieces []string
	for len(text) > limit {
		at := strings.LastIndexByte(text[:limit], '\n') + 1
		if at == 0 {
			for at = limit; at > 0 && text[at]&0xC0 == 0x80; at-- {
			}
		}
		pieces = append(pieces, text[:at])
		text = text[at:]
	}
	return append(pieces, text)
}

// tellsMore says whether more than one word in twenty of a text, and more than
// two, are not in another.
func tellsMore(text, than string) bool {
	known := map[string]int{}
	for _, w := range words(than) {
		known[w]++
	}
	all, missing := words(text), 0
	for _, w := range all {
		if known[w]--; known[w] < 0 {
			missing++
		}
	}
	return missing > 2 && missing*20 > len(all)
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r < 0x80 && (r < '0' || r > '9' && r < 'a' || r > 'z') || r == 0xA0 || r == 0x2022
	})
}

// Short bounds a name or a sentence as document.Checked wants it.
func Short(s string) string {
	const limit = 1000
	if len(s) <= limit {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

func damaged(format string, args ...any) error {
	return overt.Errorf(overt.Invalid, "", format, args...)
}

func note(code, format string, args ...any) document.Note {
	return document.Note{Code: code, Message: Short(fmt.Sprintf(format, args...))}
}
