package web

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"sync"
	"time"

	"overt/gate"
	"overt/identity"
	"overt/policy"
)

// A session ends when nobody asked for a while, and after a working day in any case.
const (
	sessionIdle = 30 * time.Minute
	sessionLong = 8 * time.Hour
	maxSessions = 10_000
)

// A session is one person at one browser: who asks, what for, and how pages look.
type session struct {
	user    string    // who signed in; "" for whom a key of this machine let in
	rules   string    // that held when he did
	proved  time.Time // when a passkey of his was asked last
	once    any       // what the next page shows once: a secret
	actor   identity.Actor
	purpose policy.Purpose
	caseID  string
	title   string // of the case
	look    look
	token   string // of forms
	begun   time.Time
	used    time.Time
}

// A look is how pages are drawn for somebody.
type look struct {
	language string
	theme    string
	compact  bool
	noKeys   bool
}

// proofHolds is how long ago a passkey may have been asked where something asks for it.
const proofHolds = 5 * time.Minute

// fresh says whether the session may do what asks for a passkey just used. Who opened
// the desk by a key sits at the machine that holds everything.
func (s *session) fresh(now time.Time) bool { return s.user == "" || now.Sub(s.proved) <= proofHolds }

// visit is the session's visit at the gate.
func (s *session) visit(labels ...policy.Label) gate.Visit {
	return gate.Visit{Actor: s.actor, Purpose: s.purpose, Case: s.caseID, Writes: labels}
}

// sessions are those that are open, and keys that open one. Both are known by their
// hashes alone: what is kept here opens nothing.
type sessions struct {
	clock func() time.Time
	rules func() string // that hold now

	mu   sync.Mutex
	open map[[32]byte]*session
	keys map[[32]byte]identity.Actor
}

func newSessions(clock func() time.Time, rules func() string) *sessions {
	return &sessions{clock: clock, rules: rules, open: map[[32]byte]*session{}, keys: map[[32]byte]identity.Actor{}}
}

// secret is a word that cannot be guessed: 256 bits.
func secret() string {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		panic(err) // never happens, says crypto/rand
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashOf(word string) [32]byte { return sha256.Sum256([]byte(word)) }

// key makes a key that opens one session for somebody.
func (ss *sessions) key(who identity.Actor) string {
	word := secret()
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.keys[hashOf(word)] = who
	return word
}

// use takes a key and gives whom it was made for. It works once.
func (ss *sessions) use(word string) (identity.Actor, bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	who, ok := ss.keys[hashOf(word)]
	delete(ss.keys, hashOf(word))
	return who, ok
}

// begin opens a session and gives the word that the browser keeps.
func (ss *sessions) begin(begun session) string {
	word, now := secret(), ss.clock()
	begun.token, begun.begun, begun.used, begun.rules = secret(), now, now, ss.rules()
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if len(ss.open) >= maxSessions {
		for k, s := range ss.open {
			if ss.over(s, now) {
				delete(ss.open, k)
			}
		}
	}
	ss.open[hashOf(word)] = &begun
	return word
}

// over says whether a session has ended: by time, or because the rules are others than
// when its user signed in.
func (ss *sessions) over(s *session, now time.Time) bool {
	return now.Sub(s.used) > sessionIdle || now.Sub(s.begun) > sessionLong || s.user != "" && s.rules != ss.rules()
}

// find gives a copy of the session that a browser says it is in.
func (ss *sessions) find(word string) (session, bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	s := ss.open[hashOf(word)]
	if s == nil {
		return session{}, false
	}
	now := ss.clock()
	if ss.over(s, now) {
		delete(ss.open, hashOf(word))
		return session{}, false
	}
	s.used = now
	return *s, true
}

// change changes a session, if it is open.
func (ss *sessions) change(word string, do func(*session)) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if s := ss.open[hashOf(word)]; s != nil {
		do(s)
	}
}

func (ss *sessions) end(word string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.open, hashOf(word))
}

// A sessionLine is a session as its own user is shown it.
type sessionLine struct {
	id          string // names it in forms, and opens nothing
	begun, used time.Time
	here        bool
}

// of lists the open sessions of somebody, the newest first; word is of the one that
// asks.
func (ss *sessions) of(who identity.Actor, word string) (out []sessionLine) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	now, here := ss.clock(), hashOf(word)
	for k, s := range ss.open {
		if s.actor.ID == who.ID && !ss.over(s, now) {
			out = append(out, sessionLine{sessionID(k), s.begun, s.used, k == here})
		}
	}
	slices.SortFunc(out, func(a, b sessionLine) int { return cmp.Or(b.begun.Compare(a.begun), cmp.Compare(a.id, b.id)) })
	return out
}

// sessionID is a hash of the hash by which a session is known.
func sessionID(key [32]byte) string {
	sum := sha256.Sum256(key[:])
	return hex.EncodeToString(sum[:8])
}

// endThose ends the sessions that which chooses; id is that of sessionLine.
func (ss *sessions) endThose(which func(id string, s *session) bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for k, s := range ss.open {
		if which(sessionID(k), s) {
			delete(ss.open, k)
		}
	}
}

// count is how many are open.
func (ss *sessions) count() (n int) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, s := range ss.open {
		if !ss.over(s, ss.clock()) {
			n++
		}
	}
	return n
}

// Key makes a key that opens one session for somebody: EnterPath with it is to be
// opened in a browser.
func (s *Service) Key(who identity.Actor) string { return s.sessions.key(who) }

// EnterPath is the address that a key is taken at, the key behind it.
const EnterPath = "/enter?key="

// cookieName is what browsers keep the session's word under.
func (s *Service) cookieName() string {
	if s.cfg.TLS {
		return "__Host-overt" // browsers let no other name or path set it
	}
	return "overt"
}

func (s *Service) setCookie(w http.ResponseWriter, word string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(), Value: word, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: s.cfg.TLS, SameSite: http.SameSiteStrictMode,
	})
}

// word is what a request says its session is; "" for none.
func (s *Service) word(r *http.Request) string {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	return c.Value
}

// sent says whether a form was sent from a page of this session.
func (s *session) sent(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
}
