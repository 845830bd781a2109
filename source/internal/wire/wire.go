// Package wire holds how package source reaches the network, in a form that
// only package source and its test suite can name.
package wire

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"time"
)

// A Network says how names are looked up, addresses dialled and time passed. Nil
// fields are the system's own; the release program leaves all of them nil.
type Network struct {
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial   func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	Roots  *x509.CertPool
	Wait   func(ctx context.Context, d time.Duration) error
}
