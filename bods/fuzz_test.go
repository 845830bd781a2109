package bods_test

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"overt/bods"
	"overt/extract"
	"overt/extract/tree"
)

// FuzzRead: whatever a file holds, reading ends without a panic, and what is
// kept of a statement is JSON.
func FuzzRead(f *testing.F) {
	f.Add(`[{"statementId":"s","statementDate":"2020","recordId":"e","recordType":"entity","recordStatus":"new","recordDetails":{"entityType":{"type":"registeredEntity"},"name":"A","jurisdiction":{"code":"US-DE"}}}]`)
	f.Add(`[{"statementId":"s","recordId":"r","recordType":"relationship","recordStatus":"updated","recordDetails":{"subject":"e","interestedParty":{"reason":"unknown"},"interests":[{"type":"shareholding","share":{"minimum":1}},null]}}]`)
	f.Add(`[{"statementID":"s","statementType":"ownershipOrControlStatement","replacesStatements":["s"],"subject":{"describedByEntityStatement":"e"},"interestedParty":{"unspecified":{"reason":"x"}},"interests":[null,{"type":"voting-rights-","interestLevel":1}]}]`)
	f.Add(`[{"statementID":"s","statementType":"entityStatement","entityType":"x","entitySubtype":{"generalCategory":"a-b"},"addresses":[null,{"country":"IE"}],"publicationDetails":null}]`)
	f.Fuzz(func(t *testing.T, doc string) {
		src := extract.Source{Name: "x", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(doc)), nil }}
		r, err := tree.Open(context.Background(), src, tree.Options{Format: extract.JSON})
		if err != nil {
			return
		}
		h := &bods.History{}
		for rec, err := range r.Records(context.Background(), "") {
			if err == nil {
				h.See(rec)
			}
		}
		for rec, err := range r.Records(context.Background(), "") {
			if err != nil {
				continue
			}
			entities, _, reason := h.Read(rec)
			if reason == "" && len(entities) == 0 {
				t.Error("neither entities nor a reason")
			}
			for _, e := range entities {
				for _, v := range e.Values {
					if v.Prop == bods.Statement && !json.Valid([]byte(v.Text)) {
						t.Errorf("kept %q", v.Text)
					}
				}
			}
		}
	})
}
