package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/driver/inverted"
	"overt/driver/memory"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/search"
)

// A betterReader reads documents, by their names, another way each round.
type betterReader struct {
	round int
	pages map[string][][]string // by name, round and page
}

func (b *betterReader) Read(_ context.Context, in document.Input, out document.Sink) error {
	out = document.Checked(out, in.Limits, in.Size)
	err := errors.Join(out.Property("mimeType", "image/tiff"), out.Property("processingAgent", fmt.Sprint("ocr/", b.round)))
	for i, text := range b.pages[in.Name][b.round] {
		err = errors.Join(err, out.Page(document.Page{Number: i + 1, Text: text, Origin: document.Recognised, Confidence: 0.9}))
	}
	return err
}

// TestCiteReadAgain: what was quoted of a document is found in a later reading of
// it, or said to be lost.
func TestCiteReadAgain(t *testing.T) {
	h := hometest.Memory(t)
	const before = "To the council.\nThe fcrry sai1s at sevem o'clock\nand costs nine."
	b := &betterReader{pages: map[string][][]string{
		"same":    {{before}, {before + "\nAda Example"}},
		"moved":   {{before}, {"A cover.", "Page two.\nTo the council. The fcrry sai1s at sevem\no'clock and costs nine."}},
		"changed": {{before}, {"To the council.\nThe ferry sails at seven o'clock\nand costs nine."}},
		"lost":    {{before}, {"An empty page, but for a stamp."}},
	}}
	in := ingester(h, nil)
	in.Reader = func(string) document.Reader { return b }
	in.Version = func(string) string { return fmt.Sprint("ocr/", b.round) }
	files := map[string]string{}
	for name := range b.pages {
		files[name] = "bytes of " + name
	}
	ingest(t, in, "scans", folder(t, files))
	cited := map[string]string{}
	for name := range b.pages {
		p := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Passage, error) {
			return answer.CitePassage(ctx, d, name, answer.PassageQuestion{Quote: "The fcrry sai1s at sevem o'clock"})
		})
		if p.State != reading.Same || p.Page != 1 || p.Start != 16 || p.Reader != "ocr/0" {
			t.Errorf("%s: %+v", name, p)
		}
		cited[name] = p.URI
	}
	x := &memory.Index{}
	follow(t, h, x)
	if got := strings.Count(hitsOf(t, h, x, "sevem"), "passage"); got != 4 {
		t.Errorf("%d pages have the words of the first reading, want 4", got)
	}
	b.round = 1
	if _, err := in.Reopen(t.Context(), "scans", pipeline.Again{All: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Work(t.Context(), []string{"scans"}); err != nil {
		t.Fatal(err)
	}
	follow(t, h, x) // the newest reading alone is found
	for query, want := range map[string]int{"sevem": 2, "seven": 1, "council": 3, "stamp": 1, "text:bytes": 0} {
		if got := strings.Count(hitsOf(t, h, x, query), "passage"); got != want {
			t.Errorf("%s: %d pages are found, want %d", query, got, want)
		}
	}
	for name, want := range map[string]struct {
		page  int
		quote string
	}{"same": {1, "The fcrry sai1s at sevem o'clock"}, "moved": {2, "The fcrry sai1s at sevem\no'clock"}, "changed": {1, "The ferry sails at seven o'clock"}, "lost": {1, "The fcrry sai1s at sevem o'clock"}} {
		p := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Passage, error) {
			return answer.OpenPassage(ctx, d, cited[name])
		})
		if string(p.State) != name || p.Page != want.page || p.Quote != want.quote || p.Reader != "ocr/1" {
			t.Errorf("%s: %s, page %d, %q by %s", name, p.State, p.Page, p.Quote, p.Reader)
		}
		if name == "same" {
			continue
		}
		if p.Was == nil || p.Was.Quote != "The fcrry sai1s at sevem o'clock" || p.InCited != reading.Same {
			t.Errorf("%s: was %+v, in the reading it is from %q", name, p.Was, p.InCited)
		}
		again := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Passage, error) {
			return answer.OpenPassage(ctx, d, p.URI)
		})
		if name != "lost" && (again.State != reading.Same || again.URI != p.URI) {
			t.Errorf("%s: the citation that it became is %s", name, again.State)
		}
	}
}

// TestSearchAllOfOneMoment: all hits are of the moment in which they were asked
// for, though documents come in and are indexed while they are given out.
func TestSearchAllOfOneMoment(t *testing.T) {
	h := hometest.Memory(t)
	in := ingester(h, &script{reads: map[string]int{}})
	in.Batch = 500
	x, err := inverted.Open(filepath.Join(t.TempDir(), "index"), inverted.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	files := map[string]string{}
	for i := range 300 {
		files[fmt.Sprintf("%03d.txt", i)] = fmt.Sprintf("page the ferry %d of many ferries%s", i, strings.Repeat(" x", i%7))
	}
	ingest(t, in, "first", folder(t, files))
	follow(t, h, x)
	seen := map[string]bool{}
	var total int64
	hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (int, error) {
		d.Index = func(context.Context) (search.Searcher, error) {
			return search.In(x, search.NewView(d.View.Sight())), nil
		}
		last := 1e9
		err := answer.SearchAll(ctx, d, search.Query{Text: "ferry", Kind: search.Passage}, func(s *answer.SearchAnswer) error {
			total = s.Total
			return nil
		}, func(hit *answer.SearchHit) error {
			if seen[string(hit.ID)] || hit.Score > last || hit.Dataset != "first" || !reading.IsURI(hit.Cite) {
				t.Errorf("hit %d: %+v", len(seen), hit)
			}
			last = hit.Score
			if seen[string(hit.ID)] = true; len(seen)%100 == 50 {
				ingest(t, in, fmt.Sprint("later", len(seen)), folder(t, map[string]string{"a.txt": fmt.Sprintf("page ferry ferry %d", len(seen)), "b.zip": "inside c.txt;page a ferry"}))
				follow(t, h, x)
			}
			return nil
		})
		return 0, err
	})
	if total != 300 || len(seen) != 300 {
		t.Errorf("%d hits of %d, want 300", len(seen), total)
	}
	if got := strings.Count(hitsOf(t, h, x, "ferry"), "passage"); got != 306 {
		t.Errorf("%d passages are there behind it, want 306", got)
	}
	stop := errors.New("the disk is full")
	hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (int, error) {
		d.Index = func(context.Context) (search.Searcher, error) {
			return search.In(x, search.NewView(d.View.Sight())), nil
		}
		n := 0
		err := answer.SearchAll(ctx, d, search.Query{}, func(*answer.SearchAnswer) error { return nil }, func(*answer.SearchHit) error { n++; return stop })
		if !errors.Is(err, stop) || n != 1 {
			t.Errorf("%d hits behind an error, %v", n, err)
		}
		err = answer.SearchAll(ctx, d, search.Query{Text: "("}, func(*answer.SearchAnswer) error { t.Error("it begins"); return nil }, nil)
		if overt.CodeOf(err) != overt.Invalid {
			t.Errorf("a query that is none: %v", err)
		}
		return 0, nil
	})
}
