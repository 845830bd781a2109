package web

import (
	"context"
	"strconv"
	"strings"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/extract/reading"
	"overt/gate"
	"overt/policy"
	"overt/ui"
)

// deeds are what forms of a case add to it, by the last part of their address. Those
// that ask something before are in deedOf.
var deeds = map[string]func(f field) casefile.Event{
	"claim": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Claim, Item: casefile.NewItem(), Text: f("text"), Heading: f("heading")}
	},
	"reword": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Reword, Item: f("item"), Text: f("text")}
	},
	"task": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Task, Item: casefile.NewItem(), Text: f("text"), Person: f("person"), Date: f("date")}
	},
	"assign": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Assign, Item: f("item"), Person: f("person"), Date: f("date")}
	},
	"note": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Note, Item: casefile.NewItem(), Of: f("item"), Text: f("text")}
	},
	"happened": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Happened, Item: casefile.NewItem(), Date: f("date"), Text: f("text")}
	},
	"drop": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Drop, Item: f("item"), Reason: f("reason")}
	},
	"oppose": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Oppose, Item: f("item"), Of: f("other"), Reason: f("reason")}
	},
	"agree": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Agree, Item: f("item"), Of: f("other")}
	},
	"member": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Member, Person: casefile.Person(f("person")), Role: policy.Role(f("role"))}
	},
	"offer": func(f field) casefile.Event {
		return casefile.Event{Kind: casefile.Offer, Person: f("person")}
	},
	"accept":  func(field) casefile.Event { return casefile.Event{Kind: casefile.Accept} },
	"decline": func(field) casefile.Event { return casefile.Event{Kind: casefile.Decline} },
	"rename":  func(f field) casefile.Event { return casefile.Event{Kind: casefile.Rename, Text: f("text")} },
	"close":   func(f field) casefile.Event { return casefile.Event{Kind: casefile.Close, Reason: f("reason")} },
	"reopen":  func(field) casefile.Event { return casefile.Event{Kind: casefile.Reopen} },
}

// A field gives what a form says of a name, without what only spaces it.
type field func(name string) string

func (v *visit) field(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(v.PostFormValue(name), "\r\n", "\n"))
}

// doInCase adds to a case what a form says. What the rules of the case refuse is told
// on the page that the form is of.
func (s *Service) doInCase(v *visit) (response, error) {
	id, view, deed := v.PathValue("case"), v.PathValue("view"), v.PathValue("deed")
	if !isCaseView(view) {
		return s.nothing(v)
	}
	was := v.session
	pass, err := s.openIn(v, id)
	if err != nil {
		return response{}, err
	}
	if deed == "enter" {
		return s.enterCase(v, pass, id, view)
	}
	state, err := s.deed(v, pass, deed)
	switch overt.CodeOf(err) {
	case "":
	case overt.Invalid, overt.Denied, overt.Conflict:
		v.session = was
		return s.caseScreen(v, &casePage{no: overt.Told(err), deed: deed, said: v.PostForm})
	default:
		return response{}, err
	}
	if state.Role(v.actor.ID) == "" { // who left sees it no more
		s.leaveCase(v, id)
		return seeOther("/cases")
	}
	item, of := state.Events[len(state.Events)-1].Item, v.URL.Query().Get("i")
	if view == reportView && of == "" {
		of = item
	}
	to := casePath(id, view, "i", of)
	if view != claimView && item != "" && item != of {
		to += "#i-" + item
	}
	return seeOther(to)
}

// deed does one deed. Errors: those of the rules, not_found (no such deed).
func (s *Service) deed(v *visit, pass *gate.Pass, deed string) (*casefile.State, error) {
	ctx := v.Context()
	if do, ok := reportDeeds[deed]; ok {
		return do(s, v, pass)
	}
	if deed == "move" {
		return answer.MoveClaim(ctx, pass, v.field("item"), v.field("state"), v.field("reason"), seen(v))
	}
	e, err := s.deedOf(v, pass, deed)
	if err != nil {
		return nil, err
	}
	e.Seen = seen(v)
	return pass.Casework(ctx, pass.Case(), e)
}

// deedOf is the event of a deed.
func (s *Service) deedOf(v *visit, pass *gate.Pass, deed string) (casefile.Event, error) {
	if do, ok := deeds[deed]; ok {
		return do(v.field), nil
	}
	e := casefile.Event{Item: casefile.NewItem(), Of: v.field("item")}
	var err error
	switch deed {
	case "subject":
		e.Kind = casefile.Subject
		var found *answer.Found
		found, err = gate.Ask(v.Context(), pass, gate.Act{Action: "entity.read", Object: clip(v.field("entity"))}, true, func(ctx context.Context, d *gate.Desk) (*answer.Found, error) {
			return answer.Find(ctx, d, v.field("entity"))
		})
		if err == nil {
			e.Entity = found.ID
		}
	case "exhibit":
		e.Kind, e.Of, e.Text = casefile.Exhibit, "", v.field("text")
		e.Cite, err = s.cited(v, pass, v.field("cite"), overt.Locator{})
	case "view":
		e.Kind, e.Of, e.Text = casefile.Keep, "", v.field("text")
		var title string
		if e.Saved, title, err = s.keep(v, pass, v.field("address")); e.Text == "" {
			e.Text = title
		}
	case "cite":
		e.Kind = casefile.CiteKind
		if e.Cite, err = s.cited(v, pass, v.field("cite"), overt.Locator{}); err == nil {
			e.Cite.For = strings.Fields(v.field("for"))
		}
	default:
		return e, overt.Errorf(overt.NotFound, "", "there is no such address")
	}
	if overt.CodeOf(err) == overt.NotFound { // the case is there
		err = overt.Errorf(overt.Invalid, deed, "nothing of that name is here that you may see")
	}
	return e, err
}

// cited makes a cite of a citation, or of a place in a source.
func (s *Service) cited(v *visit, pass *gate.Pass, word string, where overt.Locator) (*casefile.Cite, error) {
	act := gate.Act{Action: "case.open", Object: pass.Case(), Query: "a cite"} // the log takes no words of documents
	return gate.Ask(v.Context(), pass, act, false, func(ctx context.Context, d *gate.Desk) (*casefile.Cite, error) {
		if reading.IsURI(word) {
			return answer.CitedPassage(ctx, d, word)
		}
		return answer.CitedPlace(ctx, d, s.cfg.Records, word, where)
	})
}

// seen is the last event of the case that the form's page had read.
func seen(v *visit) int64 {
	n, _ := strconv.ParseInt(v.PostFormValue("seen"), 10, 64) // none asks for no check
	return max(n, 0)
}

// enterCase makes a case that of the session, and takes the case's purpose.
func (s *Service) enterCase(v *visit, pass *gate.Pass, id, view string) (response, error) {
	c, err := gate.Ask(v.Context(), pass, gate.Act{Action: "case.enter", Object: id}, false, func(ctx context.Context, d *gate.Desk) (*answer.CaseLine, error) {
		return answer.ReadCaseLine(ctx, d, id)
	})
	if err != nil {
		return response{}, err
	}
	s.sessions.change(s.word(v.Request), func(x *session) {
		x.caseID, x.title = id, c.Title
		for _, p := range s.cfg.Purposes {
			if p.ID == policy.Purpose(c.Purpose) {
				x.purpose = p.ID
			}
		}
	})
	return seeOther(casePath(id, view, "i", v.URL.Query().Get("i")))
}

// noCase takes the session out of its case.
func (s *Service) noCase(v *visit) (response, error) {
	s.leaveCase(v, v.caseID)
	return seeOther("/cases")
}

// casesPage is what the templates of the list draw.
type casesPage struct {
	*answer.CaseList
	in string // the case of the session
}

// listCases lists the cases of the session's person, and offers to begin one.
func (s *Service) listCases(v *visit) (response, error) {
	l, err := ask(s, v, gate.Act{Action: "case.list"}, false, answer.ListCases)
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Cases"), Main: casesScreen(casesPage{l, v.caseID}), Wide: true})
}

// newCase begins a case for the session's purpose, and works in it.
func (s *Service) newCase(v *visit) (response, error) {
	state, err := s.beginCase(v, v.field("title"), v.field("template"), v.field("second") != "")
	if err != nil {
		return response{}, err
	}
	return seeOther(casePath(state.ID, "board"))
}

// beginCase begins a case, with more in it or not at all, and works in it.
func (s *Service) beginCase(v *visit, title, template string, second bool, more ...casefile.Event) (*casefile.State, error) {
	t, err := casefile.FindTemplate(template)
	if err != nil {
		return nil, err
	}
	if title == "" {
		return nil, overt.Errorf(overt.Invalid, "title", "a case has a title")
	}
	id, in := casefile.NewID(), v.session
	in.caseID = ""
	pass, err := s.cfg.Gate.Open(v.Context(), in.visit(policy.CaseLabel(id)))
	if err != nil {
		return nil, err
	}
	first := casefile.Event{Text: title, Purpose: string(pass.Purpose()), Second: second}
	state, err := pass.Casework(v.Context(), id, append(t.Begin(first), more...)...)
	if err == nil {
		s.sessions.change(s.word(v.Request), func(x *session) { x.caseID, x.title = id, title })
	}
	return state, err
}
