package mail

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"overt"
	"overt/extract/document"
	"overt/extract/markup"
)

// OLM reads the archive of Outlook for Mac: a ZIP of XML. Each message is a
// member, composed of what its XML says; contacts, calendars and other files come
// out as they lie there.
type OLM struct{}

var _ document.Reader = OLM{}

const (
	// maxMessageXML bounds the XML of one file of messages, in bytes.
	maxMessageXML = 64 << 20
	// maxXMLDepth bounds elements in elements.
	maxXMLDepth = 100
)

// Read implements document.Reader.
func (OLM) Read(ctx context.Context, in document.Input, out document.Sink) error {
	z, err := zip.NewReader(in, in.Size)
	if err != nil {
		return overt.Errorf(overt.Invalid, "", "the archive of Outlook for Mac cannot be opened: %w", err)
	}
	o := &olm{ctx: ctx, out: out, files: map[string]*zip.File{}, used: map[string]bool{}}
	for _, f := range z.File {
		o.files[strings.TrimPrefix(f.Name, "/")] = f
	}
	for _, f := range z.File {
		if isMessages(f.Name) {
			if err := o.messages(f); err != nil {
				return err
			}
		}
	}
	for _, f := range z.File {
		if name := strings.TrimPrefix(f.Name, "/"); !isMessages(f.Name) && !o.used[name] && !strings.HasSuffix(name, "/") {
			if err := o.file(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// An olm is an archive being read.
type olm struct {
	ctx   context.Context
	out   document.Sink
	files map[string]*zip.File
	used  map[string]bool // attachments that a message holds
}

// isMessages tells the files of messages, "…/com.microsoft.__Messages/Inbox/message_00001.xml".
func isMessages(name string) bool {
	return strings.HasPrefix(name[strings.LastIndexByte(name, '/')+1:], "message_") && strings.HasSuffix(name, ".xml") && strings.Contains(name, "com.microsoft.__Messages")
}

func (o *olm) gap(f *zip.File, code string, err error) error {
	if err := o.ctx.Err(); err != nil {
		return err
	}
	return o.out.Gap(document.Gap{Where: Short("member " + markup.Clean(f.Name)), Code: code, Reason: Sentence(err)})
}

// open opens a file of the archive; at most limit bytes are given.
func (o *olm) open(f *zip.File) (io.ReadCloser, error) {
	if f.Flags&1 != 0 {
		return nil, damaged("it is encrypted")
	}
	return f.Open()
}

func (o *olm) file(f *zip.File) error {
	m := document.Member{Path: Short(markup.Clean(f.Name)), Role: document.Packed, Size: -1}
	if !f.Modified.IsZero() {
		m.Modified = f.Modified.UTC().Format(time.RFC3339)
	}
	r, err := o.open(f)
	if err != nil {
		return o.gap(f, document.Damaged, err)
	}
	defer r.Close()
	w, err := o.out.Member(m)
	if err != nil {
		return err
	}
	damage, err := copyPart(o.ctx, w, func() (io.Reader, error) { return r, nil })
	if e := w.Close(); err == nil {
		err = e
	}
	if err == nil && damage != nil {
		return o.gap(f, document.Damaged, damage)
	}
	return err
}

// messages reads the messages of one file.
func (o *olm) messages(f *zip.File) error {
	r, err := o.open(f)
	if err != nil {
		return o.gap(f, document.Damaged, err)
	}
	defer r.Close()
	limited := &io.LimitedReader{R: r, N: maxMessageXML}
	d := xml.NewDecoder(limited)
	d.Strict = false
	count := 0
	for {
		if err := o.ctx.Err(); err != nil {
			return err
		}
		token, err := d.Token()
		if errors.Is(err, io.EOF) && limited.N > 0 && count > 0 {
			return nil
		}
		if err != nil {
			if limited.N <= 0 {
				return o.gap(f, document.TooMuch, damaged("it is longer than is read"))
			}
			return o.gap(f, document.Damaged, cmp.Or(errOf(count, err), damaged("there is no message in it")))
		}
		if start, is := token.(xml.StartElement); is && start.Name.Local == "email" {
			e, err := readEmail(d)
			if err != nil {
				return o.gap(f, document.Damaged, err)
			}
			path := f.Name
			if count++; count > 1 {
				path += fmt.Sprintf(" %d", count)
			}
			if err := o.message(path, e); err != nil {
				return err
			}
		}
	}
}

// errOf leaves out the end of a file that came before any message.
func errOf(count int, err error) error {
	if count == 0 && errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (o *olm) message(path string, e *email) error {
	m := e.compose(o)
	w, err := o.out.Member(document.Member{Path: Short(markup.Clean(path)), Type: "message/rfc822", Charset: "utf-8", Modified: e.modified, Role: document.Message, Size: -1})
	if err != nil {
		return err
	}
	gaps, err := m.Write(o.ctx, w)
	if e := w.Close(); err == nil {
		err = e
	}
	for _, g := range gaps {
		if err == nil {
			g.Where = Short("member " + markup.Clean(path) + ": " + g.Where)
			err = o.out.Gap(g)
		}
	}
	return err
}

// An email is an element of that name: its texts by the names of their elements,
// its addresses, its attachments.
type email struct {
	texts       map[string]string
	addresses   map[string][]string
	attachments []map[string]string
	modified    string
}

// readEmail reads up to the end of the element.
func readEmail(d *xml.Decoder) (*email, error) {
	e := &email{texts: map[string]string{}, addresses: map[string][]string{}}
	var open []string
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("read a message: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) >= maxXMLDepth {
				return nil, damaged("its elements lie too deep inside each other")
			}
			e.start(open, t)
			open = append(open, t.Name.Local)
			text.Reset()
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			if len(open) == 0 {
				return e, nil
			}
			name := open[len(open)-1]
			if open = open[:len(open)-1]; len(open) == 0 && text.Len() > 0 {
				e.texts[name] = text.String()
			}
			text.Reset()
		}
	}
}

func (e *email) start(open []string, t xml.StartElement) {
	values := map[string]string{}
	for _, a := range t.Attr {
		values[a.Name.Local] = a.Value
	}
	switch t.Name.Local {
	case "emailAddress":
		if len(open) > 0 && len(e.addresses[open[0]]) < 10_000 {
			if a := Address(values["OPFContactEmailAddressName"], values["OPFContactEmailAddressAddress"]); a != "<>" {
				e.addresses[open[0]] = append(e.addresses[open[0]], strings.TrimSuffix(a, " <>"))
			}
		}
	case "messageAttachment":
		if len(e.attachments) < maxParts {
			e.attachments = append(e.attachments, values)
		}
	}
}

// compose makes a message of what the elements say.
func (e *email) compose(o *olm) *Message {
	m := &Message{}
	// What the message was sent with says most; the elements say what it lacks.
	if source := e.texts["OPFMessageCopySource"]; strings.Contains(source, ":") {
		head, _, _ := strings.Cut(strings.ReplaceAll(source, "\r\n", "\n"), "\n\n")
		m.Header = Fields(head)
	}
	add := func(name, value string) {
		if value = markup.Line(value); value != "" && get(m.Header, name) == "" {
			m.Header = append(m.Header, Field{name, value})
		}
	}
	list := func(name string) string { return strings.Join(e.addresses[name], ", ") }
	add("Subject", e.texts["OPFMessageCopySubject"])
	add("From", cmp.Or(list("OPFMessageCopyFromAddresses"), list("OPFMessageCopySenderAddress")))
	if sender := list("OPFMessageCopySenderAddress"); sender != get(m.Header, "From") {
		add("Sender", sender)
	}
	add("To", list("OPFMessageCopyToAddresses"))
	add("Cc", list("OPFMessageCopyCCAddresses"))
	add("Bcc", list("OPFMessageCopyBCCAddresses"))
	add("Reply-To", list("OPFMessageCopyReplyToAddresses"))
	for _, name := range []string{"OPFMessageCopySentTime", "OPFMessageCopyReceivedTime"} {
		if when, ok := parseDate(e.texts[name]); ok {
			if !when.zoned {
				when.Time = when.UTC() // the archive keeps Greenwich time
			}
			add("Date", Date(when.Time))
		}
	}
	if when, ok := parseDate(e.texts["OPFMessageCopyModDate"]); ok {
		e.modified = when.String()
	}
	add("Message-ID", bracketed(e.texts["OPFMessageCopyMessageID"]))
	add("In-Reply-To", bracketed(e.texts["OPFMessageCopyInReplyTo"]))
	add("References", e.texts["OPFMessageCopyReferences"])
	add("Thread-Topic", e.texts["OPFMessageCopyThreadTopic"])
	body := Body{Plain: markup.Clean(e.texts["OPFMessageCopyBody"]), Markup: markup.Clean(e.texts["OPFMessageCopyHTMLBody"])}
	if strings.HasPrefix(strings.TrimSpace(body.Plain), "<") && body.Markup == "" && strings.Contains(strings.ToLower(body.Plain), "<html") {
		body.Plain, body.Markup = "", body.Plain
	}
	m.Bodies = append(m.Bodies, body)
	for i, a := range e.attachments {
		e.attach(o, m, a, i+1)
	}
	return m
}

func bracketed(id string) string {
	if id = strings.TrimSpace(id); id == "" || strings.HasPrefix(id, "<") {
		return id
	}
	return "<" + id + ">"
}

// attach makes a file of the archive a part of the message that names it.
func (e *email) attach(o *olm, m *Message, a map[string]string, number int) {
	p := Part{ID: strings.Trim(a["OPFAttachmentContentID"], "<>")}
	p.Path = cmp.Or(markup.Line(a["OPFAttachmentName"]), fmt.Sprintf("attachment %d", number))
	p.Type, p.Role, p.Size = strings.ToLower(a["OPFAttachmentContentType"]), document.Attached, -1
	if p.ID != "" && strings.HasPrefix(p.Type, "image/") {
		p.Role = document.Embedded
	}
	where := strings.TrimPrefix(a["OPFAttachmentURL"], "/")
	f := o.files[where]
	if f == nil {
		m.Gaps = append(m.Gaps, document.Gap{Where: Short("member " + p.Path), Code: document.Damaged, Reason: "the file of the attachment is not in the archive"})
		return
	}
	o.used[where] = true
	p.Open = func() (io.Reader, error) { return o.open(f) }
	m.Parts = append(m.Parts, p)
}
