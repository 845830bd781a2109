package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt"
	"overt/blob"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/mention"
)

// A DocumentPage is a page of a document as it was read last, and what a reader
// needs to leaf through the rest.
type DocumentPage struct {
	Document *Found       `json:"document"`
	Blob     overt.BlobID `json:"blob"`
	Type     string       `json:"type"`   // media type, as found when it was read
	Reader   string       `json:"reader"` // name and version
	Dataset  string       `json:"dataset"`
	Run      int64        `json:"run"`
	// Page is the page asked for; its text is empty where nothing was read of it.
	Page document.Page `json:"page"`
	// Drawn says that a picture of the page can be made of the document's bytes.
	Drawn bool       `json:"drawn"`
	Pages []PageLine `json:"pages"` // all that were read, ascending
	// Gaps are what was not read of this page, and of the document as a whole.
	Gaps []document.Gap `json:"gaps"`
	// Find is what was looked for, and Found where it stands on this page.
	Find     string        `json:"find,omitempty"`
	Found    []Span        `json:"found"`
	Mentions []PageMention `json:"mentions"`
	Limits   []Limit       `json:"limits"`
}

// Records counts what the answer releases.
func (p *DocumentPage) Records() int { return 1 }

// A PageLine is a page in the list of them.
type PageLine struct {
	Number int             `json:"number"`
	Label  string          `json:"label,omitempty"`
	Chars  int             `json:"chars"`
	Origin document.Origin `json:"origin"`
	Found  int             `json:"found,omitempty"` // how often what is looked for stands there
}

// A Span is a piece of a page's text, in characters.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// A PageMention is a place where the page seems to name something.
type PageMention struct {
	Span
	Kind       mention.Kind `json:"kind"`
	Text       string       `json:"text"`
	Candidates []Entity     `json:"candidates"`
	Accepted   []Entity     `json:"accepted"`
}

// Bounds of what is told of one document.
const (
	maxFound    = 10_000 // places of what is looked for
	maxNamed    = 1_000  // mentions of a page
	maxFindText = 200    // characters that are looked for
)

// ReadPage tells a page of a document: its text with the place of each word, what it
// names, and where some words stand in the whole document, without regard to case.
// Errors: not_found (document, page); invalid (no document).
func ReadPage(ctx context.Context, d *gate.Desk, words string, page int, find string) (*DocumentPage, error) {
	f, err := documentFound(ctx, d, words)
	if err != nil {
		return nil, err
	}
	all, r, done, err := newestReading(ctx, d, f.ID)
	if err != nil {
		return nil, err
	}
	defer done()
	info, _ := d.View.Sight().Info(all[0].class)
	out := &DocumentPage{
		Document: f, Blob: r.Document, Type: r.Type, Reader: r.Reader, Dataset: info.Label.Dataset, Run: int64(info.Run.ID),
		Pages: []PageLine{}, Gaps: []document.Gap{}, Found: []Span{}, Mentions: []PageMention{}, Limits: []Limit{},
		Drawn: drawable(r.Type), Find: clipRunes(strings.TrimSpace(find), maxFindText),
	}
	for _, p := range r.Pages {
		out.Pages = append(out.Pages, PageLine{Number: p.Number, Label: p.Label, Chars: p.Chars, Origin: p.Origin})
	}
	if page == 0 && len(out.Pages) > 0 {
		page = out.Pages[0].Number
	}
	for _, g := range r.Gaps {
		if g.Page == page || g.Page == 0 {
			out.Gaps = append(out.Gaps, g)
		}
	}
	switch out.Page, err = r.Page(page); {
	case err == nil:
	case page == 0 || slices.ContainsFunc(out.Gaps, func(g document.Gap) bool { return g.Page == page }):
		out.Page = document.Page{Number: page} // it is there, and was not read
	default:
		return nil, err
	}
	if err := out.look(r); err != nil {
		return nil, err
	}
	return out, out.names(ctx, d)
}

// documentFound finds a document that words stand for.
func documentFound(ctx context.Context, d *gate.Desk, words string) (*Found, error) {
	f, err := Find(ctx, d, words)
	if err != nil {
		return nil, err
	}
	if s := ftm.Default().Schema(f.Schema); s == nil || !s.IsA("Document") {
		return nil, overt.Errorf(overt.Invalid, "", "%q is no document, but a %s", clip(f.Caption), f.Schema)
	}
	return f, nil
}

// look finds words in all pages.
func (p *DocumentPage) look(r *reading.Reading) error {
	want := lowered(p.Find)
	if len(want) == 0 {
		return nil
	}
	n := 0
	for page, err := range r.Text() {
		if err != nil {
			return err
		}
		text := lowered(page.Text)
		for at := 0; at+len(want) <= len(text); {
			if !slices.Equal(text[at:at+len(want)], want) {
				at++
				continue
			}
			if n++; n > maxFound {
				p.Limits = append(p.Limits, Limit{Kind: "found", Text: fmt.Sprintf("the words stand there more than %d times; the rest was not looked for", maxFound)})
				return nil
			}
			i, _ := slices.BinarySearchFunc(p.Pages, page.Number, func(l PageLine, n int) int { return l.Number - n })
			p.Pages[i].Found++
			if page.Number == p.Page.Number {
				p.Found = append(p.Found, Span{at, at + len(want)})
			}
			at += len(want)
		}
	}
	return nil
}

// lowered gives the characters of a text without regard to case, one for one, so
// that their places stay. White space is a space.
func lowered(s string) []rune {
	out := make([]rune, 0, utf8.RuneCountInString(s))
	for _, c := range s {
		if unicode.IsSpace(c) {
			c = ' '
		}
		out = append(out, unicode.ToLower(c))
	}
	return out
}

func clipRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// names adds what the page seems to name.
func (p *DocumentPage) names(ctx context.Context, d *gate.Desk) error {
	v, err := d.Mentions(ctx)
	if err != nil {
		return err
	}
	for s, err := range v.Document(ctx, p.Document.ID) {
		if err != nil {
			return err
		}
		if s.Page != p.Page.Number {
			continue
		}
		if len(p.Mentions) == maxNamed {
			p.Limits = append(p.Limits, Limit{Kind: "names", Text: fmt.Sprintf("the page seems to name more than %d things; the rest is left out", maxNamed)})
			return nil
		}
		m := PageMention{Span: Span{s.Start, s.End}, Kind: s.Kind, Text: s.Text}
		if m.Candidates, err = namesOf(ctx, d, s.Candidates); err != nil {
			return err
		}
		if m.Accepted, err = namesOf(ctx, d, s.Accepted); err != nil {
			return err
		}
		p.Mentions = append(p.Mentions, m)
	}
	return nil
}

// drawable says whether documents of a media type have pages that can be drawn.
func drawable(mediaType string) bool {
	switch mediaType, _, _ := strings.Cut(mediaType, ";"); strings.TrimSpace(mediaType) {
	case "application/pdf", "image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp", "image/tiff":
		return true
	}
	return false
}

// A Draw draws a page of a document in a confined process. key is the dataset: no
// process serves two.
type Draw func(ctx context.Context, key string, in document.Input, page, width int) (document.Image, error)

// A PagePicture is a page for the eye.
type PagePicture struct {
	Blob          overt.BlobID `json:"blob"`
	Page          int          `json:"page"`
	Width, Height int          `json:"-"` // pixels
	PNG           []byte       `json:"png"`
}

// Records counts what the answer releases.
func (p *PagePicture) Records() int { return 1 }

// DrawPage makes the picture of a page of a document that the desk shows, out of
// the bytes as they came. Errors: not_found (document, page, picture); those of draw.
func DrawPage(ctx context.Context, d *gate.Desk, draw Draw, words string, page, width int) (*PagePicture, error) {
	f, err := documentFound(ctx, d, words)
	if err != nil {
		return nil, err
	}
	all, r, done, err := newestReading(ctx, d, f.ID)
	if err != nil {
		return nil, err
	}
	defer done()
	if !drawable(r.Type) {
		return nil, overt.Errorf(overt.NotFound, fmt.Sprintf("page %d", page), "pages of %s are not drawn", r.Type)
	}
	in, err := d.Blobs.Open(ctx, r.Document)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	stat, err := d.Blobs.Stat(ctx, r.Document)
	if err != nil {
		return nil, err
	}
	info, _ := d.View.Sight().Info(all[0].class)
	img, err := draw(ctx, info.Label.Dataset, document.Input{ReaderAt: blob.At(in), Size: stat.Size, Name: f.Caption, Type: r.Type}, page, width)
	if err != nil {
		return nil, err
	}
	return &PagePicture{Blob: r.Document, Page: page, Width: img.Width, Height: img.Height, PNG: img.PNG}, nil
}
