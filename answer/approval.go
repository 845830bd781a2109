package answer

import (
	"cmp"
	"context"
	"slices"

	"overt"
	"overt/casefile"
	"overt/ftm"
	"overt/gate"
	"overt/resolve"
)

// The kinds of what waits for a second person.
const (
	Publication = "publication" // a report is to be published
	OnePerson   = "judgement"   // two entities are to be taken for one
)

// An Approval is a decision that waits for a second person.
type Approval struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`             // of the report, or the judgement
	Case    string `json:"case,omitempty"` // that it is in
	Title   string `json:"title"`
	By      string `json:"by"` // who asks for it
	At      string `json:"at"`
	Reason  string `json:"reason,omitempty"`
	Version int    `json:"version,omitempty"` // of a report
	Asked   bool   `json:"asked,omitempty"`   // by the asker, who may not decide it
	// Left and Right are the entities of a judgement.
	Left  Entity `json:"left,omitzero"`
	Right Entity `json:"right,omitzero"`
}

// Approvals are those that wait, in the sight of who asks, the oldest first.
type Approvals struct {
	Waiting []Approval `json:"waiting"`
}

// Records counts what the answer releases.
func (a *Approvals) Records() int { return len(a.Waiting) }

// Yours counts those that the asker may decide.
func (a *Approvals) Yours() (n int) {
	for i := range a.Waiting {
		if !a.Waiting[i].Asked {
			n++
		}
	}
	return n
}

// ListApprovals gathers what waits for a second person, of all that the desk shows.
func ListApprovals(ctx context.Context, d *gate.Desk) (*Approvals, error) {
	out := &Approvals{Waiting: []Approval{}}
	for _, gather := range []func(context.Context, *gate.Desk) ([]Approval, error){waitingReports, waitingJudgements} {
		list, err := gather(ctx, d)
		if err != nil {
			return nil, err
		}
		out.Waiting = append(out.Waiting, list...)
	}
	slices.SortStableFunc(out.Waiting, func(a, b Approval) int { return cmp.Compare(a.At, b.At) })
	return out, nil
}

func waitingReports(ctx context.Context, d *gate.Desk) (out []Approval, err error) {
	if d.Cases == nil {
		return nil, nil
	}
	return out, eachCase(ctx, d, func(s *casefile.State) {
		for _, r := range s.Asked() {
			if s.Closed == "" && s.Role(d.Actor).Writes() {
				out = append(out, Approval{
					Kind: Publication, ID: r.Item, Case: s.ID, Title: r.Title, By: r.Requested, At: r.RequestedAt,
					Version: r.Version, Asked: r.Requested == d.Actor || r.Author == d.Actor,
				})
			}
		}
	})
}

func waitingJudgements(ctx context.Context, d *gate.Desk) (out []Approval, err error) {
	known, err := d.Judged(ctx)
	if err != nil {
		return nil, err
	}
	for _, j := range known.Book.Waiting() {
		a := Approval{Kind: OnePerson, ID: j.ID, By: j.Author, At: j.At.UTC().Format("2006-01-02T15:04:05Z"), Reason: j.Reason, Asked: j.Author == d.Actor}
		if a.Left, err = called(ctx, d, j.Left); err == nil {
			a.Right, err = called(ctx, d, j.Right)
		}
		if err != nil {
			return nil, err
		}
		a.Title = a.Left.Caption + " = " + a.Right.Caption
		out = append(out, a)
	}
	return out, nil
}

// called is an entity under the name that the desk shows of it alone.
func called(ctx context.Context, d *gate.Desk, id ftm.EntityID) (Entity, error) {
	p, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{id})
	if err != nil {
		return Entity{}, err
	}
	return Entity{ID: id, Caption: p.Caption(), Schema: p.Schema}, nil
}

// FindApproval finds one that waits. Errors: not_found (none, or nothing the asker may
// see).
func FindApproval(ctx context.Context, d *gate.Desk, kind, id string) (*Approval, error) {
	all, err := ListApprovals(ctx, d)
	if err != nil {
		return nil, err
	}
	for i := range all.Waiting {
		if a := &all.Waiting[i]; a.Kind == kind && a.ID == id {
			return a, nil
		}
	}
	return nil, overt.Errorf(overt.NotFound, "", "nothing of that kind waits")
}
