package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/api"
)

func (a *app) serveCommand() *cobra.Command {
	var only, listen, tokenFile string
	var against []string
	cmd := &cobra.Command{
		Use:   "serve --only match|api",
		Short: "Answer other programs over HTTP: whom of the lists they ask for",
		Long: `Answers requests of programs that speak yente's matching API (/match, /search,
/entities, /catalog, /algorithms) or the Reconciliation API 0.2, as OpenRefine does
(/reconcile/DATASET, or /reconcile/default for all). docs/format/match-api.md has the
forms. With --only api, those that speak /api/v1, which has all that the verbs have,
and Aleph's _bulk and _stream; docs/api.md has the routes.

Whoever asks, asks in your name and for the purpose given here; each request is in
the audit log before it is answered. Without a token the service is reached from
this machine alone. While it runs, the home is in use: other verbs wait for its end.
Ctrl-C ends it; what is being answered then is answered still.`,
		Example: `  overt serve --only match
  overt serve --only match --listen 127.0.0.1:8400 --purpose screening --against us-ofac-sdn
  overt serve --only match --listen 0.0.0.0:8400 --token-file token.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if only != "match" && only != "api" {
				return usageError{fmt.Errorf("say what is served: --only match or --only api")}
			}
			token, err := readToken(tokenFile)
			if err != nil {
				return err
			}
			if only == "api" {
				return a.serveAPI(cmd.Context(), listen, token)
			}
			return a.serve(cmd.Context(), listen, token, against)
		},
	}
	a.unconfinedFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&only, "only", "", "`what` is served: match, or api")
	f.StringVar(&listen, "listen", "127.0.0.1:8400", "the `address` it is served at")
	f.StringVar(&tokenFile, "token-file", "", "a `file` with the token that is asked of everyone")
	f.StringSliceVar(&against, "against", nil, "have these `datasets` ready too, each by itself")
	return cmd
}

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

func (a *app) serve(ctx context.Context, listen, token string, against []string) error {
	h, _, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	s := api.New(api.Config{Gate: h.gate, Visit: a.visit(h), Token: token, Version: version})
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
