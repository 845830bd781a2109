package pipeline_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/gate"
	"overt/identity"
	"overt/pipeline"
)

// An import that the service's end cuts off is there afterwards with its files, and is
// begun again; what nobody began is removed, by the service's end and by its age.
func TestJobsKept(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	owner := gate.Visit{Actor: identity.Actor{ID: "local:anna"}, Purpose: "investigation"}
	folder := t.TempDir()
	begun := make(chan struct{}, 1)
	cfg := pipeline.JobsConfig{Clock: func() time.Time { return now }, Folder: folder, Import: func(ctx context.Context, _ gate.Visit, _ pipeline.Request, _ pipeline.Progress) (*pipeline.Report, error) {
		begun <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	open := func() *pipeline.Jobs {
		t.Helper()
		jobs, err := pipeline.NewJobs(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = jobs.Close() })
		return jobs
	}
	receive := func(jobs *pipeline.Jobs) pipeline.Job {
		t.Helper()
		up, err := jobs.NewUpload()
		if err != nil {
			t.Fatal(err)
		}
		if err := up.Add(`..\a.csv`, strings.NewReader("id,name\n")); err != nil {
			t.Fatal(err)
		}
		j, err := jobs.Receive(owner, up)
		if err != nil || j.State != pipeline.JobReceived || j.Files[0] != "a.csv" {
			t.Fatalf("%+v %v", j, err)
		}
		return j
	}
	jobs := open()
	j := receive(jobs)
	receive(jobs) // and never begun
	order := pipeline.Order{Dataset: "d", Records: &pipeline.Request{Dataset: "d", Paths: []string{j.Path("a.csv")}}}
	if _, err := jobs.Begin(owner, j.ID, order); err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := jobs.Drop(owner, j.ID); overt.CodeOf(err) != overt.Conflict {
		t.Errorf("dropped under way: %v", err)
	}
	if err := jobs.Close(); err != nil {
		t.Fatal(err)
	}
	cfg.Import = func(_ context.Context, v gate.Visit, req pipeline.Request, _ pipeline.Progress) (*pipeline.Report, error) {
		if v.Actor.ID != owner.Actor.ID || req.Dataset != "d" {
			t.Errorf("it is begun again as %+v by %+v", req, v)
		}
		_, err := os.Stat(req.Paths[0])
		return &pipeline.Report{}, err
	}
	jobs = open()
	list := jobs.Of(owner)
	if len(list) != 1 || list[0].ID != j.ID || list[0].State != pipeline.JobFailed || !strings.Contains(list[0].Err.Error(), "begin it again") {
		t.Fatalf("after the service's end: %+v", list)
	}
	if _, err := jobs.Begin(gate.Visit{Actor: identity.Actor{ID: "local:ben"}, Purpose: owner.Purpose}, j.ID, order); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("begun by another: %v", err)
	}
	if _, err := jobs.Begin(owner, j.ID, list[0].Order); err != nil {
		t.Fatal(err)
	}
	for {
		told, changed, err := jobs.Find(owner, j.ID)
		if err != nil {
			t.Fatal(err)
		}
		if told.Over() {
			if told.State != pipeline.JobDone || told.Folder != "" {
				t.Errorf("it ended as %+v", told)
			}
			break
		}
		<-changed
	}
	left := receive(jobs)
	now = now.Add(25 * time.Hour)
	for _, told := range jobs.Of(owner) {
		if told.ID == left.ID {
			t.Error("files that nobody began to import are kept for ever")
		}
	}
	if list, err := os.ReadDir(folder); err != nil || len(list) != 0 {
		t.Errorf("left in the folder: %v %v", list, err)
	}
}
