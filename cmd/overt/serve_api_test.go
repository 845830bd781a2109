package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"overt/client"
)

// serveAPI starts the service over a home, and gives a client and what ends it.
func serveAPI(t *testing.T, home string) (*client.Client, func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var errs growing
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"--home", home, "serve", "--only", "api", "--listen", "127.0.0.1:0"}, streams{strings.NewReader(""), io.Discard, &errs})
	}()
	at := regexp.MustCompile(`answering at (http://\S+)/api/v1;`)
	for range 600 {
		if found := at.FindStringSubmatch(errs.String()); found != nil {
			return &client.Client{Base: found[1]}, func() {
				stop()
				if code := <-done; code != exitOK {
					t.Errorf("it ended with %d: %s", code, errs.String())
				}
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it does not answer: %s", errs.String())
	return nil, stop
}

// sent takes files in and gives the import as it ended.
func sent(t *testing.T, c *client.Client, im client.Import) (last *client.Job) {
	t.Helper()
	begun, err := c.Begin(t.Context(), im, "")
	if err != nil {
		t.Fatal(err)
	}
	for j, err := range c.Follow(t.Context(), begun.ID) {
		if err != nil {
			t.Fatal(err)
		}
		last = j
	}
	if last.State != "done" {
		t.Fatalf("the import ended as %+v", last)
	}
	return last
}

// TestServeAPI: tables and documents are sent to a service, read by confined workers,
// found, cited and exported; a list that was begun goes on after a restart.
func TestServeAPI(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	c, end := serveAPI(t, home)
	ctx := t.Context()
	mapping := "name: council\nqueries:\n  - entities:\n      company:\n        schema: Company\n        keys: [id]\n        properties:\n          name: {column: name}\n"
	table := "id,name\n1,Northmoor Bleaching Ltd\n2,Northmoor Dyeing Ltd\n3,Northmoor Weaving Ltd\n"
	job := sent(t, c, client.Import{Dataset: "council", Observed: "2024-05-01", Extent: "full", Mapping: strings.NewReader(mapping), Files: []client.File{{Name: "council.csv", Data: strings.NewReader(table)}}})
	if f := job.Report.Files[0]; f.Verdict != "read" || f.Read != 3 || job.Report.Runs[0].Entities != 3 {
		t.Fatalf("the table: %+v", f)
	}
	sent(t, c, client.Import{Dataset: "leak", Documents: true, Files: []client.File{{Name: "terms.txt", Data: strings.NewReader("The ferry sails at seven, as Northmoor Dyeing Ltd has it.")}}})
	p, err := c.Show(ctx, "Northmoor Dyeing Ltd", 1, client.When{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range p.Values {
		if v.Prop != "name" {
			continue
		}
		if cell, err := c.Cell(ctx, v.Citations[0]); err != nil || cell.Quote != "Northmoor Dyeing Ltd" || v.Citations[0].Locator.Row != 3 {
			t.Errorf("the cell has %+v %v", cell, err)
		}
	}
	passages, err := c.Search(ctx, client.Query{Text: "ferry", In: "passage"}, "")
	if err != nil || len(passages.Hits) != 1 {
		t.Fatalf("%+v %v", passages, err)
	}
	if again, err := c.Open(ctx, passages.Hits[0].Cite); err != nil || again.State != "same" || again.Quote != "ferry" {
		t.Errorf("the passage is %+v %v", again, err)
	}
	var out bytes.Buffer
	if err := c.Export(ctx, &out, "ftm", client.Choice{Datasets: []string{"council"}}); err != nil || strings.Count(out.String(), "\n") != 3 {
		t.Errorf("%v %s", err, &out)
	}
	q := client.Query{Text: "northmoor", In: "entity", Limit: 1}
	part, err := c.Search(ctx, q, "")
	if err != nil || part.Next == "" {
		t.Fatal(part, err)
	}
	end()
	c, end = serveAPI(t, home)
	defer end()
	next, err := c.Search(ctx, q, part.Next)
	if err != nil || len(next.Hits) != 1 || next.Hits[0].ID == part.Hits[0].ID {
		t.Errorf("behind the cursor of before: %+v %v", next, err)
	}
	resp, err := http.Post(c.Base+"/api/2/collections/leak/_bulk", "application/json", strings.NewReader(`[{"id":"b-1","schema":"Person","properties":{"name":["Ada Bulk"]}}]`))
	if err != nil {
		t.Fatal(err)
	}
	var bulk struct{ Runs []int }
	if err := json.NewDecoder(resp.Body).Decode(&bulk); err != nil || resp.Body.Close() != nil || len(bulk.Runs) != 1 {
		t.Errorf("%d %+v %v", resp.StatusCode, bulk, err)
	}
	if _, err := c.Show(ctx, "b-1", 1, client.When{}); err != nil {
		t.Error(err)
	}
}
