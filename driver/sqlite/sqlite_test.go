package sqlite

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/casefile"
	"overt/casefile/casefiletest"
	"overt/ledger"
	"overt/ledger/ledgertest"
	"overt/policy"
	"overt/policy/policytest"
)

func open(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestLedger(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledger.Store {
		db := open(t, filepath.Join(t.TempDir(), "kept.db"))
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db.Ledger()
	})
}

func TestLedgerDurable(t *testing.T) {
	ledgertest.RunDurable(t, func(t *testing.T, dir string) (ledger.Store, func() error) {
		db := open(t, filepath.Join(dir, "odd ?name#.db"))
		return db.Ledger(), db.Close
	})
}

func TestCases(t *testing.T) {
	casefiletest.Run(t, func(t *testing.T) casefile.Store {
		db := open(t, filepath.Join(t.TempDir(), "kept.db"))
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db.Cases()
	})
	casefiletest.RunDurable(t, func(t *testing.T, dir string) (casefile.Store, func() error) {
		db := open(t, filepath.Join(dir, "kept.db"))
		return db.Cases(), db.Close
	})
}

// What was done in a case cannot be changed behind its back, not even by us.
func TestCaseEventsStay(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "kept.db"))
	defer func() { _ = db.Close() }()
	scope := policytest.Scope(policy.CaseLabel("c1"))
	first := casefile.Event{At: "2026-02-03T04:05:06Z", Actor: "local:anna", Kind: casefile.Open, Text: "Ferries"}
	if err := db.Cases().Append(t.Context(), scope, "c1", 0, []casefile.Event{first}); err != nil {
		t.Fatal(err)
	}
	for _, script := range []string{"update case_event set actor = 'local:ben'", "delete from case_event"} {
		err := db.write(t.Context(), "tamper", func(conn *sqlite.Conn) error { return sqlitex.ExecuteTransient(conn, script, nil) })
		if err == nil || !strings.Contains(err.Error(), "only added") {
			t.Errorf("%s: %v", script, err)
		}
	}
}

// change runs a script on the file without the driver.
func change(t *testing.T, path, script string) {
	t.Helper()
	conn, err := sqlite.OpenConn(path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := sqlitex.ExecuteScript(conn, script, nil); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string)
		says string
	}{
		{"a newer version", func(t *testing.T, path string) {
			db := open(t, path)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			change(t, path, "pragma user_version = 99")
		}, "newer version of overt (schema 99"},
		{"another program", func(t *testing.T, path string) { change(t, path, "create table mail (id)") }, "another program"},
		{"no database", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("minutes of a meeting\n", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "no SQLite file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "kept.db")
			c.make(t, path)
			_, err := Open(t.Context(), path, Config{})
			if overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), c.says) {
				t.Errorf("open = %v, want invalid with %q", err, c.says)
			}
		})
	}
}

func TestOpenWithoutFolder(t *testing.T) {
	_, err := Open(t.Context(), filepath.Join(t.TempDir(), "not", "there", "kept.db"), Config{})
	if overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("open = %v, want unavailable", err)
	}
}

func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	db := open(t, path)
	defer db.Close()
	err := db.read(t.Context(), "look", func(conn *sqlite.Conn) error {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
			if got, err := text(conn, "pragma "+pragma); got != want || err != nil {
				t.Errorf("%s = %q, %v; want %q", pragma, got, err, want)
			}
		}
		loose, err := number(conn, "select count(*) from pragma_table_list where schema = 'main' and name not like 'sqlite_%' and not strict")
		if loose != 0 {
			t.Errorf("%d tables are not strict", loose)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v; want it readable by its owner alone", info.Mode(), err)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
}

func TestCheckFindsDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	change(t, path, "pragma foreign_keys = off; insert into left_reason values (42, 'no such entry', 1, 0)")
	db := open(t, path)
	defer db.Close()
	if err := db.Check(t.Context()); overt.CodeOf(err) != overt.Internal {
		t.Errorf("check = %v, want internal", err)
	}
}

// TestTwoPrograms opens one file twice, as two processes would.
func TestTwoPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			db, err := Open(t.Context(), path, Config{})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			for range 20 {
				e := ledger.Entry{Token: "t", Dataset: "a", Source: "x", At: "2026-01-01T00:00:00Z"}
				if _, err := db.Ledger().Receive(t.Context(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	db := open(t, path)
	defer db.Close()
	n := 0
	for range db.Ledger().Entries(t.Context(), policytest.Datasets("a"), "") {
		n++
	}
	if n != 40 {
		t.Errorf("%d entries, want 40", n)
	}
}

func TestLockedByAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.db")
	db, err := Open(t.Context(), path, Config{Wait: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := sqlite.OpenConn(path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := sqlitex.ExecuteTransient(conn, "begin immediate", nil); err != nil {
		t.Fatal(err)
	}
	e := ledger.Entry{Token: "t", Dataset: "a", Source: "x", At: "2026-01-01T00:00:00Z"}
	if _, err := db.Ledger().Receive(t.Context(), e); overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("receive = %v, want unavailable", err)
	}
}

// TestDiskFull keeps the file from growing: what was acknowledged stays, what
// was refused leaves nothing.
func TestDiskFull(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "kept.db"), Config{Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, scope := db.Ledger(), policytest.Datasets("a")
	id, err := l.Receive(t.Context(), ledger.Entry{Token: "t", Dataset: "a", Source: "x", At: "2026-01-01T00:00:00Z"})
	if err != nil {
		t.Fatal(err)
	}
	limitPages(t, db, "page_count")
	rows := make([]ledger.Left, 5_000)
	for i := range rows {
		rows[i].Reason = "the amount is not a number"
	}
	if err := l.Leave(t.Context(), id, rows); overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("leave on a full disk = %v, want unavailable", err)
	}
	if counts, err := l.Reasons(t.Context(), scope, id); len(counts) != 0 || err != nil {
		t.Errorf("a refused batch left %v, %v", counts, err)
	}
	limitPages(t, db, "1000000")
	if err := l.Leave(t.Context(), id, rows); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// limitPages sets the largest size of the file on every connection.
func limitPages(t *testing.T, db *DB, limit string) {
	t.Helper()
	var conns []*sqlite.Conn
	for range 2 {
		conn, err := db.pool.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
		pages := limit
		if limit == "page_count" {
			if pages, err = text(conn, "pragma page_count"); err != nil {
				t.Fatal(err)
			}
		}
		if err := sqlitex.ExecuteTransient(conn, "pragma max_page_count = "+pages, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range conns {
		db.pool.Put(c)
	}
}
