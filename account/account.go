// Package account lets people come in over the network: users who are invited and
// enrol a passkey, who sign in with it or by an issuer of OpenID Connect, and their
// tokens. All of it goes through the gate, in visits that are shown nothing of what is
// kept; what somebody may do then, the rules say.
package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"overt"
	"overt/gate"
	"overt/identity"
	"overt/identity/oidc"
)

// Config is what accounts are kept by. Issuers may be empty.
type Config struct {
	Gate    *gate.Gate
	Users   identity.Users
	Tokens  identity.Tokens
	Issuers []Issuer
	Clock   func() time.Time
}

// An Issuer is one whose word on who somebody is is taken.
type Issuer struct {
	ID     string // in addresses
	Title  string
	People map[string]string // by the claim that names them: whom the rules know
	Ask    *oidc.Issuer
	Name   string // its address, for the log
}

// Accounts looks after them. It is safe for concurrent use.
type Accounts struct {
	cfg Config

	mu    sync.Mutex
	begun map[[32]byte]*ceremony
}

// New makes it.
func New(cfg Config) *Accounts {
	return &Accounts{cfg: cfg, begun: map[[32]byte]*ceremony{}}
}

// Issuers lists those whose word is taken.
func (a *Accounts) Issuers() []Issuer { return a.cfg.Issuers }

// Own opens a visit in which somebody looks after his own account. Errors: denied.
func (a *Accounts) Own(ctx context.Context, who identity.Actor) (*gate.Pass, error) {
	return a.cfg.Gate.Open(ctx, gate.Visit{Actor: who, Own: true})
}

// Manage opens a visit in which somebody looks after those of others. Errors: denied.
func (a *Accounts) Manage(ctx context.Context, who identity.Actor) (*gate.Pass, error) {
	return a.cfg.Gate.Open(ctx, gate.Visit{Actor: who, Manages: true})
}

// A ceremony is one that a browser began and has not ended: a challenge to a passkey,
// or a question to an issuer. It is kept in memory, by the hash of a word that the
// browser alone has, and can be ended once.
type ceremony struct {
	kind   kind
	until  time.Time
	user   string // whose passkey it is; "" where the passkey says it
	secret string // of the invitation
	origin string
	data   *webauthn.SessionData
	issuer *Issuer
	asked  *oidc.Begun
}

type kind int

const (
	signIn kind = iota
	prove
	enrol
	addKey
	ask
)

// Bounds of ceremonies.
const (
	ceremonyHolds = 5 * time.Minute
	maxCeremonies = 10_000
)

// begin keeps a ceremony and gives the browser's word for it. Errors: unavailable (too
// many are open).
func (a *Accounts) begin(c *ceremony) (word string, err error) {
	bits := make([]byte, 32)
	_, _ = rand.Read(bits) // it never fails: the program ends before
	word = base64.RawURLEncoding.EncodeToString(bits)
	now := a.cfg.Clock()
	c.until = now.Add(ceremonyHolds)
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.begun) >= maxCeremonies {
		for k, old := range a.begun {
			if now.After(old.until) {
				delete(a.begun, k)
			}
		}
	}
	if len(a.begun) >= maxCeremonies {
		return "", overt.Errorf(overt.Unavailable, "", "too many people sign in at once; try again in a few minutes")
	}
	a.begun[sha256.Sum256([]byte(word))] = c
	return word, nil
}

// end takes a ceremony out. Errors: denied (it is none, of another kind, or too old).
func (a *Accounts) end(word string, want kind) (*ceremony, error) {
	key := sha256.Sum256([]byte(word))
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.begun[key]
	delete(a.begun, key)
	if c == nil || c.kind != want || a.cfg.Clock().After(c.until) {
		return nil, overt.Errorf(overt.Denied, "", "it took too long, or was begun in another window; begin again")
	}
	return c, nil
}

// EnrolPath is the address that an invitation is taken at, its secret behind it.
const EnrolPath = "/enrol?key="
