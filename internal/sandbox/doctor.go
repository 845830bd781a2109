package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A Need is a program of others that can be used where it is installed.
type Need struct {
	Name    string   // as it is called
	Package string   // that Debian has it in
	Args    []string // that make it say its version
	Without string   // what cannot be done without it
}

// A Finding is one line of what holds on this machine.
type Finding struct {
	Name          string // "confined", a kind's or a tool's name
	OK            bool
	Confined      bool // it was tried, and every mandatory layer holds
	Found, Advice string
}

// Doctor tries what holds on this machine: it starts a worker and has it attest,
// then one of each of the kinds, and asks each tool for its version, confined.
func Doctor(ctx context.Context, needs []Need, kinds ...string) []Finding {
	out := []Finding{examine(ctx, kindNothing)}
	for _, k := range kinds {
		f := examine(ctx, k)
		f.Name = k
		out = append(out, f)
	}
	for _, n := range needs {
		out = append(out, n.examine(ctx))
	}
	return out
}

func examine(ctx context.Context, kind string) Finding {
	f := Finding{Name: "confined"}
	c := Config{Kind: kind}.withDefaults()
	p, err := spawn(c.Program, c.Kind, job{Memory: c.Memory, CPU: c.processorTime(), Frame: c.Frame, Bare: true})
	if err == nil {
		err = p.attested(ctx, true)
	}
	if err != nil {
		f.Found, f.Advice = err.Error(), "no file is read until a worker can be started"
		return f
	}
	defer p.end()
	a := p.attests
	if missing := a.Missing(); len(missing) > 0 {
		f.Found = "not confined; missing: " + strings.Join(append(missing, a.Failures...), ", ")
		f.Advice = "no file is read here; use Linux 5.13 or newer on amd64 or arm64, a program built with CGO_ENABLED=0, and a container that allows seccomp"
		return f
	}
	f.Confined = true
	f.Found = fmt.Sprintf("seccomp filter, Landlock %d, no_new_privs, limits of memory, processor time and files; tried and refused: %d ways out", a.Landlock, len(a.Tried))
	if w := a.Warnings(); len(w) > 0 {
		f.Found = "seccomp filter, no_new_privs, limits of memory, processor time and files; no Landlock"
		f.Advice = strings.Join(w, "; ") + ", and no tools are run; Linux 5.13 and newer have it"
		return f
	}
	f.OK = true
	return f
}

func (n Need) examine(ctx context.Context) Finding {
	f := Finding{Name: n.Name}
	path, err := exec.LookPath(n.Name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		f.Found, f.Advice = "not there; "+n.Without, "install "+n.Package
		return f
	}
	var out strings.Builder
	r, err := Tool(ctx, ToolSpec{Path: path, Args: n.Args, Stdout: &out, Output: 64 << 10, Deadline: 20 * time.Second})
	var fail *Failure
	switch {
	case errors.As(err, &fail):
		f.Found, f.Advice = path+" cannot be run confined: "+fail.Reason, n.Without
		return f
	case err != nil:
		f.Found = err.Error()
		return f
	}
	version, _, _ := strings.Cut(strings.TrimSpace(out.String()+r.Stderr), "\n")
	f.Found, f.OK = version+", "+path, r.Exit == 0 || version != ""
	if r.Exit == 127 {
		f.OK, f.Advice = false, n.Without
	}
	return f
}
