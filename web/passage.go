package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"overt"
	"overt/answer"
	"overt/extract/reading"
	"overt/gate"
	"overt/ui"
)

// A placeAnswer is a place of a source: in a table or tree, or a passage of a
// document.
type placeAnswer struct {
	Row     *answer.CitedRow   `json:"row,omitempty"`
	Passage *answer.Surrounded `json:"passage,omitempty"`
	// Into are the cases it can be cited into, Names what the page seems to name.
	Into  []answer.CiteInto `json:"into,omitempty"`
	Names []namedThere      `json:"names,omitempty"`
}

// passage opens a place of a source again. Its address holds the hash of the source
// and so leads to the same place for good.
func (s *Service) passage(v *visit) (response, error) {
	return s.passageScreen(v, &citePage{})
}

// placeOf reads what an address of passage names. Errors: invalid.
func placeOf(v *visit) (blob, uri string, where overt.Locator, err error) {
	q := v.URL.Query()
	where, err = locator(q)
	return v.PathValue("blob"), q.Get("cite"), where, err
}

// passageScreen shows a place with the form that cites it into a case; c says what of
// that form was refused before, if something was.
func (s *Service) passageScreen(v *visit, c *citePage) (response, error) {
	blob, uri, where, err := placeOf(v)
	if err != nil {
		return response{}, err
	}
	act := gate.Act{Action: "blob.read", Object: clip(blob), Query: where.String()}
	if uri != "" { // the log takes no words of documents
		asked, err := reading.ParseURI(uri)
		if err != nil {
			return response{}, err
		}
		if string(asked.Document) != blob {
			return response{}, overt.Errorf(overt.Invalid, "cite", "the citation is of another document than the address")
		}
		act = gate.Act{Action: "passage.read", Object: blob, Query: overt.Locator{Page: asked.Page, Start: asked.Start, End: asked.End}.String()}
	}
	a, err := ask(s, v, act, !v.fragment(), func(ctx context.Context, d *gate.Desk) (*placeAnswer, error) {
		a, err := s.openPlace(ctx, d, blob, uri, where)
		if err == nil && !v.fragment() {
			err = a.readInto(ctx, d)
		}
		return a, err
	})
	if err != nil {
		return response{}, err
	}
	c.chosen = cmp.Or(c.said.Get("into"), v.caseID)
	p := placePage{placeAnswer: a, where: where, beside: v.fragment(), here: v.URL.RequestURI(), cite: c}
	res := response{page: ui.Page{Title: p.title(), Main: placeScreen(p), Wide: true}}
	if c.no != "" {
		res.status = http.StatusConflict
	}
	return res, nil
}

// openPlace opens what an address of passage says. What was read of a document is
// told as a passage, whoever cites it.
func (s *Service) openPlace(ctx context.Context, d *gate.Desk, blob, uri string, where overt.Locator) (*placeAnswer, error) {
	if uri != "" {
		p, err := answer.OpenSurrounded(ctx, d, uri)
		return &placeAnswer{Passage: p}, err
	}
	if len(blob) != 64 {
		return nil, overt.Errorf(overt.NotFound, "", "no source with that hash is kept here")
	}
	if where.Page > 0 {
		q := answer.PassageQuestion{Page: where.Page, Start: where.Start, End: where.End}
		p, err := answer.CiteSurrounded(ctx, d, blob, q)
		return &placeAnswer{Passage: p}, err
	}
	r, err := answer.CiteRow(ctx, d, s.cfg.Records, blob, where)
	return &placeAnswer{Row: r}, err
}

// placePage is what the templates of a place draw.
type placePage struct {
	*placeAnswer
	where  overt.Locator
	beside bool
	here   string
	cite   *citePage
}

func (p placePage) title() string {
	if p.Passage != nil {
		return p.Passage.Caption
	}
	name := p.Row.Source[strings.LastIndexAny(p.Row.Source, "/!")+1:]
	return name
}

// opened is the page of the document with the passage marked; without marks where the
// words are lost.
func (p placePage) opened() string {
	if p.Passage.State == reading.Lost {
		return documentPath(p.Passage.ID)
	}
	return documentPath(p.Passage.ID, "p", numeral(p.Passage.Page), "span", fmt.Sprintf("%d,%d", p.Passage.Start, p.Passage.End)) + "#quote-here"
}

// blob is the hash of the source.
func (p placePage) blob() string {
	if p.Passage != nil {
		return string(p.Passage.Document)
	}
	return string(p.Row.Blob)
}

// states are how a passage stands today, in words.
var states = map[reading.State]string{
	reading.Same:    "The words stand there, and the document is as it came.",
	reading.Moved:   "Moved: the same words stand at another place of the newest reading.",
	reading.Changed: "Changed: the newest reading has nearly these words.",
	reading.Lost:    "Lost: the newest reading has no such words.",
}
