package account_test

import (
	"strings"
	"testing"
	"time"

	"overt"
	"overt/account"
	"overt/gate"
	"overt/identity"
	"overt/internal/hometest"
)

const origin = "https://desk.example.org"

// A house is a home with its accounts, by a clock that stands still.
type house struct {
	*hometest.Home
	*account.Accounts
	now time.Time
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{Home: hometest.Memory(t), now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
	h.Admin(t, "person:it")
	h.Accounts = account.New(account.Config{Gate: h.Gate, Users: h.Home.Users, Tokens: h.Tokens, Clock: func() time.Time { return h.now }})
	return h
}

func (h *house) managing(t *testing.T) *gate.Pass {
	t.Helper()
	p, err := h.Manage(t.Context(), h.Actor)
	must(t, err)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func denied(t *testing.T, what string, err error) {
	t.Helper()
	if overt.CodeOf(err) != overt.Denied {
		t.Errorf("%s: %v, want a refusal", what, err)
	}
}

// enrolled is a device of a user who was invited.
func (h *house) enrolled(t *testing.T, name string) *device {
	t.Helper()
	made, err := h.AddUser(t.Context(), h.managing(t), name)
	must(t, err)
	c, _, err := h.BeginEnrol(t.Context(), made.Secret, origin)
	must(t, err)
	d := newDevice(t)
	u, err := h.Enrol(t.Context(), c.Word, d.create(t, c.Options), "  key   one ")
	must(t, err)
	if u.Name != made.Name {
		t.Errorf("%s enrolled for %s", u.Name, made.Name)
	}
	if _, _, err := h.BeginEnrol(t.Context(), made.Secret, origin); overt.CodeOf(err) != overt.Denied {
		t.Errorf("the invitation holds still: %v", err)
	}
	return d
}

// signIn begins, lets the device answer, and ends.
func (h *house) signIn(t *testing.T, d *device) (*identity.User, error) {
	t.Helper()
	c, err := h.BeginSignIn(origin)
	must(t, err)
	return h.SignIn(t.Context(), c.Word, d.get(t, c.Options))
}

// A passkey opens to whom it was made for, and each answer once; one that was made or
// signed otherwise opens nothing.
func TestSignIn(t *testing.T) {
	h := open(t)
	d := h.enrolled(t, "it")
	u, err := h.signIn(t, d)
	must(t, err)
	if u.Actor != "person:it" || u.Passkeys[0].Label != "key one" {
		t.Errorf("%+v", u)
	}

	c, err := h.BeginSignIn(origin)
	must(t, err)
	answer := d.get(t, c.Options)
	if _, err := h.SignIn(t.Context(), c.Word, answer); err != nil {
		t.Fatal(err)
	}
	_, err = h.SignIn(t.Context(), c.Word, answer)
	denied(t, "the same answer again", err)
	c, err = h.BeginSignIn(origin)
	must(t, err)
	_, err = h.SignIn(t.Context(), c.Word, answer)
	denied(t, "an answer to another challenge", err)
	c, err = h.BeginSignIn(origin)
	must(t, err)
	h.now = h.now.Add(6 * time.Minute)
	_, err = h.SignIn(t.Context(), c.Word, d.get(t, c.Options))
	denied(t, "too late", err)
	for _, junk := range []string{"", "{}", "[", strings.Repeat("[", 100_000), `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
		c, err = h.BeginSignIn(origin)
		must(t, err)
		_, err = h.SignIn(t.Context(), c.Word, junk)
		denied(t, "junk", err)
	}

	for name, change := range map[string]func(*device){
		"another site":          func(d *device) { d.origin = "https://desk.example.org.evil.example" },
		"another name":          func(d *device) { d.rp = "example.org" },
		"nobody was there":      func(d *device) { d.silent = true },
		"another user":          func(d *device) { d.handle = make([]byte, 32) },
		"no user":               func(d *device) { d.handle = nil },
		"another passkey":       func(d *device) { d.id = make([]byte, 16) },
		"another key":           func(d *device) { d.key = newDevice(t).key },
		"a copy, left behind":   func(d *device) { d.count = 0 },
		"without its own parts": func(d *device) { d.id = nil },
	} {
		other := *d
		change(&other)
		_, err := h.signIn(t, &other)
		denied(t, name, err)
	}
	if _, err := h.signIn(t, d); err != nil {
		t.Errorf("the passkey itself, after all that: %v", err)
	}
	if _, err := h.BeginSignIn("http://127.0.0.1:8400"); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("at an address without a name: %v", err)
	}
}

// A user who is disabled, or whom the rules know no more, is out.
func TestDisabled(t *testing.T) {
	h := open(t)
	d := h.enrolled(t, "it")
	h.Admin(t, "person:other")
	_, err := h.signIn(t, d)
	denied(t, "whom the rules do not know", err)
	h.Admin(t, "person:it")
	if _, err := h.signIn(t, d); err != nil {
		t.Fatal(err)
	}
	_, err = h.Disable(t.Context(), h.managing(t), "it")
	must(t, err)
	_, err = h.signIn(t, d)
	denied(t, "who is disabled", err)
	if _, err := h.Invite(t.Context(), h.managing(t), "it"); overt.CodeOf(err) != overt.Conflict {
		t.Errorf("who is disabled is invited: %v", err)
	}
	if _, err := h.AddUser(t.Context(), h.managing(t), "nobody"); overt.CodeOf(err) != overt.Denied {
		t.Errorf("whom the rules do not know is invited: %v", err)
	}
}

// A proof is that of the user himself; another's passkey proves nothing, and one that
// was removed neither.
func TestProve(t *testing.T) {
	h := open(t)
	d, other := h.enrolled(t, "it"), h.enrolled(t, h.Actor.ID)
	prove := func(name string, d *device) error {
		c, err := h.BeginProof(t.Context(), name, origin)
		must(t, err)
		return h.Prove(t.Context(), name, c.Word, d.get(t, c.Options))
	}
	must(t, prove("it", d))
	denied(t, "another's passkey", prove("it", other))
	c, err := h.BeginProof(t.Context(), "it", origin)
	must(t, err)
	denied(t, "another's challenge", h.Prove(t.Context(), "tester", c.Word, other.get(t, c.Options)))
	in, err := h.BeginSignIn(origin)
	must(t, err)
	denied(t, "a challenge of another kind", h.Prove(t.Context(), "it", in.Word, d.get(t, in.Options)))

	u, err := h.User(t.Context(), "it")
	must(t, err)
	must(t, h.RemovePasskey(t.Context(), u, d.id))
	_, err = h.signIn(t, d)
	denied(t, "a passkey that was removed", err)
	if _, err := h.BeginProof(t.Context(), "it", origin); overt.CodeOf(err) != overt.Denied {
		t.Errorf("who has no passkey: %v", err)
	}
}

// Everything that somebody did with his account, and who did not come in, is in the log;
// no secret is.
func TestRecorded(t *testing.T) {
	h := open(t)
	d := h.enrolled(t, "it")
	if _, err := h.signIn(t, d); err != nil {
		t.Fatal(err)
	}
	d.origin = "https://evil.example"
	_, err := h.signIn(t, d)
	denied(t, "another site", err)
	found := map[string]bool{}
	for r, err := range h.Log.Records(t.Context(), 0, -1) {
		must(t, err)
		found[r.Action+" "+r.Actor+" "+strings.Join(r.Reasons, "")] = true
		if strings.Contains(string(r.Leaf), "key=") {
			t.Errorf("a secret is in the log: %s", r.Leaf)
		}
	}
	for _, want := range []string{"user.add local:tester ", "passkey.add person:it ", "session.begin person:it ", "session.begin worker:sign-in no answer: denied"} {
		if !found[want] {
			t.Errorf("the log has no %q: %v", want, found)
		}
	}
}

// What a browser sends before anybody is in does no harm, whatever it is.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"", "{}", `{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVgA"}}`, `{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AA","userHandle":"AA"}}`} {
		f.Add(s)
	}
	h := &house{Home: hometest.Memory(f), now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
	h.Accounts = account.New(account.Config{Gate: h.Gate, Users: h.Home.Users, Tokens: h.Tokens, Clock: func() time.Time { return h.now }})
	pass, err := h.Manage(f.Context(), h.Actor)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		c, err := h.BeginSignIn(origin)
		must(t, err)
		if _, err := h.SignIn(t.Context(), c.Word, answer); err == nil {
			t.Error("it lets in")
		}
		made, err := h.AddUser(t.Context(), pass, h.Actor.ID)
		if overt.CodeOf(err) == overt.Conflict {
			made, err = h.Invite(t.Context(), pass, "tester")
		}
		must(t, err)
		c, _, err = h.BeginEnrol(t.Context(), made.Secret, origin)
		must(t, err)
		if _, err := h.Enrol(t.Context(), c.Word, answer, ""); err == nil {
			t.Error("it enrols")
		}
	})
}
