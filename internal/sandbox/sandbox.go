// Package sandbox runs work on foreign bytes in a process that can do nothing
// else: our own program started again, which gives up files, network, processes
// and most of its memory before it reads its first byte, and then talks with its
// parent through two pipes.
//
// It knows nothing of documents. A Kind says what such a process does; a Pool
// keeps some of them, hands them work and ends them; Tool does the same for a
// program of others.
//
// The invariant: what a worker said was said by a process that attested each
// mandatory layer, or the caller asked for one that nothing confines. Whatever a
// worker does, its parent holds bounded memory for it, and it ends by its
// deadline or with its parent.
package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// Serve is what a worker does: it receives messages and answers them, until
// Receive gives io.EOF. It has nothing but the connection.
type Serve func(*Conn) error

// A Kind is one sort of worker.
type Kind struct {
	Serve Serve
	// Prepare, if there is one, gives what is served. It is called with
	// Config.Arguments before anything is given up and before a byte of any input
	// is read: it may open files of our own.
	Prepare func(arguments []string) (Serve, error)
	// Executable lets the worker make memory of its own executable, as a compiler
	// of WebAssembly must.
	Executable bool
}

// workerFlag makes a process a worker when its first argument begins with it.
const workerFlag = "--worker="

// kinds that are always there: a worker that only attests, and the launcher of
// tools.
const (
	kindNothing = "nothing"
	kindTool    = "tool"
)

// A job is what the parent tells its worker in the arguments, before anything
// foreign: how far it may go.
type job struct {
	Memory int64    `json:"memory"` // bytes of address space beyond the program's own
	CPU    uint64   `json:"cpu"`    // seconds, over its whole life
	Frame  int      `json:"frame"`  // bytes of the largest frame
	Bare   bool     `json:"bare,omitempty"`
	Tool   *toolJob `json:"tool,omitempty"`
	// Arguments are for Kind.Prepare.
	Arguments []string `json:"arguments,omitempty"`
}

// Main makes this process a worker when its arguments say so, and then never
// returns; else it returns at once. It is called first in main, before flags and
// files, with the kinds that this program has.
func Main(kinds map[string]Kind) { runMain(kinds, 0) }

// A layer is one part of the confinement. Tests take layers away.
type layer uint

const (
	layerSeccomp layer = 1 << iota
	layerLandlock
	layerRlimits
	layerPrivs
	layerFiles
)

func runMain(kinds map[string]Kind, omit layer) {
	if len(os.Args) < 2 {
		return
	}
	name, ok := strings.CutPrefix(os.Args[1], workerFlag)
	if !ok {
		return
	}
	if err := work(name, kinds, omit); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(exitWorker)
	}
	os.Exit(0)
}

// exitWorker is the status of a worker that could not begin or go on.
const exitWorker = 3

func work(name string, kinds map[string]Kind, omit layer) error {
	if len(os.Args) != 3 {
		return errors.New("a worker is started by this program alone")
	}
	var j job
	if err := json.Unmarshal([]byte(os.Args[2]), &j); err != nil {
		return fmt.Errorf("what to do: %w", err)
	}
	if j.Frame < minFrame {
		return errors.New("what to do: no size of frames")
	}
	conn := newConn(os.Stdin, os.Stdout, j.Frame, nil)
	if name == kindTool {
		return launch(conn, j, omit)
	}
	kind, ok := kinds[name]
	if name == kindNothing {
		kind, ok = Kind{Serve: serveNothing}, true
	}
	if !ok {
		return fmt.Errorf("this program has no worker of kind %q", name)
	}
	if kind.Prepare != nil {
		var err error
		if kind.Serve, err = kind.Prepare(j.Arguments); err != nil {
			return fmt.Errorf("get ready: %w", err)
		}
	}
	a := confine(bounds{job: j, executable: kind.Executable}, omit)
	a.Kind = name
	if err := conn.attest(a); err != nil {
		return err
	}
	if !a.Confined() && !j.Bare {
		return errors.New("not confined: " + strings.Join(a.Missing(), ", "))
	}
	if err := kind.Serve(conn); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return conn.Flush()
}

func serveNothing(c *Conn) error {
	_, err := c.Receive()
	return err
}

// bounds say how a process is confined.
type bounds struct {
	job
	executable bool     // it may make memory executable
	tool       bool     // it becomes a tool: libraries can be opened and mapped
	readOnly   []string // folders and files that a tool may read
	run        []string // files that a tool may execute: itself and its loader
	path       uintptr  // where the path of the tool stands in memory
}

// An Attestation is what a worker says of itself before it reads anything:
// what holds, asked of the system or tried.
type Attestation struct {
	Kind         string            `json:"kind"`
	System       string            `json:"system"`             // "linux/amd64"
	UID          int               `json:"uid"`                // -1 where there is none
	NoNewPrivs   bool              `json:"noNewPrivs"`         //
	Capabilities uint64            `json:"capabilities"`       // of root's powers; 0: none
	Dumpable     bool              `json:"dumpable"`           // others of its user may look into its memory
	Seccomp      int               `json:"seccomp"`            // mode as the kernel says it: 2 is a filter
	Landlock     int               `json:"landlock"`           // version of its interface; 0: nothing of it
	Executable   bool              `json:"executable"`         // may make memory executable
	Limits       map[string]uint64 `json:"limits,omitempty"`   // rlimits as the kernel has them
	Files        int               `json:"files"`              // descriptors beyond the three pipes
	Tried        map[string]string `json:"tried,omitempty"`    // what was tried, and the error it gave; "done" when it gave none
	Failures     []string          `json:"failures,omitempty"` // steps that the system did not take
}

// Missing names the mandatory layers that do not hold; empty when all do.
func (a Attestation) Missing() []string {
	if !strings.HasPrefix(a.System, "linux/") {
		return []string{"confinement on " + a.System}
	}
	var out []string
	lack := func(missing bool, what string) {
		if missing {
			out = append(out, what)
		}
	}
	lack(a.Seccomp != 2, "seccomp filter")
	lack(!a.NoNewPrivs, "no_new_privs")
	lack(a.Dumpable && a.Kind != kindTool, "memory closed to others")
	lack(a.Capabilities != 0, "dropped capabilities")
	lack(a.Files != 0, "closed descriptors")
	lack(a.Kind == kindTool && a.Landlock == 0, "Landlock, which keeps a tool from files")
	for _, l := range [...]struct {
		name string
		most uint64
	}{{"as", 1 << 50}, {"cpu", 1 << 30}, {"fsize", 0}, {"core", 0}, {"nofile", toolFiles}} {
		v, ok := a.Limits[l.name]
		lack(!ok || v > l.most, "limit "+l.name)
	}
	for _, what := range tries(a.Kind, a.Executable) {
		if got := a.Tried[what]; got != "denied" {
			out = append(out, "refusal of "+what)
		}
	}
	return out
}

// Confined says whether all mandatory layers hold.
func (a Attestation) Confined() bool { return len(a.Missing()) == 0 }

// Warnings says what is weaker than it could be.
func (a Attestation) Warnings() []string {
	if strings.HasPrefix(a.System, "linux/") && a.Landlock == 0 {
		return []string{"the kernel has no Landlock; the system call filter stands alone"}
	}
	return nil
}

// tries are what each worker of a kind tries before it works.
func tries(kind string, executable bool) []string {
	out := []string{"open", "socket", "unix socket", "fork", "signal"}
	if kind != kindTool {
		out = append(out, "exec")
		if !executable {
			out = append(out, "executable memory")
		}
	}
	return out
}

func attestation() Attestation {
	return Attestation{System: runtime.GOOS + "/" + runtime.GOARCH, UID: os.Getuid(), Tried: map[string]string{}}
}
