package answer

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"overt"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/policy"
	"overt/statement"
)

// A Passage is a cited stretch of a document's text, as it stands in the newest
// reading of it.
type Passage struct {
	URI     string        `json:"cite"`  // to be kept: it is opened again by itself
	State   reading.State `json:"state"` // how what was asked for stands in the newest reading
	ID      ftm.EntityID  `json:"id"`
	Caption string        `json:"caption"`
	Dataset string        `json:"dataset"`
	Run     overt.RunID   `json:"run"` // that brought the reading
	Reader  string        `json:"reader"`
	reading.Cite
	// Was is what was asked for, where that is not what stands there. InCited is
	// how it stands in the reading it was cited from; "" when that is not kept.
	Was     *reading.Cite `json:"was,omitempty"`
	InCited reading.State `json:"in_cited,omitempty"`

	label policy.Label // of the reading
}

// A PassageQuestion asks for a passage of a document: by words, by characters of
// a page, or for a whole page.
type PassageQuestion struct {
	Page       int    // 0 where any page may have the quote
	Start, End int    // characters of the page; both 0 for none
	Quote      string // words that stand there
}

// CitePassage cites a passage of a document, which is named by its id, by 8
// digits or more of its hash, or by the name it came under. Errors: not_found
// (no such document, page or words), invalid.
func CitePassage(ctx context.Context, d *gate.Desk, doc string, q PassageQuestion) (*Passage, error) {
	id, err := documentNamed(d, doc)
	if err != nil {
		return nil, err
	}
	all, r, done, err := newestReading(ctx, d, id)
	if err != nil {
		return nil, err
	}
	defer done()
	state, c, err := findPassage(r, q)
	if err != nil {
		return nil, err
	}
	return tellPassage(ctx, d, all[0], r, state, c)
}

func findPassage(r *reading.Reading, q PassageQuestion) (reading.State, reading.Cite, error) {
	switch {
	case q.Quote != "":
		if utf8.RuneCountInString(q.Quote) > reading.MaxQuote {
			return "", reading.Cite{}, overt.Errorf(overt.Invalid, "quote", "it has more than %d characters", reading.MaxQuote)
		}
		asked := reading.Cite{Document: r.Document, Page: q.Page, Quote: q.Quote, Start: q.Start}
		state, c, err := r.Find(asked)
		if err == nil && state == reading.Lost {
			err = overt.Errorf(overt.NotFound, "quote", "these words do not stand in it")
		}
		if state == reading.Moved {
			state = reading.Same // no place was known before
		}
		return state, c, err
	case q.End > 0:
		c, err := r.Cite(q.Page, q.Start, q.End)
		return reading.Same, c, err
	}
	p, err := r.Page(q.Page)
	if err != nil {
		return "", reading.Cite{}, err
	}
	text := strings.TrimRight(p.Text, " \t\n")
	end := utf8.RuneCountInString(text)
	start := end - utf8.RuneCountInString(strings.TrimLeft(text, " \t\n"))
	if end == start {
		return "", reading.Cite{}, overt.Errorf(overt.NotFound, fmt.Sprintf("page %d", q.Page), "it has no text")
	}
	if end-start > reading.MaxQuote {
		return "", reading.Cite{}, overt.Errorf(overt.Invalid, fmt.Sprintf("page %d", q.Page), "it has %d characters, and a citation quotes up to %d: say which of its words, or from which character to which", end-start, reading.MaxQuote)
	}
	c, err := r.Cite(q.Page, start, end)
	return reading.Same, c, err
}

// OpenPassage opens a citation again: the document's bytes are hashed, and the
// words looked for in the newest reading of them. Errors: invalid (the citation),
// not_found (its document is not kept here), internal (the kept bytes are not
// those that came).
func OpenPassage(ctx context.Context, d *gate.Desk, uri string) (*Passage, error) {
	asked, err := reading.ParseURI(uri)
	if err != nil {
		return nil, err
	}
	all, r, done, err := newestReading(ctx, d, reading.DocumentID(asked.Document))
	if err != nil {
		return nil, err
	}
	defer done()
	if r.Document != asked.Document {
		return nil, noDocument(string(asked.Document))
	}
	state, c, err := r.Find(asked)
	if err != nil {
		return nil, err
	}
	if state == reading.Same { // the same words at the same place, in this reading's own terms
		if c, err = r.Cite(c.Page, c.Start, c.End); err != nil {
			return nil, err
		}
	}
	p, err := tellPassage(ctx, d, all[0], r, state, c)
	if err != nil || state == reading.Same {
		return p, err
	}
	p.Was = &asked
	p.InCited, err = inCited(ctx, d, all, asked)
	return p, err
}

// inCited looks at the reading that a cite is from.
func inCited(ctx context.Context, d *gate.Desk, all []readingOf, asked reading.Cite) (reading.State, error) {
	for _, k := range all {
		r, done, err := k.open(ctx, d)
		if err != nil {
			return "", err
		}
		state := reading.State("")
		if r.Version == asked.Version {
			state, _, err = r.Find(asked)
		}
		done()
		if state != "" || err != nil {
			return state, err
		}
	}
	return "", nil
}

func tellPassage(ctx context.Context, d *gate.Desk, k readingOf, r *reading.Reading, state reading.State, c reading.Cite) (*Passage, error) {
	if err := d.Blobs.Verify(ctx, r.Document); err != nil {
		return nil, err
	}
	info, _ := d.View.Sight().Info(k.class)
	p := &Passage{
		State: state, ID: reading.DocumentID(r.Document), Cite: c, Reader: r.Reader, Dataset: info.Label.Dataset, Run: info.Run.ID, label: info.Label,
	}
	var err error
	if p.URI, err = c.URI(); err != nil {
		return nil, err
	}
	p.Caption, err = caption(ctx, d, SearchHit{ID: p.ID, Schema: reading.SchemaOf(r.Type)})
	return p, err
}

// A readingOf is one reading of a document that the view shows.
type readingOf struct {
	text  overt.BlobID
	class statement.Class
}

func (k readingOf) open(ctx context.Context, d *gate.Desk) (r *reading.Reading, done func(), err error) {
	in, err := d.Blobs.Open(ctx, k.text)
	if err != nil {
		return nil, nil, err
	}
	if r, err = reading.From(in); err != nil {
		_ = in.Close()
		return nil, nil, err
	}
	return r, func() { _, _ = r.Close(), in.Close() }, nil
}

// newestReading opens the newest reading of a document; all are those that
// readingsOf lists. What it opens is to be closed by done. Errors: not_found.
func newestReading(ctx context.Context, d *gate.Desk, doc ftm.EntityID) (all []readingOf, r *reading.Reading, done func(), err error) {
	if all, err = readingsOf(ctx, d, doc); err != nil {
		return nil, nil, nil, err
	}
	r, done, err = all[0].open(ctx, d)
	return all, r, done, err
}

// readingsOf lists the readings of a document, the newest first. Errors:
// not_found.
func readingsOf(ctx context.Context, d *gate.Desk, doc ftm.EntityID) ([]readingOf, error) {
	stmts, err := d.View.Entity(ctx, reading.EntityID(overt.BlobID(strings.TrimPrefix(string(doc), "doc-"))))
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return nil, err
	}
	var out []readingOf
	for _, s := range stmts {
		if s.Schema == "Reading" && s.Prop == "text" {
			out = append(out, readingOf{overt.BlobID(s.Value), s.Class})
		}
	}
	if len(out) == 0 {
		return nil, noDocument(string(doc))
	}
	sight := d.View.Sight()
	slices.SortStableFunc(out, func(a, b readingOf) int {
		x, _ := sight.Info(a.class)
		y, _ := sight.Info(b.class)
		return cmp.Or(cmp.Compare(y.Run.Observed, x.Run.Observed), cmp.Compare(y.Run.ID, x.Run.ID), cmp.Compare(a.text, b.text))
	})
	return out, nil
}

func noDocument(name string) error {
	return overt.Errorf(overt.NotFound, clip(name), "no document of that name is read here")
}

// documentNamed finds the document that a name means.
func documentNamed(d *gate.Desk, name string) (ftm.EntityID, error) {
	if hash, ok := strings.CutPrefix(name, "doc-"); ok && len(hash) == 40 && isHex(hash) {
		return ftm.EntityID(name), nil
	}
	digits := strings.ToLower(name)
	var found []overt.BlobID
	var names []string
	for _, r := range d.Runs {
		if r.Undone != "" || r.Format != "documents" {
			continue
		}
		for _, s := range r.Sources {
			inner := s.Name[strings.LastIndexByte(s.Name, '!')+1:]
			is := s.Name == name || inner == name || path.Base(inner) == name || len(digits) >= 8 && isHex(digits) && strings.HasPrefix(string(s.Blob), digits)
			if is && !slices.Contains(found, s.Blob) {
				found, names = append(found, s.Blob), append(names, s.Name)
			}
		}
	}
	switch len(found) {
	case 0:
		return "", noDocument(name)
	case 1:
		return reading.DocumentID(found[0]), nil
	}
	var which []string
	for i, b := range found[:min(len(found), 5)] {
		which = append(which, fmt.Sprintf("%s (%s)", names[i], b[:12]))
	}
	return "", overt.Errorf(overt.Conflict, clip(name), "%d documents are called so: name one by its hash: %s", len(found), strings.Join(which, ", "))
}

func isHex(s string) bool {
	_, err := hex.DecodeString(s[:len(s)&^1])
	return err == nil && strings.Trim(s, "0123456789abcdef") == ""
}
