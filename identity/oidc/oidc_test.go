package oidc_test

import (
	"net/url"
	"testing"
	"time"

	"overt"
	"overt/identity/oidc"
	"overt/identity/oidc/oidctest"
)

const back = "https://desk.example.org/login/oidc/news/back"

// An issuer's word is taken when it answers what was asked, for us, signed by it.
func TestIssuer(t *testing.T) {
	for name, tt := range map[string]struct {
		claim  string
		change func(*oidctest.Issuer)
		answer func(url.Values)
		want   string
		code   overt.Code
	}{
		"subject":              {want: "u-1"},
		"mail":                 {claim: "email", change: claims("email", "anna@example.org", "email_verified", true), want: "anna@example.org"},
		"mail not checked":     {claim: "email", change: claims("email", "anna@example.org"), code: overt.Denied},
		"mail checked in name": {claim: "email", change: claims("email", "anna@example.org", "email_verified", "true"), code: overt.Denied},
		"no claim":             {claim: "upn", code: overt.Denied},
		"another nonce":        {change: claims("nonce", "x"), code: overt.Denied},
		"another audience":     {change: claims("aud", "other"), code: overt.Denied},
		"also for another":     {change: claims("aud", []string{"desk", "other"}), code: overt.Denied},
		"for another party":    {change: claims("aud", []string{"desk", "other"}, "azp", "other"), code: overt.Denied},
		"another issuer in it": {change: claims("iss", "https://other.example.org"), code: overt.Denied},
		"expired":              {change: claims("exp", 1), code: overt.Denied},
		"forged":               {change: func(i *oidctest.Issuer) { i.Forged = true }, code: overt.Denied},
		"not signed":           {change: func(i *oidctest.Issuer) { i.Alg = "none" }, code: overt.Denied},
		"a shared secret":      {change: func(i *oidctest.Issuer) { i.Alg = "HS256" }, code: overt.Denied},
		"it calls itself else": {change: func(i *oidctest.Issuer) { i.Name = i.URL + "/" }, code: overt.Unavailable},
		"keys elsewhere":       {change: func(i *oidctest.Issuer) { i.Keys = "https://keys.example.org/" }, code: overt.Denied},
		"keys in the clear":    {change: func(i *oidctest.Issuer) { i.Keys = "http://127.0.0.1/" }, code: overt.Denied},
		"another state":        {answer: func(q url.Values) { q.Set("state", "x") }, code: overt.Denied},
		"no state":             {answer: func(q url.Values) { q.Del("state") }, code: overt.Denied},
		"another answers":      {answer: func(q url.Values) { q.Set("iss", "https://other.example.org") }, code: overt.Denied},
		"another code":         {answer: func(q url.Values) { q.Set("code", "x") }, code: overt.Denied},
		"it refuses":           {answer: func(q url.Values) { q.Set("error", "access_denied") }, code: overt.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			i := oidctest.New(t, "desk")
			if tt.change != nil {
				tt.change(i)
			}
			asked := oidc.New(oidc.Config{Issuer: i.URL, Client: "desk", Claim: tt.claim, TLS: i.TLS(), Clock: time.Now})
			got, err := func() (string, error) {
				b, err := asked.Begin(t.Context(), back)
				if err != nil {
					return "", err
				}
				to := i.Visit(t, b.URL)
				answer := to.Query()
				if tt.answer != nil {
					tt.answer(answer)
				}
				got, err := asked.Finish(t.Context(), b, answer)
				if err == nil { // the issuer gives its word for a code once
					if _, again := asked.Finish(t.Context(), b, answer); overt.CodeOf(again) != overt.Denied {
						t.Errorf("the same answer again: %v", again)
					}
				}
				return got, err
			}()
			if got != tt.want || overt.CodeOf(err) != tt.code {
				t.Errorf("%q %v, want %q %s", got, err, tt.want, tt.code)
			}
		})
	}
}

func claims(pairs ...any) func(*oidctest.Issuer) {
	return func(i *oidctest.Issuer) {
		i.Claims = map[string]any{}
		for n := 0; n < len(pairs); n += 2 {
			i.Claims[pairs[n].(string)] = pairs[n+1]
		}
	}
}

// An issuer whose certificate nobody vouches for is not asked.
func TestStranger(t *testing.T) {
	i := oidctest.New(t, "desk")
	if _, err := oidc.New(oidc.Config{Issuer: i.URL, Client: "desk", Clock: time.Now}).Begin(t.Context(), back); overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("%v", err)
	}
}
