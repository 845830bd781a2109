package pipeline_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"overt/answer"
	"overt/gate"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
)

// TestRealDiff tells from snapshot to snapshot what came and went, and that
// the counts agree with what each snapshot holds.
func TestRealDiff(t *testing.T) {
	dir := sharedtest.Path(t, "fedramp")
	var paths []string
	for _, s := range snapshots {
		paths = append(paths, filepath.Join(dir, "data."+s.day+".json.gz"))
	}
	h, rep := home(t, paths...)
	products := []int{len(listedProducts(t, paths[0]))}
	for i := 1; i < len(paths); i++ {
		o := answer.DiffOptions{From: rep.Runs[i-1].Run, To: rep.Runs[i].Run, Schema: "CloudProduct", Limit: -1}
		got := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Diff, error) {
			return answer.FindDiff(ctx, d, rep.Runs[0].Dataset, o)
		})
		older, newer := listedProducts(t, paths[i-1]), listedProducts(t, paths[i])
		products = append(products, len(newer))
		var came, went []string
		for _, e := range got.Entities {
			switch e.Change {
			case answer.New, answer.Back:
				came = append(came, string(e.ID))
			case answer.Gone:
				went = append(went, string(e.ID))
			}
			for _, v := range e.Values {
				if run := map[string]answer.DiffRun{"from": got.From, "to": got.To}[v.In]; v.Citation.Run != run.Run || v.Citation.Source != run.Source {
					t.Fatalf("%s %s is cited in run %d", e.ID, v.Prop, v.Citation.Run)
				}
			}
		}
		slices.Sort(came)
		slices.Sort(went)
		want(t, "came", fmt.Sprint(came), fmt.Sprint(missingFrom(newer, older)))
		want(t, "went", fmt.Sprint(went), fmt.Sprint(missingFrom(older, newer)))
		n := got.Counts
		want(t, "the older snapshot", fmt.Sprint(n.Same+n.Changed+n.Gone, got.From.Entities), fmt.Sprint(len(older), len(older)))
		want(t, "the newer snapshot", fmt.Sprint(n.Same+n.Changed+n.New+n.Back, got.To.Entities), fmt.Sprint(len(newer), len(newer)))
	}
	t.Logf("products: %v", products)
}

// listedProducts reads, without the program, every product that a snapshot
// names: in its list, in the lists of what runs on what, and in those of who
// authorized or reused it.
func listedProducts(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	must(t, err)
	type named struct {
		ID     any    `json:"id"`
		Agency string `json:"agency_id"`
	}
	var doc struct {
		Data struct {
			Products []struct {
				named
				Leveraged []any `json:"leveraged_systems"`
			}
			Agencies                 []struct{ Auths, Reuses []named }
			AtoMapping, ReuseMapping []named
		} `json:"data"`
	}
	must(t, json.NewDecoder(z).Decode(&doc))
	var out []string
	add := func(id any) {
		if n, ok := id.(float64); ok {
			id = strconv.FormatFloat(n, 'f', -1, 64)
		}
		if s, _ := id.(string); strings.TrimSpace(s) != "" {
			out = append(out, "fedramp-"+strings.TrimSpace(s))
		}
	}
	for _, p := range doc.Data.Products {
		add(p.ID)
		for _, l := range p.Leveraged {
			if m, ok := l.(map[string]any); ok {
				l = m["id"]
			}
			add(l)
		}
	}
	for _, a := range doc.Data.Agencies {
		for _, n := range slices.Concat(a.Auths, a.Reuses) {
			add(n.ID)
		}
	}
	for _, n := range slices.Concat(doc.Data.AtoMapping, doc.Data.ReuseMapping) {
		if n.Agency != "" {
			add(n.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// missingFrom gives what a has and b has not.
func missingFrom(a, b []string) []string {
	var out []string
	for _, id := range a {
		if !slices.Contains(b, id) {
			out = append(out, id)
		}
	}
	return out
}
