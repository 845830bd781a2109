package casefile

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"overt"
	"overt/extract/reading"
	"overt/ftm"
	"overt/policy"
)

// A Kind says what an event did.
type Kind string

// The kinds. What an event of each kind must say stands in needs.
const (
	Open     Kind = "open"     // the case begins: Text is its title
	Rename   Kind = "rename"   // it has another title
	Member   Kind = "member"   // Person has Role from now on; "" for none
	Offer    Kind = "offer"    // the owner offers the case to Person
	Decline  Kind = "decline"  // the offer is taken back or not taken
	Accept   Kind = "accept"   // who was offered the case owns it
	Subject  Kind = "subject"  // Item is Entity: whom the case, or Of, is about
	Exhibit  Kind = "exhibit"  // Item is a source of the case, or a place in one
	Claim    Kind = "claim"    // Item is a sentence that is to be shown true or false
	Reword   Kind = "reword"   // Item has another text
	Move     Kind = "move"     // Item has another state
	CiteKind Kind = "cite"     // Item is what the claim or event Of rests on
	Oppose   Kind = "oppose"   // the claims Item and Of contradict each other
	Agree    Kind = "agree"    // they do not, after all
	Task     Kind = "task"     // Item is to be done, by Person, until Date
	Assign   Kind = "assign"   // the task Item is for Person, until Date
	Note     Kind = "note"     // Item is a remark on Of, or on the case; on a report it is a comment
	Happened Kind = "happened" // Item is something that happened on Date
	Drop     Kind = "drop"     // Item is taken out; its events stay
	Close    Kind = "close"    // nothing is added from now on
	Reopen   Kind = "reopen"

	ReportKind Kind = "report"  // Item is a report: Text is its title
	Edit       Kind = "edit"    // it has another text
	Reply      Kind = "reply"   // the subject Of, who is named in it, is State
	Waive      Kind = "waive"   // what its check list calls State is passed over
	Request    Kind = "request" // it is to be published as Edition
	Approve    Kind = "approve" // a second person says so too
	Publish    Kind = "publish" // it is published
	Refuse     Kind = "refuse"  // it is not, for now: Reason says why

	Keep Kind = "view" // Item is a view of the desk as it was: Saved
)

// The states of a claim, and of a task or a comment.
const (
	Lead      = "lead"      // worth looking into
	Stated    = "stated"    // written down as true, with a cite
	Confirmed = "confirmed" // its cites were opened, by a second reader where the case asks it
	Rejected  = "rejected"  // found not to be so
	Todo      = "open"
	Done      = "done"
)

// ClaimStates lists the states of claims in the order of a board.
var ClaimStates = []string{Lead, Stated, Confirmed, Rejected}

// Bounds of one event, in characters, and of one case.
const (
	MaxTitle  = 200
	MaxText   = 8000
	MaxEvents = 100_000 // of a case
)

// An Event is one thing that somebody did in a case. Only the fields of its kind
// are set.
type Event struct {
	Seq      int64        `json:"seq"` // from 1, in the order they were kept
	At       string       `json:"at"`  // RFC 3339, UTC
	Actor    string       `json:"actor"`
	Kind     Kind         `json:"kind"`
	Item     string       `json:"item,omitempty"` // what is made or changed
	Of       string       `json:"of,omitempty"`   // what it belongs to
	Text     string       `json:"text,omitempty"`
	On       string       `json:"on,omitempty"`      // of a comment: words of the report's text, "" for all of it
	Heading  string       `json:"heading,omitempty"` // of a claim: under what it stands
	State    string       `json:"state,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Person   string       `json:"person,omitempty"`
	Role     policy.Role  `json:"role,omitempty"`
	Date     string       `json:"date,omitempty"` // see ParseDate
	Entity   ftm.EntityID `json:"entity,omitempty"`
	Cite     *Cite        `json:"cite,omitempty"`
	Template string       `json:"template,omitempty"`
	Purpose  string       `json:"purpose,omitempty"`
	Headings []string     `json:"headings,omitempty"`
	// Second asks that a claim is confirmed by another than who worded or stated it.
	Second bool `json:"second,omitempty"`
	// Opened is how the claim's cites opened for who moved it, by item.
	Opened map[string]Status `json:"opened,omitempty"`
	// Version is the text of a report that is asked for, approved or published, and
	// Edition all that is published with it, as package report writes it.
	Version int    `json:"version,omitempty"`
	Edition string `json:"edition,omitempty"`
	Saved   *Saved `json:"saved,omitempty"` // of a view that is kept
	// Seen is the last event that the writer had read of Item. When somebody else
	// changed it since, the event is refused. 0 asks for no such check.
	Seen int64 `json:"seen,omitempty"`
}

// A Cite is what a claim rests on: a passage, or a place in a table or tree, and
// there a value that an entity has. Words are kept with it, so that it can be told
// what became of them.
type Cite struct {
	// Label is what policy decides on: who does not see it, does not see the cite.
	Label policy.Label `json:"label"`

	URI   string          `json:"uri,omitempty"`   // of a passage: reading.Cite.URI
	Place *overt.Citation `json:"place,omitempty"` // of anything else
	// The value that is cited, as its source has it; "" for a bare place.
	Entity ftm.EntityID `json:"entity,omitempty"`
	Prop   string       `json:"prop,omitempty"`
	Value  string       `json:"value,omitempty"`
	// Under is the entity that Entity was one with when it was cited.
	Under ftm.EntityID `json:"under,omitempty"`
	// For are numbers of the claim that it bears without having their digits: sums,
	// rounded amounts.
	For []string `json:"for,omitempty"`
}

// Check refuses a cite that cannot be opened again. Errors: invalid.
func (c *Cite) Check() error {
	bad := func(format string, args ...any) error { return overt.Errorf(overt.Invalid, "cite", format, args...) }
	if (c.URI == "") == (c.Place == nil) {
		return bad("a cite is a passage or a place")
	}
	if err := c.Label.Validate(); err != nil {
		return err
	}
	for _, n := range c.For {
		if len(Numbers(n)) != 1 {
			return bad("%q is no number of a claim", clip(n, 40))
		}
	}
	if c.URI != "" {
		if c.Entity != "" || c.Prop != "" || c.Value != "" || c.Under != "" {
			return bad("a passage is no value")
		}
		_, err := reading.ParseURI(c.URI)
		return err
	}
	switch {
	case len(c.Place.Blob) != 64 || strings.Trim(string(c.Place.Blob), "0123456789abcdef") != "":
		return bad("its source has no hash")
	case (c.Entity == "") != (c.Prop == "") || (c.Prop == "") != (c.Value == ""):
		return bad("a value has an entity, a field and a value")
	}
	for _, s := range []string{c.Place.Quote, c.Place.Source, c.Place.Dataset, c.Place.Locator.String(), string(c.Entity), c.Prop, c.Value, string(c.Under)} {
		if !utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxText {
			return bad("what it quotes is longer than %d characters, or no text", MaxText)
		}
	}
	return nil
}

// Blob is the source that the cite is of.
func (c *Cite) Blob() overt.BlobID {
	if c.Place != nil {
		return c.Place.Blob
	}
	p, _ := reading.ParseURI(c.URI) // checked before it was kept
	return p.Document
}

// Words are what stood there.
func (c *Cite) Words() string {
	switch {
	case c.Place == nil:
		p, _ := reading.ParseURI(c.URI)
		return p.Quote
	case c.Place.Quote == "":
		return c.Value
	}
	return c.Place.Quote
}

// Locator is where it stands.
func (c *Cite) Locator() overt.Locator {
	if c.Place != nil {
		return c.Place.Locator
	}
	p, _ := reading.ParseURI(c.URI)
	return overt.Locator{Page: p.Page, Start: p.Start, End: p.End}
}

// Check refuses an event that says too little or too much for its kind. What it may
// do in its case is told by the fold. Errors: invalid.
func (e *Event) Check() error {
	bad := func(format string, args ...any) error {
		return overt.Errorf(overt.Invalid, string(e.Kind), format, args...)
	}
	need, ok := needs[e.Kind]
	switch at, err := time.Parse(time.RFC3339Nano, e.At); {
	case !ok:
		return bad("there is no such kind of event")
	case err != nil || at.Location() != time.UTC:
		return bad("its time is not UTC")
	case e.Actor == "":
		return bad("nobody did it")
	case need.item && !isID(e.Item) || need.of && !isID(e.Of) || e.Of != "" && !isID(e.Of):
		return bad("it names nothing in the case")
	case need.text && strings.TrimSpace(e.Text) == "":
		return bad("it has no words")
	case need.person && e.Person == "":
		return bad("it names nobody")
	case e.Role != "" && !e.Role.Valid():
		return bad("there is no role %q: owner, editor or reader", clip(string(e.Role), 20))
	case need.cite != (e.Cite != nil):
		return bad("a cite is missing, or does not belong here")
	case (e.Kind == Subject) != (e.Entity != ""):
		return bad("an entity is missing, or does not belong here")
	case (e.Kind == Request) != (e.Edition != "") || len(e.Edition) > MaxEdition || !utf8.ValidString(e.Edition):
		return bad("what is published is missing, is more than %d bytes, or does not belong here", MaxEdition)
	case e.Kind != Note && e.On != "":
		return bad("words that it is on do not belong here")
	case (e.Kind == Keep) != (e.Saved != nil) || e.Saved != nil && len(e.Saved.Labels) == 0:
		return bad("a view is missing, or does not belong here")
	case len(e.Headings) > 100 || len(e.Opened) > MaxEvents:
		return bad("it says too much")
	}
	if e.Cite != nil {
		if err := e.Cite.Check(); err != nil {
			return err
		}
	}
	if e.Saved != nil {
		if err := e.Saved.Check(); err != nil {
			return err
		}
		for _, l := range e.Saved.Labels {
			if err := l.Validate(); err != nil {
				return err
			}
		}
	}
	if err := e.checkDate(); err != nil {
		return err
	}
	most := MaxText
	switch e.Kind {
	case Open, Rename, ReportKind, Keep:
		most = MaxTitle
	case Edit:
		most = MaxReport
	}
	if err := checkText(string(e.Kind), e.Text, most); err != nil {
		return err
	}
	for _, s := range append([]string{e.Heading, e.State, e.Person, string(e.Entity), e.Template, e.Purpose, e.Actor}, e.Headings...) {
		if err := checkText(string(e.Kind), s, 500); err != nil {
			return err
		}
	}
	if err := checkText(string(e.Kind), e.On, MaxText); err != nil {
		return err
	}
	return checkText(string(e.Kind), e.Reason, MaxText)
}

// needs is what an event of each kind must say.
var needs = map[Kind]struct{ item, of, text, person, cite bool }{
	Open: {text: true}, Rename: {text: true}, Close: {}, Reopen: {},
	Member: {person: true}, Offer: {person: true}, Decline: {}, Accept: {},
	Subject: {item: true}, Exhibit: {item: true, cite: true}, Claim: {item: true, text: true},
	Reword: {item: true, text: true}, Move: {item: true}, CiteKind: {item: true, of: true, cite: true},
	Oppose: {item: true, of: true}, Agree: {item: true, of: true}, Task: {item: true, text: true}, Assign: {item: true},
	Note: {item: true, text: true}, Happened: {item: true, text: true}, Drop: {item: true},
	ReportKind: {item: true, text: true}, Edit: {item: true, text: true}, Reply: {item: true, of: true}, Waive: {item: true},
	Request: {item: true}, Approve: {item: true}, Publish: {item: true}, Refuse: {item: true}, Keep: {item: true, text: true},
}

func (e *Event) checkDate() error {
	switch {
	case e.Kind == Happened:
		_, err := ParseDate(e.Date)
		return err
	case e.Date == "":
		return nil
	case e.Kind != Task && e.Kind != Assign && e.Kind != Reply:
		return overt.Errorf(overt.Invalid, string(e.Kind), "it has no date")
	}
	if _, err := time.Parse(time.DateOnly, e.Date); err != nil {
		return overt.Errorf(overt.Invalid, "date", "%q is no day; write 2026-03-31", clip(e.Date, 20))
	}
	return nil
}

func isID(s string) bool {
	return len(s) == 6 && strings.Trim(s, "0123456789abcdefghjkmnpqrstvwxyz") == ""
}

// checkText refuses what is too long, or what could be taken for something else
// where it is shown.
func checkText(what, s string, most int) error {
	if n := utf8.RuneCountInString(s); n > most {
		return overt.Errorf(overt.Invalid, what, "it has %d characters, and %d are the most", n, most)
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return overt.Errorf(overt.Invalid, what, "it holds characters that are no text")
	}
	return nil
}
