package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"overt/api"
	"overt/gate"
)

func (a *app) serveCommand() *cobra.Command {
	var only, listen string
	var tokens bool
	var against []string
	var cfg api.Config
	cmd := &cobra.Command{
		Use:   "serve --only match",
		Short: "Answer other programs over HTTP: whom of the lists they ask for",
		Long: `Answers requests of programs that speak yente's matching API (/match, /search,
/entities, /catalog, /algorithms) or the Reconciliation API 0.2, as OpenRefine does
(/reconcile/DATASET, or /reconcile/default for all). docs/format/match-api.md has the
forms.

Whoever asks, asks in your name and for the purpose given here, from this machine
alone; with --tokens, under the name and purpose of the token he shows (overt token).
Each request is in the audit log before it is answered. No script of a page may ask,
but those of the origins that --allow-origin lists; OpenRefine's own needs that, to
suggest and to preview. While it runs, the home is in use: other verbs wait for its
end. Ctrl-C ends it; what is being answered then is answered still.`,
		Example: `  overt serve --only match
  overt serve --only match --listen 127.0.0.1:8400 --purpose screening --against us-ofac-sdn
  overt serve --only match --allow-origin http://127.0.0.1:3333
  overt serve --only match --tokens --public-url https://lists.example.org`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if only != "match" {
				return usageError{fmt.Errorf("say what is served: --only match")}
			}
			return a.serve(cmd.Context(), cfg, tokens, listen, against)
		},
	}
	f := cmd.Flags()
	f.StringVar(&only, "only", "", "`what` is served: match")
	f.StringVar(&listen, "listen", "127.0.0.1:8400", "the `address` it is served at")
	f.BoolVar(&tokens, "tokens", false, "ask for a token, and answer under its name")
	f.StringVar(&cfg.Public, "public-url", "", "the `address` others know the service by, such as that of a proxy")
	f.StringSliceVar(&cfg.Origins, "allow-origin", nil, "let scripts of pages of these `origins` ask")
	f.StringSliceVar(&against, "against", nil, "have these `datasets` ready too, each by itself")
	return cmd
}

func (a *app) serve(ctx context.Context, cfg api.Config, tokens bool, listen string, against []string) error {
	h, _, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	cfg.Gate, cfg.Visit, cfg.Version = h.gate, a.visit(h), version
	if tokens {
		cfg.Who = func(ctx context.Context, secret string) (gate.Visit, error) { return h.bearer(ctx, secret, a.clock()) }
	}
	if err := cfg.Validate(); err != nil {
		return err
	}
	s := api.New(cfg)
	for _, dataset := range append([]string{""}, against...) {
		n, err := s.Warm(ctx, dataset)
		if err != nil {
			return err
		}
		if dataset != "" {
			dataset = " of " + dataset
		}
		fmt.Fprintf(a.err, "%s%s to be compared with\n", plural(n, "entity", "entities"), dataset)
	}
	return s.Serve(ctx, listen, func(at string) {
		fmt.Fprintf(a.err, "answering at http://%s; Ctrl-C ends it\n", at)
	})
}
