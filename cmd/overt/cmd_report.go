package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/gate"
	"overt/report"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write what is published of a case, and publish it with proofs",
		Long: `A report is a text whose sentences cite claims of a case: [@k3f9a2]. Each text of it is
kept. Before it is published, a check list is computed: numbers without a cite, claims
that are not confirmed, cites that moved, changed, were lost, withdrawn or are disputed,
sums that differ, people of whom no source says a public role, those who are named and
were not asked, licences that are not known to let everybody quote, comments that nobody
settled. Most of it can be passed over with a reason. The reasons are published too, but
for those of comments, which stay with the case. Somebody asks for the publication, and a
second person approves. What was asked for is then published, to the byte.

A bundle is a folder or an archive that proves itself on any machine: overt verify.`,
		Example: `  overt report new c4k7q2m9xd0 "Who hosts the case system" --text draft.txt
  overt report check c4k7q2m9xd0 r7c1m4
  overt report request c4k7q2m9xd0 r7c1m4
  overt report approve c4k7q2m9xd0 r7c1m4      # a second person
  overt report publish c4k7q2m9xd0 r7c1m4
  overt report bundle c4k7q2m9xd0 r7c1m4 hosting.zip`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.reportNewCommand(), a.reportEditCommand(), a.reportShowCommand(), a.reportDiffCommand(), a.reportCheckCommand(), a.reportReplyCommand(), a.reportWaiveCommand())
	cmd.AddCommand(a.reportCommentCommand(), a.reportSettleCommand())
	cmd.AddCommand(a.reportMoveCommand("request", "Ask that the newest version is published", answer.RequestReport),
		a.reportMoveCommand("approve", "Approve what was asked for, as a second person", answer.ApproveReport),
		a.reportMoveCommand("publish", "Publish what was approved", answer.PublishReport), a.reportBundleCommand(), a.reportRefuseCommand())
	return cmd
}

// readText reads the text of a report from a file, or standard input.
func (a *app) readText(name string) (string, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", overt.Errorf(overt.Unavailable, name, "%w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, 4*casefile.MaxReport+1))
	if err != nil {
		return "", overt.Errorf(overt.Unavailable, name, "%w", err)
	}
	return strings.TrimSpace(strings.ReplaceAll(string(raw), "\r\n", "\n")), nil
}

func (a *app) reportNewCommand() *cobra.Command {
	var text string
	cmd := &cobra.Command{
		Use:     "new CASE TITLE",
		Short:   "Begin a report",
		Example: "  overt report new c4k7q2m9xd0 \"Who hosts the case system\" --text draft.txt",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			item := casefile.NewItem()
			events := []casefile.Event{{Kind: casefile.ReportKind, Item: item, Text: args[1]}}
			if text != "" {
				words, err := a.readText(text)
				if err != nil {
					return err
				}
				events = append(events, casefile.Event{Kind: casefile.Edit, Item: item, Text: words})
			}
			return a.changeWith(cmd.Context(), args[0], func(ctx context.Context, pass *gate.Pass) (*casefile.State, error) {
				return pass.Casework(ctx, args[0], events...)
			})
		},
	}
	cmd.Flags().StringVar(&text, "text", "", "the `FILE` with its first text, - for standard input")
	return cmd
}

func (a *app) reportEditCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "edit CASE REPORT FILE",
		Short: "Give a report another text; those before stay",
		Long: `Keeps the text of FILE (- for standard input) as the newest version. What was asked for
or approved must be asked for again. Marks: "# " and "## " before headings, "- " before
items, "> " before quotations, "| a | b |" for a row of a table, **strong**, *stress*,
[@CLAIM] for a claim with all it rests on, [@CLAIM/CITE] for one of its cites. On a line
of its own [@VIEW table] or [@VIEW picture] places a view that the case keeps.`,
		Example: "  overt report edit c4k7q2m9xd0 r7c1m4 draft.txt",
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			words, err := a.readText(args[2])
			if err != nil {
				return err
			}
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Edit, Item: args[1], Text: words})
		},
	}
}

// A reportList is what `report show CASE` answers.
type reportList struct {
	Case    string                `json:"case"`
	Reports []casefile.ReportView `json:"reports"`
}

// Records counts what the answer releases.
func (l *reportList) Records() int { return len(l.Reports) }

// reports asks for the reports of a case, or for one of them.
func (a *app) reports(ctx context.Context, id, item string) (*reportList, error) {
	return inCase(ctx, a, "report.read", id, func(ctx context.Context, d *gate.Desk) (*reportList, error) {
		v, err := answer.ReadCase(ctx, d, id, false)
		if err != nil || item == "" {
			return &reportList{id, v.Reports}, err
		}
		r, err := v.Report(item)
		if err != nil {
			return nil, err
		}
		return &reportList{id, []casefile.ReportView{*r}}, nil
	})
}

func (a *app) reportShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show CASE [REPORT]",
		Short:   "Show a report with its newest text, or list those of a case",
		Example: "  overt report show c4k7q2m9xd0 r7c1m4",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := a.reports(cmd.Context(), args[0], word(args, 1))
			if err != nil {
				return err
			}
			return a.print(l, func(p *page) { reportPage(p, l, len(args) == 2) })
		},
	}
}

// A reportDiff is what `report diff` answers.
type reportDiff struct {
	Report string        `json:"report"`
	From   int           `json:"from"`
	To     int           `json:"to"`
	Lines  []report.Line `json:"lines"`
}

func (a *app) reportDiffCommand() *cobra.Command {
	var from, to int
	cmd := &cobra.Command{
		Use:     "diff CASE REPORT",
		Short:   "Compare two texts of a report; without flags the newest with the one before",
		Example: "  overt report diff c4k7q2m9xd0 r7c1m4 --from 1 --to 3",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := a.reports(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			all := l.Reports[0].Versions
			if to == 0 {
				to = len(all)
			}
			if from == 0 {
				from = to - 1
			}
			if from < 1 || to < 1 || from > len(all) || to > len(all) {
				return overt.Errorf(overt.NotFound, args[1], "it has versions 1 to %d", len(all))
			}
			lines, err := report.Diff(all[from-1].Text, all[to-1].Text)
			if err != nil {
				return err
			}
			return a.print(reportDiff{args[1], from, to, lines}, func(p *page) {
				for _, l := range lines {
					p.line("%s %s", l.Mark, p.safe(l.Text))
				}
			})
		},
	}
	cmd.Flags().IntVar(&from, "from", 0, "the older version")
	cmd.Flags().IntVar(&to, "to", 0, "the newer version")
	return cmd
}

func (a *app) reportCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "check CASE REPORT",
		Short:   "Compute what speaks against publishing a report, in your sight",
		Example: "  overt report check c4k7q2m9xd0 r7c1m4",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := inCase(cmd.Context(), a, "report.check", args[0], func(ctx context.Context, d *gate.Desk) (*answer.ReportCheck, error) {
				return answer.CheckReport(ctx, d, args[0], args[1])
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) { reportCheckPage(p, c) })
		},
	}
}

func (a *app) reportReplyCommand() *cobra.Command {
	var on, reason string
	cmd := &cobra.Command{
		Use:   "reply CASE REPORT SUBJECT asked|answered|waived",
		Short: "Say whether somebody who is named was asked, and what was answered",
		Example: `  overt report reply c4k7q2m9xd0 r7c1m4 s2x8d1 asked --on 2024-05-02
  overt report reply c4k7q2m9xd0 r7c1m4 s2x8d1 answered --on 2024-05-09 --reason "It is so, and ends in June."`,
		Args: cobra.ExactArgs(4),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Reply, Item: args[1], Of: args[2], State: args[3], Date: on, Reason: reason})
		},
	}
	cmd.Flags().StringVar(&on, "on", "", "the day")
	cmd.Flags().StringVar(&reason, "reason", "", "what was answered, or why nobody was asked; it is published")
	return cmd
}

func (a *app) reportWaiveCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:     "waive CASE REPORT CHECK",
		Short:   "Pass over one point of the check list, with a reason that is published",
		Example: "  overt report waive c4k7q2m9xd0 r7c1m4 number-3f2a91c0 --reason \"the year is in the heading\"",
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Waive, Item: args[1], State: args[2], Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; one sentence")
	return cmd
}

func (a *app) reportMoveCommand(verb, short string, do func(context.Context, *gate.Pass, string) (*casefile.State, error)) *cobra.Command {
	return &cobra.Command{
		Use:     verb + " CASE REPORT",
		Short:   short,
		Long:    short + ". The check list is computed first, in your sight: nothing on it may be\nopen, and the report must rest on what was asked for.",
		Example: "  overt report " + verb + " c4k7q2m9xd0 r7c1m4",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changeWith(cmd.Context(), args[0], func(ctx context.Context, pass *gate.Pass) (*casefile.State, error) {
				return do(ctx, pass, args[1])
			})
		},
	}
}

func (a *app) reportRefuseCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:     "refuse CASE REPORT",
		Short:   "Refuse what was asked for, with a reason; who asked may do so as well",
		Example: "  overt report refuse c4k7q2m9xd0 r7c1m4 --reason \"the second figure has no source\"",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Refuse, Item: args[1], Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; one sentence")
	return cmd
}

// A bundled is what `report bundle` answers.
type bundled struct {
	Bundle string `json:"bundle"`
	Files  int    `json:"files"`
	Key    string `json:"key"`     // to be made known elsewhere
	LogKey string `json:"log_key"` // likewise
}

func (a *app) reportBundleCommand() *cobra.Command {
	var version int
	cmd := &cobra.Command{
		Use:   "bundle CASE REPORT TARGET",
		Short: "Write a published version as files that prove themselves",
		Long: `Writes the bundle of a published version to a new folder, or to an archive when TARGET
ends with .zip: the page (printed by your browser, on your paper), claims, passages,
sources, sums with their rows, the records of approval and publication from the audit
log with proofs, a manifest and a signature. Who gets it reads who wrote, approved and
published it, under which names this home knows them. Make the key that is printed
known in another place: overt verify --key compares it.`,
		Example: `  overt report bundle c4k7q2m9xd0 r7c1m4 hosting.zip
  overt report bundle c4k7q2m9xd0 r7c1m4 hosting --version 2`,
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.visitCase(args[0]); err != nil {
				return err
			}
			h, pass, err := a.enter(cmd.Context())
			if err != nil {
				return err
			}
			defer h.close(a)
			files, err := answer.BundleReport(cmd.Context(), pass, args[1], version)
			if err != nil {
				return err
			}
			if err := writeBundle(args[2], files); err != nil {
				return err
			}
			key, err := pass.PublicationKey()
			if err != nil {
				return err
			}
			return a.print(bundled{args[2], len(files), key, pass.LogKey()}, func(p *page) {
				p.line("%s  %s", p.bold(args[2]), p.dim(plural(len(files), "file", "files")))
				p.line("  key      %s", p.safe(key))
				p.line("  log key  %s", p.safe(pass.LogKey()))
			})
		},
	}
	cmd.Flags().IntVar(&version, "version", 0, "the published version; the newest without it")
	return cmd
}

func writeBundle(target string, files []report.File) error {
	if !strings.EqualFold(filepath.Ext(target), ".zip") {
		return report.WriteFolder(target, files)
	}
	if _, err := os.Lstat(target); err == nil {
		return overt.Errorf(overt.Conflict, target, "there is something of that name already")
	}
	out, err := createNew(target)
	if err != nil {
		return err
	}
	defer out.drop()
	if err := report.WriteZip(out, files); err != nil {
		return unwritten(target, err)
	}
	if err := out.ready(); err != nil {
		return err
	}
	return out.name()
}

func reportPage(p *page, l *reportList, whole bool) {
	if len(l.Reports) == 0 {
		p.line("The case has no report. To begin one: overt report new %s TITLE", l.Case)
	}
	for _, r := range l.Reports {
		p.line("%s  %s", p.bold(r.Item), p.safe(r.Title))
		state := "no text yet"
		if n := len(r.Versions); n > 0 {
			state = fmt.Sprintf("version %d by %s, %s", n, r.Versions[n-1].By, r.Versions[n-1].At)
		}
		for _, s := range []struct{ by, words string }{{r.Requested, "asked for by "}, {r.Approved, "approved by "}} {
			if s.by != "" {
				state += " · " + s.words + s.by
			}
		}
		p.line("  %s", p.dim(state))
		if r.Refused != "" {
			p.line("  %s", p.warn(fmt.Sprintf("refused by %s: %s", r.Refused, p.safe(r.Why))))
		}
		for _, e := range r.Published {
			p.line("  %s", p.dim(fmt.Sprintf("version %d published %s by %s, approved by %s, sha256 %s", e.Version, e.At, e.By, e.Approved, e.SHA256[:12])))
		}
		if n := len(r.Versions); whole && n > 0 {
			p.gap()
			for _, line := range strings.Split(r.Versions[n-1].Text, "\n") {
				p.line("%s", p.safe(line))
			}
		}
		if whole {
			commentLines(p, &r)
		}
	}
}

func reportCheckPage(p *page, c *answer.ReportCheck) {
	p.line("%s  %s", p.bold(c.Report.Item), p.safe(c.Report.Title))
	if c.Open == 0 {
		p.line("  nothing speaks against publishing it")
	}
	for _, f := range c.Findings {
		where := strings.TrimSpace(f.ID + "  " + f.Comment)
		if f.Line > 0 {
			where += fmt.Sprintf("  line %d", f.Line)
		}
		switch {
		case f.Waived != "":
			p.line("  %s", p.dim(fmt.Sprintf("passed over by %s: %s (%s)", f.By, f.Text, f.Waived)))
		case f.Must:
			p.line("  %s  %s", p.warn("! "+f.Text), p.dim(where+"  cannot be passed over"))
		default:
			p.line("  %s  %s", p.warn("! "+f.Text), p.dim(where))
		}
		if f.At != "" {
			p.line("    %s", p.dim("“"+short(f.At, 90)+"”"))
		}
	}
}
