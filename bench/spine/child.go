package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"time"
)

// runAll runs the parts one after the other, each in a process of its own.
func runAll(ctx context.Context, j job, chosen []part, out, progress io.Writer) error {
	if err := os.MkdirAll(j.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	loads := slices.ContainsFunc(chosen, func(p part) bool { return p.name == "load" })
	needs := slices.ContainsFunc(chosen, func(p part) bool { return p.store })
	if needs && !loads && !ready(j) {
		chosen = append([]part{parts[0]}, chosen...)
	}
	profile := j.profile
	fmt.Fprintf(out, "%s, %d cores, %s/%s, %s statements, %s\n", runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		count(j.n), time.Now().UTC().Format("2006-01-02 15:04 MST"))
	for i, p := range chosen {
		fmt.Fprintf(progress, "spine: %s…\n", p.name)
		j.profile = ""
		if i == len(chosen)-1 { // the part that was named; a load before it only serves it
			j.profile = profile
		}
		tables, err := spawn(ctx, p, j, progress)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		for _, t := range tables {
			if err := t.write(out); err != nil {
				return err
			}
		}
	}
	return nil
}

// spawn runs one part in a process of its own and reads its tables.
func spawn(ctx context.Context, p part, j job, progress io.Writer) ([]table, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	args := []string{"-child", p.name, "-n", strconv.Itoa(j.n), "-dir", j.dir}
	if j.profile != "" {
		args = append(args, "-cpuprofile", j.profile)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stderr = progress
	raw, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var tables []table
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&tables); err != nil {
		return nil, fmt.Errorf("read what the part measured: %w", err)
	}
	return tables, nil
}

// runChild runs one part here and writes its tables as JSON.
func runChild(ctx context.Context, name string, j job, out io.Writer) error {
	i := slices.IndexFunc(parts, func(p part) bool { return p.name == name })
	if i < 0 {
		return fmt.Errorf("%q is no part", name)
	}
	stop, err := profiling(j.profile)
	if err != nil {
		return err
	}
	tables, err := parts[i].run(ctx, j)
	stop()
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(tables)
}

// storeDir is where load puts its store; a file beside it says that it is
// whole, and of which size.
func storeDir(j job) string { return filepath.Join(j.dir, "store") }

func readyFile(j job) string { return filepath.Join(j.dir, "store.ready") }

func ready(j job) bool {
	text, err := os.ReadFile(readyFile(j))
	return err == nil && string(text) == strconv.Itoa(j.n)
}

func markReady(j job) error {
	return os.WriteFile(readyFile(j), []byte(strconv.Itoa(j.n)), 0o600)
}

// profiling begins a CPU profile and gives what ends it.
func profiling(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("make the profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, fmt.Errorf("begin the profile: %w", err)
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}, nil
}
