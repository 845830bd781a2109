package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"overt/internal/sandbox"
	"overt/ledger"
)

const hostileHead = `# Hostile files

What becomes of files that are made to harm whoever opens them, taken in by
` + "`overt ingest`" + ` in one batch with harmless ones. Written by

    CGO_ENABLED=0 go test ./cmd/overt -run TestHostileFiles -update

and compared with it by every full test run on a system that confines readers. The
test makes the files itself and holds, besides what the table says:

- the harmless files of the batch are read;
- each reading ends within its limit of time, here %v, and no file, with all that is
  inside of it, takes more than %v of processor time;
- our own process needs at most %d MiB more memory than for the harmless files
  alone, and no reader has more in memory than it may have;
- no connection is made to the server whose address stands in the files;
- nothing outside the home is written, changed or removed.

| file | what it is | verdict | what the ledger says | inside, with their verdicts |
|---|---|---|---|---|
`

const (
	hostileTime   = 30 * time.Second
	hostileCPU    = 20 * time.Second
	hostileMemory = 50 // MiB
)

// confined skips what only confined readers can show.
func confined(t *testing.T) {
	t.Helper()
	switch all := sandbox.Doctor(t.Context(), nil); {
	case testing.Short():
		t.Skip("hostile files are read in the full run only")
	case len(all) == 0 || !all[0].OK:
		t.Skip("this program, or this machine, confines no reader: build with CGO_ENABLED=0")
	}
}

// TestHostileFiles takes hostile files in through the command, and holds what
// docs/hostile.md says.
func TestHostileFiles(t *testing.T) {
	confined(t)
	root := t.TempDir()
	network, asked := listen(t)
	peers, drop := filepath.Join(root, "peers"), filepath.Join(root, "drop")
	harmless(t, peers)
	harmless(t, filepath.Join(drop, "peers"))
	files := hostileFiles(t, network)
	for _, f := range files {
		write(t, filepath.Join(drop, f.name), f.data)
	}
	for i, name := range oddNames {
		write(t, filepath.Join(drop, "names", name), []byte(fmt.Sprintf("letter %d of an odd name", i)))
	}
	before := tree(t, root)

	_, base := ingestMeasured(t, root, "base", peers)
	c, peak := ingestMeasured(t, root, "home", drop)
	t.Logf("peak of our own process: %d MiB, with harmless files alone %d MiB; of a reader %d MiB", peak.own>>20, base.own>>20, peak.reader>>20)
	if peak.own > base.own+hostileMemory<<20 {
		t.Errorf("our own process had %d MiB in memory, and %d MiB without hostile files", peak.own>>20, base.own>>20)
	}
	if peak.reader > (workerMemory+256)<<20 {
		t.Errorf("a reader had %d MiB in memory", peak.reader>>20)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
	after := tree(t, root)
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%q was changed or removed", name)
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			t.Errorf("%q was written", name)
		}
	}
	if _, err := os.Lstat("/escaped-absolute.txt"); err == nil {
		t.Error("an absolute name was written")
	}
	compareHostile(t, files, network, c)
}

func hostileFiles(t *testing.T, network string) []hostileFile {
	sqlite, err := os.ReadFile(filepath.Join("..", "..", "extract", "tabular", "testdata", "affair.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(archives(), pdfs(network), markups(network), mails(), pictures(), tables(sqlite))
}

func harmless(t *testing.T, dir string) {
	t.Helper()
	for i := range 5 {
		write(t, filepath.Join(dir, fmt.Sprintf("letter%d.txt", i)), []byte(fmt.Sprintf("letter %d of %s", i, filepath.Base(dir))))
	}
	write(t, filepath.Join(dir, "letter.pdf"), onePage(pdfStream("", []byte("BT /F1 12 Tf 72 700 Td (harmless) Tj ET")), "").bytes(""))
	write(t, filepath.Join(dir, "letter.docx"), ooxml("", "", wordBody))
	write(t, filepath.Join(dir, "letter.zip"), zipped(zipEntry{name: "inner.txt", data: []byte("packed")}))
	write(t, filepath.Join(dir, "letter.eml"), nestedMessages(1))
	write(t, filepath.Join(dir, "letter.html"), []byte("<html><body>a harmless page"))
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// listen counts the connections to a server of this machine.
func listen(t *testing.T) (address string, asked *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	asked = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			_ = c.Close()
		}
	}()
	return "http://" + l.Addr().String(), asked
}

// tree is what lies below a folder, but for the homes.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "base" || d.Name() == "home") && filepath.Dir(path) == root {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			out[path] = info.Mode().String()
		} else {
			out[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A peakMemory is the most that was in memory, in bytes.
type peakMemory struct{ own, reader int64 }

type hostileCoverage struct {
	Datasets []struct{ Files []ledger.Entry }
}

// ingestMeasured takes a folder in, in a process of its own, and gives its
// coverage. flags stand behind those it gives itself.
func ingestMeasured(t *testing.T, root, name, folder string, flags ...string) (entries []ledger.Entry, peak peakMemory) {
	t.Helper()
	work := filepath.Join(root, "work")
	if err := mkdirs(work, filepath.Join(work, "tmp")); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.RemoveAll(work); err != nil {
			t.Error(err)
		}
	}()
	home := filepath.Join(root, name)
	flags = append([]string{"--home", home, "ingest", folder, "--dataset", "hostile", "--languages", "none", "--workers", "2", "--time", hostileTime.String()}, flags...)
	cmd := child(t, 0, flags...)
	cmd.Dir = work
	cmd.Env = append(cmd.Env, "HOME="+work, "TMPDIR="+filepath.Join(work, "tmp"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	watched := make(chan peakMemory)
	go func() { watched <- memoryOf(ctx, cmd.Process.Pid) }()
	err := cmd.Wait()
	stop()
	peak = <-watched
	if err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	if left := tree(t, work); len(left) != 2 { // itself and its tmp
		t.Errorf("files were left: %v", left)
	}
	code, text, errs := overtIn(t, home, "--json", "coverage", "hostile")
	var c hostileCoverage
	if err := json.Unmarshal([]byte(text), &c); code != exitOK || err != nil || len(c.Datasets) != 1 {
		t.Fatalf("coverage: exit %d %s %v", code, errs, err)
	}
	return c.Datasets[0].Files, peak
}

func mkdirs(dirs ...string) error {
	for _, d := range dirs {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	return nil
}

// peakOf asks the system for the peaks of a process and its children, until ctx
// ends. A peak only grows: looking now and then is enough.
func memoryOf(ctx context.Context, pid int) (p peakMemory) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		p.own = max(p.own, peakOf(pid))
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		for _, path := range tasks {
			text, _ := os.ReadFile(path)
			for _, id := range strings.Fields(string(text)) {
				if n, err := strconv.Atoi(id); err == nil {
					p.reader = max(p.reader, peakOf(n))
				}
			}
		}
		select {
		case <-ctx.Done():
			return p
		case <-tick.C:
		}
	}
}

// peakOf is the most that a process ever had in memory, in bytes.
func peakOf(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// compareHostile compares what the ledger says with the table.
func compareHostile(t *testing.T, files []hostileFile, network string, entries []ledger.Entry) {
	t.Helper()
	inside := map[int64]map[ledger.Verdict]int{}
	received := map[string]ledger.Entry{}
	for _, e := range entries {
		if e.Verdict == ledger.Waiting || e.Verdict != ledger.Read && (e.Reason == "" || e.Retry == "") {
			t.Errorf("%.100q ended as %s, for %q; do: %q", e.Source, e.Verdict, e.Reason, e.Retry)
		}
		if cpu := time.Duration(e.Spent.CPU) * time.Millisecond; cpu > hostileCPU {
			t.Errorf("%.100q took %v of processor time", e.Source, cpu)
		}
		if e.Root == 0 {
			received[e.Source] = e
			continue
		}
		if inside[e.Root] == nil {
			inside[e.Root] = map[ledger.Verdict]int{}
		}
		inside[e.Root][e.Verdict]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, hostileHead, hostileTime, hostileCPU, hostileMemory)
	for _, f := range files {
		e, ok := received[f.name]
		if !ok {
			t.Errorf("%s is not in the ledger", f.name)
			continue
		}
		t.Logf("%-16s %-8s cpu %6d ms  all %6d ms  %s | %s", f.name, e.Verdict, e.CPU, e.Spent.CPU, e.Reason, e.Retry)
		var within []string
		for _, v := range []ledger.Verdict{ledger.Read, ledger.Partial, ledger.Failed, ledger.Refused} {
			if n := inside[e.ID][v]; n > 0 {
				within = append(within, fmt.Sprintf("%d %s", n, v))
			}
		}
		said := e.Reason
		if said == "" && len(e.Warnings) > 0 {
			said = "warned: " + strings.ReplaceAll(e.Warnings[0].Message, network, "http://elsewhere")
		}
		if len(said) > 200 {
			said = strings.ToValidUTF8(said[:200], "") + "…"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", f.name, f.what, e.Verdict, said, strings.Join(within, ", "))
	}
	for name, e := range received {
		if (strings.HasPrefix(name, "peers/") || strings.HasPrefix(name, "names/")) && e.Verdict != ledger.Read {
			t.Errorf("%q, which harms nobody, ended as %s: %s", name, e.Verdict, e.Reason)
		}
	}
	fmt.Fprintf(&b, "\nBesides, %d letters whose names hold line breaks, commands of a terminal, letters that\nturn the direction of writing, no UTF-8, or climb: all are read, under their names.\n", len(oddNames))
	path := filepath.Join("..", "..", "docs", "hostile.md")
	if *update {
		write(t, path, []byte(b.String()))
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		diff := exec.Command("diff", path, "-")
		diff.Stdin = strings.NewReader(b.String())
		text, _ := diff.Output()
		t.Errorf("docs/hostile.md differs; run with -update and look at the difference\n%s", text)
	}
}
