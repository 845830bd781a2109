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

// Leave keeps rows left out; see ledger.Store.
func (l *Ledger) Leave(ctx context.Context, id int64, rows []ledger.Left) error {
	trimmed := make([]ledger.Left, len(rows))
	for i, r := range rows {
		var err error
		if trimmed[i], err = r.Trim(); err != nil {
			return err
		}
	}
	return l.db.write(ctx, "keep rows left out", func(conn *sqlite.Conn) error {
		e, err := waiting(conn, id)
		if err != nil {
			return err
		}
		if err := keepLeft(conn, e, trimmed); err != nil {
			return err
		}
		return countLeft(conn, id, trimmed)
	})
}

// keepLeft writes the rows that still have room.
func keepLeft(conn *sqlite.Conn, e row, rows []ledger.Left) error {
	for i, r := range rows {
		n := e.left + int64(i)
		if n >= ledger.MaxLeft {
			return nil
		}
		place, err := json.Marshal(r.Where)
		if err != nil {
			return err
		}
		err = sqlitex.Execute(conn, "insert into left_row (entry, n, place, header, reason, fatal) values (?, ?, ?, ?, ?, ?)",
			&sqlitex.ExecOptions{Args: []any{e.ID, n, string(place), r.Column, r.Reason, r.Fatal}})
		if err != nil {
			return err
		}
	}
	return nil
}

// countLeft adds the rows to the counts by reason. Which reasons get a count
// of their own does not depend on how rows are cut into batches.
func countLeft(conn *sqlite.Conn, id int64, rows []ledger.Left) error {
	counts, err := reasons(conn, id)
	if err != nil {
		return err
	}
	known := make(map[string]ledger.Count, len(counts))
	for _, c := range counts {
		known[c.Reason] = c
	}
	changed := map[string]bool{}
	var fatal int64
	for _, r := range rows {
		c, ok := known[r.Reason]
		if !ok && len(known) >= ledger.MaxReasons {
			r.Reason = ledger.OtherReasons
			c = known[r.Reason]
		}
		c.Reason = r.Reason
		c.Rows++
		if r.Fatal {
			c.Fatal++
			fatal++
		}
		known[r.Reason], changed[r.Reason] = c, true
	}
	for reason := range changed {
		c := known[reason]
		err := sqlitex.Execute(conn, `insert into left_reason (entry, reason, total, fatal) values (?1, ?2, ?3, ?4)
			on conflict (entry, reason) do update set total = ?3, fatal = ?4`,
			&sqlitex.ExecOptions{Args: []any{id, c.Reason, c.Rows, c.Fatal}})
		if err != nil {
			return err
		}
	}
	return sqlitex.Execute(conn, "update entry set left_total = left_total + ?, left_fatal = left_fatal + ? where id = ?",
		&sqlitex.ExecOptions{Args: []any{len(rows), fatal, id}})
}

// LeftRows gives rows left out; see ledger.Store.
func (l *Ledger) LeftRows(ctx context.Context, scope policy.Scope, id int64, limit, offset int) ([]ledger.Left, error) {
	if limit < 0 || offset < 0 {
		return nil, overt.Errorf(overt.Invalid, "left-out rows", "limit or offset is below zero")
	}
	var rows []ledger.Left
	err := l.db.readOne(ctx, "read rows left out", func(conn *sqlite.Conn) error {
		if _, err := seen(conn, scope, id); err != nil {
			return err
		}
		return sqlitex.Execute(conn, "select place, header, reason, fatal from left_row where entry = ? and n >= ? order by n limit ?",
			&sqlitex.ExecOptions{
				Args: []any{id, offset, limit},
				ResultFunc: func(stmt *sqlite.Stmt) error {
					r := ledger.Left{Column: stmt.ColumnText(1), Reason: stmt.ColumnText(2), Fatal: stmt.ColumnBool(3)}
					rows = append(rows, r)
					return json.Unmarshal([]byte(stmt.ColumnText(0)), &rows[len(rows)-1].Where)
				},
			})
	})
	return rows, err
}

// Reasons counts by reason; see ledger.Store.
func (l *Ledger) Reasons(ctx context.Context, scope policy.Scope, id int64) ([]ledger.Count, error) {
	var counts []ledger.Count
	err := l.db.readOne(ctx, "count rows left out", func(conn *sqlite.Conn) error {
		if _, err := seen(conn, scope, id); err != nil {
			return err
		}
		var err error
		counts, err = reasons(conn, id)
		return err
	})
	return counts, err
}

func reasons(conn *sqlite.Conn, id int64) ([]ledger.Count, error) {
	var counts []ledger.Count
	err := sqlitex.Execute(conn, "select reason, total, fatal from left_reason where entry = ? order by total desc, reason",
		&sqlitex.ExecOptions{
			Args: []any{id},
			ResultFunc: func(stmt *sqlite.Stmt) error {
				counts = append(counts, ledger.Count{
					Reason: stmt.ColumnText(0), Rows: stmt.ColumnInt64(1), Fatal: stmt.ColumnInt64(2),
				})
				return nil
			},
		})
	return counts, err
}
