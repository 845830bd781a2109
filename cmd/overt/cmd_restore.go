package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/audit"
	"overt/driver/pebble"
	"overt/driver/sqlite"
	"overt/identity"
	"overt/internal/bundle"
	"overt/internal/durable"
	"overt/policy/engine"
)

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Make a home of a backup",
		Long: `Makes a home of what overt backup wrote, in a new or an empty folder. Every byte
is checked, the audit log is verified and the databases are opened before the
folder gets its name, so a home is there whole or not at all.

The audit log goes on where the backup was made, with a record of this act. If
the home that was saved goes on too, the two logs part here: keep one of them.`,
		Example: "  overt restore overt-2024-05-17.tar.zst --home /srv/overt",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.restore(cmd.Context(), args[0])
		},
	}
}

// A restoreReport is what `overt restore` answers.
type restoreReport struct {
	Home     string   `json:"home"`
	ID       string   `json:"id"`
	Made     string   `json:"made"` // when the backup was made, RFC 3339
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"`
	Audit    logState `json:"audit"` // as it was in the backup
	Owner    string   `json:"owner"`
	Warnings []string `json:"warnings"`
}

func (a *app) restore(ctx context.Context, file string) error {
	dir, err := a.homeDir()
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return &overt.Error{Code: overt.Invalid, Op: "restore", Where: dir, Err: err}
	}
	actor, err := whoAsks()
	if err != nil {
		return err
	}
	if err := emptyOrNew(dir); err != nil {
		return err
	}
	stop := a.working("restoring " + filepath.Base(file))
	rep, err := a.build(ctx, file, dir, actor)
	stop()
	if err != nil {
		return err
	}
	return a.print(rep, func(p *page) {
		p.line("%s  restored, as of %s: %s files, %s", p.bold(rep.Home), rep.Made, count(int64(rep.Files)), bytesText(rep.Bytes))
		p.line("  %s", p.dim(fmt.Sprintf("audit log verified: %s records, root %s", count(rep.Audit.Size), rep.Audit.Root)))
		for _, w := range rep.Warnings {
			p.warning(w, "")
		}
	})
}

// emptyOrNew wants a folder that is not there, or that holds nothing.
func emptyOrNew(dir string) error {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &overt.Error{Code: overt.Unavailable, Op: "restore", Where: dir, Err: err}
	case len(list) > 0:
		return overt.Errorf(overt.Conflict, dir, "this folder is not empty; restore into a new one (--home)")
	}
	return nil
}

// build makes the home beside its place and names it when everything is true.
func (a *app) build(ctx context.Context, file, dir string, actor identity.Actor) (rep *restoreReport, err error) {
	aside := dir + ".restoring"
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "restore", Where: dir, Err: err}
	}
	if err := os.Mkdir(aside, 0o700); errors.Is(err, fs.ErrExist) {
		return nil, overt.Errorf(overt.Conflict, aside, "another restore is at work here, or one was stopped; if none is, remove this folder")
	} else if err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "restore", Where: aside, Err: err}
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(aside)
		}
	}()
	m, err := unpack(ctx, file, aside)
	if err != nil {
		return nil, err
	}
	rep = &restoreReport{
		Home: dir, ID: m.Home, Made: m.Made, Files: m.Files, Bytes: m.Bytes,
		Audit: logState{m.AuditSize, m.AuditRoot}, Warnings: []string{},
	}
	if err := checkRestored(ctx, file, aside, m, rep); err != nil {
		return nil, err
	}
	if rep.Owner != actor.ID {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("this home belongs to %s and you are %s; it opens for its owner alone (policy.yaml)", rep.Owner, actor.ID))
	}
	if err := a.recordRestore(ctx, file, aside, m, actor); err != nil {
		return nil, err
	}
	return rep, putInPlace(aside, dir)
}

// unpack extracts the file, and nothing that no backup of ours holds.
func unpack(ctx context.Context, file, dir string) (bundle.Manifest, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return bundle.Manifest{}, overt.Errorf(overt.NotFound, file, "there is no such file")
	}
	if err != nil {
		return bundle.Manifest{}, &overt.Error{Code: overt.Unavailable, Op: "restore", Where: file, Err: err}
	}
	defer func() { _ = f.Close() }()
	m, err := bundle.Extract(ctx, bufio.NewReaderSize(f, 1<<20), dir, bundle.Limits{}, func(p string) error {
		if !partOfHome(p) {
			return overt.Errorf(overt.Invalid, file, "%s is no part of a home", p)
		}
		return nil
	})
	var ours *overt.Error
	var damage *bundle.Damage
	switch {
	case err == nil || ctx.Err() != nil || errors.As(err, &ours):
		return m, err
	case errors.As(err, &damage):
		return m, overt.Errorf(overt.Invalid, file, "this backup cannot be used: %w", err)
	}
	return m, &overt.Error{Code: overt.Unavailable, Op: "restore", Where: file, Err: err}
}

// partOfHome says whether a backup holds such a path.
func partOfHome(p string) bool {
	switch top, rest, _ := strings.Cut(p, "/"); top {
	case "FORMAT", "policy.yaml", "ledger.db":
		return rest == ""
	case "sources":
		return ownSource(rest)
	case "audit":
		return rest != "" && keptOfAudit(rest) && !strings.Contains(rest, "/")
	case "statements":
		return strings.HasPrefix(rest, "kv/")
	case "blobs":
		id := overt.BlobID(path.Base(p))
		return len(id) == 64 && p == blobPath(id)
	}
	return false
}

// checkRestored opens and verifies everything but the log's last record.
func checkRestored(ctx context.Context, file, dir string, m bundle.Manifest, rep *restoreReport) error {
	wrong := func(format string, args ...any) error {
		return overt.Errorf(overt.Invalid, file, "the backup does not hold a whole home: "+format, args...)
	}
	if _, err := os.Stat(filepath.Join(dir, "FORMAT")); err != nil {
		return wrong("FORMAT is missing")
	}
	format, err := homeFolder(dir)
	if err != nil {
		return wrong("%w", err)
	}
	if format.ID != m.Home {
		return wrong("it is of home %s, but lists %s", format.ID, m.Home)
	}
	text, err := os.ReadFile(filepath.Join(dir, "policy.yaml"))
	if err != nil {
		return wrong("policy.yaml is missing")
	}
	rules, err := engine.Parse("policy.yaml", text)
	if err != nil {
		return wrong("%w", err)
	}
	rep.Owner = rules.Owner()
	log, err := audit.Verify(ctx, filepath.Join(dir, "audit"), audit.VerifyOptions{})
	switch {
	case err != nil:
		return wrong("%w", err)
	case len(log.Problems) > 0:
		return wrong("its audit log does not verify: %s: %s", log.Problems[0].Where, log.Problems[0].What)
	case log.Size != m.AuditSize || log.Root != m.AuditRoot:
		return wrong("its audit log has %d records with root %s, not %d with %s", log.Size, log.Root, m.AuditSize, m.AuditRoot)
	}
	if err := openDatabases(ctx, dir); err != nil {
		return wrong("%w", err)
	}
	for _, e := range m.Entries {
		if id := path.Base(e.Path); strings.HasPrefix(e.Path, "blobs/") && id != e.SHA256 {
			rep.Warnings = append(rep.Warnings, damagedBlob(overt.BlobID(id)))
		}
	}
	return nil
}

// openDatabases opens and closes both, so that a copy that cannot be opened is
// found here and not by the next question.
func openDatabases(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "statements", "kv")); err != nil {
		return overt.Errorf(overt.Invalid, "statements", "they are missing")
	}
	store, err := pebble.Open(ctx, filepath.Join(dir, "statements"), pebble.Config{})
	if err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	path := filepath.Join(dir, "ledger.db")
	if _, err := os.Stat(path); err != nil {
		return overt.Errorf(overt.Invalid, "ledger.db", "it is missing")
	}
	db, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		return err
	}
	return errors.Join(db.Check(ctx), db.Close())
}

// recordRestore makes the act the next record of the restored log.
func (a *app) recordRestore(ctx context.Context, file, dir string, m bundle.Manifest, actor identity.Actor) error {
	log, err := audit.Open(ctx, filepath.Join(dir, "audit"), audit.Options{
		Origin: "overt/" + m.Home + "/audit", Clock: a.clock, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	_, err = log.Append(ctx, audit.Event{
		Actor: actor.ID, Purpose: a.purpose, Case: a.caseID, Action: "home.restore", Object: file, Decision: "allow",
		Query: fmt.Sprintf("backup of %s with %d records, root %s", m.Made, m.AuditSize, m.AuditRoot), Count: int64(m.Files),
	})
	return errors.Join(err, log.Close())
}

// putInPlace gives the finished folder its name.
func putInPlace(aside, dir string) error {
	// An empty folder that is there makes room; one that was filled meanwhile
	// does not.
	err := os.Remove(dir)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(aside, dir)
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(dir))
	}
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "restore", Where: dir, Err: err}
	}
	return nil
}
