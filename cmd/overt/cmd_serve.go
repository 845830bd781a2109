package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/api"
	"overt/extract/records"
	"overt/policy"
	"overt/web"
)

func (a *app) serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Open the desk: search, follow and cite in a browser",
		Long: `Serves the desk at an address of this machine and prints one that opens it: it
holds a key that works once, for you. Ctrl-C ends it; what is being answered then is
answered still. While it runs, the home is in use: other verbs wait for its end.

With --token-file it also answers programs that say the token: yente's matching API
(/match, /search/DATASET, /entities, /catalog, /algorithms) and the Reconciliation API
0.2, as OpenRefine does (/reconcile/DATASET, or /reconcile/default for all).
docs/format/match-api.md has the forms; and /api/v1, which has all that the verbs have,
with Aleph's _bulk and _stream: docs/api.md has the routes. With --only match or --only
api it answers those alone, and without a token from this machine.

Whoever asks, asks in your name and for the purpose given here; each request is in
the audit log before it is answered.`,
		Example: `  overt serve
  overt serve --listen 127.0.0.1:8500 --token-file token.txt
  overt serve --only match --purpose screening --against us-ofac-sdn`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.only != "" && o.only != "match" && o.only != "api" {
				return usageError{fmt.Errorf("--only is match or api, not %q", o.only)}
			}
			return a.serve(cmd.Context(), o)
		},
	}
	a.unconfinedFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&o.only, "only", "", "`what` alone is served: match, or api")
	f.StringVar(&o.listen, "listen", defaultListen, "the `address` it is served at")
	f.StringVar(&o.tokenFile, "token-file", "", "a `file` with the token that is asked of programs")
	f.StringSliceVar(&o.against, "against", nil, "have these `datasets` ready too, each by itself, for programs")
	return cmd
}

// serveOptions are the flags of serve.
type serveOptions struct {
	only, listen, tokenFile string
	against                 []string
}

// defaultListen is where the service is reached when nothing else is said.
const defaultListen = "127.0.0.1:8400"

// leastToken is the shortest token, in bytes.
const leastToken = 16

func readToken(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", &overt.Error{Code: overt.NotFound, Op: "read the token", Where: path, Err: err}
	}
	token := strings.TrimSpace(string(raw))
	if len(token) < leastToken || strings.ContainsAny(token, " \t\r\n") {
		return "", overt.Errorf(overt.Invalid, path, "a token is one word of %d characters or more", leastToken)
	}
	return token, nil
}

func (a *app) serve(ctx context.Context, o serveOptions) error {
	token, err := readToken(o.tokenFile)
	if err != nil {
		return err
	}
	if o.only == "api" {
		return a.serveAPI(ctx, o.listen, token)
	}
	h, _, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if o.only == "" {
		return a.serveDesk(ctx, h, o, token)
	}
	s, err := a.matchService(ctx, h, token, o.against)
	if err != nil {
		return err
	}
	return s.Serve(ctx, o.listen, func(at string) {
		fmt.Fprintf(a.err, "answering at http://%s; Ctrl-C ends it\n", at)
	})
}

// matchService answers programs, having ready what they compare with.
func (a *app) matchService(ctx context.Context, h *home, token string, against []string) (*api.Service, error) {
	s := api.New(api.Config{Gate: h.gate, Visit: a.visit(h), Token: token, Version: version})
	for _, dataset := range append([]string{""}, against...) {
		n, err := s.Warm(ctx, dataset)
		if err != nil {
			return nil, err
		}
		if dataset != "" {
			dataset = " of " + dataset
		}
		fmt.Fprintf(a.err, "%s%s to be compared with\n", plural(n, "entity", "entities"), dataset)
	}
	return s, nil
}

// serveDesk serves the desk, and programs beside it where there is a token.
func (a *app) serveDesk(ctx context.Context, h *home, o serveOptions, token string) error {
	if !api.Loopback(o.listen) {
		return overt.Errorf(overt.Invalid, "--listen", "others could reach %s, and the desk knows one person, who opened it; listen at 127.0.0.1", o.listen)
	}
	pages := &drawer{app: a, home: h}
	err := a.withRecords(func(pool *records.Pool) (err error) {
		cfg := web.Config{
			Gate: h.gate, Clock: a.clock, Log: slog.New(slog.NewTextHandler(a.err, nil)),
			Records: pool.Opener(""), Draw: pages.draw,
		}
		for _, p := range h.engine.Purposes() {
			cfg.Purposes = append(cfg.Purposes, web.Purpose{ID: p.ID, Label: cmp.Or(p.Title, string(p.ID))})
		}
		if i := slices.IndexFunc(cfg.Purposes, func(p web.Purpose) bool { return p.ID == policy.Purpose(a.purpose) }); i > 0 {
			cfg.Purposes[0], cfg.Purposes[i] = cfg.Purposes[i], cfg.Purposes[0] // sessions begin with the first
		}
		if token != "" {
			programs, err := a.matchService(ctx, h, token, o.against)
			if err != nil {
				return err
			}
			v1, err := a.apiV1(ctx, h, pool, api.ByToken(token, a.visit(h)))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, v1.Close()) }()
			// Who follows an import waits for its end, and the service for him.
			defer context.AfterFunc(ctx, func() { _ = v1.Close() })()
			cfg.Beside = append(cfg.Beside, web.Beside{Paths: programs.Paths(), Handler: programs}, web.Beside{Paths: v1.Paths(), Handler: v1})
		}
		s := web.New(cfg)
		return api.Serve(ctx, o.listen, s, func(at string) {
			fmt.Fprintf(a.err, "The desk is open at\n  http://%s%s%s\nThe address works once, for you; Ctrl-C ends the service.\n", at, web.EnterPath, s.Key(h.actor))
		})
	})
	return errors.Join(err, pages.close())
}
