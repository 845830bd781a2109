package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// measure serves the home, has it read, ends it, and verifies its log.
func (j *job) measure(ctx context.Context, out, progress io.Writer) error {
	s, err := j.serve(ctx)
	if err != nil {
		return err
	}
	all, err := j.read(ctx, s.client, s.at, progress)
	memory := s.memory()
	if err = errors.Join(err, s.end()); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n| screen | pages | p50 ms | p95 ms | slowest ms | first ms |\n|---|---|---|---|---|---|\n")
	ms := func(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d)/1e6) }
	total, failed := tally{}, []string{}
	for i := range all {
		t := &all[i]
		fmt.Fprintf(out, "| %s | %d | %s | %s | %s | %s |\n", screens[i].name, len(t.took), ms(t.at(.5)), ms(t.at(.95)), ms(t.at(1)), ms(t.first))
		if total.took = append(total.took, t.took...); t.failed > 0 {
			failed = append(failed, fmt.Sprintf("%d of %s failed, the last: %s", t.failed, screens[i].name, t.why))
		}
	}
	fmt.Fprintf(out, "\n%d pages in %s, %.1f a second; memory of the service at its most: %s\n", len(total.took), j.during, float64(len(total.took))/j.during.Seconds(), memory)
	for _, f := range failed {
		fmt.Fprintln(out, f)
	}
	start := time.Now()
	var told strings.Builder
	if err := j.overt(ctx, &told, "audit", "verify"); err != nil {
		return err
	}
	first, _, _ := strings.Cut(told.String(), "\n")
	fmt.Fprintf(out, "audit verify: %s (%.1f s)\n", first, time.Since(start).Seconds())
	if len(failed) > 0 {
		return errors.New("some pages failed")
	}
	return nil
}

// A service is overt serve, with a session opened in it.
type service struct {
	cmd    *exec.Cmd
	at     string
	client *http.Client
}

var opens = regexp.MustCompile(`http://\S+`)

func (j *job) serve(ctx context.Context) (*service, error) {
	cmd := exec.CommandContext(ctx, j.program, "--home", filepath.Join(j.home, "home"), "serve", "--listen", "127.0.0.1:0")
	said, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	s := &service{cmd: cmd, client: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: j.readers}}}
	lines, key := bufio.NewScanner(said), ""
	for key == "" && lines.Scan() {
		key = opens.FindString(lines.Text())
	}
	go func() { _, _ = io.Copy(io.Discard, said) }() // what it says later must not stop it
	u, err := url.Parse(key)
	if err != nil || key == "" {
		return nil, errors.Join(errors.New("overt serve says no address"), err, s.end())
	}
	s.at = "http://" + u.Host
	if _, err := (&reader{client: s.client, at: s.at, places: map[string][]string{}}).ask(ctx, u.RequestURI()); err != nil {
		return nil, errors.Join(err, s.end())
	}
	return s, nil
}

// memory is the most that the service had in memory, as Linux tells it, and how much of
// what it has now are pages of files, which the system takes back when it needs them.
func (s *service) memory() string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return "not told by this system"
	}
	mb := map[string]int64{}
	for line := range strings.Lines(string(raw)) {
		name, rest, _ := strings.Cut(line, ":")
		var kb int64
		if _, err := fmt.Sscan(rest, &kb); err == nil {
			mb[name] = kb / 1024
		}
	}
	return fmt.Sprintf("%d MB; at the end %d MB, of which %d are pages of files", mb["VmHWM"], mb["VmRSS"], mb["RssFile"])
}

// end ends the service as Ctrl-C does.
func (s *service) end() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return errors.Join(err, s.cmd.Process.Kill())
	}
	return s.cmd.Wait()
}
