package mail

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"overt/extract/document"
	"overt/extract/markup"
)

// MBOX reads a mailbox in one file: each message is a member, as it came but for
// the signs ">" that its mailbox put before lines that begin with "From ".
//
// mboxo, mboxrd, mboxcl and mboxcl2 are told apart message by message: a
// Content-Length is believed where another message, or the end, follows there.
type MBOX struct{}

var _ document.Reader = MBOX{}

// Read implements document.Reader.
func (MBOX) Read(ctx context.Context, in document.Input, out document.Sink) error {
	b := &box{l: newLines(ctx, in, 0, in.Size), in: in, out: out}
	err := b.read()
	if b.w != nil {
		if e := b.w.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	if b.number == 0 && in.Size > 0 {
		return out.Gap(document.Gap{Where: "the mailbox", Code: document.Damaged, Reason: "no message begins in it: no line is \"From \", an address and a date"})
	}
	if b.stray > 0 {
		return out.Gap(document.Gap{Where: "the beginning", Code: document.Damaged, Reason: fmt.Sprintf("%d bytes stand before the first message", b.stray)})
	}
	return nil
}

// A box is a mailbox being read.
type box struct {
	l      *lines
	in     document.Input
	out    document.Sink
	number int
	stray  int64
	w      io.WriteCloser // of the open message

	header bool   // the header of the message goes on
	length int64  // its Content-Length, -1 when none
	blank  []byte // the end of the last line when it was empty: a message may end there
	after  bool   // the last line was empty, or there was none
}

func (b *box) read() error {
	b.after = true
	for {
		got, err := b.l.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if got.first && got.last && isFrom(got.text) && (b.after || b.headed(got.next)) {
			if err := b.begin(got.text); err != nil {
				return err
			}
			continue
		}
		if err := b.line(got); err != nil {
			return err
		}
	}
}

// isFrom says whether a line begins a message: "From ", an address, and a date
// with a month and a time, whatever stands around them.
func isFrom(text []byte) bool {
	rest, found := bytes.CutPrefix(text, []byte("From "))
	if !found || len(text) > 1000 {
		return false
	}
	month, clock := false, false
	for _, w := range bytes.Fields(rest) {
		month = month || len(w) == 3 && bytes.Contains([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), w)
		if h := bytes.IndexByte(w, ':'); h > 0 && h+2 < len(w) {
			clock = clock || isDigit(w[h-1]) && isDigit(w[h+1]) && isDigit(w[h+2])
		}
	}
	return month && clock
}

// headed says whether a field of a header stands at an offset: some programs put
// no empty line between messages.
func (b *box) headed(at int64) bool {
	got, err := newLines(b.l.ctx, b.in, at, min(b.in.Size, at+1000)).next()
	return err == nil && fieldName(got.text) > 0 && !b.header
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (b *box) begin(from []byte) error {
	if err := b.close(); err != nil {
		return err
	}
	b.number++
	m := document.Member{Path: strconv.Itoa(b.number), Type: "message/rfc822", Role: document.Message, Size: -1}
	_, when, _ := strings.Cut(markup.Line(string(from[len("From "):])), " ")
	if date, ok := parseDate(when); ok {
		m.Modified = date.String()
	}
	w, err := b.out.Member(m)
	if err != nil {
		return err
	}
	b.w, b.header, b.length, b.blank, b.after = w, true, -1, nil, false
	return nil
}

func (b *box) close() error {
	if b.w == nil {
		return nil
	}
	err := b.w.Close()
	b.w = nil
	return err
}

// line adds a line to the open message. An empty line waits: before a "From " it
// belongs to the mailbox.
func (b *box) line(got line) error {
	if b.w == nil {
		if len(bytes.TrimSpace(got.text)) > 0 {
			b.stray += got.next - got.start
		}
		b.after = len(got.text) == 0
		return nil
	}
	ending := "\n"
	switch {
	case !got.last || got.next == got.end:
		ending = ""
	case got.next-got.end == 2:
		ending = "\r\n"
	}
	empty := got.first && got.last && len(got.text) == 0
	text := got.text
	if b.header {
		b.field(text)
	} else if got.first && len(text) > 1 && text[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(text, ">"), []byte("From ")) {
		text = text[1:]
	}
	if err := b.write(b.blank); err != nil {
		return err
	}
	b.blank, b.after = nil, empty
	if empty && b.header {
		b.header = false
		if err := b.write([]byte(ending)); err != nil {
			return err
		}
		return b.skip()
	}
	if empty {
		b.blank = []byte(ending)
		return nil
	}
	if err := b.write(text); err != nil {
		return err
	}
	return b.write([]byte(ending))
}

func (b *box) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	_, err := b.w.Write(p)
	return err
}

func (b *box) field(text []byte) {
	const name = "content-length:"
	if len(text) > len(name) && bytes.EqualFold(text[:len(name)], []byte(name)) {
		if n, err := strconv.ParseInt(string(bytes.TrimSpace(text[len(name):])), 10, 64); err == nil && n >= 0 {
			b.length = n
		}
	}
}

// skip copies a body whole where its Content-Length proves true and a line inside
// would begin a message: in mboxcl2 nothing is quoted.
func (b *box) skip() error {
	start := b.l.at
	if b.length <= 0 || b.length > b.in.Size-start || !b.ends(start+b.length) || !b.unquoted(start, start+b.length) {
		b.l.seek(start)
		return nil
	}
	if _, err := io.Copy(b.w, io.NewSectionReader(b.in, start, b.length)); err != nil {
		return err
	}
	b.l.seek(start + b.length)
	b.after = true
	return nil
}

// ends says whether a message can end at an offset: the end of the file or, past
// an empty line, the beginning of another message.
func (b *box) ends(at int64) bool {
	l := newLines(b.l.ctx, b.in, at, b.in.Size)
	for range 3 {
		got, err := l.next()
		if err != nil {
			return err == io.EOF
		}
		if len(got.text) > 0 {
			return isFrom(got.text)
		}
	}
	return false
}

// unquoted says whether a line of a body would begin a message.
func (b *box) unquoted(from, to int64) bool {
	l := newLines(b.l.ctx, b.in, from, to)
	for {
		got, err := l.next()
		if err != nil {
			return false
		}
		if got.first && isFrom(got.text) {
			return true
		}
	}
}
