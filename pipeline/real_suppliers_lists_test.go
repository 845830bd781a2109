package pipeline_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"overt/gate"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/screen"
)

// judged says of each hit of a supplier whether it is right, and why.
var judged = map[string]string{}

// screened asks the lists for the suppliers, and for ten thousand made up persons.
func screened(t *testing.T, h *hometest.Home, all []*supplier, b *strings.Builder) {
	t.Helper()
	pass, err := h.Gate.Open(t.Context(), gate.Visit{Actor: h.Actor})
	if err != nil {
		t.Fatal(err)
	}
	_, err = gate.Ask(t.Context(), pass, gate.Act{Action: "entity.compare"}, true, func(ctx context.Context, d *gate.Desk) (int, error) {
		x, err := screen.Build(ctx, d.View, nil)
		if err != nil {
			return 0, err
		}
		fmt.Fprintf(b, "\n## Against the lists\n\nThe suppliers against the %d entities of OFAC (April 2021) and the EU: hits from the score %.1f.\n\n| supplier | listed | score | because | judged by us |\n|---|---|--:|---|---|\n", x.Len(), screen.DefaultThreshold)
		hits := 0
		for _, s := range all {
			q := screen.Query{Schema: "Organization", Properties: map[string][]string{"name": s.names}}
			answered, err := x.Answer(ctx, d.View, []screen.Query{q}, screen.Options{})
			if err != nil {
				return 0, err
			}
			for _, r := range answered[0].Results {
				if !r.Match {
					continue
				}
				hits++
				why := judged[s.String()+" | "+r.Entity.Caption]
				if why == "" {
					t.Errorf("%s hits %s: nobody has judged it", s, r.Entity.Caption)
				}
				fmt.Fprintf(b, "| %s | %s | %.2f | %s | %s |\n", s, r.Entity.Caption, r.Score, r.Features[0].Detail, why)
			}
		}
		fmt.Fprintf(b, "\n%d suppliers, %d hits.\n", len(all), hits)
		names := strangers(t, 10_000)
		start, alarms := time.Now(), 0
		for _, n := range names {
			answered, err := x.Answer(ctx, d.View, []screen.Query{{Schema: "Person", Properties: map[string][]string{"name": {n}}}}, screen.Options{})
			if err != nil {
				return 0, err
			}
			if len(answered[0].Results) > 0 && answered[0].Results[0].Match {
				alarms++
			}
		}
		took := time.Since(start)
		t.Logf("%d names in %v, %d alarms", len(names), took, alarms)
		fmt.Fprintf(b, "\n%d made up persons of the United States against the same lists: %d alarms.\nIt took %.0f s, one after the other on a machine with other work.\n", len(names), alarms, took.Seconds())
		return 1, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// strangers are names of persons who are on no list.
func strangers(t *testing.T, most int) []string {
	t.Helper()
	f, err := os.Open(sharedtest.Path(t, "name-matching", "yente-candidate-generation", "negatives_us.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows := csv.NewReader(z)
	header, err := rows.Read()
	if err != nil {
		t.Fatal(err)
	}
	at := max(0, slices.Index(header, "full_name"))
	var out []string
	for len(out) < most {
		row, err := rows.Read()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, row[at])
	}
	return out
}
