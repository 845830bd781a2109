package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"time"

	"overt"
	"overt/policy"
)

// An Account is somebody who asks over the network. The rules say what he sees.
// Errors: invalid (a name of other characters, or too long).
func Account(name string) (Actor, error) {
	if !accountName.MatchString(name) {
		return Actor{}, overt.Errorf(overt.Invalid, "name", "%q is no name of an account; use up to 64 of a-z, 0-9, dot, hyphen and underscore, a letter first", name)
	}
	return Actor{ID: accountPrefix + name, Name: name}, nil
}

const accountPrefix = "account:"

var accountName = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,63}$`)

// IsAccount says whether the actor is an account.
func (a Actor) IsAccount() bool {
	return strings.HasPrefix(a.ID, accountPrefix) && accountName.MatchString(a.ID[len(accountPrefix):])
}

// A Token lets whoever shows its secret ask as an actor for one purpose, until it
// expires or is revoked. Of the secret only the hash is kept.
type Token struct {
	ID      string         `json:"id"` // 12 hexadecimal digits; no secret
	Actor   string         `json:"actor"`
	Purpose policy.Purpose `json:"purpose"`
	Hash    [32]byte       `json:"-"` // SHA-256 of the secret
	Made    time.Time      `json:"made"`
	Expires time.Time      `json:"expires"`
	Revoked time.Time      `json:"revoked,omitzero"`
}

// A secret is tokenWord, the token's id and 256 random bits in base64url.
const tokenWord = "overt"

// NewToken makes a token and gives its secret, which is nowhere kept.
func NewToken(actor Actor, purpose policy.Purpose, made, expires time.Time) (t Token, secret string) {
	var id [6]byte
	var bits [32]byte
	_, _ = rand.Read(id[:]) // it never fails: the program ends before
	_, _ = rand.Read(bits[:])
	t = Token{ID: hex.EncodeToString(id[:]), Actor: actor.ID, Purpose: purpose, Made: made.UTC().Truncate(time.Second), Expires: expires.UTC().Truncate(time.Second)}
	secret = strings.Join([]string{tokenWord, t.ID, base64.RawURLEncoding.EncodeToString(bits[:])}, "_")
	t.Hash = sha256.Sum256([]byte(secret))
	return t, secret
}

// Holds says whether the token opens anything at a moment.
func (t *Token) Holds(now time.Time) bool { return t.Revoked.IsZero() && now.Before(t.Expires) }

// Tokens keeps tokens. It is safe for concurrent use, and MUST keep what it
// acknowledged. All methods: unavailable.
type Tokens interface {
	// AddToken keeps a new token. Errors: conflict (the id is there).
	AddToken(ctx context.Context, t Token) error
	// Token gives one by its id. Errors: not_found.
	Token(ctx context.Context, id string) (Token, error)
	// Tokens lists all of them, expired and revoked ones too, by moment and id.
	Tokens(ctx context.Context) ([]Token, error)
	// RevokeToken ends a token. The first moment stays. Errors: not_found.
	RevokeToken(ctx context.Context, id string, at time.Time) error
}

// NoToken is the error of all that keeps tokens for an id that it does not have.
func NoToken(id string) error {
	return overt.Errorf(overt.NotFound, "token", "there is no token %q", id)
}

// Bearer gives the token that a secret belongs to. What is not known, expired or
// revoked is told in the same words. Errors: denied, unavailable.
func Bearer(ctx context.Context, tokens Tokens, secret string, now time.Time) (Token, error) {
	denied := overt.Errorf(overt.Denied, "", "the token is not known, or holds no more")
	parts := strings.SplitN(secret, "_", 3)
	if len(parts) != 3 || parts[0] != tokenWord {
		return Token{}, denied
	}
	t, err := tokens.Token(ctx, parts[1])
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return Token{}, err
	}
	// Without a token the hash is of zeros, which no secret has.
	sum := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(sum[:], t.Hash[:]) != 1 || !t.Holds(now) {
		return Token{}, denied
	}
	return t, nil
}
