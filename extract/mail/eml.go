package mail

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"strings"

	"overt/extract/charset"
	"overt/extract/document"
	"overt/extract/markup"
)

// EML reads one message: RFC 5322 with MIME, and what programs take for it.
type EML struct{}

var _ document.Reader = EML{}

// Read implements document.Reader.
func (EML) Read(ctx context.Context, in document.Input, out document.Sink) error {
	m, err := parse(ctx, in, 0, in.Size)
	if err != nil {
		return err
	}
	return m.Say(ctx, out, in.Limits)
}

// parse reads the message that lies at start to end of an input.
func parse(ctx context.Context, in document.Input, start, end int64) (*Message, error) {
	limits := in.Limits.WithDefaults()
	s, err := scanParts(ctx, in, start, end, limits.Depth)
	if err != nil {
		return nil, err
	}
	r := &reading{ctx: ctx, in: in, room: min(limits.Text, 4*limits.PageText), page: limits.PageText, m: &Message{Gaps: s.gaps}}
	h := s.root.header
	if len(h.fields) == 0 && start == 0 && s.root.start == 0 && end > 0 {
		r.note("no-header", "there is no header: all of it is read as text")
	}
	r.hint = s.root.params["charset"]
	r.m.Header, r.m.Raw = h.fields, headerText(h, r.hint)
	if h.cut {
		r.gap("the header", document.TooMuch, "the header is longer than is kept; its later fields were not read")
	}
	if h.junk > 0 {
		r.note("header-lines", "lines of the header that are no fields: %d", h.junk)
	}
	return r.m, r.part(s.root, nil, "")
}

func headerText(h *header, hint string) string {
	return markup.Clean(toUTF8(string(h.raw), hint))
}

// A reading makes a Message of the parts that were found.
type reading struct {
	ctx  context.Context
	in   document.Input
	hint string // encoding of the message's text, for names that say none
	room int64  // bytes of text that may still be read
	page int64
	m    *Message
}

func (r *reading) note(code, format string, args ...any) {
	r.m.Notes = append(r.m.Notes, note(code, format, args...))
}

func (r *reading) gap(where, code, reason string) {
	r.m.Gaps = append(r.m.Gaps, document.Gap{Where: where, Code: code, Reason: reason})
}

// part reads a part; within is the multipart that holds it, body where the
// alternatives of one text come together, nil outside of alternatives.
func (r *reading) part(p *part, body *alternatives, within string) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if !p.multipart() {
		return r.leaf(p, body, within)
	}
	switch p.kind {
	case "multipart/encrypted":
		r.gap(where(p), document.Protected, "the message is encrypted; what it holds as a file is kept")
	case "multipart/signed":
		r.note("signed", "the message is signed (%s); the signature was not checked", Short(markup.Line(p.params["protocol"])))
	case "multipart/alternative":
		body = &alternatives{at: -1}
	}
	if !p.seen {
		r.note("no-boundary", "%s is said to have parts and has none; it is read as text", where(p))
		return r.text(p, "text/plain", body)
	}
	if !p.closed {
		r.note("cut-short", "the last boundary of %s is missing: the end may be too", where(p))
	}
	if err := r.outside(p); err != nil {
		return err
	}
	for _, child := range p.parts {
		if err := r.part(child, body, p.kind); err != nil {
			return err
		}
	}
	return nil
}

func where(p *part) string {
	if p.section == "" {
		return "the message"
	}
	return "part " + p.section
}

// alternatives is the body that the texts of a multipart/alternative belong to.
type alternatives struct{ at int }

// leaf reads a part that has none: as text, or as a file.
func (r *reading) leaf(p *part, body *alternatives, within string) error {
	disposition, names := params(p.header.get("Content-Disposition"), r.hint)
	name := names["filename"]
	if name == "" {
		name = p.params["name"]
	}
	if !isEncoding(p.encoding) {
		r.note("encoding", "%s has an unknown transfer encoding; it is read as it stands", where(p))
	}
	if disposition != "attachment" && (name == "" || p.section == "" || within == "multipart/alternative") {
		switch p.kind {
		case "text/plain", "text/html", "text/enriched", "message/delivery-status", "message/disposition-notification", "message/feedback-report":
			return r.text(p, p.kind, body)
		}
	}
	r.file(p, disposition, name, within)
	return nil
}

// file makes a part a member.
func (r *reading) file(p *part, disposition, name, within string) {
	location := markup.Line(p.header.get("Content-Location"))
	if name == "" {
		name = location
	}
	if name == "" {
		name = "part " + cmp.Or(p.section, "1")
	}
	f := Part{ID: strings.Trim(markup.Line(p.header.get("Content-ID")), "<>")}
	f.Path, f.Type, f.Charset, f.Role, f.Size = name, p.kind, canonical(p.params["charset"]), document.Attached, -1
	if disposition != "attachment" && (disposition == "inline" && strings.HasPrefix(p.kind, "image/") || within == "multipart/related" && (f.ID != "" || location != "")) {
		f.Role = document.Embedded
	}
	if disposition != "" {
		_, names := params(p.header.get("Content-Disposition"), "")
		if date, ok := parseDate(names["modification-date"]); ok {
			f.Modified = date.String()
		}
	}
	f.Open = func() (io.Reader, error) {
		return decoded(io.NewSectionReader(r.in, p.start, p.end-p.start), p.encoding), nil
	}
	switch {
	case p.kind == "application/pkcs7-mime" || p.kind == "application/x-pkcs7-mime":
		switch p.params["smime-type"] {
		case "signed-data", "compressed-data":
			r.note("signed", "%s is signed or packed; its text is inside its file", where(p))
		case "enveloped-data", "authenveloped-data":
			r.gap(where(p), document.Protected, "the message is encrypted (S/MIME); it is kept as a file")
		default: // the file tells when it is read
			r.note("cryptographic", "%s is signed or encrypted as a whole (S/MIME); its text, if any can be read, is inside its file", where(p))
		}
	case p.kind == "message/partial" || p.kind == "message/external-body":
		r.gap(where(p), document.Unknown, "the message holds only a reference to, or a piece of, another one")
	}
	r.m.Parts = append(r.m.Parts, f)
}

func canonical(name string) string {
	if name == "" || isASCII(name) {
		return ""
	}
	c, err := charset.Canonical(name)
	if err != nil {
		return ""
	}
	return c
}

// text reads a part to text and puts it with its alternatives.
func (r *reading) text(p *part, kind string, body *alternatives) error {
	raw := decoded(io.NewSectionReader(r.in, p.start, p.end-p.start), p.encoding)
	if p.section == "" && r.in.Charset != "" && p.params["charset"] == "" {
		p.params["charset"] = r.in.Charset
	}
	src, err := r.utf8(raw, p, kind == "text/html")
	if err != nil {
		return err
	}
	b := Body{}
	if kind == "text/html" {
		if b.HTML, err = markup.Text(src, r.room); err != nil {
			return err
		}
		r.room -= int64(len(b.HTML.Text))
		if b.HTML.Cut {
			r.gap(where(p), document.TooMuch, "the text goes on past what is read")
		}
	} else {
		text, err := io.ReadAll(io.LimitReader(src, r.room+1))
		if err != nil {
			return err
		}
		if int64(len(text)) > r.room {
			text = text[:r.room]
			r.gap(where(p), document.TooMuch, "the text goes on past what is read")
		}
		r.room -= int64(len(text))
		b.Plain = r.plain(string(text), p)
	}
	r.add(b, body)
	return nil
}

// plain gives a text as it is read: flowed lines joined, files that were written
// into it taken out, and what protects it said.
func (r *reading) plain(text string, p *part) string {
	text = markup.Clean(strings.ToValidUTF8(text, ""))
	if strings.EqualFold(p.params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(p.params["delsp"], "yes"))
	}
	switch {
	case strings.Contains(text, "-----BEGIN PGP MESSAGE-----"):
		r.gap(where(p), document.Protected, "the text is encrypted (PGP)")
	case strings.Contains(text, "-----BEGIN PGP SIGNED MESSAGE-----"):
		r.note("signed", "the text is signed (PGP); the signature was not checked")
	}
	return r.uuencoded(text)
}

// add appends a body, or completes the alternatives it belongs to.
func (r *reading) add(b Body, body *alternatives) {
	if body != nil && body.at >= 0 {
		have := &r.m.Bodies[body.at]
		switch {
		case have.HTML == nil && b.HTML != nil:
			have.HTML = b.HTML
			return
		case have.HTML != nil && have.Plain == "" && b.HTML == nil:
			have.Plain = b.Plain
			return
		}
	}
	r.m.Bodies = append(r.m.Bodies, b)
	if body != nil {
		body.at = len(r.m.Bodies) - 1
	}
}

// utf8 gives the text of a part in UTF-8.
func (r *reading) utf8(raw io.Reader, p *part, isHTML bool) (io.Reader, error) {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(raw, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	head = head[:n]
	whole := io.MultiReader(bytes.NewReader(head), raw)
	name := p.params["charset"]
	if isHTML && name == "" {
		name = markup.Charset(head)
	}
	if strings.EqualFold(name, "utf-7") {
		all, err := io.ReadAll(io.LimitReader(whole, r.room))
		return strings.NewReader(utf7(string(all))), err
	}
	if _, err := charset.Canonical(name); err != nil && name != "" && !isASCII(name) {
		r.note("charset", "%s says an encoding that nobody knows (%s); the likeliest is taken", where(p), Short(name))
	}
	return charset.Reader(whole, known(name, head), nil)
}

// outside reads text before the first part and after the last, which mail
// programs do not show.
func (r *reading) outside(p *part) error {
	for i, o := range p.outside {
		if o[1] = min(o[1], p.end); o[1] <= o[0] {
			continue
		}
		const most = 64 << 10
		text, err := io.ReadAll(io.NewSectionReader(r.in, o[0], min(o[1]-o[0], most)))
		if err != nil {
			return err
		}
		said := strings.TrimSpace(string(text))
		if said == "" || i == 0 && len(said) < 500 && strings.Contains(said, "MIME") {
			continue
		}
		if o[1]-o[0] > most {
			r.gap(where(p), document.TooMuch, "text outside the parts goes on past what is read")
		}
		r.note("outside", "text outside the parts, which mail programs do not show, is a page of its own")
		r.m.Outside = append(r.m.Outside, markup.Clean(toUTF8(said, r.hint)))
	}
	return nil
}
