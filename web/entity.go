package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/money"
	"overt/statement"
	"overt/ui"
)

// entityViews are the views of an entity, in the order of their tabs.
var entityViews = []struct{ name, label, key string }{
	{"facts", "Facts", "1"}, {"links", "Links", "2"}, {"money", "Money", "3"}, {"mentions", "Mentions", "4"}, {"reach", "Reach", "5"}, {"history", "History", "6"},
}

// Sizes of what is listed of an entity.
const (
	linksShown    = 50
	mentionsShown = 30
	sumsShown     = 50
)

// entityAnswer is what one view of an entity shows.
type entityAnswer struct {
	Profile    *answer.Profile    `json:"profile"`
	Links      *answer.Links      `json:"links,omitempty"`
	Kinds      []moneyKind        `json:"kinds,omitempty"` // of money that there are
	Money      *moneyAnswer       `json:"money,omitempty"`
	Net        *answer.Network    `json:"net,omitempty"`
	Flow       *answer.Flow       `json:"flow,omitempty"`
	Mentions   *answer.NamedWhere `json:"mentions,omitempty"`
	Reach      *answer.Reach      `json:"reach,omitempty"`
	Judgements *answer.Judgements `json:"judgements,omitempty"`
}

// Records counts what the answer releases.
func (a *entityAnswer) Records() int {
	n := a.Profile.Records()
	if a.Links != nil {
		n += a.Links.Records()
	}
	if a.Net != nil {
		n += a.Net.Records()
	}
	if a.Flow != nil {
		n += a.Flow.Records()
	}
	if a.Mentions != nil {
		n += a.Mentions.Records()
	}
	if a.Reach != nil {
		n += a.Reach.Records()
	}
	if a.Judgements != nil {
		n += a.Judgements.Records()
	}
	if a.Money != nil {
		n += a.Money.Count
	}
	return n
}

// A moneyKind is a kind of money in one direction, and how much of it there is.
type moneyKind struct {
	Out   bool       `json:"out"` // paid by the entity, not to it
	Kind  money.Kind `json:"kind"`
	Count int        `json:"count"`
}

// moneyAnswer is a sum of one of them.
type moneyAnswer struct {
	Of moneyKind `json:"of"`
	*money.Answer
}

// An entityQuestion is what the address of an entity says.
type entityQuestion struct {
	id      ftm.EntityID
	view    string
	asOf    string
	kind    string // of link
	inbound bool
	pays    bool // money that it pays, not gets
	by      money.By
	after   string
}

func readEntity(v *visit) (entityQuestion, error) {
	q := v.URL.Query()
	e := entityQuestion{
		id: ftm.EntityID(v.PathValue("id")), view: v.PathValue("view"), asOf: q.Get("asof"), kind: q.Get("kind"),
		inbound: q.Get("in") != "", pays: q.Get("way") == "from", by: money.By(q.Get("by")), after: q.Get("after"),
	}
	if e.asOf != "" && statement.DayOf(e.asOf) == statement.NoDay {
		return e, overt.Errorf(overt.Invalid, "asof", "%q is not a date; write 2019, 2019-03 or 2019-03-31", clip(e.asOf))
	}
	return e, nil
}

// clip is the beginning of something long that somebody sent.
func clip(s string) string {
	if len([]rune(s)) > 80 {
		return string([]rune(s)[:80]) + "…"
	}
	return s
}

func (s *Service) entity(v *visit) (response, error) {
	q, err := readEntity(v)
	if err != nil {
		return response{}, err
	}
	at := slices.IndexFunc(entityViews, func(w struct{ name, label, key string }) bool { return w.name == q.view })
	if at < 0 {
		return s.nothing(v)
	}
	act := gate.Act{Action: "entity.read", Object: string(q.id), Query: q.view, AsOf: q.asOf}
	a, err := ask(s, v, act, true, func(ctx context.Context, d *gate.Desk) (*entityAnswer, error) {
		return s.readView(ctx, d, q)
	})
	if err != nil {
		return response{}, err
	}
	p := entityPage{q: q, entityAnswer: a, into: v.caseID}
	for _, w := range entityViews {
		p.tabs = append(p.tabs, ui.Link{Label: v.say(w.label), Href: entityPath(q.id, w.name, "asof", q.asOf), Key: w.key, Here: w.name == q.view})
	}
	page := ui.Page{Title: a.Profile.Found.Caption + " · " + v.say(entityViews[at].label), Main: entityScreen(p)}
	if v.fragment() {
		page.Main = entityBeside(p)
	}
	return show(page)
}

// readView answers one view of an entity.
func (s *Service) readView(ctx context.Context, d *gate.Desk, q entityQuestion) (*entityAnswer, error) {
	if err := known(ctx, d, q.id); err != nil {
		return nil, err
	}
	id, o := string(q.id), answer.TraceOptions{AsOf: q.asOf, Today: statement.DayAt(s.cfg.Clock()), Hops: 6}
	a := &entityAnswer{}
	var err error
	if a.Profile, err = answer.Show(ctx, d, id, 3, false); err != nil {
		return nil, err
	}
	switch q.view {
	case "links":
		after, _ := strconv.Atoi(q.after)
		if a.Links, err = answer.ListLinks(ctx, d, id, q.kind, q.inbound, max(0, after), linksShown, o); err == nil && after <= 0 && q.kind == "" {
			a.Net, err = answer.FindNetwork(ctx, d, []string{id}, nil, o)
		}
	case "money":
		if err = a.sums(ctx, d, q); err == nil {
			a.Flow, err = answer.FindFlow(ctx, d, id, "", o)
		}
	case "mentions":
		a.Mentions, err = answer.FindMentions(ctx, d, id, q.after, mentionsShown)
	case "reach":
		a.Reach, err = answer.FindReach(ctx, d, id, "both", o)
	case "history":
		a.Judgements, err = answer.ReadJudgements(ctx, d, answer.JudgementsOf{Words: id})
	}
	return a, err
}

// known says whether there is an entity of an id. Words, as verbs take them, are no
// address: what they mean changes with what comes in.
func known(ctx context.Context, d *gate.Desk, id ftm.EntityID) error {
	stmts, err := d.View.Entity(ctx, id)
	if err == nil && len(stmts) == 0 {
		err = overt.Errorf(overt.NotFound, "", "there is no such entity")
	}
	return err
}

// sums finds the kinds of money that an entity pays or gets, and sums the one that is
// asked for, else the first there is.
func (a *entityAnswer) sums(ctx context.Context, d *gate.Desk, q entityQuestion) error {
	ledger, members := money.NewLedger(d.View, d.Graph), a.Profile.Found.Members
	for _, pays := range []bool{true, false} {
		for _, kind := range money.Kinds {
			m, err := ledger.Sum(ctx, sumOf(members, pays, money.Query{Kind: kind, AsOf: statement.LastDayOf(q.asOf)}))
			if err != nil {
				return err
			}
			if m.Count == 0 {
				continue
			}
			k := moneyKind{pays, kind, m.Count}
			a.Kinds = append(a.Kinds, k)
			if a.Money == nil && q.kind == "" || q.kind == string(kind) && q.pays == pays {
				a.Money = &moneyAnswer{Of: k}
			}
		}
	}
	if a.Money == nil {
		return nil
	}
	var err error
	a.Money.Answer, err = ledger.Sum(ctx, sumOf(members, a.Money.Of.Out, money.Query{Kind: a.Money.Of.Kind, By: cmp.Or(q.by, money.ByYear), AsOf: statement.LastDayOf(q.asOf)}))
	return err
}

// sumOf is a query for what some ids of one entity pay, or get.
func sumOf(members []ftm.EntityID, pays bool, q money.Query) money.Query {
	if pays {
		q.From = members
	} else {
		q.To = members
	}
	return q
}

// entityPage is what the templates of an entity draw.
type entityPage struct {
	q entityQuestion
	*entityAnswer
	tabs []ui.Link
	into string // the case of the session
}

// trace leads on from the entity.
func (p *entityPage) trace(view string) string { return p.question(view).path() }

func (p *entityPage) question(view string) traceQuestion {
	return traceQuestion{from: string(p.q.id), view: view, asOf: p.q.asOf, hops: maxHops}
}

// value shows one value of the entity by itself: who says it, and where.
func (s *Service) value(v *visit) (response, error) {
	q, err := readEntity(v)
	if err != nil {
		return response{}, err
	}
	prop, is := v.URL.Query().Get("prop"), v.URL.Query().Get("is")
	act := gate.Act{Action: "value.read", Object: string(q.id), Query: prop, AsOf: q.asOf}
	a, err := ask(s, v, act, true, func(ctx context.Context, d *gate.Desk) (*answer.ValueSources, error) {
		if err := known(ctx, d, q.id); err != nil {
			return nil, err
		}
		return answer.ReadValue(ctx, d, string(q.id), prop, is, partsShown)
	})
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: a.Value.Label + " · " + a.Taken.Caption, Main: valueScreen(a, v.fragment()), Wide: true})
}

// conflict shows what sources say otherwise of one property.
func (s *Service) conflict(v *visit) (response, error) {
	q, err := readEntity(v)
	if err != nil {
		return response{}, err
	}
	prop := v.URL.Query().Get("prop")
	a, err := ask(s, v, gate.Act{Action: "conflict.read", Object: string(q.id), Query: prop, AsOf: q.asOf}, true, func(ctx context.Context, d *gate.Desk) (*answer.Profile, error) {
		if err := known(ctx, d, q.id); err != nil {
			return nil, err
		}
		return answer.Show(ctx, d, string(q.id), 3, false)
	})
	if err != nil {
		return response{}, err
	}
	var list []answer.Conflict
	for _, c := range a.Conflicts {
		if prop == "" || c.Prop == prop {
			list = append(list, c)
		}
	}
	return show(ui.Page{Title: v.say("Disputed") + " · " + a.Found.Caption, Main: conflictScreen(a.Found, list, v.fragment()), Wide: true})
}
