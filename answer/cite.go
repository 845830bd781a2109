package answer

import (
	"context"
	"io"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/document"
	"overt/extract/open"
	"overt/extract/paper"
	"overt/extract/reading"
	"overt/gate"
	"overt/statement"
)

// A Cited is what stands at a place of a source, read anew.
type Cited struct {
	overt.Citation
	// Of a place on a page: what stands up to 32 characters beside it, and where
	// it stands on paper, a box for each line.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	Boxes  []Box  `json:"boxes,omitempty"`
	// Reading is the blob with what was read of the document.
	Reading overt.BlobID `json:"reading,omitempty"`
}

// A Box is a place on paper, in points from the page's upper left corner.
type Box struct {
	Left   float32 `json:"left"`
	Top    float32 `json:"top"`
	Right  float32 `json:"right"`
	Bottom float32 `json:"bottom"`
}

// Cite has the kept bytes of a source read again by records and gives the text at
// a place: of a document, what was read of it. blob may be the beginning of a hash, 8 digits or
// more. Errors: not_found (no such source in the scope, or no such place), invalid.
func Cite(ctx context.Context, d *gate.Desk, records open.Opener, blob string, where overt.Locator) (*Cited, error) {
	if len(blob) < 8 {
		return nil, overt.Errorf(overt.Invalid, "blob", "give at least 8 digits of the source's hash")
	}
	var first error // that of the source that came first
	for _, r := range d.Runs {
		if r.Undone != "" {
			continue
		}
		for _, s := range r.Sources {
			if !strings.HasPrefix(string(s.Blob), strings.ToLower(blob)) {
				continue
			}
			c, err := fetched(ctx, d, records, &r, s, where)
			if err == nil {
				c.Dataset, c.Run, c.Source, c.Blob, c.Locator = r.Dataset, r.ID, s.Name, s.Blob, where
				return c, nil
			}
			if first == nil || overt.CodeOf(first) == overt.Invalid {
				first = err
			}
		}
	}
	if first != nil {
		return nil, first
	}
	return nil, overt.Errorf(overt.NotFound, "blob", "no source with that hash is kept here")
}

// fetched reads one source of a run again. The same file can be in as a table and
// as a document.
func fetched(ctx context.Context, d *gate.Desk, records open.Opener, r *statement.Run, s statement.Source, where overt.Locator) (*Cited, error) {
	switch {
	case s.Reading != "":
		return passageAt(ctx, d, s.Reading, where)
	case where.Page != 0:
		all, err := readingsOf(ctx, d, reading.DocumentID(s.Blob))
		if err != nil {
			return nil, err
		}
		return passageAt(ctx, d, all[0].text, where)
	case r.Format == "documents" && where.Column != "":
		quote, err := headerLine(ctx, d, s.Blob, where)
		return &Cited{Citation: overt.Citation{Quote: quote}}, err
	}
	src := extract.Source{Name: s.Name, Size: s.Size, Open: func() (io.ReadCloser, error) { return d.Blobs.Open(ctx, s.Blob) }}
	texts, err := records.FetchAll(ctx, src, open.Options{Header: s.Header, Encoding: s.Encoding}, []overt.Locator{where})
	if err != nil {
		return nil, err
	}
	return &Cited{Citation: overt.Citation{Quote: texts[0]}}, nil
}

// passageAt gives what stands at a place of a reading.
func passageAt(ctx context.Context, d *gate.Desk, text overt.BlobID, where overt.Locator) (*Cited, error) {
	r, done, err := readingOf{text: text}.open(ctx, d)
	if err != nil {
		return nil, err
	}
	defer done()
	c := &Cited{Reading: text}
	if where.Page == 0 {
		c.Quote, err = paper.Fetch(r, where)
		return c, err
	}
	p, err := r.Cite(where.Page, where.Start, where.End)
	if err != nil {
		return nil, err
	}
	c.Quote, c.Before, c.After, c.Boxes = p.Quote, p.Before, p.After, boxesOf(p.Boxes)
	return c, nil
}

func boxesOf(boxes []document.Box) (out []Box) {
	for _, b := range boxes {
		out = append(out, Box{b.Left, b.Top, b.Right, b.Bottom})
	}
	return out
}
