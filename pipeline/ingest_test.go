package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
)

// A script is a reader whose documents say themselves what is read in them, a
// line each: "page text", "inside name;line;line", "itself name", "gap page",
// "title text", "refuse", "break", "die".
type script struct {
	mu    sync.Mutex
	reads map[string]int // by name
	hook  func(name string)
}

func (s *script) Read(ctx context.Context, in document.Input, out document.Sink) error {
	s.mu.Lock()
	s.reads[in.Name]++
	hook := s.hook
	s.mu.Unlock()
	if hook != nil {
		hook(in.Name)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	data, err := io.ReadAll(io.NewSectionReader(in, 0, in.Size))
	if err != nil {
		return err
	}
	out = document.Checked(out, in.Limits, in.Size)
	if err := errors.Join(out.Property("mimeType", "text/plain"), out.Property("processingAgent", "script/1")); err != nil {
		return err
	}
	page := 0
	for line := range strings.Lines(string(data)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "page":
			page++
			err = out.Page(document.Page{Number: page, Text: rest, Origin: document.Letters})
		case "gap":
			page++
			err = out.Gap(document.Gap{Page: page, Code: document.Damaged, Reason: "the page is damaged"})
		case "title":
			err = out.Property("title", rest)
		case "inside":
			name, body, _ := strings.Cut(rest, ";")
			err = member(out, name, []byte(strings.ReplaceAll(body, ";", "\n")))
		case "itself":
			err = member(out, rest, data)
		case "refuse":
			err = &document.Refusal{Code: document.Protected, Reason: "it is protected", Retry: "give its password"}
		case "break":
			err = overt.Errorf(overt.Invalid, "", "the bytes end too early")
		case "die":
			w, _ := out.Member(document.Member{Path: "half", Role: document.Packed})
			_, _ = w.Write([]byte("half of it"))
			err = errors.New("the reader died")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func member(out document.Sink, name string, data []byte) error {
	w, err := out.Member(document.Member{Path: name, Role: document.Packed})
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Close()
}

func ingester(h *hometest.Home, s *script) *pipeline.Ingester {
	return &pipeline.Ingester{
		Open:  func(ctx context.Context, labels []policy.Label) (*gate.Pass, error) { return h.Pass(ctx, labels...) },
		Clock: h.Clock, Workers: 2, Batch: 3,
		Reader:  func(string) document.Reader { return s },
		Version: func(string) string { return "script/1" },
	}
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func ingest(t *testing.T, in *pipeline.Ingester, dataset string, dir string) *pipeline.Work {
	t.Helper()
	if _, err := in.Receive(t.Context(), dataset, []string{dir}); err != nil {
		t.Fatal(err)
	}
	w, err := in.Work(t.Context(), []string{dataset})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// kept is what a home knows of a dataset's documents, without what counts its
// runs and moments.
func kept(t *testing.T, h *hometest.Home, dataset string) string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		var b strings.Builder
		var lines []string
		for e, err := range d.Ledger.Entries(ctx, d.Scope, dataset) {
			if err != nil {
				return "", err
			}
			lines = append(lines, fmt.Sprintf("%s %s %d=%d+%d %s", e.Source, e.Verdict, e.Received, e.Read, e.LeftOut, e.Reason))
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(lines, "\n"))
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return "", err
			}
			said := map[string]bool{}
			for _, s := range stmts {
				said[s.Prop+"="+s.Value] = true
			}
			fmt.Fprintf(&b, "\n%s %s", stmts[0].Entity, strings.Join(slices.Sorted(maps.Keys(said)), "; "))
		}
		return b.String(), nil
	})
}

func find(t *testing.T, h *hometest.Home, name string) ledger.Entry {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (ledger.Entry, error) {
		for e, err := range d.Ledger.Entries(ctx, d.Scope, "") {
			if err != nil || e.Source == name {
				return e, err
			}
		}
		return ledger.Entry{}, fmt.Errorf("%s is not in the ledger", name)
	})
}

func values(t *testing.T, h *hometest.Home, id ftm.EntityID, prop string) []string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) ([]string, error) {
		stmts, err := d.View.Entity(ctx, id)
		var out []string
		for _, s := range stmts {
			if s.Prop == prop && !slices.Contains(out, s.Value) {
				out = append(out, s.Value)
			}
		}
		return out, err
	})
}

func doc(e ledger.Entry) ftm.EntityID { return ftm.EntityID("doc-" + e.Blob[:40]) }

// Every file ends in a verdict, those inside others too, and what was read is
// there with its source.
func TestIngest(t *testing.T) {
	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	dir := folder(t, map[string]string{
		"a.txt": "title Report\npage one\npage two", "sub/b.zip": "inside c.txt;page three\ninside d/e.zip;inside f;page four\ngap",
		"gap.txt": "page one\ngap\npage three", "refused.txt": "refuse", "broken.txt": "page one\nbreak", "torn.txt": "break", "dead.txt": "page one\ndie",
		"Empty File.TXT": "", ".hidden": "page hidden",
	})
	if err := os.Symlink("a.txt", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	in := ingester(h, s)
	rec, err := in.Receive(t.Context(), "leak", []string{dir})
	if err != nil || rec.Files != 9 || len(rec.Failed) != 1 || rec.Failed[0].Source != "link" {
		t.Fatalf("received %+v, %v", rec, err)
	}
	w, err := in.Work(t.Context(), []string{"leak"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][2]string{ // verdict, pages received = read + left out
		"a.txt": {"read", "2=2+0"}, "sub/b.zip": {"partial", "1=0+1"}, "sub/b.zip!c.txt": {"read", "1=1+0"}, "sub/b.zip!d/e.zip": {"read", "1=1+0"},
		"sub/b.zip!d/e.zip!f": {"read", "0=0+0"}, "gap.txt": {"partial", "3=2+1"}, "refused.txt": {"failed", "0=0+0"}, "broken.txt": {"partial", "1=1+0"},
		"torn.txt": {"failed", "0=0+0"}, "dead.txt": {"partial", "1=1+0"}, "Empty File.TXT": {"read", "0=0+0"}, ".hidden": {"read", "1=1+0"}, "link": {"failed", "0=0+0"},
	}
	for name, want := range want {
		e := find(t, h, name)
		if got := [2]string{string(e.Verdict), fmt.Sprintf("%d=%d+%d", e.Received, e.Read, e.LeftOut)}; got != want {
			t.Errorf("%s: %v, want %v (%s)", name, got, want, e.Reason)
		}
		if e.Verdict != ledger.Read && (e.Reason == "" || e.Retry == "") {
			t.Errorf("%s is %s without a reason or what to do", name, e.Verdict)
		}
	}
	if n := w.Verdicts[ledger.Read] + w.Verdicts[ledger.Partial] + w.Verdicts[ledger.Failed]; n != len(want)-1 || w.Pages != 9 || len(w.Runs) < 2 {
		t.Errorf("worked off %d documents, %d pages, %d runs", n, w.Pages, len(w.Runs))
	}

	a, zip, c := find(t, h, "a.txt"), find(t, h, "sub/b.zip"), find(t, h, "sub/b.zip!c.txt")
	if got := values(t, h, doc(a), "title"); !slices.Equal(got, []string{"Report"}) {
		t.Errorf("title %q", got)
	}
	if got := values(t, h, doc(c), "parent"); !slices.Equal(got, []string{string(doc(zip))}) || c.Parent != zip.ID {
		t.Errorf("c.txt is in %q, entry %d", got, c.Parent)
	}
	for name, want := range map[string]string{"Empty File.TXT": "Empty File.TXT", "sub/b.zip": "b.zip", "sub/b.zip!d/e.zip": "e.zip"} {
		if got := values(t, h, doc(find(t, h, name)), "fileName"); !slices.Contains(got, want) {
			t.Errorf("%s is called %q", name, got)
		}
	}
	text := values(t, h, ftm.EntityID("reading-"+a.Blob[:40]), "text")
	if len(text) != 1 {
		t.Fatalf("the reading's text: %q", text)
	}
	cite := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (reading.Cite, error) {
		f, err := d.Blobs.Open(ctx, overt.BlobID(text[0]))
		if err != nil {
			return reading.Cite{}, err
		}
		defer func() { _ = f.Close() }()
		all, err := io.ReadAll(f)
		if err != nil {
			return reading.Cite{}, err
		}
		r, err := reading.Open(bytes.NewReader(all), int64(len(all)))
		if err != nil {
			return reading.Cite{}, err
		}
		return r.Cite(2, 0, 3)
	})
	if cite.Quote != "two" || cite.Document != a.Blob {
		t.Errorf("cited %+v", cite)
	}
}

// The same bytes are one document at several places, and are read once.
func TestIngestTwice(t *testing.T) {
	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	in := ingester(h, s)
	ingest(t, in, "leak", folder(t, map[string]string{"a.txt": "page one\ninside x;page x"}))
	before := kept(t, h, "leak")
	w := ingest(t, in, "leak", folder(t, map[string]string{"other.txt": "page one\ninside x;page x"}))
	if s.reads["a.txt"] != 1 || s.reads["other.txt"] != 0 || w.Verdicts[ledger.Read] != 1 {
		t.Errorf("reads %v, verdicts %v", s.reads, w.Verdicts)
	}
	a, b := find(t, h, "a.txt"), find(t, h, "other.txt")
	if got := values(t, h, doc(a), "fileName"); !slices.Equal(got, []string{"a.txt", "other.txt"}) || doc(a) != doc(b) {
		t.Errorf("the document is called %q", got)
	}
	for _, r := range w.Runs {
		h.Undo(t, r)
	}
	ingest(t, in, "leak", folder(t, map[string]string{"third.txt": "page new"}))
	if got := kept(t, h, "leak"); !strings.Contains(got, strings.Split(before, "\n")[0]) || strings.Contains(got, "fileName=other.txt") {
		t.Errorf("taken back, it says\n%s", got)
	}
}

// Archives of the same bytes are read once, also when they come together, and
// what is inside is received once.
func TestIngestCopies(t *testing.T) {
	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	in := ingester(h, s)
	in.Batch = 10
	files := map[string]string{}
	for i := range 8 {
		files[fmt.Sprintf("%d.zip", i)] = "inside m;page of a member"
	}
	w := ingest(t, in, "leak", folder(t, files))
	reads := 0
	for _, n := range s.reads {
		reads += n
	}
	if reads != 2 || w.Verdicts[ledger.Read] != 9 || find(t, h, "0.zip!m").Verdict != ledger.Read {
		t.Errorf("%d readings (%v), verdicts %v", reads, s.reads, w.Verdicts)
	}
}

// An archive that holds itself ends.
func TestIngestQuine(t *testing.T) {
	h := hometest.Memory(t)
	in := ingester(h, &script{reads: map[string]int{}})
	in.Batch = 1
	w := ingest(t, in, "leak", folder(t, map[string]string{"q.gz": "itself q.gz\npage deep"}))
	if n := w.Verdicts[ledger.Read]; n != 2 {
		t.Errorf("%d documents, want itself and itself inside it", n)
	}
	deep := "page x"
	for range 40 {
		deep = "inside n;" + strings.ReplaceAll(deep, "\n", ";")
	}
	// What is nested in a line cannot nest further here: names tell the depth.
	if _, err := in.Receive(t.Context(), "leak", []string{folder(t, map[string]string{strings.Repeat("!", 40): deep})}); err != nil {
		t.Fatal(err)
	}
	w, err := in.Work(t.Context(), []string{"leak"})
	if err != nil || w.Verdicts[ledger.Failed] != 1 || !strings.Contains(w.Files[0].Reason, "inside of more than") {
		t.Errorf("too deep: %+v, %v", w, err)
	}
}

// Whatever interrupts the reading, in the end everything is there as if nothing
// had happened.
func TestIngestInterrupted(t *testing.T) {
	files := map[string]string{}
	for i := range 30 {
		files[fmt.Sprintf("%02d.txt", i)] = fmt.Sprintf("title T%d\npage p%d\ninside in%d;page q%d", i, i, i, i)
	}
	calm := hometest.Memory(t)
	ingest(t, ingester(calm, &script{reads: map[string]int{}}), "leak", folder(t, files))
	want := kept(t, calm, "leak")

	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	in := ingester(h, s)
	if _, err := in.Receive(t.Context(), "leak", []string{folder(t, files)}); err != nil {
		t.Fatal(err)
	}
	for stop := range 12 {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		s.hook = func(string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if n++; n > stop {
				cancel()
			}
		}
		_, err := in.Work(ctx, []string{"leak"})
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	s.hook = nil
	if _, err := in.Work(t.Context(), []string{"leak"}); err != nil {
		t.Fatal(err)
	}
	if got := kept(t, h, "leak"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Datasets are read in turn, and documents that failed are read again when asked.
func TestIngestFairAndAgain(t *testing.T) {
	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	in := ingester(h, s)
	in.Workers, in.Batch = 1, 1
	var order []string
	s.hook = func(name string) { order = append(order, name[:1]) }
	for _, d := range []string{"a", "b"} {
		files := map[string]string{}
		for i := range 3 {
			files[fmt.Sprint(d, i)] = "page " + d + fmt.Sprint(i)
		}
		if d == "b" {
			files["bad"] = "refuse"
		}
		if _, err := in.Receive(t.Context(), d, []string{folder(t, files)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := in.Work(t.Context(), []string{"a", "b"}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order[:6], ""); got != "ababab" {
		t.Errorf("read in the order %s", got)
	}
	if n, err := in.Reopen(t.Context(), "b", pipeline.Again{}); n != 1 || err != nil {
		t.Errorf("reopened %d, %v", n, err)
	}
	w, err := in.Work(t.Context(), []string{"b"})
	if err != nil || w.Verdicts[ledger.Failed] != 1 || s.reads["bad"] != 2 {
		t.Errorf("again: %+v, %v, read %d times", w, err, s.reads["bad"])
	}
	for _, c := range []struct {
		again pipeline.Again
		want  int
	}{
		{pipeline.Again{All: true}, 4}, {pipeline.Again{Reason: "PROTECTED"}, 1}, {pipeline.Again{Reason: "torn"}, 0},
		{pipeline.Again{All: true, Format: "text"}, 4}, {pipeline.Again{Format: "text/csv"}, 0}, {pipeline.Again{Files: []string{"b1"}}, 1},
	} {
		if n, err := in.Reopen(t.Context(), "b", c.again); n != c.want || err != nil {
			t.Errorf("%+v: reopened %d, %v, want %d", c.again, n, err, c.want)
		}
		if _, err := in.Work(t.Context(), []string{"b"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := in.Reopen(t.Context(), "b", pipeline.Again{Files: []string{"none"}}); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("a file that is none: %v", err)
	}
}
