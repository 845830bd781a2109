package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/extract/document"
	"overt/gate"
	"overt/internal/hometest"
)

// A leafReader gives three pages of which the second is not read, with a box for
// each word of the first.
type leafReader struct{}

func (leafReader) Read(_ context.Context, in document.Input, out document.Sink) error {
	out = document.Checked(out, in.Limits, in.Size)
	first := document.Page{Number: 1, Label: "i", Text: "Ferry FERRY\nfér\u00a0ry", Width: 100, Height: 200, Origin: document.Letters}
	first.Boxes = []document.Box{{Start: 0, End: 5, Left: 10, Top: 10, Right: 30, Bottom: 20}, {Start: 6, End: 11, Left: 40, Top: 10, Right: 60, Bottom: 20}}
	third := document.Page{Number: 3, Text: "U.S. Immigration and Customs Enforcement takes the ferry.", Origin: document.Recognised, Confidence: .875}
	return errors.Join(
		out.Property("mimeType", "image/tiff"), out.Property("processingAgent", "leaf/1"), out.Page(first),
		out.Gap(document.Gap{Page: 2, Code: document.Damaged, Reason: "it is torn"}), out.Page(third),
	)
}

// TestReadPage: a page comes with its words, gaps, names and what is looked for, and
// only to those who may see the document.
func TestReadPage(t *testing.T) {
	h := hometest.Memory(t)
	h.ImportReference(t)
	in := ingester(h, nil)
	in.Reader = func(string) document.Reader { return leafReader{} }
	in.Version = func(string) string { return "leaf/1" }
	ingest(t, in, "scans", folder(t, map[string]string{"minutes.tif": "the bytes of it"}))
	page := func(number int, find string) (*answer.DocumentPage, error) {
		return hometest.Ask(t, h, func(ctx context.Context, d *gate.Desk) (*answer.DocumentPage, error) {
			return answer.ReadPage(ctx, d, "minutes.tif", number, find)
		})
	}
	known := func(number int, find string) *answer.DocumentPage {
		t.Helper()
		p, err := page(number, find)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := known(0, "  ferry ")
	if p.Page.Number != 1 || p.Page.Label != "i" || len(p.Page.Boxes) != 2 || !p.Drawn || p.Dataset != "scans" || len(p.Gaps) != 0 {
		t.Errorf("page 1: %+v", p)
	}
	if want := []answer.Span{{Start: 0, End: 5}, {Start: 6, End: 11}}; !reflect.DeepEqual(p.Found, want) {
		t.Errorf("found %v, want %v", p.Found, want)
	}
	if len(p.Pages) != 2 || p.Pages[0].Found != 2 || p.Pages[1].Number != 3 || p.Pages[1].Found != 1 {
		t.Errorf("pages %+v", p.Pages)
	}
	if got := known(1, "fér ry").Found; len(got) != 1 || got[0].Start != 12 {
		t.Errorf("a space that does not break is no space: %v", got)
	}
	if p = known(2, ""); p.Page.Text != "" || len(p.Gaps) != 1 || p.Gaps[0].Reason != "it is torn" {
		t.Errorf("the page that was not read: %+v", p)
	}
	p = known(3, "")
	if len(p.Mentions) == 0 || p.Mentions[0].Text != "U.S. Immigration and Customs Enforcement" || p.Mentions[0].Start != 0 || len(p.Mentions[0].Candidates) != 1 {
		t.Errorf("page 3 names %+v", p.Mentions)
	}
	if _, err := page(4, ""); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("page 4: %v", err)
	}

	calls := 0
	draw := func(width int) (*answer.PagePicture, error) {
		return hometest.Ask(t, h, func(ctx context.Context, d *gate.Desk) (*answer.PagePicture, error) {
			return answer.DrawPage(ctx, d, func(_ context.Context, key string, in document.Input, page, width int) (document.Image, error) {
				calls++
				text := make([]byte, in.Size)
				if _, err := in.ReadAt(text, 0); err != nil {
					return document.Image{}, err
				}
				return document.Image{Page: page, PNG: fmt.Appendf(nil, "%s: %s, page %d, %d across", key, text, page, width)}, nil
			}, "minutes.tif", 3, width)
		})
	}
	if p, err := draw(700); err != nil || string(p.PNG) != "scans: the bytes of it, page 3, 700 across" {
		t.Errorf("drawn: %s, %v", p.PNG, err)
	}
	h.Hide(t, "scans")
	_, hidden := draw(700)
	_, absent := hometest.Ask(t, h, func(ctx context.Context, d *gate.Desk) (*answer.PagePicture, error) {
		return answer.DrawPage(ctx, d, nil, "minutes.tiff", 3, 700)
	})
	if overt.CodeOf(hidden) != overt.NotFound || calls != 1 || strings.ReplaceAll(hidden.Error(), ".tif", ".tiff") != absent.Error() {
		t.Errorf("hidden: %v; not there: %v; drawn %d times", hidden, absent, calls)
	}
	if _, err := page(1, ""); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("hidden page: %v", err)
	}
}
