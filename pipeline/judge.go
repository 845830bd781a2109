package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/mention"
	"overt/policy"
	"overt/statement"
)

// A Judgement is a person's word on what documents seem to name.
type Judgement struct {
	Mentions   []string       // as Suggestion.ID writes them
	As         []ftm.EntityID // source ids of the entity that is meant, or of those that are not; nil for whoever is called so
	Reject     bool
	Everywhere bool // rejected in all documents; As is nil then
	Reason     string
}

// A Judged says what was kept of a judgement.
type Judged struct {
	Runs     []overt.RunID `json:"runs"` // that hold it; undone, it is taken back
	Mentions []JudgedName  `json:"mentions"`
}

// A JudgedName is one mention with what was said of it.
type JudgedName struct {
	ID       string       `json:"id"`
	Text     string       `json:"text"`
	Document ftm.EntityID `json:"document"`
	Entity   ftm.EntityID `json:"entity,omitempty"`
	Accepted bool         `json:"accepted"`
}

// A verdictOf is one judgement ready to be written: a statement's halves go under
// the labels of what they tell of, so that who sees only one of document and
// entity learns nothing of the other.
type verdictOf struct {
	mention.Suggestion
	entity    ftm.EntityID
	of, about policy.Label // of the reading, and of the statement that gives the name
	source    statement.Source
}

// Judge keeps a judgement as runs of a series of their own, one for each label
// that it tells of. Errors: invalid (what is meant is not clear), not_found,
// conflict (accepted already), denied.
func Judge(ctx context.Context, p *gate.Pass, j Judgement, clock func() time.Time) (*Judged, error) {
	act := gate.Act{Action: "mention.accept", Object: fmt.Sprintf("%d mentions", len(j.Mentions)), Query: strings.Join(j.Mentions, " ") + ": " + j.Reason}
	if j.Reject {
		act.Action = "mention.reject"
	}
	list, err := judging(ctx, p, act, j)
	if err != nil {
		return nil, err
	}
	out := &Judged{Runs: []overt.RunID{}, Mentions: []JudgedName{}}
	err = p.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		at := clock().UTC()
		for _, label := range labelsOf(list) {
			run, err := writeJudgement(ctx, b, j, list, label, at)
			if err != nil {
				return int64(len(out.Runs)), "", err
			}
			out.Runs = append(out.Runs, run)
		}
		return int64(len(out.Runs)), "", nil
	})
	for i := range list {
		v := &list[i]
		out.Mentions = append(out.Mentions, JudgedName{v.ID(), v.Text, v.Document, v.entity, !j.Reject})
	}
	return out, err
}

// judging finds out what is judged, as the pass may see it.
func judging(ctx context.Context, p *gate.Pass, act gate.Act, j Judgement) ([]verdictOf, error) {
	act.Action = "mention.read"
	var list []verdictOf                // not the answer: that counts, and is recorded
	whoever := j.As == nil && !j.Reject // the graph tells whether all that are called so are one
	_, err := gate.Ask(ctx, p, act, whoever, func(ctx context.Context, d *gate.Desk) (int, error) {
		view, err := d.Mentions(ctx)
		if err != nil {
			return 0, err
		}
		for _, id := range j.Mentions {
			said, err := judgeOne(ctx, d, view, j, id)
			if err != nil {
				return 0, err
			}
			for _, v := range said {
				if !slices.ContainsFunc(list, func(o verdictOf) bool { return o.judgement(j) == v.judgement(j) }) {
					list = append(list, v)
				}
			}
		}
		return len(list), nil
	})
	return list, err
}

// judgement is the entity that says it.
func (v *verdictOf) judgement(j Judgement) ftm.EntityID {
	switch {
	case !j.Reject:
		return mention.AcceptedID(v.Document, v.Text, v.entity)
	case j.Everywhere:
		return mention.RejectedID("", v.Text, "")
	}
	return mention.RejectedID(v.Document, v.Text, v.entity)
}

func judgeOne(ctx context.Context, d *gate.Desk, view *mention.View, j Judgement, id string) ([]verdictOf, error) {
	s, err := mention.ParseID(id)
	if err != nil {
		return nil, err
	}
	page, err := view.At(ctx, s.Document, s.Page)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(page, func(o mention.Suggestion) bool {
		return o.Start == s.Start && o.End == s.End && o.Kind != mention.Amount && o.Kind != mention.Date
	})
	if at < 0 {
		return nil, overt.Errorf(overt.NotFound, id, "no name is suggested there")
	}
	v := verdictOf{Suggestion: page[at]}
	meant, err := v.meant(d, j)
	if err != nil {
		return nil, err
	}
	if err := v.labels(ctx, d, view, j, meant[0]); err != nil {
		return nil, err
	}
	var out []verdictOf
	for _, v.entity = range meant {
		if slices.Contains(v.Accepted, v.entity) {
			return nil, overt.Errorf(overt.Conflict, id, "it is accepted as %s; take the run of that back first, with overt undo", v.entity)
		}
		out = append(out, v)
	}
	return out, nil
}

// meant are the entities that the judgement is about, or "" when it is about any: one,
// but of a rejection each candidate that it names.
func (v *verdictOf) meant(d *gate.Desk, j Judgement) ([]ftm.EntityID, error) {
	if j.As != nil {
		var out []ftm.EntityID
		for _, c := range v.Candidates {
			if slices.Contains(j.As, c) {
				out = append(out, c)
			}
		}
		switch {
		case len(out) == 0:
			return j.As[:1], nil
		case j.Reject:
			return out, nil
		}
		return out[:1], nil
	}
	if j.Reject {
		return []ftm.EntityID{""}, nil
	}
	var clusters []string
	for _, c := range v.Candidates {
		if n, ok := d.Graph.Find(c); ok {
			c = d.Graph.ID(n)
		}
		if !slices.Contains(clusters, string(c)) {
			clusters = append(clusters, string(c))
		}
	}
	switch len(clusters) {
	case 0:
		return nil, overt.Errorf(overt.Invalid, v.ID(), "nothing here is called %q; say who is meant", v.Text)
	case 1:
		return v.Candidates[:1], nil
	}
	return nil, overt.Errorf(overt.Invalid, v.ID(), "%q could be %s; say who is meant", v.Text, strings.Join(clusters, " or "))
}

// labels finds under which labels the judgement is kept, and the document as a
// source of it.
func (v *verdictOf) labels(ctx context.Context, d *gate.Desk, view *mention.View, j Judgement, entity ftm.EntityID) error {
	sight := d.View.Sight()
	text, ok, err := view.Reading(ctx, v.Document)
	info, seen := sight.Info(text.Class)
	if err != nil {
		return err
	}
	if !ok || !seen || len(text.Places) == 0 || text.Places[0].Source >= len(info.Run.Sources) {
		return overt.Errorf(overt.NotFound, string(v.Document), "its reading has no source")
	}
	v.of, v.source = info.Label, info.Run.Sources[text.Places[0].Source]
	if entity == "" || j.Reject {
		return nil // a rejection names no entity: its id tells it to who knows both
	}
	stmts, err := d.View.Entity(ctx, entity)
	if err != nil {
		return err
	}
	found, named := false, false
	for i := range stmts {
		info, ok := sight.Info(stmts[i].Class)
		if !ok || !d.Scope.Writes(info.Label) {
			continue
		}
		says := stmts[i].Value == v.Value || mention.GroupKey(stmts[i].Value) == mention.GroupKey(v.Text)
		if !found || says && !named || says == named && info.Label.Key() < v.about.Key() {
			v.about, found, named = info.Label, true, says
		}
	}
	if !found {
		return overt.Errorf(overt.NotFound, string(entity), "there is no such entity to which you may add")
	}
	return nil
}

// labelsOf are the labels under which something is written, ascending.
func labelsOf(list []verdictOf) []policy.Label {
	var out []policy.Label
	for i := range list {
		v := &list[i]
		out = append(out, v.of)
		if v.about.Dataset != "" {
			out = append(out, v.about)
		}
	}
	slices.SortFunc(out, func(a, b policy.Label) int { return strings.Compare(a.Key(), b.Key()) })
	return slices.CompactFunc(out, func(a, b policy.Label) bool { return a.Key() == b.Key() })
}

// writeJudgement writes what goes under one label.
func writeJudgement(ctx context.Context, b *gate.Bench, j Judgement, list []verdictOf, label policy.Label, at time.Time) (overt.RunID, error) {
	spec := judgementRun(b, label, at)
	for i := range list {
		if v := &list[i]; v.of.Key() == label.Key() && v.sourceIn(spec.Sources) < 0 {
			spec.Sources = append(spec.Sources, v.source)
		}
	}
	w, err := b.Statements.Begin(ctx, b.Scope, spec)
	if err != nil {
		return 0, err
	}
	defer func() { _ = w.Abort() }()
	for i := range list {
		if err := list[i].write(w, j, label, spec.Sources); err != nil {
			return 0, err
		}
	}
	run, err := w.Commit(ctx)
	return run.ID, err
}

// judgementRun is the run in which somebody's judgements go under one label.
func judgementRun(b *gate.Bench, label policy.Label, at time.Time) statement.RunSpec {
	none := sha256.Sum256(nil)
	return statement.RunSpec{
		Dataset: label.Dataset, Format: mention.JudgementFormat, Mapping: hex.EncodeToString(none[:]), Extent: statement.Window,
		Series: "judgements of " + b.Actor, Actor: b.Actor, Observed: at.Format("2006-01-02"), Imported: at.Format(time.RFC3339),
		Token: fmt.Sprintf("judgement-%s-%s", at.Format("20060102T150405.000000000"), label.Key()),
	}
}

// sourceIn is the document's place among sources, -1 when it is none of them.
func (v *verdictOf) sourceIn(sources []statement.Source) int {
	return slices.IndexFunc(sources, func(s statement.Source) bool { return s.Blob == v.source.Blob })
}

func (v *verdictOf) write(w statement.Writer, j Judgement, label policy.Label, sources []statement.Source) error {
	var stmts []statement.Statement
	schema := "Names"
	if j.Reject {
		schema = "Rejection"
	}
	id := v.judgement(j)
	say := func(prop, value string, places ...statement.Place) {
		if value != "" {
			stmts = append(stmts, statement.Statement{Schema: schema, Prop: prop, Value: value, Quote: v.Text, Origin: statement.OriginPerson, Places: places})
		}
	}
	if v.of.Key() == label.Key() {
		at := statement.Place{Source: v.sourceIn(sources), Locator: overt.Locator{Page: v.Page, Start: v.Start, End: v.End}}
		say(statement.PropID, string(id), at)
		if !j.Everywhere {
			say("document", string(v.Document), at)
		}
		say("quote", v.Text, at)
		say("summary", j.Reason, at)
	}
	if !j.Reject && v.about.Key() == label.Key() {
		say("entity", string(v.entity))
	}
	if len(stmts) == 0 {
		return nil
	}
	return w.Add(label, id, stmts)
}
