// Package wire holds how package source reaches the network, in a form that
// only package source and its test suite can name.
package wire

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
)

// A Network says how names are looked up and addresses dialled. Nil fields are
// the system's own; the release program leaves all of them nil.
type Network struct {
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial   func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	Roots  *x509.CertPool
}
