package source

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"overt"
)

var hostPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// maxAddress is the longest address that is followed, in bytes; signed ones of
// cloud stores have about 2,000.
const maxAddress = 8192

// parseAddress reads an address that may be connected to: https, a host name,
// its ordinary port, no name or password. Errors: invalid.
func parseAddress(text string) (*url.URL, error) {
	if len(text) > maxAddress {
		return nil, overt.Errorf(overt.Invalid, "", "an address of %d bytes is longer than the %d that are followed", len(text), maxAddress)
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "%.200q is no address", text)
	}
	switch {
	case u.Scheme != "https":
		return nil, overt.Errorf(overt.Invalid, "", "%.200q: only https addresses are fetched", withoutQuery(u))
	case u.User != nil:
		return nil, overt.Errorf(overt.Invalid, "", "an address with a user name or password is not fetched")
	case u.Port() != "" && u.Port() != "443":
		return nil, overt.Errorf(overt.Invalid, "", "%.200q: only the port 443 is connected to", withoutQuery(u))
	case !hostPattern.MatchString(u.Hostname()):
		// Numbers in any notation fall here too: they have no name that a
		// certificate or a policy could speak of.
		return nil, overt.Errorf(overt.Invalid, "", "%.200q names no host; an address needs a host name in lower case, not a number", withoutQuery(u))
	case u.Opaque != "":
		return nil, overt.Errorf(overt.Invalid, "", "%.200q is no address", withoutQuery(u))
	}
	u.Host, u.Fragment, u.RawFragment = u.Hostname(), "", ""
	return u, nil
}

// follow resolves an address that an answer gave.
func follow(base *url.URL, text string) (*url.URL, error) {
	if len(text) > maxAddress {
		return parseAddress(text)
	}
	u, err := base.Parse(text)
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "the answer points to something that is no address")
	}
	return parseAddress(u.String())
}

// withoutQuery is an address that may be shown: what signs or asks is left out.
func withoutQuery(u *url.URL) string {
	c := *u
	c.RawQuery, c.Fragment, c.User = "", "", nil
	return c.String()
}

// special are the blocks that no public source stands in: RFC 6890 and the
// IANA registries of special-purpose addresses, with the prefixes that carry
// an IPv4 address inside an IPv6 one.
var special = func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range strings.Fields(`
		0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
		192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24
		192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
		224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
		::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64
		2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16
		fc00::/7 fe80::/10 fec0::/10 ff00::/8`) {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// public says whether an address may be dialled. Only what is globally routed
// is: 2000::/3 of IPv6, and IPv4 outside the special blocks.
func public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" || a.Is4In6() || !a.IsGlobalUnicast() {
		return false
	}
	if a.Is6() && !netip.MustParsePrefix("2000::/3").Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
