package database

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/go-sql-driver/mysql"

	"overt"
)

// mysqlServer speaks to MySQL and MariaDB over one connection.
type mysqlServer struct {
	db   *sql.DB
	conn *sql.Conn
	most int64        // bytes that one answer may have
	left atomic.Int64 // bytes of the answer that is awaited
}

// maxOther is what an answer may have besides a row, in bytes: its columns, the
// greeting, what the driver reads ahead.
const maxOther = 16 << 20

// dial opens the connection, on which the driver itself would hold an answer
// of any length.
func (m *mysqlServer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	m.left.Store(m.most)
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &boundedConn{c, &m.left}, nil
}

// A boundedConn gives so many bytes until it is told that more are wanted.
type boundedConn struct {
	net.Conn
	left *atomic.Int64
}

func (c *boundedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.left.Add(-int64(n)) < 0 {
		return 0, errAnswer
	}
	return n, err
}

var errAnswer = errors.New("the server's answer is longer than a row may be")

// cause says why the driver calls a connection invalid, which it keeps to
// itself.
func (m *mysqlServer) cause(err error) error {
	if err != nil && m.left.Load() < 0 {
		return errAnswer
	}
	return err
}

// Values are compared by their text, to the letter: MySQL itself finds 0 = 'yes'
// and 'a' = 'A'.
var mysqlWords = serverWords{
	dialect: dialect{
		quote: func(name string) string { return quoted(name, "`") },
		bind:  func(int) string { return "?" },
		text: func(column string) string {
			return "cast(" + column + " as char character set utf8mb4) collate utf8mb4_bin"
		},
		empty: func(column string) string { return "cast(" + column + " as char) = ''" },
	},
	order: func(column string) string { return "cast(" + column + " as binary)" },
}

func (m *mysqlServer) words() *serverWords { return &mysqlWords }

// mysqlOptions are what an address may say. A character set is accepted and
// without effect: text always comes as UTF-8.
var mysqlOptions = []string{"tls", "ssl_ca", "ssl_cert", "ssl_key", "ssl_disabled", "unix_socket", "charset"}

func connectMySQL(ctx context.Context, a *Address, opts Options) (*mysqlServer, error) {
	if err := a.only(mysqlOptions...); err != nil {
		return nil, err
	}
	cfg := mysql.NewConfig()
	cfg.User, cfg.DBName = a.url.User.Username(), a.name()
	cfg.Passwd, _ = a.url.User.Password()
	cfg.Net, cfg.Addr = "tcp", a.url.Host
	if a.url.Port() == "" {
		cfg.Addr += ":3306"
	}
	if path := a.option("unix_socket"); path != "" {
		cfg.Net, cfg.Addr = "unix", path
	}
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = connectTimeout, opts.Timeout, connectTimeout
	cfg.Logger = &mysql.NopLogger{}
	m := &mysqlServer{most: opts.Limits.Row + 16*int64(opts.Limits.Columns) + maxOther}
	cfg.DialFunc = m.dial
	if err := mysqlTLS(a, cfg); err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, a.failed(overt.Invalid, "read the database's address", err)
	}
	m.db = sql.OpenDB(connector)
	soon, cancel := context.WithTimeout(ctx, min(connectTimeout, opts.Timeout))
	defer cancel()
	if m.conn, err = m.db.Conn(soon); err != nil {
		return nil, a.failed(overt.Unavailable, "connect", errors.Join(m.cause(err), m.db.Close()))
	}
	if err := m.begin(ctx, opts); err != nil {
		return nil, a.failed(overt.Unavailable, "begin a transaction that reads alone", errors.Join(err, m.close(ctx)))
	}
	return m, nil
}

// mysqlTLS takes encryption where the server has it, unless the address says
// more or less.
func mysqlTLS(a *Address, cfg *mysql.Config) error {
	switch v := a.option("tls"); v {
	case "", "true", "false", "skip-verify", "preferred":
		cfg.TLSConfig = v
	default:
		return overt.Errorf(overt.Invalid, a.String(), "the option tls of the database's address is true, false, preferred or skip-verify")
	}
	if cfg.TLSConfig == "" {
		cfg.TLSConfig = "preferred"
	}
	if off, _ := strconv.ParseBool(a.option("ssl_disabled")); off {
		cfg.TLSConfig = "false"
	}
	ca, cert, key := a.option("ssl_ca"), a.option("ssl_cert"), a.option("ssl_key")
	if ca == "" && cert == "" {
		return nil
	}
	cfg.TLS = &tls.Config{ServerName: a.url.Hostname(), MinVersion: tls.VersionTLS12}
	if ca != "" {
		text, err := os.ReadFile(ca)
		if err != nil {
			return a.failed(overt.Invalid, "read ssl_ca", err)
		}
		if cfg.TLS.RootCAs = x509.NewCertPool(); !cfg.TLS.RootCAs.AppendCertsFromPEM(text) {
			return overt.Errorf(overt.Invalid, a.String(), "the file of ssl_ca holds no certificate")
		}
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return a.failed(overt.Invalid, "read ssl_cert and ssl_key", err)
		}
		cfg.TLS.Certificates = []tls.Certificate{pair}
	}
	return nil
}

// begin makes values the same for every server, and the transaction one that
// reads alone and sees one moment. Tables of engines without transactions
// (MyISAM) are as they are when they are read.
func (m *mysqlServer) begin(ctx context.Context, opts Options) error {
	var version string
	if err := m.conn.QueryRowContext(ctx, "select version()").Scan(&version); err != nil {
		return err
	}
	limit := fmt.Sprintf("set session max_execution_time = %d", opts.Timeout.Milliseconds())
	if strings.Contains(strings.ToLower(version), "mariadb") {
		limit = fmt.Sprintf("set session max_statement_time = %f", opts.Timeout.Seconds())
	}
	for _, s := range []string{
		"set session time_zone = '+00:00'", "set session net_write_timeout = 600", "set session max_sort_length = 65536", limit,
		"set session transaction isolation level repeatable read", "start transaction with consistent snapshot, read only",
	} {
		if _, err := m.conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func (m *mysqlServer) columns(ctx context.Context, table string) ([]string, error) {
	m.left.Store(m.most)
	rows, err := m.conn.QueryContext(ctx, "select * from "+tableName(&mysqlWords, table)+" limit 0")
	if err != nil {
		return nil, m.cause(err)
	}
	names, err := rows.Columns()
	return names, m.cause(errors.Join(err, rows.Close()))
}

// rows prepares the statement even without arguments: only then does the server
// give floating-point numbers exactly.
func (m *mysqlServer) rows(ctx context.Context, text string, args []string, each func([][]byte) error) error {
	m.left.Store(m.most)
	stmt, err := m.conn.PrepareContext(ctx, text)
	if err != nil {
		return m.cause(err)
	}
	bound := make([]any, len(args))
	for i, a := range args {
		bound[i] = a
	}
	rows, err := stmt.QueryContext(ctx, bound...)
	if err != nil {
		return errors.Join(m.cause(err), stmt.Close())
	}
	err = mysqlRows(rows, func(values [][]byte) error {
		m.left.Store(m.most)
		return each(values)
	})
	return errors.Join(m.cause(err), rows.Close(), stmt.Close())
}

func mysqlRows(rows *sql.Rows, each func([][]byte) error) error {
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	scanned, into, texts := make([]any, len(types)), make([]any, len(types)), make([][]byte, len(types))
	for i := range scanned {
		into[i] = &scanned[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range scanned {
			texts[i] = mysqlText(types[i].DatabaseTypeName(), v)
		}
		if err := each(texts); err != nil {
			return err
		}
	}
	return rows.Err()
}

// mysqlText brings a value into our form; nil is NULL.
func mysqlText(kind string, v any) []byte {
	switch v := v.(type) {
	case nil:
		return nil
	case []byte:
		return mysqlBytes(kind, v)
	case float32:
		return []byte(decimal(float64(v), 32))
	case float64:
		return []byte(decimal(v, 64))
	default: // whole numbers
		return fmt.Append(nil, v)
	}
}

func mysqlBytes(kind string, v []byte) []byte {
	switch kind {
	case "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB", "BIT", "GEOMETRY", "VECTOR":
		return hex.AppendEncode(make([]byte, 0, 2*len(v)), v)
	case "DATETIME":
		return []byte(strings.Replace(string(v), " ", "T", 1))
	case "TIMESTAMP":
		return []byte(strings.Replace(string(v), " ", "T", 1) + "+00:00")
	}
	if v == nil {
		return []byte{}
	}
	return v
}

func (m *mysqlServer) close(context.Context) error {
	return errors.Join(m.conn.Close(), m.db.Close())
}
