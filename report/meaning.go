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
	for i := range e.Views {
		v.view(e, &e.Views[i])
	}
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
	for _, item := range Parse(e.Text).Views() {
		x := e.view(item)
		if x == nil {
			v.bad(editionName, "the text places the view %s, which is not in it", item)
			continue
		}
		for i := range x.Rows {
			for _, cell := range x.Rows[i].Cells {
				if cell != "0" && places(e.Text, item) && !strings.Contains(shown, cell) {
					v.bad("index.html", "a row of the view %s is not on it: %s", item, clip(cell))
					return
				}
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
	if _, ok := v.good[name]; !ok && !v.told(name) {
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

// places says whether a text has the table of a view.
func places(text, item string) bool {
	return slices.ContainsFunc(Parse(text).Blocks, func(b Block) bool { return b.View == item && b.Kind == "table" })
}

// view checks the files of a view, and that its amounts are those of the places that
// they are cited from.
func (v *verifier) view(e *Edition, x *View) {
	name := x.File(".json")
	if err := x.Check(); err != nil {
		v.bad(name, "%v", err)
		return
	}
	if _, ok := v.good[name]; !ok && !v.told(name) {
		v.bad(name, "the view is not there")
	}
	v.part(name, x)
	if picture, ok := v.good[x.File(".svg")]; ok && string(picture) != x.Picture || !ok && x.Picture != "" && !v.told(x.File(".svg")) {
		v.bad(x.File(".svg"), "it is not the picture that edition.json has")
	}
	if bytes.Contains(bytes.ToLower([]byte(x.Picture)), []byte("<script")) {
		v.bad(x.File(".svg"), "it has a script")
	}
	for i := range x.Sources {
		if e.source(x.Sources[i].Blob) == nil {
			v.bad(name, "a source of it is not among the sources: %s", clip(x.Sources[i].Name))
		}
	}
	for i := range x.Rows {
		of := x.Rows[i].Sum
		if of == nil {
			continue
		}
		if !slices.Equal(normal([]string{of.Amount}), normal([]string{x.Rows[i].Cells[of.Column]})) {
			v.bad(name, "row %d shows %s, and its parts are of %s", i+1, clip(x.Rows[i].Cells[of.Column]), of.Amount)
		}
		for k, p := range of.Parts {
			if p.Cite == nil {
				continue
			}
			if has := casefile.Numbers(p.Cite.Quote); len(has) == 1 && !slices.Equal(has, normal([]string{p.Amount})) {
				v.bad(name, "part %d of row %d is %s, and its source says %s", k+1, i+1, p.Amount, clip(p.Cite.Quote))
			}
		}
	}
}

func (v *verifier) told(name string) bool {
	return slices.ContainsFunc(v.out.Problems, func(x Problem) bool { return x.File == name })
}

// sums adds the rows again.
func (v *verifier) sums(e *Edition) {
	v.part("sums.json", e.Sums)
	again := []Sum{}
	for i := range e.Claims {
		again = append(again, sumsOf(&e.Claims[i], e.Passages)...)
	}
	for i := range e.Views {
		again = append(again, e.Views[i].sums()...)
	}
	for i := range max(len(again), len(e.Sums)) {
		switch {
		case i >= len(e.Sums):
			v.bad("sums.json", "it lacks the sum of the %s", again[i].of())
		case i >= len(again):
			v.bad("sums.json", "the %s has no rows to add", e.Sums[i].of())
		case again[i].View != "" && again[i].How != "same":
			v.bad("sums.json", "the parts of the %s add up to %s, and it says %s", again[i].of(), again[i].Total, again[i].Number)
		case !reflect.DeepEqual(again[i], e.Sums[i]):
			v.bad("sums.json", "the rows of the %s add up to %s, and it says %s", again[i].of(), again[i].Total, e.Sums[i].Total)
		}
	}
}
