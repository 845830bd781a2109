package engine

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"overt/identity"
)

// An Issuer is a service of OpenID Connect whose word on who somebody is is taken.
type Issuer struct {
	ID     string `yaml:"id"`     // in addresses: /login/oidc/ID
	Title  string `yaml:"title"`  // on the button
	Issuer string `yaml:"issuer"` // its address, exactly as it calls itself
	Client string `yaml:"client"` // what it calls us
	// SecretFile holds what we show it beside, a path from the home's folder; "" where
	// the issuer asks none.
	SecretFile string `yaml:"secret_file,omitempty"`
	// Hosts may be connected to beside the issuer's own.
	Hosts []string `yaml:"hosts,omitempty"`
	// Claim is what names people: sub, or email, of which only a verified one counts.
	Claim  string            `yaml:"claim,omitempty"`
	People map[string]string `yaml:"people"` // by the claim: whom it is
}

// SignIn lists the issuers whose word is taken.
func (e *Engine) SignIn() []Issuer { return slices.Clone(e.file.SignIn) }

var issuerID = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func (f File) checkSignIn() error {
	var ids []string
	for _, x := range f.SignIn {
		u, err := url.Parse(x.Issuer)
		switch {
		case !issuerID.MatchString(x.ID) || slices.Contains(ids, x.ID):
			return fmt.Errorf("sign_in has the id %q, which is listed twice or has other characters than a-z, 0-9 and hyphens", x.ID)
		case err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
			return fmt.Errorf("sign_in %s has the issuer %q, which is no address that begins with https", x.ID, x.Issuer)
		case x.Client == "":
			return fmt.Errorf("sign_in %s does not say what the issuer calls us: client", x.ID)
		case strings.ContainsAny(strings.Join(x.Hosts, ""), "/: *"):
			return fmt.Errorf("sign_in %s lists hosts %q; write their names alone", x.ID, x.Hosts)
		}
		for claim, who := range x.People {
			if _, known := f.People[who]; !known && who != f.Owner || claim == "" || (identity.Actor{ID: who}).IsAccount() {
				return fmt.Errorf("sign_in %s takes %q for %q, whom people does not list as a person", x.ID, claim, who)
			}
		}
		ids = append(ids, x.ID)
	}
	return nil
}
