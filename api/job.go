package api

import (
	"time"

	"overt/pipeline"
)

// A Job is an import under way, or one that has ended. What it kept stands in the
// runs, however it ended.
type Job struct {
	ID         string             `json:"id"`
	State      string             `json:"state"` // waiting, running, done, failed or cancelled
	Dataset    string             `json:"dataset,omitempty"`
	Files      []string           `json:"files"` // as they were received
	Begun      string             `json:"begun"` // RFC 3339
	Ended      string             `json:"ended,omitempty"`
	File       string             `json:"file,omitempty"`       // that is being read
	Rows       int64              `json:"rows,omitempty"`       // of it; of documents: pages of all
	Statements int64              `json:"statements,omitempty"` // of it
	Report     *pipeline.Report   `json:"report,omitempty"`     // what became of each file
	Documents  *pipeline.Ingested `json:"documents,omitempty"`  // what became of documents
	Problem    *Problem           `json:"problem,omitempty"`    // why it failed
}

// jobOf tells a program of an import.
func jobOf(j pipeline.Job) Job {
	out := Job{
		ID: j.ID, State: j.State, Dataset: j.Dataset, Files: j.Files, Begun: j.Begun.Format(time.RFC3339),
		File: j.File, Rows: j.Rows, Statements: j.Statements, Report: j.Report, Documents: j.Documents,
	}
	if j.Over() {
		out.Ended = j.Ended.Format(time.RFC3339)
	}
	if j.Err != nil {
		p := problemOf(j.Err)
		out.Problem = &p
	}
	return out
}
