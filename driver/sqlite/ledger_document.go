package sqlite

import (
	"context"
	"encoding/json"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/ledger"
	"overt/policy"
)

// Take hands out documents; see ledger.Store.
func (l *Ledger) Take(ctx context.Context, token string, n int, datasets []string) ([]ledger.Entry, error) {
	if err := ledger.CheckToken(token); err != nil {
		return nil, err
	}
	names, err := json.Marshal(append([]string{}, datasets...))
	if err != nil {
		return nil, err
	}
	var out []ledger.Entry
	err = l.db.write(ctx, "take documents", func(conn *sqlite.Conn) error {
		out = nil
		// The first n of each dataset are enough to choose n from.
		page, err := entries(conn, `id in (
			select id from (
				select d.value as dataset, e.id, row_number() over (partition by e.dataset order by e.id) as turn
				from json_each(?) d join entry e on e.dataset = d.value
					and e.id in (select id from entry where dataset = d.value
						and verdict = 'waiting' and document = 1 and taken = 0 order by id limit ?)
			) order by turn, dataset limit ?
		) order by id`, string(names), n, n)
		for i := range page {
			r := &page[i]
			r.take(token)
			out = append(out, r.Entry)
			if err == nil {
				err = forget(conn, *r)
			}
		}
		return err
	})
	return out, err
}

// take makes a document a token's, as if nobody had tried to read it.
func (r *row) take(token string) {
	r.Token, r.taken, r.prepared, r.members = token, true, "", nil
	r.Outcome = ledger.Outcome{Verdict: ledger.Waiting, Blob: r.Blob, Size: r.Size}
	r.Attempts++
}

// forget writes a document back without the rows that were left out of it.
func forget(conn *sqlite.Conn, r row) error {
	for _, script := range []string{
		"delete from left_row where entry = ?", "delete from left_reason where entry = ?",
		"update entry set left_total = 0, left_fatal = 0 where id = ?",
	} {
		if err := sqlitex.Execute(conn, script, &sqlitex.ExecOptions{Args: []any{r.ID}}); err != nil {
			return err
		}
	}
	return update(conn, r)
}

// Knows says whether there is an entry of these bytes; see ledger.Store.
func (l *Ledger) Knows(ctx context.Context, dataset string, blob overt.BlobID) (known bool, err error) {
	err = l.db.read(ctx, "look for bytes", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select 1 from entry where dataset = ? and blob = ? and document = 1 and undone = '' limit 1",
			&sqlitex.ExecOptions{Args: []any{dataset, string(blob)}, ResultFunc: func(*sqlite.Stmt) error {
				known = true
				return nil
			}})
	})
	return known, err
}

// Waiting counts what waits; see ledger.Store.
func (l *Ledger) Waiting(ctx context.Context, datasets []string) (n int64, err error) {
	names, err := json.Marshal(append([]string{}, datasets...))
	if err != nil {
		return 0, err
	}
	err = l.db.read(ctx, "count what waits", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select count(*) from entry where verdict = 'waiting' and document = 1 and dataset in (select value from json_each(?))",
			&sqlitex.ExecOptions{Args: []any{string(names)}, ResultFunc: func(stmt *sqlite.Stmt) error {
				n = stmt.ColumnInt64(0)
				return nil
			}})
	})
	return n, err
}

// Inside gives what is inside a document; see ledger.Store.
func (l *Ledger) Inside(ctx context.Context, id int64) (out []ledger.Member, err error) {
	err = l.db.read(ctx, "look inside", func(conn *sqlite.Conn) error {
		out = nil
		return sqlitex.Execute(conn, "select source, blob, size from entry where parent = ? and parent <> 0 and undone = '' order by id",
			&sqlitex.ExecOptions{Args: []any{id}, ResultFunc: func(stmt *sqlite.Stmt) error {
				out = append(out, ledger.Member{Source: stmt.ColumnText(0), Blob: overt.BlobID(stmt.ColumnText(1)), Size: stmt.ColumnInt64(2)})
				return nil
			}})
	})
	return out, err
}

// Release gives documents back; see ledger.Store.
func (l *Ledger) Release(ctx context.Context, token string) error {
	return l.db.write(ctx, "give documents back", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, `update entry set taken = 0, attempts = attempts - 1
			where verdict = 'waiting' and document = 1 and taken = 1 and token = ?`, &sqlitex.ExecOptions{Args: []any{token}})
	})
}

// Reopen has a document wait again; see ledger.Store.
func (l *Ledger) Reopen(ctx context.Context, scope policy.Scope, id int64) error {
	return l.db.write(ctx, "read a document again", func(conn *sqlite.Conn) error {
		r, err := seen(conn, scope, id)
		switch {
		case err != nil:
			return err
		case !r.Document:
			return ledger.NoDocument(r.Entry)
		case r.Verdict == ledger.Waiting:
			return ledger.StillWaiting(r.Entry)
		case !scope.Writes(policy.Label{Dataset: r.Dataset}):
			return overt.Errorf(overt.Denied, r.Source, "its dataset may not be written")
		}
		if err := spend(conn, &r.Entry, ledger.Spent{CPU: -r.CPU}); err != nil {
			return err
		}
		r.take(r.Token)
		r.taken, r.Attempts = false, 0
		return forget(conn, r)
	})
}
