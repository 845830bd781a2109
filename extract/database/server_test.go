package database_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"overt"
	"overt/extract"
	"overt/extract/database"
	"overt/internal/servertest"
)

// A kind is a database server with the tables that the tests ask for.
type kind struct {
	name    string
	address string
	change  func(t *testing.T, sql string)
	types   []string // how the table "typed" looks as CSV
}

// common makes tables that all servers understand: same and other hold the same
// rows, put in in another order.
const common = `create table company (id integer primary key, name varchar(100), status varchar(20), num integer);
insert into company values (1, 'Ferrum', 'active', 0), (2, 'Aurum', '', 1), (3, 'Plumbum', null, null), (4, 'O''Neil "x"', 'Active', 5);
create table shares (owner integer, owned integer, share decimal(20,4));
insert into shares values (1, 2, 50), (1, 3, 12.5), (4, 1, 1);
create table same (a varchar(10), b integer);
insert into same values ('b', 1), ('a', 2), ('A', 2), (null, 3), ('', 3), ('b', 1);
create table other (a varchar(10), b integer);
insert into other values ('', 3), ('b', 1), ('A', 2), (null, 3), ('b', 1), ('a', 2);
create table one (a varchar(10));
insert into one values (null), (''), ('x;y');
`

func postgres(t *testing.T) kind {
	address := servertest.Postgres(t, common+`create schema "odd ""one"
create table "odd ""one"."ta ble" ("co""l" integer)
insert into "odd ""one"."ta ble" values (7)
create table typed (n numeric, f float8, r real, b boolean, d date, ts timestamp, tz timestamptz, x bytea, j jsonb, t text, a integer[])
insert into typed values (123456789012345678901234567890.1234567890, 0.1, 16777216, true, '2020-02-29', '2020-02-29 12:30:00', '2020-02-29 12:30:00+02', '\x00ff', '{"a": 1}', e'two\nlines "q"', '{1,2}')
insert into typed (b, t) values (false, '')
`)
	return kind{name: "PostgreSQL", address: address,
		change: func(t *testing.T, sql string) {
			t.Helper()
			u, _ := url.Parse(address)
			conn, err := pgconn.Connect(t.Context(), u.String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close(context.Background()) }()
			if _, err := conn.Exec(t.Context(), sql).ReadAll(); err != nil {
				t.Fatal(err)
			}
		},
		types: []string{
			`"t.n","t.f","t.r","t.b","t.d","t.ts","t.tz","t.x","t.j","t.t","t.a"`,
			`"123456789012345678901234567890.1234567890","0.1","1.6777216e+07","true","2020-02-29","2020-02-29T12:30:00","2020-02-29T10:30:00+00:00","00ff","{""a"": 1}","two`,
			`lines ""q""","{1,2}"`,
			`,,,"false",,,,,,"",`,
		},
	}
}

func mariadb(t *testing.T) kind {
	address := servertest.MySQL(t, common+"create table typed (n decimal(40,10), f double, r float, b boolean, d date, ts datetime, tz timestamp null, x varbinary(10), y bit(4), t text);\n"+
		"set time_zone = '+02:00';\n"+
		`insert into typed values (123456789012345678901234567890.1234567890, 0.1, 16777216, true, '2020-02-29', '2020-02-29 12:30:00', '2020-02-29 12:30:00', x'00ff', b'101', 'two\nlines "q"');`+"\n"+
		"insert into typed (b, t) values (false, '');\n"+
		"create table `odd ``one` (`co``l` integer);\ninsert into `odd ``one` values (7);\n")
	return kind{name: "MariaDB", address: address,
		change: func(t *testing.T, text string) {
			t.Helper()
			u, _ := url.Parse(address)
			cfg := mysql.NewConfig()
			cfg.User, cfg.Passwd, cfg.Net, cfg.Addr, cfg.DBName = servertest.User, servertest.Password, "tcp", u.Host, "registry"
			conn, err := mysql.NewConnector(cfg)
			if err != nil {
				t.Fatal(err)
			}
			db := sql.OpenDB(conn)
			defer func() { _ = db.Close() }()
			if _, err := db.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		},
		types: []string{
			`"t.n","t.f","t.r","t.b","t.d","t.ts","t.tz","t.x","t.y","t.t"`,
			`,,,"0",,,,,,""`,
			`"123456789012345678901234567890.1234567890","0.1","16777216.0","1","2020-02-29","2020-02-29T12:30:00","2020-02-29T10:30:00+00:00","00ff","05","two`,
			`lines ""q"""`,
		},
	}
}

func TestPostgres(t *testing.T) { testServer(t, postgres) }
func TestMySQL(t *testing.T)    { testServer(t, mariadb) }

// all reads every column.
type all struct{}

func (all) Wanted(header []string) []string { return header }
func (all) Find(header []string, name string) string {
	return columns(header).Find(header, name)
}
func (all) Refused([]string, string) bool { return false }

func testServer(t *testing.T, server func(*testing.T) kind) {
	if testing.Short() {
		t.Skip("database servers are started in the full run only")
	}
	t.Parallel()
	k := server(t)
	address := func(t *testing.T, text string) *database.Address {
		t.Helper()
		a, err := database.ParseAddress(text)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	connect := func(t *testing.T, opts database.Options) *database.Session {
		t.Helper()
		s, err := database.Connect(t.Context(), address(t, k.address), opts)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}
	csv := func(t *testing.T, s *database.Session, q database.Query) (string, error) {
		t.Helper()
		var out bytes.Buffer
		snap, err := s.WriteSnapshot(t.Context(), q, &out, nil)
		if err == nil && snap.Rows == 0 && strings.Count(out.String(), "\n") != 1 {
			t.Errorf("%d rows of %q", snap.Rows, out.String())
		}
		return out.String(), err
	}
	table := func(name, alias string) []database.Table {
		return []database.Table{{Name: name, Alias: alias}}
	}

	t.Run("values are exact", func(t *testing.T) {
		got, err := csv(t, connect(t, database.Options{}), database.Query{Tables: table("typed", "t"), Columns: all{}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Join(k.types, "\n")+"\n", got); diff != "" {
			t.Errorf("snapshot differs (-want +got):\n%s", diff)
		}
	})
	t.Run("the values decide the order", func(t *testing.T) {
		s := connect(t, database.Options{})
		a, err := csv(t, s, database.Query{Tables: table("same", "t"), Columns: all{}})
		b, err2 := csv(t, s, database.Query{Tables: table("other", "t"), Columns: all{}})
		if err != nil || err2 != nil || a != b || strings.Count(a, "\n") != 7 {
			t.Errorf("%v %v, snapshots:\n%s\n%s", err, err2, a, b)
		}
	})
	t.Run("one column", func(t *testing.T) {
		got, err := csv(t, connect(t, database.Options{}), database.Query{Tables: table("one", "o"), Columns: all{}})
		lines := strings.Split(strings.TrimSpace(got), "\n")
		if err != nil || len(lines) != 4 || strings.Count(got, `""`) != 2 || lines[0] != `"o.a"` {
			t.Errorf("%v\n%s", err, got)
		}
	})
	t.Run("joins and filters", func(t *testing.T) {
		s := connect(t, database.Options{})
		q := database.Query{
			Tables:  []database.Table{{Name: "company", Alias: "top"}, {Name: "company", Alias: "sub"}, {Name: "shares", Alias: "s"}},
			Joins:   []database.Join{{Left: "top.id", Right: "s.owner"}, {Left: "sub.id", Right: "s.owned"}},
			Columns: columns{"top.name", "sub.name", "s.share"},
		}
		got, err := csv(t, s, q)
		want := "\"top.name\",\"sub.name\",\"s.share\"\n\"Ferrum\",\"Aurum\",\"50.0000\"\n\"Ferrum\",\"Plumbum\",\"12.5000\"\n\"O'Neil \"\"x\"\"\",\"Ferrum\",\"1.0000\"\n"
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v; snapshot differs (-want +got):\n%s", err, diff)
		}
		filters := []struct {
			f    database.Filter
			want string
		}{
			{database.Filter{Column: "c.status", Values: []string{"active"}}, "1"},
			{database.Filter{Column: "c.status", Values: []string{"active", "Active"}}, "1 4"},
			{database.Filter{Column: "c.id", Values: numbers(4, 5000)}, "4"},
			{database.Filter{Column: "c.status", Values: []string{""}}, "2 3"},
			{database.Filter{Column: "c.status", Values: []string{"active"}, Not: true}, "2 3 4"},
			{database.Filter{Column: "c.status", Values: []string{"", "active"}, Not: true}, "4"},
			{database.Filter{Column: "c.num", Values: []string{"5"}}, "4"},
			{database.Filter{Column: "c.num", Values: []string{""}}, "3"},
			{database.Filter{Column: "c.name", Values: []string{`O'Neil "x"`, "' or 1=1 -- "}}, "4"},
		}
		for _, f := range filters {
			got, err := csv(t, s, database.Query{Tables: table("company", "c"), Filters: []database.Filter{f.f}, Columns: columns{"c.id", f.f.Column}})
			var ids []string
			for _, line := range strings.Split(strings.TrimSpace(got), "\n")[1:] {
				ids = append(ids, strings.Trim(strings.Split(line, ",")[0], `"`))
			}
			if diff := cmp.Diff(f.want, strings.Join(ids, " ")); err != nil || diff != "" {
				t.Errorf("%v: %v, rows differ (-want +got):\n%s", f.f, err, diff)
			}
		}
	})
	t.Run("names are no SQL", func(t *testing.T) {
		odd := `odd "one.ta ble`
		if k.name == "MariaDB" {
			odd = "odd `one"
		}
		got, err := csv(t, connect(t, database.Options{}), database.Query{Tables: table(odd, "a\"`b'; --"), Columns: all{}})
		if err != nil || !strings.HasSuffix(got, "\n\"7\"\n") {
			t.Errorf("%v: %q", err, got)
		}
		_, err = csv(t, connect(t, database.Options{}), database.Query{Tables: table("company; drop table company", "c"), Columns: all{}})
		if overt.CodeOf(err) != overt.Invalid {
			t.Errorf("a statement for a table: %v", err)
		}
	})
	t.Run("one moment", func(t *testing.T) {
		s := connect(t, database.Options{})
		q := database.Query{Tables: table("same", "t"), Columns: all{}}
		before, err := csv(t, s, q)
		if err != nil {
			t.Fatal(err)
		}
		k.change(t, "insert into same values ('new', 9)")
		again, err := csv(t, s, q)
		if err != nil || again != before {
			t.Errorf("%v: the session sees what came later:\n%s", err, again)
		}
		later, err := csv(t, connect(t, database.Options{}), q)
		if err != nil || !strings.Contains(later, "new") {
			t.Errorf("%v: a new session sees nothing new:\n%s", err, later)
		}
	})
	t.Run("limits", func(t *testing.T) {
		for _, l := range []extract.Limits{{Row: 10}, {Total: 60}, {Columns: 2}} {
			_, err := csv(t, connect(t, database.Options{Limits: l}), database.Query{Tables: table("company", "c"), Columns: all{}})
			if overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("%+v: %v", l, err)
			}
		}
	})
	t.Run("time", func(t *testing.T) {
		k.change(t, "create table many as select a.b as x from same a, same b, same c, same d, same e")
		q := database.Query{Columns: columns{"m0.x"}}
		for i := range 4 {
			q.Tables = append(q.Tables, database.Table{Name: "many", Alias: fmt.Sprintf("m%d", i)})
		}
		var out discard
		_, err := connect(t, database.Options{Timeout: 500 * time.Millisecond}).WriteSnapshot(t.Context(), q, &out, nil)
		if overt.CodeOf(err) != overt.Invalid {
			t.Errorf("a statement without end: %v", err)
		}
	})
	t.Run("secrets", func(t *testing.T) {
		host := address(t, k.address).String()
		if strings.Contains(host, servertest.User) || strings.Contains(host, "p%40") || strings.Contains(host, "@") {
			t.Errorf("the name is %q", host)
		}
		for _, bad := range []string{
			strings.Replace(k.address, "p%40ss", "wr%40ng", 1), strings.Replace(k.address, "127.0.0.1:", "127.0.0.1:1", 1),
			strings.Replace(k.address, "registry", "nowhere", 1), k.address + "?passwort=p%40ss", k.address + "?tls=p%40ss&sslmode=p%40ss",
		} {
			a, err := database.ParseAddress(bad)
			if err == nil {
				var s *database.Session
				if s, err = database.Connect(t.Context(), a, database.Options{}); err == nil {
					_ = s.Close()
				}
			}
			if err == nil {
				t.Errorf("no error at an address that is wrong")
				continue
			}
			for _, secret := range []string{"p@ss", "p%40ss", "wr@ng", "wr%40ng"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error says a secret: %v", err)
				}
			}
		}
	})
	t.Run("nothing was changed", func(t *testing.T) {
		got, err := csv(t, connect(t, database.Options{}), database.Query{Tables: table("company", "c"), Columns: all{}})
		if err != nil || strings.Count(got, "\n") != 5 {
			t.Errorf("%v\n%s", err, got)
		}
	})
}

type discard struct{}

func (*discard) Write(p []byte) (int, error) { return len(p), nil }
