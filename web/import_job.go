package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"overt"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/ledger"
	"overt/pipeline"
	"overt/statement"
	"overt/ui"
)

// A jobPage is what the templates of an import draw that was begun.
type jobPage struct {
	pipeline.Job
	papers []paper
	no     string
}

// A paper is a document that an import brought.
type paper struct {
	ID   ftm.EntityID `json:"id"`
	Name string       `json:"name"` // of its file
}

// papersShown are how many documents of an import are led to; a search finds all.
const papersShown = 10

// jobPage is the page of an import that was begun, with the first documents it brought.
func (s *Service) jobPage(v *visit, j pipeline.Job, no string) (jobPage, error) {
	p := jobPage{Job: j, no: no}
	if !j.Over() || j.Documents == nil || j.Documents.Work == nil {
		return p, nil
	}
	var err error
	p.papers, err = ask(s, v, gate.Act{Action: "import.read", Object: clip(j.ID)}, false, func(_ context.Context, d *gate.Desk) (out []paper, err error) {
		for _, r := range j.Documents.Runs {
			i := slices.IndexFunc(d.Runs, func(x statement.Run) bool { return x.ID == r.Run && x.Undone == "" })
			if i < 0 {
				continue
			}
			for _, src := range d.Runs[i].Sources {
				if len(out) < papersShown {
					out = append(out, paper{reading.DocumentID(src.Blob), src.Name})
				}
			}
		}
		return out, nil
	})
	return p, err
}

// files are those of the report, of records and documents alike.
func (p jobPage) files() (out []pipeline.FileReport) {
	if p.Report != nil {
		out = append(out, p.Report.Files...)
	}
	if d := p.Documents; d != nil {
		if d.Received != nil {
			out = append(out, d.Received.Failed...)
		}
		if d.Work != nil {
			out = append(out, d.Work.Files...)
		}
	}
	return out
}

func (p jobPage) runs() (out []pipeline.RunReport) {
	if p.Report != nil {
		out = append(out, p.Report.Runs...)
	}
	if p.Documents != nil && p.Documents.Work != nil {
		out = append(out, p.Documents.Work.Runs...)
	}
	return out
}

// leftOut is how many files, rows and values did not come in.
func (p jobPage) leftOut() (n int64) {
	for _, f := range p.files() {
		said := int64(0)
		for _, r := range f.Reasons {
			said += r.Rows
		}
		n += max(f.LeftOut, said)
		if f.Verdict == ledger.Failed || f.Verdict == ledger.Refused {
			n++
		}
	}
	return n
}

// doJob does what a form of an import asks for that was begun, or is not wanted.
func (s *Service) doJob(v *visit, j pipeline.Job, deed string) (response, error) {
	to := importPath(j.ID)
	act := gate.Act{Action: "import." + deed, Object: clip(j.ID)}
	var do func(context.Context) error
	switch deed {
	case "cancel":
		do = func(context.Context) error { _, err := s.cfg.Jobs.Cancel(v.visit(), j.ID); return err }
	case "drop":
		to, do = "/import", func(context.Context) error { return s.cfg.Jobs.Drop(v.visit(), j.ID) }
	case "retry":
		do = func(context.Context) error { _, err := s.cfg.Jobs.Begin(v.visit(), j.ID, j.Order); return err }
	case "again":
		do = func(context.Context) error { return s.cfg.Jobs.Again(v.visit(), j.ID) }
	case "undo":
		return s.undoRun(v, j)
	default:
		return s.nothing(v)
	}
	pass, err := s.open(v)
	if err == nil {
		err = pass.Do(v.Context(), act, func(ctx context.Context, _ *gate.Bench) (int64, string, error) { return 1, "", do(ctx) })
	}
	if overt.CodeOf(err) == overt.Conflict {
		return s.importScreen(v, nil, err.Error())
	}
	if err != nil {
		return response{}, err
	}
	return seeOther(to)
}

// undoRun takes back a run of the import, and no other.
func (s *Service) undoRun(v *visit, j pipeline.Job) (response, error) {
	n, _ := strconv.ParseUint(v.PostFormValue("run"), 10, 32)
	for _, r := range (jobPage{Job: j}).runs() {
		if uint64(r.Run) != n {
			continue
		}
		pass, err := s.open(v)
		if err == nil {
			err = pass.Undo(v.Context(), r.Run)
		}
		if c := overt.CodeOf(err); c == overt.Conflict || c == overt.Denied {
			return s.importScreen(v, nil, err.Error())
		}
		if err != nil {
			return response{}, err
		}
		return seeOther(sourcePath(r.Dataset))
	}
	return response{}, overt.Errorf(overt.NotFound, "", "the import has no such run")
}

// importEvents tells how far an import is, at each change until it has ended: each event
// is what the page shows of it.
func (s *Service) importEvents(v *visit) (response, error) {
	if s.cfg.Jobs == nil {
		return s.nothing(v)
	}
	id := v.PathValue("import")
	if _, err := s.job(v, "import.follow", id); err != nil {
		return response{}, err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(v.w)
	for {
		j, changed, err := s.cfg.Jobs.Find(v.visit(), id)
		if err != nil {
			return response{done: true}, nil // it was dropped
		}
		var b bytes.Buffer
		p, err := s.jobPage(v, j, "")
		if err == nil {
			err = jobState(p).Render(ui.With(v.Context(), s.frame(v)), &b)
		}
		if err != nil {
			return response{done: true}, err
		}
		_ = out.SetWriteDeadline(time.Now().Add(silent))
		name := map[bool]string{false: "state", true: "over"}[j.Over()]
		_, err = fmt.Fprintf(v.w, "event: %s\ndata: %s\n\n", name, strings.ReplaceAll(b.String(), "\n", "\ndata: "))
		if err != nil || out.Flush() != nil || j.Over() || !s.wait(v, changed) {
			return response{done: true}, nil
		}
	}
}

// wait waits for a change, and says now and then that it still does.
func (s *Service) wait(v *visit, changed <-chan struct{}) bool {
	select {
	case <-time.After(often):
	case <-v.Context().Done():
		return false
	}
	for {
		select {
		case <-changed:
			return true
		case <-v.Context().Done():
			return false
		case <-time.After(beat):
			out := http.NewResponseController(v.w)
			_ = out.SetWriteDeadline(time.Now().Add(silent))
			if _, ok := s.sessions.find(s.word(v.Request)); !ok {
				return false
			}
			if _, err := fmt.Fprint(v.w, ": still there\n\n"); err != nil || out.Flush() != nil {
				return false
			}
		}
	}
}

// failureList is what of an import did not come in.
type failureList struct {
	Files []pipeline.FileReport `json:"files"`
	Left  [][]ledger.Left       `json:"left"` // by file
}

// Records counts what the answer releases.
func (l *failureList) Records() int { return len(l.Files) }

// saveFailures gives what did not come in as a file, with place and reason. Values of
// rows are not in it.
func (s *Service) saveFailures(v *visit) (response, error) {
	if s.cfg.Jobs == nil {
		return s.nothing(v)
	}
	j, err := s.job(v, "import.read", v.PathValue("import"))
	if err != nil {
		return response{}, err
	}
	l, err := ask(s, v, gate.Act{Action: "import.failures", Object: clip(j.ID)}, false, func(ctx context.Context, d *gate.Desk) (*failureList, error) {
		l := &failureList{}
		for _, f := range (jobPage{Job: j}).files() {
			left, err := d.Ledger.LeftRows(ctx, d.Scope, f.Entry, ledger.MaxLeft, 0)
			if err != nil && overt.CodeOf(err) != overt.NotFound {
				return nil, err
			}
			l.Files, l.Left = append(l.Files, f), append(l.Left, left)
		}
		return l, nil
	})
	if err != nil {
		return response{}, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"file", "verdict", "place", "column", "reason", "nothing_kept"}) // into memory: Flush tells
	for i, f := range l.Files {
		if f.Verdict == ledger.Failed || f.Verdict == ledger.Refused {
			_ = w.Write([]string{harmless(f.Source), string(f.Verdict), "", "", harmless(f.Reason), "true"})
		}
		for _, x := range l.Left[i] {
			_ = w.Write([]string{harmless(f.Source), string(f.Verdict), harmless(x.Where.String()), harmless(x.Column), harmless(x.Reason), strconv.FormatBool(x.Fatal)})
		}
	}
	if w.Flush(); w.Error() != nil {
		return response{}, w.Error()
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="failures.csv"`)
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = v.w.Write(b.Bytes()) // who asked has gone
	return response{done: true}, nil
}
