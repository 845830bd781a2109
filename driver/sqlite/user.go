package sqlite

import (
	"context"
	"encoding/json"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/identity"
)

var _ identity.Users = (*Users)(nil)

// Users keeps users in the file.
type Users struct{ db *DB }

// Users gives the users of the file.
func (db *DB) Users() *Users { return &Users{db} }

// AddUser keeps a new user; see identity.Users.
func (s *Users) AddUser(ctx context.Context, u identity.User) error {
	return s.db.write(ctx, "keep a user", func(conn *sqlite.Conn) error {
		body, err := json.Marshal(u)
		if err != nil {
			return err
		}
		err = sqlitex.Execute(conn, "insert into user (name, actor, body) values (?, ?, ?) on conflict do nothing", &sqlitex.ExecOptions{
			Args: []any{u.Name, u.Actor, string(body)},
		})
		if err == nil && conn.Changes() == 0 {
			return overt.Errorf(overt.Conflict, "user", "user %s is there already, or another for %s", u.Name, u.Actor)
		}
		return err
	})
}

// User gives one by his name; see identity.Users.
func (s *Users) User(ctx context.Context, name string) (u identity.User, err error) {
	err = s.db.read(ctx, "read a user", func(conn *sqlite.Conn) error {
		u, err = s.one(conn, name)
		return err
	})
	return u, err
}

func (s *Users) one(conn *sqlite.Conn, name string) (identity.User, error) {
	all, err := s.list(conn, "where name = ?", name)
	if err == nil && len(all) == 0 {
		err = identity.NoUser(name)
	}
	if err != nil {
		return identity.User{}, err
	}
	return all[0], nil
}

// Users lists all of them; see identity.Users.
func (s *Users) Users(ctx context.Context) (all []identity.User, err error) {
	err = s.db.read(ctx, "read users", func(conn *sqlite.Conn) error {
		all, err = s.list(conn, "order by name")
		return err
	})
	return all, err
}

func (s *Users) list(conn *sqlite.Conn, which string, args ...any) (all []identity.User, err error) {
	err = sqlitex.Execute(conn, "select name, body from user "+which, &sqlitex.ExecOptions{
		Args: args,
		ResultFunc: func(stmt *sqlite.Stmt) error {
			var u identity.User
			if err := json.Unmarshal([]byte(stmt.ColumnText(1)), &u); err != nil || u.Name != stmt.ColumnText(0) {
				return overt.Errorf(overt.Internal, s.db.path, "user %s cannot be read: %v", stmt.ColumnText(0), err)
			}
			all = append(all, u)
			return nil
		},
	})
	return all, err
}

// ChangeUser changes one; see identity.Users.
func (s *Users) ChangeUser(ctx context.Context, name string, change func(*identity.User) error) error {
	return s.db.write(ctx, "change a user", func(conn *sqlite.Conn) error {
		u, err := s.one(conn, name)
		if err != nil {
			return err
		}
		actor := u.Actor
		if err := change(&u); err != nil {
			return err
		}
		u.Name, u.Actor = name, actor
		body, err := json.Marshal(u)
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, "update user set body = ? where name = ?", &sqlitex.ExecOptions{Args: []any{string(body), name}})
	})
}
