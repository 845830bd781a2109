package main

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"overt"
	"overt/account"
	"overt/api"
	"overt/identity/oidc"
	"overt/policy/engine"
)

// accounts are the users of a home, and the issuers whose word it takes.
func (a *app) accounts(h *home) (*account.Accounts, error) {
	cfg := account.Config{Gate: h.gate, Users: h.users, Tokens: h.tokens, Clock: a.clock}
	for _, x := range h.engine.SignIn() {
		secret, err := issuerSecret(h.dir, x)
		if err != nil {
			return nil, err
		}
		cfg.Issuers = append(cfg.Issuers, account.Issuer{
			ID: x.ID, Title: cmp.Or(x.Title, x.ID), Name: x.Issuer, People: x.People,
			Ask: oidc.New(oidc.Config{Issuer: x.Issuer, Client: x.Client, Secret: secret, Hosts: x.Hosts, Claim: x.Claim, Clock: a.clock}),
		})
	}
	return account.New(cfg), nil
}

// maxSecret is how many bytes what we show an issuer has at most.
const maxSecret = 4096

func issuerSecret(dir string, x engine.Issuer) (string, error) {
	if x.SecretFile == "" {
		return "", nil
	}
	path := x.SecretFile
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	raw, err := os.ReadFile(path)
	secret := strings.TrimSpace(string(raw))
	if err == nil && (secret == "" || len(secret) > maxSecret) {
		err = fmt.Errorf("it is empty or too long")
	}
	if err != nil {
		return "", &overt.Error{Code: overt.Unavailable, Op: "read the secret of sign_in " + x.ID, Where: path, Err: err}
	}
	return secret, nil
}

// reached checks that what others could reach is encrypted, and known by a name.
// Errors: invalid, unavailable (the files of the certificate).
func (o *serveOptions) reached() error {
	if (o.cert == "") != (o.key == "") {
		return overt.Errorf(overt.Invalid, "--tls-cert", "a certificate and its key go together: --tls-cert and --tls-key")
	}
	if o.cert != "" {
		pair, err := tls.LoadX509KeyPair(o.cert, o.key)
		if err != nil {
			return &overt.Error{Code: overt.Invalid, Op: "read the certificate", Where: o.cert, Err: err}
		}
		o.secure = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	away := !api.Loopback(o.listen)
	switch u, err := url.Parse(o.public); {
	case away && (o.only == "" || o.tokens) && !o.encrypted():
		return overt.Errorf(overt.Invalid, "--listen", "others could reach %s and read along; give a certificate, with --tls-cert and --tls-key, or say --behind-proxy where a proxy has one", o.listen)
	case o.only == "" && (away || o.encrypted()) && (err != nil || u.Scheme != "https" || u.Hostname() == ""):
		return overt.Errorf(overt.Invalid, "--public-url", "say the address that others know the desk by, as https://desk.example.org")
	}
	return nil
}

// encrypted says whether browsers reach the service over TLS alone.
func (o *serveOptions) encrypted() bool { return o.secure != nil || o.proxied }

// hosts are the names the desk is reached by; none means this machine alone.
func (o *serveOptions) hosts() []string {
	u, err := url.Parse(o.public)
	if err != nil || !o.encrypted() {
		return nil
	}
	return []string{strings.ToLower(u.Hostname())}
}

// url is where the service is, as whoever reads it can open it.
func (o *serveOptions) url(at string) string {
	switch {
	case o.encrypted() && o.public != "":
		return strings.TrimSuffix(o.public, "/")
	case o.secure != nil:
		return "https://" + at
	}
	return "http://" + at
}
