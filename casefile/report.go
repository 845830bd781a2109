package casefile

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"overt"
)

// Bounds of reports, in characters and bytes.
const (
	MaxReport  = 60_000
	MaxEdition = 4 << 20
)

// The states of the question to somebody who is named in a report.
const (
	Asked    = "asked"
	Answered = "answered"
	Waived   = "waived"
)

// A reported is what a report has beside its title.
type reported struct {
	versions []Event          // with the texts, the oldest first
	request  *Event           // that the newest version is published; nil for none
	leave    *Event           // by a second person; nil for none
	refused  *Event           // the last time that it was not to be; nil for none
	replies  map[string]Event // by subject
	waived   map[string]Event // by what the check list calls it
	editions []Event          // that were published: Version, Edition, Person who gave leave
}

// last is the newest version; ok is false while there is no text.
func (r *reported) last() (e Event, ok bool) {
	if len(r.versions) == 0 {
		return e, false
	}
	return r.versions[len(r.versions)-1], true
}

// report finds a report. Errors: not_found, conflict (changed meanwhile).
func (s *State) report(e *Event) (*reported, error) {
	it, err := s.held(e.Item, ReportKind)
	if err != nil {
		return nil, err
	}
	return it.report, unseen(it, e)
}

// edit gives a report another text. Who asked for the one before must ask again.
func (s *State) edit(e *Event) error {
	r, err := s.report(e)
	if err != nil {
		return err
	}
	v := *e
	v.Version = len(r.versions) + 1
	r.versions, r.request, r.leave, r.refused = append(r.versions, v), nil, nil, nil
	return nil
}

// newest refuses what is not about the newest version.
func (r *reported) newest(e *Event) (Event, error) {
	last, ok := r.last()
	switch {
	case !ok:
		return last, overt.Errorf(overt.Invalid, e.Item, "the report has no text yet")
	case e.Version != last.Version:
		return last, overt.Errorf(overt.Conflict, e.Item, "version %d is the newest; look again", last.Version)
	case slices.ContainsFunc(r.editions, func(p Event) bool { return p.Version == last.Version }):
		return last, overt.Errorf(overt.Conflict, e.Item, "version %d is published already", last.Version)
	}
	return last, nil
}

// ask asks that the newest version is published, as the event has it in Edition.
func (s *State) ask(e *Event) error {
	r, err := s.report(e)
	if err == nil {
		_, err = r.newest(e)
	}
	if err != nil {
		return err
	}
	asked := *e
	r.request, r.leave, r.refused = &asked, nil, nil
	return nil
}

// approve is the leave of a second person.
func (s *State) approve(e *Event) error {
	r, err := s.report(e)
	if err != nil {
		return err
	}
	last, err := r.newest(e)
	switch {
	case err != nil:
		return err
	case r.request == nil:
		return overt.Errorf(overt.Invalid, e.Item, "nobody asked for it to be published")
	case e.Actor == r.request.Actor || e.Actor == last.Actor:
		return overt.Errorf(overt.Denied, e.Item, "a second person publishes: somebody other than who wrote this version or asked for it")
	}
	leave := *e
	r.leave = &leave
	return nil
}

// publish freezes the version that was asked for and approved.
func (s *State) publish(e *Event) error {
	r, err := s.report(e)
	if err == nil {
		_, err = r.newest(e)
	}
	switch {
	case err != nil:
		return err
	case r.leave == nil:
		return overt.Errorf(overt.Denied, e.Item, "it is published once somebody asked for it and a second person approved")
	}
	p := *e
	p.Edition, p.Person = r.request.Edition, r.leave.Actor
	r.editions, r.request, r.leave = append(r.editions, p), nil, nil
	return nil
}

// refuse takes back that a report is to be published, with a reason. Who asked may do so
// as well.
func (s *State) refuse(e *Event) error {
	r, err := s.report(e)
	switch {
	case err != nil:
		return err
	case r.request == nil:
		return overt.Errorf(overt.Invalid, e.Item, "nobody asked for it to be published")
	case strings.TrimSpace(e.Reason) == "":
		return overt.Errorf(overt.Invalid, e.Item, "say why it is refused")
	}
	no := *e
	r.request, r.leave, r.refused = nil, nil, &no
	return nil
}

// reply says whether a subject who is named was asked, and answered.
func (s *State) reply(e *Event) error {
	r, err := s.report(e)
	if err == nil {
		_, err = s.held(e.Of, Subject)
	}
	switch {
	case err != nil:
		return err
	case !slices.Contains([]string{Asked, Answered, Waived}, e.State):
		return overt.Errorf(overt.Invalid, "state", "somebody who is named is %s, has %s, or it is %s", Asked, Answered, Waived)
	case e.State == Waived && strings.TrimSpace(e.Reason) == "":
		return overt.Errorf(overt.Invalid, e.Item, "say why nobody was asked")
	}
	r.replies[e.Of] = *e
	return nil
}

// waive passes over one thing that the check list found, with a reason.
func (s *State) waive(e *Event) error {
	r, err := s.report(e)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(e.Reason) == "":
		return overt.Errorf(overt.Invalid, e.Item, "say why it is passed over")
	}
	r.waived[e.State] = *e
	return nil
}

// Digest is the lower-case hex SHA-256 of what an event asks for, approves or
// publishes; "" for other events. The audit log has it, so that what was published can
// be proved to be what was approved.
func (s *State) Digest(e Event) string {
	it := s.items[e.Item]
	if it == nil || it.report == nil {
		return ""
	}
	r := it.report
	switch {
	case e.Kind == Publish && len(r.editions) > 0:
		return digest(r.editions[len(r.editions)-1].Edition)
	case (e.Kind == Request || e.Kind == Approve) && r.request != nil:
		return digest(r.request.Edition)
	}
	return ""
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Edition is what was published as a version of a report, 0 for the newest, with the
// event that did it. Errors: not_found.
func (s *State) Edition(report string, version int) (Event, error) {
	it, err := s.held(report, ReportKind)
	if err != nil {
		return Event{}, err
	}
	for _, e := range slices.Backward(it.report.editions) {
		if version == 0 || e.Version == version {
			return e, nil
		}
	}
	return Event{}, overt.Errorf(overt.NotFound, report, "no such version of it is published")
}

// Requested is the edition that a report is asked to be published as, "" for none.
func (s *State) Requested(report string) string {
	it, err := s.held(report, ReportKind)
	if err != nil || it.report.request == nil {
		return ""
	}
	return it.report.request.Edition
}

// An AskedReport is one that somebody asked to publish, and nobody approved yet.
type AskedReport struct {
	Item        string
	Title       string
	Version     int
	Author      string // of the version
	Requested   string // who asked
	RequestedAt string
}

// Asked lists the reports that wait for a second person, in the order they were made.
func (s *State) Asked() (out []AskedReport) {
	for _, it := range s.all(ReportKind) {
		if r := it.report; r.request != nil && r.leave == nil {
			last, _ := r.last()
			out = append(out, AskedReport{it.Item, it.Text, last.Version, last.Actor, r.request.Actor, r.request.At})
		}
	}
	return out
}

// A ReportView is a report with its texts and what its publication waits for.
type ReportView struct {
	Item      string          `json:"item"`
	Title     string          `json:"title"`
	By        string          `json:"by"`
	At        string          `json:"at"`
	Versions  []VersionView   `json:"versions"` // the oldest first
	Requested string          `json:"requested_by,omitempty"`
	Approved  string          `json:"approved_by,omitempty"`
	Refused   string          `json:"refused_by,omitempty"`
	Why       string          `json:"refused_why,omitempty"`
	Replies   []ReplyView     `json:"replies"`
	Waived    []WaivedView    `json:"waived"`
	Published []PublishedView `json:"published"` // the oldest first
	Comments  []CommentView   `json:"comments"`  // the oldest first
	Changed   int64           `json:"changed"`   // number of the last event about it
}

// A VersionView is one text of a report.
type VersionView struct {
	Version int    `json:"version"` // from 1
	By      string `json:"by"`
	At      string `json:"at"`
	Text    string `json:"text"`
}

// A ReplyView is whether somebody who is named was asked.
type ReplyView struct {
	Subject string `json:"subject"` // the item
	State   string `json:"state"`   // asked, answered, waived
	Date    string `json:"date,omitempty"`
	Reason  string `json:"reason,omitempty"` // what was answered, or why nobody was asked
	By      string `json:"by"`
	At      string `json:"at"`
}

// A WaivedView is something that the check list found and somebody passed over.
type WaivedView struct {
	Check  string `json:"check"`
	Reason string `json:"reason"`
	By     string `json:"by"`
	At     string `json:"at"`
}

// A PublishedView is a version that was published.
type PublishedView struct {
	Version  int    `json:"version"`
	By       string `json:"by"`
	At       string `json:"at"`
	Approved string `json:"approved_by"`
	SHA256   string `json:"sha256"` // of the edition
}

// Report finds a report of the view. Errors: not_found.
func (v *View) Report(item string) (*ReportView, error) {
	for i := range v.Reports {
		if v.Reports[i].Item == item {
			return &v.Reports[i], nil
		}
	}
	return nil, overt.Errorf(overt.NotFound, clip(item, 20), "there is no such report in the case")
}

// reports lists them in the order they were made.
func (s *State) reports() []ReportView {
	out := []ReportView{}
	for _, it := range s.all(ReportKind) {
		r := it.report
		v := ReportView{Item: it.Item, Title: it.Text, By: it.Actor, At: it.At, Versions: []VersionView{}, Replies: []ReplyView{}, Waived: []WaivedView{}, Published: []PublishedView{}, Comments: s.comments(it.Item), Changed: it.changed}
		for _, e := range r.versions {
			v.Versions = append(v.Versions, VersionView{e.Version, e.Actor, e.At, e.Text})
		}
		if r.request != nil {
			v.Requested = r.request.Actor
		}
		if r.leave != nil {
			v.Approved = r.leave.Actor
		}
		if r.refused != nil {
			v.Refused, v.Why = r.refused.Actor, r.refused.Reason
		}
		for _, k := range sortedKeys(r.replies) {
			e := r.replies[k]
			v.Replies = append(v.Replies, ReplyView{k, e.State, e.Date, e.Reason, e.Actor, e.At})
		}
		for _, k := range sortedKeys(r.waived) {
			e := r.waived[k]
			v.Waived = append(v.Waived, WaivedView{k, e.Reason, e.Actor, e.At})
		}
		for _, e := range r.editions {
			v.Published = append(v.Published, PublishedView{e.Version, e.Actor, e.At, e.Person, digest(e.Edition)})
		}
		out = append(out, v)
	}
	return out
}
