package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
)

// A namedThere is an entity that a page seems to name. Inside says that the passage
// itself does, Accepted that a person said so.
type namedThere struct {
	answer.Entity
	Inside   bool `json:"inside,omitempty"`
	Accepted bool `json:"accepted,omitempty"`
}

// maxNamesThere is how many entities are offered with a passage.
const maxNamesThere = 30

// citePage is what the form that cites a place into a case draws, beside the place.
type citePage struct {
	chosen string     // the case, or case/claim, that is chosen
	no     string     // why what was asked before was not done
	said   url.Values // what its form said
}

// readInto reads what the form needs: the asker's cases, and names of the page.
func (a *placeAnswer) readInto(ctx context.Context, d *gate.Desk) error {
	if d.Cases == nil {
		return nil
	}
	var err error
	if a.Into, err = answer.ListCiteInto(ctx, d); err != nil || a.Passage == nil {
		return err
	}
	page, err := answer.ReadPage(ctx, d, string(a.Passage.ID), a.Passage.Page, "")
	switch overt.CodeOf(err) {
	case "":
	case overt.NotFound, overt.Unavailable: // of an older reading, or nothing is looked for in texts
		return nil
	default:
		return err
	}
	for _, m := range page.Mentions {
		inside := m.Start < a.Passage.End && a.Passage.Start < m.End
		for _, e := range m.Accepted {
			a.name(namedThere{e, inside, true})
		}
		for _, e := range m.Candidates {
			a.name(namedThere{e, inside, false})
		}
	}
	slices.SortStableFunc(a.Names, func(x, y namedThere) int { return cmp.Compare(y.rank(), x.rank()) })
	a.Names = a.Names[:min(len(a.Names), maxNamesThere)]
	return nil
}

func (n namedThere) rank() (r int) {
	if n.Inside {
		r += 2
	}
	if n.Accepted {
		r++
	}
	return r
}

// citable says whether there are words to cite.
func (p placePage) citable() bool { return p.Passage == nil || p.Passage.State != reading.Lost }

// name adds an entity, each once.
func (a *placeAnswer) name(n namedThere) {
	i := slices.IndexFunc(a.Names, func(x namedThere) bool { return x.ID == n.ID })
	if i < 0 {
		a.Names = append(a.Names, n)
		return
	}
	a.Names[i].Inside, a.Names[i].Accepted = a.Names[i].Inside || n.Inside, a.Names[i].Accepted || n.Accepted
}

// on says whether an entity is chosen when the form is shown: as it was, else where a
// person said that the passage names it.
func (c *citePage) on(n namedThere) bool {
	if c.said != nil {
		return slices.Contains(c.said["entity"], string(n.ID))
	}
	return n.Inside && n.Accepted
}

// citeInto cites a place into a case: into a claim that is there, a new one, or as an
// exhibit. All of it is kept, or nothing.
func (s *Service) citeInto(v *visit) (response, error) {
	to, err := s.citing(v)
	switch overt.CodeOf(err) {
	case "":
		return seeOther(to)
	case overt.Invalid, overt.Denied, overt.Conflict:
		return s.passageScreen(v, &citePage{no: overt.Told(err), said: v.PostForm})
	}
	return response{}, err
}

// citing does what citeInto says, and gives where it is shown.
func (s *Service) citing(v *visit) (string, error) {
	blob, uri, where, err := placeOf(v)
	if err != nil {
		return "", err
	}
	id, claim, there := strings.Cut(v.field("into"), "/")
	exhibit, text := v.field("as") == "exhibit", v.field("text")
	switch {
	case exhibit || there && text == "":
	case there:
		return "", overt.Errorf(overt.Invalid, "text", "the claim you chose has its words already; leave the new claim empty, or choose “a new claim”")
	case text == "":
		return "", overt.Errorf(overt.Invalid, "text", "write the claim, or choose one that is there")
	}
	in := *v // what is refused is shown in the session's own case
	pass, err := s.open(&in)
	if id != "" {
		pass, err = s.openIn(&in, id)
	}
	if err != nil {
		return "", err
	}
	cite, err := s.cited(&in, pass, cmp.Or(uri, blob), where)
	if err != nil {
		return "", err
	}
	var events []casefile.Event
	if exhibit {
		events = []casefile.Event{{Kind: casefile.Exhibit, Item: casefile.NewItem(), Text: text, Cite: cite}}
	} else {
		if !there {
			claim = casefile.NewItem()
			events = append(events, casefile.Event{Kind: casefile.Claim, Item: claim, Text: text})
		}
		cite.For = strings.Fields(v.field("for"))
		events = append(events, casefile.Event{Kind: casefile.CiteKind, Item: casefile.NewItem(), Of: claim, Cite: cite})
		about, err := s.subjects(&in, pass, claim)
		if err != nil {
			return "", err
		}
		events = append(events, about...)
	}
	if id == "" {
		begun, err := s.beginCase(&in, v.field("title"), "", false, events...)
		if err != nil {
			return "", err
		}
		id = begun.ID
	} else if _, err = pass.Casework(v.Context(), id, events...); err != nil {
		return "", err
	}
	if exhibit {
		return casePath(id, "exhibits") + "#i-" + events[0].Item, nil
	}
	return casePath(id, claimView, "i", claim), nil
}

// subjects are the entities that the form names, each of which the asker may see.
func (s *Service) subjects(v *visit, pass *gate.Pass, claim string) ([]casefile.Event, error) {
	words := v.PostForm["entity"]
	if len(words) == 0 {
		return nil, nil
	}
	if len(words) > maxNamesThere {
		return nil, overt.Errorf(overt.Invalid, "entity", "%d entities at once are the most", maxNamesThere)
	}
	act := gate.Act{Action: "entity.read", Object: clip(strings.Join(words, " "))}
	ids, err := gate.Ask(v.Context(), pass, act, true, func(ctx context.Context, d *gate.Desk) (out []ftm.EntityID, err error) {
		for _, w := range words {
			f, err := answer.Find(ctx, d, w)
			if err != nil {
				return nil, err
			}
			out = append(out, f.ID)
		}
		return out, nil
	})
	var out []casefile.Event
	for _, id := range ids {
		out = append(out, casefile.Event{Kind: casefile.Subject, Item: casefile.NewItem(), Of: claim, Entity: id})
	}
	return out, err
}
