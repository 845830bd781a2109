package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt/ledger"
	"overt/policy"
)

// PutDataset keeps a dataset; see ledger.Store.
func (l *Ledger) PutDataset(ctx context.Context, scope policy.Scope, d ledger.Dataset) error {
	if err := ledger.CheckDataset(scope, d); err != nil {
		return err
	}
	return l.db.write(ctx, "keep dataset "+d.Name, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, `insert or replace into dataset (name, title, publisher, licence, address, class)
			values (?, ?, ?, ?, ?, ?)`, &sqlitex.ExecOptions{
			Args: []any{d.Name, d.Title, d.Publisher, d.Licence, d.Address, d.Class},
		})
	})
}

// Dataset is one dataset; see ledger.Store.
func (l *Ledger) Dataset(ctx context.Context, scope policy.Scope, name string) (ledger.Dataset, error) {
	all, err := l.datasets(ctx, scope, "where name = ?", name)
	if err != nil {
		return ledger.Dataset{}, err
	}
	if len(all) == 0 {
		return ledger.Dataset{}, ledger.NoDataset(name)
	}
	return all[0], nil
}

// Datasets lists datasets; see ledger.Store.
func (l *Ledger) Datasets(ctx context.Context, scope policy.Scope) ([]ledger.Dataset, error) {
	return l.datasets(ctx, scope, "order by name")
}

func (l *Ledger) datasets(ctx context.Context, scope policy.Scope, which string, args ...any) ([]ledger.Dataset, error) {
	var all []ledger.Dataset
	err := l.db.read(ctx, "read datasets", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select name, title, publisher, licence, address, class from dataset "+which,
			&sqlitex.ExecOptions{
				Args: args,
				ResultFunc: func(stmt *sqlite.Stmt) error {
					if sees(scope, stmt.ColumnText(0)) {
						all = append(all, ledger.Dataset{
							Name: stmt.ColumnText(0), Title: stmt.ColumnText(1), Publisher: stmt.ColumnText(2),
							Licence: stmt.ColumnText(3), Address: stmt.ColumnText(4), Class: stmt.ColumnText(5),
						})
					}
					return nil
				},
			})
	})
	return all, err
}

// Names lists all datasets; see ledger.Store.
func (l *Ledger) Names(ctx context.Context) ([]string, error) {
	var names []string
	err := l.db.read(ctx, "read dataset names", func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "select name from dataset union select name from ("+eachDataset+") order by 1", &sqlitex.ExecOptions{
			ResultFunc: func(stmt *sqlite.Stmt) error {
				names = append(names, stmt.ColumnText(0))
				return nil
			},
		})
	})
	return names, err
}
