package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"overt"
)

// Person is somebody who signs in over the network, as the rules name him unless they
// know him by another id. Errors: invalid (a name of other characters, or too long).
func Person(name string) (Actor, error) {
	if !accountName.MatchString(name) {
		return Actor{}, overt.Errorf(overt.Invalid, "name", "%q is no name of a user; use up to 64 of a-z, 0-9, dot, hyphen and underscore, a letter first", name)
	}
	return Actor{ID: "person:" + name, Name: name}, nil
}

// A User is how somebody whom the rules know signs in. What he may do, the rules say.
type User struct {
	Name       string          `json:"name"`
	Actor      string          `json:"actor"`  // whom the rules know; one user each
	Handle     []byte          `json:"handle"` // 32 random bytes that passkeys keep for the name
	Made       time.Time       `json:"made"`
	Disabled   time.Time       `json:"disabled,omitzero"`
	Passkeys   []Passkey       `json:"passkeys,omitempty"`
	Invitation *Invitation     `json:"invitation,omitempty"`
	Look       json.RawMessage `json:"look,omitempty"` // how pages are drawn for him
}

// A Passkey is a public key whose other half a device of a user keeps.
type Passkey struct {
	ID     []byte          `json:"id"`
	Label  string          `json:"label"`
	Made   time.Time       `json:"made"`
	Used   time.Time       `json:"used,omitzero"`
	Record json.RawMessage `json:"record"` // what checks what the device signs
}

// An Invitation lets who holds its secret add a passkey to a user, once. It holds when
// somebody gave leave; of the secret only the hash is kept.
type Invitation struct {
	Hash    []byte    `json:"hash"` // SHA-256
	By      string    `json:"by"`
	Leave   string    `json:"leave,omitempty"` // who gave it
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
}

// InvitationHolds is how long an invitation does.
const InvitationHolds = 72 * time.Hour

// Users keeps users. It is safe for concurrent use, and MUST keep what it acknowledged.
// All methods: unavailable.
type Users interface {
	// AddUser keeps a new user. Errors: conflict (the name or the actor is there).
	AddUser(ctx context.Context, u User) error
	// User gives one by his name. Errors: not_found.
	User(ctx context.Context, name string) (User, error)
	// Users lists all of them, disabled ones too, by name.
	Users(ctx context.Context) ([]User, error)
	// ChangeUser changes one, all or nothing; no other change comes between. Name and
	// Actor stay. Errors: not_found, those of change.
	ChangeUser(ctx context.Context, name string, change func(*User) error) error
}

// NoUser is the error of all that keeps users for a name that it does not have.
func NoUser(name string) error {
	return overt.Errorf(overt.NotFound, "user", "there is no user %q", name)
}

// NewUser makes a user of no passkeys.
func NewUser(name string, actor Actor, made time.Time) User {
	handle := make([]byte, 32)
	_, _ = rand.Read(handle) // it never fails: the program ends before
	return User{Name: name, Actor: actor.ID, Handle: handle, Made: made.UTC().Truncate(time.Second)}
}

// Who is the user as the rules and the log know him.
func (u *User) Who() Actor { return Actor{ID: u.Actor, Name: u.Name} }

// Invite gives a user an invitation in the place of any before, and gives its secret.
func (u *User) Invite(by Actor, now time.Time) (secret string) {
	bits := make([]byte, 32)
	_, _ = rand.Read(bits)
	secret = base64.RawURLEncoding.EncodeToString(bits)
	hash := sha256.Sum256([]byte(secret))
	now = now.UTC().Truncate(time.Second)
	u.Invitation = &Invitation{Hash: hash[:], By: by.ID, Made: now, Expires: now.Add(InvitationHolds)}
	return secret
}

// Waits says whether a user's invitation has nobody's leave yet.
func (u *User) Waits(now time.Time) bool {
	return u.Disabled.IsZero() && u.Invitation != nil && u.Invitation.Leave == "" && now.Before(u.Invitation.Expires)
}

// Invited finds whom a secret invites. What is unknown, used, expired or without leave
// is told in the same words. Errors: denied, unavailable.
func Invited(ctx context.Context, users Users, secret string, now time.Time) (User, error) {
	all, err := users.Users(ctx)
	if err != nil {
		return User{}, err
	}
	hash := sha256.Sum256([]byte(secret))
	for _, u := range all {
		if u.opens(hash[:], now) {
			return u, nil
		}
	}
	return User{}, errInvitation()
}

func errInvitation() error {
	return overt.Errorf(overt.Denied, "", "this invitation is not known, was used, or holds no more; ask for another")
}

func (u *User) opens(hash []byte, now time.Time) bool {
	i := u.Invitation
	return u.Disabled.IsZero() && i != nil && i.Leave != "" && now.Before(i.Expires) && subtle.ConstantTimeCompare(hash, i.Hash) == 1
}

// Enrol uses an invitation up for a passkey. Errors: denied.
func (u *User) Enrol(secret string, k Passkey, now time.Time) error {
	hash := sha256.Sum256([]byte(secret))
	if !u.opens(hash[:], now) {
		return errInvitation()
	}
	u.Invitation = nil
	return u.AddPasskey(k)
}

// maxPasskeys is how many a user has at most.
const maxPasskeys = 20

// AddPasskey adds one. Errors: conflict (it is there, or there are too many).
func (u *User) AddPasskey(k Passkey) error {
	switch {
	case u.passkey(k.ID) >= 0:
		return overt.Errorf(overt.Conflict, "passkey", "this passkey is there already")
	case len(u.Passkeys) >= maxPasskeys:
		return overt.Errorf(overt.Conflict, "passkey", "there are %d passkeys; remove one first", maxPasskeys)
	}
	u.Passkeys = append(u.Passkeys, k)
	return nil
}

// RemovePasskey removes one. Errors: not_found.
func (u *User) RemovePasskey(id []byte) error {
	i := u.passkey(id)
	if i < 0 {
		return overt.Errorf(overt.NotFound, "passkey", "there is no such passkey")
	}
	u.Passkeys = slices.Delete(u.Passkeys, i, i+1)
	return nil
}

// UsePasskey notes what a passkey is after it was used. Errors: not_found (it was
// removed meanwhile).
func (u *User) UsePasskey(id []byte, record []byte, now time.Time) error {
	i := u.passkey(id)
	if i < 0 || !u.Disabled.IsZero() {
		return overt.Errorf(overt.NotFound, "passkey", "there is no such passkey")
	}
	u.Passkeys[i].Record, u.Passkeys[i].Used = record, now.UTC().Truncate(time.Second)
	return nil
}

func (u *User) passkey(id []byte) int {
	return slices.IndexFunc(u.Passkeys, func(k Passkey) bool { return bytes.Equal(k.ID, id) })
}
