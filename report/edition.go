package report

import (
	"bytes"
	"encoding/json"

	"overt"
	"overt/casefile"
)

// A Ground is what a report stands on, as one member of its case sees it.
type Ground struct {
	View   *casefile.View
	Report *casefile.ReportView
	// Sources are those of the cites that he may open, by their bytes.
	Sources map[overt.BlobID]Source
	// Around has the words before and behind each passage, by the item of its cite.
	Around map[string][2]string
}

// A Source is where quotes are from.
type Source struct {
	Blob      overt.BlobID `json:"sha256"`
	Name      string       `json:"name"` // as it was received
	Dataset   string       `json:"dataset"`
	Title     string       `json:"title,omitempty"`
	Publisher string       `json:"publisher,omitempty"`
	Licence   string       `json:"licence,omitempty"`
	Address   string       `json:"address,omitempty"`
	Run       overt.RunID  `json:"run"`
	Observed  string       `json:"observed"`
}

// An Edition is a version of a report with all that is published with it.
type Edition struct {
	Format   int         `json:"format"` // 1
	Report   string      `json:"report"`
	Title    string      `json:"title"`
	Version  int         `json:"version"`
	Author   string      `json:"author"` // of this version
	Written  string      `json:"written"`
	Text     string      `json:"text"`
	Claims   []Claim     `json:"claims"`
	Passages []Passage   `json:"passages"`
	Views    []View      `json:"views,omitempty"` // that the text places
	Sources  []Source    `json:"sources"`
	Sums     []Sum       `json:"sums"`
	Replies  []Reply     `json:"replies"`
	PassedBy []Exception `json:"passed_over"`
}

// A Claim is a sentence of the case that the report cites.
type Claim struct {
	Item      string   `json:"item"`
	Text      string   `json:"text"`
	State     string   `json:"state"`
	Confirmed string   `json:"confirmed_by,omitempty"`
	Passages  []string `json:"passages"`
}

// A View is a view of the desk as it was when it was put into the case.
type View struct {
	Item  string `json:"item"`
	Title string `json:"title"`
	Kept  string `json:"kept"` // when, RFC 3339
	casefile.Saved
}

// A Passage is a place that a claim rests on, with what stands there.
type Passage struct {
	Item   string        `json:"item"`
	Quote  string        `json:"quote"`
	Before string        `json:"before,omitempty"` // up to 32 characters of the page
	After  string        `json:"after,omitempty"`
	URI    string        `json:"uri,omitempty"` // of a passage of a document
	Blob   overt.BlobID  `json:"sha256"`        // of the source
	Place  overt.Locator `json:"place"`
	Words  string        `json:"words"` // source and place, for people
	Entity string        `json:"entity,omitempty"`
	Prop   string        `json:"property,omitempty"`
	Value  string        `json:"value,omitempty"`
	For    []string      `json:"for,omitempty"` // numbers that it bears without having their digits
}

// A Reply is what somebody who is named was asked.
type Reply struct {
	Who    string `json:"who"`
	State  string `json:"state"`
	Date   string `json:"date,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// An Exception is something that the check list found and somebody passed over.
type Exception struct {
	Rule   string `json:"rule"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}

// Freeze makes the edition of the newest version. It holds only what the member may
// open whose ground it is; what Check finds is to be looked at before.
func Freeze(g *Ground) (*Edition, error) {
	if len(g.Report.Versions) == 0 {
		return nil, overt.Errorf(overt.Invalid, g.Report.Item, "the report has no text yet")
	}
	v := g.Report.Versions[len(g.Report.Versions)-1]
	e := &Edition{
		Format: 1, Report: g.Report.Item, Title: g.Report.Title, Version: v.Version, Author: v.By, Written: v.At, Text: v.Text,
		Claims: []Claim{}, Passages: []Passage{}, Sources: []Source{}, Sums: []Sum{}, Replies: []Reply{}, PassedBy: []Exception{},
	}
	for _, item := range Parse(v.Text).Claims() {
		if c := g.claim(item); c != nil {
			e.add(g, c)
		}
	}
	for _, item := range Parse(v.Text).Views() {
		if x := g.View.SavedView(item); x != nil && x.Saved != nil {
			e.addView(g, x)
		}
	}
	for _, r := range g.Report.Replies {
		if s := g.subject(r.Subject); s != nil && s.ID != "" {
			e.Replies = append(e.Replies, Reply{s.Caption, r.State, r.Date, r.Reason})
		}
	}
	for _, f := range Check(g) {
		if f.Waived != "" && f.Rule != "comment" { // what members say to each other stays in the case
			e.PassedBy = append(e.PassedBy, Exception{f.Rule, f.Text, f.Waived, f.By})
		}
	}
	return e, nil
}

func (e *Edition) add(g *Ground, c *casefile.ClaimView) {
	claim := Claim{Item: c.Item, Text: c.Text, State: c.State, Confirmed: c.Confirmed, Passages: []string{}}
	for i := range c.Cites {
		x := &c.Cites[i]
		if x.Cite == nil {
			continue
		}
		around := g.Around[x.Item]
		p := Passage{
			Item: x.Item, Quote: x.Quote, Before: around[0], After: around[1], URI: x.Cite.URI, Blob: x.Cite.Blob(), Place: x.Cite.Locator(), Words: x.Source,
			Entity: string(x.Cite.Entity), Prop: x.Cite.Prop, Value: x.Cite.Value, For: x.For,
		}
		claim.Passages, e.Passages = append(claim.Passages, x.Item), append(e.Passages, p)
		e.addSource(g, p.Blob)
	}
	e.Claims = append(e.Claims, claim)
	e.Sums = append(e.Sums, sumsOf(&claim, e.Passages)...)
}

// addView adds a view with its sources and its sums. Labels are ours, and stay.
func (e *Edition) addView(g *Ground, x *casefile.SavedView) {
	v := View{Item: x.Item, Title: x.Title, Kept: x.At, Saved: *x.Saved}
	v.Labels = nil
	e.Views = append(e.Views, v)
	for _, src := range v.Sources {
		e.addSource(g, src.Blob)
	}
	e.Sums = append(e.Sums, v.sums()...)
}

func (e *Edition) addSource(g *Ground, blob overt.BlobID) {
	if src, ok := g.Sources[blob]; ok && e.source(blob) == nil {
		e.Sources = append(e.Sources, src)
	}
}

// Bytes is the edition as it is kept and published: JSON, one field a line.
func (e *Edition) Bytes() ([]byte, error) { return plainJSON(e) }

func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// ReadEdition reads what Bytes gave. Errors: invalid.
func ReadEdition(raw []byte) (*Edition, error) {
	e := &Edition{}
	if err := strictJSON(raw, e); err != nil {
		return nil, overt.Errorf(overt.Invalid, "edition.json", "it is no edition: %w", err)
	}
	if e.Format != 1 {
		return nil, overt.Errorf(overt.Invalid, "edition.json", "it has format %d, and this program reads 1", e.Format)
	}
	return e, nil
}

func strictJSON(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

func (g *Ground) claim(item string) *casefile.ClaimView {
	for i := range g.View.Claims {
		if g.View.Claims[i].Item == item {
			return &g.View.Claims[i]
		}
	}
	return nil
}

// subjects are those of the case and of its claims.
func (g *Ground) subjects() (out []*casefile.SubjectView) {
	for i := range g.View.Subjects {
		out = append(out, &g.View.Subjects[i])
	}
	for i := range g.View.Claims {
		for j := range g.View.Claims[i].About {
			out = append(out, &g.View.Claims[i].About[j])
		}
	}
	return out
}

func (g *Ground) subject(item string) *casefile.SubjectView {
	for _, s := range g.subjects() {
		if s.Item == item {
			return s
		}
	}
	return nil
}
