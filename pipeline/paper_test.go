package pipeline_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
)

// A typist reads each document as one page with its text.
type typist struct{ version string }

func (r typist) Read(ctx context.Context, in document.Input, out document.Sink) error {
	data, err := io.ReadAll(io.NewSectionReader(in, 0, in.Size))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"mimeType": "text/plain", "processingAgent": r.version} {
		if err := out.Property(name, value); err != nil {
			return err
		}
	}
	text := string(data)
	if r.version != "typist/1" {
		text = "read again\n" + text
	}
	return out.Page(document.Page{Number: 1, Text: text, Origin: document.Letters})
}

const receiptMapping = `
name: receipts
queries:
  - name: receipt
    form:
      begins: HARBOUR RECEIPT
      fields:
        Number: {label: Receipt No, required: true}
        Payer: {label: Received from, required: true}
        Ship: Ship
    entities:
      payer: {schema: LegalEntity, key_literal: "payer:", key: Payer, properties: {name: Payer}}
      payment: {schema: Payment, key_literal: "receipt:", key: Number, properties: {payer: {entity: payer}, recordId: Number, purpose: Ship}}
  - name: ships
    from: {columns: [Ship, Dues]}
    entities:
      ship: {schema: Vessel, key_literal: "ship:", key: Ship, properties: {name: Ship}}
`

func receipt(number, payer string) string {
	return "HARBOUR RECEIPT\nReceipt No: " + number + "\nReceived from: " + payer + "\n"
}

func fromDocuments(t *testing.T, h *hometest.Home, dataset string) *pipeline.Report {
	t.Helper()
	rep, err := h.Importer().Import(t.Context(), pipeline.Request{Documents: "leak", Dataset: dataset, Mapping: "receipts.yml", Text: []byte(receiptMapping)})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// Forms and tables of documents become rows whose every one is accounted for;
// what came before is passed over, until it is read otherwise or taken back.
func TestDocumentsImport(t *testing.T) {
	h := hometest.Memory(t)
	in := ingester(h, nil)
	reader := &typist{"typist/1"}
	in.Reader, in.Version = func(string) document.Reader { return *reader }, func(string) string { return reader.version }
	ingest(t, in, "leak", folder(t, map[string]string{
		"a.txt":      receipt("1", "Ada Example") + "Ship: Otter\n",
		"b/same.txt": receipt("1", "Ada Example") + "Ship: Otter\n",
		"two.txt":    receipt("2", "Bert Example") + receipt("3", "Cleo Example"),
		"torn.txt":   receipt("4", "") + "Ship: Gull\n",
		"list.txt":   "Ships\n\nShip\tDues\nHeron\t4.00\nTern\t5.00\n\nBerth\tLength\n1\t10\n2\t12\n",
		"letter.txt": "To the board",
	}))

	rep := fromDocuments(t, h, "dues")
	if p := *rep.Papers; p != (pipeline.Papers{Documents: 5, Taken: 3, Without: 1, Forms: 3, Tables: 1, Passed: 1}) {
		t.Errorf("looked through %+v", p)
	}
	for name, want := range map[string]string{"a.txt": "read 1=1+0", "two.txt": "read 2=2+0", "torn.txt": "partial 1=0+1", "list.txt": "read 2=2+0"} {
		i := slices.IndexFunc(rep.Files, func(f pipeline.FileReport) bool {
			return f.Source == name || f.Source == "b/same.txt" && name == "a.txt"
		})
		if i < 0 {
			t.Errorf("%s is not told", name)
			continue
		}
		if f := rep.Files[i]; fmt.Sprintf("%s %d=%d+%d", f.Verdict, f.Received, f.Read, f.LeftOut) != want {
			t.Errorf("%s: %s %d=%d+%d, want %s (%s)", name, f.Verdict, f.Received, f.Read, f.LeftOut, want, f.Reason)
		}
	}
	list := rep.Files[slices.IndexFunc(rep.Files, func(f pipeline.FileReport) bool { return f.Source == "list.txt" })]
	if !slices.ContainsFunc(list.Warnings, func(w ledger.Warning) bool {
		return w.Code == "tables-not-chosen" && strings.Contains(w.Message, "1 table with 2 rows")
	}) {
		t.Errorf("list.txt: nobody tells of the table that was not chosen: %v", list.Warnings)
	}
	quoted := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		run := d.Runs[len(d.Runs)-1]
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return "", err
			}
			for _, s := range stmts {
				if s.Prop == "name" && s.Value == "Cleo Example" {
					at := s.Places[0]
					return fmt.Sprintf("%s page %d, %d, %s, %v", run.Sources[at.Source].Name, at.Locator.Page, at.Locator.End-at.Locator.Start, s.Quoted(), run.Sources[at.Source].Reading != ""), nil
				}
			}
		}
		return "", nil
	})
	if want := "two.txt page 1, 12, Cleo Example, true"; quoted != want {
		t.Errorf("cited %s, want %s", quoted, want)
	}

	// Again: nothing. One more: it alone.
	if rep := fromDocuments(t, h, "dues"); rep.Papers.Before != 4 || len(rep.Runs) != 0 {
		t.Errorf("the same again: %+v, %v", rep.Papers, rep.Runs)
	}
	ingest(t, in, "leak", folder(t, map[string]string{"late.txt": receipt("9", "Dora Example")}))
	rep = fromDocuments(t, h, "dues")
	if rep.Papers.Taken != 1 || len(rep.Runs) != 1 {
		t.Errorf("one more: %+v", rep.Papers)
	}
	late := rep.Runs[0]

	// Taken back, it is there to be taken again.
	h.Undo(t, late)
	if rep := fromDocuments(t, h, "dues"); rep.Papers.Taken != 1 || rep.Papers.Before != 4 {
		t.Errorf("after it was taken back: %+v", rep.Papers)
	}

	// Read otherwise, its places are others.
	reader.version = "typist/2"
	if _, err := in.Reopen(t.Context(), "leak", pipeline.Again{Files: []string{"late.txt"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Work(t.Context(), []string{"leak"}); err != nil {
		t.Fatal(err)
	}
	if rep := fromDocuments(t, h, "dues"); rep.Papers.Taken != 1 || rep.Papers.Before != 4 {
		t.Errorf("after it was read again: %+v", rep.Papers)
	}
}

func TestDocumentsImportRefuses(t *testing.T) {
	h := hometest.Memory(t)
	im := h.Importer()
	for _, tt := range []struct {
		req  pipeline.Request
		want overt.Code
	}{
		{pipeline.Request{Documents: "nowhere", Mapping: "m.yml", Text: []byte(receiptMapping)}, overt.NotFound},
		{pipeline.Request{Documents: "leak", Format: "ftm-json"}, overt.Invalid},
		{pipeline.Request{Paths: []string{"."}, Dataset: "dues", Mapping: "m.yml", Text: []byte(receiptMapping)}, overt.Invalid},
	} {
		if _, err := im.Import(t.Context(), tt.req); overt.CodeOf(err) != tt.want {
			t.Errorf("documents of %q as %q: %v, want %s", tt.req.Documents, tt.req.Format, err, tt.want)
		}
	}
}
