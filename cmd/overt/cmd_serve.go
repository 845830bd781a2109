package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"overt/api"
	"overt/extract/records"
	"overt/gate"
	"overt/policy"
	"overt/resolve/evaluate"
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

Others reach it where they sign in: with a passkey, for which overt user add invites
them, or by an issuer of OpenID Connect that policy.yaml lists under sign_in. Then say
the name it is reached by (--public-url), and give a certificate or a proxy that has
one; docs/accounts.md has the steps.

With --tokens it also answers programs, each under the name and purpose of the token
that it shows (overt token): yente's matching API (/match, /search/DATASET, /entities,
/catalog, /algorithms), the Reconciliation API 0.2, as OpenRefine does
(/reconcile/DATASET, or /reconcile/default for all; docs/format/match-api.md has the
forms), and /api/v1, which has all that the verbs have, with Aleph's _bulk and _stream
(docs/api.md). With --only match or --only api it answers those alone; without
--tokens in your name, for the purpose given here, and from this machine.

Each request is in the audit log before it is answered. No script of another page may
ask, but those of the origins that --allow-origin lists; OpenRefine's own needs that,
to suggest and to preview.`,
		Example: `  overt serve
  overt serve --listen 127.0.0.1:8500 --tokens
  overt serve --listen :443 --tls-cert desk.pem --tls-key desk.key --public-url https://desk.example.org
  overt serve --only match --purpose verification --against us-ofac-sdn
  overt serve --only match --allow-origin http://127.0.0.1:3333
  overt serve --only match --tokens --public-url https://lists.example.org`,
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
	f.BoolVar(&o.tokens, "tokens", false, "answer programs under the name of the token that they show")
	f.StringVar(&o.public, "public-url", "", "the `address` others know the service by, such as that of a proxy")
	f.StringVar(&o.cert, "tls-cert", "", "the `file` with the certificate that browsers are shown, and those above it")
	f.StringVar(&o.key, "tls-key", "", "the `file` with its key")
	f.BoolVar(&o.proxied, "behind-proxy", false, "a proxy in front of it speaks TLS, and passes the name it was asked by")
	f.StringSliceVar(&o.origins, "allow-origin", nil, "let scripts of pages of these `origins` ask")
	f.StringSliceVar(&o.against, "against", nil, "have these `datasets` ready too, each by itself, for programs")
	return cmd
}

// serveOptions are the flags of serve.
type serveOptions struct {
	only, listen, public string
	tokens, proxied      bool
	origins, against     []string
	cert, key            string      // files
	secure               *tls.Config // of them; nil without
}

// defaultListen is where the service is reached when nothing else is said.
const defaultListen = "127.0.0.1:8400"

// bearing says who shows a token; nil where none are asked.
func (o *serveOptions) bearing(h *home, clock func() time.Time) api.Bearing {
	if !o.tokens {
		return nil
	}
	return func(ctx context.Context, secret string) (gate.Visit, error) { return h.bearer(ctx, secret, clock()) }
}

func (a *app) serve(ctx context.Context, o serveOptions) error {
	if err := o.reached(); err != nil {
		return err
	}
	h, _, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	defer h.keepLooking(ctx, a)()
	switch o.only {
	case "":
		return a.serveDesk(ctx, h, o)
	case "api":
		return a.serveAPI(ctx, h, o)
	}
	s, err := a.matchService(ctx, h, o)
	if err != nil {
		return err
	}
	return s.Serve(ctx, o.listen, o.secure, func(at string) {
		fmt.Fprintf(a.err, "answering at %s; Ctrl-C ends it\n", o.url(at))
	})
}

// matchService answers programs, having ready what they compare with.
func (a *app) matchService(ctx context.Context, h *home, o serveOptions) (*api.Service, error) {
	cfg := api.Config{Gate: h.gate, Visit: a.visit(h), Who: o.bearing(h, a.clock), Version: version, Public: o.public, Origins: o.origins}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := api.New(cfg)
	for _, dataset := range append([]string{""}, o.against...) {
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

// serveDesk serves the desk, and programs beside it where tokens are asked of them.
func (a *app) serveDesk(ctx context.Context, h *home, o serveOptions) (err error) {
	pages := &drawer{app: a, home: h}
	defer func() { err = errors.Join(err, pages.close()) }()
	return a.withRecords(func(pool *records.Pool) (err error) {
		cfg := web.Config{
			Gate: h.gate, Clock: a.clock, Log: slog.New(slog.NewTextHandler(a.err, nil)),
			Records: pool.Opener(""), Draw: pages.draw, Mappings: filepath.Join(h.dir, "sources", "mappings"),
			Evaluations: func() ([]evaluate.Kept, error) { return evaluate.ReadKept(filepath.Join(h.dir, "evaluations")) },
			Hosts:       o.hosts(), TLS: o.encrypted(), BehindProxy: o.proxied,
		}
		if cfg.Accounts, err = a.accounts(h); err != nil {
			return err
		}
		for _, p := range h.engine.Purposes() {
			cfg.Purposes = append(cfg.Purposes, web.Purpose{ID: p.ID, Label: cmp.Or(p.Title, string(p.ID))})
		}
		if i := slices.IndexFunc(cfg.Purposes, func(p web.Purpose) bool { return p.ID == policy.Purpose(a.purpose) }); i > 0 {
			cfg.Purposes[0], cfg.Purposes[i] = cfg.Purposes[i], cfg.Purposes[0] // sessions begin with the first
		}
		if cfg.Jobs, err = a.imports(ctx, h, pool); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, cfg.Jobs.Close()) }()
		// Who follows an import waits for its end, and the service for him.
		defer context.AfterFunc(ctx, func() { _ = cfg.Jobs.Close() })()
		if o.tokens {
			programs, failed := a.matchService(ctx, h, o)
			if failed != nil {
				return failed
			}
			v1, failed := a.apiV1(h, pool, cfg.Jobs, api.ByToken(o.bearing(h, a.clock), a.visit(h)))
			if failed != nil {
				return failed
			}
			cfg.Beside = []web.Beside{{Paths: programs.Paths(), Handler: programs}, {Paths: v1.Paths(), Handler: v1}}
		}
		s := web.New(cfg)
		return api.Serve(ctx, o.listen, o.secure, s, func(at string) {
			fmt.Fprintf(a.err, "The desk is open at\n  %s%s%s\nThe address works once, for you; Ctrl-C ends the service.\n", o.url(at), web.EnterPath, s.Key(h.actor))
		})
	})
}
