package database

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"overt"
)

// The kinds of databases.
const (
	SQLite     = "sqlite"
	PostgreSQL = "postgresql"
	MySQL      = "mysql"
)

// schemes are the kinds by what addresses call them. SQLAlchemy's name of a
// driver behind a plus says nothing to us.
var schemes = map[string]string{
	"sqlite": SQLite, "postgresql": PostgreSQL, "postgres": PostgreSQL, "mysql": MySQL, "mariadb": MySQL,
}

// open finds a name that nothing was put in the place of.
var open = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// An Address says where a database is, and for servers with which user and
// password. Only String of it is for people.
type Address struct {
	Kind string
	Path string // of a SQLite file
	url  *url.URL
}

// ParseAddress reads an address as SQLAlchemy and libpq write it:
// "postgresql://user:password@host:5432/name?sslmode=require",
// "mysql+pymysql://…", "sqlite:///relative/path", "sqlite:////absolute/path".
// Errors: invalid; they never repeat the address.
func ParseAddress(text string) (*Address, error) {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(text), "://")
	scheme, _, _ = strings.Cut(strings.ToLower(scheme), "+")
	kind := schemes[scheme]
	switch {
	case open.MatchString(text):
		return nil, overt.Errorf(overt.Invalid, "", "the database's address has the name %s in it, which was not given", open.FindString(text))
	case !ok || kind == "":
		return nil, overt.Errorf(overt.Invalid, "", "a database's address begins with postgresql://, mysql:// or sqlite:///")
	case kind == SQLite:
		path, found := strings.CutPrefix(rest, "/")
		if path, _, _ = strings.Cut(path, "?"); !found || path == "" || path == ":memory:" {
			return nil, overt.Errorf(overt.Invalid, "", "the address of a SQLite file is sqlite:///path")
		}
		return &Address{Kind: SQLite, Path: path}, nil
	}
	u, err := url.Parse(kind + "://" + rest)
	if err != nil || u.Fragment != "" || strings.ContainsAny(strings.Trim(u.Path, "/"), "/@") {
		return nil, overt.Errorf(overt.Invalid, "", "the address of the %s database cannot be read; marks in user and password are written in percent (/ as %%2F)", kind)
	}
	if strings.Trim(u.Path, "/") == "" {
		return nil, overt.Errorf(overt.Invalid, "", "the address of the %s database names no database: %s://host/name", kind, kind)
	}
	return &Address{Kind: kind, url: u}, nil
}

// String names the database without user, password and options:
// "postgresql://host/name".
func (a *Address) String() string {
	if a.Kind == SQLite {
		return "sqlite:///" + a.Path
	}
	return (&url.URL{Scheme: a.Kind, Host: a.url.Host, Path: "/" + a.name()}).String()
}

// name is the database's own.
func (a *Address) name() string { return strings.Trim(a.url.Path, "/") }

// option takes the first of these options of the address that is there.
func (a *Address) option(names ...string) string {
	q := a.url.Query()
	for _, n := range names {
		if q.Get(n) != "" {
			return q.Get(n)
		}
	}
	return ""
}

// only refuses options beside these: one that is not carried out would be
// missed, above all one about encryption.
func (a *Address) only(known ...string) error {
	for name := range a.url.Query() {
		if !slices.Contains(known, name) {
			return overt.Errorf(overt.Invalid, a.String(), "the option %.40q of the database's address is not known; there are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// failed is an error of a server or driver, which may repeat what it was
// given, without what is secret. What is secret is not kept in the chain.
func (a *Address) failed(code overt.Code, what string, err error) error {
	message := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\t' }), "; ")
	secrets := []string{a.url.RawQuery}
	if password, ok := a.url.User.Password(); ok {
		secrets = append(secrets, password, url.QueryEscape(password), url.PathEscape(password))
		if _, raw, ok := strings.Cut(a.url.User.String(), ":"); ok {
			secrets = append(secrets, raw)
		}
	}
	slices.SortFunc(secrets, func(x, y string) int { return len(y) - len(x) })
	for _, s := range secrets {
		if s != "" {
			message = strings.ReplaceAll(message, s, "***")
		}
	}
	return overt.Errorf(code, a.String(), "%s: %s", what, message)
}
