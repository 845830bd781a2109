package mail

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"overt/extract/document"
	"overt/extract/markup"
)

// VCard reads address cards (vCard 2.1, 3.0, 4.0): a page for each, a line for
// each of its fields; photographs and keys are members.
type VCard struct{}

var _ document.Reader = VCard{}

// Read implements document.Reader.
func (VCard) Read(ctx context.Context, in document.Input, out document.Sink) error {
	return readEntries(ctx, in, out, "VCARD", "card", cardProperty)
}

// cardProperty gives what a field of a card tells about the document.
func cardProperty(l *contentLine) (name, value string) {
	switch l.name {
	case "FN":
		return "peopleMentioned", markup.Line(unescaped(l.value))
	case "ORG":
		return "companiesMentioned", joined(l.value, ", ")
	case "EMAIL":
		return "emailMentioned", markup.Line(unescaped(l.value))
	case "TEL":
		return "phoneMentioned", strings.TrimPrefix(markup.Line(unescaped(l.value)), "tel:")
	case "ADR":
		return "locationMentioned", joined(l.value, ", ")
	}
	return "", ""
}

// Calendar reads iCalendar and vCalendar: a page for each entry (event, task,
// note, time that is busy), a line for each of its fields.
type Calendar struct{}

var _ document.Reader = Calendar{}

// Read implements document.Reader.
func (Calendar) Read(ctx context.Context, in document.Input, out document.Sink) error {
	return readEntries(ctx, in, out, "VCALENDAR", "calendar", calendarProperty)
}

func calendarProperty(l *contentLine) (name, value string) {
	switch l.name {
	case "PRODID":
		return "generator", markup.Line(unescaped(l.value))
	case "X-WR-CALNAME", "NAME":
		return "title", markup.Line(unescaped(l.value))
	case "ORGANIZER", "ATTENDEE":
		return "emailMentioned", calAddress(l)
	case "LOCATION":
		return "locationMentioned", markup.Line(unescaped(l.value))
	}
	return "", ""
}

// entries is a file of cards or of a calendar being read.
type entries struct {
	c      *contentLines
	out    document.Sink
	limits document.Limits
	root   string
	say    *saying
	tells  func(*contentLine) (name, value string)

	untold int      // properties, for there are too many
	mails  []string // addresses of the card

	stack  []string // components that are open
	text   strings.Builder
	label  string
	cut    bool
	number int
	stray  int
	files  []*contentLine
	size   int
}

// readEntries reads components that begin with BEGIN and end with END. Each that
// lies in the root component, or a root without any, is a page.
func readEntries(ctx context.Context, in document.Input, out document.Sink, root, what string, tells func(*contentLine) (name, value string)) error {
	c, err := newContentLines(ctx, in)
	if err != nil {
		return err
	}
	e := &entries{c: c, out: out, limits: in.Limits.WithDefaults(), root: root, tells: tells, say: &saying{out: out}}
	for {
		l, err := c.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := e.line(l); err != nil {
			return err
		}
	}
	return e.end(what)
}

func (e *entries) end(what string) error {
	open := len(e.stack) > 0
	if err := e.page(); err != nil {
		return err
	}
	gap := func(code, format string, args ...any) error {
		return e.out.Gap(document.Gap{Where: "the " + what, Code: code, Reason: fmt.Sprintf(format, args...)})
	}
	if e.number == 0 {
		return gap(document.Damaged, "there is no %s in it: no line is BEGIN:%s", what, e.root)
	}
	if e.c.long > 0 {
		if err := gap(document.TooMuch, "lines that are longer than is read: %d", e.c.long); err != nil {
			return err
		}
	}
	if e.untold > 0 {
		if err := gap(document.TooMuch, "names, numbers and addresses that are not told beside the text, for there are too many: %d", e.untold); err != nil {
			return err
		}
	}
	if open {
		if err := e.out.Note(note("cut-short", "the last entry is not ended: the end may be missing")); err != nil {
			return err
		}
	}
	if e.stray > 0 {
		return gap(document.Damaged, "lines that stand outside of any entry: %d", e.stray)
	}
	return nil
}

func (e *entries) line(l *contentLine) error {
	switch l.name {
	case "BEGIN":
		return e.begin(strings.ToUpper(markup.Line(l.value)))
	case "END":
		return e.close(strings.ToUpper(markup.Line(l.value)))
	}
	if len(e.stack) == 0 {
		e.stray++
		return nil
	}
	e.tell(e.tells(l))
	e.person(l)
	if e.say.err != nil {
		return e.say.err
	}
	if l.isFile() {
		if e.size += len(l.value); e.size > maxContent {
			e.cut = true
			return nil
		}
		e.files = append(e.files, l)
		return nil
	}
	e.write(l)
	return nil
}

// tell says a property, as far as a document may have so many.
func (e *entries) tell(name, value string) {
	switch value = strings.TrimSpace(value); {
	case name == "" || value == "" || len(value) > 1000:
	case len(e.say.said) >= e.limits.Properties && !e.say.said[[2]string{name, value}]:
		e.untold++
	default:
		e.say.say(name, value)
	}
}

// person says who is named by an address, as the header of a mail does: "Name
// <address>".
func (e *entries) person(l *contentLine) {
	switch l.name {
	case "ORGANIZER", "ATTENDEE":
		if address := calAddress(l); address != "" {
			e.tell(strings.ToLower(l.name), named(l.word("CN"), address))
		}
	case "EMAIL":
		if e.root == "VCARD" && len(e.mails) < 100 {
			e.mails = append(e.mails, markup.Line(unescaped(l.value)))
		}
	}
}

// calAddress is the mail address of somebody in a calendar; some programs write
// one beside a name of their own (RFC 7986, 6.2).
func calAddress(l *contentLine) string {
	address := markup.Line(l.value)
	if len(address) > 7 && strings.EqualFold(address[:7], "mailto:") {
		address = address[7:]
	} else {
		address = l.word("EMAIL")
	}
	if !strings.Contains(address, "@") {
		return ""
	}
	return address
}

func named(name, address string) string {
	if name == "" || strings.EqualFold(name, address) {
		return address
	}
	return name + " <" + address + ">"
}

// begin opens a component. One of a calendar's own (an event) is a new page;
// what lies deeper (an alarm) is part of it.
func (e *entries) begin(name string) error {
	if len(e.stack) == 0 && name != e.root && e.root == "VCARD" {
		e.stray++
	}
	if len(e.stack) <= 1 {
		if err := e.page(); err != nil {
			return err
		}
	}
	if len(e.stack) >= e.limits.Depth {
		return &document.Refusal{Code: document.TooMuch, Reason: "entries lie too deep inside each other", Retry: "split the file"}
	}
	e.stack = append(e.stack, name)
	if len(e.stack) > 1 {
		e.put(name + "\n")
	}
	return nil
}

func (e *entries) close(name string) error {
	for i := len(e.stack) - 1; i >= 0; i-- {
		if e.stack[i] == name {
			e.stack = e.stack[:i]
			break
		}
	}
	if len(e.stack) <= 1 {
		return e.page()
	}
	return nil
}

// write adds the line of a field: its name, the words that say of which kind it
// is, its value.
func (e *entries) write(l *contentLine) {
	if l.name == "VERSION" {
		return
	}
	name := l.name
	var kinds []string
	for _, p := range l.params {
		switch p[0] {
		case "TYPE", "CN", "EMAIL", "TZID", "ROLE", "PARTSTAT", "LABEL", "X-SERVICE-TYPE":
			kinds = append(kinds, p[1])
		}
	}
	if len(kinds) > 0 {
		name += " (" + strings.Join(kinds, ", ") + ")"
	}
	value := unescaped(l.value)
	switch l.name {
	case "N", "ADR", "ORG":
		value = joined(l.value, ", ")
	case "DTSTART", "DTEND", "DTSTAMP", "DUE", "COMPLETED", "CREATED", "LAST-MODIFIED", "RECURRENCE-ID", "EXDATE", "RDATE", "BDAY", "ANNIVERSARY", "REV":
		value = dates(value)
	case "FN", "SUMMARY":
		if e.label == "" {
			e.label = Short(markup.Line(value))
		}
	}
	e.put(name + "\t" + strings.Trim(strings.ReplaceAll(value, "\n", "\n\t"), "\n\t ") + "\n")
}

// dates writes dates as people do: "20240304T090000Z" is "2024-03-04 09:00:00Z".
func dates(value string) string {
	list := strings.Split(value, ",")
	for i, s := range list {
		for layout, as := range map[string]string{
			"20060102": "2006-01-02", "20060102T150405": "2006-01-02 15:04:05", "20060102T150405Z": "2006-01-02 15:04:05Z",
		} {
			if when, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
				list[i] = when.Format(as)
			}
		}
	}
	return strings.Join(list, ", ")
}

func (e *entries) put(s string) {
	if int64(e.text.Len()+len(s)) > e.limits.PageText {
		e.cut = true
		return
	}
	e.text.WriteString(s)
}

// page says what was gathered.
func (e *entries) page() error {
	for _, address := range e.mails {
		e.tell("contact", named(e.label, address))
	}
	if e.say.err != nil {
		return e.say.err
	}
	text, label, files := markup.Clean(strings.TrimRight(e.text.String(), "\n")), e.label, e.files
	cut := e.cut
	e.text.Reset()
	e.label, e.files, e.cut, e.size, e.mails = "", nil, false, 0, nil
	if text == "" && len(files) == 0 {
		return nil
	}
	e.number++
	if err := e.out.Page(document.Page{Number: e.number, Label: label, Text: text, Origin: document.Letters}); err != nil {
		return err
	}
	if cut {
		if err := e.out.Gap(document.Gap{Page: e.number, Code: document.TooMuch, Reason: "the entry is longer than is read"}); err != nil {
			return err
		}
	}
	for i, l := range files {
		m := document.Member{Path: fmt.Sprintf("%s %d", strings.ToLower(Short(l.name)), i+1), Role: document.Embedded, Size: -1}
		if label != "" {
			m.Path = Short(strings.ReplaceAll(label, "/", " ")) + "/" + m.Path
		}
		src, kind := l.file()
		m.Type = kind
		w, err := e.out.Member(m)
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, src); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
	return nil
}
