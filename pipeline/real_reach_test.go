package pipeline_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/answer"
	"overt/gate"
	"overt/graph"
	"overt/internal/demo"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/pipeline"
)

// zoneTable writes the name server records of the .gov zone as the table that a
// zone file is read as.
func zoneTable(t *testing.T) string {
	t.Helper()
	f, err := os.Open(sharedtest.Path(t, "federal-systems", "dotgov", "gov.txt.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "gov-zone.csv")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(out)
	_ = w.Write([]string{"owner", "ttl", "class", "type", "rdata", "target", "address", "preference"})
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 5 && f[3] == "NS" && !strings.HasPrefix(line, ";") {
			_ = w.Write([]string{strings.ToLower(strings.TrimSuffix(f[0], ".")), f[1], f[2], f[3], f[4], strings.ToLower(strings.TrimSuffix(f[4], ".")), "", ""})
		}
	}
	w.Flush()
	if err := out.Close(); err != nil || w.Error() != nil {
		t.Fatal(err, w.Error())
	}
	return path
}

func reach(t *testing.T, h *hometest.Home, words string) *answer.Reach {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Reach, error) {
		return answer.FindReach(ctx, d, words, "both", answer.TraceOptions{Hops: 6, Edges: 3})
	})
}

func sought(r *answer.Reach, kind string) string {
	for _, s := range r.Sought {
		if s.Kind == kind {
			return s.State
		}
	}
	return "no such kind"
}

// importDemo takes the example in, as the demo verb does.
func importDemo(t *testing.T, h *hometest.Home) {
	t.Helper()
	req := pipeline.Request{Dataset: demo.Dataset, Mapping: demo.Mapping}
	names, err := fs.Glob(demo.Files(), "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(demo.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		if name == demo.Mapping {
			req.Text = text
		} else {
			req.Files = append(req.Files, pipeline.Embedded{Name: name, Data: text})
		}
	}
	h.Import(t, req)
}

// TestRealReach: the reach of ICM and FALCON over the example, the notices and
// the .gov registry.
func TestRealReach(t *testing.T) {
	h, _ := home(t, sharedtest.Path(t, "federal-systems", "federal-register-sorn"))
	importDemo(t, h)

	falcon := reach(t, h, "FALCON-SA")
	var notices, successions []string
	for _, n := range falcon.Notices {
		notices = append(notices, strings.TrimSpace(n.Date+" "+n.Caption+" "+n.Action))
		if len(n.Citations) == 0 {
			t.Errorf("%s is not cited", n.Caption)
		}
	}
	for _, s := range falcon.Successions {
		successions = append(successions, fmt.Sprintf("%s %s → %s", s.Date, s.Predecessor.Caption, s.Successor.Caption))
		if len(s.Citations) == 0 || !strings.Contains(s.Sentence, "has consolidated both") {
			t.Errorf("a succession lacks its sentence: %+v", s)
		}
	}
	slices.Sort(successions)
	want(t, "notices", strings.Join(notices, "; "), "2012-02-01 pia-ice-032; 2017-05-04 sorn-ice-016; 2021-03-22 sorn-ice-018; 2022-02-04 Federal Register 2022-02323 rescinded")
	want(t, "successions", strings.Join(successions, "; "), "2022-02-04 DHS/ICE-005 Trade Transparency and Research → DHS/ICE-018 Analytical Records; "+
		"2022-02-04 DHS/ICE-016 FALCON Search and Analysis → DHS/ICE-018 Analytical Records")

	icm := reach(t, h, "ICM")
	holders := map[string]bool{}
	for _, x := range icm.Holders {
		holders[x.Direction+" "+x.Caption] = true
		for _, e := range x.Chain.Edges {
			if len(e.Citations) == 0 || e.Basis == "" {
				t.Errorf("%s: a link of kind %s without citation or basis", x.Caption, e.Schema)
			}
		}
	}
	for _, x := range []string{"from TECS", "from Student and Exchange Visitor Information System", "to Palantir Technologies Inc.", "to AWS GovCloud"} {
		if !holders[x] {
			t.Errorf("ICM: no %s among %v", x, holders)
		}
	}
	want(t, "hosting of ICM", sought(icm, "hosting"), answer.SoughtFound)
	want(t, "marketplace for ICM", sought(icm, "data flows"), answer.SoughtFound)
	want(t, "inventories, none here", sought(icm, "inventories of AI"), answer.NotSought)
	want(t, "name servers, none here", sought(icm, "name servers"), answer.NotSought)
	want(t, "notices of EBAR", sought(reach(t, h, "DHS/ALL-043"), "notices"), answer.SoughtFound)
	want(t, "hosting of EBAR", sought(reach(t, h, "DHS/ALL-043"), "hosting"), answer.SoughtNot)

	gsa := reach(t, h, "GSA/OGP-1")
	if len(gsa.Unnamed) != 8 {
		t.Errorf("%d routine uses name no one, want 8 of 11", len(gsa.Unnamed))
	}
	for _, u := range gsa.Unnamed {
		if u.Text == "" || len(u.Citations) == 0 {
			t.Errorf("a routine use lacks text or citation: %+v", u)
		}
	}
}

// TestRealNameService: name service is told from hosting, 1,009 domains have
// theirs from Amazon.
func TestRealNameService(t *testing.T) {
	h, _ := home(t, sharedtest.Path(t, "federal-systems", "dotgov", "current-federal.csv"), zoneTable(t))
	importDemo(t, h)
	want(t, "domains of AWS", hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		f, err := answer.Find(ctx, d, "Amazon Web Services")
		if err != nil {
			return "", err
		}
		seen := map[string]bool{}
		filter := graph.Everything
		filter.Kinds, filter.Dir = graph.KindSet("NameService"), graph.Backward
		for e := range d.Graph.Edges(f.Node(d.Graph)[0], filter) {
			seen[string(e.Source)] = true
		}
		return fmt.Sprint(len(seen)), nil
	}), "1009")
	icm := reach(t, h, "ICM")
	var served []string
	for _, s := range icm.NameService {
		served = append(served, s.Domain.Caption+" "+s.Provider.Caption+" "+s.Basis)
	}
	if !slices.Contains(served, "ice.gov Cloudflare, Inc. NS record") {
		t.Errorf("name service: %v", served)
	}
	for _, x := range icm.Holders {
		if strings.Contains(x.Caption, "Cloudflare") {
			t.Error("who answers for a domain is taken for one who holds data")
		}
	}
	tecs := reach(t, h, "TECS")
	if !slices.ContainsFunc(tecs.NameService, func(s answer.Serving) bool {
		return s.Domain.Caption == "cbp.gov" && s.Provider.Caption == "Akamai Technologies, Inc."
	}) {
		t.Errorf("cbp.gov is not served by Akamai: %+v", tecs.NameService)
	}
}
