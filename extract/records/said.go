package records

import (
	"errors"
	"strings"

	"overt"
	"overt/extract"
)

// A said is an error as it crosses between the processes: its text, the parts of
// the overt.Error in it, or of the RowError it is.
type said struct {
	Text    string         `json:"text"`
	Code    overt.Code     `json:"code,omitempty"` // "" when no overt.Error is in it
	Op      string         `json:"op,omitempty"`
	Where   string         `json:"where,omitempty"`
	Message string         `json:"message,omitempty"`
	At      *overt.Locator `json:"at,omitempty"` // of a RowError
	Reason  string         `json:"reason,omitempty"`
	Raw     string         `json:"raw,omitempty"`
}

func sayError(err error) *said {
	if err == nil {
		return nil
	}
	s := &said{Text: err.Error()}
	var row *extract.RowError
	var e *overt.Error
	switch {
	case errors.As(err, &row):
		s.At, s.Reason, s.Raw = &row.Where, row.Reason, row.Raw
	case errors.As(err, &e):
		s.Code, s.Op, s.Where, s.Message = e.Code, e.Op, e.Where, e.Message
	}
	return s
}

// heard is what was said, on the other side: errors.As finds the overt.Error.
type heard struct {
	text  string
	inner *overt.Error
}

func (h *heard) Error() string { return h.text }

func (h *heard) Unwrap() error {
	if h.inner == nil {
		return nil
	}
	return h.inner
}

func (s *said) err() error {
	if s == nil {
		return nil
	}
	if s.At != nil {
		return rowError(*s.At, s.Reason, s.Raw)
	}
	h := &heard{text: plain(s.Text)}
	switch s.Code {
	case overt.Invalid, overt.NotFound, overt.Unavailable, overt.Internal:
		h.inner = &overt.Error{Code: s.Code, Op: plain(s.Op), Where: plain(s.Where), Message: plain(s.Message)}
	case "":
	default: // a reader has nothing to do with rights and conflicts
		h.inner = &overt.Error{Code: overt.Internal, Where: plain(s.Where), Message: plain(s.Message)}
	}
	return h
}

func rowError(at overt.Locator, reason, raw string) error {
	return &extract.RowError{Where: at, Reason: plain(reason), Raw: extract.Raw(raw)}
}

// maxText bounds what an error may say, in bytes.
const maxText = 16 << 10

// plain makes a text of another process one that people can be shown.
func plain(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), maxText)], "\ufffd")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
