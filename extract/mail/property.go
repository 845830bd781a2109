package mail

import (
	"slices"
	"strings"
	"time"

	"overt/extract/document"
	"overt/extract/markup"
)

// maxSaid bounds the raw header that is said as a property, in bytes.
const maxSaid = 256 << 10

// sayHeader says what the header tells, as FollowTheMoney's schema Email names it.
func (m *Message) sayHeader(out document.Sink) error {
	hint := ""
	if _, values := params(get(m.Header, "Content-Type"), ""); values["charset"] != "" {
		hint = values["charset"]
	}
	s := &saying{out: out}
	for _, p := range []struct{ name, field string }{{"subject", "Subject"}} {
		s.say(p.name, first(m.Header, p.field, hint))
	}
	for _, p := range []struct{ name, field string }{
		{"from", "From"}, {"sender", "Sender"}, {"to", "To"}, {"cc", "Cc"}, {"bcc", "Bcc"},
	} {
		for _, value := range all(m.Header, p.field) {
			for _, a := range addresses(value, hint) {
				s.say(p.name, a)
			}
		}
	}
	if date, ok := parseDate(decode(get(m.Header, "Date"), "")); ok {
		s.say("date", date.String())
	}
	if id := ids(get(m.Header, "Message-ID")); len(id) > 0 {
		s.say("messageId", id[0])
	}
	for _, id := range m.answers() {
		s.say("inReplyTo", id)
	}
	s.say("threadTopic", first(m.Header, "Thread-Topic", hint))
	s.say("generator", first(m.Header, "X-Mailer", hint))
	s.say("generator", first(m.Header, "User-Agent", hint))
	s.say("language", first(m.Header, "Content-Language", hint))
	for _, field := range []string{"Keywords", "X-Gmail-Labels"} {
		for word := range strings.SplitSeq(first(m.Header, field, hint), ",") {
			s.say("keywords", strings.Trim(word, ` "`))
		}
	}
	s.say("headers", bounded(m.Raw, maxSaid))
	return s.err
}

// A saying keeps the first error, and the values that were said.
type saying struct {
	out  document.Sink
	said map[[2]string]bool
	err  error
}

func (s *saying) say(name, value string) {
	value = strings.TrimSpace(value)
	if s.err != nil || name == "" || value == "" || s.said[[2]string{name, value}] {
		return
	}
	if s.said == nil {
		s.said = map[[2]string]bool{}
	}
	s.said[[2]string{name, value}] = true
	s.err = s.out.Property(name, value)
}

func first(fields []Field, name, hint string) string { return decode(get(fields, name), hint) }

func bounded(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

// answers gives the ids that a message follows: of References, oldest first, and
// then of In-Reply-To, so that the one it answers is the last.
func (m *Message) answers() []string {
	var list []string
	for _, value := range all(m.Header, "References") {
		list = append(list, ids(value)...)
	}
	for _, value := range all(m.Header, "In-Reply-To") {
		named := ids(value)
		if len(named) > 0 {
			// Of several, the first is the one that is answered.
			list = append(list, append(slices.Clone(named[1:]), named[0])...)
		}
	}
	var once []string
	for _, id := range slices.Backward(list[max(len(list)-1000, 0):]) {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	slices.Reverse(once)
	return once
}

// oddities says what of a header is odd, for a person to judge.
func (m *Message) oddities() []document.Note {
	if len(m.Header) == 0 {
		return nil
	}
	var notes []document.Note
	raw := get(m.Header, "Date")
	date, dated := parseDate(decode(raw, ""))
	switch {
	case raw == "":
		notes = append(notes, note("no-date", "the message says no date"))
	case !dated:
		notes = append(notes, note("bad-date", "the date of the message cannot be read"))
	case !date.zoned:
		notes = append(notes, note("no-zone", "the date of the message says no time zone"))
	}
	froms := m.froms()
	switch {
	case len(all(m.Header, "From")) > 1:
		notes = append(notes, note("several-from", "the header has several From fields"))
	case len(froms) > 1:
		notes = append(notes, note("several-from", "the message is from %d addresses", len(froms)))
	case len(froms) == 0:
		notes = append(notes, note("no-from", "the message does not say who it is from"))
	}
	if slices.ContainsFunc(froms, namesAnother) {
		notes = append(notes, note("from-name", "the sender's name is the address of somebody else"))
	}
	if received, ok := m.received(); ok && dated && date.zoned {
		if apart := received.Sub(date.Time); apart > 48*time.Hour || apart < -24*time.Hour {
			notes = append(notes, note("date-apart", "the date of the message and that of its arrival (%s) lie %d hours apart", received, int(apart.Hours())))
		}
	}
	for _, result := range all(m.Header, "Authentication-Results") {
		low := strings.ToLower(result)
		for _, check := range []string{"spf", "dkim", "dmarc"} {
			if strings.Contains(low, check+"=fail") {
				notes = append(notes, note("not-authentic", "a server on the way found the sender not proved (%s)", check))
			}
		}
	}
	return slices.Compact(notes)
}

func (m *Message) froms() []string {
	var list []string
	for _, value := range all(m.Header, "From") {
		list = append(list, addresses(value, "")...)
	}
	return list
}

// namesAnother says whether a name is an address, and not the one it stands
// beside.
func namesAnother(from string) bool {
	name, address, found := strings.Cut(from, " <")
	return found && strings.Count(name, "@") == 1 && !strings.ContainsAny(name, " ") && strings.Contains(address, "@") &&
		!strings.EqualFold(name, strings.TrimSuffix(address, ">"))
}

// received is the time the last server noted.
func (m *Message) received() (moment, bool) {
	trace := get(m.Header, "Received")
	at := strings.LastIndexByte(trace, ';')
	if at < 0 {
		return moment{}, false
	}
	when, ok := parseDate(markup.Line(trace[at+1:]))
	return when, ok && when.zoned
}
