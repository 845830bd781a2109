// Package oidctest is an issuer of OpenID Connect for tests, over TLS, which says of
// everybody who comes what it was told.
package oidctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// An Issuer answers at URL. What is set may be changed between questions.
type Issuer struct {
	URL    string
	Client string         // whom it knows
	Claims map[string]any // besides those of each ID token, or in their place
	Alg    string         // that ID tokens say; ES256 when empty
	Forged bool           // they are signed with another key
	Name   string         // that it says of itself; URL when empty
	Keys   string         // where it says that its keys are, when not here
	Now    time.Time

	key, other *ecdsa.PrivateKey
	server     *httptest.Server
	mu         sync.Mutex
	asked      map[string]url.Values // by code
}

// New starts one, which ends with the test.
func New(t testing.TB, client string) *Issuer {
	t.Helper()
	i := &Issuer{Client: client, Now: time.Now(), asked: map[string]url.Values{}}
	for _, k := range []**ecdsa.PrivateKey{&i.key, &i.other} {
		var err error
		if *k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discover)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	i.server = httptest.NewTLSServer(mux)
	t.Cleanup(i.server.Close)
	i.URL = i.server.URL
	return i
}

// TLS trusts it.
func (i *Issuer) TLS() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(i.server.Certificate())
	return &tls.Config{RootCAs: roots}
}

// Visit goes where a browser is sent, and gives where the issuer sends it back to.
func (i *Issuer) Visit(t testing.TB, address string) *url.URL {
	t.Helper()
	client := i.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("the issuer answers %d: %v", resp.StatusCode, err)
	}
	return back
}

func write(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what)
}

func (i *Issuer) name() string {
	if i.Name != "" {
		return i.Name
	}
	return i.URL
}

func (i *Issuer) discover(w http.ResponseWriter, _ *http.Request) {
	keys := i.URL + "/keys"
	if i.Keys != "" {
		keys = i.Keys
	}
	write(w, map[string]any{
		"issuer": i.name(), "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": keys,
		"id_token_signing_alg_values_supported": []string{"ES256", "HS256", "none"},
	})
}

func part(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := i.key.PublicKey.Bytes() // 4, then both coordinates
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	write(w, map[string]any{"keys": []any{map[string]string{"kty": "EC", "crv": "P-256", "use": "sig", "kid": "1", "x": part(point[1:33]), "y": part(point[33:])}}})
}

func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != i.Client || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("state") == "" || q.Get("nonce") == "" {
		http.Error(w, "not asked as it should be", http.StatusBadRequest)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	code := fmt.Sprintf("code-%d", len(i.asked))
	i.asked[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {i.name()}}.Encode(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	q := i.asked[r.PostFormValue("code")]
	delete(i.asked, r.PostFormValue("code"))
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if q == nil || part(sum[:]) != q.Get("code_challenge") || r.PostFormValue("redirect_uri") != q.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		write(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": i.name(), "aud": i.Client, "sub": "u-1", "nonce": q.Get("nonce"), "iat": i.Now.Unix(), "exp": i.Now.Add(time.Minute).Unix()}
	for k, v := range i.Claims {
		claims[k] = v
	}
	write(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.sign(claims)})
}

func (i *Issuer) sign(claims map[string]any) string {
	alg, key := i.Alg, i.key
	if alg == "" {
		alg = "ES256"
	}
	if i.Forged {
		key = i.other
	}
	head, _ := json.Marshal(map[string]string{"alg": alg, "kid": "1"})
	body, _ := json.Marshal(claims)
	text := part(head) + "." + part(body)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil || alg == "none" {
		return text + "."
	}
	return text + "." + part(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}
