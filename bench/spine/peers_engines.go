package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// ours is driver/pebble as a candidate.
type ours struct {
	*store
	v statement.View
}

func openOurs(ctx context.Context, dir string) (candidate, error) {
	s, err := openStore(ctx, dir)
	return &ours{store: s}, err
}

func (o *ours) take(ctx context.Context, m *maker) error {
	w, err := o.Begin(ctx, o.scope, statement.RunSpec{Dataset: dataset, Extent: statement.Full, Observed: day(0), Sources: []statement.Source{{Name: "made-up.csv"}}})
	if err != nil {
		return err
	}
	for k := range m.n {
		id, stmts := m.entity(k)
		if err := w.Add(o.label, id, stmts); err != nil {
			_ = w.Abort()
			return err
		}
	}
	if _, err := w.Commit(ctx); err != nil {
		return err
	}
	o.v, err = o.view(ctx)
	return err
}

func (o *ours) entity(ctx context.Context, id string) (int, error) {
	stmts, err := o.v.Entity(ctx, ftm.EntityID(id))
	return len(stmts), err
}

func (o *ours) has(ctx context.Context, key, id string) (bool, error) {
	ids, err := o.v.Lookup(ctx, key)
	return slices.Contains(ids, ftm.EntityID(id)), err
}

func (o *ours) close() error { return errors.Join(o.v.Close(), o.Close()) }

// peer is one SQLite table with a row for each statement.
type peer struct {
	conn  *sqlite.Conn
	words []string
	index map[string]int64
	keys  statement.Keyer
}

// peerSchema and peerIndexes make the peer's file.
var (
	peerSchema = []string{
		"pragma page_size = 8192", "pragma journal_mode = delete", "pragma synchronous = full",
		"pragma cache_size = -131072", "pragma temp_store = file",
		`create table statement (entity text not null, schema integer not null, prop integer not null, value text not null,
			source integer not null, place integer not null, field integer not null, key text)`,
	}
	peerIndexes = []string{
		"create index statement_entity on statement (entity)",
		"create index statement_key on statement (key) where key is not null",
	}
)

func openPeer(_ context.Context, dir string) (candidate, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	conn, err := sqlite.OpenConn(filepath.Join(dir, "peer.db"), sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	return &peer{conn: conn, index: map[string]int64{}, keys: statement.NewKeyer()}, nil
}

func (p *peer) word(s string) int64 {
	n, ok := p.index[s]
	if !ok {
		n = int64(len(p.words))
		p.words, p.index[s] = append(p.words, s), n
	}
	return n
}

func (p *peer) take(_ context.Context, m *maker) (err error) {
	if err := p.script(peerSchema); err != nil {
		return err
	}
	end := sqlitex.Transaction(p.conn)
	defer end(&err)
	insert, err := p.conn.Prepare("insert into statement values (?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	for k := range m.n {
		id, stmts := m.entity(k)
		for i := range stmts {
			if err := p.insert(insert, string(id), &stmts[i]); err != nil {
				return err
			}
		}
	}
	return p.script(peerIndexes)
}

func (p *peer) script(statements []string) error {
	for _, text := range statements {
		if err := sqlitex.ExecuteTransient(p.conn, text, nil); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

func (p *peer) insert(stmt *sqlite.Stmt, id string, s *statement.Statement) error {
	stmt.BindText(1, id)
	stmt.BindInt64(2, p.word(s.Schema))
	stmt.BindInt64(3, p.word(s.Prop))
	stmt.BindText(4, s.Value)
	stmt.BindInt64(5, int64(s.Places[0].Source))
	stmt.BindInt64(6, s.Places[0].Locator.Row)
	stmt.BindInt64(7, p.word(s.Places[0].Locator.Column))
	key := p.keys.Key(s.Schema, s.Prop, s.Value)
	if p.keys.IsRef(s.Schema, s.Prop) {
		key = "r:" + s.Value
	}
	if key == "" {
		stmt.BindNull(8)
	} else {
		stmt.BindText(8, key)
	}
	if _, err := stmt.Step(); err != nil {
		return err
	}
	return stmt.Reset()
}

func (p *peer) entity(_ context.Context, id string) (int, error) {
	stmt, err := p.conn.Prepare("select schema, prop, value, source, place, field from statement where entity = ?")
	if err != nil {
		return 0, err
	}
	stmt.BindText(1, id)
	var out []statement.Statement
	for {
		more, err := stmt.Step()
		if err != nil {
			return 0, err
		}
		if !more {
			return len(out), stmt.Reset()
		}
		out = append(out, statement.Statement{
			Entity: ftm.EntityID(id), Schema: p.words[stmt.ColumnInt64(0)], Prop: p.words[stmt.ColumnInt64(1)], Value: stmt.ColumnText(2),
			Places: []statement.Place{{Source: stmt.ColumnInt(3), Locator: overt.Locator{Row: stmt.ColumnInt64(4), Column: p.words[stmt.ColumnInt64(5)]}}},
		})
	}
}

func (p *peer) has(_ context.Context, key, id string) (bool, error) {
	stmt, err := p.conn.Prepare("select entity from statement where key = ?")
	if err != nil {
		return false, err
	}
	stmt.BindText(1, key)
	found := false
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return found, errors.Join(err, stmt.Reset())
		}
		found = found || stmt.ColumnText(0) == id
	}
}

func (p *peer) close() error { return p.conn.Close() }
