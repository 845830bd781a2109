package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"overt/casefile"
	"overt/ledger"
	"overt/resolve/name"
)

// A Finding is one thing that speaks against publishing a report.
type Finding struct {
	ID   string `json:"id"`   // the same as long as it is about the same thing
	Rule string `json:"rule"` // text, number, quote, claim, cite, view, dispute, sum, person, reply, licence, comment
	Line int    `json:"line,omitempty"`
	At   string `json:"at,omitempty"` // the words of the report
	Text string `json:"text"`         // one sentence
	// Must says that nobody can pass it over.
	Must   bool   `json:"must,omitempty"`
	Waived string `json:"waived,omitempty"` // why it is passed over
	By     string `json:"by,omitempty"`     // who said so
	// Comment is the item of the comment that it is about.
	Comment string `json:"comment,omitempty"`
}

// Open are the findings that are not passed over.
func Open(all []Finding) (out []Finding) {
	for _, f := range all {
		if f.Waived == "" {
			out = append(out, f)
		}
	}
	return out
}

// A checker gathers findings on the newest version of a report.
type checker struct {
	g    *Ground
	text *Text
	out  []Finding
	seen map[string]bool
}

// Check lists what speaks against publishing the newest version, in the order of the
// text. What somebody passed over is in it with the reason.
func Check(g *Ground) []Finding {
	c := &checker{g: g, out: []Finding{}, seen: map[string]bool{}}
	if n := len(g.Report.Versions); n > 0 {
		c.text = Parse(g.Report.Versions[n-1].Text)
	}
	if c.text == nil || len(c.text.Claims())+len(c.text.Views()) == 0 {
		c.say("text", 0, "", "", "the report cites no claim", true)
	}
	if c.text == nil {
		return c.out
	}
	for i := range c.text.Blocks {
		b := &c.text.Blocks[i]
		for j := range b.Sentences {
			c.sentence(&b.Sentences[j])
		}
		switch {
		case b.View != "":
			c.view(b)
		case b.Kind == "quote":
			c.quoted(b)
		}
	}
	c.named()
	c.licences()
	c.comments()
	for i := range c.out {
		f := &c.out[i]
		for _, w := range g.Report.Waived {
			if w.Check == f.ID && !f.Must {
				f.Waived, f.By = w.Reason, w.By
			}
		}
	}
	return c.out
}

// say adds a finding once. about is what it is about beside the words.
func (c *checker) say(rule string, line int, at, about, text string, must bool) {
	sum := sha256.Sum256([]byte(rule + "\x00" + at + "\x00" + about))
	id := rule + "-" + hex.EncodeToString(sum[:4])
	if !c.seen[id] {
		c.seen[id] = true
		c.out = append(c.out, Finding{ID: id, Rule: rule, Line: line, At: at, Text: text, Must: must})
	}
}

func (c *checker) sentence(s *Sentence) {
	words := s.Words()
	var has []string
	for _, cite := range s.Cites() {
		claim := c.g.claim(cite.Claim)
		if claim == nil {
			c.say("claim", s.Line, words, cite.Claim, "there is no claim "+cite.Claim+" in the case", true)
			continue
		}
		bears, found := casefile.Numbers(claim.Text), cite.Cite == ""
		for i := range claim.Cites {
			if x := &claim.Cites[i]; cite.Cite == "" || x.Item == cite.Cite {
				found = true
				bears = append(bears, normal([]string{x.Quote + " | " + strings.Join(x.For, " | ")})...)
			}
		}
		if !found {
			c.say("cite", s.Line, words, cite.Cite, "the claim "+claim.Item+" has no cite "+cite.Cite, true)
		}
		has = append(has, bears...)
		c.claim(s.Line, claim)
	}
	for _, n := range casefile.Numbers(words) {
		switch {
		case len(s.Cites()) == 0:
			c.say("number", s.Line, words, n, "the number "+n+" has no cite", false)
		case !slices.Contains(has, n):
			c.say("number", s.Line, words, n, "no claim that the sentence cites has the number "+n, false)
		}
	}
}

// quoted looks whether what is set as a quotation stands in what it cites.
func (c *checker) quoted(b *Block) {
	var said, has strings.Builder
	for i := range b.Sentences {
		s := &b.Sentences[i]
		said.WriteString(s.Words() + " ")
		for _, cite := range s.Cites() {
			claim := c.g.claim(cite.Claim)
			for k := 0; claim != nil && k < len(claim.Cites); k++ {
				if x := &claim.Cites[k]; cite.Cite == "" || x.Item == cite.Cite {
					has.WriteString(x.Quote + " ")
				}
			}
		}
	}
	words := strings.Trim(bare(said.String()), " \"“”„«».…")
	switch {
	case has.Len() == 0:
		c.say("quote", b.Line, words, "", "the quotation has no cite", false)
	case !strings.Contains(bare(has.String()), words):
		c.say("quote", b.Line, words, "", "the words of the quotation do not stand in what it cites", false)
	}
}

// bare is text with single blanks.
func bare(s string) string { return strings.Join(strings.Fields(s), " ") }

// view looks at a view that the text places.
func (c *checker) view(b *Block) {
	x := c.g.View.SavedView(b.View)
	if x == nil || x.Saved == nil {
		c.say("view", b.Line, "", b.View, "there is no view "+b.View+" in the case, or it shows sources that you may not all open", true)
		return
	}
	say := func(rule, about, text string, must bool) { c.say(rule, b.Line, x.Title, about, text, must) }
	if b.Kind == "picture" && x.Saved.Picture == "" {
		say("view", x.Item, "the view "+x.Item+" has no picture; place its table", true)
	}
	for _, t := range x.Told {
		say("view", t.Source+t.Why, "the view "+x.Item+": "+t.Source+": "+t.Why, !x.Status.Holds())
	}
	bare := 0
	for i := range x.Saved.Rows {
		if len(x.Saved.Rows[i].Cites) == 0 {
			bare++
		}
	}
	if bare > 0 {
		say("view", "bare", fmt.Sprintf("of %d rows of the view %s no source is told", bare, x.Item), false)
	}
	v := &View{Item: x.Item, Saved: *x.Saved}
	for _, sum := range v.sums() {
		if sum.How != "same" {
			say("sum", fmt.Sprint(sum.Row), fmt.Sprintf("in row %d of the view %s the parts add up to %s, and it says %s", sum.Row, x.Item, sum.Total, sum.Number), false)
		}
	}
}

// claim looks at a claim that the report cites.
func (c *checker) claim(line int, claim *casefile.ClaimView) {
	say := func(rule, about, text string, must bool) { c.say(rule, line, claim.Text, about, text, must) }
	if claim.State != casefile.Confirmed {
		say("claim", claim.Item, "the claim "+claim.Item+" is "+claim.State+", and not confirmed", true)
	}
	for i := range claim.Cites {
		x := &claim.Cites[i]
		if x.Status != casefile.Same {
			say("cite", x.Item, "the cite "+x.Item+": "+x.Text, !x.Status.Holds())
		}
		for _, why := range []string{x.Doubt, x.Apart, x.Failed} {
			if why != "" {
				say("cite", x.Item+why, "the cite "+x.Item+": "+why, false)
			}
		}
	}
	for _, k := range c.g.View.Contradictions {
		if slices.Contains(k.Claims, claim.Item) {
			say("dispute", k.Text, "disputed: "+k.Text, false)
		}
	}
	e := &Edition{}
	e.add(c.g, claim)
	for _, sum := range e.Sums {
		if sum.How == "differs" {
			say("sum", sum.Number+sum.Total, fmt.Sprintf("what is cited for %s adds up to %s", sum.Number, sum.Total), false)
		}
	}
}

// named looks at those whom the case is about and the text names.
func (c *checker) named() {
	answered := map[string]string{}
	for _, r := range c.g.Report.Replies {
		if s := c.g.subject(r.Subject); s != nil {
			answered[string(s.ID)] = r.State
		}
	}
	for _, s := range c.g.subjects() {
		line := c.naming(s)
		if s.ID == "" || line == 0 {
			continue
		}
		if s.Schema == "Person" && s.Role == "" {
			c.say("person", line, s.Caption, "", s.Caption+" is a person of whom no source says a public role", false)
		}
		if answered[string(s.ID)] == "" {
			c.say("reply", line, s.Caption, "", s.Caption+" is named, and was not asked", false)
		}
	}
}

// naming finds the first sentence that names a subject, with or without its legal form.
func (c *checker) naming(s *casefile.SubjectView) (line int) {
	called := []string{name.Fold(s.Caption)}
	if s.Schema != "Person" {
		called = append(called, withoutForm(s.Caption))
	}
	for _, x := range c.text.sentences() {
		words := " " + name.Fold(x.Words()) + " "
		for _, n := range called {
			if n != "" && strings.Contains(words, " "+n+" ") {
				return x.Line
			}
		}
	}
	return 0
}

// withoutForm is the name of an organisation without the legal form behind it, "" where
// it has none there.
func withoutForm(caption string) string {
	whole := name.Parse(caption, name.Organisation, name.Hint{})
	if whole.Legal == "" {
		return ""
	}
	words := strings.Fields(name.Fold(caption))
	for n := len(words) - 1; n > 0; n-- {
		short := strings.Join(words[:n], " ")
		if f := name.Parse(short, name.Organisation, name.Hint{}); f.Legal == "" {
			if f.Norm() == whole.Norm() {
				return short
			}
			return ""
		}
	}
	return ""
}

// comments looks for those that nobody settled. One that was opened again is another point.
func (c *checker) comments() {
	for i := range c.g.Report.Comments {
		x, line := &c.g.Report.Comments[i], 0
		if x.State != casefile.Todo {
			continue
		}
		if s := c.text.Find(x.On); s != nil {
			line = s.Line
		}
		c.say("comment", line, x.On, x.Item+fmt.Sprint(x.Changed), "a comment is not settled", false)
		c.out[len(c.out)-1].Comment = x.Item
	}
}

// licences looks whether what is quoted may be.
func (c *checker) licences() {
	e := &Edition{}
	for _, item := range c.text.Claims() {
		if claim := c.g.claim(item); claim != nil {
			e.add(c.g, claim)
		}
	}
	for _, item := range c.text.Views() {
		if x := c.g.View.SavedView(item); x != nil && x.Saved != nil {
			e.addView(c.g, x)
		}
	}
	for _, s := range e.Sources {
		if s.Licence == "" {
			c.say("licence", 0, s.Dataset, "", "of the dataset "+s.Dataset+" no licence is known", false)
		}
		for _, l := range (ledger.Dataset{Licence: s.Licence}).Licences() {
			if !quotable(l) {
				c.say("licence", 0, s.Dataset, l, "the dataset "+s.Dataset+" is under “"+l+"”, which is not known to let everybody quote", false)
			}
		}
	}
}

// openLicences are words that licences have in their names that let everybody quote and pass on.
var openLicences = []string{
	"cc0", "cc-0", "cc by", "cc-by", "creative commons attribution", "public domain", "pddl", "odc-by", "odbl", "ogl", "open government licence", "open government license",
	"licence ouverte", "dl-de", "datenlizenz deutschland", "government work", "17 u.s.c.", "17 usc",
}

// quotable says whether a licence is known to let everybody quote. Licences that refuse
// changes or commerce are looked at by a person.
func quotable(licence string) bool {
	l := strings.ToLower(licence)
	for _, not := range []string{"-nc", " nc", "noncommercial", "non-commercial", "-nd", " nd", "noderiv", "no deriv"} {
		if strings.Contains(l, not) {
			return false
		}
	}
	return slices.ContainsFunc(openLicences, func(w string) bool { return strings.Contains(l, w) })
}
