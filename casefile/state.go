package casefile

import (
	"slices"

	"overt"
	"overt/policy"
)

// A State is a case as its events leave it.
type State struct {
	ID       string
	Title    string
	Purpose  string
	Template string
	Headings []string
	Second   bool
	Began    string // RFC 3339
	Closed   string // when it was closed, "" while it is open
	Reason   string // why it was closed
	Members  map[string]policy.Role
	Offered  string // to whom the owner offers the case
	Last     int64  // number of the last event
	Events   []Event

	items   map[string]*item
	order   []string            // ids of items in the order they were made
	under   map[string][]*item  // by what they belong to, "" for the case itself
	opposed map[[2]string]Event // pairs of claims, the smaller id first, with who said so
}

// An item is one thing in a case: what was made by an event that has an Item.
type item struct {
	Event          // that made it, with Text, State, Person, Date and Reason as they are now
	changed int64  // the last event about it
	by      string // who did that
	worded  string // who worded the claim last
	stated  string // who moved it to stated
	confirm string // who moved it to confirmed
	dropped bool
	report  *reported // nil of what is no report
}

// Fold gives the state that events leave, whatever order they come in: their numbers
// say what came first. Errors: internal (a case that breaks its own rules).
func Fold(id string, events []Event) (*State, error) {
	s := &State{ID: id, Members: map[string]policy.Role{}, items: map[string]*item{}, under: map[string][]*item{}, opposed: map[[2]string]Event{}}
	sorted := slices.SortedFunc(slices.Values(events), func(a, b Event) int { return int(a.Seq - b.Seq) })
	for _, e := range sorted {
		err := e.Check()
		if err == nil && e.Seq != s.Last+1 {
			err = overt.Errorf(overt.Invalid, "", "event %d is not there", s.Last+1)
		}
		if err == nil {
			err = s.Apply(e)
		}
		if err != nil {
			return nil, overt.Errorf(overt.Internal, id, "event %d of the case cannot be: %w", e.Seq, err)
		}
	}
	return s, nil
}

// Apply adds one event to the state, if the rules of the case allow it. An event
// without a number gets the next one. What is refused changes nothing. Errors: invalid,
// denied, not_found, conflict.
func (s *State) Apply(e Event) error {
	if err := s.mayAct(&e); err != nil {
		return err
	}
	do, ok := deeds[e.Kind]
	if !ok {
		return overt.Errorf(overt.Invalid, string(e.Kind), "there is no such kind of event")
	}
	if err := do(s, &e); err != nil {
		return err
	}
	e.Seq = s.Last + 1
	if it := s.items[e.Item]; it != nil {
		it.changed, it.by = e.Seq, e.Actor
	}
	s.Last, s.Events = e.Seq, append(s.Events, e)
	return nil
}

// mayAct holds what is the same for events of all kinds.
func (s *State) mayAct(e *Event) error {
	if e.Kind == Open {
		if s.Last != 0 {
			return overt.Errorf(overt.Conflict, s.ID, "the case is there already")
		}
		return nil
	}
	role := s.Members[e.Actor]
	leaves := e.Kind == Member && e.Person == e.Actor && e.Role == ""
	switch {
	case role == "":
		return NoCase(s.ID)
	case len(s.Events) >= MaxEvents:
		return overt.Errorf(overt.Invalid, s.ID, "a case has up to %d events; go on in another", MaxEvents)
	case s.Closed != "" && e.Kind != Reopen && !leaves:
		return overt.Errorf(overt.Conflict, s.ID, "the case is closed; its owner can open it again")
	case ownersOnly[e.Kind] && role != policy.Owner && !leaves:
		return overt.Errorf(overt.Denied, s.ID, "only the owner of the case may do that")
	case !role.Writes() && !leaves:
		return overt.Errorf(overt.Denied, s.ID, "you may read this case, and not change it")
	}
	return nil
}

// ownersOnly are the kinds of events that are the owner's.
var ownersOnly = map[Kind]bool{Member: true, Offer: true, Close: true, Reopen: true}

// deeds is what an event of each kind does.
var deeds = map[Kind]func(*State, *Event) error{
	Open: (*State).open, Rename: (*State).rename, Member: (*State).member, Offer: (*State).offer, Decline: (*State).decline,
	Accept: (*State).accept, Subject: (*State).add, Exhibit: (*State).add, Claim: (*State).add, Task: (*State).add, Note: (*State).add,
	Happened: (*State).add, CiteKind: (*State).add, Oppose: (*State).oppose, Agree: (*State).oppose, Reword: (*State).reword, Move: (*State).move,
	Assign: (*State).assign, Drop: (*State).drop, Close: (*State).shut, Reopen: (*State).reopen,
	ReportKind: (*State).add, Edit: (*State).edit, Reply: (*State).reply, Waive: (*State).waive,
	Request: (*State).ask, Approve: (*State).approve, Publish: (*State).publish, Refuse: (*State).refuse, Keep: (*State).add,
}

func (s *State) open(e *Event) error {
	s.Title, s.Purpose, s.Template, s.Headings, s.Second, s.Began = e.Text, e.Purpose, e.Template, e.Headings, e.Second, e.At
	s.Members[e.Actor] = policy.Owner
	return nil
}

func (s *State) rename(e *Event) error {
	s.Title = e.Text
	return nil
}

func (s *State) member(e *Event) error {
	switch {
	case e.Role == policy.Owner:
		return overt.Errorf(overt.Invalid, "role", "a case has one owner; hand it over instead")
	case s.Members[e.Person] == policy.Owner:
		return overt.Errorf(overt.Invalid, "member", "the owner stays until the case is handed over")
	case e.Role == "" && s.Members[e.Person] == "":
		return overt.Errorf(overt.NotFound, clip(e.Person, 60), "is no member of the case")
	case e.Role == "":
		delete(s.Members, e.Person)
	default:
		s.Members[e.Person] = e.Role
	}
	if !s.Members[s.Offered].Writes() {
		s.Offered = ""
	}
	return nil
}

func (s *State) offer(e *Event) error {
	if s.Members[e.Person] != policy.Editor {
		return overt.Errorf(overt.Invalid, "handover", "a case is handed to an editor of it: make %s one first", clip(e.Person, 60))
	}
	s.Offered = e.Person
	return nil
}

func (s *State) decline(e *Event) error {
	if s.Offered == "" || e.Actor != s.Offered && s.Members[e.Actor] != policy.Owner {
		return overt.Errorf(overt.Invalid, "handover", "the case is not offered to you")
	}
	s.Offered = ""
	return nil
}

func (s *State) accept(e *Event) error {
	if s.Offered == "" || e.Actor != s.Offered {
		return overt.Errorf(overt.Invalid, "handover", "the case is not offered to you")
	}
	for who, role := range s.Members {
		if role == policy.Owner {
			s.Members[who] = policy.Editor
		}
	}
	s.Members[e.Actor], s.Offered = policy.Owner, ""
	return nil
}

func (s *State) shut(e *Event) error {
	s.Closed, s.Reason = e.At, e.Reason
	return nil
}

func (s *State) reopen(*Event) error {
	if s.Closed == "" {
		return overt.Errorf(overt.Conflict, s.ID, "the case is open")
	}
	s.Closed, s.Reason = "", ""
	return nil
}

// holders are the kinds of things that others may belong to: cites to claims and to
// what happened, notes to anything, and to notes as remark has it.
var holders = map[Kind][]Kind{
	CiteKind: {Claim, Happened}, Subject: {Claim, Happened},
	Note: {Claim, Happened, Exhibit, Subject, Task, CiteKind, ReportKind, Keep, Note},
}

func (s *State) add(e *Event) error {
	if s.items[e.Item] != nil {
		return overt.Errorf(overt.Conflict, e.Item, "there is such a thing in the case already")
	}
	if e.Of != "" {
		if _, err := s.held(e.Of, holders[e.Kind]...); err != nil {
			return err
		}
	}
	it := &item{Event: *e, worded: e.Actor}
	switch e.Kind {
	case Claim:
		it.State = Lead
	case ReportKind:
		it.report = &reported{replies: map[string]Event{}, waived: map[string]Event{}}
	case Task:
		it.State = Todo
		if e.Person != "" && s.Members[e.Person] == "" {
			return notMember(e.Person)
		}
	case Note:
		if err := s.remark(it); err != nil {
			return err
		}
	}
	s.items[e.Item], s.order, s.under[e.Of] = it, append(s.order, e.Item), append(s.under[e.Of], it)
	return nil
}

func notMember(who string) error {
	return overt.Errorf(overt.Invalid, clip(who, 60), "is no member of the case")
}

// held finds a thing of one of the kinds that is there. Errors: not_found.
func (s *State) held(id string, kinds ...Kind) (*item, error) {
	it := s.items[id]
	if it == nil || it.dropped || !slices.Contains(kinds, it.Kind) {
		return nil, overt.Errorf(overt.NotFound, clip(id, 20), "there is no such thing in the case, or it is of another kind")
	}
	return it, nil
}

// unseen refuses to change what somebody else changed since it was read.
func unseen(it *item, e *Event) error {
	if e.Seen != 0 && it.changed > e.Seen && it.by != e.Actor {
		return overt.Errorf(overt.Conflict, it.Item, "%s changed it meanwhile; look again", it.by)
	}
	return nil
}

func (s *State) oppose(e *Event) error {
	for _, id := range []string{e.Item, e.Of} {
		if _, err := s.held(id, Claim); err != nil {
			return err
		}
	}
	pair := [2]string{min(e.Item, e.Of), max(e.Item, e.Of)}
	_, there := s.opposed[pair]
	switch {
	case pair[0] == pair[1]:
		return overt.Errorf(overt.Invalid, e.Item, "a claim does not contradict itself")
	case e.Kind == Agree && !there:
		return overt.Errorf(overt.NotFound, e.Item, "nobody said that these two contradict each other")
	case e.Kind == Agree:
		delete(s.opposed, pair)
	default:
		s.opposed[pair] = *e
	}
	return nil
}

func (s *State) reword(e *Event) error {
	it, err := s.held(e.Item, Claim, Task, Note, Happened, Exhibit, Keep)
	if err == nil {
		err = unseen(it, e)
	}
	if err != nil {
		return err
	}
	it.Text, it.worded = e.Text, e.Actor
	if it.Kind == Claim {
		it.toLead()
	}
	return nil
}

// toLead takes a claim back to where it must be shown again: other words, or a cite
// less, are not what was stated.
func (it *item) toLead() {
	if it.State == Stated || it.State == Confirmed {
		it.State, it.Reason, it.stated, it.confirm = Lead, "", "", ""
	}
}

func (s *State) assign(e *Event) error {
	it, err := s.held(e.Item, Task)
	if err == nil {
		err = unseen(it, e)
	}
	if err != nil {
		return err
	}
	if e.Person != "" && s.Members[e.Person] == "" {
		return notMember(e.Person)
	}
	it.Person, it.Date = e.Person, e.Date
	return nil
}

func (s *State) drop(e *Event) error {
	it, err := s.held(e.Item, Subject, Exhibit, CiteKind, Task, Note, Happened, Keep)
	if err == nil {
		err = unseen(it, e)
	}
	if err != nil {
		return err
	}
	it.dropped, it.Reason = true, e.Reason
	if of := s.items[it.Of]; it.Kind == CiteKind && of != nil && of.Kind == Claim {
		of.toLead()
	}
	return nil
}

// all lists what is there of a kind, in the order it was made.
func (s *State) all(kind Kind) (out []*item) {
	for _, id := range s.order {
		if it := s.items[id]; it.Kind == kind && !it.dropped {
			out = append(out, it)
		}
	}
	return out
}

// of lists what is there of a kind that belongs to one thing, "" for the case itself, in
// the order it was made.
func (s *State) of(kind Kind, owner string) (out []*item) {
	for _, it := range s.under[owner] {
		if it.Kind == kind && !it.dropped {
			out = append(out, it)
		}
	}
	return out
}

// Role is a member's role, "" for somebody else.
func (s *State) Role(actor string) policy.Role { return s.Members[actor] }

// Cites are the cites of a claim, by item.
func (s *State) Cites(claim string) map[string]Cite {
	out := map[string]Cite{}
	for _, it := range s.of(CiteKind, claim) {
		out[it.Item] = *it.Cite
	}
	return out
}

// Owner is who owns the case.
func (s *State) Owner() string { return s.members()[0].Person }

// Count counts what is there of a kind, by state.
func (s *State) Count(kind Kind) map[string]int {
	out := map[string]int{}
	for _, it := range s.all(kind) {
		out[it.State]++
	}
	return out
}

// A Cited is a cite of a case with its item.
type Cited struct {
	Item string
	Cite *Cite
}

// AllCites are the cites of claims, events and exhibits, in the order they were made.
func (s *State) AllCites() (out []Cited) {
	for _, id := range s.order {
		if it := s.items[id]; it.Cite != nil && !it.dropped {
			out = append(out, Cited{id, it.Cite})
		}
	}
	return out
}

// Claims are the claims, each with its words and its state as they are now, in the
// order they were made.
func (s *State) Claims() (out []Event) {
	for _, it := range s.all(Claim) {
		out = append(out, it.Event)
	}
	return out
}

// Subjects are the entities that the case, its claims and its events are about, with
// the item that says so.
func (s *State) Subjects() (out []Event) {
	for _, it := range s.all(Subject) {
		out = append(out, it.Event)
	}
	return out
}
