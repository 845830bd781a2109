package identitytest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/identity"
)

// RunUsers tests stores of users; open gives an empty one each time.
func RunUsers(t *testing.T, open func(*testing.T) identity.Users) {
	now := time.Date(2024, 5, 17, 12, 0, 0, 0, time.UTC)
	who := func(name string) identity.User {
		a, err := identity.Person(name)
		must(t, err)
		return identity.NewUser(name, a, now)
	}
	is := func(t *testing.T, what string, err error, want overt.Code) {
		t.Helper()
		if overt.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	t.Run("kept", func(t *testing.T) {
		ctx, s := t.Context(), open(t)
		ben, anna := who("ben"), who("anna")
		must(t, s.AddUser(ctx, ben))
		must(t, s.AddUser(ctx, anna))
		is(t, "the same again", s.AddUser(ctx, ben), overt.Conflict)
		twin := who("other")
		twin.Actor = ben.Actor
		is(t, "another for the same actor", s.AddUser(ctx, twin), overt.Conflict)
		all, err := s.Users(ctx)
		must(t, err)
		if diff := cmp.Diff([]identity.User{anna, ben}, all); diff != "" {
			t.Error(diff)
		}
		_, err = s.User(ctx, "nobody")
		is(t, "nobody", err, overt.NotFound)
		is(t, "a change of nobody", s.ChangeUser(ctx, "nobody", func(*identity.User) error { return nil }), overt.NotFound)
		refused := overt.Errorf(overt.Invalid, "", "no")
		is(t, "a change that fails", s.ChangeUser(ctx, "ben", func(u *identity.User) error { u.Disabled = now; return refused }), overt.Invalid)
		must(t, s.ChangeUser(ctx, "ben", func(u *identity.User) error {
			u.Look, u.Actor = []byte(`{"theme":"dark"}`), "local:root"
			return u.AddPasskey(identity.Passkey{ID: []byte{1}, Label: "phone", Made: now, Record: []byte(`{"key":1}`)})
		}))
		ben.Look = []byte(`{"theme":"dark"}`)
		ben.Passkeys = []identity.Passkey{{ID: []byte{1}, Label: "phone", Made: now, Record: []byte(`{"key":1}`)}}
		got, err := s.User(ctx, "ben")
		must(t, err)
		if diff := cmp.Diff(ben, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("invited", func(t *testing.T) {
		ctx, s := t.Context(), open(t)
		u := who("anna")
		secret := u.Invite(identity.Actor{ID: "person:it"}, now)
		must(t, s.AddUser(ctx, u))
		_, err := identity.Invited(ctx, s, secret, now)
		is(t, "without leave", err, overt.Denied)
		must(t, s.ChangeUser(ctx, "anna", func(u *identity.User) error { u.Invitation.Leave = "local:owner"; return nil }))
		for name, wrong := range map[string]string{"none": "", "another": secret[1:] + "A", "longer": secret + "A"} {
			_, err := identity.Invited(ctx, s, wrong, now)
			is(t, name, err, overt.Denied)
		}
		_, err = identity.Invited(ctx, s, secret, now.Add(identity.InvitationHolds))
		is(t, "expired", err, overt.Denied)
		got, err := identity.Invited(ctx, s, secret, now)
		must(t, err)
		if got.Name != "anna" {
			t.Errorf("it invites %s", got.Name)
		}
		enrol := func(id byte) error {
			return s.ChangeUser(ctx, "anna", func(u *identity.User) error {
				return u.Enrol(secret, identity.Passkey{ID: []byte{id}, Record: []byte("{}")}, now)
			})
		}
		must(t, enrol(1))
		is(t, "used twice", enrol(2), overt.Denied)
		got, err = s.User(ctx, "anna")
		must(t, err)
		is(t, "the same passkey", got.AddPasskey(got.Passkeys[0]), overt.Conflict)
		must(t, got.UsePasskey([]byte{1}, []byte("{}"), now))
		must(t, got.RemovePasskey([]byte{1}))
		is(t, "one that was removed", got.UsePasskey([]byte{1}, nil, now), overt.NotFound)
	})
}
