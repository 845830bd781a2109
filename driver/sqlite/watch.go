package sqlite

import (
	"context"
	"encoding/json"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/policy"
	"overt/watch"
)

var _ watch.Store = (*Watches)(nil)

// Watches are the watches in a DB.
type Watches struct{ db *DB }

// Watches are the watches in this file.
func (db *DB) Watches() *Watches { return &Watches{db} }

// Add keeps a new watch; see watch.Store.
func (s *Watches) Add(ctx context.Context, w watch.Watch, state *watch.State) error {
	question, err := json.Marshal(w.Question)
	if err != nil {
		return err
	}
	labels, found, err := stateColumns(state)
	if err != nil {
		return err
	}
	return s.db.write(ctx, "keep a watch", func(conn *sqlite.Conn) error {
		n := 0
		err := sqlitex.Execute(conn, "select count(*) from watch where actor = ?", &sqlitex.ExecOptions{
			Args: []any{w.Actor}, ResultFunc: func(stmt *sqlite.Stmt) error { n = stmt.ColumnInt(0); return nil },
		})
		if err == nil && n >= watch.MaxWatches {
			err = watch.TooMany()
		}
		if err != nil {
			return err
		}
		err = sqlitex.Execute(conn, `insert into watch (id, actor, purpose, case_id, question, made, looked, stamp, items, labels, state)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`, &sqlitex.ExecOptions{
			Args: []any{w.ID, w.Actor, string(w.Purpose), w.Case, string(question), w.Made, w.Looked, w.Stamp, len(state.Items), labels, found},
		})
		if err == nil && conn.Changes() == 0 {
			err = overt.Errorf(overt.Conflict, "watch", "watch %s is there already", w.ID)
		}
		return err
	})
}

func stateColumns(s *watch.State) (labels, state string, err error) {
	l, err := json.Marshal(s.Labels)
	if err != nil {
		return "", "", err
	}
	raw, err := json.Marshal(s)
	return string(l), string(raw), err
}

// Watches lists somebody's watches; see watch.Store.
func (s *Watches) Watches(ctx context.Context, actor string) (out []watch.Watch, err error) {
	err = s.db.read(ctx, "read watches", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, `select id, purpose, case_id, question, made, looked, silent, stamp, turn, told, seen, items
			from watch where actor = ? order by made, id`, &sqlitex.ExecOptions{
			Args: []any{actor},
			ResultFunc: func(stmt *sqlite.Stmt) error {
				w := watch.Watch{
					ID: stmt.ColumnText(0), Actor: actor, Purpose: policy.Purpose(stmt.ColumnText(1)), Case: stmt.ColumnText(2), Made: stmt.ColumnText(4),
					Looked: stmt.ColumnText(5), Silent: stmt.ColumnText(6), Stamp: stmt.ColumnText(7), Turn: stmt.ColumnInt64(8), Told: stmt.ColumnInt64(9),
					Seen: stmt.ColumnInt64(10), Items: stmt.ColumnInt(11),
				}
				if err := json.Unmarshal([]byte(stmt.ColumnText(3)), &w.Question); err != nil {
					return overt.Errorf(overt.Internal, w.ID, "the watch cannot be read: %w", err)
				}
				out = append(out, w)
				return nil
			},
		})
	})
	return out, err
}

// State gives what a watch found last; see watch.Store.
func (s *Watches) State(ctx context.Context, actor, id string) (*watch.State, error) {
	var out *watch.State
	err := s.db.read(ctx, "read a watch", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select state from watch where actor = ? and id = ?", &sqlitex.ExecOptions{
			Args: []any{actor, id},
			ResultFunc: func(stmt *sqlite.Stmt) error {
				out = new(watch.State)
				if err := json.Unmarshal([]byte(stmt.ColumnText(0)), out); err != nil {
					return overt.Errorf(overt.Internal, id, "what the watch found cannot be read: %w", err)
				}
				return nil
			},
		})
	})
	if err == nil && out == nil {
		err = watch.NoWatch(id)
	}
	return out, err
}

// Take keeps a turn; see watch.Store.
func (s *Watches) Take(ctx context.Context, actor, id string, t watch.Turn) error {
	return s.db.write(ctx, "keep what a watch found", func(conn *sqlite.Conn) error {
		turn, told := int64(-1), int64(0)
		err := sqlitex.Execute(conn, "select turn, told from watch where actor = ? and id = ?", &sqlitex.ExecOptions{
			Args:       []any{actor, id},
			ResultFunc: func(stmt *sqlite.Stmt) error { turn, told = stmt.ColumnInt64(0), stmt.ColumnInt64(1); return nil },
		})
		switch {
		case err != nil:
			return err
		case turn < 0:
			return watch.NoWatch(id)
		case turn != t.Last:
			return watch.Behind(id)
		}
		for i := range t.News {
			n := t.News[i]
			told++
			n.Number = told
			body, err := json.Marshal(n)
			if err == nil {
				err = sqlitex.Execute(conn, "insert into watch_news (watch_id, number, body) values (?, ?, ?)", &sqlitex.ExecOptions{Args: []any{id, told, string(body)}})
			}
			if err != nil {
				return err
			}
		}
		err = sqlitex.Execute(conn, "update watch set turn = turn + 1, told = ?, looked = ?, stamp = ?, silent = ? where id = ?", &sqlitex.ExecOptions{
			Args: []any{told, t.At, t.Stamp, t.Silent, id},
		})
		if err != nil || t.State == nil {
			return err
		}
		labels, state, err := stateColumns(t.State)
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, "update watch set items = ?, labels = ?, state = ? where id = ?", &sqlitex.ExecOptions{Args: []any{len(t.State.Items), labels, state, id}})
	})
}

// News gives what a watch told; see watch.Store.
func (s *Watches) News(ctx context.Context, actor, id string, before int64, limit int) (out []watch.News, err error) {
	err = s.db.readOne(ctx, "read news", func(conn *sqlite.Conn) error {
		if err := s.has(conn, actor, id); err != nil {
			return err
		}
		return sqlitex.Execute(conn, "select body from watch_news where watch_id = ? and (? = 0 or number < ?) order by number desc limit ?", &sqlitex.ExecOptions{
			Args: []any{id, before, before, limit},
			ResultFunc: func(stmt *sqlite.Stmt) error {
				var n watch.News
				if err := json.Unmarshal([]byte(stmt.ColumnText(0)), &n); err != nil {
					return overt.Errorf(overt.Internal, id, "news of the watch cannot be read: %w", err)
				}
				out = append(out, n)
				return nil
			},
		})
	})
	return out, err
}

func (s *Watches) has(conn *sqlite.Conn, actor, id string) error {
	found := false
	err := sqlitex.Execute(conn, "select 1 from watch where actor = ? and id = ?", &sqlitex.ExecOptions{
		Args: []any{actor, id}, ResultFunc: func(*sqlite.Stmt) error { found = true; return nil },
	})
	if err == nil && !found {
		return watch.NoWatch(id)
	}
	return err
}

// See notes what the owner has seen; see watch.Store.
func (s *Watches) See(ctx context.Context, actor, id string, number int64) error {
	return s.change(ctx, actor, id, "update watch set seen = max(seen, min(told, ?)) where id = ?", number, id)
}

// Remove takes a watch out; see watch.Store.
func (s *Watches) Remove(ctx context.Context, actor, id string) error {
	return s.change(ctx, actor, id, "delete from watch where id = ?", id)
}

func (s *Watches) change(ctx context.Context, actor, id, query string, args ...any) error {
	return s.db.write(ctx, "change a watch", func(conn *sqlite.Conn) error {
		if err := s.has(conn, actor, id); err != nil {
			return err
		}
		return sqlitex.Execute(conn, query, &sqlitex.ExecOptions{Args: args})
	})
}

// Visits lists the visits in which watches ask; see watch.Store.
func (s *Watches) Visits(ctx context.Context) (out []watch.Visit, err error) {
	err = s.db.read(ctx, "read whose watches there are", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select distinct actor, purpose, case_id from watch order by actor, purpose, case_id", &sqlitex.ExecOptions{
			ResultFunc: func(stmt *sqlite.Stmt) error {
				out = append(out, watch.Visit{Actor: stmt.ColumnText(0), Purpose: policy.Purpose(stmt.ColumnText(1)), Case: stmt.ColumnText(2)})
				return nil
			},
		})
	})
	return out, err
}

// Labels lists what states rest on; see watch.Store.
func (s *Watches) Labels(ctx context.Context, actor string) (out []policy.Label, err error) {
	err = s.db.read(ctx, "read what watches rest on", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select labels from watch where actor = ?", &sqlitex.ExecOptions{
			Args: []any{actor},
			ResultFunc: func(stmt *sqlite.Stmt) error {
				var labels []policy.Label
				if err := json.Unmarshal([]byte(stmt.ColumnText(0)), &labels); err != nil {
					return overt.Errorf(overt.Internal, s.db.path, "what a watch rests on cannot be read: %w", err)
				}
				out = append(out, labels...)
				return nil
			},
		})
	})
	return watch.Labels(out), err
}
