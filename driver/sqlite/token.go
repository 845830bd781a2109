package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/identity"
	"overt/policy"
)

var _ identity.Tokens = (*Tokens)(nil)

// Tokens keeps tokens in the file.
type Tokens struct{ db *DB }

// Tokens gives the tokens of the file.
func (db *DB) Tokens() *Tokens { return &Tokens{db} }

// AddToken keeps a new token; see identity.Tokens.
func (t *Tokens) AddToken(ctx context.Context, tok identity.Token) error {
	return t.db.write(ctx, "keep a token", func(conn *sqlite.Conn) error {
		err := sqlitex.Execute(conn, "insert into token (id, actor, purpose, hash, made, expires) values (?, ?, ?, ?, ?, ?) on conflict do nothing", &sqlitex.ExecOptions{
			Args: []any{tok.ID, tok.Actor, string(tok.Purpose), tok.Hash[:], tok.Made.Format(time.RFC3339), tok.Expires.Format(time.RFC3339)},
		})
		if err == nil && conn.Changes() == 0 {
			return overt.Errorf(overt.Conflict, "token", "token %s is there already", tok.ID)
		}
		return err
	})
}

// Token gives one by its id; see identity.Tokens.
func (t *Tokens) Token(ctx context.Context, id string) (identity.Token, error) {
	all, err := t.list(ctx, "where id = ?", id)
	if err != nil {
		return identity.Token{}, err
	}
	if len(all) == 0 {
		return identity.Token{}, identity.NoToken(id)
	}
	return all[0], nil
}

// Tokens lists all of them; see identity.Tokens.
func (t *Tokens) Tokens(ctx context.Context) ([]identity.Token, error) {
	return t.list(ctx, "order by made, id")
}

func (t *Tokens) list(ctx context.Context, which string, args ...any) (all []identity.Token, err error) {
	err = t.db.read(ctx, "read tokens", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select id, actor, purpose, hash, made, expires, revoked from token "+which, &sqlitex.ExecOptions{
			Args: args,
			ResultFunc: func(stmt *sqlite.Stmt) error {
				tok := identity.Token{ID: stmt.ColumnText(0), Actor: stmt.ColumnText(1), Purpose: policy.Purpose(stmt.ColumnText(2))}
				stmt.ColumnBytes(3, tok.Hash[:])
				for i, to := range []*time.Time{&tok.Made, &tok.Expires, &tok.Revoked} {
					if text := stmt.ColumnText(4 + i); text != "" {
						var err error
						if *to, err = time.Parse(time.RFC3339, text); err != nil {
							return overt.Errorf(overt.Internal, t.db.path, "token %s: %w", tok.ID, err)
						}
					}
				}
				all = append(all, tok)
				return nil
			},
		})
	})
	return all, err
}

// RevokeToken ends a token; see identity.Tokens.
func (t *Tokens) RevokeToken(ctx context.Context, id string, at time.Time) error {
	return t.db.write(ctx, "revoke a token", func(conn *sqlite.Conn) error {
		err := sqlitex.Execute(conn, "update token set revoked = iif(revoked = '', ?, revoked) where id = ?", &sqlitex.ExecOptions{
			Args: []any{at.UTC().Format(time.RFC3339), id},
		})
		if err == nil && conn.Changes() == 0 {
			return identity.NoToken(id)
		}
		return err
	})
}
