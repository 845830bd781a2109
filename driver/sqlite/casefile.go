package sqlite

import (
	"context"
	"encoding/json"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/casefile"
	"overt/policy"
)

var _ casefile.Store = (*Cases)(nil)

// Cases are the cases in a DB.
type Cases struct{ db *DB }

// Cases are the cases in this file.
func (db *DB) Cases() *Cases { return &Cases{db} }

// Append keeps events; see casefile.Store.
func (c *Cases) Append(ctx context.Context, scope policy.Scope, id string, last int64, events []casefile.Event) error {
	if err := casefile.CheckAppend(scope, id, last, events); err != nil {
		return err
	}
	return c.db.write(ctx, "add to case "+id, func(conn *sqlite.Conn) error {
		there, err := lastEvent(conn, id)
		switch {
		case err != nil:
			return err
		case there == 0 && last > 0:
			return casefile.NoCase(id)
		case there != last:
			return casefile.Behind(id)
		}
		for i := range events {
			e := events[i]
			e.Seq = last + 1 + int64(i)
			if err := insertEvent(conn, id, &e); err != nil {
				return err
			}
		}
		return nil
	})
}

func lastEvent(conn *sqlite.Conn, id string) (last int64, err error) {
	err = sqlitex.Execute(conn, "select coalesce(max(seq), 0) from case_event where case_id = ?", &sqlitex.ExecOptions{
		Args:       []any{id},
		ResultFunc: func(stmt *sqlite.Stmt) error { last = stmt.ColumnInt64(0); return nil },
	})
	return last, err
}

func insertEvent(conn *sqlite.Conn, id string, e *casefile.Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	err = sqlitex.Execute(conn, "insert into case_event (case_id, seq, at, actor, kind, body) values (?, ?, ?, ?, ?, ?)", &sqlitex.ExecOptions{
		Args: []any{id, e.Seq, e.At, e.Actor, string(e.Kind), string(body)},
	})
	for _, person := range e.People() {
		if err == nil {
			err = sqlitex.Execute(conn, "insert or ignore into case_person (person, case_id) values (?, ?)", &sqlitex.ExecOptions{Args: []any{person, id}})
		}
	}
	return err
}

// Events gives the events of a case; see casefile.Store.
func (c *Cases) Events(ctx context.Context, scope policy.Scope, id string) ([]casefile.Event, error) {
	if !scope.Sees(policy.CaseLabel(id)) {
		return nil, casefile.NoCase(id)
	}
	var out []casefile.Event
	err := c.db.read(ctx, "read case "+id, func(conn *sqlite.Conn) (err error) {
		out, err = readEvents(conn, id)
		return err
	})
	if err == nil && len(out) == 0 {
		err = casefile.NoCase(id)
	}
	return out, err
}

func readEvents(conn *sqlite.Conn, id string) (out []casefile.Event, err error) {
	err = sqlitex.Execute(conn, "select body from case_event where case_id = ? order by seq", &sqlitex.ExecOptions{
		Args: []any{id},
		ResultFunc: func(stmt *sqlite.Stmt) error {
			var e casefile.Event
			if err := json.Unmarshal([]byte(stmt.ColumnText(0)), &e); err != nil {
				return overt.Errorf(overt.Internal, id, "event %d of the case cannot be read: %w", len(out)+1, err)
			}
			out = append(out, e)
			return nil
		},
	})
	return out, err
}

// Cases lists the cases in scope; see casefile.Store.
func (c *Cases) Cases(ctx context.Context, scope policy.Scope) ([]string, error) {
	var out []string
	err := c.db.read(ctx, "list cases", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select distinct case_id from case_person order by case_id", &sqlitex.ExecOptions{
			ResultFunc: func(stmt *sqlite.Stmt) error {
				if id := stmt.ColumnText(0); scope.Sees(policy.CaseLabel(id)) {
					out = append(out, id)
				}
				return nil
			},
		})
	})
	return out, err
}

// Roles tells somebody's cases; see casefile.Store.
func (c *Cases) Roles(ctx context.Context, actor string) (map[string]policy.Role, error) {
	out := map[string]policy.Role{}
	err := c.db.readOne(ctx, "read whose cases there are", func(conn *sqlite.Conn) error {
		var ids []string
		err := sqlitex.Execute(conn, "select case_id from case_person where person = ?", &sqlitex.ExecOptions{
			Args:       []any{actor},
			ResultFunc: func(stmt *sqlite.Stmt) error { ids = append(ids, stmt.ColumnText(0)); return nil },
		})
		for _, id := range ids {
			if err != nil {
				return err
			}
			var events []casefile.Event
			if events, err = readMembership(conn, id); err == nil {
				if role := casefile.RoleOf(actor, events); role != "" {
					out[id] = role
				}
			}
		}
		return err
	})
	return out, err
}

// readMembership reads the events that say who is a member of a case.
func readMembership(conn *sqlite.Conn, id string) (out []casefile.Event, err error) {
	err = sqlitex.Execute(conn, `select actor, kind, coalesce(body ->> 'person', ''), coalesce(body ->> 'role', '')
		from case_event where case_id = ? and kind in ('open', 'member', 'accept') order by seq`, &sqlitex.ExecOptions{
		Args: []any{id},
		ResultFunc: func(stmt *sqlite.Stmt) error {
			out = append(out, casefile.Event{
				Actor: stmt.ColumnText(0), Kind: casefile.Kind(stmt.ColumnText(1)), Person: stmt.ColumnText(2), Role: policy.Role(stmt.ColumnText(3)),
			})
			return nil
		},
	})
	return out, err
}

// Has says whether there is such a case; see casefile.Store.
func (c *Cases) Has(ctx context.Context, id string) (bool, error) {
	var last int64
	err := c.db.read(ctx, "look for a case", func(conn *sqlite.Conn) (err error) {
		last, err = lastEvent(conn, id)
		return err
	})
	return last > 0, err
}
