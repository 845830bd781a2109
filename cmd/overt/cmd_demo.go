package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/internal/demo"
	"overt/ledger"
)

// demoSteps are the questions of the walk, each with what it shows.
var demoSteps = []struct{ say, command string }{
	{"Who is this company? Every value opens the row it was read from.", `show "Four Points Technology"`},
	{"How is the agency linked to the cloud it runs on? Through a reseller.", `trace --from ICE --to "Amazon Web Services" --paths 3`},
	{"What was paid, as far as a source states it? Kinds are never added together.", `money --from ICE --kind stated`},
	{"What feeds this system, who gets what it holds, and where does it stand?", `reach SEVIS --to`},
	{"And the fingerprint system?", `reach IDENT`},
}

func (a *app) demoCommand() *cobra.Command {
	var o serveOptions
	serve := isTerminal(a.out)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Fill a home with a small real investigation and walk through it",
		Long: `Loads our own small example: agencies, systems, contracts, resellers, hosts and
data flows around the US Department of Homeland Security, mostly 2014 to 2019,
each fact with publisher, title and date of its public source. Then it asks a
few questions and prints the answers, as you would.

On a terminal it then opens the desk on the example, as overt serve does, until Ctrl-C;
--serve=false ends it after the walk. Where what it prints goes elsewhere, it ends
there unless --serve asks for the desk.

Without --home it uses a folder of its own, so that your data stays apart.`,
		Example: "  overt demo\n  overt demo --serve=false --home /tmp/try && overt --home /tmp/try show HART",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.demo(cmd.Context()); err != nil || !serve || a.json {
				return err
			}
			return a.serve(cmd.Context(), o)
		},
	}
	a.unconfinedFlag(cmd)
	cmd.Flags().BoolVar(&serve, "serve", serve, "open the desk on the example")
	cmd.Flags().StringVar(&o.listen, "listen", defaultListen, "the `address` the desk is served at")
	return cmd
}

func (a *app) demo(ctx context.Context) error {
	if a.home == "" {
		dir, err := a.homeDir()
		if err != nil {
			return err
		}
		a.home = dir + "-demo"
	}
	if err := a.loadDemo(ctx); err != nil {
		return err
	}
	if a.json {
		return a.print(map[string]string{"home": a.home}, nil)
	}
	p := &page{w: a.out, color: a.color}
	for i, s := range demoSteps {
		p.gap()
		p.line("%s", p.bold(fmt.Sprintf("%d. %s", i+1, s.say)))
		p.line("%s", p.dim("$ overt "+s.command))
		if p.err != nil {
			return p.err
		}
		if code := run(ctx, append([]string{"--home", a.home}, words(s.command)...), a.streams); code != exitOK {
			return overt.Errorf(overt.Internal, "overt "+s.command, "a step of the demo failed")
		}
	}
	p.gap()
	p.line("%s", p.bold("Your turn."))
	p.line("  export OVERT_HOME=%s", p.safe(shellQuote(a.home)))
	p.line("  overt show HART            overt trace --from ICM --to \"Amazon Web Services\"")
	p.line("  overt coverage demo        overt audit verify")
	p.line("  overt import YOUR.csv --dataset NAME     overt --help")
	return p.err
}

// loadDemo fills the home; a second time it adds nothing.
func (a *app) loadDemo(ctx context.Context) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if err := a.importReference(ctx, h); err != nil {
		return err
	}
	req, err := embedded(demo.Files(), demo.Mapping, demo.Dataset)
	if err != nil {
		return err
	}
	rep, err := a.importInto(ctx, h, req)
	if err != nil {
		return err
	}
	rows := int64(0)
	for _, f := range rep.Files {
		if f.Verdict != ledger.Read {
			return overt.Errorf(overt.Internal, f.Source, "the demo's own table was not read whole: %s", f.Reason)
		}
		rows += f.Received
	}
	if a.json {
		return nil
	}
	p := &page{w: a.out, color: a.color}
	switch {
	case len(rep.Runs) == 0:
		p.line("The demo is in %s already.", p.safe(a.home))
	default:
		p.line("Loaded %s facts about %s entities into %s.", count(rows), count(rep.Runs[0].Entities), p.safe(a.home))
	}
	return p.err
}

// words splits a command line of our own at blanks, but for double quotes.
func words(line string) []string {
	var out []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

func shellQuote(s string) string {
	if strings.ContainsAny(s, " '\"$\\") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
