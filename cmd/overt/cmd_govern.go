package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/audit"
	"overt/gate"
)

func (a *app) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Verify the record of every read and write, or show it",
		Long: `Every read, write and export of this home is recorded before its answer is given
out, in an append-only log whose tree of hashes is signed. verify reads all of it
again from its first byte; any changed, dropped, added or reordered record is
found.`,
		Example: "  overt audit verify\n  overt audit show --last 20\n  overt audit verify --against kept-checkpoint.txt",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.auditVerifyCommand(), a.auditShowCommand(), a.auditPublishCommand())
	return cmd
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var against string
	cmd := &cobra.Command{
		Use:     "verify",
		Short:   "Read the whole log again and check it against its signatures",
		Example: "  overt audit verify\n  overt audit verify --against checkpoint-of-last-month.txt",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.homeDir()
			if err != nil {
				return err
			}
			var opts audit.VerifyOptions
			if against != "" {
				if opts.Against, err = os.ReadFile(against); err != nil {
					return &overt.Error{Code: overt.NotFound, Op: "read checkpoint", Where: against, Err: err}
				}
			}
			rep, err := audit.Verify(cmd.Context(), filepath.Join(dir, "audit"), opts)
			if err != nil {
				return err
			}
			if err := a.print(rep, func(p *page) { verifyPage(p, rep) }); err != nil {
				return err
			}
			if len(rep.Problems) > 0 {
				return overt.Errorf(overt.Internal, dir, "the audit log does not verify: %s", plural(len(rep.Problems), "problem", "problems"))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&against, "against", "", "an older checkpoint `file` that somebody kept")
	return cmd
}

func verifyPage(p *page, rep audit.Report) {
	if len(rep.Problems) == 0 {
		p.line("%s  %s records, %s checkpoints, root %s", p.bold("verified"), count(rep.Size), count(int64(rep.Checkpoints)), rep.Root)
		return
	}
	for _, b := range rep.Problems {
		p.warning(b.What, b.Where)
	}
}

// An auditList is what `audit show` answers.
type auditList struct {
	Size    int64          `json:"size"`
	Entries []audit.Record `json:"records"`
}

// Records counts what the answer releases.
func (l *auditList) Records() int { return len(l.Entries) }

func (a *app) auditShowCommand() *cobra.Command {
	var last int64
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Show the latest records",
		Example: "  overt audit show\n  overt audit show --last 200 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			h, pass, err := a.govern(ctx)
			if err != nil {
				return err
			}
			defer h.close(a)
			list, err := gate.Ask(ctx, pass, gate.Act{Action: "audit.read", Query: fmt.Sprintf("last %d", last)}, false, func(ctx context.Context, _ *gate.Desk) (*auditList, error) {
				out := &auditList{Size: h.log.Size(), Entries: []audit.Record{}}
				for r, err := range h.log.Records(ctx, max(0, out.Size-last), out.Size) {
					if err != nil {
						return nil, err
					}
					out.Entries = append(out.Entries, r)
				}
				return out, nil
			})
			if err != nil {
				return err
			}
			return a.print(list, func(p *page) { auditPage(p, list) })
		},
	}
	cmd.Flags().Int64Var(&last, "last", 20, "how many")
	return cmd
}

func auditPage(p *page, list *auditList) {
	t := &table{heads: []string{">seq", "time", "actor", "purpose", "action", "about", "decision", ">records"}}
	for _, r := range list.Entries {
		about := strings.Trim(r.Object+" "+r.Query, " ")
		decision := r.Decision
		if len(r.Reasons) > 0 {
			decision += ": " + strings.Join(r.Reasons, ", ")
		}
		if r.Intent {
			decision += " (intent)"
		}
		t.add(count(r.Seq), r.Time.Format("2006-01-02 15:04:05"), r.Actor, r.Purpose, r.Action, short(about, 60), decision, count(r.Count))
	}
	p.table(t)
	p.line("  %s", p.dim(count(list.Size)+" records in all"))
}

func (a *app) auditPublishCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "publish DIR",
		Short: "Write the log as tiles that any transparency-log client can check",
		Long: `Writes checkpoint, tiles and entry bundles in the C2SP tlog-tiles form, for a
witness or an overseer to hold. What is published shows every question asked;
give it only to whom that is meant for.`,
		Example: "  overt audit publish /media/overseer/tiles",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			h, pass, err := a.govern(ctx)
			if err != nil {
				return err
			}
			defer h.close(a)
			var size int64
			err = pass.Do(ctx, gate.Act{Action: "audit.publish", Object: args[0]}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
				size, err = h.log.Publish(ctx, args[0])
				return size, "", err
			})
			if err != nil {
				return err
			}
			return a.print(map[string]any{"published": size, "to": args[0]}, func(p *page) { p.line("%s records published to %s", count(size), p.safe(args[0])) })
		},
	}
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version and build",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := map[string]string{"version": version, "go": runtime.Version(), "os": runtime.GOOS + "/" + runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						v["revision"] = s.Value
					}
				}
			}
			return a.print(v, func(p *page) {
				p.line("overt %s %s %s %s", v["version"], v["revision"], v["go"], v["os"])
			})
		},
	}
}

// version is that of the CHANGELOG's newest entry.
const version = "0.5.0"
