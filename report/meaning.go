package report

import (
	"bytes"
	"encoding/json"
	"html"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"overt/casefile"
	"overt/extract/reading"
)

// meaning checks that the parts of a bundle say what the edition says, and that the
// edition holds together.
func (v *verifier) meaning(e *Edition) {
	v.page(e)
	v.part("sources.json", e.Sources)
	v.part("claims.jsonld", e.linked())
	v.sums(e)
	for i := range e.Passages {
		v.passage(e, &e.Passages[i])
	}
	for i := range e.Claims {
		v.claim(e, &e.Claims[i])
	}
}

// part compares a file for other programs with what is to be in it.
func (v *verifier) part(name string, want any) {
	raw, ok := v.good[name]
	if !ok {
		return // told already
	}
	var is, should any
	body, err := plainJSON(want)
	if err == nil {
		err = json.Unmarshal(body, &should)
	}
	if err != nil || json.Unmarshal(raw, &is) != nil || !reflect.DeepEqual(is, should) {
		v.bad(name, "it does not say what edition.json says")
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// page looks for the words of the text, and for the quotes, on the page.
func (v *verifier) page(e *Edition) {
	raw, ok := v.good["index.html"]
	if !ok {
		return
	}
	if bytes.Contains(bytes.ToLower(raw), []byte("<script")) {
		v.bad("index.html", "it has a script")
	}
	shown := html.UnescapeString(tag.ReplaceAllString(string(raw), ""))
	for _, s := range Parse(e.Text).sentences() {
		for _, x := range s.Spans {
			if !strings.Contains(shown, strings.TrimSpace(x.Text)) {
				v.bad("index.html", "words of the text are not on it: %s", clip(x.Text))
				return
			}
		}
	}
	for _, item := range Parse(e.Text).Claims() {
		if !slices.ContainsFunc(e.Claims, func(c Claim) bool { return c.Item == item }) {
			v.bad(editionName, "the text cites the claim %s, which is not in it", item)
		}
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// passage checks a quote against its place.
func (v *verifier) passage(e *Edition, p *Passage) {
	name := "passages/" + p.Item + ".json"
	if _, ok := v.good[name]; !ok && !slices.ContainsFunc(v.out.Problems, func(x Problem) bool { return x.File == name }) {
		v.bad(name, "the passage is not there")
	}
	v.part(name, p)
	if e.source(p.Blob) == nil {
		v.bad(name, "its source is not among the sources")
	}
	if p.URI == "" {
		return
	}
	c, err := reading.ParseURI(p.URI)
	switch {
	case err != nil:
		v.bad(name, "its citation cannot be read")
	case c.Document != p.Blob || c.Page != p.Place.Page || c.Start != p.Place.Start || c.End != p.Place.End:
		v.bad(name, "its citation is of another place")
	case c.Quote != p.Quote:
		v.bad(name, "the quote does not stand in the passage that is cited")
	}
}

// claim checks that a claim has its passages, and they its numbers.
func (v *verifier) claim(e *Edition, c *Claim) {
	if c.State != casefile.Confirmed {
		v.bad(editionName, "the claim %s is not confirmed", c.Item)
	}
	var has []string
	for _, item := range c.Passages {
		p := e.passage(item)
		if p == nil {
			v.bad("passages/"+item+".json", "the claim %s rests on it, and edition.json does not have it", c.Item)
			continue
		}
		has = append(has, normal([]string{p.Quote + " | " + p.Value + " | " + strings.Join(p.For, " | ")})...)
	}
	for _, n := range casefile.Numbers(c.Text) {
		if !slices.Contains(has, n) {
			v.bad(editionName, "no passage of the claim %s has the number %s", c.Item, n)
		}
	}
}

// sums adds the rows again.
func (v *verifier) sums(e *Edition) {
	v.part("sums.json", e.Sums)
	again := []Sum{}
	for i := range e.Claims {
		again = append(again, sumsOf(&e.Claims[i], e.Passages)...)
	}
	for i := range max(len(again), len(e.Sums)) {
		switch {
		case i >= len(e.Sums):
			v.bad("sums.json", "it lacks the sum of the claim %s", again[i].Claim)
		case i >= len(again):
			v.bad("sums.json", "the claim %s has no rows to add", e.Sums[i].Claim)
		case !reflect.DeepEqual(again[i], e.Sums[i]):
			v.bad("sums.json", "the rows of the claim %s add up to %s, and it says %s", again[i].Claim, again[i].Total, e.Sums[i].Total)
		}
	}
}
