package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/ledger"
	"overt/policy"
)

var _ ledger.Store = (*Ledger)(nil)

// A Ledger is the coverage ledger in a DB.
type Ledger struct{ db *DB }

// Ledger is the coverage ledger in this file.
func (db *DB) Ledger() *Ledger { return &Ledger{db} }

const entryColumns = `id, token, dataset, source, at, undone, verdict, reason, retry, run,
	received, read, left_out, repeats, blob, size, format, mapping, warnings,
	prepared, left_total, left_fatal, document, attempts, parent, taken, members,
	root, cpu, spent_files, spent_bytes, spent_cpu`

// A row is an entry with what only the store needs.
type row struct {
	ledger.Entry
	prepared    ledger.Verdict
	left, fatal int64
	taken       bool
	members     []ledger.Member // prepared
}

func scan(stmt *sqlite.Stmt) (row, error) {
	var r row
	r.ID = stmt.ColumnInt64(0)
	r.Token, r.Dataset, r.Source = stmt.ColumnText(1), stmt.ColumnText(2), stmt.ColumnText(3)
	r.At, r.Undone = stmt.ColumnText(4), stmt.ColumnText(5)
	r.Verdict, r.Reason, r.Retry = ledger.Verdict(stmt.ColumnText(6)), stmt.ColumnText(7), stmt.ColumnText(8)
	r.Run = overt.RunID(stmt.ColumnInt64(9))
	r.Received, r.Read = stmt.ColumnInt64(10), stmt.ColumnInt64(11)
	r.LeftOut, r.Repeats = stmt.ColumnInt64(12), stmt.ColumnInt64(13)
	r.Blob, r.Size = overt.BlobID(stmt.ColumnText(14)), stmt.ColumnInt64(15)
	r.Format, r.Mapping = stmt.ColumnText(16), stmt.ColumnText(17)
	r.prepared, r.left, r.fatal = ledger.Verdict(stmt.ColumnText(19)), stmt.ColumnInt64(20), stmt.ColumnInt64(21)
	if err := json.Unmarshal([]byte(stmt.ColumnText(18)), &r.Warnings); err != nil {
		return r, overt.Errorf(overt.Internal, fmt.Sprintf("coverage entry %d", r.ID), "read its warnings: %w", err)
	}
	if len(r.Warnings) == 0 {
		r.Warnings = nil
	}
	r.Document, r.Attempts, r.Parent = stmt.ColumnBool(22), stmt.ColumnInt(23), stmt.ColumnInt64(24)
	r.taken = stmt.ColumnBool(25)
	if err := json.Unmarshal([]byte(stmt.ColumnText(26)), &r.members); err != nil {
		return r, overt.Errorf(overt.Internal, fmt.Sprintf("coverage entry %d", r.ID), "read what is inside: %w", err)
	}
	r.Root, r.CPU = stmt.ColumnInt64(27), stmt.ColumnInt64(28)
	r.Spent = ledger.Spent{Files: stmt.ColumnInt64(29), Bytes: stmt.ColumnInt64(30), CPU: stmt.ColumnInt64(31)}
	return r, nil
}

func warnings(all []ledger.Warning) string {
	b, err := json.Marshal(all)
	if err != nil || all == nil {
		return "[]"
	}
	return string(b)
}

// get reads one entry; ok is false when there is none.
func get(conn *sqlite.Conn, id int64) (r row, ok bool, err error) {
	err = sqlitex.Execute(conn, "select "+entryColumns+" from entry where id = ?", &sqlitex.ExecOptions{
		Args: []any{id},
		ResultFunc: func(stmt *sqlite.Stmt) (err error) {
			r, err = scan(stmt)
			ok = true
			return err
		},
	})
	return r, ok, err
}

// waiting reads an entry that may change.
func waiting(conn *sqlite.Conn, id int64) (row, error) {
	r, ok, err := get(conn, id)
	switch {
	case err != nil:
		return row{}, err
	case !ok:
		return row{}, ledger.NoEntry(id)
	case r.Verdict != ledger.Waiting:
		return row{}, ledger.Settled(id)
	}
	return r, nil
}

// Receive keeps a waiting entry; see ledger.Store.
func (l *Ledger) Receive(ctx context.Context, e ledger.Entry) (int64, error) {
	e, err := ledger.Received(e)
	if err != nil {
		return 0, err
	}
	err = l.db.write(ctx, "receive "+e.Source, func(conn *sqlite.Conn) error {
		defer func() { e.ID = conn.LastInsertRowID() }()
		return insert(conn, e)
	})
	if err != nil {
		return 0, err
	}
	return e.ID, nil
}

func insert(conn *sqlite.Conn, e ledger.Entry) error {
	return sqlitex.Execute(conn, `insert into entry
		(token, dataset, source, at, verdict, blob, size, format, mapping, warnings, document, parent, root)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, &sqlitex.ExecOptions{
		Args: []any{
			e.Token, e.Dataset, e.Source, e.At, string(e.Verdict), string(e.Blob), e.Size, e.Format, e.Mapping,
			warnings(e.Warnings), e.Document, e.Parent, e.Root,
		},
	})
}

// Prepare keeps an outcome for Reconcile; see ledger.Store.
func (l *Ledger) Prepare(ctx context.Context, id int64, o ledger.Outcome) error {
	return l.conclude(ctx, "prepare a coverage entry", id, o, func(r *row) {
		r.prepared, r.members, o.Verdict = o.Verdict, o.Members, ledger.Waiting
		r.Apply(o)
	})
}

// Settle gives an entry its verdict; see ledger.Store.
func (l *Ledger) Settle(ctx context.Context, id int64, o ledger.Outcome) error {
	return l.conclude(ctx, "settle a coverage entry", id, o, func(r *row) {
		r.Apply(o)
		r.members = o.Members
	})
}

func (l *Ledger) conclude(ctx context.Context, doing string, id int64, o ledger.Outcome, change func(*row)) error {
	if err := o.Check(); err != nil {
		return err
	}
	return l.db.write(ctx, doing, func(conn *sqlite.Conn) error {
		r, err := waiting(conn, id)
		if err != nil {
			return err
		}
		if err := o.Fits(r.left, r.fatal); err != nil {
			return err
		}
		change(&r)
		return update(conn, r)
	})
}

// update writes an entry back. One that has its verdict is in nobody's hands,
// what is inside it is received, and both are counted with its root.
func update(conn *sqlite.Conn, r row) error {
	if r.Verdict != ledger.Waiting {
		if err := spend(conn, &r.Entry, r.SpentOn(r.members)); err != nil {
			return err
		}
		for _, m := range r.members {
			if err := insert(conn, r.Inside(m)); err != nil {
				return err
			}
		}
		r.taken, r.members = false, nil
	}
	members, err := json.Marshal(append([]ledger.Member{}, r.members...))
	if err != nil {
		return err
	}
	return sqlitex.Execute(conn, `update entry set verdict = ?, prepared = ?, reason = ?, retry = ?, run = ?,
		received = ?, read = ?, left_out = ?, repeats = ?, blob = ?, size = ?, format = ?, mapping = ?, warnings = ?,
		token = ?, attempts = ?, taken = ?, members = ?, cpu = ?
		where id = ?`, &sqlitex.ExecOptions{
		Args: []any{
			string(r.Verdict), string(r.prepared), r.Reason, r.Retry, int64(r.Run),
			r.Received, r.Read, r.LeftOut, r.Repeats, string(r.Blob), r.Size, r.Format, r.Mapping, warnings(r.Warnings),
			r.Token, r.Attempts, r.taken, string(members), r.CPU,
			r.ID,
		},
	})
}

// spend counts what a document took with its root.
func spend(conn *sqlite.Conn, e *ledger.Entry, s ledger.Spent) error {
	if s == (ledger.Spent{}) {
		return nil
	}
	return sqlitex.Execute(conn, `update entry set spent_files = max(0, spent_files + ?), spent_bytes = max(0, spent_bytes + ?),
		spent_cpu = max(0, spent_cpu + ?) where id = ?`, &sqlitex.ExecOptions{Args: []any{s.Files, s.Bytes, s.CPU, e.RootID()}})
}

// Undone marks the entries of a run; see ledger.Store.
func (l *Ledger) Undone(ctx context.Context, run overt.RunID, at string) error {
	if err := ledger.CheckTime(at); err != nil {
		return err
	}
	return l.db.write(ctx, "mark a run as taken back", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "update entry set undone = ? where run = ? and run <> 0 and undone = ''",
			&sqlitex.ExecOptions{Args: []any{at, int64(run)}})
	})
}

// pageSize is how many entries are read at once, so that neither memory nor a
// read transaction grows with the ledger.
const pageSize = 500

// Reconcile settles what is waiting; see ledger.Store.
func (l *Ledger) Reconcile(ctx context.Context, committed func(string) (overt.RunID, bool)) (int, error) {
	n, last, done := 0, int64(0), false
	for !done {
		err := l.db.write(ctx, "reconcile the coverage ledger", func(conn *sqlite.Conn) error {
			page, err := entries(conn, "verdict = 'waiting' and (document = 0 or taken = 1) and id > ? order by id limit ?", last, pageSize)
			done = len(page) == 0
			for i := range page {
				last = page[i].ID
				if page[i].reconcile(committed) {
					n++
				}
				err = errors.Join(err, update(conn, page[i]))
			}
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// reconcile gives a waiting entry its verdict, or leaves a document to the next
// taker.
func (r *row) reconcile(committed func(string) (overt.RunID, bool)) (settled bool) {
	run, ok := committed(r.Token)
	switch {
	case ok:
		r.Apply(ledger.Recovered(r.Entry, r.prepared, run, r.left, r.fatal))
	case r.Document:
		r.taken = false
	default:
		r.Apply(ledger.Interrupted(r.Entry))
	}
	return r.Verdict != ledger.Waiting
}

// entries reads a bounded number of entries.
func entries(conn *sqlite.Conn, where string, args ...any) ([]row, error) {
	var all []row
	err := sqlitex.Execute(conn, "select "+entryColumns+" from entry where "+where, &sqlitex.ExecOptions{
		Args: args,
		ResultFunc: func(stmt *sqlite.Stmt) error {
			r, err := scan(stmt)
			all = append(all, r)
			return err
		},
	})
	return all, err
}

func sees(scope policy.Scope, dataset string) bool {
	return scope.Sees(policy.Label{Dataset: dataset})
}

// seen reads one entry in scope.
func seen(conn *sqlite.Conn, scope policy.Scope, id int64) (row, error) {
	r, ok, err := get(conn, id)
	if err != nil {
		return row{}, err
	}
	if !ok || !sees(scope, r.Dataset) {
		return row{}, ledger.NoEntry(id)
	}
	return r, nil
}

// Entry is one entry; see ledger.Store.
func (l *Ledger) Entry(ctx context.Context, scope policy.Scope, id int64) (ledger.Entry, error) {
	var e ledger.Entry
	err := l.db.read(ctx, "read a coverage entry", func(conn *sqlite.Conn) error {
		r, err := seen(conn, scope, id)
		e = r.Entry
		return err
	})
	return e, err
}

// Entries yields entries page by page; see ledger.Store. No connection is
// held while the caller works.
func (l *Ledger) Entries(ctx context.Context, scope policy.Scope, dataset string) iter.Seq2[ledger.Entry, error] {
	return l.paged(ctx, scope, dataset, "")
}

// Gaps yields what was not read; see ledger.Store.
func (l *Ledger) Gaps(ctx context.Context, scope policy.Scope) iter.Seq2[ledger.Entry, error] {
	return l.paged(ctx, scope, "", ` and verdict <> 'read' and undone = '' and not exists (
		select 1 from entry other where entry.blob <> '' and other.dataset = entry.dataset and other.blob = entry.blob and other.verdict = 'read' and other.undone = '')`)
}

func (l *Ledger) paged(ctx context.Context, scope policy.Scope, dataset, where string) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for last := int64(0); ; {
			page, err := l.page(ctx, scope, dataset, where, last)
			if err != nil {
				yield(ledger.Entry{}, err)
				return
			}
			for _, r := range page {
				if !yield(r.Entry, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			last = page[len(page)-1].ID
		}
	}
}

// page reads the next entries in scope. The scope is applied in the query, by
// the datasets that it sees.
func (l *Ledger) page(ctx context.Context, scope policy.Scope, dataset, where string, after int64) ([]row, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var page []row
	err := l.db.readOne(ctx, "read coverage entries", func(conn *sqlite.Conn) error {
		names, err := visible(conn, scope, dataset)
		if err != nil || names == "[]" {
			return err
		}
		within := "dataset in"
		if dataset == "" {
			within = "+dataset in" // by their ids: the index of datasets would sort what is left for each page
		}
		page, err = entries(conn, "id > ? and "+within+" (select value from json_each(?))"+where+" order by id limit ?", after, names, pageSize)
		return err
	})
	return page, err
}

// eachDataset finds the datasets of entries, one after the other by the index, whatever
// number of entries each has.
const eachDataset = `with recursive each (name) as (
		select min(dataset) from entry
		union all
		select (select min(dataset) from entry where dataset > each.name) from each where each.name is not null)
	select name from each where name is not null`

// visible gives the datasets that a scope sees, or one of them, as JSON.
func visible(conn *sqlite.Conn, scope policy.Scope, dataset string) (string, error) {
	names := []string{}
	err := sqlitex.Execute(conn, eachDataset, &sqlitex.ExecOptions{
		ResultFunc: func(stmt *sqlite.Stmt) error {
			if name := stmt.ColumnText(0); (dataset == "" || name == dataset) && sees(scope, name) {
				names = append(names, name)
			}
			return nil
		},
	})
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(names)
	return string(raw), err
}

// Sums adds entries up; see ledger.Store.
func (l *Ledger) Sums(ctx context.Context, scope policy.Scope) ([]ledger.Sum, error) {
	var out []ledger.Sum
	err := l.db.readOne(ctx, "add up the coverage ledger", func(conn *sqlite.Conn) error {
		names, err := visible(conn, scope, "")
		if err != nil {
			return err
		}
		err = sqlitex.Execute(conn, `select dataset, document, verdict, count(*), sum(received), sum(read), sum(left_out) from entry
			where undone = '' and dataset in (select value from json_each(?)) group by dataset, document, verdict order by dataset, document, verdict`, &sqlitex.ExecOptions{
			Args: []any{names},
			ResultFunc: func(stmt *sqlite.Stmt) error {
				out = append(out, ledger.Sum{
					Dataset: stmt.ColumnText(0), Document: stmt.ColumnBool(1), Verdict: ledger.Verdict(stmt.ColumnText(2)), Entries: stmt.ColumnInt(3),
					Received: stmt.ColumnInt64(4), Read: stmt.ColumnInt64(5), LeftOut: stmt.ColumnInt64(6),
				})
				return nil
			},
		})
		if err != nil {
			return err
		}
		warned, err := entries(conn, "warnings <> '[]' and undone = '' and +dataset in (select value from json_each(?)) order by id", names)
		for i := range warned {
			e := &warned[i]
			at := slices.IndexFunc(out, func(s ledger.Sum) bool {
				return s.Dataset == e.Dataset && s.Document == e.Document && s.Verdict == e.Verdict
			})
			out[at].Warnings = append(out[at].Warnings, e.Warnings...)
		}
		return err
	})
	return out, err
}
