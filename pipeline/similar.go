package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"overt"
	"overt/extract/reading"
	"overt/gate"
	"overt/similar"
	"overt/statement"
)

// similarBatch is how many sketches are written in one step.
const similarBatch = 10_000

// FollowSimilar brings the sketches of texts to what the desk's view shows. Runs
// that were taken back stay in the file and are seen by no view.
func FollowSimilar(ctx context.Context, d *gate.Desk, f *similar.File) (err error) {
	sight := d.View.Sight()
	fresh, read, err := unknown(sight, f)
	if err != nil || len(fresh) == 0 {
		return err
	}
	out, err := f.Append()
	if err != nil {
		return err
	}
	s := &sketcher{ctx: ctx, d: d, out: out, fresh: fresh}
	if read {
		err = s.readings()
	}
	if err == nil {
		err = out.Write(s.entries, fresh)
	}
	return errors.Join(err, out.Close())
}

// unknown gives the classes that a file has not; read says whether one of them may
// have texts. A file that has classes of other runs is of another home, and cleared.
func unknown(sight *statement.Sight, f *similar.File) (fresh map[statement.Class]overt.BlobID, read bool, err error) {
	for {
		fresh, read = map[statement.Class]overt.BlobID{}, false
		strange := false
		for _, c := range sight.Classes() {
			info, _ := sight.Info(c)
			sum := sha256.Sum256([]byte(info.Run.Token))
			token := overt.BlobID(hex.EncodeToString(sum[:]))
			strange = strange || f.Strange(c, token)
			if !f.Knows(c, token) {
				fresh[c], read = token, read || info.Run.Format == "documents"
			}
		}
		if !strange {
			return fresh, read, nil
		}
		if err := f.Clear(); err != nil {
			return nil, false, err
		}
	}
}

type sketcher struct {
	ctx     context.Context
	d       *gate.Desk
	out     *similar.Appender
	fresh   map[statement.Class]overt.BlobID
	entries []similar.Entry
}

// readings makes sketches of the texts that the fresh classes brought.
func (s *sketcher) readings() error {
	for stmts, err := range s.d.View.Entities(s.ctx) {
		if err != nil {
			return err
		}
		made := map[overt.BlobID]*similar.Entry{} // by reading: two classes may say one
		for i := range stmts {
			st := &stmts[i]
			if st.Schema != "Reading" || st.Prop != "text" || s.fresh[st.Class] == "" {
				continue
			}
			id := overt.BlobID(st.Value)
			e, ok := made[id]
			if !ok {
				if e, err = s.sketch(id); err != nil {
					return err
				}
				made[id] = e
			}
			if e == nil {
				continue
			}
			e.Class = st.Class
			if s.entries = append(s.entries, *e); len(s.entries) >= similarBatch {
				if err := s.out.Write(s.entries, nil); err != nil {
					return err
				}
				s.entries = s.entries[:0]
			}
		}
	}
	return nil
}

// sketch reads a text; nil for one of a few words.
func (s *sketcher) sketch(id overt.BlobID) (*similar.Entry, error) {
	in, err := s.d.Blobs.Open(s.ctx, id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	r, err := reading.From(in)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	t := similar.NewText(false)
	for page, err := range r.Text() {
		if err != nil {
			return nil, err
		}
		t.Add(page.Text)
	}
	sketch, ok := t.Sketch()
	if !ok {
		return nil, nil
	}
	return &similar.Entry{Words: t.Words, Document: r.Document, Text: id, Sketch: sketch}, nil
}
