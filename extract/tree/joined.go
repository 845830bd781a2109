package tree

import (
	"bytes"
	"context"
	"io"

	"overt/extract"
	"overt/extract/charset"
)

// detectJoined finds out whether JSON lines are lines.
func (t *Reader) detectJoined(head []byte) {
	if t.opts.Format != extract.JSONL {
		return
	}
	r, err := charset.Reader(bytes.NewReader(head), t.info.Encoding, nil)
	if err != nil {
		return
	}
	text, _ := io.ReadAll(r) // from memory
	if t.joined = extract.JoinedJSON(text); t.joined {
		t.info.Notes = append(t.info.Notes, "the values follow each other without regard to lines; a row is the number of a value")
	}
}

// eachJoined calls f at the beginning of each value, with its number from 1; f
// must read it.
func (t *Reader) eachJoined(ctx context.Context, l *lexer, f func(row int64) error) error {
	l.skipMark()
	for row := int64(1); ; row++ {
		if row%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if l.space() == 0 && !l.more() {
			return t.jsonError(l, l.err)
		}
		if err := f(row); err != nil {
			return t.jsonError(l, err)
		}
	}
}

func (t *Reader) walkJoined(ctx context.Context, r io.Reader, selector string, yield func(extract.Record, error) bool) error {
	l := t.lexer(r)
	w := &jsonWalk{t: t, ctx: ctx, b: &builder{l: l}, yield: yield}
	steps := parsePath(selector)
	return t.eachJoined(ctx, l, func(row int64) error {
		w.row = row
		return w.descend(steps, "", 0, true)
	})
}

func (t *Reader) findJoined(ctx context.Context, r io.Reader, byRow map[int64]*target, last int64, f *finder) error {
	b := &builder{l: t.lexer(r)}
	err := t.eachJoined(ctx, b.l, func(row int64) error {
		switch {
		case row > last:
			return errStop
		case byRow[row] == nil:
			return b.l.skip(0)
		}
		return b.find(byRow[row], f, t.opts.Limits.Subtree, 0)
	})
	if err == errStop {
		return nil
	}
	return err
}
