package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overt/account"
	"overt/gate"
)

func (a *app) userCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Say who signs in to the desk over the network",
		Long: `A user is somebody whom policy.yaml knows, under people or as owner, and who signs in
with a passkey. Inviting him prints an address that works once, for three days: opened
at his own device it enrols a passkey there. What he may see and do is what policy.yaml
says of him, and nothing by itself; who is listed there as admin looks after users and
reads nothing. The same is done at /users while the desk is open.`,
		Example: "  overt user add anna --public-url https://desk.example.org\n  overt user list\n  overt user invite anna\n  overt user disable anna",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		a.userInviteCommand("add NAME", "Let somebody sign in, and invite him", `NAME is that of person:NAME in policy.yaml, or an id that stands there: local:anna.`, (*account.Accounts).AddUser),
		a.userInviteCommand("invite NAME", "Invite a user anew, who lost his passkeys; those he has stay", "", (*account.Accounts).Invite),
		a.userListCommand(), a.userDisableCommand())
	return cmd
}

// managing runs f in a visit that looks after users.
func (a *app) managing(ctx context.Context, f func(*account.Accounts, *gate.Pass) error) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	acc, err := a.accounts(h)
	if err != nil {
		return err
	}
	pass, err := acc.Manage(ctx, h.actor)
	if err != nil {
		return err
	}
	return f(acc, pass)
}

// An invitation is what `overt user add` and `invite` answer.
type invitation struct {
	*account.Invited
	Address string `json:"address"`
}

func (a *app) userInviteCommand(use, short, long string, do func(*account.Accounts, context.Context, *gate.Pass, string) (*account.Invited, error)) *cobra.Command {
	var public string
	verb, _, _ := strings.Cut(use, " ")
	cmd := &cobra.Command{
		Use: use, Short: short, Long: strings.TrimSpace(short + ".\n" + long),
		Example: "  overt user " + verb + " anna --public-url https://desk.example.org",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.managing(cmd.Context(), func(acc *account.Accounts, pass *gate.Pass) error {
				made, err := do(acc, cmd.Context(), pass, args[0])
				if err != nil {
					return err
				}
				out := invitation{made, strings.TrimSuffix(public, "/") + account.EnrolPath + made.Secret}
				return a.print(out, func(p *page) {
					p.line("%s", out.Address)
					p.line("  %s", p.dim("for "+made.Name+", who is "+made.Actor+"; it works once, until "+made.Invited.UTC().Format(time.DateTime)+", and is not shown again"))
					if made.Waits {
						p.line("  %s", p.dim("it holds once a second person who looks after users gives leave, at /approvals"))
					}
				})
			})
		},
	}
	cmd.Flags().StringVar(&public, "public-url", "http://"+strings.Replace(defaultListen, "127.0.0.1", "localhost", 1), "the `address` that others know the desk by")
	return cmd
}

func (a *app) userListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List users, those who are disabled too",
		Example: "  overt user list --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.managing(cmd.Context(), func(acc *account.Accounts, pass *gate.Pass) error {
				list, err := acc.Users(cmd.Context(), pass)
				if err != nil {
					return err
				}
				return a.print(list, func(p *page) {
					for _, u := range list.Users {
						p.line("%s  %s  %s  %s", p.bold(u.Name), u.Actor, plural(u.Passkeys, "passkey", "passkeys"), p.dim(userState(u)))
					}
					if len(list.Users) == 0 {
						p.line("no users")
					}
				})
			})
		},
	}
}

// userState says what is to be known of a user, in few words.
func userState(u account.Line) string {
	switch {
	case !u.Disabled.IsZero():
		return "disabled " + u.Disabled.UTC().Format(time.DateTime)
	case !u.Known:
		return "policy.yaml does not know " + u.Actor
	case u.Waits:
		return "invited by " + u.By + ", waits for a second person"
	case !u.Invited.IsZero():
		return "invited until " + u.Invited.UTC().Format(time.DateTime)
	}
	return ""
}

func (a *app) userDisableCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "disable NAME",
		Short:   "Keep a user from signing in, and end his tokens",
		Example: "  overt user disable anna",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.managing(cmd.Context(), func(acc *account.Accounts, pass *gate.Pass) error {
				u, err := acc.Disable(cmd.Context(), pass, args[0])
				if err != nil {
					return err
				}
				return a.print(u, func(p *page) { p.line("%s does not sign in any more", u.Name) })
			})
		},
	}
}
