package account

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"overt"
	"overt/gate"
	"overt/identity"
)

// A party is the desk as passkeys know it: by the name of its address. A passkey of one
// name is no passkey of another. Errors: invalid (an address without a name).
func party(origin string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(origin)
	if err == nil && !strings.Contains(u.Hostname(), ".") && u.Hostname() != "localhost" {
		err = overt.Errorf(overt.Invalid, "", "%s is no name", u.Hostname())
	}
	if err == nil {
		var w *webauthn.WebAuthn
		w, err = webauthn.New(&webauthn.Config{
			RPID: u.Hostname(), RPDisplayName: "Overt", RPOrigins: []string{origin}, AttestationPreference: protocol.PreferNoAttestation,
			AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired},
		})
		if err == nil {
			return w, nil
		}
	}
	return nil, overt.Errorf(overt.Invalid, "", "passkeys belong to a name, and %s is none; open the desk by its name, such as localhost", origin)
}

// keyed is a user as the library asks for one.
type keyed struct {
	*identity.User
	keys []webauthn.Credential
}

func withKeys(u *identity.User) (*keyed, error) {
	k := &keyed{User: u}
	for _, p := range u.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(p.Record, &c); err != nil {
			return nil, overt.Errorf(overt.Internal, u.Name, "a passkey cannot be read: %w", err)
		}
		k.keys = append(k.keys, c)
	}
	return k, nil
}

func (k *keyed) WebAuthnID() []byte                         { return k.Handle }
func (k *keyed) WebAuthnName() string                       { return k.Name }
func (k *keyed) WebAuthnDisplayName() string                { return k.Name }
func (k *keyed) WebAuthnCredentials() []webauthn.Credential { return k.keys }

// A Challenge is what a browser is asked: Options are those of navigator.credentials,
// and Word is what it keeps to say which challenge it answers.
type Challenge struct {
	Word    string
	Options string // JSON
}

// challenge keeps what was begun at an origin.
func (a *Accounts) challenge(c *ceremony, data *webauthn.SessionData, options any, err error) (*Challenge, error) {
	if err != nil {
		return nil, overt.Errorf(overt.Internal, "", "begin with a passkey: %w", err)
	}
	raw, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	c.data = data
	word, err := a.begin(c)
	return &Challenge{word, string(raw)}, err
}

// BeginSignIn asks any passkey of the desk at an origin; it says itself whose it is.
// Errors: invalid (the origin), unavailable.
func (a *Accounts) BeginSignIn(origin string) (*Challenge, error) {
	w, err := party(origin)
	if err != nil {
		return nil, err
	}
	options, data, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	return a.challenge(&ceremony{kind: signIn, origin: origin}, data, options, err)
}

// SignIn takes the answer of a passkey and gives whose it is. That is recorded, and so
// is an answer that does not hold. Errors: denied, unavailable.
func (a *Accounts) SignIn(ctx context.Context, word, answer string) (*identity.User, error) {
	u, err := a.signIn(ctx, word, answer)
	if err != nil {
		return nil, a.refused(ctx, "session.begin", "passkey", err)
	}
	return u, nil
}

func (a *Accounts) signIn(ctx context.Context, word, answer string) (*identity.User, error) {
	c, err := a.end(word, signIn)
	if err != nil {
		return nil, err
	}
	w, err := party(c.origin)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, errPasskey()
	}
	var found *identity.User
	_, used, err := w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		all, err := a.cfg.Users.Users(ctx)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if u := &all[i]; string(u.Handle) == string(handle) && u.Disabled.IsZero() {
				found = u
				return withKeys(u)
			}
		}
		return nil, errPasskey()
	}, *c.data, parsed)
	if err != nil {
		return nil, errPasskey()
	}
	return found, a.used(ctx, found, used, "session.begin")
}

// errPasskey says no more: neither whether there is such a user nor what was wrong.
func errPasskey() error {
	return overt.Errorf(overt.Denied, "", "this passkey is not known here, or holds no more")
}

// used records that a passkey was used, and keeps what it is then.
func (a *Accounts) used(ctx context.Context, u *identity.User, c *webauthn.Credential, action string) error {
	if c.Authenticator.CloneWarning {
		return overt.Errorf(overt.Denied, "", "this passkey counts backwards, as a copy of it would; remove it and enrol another")
	}
	record, err := json.Marshal(c)
	if err != nil {
		return err
	}
	pass, err := a.Own(ctx, u.Who())
	if err != nil {
		return err
	}
	return pass.Do(ctx, gate.Act{Action: action, Object: u.Name, Query: "passkey"}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		return 1, "", a.cfg.Users.ChangeUser(ctx, u.Name, func(u *identity.User) error { return u.UsePasskey(c.ID, record, a.cfg.Clock()) })
	})
}

// refused records that somebody did not come in, whoever it was, and gives the error.
func (a *Accounts) refused(ctx context.Context, action, how string, why error) error {
	pass, err := a.Own(ctx, identity.Worker("sign-in"))
	if err != nil {
		return err
	}
	_, err = gate.Tell(ctx, pass, gate.Act{Action: action, Query: how}, func(context.Context) (int, error) { return 0, why })
	return err
}

// BeginProof asks a passkey of a user who is in already. Errors: denied (he has none),
// those of BeginSignIn.
func (a *Accounts) BeginProof(ctx context.Context, name, origin string) (*Challenge, error) {
	k, w, err := a.keyed(ctx, name, origin)
	if err != nil {
		return nil, err
	}
	if len(k.keys) == 0 {
		return nil, overt.Errorf(overt.Denied, "", "this asks for a passkey, and you have none yet; add one under your account")
	}
	options, data, err := w.BeginLogin(k, webauthn.WithUserVerification(protocol.VerificationRequired))
	return a.challenge(&ceremony{kind: prove, origin: origin, user: name}, data, options, err)
}

// Prove takes the answer to BeginProof. Errors: denied, unavailable.
func (a *Accounts) Prove(ctx context.Context, name, word, answer string) error {
	err := a.prove(ctx, name, word, answer)
	if err != nil {
		return a.refused(ctx, "session.prove", name, err)
	}
	return nil
}

func (a *Accounts) prove(ctx context.Context, name, word, answer string) error {
	c, err := a.end(word, prove)
	if err == nil && c.user != name {
		err = errPasskey()
	}
	if err != nil {
		return err
	}
	k, w, err := a.keyed(ctx, name, c.origin)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return errPasskey()
	}
	used, err := w.ValidateLogin(k, *c.data, parsed)
	if err != nil {
		return errPasskey()
	}
	return a.used(ctx, k.User, used, "session.prove")
}

// keyed finds a user with his passkeys. Errors: denied (disabled), not_found, invalid.
func (a *Accounts) keyed(ctx context.Context, name, origin string) (*keyed, *webauthn.WebAuthn, error) {
	w, err := party(origin)
	if err != nil {
		return nil, nil, err
	}
	u, err := a.cfg.Users.User(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	if !u.Disabled.IsZero() {
		return nil, nil, errPasskey()
	}
	k, err := withKeys(&u)
	return k, w, err
}

// BeginEnrol asks for a new passkey of whom an invitation is for. Errors: denied,
// those of BeginSignIn.
func (a *Accounts) BeginEnrol(ctx context.Context, secret, origin string) (*Challenge, *identity.User, error) {
	u, err := identity.Invited(ctx, a.cfg.Users, secret, a.cfg.Clock())
	if err != nil {
		return nil, nil, a.refused(ctx, "passkey.enrol", "", err)
	}
	c, err := a.register(ctx, &ceremony{kind: enrol, user: u.Name, secret: secret, origin: origin})
	return c, &u, err
}

// BeginPasskey asks for a further passkey of a user who is in. Errors: those of
// BeginSignIn.
func (a *Accounts) BeginPasskey(ctx context.Context, name, origin string) (*Challenge, error) {
	return a.register(ctx, &ceremony{kind: addKey, user: name, origin: origin})
}

func (a *Accounts) register(ctx context.Context, c *ceremony) (*Challenge, error) {
	k, w, err := a.keyed(ctx, c.user, c.origin)
	if err != nil {
		return nil, err
	}
	var there []protocol.CredentialDescriptor
	for i := range k.keys {
		there = append(there, k.keys[i].Descriptor())
	}
	options, data, err := w.BeginRegistration(k, webauthn.WithExclusions(there))
	return a.challenge(c, data, options, err)
}

// Enrol takes the passkey that BeginEnrol asked for, and gives whose it is; the
// invitation is used up. Errors: denied, conflict, unavailable.
func (a *Accounts) Enrol(ctx context.Context, word, answer, label string) (*identity.User, error) {
	c, err := a.end(word, enrol)
	if err != nil {
		return nil, a.refused(ctx, "passkey.enrol", "", err)
	}
	return a.keep(ctx, c, answer, label, func(u *identity.User, p identity.Passkey) error {
		return u.Enrol(c.secret, p, a.cfg.Clock())
	})
}

// AddPasskey takes the passkey that BeginPasskey asked for. Errors: as Enrol.
func (a *Accounts) AddPasskey(ctx context.Context, name, word, answer, label string) error {
	c, err := a.end(word, addKey)
	if err == nil && c.user != name {
		err = errPasskey()
	}
	if err != nil {
		return err
	}
	_, err = a.keep(ctx, c, answer, label, func(u *identity.User, p identity.Passkey) error { return u.AddPasskey(p) })
	return err
}

// maxLabel is how long the name of a passkey may be, in characters.
const maxLabel = 60

func (a *Accounts) keep(ctx context.Context, c *ceremony, answer, label string, add func(*identity.User, identity.Passkey) error) (*identity.User, error) {
	k, w, err := a.keyed(ctx, c.user, c.origin)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, overt.Errorf(overt.Denied, "", "the passkey could not be read")
	}
	made, err := w.CreateCredential(k, *c.data, parsed)
	if err != nil {
		return nil, overt.Errorf(overt.Denied, "", "the passkey does not answer what was asked")
	}
	p := identity.Passkey{ID: made.ID, Label: named(label), Made: a.cfg.Clock().UTC().Truncate(time.Second)}
	if p.Record, err = json.Marshal(made); err != nil {
		return nil, err
	}
	pass, err := a.Own(ctx, k.Who())
	if err != nil {
		return nil, err
	}
	err = pass.Do(ctx, gate.Act{Action: "passkey.add", Object: c.user, Query: p.Label}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		return 1, "", a.cfg.Users.ChangeUser(ctx, c.user, func(u *identity.User) error { return add(u, p) })
	})
	return k.User, err
}

func named(label string) string {
	words := []rune(strings.Join(strings.Fields(label), " "))
	if len(words) == 0 {
		return "passkey"
	}
	return string(words[:min(len(words), maxLabel)])
}

// RemovePasskey ends one of a user's. Errors: not_found.
func (a *Accounts) RemovePasskey(ctx context.Context, u *identity.User, id []byte) error {
	pass, err := a.Own(ctx, u.Who())
	if err != nil {
		return err
	}
	return pass.Do(ctx, gate.Act{Action: "passkey.remove", Object: u.Name}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		return 1, "", a.cfg.Users.ChangeUser(ctx, u.Name, func(u *identity.User) error { return u.RemovePasskey(id) })
	})
}
