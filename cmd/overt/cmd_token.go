package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"overt"
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

// tokenDays is how long a token holds if nobody says, and maxTokenDays how long it
// may.
const (
	tokenDays    = 90
	maxTokenDays = 366
)

// A newToken is what `overt token add` answers.
type newToken struct {
	identity.Token
	Secret string `json:"secret"`
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
			until, err := tokenEnd(expires, a.clock())
			if err != nil {
				return usageError{err}
			}
			h, pass, err := a.enter(ctx)
			if err != nil {
				return err
			}
			defer h.close(a)
			d, err := h.engine.MayEnter(who, policy.Purpose(a.purpose))
			if err == nil && !d.Allow {
				err = overt.Errorf(overt.Denied, "policy.yaml", "%s", d.Reason)
			}
			if err != nil {
				return err
			}
			var made newToken
			made.Token, made.Secret = identity.NewToken(who, pass.Purpose(), a.clock(), until)
			act := gate.Act{Action: "token.add", Object: made.ID, Query: fmt.Sprintf("%s, for %s, until %s", made.Actor, made.Purpose, made.Expires.Format(time.RFC3339))}
			err = pass.Do(ctx, act, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
				return 1, "", h.tokens.AddToken(ctx, made.Token)
			})
			if err != nil {
				return err
			}
			return a.print(made, func(p *page) {
				p.line("%s", made.Secret)
				p.line("  %s", p.dim("token "+made.ID+" of "+made.Actor+", for "+string(made.Purpose)+", until "+made.Expires.Format(time.DateOnly)+"; it is not shown again"))
			})
		},
	}
	cmd.Flags().StringVar(&expires, "expires", "", fmt.Sprintf("the last `day` it holds, at most %d days ahead (default: %d days ahead)", maxTokenDays, tokenDays))
	return cmd
}

// tokenEnd is the end of the last day a token holds, in UTC.
func tokenEnd(day string, now time.Time) (time.Time, error) {
	today := now.UTC().Truncate(24 * time.Hour)
	if day == "" {
		return today.AddDate(0, 0, tokenDays+1), nil
	}
	last, err := time.Parse(time.DateOnly, day)
	if err != nil || last.Before(today) || last.After(today.AddDate(0, 0, maxTokenDays)) {
		return time.Time{}, fmt.Errorf("--expires %s: write a day from today to %s, as 2027-01-31", day, today.AddDate(0, 0, maxTokenDays).Format(time.DateOnly))
	}
	return last.AddDate(0, 0, 1), nil
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
			var t identity.Token
			err = pass.Do(ctx, gate.Act{Action: "token.revoke", Object: id}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
				err := h.tokens.RevokeToken(ctx, id, a.clock())
				if err == nil {
					t, err = h.tokens.Token(ctx, id)
				}
				return 1, "", err
			})
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
