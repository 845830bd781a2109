package sandbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"overt/internal/sandbox/sandboxtest"
)

// TestMain makes the test's program a worker like any other. What stands before
// the kind takes layers away: "without-seccomp,landlock:echo".
func TestMain(m *testing.M) {
	var omit layer
	if len(os.Args) > 1 {
		if rest, ok := strings.CutPrefix(os.Args[1], workerFlag+"without-"); ok {
			layers, kind, _ := strings.Cut(rest, ":")
			for l := range strings.SplitSeq(layers, ",") {
				omit |= layerNames[l]
			}
			os.Args[1] = workerFlag + kind
		}
	}
	runMain(testKinds(), omit)
	if len(os.Args) > 1 && os.Args[1] == parentWord {
		beParent()
	}
	os.Exit(m.Run())
}

var layerNames = map[string]layer{
	"seccomp": layerSeccomp, "landlock": layerLandlock, "rlimits": layerRlimits, "privs": layerPrivs, "files": layerFiles,
}

// echo answers each message with what f makes of it.
func echo(f func(c *Conn, m []byte) ([]byte, error)) Kind {
	return Kind{Serve: func(c *Conn) error {
		for {
			m, err := c.Receive()
			if err != nil {
				return err
			}
			if m, err = f(c, m); err != nil {
				return err
			}
			if err := c.Send(m); err != nil {
				return err
			}
		}
	}}
}

// evil writes to its parent what it likes.
func evil(f func(w io.Writer)) Kind {
	return echo(func(c *Conn, m []byte) ([]byte, error) {
		f(os.Stdout)
		return m, nil
	})
}

func frame(t byte, claimed uint32, payload string) string {
	var head [4]byte
	binary.LittleEndian.PutUint32(head[:], claimed)
	return string(head[:]) + string(t) + payload
}

func testKinds() map[string]Kind {
	probes := echo(func(_ *Conn, m []byte) ([]byte, error) {
		parent, err := strconv.Atoi(string(m))
		return []byte(strings.Join(sandboxtest.Run(parent), "\n")), err
	})
	compiler := probes
	compiler.Executable = true
	remembered := []byte("nothing")
	return map[string]Kind{
		"echo":   echo(func(_ *Conn, m []byte) ([]byte, error) { return m, nil }),
		"probes": probes,
		"mild": echo(func(_ *Conn, m []byte) ([]byte, error) {
			parent, err := strconv.Atoi(string(m))
			return []byte(strings.Join(sandboxtest.Run(parent, "exec"), "\n")), err
		}),
		"compiler": compiler,
		"sum":      echo(sum),
		"count": echo(func(c *Conn, m []byte) ([]byte, error) {
			size := int64(binary.LittleEndian.Uint64(m))
			_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{io.NewSectionReader(c.Input(size), 0, size)}, make([]byte, 4<<10))
			return nil, err
		}),
		"sticky": echo(func(_ *Conn, m []byte) ([]byte, error) {
			before := remembered
			remembered = bytes.Clone(m)
			return before, nil
		}),
		"hungry": echo(func(_ *Conn, m []byte) ([]byte, error) {
			var kept [][]byte
			for range 1 << 20 {
				kept = append(kept, bytes.Repeat([]byte("x"), 1<<20))
			}
			return kept[0], nil
		}),
		"grows": echo(func(_ *Conn, m []byte) ([]byte, error) {
			remembered = append(remembered, bytes.Repeat([]byte("x"), 64<<20)...)
			return m, nil
		}),
		"deep":     echo(func(_ *Conn, m []byte) ([]byte, error) { return m[:deep(1)%2], nil }),
		"spins":    echo(func(_ *Conn, m []byte) ([]byte, error) { return m, spin() }),
		"panics":   echo(func(_ *Conn, m []byte) ([]byte, error) { return m, fmt.Errorf("%d", m[len(m)+1]) }),
		"loud":     echo(func(_ *Conn, m []byte) ([]byte, error) { return m, shout() }),
		"leaves":   evil(func(io.Writer) { os.Exit(0) }),
		"mute":     evil(func(io.Writer) { _ = os.Stdout.Close(); time.Sleep(time.Hour) }),
		"garbage":  evil(func(w io.Writer) { say(w, frame('?', 4, "abc")) }),
		"zero":     evil(func(w io.Writer) { say(w, frame('M', 0, "")) }),
		"huge":     evil(func(w io.Writer) { say(w, frame('M', 1<<31, "abc")) }),
		"claims":   evil(func(w io.Writer) { say(w, frame('M', 16<<20, "abc")); time.Sleep(time.Hour) }),
		"cut":      evil(func(w io.Writer) { say(w, frame('M', 100, "abc")); os.Exit(0) }),
		"answers":  evil(func(w io.Writer) { say(w, frame('B', 4, "abc")) }),
		"attests":  evil(func(w io.Writer) { say(w, frame('H', 3, "{}")) }),
		"adds":     evil(func(w io.Writer) { say(w, strings.Repeat(frame('M', 4, "abc"), 2)) }),
		"endless":  evil(func(w io.Writer) { say(w, strings.Repeat(frame('M', 1001, strings.Repeat("x", 1000)), 10_000)) }),
		"negative": evil(func(w io.Writer) { say(w, frame('R', 13, "\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00\x00")) }),
		"beyond":   evil(func(w io.Writer) { say(w, frame('R', 13, "\x00\x01\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00")) }),
		"greedy":   evil(func(w io.Writer) { say(w, frame('R', 13, "\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff")) }),
		"halfwish": evil(func(w io.Writer) { say(w, frame('R', 4, "\x00\x00\x00")) }),
	}
}

func say(w io.Writer, s string) { _, _ = io.WriteString(w, s) }

func spin() error {
	for n := 0; ; n++ {
		if n < 0 {
			return nil
		}
	}
}

func shout() error {
	for range 1 << 10 {
		fmt.Fprintln(os.Stderr, strings.Repeat("loud ", 1000))
	}
	return nil
}

func deep(n int) int {
	if n < 0 {
		return 0
	}
	var wide [64]int
	wide[n%64] = n
	return deep(n+1) + wide[n%63]
}

// sum reads its input in pieces of as many bytes as the message says, from its
// beginning to its end, and answers with their sum.
func sum(c *Conn, m []byte) ([]byte, error) {
	size, piece := int64(binary.LittleEndian.Uint64(m)), int(binary.LittleEndian.Uint32(m[8:]))
	r := io.NewSectionReader(c.Input(size), 0, size)
	total, buf := uint64(0), make([]byte, piece)
	for {
		n, err := r.Read(buf)
		for _, b := range buf[:n] {
			total += uint64(b)
		}
		if err == io.EOF {
			return binary.LittleEndian.AppendUint64(nil, total), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// confinable skips where nothing confines, and in a build with cgo.
func confinable(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("nothing confines a process on this system")
	}
	if withCgo {
		t.Skip("a worker needs a program without cgo: CGO_ENABLED=0")
	}
}

func ask(say string, got *string) func(*Conn) error {
	return func(c *Conn) error {
		if err := c.Send([]byte(say)); err != nil {
			return err
		}
		m, err := c.Receive()
		if got != nil {
			*got = string(m)
		}
		return err
	}
}

// probe gives what a kind of worker did not refuse: what its attestation lacks,
// and the probes that got through.
func probe(t *testing.T, kind string) []string {
	t.Helper()
	p := NewPool(Config{Kind: kind, Bare: true})
	defer p.Close()
	var said string
	u, err := p.Do(t.Context(), "", Input{}, ask(strconv.Itoa(os.Getpid()), &said))
	out := append(u.Attestation.Missing(), u.Attestation.Warnings()...)
	if err != nil {
		var f *Failure
		if errors.As(err, &f) {
			t.Log(f.Stderr)
		}
		return append(out, "the probes did not end: "+err.Error())
	}
	return append(out, sandboxtest.Escapes(strings.Split(said, "\n"), os.Getpid())...)
}

// TestProbes: no way out of a worker, as whoever runs the test and as nobody.
func TestProbes(t *testing.T) {
	confinable(t)
	for _, kind := range []string{"probes", "compiler"} {
		if got := probe(t, kind); len(got) > 0 {
			t.Errorf("%s: not refused:\n%s", kind, strings.Join(got, "\n"))
		}
	}
	if os.Getuid() == 0 {
		asNobody(t, "^TestProbes$|^TestToolProbes$|^TestWithout$|^TestTools$|^TestHosts$")
	}
}

// asNobody runs tests of this program again, as a user that may nothing.
func asNobody(t *testing.T, tests string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "overt-nobody-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(dir, "sandbox.test")
	if err := os.WriteFile(exe, data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(exe, 0o755); err != nil { // whatever the umask
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run", tests, "-test.v")
	cmd.Dir, cmd.Env = "/", []string{"PATH=" + os.Getenv("PATH")}
	become(cmd, 65534)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestProbes") {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// TestWithout is the test of the probes: with any layer gone they say so, and
// the parent takes no such worker.
func TestWithout(t *testing.T) {
	confinable(t)
	tests := []struct {
		layers  string
		want    []string // what probe must find
		refused bool     // the parent refuses the worker
	}{
		{"seccomp", []string{"seccomp filter", "refusal of socket", "TCP\treached the kernel", "mount\treached the kernel"}, true},
		{"seccomp,rlimits", []string{"seccomp filter", "refusal of socket", "TCP\tdone", "UDP\tdone"}, true},
		{"seccomp,landlock,rlimits", []string{"seccomp filter", "list\tdone", "read a system file\tdone", "the kernel has no Landlock"}, true},
		{"landlock", []string{"the kernel has no Landlock"}, false},
		{"rlimits", []string{"limit as", "limit cpu", "limit core", "limit fsize", "limit nofile"}, true},
		{"privs", privileges(), true},
	}
	for _, tt := range tests {
		t.Run(tt.layers, func(t *testing.T) {
			kind := "without-" + tt.layers + ":probes"
			if strings.HasPrefix(tt.layers, "seccomp") {
				kind = "without-" + tt.layers + ":mild" // an exec that works leaves nobody to tell
			}
			got := strings.Join(probe(t, kind), "\n") + "\n"
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q was not found; found:\n%s", want, got)
				}
			}
			p := NewPool(Config{Kind: kind})
			defer p.Close()
			_, err := p.Do(t.Context(), "", Input{}, ask("1", nil))
			if refused := isFailure(err, NotConfined); refused != tt.refused {
				t.Errorf("a worker like that: %v", err)
			}
		})
	}
}

// privileges are what probe misses of a worker that kept them.
func privileges() []string {
	if os.Getuid() == 0 {
		return []string{"no_new_privs", "memory closed to others", "dropped capabilities"}
	}
	return []string{"memory closed to others"}
}

// TestUsage: what a call cost is told.
func TestUsage(t *testing.T) {
	confinable(t)
	_, u, err := run(t, Config{Kind: "grows"}, Input{})
	if err != nil || u.Peak < 64<<20 || u.CPU <= 0 || u.Wall < u.CPU/2 || !u.Attestation.Confined() {
		t.Errorf("%v, %+v", err, u)
	}
	_, u, err = run(t, Config{Kind: "spins", Deadline: 500 * time.Millisecond}, Input{})
	if err == nil || u.CPU <= 0 || u.Wall < 500*time.Millisecond {
		t.Errorf("killed: %v, %+v", err, u)
	}
}

func isFailure(err error, what What) bool {
	f, ok := err.(*Failure)
	return ok && f.What == what
}

// TestOpenFiles: what the parent left open by mistake is closed.
func TestOpenFiles(t *testing.T) {
	confinable(t)
	for _, kind := range []string{"echo", "without-files:echo"} {
		leak(t)
		p := NewPool(Config{Kind: kind})
		defer p.Close()
		_, err := p.Do(t.Context(), "", Input{}, ask("x", nil))
		if want := kind != "echo"; isFailure(err, NotConfined) != want || !want && err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// run is one call of a fresh worker.
func run(t *testing.T, cfg Config, in Input) (string, Usage, error) {
	t.Helper()
	p := NewPool(cfg)
	defer p.Close()
	var said string
	u, err := p.Do(t.Context(), "", in, ask("hello", &said))
	return said, u, err
}

// TestEvil: whatever a worker says or does not say, the parent ends it and says
// why.
func TestEvil(t *testing.T) {
	confinable(t)
	const soon = 700 * time.Millisecond
	tests := []struct {
		kind   string
		what   What
		reason string
		cfg    Config
	}{
		{"garbage", Garbled, "a frame of type '?'", Config{}},
		{"zero", Garbled, "a frame of 0 bytes", Config{}},
		{"huge", Garbled, "a frame of 2147483648 bytes", Config{}},
		{"claims", OverTime, "longer than 700ms", Config{Deadline: soon}},
		{"cut", Crashed, "in the middle of a frame", Config{}},
		{"answers", Garbled, "a frame of type 'B'", Config{}},
		{"attests", Garbled, "a frame of type 'H'", Config{}},
		{"adds", Garbled, "something after its answer", Config{}},
		{"endless", Garbled, "something after its answer", Config{}},
		{"negative", Garbled, "a wish to read", Config{}},
		{"beyond", Garbled, "a wish to read", Config{}},
		{"greedy", Garbled, "a wish to read", Config{}},
		{"halfwish", Garbled, "a wish to read", Config{}},
		{"leaves", Crashed, "it ended before its answer (exit status 0)", Config{}},
		{"mute", Crashed, "it closed its pipe", Config{}},
		{"panics", Crashed, "(exit status 2)", Config{}},
		{"deep", OverMemory, "more memory", Config{}},
		{"hungry", OverMemory, "more memory", Config{Memory: 128 << 20}},
		{"spins", OverTime, "longer than 700ms", Config{Deadline: soon}},
		{"no such kind", NotStarted, "", Config{}},
	}
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Kind = tt.kind
			_, _, err := run(t, tt.cfg, Input{})
			f, ok := err.(*Failure)
			if !ok || f.What != tt.what || !strings.Contains(f.Reason, tt.reason) {
				t.Errorf("got %v, want %s: %s", err, tt.what, tt.reason)
				if f != nil {
					t.Log(f.Stderr)
				}
			}
			if f != nil && len(f.Stderr) > maxStderr {
				t.Errorf("%d bytes of its words are kept", len(f.Stderr))
			}
		})
	}
}
