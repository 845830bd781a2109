package ledger

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"overt"
	"overt/policy"
)

// Interrupted is the outcome of an entry whose process died before its run
// was kept: failed, with what to do about it. No rows are counted.
func Interrupted(e Entry) Outcome {
	o := e.Outcome
	o.Verdict, o.Run = Failed, 0
	o.Reason, o.Retry = "interrupted before it was kept", "import the file again"
	o.Received, o.Read, o.LeftOut, o.Repeats, o.Warnings = 0, 0, 0, 0, nil
	return o
}

// CountsLost is the code of the warning on an entry whose run was kept but
// whose counts were not.
const CountsLost = "counts-lost"

// Recovered is the outcome of an entry whose run was kept by a process that
// died before it settled: what it had prepared, or else what the left-out
// rows tell, with the warning CountsLost.
func Recovered(e Entry, prepared Verdict, run overt.RunID, left, fatal int64) Outcome {
	o := e.Outcome
	o.Run = run
	if prepared != "" {
		o.Verdict = prepared
		return o
	}
	o.Verdict = Read
	if left > 0 {
		o.Verdict = Partial
		o.Reason = "rows or values were left out"
	}
	o.Received, o.LeftOut = fatal, fatal
	o.Warnings = append(o.Warnings, Warning{
		Code:    CountsLost,
		Message: "the import was interrupted after its run was kept; how many rows were read is not known",
		Where:   e.Source,
	})
	return o
}

// Check refuses outcomes that cannot be true. Errors: invalid.
func (o Outcome) Check() error {
	switch {
	case o.Received < 0 || o.Read < 0 || o.LeftOut < 0 || o.Repeats < 0 || o.Size < 0 || o.CPU < 0:
		return badOutcome("a count is below zero")
	case o.LeftOut > o.Received || o.Received-o.LeftOut != o.Read:
		return badOutcome("%d received are not %d read and %d left out", o.Received, o.Read, o.LeftOut)
	case o.Repeats > o.Read:
		return badOutcome("%d repeats among %d rows read", o.Repeats, o.Read)
	}
	if len(o.Members) > 0 && o.Verdict != Read && o.Verdict != Partial {
		return badOutcome("a file that is %s has files inside", o.Verdict)
	}
	switch o.Verdict {
	case Read:
		if o.LeftOut > 0 {
			return badOutcome("%d rows were left out: the verdict is partial", o.LeftOut)
		}
	case Partial:
	case Failed, Refused:
		switch {
		case o.Run != 0 || o.Read != 0:
			return badOutcome("a file that is %s has no run and no rows read", o.Verdict)
		case o.Reason == "":
			return badOutcome("a file that is %s needs a reason", o.Verdict)
		}
	default:
		return badOutcome("%q is no verdict of a finished file", o.Verdict)
	}
	return nil
}

// Fits refuses an outcome that does not agree with the rows left out: read
// leaves none, and each row left out has a reason. A file that failed has no
// rows to agree with. Errors: invalid.
func (o Outcome) Fits(left, fatal int64) error {
	switch {
	case o.Verdict == Read && left > 0:
		return badOutcome("%d rows or values were left out: the verdict is partial", left)
	case o.Verdict != Read && o.Verdict != Partial:
		return nil
	case fatal < o.LeftOut:
		return badOutcome("%d rows left out, but reasons for %d", o.LeftOut, fatal)
	case o.LeftOut == 0 && fatal > 0:
		return badOutcome("no row left out, but reasons for %d", fatal)
	}
	return nil
}

func badOutcome(format string, args ...any) error {
	return overt.Errorf(overt.Invalid, "coverage entry", format, args...)
}

// Apply gives e the outcome o; what o leaves empty of blob, size, format and
// mapping stays as it was.
func (e *Entry) Apply(o Outcome) {
	if o.Blob == "" {
		o.Blob, o.Size = e.Blob, max(o.Size, e.Size)
	}
	if o.Format == "" {
		o.Format = e.Format
	}
	if o.Mapping == "" {
		o.Mapping = e.Mapping
	}
	o.Members = nil
	e.Outcome = o
}

// Inside is the entry of a member of e, once e is settled.
func (e *Entry) Inside(m Member) Entry {
	return Entry{
		Token: e.Token, Dataset: e.Dataset, Source: m.Source, At: e.At, Document: true, Parent: e.ID, Root: e.RootID(),
		Outcome: Outcome{Verdict: Waiting, Blob: m.Blob, Size: m.Size},
	}
}

// RootID is the entry of the received file that e is, or is inside of.
func (e *Entry) RootID() int64 {
	if e.Root == 0 {
		return e.ID
	}
	return e.Root
}

// Add gives both together, and nothing below zero.
func (s Spent) Add(o Spent) Spent {
	return Spent{Files: max(0, s.Files+o.Files), Bytes: max(0, s.Bytes+o.Bytes), CPU: max(0, s.CPU+o.CPU)}
}

// SpentOn is what a document that was settled adds to its root.
func (o Outcome) SpentOn(members []Member) Spent {
	s := Spent{Files: int64(len(members)), CPU: o.CPU}
	for _, m := range members {
		s.Bytes += m.Size
	}
	return s
}

// Received is e as Receive keeps it. Errors: invalid.
func Received(e Entry) (Entry, error) {
	switch {
	case e.Token == "":
		return e, overt.Errorf(overt.Invalid, e.Source, "a coverage entry needs a token")
	case e.Size < 0:
		return e, overt.Errorf(overt.Invalid, e.Source, "a size below zero")
	}
	if err := (policy.Label{Dataset: e.Dataset}).Validate(); err != nil {
		return e, err
	}
	if err := CheckTime(e.At); err != nil {
		return e, err
	}
	if e.Document && e.Blob == "" {
		return e, overt.Errorf(overt.Invalid, e.Source, "a document that waits needs its bytes")
	}
	e.ID, e.Undone, e.Attempts, e.Parent, e.Root, e.Spent = 0, "", 0, 0, 0, Spent{}
	e.Outcome = Outcome{
		Verdict: Waiting, Blob: e.Blob, Size: e.Size, Format: e.Format, Mapping: e.Mapping, Warnings: e.Warnings,
	}
	return e, nil
}

// CheckTime refuses what is not RFC 3339. Errors: invalid.
func CheckTime(at string) error {
	if _, err := time.Parse(time.RFC3339, at); err != nil {
		return overt.Errorf(overt.Invalid, "time", "%q is not an RFC 3339 time", at)
	}
	return nil
}

// maxReason is the length in bytes at which the texts of a left-out row are
// cut: hostile files have long headers and deep trees.
const maxReason = 1024

// Trim makes a left-out row fit to be kept: its texts are valid UTF-8 and at
// most 1 KiB each. Errors: invalid (no reason).
func (l Left) Trim() (Left, error) {
	if l.Reason == "" {
		return l, overt.Errorf(overt.Invalid, l.Where.String(), "a row left out needs a reason")
	}
	l.Reason = cut(l.Reason, maxReason)
	l.Column = cut(l.Column, maxReason)
	l.Where.Column = cut(l.Where.Column, maxReason)
	l.Where.Table = cut(l.Where.Table, maxReason)
	l.Where.Pointer = cut(l.Where.Pointer, maxReason)
	return l, nil
}

// cut shortens s to max bytes at a character's start and marks the cut.
func cut(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= limit {
		return s
	}
	const mark = "…"
	end := limit - len(mark)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}

// NoEntry is the error of an entry that is not there or not in scope.
func NoEntry(id int64) error {
	return overt.Errorf(overt.NotFound, "coverage entry "+strconv.FormatInt(id, 10), "there is no such entry")
}

// Settled is the error of changing an entry that has its verdict.
func Settled(id int64) error {
	return overt.Errorf(overt.Conflict, "coverage entry "+strconv.FormatInt(id, 10), "it has its verdict already")
}

// NoDocument is the error of reading again what is no document.
func NoDocument(e Entry) error {
	return overt.Errorf(overt.Invalid, e.Source, "it is no document; import it again")
}

// StillWaiting is the error of reading again what waits for its first time.
func StillWaiting(e Entry) error {
	return overt.Errorf(overt.Conflict, e.Source, "it is waiting already")
}

// CheckToken refuses an empty token. Errors: invalid.
func CheckToken(token string) error {
	if token == "" {
		return overt.Errorf(overt.Invalid, "token", "it is empty")
	}
	return nil
}

// NoDataset is the error of a dataset that is not there or not in scope.
func NoDataset(name string) error {
	return overt.Errorf(overt.NotFound, "dataset "+strconv.Quote(name), "there is no such dataset")
}

// CheckDataset tells whether the scope may keep d. Errors: invalid, denied.
func CheckDataset(scope policy.Scope, d Dataset) error {
	l := policy.Label{Dataset: d.Name}
	if err := l.Validate(); err != nil {
		return err
	}
	if !scope.Writes(l) {
		return overt.Errorf(overt.Denied, "dataset "+strconv.Quote(d.Name), "it may not be written")
	}
	return nil
}
