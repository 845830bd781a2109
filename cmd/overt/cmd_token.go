package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"overt/account"
	"overt/gate"
	"overt/identity"
	"overt/policy"
)

func (a *app) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Say who may ask over the network, and until when",
		Long: `A token lets a program ask overt serve --tokens in the name of an account, for one
purpose, until a day. What an account sees stands in policy.yaml, under people.
The secret is shown once; what is kept is its hash, in ledger.db. Revoking counts
from the next start of the service on: while it runs, the home is in use.`,
		Example: "  overt token add crm --purpose verification --expires 2027-01-31\n  overt token list\n  overt token revoke 9f02c1d4e5a6",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.tokenAddCommand(), a.tokenListCommand(), a.tokenRevokeCommand())
	return cmd
}

func (a *app) tokenAddCommand() *cobra.Command {
	var expires string
	cmd := &cobra.Command{
		Use:     "add NAME",
		Short:   "Make a token for an account, and show its secret",
		Example: "  overt token add crm --purpose verification --expires 2027-01-31",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			who, err := identity.Account(args[0])
			if err != nil {
				return usageError{err}
			}
			until, err := account.TokenEnd(expires, a.clock())
			if err != nil {
				return usageError{err}
			}
			h, pass, err := a.enter(ctx)
			if err != nil {
				return err
			}
			defer h.close(a)
			acc, err := a.accounts(h)
			if err != nil {
				return err
			}
			made, err := acc.AddToken(ctx, pass, who, policy.Purpose(a.purpose), until)
			if err != nil {
				return err
			}
			return a.print(made, func(p *page) {
				p.line("%s", made.Secret)
				p.line("  %s", p.dim("token "+made.ID+" of "+made.Actor+", for "+string(made.Purpose)+", until "+made.Expires.Format(time.DateOnly)+"; it is not shown again"))
			})
		},
	}
	cmd.Flags().StringVar(&expires, "expires", "", fmt.Sprintf("the last `day` it holds, at most %d days ahead (default: %d days ahead)", account.MaxTokenDays, account.TokenDays))
	return cmd
}

// A tokenList is what `overt token list` answers.
type tokenList struct {
	Tokens []identity.Token `json:"tokens"`
}

// Records counts what the answer releases.
func (l *tokenList) Records() int { return len(l.Tokens) }

func (a *app) tokenListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List tokens, those that hold no more too",
		Example: "  overt token list --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, pass, err := a.enter(cmd.Context())
			if err != nil {
				return err
			}
			defer h.close(a)
			list, err := gate.Ask(cmd.Context(), pass, gate.Act{Action: "token.list"}, false, func(ctx context.Context, _ *gate.Desk) (*tokenList, error) {
				all, err := h.tokens.Tokens(ctx)
				return &tokenList{append([]identity.Token{}, all...)}, err
			})
			if err != nil {
				return err
			}
			return a.print(list, func(p *page) {
				for _, t := range list.Tokens {
					state := "holds until " + t.Expires.Format(time.DateTime)
					switch {
					case !t.Revoked.IsZero():
						state = "revoked " + t.Revoked.Format(time.DateTime)
					case !t.Holds(a.clock()):
						state = "expired " + t.Expires.Format(time.DateTime)
					}
					p.line("%s  %s  %s  %s", p.bold(t.ID), t.Actor, t.Purpose, p.dim(state))
				}
				if len(list.Tokens) == 0 {
					p.line("no tokens")
				}
			})
		},
	}
}

func (a *app) tokenRevokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "revoke ID",
		Short:   "End a token now",
		Example: "  overt token revoke 9f02c1d4e5a6",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, id := cmd.Context(), args[0]
			h, pass, err := a.enter(ctx)
			if err != nil {
				return err
			}
			defer h.close(a)
			acc, err := a.accounts(h)
			if err != nil {
				return err
			}
			t, err := acc.RevokeToken(ctx, pass, "", id)
			if err != nil {
				return err
			}
			return a.print(t, func(p *page) { p.line("token %s of %s is revoked", t.ID, t.Actor) })
		},
	}
}

// bearer is the visit of whoever shows a token.
func (h *home) bearer(ctx context.Context, secret string, now time.Time) (gate.Visit, error) {
	t, err := identity.Bearer(ctx, h.tokens, secret, now)
	if err != nil {
		return gate.Visit{}, err
	}
	return gate.Visit{Actor: identity.Actor{ID: t.Actor, Name: t.Actor}, Purpose: t.Purpose}, nil
}
