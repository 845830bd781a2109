package source

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"overt"
	"overt/source/internal/wire"
)

// A Network is how connections are made. The zero Network is the system's own
// and is the only one outside tests.
type Network struct{ wire wire.Network }

// FromWire wraps a network. Its argument's type cannot be named outside this
// package's folder, so only its test suite can call it.
func FromWire(w wire.Network) Network { return Network{w} }

// A dialer connects to the hosts of one fetch. A name is looked up once, and
// what is dialled is the address that was checked, so that a name which comes
// to stand for another address in the meantime gains nothing.
type dialer struct {
	net   wire.Network
	hosts []string // that may be connected to

	mu    sync.Mutex
	known map[string][]netip.Addr
}

// transport speaks HTTP/1.1 over TLS. It follows no redirect, keeps no cookie,
// asks no proxy and unpacks nothing.
func (d *dialer) transport(l Limits) *http.Transport {
	off := new(http.Protocols)
	off.SetHTTP1(true)
	return &http.Transport{
		DialContext:            d.dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: d.net.Roots},
		TLSHandshakeTimeout:    20 * time.Second,
		ResponseHeaderTimeout:  l.Header,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
		Protocols:              off,
		MaxConnsPerHost:        1,
		IdleConnTimeout:        30 * time.Second,
	}
}

func (d *dialer) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port != "443" {
		return nil, overt.Errorf(overt.Denied, address, "only the port 443 of a host is connected to")
	}
	if !slices.Contains(d.hosts, host) {
		return nil, overt.Errorf(overt.Denied, host, "this host is not among those of the source")
	}
	addrs, err := d.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for _, a := range addrs {
		var c net.Conn
		if c, err = d.connect(ctx, netip.AddrPortFrom(a, 443)); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("connect to %s: %w", host, err)
}

func (d *dialer) connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	if !public(to.Addr()) {
		return nil, overt.Errorf(overt.Denied, to.Addr().String(), "this is no public address")
	}
	if d.net.Dial != nil {
		return d.net.Dial(ctx, to)
	}
	plain := net.Dialer{Timeout: 10 * time.Second}
	return plain.DialContext(ctx, "tcp", to.String())
}

// lookup gives the public addresses of a host, asked for once a fetch.
func (d *dialer) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a, ok := d.known[host]; ok {
		return a, nil
	}
	ask := d.net.Lookup
	if ask == nil {
		ask = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	all, err := ask(ctx, host)
	if err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "look up", Where: host, Message: "the name could not be looked up", Err: err}
	}
	var good []netip.Addr
	refused := ""
	for _, a := range all {
		// Resolvers give IPv4 addresses in the form of IPv6; as text that is
		// the same address, checked as IPv4.
		if a = a.Unmap(); public(a) {
			good = append(good, a)
		} else {
			refused = a.String()
		}
	}
	if len(good) == 0 {
		return nil, overt.Errorf(overt.Denied, host, "the name stands for %s, which is no public address; nothing was sent there", refused)
	}
	if d.known == nil {
		d.known = map[string][]netip.Addr{}
	}
	d.known[host] = good
	return good, nil
}
