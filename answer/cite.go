package answer

import (
	"context"
	"errors"
	"io"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/document"
	"overt/extract/open"
	"overt/extract/paper"
	"overt/extract/reading"
	"overt/ftm"
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

// Cite reads the kept bytes of a source again and gives the text at a place: of a
// document, what was read of it. blob may be the beginning of a hash, 8 digits or
// more. Errors: not_found (no such source in the scope, or no such place), invalid.
func Cite(ctx context.Context, d *gate.Desk, blob string, where overt.Locator) (*Cited, error) {
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
			c, err := fetched(ctx, d, s, where)
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

// fetched reads one source again. The same file can be in as a table and as a
// document.
func fetched(ctx context.Context, d *gate.Desk, s statement.Source, where overt.Locator) (*Cited, error) {
	text := s.Reading
	if text == "" && where.Page != 0 {
		var err error
		if text, err = readingOf(ctx, d, s.Blob); err != nil {
			return nil, err
		}
	}
	if text != "" {
		return passage(ctx, d, text, where)
	}
	src := extract.Source{Name: s.Name, Size: s.Size, Open: func() (io.ReadCloser, error) { return d.Blobs.Open(ctx, s.Blob) }}
	quote, err := open.Fetch(ctx, src, open.Options{Header: s.Header, Encoding: s.Encoding}, where)
	return &Cited{Citation: overt.Citation{Quote: quote}}, err
}

// readingOf finds what was read of a document last.
func readingOf(ctx context.Context, d *gate.Desk, b overt.BlobID) (overt.BlobID, error) {
	stmts, err := d.View.Entity(ctx, ftm.EntityID("reading-"+b[:min(40, len(b))]))
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return "", err
	}
	var out overt.BlobID
	var last overt.RunID
	for i := range stmts {
		info, ok := d.View.Sight().Info(stmts[i].Class)
		if ok && stmts[i].Prop == "text" && info.Run.ID >= last {
			out, last = overt.BlobID(stmts[i].Value), info.Run.ID
		}
	}
	return out, nil
}

// passage gives what stands at a place of a reading.
func passage(ctx context.Context, d *gate.Desk, text overt.BlobID, where overt.Locator) (c *Cited, err error) {
	in, err := d.Blobs.Open(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	size, err := in.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	at, ok := in.(io.ReaderAt)
	if !ok {
		at = &seeker{in}
	}
	r, err := reading.Open(at, size)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	c = &Cited{Reading: text}
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

// A seeker reads at offsets of what can only seek.
type seeker struct{ in io.ReadSeeker }

func (s *seeker) ReadAt(p []byte, off int64) (int, error) {
	if _, err := s.in.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.in, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
