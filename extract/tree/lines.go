package tree

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"overt"
	"overt/extract"
)

func (t *Reader) walkLines(ctx context.Context, r io.Reader, selector string, yield func(extract.Record, error) bool) error {
	l := t.lexer(nil)
	w := &jsonWalk{t: t, ctx: ctx, b: &builder{l: l}, yield: yield}
	steps := parsePath(selector)
	return t.eachLine(ctx, r, func(row int64, line []byte, reason string) error {
		w.row = row
		err := error(nil)
		if reason == "" {
			err = w.line(line, steps)
		}
		var s *syntaxError
		if errors.As(err, &s) {
			reason = "read JSON: " + s.Error() + " of the line"
			err = nil
		}
		if reason == "" {
			return err
		}
		bad := &extract.RowError{Where: overt.Locator{Table: t.opts.Table, Row: row}, Reason: reason, Raw: extract.Raw(line)}
		if !yield(nil, bad) {
			return errStop
		}
		return err
	})
}

// line reads the value of one line. The line is checked as a whole before
// anything of it is given.
func (w *jsonWalk) line(line []byte, steps []segment) error {
	l := w.b.l
	l.reset(line)
	if err := l.skip(0); err != nil {
		return err
	}
	if l.space() != 0 {
		return l.wrong("more text after the value")
	}
	l.reset(line)
	return w.descend(steps, "", 0, true)
}

// reset makes the lexer read b alone.
func (l *lexer) reset(b []byte) {
	l.buf, l.i, l.n, l.off, l.err, l.stack = b, 0, len(b), 0, nil, l.stack[:0]
}

// eachLine calls f with each line that is not blank, numbered from 1, or with
// the reason why it cannot be had and its beginning. The bytes are valid until
// f returns.
func (t *Reader) eachLine(ctx context.Context, r io.Reader, f func(row int64, line []byte, reason string) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	if mark, _ := br.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = br.Discard(3)
	}
	var line []byte
	for row := int64(1); ; row++ {
		if row%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var long bool
		var err error
		line, long, err = readLine(br, line[:0], int(t.opts.Limits.Row))
		if err != nil && err != io.EOF {
			return overt.Errorf(overt.Invalid, t.src.Name, "the stream broke after line %d: %w", row-1, err)
		}
		text := bytes.TrimSpace(line)
		switch {
		case long:
			if ferr := f(row, text, "the line is too long"); ferr != nil {
				return ferr
			}
		case len(text) > 0:
			if ferr := f(row, text, ""); ferr != nil {
				return ferr
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// readLine appends one line to buf; what goes past limit is thrown away.
func readLine(br *bufio.Reader, buf []byte, limit int) (line []byte, long bool, err error) {
	for {
		part, err := br.ReadSlice('\n')
		if len(buf)+len(part) > limit {
			part, long = part[:max(0, limit-len(buf))], true
		}
		if need := len(buf) + len(part); need > cap(buf) {
			// Doubling leaves less garbage behind than append does.
			buf = append(make([]byte, 0, min(max(2*cap(buf), need), max(limit, need))), buf...)
		}
		buf = append(buf, part...)
		if err != bufio.ErrBufferFull {
			return buf, long, err
		}
	}
}
