package main

import (
	"errors"

	"github.com/rogpeppe/go-internal/testscript"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// sqliteFile FILE SCRIPT: makes a SQLite file of a script, or changes one.
func sqliteFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sqlite FILE SCRIPT")
	}
	conn, err := sqlite.OpenConn(ts.MkAbs(args[0]), sqlite.OpenReadWrite|sqlite.OpenCreate)
	ts.Check(err)
	ts.Check(errors.Join(sqlitex.ExecuteScript(conn, ts.ReadFile(args[1]), nil), conn.Close()))
}
