package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/extract/records"
	"overt/internal/sandbox"
)

// unconfinedAlways is set by tests of programs that cannot be confined: those
// built with the race detector.
var unconfinedAlways bool

// unconfinedFlag is of each verb that reads foreign files. Foreign is every file
// but those that the program carries, whoever made it.
func (a *app) unconfinedFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.unconfined, "unconfined", unconfinedAlways, "read files even where this system cannot confine the process that does, and keep that with what came of it")
}

// confines refuses to begin where nothing confines a reader and nobody allowed
// one that is not.
func (a *app) confines(ctx context.Context) error {
	if a.unconfined {
		return nil
	}
	f := sandbox.Doctor(ctx, nil)[0]
	if f.Confined {
		return nil
	}
	return overt.Errorf(overt.Unavailable, "", "files are read in confined processes alone, and this program cannot have any here; %s; overt doctor says what is missing, and --unconfined reads without", strings.TrimPrefix(f.Advice, "no file is read here; "))
}

// withRecords has what opens sources of records while do runs. It starts nothing
// until there is a foreign file.
func (a *app) withRecords(do func(*records.Pool) error) error {
	pool := records.New(sandbox.Config{Bare: a.unconfined})
	err := do(pool)
	return errors.Join(err, pool.Close())
}
