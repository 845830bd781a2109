// Command screens takes the pictures of docs/screens: every screen of the desk, over a
// home with real records, and a page that shows them.
//
//	overt --home DIR import $DATA/procurement/reference --dataset reference
//	overt --home DIR import $DATA/procurement/cbp-ice-transactions --dataset us-procurement
//	overt --home DIR import $DATA/procurement/usaspending-ice-fy13-17 --dataset us-awards
//	overt --home DIR import $DATA/fedramp/data.2023-02-21.json.gz $DATA/fedramp/data.2025-09-17.json.gz --dataset fedramp
//	overt --home DIR ingest $DATA/documents/ice-award-pdfs --dataset award-forms
//	overt --home DIR import --documents award-forms --as award-form --dataset award-actions
//	overt --home DIR import $DATA/federal-systems/federal-register-sorn --dataset notices
//	overt --home DIR import $DATA/federal-systems/ai-use-cases/2024* --dataset ai-inventory
//	go run ./bench/screens -home DIR -out docs/screens -table $DATA/federal-systems/dotgov/current-federal.csv
//
// It runs in the root of the repository, works on a copy of the home, in which it begins
// the case that is seen, and tells which addresses of web/routes.go have no picture. It
// needs a Linux with unshare: by that a second person is somebody else. Only records of
// public offices of the United States, which nobody owns, may be seen.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "screens:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	home := flag.String("home", "", "the home whose records are seen; it is not changed")
	out := flag.String("out", "docs/screens", "where the pictures go")
	table := flag.String("table", "", "the table that is seen imported")
	only := flag.String("only", "", "take those alone whose name begins so, and write no page")
	flag.Parse()
	dir, err := os.MkdirTemp("", "screens")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.CopyFS(filepath.Join(dir, "home"), os.DirFS(*home)); err != nil {
		return fmt.Errorf("copy the home: %w", err)
	}
	o := &overt{program: filepath.Join(dir, "overt"), home: filepath.Join(dir, "home"), text: filepath.Join(dir, "text")}
	if err := o.letIn(); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", o.program, "./cmd/overt")
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build overt: %w", err)
	}
	names, err := o.beginCase(ctx)
	if err != nil {
		return err
	}
	names["table"] = *table
	address, stop, err := o.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	b, err := open(ctx, address, names)
	if err != nil {
		return err
	}
	defer b.close()
	if err := b.take(*only, *out); err != nil {
		return err
	}
	if *only != "" {
		return nil
	}
	return page(*out)
}

// An overt is the program over a home.
type overt struct {
	program, home string
	text          string // the file that a step's text is in
}

// letIn makes the second person one of the copied home.
func (o *overt) letIn() error {
	if err := os.Chmod(filepath.Join(o.home, "audit", "key"), 0o600); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(o.home, "policy.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "people: {local:%s: {read: [award-forms, us-procurement, reference, fedramp]}}\n", second)
	return errors.Join(err, f.Close())
}

func (o *overt) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, o.program, append([]string{"--home", o.home}, args...)...)
	c.Stderr = os.Stderr
	return c
}

// kept takes a step; it tells by name what the step made, and what a check list found.
func (o *overt) kept(ctx context.Context, s step, names map[string]string) error {
	if s.text != "" {
		names["text"] = o.text
		if err := os.WriteFile(o.text, []byte(fill(s.text, names)), 0o644); err != nil {
			return err
		}
	}
	args := []string{"--json"}
	for _, a := range s.verb {
		args = append(args, fill(a, names))
	}
	c := o.command(ctx, args...)
	if s.by != "" {
		who, err := user.Lookup(s.by)
		if err != nil {
			return err
		}
		as := exec.CommandContext(ctx, "unshare", append([]string{"--user", "--map-user=" + who.Uid}, c.Args...)...)
		as.Stderr, c = os.Stderr, as
	}
	raw, err := c.Output()
	if err != nil {
		return fmt.Errorf("overt %s: %w: %s", strings.Join(args, " "), err, raw)
	}
	var made struct {
		ID, Case, Item, Cite, Address string
		Findings                      []struct{ ID, Rule string }
	}
	if err := json.Unmarshal(raw, &made); err != nil {
		return fmt.Errorf("overt %s: %w", strings.Join(args, " "), err)
	}
	for _, f := range made.Findings {
		names[f.Rule] = f.ID
	}
	if s.name == "" {
		return nil
	}
	_, address, _ := strings.Cut(strings.TrimPrefix(made.Address, "http://"), "/")
	names[s.name] = cmp.Or(made.Cite, made.Item, made.ID, made.Case, address)
	if names[s.name] == "" {
		return fmt.Errorf("overt %s made nothing", strings.Join(args, " "))
	}
	return nil
}

// beginCase begins the case that is seen; it gives the ids of it by their names.
func (o *overt) beginCase(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	for _, s := range theCase {
		if err := o.kept(ctx, s, names); err != nil {
			return nil, err
		}
	}
	return names, nil
}

var named = regexp.MustCompile(`\{([^{}]+)\}`)

// fill puts ids in where a text has their names, as "{case}".
func fill(s string, names map[string]string) string {
	return named.ReplaceAllStringFunc(s, func(m string) string {
		if id, ok := names[strings.Trim(m, "{}")]; ok {
			return id
		}
		return m
	})
}

// serve opens the desk; it gives the address that opens a session.
func (o *overt) serve(ctx context.Context) (address string, stop func(), err error) {
	c := o.command(ctx, "serve", "--listen", "127.0.0.1:0")
	c.Stderr = nil
	out, err := c.StderrPipe() // where it says its address
	if err != nil {
		return "", nil, err
	}
	if err := c.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	}
	late := time.AfterFunc(time.Minute, stop)
	defer late.Stop()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if line := strings.TrimSpace(lines.Text()); strings.HasPrefix(line, "http://") {
			go func() { _, _ = io.Copy(os.Stderr, out) }()
			return line, stop, nil
		}
	}
	stop()
	return "", nil, errors.New("overt serve gave no address")
}
