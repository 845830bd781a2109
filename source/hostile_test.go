package source_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/source"
)

// cutAfter sends the beginning of a body whose length it gives whole.
func cutAfter(w http.ResponseWriter, body []byte, n int) {
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body[:n])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// TestMisbehaviour: what a server does to a table, and what becomes of it.
func TestMisbehaviour(t *testing.T) {
	want := rows(300_000)
	other := bytes.ReplaceAll(want, []byte("many"), []byte("few."))
	tests := []struct {
		name  string
		serve func(n int, w http.ResponseWriter, r *http.Request) // n counts from 1
		want  []byte                                              // nil: refused
		code  overt.Code
		words string
	}{
		{"changes in the middle", func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Header().Set("ETag", `"one"`)
				cutAfter(w, want, 200_000)
			}
			w.Header().Set("ETag", `"two"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(other))
		}, other, "", ""},
		{"goes on with another file", func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				w.Header().Set("ETag", `"one"`)
				cutAfter(w, want, 200_000)
			case 2: // does not honour If-Range
				r.Header.Del("If-Range")
				w.Header().Set("ETag", `"two"`)
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(other))
			default:
				_, _ = w.Write(other)
			}
		}, other, "", ""},
		{"goes on at the wrong place", func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				w.Header().Set("ETag", `"one"`)
				cutAfter(w, want, 200_000)
			case 2:
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 100000-%d/%d", len(want)-1, len(want)))
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(want[100_000:])
			default:
				_, _ = w.Write(want)
			}
		}, want, "", ""},
		{"says another length when going on", func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				w.Header().Set("ETag", `"one"`)
				cutAfter(w, want, 200_000)
			case 2:
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 200000-%d/%d", len(want)-11, len(want)-10))
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(want[200_000 : len(want)-10])
			default:
				_, _ = w.Write(want)
			}
		}, want, "", ""},
		{"has no such range", func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				w.Header().Set("ETag", `"one"`)
				cutAfter(w, want, 200_000)
			case 2:
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			default:
				_, _ = w.Write(want)
			}
		}, want, "", ""},
		{"cannot be gone on with", func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Header().Set("ETag", `W/"weak"`)
				cutAfter(w, want, 200_000)
			}
			if r.Header.Get("Range") != "" {
				t.Error("a weak validator was trusted")
			}
			_, _ = w.Write(want)
		}, want, "", ""},
		{"always breaks off", func(n int, w http.ResponseWriter, r *http.Request) {
			cutAfter(w, want, 1000)
		}, nil, overt.Unavailable, "given up after 4 attempts"},
		{"is busy, then not", func(n int, w http.ResponseWriter, r *http.Request) {
			if n < 3 {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			_, _ = w.Write(want)
		}, want, "", ""},
		{"is busy for ever", func(n int, w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}, nil, overt.Unavailable, "the same command goes on"},
		{"asks for a day", func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "86400")
			w.WriteHeader(http.StatusTooManyRequests)
		}, nil, overt.Unavailable, "asks to wait 24h"},
		{"is not there", func(n int, w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, nil, overt.NotFound, "404"},
		{"forbids", func(n int, w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }, nil, overt.Denied, "403"},
		{"sends words", func(n int, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "\n <!DOCTYPE HTML>\n<html><title>Down</title>")
		}, nil, overt.Invalid, "a web page in place of csv"},
		{"sends JSON", func(n int, w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, `{"error": "down"}`) }, nil, overt.Invalid, "JSON in place of csv"},
		{"sends nothing", func(n int, w http.ResponseWriter, r *http.Request) {}, nil, overt.Invalid, "empty"},
		{"never ends", func(n int, w http.ResponseWriter, r *http.Request) {
			for chunk := rows(64 << 10); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, nil, overt.Invalid, "larger than the 2000000 bytes"},
		{"says it is huge", func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "99999999999")
			_, _ = w.Write(want)
		}, nil, overt.Invalid, "larger than"},
		{"drips", func(n int, w http.ResponseWriter, r *http.Request) {
			for range 100 {
				if _, err := w.Write([]byte("a")); err != nil || http.NewResponseController(w).Flush() != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}, nil, overt.Unavailable, "too slowly"},
		{"is a gzip bomb", func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			zeros := bytes.Repeat([]byte("0"), 1<<20)
			for range 64 {
				_, _ = z.Write(zeros)
			}
			_ = z.Close()
		}, nil, overt.Invalid, "too much comes out"},
		{"speaks in tongues", func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write(want)
		}, nil, overt.Invalid, "encoding"},
		{"points to metadata", func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://169.254.169.254/latest/meta-data/")
			w.WriteHeader(http.StatusFound)
		}, nil, overt.Denied, "a redirect was not followed"},
		{"points to metadata over TLS", func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://169.254.169.254/latest/meta-data/")
			w.WriteHeader(http.StatusFound)
		}, nil, overt.Denied, "names no host"},
		{"points to a private host", func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://intranet.example.com/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, nil, overt.Denied, "intranet.example.com: a redirect points to this host"},
		{"points in a circle", func(n int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, fmt.Sprintf("/%d", n), http.StatusFound)
		}, nil, overt.Invalid, "more than 5 times"},
		{"points with a password", func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://a:secret@data.example.org/")
			w.WriteHeader(http.StatusFound)
		}, nil, overt.Denied, "password"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			p := play(t, func(w http.ResponseWriter, r *http.Request) { n++; tt.serve(n, w, r) })
			p.f.Limits.Size, p.f.Limits.Expanded, p.f.Limits.Ratio = 2_000_000, 8<<20, 100
			if tt.name == "drips" {
				p.f.Limits.Stall = 200 * time.Millisecond
			}
			got, err := p.fetch(t, entry(t, table), nil)
			if tt.want == nil {
				refused(t, p, err, tt.code, tt.words)
				if strings.Contains(fmt.Sprint(err), "secret") {
					t.Error("the error holds a password")
				}
				return
			}
			must(t, got, err)
			if data, _ := os.ReadFile(got.Data()[0]); !bytes.Equal(data, tt.want) {
				t.Errorf("%d bytes, want %d", len(data), len(tt.want))
			}
			if got.Manifest.Files[0].Bytes != int64(len(tt.want)) {
				t.Errorf("the manifest says %d bytes", got.Manifest.Files[0].Bytes)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	n := 0
	p := play(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n <= 3 {
			if n == 2 {
				w.Header().Set("Retry-After", "30")
			}
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write(rows(100))
	})
	got, err := p.fetch(t, entry(t, table), nil)
	must(t, got, err)
	var long []time.Duration
	for _, d := range p.Waited() {
		if d >= 400*time.Millisecond {
			long = append(long, d.Round(500*time.Millisecond))
		}
	}
	// A pace of one second between requests, and half of 1, 2, 4 seconds, but
	// for the wish of the server.
	if fmt.Sprint(long) != "[500ms 1s 30s 2s 2s 3s]" {
		t.Errorf("waited %v", long)
	}
}

// TestNames: what a name stands for is looked up once, checked, and dialled.
func TestNames(t *testing.T) {
	ip := netip.MustParseAddr
	public := ip("93.184.215.14")
	for name, to := range map[string]string{
		"loopback": "127.0.0.1", "this host": "0.0.0.0", "this network": "0.1.2.3", "private": "10.1.2.3", "private b": "172.16.0.1", "private c": "192.168.1.1",
		"link local": "169.254.169.254", "carrier": "100.64.0.1", "multicast": "224.0.0.1", "broadcast": "255.255.255.255", "test net": "192.0.2.1", "bench": "198.18.0.1",
		"azure": "168.63.129.16", "loopback 6": "::1", "unspecified 6": "::", "mapped": "::ffff:127.0.0.1", "mapped metadata": "::ffff:169.254.169.254", "compatible": "::127.0.0.1",
		"nat64": "64:ff9b::7f00:1", "nat64 local": "64:ff9b:1::a00:1", "unique local": "fd00::1", "aws metadata 6": "fd00:ec2::254", "link local 6": "fe80::1",
		"site local": "fec0::1", "multicast 6": "ff02::1", "documentation": "2001:db8::1", "6to4": "2002:7f00:1::", "teredo": "2001:0:1::1", "discard": "100::1", "unassigned": "4000::1",
	} {
		t.Run(name, func(t *testing.T) {
			p := play(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(rows(100)) })
			p.Names["data.example.org"] = []netip.Addr{ip(to)}
			_, err := p.fetch(t, entry(t, table), nil)
			refused(t, p, err, overt.Denied, "no public address")
			if d := p.Dialled(); len(d) != 0 {
				t.Errorf("dialled %v", d)
			}
		})
	}
	t.Run("changes", func(t *testing.T) {
		n := 0
		p := play(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"one"`)
			if n++; n < 4 {
				cutAfter(w, rows(100_000), 20_000*n) // each attempt is a connection of its own
			}
			_, _ = w.Write(rows(100_000))
		})
		p.Names["data.example.org"] = []netip.Addr{public, ip("127.0.0.1")}
		got, err := p.fetch(t, entry(t, table), nil)
		must(t, got, err)
		for _, d := range p.Dialled() {
			if d.Addr() != public || d.Port() != 443 {
				t.Errorf("dialled %v", d)
			}
		}
		if p.Asked("data.example.org") != 1 || len(p.Dialled()) < 4 {
			t.Errorf("looked up %d times, dialled %d times", p.Asked("data.example.org"), len(p.Dialled()))
		}
	})
	t.Run("IPv6", func(t *testing.T) {
		p := play(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(rows(100)) })
		p.Names["data.example.org"] = []netip.Addr{ip("2606:2800:220:1:248:1893:25c8:1946")}
		got, err := p.fetch(t, entry(t, table), nil)
		must(t, got, err)
	})
}

// TestPagesMisbehave: lists that go in circles, have holes, or change.
func TestPagesMisbehave(t *testing.T) {
	const linked = head + `files:
  - name: rows.json
    address: https://api.example.org/rows
    pages: {rows: /rows, next: /next, total: /total}
`
	page := func(rows string, next string, total int) string {
		return fmt.Sprintf(`{"rows":[%s],"next":%q,"total":%d}`, rows, next, total)
	}
	tests := []struct {
		name  string
		pages map[string]string // by query
		code  overt.Code
		words string
	}{
		{"circle", map[string]string{"": page("1", "?p=2", 9), "p=2": page("2", "?p=3", 9), "p=3": page("3", "?p=2", 9)}, overt.Invalid, "circle"},
		{"the same again", map[string]string{"": page("1", "?p=2", 9), "p=2": page("1", "?p=2", 9)}, overt.Invalid, "circle"},
		{"empty before the end", map[string]string{"": page("1", "?p=2", 9), "p=2": page("", "?p=3", 9)}, overt.Invalid, "empty and says there is another"},
		{"shrinks", map[string]string{"": page("1", "?p=2", 9), "p=2": page("2", "?p=3", 8)}, overt.Conflict, "had 9 rows and has 8"},
		{"short", map[string]string{"": page("1", "?p=2", 9), "p=2": page("2", "", 9)}, overt.Conflict, "have 2 rows together"},
		{"no list", map[string]string{"": `{"error":"no"}`}, overt.Invalid, "no list at /rows"},
		{"cut", map[string]string{"": `{"rows":[1,2`}, overt.Invalid, "ends too early"},
		{"words", map[string]string{"": `<html>`}, overt.Invalid, "a web page in place of json"},
		{"leads away", map[string]string{"": page("1", "https://evil.example.net/rows", 9)}, overt.Denied, "evil.example.net"},
		{"leads home", map[string]string{"": page("1", "https://localhost/rows", 9)}, overt.Invalid, "names no host"},
		{"leads down", map[string]string{"": page("1", "http://api.example.org/rows", 9)}, overt.Invalid, "only https"},
		{"another port", map[string]string{"": page("1", "https://api.example.org:8443/rows", 9)}, overt.Invalid, "port 443"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, tt.pages[r.URL.RawQuery]) })
			_, err := p.fetch(t, entry(t, linked), nil)
			refused(t, p, err, tt.code, tt.words)
			if strings.Contains(fmt.Sprint(err), "%!") {
				t.Errorf("badly worded: %v", err)
			}
		})
	}
}

// TestStopped: what is stopped is said to be gone on with, and is.
func TestStopped(t *testing.T) {
	want := rows(400_000)
	ctx, stop := context.WithCancel(t.Context())
	n := 0
	p := play(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		if n++; n == 1 {
			w.Header().Set("Content-Length", fmt.Sprint(len(want)))
			_, _ = w.Write(want[:300_000])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(want))
	})
	p.f.Progress = func(g source.Progress) {
		if g.Bytes >= 300_000 {
			stop()
		}
	}
	plan, err := entry(t, table).Plan(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.f.Fetch(ctx, plan, false)
	refused(t, p, err, overt.Unavailable, "stopped", "300000 bytes are kept", "the same command goes on")
	p.f.Progress = nil
	got, err := p.f.Fetch(t.Context(), plan, false)
	must(t, got, err)
	if data, _ := os.ReadFile(got.Data()[0]); !bytes.Equal(data, want) || got.Manifest.Files[0].Resumed != 1 {
		t.Error("other bytes, or begun anew")
	}
}

// TestDamagedState: whatever stands in the folder of an earlier attempt, the
// bytes are right in the end.
func TestDamagedState(t *testing.T) {
	want := rows(200_000)
	for name, damage := range map[string]func(t *testing.T, dir string){
		"no state":     func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "state.json")) },
		"broken state": func(t *testing.T, dir string) { put(t, filepath.Join(dir, "state.json"), "{") },
		"empty part":   func(t *testing.T, dir string) { put(t, filepath.Join(dir, "table.csv.part"), "") },
		"no part":      func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "table.csv.part")) },
		"longer part": func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "table.csv.part"), string(want[:150_000])+strings.Repeat("x", 100_000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			down := false
			p := play(t, func(w http.ResponseWriter, r *http.Request) {
				if down {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				w.Header().Set("ETag", `"one"`)
				if r.Header.Get("Range") == "" && !strings.Contains(t.Name(), "again") {
					down = true
					cutAfter(w, want, 150_000)
				}
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(want))
			})
			_, err := p.fetch(t, entry(t, table), nil)
			refused(t, p, err, overt.NotFound)
			dirs, _ := filepath.Glob(filepath.Join(p.f.Dir, "test", "*.part"))
			damage(t, dirs[0])
			srv := play(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"one"`)
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(want))
			})
			srv.f.Dir = p.f.Dir
			got, err := srv.fetch(t, entry(t, table), nil)
			must(t, got, err)
			if data, _ := os.ReadFile(got.Data()[0]); !bytes.Equal(data, want) {
				t.Errorf("%d bytes", len(data))
			}
		})
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
