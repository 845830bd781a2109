package value

import (
	"net/url"
	"strings"

	"overt/ftm"
)

// Levels of telephone numbers.
const (
	PhoneEqual    Level = iota + 1
	PhoneNational       // equal, one without its country
	PhoneExchange       // equal but for the last digits: one house
	PhoneDiffer
)

// A Phone is a telephone number.
type Phone struct {
	Digits        string // with the country's code where it is known
	International bool
	Generic       bool // all digits the same, or a count: nobody's number
}

// ParsePhone reads a number. countries tell where a number without a country's
// code is from.
func ParsePhone(text string, countries []string) *Phone {
	clean, err := ftm.Default().Type("phone").Clean(text, ftm.CleanOptions{Countries: countries})
	p := &Phone{International: err == nil && strings.HasPrefix(clean, "+")}
	if err != nil {
		clean = text
	}
	p.Digits = digits(clean, 20)
	if len(p.Digits) < 6 {
		return &Phone{}
	}
	tail := p.Digits[len(p.Digits)-6:]
	p.Generic = strings.Trim(tail, tail[:1]) == "" || strings.Contains("01234567890", tail)
	return p
}

func digits(s string, most int) string {
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() < most; i++ {
		if c := s[i]; c >= '0' && c <= '9' {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Empty says whether there is nothing to compare.
func (p *Phone) Empty() bool { return p.Digits == "" || p.Generic }

// national is the end of a number that is equal with and without the code of a
// country: nine digits, or what there is.
func (p *Phone) national() string {
	d := strings.TrimLeft(p.Digits, "0")
	return d[max(0, len(d)-9):]
}

// Keys gives the number and its national end.
func (p *Phone) Keys(emit func(Family, string)) {
	if p.Empty() {
		return
	}
	emit(KeyWhole, p.national())
}

// Compare says how like two numbers are.
func (p *Phone) Compare(q *Phone) Result {
	if p.Empty() || q.Empty() {
		return Result{}
	}
	a, b := p.national(), q.national()
	switch {
	case p.Digits == q.Digits:
		return Result{Level: PhoneEqual, Norm: a, Why: "the same number"}
	case a == b && !(p.International && q.International) && len(a) >= 7:
		return Result{Level: PhoneNational, Norm: a, Why: "the same number, one without its country"}
	case len(a) >= 8 && len(a) == len(b) && a[:len(a)-2] == b[:len(b)-2]:
		return Result{Level: PhoneExchange, Why: "the same exchange"} // how many have it is not counted
	}
	return Result{Level: PhoneDiffer, Why: "other numbers"}
}

// Levels of mail addresses.
const (
	EmailEqual   Level = iota + 1
	EmailMailbox       // equal but for a tag, dots or the host
	EmailSlip          // one slip in the mailbox
	EmailHost          // another mailbox at a host of its own
	EmailDiffer
)

// An Email is a mail address.
type Email struct {
	Mailbox, Host string // folded; the mailbox without tag
	Public        bool   // a host where everybody may have a mailbox
	Generic       bool   // info@, office@: a desk, not a person
	text          string
}

// publicHosts are mail services that say nothing of who writes.
var publicHosts = words(`gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr ymail.com hotmail.com hotmail.co.uk hotmail.fr outlook.com live.com msn.com aol.com icloud.com me.com mac.com
	mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net gmx.de gmx.net gmx.at web.de t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net libero.it
	virgilio.it tiscali.it wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz abv.bg mail.bg protonmail.com proton.me pm.me zoho.com qq.com 163.com 126.com sina.com naver.com hanmail.net daum.net
	rediffmail.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net btinternet.com sky.com uol.com.br bol.com.br terra.com.br example.com`)

var genericMailboxes = words(`info office contact kontakt mail admin administrator webmaster postmaster hello sales support service help noreply no-reply hr jobs press enquiries inquiries reception general accounts billing secretariat buero`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// ParseEmail reads a mail address.
func ParseEmail(text string) *Email {
	clean, err := ftm.Default().Type("email").Clean(text, ftm.CleanOptions{})
	if err != nil {
		return &Email{}
	}
	clean = strings.ToLower(clean)
	at := strings.LastIndexByte(clean, '@')
	if at <= 0 {
		return &Email{}
	}
	e := &Email{Mailbox: clean[:at], Host: clean[at+1:], text: clean}
	if box, _, ok := strings.Cut(e.Mailbox, "+"); ok && box != "" {
		e.Mailbox = box
	}
	e.Public = publicHosts[e.Host]
	e.Generic = genericMailboxes[e.Mailbox]
	return e
}

// Empty says whether there is nothing to compare.
func (e *Email) Empty() bool { return e.text == "" }

// Keys gives the address, the mailbox of a person, and a host of its own.
func (e *Email) Keys(emit func(Family, string)) {
	if e.Empty() {
		return
	}
	emit(KeyWhole, e.Mailbox+"@"+e.Host)
	if !e.Generic && len(e.Mailbox) >= 6 {
		emit(KeyNear, e.mailbox())
	}
	if !e.Public {
		emit(KeyPart, site(e.Host))
	}
}

func (e *Email) mailbox() string { return strings.ReplaceAll(e.Mailbox, ".", "") }

// Compare says how like two addresses are.
func (e *Email) Compare(o *Email) Result {
	if e.Empty() || o.Empty() {
		return Result{}
	}
	a, b := e.mailbox(), o.mailbox()
	switch {
	case e.Mailbox == o.Mailbox && e.Host == o.Host:
		return Result{Level: EmailEqual, Norm: e.Mailbox + "@" + e.Host, Why: "the same address"}
	case a == b && len(a) >= 6 && !e.Generic && !o.Generic:
		return Result{Level: EmailMailbox, Norm: a, Why: "the same mailbox"}
	case e.Host == o.Host && len(a) >= 6 && len(b) >= 6 && oneSlip(a, b):
		return Result{Level: EmailSlip, Why: "one slip in the mailbox"}
	case site(e.Host) == site(o.Host) && !e.Public:
		return Result{Level: EmailHost, Norm: site(e.Host), Why: "the same host"}
	}
	return Result{Level: EmailDiffer, Why: "other addresses"}
}

// Levels of hosts.
const (
	HostEqual Level = iota + 1
	HostSite        // another host of one site
	HostDiffer
)

// A Host is the host of a web address.
type Host struct {
	Name   string // folded, without "www."
	Public bool   // where everybody may have a page: nothing is said by sharing it
	text   string
}

// publicSites hold pages of everybody.
var publicSites = words(`facebook.com twitter.com x.com linkedin.com instagram.com youtube.com vk.com ok.ru t.me telegram.me wordpress.com blogspot.com medium.com github.io github.com wixsite.com weebly.com
	sites.google.com google.com archive.org wikipedia.org wikidata.org tiktok.com pinterest.com tumblr.com bit.ly linktr.ee goo.gl amazon.com ebay.com livejournal.com narod.ru ucoz.ru yelp.com tripadvisor.com`)

// ParseHost reads a web address, with or without "http://".
func ParseHost(text string) *Host {
	t := strings.TrimSpace(text)
	if len(t) > 4096 {
		return &Host{}
	}
	if !strings.Contains(t, "://") {
		t = "http://" + t
	}
	u, err := url.Parse(t)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return &Host{}
	}
	name := strings.Trim(strings.ToLower(u.Hostname()), ".")
	h := &Host{Name: strings.TrimPrefix(name, "www."), text: name}
	h.Public = publicSites[site(h.Name)] || publicSites[h.Name]
	if path := strings.Trim(strings.ToLower(u.Path), "/"); h.Public && path != "" {
		h.Name, h.Public = h.Name+"/"+path, false // the page of one
	}
	return h
}

// Empty says whether there is nothing to compare.
func (h *Host) Empty() bool { return h.Name == "" || h.Public }

// Keys gives the host and its site.
func (h *Host) Keys(emit func(Family, string)) {
	if h.Empty() {
		return
	}
	emit(KeyWhole, h.Name)
	if s := site(h.Name); s != h.Name && !strings.Contains(h.Name, "/") {
		emit(KeyPart, s)
	}
}

// Compare says how like two hosts are.
func (h *Host) Compare(o *Host) Result {
	if h.Empty() || o.Empty() {
		return Result{}
	}
	switch {
	case h.Name == o.Name:
		return Result{Level: HostEqual, Norm: h.Name, Why: "the same host"}
	case !strings.Contains(h.Name+o.Name, "/") && site(h.Name) == site(o.Name):
		return Result{Level: HostSite, Norm: site(h.Name), Why: "the same site"}
	}
	return Result{Level: HostDiffer, Why: "other hosts"}
}

// site is the part of a host that somebody registered: two labels, or three
// below a second level that a country hands out.
func site(host string) string {
	labels := strings.Split(host, ".")
	n := 2
	if len(labels) > 2 && len(labels[len(labels)-1]) == 2 && secondLevels[labels[len(labels)-2]] {
		n = 3
	}
	return strings.Join(labels[max(0, len(labels)-n):], ".")
}

var secondLevels = words(`co com org net gov gob gouv ac edu or ne go ltd plc me nhs sch mil in`)
