//go:build unix

package main

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// limitFiles lets every write beyond the first n bytes of a file fail, as a
// full disk would.
func limitFiles(n uint64) error {
	signal.Ignore(syscall.SIGXFSZ)
	return unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: n, Max: n})
}

// nobody gives a folder that everyone may read, and runs overt as somebody without
// rights: nobody, if the test is run by root, and else whoever runs it.
func nobody(t *testing.T) (dir string, run func(args ...string) (code int, out string)) {
	t.Helper()
	dir, err := os.MkdirTemp("", "overt-nobody-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(dir, "overt")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(exe, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir, func(args ...string) (int, string) {
		cmd := exec.Command(exe, args...)
		cmd.Env = []string{childEnv + "=0", "HOME=" + dir, "USER=nobody"}
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(out)
	}
}

// TestReadOnly: a folder that may not be written is refused in words.
func TestReadOnly(t *testing.T) {
	dir, run := nobody(t)
	home := filepath.Join(dir, "home")
	if code, _, errs := overtIn(t, home, "runs"); code != exitOK {
		t.Fatal(errs)
	}
	if out, err := exec.Command("chmod", "-R", "a+rX,a-w", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("chmod", "-R", "u+w", dir).Run() })
	for _, args := range [][]string{{"runs"}, {"demo"}, {"show", "ICE"}} {
		code, out := run(append([]string{"--home", home}, args...)...)
		if code != exitFailed || !strings.Contains(out, "permission denied") || strings.Contains(out, "goroutine") {
			t.Errorf("overt %s: exit %d, want %d\n%s", strings.Join(args, " "), code, exitFailed, out)
		}
	}
}

// TestUnreadableFile: a file that may not be read is in the ledger with the reason,
// and the one beside it is taken in.
func TestUnreadableFile(t *testing.T) {
	dir, run := nobody(t)
	own := filepath.Join(dir, "own")
	if err := os.Mkdir(own, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(own, 0o777); err != nil { // whatever the umask
		t.Fatal(err)
	}
	mapping := "name: people\nqueries:\n  - entities:\n      p:\n        schema: Person\n        key: id\n        properties: {name: name}\n"
	for name, text := range map[string]string{"open.csv": "id,name\n1,Ada\n", "locked.csv": "id,name\n2,Ben\n", "people.yml": mapping} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if name == "locked.csv" {
			continue
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getuid() != 0 {
		if err := os.Chmod(filepath.Join(dir, "locked.csv"), 0); err != nil {
			t.Fatal(err)
		}
	}
	home := filepath.Join(own, "home")
	args := []string{"--home", home, "import", filepath.Join(dir, "open.csv"), filepath.Join(dir, "locked.csv"), "--mapping", filepath.Join(dir, "people.yml"), "--dataset", "people"}
	code, out := run(args...)
	if code != exitFailed || !strings.Contains(out, "locked.csv  failed") || !strings.Contains(out, "permission denied") {
		t.Errorf("exit %d\n%s", code, out)
	}
	code, out = run("--home", home, "coverage", "people")
	if code != exitOK || !strings.Contains(out, "locked.csv") || !strings.Contains(out, "permission denied") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if code, out = run("--home", home, "show", "Ada"); code != exitOK {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestFullDisk: where a write ends before its end, the import is refused in
// words or done; what was acknowledged before is there, and the home opens.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	seed := newKiller(t, filepath.Join(dir, "seed"))
	seed.cycle(500, -1)
	seed.look(true)
	refused, done := 0, 0
	quarters, fewest := int64(7), 10
	if testing.Short() {
		quarters, fewest = 128, 2
	}
	// Files of a home are smaller than the smallest limit and larger than the
	// largest: each limit ends another one first.
	for limit := int64(256); limit <= 8<<20; limit = limit * quarters / 4 {
		k := newKiller(t, filepath.Join(dir, strconv.FormatInt(limit, 10)))
		k.cycle(500, -1)
		path := k.file(20_000)
		cmd := child(t, limit, "--home", k.home, "--json", "import", path, "--mapping", k.mapping, "--dataset", "kill")
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		_ = cmd.Run()
		code := cmd.ProcessState.ExitCode()
		t.Logf("limit %d: exit %d %s", limit, code, strings.TrimSpace(out.String()+errs.String()))
		switch code {
		case exitOK:
			done++
		case exitFailed:
			refused++
			if said := out.String() + errs.String(); !strings.Contains(said, "file too large") && !strings.Contains(said, "is full") {
				t.Errorf("limit %d: refused without the reason\n%s%s", limit, out.String(), errs.String())
			}
		default:
			t.Errorf("limit %d: exit %d\n%s%s", limit, code, out.String(), errs.String())
		}
		if code == exitOK {
			k.ack(path, []byte(out.String()))
		}
		k.look(true)
		k.cycle(300, -1) // with room again, it goes on
		k.look(true)
	}
	if refused < fewest || done < 1 {
		t.Errorf("%d refused, %d done: the limits are not where the writes are", refused, done)
	}
}
