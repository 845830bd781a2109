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

// TestReadOnly: a folder that may not be written is refused in words.
func TestReadOnly(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("runs as root only, which then becomes somebody who may not write")
	}
	dir, err := os.MkdirTemp("", "overt-read-only-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, "home")
	if code, _, errs := overtIn(t, home, "runs"); code != exitOK {
		t.Fatal(errs)
	}
	if out, err := exec.Command("chmod", "-R", "a+rX", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
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
	for _, args := range [][]string{{"runs"}, {"demo"}, {"show", "ICE"}} {
		cmd := exec.Command(exe, append([]string{"--home", home}, args...)...)
		cmd.Env = []string{childEnv + "=0", "HOME=" + dir, "USER=nobody"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != exitFailed {
			t.Errorf("overt %s: %v, exit %d, want %d\n%s", strings.Join(args, " "), err, code, exitFailed, out)
		}
		if !strings.Contains(string(out), "permission denied") || strings.Contains(string(out), "goroutine") {
			t.Errorf("overt %s said\n%s", strings.Join(args, " "), out)
		}
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
	// Files of a home are smaller than the smallest limit and larger than the
	// largest: each limit ends another one first.
	for limit := int64(256); limit <= 8<<20; limit = limit * 7 / 4 {
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
	if refused < 10 || done < 1 {
		t.Errorf("%d refused, %d done: the limits are not where the writes are", refused, done)
	}
}
