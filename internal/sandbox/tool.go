package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A ToolSpec is one run of a program of others: it reads standard input, writes
// standard output, and may read libraries, the folders named, and nothing else.
type ToolSpec struct {
	Path  string    // of the program, absolute; an ELF file
	Args  []string  // without its name
	Stdin io.Reader // nil is empty
	// Stdout takes what it writes, at most Output bytes.
	Stdout io.Writer
	Output int64 // 64 MiB when 0
	// ReadOnly are files and folders it may read besides the system's libraries;
	// those that are not there are left out.
	ReadOnly []string
	Env      []string      // besides LC_ALL and a limit of one thread
	Deadline time.Duration // wall time; 1 minute when 0
	Memory   int64         // bytes of address space; 2 GiB when 0
}

// toolJob is what the launcher is told.
type toolJob struct {
	Path     string   `json:"path"`
	Args     []string `json:"args"`
	Env      []string `json:"env"`
	ReadOnly []string `json:"readOnly"`
}

// A Run is what became of a tool.
type Run struct {
	Usage
	Exit   int
	Stderr string // the beginning of it; it can hold contents of what was read
}

// Tool runs a program of others, confined. Where the kernel has no Landlock, or
// this is no Linux, nothing is run. A program that ends with another status than
// 0 is no error: see Run.Exit. When Stdin blocks for ever, a goroutine waits with
// it. Errors: *Failure; what Stdin and Stdout gave; the cause of ctx.
func Tool(ctx context.Context, spec ToolSpec) (Run, error) {
	if !filepath.IsAbs(spec.Path) {
		return Run{}, &Failure{What: NotStarted, Reason: fmt.Sprintf("%q is no absolute path of a program", spec.Path)}
	}
	if spec.Output <= 0 {
		spec.Output = 64 << 20
	}
	if spec.Deadline <= 0 {
		spec.Deadline = time.Minute
	}
	if spec.Memory <= 0 {
		spec.Memory = 2 << 30
	}
	p, err := spawn("", kindTool, job{
		Memory: spec.Memory, CPU: uint64(spec.Deadline/time.Second) + 1, Frame: minFrame,
		Tool: &toolJob{Path: spec.Path, Args: spec.Args, Env: spec.Env, ReadOnly: spec.ReadOnly},
	})
	if err != nil {
		return Run{}, err
	}
	if err := p.attested(ctx, false); err != nil {
		return Run{}, err
	}
	return p.tool(ctx, spec)
}

// tool feeds the program and takes what it writes.
func (p *process) tool(ctx context.Context, spec ToolSpec) (Run, error) {
	began := time.Now()
	late := &Failure{What: OverTime, Reason: fmt.Sprintf("it took longer than %v", spec.Deadline)}
	ctx, cancel := context.WithTimeoutCause(ctx, spec.Deadline, late)
	defer cancel()
	stop := context.AfterFunc(ctx, p.kill)
	fed := make(chan error, 1)
	go func() { fed <- p.feed(spec.Stdin) }()
	n, err := io.Copy(spec.Stdout, io.LimitReader(p.conn.r, spec.Output+1))
	over := n > spec.Output
	if err == nil && !over {
		<-p.done
	}
	inTime := stop()
	p.end()
	r := Run{Usage: Usage{Wall: time.Since(began), Attestation: p.attests}, Stderr: p.stderr.String()}
	r.CPU, r.Peak = spent(p.cmd.ProcessState)
	status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	r.Exit = p.cmd.ProcessState.ExitCode()
	switch cause := context.Cause(ctx); {
	case !inTime && cause != nil:
		late.Stderr = r.Stderr
		return r, cause
	case over:
		return r, &Failure{What: OverOutput, Reason: fmt.Sprintf("it wrote more than %d bytes", spec.Output), Stderr: r.Stderr}
	case err != nil:
		return r, fmt.Errorf("take what the tool writes: %w", err)
	case status.Signaled():
		return r, obituary(&Failure{What: Crashed, Reason: "it was ended by a signal"}, status, r.Stderr)
	case r.Exit == exitWorker && strings.HasPrefix(r.Stderr, "worker: "):
		return r, &Failure{What: NotStarted, Reason: strings.TrimSpace(strings.TrimPrefix(r.Stderr, "worker: "))}
	case r.Exit != 0 && anyOf(scarce, func(s string) bool { return strings.Contains(r.Stderr, s) }):
		return r, obituary(&Failure{What: Crashed}, status, r.Stderr)
	}
	select {
	case err := <-fed:
		if err != nil {
			return r, fmt.Errorf("read the input: %w", err)
		}
	default: // the tool had enough
	}
	return r, nil
}

// feed writes the input; that the tool wants no more of it is no error.
func (p *process) feed(in io.Reader) error {
	defer p.in.Close()
	if in == nil {
		return nil
	}
	w := &unwanted{w: p.in}
	if _, err := io.Copy(w, in); err != nil && w.err == nil {
		return err
	}
	return nil
}

// unwanted remembers that it was the writing that failed.
type unwanted struct {
	w   io.Writer
	err error
}

func (u *unwanted) Write(p []byte) (int, error) {
	n, err := u.w.Write(p)
	u.err = errors.Join(u.err, err)
	return n, err
}
