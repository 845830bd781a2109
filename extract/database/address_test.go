package database_test

import (
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/extract"
	"overt/extract/database"
)

func TestAddress(t *testing.T) {
	const word = "pw%40%3a%2f"
	tests := []struct{ in, kind, want, err string }{
		{in: "postgresql+psycopg2://u:" + word + "@db.example:5433/register?sslmode=require", kind: database.PostgreSQL, want: "postgresql://db.example:5433/register"},
		{in: "postgres://db.example/register", kind: database.PostgreSQL, want: "postgresql://db.example/register"},
		{in: "mysql+pymysql://u:" + word + "@[::1]:3307/register?charset=utf8mb4", kind: database.MySQL, want: "mysql://[::1]:3307/register"},
		{in: "mariadb://u@h/r", kind: database.MySQL, want: "mysql://h/r"},
		{in: "sqlite:///a/b.db?mode=rw", kind: database.SQLite, want: "sqlite:///a/b.db"},
		{in: "sqlite:////a/b.db", kind: database.SQLite, want: "sqlite:////a/b.db"},
		{in: "sqlite://", err: "the address of a SQLite file is sqlite:///path"},
		{in: "sqlite:///:memory:", err: "the address of a SQLite file is sqlite:///path"},
		{in: "${DB_URI}", err: "the database's address has the name ${DB_URI} in it, which was not given"},
		{in: "oracle://u:" + word + "@h/r", err: "a database's address begins with postgresql://, mysql:// or sqlite:///"},
		{in: "host=h password=" + word, err: "a database's address begins with postgresql://, mysql:// or sqlite:///"},
		{in: "mysql://u:" + word + "@h", err: "the address of the mysql database names no database: mysql://host/name"},
		{in: "mysql://u:12/" + word + "@h/r", err: "the address of the mysql database cannot be read; marks in user and password are written in percent (/ as %2F)"},
		{in: "postgresql://u:12#" + word + "@h/r", err: "the address of the postgresql database cannot be read; marks in user and password are written in percent (/ as %2F)"},
		{in: "postgresql://u:1x/" + word + "@h/r", err: "the address of the postgresql database cannot be read; marks in user and password are written in percent (/ as %2F)"},
	}
	for _, tt := range tests {
		a, err := database.ParseAddress(tt.in)
		if said(err) != tt.err {
			t.Errorf("%s: error %q, want %q", tt.in, said(err), tt.err)
		}
		if err == nil && (a.Kind != tt.kind || a.String() != tt.want) {
			t.Errorf("%s: %s %s", tt.in, a.Kind, a)
		}
	}
}

// FuzzAddress: whatever is taken for an address, its name can be read as one
// again and says no user and no password.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"postgresql://u:p@h:1/d?sslmode=require", "mysql+x://u:p%40@[::1]/d", "sqlite:////a?b", "mysql://u:1/2@h/d", "postgres://a@b@c/d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := database.ParseAddress(text)
		if err != nil || a.Kind == database.SQLite {
			return
		}
		name, err := url.Parse(a.String())
		if err != nil || name.User != nil || name.RawQuery != "" || name.Fragment != "" || strings.Count(name.EscapedPath(), "/") > 1 {
			t.Errorf("the name is %q (%v)", a, err)
		}
	})
}

// TestHostileServer: what is on the other side may say that it will send more
// than there is memory for, and send it.
func TestHostileServer(t *testing.T) {
	endless := strings.Repeat("\xff\xff\xff\x00", 16<<10)
	tests := []struct{ name, address, first, again string }{
		{"mysql, a packet without end", "mysql://u:secret@%/d", "", "\xff\xff\xff"},
		{"mysql, no protocol", "mysql://u:secret@%/d", endless, ""},
		{"postgres, a length that is huge", "postgresql://u:secret@%/d", "NR\x7f\xff\xff\xff", ""},
		{"postgres, silent", "postgresql://u:secret@%/d", "", ""},
		{"postgres, no protocol", "postgresql://u:secret@%/d?sslmode=disable", endless, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			go serve(l, tt.first, tt.again)
			a, err := database.ParseAddress(strings.Replace(tt.address, "%", l.Addr().String(), 1))
			if err != nil {
				t.Fatal(err)
			}
			s, err := database.Connect(t.Context(), a, database.Options{Limits: extract.Limits{Row: 1000, Columns: 10}, Timeout: time.Second})
			if err == nil {
				_ = s.Close()
			}
			if overt.CodeOf(err) != overt.Unavailable || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
			if tt.again != "" && !strings.Contains(err.Error(), "longer than a row may be") {
				t.Errorf("the reason is not told: %v", err)
			}
		})
	}
}

// serve writes first to each who connects, then packets of MySQL that each say
// that another follows.
func serve(l net.Listener, first, again string) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = c.Close() }()
			_, err := c.Write([]byte(first))
			body := make([]byte, 1<<24-1)
			for seq := byte(0); err == nil && again != "" && seq < 20; seq++ {
				if _, err = c.Write(append([]byte(again), seq)); err == nil {
					_, err = c.Write(body)
				}
			}
			_, _ = io.Copy(io.Discard, c) // until the other side has enough
		}()
	}
}
