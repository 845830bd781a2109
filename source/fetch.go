package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"overt"
)

// keepOn is how long the pages, tickets and indexes of an unfinished fetch are
// gone on with; older ones are of another state of the source.
const keepOn = 24 * time.Hour

// A Fetcher gets files into a folder. Only Dir, Agent and Clock are required.
type Fetcher struct {
	Dir      string // below it a folder for each source, and in that one for each fetch
	Agent    string // the User-Agent: "overt/0.1.0"
	Clock    func() time.Time
	Progress func(Progress)
	Random   func() float64 // in [0,1); nil is the system's
	Limits   Limits
	Network  Network
}

// Progress tells how far a fetch is. Note, when set, is said in place of it.
type Progress struct {
	File  string
	Bytes int64
	Total int64 // -1 when the server did not say
	Files int   // finished
	Note  string
}

// A Result is a finished fetch.
type Result struct {
	Dir       string    `json:"dir"`
	Unchanged bool      `json:"unchanged"` // nothing is newer than in an earlier fetch, whose folder this is
	Manifest  *Manifest `json:"manifest"`
}

// A run is one fetch at work.
type run struct {
	f     *Fetcher
	plan  *Plan
	lim   Limits
	tr    *http.Transport
	hosts []string
	due   map[string]time.Time // when a host may be asked again
	dir   string
	st    *state
	hold  bool // the state is saved by a later step
}

// Fetch carries a plan out, going on where an earlier attempt was cut short;
// anew drops what that left and asks for everything again. The caller has seen
// to it that the plan's hosts may be connected to. Errors: denied (an answer
// points where it must not), invalid (not what was expected), not_found,
// unavailable (given up, or stopped; the same call goes on).
func (f *Fetcher) Fetch(ctx context.Context, p *Plan, anew bool) (*Result, error) {
	r := &run{f: f, plan: p, lim: f.Limits.withDefaults(), hosts: p.Hosts(), due: map[string]time.Time{}}
	if s := p.Entry.Size; s > 0 {
		r.lim.Size = min(r.lim.Size, s)
	}
	d := &dialer{net: f.Network.wire, hosts: r.hosts}
	r.tr = d.transport(r.lim)
	defer r.tr.CloseIdleConnections()
	r.dir = filepath.Join(f.Dir, p.Entry.ID, p.Key()+partEnd)
	if err := r.resume(anew); err != nil {
		return nil, err
	}
	whole, cancel := context.WithTimeoutCause(ctx, r.lim.Whole, overt.Errorf(overt.Unavailable, "", "the fetch took longer than %s", r.lim.Whole))
	defer cancel()
	for i := range p.Entry.Files {
		if err := r.item(whole, i); err != nil {
			return nil, r.explain(ctx, err)
		}
	}
	return r.done()
}

// explain turns what ended a fetch into what is said of it.
func (r *run) explain(ctx context.Context, err error) error {
	var bytes int64
	for _, f := range r.st.Files {
		bytes += f.Bytes
	}
	if r.st.Open != nil {
		bytes += r.st.Open.Synced
	}
	kept := fmt.Sprintf("%d files and %d bytes are kept; the same command goes on from there", len(r.st.Files), bytes)
	if ctx.Err() != nil {
		// Said without the cause: nothing here is lost, as other acts would say.
		return overt.Errorf(overt.Unavailable, r.plan.Entry.ID, "stopped; %s", kept)
	}
	code := overt.CodeOf(err)
	var refused *refusal
	var ours *overt.Error
	switch {
	case errors.As(err, &ours):
	case errors.As(err, &refused):
		code = map[int]overt.Code{401: overt.Denied, 403: overt.Denied, 404: overt.NotFound, 410: overt.NotFound}[refused.status]
		if code == "" {
			code = overt.Invalid
		}
	default:
		code = overt.Unavailable
	}
	if code == overt.Unavailable {
		return overt.Errorf(code, r.plan.Entry.ID, "%w; %s", err, kept)
	}
	return overt.Errorf(code, r.plan.Entry.ID, "%w", err)
}

// resume opens what an earlier attempt left, or begins.
func (r *run) resume(anew bool) error {
	if anew {
		if err := os.RemoveAll(r.dir); err != nil {
			return unwritable(r.dir, err)
		}
	}
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return unwritable(r.dir, err)
	}
	st := &state{}
	err := readJSON(filepath.Join(r.dir, stateName), st)
	usable := err == nil && st.Version == manifestVersion && st.Plan == r.plan.Key() && r.intact(st)
	if usable && (r.fresh(st) || r.single()) {
		r.st = st
		return nil
	}
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		r.say("", 0, 0, "what an earlier attempt left is too old or damaged; beginning anew")
		if err := errors.Join(os.RemoveAll(r.dir), os.MkdirAll(r.dir, 0o700)); err != nil {
			return unwritable(r.dir, err)
		}
	}
	e := r.plan.Entry
	r.st = &state{Manifest: Manifest{
		Version: manifestVersion, Source: e.ID, Title: e.Title, Publisher: e.Publisher, Licence: e.Licence, About: e.About,
		Values: r.plan.Values, Plan: r.plan.Key(), Program: r.f.Agent, Began: r.now(), Files: []Fetched{},
	}, Cursors: map[int]cursor{}}
	return r.save()
}

// single says whether the source is one file, of which the server itself can
// say that it is still the same.
func (r *run) single() bool {
	fs := r.plan.Entry.Files
	return len(fs) == 1 && fs[0].Pages == nil && fs[0].Job == nil && fs[0].Index == nil
}

func (r *run) fresh(st *state) bool {
	began, err := time.Parse(time.RFC3339, st.Began)
	return err == nil && r.f.Clock().Sub(began) < keepOn
}

// intact says whether the files of a state are as it left them.
func (r *run) intact(st *state) bool {
	for _, f := range st.Files {
		if filepath.Base(f.Name) != f.Name || !filepath.IsLocal(f.Name) {
			return false
		}
		if size, sum, err := hashFile(filepath.Join(r.dir, f.Name)); err != nil || size != f.Bytes || sum != f.SHA256 {
			return false
		}
	}
	if o := st.Open; o != nil {
		// A part that is shorter than it was synced would be filled with zeros.
		if info, err := os.Lstat(filepath.Join(r.dir, filepath.Base(o.Name)+partEnd)); err != nil || !info.Mode().IsRegular() || info.Size() < o.Synced {
			st.Open = nil
		}
	}
	if st.Cursors == nil {
		st.Cursors = map[int]cursor{}
	}
	return true
}

// item fetches one file of the entry, and what follows from it.
func (r *run) item(ctx context.Context, i int) error {
	f := &r.plan.Entry.Files[i]
	switch {
	case f.Pages != nil:
		return r.pages(ctx, i, f)
	case f.Job != nil:
		return r.job(ctx, i, f)
	case f.Index != nil:
		return r.index(ctx, i, f)
	}
	t := r.target(i, 0, r.plan.Asks[i].Name, f.Expect)
	t.address = r.plan.Asks[i].Address
	t.method, t.body = f.Method, r.plan.Asks[i].Body
	if f.Method == http.MethodGet {
		t.before, t.beforeDir = r.earlier(i, t.address)
	}
	got, err := r.get(ctx, t)
	if err != nil {
		return err
	}
	return r.observe(f, got)
}

// target is a file of data, with the limits of the entry.
func (r *run) target(item, seq int, name, expect string) target {
	return target{item: item, seq: seq, role: RoleData, name: name, method: http.MethodGet, expect: expect, most: r.lim.Size, size: -1}
}

// observe reads the day that an answer gives of itself.
func (r *run) observe(f *File, got *Fetched) error {
	if f.Observed == "" || r.st.Observed != "" {
		return nil
	}
	v, err := decodeFile(filepath.Join(r.dir, got.Name), got.packed(), r.lim)
	if err != nil {
		return fmt.Errorf("%s: %w", got.Name, err)
	}
	r.setObserved(v, f.Observed)
	return nil
}

// setObserved takes the date at a place, when there is one. It is saved with
// the next step.
func (r *run) setObserved(v any, pointer string) {
	if pointer == "" || r.st.Observed != "" {
		return
	}
	if t := textAt(v, pointer); len(t) >= 10 {
		if _, err := time.Parse("2006-01-02", t[:10]); err == nil {
			r.st.Observed = t[:10]
		}
	}
}

func (f *Fetched) packed() bool { return strings.Contains(f.Headers["content-encoding"], "gzip") }

// earlier is the same file in the newest finished fetch of this plan, if it is
// there as it was.
func (r *run) earlier(item int, address string) (*Fetched, string) {
	for _, dir := range finished(filepath.Dir(r.dir), r.plan.Key()) {
		m, err := ReadManifest(dir)
		if err != nil {
			continue
		}
		for _, f := range m.Files {
			if f.Item != item || f.Address != address || f.Role != RoleData || f.Headers["etag"]+f.Headers["last-modified"] == "" {
				continue
			}
			if size, sum, err := hashFile(filepath.Join(dir, f.Name)); err == nil && size == f.Bytes && sum == f.SHA256 {
				return &f, dir
			}
		}
		return nil, ""
	}
	return nil, ""
}

// done makes an unfinished fetch a finished one.
func (r *run) done() (*Result, error) {
	m := r.st.Manifest
	if before := r.unchanged(m); before != "" {
		if err := os.RemoveAll(r.dir); err != nil {
			return nil, unwritable(r.dir, err)
		}
		old, err := ReadManifest(before)
		return &Result{Dir: before, Unchanged: true, Manifest: old}, err
	}
	m.Ended = r.now()
	if err := writeJSON(filepath.Join(r.dir, manifestName), m); err != nil {
		return nil, err
	}
	name := strings.NewReplacer("-", "", ":", "").Replace(m.Ended) + "-" + r.plan.Key()
	to := filepath.Join(filepath.Dir(r.dir), name)
	for n := 2; exists(to); n++ {
		to = filepath.Join(filepath.Dir(r.dir), fmt.Sprintf("%s-%d", name, n))
	}
	if err := os.Rename(r.dir, to); err != nil {
		return nil, unwritable(to, err)
	}
	// The state is of no use any more, and of no harm when it stays.
	_ = os.Remove(filepath.Join(to, stateName))
	return &Result{Dir: to, Manifest: &m}, synced(filepath.Dir(to))
}

// unchanged gives the folder of an earlier fetch when the server said of every
// file that it is still the one there.
func (r *run) unchanged(m Manifest) string {
	if len(m.Files) == 0 || slices.ContainsFunc(m.Files, func(f Fetched) bool { return f.Checked == "" }) {
		return ""
	}
	if list := finished(filepath.Dir(r.dir), r.plan.Key()); len(list) > 0 {
		return list[0]
	}
	return ""
}

// Data lists the files of a finished fetch that are the source itself, in
// order, as paths.
func (r *Result) Data() []string {
	var out []string
	for _, f := range r.Manifest.Files {
		if f.Role == RoleData {
			out = append(out, filepath.Join(r.Dir, f.Name))
		}
	}
	return out
}

// Day is the day on which the source said it was in this state, ISO 8601: what
// an answer said of itself, else the newest date of change that a server gave
// for the data; "" when nobody said.
func (m *Manifest) Day() string {
	if m.Observed != "" {
		return m.Observed
	}
	newest := ""
	for _, f := range m.Files {
		if t, err := http.ParseTime(f.Headers["last-modified"]); err == nil && f.Role == RoleData {
			newest = max(newest, t.UTC().Format("2006-01-02"))
		}
	}
	return newest
}

// Bytes is the size of all files.
func (m *Manifest) Bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Bytes
	}
	return n
}

func (r *run) save() error { return writeJSON(filepath.Join(r.dir, stateName), r.st) }

func (r *run) now() string { return r.f.Clock().UTC().Format("2006-01-02T15:04:05Z") }

func (r *run) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.st.Warnings, text) {
		r.st.Warnings = append(r.st.Warnings, text)
	}
}

func (r *run) say(file string, n, total int64, note string) {
	if r.f.Progress != nil {
		done := 0
		if r.st != nil {
			done = len(r.st.Files)
		}
		r.f.Progress(Progress{File: file, Bytes: n, Total: total, Files: done, Note: note})
	}
}

func (f *Fetcher) random() float64 {
	if f.Random != nil {
		return f.Random()
	}
	return rand.Float64()
}
