// Package identitytest holds what every store of tokens must keep.
package identitytest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/identity"
)

// Run tests stores of tokens; open gives an empty one each time.
func Run(t *testing.T, open func(*testing.T) identity.Tokens) {
	now := time.Date(2024, 5, 17, 12, 0, 0, 0, time.UTC)
	who, err := identity.Account("crm")
	must(t, err)
	t.Run("kept", func(t *testing.T) {
		ctx, s := t.Context(), open(t)
		first, secret := identity.NewToken(who, "verification", now, now.Add(time.Hour))
		second, _ := identity.NewToken(who, "verification", now.Add(time.Minute), now.Add(time.Hour))
		must(t, s.AddToken(ctx, second))
		must(t, s.AddToken(ctx, first))
		if err := s.AddToken(ctx, first); overt.CodeOf(err) != overt.Conflict {
			t.Errorf("the same again: %v", err)
		}
		all, err := s.Tokens(ctx)
		must(t, err)
		if diff := cmp.Diff([]identity.Token{first, second}, all); diff != "" {
			t.Error(diff)
		}
		got, err := identity.Bearer(ctx, s, secret, now)
		must(t, err)
		if diff := cmp.Diff(first, got); diff != "" {
			t.Error(diff)
		}
		for name, wrong := range map[string]string{
			"none": "", "a word": "secret", "id alone": "overt_" + first.ID + "_", "id of another": strings.Replace(secret, first.ID, second.ID, 1),
			"unknown id": strings.Replace(secret, first.ID, "000000000000", 1), "longer": secret + "A", "shorter": secret[:len(secret)-1],
		} {
			if _, err := identity.Bearer(ctx, s, wrong, now); overt.CodeOf(err) != overt.Denied {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := identity.Bearer(ctx, s, secret, now.Add(time.Hour)); overt.CodeOf(err) != overt.Denied {
			t.Errorf("expired: %v", err)
		}
	})
	t.Run("revoked", func(t *testing.T) {
		ctx, s := t.Context(), open(t)
		tok, secret := identity.NewToken(who, "verification", now, now.Add(time.Hour))
		must(t, s.AddToken(ctx, tok))
		if err := s.RevokeToken(ctx, "nothere", now); overt.CodeOf(err) != overt.NotFound {
			t.Errorf("one that is not there: %v", err)
		}
		must(t, s.RevokeToken(ctx, tok.ID, now))
		must(t, s.RevokeToken(ctx, tok.ID, now.Add(time.Minute)))
		got, err := s.Token(ctx, tok.ID)
		must(t, err)
		if !got.Revoked.Equal(now) {
			t.Errorf("revoked at %v, want %v", got.Revoked, now)
		}
		if _, err := identity.Bearer(ctx, s, secret, now); overt.CodeOf(err) != overt.Denied {
			t.Errorf("revoked: %v", err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
