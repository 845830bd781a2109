package mapi

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"overt/extract/charset"
	"overt/extract/document"
	"overt/extract/mail"
	"overt/extract/markup"
)

// compose gives what an item says as a message.
func (it *item) compose(depth int) *mail.Message {
	it.findPage()
	it.room = max(int64(maxBody)>>depth, maxText)
	for i := range it.recipients {
		it.recipients[i].page = it.page
	}
	m := &mail.Message{}
	it.header(m)
	it.bodies(m)
	for i := range it.attachments {
		it.attachments[i].page = cmp.Or(it.attachments[i].page, it.page)
		it.attachments[i].part(m, i+1, depth)
	}
	for _, reason := range it.gaps {
		m.Gaps = append(m.Gaps, document.Gap{Where: "the message", Code: document.Damaged, Reason: reason})
	}
	return m
}

// header keeps the header the message was sent with, where there is one, and adds
// what only the properties tell.
func (it *item) header(m *mail.Message) {
	if transport := it.text(tagTransportHeaders); strings.Contains(transport, ":") {
		m.Raw = strings.TrimSpace(transport)
		m.Header = mail.Fields(m.Raw)
	}
	have := map[string]bool{}
	for _, f := range m.Header {
		have[strings.ToLower(f.Name)] = true
	}
	add := func(name, value string) {
		if value = markup.Line(value); value != "" && !have[strings.ToLower(name)] {
			m.Header = append(m.Header, mail.Field{Name: name, Value: value})
		}
	}
	add("Subject", it.subject())
	from := it.address(tagSentRepName, tagSentRepAddress, tagSentRepSMTP)
	sender := it.address(tagSenderName, tagSenderAddress, tagSenderSMTP)
	add("From", cmp.Or(from, sender))
	if from != "" && sender != from {
		add("Sender", sender)
	}
	for _, to := range []struct {
		name string
		kind int64
		tag  uint16
	}{{"To", 1, tagDisplayTo}, {"Cc", 2, tagDisplayCc}, {"Bcc", 3, tagDisplayBcc}} {
		add(to.name, cmp.Or(it.to(to.kind), listed(it.line(to.tag))))
	}
	for _, tag := range []uint16{tagClientSubmitTime, tagDeliveryTime, tagCreated} {
		if when := it.date(tag); !when.IsZero() {
			if tag == tagCreated && !have["date"] {
				m.Notes = append(m.Notes, document.Note{Code: "not-sent", Message: "the item was not sent: its date is that of its creation"})
			}
			add("Date", mail.Date(when))
			break
		}
	}
	add("Message-ID", it.line(tagMessageID))
	add("In-Reply-To", it.line(tagInReplyTo))
	add("References", it.line(tagReferences))
	add("Thread-Topic", it.line(tagConversationTopic))
	add("Keywords", strings.Join(it.lines(it.namedText(setPublic, "Keywords")), ", "))
	if n, ok := it.number(tagImportance); ok && n != 1 {
		add("Importance", map[int64]string{0: "low", 2: "high"}[n])
	}
	if n, ok := it.number(tagSensitivity); ok && n > 0 {
		add("Sensitivity", map[int64]string{1: "Personal", 2: "Private", 3: "Company-Confidential"}[n])
	}
	if class := it.line(tagMessageClass); !strings.EqualFold(class, "IPM.Note") {
		add("X-MAPI-Message-Class", class)
	}
}

// subject leaves out the sign that tells how long its prefix is ([MS-PST] 2.5.3.1.1.1).
func (it *item) subject() string {
	raw, _, _ := it.props[tagSubject].bytes(maxText)
	s := it.decode(raw, it.props[tagSubject].typ)
	if r := []rune(s); len(r) >= 2 && r[0] == 1 {
		s = string(r[2:])
	}
	return markup.Line(strings.TrimRight(s, "\x00"))
}

// listed makes names that a person separated by semicolons a list of a header.
func listed(names string) string {
	var list []string
	for name := range strings.SplitSeq(names, ";") {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, nameOnly(name))
		}
	}
	return strings.Join(list, ", ")
}

func nameOnly(name string) string {
	if strings.Contains(name, "@") && !strings.ContainsAny(name, " <") {
		return mail.Address("", name)
	}
	return strings.TrimSuffix(mail.Address(name, ""), " <>")
}

// address writes who a set of properties names.
func (b *bag) address(name, address, smtp uint16) string {
	who, at := b.line(name), cmp.Or(b.line(smtp), b.line(address))
	switch {
	case who == "" && at == "":
		return ""
	case at == "":
		return nameOnly(who)
	}
	return mail.Address(who, at)
}

// to writes the recipients of a kind.
func (it *item) to(kind int64) string {
	var list []string
	for i := range it.recipients {
		r := &it.recipients[i]
		if n, _ := r.number(tagRecipientType); n&0xF == kind {
			if a := r.address(tagDisplayName, tagAddress, tagSMTP); a != "" {
				list = append(list, a)
			}
		}
	}
	return strings.Join(list, ", ")
}

// bodies gives the text of an item: what its kind shows, and what was written.
func (it *item) bodies(m *mail.Message) {
	if shown := it.shown(); shown != "" {
		m.Bodies = append(m.Bodies, mail.Body{Plain: shown})
	}
	gap := func(what string, cut bool, err error) {
		if err != nil {
			m.Gaps = append(m.Gaps, document.Gap{Where: what, Code: document.Damaged, Reason: mail.Sentence(err)})
		}
		if cut {
			m.Gaps = append(m.Gaps, document.Gap{Where: what, Code: document.TooMuch, Reason: "the text goes on past what is read"})
		}
	}
	var body mail.Body
	plain, cut, err := it.body(tagBody, it.room)
	gap("the text", cut, err)
	body.Plain = plain
	marked, cut, err := it.html()
	gap("the HTML text", cut, err)
	if it.has(tagRTF) && (marked == "" || body.Plain == "") {
		marked = it.rich(m, &body, marked)
	}
	if marked != "" {
		body.Markup = marked
		content, err := markup.Text(strings.NewReader(marked), it.room)
		gap("the HTML text", content != nil && content.Cut, err)
		body.HTML = content
	}
	if body.Plain != "" || body.Markup != "" || len(m.Bodies) == 0 {
		m.Bodies = append(m.Bodies, body)
	}
}

// html decodes the HTML body: a text, or bytes in the encoding they declare, the
// item names, or that fits best.
func (it *item) html() (s string, cut bool, err error) {
	v, found := it.props[tagHTML]
	if !found || v.typ != typeBinary {
		return it.body(tagHTML, it.room)
	}
	raw, cut, err := v.bytes(it.room)
	name := ""
	if n, ok := it.number(tagInternetCodePage); ok {
		name = codePage(n)
	}
	if declared, e := charset.Canonical(markup.Charset(raw)); name == "" && e == nil && markup.Charset(raw) != "" {
		name = declared
	}
	guess := charset.Detect(raw[:min(len(raw), 64<<10)])
	if name == "" || guess.BOM > 0 || charset.IsWide(guess.Name) {
		name = guess.Name
	}
	r, e := charset.Reader(bytes.NewReader(raw), name, nil)
	if e != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD"), cut, err
	}
	text, e := io.ReadAll(r)
	return string(text), cut, cmp.Or(err, e)
}

// rich reads the body in RTF. It may be one in disguise: HTML or plain text that
// Outlook wrapped ([MS-OXRTFEX]). Real RTF is kept as a file, too.
func (it *item) rich(m *mail.Message, body *mail.Body, marked string) string {
	raw, _, err := it.props[tagRTF].bytes(it.room)
	if err == nil {
		raw, err = decompress(raw)
	}
	if err != nil {
		m.Gaps = append(m.Gaps, document.Gap{Where: "the RTF text", Code: document.Damaged, Reason: mail.Sentence(err)})
	}
	text, kind := unwrap(raw)
	switch {
	case kind == richHTML:
		return cmp.Or(marked, text)
	case body.Plain == "":
		body.Plain = markup.Clean(text)
	}
	if kind == richRTF && len(raw) > 0 {
		m.Parts = append(m.Parts, mail.Part{
			Member: document.Member{Path: "body.rtf", Type: "application/rtf", Role: document.Embedded, Size: int64(len(raw))},
			Open:   func() (io.Reader, error) { return bytes.NewReader(raw), nil },
		})
	}
	return marked
}

// shown gives the lines that an item of a kind shows beside its text.
func (it *item) shown() string {
	var b strings.Builder
	for _, f := range fields(it.line(tagMessageClass)) {
		tag := f.tag
		if tag == 0 {
			tag = it.named(f.set, f.id)
		}
		if s := it.say(tag); tag != 0 && s != "" {
			b.WriteString(f.label + "\t" + strings.ReplaceAll(s, "\n", "\n\t") + "\n")
		}
	}
	return b.String()
}

// say writes any property as people read it.
func (b *bag) say(id uint16) string {
	v := b.props[id]
	switch v.typ {
	case typeTime:
		if when := b.date(id); !when.IsZero() {
			return when.Format("2006-01-02T15:04:05Z")
		}
		return ""
	case typeBool:
		if v.fixed&1 == 1 {
			return "yes"
		}
		return ""
	case typeDouble:
		return strconv.FormatFloat(math.Float64frombits(v.fixed), 'g', -1, 64)
	case typeUnicode, typeString8:
		return strings.TrimSpace(b.text(id))
	}
	if v.many != nil {
		return strings.Join(b.lines(id), ", ")
	}
	if n, ok := b.number(id); ok {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

func hasClass(class, prefix string) bool {
	class = strings.ToLower(class)
	return class == prefix || strings.HasPrefix(class, prefix+".")
}

// part makes an attachment a part of the message.
func (a *attachment) part(m *mail.Message, number, depth int) {
	name := cmp.Or(a.line(tagAttachLongName), a.line(tagAttachName), a.line(tagDisplayName), fmt.Sprintf("attachment %d", number))
	if title := a.line(tagDisplayName); a.nested != nil && title != "" {
		name = title
	}
	p := mail.Part{ID: strings.Trim(a.line(tagAttachID), "<>")}
	p.Path, p.Type, p.Role, p.Size = name, strings.ToLower(a.line(tagAttachType)), document.Attached, -1
	if when := a.date(tagModified); !when.IsZero() {
		p.Modified = when.Format("2006-01-02T15:04:05Z")
	}
	if flags, _ := a.number(tagAttachFlags); flags&4 != 0 {
		p.Role = document.Embedded
	}
	if hidden, _ := a.number(tagAttachHidden); hidden != 0 {
		p.Role = document.Embedded
	}
	gap := func(code, reason string) {
		m.Gaps = append(m.Gaps, document.Gap{Where: mail.Short("member " + name), Code: code, Reason: reason})
	}
	method, _ := a.number(tagAttachMethod)
	data, there := a.props[tagAttachData]
	switch {
	case a.nested != nil && depth >= maxNested:
		gap(document.TooMuch, "messages lie too deep inside each other")
	case a.nested != nil:
		p.Type = "message/rfc822"
		p.Nested = func() (*mail.Message, error) {
			it, err := a.nested()
			if err != nil {
				return nil, err
			}
			return it.compose(depth + 1), nil
		}
		m.Parts = append(m.Parts, p)
	case len(a.files) > 0:
		for _, f := range a.files {
			p.Path, p.Type, p.Role = name+"/"+markup.Line(f.name), "", document.Embedded
			p.Open = opened(f.open)
			m.Parts = append(m.Parts, p)
		}
	case there && data.open != nil:
		p.Open = opened(data.open)
		m.Parts = append(m.Parts, p)
		if p.Type == "application/pkcs7-mime" || p.Type == "application/x-pkcs7-mime" || p.Type == "multipart/signed" {
			m.Notes = append(m.Notes, document.Note{Code: "cryptographic", Message: "the message is signed or encrypted as a whole (S/MIME); its text, if any can be read, is inside its file"})
		}
	case method > methodByValue && method < methodEmbeddedMessage || method == 7:
		gap(document.Unknown, "the attachment is a reference to a file elsewhere")
		if path := cmp.Or(a.line(tagAttachLongPath), a.line(tagAttachPath)); path != "" {
			m.Bodies = append(m.Bodies, mail.Body{Plain: "Attached as a reference\t" + path})
		}
	default:
		gap(document.Damaged, "the attachment has no content")
	}
}

func opened(open func() (*io.SectionReader, error)) func() (io.Reader, error) {
	return func() (io.Reader, error) {
		src, err := open()
		if err != nil {
			return nil, err
		}
		return io.NewSectionReader(src, 0, src.Size()), nil
	}
}
