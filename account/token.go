package account

import (
	"cmp"
	"context"
	"time"

	"overt"
	"overt/gate"
	"overt/identity"
	"overt/policy"
)

// TokenDays is how long a token holds if nobody says, and MaxTokenDays how long it may.
const (
	TokenDays    = 90
	MaxTokenDays = 366
)

// TokenEnd is the end of the last day a token holds, in UTC; "" for the usual. Errors:
// invalid.
func TokenEnd(day string, now time.Time) (time.Time, error) {
	today := now.UTC().Truncate(24 * time.Hour)
	if day == "" {
		return today.AddDate(0, 0, TokenDays+1), nil
	}
	last, err := time.Parse(time.DateOnly, day)
	if err != nil || last.Before(today) || last.After(today.AddDate(0, 0, MaxTokenDays)) {
		return time.Time{}, overt.Errorf(overt.Invalid, "expires", "write a day from today to %s, as 2027-01-31", today.AddDate(0, 0, MaxTokenDays).Format(time.DateOnly))
	}
	return last.AddDate(0, 0, 1), nil
}

// A NewToken is a token with its secret, which is shown once.
type NewToken struct {
	identity.Token
	Secret string `json:"secret"`
}

// AddToken makes a token with which a program asks as somebody, for a purpose. Errors:
// denied (the rules do not let him in for it), invalid (the purpose).
func (a *Accounts) AddToken(ctx context.Context, p *gate.Pass, who identity.Actor, purpose policy.Purpose, until time.Time) (*NewToken, error) {
	purpose = cmp.Or(purpose, p.Purpose())
	d, err := a.cfg.Gate.MayEnter(who, purpose)
	if err == nil && !d.Allow {
		err = overt.Errorf(overt.Denied, "policy.yaml", "%s", d.Reason)
	}
	if err != nil {
		return nil, err
	}
	var made NewToken
	made.Token, made.Secret = identity.NewToken(who, purpose, a.cfg.Clock(), until)
	act := gate.Act{Action: "token.add", Object: made.ID, Query: made.Actor + ", for " + string(made.Purpose) + ", until " + made.Expires.Format(time.RFC3339)}
	return &made, p.Do(ctx, act, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		return 1, "", a.cfg.Tokens.AddToken(ctx, made.Token)
	})
}

// TokensOf lists somebody's tokens, those that hold no more too; of "" everybody's.
func (a *Accounts) TokensOf(ctx context.Context, actor string) ([]identity.Token, error) {
	all, err := a.cfg.Tokens.Tokens(ctx)
	out := []identity.Token{}
	for _, t := range all {
		if actor == "" || t.Actor == actor {
			out = append(out, t)
		}
	}
	return out, err
}

// RevokeToken ends a token now, one of somebody's if actor is not "". Errors: not_found.
func (a *Accounts) RevokeToken(ctx context.Context, p *gate.Pass, actor, id string) (t identity.Token, err error) {
	if t, err = a.cfg.Tokens.Token(ctx, id); err == nil && actor != "" && t.Actor != actor {
		err = identity.NoToken(id)
	}
	if err != nil {
		return t, err
	}
	err = p.Do(ctx, gate.Act{Action: "token.revoke", Object: id}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		err := a.cfg.Tokens.RevokeToken(ctx, id, a.cfg.Clock())
		if err == nil {
			t, err = a.cfg.Tokens.Token(ctx, id)
		}
		return 1, "", err
	})
	return t, err
}
