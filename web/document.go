package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/ui"
)

// documentViews are ways to see a page: its picture, its text, or both.
var documentViews = []ui.Link{{Label: "Page and text", Href: "both", Key: "b"}, {Label: "Page", Href: "page"}, {Label: "Text", Href: "text", Key: "t"}}

// A documentQuery is the address of a page of a document.
type documentQuery struct {
	id         ftm.EntityID
	page       int // 0 for the first
	start, end int // of the passage that is marked; 0, 0 for none
	find       string
	at         int // which of the places found is looked at, from 1 on the page
	view       string
}

func readDocument(v *visit) (documentQuery, error) {
	form := v.URL.Query()
	q := documentQuery{id: ftm.EntityID(v.PathValue("id")), find: form.Get("find"), view: form.Get("view")}
	if !isDocument(q.id) {
		return q, overt.Errorf(overt.NotFound, "", "that is no document")
	}
	if !slices.ContainsFunc(documentViews, func(l ui.Link) bool { return l.Href == q.view }) {
		q.view = documentViews[0].Href
	}
	var err error
	number := func(name, text string, least int) int {
		n, bad := strconv.Atoi(cmp.Or(text, "0"))
		if bad != nil || n < 0 || text != "" && n < least {
			err = overt.Errorf(overt.Invalid, name, "%s is no number from %d on", name, least)
		}
		return n
	}
	q.page, q.at = number("p", form.Get("p"), 1), number("at", form.Get("at"), 1)
	if span := form.Get("span"); span != "" {
		start, end, _ := strings.Cut(span, ",")
		q.start, q.end = number("span", start, 0), number("span", end, 1)
		if err == nil && q.end <= q.start {
			err = overt.Errorf(overt.Invalid, "span", "its end stands behind its start")
		}
	}
	return q, err
}

// isDocument says whether an id is that of a document that can be read here.
func isDocument(id ftm.EntityID) bool { return strings.HasPrefix(string(id), "doc-") }

// path is the address of what is seen, with some of it changed.
func (q documentQuery) path(pairs ...string) string {
	set := map[string]string{"p": numeral(q.page), "find": q.find, "at": numeral(q.at), "view": q.view}
	if q.end > 0 {
		set["span"] = fmt.Sprintf("%d,%d", q.start, q.end)
	}
	if q.view == documentViews[0].Href {
		set["view"] = ""
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		set[pairs[i]] = pairs[i+1]
	}
	return documentPath(q.id, "p", set["p"], "span", set["span"], "find", set["find"], "at", set["at"], "view", set["view"])
}

// leaf is the address of another page; what is marked on this one stays behind.
func (q documentQuery) leaf(page int) string {
	if page == 0 {
		return ""
	}
	return q.path("p", numeral(page), "span", "", "at", "")
}

// document shows a page of a document, its text beside its picture.
func (s *Service) document(v *visit) (response, error) {
	q, err := readDocument(v)
	if err != nil {
		return response{}, err
	}
	// The log takes no words of documents; what is looked for in one is such.
	act := gate.Act{Action: "page.read", Object: string(q.id), Query: "page " + numeral(q.page)}
	a, err := ask(s, v, act, true, func(ctx context.Context, d *gate.Desk) (*answer.DocumentPage, error) {
		return answer.ReadPage(ctx, d, string(q.id), q.page, q.find)
	})
	if err != nil {
		return response{}, err
	}
	q.page, q.find = a.Page.Number, a.Find
	if q.end > 0 && q.end > len([]rune(a.Page.Text)) {
		return response{}, overt.Errorf(overt.NotFound, "span", "the page has no such characters")
	}
	p := documentPage{DocumentPage: a, q: q, drawn: a.Drawn && s.cfg.Draw != nil}
	return show(ui.Page{Title: fmt.Sprintf("%s, %s", a.Document.Caption, v.say("page %s", ui.Number(q.page))), Main: documentScreen(p)})
}

// Widths of a page's picture, in pixels: on the screen, and for a closer look.
const (
	pictureWidth = 1100
	pictureMost  = 3000
)

// pageImage gives the picture of a page.
func (s *Service) pageImage(v *visit) (response, error) {
	q, err := readDocument(v)
	if err != nil {
		return response{}, err
	}
	width := pictureWidth
	if v.URL.Query().Get("near") != "" {
		width = pictureMost
	}
	if s.cfg.Draw == nil || q.page == 0 {
		return response{}, overt.Errorf(overt.NotFound, "", "there is no such picture")
	}
	a, err := ask(s, v, gate.Act{Action: "page.draw", Object: string(q.id), Query: "page " + numeral(q.page)}, true, func(ctx context.Context, d *gate.Desk) (*answer.PagePicture, error) {
		return answer.DrawPage(ctx, d, s.cfg.Draw, string(q.id), q.page, width)
	})
	if err != nil {
		return response{}, err
	}
	h := v.w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Length", strconv.Itoa(len(a.PNG)))
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(a.PNG) // who asked has gone
	return response{done: true}, nil
}

// citeWords cites words of a page and leads to their address for good. Which words:
// characters of the page, or a quotation.
func (s *Service) citeWords(v *visit) (response, error) {
	q, err := readDocument(v)
	if err != nil {
		return response{}, err
	}
	ask1 := answer.PassageQuestion{Page: q.page, Start: q.start, End: q.end, Quote: v.URL.Query().Get("quote")}
	if q.end == 0 && ask1.Quote == "" {
		return response{}, overt.Errorf(overt.Invalid, "quote", "say which words: select them, or write them here")
	}
	act := gate.Act{Action: "passage.read", Object: string(q.id), Query: overt.Locator{Page: q.page, Start: q.start, End: q.end}.String()}
	p, err := ask(s, v, act, true, func(ctx context.Context, d *gate.Desk) (*answer.Surrounded, error) {
		return answer.CiteSurrounded(ctx, d, string(q.id), ask1)
	})
	if err != nil {
		return response{}, err
	}
	return seeOther(passagePath(p.URI))
}
