package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"overt/identity"
	"overt/internal/sandbox"
	"overt/source/sourcetest"
)

func clock() time.Time { return time.Now() }

// childEnv makes the test binary the command, in a process of its own.
const childEnv = "OVERT_TEST_CHILD"

// actorEnv says who runs the command, in stories of several people.
const actorEnv = "OVERT_TEST_ACTOR"

func TestMain(m *testing.M) {
	sandbox.Main(workers())
	unconfinedAlways = withCgo
	if net, ok, err := sourcetest.FromEnv(); err != nil {
		panic(err)
	} else if ok {
		network = net
	}
	if who := os.Getenv(actorEnv); who != "" {
		whoAsks = func() (identity.Actor, error) { return identity.Actor{ID: who, Name: who}, nil }
	}
	if limit := os.Getenv(childEnv); limit != "" {
		beChild(limit)
	}
	testscript.Main(m, map[string]func(){"overt": main})
}

// beChild runs the command line. limit is the largest file it may write, in
// bytes; 0 is no limit.
func beChild(limit string) {
	if n, err := strconv.ParseUint(limit, 10, 63); err != nil {
		panic(err)
	} else if n > 0 {
		if err := limitFiles(n); err != nil {
			panic(err)
		}
	}
	main()
}

// child is the command in a process of its own.
func child(t *testing.T, limit int64, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", childEnv, limit))
	return cmd
}

// overtIn runs a command line in this process and gives what it printed.
func overtIn(t *testing.T, home string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	code = run(context.Background(), append([]string{"--home", home}, args...), streams{strings.NewReader(""), &out, &errs})
	return code, out.String(), errs.String()
}

func TestStories(t *testing.T) {
	served := sourcetest.Serve(t, playedSources())
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, served.Env()...)
			e.Setenv("HOME", filepath.Join(e.WorkDir, "person"))
			e.Setenv("OVERT_HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("NO_COLOR", "1")
			return os.Mkdir(filepath.Join(e.WorkDir, "person"), 0o700)
		},
		Condition: func(name string) (bool, error) {
			if name != "confined" {
				return false, fmt.Errorf("no condition %q", name)
			}
			all := sandbox.Doctor(context.Background(), nil)
			return len(all) > 0 && all[0].OK, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "sets": sets, "keep": keep, "json": jsonHas, "flip": flip, "same": same,
			"append": appendLine, "fill": fill, "owner": setOwner, "damage": damage, "sqlite": sqliteFile, "pdf": typewriter,
		},
	})
}

// fill FILE: words such as ${NAME} in the file become what the story kept.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fill FILE")
	}
	words := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(words), 0o600))
}

// exits N COMMAND…: the command ends with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s ended with %d, want %d\n%s%s", strings.Join(args[1:], " "), got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// json PATH[=VALUE]…: standard output is one JSON value that has each path,
// with this value. A path is keys and indexes between dots; "len" is the
// length of a list.
func jsonHas(ts *testscript.TestScript, neg bool, args []string) {
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	dec.UseNumber()
	var whole any
	ts.Check(dec.Decode(&whole))
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		ts.Fatalf("standard output is more than one JSON value")
	}
	for _, arg := range args {
		path, want, compare := strings.Cut(arg, "=")
		got, err := dig(whole, path)
		ok := err == nil && (!compare || fmt.Sprint(got) == want)
		if ok == neg {
			ts.Fatalf("%s: got %v, %v", arg, got, err)
		}
	}
}

// keep NAME PATH: sets a variable to what standard output, one JSON value, has at a
// path.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep NAME PATH")
	}
	var whole any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &whole))
	got, err := dig(whole, args[1])
	ts.Check(err)
	ts.Setenv(args[0], fmt.Sprint(got))
}

func dig(v any, path string) (any, error) {
	for _, key := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[key]
			if !ok {
				return nil, fmt.Errorf("there is no key %q", key)
			}
			v = next
		case []any:
			if key == "len" {
				v = len(at)
				continue
			}
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(at) {
				return nil, fmt.Errorf("there is no element %q of %d", key, len(at))
			}
			v = at[i]
		default:
			return nil, fmt.Errorf("%q is asked of %v", key, v)
		}
	}
	return v, nil
}

// damage PATH: writes over the beginning of a file, or of the first file in a
// folder and below.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage PATH")
	}
	done := false
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || done {
			return err
		}
		done = true
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for i := range min(len(data), 4096) {
			data[i] = ^data[i]
		}
		return errors.Join(os.Chmod(name, 0o600), os.WriteFile(name, data, 0o600))
	}))
	if !done {
		ts.Fatalf("there is nothing to damage below %s", args[0])
	}
}

// append FILE LINE: adds a line.
func appendLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: append FILE LINE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile(args[0])+args[1]+"\n"), 0o600))
}

// owner FILE ACTOR: gives a policy file another owner.
func setOwner(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: owner FILE ACTOR")
	}
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "owner:") {
			lines[i] = "owner: " + args[1]
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "\n")), 0o600))
}

// flip FILE OFFSET: changes one bit; a negative offset counts from the end.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET")
	}
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(name, data, 0o600))
}

// same A B: two kept answers are equal.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same A B")
	}
	if (ts.ReadFile(args[0]) == ts.ReadFile(args[1])) == neg {
		ts.Fatalf("%s and %s: equal is %v", args[0], args[1], neg)
	}
}

// commands walks all verbs.
func commands(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, sub := range c.Commands() {
		if sub.Name() != "help" && sub.Name() != "completion" && c.Name() != "completion" {
			commands(sub, visit)
		}
	}
}

// TestHelp: each verb says what it does, and shows it.
func TestHelp(t *testing.T) {
	a := &app{streams: streams{strings.NewReader(""), io.Discard, io.Discard}}
	seen := map[string]bool{}
	commands(a.root(), func(c *cobra.Command) {
		seen[c.Name()] = true
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: the short text is %q", c.CommandPath(), c.Short)
		}
		if c.Name() == "version" {
			return // there is nothing to show
		}
		if !strings.Contains(c.Example, "overt") {
			t.Errorf("%s: its help has no example", c.CommandPath())
		}
	})
	for _, verb := range []string{"demo", "import", "runs", "undo", "coverage", "show", "trace", "money", "reach", "audit", "verify", "backup", "restore", "doctor", "version"} {
		if !seen[verb] {
			t.Errorf("there is no verb %s", verb)
		}
	}
}

// TestBusy: a home that another process holds is refused in words, and what it
// was doing is not disturbed.
func TestBusy(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	a := &app{streams: streams{strings.NewReader(""), io.Discard, io.Discard}, home: dir, clock: clock}
	h, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := child(t, 0, "--home", dir, "--json", "runs").Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Fatalf("a second process: %v, want exit %d\n%s", err, exitFailed, out)
	}
	var refusal struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(out, &refusal); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if refusal.Error.Code != "unavailable" || !strings.Contains(refusal.Error.Message, "another process has this home open") {
		t.Errorf("refused with %+v", refusal.Error)
	}
	doctor, err := child(t, 0, "--home", dir, "doctor").Output()
	if err != nil || !strings.Contains(string(doctor), "another process") {
		t.Errorf("doctor on a busy home: %v\n%s", err, doctor)
	}
	if err := h.closeAll(); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := overtIn(t, dir, "runs"); code != exitOK {
		t.Errorf("after it ended: exit %d\n%s%s", code, out, errs)
	}
}
