package overt

import (
	"errors"
	"fmt"
	"strings"
)

// A Code says what kind of failure an Error is. Callers branch on codes, never
// on texts.
type Code string

// The codes. Unavailable is the only one that may be retried unchanged.
const (
	Invalid     Code = "invalid"     // the input or the question is wrong
	NotFound    Code = "not_found"   // nothing there, or nothing inside the scope
	Conflict    Code = "conflict"    // true at the same time as something else it excludes
	Denied      Code = "denied"      // policy refuses; said only where the asker may know the thing exists
	Unavailable Code = "unavailable" // a disk, a lock or a log is not there now; try again
	Internal    Code = "internal"    // a broken invariant of our own
)

// An Error carries what went wrong in three parts: a code for programs, a
// place for people, and the cause for operators. It never holds the contents
// of a document beyond the place where it stands.
type Error struct {
	Code    Code
	Op      string // what was being done, lower case: "import rows"
	Where   string // file, row, column, flag; empty when there is no place
	Message string // one sentence for the user
	Err     error  // the cause, may be nil
}

// Error joins the parts: op, place, message, cause.
func (e *Error) Error() string {
	s := e.Message
	if e.Err != nil {
		if cause := e.Err.Error(); cause != "" && s != "" {
			s += ": " + cause
		} else {
			s += cause
		}
	}
	if e.Where != "" {
		s = e.Where + ": " + s
	}
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	return s
}

// Told is what an error says where there are no flags, on pages and over HTTP: a flag
// that it names as its place ("--via") is a field there ("via").
func Told(err error) string {
	var e *Error
	if s := err.Error(); !errors.As(err, &e) || !strings.HasPrefix(e.Where, "--") {
		return s
	}
	return strings.Replace(err.Error(), e.Where, strings.TrimPrefix(e.Where, "--"), 1)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is lets errors.Is(err, &Error{Code: c}) ask for a code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Op == "" && t.Where == "" && t.Message == "" && t.Err == nil
}

// Errorf makes an Error of code c at a place ("" when there is none). A %w
// verb keeps its operand in the chain.
func Errorf(c Code, where, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: c, Where: where, Message: err.Error(), Err: wrapped{err}}
}

// wrapped keeps the chain of an Errorf without printing its text twice.
type wrapped struct{ err error }

func (w wrapped) Error() string { return "" }
func (w wrapped) Unwrap() error { return errors.Unwrap(w.err) }

// CodeOf gives the code of the outermost Error in the chain; Internal when
// there is none, and "" for a nil error.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
