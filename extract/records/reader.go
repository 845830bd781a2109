package records

import (
	"context"
	"encoding/json"
	"iter"
	"strconv"
	"sync"

	"overt/extract"
	"overt/extract/database"
	"overt/internal/wire"
)

// A reader is a part of a source, read in a worker each time it is asked for.
type reader struct {
	session *session
	part    int
	query   *query // what is selected, of a SQLite file

	mu   sync.Mutex
	info extract.Info
}

var _ extract.Reader = (*reader)(nil)

// Info is what the worker said when it was done last.
func (r *reader) Info() extract.Info {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.info
}

// Records yields the records; see extract.Reader.
func (r *reader) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		h := &taking{yield: yield, from: newUnpacker(r.session.opts.Limits)}
		err := r.call(ctx, request{Work: workRecords, Select: selector}, h)
		if err != nil && !h.enough {
			yield(nil, err)
		}
	}
}

func (r *reader) call(ctx context.Context, q request, h hearer) error {
	q.Part = r.part
	if q.Query == nil {
		q.Query = r.query
	}
	d, err := r.session.call(ctx, q, h)
	if d.Info != nil {
		r.mu.Lock()
		r.info = checked(*d.Info)
		r.mu.Unlock()
	}
	return err
}

// taking hands records on as they come.
type taking struct {
	yield  func(extract.Record, error) bool
	from   *unpacker
	enough bool
}

func (t *taking) hear(c *call, m []byte) (more, ok bool, err error) {
	if m[0] != sayRecords {
		return false, false, nil
	}
	for r := wire.Read(m[1:]); r.More(); {
		rec, bad := t.from.next(r)
		if rec == nil && bad == nil {
			return false, true, garbled("a record that is none")
		}
		if rec != nil {
			c.last = rec
		}
		if !t.yield(rec, bad) {
			t.enough = true
			return false, true, nil
		}
	}
	return true, true, nil
}

// outline asks what the beginning of the part shows; see extract.Part. Errors
// besides: *Failure, also for an answer to what was not asked.
func (r *reader) outline(ctx context.Context, sought extract.Sought) (extract.Outline, error) {
	d, err := r.session.call(ctx, request{Work: workOutline, Part: r.part, Sought: &sought}, nil)
	if err != nil {
		return extract.Outline{}, err
	}
	name := r.session.src.Name
	if d.Outline == nil {
		return extract.Outline{}, wrong(name, "", "no outline")
	}
	if err := d.Outline.Check(sought); err != nil {
		return extract.Outline{}, wrong(name, "", err.Error())
	}
	return *d.Outline, nil
}

// asked is a reader of a table of a SQLite file.
type asked struct {
	*reader
	book int
}

var _ database.Asked = (*asked)(nil)

// Beside says whether both read the same file; see database.Asked.
func (a *asked) Beside(other database.Asked) bool {
	o, ok := other.(*asked)
	return ok && a.session == o.session && a.book == o.book
}

// Query gives a reader of what a query selects; see database.Asked.
func (a *asked) Query(q database.Query) (extract.Reader, error) {
	h := &meaning{columns: q.Columns, query: query{
		Tables: q.Tables, Joins: q.Joins, Filters: q.Filters, Found: map[string]string{}, Refused: map[string]bool{},
	}}
	out := &reader{session: a.session, part: a.part, query: &h.query}
	if err := out.call(a.session.ctx, request{Work: workQuery}, h); err != nil {
		return nil, err
	}
	return out, nil
}

// meaning answers what the columns of a query mean, and notes it.
type meaning struct {
	columns database.Columns
	query   query
}

func (h *meaning) hear(c *call, m []byte) (more, ok bool, err error) {
	if m[0] != sayColumns {
		return false, false, nil
	}
	var q columnsAsked
	if json.Unmarshal(m[1:], &q) != nil {
		return false, true, garbled("a question that is none")
	}
	var a answer
	switch {
	case q.Find != nil:
		a.Found = h.columns.Find(q.Header, *q.Find)
		h.query.Found[*q.Find] = a.Found
	case q.Refuse != nil:
		a.Refused = h.columns.Refused(q.Header, *q.Refuse)
		h.query.Refused[*q.Refuse] = a.Refused
	default:
		a.Wanted = h.columns.Wanted(q.Header)
		h.query.Wanted = a.Wanted
	}
	return true, true, send(c.conn, askAnswer, a)
}

// place names the place of a record for people, shortly; "" for none.
func place(rec extract.Record) string {
	if rec == nil {
		return ""
	}
	const most = 200
	s := rec.At().String()
	if len(s) > most {
		s = s[:most] + "… (" + strconv.Itoa(len(s)) + " bytes)"
	}
	return plain(s)
}
