// Package servertest starts database servers for a test: real ones, each in a
// folder of its own, of a user without rights when the test has all, and ended
// with the test. Where the program is not installed, the test is skipped.
package servertest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// User and Password open each server; the password has every mark that an
// address has to write otherwise.
const (
	User     = "reader"
	Password = "p@ss:w/rd%?#"
)

// escaped is the password as an address has it.
const escaped = "p%40ss%3Aw%2Frd%25%3F%23"

// Postgres starts PostgreSQL with a database "registry" in which the script was
// run, a statement a line, and gives its address.
func Postgres(t testing.TB, script string) string {
	t.Helper()
	initdb, postgres := program(t, "PostgreSQL", "initdb"), program(t, "PostgreSQL", "postgres")
	dir := folder(t)
	data := filepath.Join(dir, "data")
	word := filepath.Join(dir, "word")
	if err := os.WriteFile(word, []byte(Password), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "", initdb, "-D", data, "-U", User, "--auth=scram-sha-256", "--pwfile="+word, "-E", "UTF8", "--locale=C", "--no-sync")
	run(t, dir, "create database registry\n", postgres, "--single", "-D", data, "postgres")
	run(t, dir, script, postgres, "--single", "-D", data, "registry")
	port := freePort(t)
	start(t, dir, "ready to accept connections", os.Interrupt, postgres, "-D", data, "-k", dir, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-F")
	return fmt.Sprintf("postgresql://%s:%s@127.0.0.1:%d/registry", User, escaped, port)
}

// MySQL starts MariaDB or MySQL with a database "registry" in which the script
// was run, a statement a line, and gives its address.
func MySQL(t testing.TB, script string) string {
	t.Helper()
	server := program(t, "MariaDB", "mariadbd")
	install := program(t, "MariaDB", "mariadb-install-db")
	_ = program(t, "MariaDB", "my_print_defaults") // the other one calls it
	dir := folder(t)
	data := filepath.Join(dir, "data")
	script = fmt.Sprintf("flush privileges;\ncreate database registry character set utf8mb4;\ncreate user %s@'%%' identified by '%s';\ngrant all on registry.* to %s@'%%';\nuse registry;\n", User, Password, User) + script
	run(t, dir, "", install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
	run(t, dir, script, server, "--no-defaults", "--bootstrap", "--datadir="+data)
	port := freePort(t)
	start(t, dir, "ready for connections", syscall.SIGTERM, server, "--no-defaults", "--datadir="+data, "--socket="+filepath.Join(dir, "s"), "--bind-address=127.0.0.1",
		"--port="+strconv.Itoa(port), "--pid-file="+filepath.Join(dir, "pid"), "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0")
	return fmt.Sprintf("mysql://%s:%s@127.0.0.1:%d/registry", User, escaped, port)
}

// program finds a program of a server, also where Debian hides it.
func program(t testing.TB, server, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil && !strings.HasPrefix(path, "/usr/local/") {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	found = append(found, "/usr/sbin/"+name)
	for _, path := range found {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	t.Skipf("%s is not installed here (no program %s), so nothing is read from it", server, name)
	return ""
}

// account is who runs the servers, as they refuse the user with all rights; nil
// for the one who runs the test.
func account(t testing.TB) *user.User {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "mysql", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return u
		}
	}
	t.Skip("there is no account without rights here to run a database server as")
	return nil
}

// folder makes a folder that the account may write to.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "overt-server-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if u := account(t); u != nil {
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// command runs a program as the account.
func command(t testing.TB, ctx context.Context, dir string, args ...string) *exec.Cmd {
	t.Helper()
	if u := account(t); u != nil {
		set, err := exec.LookPath("setpriv")
		if err != nil {
			t.Skip("setpriv is not there to give rights up with, and a database server refuses to have all")
		}
		args = append([]string{set, "--reuid=" + u.Uid, "--regid=" + u.Gid, "--clear-groups", "--"}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + cmp.Or(os.Getenv("PATH"), "/usr/sbin:/usr/bin:/bin"), "HOME=" + dir, "LC_ALL=C"}
	return cmd
}

func run(t testing.TB, dir, in string, args ...string) {
	t.Helper()
	cmd := command(t, t.Context(), dir, args...)
	cmd.Stdin = strings.NewReader(in)
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("ERROR")) {
		t.Fatalf("%s: %v\n%s", filepath.Base(args[0]), err, out)
	}
}

// start starts a server, waits until it says that it is ready, and ends it with
// the test.
func start(t testing.TB, dir, ready string, end os.Signal, args ...string) {
	t.Helper()
	out := &log{ready: []byte(ready), said: make(chan struct{})}
	cmd := command(t, context.Background(), dir, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(end)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	select {
	case <-out.said:
	case <-ended:
		t.Fatalf("%s ended:\n%s", filepath.Base(args[0]), out)
	case <-time.After(time.Minute):
		t.Fatalf("%s is not ready:\n%s", filepath.Base(args[0]), out)
	}
}

// A log keeps what a server says, and tells when it is ready.
type log struct {
	mu    sync.Mutex
	text  bytes.Buffer
	ready []byte
	said  chan struct{}
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := bytes.Contains(l.text.Bytes(), l.ready)
	l.text.Write(p)
	if !before && bytes.Contains(l.text.Bytes(), l.ready) {
		close(l.said)
	}
	return len(p), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
