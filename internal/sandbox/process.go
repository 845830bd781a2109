package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A process is a worker or a tool, seen by its parent.
type process struct {
	cmd     *exec.Cmd
	in      *os.File // what it reads
	out     *os.File // what it writes
	stderr  *head
	conn    *Conn
	attests Attestation
	done    chan struct{} // closed when it is gone and its state known
}

const (
	maxStderr = 8 << 10
	// attestTime is how long a worker may take until it attested, on a machine
	// that has much else to do.
	attestTime = 30 * time.Second
)

// spawn starts this program as a worker of a kind. It runs until it ends or is
// killed; done tells. The thread that started it waits for it, because the
// kernel ends the child when that thread is gone.
func spawn(program, kind string, j job) (*process, error) {
	if program == "" {
		program = self()
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	inR, inW, err := os.Pipe()
	if err != nil {
		return nil, notStarted(err)
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		_, _ = inR.Close(), inW.Close()
		return nil, notStarted(err)
	}
	p := &process{in: inW, out: outR, stderr: &head{most: maxStderr}, done: make(chan struct{})}
	p.cmd = &exec.Cmd{
		Path: program, Args: []string{"overt", workerFlag + kind, string(text)},
		Env: environment(j), Dir: rootDir(), Stdin: inR, Stdout: outW, Stderr: p.stderr,
		SysProcAttr: attributes(), WaitDelay: time.Second,
	}
	p.conn = newConn(outR, inW, j.Frame, &parentEnd{left: maxHello, output: maxHello})
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		_, _ = inR.Close(), outW.Close()
		started <- err
		if err == nil {
			_ = p.cmd.Wait()
		}
		close(p.done)
	}()
	if err := <-started; err != nil {
		_, _ = inW.Close(), outR.Close()
		return nil, notStarted(err)
	}
	return p, nil
}

func notStarted(err error) error {
	return &Failure{What: NotStarted, Reason: fmt.Sprintf("the system did not start it: %v", err)}
}

// self is this program's file, the one that runs even when its name now stands
// for a newer one.
func self() string {
	const running = "/proc/self/exe"
	if _, err := os.Stat(running); err == nil {
		return running
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func rootDir() string {
	if runtime.GOOS == "windows" {
		return ""
	}
	return "/"
}

// environment is all that a worker gets of one: settings of the Go runtime. The
// collector works harder before the memory ends; nothing asks for the number of
// processors again, which would need files.
func environment(j job) []string {
	return []string{
		"GOMAXPROCS=1",
		fmt.Sprintf("GOMEMLIMIT=%d", j.Memory/4*3),
		"GODEBUG=containermaxprocs=0,updatemaxprocs=0,decoratemappings=0",
		"GOTRACEBACK=single",
	}
}

var errSlow = errors.New("it did not attest in time")

// attested waits for the first word and refuses a process that lacks a layer,
// unless bare ones are wanted.
func (p *process) attested(ctx context.Context, bare bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, attestTime, errSlow)
	defer cancel()
	stop := context.AfterFunc(ctx, p.kill)
	a, err := p.conn.attestation()
	if err != nil {
		stop()
		return p.started(ctx, err)
	}
	p.attests = a
	if missing := a.Missing(); len(missing) > 0 && !bare {
		stop()
		p.end()
		reason := "these layers do not hold: " + strings.Join(missing, ", ")
		if len(a.Failures) > 0 {
			reason += " (" + strings.Join(a.Failures, "; ") + ")"
		}
		return &Failure{What: NotConfined, Reason: reason, Stderr: p.stderr.String()}
	}
	if !stop() {
		return p.started(ctx, ctx.Err())
	}
	return nil
}

// started is why a process did not come to attest.
func (p *process) started(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	err = p.explain(err)
	if cause != nil && cause != errSlow {
		return cause
	}
	var f *Failure
	if errors.As(err, &f) && cause == nil {
		if f.What == Crashed {
			f.What = NotStarted
		}
		return f
	}
	return &Failure{What: NotStarted, Reason: fmt.Sprintf("it did not attest within %v", attestTime), Stderr: p.stderr.String()}
}

// kill ends the process at once. It has no children: it cannot make any.
func (p *process) kill() { _ = p.cmd.Process.Kill() }

// end kills the process and waits until it is gone; nothing of it is left.
func (p *process) end() {
	p.kill()
	<-p.done
	_, _ = p.in.Close(), p.out.Close()
}

// ebb is how long a process that closed its pipe may take to be gone, so that
// its own end is told from ours.
const ebb = time.Second

// explain ends the process and makes the failure of a pipe one that says why it
// ended.
func (p *process) explain(err error) error {
	var f *Failure
	if !errors.As(err, &f) || f.What != Crashed {
		p.end()
		if f != nil {
			f.Stderr = p.stderr.String()
		}
		return err
	}
	killed := false
	select {
	case <-p.done:
	case <-time.After(ebb):
		killed = true
	}
	p.end()
	f = &Failure{What: f.What, Reason: f.Reason}
	if killed {
		f.Reason, f.Stderr = "it closed its pipe before its answer", p.stderr.String()
		return f
	}
	status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return obituary(f, status, p.stderr.String())
}

// gone says whether the process has ended.
func (p *process) gone() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
