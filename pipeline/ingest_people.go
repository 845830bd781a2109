package pipeline

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"overt"
	"overt/extract/document"
	"overt/ftm"
	"overt/statement"
)

// A party is somebody whom a document names by an address: the property that does,
// and the one that links to him, if there is one.
type party struct{ prop, link string }

// parties are the writers and readers of a message; attending those whom calendars
// and address cards name.
var (
	parties = []party{
		{"from", "emitters"}, {"sender", "emitters"}, {"to", "recipients"}, {"cc", "recipients"}, {"bcc", "recipients"},
	}
	attending = []party{{prop: "organizer"}, {prop: "attendee"}, {prop: "contact"}}
)

// maxAddress bounds an address in bytes (RFC 5321, 4.5.3.1.3).
const maxAddress = 254

// AddressID is the entity of a mail address, or of an Exchange name; "" for what is
// neither. Two spellings are one entity where they differ in case alone; nothing
// else of them is interpreted, and a display name never makes two addresses one.
func AddressID(address string) ftm.EntityID {
	address = strings.ToLower(strings.TrimSpace(address))
	switch {
	case len(address) > maxAddress:
		return ""
	case strings.HasPrefix(address, "/o="):
		return ftm.EntityID("ex:" + address)
	}
	address = strings.TrimPrefix(address, "mailto:")
	clean, err := ftm.Default().Schema("LegalEntity").Property("email").Clean(address, ftm.CleanOptions{})
	if err != nil || clean == "" {
		return ""
	}
	return ftm.EntityID("mailto:" + strings.ToLower(clean))
}

// nameAddress takes apart what a reader says of a party: "Ada Example <a@b.org>".
func nameAddress(s string) (name, address string) {
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		return strings.TrimSpace(s[:open]), s[open+1 : len(s)-1]
	}
	return "", s
}

// people says whom a document names, such as who wrote a message and who was
// written to: for each address an entity with the names it is given here, and
// nothing more of a person. What has no address stays a word of the document. at
// tells where an address stands.
func (t *teller) people(h *had, parties []party, message *telling, at func(prop, address string) stand) error {
	told := map[ftm.EntityID]*telling{}
	var order []ftm.EntityID
	for _, party := range parties {
		for _, value := range h.index.Values(party.prop) {
			name, address := nameAddress(value)
			id := AddressID(address)
			if id == "" {
				continue
			}
			at := at(party.prop, address)
			quote := cmp.Or(at.quote, value)
			d := told[id]
			if d == nil {
				d = &telling{t: t, h: h, schema: ftm.Default().Schema("LegalEntity")}
				d.said(statement.PropID, string(id), "", at.where)
				if email, ok := strings.CutPrefix(string(id), "mailto:"); ok {
					d.said("email", email, quote, at.where)
				}
				if role := roleOf(address); role != "" {
					d.own("keywords", role)
				}
				told[id], order = d, append(order, id)
			}
			// That a name is another address says nothing of who this is.
			if clean, err := d.schema.Property("name").Clean(name, ftm.CleanOptions{}); err == nil && clean != "" && !strings.Contains(clean, "@") {
				d.said("name", clean, quote, at.where)
			}
			if party.link != "" {
				message.said(party.link, string(id), quote, at.where)
			}
		}
	}
	for _, id := range order {
		if err := t.w.Add(t.label, id, told[id].stmts); err != nil {
			return err
		}
	}
	return nil
}

// A stand is where an address stands, and what stands there.
type stand struct {
	where overt.Locator
	quote string
}

// attending says whom a calendar or address cards name, each cited to the first
// line that does.
func (t *teller) attending(h *had) error {
	if !slices.ContainsFunc(attending, func(p party) bool { return len(h.index.Values(p.prop)) > 0 }) {
		return nil
	}
	lines := map[ftm.EntityID]stand{}
	r, done, err := t.open(h.text)
	if err != nil {
		return err
	}
	for p, e := range r.Text() {
		if err = e; err != nil {
			break
		}
		standing(p, lines)
	}
	if err := errors.Join(err, done()); err != nil {
		return err
	}
	return t.people(h, attending, nil, func(_, address string) stand { return lines[AddressID(address)] })
}

// standing finds the addresses in lines of a page that name somebody.
func standing(p document.Page, lines map[ftm.EntityID]stand) {
	start := 0
	for line := range strings.SplitSeq(p.Text, "\n") {
		end := start + utf8.RuneCountInString(line)
		field, _, _ := strings.Cut(line, "\t")
		field, _, _ = strings.Cut(field, " ")
		if field == "ORGANIZER" || field == "ATTENDEE" || field == "EMAIL" {
			for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune("\t(), ", r) }) {
				if id := AddressID(word); id != "" && lines[id].quote == "" {
					lines[id] = stand{overt.Locator{Page: p.Number, Start: start, End: end}, line}
				}
			}
		}
		start = end + 1
	}
}

// said adds a value that stands at a place of the header, once.
func (d *telling) said(prop, value, quote string, at overt.Locator) {
	if slices.ContainsFunc(d.stmts, func(s statement.Statement) bool { return s.Prop == prop && s.Value == value }) {
		return
	}
	s := d.own(prop, value)
	s.Places[0].Locator = at
	if s.Origin = ""; prop == statement.PropID {
		s.Origin = statement.OriginReader
	}
	if quote != value {
		s.Quote = quote
	}
}

// header cites what a message says of itself to the lines of its header.
func (d *telling) header() {
	head := newHeading(d.h)
	answered := d.h.index.Values("inReplyTo")
	for i := range d.stmts {
		s := &d.stmts[i]
		if fields[s.Prop] == "" {
			continue
		}
		s.Origin, s.Places[0].Locator = "", head.place(s.Prop, s.Value)
		if n := len(answered); s.Prop == "inReplyTo" && n > 1 && s.Value == answered[n-1] {
			s.Quote = chain(answered)
		}
	}
}

// A heading knows the lines of a message's header.
type heading struct {
	lines []string // lower case
}

func newHeading(h *had) *heading {
	text := ""
	if raw := h.index.Values("headers"); len(raw) > 0 {
		text = strings.ToLower(raw[0])
	}
	return &heading{strings.Split(text, "\n")}
}

// fields are the names of header fields by the properties they become.
var fields = map[string]string{
	"from": "From", "sender": "Sender", "to": "To", "cc": "Cc", "bcc": "Bcc", "subject": "Subject", "date": "Date",
	"messageId": "Message-ID", "inReplyTo": "References",
}

// place is where a field stands that a property was read from: the line, from 1,
// in which it begins; of several fields the one with the words. Without a header
// (what Outlook keeps has none) it is the field alone.
func (g *heading) place(prop, words string) overt.Locator {
	at, found := g.find(fields[prop], words)
	if prop == "inReplyTo" && !found {
		if other, found := g.find("In-Reply-To", words); found {
			return other
		}
	}
	return at
}

func (g *heading) find(field, words string) (at overt.Locator, found bool) {
	at.Column = field
	prefix, words := strings.ToLower(at.Column)+":", strings.ToLower(words)
	for i := 0; i < len(g.lines); i++ {
		if !strings.HasPrefix(g.lines[i], prefix) {
			continue
		}
		first := i
		found = strings.Contains(g.lines[i], words)
		for i+1 < len(g.lines) && (strings.HasPrefix(g.lines[i+1], " ") || strings.HasPrefix(g.lines[i+1], "\t")) {
			i++
			found = found || strings.Contains(g.lines[i], words)
		}
		if at.Row == 0 || found {
			at.Row = int64(first + 1)
		}
		if found {
			return at, true
		}
	}
	return at, false
}

// roles are the names of mailboxes that belong to an office and not to a person
// (RFC 2142, and what mail servers write under).
var roles = []string{
	"abuse", "accounts", "admin", "administrator", "billing", "contact", "do-not-reply", "donotreply", "enquiries", "ftp", "help", "helpdesk", "hostmaster",
	"hr", "info", "it", "jobs", "mail", "mailer-daemon", "majordomo", "marketing", "news", "newsletter", "no-reply", "noc", "noreply", "office",
	"postmaster", "press", "root", "sales", "security", "service", "support", "sysadmin", "team", "usenet", "uucp", "webmaster", "www",
}

// roleOf says what an address is by its name, where that is no person's.
func roleOf(address string) string {
	local, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	for _, sign := range []string{"-request", "-bounces", "-owner", "-subscribe", "-unsubscribe", "-list", "-announce", "-users", "-dev"} {
		if strings.HasSuffix(local, sign) {
			return "mailing list"
		}
	}
	switch {
	case strings.HasPrefix(local, "owner-"), strings.HasPrefix(local, "list-"), strings.HasPrefix(local, "bounce"):
		return "mailing list"
	case slices.Contains(roles, local):
		return "role address"
	}
	return ""
}

// chain gives the ids that a message follows as the quote of the one it answers,
// for the order of values is not kept: the last ones, as far as a quote is long.
func chain(ids []string) string {
	const most = 4 << 10
	size := 0
	first := len(ids)
	for first > 0 && size+len(ids[first-1])+1 <= most {
		first--
		size += len(ids[first]) + 1
	}
	return strings.Join(ids[first:], " ")
}
