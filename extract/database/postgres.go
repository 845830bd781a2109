package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"overt"
)

// postgres speaks to PostgreSQL below database/sql: values come as the text
// that the server writes, which is exact, and one row at a time.
type postgres struct{ conn *pgconn.PgConn }

var postgresWords = serverWords{
	dialect: dialect{
		quote: func(name string) string { return quoted(name, `"`) },
		bind:  func(n int) string { return fmt.Sprintf("$%d", n) },
		text:  func(column string) string { return column }, // arguments are read as the column's type
		empty: func(column string) string { return "cast(" + column + " as text) = ''" },
	},
	order: func(column string) string { return "cast(" + column + ` as text) collate "C"` },
}

func (p *postgres) words() *serverWords { return &postgresWords }

// postgresOptions are what an address may say: about the way to the server,
// nothing that would change what is read.
var postgresOptions = []string{"sslmode", "sslrootcert", "sslcert", "sslkey", "sslsni", "connect_timeout", "host", "port", "application_name", "channel_binding"}

// connectTimeout is how long a server may take to answer at all.
const connectTimeout = 30 * time.Second

// session makes values the same for every server, and the transaction one that
// reads alone and sees one moment.
const postgresSession = `set client_encoding = 'UTF8'; set datestyle = 'ISO, YMD'; set timezone = 'UTC'; set intervalstyle = 'iso_8601';
	set bytea_output = 'hex'; set extra_float_digits = 1; set standard_conforming_strings = on; set lock_timeout = '60s';
	set statement_timeout = %d; begin isolation level repeatable read read only`

func connectPostgres(ctx context.Context, a *Address, opts Options) (*postgres, error) {
	if err := a.only(postgresOptions...); err != nil {
		return nil, err
	}
	cfg, err := pgconn.ParseConfig(postgresAddress(a))
	if err != nil {
		return nil, a.failed(overt.Invalid, "read the database's address", inner(err))
	}
	cfg.RuntimeParams = map[string]string{"application_name": "overt"}
	most := int(min(opts.Limits.Row, 1<<30)) + 16*opts.Limits.Columns
	cfg.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		f := pgproto3.NewFrontend(r, w)
		f.SetMaxBodyLen(most) // a length is what the other side says
		return f
	}
	soon, cancel := context.WithTimeout(ctx, min(2*connectTimeout, opts.Timeout))
	defer cancel()
	conn, err := pgconn.ConnectConfig(soon, cfg)
	if err != nil {
		return nil, a.failed(overt.Unavailable, "connect", inner(err))
	}
	p := &postgres{conn}
	if _, err := conn.Exec(soon, fmt.Sprintf(postgresSession, opts.Timeout.Milliseconds())).ReadAll(); err != nil {
		return nil, a.failed(overt.Unavailable, "begin a transaction that reads alone", errors.Join(err, p.close(ctx)))
	}
	return p, nil
}

// inner is what an error of the driver is about, without the address and the
// user that it repeats.
func inner(err error) error {
	var parse *pgconn.ParseConfigError
	var connect *pgconn.ConnectError
	if errors.As(err, &parse) && parse.Unwrap() != nil {
		return parse.Unwrap()
	}
	if errors.As(err, &connect) && connect.Unwrap() != nil {
		return connect.Unwrap()
	}
	return err
}

// postgresAddress writes an address in which everything is said, so that the
// driver takes nothing from the environment or from files in the user's folder:
// a password that is there must not go to a host that a mapping names.
func postgresAddress(a *Address) string {
	password, _ := a.url.User.Password()
	host, port := a.url.Hostname(), a.url.Port()
	settings := map[string]string{
		"host": "localhost", "port": "5432", "user": a.url.User.Username(), "password": password, "dbname": a.name(),
		"sslmode": "prefer", "sslrootcert": "", "sslcert": "", "sslkey": "", "passfile": "",
		"target_session_attrs": "any", "connect_timeout": fmt.Sprint(int(connectTimeout.Seconds())), "options": "",
		"channel_binding": "prefer", "sslsni": "1",
	}
	for name := range a.url.Query() {
		settings[name] = a.option(name)
	}
	if host != "" {
		settings["host"] = host
	}
	if port != "" {
		settings["port"] = port
	}
	var b strings.Builder
	for name, value := range settings {
		value = strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)
		fmt.Fprintf(&b, "%s='%s' ", name, value)
	}
	return b.String()
}

func (p *postgres) columns(ctx context.Context, table string) ([]string, error) {
	r := p.conn.ExecParams(ctx, "select * from "+tableName(&postgresWords, table)+" limit 0", nil, nil, nil, nil)
	var names []string
	for _, f := range r.FieldDescriptions() {
		names = append(names, f.Name)
	}
	_, err := r.Close()
	return names, err
}

func (p *postgres) rows(ctx context.Context, sql string, args []string, each func([][]byte) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	bound := make([][]byte, len(args))
	for i, a := range args {
		bound[i] = []byte(a)
	}
	r := p.conn.ExecParams(ctx, sql, bound, nil, nil, nil)
	var values [][]byte
	for r.NextRow() {
		values = values[:0]
		for i, v := range r.Values() {
			if v != nil {
				v = postgresText(r.FieldDescriptions()[i].DataTypeOID, v)
			}
			values = append(values, v)
		}
		if err := each(values); err != nil {
			cancel()
			_, _ = r.Close()
			return err
		}
	}
	_, err := r.Close()
	return err
}

// The numbers of PostgreSQL's types whose text is not ours
// (src/include/catalog/pg_type.dat).
const (
	oidBool        = 16
	oidBytea       = 17
	oidTimestamp   = 1114
	oidTimestampTZ = 1184
)

// postgresText brings the text of a value into our form.
func postgresText(oid uint32, v []byte) []byte {
	switch s := string(v); {
	case oid == oidBool && s == "t":
		return []byte("true")
	case oid == oidBool && s == "f":
		return []byte("false")
	case oid == oidBytea:
		return []byte(strings.TrimPrefix(s, `\x`))
	case oid == oidTimestamp, oid == oidTimestampTZ:
		s = strings.Replace(s, " ", "T", 1)
		if zoned, ok := strings.CutSuffix(s, "+00"); ok {
			s = zoned + "+00:00"
		}
		return []byte(s)
	}
	return v
}

func (p *postgres) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return p.conn.Close(ctx)
}
