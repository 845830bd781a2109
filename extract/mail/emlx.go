package mail

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"overt/extract/document"
)

// EMLX reads a message as Apple Mail keeps it: its length, the message, and a
// property list, which becomes a member.
type EMLX struct{}

var _ document.Reader = EMLX{}

// Read implements document.Reader.
func (EMLX) Read(ctx context.Context, in document.Input, out document.Sink) error {
	first, err := newLines(ctx, in, 0, min(in.Size, 1000)).next()
	if err != nil && err != io.EOF {
		return err
	}
	length, err := strconv.ParseInt(string(bytes.TrimSpace(first.text)), 10, 64)
	if err != nil || length < 0 {
		return damaged("the first line is not the length of a message")
	}
	start, cut := first.next, false
	end := start + length
	if length > in.Size-start {
		end, cut = in.Size, true
	}
	m, err := parse(ctx, in, start, end)
	if err != nil {
		return err
	}
	if cut {
		m.Gaps = append(m.Gaps, document.Gap{Where: "the end", Code: document.Damaged, Reason: "the file ends before the message does"})
	}
	if end < in.Size {
		list := Part{Open: func() (io.Reader, error) { return io.NewSectionReader(in, end, in.Size-end), nil }}
		list.Path, list.Type, list.Role, list.Size = "properties.plist", "application/x-plist", document.Attached, in.Size-end
		m.Parts = append(m.Parts, list)
	}
	return m.Say(ctx, out, in.Limits)
}
