package sandbox

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"overt/internal/sandbox/sandboxtest"
)

// become makes a command run as another user.
func become(cmd *exec.Cmd, id uint32) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id}}
}

// leak opens descriptors that a child would inherit, a low and a high one.
func leak(t *testing.T) {
	t.Helper()
	fd, err := unix.Open("/", unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD, 2000)
	if err != nil {
		t.Logf("no high descriptor: %v", err)
	}
	t.Cleanup(func() { _, _ = unix.Close(fd), unix.Close(high) })
}

// parentWord makes the test's program a parent with a worker that computes on
// and on; it prints the worker's process id.
const parentWord = "--parent"

func beParent() {
	if len(os.Args) > 2 {
		onHost(os.Args[2:])
		return
	}
	p, err := spawn("", "spins", job{Memory: 1 << 30, CPU: 60, Frame: minFrame})
	if err == nil {
		err = p.attested(context.Background(), false)
	}
	if err == nil {
		p.conn.begin(Input{}, 1<<20)
		err = p.conn.Send([]byte("x"))
	}
	if err == nil {
		err = p.conn.Flush()
	}
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(strconv.Itoa(p.cmd.Process.Pid) + "\n")
	select {}
}

// onHost is a parent on a host that refuses system calls: it prints what becomes
// of a worker there.
func onHost(refused []string) {
	code := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offNumber}}
	for _, n := range refused {
		nr, err := strconv.ParseUint(n, 10, 32)
		if err != nil {
			panic(err)
		}
		code = append(code,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(nr), Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)})
	}
	code = append(code, unix.SockFilter{Code: unix.BPF_RET, K: unix.SECCOMP_RET_ALLOW})
	if _, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
		panic(errno)
	}
	if err := install(code); err != nil {
		panic(err)
	}
	p := NewPool(Config{Kind: "echo"})
	u, err := p.Do(context.Background(), "", Input{}, ask("x", nil))
	_ = p.Close()
	_, toolErr := Tool(context.Background(), ToolSpec{Path: "/bin/true", Stdout: io.Discard})
	fmt.Printf("%v; %v; %v\n", err, u.Attestation.Warnings(), toolErr)
	os.Exit(0)
}

// TestHosts: a host that takes the filter away has no workers; one that has no
// Landlock has workers that say so, and no tools; one that refuses namespaces, as
// the default profile of container engines does, has all.
func TestHosts(t *testing.T) {
	confinable(t)
	number := func(nrs ...int) (out []string) {
		for _, nr := range nrs {
			out = append(out, strconv.Itoa(nr))
		}
		return out
	}
	tests := []struct {
		name    string
		refused []string
		want    []string
	}{
		{"no seccomp", number(unix.SYS_SECCOMP), []string{"not-confined", "seccomp filter", "operation not permitted"}},
		{"no Landlock", number(unix.SYS_LANDLOCK_CREATE_RULESET), []string{"<nil>; [the kernel has no Landlock", "which keeps a tool from files"}},
		{
			"a container", number(unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_BPF, unix.SYS_PTRACE, unix.SYS_KEYCTL, unix.SYS_CLONE3),
			[]string{"<nil>; []; <nil>"},
		},
	}
	for _, tt := range tests {
		out, err := exec.Command("/proc/self/exe", append([]string{parentWord}, tt.refused...)...).CombinedOutput()
		for _, want := range tt.want {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%s: %v, no %q in\n%s", tt.name, err, want, out)
			}
		}
	}
}

// TestOrphan: a worker ends with its parent, also when that is killed.
func TestOrphan(t *testing.T) {
	confinable(t)
	cmd := exec.Command("/proc/self/exe", parentWord)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if !running(pid) {
		t.Fatal("the worker is not there before its parent is gone")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for range 500 {
		if !running(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("worker %d outlives its parent", pid)
}

// running says whether a process is there and no corpse that its new parent has
// yet to bury.
func running(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

// children counts the processes that this one started and that are not buried.
func children(t *testing.T) int {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, task := range tasks {
		text, err := os.ReadFile("/proc/self/task/" + task.Name() + "/children")
		if err == nil {
			n += len(strings.Fields(string(text)))
		}
	}
	return n
}

// TestKilledOutside: a worker that somebody else killed can be tried again.
func TestKilledOutside(t *testing.T) {
	confinable(t)
	p := NewPool(Config{Kind: "spins"})
	defer p.Close()
	w, err := p.take(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	_ = w.conn.Send([]byte("x"))
	_ = w.conn.Flush()
	_ = unix.Kill(w.cmd.Process.Pid, unix.SIGKILL)
	_, err = w.conn.Receive()
	if err := w.explain(err); !isFailure(err, Killed) {
		t.Errorf("got %v", err)
	}
}

// TestProcessorTime: a worker whose parent does not look ends by itself.
func TestProcessorTime(t *testing.T) {
	confinable(t)
	w, err := spawn("", "spins", job{Memory: 1 << 30, CPU: 1, Frame: minFrame})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.attested(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	w.conn.begin(Input{}, 1<<20)
	_ = w.conn.Send([]byte("x"))
	_, err = w.conn.Receive()
	// The hard limit kills as anybody would: the kernel sends no other signal.
	if err := w.explain(err); !isFailure(err, OverTime) && !isFailure(err, Killed) {
		t.Errorf("got %v", err)
	}
	if cpu, _ := spent(w.cmd.ProcessState); cpu > 3*time.Second {
		t.Errorf("it computed for %v", cpu)
	}
}

// TestNothingStays: after all ways to end there is no process and no goroutine.
func TestNothingStays(t *testing.T) {
	confinable(t)
	goroutines := settled(t)
	for _, kind := range []string{"echo", "garbage", "leaves", "mute", "panics", "no such kind"} {
		p := NewPool(Config{Kind: kind, Workers: 2})
		for range 2 {
			_, _ = p.Do(t.Context(), "", Input{}, ask("x", nil))
		}
		_ = p.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	p := NewPool(Config{Kind: "spins"})
	if _, err := p.Do(ctx, "", Input{}, ask("x", nil)); err != context.DeadlineExceeded {
		t.Errorf("cancelled: %v", err)
	}
	_ = p.Close()
	if n := children(t); n != 0 {
		t.Errorf("%d processes are left", n)
	}
	if now := settled(t); now > goroutines {
		t.Errorf("%d goroutines were there, %d are", goroutines, now)
	}
}

// TestToolProbes: no way out of a tool. Perl makes system calls by number.
func TestToolProbes(t *testing.T) {
	confinable(t)
	perl, err := exec.LookPath("perl")
	if err != nil {
		t.Skip("perl is not there")
	}
	var script strings.Builder
	for _, p := range sandboxtest.Probes(os.Getpid()) {
		args := []string{strconv.Itoa(int(p.Call))}
		for _, a := range p.Args {
			switch a := a.(type) {
			case int:
				args = append(args, strconv.Itoa(a))
			case string:
				args = append(args, "pack('H*','"+hexText(a)+"00')")
			}
		}
		// EPERM, EACCES and ENOSYS are refusals.
		script.WriteString("{my @a=(" + strings.Join(args, ",") + ");my $r=syscall($a[0],@a[1..$#a]);" +
			"print '" + strings.ReplaceAll(p.Name, "'", `\'`) + "',qq(\t),($r!=-1?'done':$!==1||$!==13||$!==38?'denied':qq(reached $!)),qq(\n);}\n")
	}
	var out strings.Builder
	r, err := Tool(t.Context(), ToolSpec{Path: perl, Args: []string{"-e", script.String()}, Stdout: &out})
	if err != nil || r.Exit != 0 {
		t.Fatalf("%v, exit %d\n%s", err, r.Exit, r.Stderr)
	}
	if got := sandboxtest.Escapes(strings.Split(strings.TrimSpace(out.String()), "\n"), os.Getpid()); len(got) > 0 {
		t.Errorf("not refused:\n%s", strings.Join(got, "\n"))
	}
}

// TestToolWithout: a tool is not begun where a layer is missing, be it Landlock.
func TestToolWithout(t *testing.T) {
	confinable(t)
	for _, l := range []string{"seccomp", "landlock", "rlimits", "privs"} {
		p, err := spawn("", "without-"+l+":"+kindTool, job{Memory: 2 << 30, CPU: 10, Frame: minFrame, Tool: &toolJob{Path: "/bin/true"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.attested(t.Context(), false); !isFailure(err, NotConfined) {
			t.Errorf("without %s: %v", l, err)
		}
	}
}

func hexText(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}
