// Package oidc asks an issuer of OpenID Connect who somebody is. It is, beside source
// and extract/database, what opens connections: to the hosts of one issuer that the
// rules name, over TLS, and to no other, whatever the issuer says.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"overt"
)

// Config says whom to ask. Issuer and Client are required.
type Config struct {
	Issuer string // its address, exactly as it calls itself
	Client string // what it calls us
	Secret string // "" where it asks none
	Hosts  []string
	Claim  string      // what names people; sub when empty
	TLS    *tls.Config // nil for the system's roots
	Clock  func() time.Time
}

// Bounds of what an issuer may take and say.
const (
	patience  = 15 * time.Second
	maxAnswer = 1 << 20
	refreshed = time.Hour // what it said of itself is asked again
)

// An Issuer is one that is asked. It is safe for concurrent use.
type Issuer struct {
	cfg    Config
	client *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
	asked    time.Time
}

// New makes an issuer; it connects to none.
func New(cfg Config) *Issuer {
	if cfg.Claim == "" {
		cfg.Claim = "sub"
	}
	hosts := slices.Clone(cfg.Hosts)
	if u, err := url.Parse(cfg.Issuer); err == nil {
		hosts = append(hosts, u.Hostname())
	}
	transport := &http.Transport{TLSClientConfig: cfg.TLS, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 1 << 16, IdleConnTimeout: time.Minute}
	return &Issuer{cfg: cfg, client: &http.Client{
		Transport: listed{hosts, transport}, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// listed connects to listed hosts alone, over TLS, and bounds what they say.
type listed struct {
	hosts []string
	next  http.RoundTripper
}

func (l listed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" || !slices.Contains(l.hosts, r.URL.Hostname()) {
		return nil, fmt.Errorf("the rules do not list %s://%s for this issuer", r.URL.Scheme, r.URL.Hostname())
	}
	resp, err := l.next.RoundTrip(r)
	if err == nil {
		resp.Body = bounded{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

type bounded struct {
	io.Reader
	io.Closer
}

// A Begun is a question that the browser carries to the issuer. It is kept here until
// the answer comes, and answered once.
type Begun struct {
	URL                             string // where the browser goes
	redirect, state, nonce, proving string
}

// Begin makes a question, whose answer the browser brings to redirect. Errors:
// unavailable (the issuer does not answer, or is another).
func (i *Issuer) Begin(ctx context.Context, redirect string) (*Begun, error) {
	config, _, err := i.discover(ctx, redirect)
	if err != nil {
		return nil, err
	}
	b := &Begun{redirect: redirect, state: word(), nonce: word(), proving: oauth2.GenerateVerifier()}
	b.URL = config.AuthCodeURL(b.state, oidc.Nonce(b.nonce), oauth2.S256ChallengeOption(b.proving))
	return b, nil
}

func word() string {
	bits := make([]byte, 32)
	_, _ = rand.Read(bits) // it never fails: the program ends before
	return base64.RawURLEncoding.EncodeToString(bits)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// discover asks the issuer what it says of itself.
func (i *Issuer) discover(ctx context.Context, redirect string) (*oauth2.Config, *oidc.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if now := i.cfg.Clock(); i.provider == nil || now.Sub(i.asked) > refreshed {
		// Its keys are asked for later, too: what they are asked with outlives this request.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), i.client), i.cfg.Issuer)
		if err != nil {
			return nil, nil, overt.Errorf(overt.Unavailable, i.cfg.Issuer, "the issuer does not say what it is: %w", err)
		}
		i.provider, i.asked = p, now
	}
	scopes := []string{oidc.ScopeOpenID}
	if i.cfg.Claim != "sub" {
		scopes = append(scopes, "profile", "email")
	}
	return &oauth2.Config{ClientID: i.cfg.Client, ClientSecret: i.cfg.Secret, Endpoint: i.provider.Endpoint(), RedirectURL: redirect, Scopes: scopes}, i.provider, nil
}

// signatures that are taken: with a key that only the issuer has.
var signatures = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// Finish takes the answer that the browser brought and gives the claim that names who
// it is. Errors: denied (the answer is not to that question, or is not the issuer's),
// unavailable.
func (i *Issuer) Finish(ctx context.Context, b *Begun, answer url.Values) (string, error) {
	denied := func(format string, args ...any) error {
		return overt.Errorf(overt.Denied, i.cfg.Issuer, format, args...)
	}
	switch {
	case !same(answer.Get("state"), b.state):
		return "", denied("this is no answer to what was asked")
	case answer.Has("iss") && answer.Get("iss") != i.cfg.Issuer:
		return "", denied("another issuer answered")
	case answer.Get("error") != "":
		return "", denied("the issuer refused")
	}
	config, provider, err := i.discover(ctx, b.redirect)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, i.client)
	token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(b.proving))
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) { // its answer is not told: it is foreign
			return "", denied("the issuer did not take its own code back")
		}
		return "", overt.Errorf(overt.Unavailable, i.cfg.Issuer, "the issuer does not answer: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	verifier := provider.Verifier(&oidc.Config{ClientID: i.cfg.Client, SupportedSigningAlgs: signatures, Now: i.cfg.Clock})
	id, err := verifier.Verify(ctx, raw)
	if err != nil || !same(id.Nonce, b.nonce) {
		return "", denied("what the issuer signed does not hold")
	}
	return i.claim(id)
}

// claim reads what names who it is.
func (i *Issuer) claim(id *oidc.IDToken) (string, error) {
	var all map[string]any
	if err := id.Claims(&all); err != nil {
		return "", overt.Errorf(overt.Denied, i.cfg.Issuer, "what the issuer signed cannot be read")
	}
	azp, _ := all["azp"].(string)
	if azp != "" && azp != i.cfg.Client || azp == "" && len(id.Audience) > 1 {
		return "", overt.Errorf(overt.Denied, i.cfg.Issuer, "what the issuer signed is for another")
	}
	name, _ := all[i.cfg.Claim].(string)
	if verified, _ := all["email_verified"].(bool); i.cfg.Claim == "email" && !verified {
		name = ""
	}
	if name = strings.TrimSpace(name); name == "" {
		return "", overt.Errorf(overt.Denied, i.cfg.Issuer, "the issuer does not say %s, or did not check it", i.cfg.Claim)
	}
	return name, nil
}
