//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"overt"
	"overt/casefile"
	"overt/client"
)

const deskFirm = `{"id":"l-1","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"]}}` + "\n"

// rowsOfFile is how many entities a file of the writer has.
const rowsOfFile = 300

// A deskRun is one life of the service, with a session opened in it where it has a desk.
type deskRun struct {
	t     *testing.T
	cmd   *exec.Cmd
	at    string
	token string // of the session's forms
	web   *http.Client
	errs  *growing
}

// A writing is what the writer was answered, over all lives of the service.
type writing struct {
	home, blob, place string            // place is of the case
	claims            map[string]string // item → its words
	cited, stated     map[string]bool
	sent              map[string]bool // files that an import was begun for
	done              map[string]bool // of which its end was told
	n                 int
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// serveHome begins overt serve in a process of its own, and opens its desk.
func serveHome(t *testing.T, home string, desk bool) *deskRun {
	t.Helper()
	args := []string{"--home", home, "serve", "--listen", "127.0.0.1:0"}
	if !desk {
		args = append(args, "--only", "api")
	}
	r := &deskRun{t: t, cmd: child(t, 0, args...), errs: &growing{}}
	said, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	lines, key := bufio.NewScanner(said), ""
	for key == "" && lines.Scan() {
		_, _ = r.errs.Write(append(lines.Bytes(), '\n'))
		key = regexp.MustCompile(`http://[^\s;]+`).FindString(lines.Text())
	}
	go func() { _, _ = io.Copy(r.errs, said) }()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.web = &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	u, err := url.Parse(key)
	if err != nil || key == "" {
		t.Fatalf("it does not answer: %s", r.errs)
	}
	r.at = "http://" + u.Host
	if !desk {
		return r
	}
	if _, _, err := r.ask(t.Context(), "GET", u.RequestURI(), nil); err != nil {
		t.Fatal(err)
	}
	_, body, err := r.ask(t.Context(), "GET", "/session", nil)
	m := formToken.FindStringSubmatch(body)
	if err != nil || m == nil {
		t.Fatalf("no session: %v %s", err, body)
	}
	r.token = m[1]
	return r
}

// ask sends one request and gives where it leads and what it says.
func (r *deskRun) ask(ctx context.Context, method, path string, form url.Values) (to, body string, err error) {
	var in io.Reader
	if form != nil {
		form.Set("token", r.token)
		in = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, r.at+path, in)
	if err != nil {
		return "", "", err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := r.web.Do(req)
	if err != nil {
		return "", "", err
	}
	raw, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return "", "", err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusSeeOther {
		return "", "", fmt.Errorf("%s %s: %s\n%s", method, path, resp.Status, raw)
	}
	return resp.Header.Get("Location"), string(raw), nil
}

// write claims, cites and moves, or imports, until the service is gone.
func (w *writing) write(r *deskRun) (err error) {
	for do := w.claim; err == nil; w.n++ {
		if r.token == "" {
			do = w.imports
		}
		err = do(r.t.Context(), r)
	}
	return err
}

func (w *writing) claim(ctx context.Context, r *deskRun) error {
	words := fmt.Sprintf("It bleaches, says letter k%d", w.n)
	to, _, err := r.ask(ctx, "POST", w.place+"/board/claim", url.Values{"text": {words}})
	_, item, ok := strings.Cut(to, "#i-")
	if err != nil || !ok {
		return errors.Join(err, fmt.Errorf("the claim leads to %q", to))
	}
	w.claims[item] = words
	if _, _, err := r.ask(ctx, "POST", w.place+"/board/cite", url.Values{"item": {item}, "cite": {w.blob}}); err != nil {
		return err
	}
	w.cited[item] = true
	if _, _, err := r.ask(ctx, "POST", w.place+"/board/move", url.Values{"item": {item}, "state": {"stated"}}); err != nil {
		return err
	}
	w.stated[item] = true
	return nil
}

// imports sends a file of its own, and follows it to its end.
func (w *writing) imports(ctx context.Context, r *deskRun) error {
	name := fmt.Sprintf("file-%d.ftm.json", w.n)
	var b bytes.Buffer
	for i := range rowsOfFile {
		fmt.Fprintf(&b, `{"id":"f-%d-%d","schema":"Company","properties":{"name":["Firm %d of file %d"]}}`+"\n", w.n, i, i, w.n)
	}
	api := &client.Client{Base: r.at, HTTP: &http.Client{Timeout: time.Minute}}
	w.sent[name] = true
	job, err := api.Begin(ctx, client.Import{Dataset: "list", Observed: "2024-01-01", Extent: "window", Files: []client.File{{Name: name, Data: &b}}}, name)
	if err != nil {
		return err
	}
	for j, err := range api.Follow(ctx, job.ID) {
		if err != nil {
			return err
		}
		job = j
	}
	if job.State == "done" {
		w.done[name] = true
	}
	return nil
}

// look compares the home with what the writer was answered.
func (w *writing) look(t *testing.T) {
	t.Helper()
	v := told[casefile.View](t, w.home, "case", "show", strings.TrimPrefix(w.place, "/c/"))
	there := map[string]*casefile.ClaimView{}
	for i := range v.Claims {
		c := &v.Claims[i]
		there[c.Item] = c
		if w.claims[c.Item] == "" && !strings.HasPrefix(c.Text, "It bleaches, says letter k") {
			t.Errorf("half a claim: %+v", c)
		}
	}
	for item, words := range w.claims {
		switch c := there[item]; {
		case c == nil || c.Text != words:
			t.Errorf("the claim %s (%s) was answered, and is %+v", item, words, c)
		case w.cited[item] && len(c.Cites) != 1, w.stated[item] && c.State != casefile.Stated:
			t.Errorf("of %s the cite (%v) and the move (%v) were answered, and it is %s with %d cites", item, w.cited[item], w.stated[item], c.State, len(c.Cites))
		}
	}
	runs := told[struct {
		Runs []struct {
			ID       overt.RunID `json:"id"`
			Entities int64       `json:"entities"`
			Sources  []struct {
				Name string `json:"name"`
			} `json:"sources"`
		} `json:"runs"`
	}](t, w.home, "runs", "list")
	whole := map[string]bool{}
	for _, r := range runs.Runs {
		if name := r.Sources[0].Name; w.sent[name] {
			if whole[name] = true; r.Entities != rowsOfFile {
				t.Errorf("of %s there are %d entities of %d", name, r.Entities, rowsOfFile)
			}
		}
	}
	for name := range w.done {
		if !whole[name] {
			t.Errorf("the end of the import of %s was told, and it is not there", name)
		}
	}
	if code, out, errs := overtIn(t, w.home, "audit", "verify"); code != exitOK {
		t.Errorf("the audit log: %s%s", out, errs)
	}
}

// TestKilledDesk kills the service while people read and one writes; what was answered
// is there afterwards, what was not is whole or absent. Ended by SIGTERM, it answers
// what it has begun.
func TestKilledDesk(t *testing.T) {
	dir := t.TempDir()
	w := &writing{home: filepath.Join(dir, "home"), claims: map[string]string{}, cited: map[string]bool{}, stated: map[string]bool{}, sent: map[string]bool{}, done: map[string]bool{}}
	list := filepath.Join(dir, "list.ftm.json")
	if err := os.WriteFile(list, []byte(deskFirm), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(deskFirm))
	w.blob = hex.EncodeToString(sum[:])
	if code, _, errs := overtIn(t, w.home, "import", list, "--dataset", "list"); code != exitOK {
		t.Fatal(errs)
	}
	w.place = "/c/" + told[caseChange](t, w.home, "case", "new", "Who bleaches").Case
	lives, r := 7, rand.New(rand.NewPCG(7, 70))
	if testing.Short() {
		lives = 3
	}
	for life := range lives {
		last, desk := life == lives-1, life%2 == 0
		s := serveHome(t, w.home, desk)
		var ended sync.WaitGroup
		var mu sync.Mutex
		var lost []time.Time // when requests began that were not answered
		for n := range 4 {
			path := []string{"/", w.place + "/board", "/search?q=firm", "/e/l-1/facts"}[n]
			if !desk {
				path = []string{"/api/v1/entities/l-1", "/api/v1/search?q=firm", "/api/v1/runs", "/api/v1/datasets"}[n]
			}
			ended.Go(func() {
				for {
					began := time.Now()
					if _, _, err := s.ask(t.Context(), "GET", path, nil); err != nil {
						mu.Lock()
						lost = append(lost, began)
						mu.Unlock()
						return
					}
				}
			})
		}
		var stopped error
		ended.Go(func() { stopped = w.write(s) })
		time.Sleep(time.Duration(500+r.IntN(1500)) * time.Millisecond)
		signal, at := os.Signal(os.Kill), time.Now()
		if last {
			signal = syscall.SIGTERM
		}
		if err := s.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		exit := s.cmd.Wait()
		ended.Wait()
		if overt.CodeOf(stopped) != overt.Unavailable && !errors.As(stopped, new(*url.Error)) {
			t.Errorf("the writer, before the service was gone: %v", stopped)
		}
		if last && (exit != nil || slices.ContainsFunc(lost, func(began time.Time) bool { return began.Before(at.Add(-time.Second / 4)) })) {
			t.Errorf("ended by SIGTERM: %v, %s; unanswered requests of %v, the signal of %v", exit, s.errs, lost, at)
		}
		w.look(t)
	}
	said, err := json.Marshal([]int{len(w.claims), len(w.cited), len(w.stated), len(w.sent), len(w.done)})
	t.Logf("answered: claims, cites, moves; files sent, done: %s %v", said, err)
	// The few lives of a short run can end before an import does.
	if len(w.stated) == 0 || len(w.sent) == 0 || len(w.done) == 0 && !testing.Short() {
		t.Error("nothing was answered before the service was killed")
	}
}
