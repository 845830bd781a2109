package main

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overt"
	"overt/audit"
	"overt/blob"
	"overt/driver/sqlite"
	"overt/gate"
	"overt/internal/bundle"
)

func (a *app) backupCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write everything that is kept into one file",
		Long: `Writes the whole home as it is at one moment into one file: statements, coverage
ledger, received bytes, rules, and the audit log. What is derived is left out;
it is made again. The file is a tar archive in zstd with a seal behind it, so
that restore finds any changed byte.

The file holds every dataset and the private key of the audit log, without which
the log could not go on: it is as secret as the home, and not encrypted. The
log keeps the file's SHA-256.`,
		Example: "  overt backup /media/safe/overt-2024-05-17.tar.zst\n  overt backup nightly.tar.zst --force",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.backup(cmd.Context(), args[0], force)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it is there")
	return cmd
}

// A backupReport is what `overt backup` answers.
type backupReport struct {
	File     string   `json:"file"`
	SHA256   string   `json:"sha256"`
	Size     int64    `json:"size"` // of the file, bytes
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"` // of the files in it
	Audit    logState `json:"audit"`
	Warnings []string `json:"warnings"`
}

// A logState is the audit log at one moment.
type logState struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
}

func (a *app) backup(ctx context.Context, target string, force bool) error {
	h, err := a.openExisting(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if inside(h.dir, target) {
		return overt.Errorf(overt.Invalid, target, "a backup inside the home is lost with it; name a file elsewhere")
	}
	if err := checkTarget(target, force); err != nil {
		return err
	}
	pass, err := h.gate.Open(ctx, a.governing(h))
	if err != nil {
		return err
	}
	var rep *backupReport
	err = pass.Do(ctx, gate.Act{Action: "home.backup", Object: target}, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		stop := a.working("writing " + filepath.Base(target))
		defer stop()
		if rep, err = h.writeBackup(ctx, target, b.Blobs, a.clock()); err != nil {
			return 0, "", err
		}
		return int64(rep.Files), rep.SHA256, nil
	})
	if err != nil {
		return err
	}
	return a.print(rep, func(p *page) {
		p.line("%s  %s files, %s → %s", p.bold(target), count(int64(rep.Files)), bytesText(rep.Bytes), bytesText(rep.Size))
		p.line("  %s", p.dim("sha256 "+rep.SHA256))
		p.line("  %s", p.dim("audit log "+count(rep.Audit.Size)+" records, root "+rep.Audit.Root))
		p.line("  %s", p.dim("as secret as the home: it holds all data and the key of the audit log, not encrypted"))
		for _, w := range rep.Warnings {
			p.warning(w, "")
		}
	})
}

// openExisting opens the home, but makes none.
func (a *app) openExisting(ctx context.Context) (*home, error) {
	dir, err := a.homeDir()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "FORMAT")); errors.Is(err, fs.ErrNotExist) {
		return nil, overt.Errorf(overt.NotFound, dir, "there is no home here")
	}
	return a.open(ctx)
}

// inside says whether a file lies in the home.
func inside(home, target string) bool {
	root, err := filepath.Abs(home)
	if err != nil {
		return false
	}
	full, err := filepath.Abs(target)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(root, full)
	return err == nil && filepath.IsLocal(rel)
}

// checkTarget refuses to write over something that was not meant.
func checkTarget(target string, force bool) error {
	info, err := os.Lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &overt.Error{Code: overt.Unavailable, Op: "write", Where: target, Err: err}
	case !info.Mode().IsRegular():
		return overt.Errorf(overt.Invalid, target, "this is not a file")
	case !force:
		return overt.Errorf(overt.Conflict, target, "this file is there already; --force replaces it")
	}
	return nil
}

// writeBackup writes the file. Copies come first: a store that cannot be
// copied leaves no file behind.
func (h *home) writeBackup(ctx context.Context, target string, blobs blob.Store, now time.Time) (*backupReport, error) {
	c, err := h.copies(ctx, now)
	if err != nil {
		return nil, err
	}
	defer c.remove()
	f, err := createNew(target)
	if err != nil {
		return nil, err
	}
	defer f.drop()
	rep, err := c.pack(ctx, f, blobs, now)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, unwritten(target, err)
	}
	if err := f.ready(); err != nil {
		return nil, err
	}
	if err := f.name(); err != nil {
		return nil, err
	}
	rep.File, rep.SHA256, rep.Size = target, f.SHA256, f.Size
	return rep, nil
}

// homeCopies are copies of a home's two databases, and what is true of the
// rest at that moment.
type homeCopies struct {
	home  string
	dir   string
	facts bundle.Facts
}

func (c *homeCopies) remove() { _ = os.RemoveAll(c.dir) }

// copies makes them. This process holds the home, so nothing changes until the
// backup is done but by our own hand: the audit log is signed up to the record
// of this act, and the rest can be read where it lies.
func (h *home) copies(ctx context.Context, now time.Time) (*homeCopies, error) {
	dir, err := h.scratch()
	if err != nil {
		return nil, err
	}
	c := &homeCopies{home: h.dir, dir: dir}
	if err := h.fill(ctx, c, now); err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

func (h *home) fill(ctx context.Context, c *homeCopies, now time.Time) error {
	if err := h.store.Checkpoint(ctx, filepath.Join(c.dir, "statements")); err != nil {
		return err
	}
	db, ok := h.db.(*sqlite.DB)
	if !ok {
		return overt.Errorf(overt.Internal, h.dir, "the ledger of this home cannot be copied")
	}
	if err := db.Backup(ctx, filepath.Join(c.dir, "ledger.db")); err != nil {
		return err
	}
	if _, err := h.log.Checkpoint(ctx); err != nil {
		return err
	}
	if err := h.logIsWhole(ctx); err != nil {
		return err
	}
	root, size, err := h.log.Root()
	if err != nil {
		return err
	}
	format, err := homeFolder(h.dir)
	if err != nil {
		return err
	}
	c.facts = bundle.Facts{
		Home: format.ID, Made: now.UTC().Format(time.RFC3339), Program: version,
		AuditSize: size, AuditRoot: base64.StdEncoding.EncodeToString(root[:]),
	}
	return nil
}

// pack puts the home into a bundle.
func (c *homeCopies) pack(ctx context.Context, w io.Writer, blobs blob.Store, now time.Time) (*backupReport, error) {
	b, err := bundle.NewWriter(w, now)
	if err != nil {
		return nil, err
	}
	p := &packer{ctx: ctx, b: b, rep: &backupReport{Warnings: []string{}}}
	p.file("FORMAT", filepath.Join(c.home, "FORMAT"))
	p.file("policy.yaml", filepath.Join(c.home, "policy.yaml"))
	if _, err := os.Stat(filepath.Join(c.home, "sources")); err == nil {
		p.tree("sources", filepath.Join(c.home, "sources"), ownSource)
	}
	p.file("ledger.db", filepath.Join(c.dir, "ledger.db"))
	p.tree("statements", filepath.Join(c.dir, "statements"), nil)
	p.tree("audit", filepath.Join(c.home, "audit"), keptOfAudit)
	p.blobs(blobs)
	if p.err != nil {
		b.Abort()
		return nil, p.err
	}
	m, err := b.Close(c.facts)
	p.rep.Files, p.rep.Bytes, p.rep.Audit = m.Files, m.Bytes, logState{m.AuditSize, m.AuditRoot}
	return p.rep, err
}

// logIsWhole refuses a home whose log restore would refuse.
func (h *home) logIsWhole(ctx context.Context) error {
	dir := filepath.Join(h.dir, "audit")
	rep, err := audit.Verify(ctx, dir, audit.VerifyOptions{})
	if err == nil && len(rep.Problems) > 0 {
		err = overt.Errorf(overt.Internal, dir, "the audit log does not verify, so its backup could not be restored: %s: %s; copy the folder as it is, and see overt audit verify",
			rep.Problems[0].Where, rep.Problems[0].What)
	}
	return err
}

// scratch makes a folder for copies, after removing those a crash left.
func (h *home) scratch() (string, error) {
	dir := filepath.Join(h.dir, "derived")
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		left, _ := filepath.Glob(filepath.Join(dir, "backup-*"))
		for _, l := range left {
			_ = os.RemoveAll(l)
		}
		dir, err = os.MkdirTemp(dir, "backup-*")
	}
	if err != nil {
		return "", &overt.Error{Code: overt.Unavailable, Op: "backup", Where: h.dir, Err: err}
	}
	return dir, nil
}

// keptOfAudit leaves out what is made again: lock, reserve and hashes.
func keptOfAudit(name string) bool {
	return name != "lock" && name != "reserve" && name != "hashes" && !strings.HasSuffix(name, ".tmp")
}

// ownSource says whether a file below sources is one of the user's entries.
func ownSource(name string) bool {
	ext := path.Ext(name)
	name = strings.TrimPrefix(name, "mappings/") // those that people made on the desk
	return !strings.Contains(name, "/") && (ext == ".yaml" || ext == ".yml")
}

// A packer adds to a bundle until something fails.
type packer struct {
	ctx context.Context
	b   *bundle.Writer
	rep *backupReport
	err error
}

func (p *packer) file(name, from string) {
	if p.err == nil {
		p.err = p.b.AddFile(p.ctx, name, from)
	}
}

// tree adds the files below a folder, in order, those that keep allows.
func (p *packer) tree(name, dir string, keep func(name string) bool) {
	if p.err != nil {
		return
	}
	p.err = filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, at)
		if err != nil || keep != nil && !keep(filepath.ToSlash(rel)) {
			return err
		}
		return p.b.AddFile(p.ctx, path.Join(name, filepath.ToSlash(rel)), at)
	})
}

func (p *packer) blobs(store blob.Store) {
	if p.err != nil {
		return
	}
	for info, err := range store.List(p.ctx) {
		if err == nil {
			err = p.blob(store, info)
		}
		if err != nil {
			p.err = err
			return
		}
	}
}

func (p *packer) blob(store blob.Store, info blob.Info) (err error) {
	r, err := store.Open(p.ctx, info.ID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	e, err := p.b.Add(p.ctx, blobPath(info.ID), info.Size, true, r)
	if err == nil && e.SHA256 != string(info.ID) {
		p.rep.Warnings = append(p.rep.Warnings, damagedBlob(info.ID))
	}
	return err
}

func blobPath(id overt.BlobID) string {
	return path.Join("blobs", string(id[:2]), string(id[2:4]), string(id))
}

func damagedBlob(id overt.BlobID) string {
	return "the kept bytes " + string(id) + " are damaged; importing the file again mends them"
}

// bytesText writes a size for people, in binary units.
func bytesText(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	v, i := float64(n), 0
	for ; v >= 1024 && i < len(units)-1; i++ {
		v /= 1024
	}
	if i == 0 {
		return plural(int(n), "byte", "bytes")
	}
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0") + " " + units[i]
}
