package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/audit"
	"overt/gate"
	"overt/identity"
	"overt/policy"
	"overt/source"
	"overt/statement"
)

// Exit codes: 0 done, 1 it could not be done, 2 the command was not understood.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

type streams struct {
	in       io.Reader
	out, err io.Writer
}

// app carries the flags that every verb shares.
type app struct {
	streams
	home    string
	json    bool
	asOf    string
	knownAt string
	purpose string
	caseID  string
	color   bool
	// unconfined lets foreign files be read where nothing confines the reader.
	unconfined bool
	printed    bool // an answer went to standard output
	clock      func() time.Time
	network    source.Network // the system's own, but in tests
}

// usageError is a command line that was not understood.
type usageError struct{ error }

// network is how connections are made: as the system makes them. Only tests
// of this package set it.
var network source.Network

// whoAsks is who runs the command: whom the system names. Only tests of this
// package set it.
var whoAsks = identity.Local

// run executes one command line and gives the exit code.
func run(ctx context.Context, args []string, s streams) int {
	a := &app{streams: s, clock: time.Now, network: network, color: isTerminal(s.out) && os.Getenv("NO_COLOR") == ""}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	a.report(err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "overt",
		Short: "Follow institutions through public records: who, to whom, how much, on what evidence",
		Long: `Overt takes public records in and keeps, for every value, who said it and where.
It then follows links, money and data flows between institutions, and every
answer opens its citations down to file, row and column.

Everything lies in one folder, the home ($OVERT_HOME, else your data folder).
Nothing leaves the machine, and nothing is fetched but by overt fetch, once you
have allowed it.`,
		Example: `  overt demo                                   # a small real investigation, at once
  overt import contracts.csv --dataset mycity   # your own records
  overt coverage                               # what was read, what was not, and why
  overt show "Four Points Technology"          # one entity, with its sources
  overt money --from ICE --by supplier         # sums that say what they leave out
  overt trace --from ICE --to "Amazon Web Services"
  overt reach IDENT                            # what feeds a system, and who gets what it holds`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
		Args:              cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkDay(cmd) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	f := root.PersistentFlags()
	f.StringVar(&a.home, "home", "", "folder that holds everything (default $OVERT_HOME, else your data folder)")
	f.BoolVar(&a.json, "json", false, "print one JSON object on standard output")
	f.StringVar(&a.asOf, "as-of", "", "only what was valid on that `date` (2019, 2019-03 or 2019-03-31)")
	f.StringVar(&a.knownAt, "known-at", "", "only what sources observed by that `date` said")
	f.StringVar(&a.purpose, "purpose", "", "what this is for, from the home's list (default its first); kept in the audit log")
	f.StringVar(&a.caseID, "case", "", "the `ID` of the case this belongs to; kept in the audit log")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		a.demoCommand(), a.importCommand(), a.ingestCommand(), a.workCommand(), a.retryCommand(), a.fetchCommand(), a.runsCommand(), a.undoCommand(), a.withdrawCommand(), a.diffCommand(), a.coverageCommand(), a.searchCommand(), a.matchCommand(), a.screenCommand(), a.serveCommand(), a.tokenCommand(), a.userCommand(), a.mentionsCommand(), a.acceptCommand(), a.rejectCommand(), a.showCommand(), a.resolveCommand(), a.judgeCommand(), a.judgementsCommand(), a.whyCommand(), a.threadCommand(), a.similarCommand(), a.treeCommand(),
		a.traceCommand(), a.moneyCommand(), a.reachCommand(), a.conflictsCommand(), a.citeCommand(), a.caseCommand(), a.reportCommand(), a.verifyCommand(), a.auditCommand(),
		a.watchCommand(),
		a.exportCommand(), a.backupCommand(), a.restoreCommand(), a.evaluateCommand(), a.doctorCommand(), a.versionCommand(),
	)
	wrapArgs(root)
	return root
}

// wrapArgs makes a wrong number of words a usage error in every verb.
func wrapArgs(c *cobra.Command) {
	c.Args = usageArgs(c.Args)
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}

// usageArgs makes a wrong number of words a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		return nil
	}
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
		}
		return nil
	}
}

// report prints an error: for people a sentence, for programs an object,
// unless the answer was printed: standard output holds one object.
func (a *app) report(err error) {
	code, where, message := overt.CodeOf(err), "", err.Error()
	var ours *overt.Error
	if errors.As(err, &ours) {
		where = ours.Where
	}
	var usage usageError
	if errors.As(err, &usage) {
		code = overt.Invalid
	}
	if errors.Is(err, context.Canceled) {
		message = "stopped; nothing half-written was kept"
	}
	if a.json && !a.printed {
		_ = json.NewEncoder(a.out).Encode(map[string]any{"error": map[string]string{"code": string(code), "message": audit.Safe(message), "where": audit.Safe(where)}})
		return
	}
	fmt.Fprintf(a.err, "overt: %s\n", audit.Safe(message))
	var pointed pointedError
	if errors.As(err, &pointed) {
		fmt.Fprintf(a.err, "  %s\n  %s\n", pointed.text, pointed.caret)
	}
}

// print writes an answer: as JSON, or by the given function for people.
func (a *app) print(v any, people func(w *page)) error {
	a.printed = true
	if a.json {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	}
	p := &page{w: a.out, color: a.color}
	people(p)
	return p.err
}

// homeDir is the folder of the home.
func (a *app) homeDir() (string, error) {
	if a.home != "" {
		return a.home, nil
	}
	if h := os.Getenv("OVERT_HOME"); h != "" {
		return h, nil
	}
	if x := os.Getenv("XDG_DATA_HOME"); x != "" {
		return filepath.Join(x, "overt"), nil
	}
	h, err := os.UserHomeDir()
	if err != nil {
		return "", overt.Errorf(overt.Invalid, "--home", "say where the home is: there is no $OVERT_HOME and no home folder")
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(h, "Library", "Application Support", "overt"), nil
	case "windows":
		if l := os.Getenv("LOCALAPPDATA"); l != "" {
			return filepath.Join(l, "overt"), nil
		}
	}
	return filepath.Join(h, ".local", "share", "overt"), nil
}

// ask opens the home, passes the gate and answers one question.
func ask[T any](ctx context.Context, a *app, act gate.Act, withGraph bool, answerIt func(context.Context, *gate.Desk) (T, error)) (T, error) {
	var zero T
	if err := a.checkDates(); err != nil {
		return zero, err
	}
	h, pass, err := a.enter(ctx)
	if err != nil {
		return zero, err
	}
	defer h.close(a)
	act.When, act.AsOf = statement.When{KnownAt: a.knownAt}, a.asOf
	return gate.Ask(ctx, pass, act, withGraph, func(ctx context.Context, d *gate.Desk) (T, error) {
		out, err := answerIt(ctx, d)
		if err == nil {
			a.notes(d)
		}
		return out, err
	})
}

// enter opens the home and passes the gate. The home is to be closed.
func (a *app) enter(ctx context.Context) (*home, *gate.Pass, error) {
	return a.enterAs(ctx, a.visit)
}

// govern is enter for looking after the home itself, which is its owner's.
func (a *app) govern(ctx context.Context) (*home, *gate.Pass, error) {
	return a.enterAs(ctx, a.governing)
}

func (a *app) enterAs(ctx context.Context, visit func(*home, ...policy.Label) gate.Visit) (*home, *gate.Pass, error) {
	h, err := a.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	pass, err := h.gate.Open(ctx, visit(h))
	if err != nil {
		h.close(a)
		return nil, nil, err
	}
	return h, pass, nil
}

func (a *app) governing(h *home, labels ...policy.Label) gate.Visit {
	v := a.visit(h, labels...)
	v.Governs = true
	return v
}

func (a *app) visit(h *home, labels ...policy.Label) gate.Visit {
	return gate.Visit{Actor: h.actor, Purpose: policy.Purpose(a.purpose), Case: a.caseID, Writes: labels}
}

// checkDates refuses dates that would silently mean "no limit".
func (a *app) checkDates() error {
	for _, d := range []struct{ flag, value string }{{"--as-of", a.asOf}, {"--known-at", a.knownAt}} {
		if d.value != "" && statement.DayOf(d.value) == statement.NoDay {
			return overt.Errorf(overt.Invalid, d.flag, "%q is not a date; write 2019, 2019-03 or 2019-03-31", d.value)
		}
	}
	return nil
}

// Verbs whose answer is that of a day, and of what was known on one.
var (
	asOfVerbs    = []string{"conflicts", "money", "reach", "show", "trace"}
	knownAtVerbs = []string{"conflicts", "diff", "export", "mentions", "money", "reach", "search", "show", "trace"}
)

// checkDay refuses a day that the verb would pass over in silence. Export says
// itself what it has in place of --as-of.
func (a *app) checkDay(cmd *cobra.Command) error {
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	for _, d := range []struct {
		flag, value string
		verbs       []string
	}{{"--as-of", a.asOf, append([]string{"export"}, asOfVerbs...)}, {"--known-at", a.knownAt, knownAtVerbs}} {
		if d.value != "" && cmd.HasParent() && !slices.Contains(d.verbs, cmd.Name()) {
			return usageError{fmt.Errorf("overt %s knows no %s", cmd.Name(), d.flag)}
		}
	}
	return nil
}

func (a *app) today() statement.Day { return statement.DayAt(a.clock()) }

// foundLine says which entity the words were taken for.
func foundLine(p *page, role string, f *answer.Found) {
	if f == nil {
		return
	}
	how := f.How
	if f.Asked != "" {
		how += " " + string(f.Asked)
	}
	p.line("%s  %s  %s", p.dim(role), p.bold(f.Caption), p.dim(fmt.Sprintf("%s · %s · by %s", f.Schema, f.ID, how)))
	for i, o := range f.Others {
		if i == 3 {
			p.line("      %s", p.dim(fmt.Sprintf("… and %d more", len(f.Others)-3+f.More)))
			break
		}
		p.line("      %s", p.dim(fmt.Sprintf("not: %s · %s · %s", o.Caption, o.Schema, o.ID)))
	}
}
