package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certified writes a certificate of localhost and its key, and gives who trusts it.
func certified(t *testing.T, dir string) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key, roots = filepath.Join(dir, "desk.pem"), filepath.Join(dir, "desk.key"), x509.NewCertPool()
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, key, roots
}

// TestServeTLS: over TLS the desk answers to its name alone, and its cookies go over TLS
// alone.
func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key, roots := certified(t, dir)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, "home")
	if code, _, errs := overtIn(t, home, "user", "list"); code != exitOK {
		t.Fatal(errs)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	at, errs, done := serving(ctx, t, `(https://\S+)`, "--home", home, "serve", "--listen", "127.0.0.1:"+port, "--tls-cert", cert, "--tls-key", key, "--public-url", "https://localhost:"+port)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: time.Minute, Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	ask := func(url, host string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := client.Do(r)
		if err != nil {
			t.Fatalf("%v\n%s", err, errs)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	base := at[:strings.Index(at, "/enter")]
	resp, _ := ask(base+"/login", "")
	if c := resp.Header.Get("Set-Cookie"); resp.StatusCode != 200 || !strings.HasPrefix(c, "__Host-overt-in=") || !strings.Contains(c, "Secure") || !strings.Contains(c, "HttpOnly") || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("signing in: %d %q", resp.StatusCode, c)
	}
	if resp, body := ask(at, ""); resp.StatusCode != 200 || !strings.Contains(body, "<h1>Desk</h1>") || jar.Cookies(resp.Request.URL)[0].Name == "overt" {
		t.Errorf("the desk: %d", resp.StatusCode)
	}
	if resp, _ := ask(base+"/", "127.0.0.1:"+port); resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("by another name: %d", resp.StatusCode)
	}
	if resp, body := ask("http://localhost:"+port+"/", ""); resp.StatusCode != http.StatusBadRequest || strings.Contains(body, "Desk") {
		t.Errorf("in the clear: %d", resp.StatusCode)
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("it ended with %d: %s", code, errs)
	}
}
