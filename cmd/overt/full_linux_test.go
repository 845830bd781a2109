package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk is a file system in memory of its own, whose size can be set.
type smallDisk struct {
	t   *testing.T
	dir string
}

func newSmallDisk(t *testing.T) *smallDisk {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("runs as root only, which may mount a small disk")
	}
	d := &smallDisk{t, t.TempDir()}
	if err := unix.Mount("tmpfs", d.dir, "tmpfs", 0, "size=64m,mode=700"); err != nil {
		t.Skip("this machine mounts no small disk: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(d.dir, unix.MNT_DETACH) })
	return d
}

// leave makes the disk as large as what is on it and n bytes more.
func (d *smallDisk) leave(n int64) {
	d.t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(d.dir, &s); err != nil {
		d.t.Fatal(err)
	}
	used := int64(s.Blocks-s.Bfree) * s.Bsize
	if err := unix.Mount("tmpfs", d.dir, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%d", used+n)); err != nil {
		d.t.Fatal(err)
	}
}

// TestSmallDisk: a disk that runs full anywhere in an import, a question or a
// backup ends in words, and the home goes on when there is room again.
func TestSmallDisk(t *testing.T) {
	d := newSmallDisk(t)
	rooms := []int64{0, 8 << 10, 32 << 10, 64 << 10, 256 << 10, 768 << 10, 1 << 20, 1300 << 10, 1600 << 10, 2 << 20, 2600 << 10, 3 << 20, 4 << 20, 32 << 20}
	fewest := 12
	if testing.Short() {
		rooms, fewest = []int64{64 << 10, 1300 << 10, 32 << 20}, 3
	}
	refused, done := 0, 0
	for i, room := range rooms {
		k := newKiller(t, filepath.Join(d.dir, fmt.Sprint(i)))
		k.cycle(500, -1)
		path := k.file(20_000)
		d.leave(room)
		for _, args := range [][]string{
			{"import", path, "--mapping", k.mapping, "--dataset", "kill"},
			{"show", "kill-00001"},
			{"backup", filepath.Join(d.dir, fmt.Sprintf("%d.tar.zst", i))},
		} {
			cmd := child(t, 0, append([]string{"--home", k.home, "--json"}, args...)...)
			var out, errs strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &errs
			_ = cmd.Run()
			code := cmd.ProcessState.ExitCode()
			t.Logf("room %d: %s: exit %d %.300s %s", room, args[0], code, strings.TrimSpace(out.String()), strings.TrimSpace(errs.String()))
			switch said := out.String() + errs.String(); {
			case code == exitOK:
				done++
				if args[0] == "import" {
					k.ack(path, []byte(out.String()))
				}
			case code != exitFailed || strings.Contains(said, "goroutine "):
				t.Errorf("room %d: %s: exit %d\n%s", room, args[0], code, said)
			case strings.Contains(said, "no space left") || strings.Contains(said, "is full"):
				refused++
			default:
				t.Errorf("room %d: %s: refused without the reason\n%s", room, args[0], said)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(d.dir, ".overt-new-*")); len(left) > 0 {
			t.Errorf("room %d: %v was left", room, left)
		}
		d.leave(32 << 20)
		k.look(true)
		k.cycle(300, -1) // with room again, it goes on
		k.look(true)
		if err := os.RemoveAll(k.home); err != nil {
			t.Fatal(err)
		}
	}
	if refused < fewest || done < 3 {
		t.Errorf("%d refused, %d done: the disk was not full where it is written", refused, done)
	}
}
