package casefile

import (
	"slices"

	"overt"
)

// A Touched is a claim that something happened to since it was cited, or a view since
// it was kept.
type Touched struct {
	Claim string      `json:"claim"`
	State string      `json:"state"`
	Text  string      `json:"text"`
	Cite  string      `json:"cite,omitempty"` // the item, "" where it is none of one cite
	View  string      `json:"view,omitempty"` // the item of a view, which is no claim
	Run   overt.RunID `json:"run,omitempty"`  // the import that the cite is of
	Why   string      `json:"why"`            // one sentence
}

// Touched lists the claims, but the rejected, and the views whose ground changed, and why.
func (v *View) Touched() []Touched {
	out := []Touched{}
	for i := range v.Claims {
		c := &v.Claims[i]
		if c.State == Rejected {
			continue
		}
		say := func(cite, why string, run overt.RunID) {
			out = append(out, Touched{Claim: c.Item, State: c.State, Text: c.Text, Cite: cite, Run: run, Why: why})
		}
		for j := range c.Cites {
			x := &c.Cites[j]
			if x.Status != Same {
				say(x.Item, x.Text, x.Run)
			}
			for _, why := range []string{x.Doubt, x.Apart, x.Failed} {
				if why != "" {
					say(x.Item, why, x.Run)
				}
			}
		}
		for _, k := range v.Contradictions {
			if slices.Contains(k.Claims, c.Item) {
				say("", k.Text, 0)
			}
		}
		if c.State != Lead && len(c.Uncited) > 0 {
			say("", "no cite that you may open has the number "+c.Uncited[0], 0)
		}
	}
	for i := range v.Views {
		x := &v.Views[i]
		if x.Saved == nil {
			out = append(out, Touched{View: x.Item, State: string(x.Status), Text: HiddenView, Why: HiddenView})
		}
		for _, t := range x.Told {
			out = append(out, Touched{View: x.Item, State: string(x.Status), Text: x.Title, Run: t.Run, Why: t.Source + ": " + t.Why})
		}
	}
	return out
}

// SamePlace says whether two cites are of one place: words of the same page that
// overlap, or one place of one source.
func (c *Cite) SamePlace(o *Cite) bool {
	if c.Blob() != o.Blob() || (c.URI == "") != (o.URI == "") {
		return false
	}
	a, b := c.Locator(), o.Locator()
	if c.URI != "" {
		return a.Page == b.Page && a.Start < b.End && b.Start < a.End
	}
	return a == b
}
