package webtest

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
)

// Filled is a home with the example of overt demo, and documents that name some of
// whom it tells of.
func Filled(t testing.TB) *hometest.Home {
	t.Helper()
	h := hometest.Memory(t)
	h.ImportDemo(t)
	Documents(t, h, "papers", map[string]string{
		"task order.txt": "title Task order 0017\nThis order is placed under the agreement of the agency.\n\fThe contractor, Four Points Technology, shall provide hosting capacity procured from Amazon Web Services under its reseller agreement. The amount is $5,216,004.00.\n\fSigned in March 2022.",
		"minutes.txt":    "title Minutes of the steering group\nU.S. Immigration and Customs Enforcement asked when the hosting would be moved. Four Points Technology answered.",
		"broken.txt":     "refuse",
	})
	return h
}

// Documents takes texts in as documents, by name: pages are parted by form feeds; a
// line "title …" names the document, "refuse" cannot be read. One called .tif is a scan,
// whose words have places.
func Documents(t testing.TB, h *hometest.Home, dataset string, texts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ingest(t.Context(), h, dataset, []string{dir}, func(pipeline.Rate) {}); err != nil {
		t.Fatal(err)
	}
}

// ingest takes documents in as the owner.
func ingest(ctx context.Context, h *hometest.Home, dataset string, paths []string, told func(pipeline.Rate)) (*pipeline.Ingested, error) {
	in := &pipeline.Ingester{
		Open:  func(ctx context.Context, labels []policy.Label) (*gate.Pass, error) { return h.Pass(ctx, labels...) },
		Clock: h.Clock, Workers: 1, Batch: 10, Progress: told,
		Reader:  func(string) document.Reader { return plain{} },
		Version: func(string) string { return "plain/1" },
	}
	out := &pipeline.Ingested{Work: &pipeline.Work{}}
	var err error
	if out.Received, err = in.Receive(ctx, dataset, paths); err == nil {
		out.Work, err = in.Work(ctx, []string{dataset})
	}
	return out, err
}

// plain reads the texts of Documents.
type plain struct{}

func (plain) Read(_ context.Context, in document.Input, out document.Sink) error {
	data, err := io.ReadAll(io.NewSectionReader(in, 0, in.Size))
	if err != nil {
		return err
	}
	if string(data) == "refuse" {
		return &document.Refusal{Code: document.Protected, Reason: "it is protected", Retry: "give its password"}
	}
	out = document.Checked(out, in.Limits, in.Size)
	scan := strings.HasSuffix(in.Name, ".tif")
	kind := map[bool]string{false: "text/plain", true: "image/tiff"}[scan]
	if err := errors.Join(out.Property("mimeType", kind), out.Property("processingAgent", "plain/1")); err != nil {
		return err
	}
	text := string(data)
	if rest, ok := strings.CutPrefix(text, "title "); ok {
		title, body, _ := strings.Cut(rest, "\n")
		if text = body; out.Property("title", title) != nil {
			return errors.New("the title is not taken")
		}
	}
	for i, page := range strings.Split(text, "\f") {
		p := document.Page{Number: i + 1, Text: strings.TrimPrefix(page, "\n"), Origin: document.Letters}
		if scan {
			placed(&p)
		}
		if err := out.Page(p); err != nil {
			return err
		}
	}
	return nil
}

// Measures of the paper of a scan: each line is Line points high, each character Pitch
// points wide.
const (
	paperWidth, paperHeight = 600, 800
	Line, Pitch             = 20, 6
)

// placed gives each word of a page its place, as if it was typed.
func placed(p *document.Page) {
	p.Width, p.Height, p.Origin, p.Confidence = paperWidth, paperHeight, document.Recognised, .9
	line, column, start := 0, 0, -1
	for i, c := range []rune(p.Text + " ") {
		switch {
		case c != ' ' && c != '\n' && start < 0:
			start = i
		case (c == ' ' || c == '\n') && start >= 0:
			left := float32((column - (i - start)) * Pitch)
			p.Boxes = append(p.Boxes, document.Box{Start: start, End: i, Left: left, Top: float32(line * Line), Right: float32(column * Pitch), Bottom: float32((line + 1) * Line)})
			start = -1
		}
		if column++; c == '\n' {
			line, column = line+1, 0
		}
	}
}

// drawn is the picture of any page: a blank sheet of its width.
func drawn(_ context.Context, _ string, _ document.Input, page, width int) (document.Image, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, width*paperHeight/paperWidth)))
	return document.Image{Page: page, Width: width, Height: width * paperHeight / paperWidth, PNG: b.Bytes()}, err
}

// Entities takes entities in as FollowTheMoney has them, a JSON object each.
func Entities(t testing.TB, h *hometest.Home, dataset string, objects ...string) {
	t.Helper()
	req := pipeline.Request{Dataset: dataset, Files: []pipeline.Embedded{{Name: dataset + ".ftm.json", Data: []byte(strings.Join(objects, "\n") + "\n")}}}
	for _, f := range h.Import(t, req).Files {
		if f.Verdict != ledger.Read {
			t.Fatalf("%s is %s: %s", f.Source, f.Verdict, f.Reason)
		}
	}
}
