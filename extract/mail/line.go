package mail

import (
	"bufio"
	"bytes"
	"context"
	"io"
)

// lines gives the lines of a range of a file with the place of each. A line
// longer than the buffer comes in pieces.
type lines struct {
	ctx   context.Context
	src   io.ReaderAt
	end   int64 // of the range
	r     *bufio.Reader
	at    int64 // of the next piece
	stop  byte  // the last byte of a line: "\n", or "\r" where there is no other
	mid   bool  // the next piece is not the first of its line
	count int
}

// maxPiece is the most of a line that comes at once, in bytes.
const maxPiece = 64 << 10

// A line is a line or a piece of one.
type line struct {
	text       []byte // without its ending; valid until the next call
	start, end int64  // offsets; end is that of the text, before its ending
	next       int64  // offset of what follows
	first      bool   // its beginning is here
	last       bool   // its end is here
}

func newLines(ctx context.Context, src io.ReaderAt, start, end int64) *lines {
	l := &lines{ctx: ctx, src: src, end: end, stop: '\n'}
	l.seek(start)
	if head, _ := l.r.Peek(maxPiece); bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		l.stop = '\r'
	}
	return l
}

// seek goes to the beginning of a line.
func (l *lines) seek(to int64) {
	section := io.NewSectionReader(l.src, to, max(l.end-to, 0))
	if l.r == nil {
		l.r = bufio.NewReaderSize(section, maxPiece)
	} else {
		l.r.Reset(section)
	}
	l.at, l.mid = to, false
}

// next gives the next line or piece; io.EOF after the last. Errors: those of the
// file and of ctx.
func (l *lines) next() (line, error) {
	if l.count++; l.count%256 == 0 {
		if err := l.ctx.Err(); err != nil {
			return line{}, err
		}
	}
	text, err := l.r.ReadSlice(l.stop)
	if len(text) == 0 && err != nil {
		return line{}, err
	}
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return line{}, err
	}
	got := line{start: l.at, next: l.at + int64(len(text)), first: !l.mid, last: err == nil || err == io.EOF}
	if err == nil {
		text = text[:len(text)-1]
	}
	if err == nil && l.stop == '\n' {
		text = bytes.TrimSuffix(text, []byte{'\r'})
	}
	got.text, got.end = text, got.start+int64(len(text))
	l.at, l.mid = got.next, !got.last
	return got, nil
}
