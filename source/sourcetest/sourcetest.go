// Package sourcetest stands for the internet in tests: one server on this
// machine that answers for every host, over TLS with certificates of its own
// authority, and the network that leads there. Everything else is as it ships:
// names are looked up, addresses checked, certificates verified. Only waiting
// takes no time.
package sourcetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"overt/source"
	"overt/source/internal/wire"
)

// The variables by which a child process is led to the server.
const (
	envServer = "OVERT_TEST_SERVER"
	envRoots  = "OVERT_TEST_ROOTS"
)

// Public is the address that every host stands for, unless a test says
// otherwise. Nothing is ever sent to it.
var Public = netip.MustParseAddr("93.184.215.14")

// A Server is the internet of one test.
type Server struct {
	// Names says what a host stands for; each lookup takes the next of the
	// list and stays at the last. A host that is not named stands for Public.
	Names map[string][]netip.Addr

	addr    string
	roots   *x509.CertPool
	pem     []byte
	mu      sync.Mutex
	dialled []netip.AddrPort
	asked   map[string]int
	waited  []time.Duration
}

// Serve starts a server that ends with the test.
func Serve(t testing.TB, h http.Handler) *Server {
	t.Helper()
	authority, key, err := certificate("test authority", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Names: map[string][]netip.Addr{}, roots: x509.NewCertPool(), asked: map[string]int{}}
	s.roots.AddCert(authority)
	s.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw})
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ErrorLog = nil
	srv.TLS = &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		leaf, leafKey, err := certificate(hello.ServerName, authority, key)
		if err != nil {
			return nil, err
		}
		return &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: leafKey}, nil
	}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	s.addr = srv.Listener.Addr().String()
	return s
}

// certificate makes one for a host, or an authority when there is no parent.
func certificate(name string, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{name},
	}
	if parent == nil {
		parent, signer = c, key
		c.IsCA, c.BasicConstraintsValid, c.DNSNames, c.KeyUsage = true, true, nil, x509.KeyUsageCertSign
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, nil, err
	}
	c, err = x509.ParseCertificate(raw)
	return c, key, err
}

// Network leads to the server.
func (s *Server) Network() source.Network {
	return source.FromWire(wire.Network{Roots: s.roots, Lookup: s.lookup, Dial: s.dial, Wait: s.wait})
}

func (s *Server) wait(_ context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waited = append(s.waited, d)
	return nil
}

// Waited lists how long was to be waited each time.
func (s *Server) Waited() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Duration(nil), s.waited...)
}

func (s *Server) lookup(_ context.Context, host string) ([]netip.Addr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.asked[host]
	s.asked[host]++
	if list, ok := s.Names[host]; ok {
		return list[min(n, len(list)-1) : min(n, len(list)-1)+1], nil
	}
	return []netip.Addr{Public}, nil
}

func (s *Server) dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	s.mu.Lock()
	s.dialled = append(s.dialled, to)
	s.mu.Unlock()
	return (&net.Dialer{}).DialContext(ctx, "tcp", s.addr)
}

// Dialled lists the addresses that were connected to.
func (s *Server) Dialled() []netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]netip.AddrPort(nil), s.dialled...)
}

// Asked is how often a name was looked up.
func (s *Server) Asked(host string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[host]
}

// Env are the variables that lead a child process here; see FromEnv.
func (s *Server) Env() []string {
	return []string{envServer + "=" + s.addr, envRoots + "=" + strings.ReplaceAll(string(s.pem), "\n", "|")}
}

// FromEnv is the network that the variables of Env lead to. Only a test binary
// has this function in it.
func FromEnv() (net source.Network, ok bool, err error) {
	addr := os.Getenv(envServer)
	if addr == "" {
		return net, false, nil
	}
	s := &Server{Names: map[string][]netip.Addr{}, addr: addr, roots: x509.NewCertPool(), asked: map[string]int{}}
	if !s.roots.AppendCertsFromPEM([]byte(strings.ReplaceAll(os.Getenv(envRoots), "|", "\n"))) {
		return net, false, errors.New("no certificate in " + envRoots)
	}
	return s.Network(), true, nil
}

// Host answers by the host that is asked for.
func Host(hosts map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			name = r.Host
		}
		h, ok := hosts[name]
		if !ok {
			http.Error(w, fmt.Sprintf("nobody plays %s", name), http.StatusBadGateway)
			return
		}
		h.ServeHTTP(w, r)
	})
}
