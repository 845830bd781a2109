package casefile

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"overt"
	"overt/ftm"
	"overt/policy"
)

// A View is a case as one member is shown it: the read model of pages and reports.
// Lists are never nil, and in an order that does not depend on who looks.
type View struct {
	ID             string          `json:"id"`
	Title          string          `json:"title"`
	Purpose        string          `json:"purpose,omitempty"`
	Template       string          `json:"template,omitempty"`
	Headings       []string        `json:"headings"`
	SecondReader   bool            `json:"second_reader,omitempty"` // asked before a claim is confirmed
	Opened         string          `json:"opened"`                  // RFC 3339
	Closed         string          `json:"closed,omitempty"`
	Reason         string          `json:"reason,omitempty"` // why it was closed
	Role           policy.Role     `json:"role"`             // of who looks
	Owner          string          `json:"owner"`
	OfferedTo      string          `json:"offered_to,omitempty"`
	Members        []MemberView    `json:"members"` // the owner first, then by name
	Subjects       []SubjectView   `json:"subjects"`
	Claims         []ClaimView     `json:"claims"` // by state, in the order of ClaimStates, then as they were made
	Contradictions []Contradiction `json:"contradictions"`
	Exhibits       []ExhibitView   `json:"exhibits"`
	Views          []SavedView     `json:"views"`    // of the desk, as they were
	Tasks          []TaskView      `json:"tasks"`    // open ones first, by day; without a day last
	Timeline       []MomentView    `json:"timeline"` // by date
	Notes          []NoteView      `json:"notes"`    // on the case itself
	Reports        []ReportView    `json:"reports"`
	History        []HistoryLine   `json:"history"` // the oldest first
	Also           []AlsoIn        `json:"also_in"` // the asker's other cases with the same evidence
	Last           int64           `json:"last"`    // number of the last event: what a change was read at
}

// A MemberView is one member.
type MemberView struct {
	Person string      `json:"person"`
	Role   policy.Role `json:"role"`
}

// A SubjectView is an entity that the case, a claim or an event is about.
type SubjectView struct {
	Item    string       `json:"item"`
	ID      ftm.EntityID `json:"id,omitempty"` // "" of an entity that the asker may not see
	Caption string       `json:"caption"`
	Schema  string       `json:"schema,omitempty"`
	Role    string       `json:"role,omitempty"` // in public life, as a source says it
	By      string       `json:"by"`
	At      string       `json:"at"`
	Notes   []NoteView   `json:"notes"`
}

// A ClaimView is a claim with all it rests on.
type ClaimView struct {
	Item      string        `json:"item"`
	Text      string        `json:"text"`
	Heading   string        `json:"heading,omitempty"`
	State     string        `json:"state"`
	Reason    string        `json:"reason,omitempty"` // given with the last move
	By        string        `json:"by"`               // who made it
	At        string        `json:"at"`
	Stated    string        `json:"stated_by,omitempty"`
	Confirmed string        `json:"confirmed_by,omitempty"`
	Cites     []CiteView    `json:"cites"`
	About     []SubjectView `json:"about"`
	Notes     []NoteView    `json:"notes"`
	Uncited   []string      `json:"uncited"` // numbers that no cite has that the asker may open
	Changed   int64         `json:"changed"` // number of the last event about it
}

// A CiteView is a cite as it opens for who looks. Of a source that he may not open
// there is nothing but that it is there.
type CiteView struct {
	Item   string      `json:"item"`
	By     string      `json:"by"`
	At     string      `json:"at"`
	Status Status      `json:"status"`
	Text   string      `json:"text"` // one sentence on the status
	Cite   *Cite       `json:"cite,omitempty"`
	Quote  string      `json:"quote,omitempty"`  // as it was cited
	Now    string      `json:"now,omitempty"`    // what stands there now, where that differs
	Source string      `json:"source,omitempty"` // what the source is called, and the place in it
	Run    overt.RunID `json:"run,omitempty"`    // the newest import of the source, or the one that was taken back
	Doubt  string      `json:"doubt,omitempty"`  // its publisher's later word on the source
	Apart  string      `json:"apart,omitempty"`  // that entities are no longer one that were when it was cited
	Failed string      `json:"failed,omitempty"` // that reading the document again failed
	For    []string    `json:"for,omitempty"`    // numbers that it bears without having their digits
}

// An ExhibitView is a source that the case keeps at hand.
type ExhibitView struct {
	CiteView
	Title string     `json:"title,omitempty"`
	Notes []NoteView `json:"notes"`
}

// A TaskView is something to be done.
type TaskView struct {
	Item    string     `json:"item"`
	Text    string     `json:"text"`
	State   string     `json:"state"` // open or done
	Reason  string     `json:"reason,omitempty"`
	Owner   string     `json:"owner,omitempty"`
	Until   string     `json:"until,omitempty"`
	By      string     `json:"by"`
	At      string     `json:"at"`
	Notes   []NoteView `json:"notes"`
	Changed int64      `json:"changed"`
}

// A MomentView is something that happened, as precisely as it is known.
type MomentView struct {
	Item      string        `json:"item"`
	Date      string        `json:"date"` // as it was written
	From      string        `json:"from"`
	To        string        `json:"to,omitempty"`
	Precision string        `json:"precision"` // day, month, year, stretch, since
	About     bool          `json:"about,omitempty"`
	Text      string        `json:"text"`
	By        string        `json:"by"`
	At        string        `json:"at"`
	Cites     []CiteView    `json:"cites"`
	Entities  []SubjectView `json:"entities"`
	Notes     []NoteView    `json:"notes"`
}

// A NoteView is a remark.
type NoteView struct {
	Item string `json:"item"`
	Text string `json:"text"`
	By   string `json:"by"`
	At   string `json:"at"`
}

// A Contradiction is two claims that cannot both be so, or one whose cite sources
// contradict. Kind is claims, or the kind of conflict that is found in the sources.
type Contradiction struct {
	Kind   string   `json:"kind"`
	Claims []string `json:"claims"` // items
	Text   string   `json:"text"`
	By     string   `json:"by,omitempty"` // who said so
}

// A HistoryLine is one event, without the words of any source.
type HistoryLine struct {
	Seq    int64  `json:"seq"`
	At     string `json:"at"`
	Actor  string `json:"actor"`
	Kind   Kind   `json:"kind"`
	Item   string `json:"item,omitempty"`
	Of     string `json:"of,omitempty"`
	Text   string `json:"text,omitempty"` // what people wrote
	On     string `json:"on,omitempty"`   // words of a report that a comment is on
	State  string `json:"state,omitempty"`
	Reason string `json:"reason,omitempty"`
	Person string `json:"person,omitempty"`
}

// An AlsoIn is another case of the asker that cites the same passage or value, or is
// about the same entity.
type AlsoIn struct {
	Case  string `json:"case"`
	Title string `json:"title"`
	Item  string `json:"item"`  // of this case
	There string `json:"there"` // of the other
	What  string `json:"what"`  // passage, value, source or entity
}

// Records counts what is released.
func (v *View) Records() int {
	return len(v.Claims) + len(v.Exhibits) + len(v.Views) + len(v.Tasks) + len(v.Timeline) + len(v.Notes) + len(v.Subjects) + len(v.Reports)
}

// An Opened is how a cite opens for somebody.
type Opened struct {
	Status Status
	Source string
	Run    overt.RunID
	Now    string
	Doubt  string
	Apart  string
	Failed string
	Why    string // a sentence in place of that of the status
}

// A Named is an entity as somebody sees it.
type Named struct {
	ID      ftm.EntityID
	Caption string
	Schema  string
	Role    string // in public life: a position, "" where no source says one
}

// An Eye opens what a case rests on in the sight of one asker.
type Eye interface {
	// Open opens a cite. Of what the asker may not see, and of what is not here, the
	// answer is the same: Restricted.
	Open(ctx context.Context, c Cite) (Opened, error)
	// Sees says whether the asker sees what has a label.
	Sees(l policy.Label) bool
	// Name tells an entity; ok is false for what the asker may not see.
	Name(ctx context.Context, id ftm.EntityID) (n Named, ok bool, err error)
}

// Hidden are the words for what somebody may not see.
const (
	HiddenSource = "a source you may not open"
	HiddenEntity = "an entity you may not open"
	HiddenView   = "a view of sources you may not all open"
)

var sentences = map[Status]string{
	Same: "the words stand there", Moved: "the same words stand at another place now",
	Changed: "other words stand there now", Lost: "the words are not found any more",
	Withdrawn: "the import that it rests on was taken back", Restricted: HiddenSource,
}

// View is the case as a member sees it. Contradictions between sources and what other
// cases have are not told here. Errors: not_found (no member), those of the eye.
func (s *State) View(ctx context.Context, who string, eye Eye) (*View, error) {
	if s.Role(who) == "" {
		return nil, NoCase(s.ID)
	}
	v := &View{
		ID: s.ID, Title: s.Title, Purpose: s.Purpose, Template: s.Template, Headings: slices.Concat([]string{}, s.Headings), SecondReader: s.Second,
		Opened: s.Began, Closed: s.Closed, Reason: s.Reason, Role: s.Role(who), OfferedTo: s.Offered, Members: s.members(),
		Contradictions: s.contradictions(), Notes: s.notes(""), Tasks: s.tasks(), Reports: s.reports(), History: s.history(), Also: []AlsoIn{}, Last: s.Last,
		Claims: []ClaimView{}, Exhibits: []ExhibitView{}, Views: []SavedView{}, Timeline: []MomentView{},
	}
	v.Owner = v.Members[0].Person
	w := &viewer{State: s, ctx: ctx, eye: eye}
	v.Subjects = w.subjects("")
	for _, it := range s.all(Claim) {
		v.Claims = append(v.Claims, w.claim(it))
	}
	slices.SortStableFunc(v.Claims, func(a, b ClaimView) int {
		return slices.Index(ClaimStates, a.State) - slices.Index(ClaimStates, b.State)
	})
	for _, it := range s.all(Exhibit) {
		x := ExhibitView{CiteView: w.cite(it), Title: it.Text, Notes: s.notes(it.Item)}
		if x.Status == Restricted {
			x.Title = ""
		}
		v.Exhibits = append(v.Exhibits, x)
	}
	for _, it := range s.all(Keep) {
		v.Views = append(v.Views, w.saved(it))
	}
	for _, it := range s.all(Happened) {
		v.Timeline = append(v.Timeline, w.moment(it))
	}
	slices.SortStableFunc(v.Timeline, func(a, b MomentView) int {
		x, _ := ParseDate(a.Date) // checked before they were kept
		y, _ := ParseDate(b.Date)
		return x.Compare(y)
	})
	return v, w.err
}

// A viewer opens what items hold until something fails.
type viewer struct {
	*State
	ctx context.Context
	eye Eye
	err error
}

func (w *viewer) cite(it *item) CiteView {
	v := CiteView{Item: it.Item, By: it.Actor, At: it.At, Status: Restricted, Text: HiddenSource}
	if w.err != nil {
		return v
	}
	var o Opened
	if o, w.err = w.eye.Open(w.ctx, *it.Cite); w.err != nil || o.Status == Restricted {
		return v
	}
	v.Status, v.Text, v.Cite, v.Quote, v.For = o.Status, cmp.Or(o.Why, sentences[o.Status]), it.Cite, it.Cite.Words(), it.Cite.For
	v.Source, v.Run, v.Now, v.Doubt, v.Apart, v.Failed = o.Source, o.Run, o.Now, o.Doubt, o.Apart, o.Failed
	return v
}

func (w *viewer) cites(of string) []CiteView {
	out := []CiteView{}
	for _, it := range w.of(CiteKind, of) {
		out = append(out, w.cite(it))
	}
	return out
}

func (w *viewer) claim(it *item) ClaimView {
	v := ClaimView{
		Item: it.Item, Text: it.Text, Heading: it.Heading, State: it.State, Reason: it.Reason, By: it.Actor, At: it.At, Stated: it.stated, Confirmed: it.confirm,
		Cites: w.cites(it.Item), About: w.subjects(it.Item), Notes: w.notes(it.Item), Changed: it.changed,
	}
	var open []*Cite
	for i := range v.Cites {
		if c := v.Cites[i].Cite; c != nil {
			open = append(open, c)
		}
	}
	v.Uncited = slices.Concat([]string{}, uncited(it.Text, open))
	return v
}

func (w *viewer) subjects(of string) []SubjectView {
	out := []SubjectView{}
	for _, it := range w.of(Subject, of) {
		if w.err != nil {
			break
		}
		v := SubjectView{Item: it.Item, Caption: HiddenEntity, By: it.Actor, At: it.At, Notes: []NoteView{}}
		n, ok, err := w.eye.Name(w.ctx, it.Entity)
		if w.err = err; ok {
			v.ID, v.Caption, v.Schema, v.Role = n.ID, n.Caption, n.Schema, n.Role
		}
		v.Notes = w.notes(it.Item)
		out = append(out, v)
	}
	return out
}

func (w *viewer) moment(it *item) MomentView {
	d, _ := ParseDate(it.Date)
	return MomentView{
		Item: it.Item, Date: it.Date, From: d.From.String(), To: d.To.String(), Precision: d.Precision(), About: d.About, Text: it.Text,
		By: it.Actor, At: it.At, Cites: w.cites(it.Item), Entities: w.subjects(it.Item), Notes: w.notes(it.Item),
	}
}

// members lists them, the owner first.
func (s *State) members() []MemberView {
	out := []MemberView{}
	for _, who := range slices.Sorted(maps.Keys(s.Members)) {
		out = append(out, MemberView{who, s.Members[who]})
	}
	slices.SortStableFunc(out, func(a, b MemberView) int {
		if (a.Role == policy.Owner) != (b.Role == policy.Owner) {
			if a.Role == policy.Owner {
				return -1
			}
			return 1
		}
		return 0
	})
	return out
}

// notes are those on one thing, or on the case itself.
func (s *State) notes(of string) []NoteView {
	out := []NoteView{}
	for _, it := range s.of(Note, of) {
		out = append(out, NoteView{it.Item, it.Text, it.Actor, it.At})
	}
	return out
}

func (s *State) tasks() []TaskView {
	out := []TaskView{}
	for _, it := range s.all(Task) {
		out = append(out, TaskView{it.Item, it.Text, it.State, it.Reason, it.Person, it.Date, it.Actor, it.At, s.notes(it.Item), it.changed})
	}
	slices.SortStableFunc(out, func(a, b TaskView) int {
		return cmp.Or(-cmp.Compare(a.State, b.State), cmp.Compare(cmp.Or(a.Until, "~"), cmp.Or(b.Until, "~")))
	})
	return out
}

// contradictions are those that members said.
func (s *State) contradictions() []Contradiction {
	out := []Contradiction{}
	for _, pair := range slices.SortedFunc(maps.Keys(s.opposed), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		e := s.opposed[pair]
		out = append(out, Contradiction{"claims", pair[:], cmp.Or(e.Reason, "they contradict each other"), e.Actor})
	}
	return out
}

func sortedKeys(m map[string]Event) []string { return slices.Sorted(maps.Keys(m)) }

// history tells who did what. Titles of exhibits and entities may be words of sources,
// and are left out.
func (s *State) history() []HistoryLine {
	out := []HistoryLine{}
	for _, e := range s.Events {
		h := HistoryLine{e.Seq, e.At, e.Actor, e.Kind, e.Item, e.Of, e.Text, e.On, e.State, e.Reason, e.Person}
		if it := s.items[e.Item]; it != nil && (it.Kind == Exhibit || it.Kind == Keep) {
			h.Text = ""
		}
		if e.Kind == Edit { // a whole text; its versions tell it
			h.Text = ""
		}
		if e.Kind == Member {
			h.State = string(e.Role)
		}
		out = append(out, h)
	}
	return out
}
