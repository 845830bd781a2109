package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/audit"
	"overt/gate"
	"overt/identity"
	"overt/policy/engine"
)

func (a *app) doctorCommand() *cobra.Command {
	var deep bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong with this home, and what to do",
		Long: `Looks the machine over: whether it confines the processes that read documents, and
which programs of others are there to help. Then the home: its form and rules, the
disk, the audit log from its first byte, the coverage ledger, the received bytes,
the graph. Each line says ok, warn or fail, and what to do. With --deep all
received bytes are hashed again. It repairs nothing, and makes no home where there
is none.

Exit status 1 when a line says fail.`,
		Example: "  overt doctor\n  overt doctor --deep --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), deep) },
	}
	cmd.Flags().BoolVar(&deep, "deep", false, "hash all received bytes again")
	return cmd
}

// The states of a check.
const (
	checkOK   = "ok"
	checkWarn = "warn"
	checkFail = "fail"
)

// A check is one line of the doctor's.
type check struct {
	Name   string `json:"name"`
	Status string `json:"status"` // ok, warn, fail
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"`
}

// A diagnosis is what `overt doctor` answers.
type diagnosis struct {
	Home   string  `json:"home"`
	OK     bool    `json:"ok"`
	Checks []check `json:"checks"`
}

// Records counts what the answer releases.
func (d *diagnosis) Records() int { return len(d.Checks) }

func (d *diagnosis) add(name, status, found, advice string) {
	d.OK = d.OK && status != checkFail
	d.Checks = append(d.Checks, check{name, status, found, advice})
}

func (d *diagnosis) fail(name string, err error, advice string) {
	d.add(name, checkFail, err.Error(), advice)
}

func (a *app) doctor(ctx context.Context, deep bool) error {
	dir, err := a.homeDir()
	if err != nil {
		return err
	}
	stop := a.working("looking the home over")
	d := a.diagnose(ctx, dir, deep)
	stop()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := a.print(d, func(p *page) { doctorPage(p, d) }); err != nil {
		return err
	}
	if !d.OK {
		return overt.Errorf(overt.Internal, dir, "something is wrong with this home; the lines that say fail tell what to do")
	}
	return nil
}

func doctorPage(p *page, d *diagnosis) {
	width := 0
	for _, c := range d.Checks {
		width = max(width, len(c.Name))
	}
	for _, c := range d.Checks {
		status := fmt.Sprintf("%-4s", c.Status)
		if c.Status == checkOK {
			status = p.dim(status)
		} else {
			status = p.warn(status)
		}
		p.line("%s  %-*s  %s", status, width, c.Name, p.safe(c.Found))
		if c.Advice != "" {
			p.line("      %-*s  → %s", width, "", p.safe(c.Advice))
		}
	}
}

// diagnose goes from what needs least to what needs most: what a broken home
// still tells is told.
func (a *app) diagnose(ctx context.Context, dir string, deep bool) *diagnosis {
	d := &diagnosis{Home: dir, OK: true}
	d.add("program", checkOK, fmt.Sprintf("overt %s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH), "")
	d.confinement(ctx)
	if !d.folder(dir) {
		return d
	}
	d.space(dir)
	rules := d.policy(dir)
	if actor, err := whoAsks(); err != nil {
		d.fail("owner", err, "")
	} else if rules != nil {
		d.owner(rules, actor)
	}
	d.audit(ctx, dir)
	h, err := a.open(ctx)
	if err != nil {
		d.unopened(err)
		return d
	}
	defer h.close(a)
	d.opened(ctx, a, h, deep)
	return d
}

// folder looks at the folder and its FORMAT, and says whether to go on.
func (d *diagnosis) folder(dir string) bool {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.add("home", checkFail, dir+" is not there", "name the right folder with --home, or import something: that makes it")
		return false
	case err != nil:
		d.fail("home", err, "make the folder readable")
		return false
	case !info.IsDir():
		d.add("home", checkFail, dir+" is not a folder", "name the right folder with --home")
		return false
	}
	if _, err := os.Stat(filepath.Join(dir, "FORMAT")); errors.Is(err, fs.ErrNotExist) {
		d.add("home", checkFail, dir+" holds no home", "name the right folder with --home; if its FORMAT file was lost, restore a backup")
		return false
	}
	f, err := homeFolder(dir)
	if err != nil {
		d.fail("home", err, "use the program that made this home, or restore a backup")
		return false
	}
	found := fmt.Sprintf("%s, form %d, id %s", dir, f.Overt, f.ID)
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		d.add("home", checkWarn, fmt.Sprintf("%s; others may look in (mode %s)", found, mode), "chmod 700 "+shellQuote(dir))
		return true
	}
	d.add("home", checkOK, found, "")
	return true
}

// Free space below which the doctor warns, and says fail: a run is written
// outside before it is taken in, and the audit log must always find room.
const (
	littleSpace = 2 << 30
	noSpace     = 64 << 20
)

func (d *diagnosis) space(dir string) {
	used, err := sizes(dir)
	if err != nil {
		d.fail("size", err, "make all of the home readable")
		return
	}
	d.add("size", checkOK, used, "")
	free, ok := freeSpace(dir)
	switch found := bytesText(free) + " free"; {
	case !ok:
		d.add("disk", checkWarn, "this system does not say how much is free", "")
	case free < noSpace:
		d.add("disk", checkFail, found, "make room: without it nothing can be recorded, and so nothing be answered")
	case free < littleSpace:
		d.add("disk", checkWarn, found, "make room before the next large import")
	default:
		d.add("disk", checkOK, found, "")
	}
}

// sizes adds up the parts of a home.
func sizes(dir string) (string, error) {
	parts := map[string]int64{}
	total := int64(0)
	err := filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			if errors.Is(err, fs.ErrNotExist) && at != dir {
				return nil // gone meanwhile: another process works here
			}
			return err
		}
		info, err := e.Info()
		if err != nil {
			return nil
		}
		rel, err := filepath.Rel(dir, at)
		top, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		parts[top] += info.Size()
		total += info.Size()
		return err
	})
	text := bytesText(total)
	for _, name := range []string{"statements", "blobs", "audit", "derived"} {
		text += fmt.Sprintf(", %s %s", name, bytesText(parts[name]))
	}
	return text, err
}

func (d *diagnosis) policy(dir string) *engine.Engine {
	path := filepath.Join(dir, "policy.yaml")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		d.add("policy", checkWarn, "policy.yaml is missing; the next command writes the default one", "if it held rules of yours, take it from a backup first")
		return nil
	}
	if err != nil {
		d.fail("policy", err, "make the file readable")
		return nil
	}
	rules, err := engine.Parse(path, text)
	if err != nil {
		d.fail("policy", err, "mend the file, or take it from a backup; until then nothing is allowed")
		return nil
	}
	ids := make([]string, 0, 4)
	for _, p := range rules.Purposes() {
		ids = append(ids, string(p.ID))
	}
	d.add("policy", checkOK, "purposes "+strings.Join(ids, ", "), "")
	return rules
}

func (d *diagnosis) owner(rules *engine.Engine, who identity.Actor) {
	if rules.Owner() != who.ID {
		d.add("owner", checkFail, fmt.Sprintf("%s; you are %s", rules.Owner(), who.ID), "log in as the owner; if the home changed hands, the old owner changes it in policy.yaml")
		return
	}
	d.add("owner", checkOK, rules.Owner(), "")
}

func (d *diagnosis) audit(ctx context.Context, dir string) {
	const advice = "keep the folder as it is, restore a backup beside it, and ask who had access"
	rep, err := audit.Verify(ctx, filepath.Join(dir, "audit"), audit.VerifyOptions{})
	switch {
	case overt.CodeOf(err) == overt.NotFound:
		d.add("audit log", checkWarn, "there is none yet", "the next command begins it; if there was one, restore a backup")
	case err != nil:
		d.fail("audit log", err, "make the folder readable")
	case len(rep.Problems) > 0:
		p := rep.Problems[0]
		d.add("audit log", checkFail, fmt.Sprintf("%s: %s: %s", plural(len(rep.Problems), "problem", "problems"), p.Where, p.What), advice)
	default:
		found := fmt.Sprintf("%s records verified, %s checkpoints", count(rep.Size), count(int64(rep.Checkpoints)))
		if n := rep.Size - rep.Signed; n > 0 {
			found += fmt.Sprintf(", the last %s not signed yet", count(n))
		}
		d.add("audit log", checkOK, found, "")
	}
}

// unopened says why nothing more can be looked at.
func (d *diagnosis) unopened(err error) {
	if overt.CodeOf(err) == overt.Unavailable && strings.Contains(err.Error(), "another process") {
		d.add("open", checkWarn, err.Error(), "statements, ledger and bytes were not looked at; ask again when it has ended")
		return
	}
	d.fail("open", err, "mend what the line says, or restore a backup")
}

// opened looks at what only an open home tells. The look is recorded as any
// other.
func (d *diagnosis) opened(ctx context.Context, a *app, h *home, deep bool) {
	pass, err := h.gate.Open(ctx, a.visit(h))
	if err != nil {
		d.fail("open", err, "")
		return
	}
	query := "quick"
	if deep {
		query = "deep"
	}
	inside, err := gate.Ask(ctx, pass, gate.Act{Action: "home.check", Query: query}, false, func(ctx context.Context, desk *gate.Desk) (*diagnosis, error) {
		in := &diagnosis{Home: d.Home, OK: true}
		in.runs(desk)
		in.ledger(ctx, h, desk)
		in.blobs(ctx, desk, deep)
		return in, ctx.Err()
	})
	if err != nil {
		d.fail("open", err, "")
		return
	}
	d.OK, d.Checks = d.OK && inside.OK, append(d.Checks, inside.Checks...)
	d.graph(ctx, h)
}
