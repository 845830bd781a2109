package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/gate"
	"overt/pipeline"
	"overt/source"
	"overt/statement"
)

// A fetchRequest is what the user asked for.
type fetchRequest struct {
	id     string
	set    map[string]string
	dry    bool
	anew   bool
	intake bool
}

func (a *app) fetchCommand() *cobra.Command {
	var req fetchRequest
	var list bool
	var set []string
	cmd := &cobra.Command{
		Use:   "fetch ID [--set KEY=VALUE]… [--import]",
		Short: "Get a public source from its publisher",
		Long: `Gets a source from the catalogue and keeps its files as they came, with a
manifest of where and when, in the home's folder incoming. With --import they are
then taken in like any other file.

It is off until the owner of the home lists sources or hosts under fetch: in
policy.yaml. No other verb opens a connection, but import the one to a database
that your mapping names. What was cut short goes on where it stopped when the
same command is given again.

Your own sources are files in the home's folder sources; docs/format/source.md
has their form.`,
		Example: `  overt fetch --list                                   # what there is, and what is allowed
  overt fetch fedramp-marketplace --import
  overt fetch opensanctions-entities --set dataset=us_ofac_sdn --dry-run
  overt fetch usaspending-transactions --set year=2024 --set agency="U.S. Immigration and Customs Enforcement"`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list != (len(args) == 0) {
				return usageError{fmt.Errorf("say which source to fetch, or --list; see overt fetch --help")}
			}
			if list {
				return a.listSources(cmd.Context())
			}
			var err error
			if req.id, req.set = args[0], map[string]string{}; len(set) > 0 {
				req.set, err = settings(set)
			}
			if err != nil {
				return err
			}
			return a.fetch(cmd.Context(), req)
		},
	}
	a.unconfinedFlag(cmd)
	f := cmd.Flags()
	f.BoolVar(&list, "list", false, "list the sources, and which of them are allowed")
	f.StringArrayVar(&set, "set", nil, "a value that the source asks for, as `KEY=VALUE`")
	f.BoolVar(&req.dry, "dry-run", false, "show what would be asked for, and of whom; open no connection")
	f.BoolVar(&req.anew, "anew", false, "drop what an earlier attempt left, and begin again")
	f.BoolVar(&req.intake, "import", false, "take the files in when they are there")
	return cmd
}

func settings(list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, s := range list {
		k, v, ok := strings.Cut(s, "=")
		if _, twice := out[k]; !ok || twice || k == "" {
			return nil, usageError{fmt.Errorf("--set %s: write KEY=VALUE, each key once", s)}
		}
		out[k] = v
	}
	return out, nil
}

// A sourceList is what `overt fetch --list` answers.
type sourceList struct {
	Policy  string       `json:"policy"` // the file that allows
	Folder  string       `json:"folder"` // of the user's own sources
	Sources []sourceLine `json:"sources"`
}

// A sourceLine is one source of the catalogue.
type sourceLine struct {
	ID         string      `json:"id"`
	Title      string      `json:"title"`
	Publisher  string      `json:"publisher"`
	Licence    string      `json:"licence"`
	About      string      `json:"about,omitempty"`
	Pack       string      `json:"pack,omitempty"`
	Extent     string      `json:"extent,omitempty"`
	Hosts      []string    `json:"hosts"`
	Parameters []paramLine `json:"parameters"`
	Allowed    bool        `json:"allowed"`
	Reason     string      `json:"reason,omitempty"`
	Own        bool        `json:"own"`
}

// A paramLine is a value that a source asks for.
type paramLine struct {
	Name     string `json:"name"`
	Usage    string `json:"usage"`
	Optional bool   `json:"optional"`
}

// Records counts what the answer releases.
func (l *sourceList) Records() int { return len(l.Sources) }

func (a *app) listSources(ctx context.Context) error {
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	catalogue, err := h.sources()
	if err != nil {
		return err
	}
	list, err := gate.Ask(ctx, pass, gate.Act{Action: "source.list"}, false, func(context.Context, *gate.Desk) (*sourceList, error) {
		out := &sourceList{Policy: filepath.Join(h.dir, "policy.yaml"), Folder: filepath.Join(h.dir, "sources")}
		for _, e := range catalogue {
			out.Sources = append(out.Sources, lineOf(pass, e))
		}
		return out, nil
	})
	if err != nil {
		return err
	}
	return a.print(list, func(p *page) { sourcesPage(p, list) })
}

func lineOf(pass *gate.Pass, e *source.Entry) sourceLine {
	l := sourceLine{
		ID: e.ID, Title: e.Title, Publisher: e.Publisher, Licence: e.Licence, About: e.About, Pack: e.Pack, Extent: e.Extent,
		Hosts: e.FixedHosts(), Parameters: []paramLine{}, Own: e.Own,
	}
	for i := range e.Parameters {
		p := &e.Parameters[i]
		l.Parameters = append(l.Parameters, paramLine{p.Name, p.Usage(), p.Optional || p.Default != ""})
	}
	if len(l.Hosts) == 0 {
		l.Hosts, l.Reason = []string{}, "the policy must list the host of the address you give"
		return l
	}
	if l.Allowed, l.Reason = pass.MayFetch(gate.Fetch{Source: e.ID, Fixed: l.Hosts}); l.Allowed {
		l.Reason = ""
	}
	return l
}

func sourcesPage(p *page, list *sourceList) {
	for _, s := range list.Sources {
		mark := p.dim("not allowed")
		switch {
		case s.Allowed:
			mark = "allowed"
		case len(s.Hosts) == 0:
			mark = p.dim("by host")
		}
		p.line("%s  %s", p.bold(s.ID), mark)
		p.line("  %s", p.safe(s.Title))
		p.line("  %s", p.dim(strings.Join(append([]string{s.Publisher, s.Licence}, s.Hosts...), " · ")))
		for _, v := range s.Parameters {
			need := "  "
			if v.Optional {
				need = " ?"
			}
			p.line("   %s --set %s=…  %s", p.dim(need), v.Name, p.safe(v.Usage))
		}
	}
	p.gap()
	p.line("%s", p.dim("Allowed is what stands under fetch: in "+list.Policy))
}

// sources are ours and those in the home's folder.
func (h *home) sources() (source.Catalogue, error) {
	return source.Load(filepath.Join(h.dir, "sources"))
}

// A fetchReport is what `overt fetch` answers.
type fetchReport struct {
	Source    string           `json:"source"`
	Dataset   string           `json:"dataset"`
	DryRun    bool             `json:"dry_run,omitempty"`
	Allowed   bool             `json:"allowed"`
	Reason    string           `json:"reason,omitempty"` // why it is not allowed
	Hosts     []string         `json:"hosts"`
	Asks      []source.Ask     `json:"asks,omitempty"`
	Dir       string           `json:"dir,omitempty"`
	Unchanged bool             `json:"unchanged"`
	Observed  string           `json:"observed,omitempty"`
	Files     []source.Fetched `json:"files"`
	Manifest  overt.BlobID     `json:"manifest,omitempty"`
	Warnings  []string         `json:"warnings"`
	Import    *pipeline.Report `json:"import,omitempty"`
}

func (a *app) fetch(ctx context.Context, req fetchRequest) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	catalogue, err := h.sources()
	if err != nil {
		return err
	}
	e, err := catalogue.Find(req.id)
	if err != nil {
		return err
	}
	if req.intake && e.Pack == source.NoPack {
		return overt.Errorf(overt.Invalid, "--import", "nothing reads %s yet; fetch it without --import, and its files are kept", e.ID)
	}
	plan, err := e.Plan(req.set)
	if err != nil {
		return err
	}
	pass, err := h.gate.Open(ctx, a.visit(h))
	if err != nil {
		return err
	}
	rep := &fetchReport{Source: e.ID, Dataset: plan.Dataset(), Hosts: plan.Hosts(), Files: []source.Fetched{}, Warnings: []string{}}
	want := gate.Fetch{Source: e.ID, Fixed: e.FixedHosts(), Given: plan.GivenHosts(), Query: plan.Line()}
	if req.dry {
		rep.DryRun, rep.Asks = true, plan.Asks
		rep.Allowed, rep.Reason = pass.MayFetch(want)
		return a.print(rep, func(p *page) { dryPage(p, rep) })
	}
	rep.Allowed = true
	got, err := a.fetchInto(ctx, h, pass, want, plan, req.anew, rep)
	if err != nil {
		return err
	}
	if req.intake {
		return a.importFetched(ctx, h, plan, got, rep)
	}
	return a.print(rep, func(p *page) { fetchPage(p, rep) })
}

// fetchInto fetches through the gate. The manifest is kept as a blob, so that
// a backup holds it and the audit log names it.
func (a *app) fetchInto(ctx context.Context, h *home, pass *gate.Pass, want gate.Fetch, plan *source.Plan, anew bool, rep *fetchReport) (*source.Result, error) {
	m := a.meter()
	defer m.end()
	f := &source.Fetcher{
		Dir: filepath.Join(h.dir, "incoming"), Agent: "overt/" + version, Clock: a.clock, Network: a.network,
		Progress: func(p source.Progress) { showFetch(m, p) },
	}
	var got *source.Result
	err := pass.Fetch(ctx, want, func(ctx context.Context, b *gate.Bench) (n int64, result string, err error) {
		if got, err = f.Fetch(ctx, plan, anew); err != nil {
			return 0, "", err
		}
		raw, err := json.Marshal(got.Manifest)
		if err != nil {
			return 0, "", err
		}
		if rep.Manifest, _, err = b.Blobs.Put(ctx, bytes.NewReader(raw)); err != nil {
			return 0, "", err
		}
		return int64(len(got.Manifest.Files)), string(rep.Manifest), nil
	})
	if err != nil {
		return nil, err
	}
	rep.Dir, rep.Unchanged, rep.Observed, rep.Files = got.Dir, got.Unchanged, got.Manifest.Day(), got.Manifest.Files
	rep.Warnings = append(rep.Warnings, got.Manifest.Warnings...)
	return got, nil
}

func showFetch(m *meter, p source.Progress) {
	if p.Note != "" {
		m.show("%s", p.Note)
		return
	}
	of := ""
	if p.Total >= 0 {
		of = " of " + bytesText(p.Total)
	}
	m.show("%s: %s%s, %s/s", p.File, bytesText(p.Bytes), of, bytesText(int64(m.rate(p.File, p.Bytes))))
}

// importFetched takes the files in, with their addresses.
func (a *app) importFetched(ctx context.Context, h *home, plan *source.Plan, got *source.Result, rep *fetchReport) error {
	e := plan.Entry
	req := pipeline.Request{
		Paths: got.Data(), Dataset: plan.Dataset(), Format: e.Pack, Extent: statement.Extent(e.Extent), Together: e.Together,
		Origins: map[string]pipeline.Origin{},
	}
	for _, f := range got.Manifest.Files {
		req.Origins[filepath.Join(got.Dir, f.Name)] = pipeline.Origin{Address: f.Address, Fetched: f.At, State: got.Manifest.Day()}
	}
	if err := a.importReference(ctx, h); err != nil {
		return err
	}
	if err := a.confines(ctx); err != nil {
		return err
	}
	in, err := a.importInto(ctx, h, req)
	if err != nil && in == nil {
		return err
	}
	rep.Import = in
	if printErr := a.print(rep, func(p *page) { fetchPage(p, rep); importPage(p, in) }); printErr != nil {
		return printErr
	}
	if err != nil {
		return err
	}
	return failures(req, in)
}

func dryPage(p *page, rep *fetchReport) {
	for _, k := range rep.Asks {
		p.line("%s %s", k.Method, p.safe(k.Address))
		if k.Body != "" {
			p.line("    %s", p.dim(k.Body))
		}
	}
	p.line("%s", p.dim("connects to "+strings.Join(rep.Hosts, ", ")))
	if !rep.Allowed {
		p.warning(rep.Reason, "")
	}
}

func fetchPage(p *page, rep *fetchReport) {
	var total int64
	for _, f := range rep.Files {
		total += f.Bytes
	}
	what := plural(len(rep.Files), "file", "files") + ", " + bytesText(total)
	if rep.Unchanged {
		what += ", unchanged since it was fetched"
	}
	if rep.Observed != "" {
		what += " · as of " + rep.Observed
	}
	p.line("%s  %s", p.bold(rep.Source), p.dim(what))
	for i, f := range rep.Files {
		if i == 12 {
			p.line("    %s", p.dim(fmt.Sprintf("… and %d more", len(rep.Files)-12)))
			break
		}
		p.line("    %s  %s  %s", p.safe(f.Name), bytesText(f.Bytes), p.dim(f.Address))
	}
	for _, w := range rep.Warnings {
		p.warning(w, "")
	}
	p.line("  %s", p.dim("in "+displayPath(rep.Dir)))
	if rep.Import == nil {
		p.line("  %s", p.dim("take it in with the same command and --import"))
	}
}

// displayPath is a path as the user would write it here.
func displayPath(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	return path
}
