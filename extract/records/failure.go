package records

import (
	"errors"

	"overt"
	"overt/internal/sandbox"
)

// A Failure is a source whose worker had to be ended, or could not be had. What
// was read before stands; other sources are not touched.
type Failure struct {
	What sandbox.What // which limit, or what else
	err  *overt.Error
	from *sandbox.Failure
}

// Error says in which source, after which record, and why.
func (f *Failure) Error() string { return f.err.Error() }

// Unwrap gives an overt.Error: unavailable when it may be tried again unchanged,
// invalid past a limit, else internal; and the *sandbox.Failure.
func (f *Failure) Unwrap() []error { return []error{f.err, f.from} }

// endings says for people what ended a worker.
var endings = map[sandbox.What]struct {
	code overt.Code
	text string
}{
	sandbox.OverTime:    {overt.Invalid, "its reader gave nothing any more and was ended"},
	sandbox.OverMemory:  {overt.Invalid, "reading it needs more memory than a reader may have"},
	sandbox.OverOutput:  {overt.Invalid, "it unpacks to more than is taken"},
	sandbox.TooLarge:    {overt.Invalid, "a record of it is larger than is taken"},
	sandbox.Garbled:     {overt.Internal, "its reader said what cannot be and was ended; treat the file with care, it may be made to attack who reads it"},
	sandbox.Crashed:     {overt.Internal, "its reader broke down; report it, other files are not touched"},
	sandbox.Killed:      {overt.Unavailable, "its reader was killed from outside; try again, and if it repeats, the machine has too little memory"},
	sandbox.NotStarted:  {overt.Unavailable, "no reader could be started; see overt doctor"},
	sandbox.NotConfined: {overt.Unavailable, "this system does not confine readers, and files are not read without that; see overt doctor"},
}

// failure puts what ended a worker in words; last is the place of the record that
// came last, if any did.
func failure(err error, name, last string) error {
	var f *sandbox.Failure
	if !errors.As(err, &f) {
		return err
	}
	e, ok := endings[f.What]
	if !ok {
		e.code, e.text = overt.Internal, "its reader ended"
	}
	e.text += " (" + f.Reason + ")"
	if last != "" {
		e.text += "; the last record that came is " + last
	}
	return &Failure{What: f.What, err: &overt.Error{Code: e.code, Where: name, Message: e.text}, from: f}
}

// wrong is the failure of a worker that said what cannot be.
func wrong(name, last, what string) error {
	return failure(garbled(what), name, last)
}

func garbled(what string) error { return &sandbox.Failure{What: sandbox.Garbled, Reason: what} }
