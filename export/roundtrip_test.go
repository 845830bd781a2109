package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/export"
	"overt/extract/sheet"
	"overt/ftm"
	"overt/graph"
	"overt/internal/archive"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"

	"github.com/google/go-cmp/cmp"
)

// TestEntityRoundTrip: what is read back is written the same again.
func TestEntityRoundTrip(t *testing.T) {
	h := fill(t, town())
	for _, opts := range []export.Options{{}, {Raw: true}} {
		file, n := h.write(t, export.FTM, opts, open...)
		var again bytes.Buffer
		w := ftm.NewEntityWriter(&again)
		ids := map[ftm.EntityID]bool{}
		for l, err := range ftm.ReadEntities(strings.NewReader(file)) {
			if err != nil {
				t.Fatal(err)
			}
			ids[l.Entity.ID] = true
			if err := w.Write(l.Entity); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if again.String() != file || int64(len(ids)) != n.Entities {
			t.Errorf("raw %v: %d entities read of %d; differs:\n%s", opts.Raw, len(ids), n.Entities, cmp.Diff(file, again.String()))
		}
	}
}

// TestStatementRoundTrip: rows that came from a statement file leave as they
// came, hostile texts, own ids and judgements included.
func TestStatementRoundTrip(t *testing.T) {
	row := func(canonical, id, prop, value string) ftm.Statement {
		s := ftm.Statement{
			EntityID: ftm.EntityID(id), CanonicalID: ftm.EntityID(canonical), Prop: prop, Schema: "Person", Value: value, Dataset: "registry",
			FirstSeen: "2020-01-02", LastSeen: "2021-03-04T05:06:07",
		}
		s.PropType = map[string]string{"id": "id", "name": "name", "notes": "text", "country": "country"}[prop]
		s.ID = s.MakeID()
		return s
	}
	want := []ftm.Statement{
		row("NK-1", "a", "id", "a"), row("NK-1", "a", "name", "=1+1\r\n\"x\",\u202e\x01"), row("NK-1", "a", "notes", " padded "),
		row("b", "b", "country", "de"), row("b", "b", "id", "b"),
	}
	want[1].ID, want[1].Lang, want[1].OriginalValue, want[1].Origin = "own-id", "eng", "orig\nline", "model"
	want[3].External = true
	want[3].ID = want[3].MakeID()
	var says []statement.Statement
	for _, r := range want {
		s := statement.Statement{
			Entity: r.EntityID, Schema: r.Schema, Prop: r.Prop, Value: r.Value, Original: r.OriginalValue, Lang: r.Lang, Origin: r.Origin,
			External: r.External, FirstSeen: r.FirstSeen, LastSeen: r.LastSeen, SourceID: r.ID,
		}
		if r.CanonicalID != r.EntityID {
			s.Canonical = r.CanonicalID
		}
		says = append(says, s)
	}
	// The second run says the same again, and must not make other rows.
	h := fill(t, []batch{{"registry", "2024-01-01", says}, {"registry", "2025-01-01", says}})
	file, _ := h.write(t, export.Statements, export.Options{}, "registry")
	if diff := cmp.Diff(want, readStatements(t, file)); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
}

func readStatements(t *testing.T, file string) (out []ftm.Statement) {
	t.Helper()
	for r, err := range ftm.ReadStatements(strings.NewReader(file)) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r.Statement)
	}
	return out
}

// TestCanonicalOfMerged: what we merged is one entity in the file, under the
// name its sources gave it.
func TestCanonicalOfMerged(t *testing.T) {
	a := say("a", "Company", "leiCode", lei)
	a.Canonical = "NK-7"
	h := fill(t, []batch{{"registry", "2024-01-01", []statement.Statement{a}}, {"ledger", "2024-01-01", []statement.Statement{say("b", "Company", "leiCode", lei)}}})
	for want, opts := range map[string]export.Options{"NK-7 NK-7": {}, "NK-7 b": {Raw: true}, "b": {Datasets: []string{"ledger"}}} {
		if opts.Datasets != nil {
			want = "a" // of the whole view, so that files of one home fit together
		}
		file, _ := h.write(t, export.Statements, opts, open...)
		var got []string
		for _, s := range readStatements(t, file) {
			got = append(got, string(s.CanonicalID))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%+v: canonical ids %q, want %q", opts, got, want)
		}
	}
}

// TestPassages: each row of the side table belongs to a row of the statement
// file, and cites what the view cites.
func TestPassages(t *testing.T) {
	says := []statement.Statement{say("a", "Person", "name", "Ann")}
	says[0].Original = "ANN "
	h := fill(t, []batch{{"registry", "2024-01-01", says}, {"registry", "2025-01-01", says}})
	file, _ := h.write(t, export.Statements, export.Options{}, "registry")
	id := readStatements(t, file)[0].ID
	v := h.view(t, "registry")
	var out bytes.Buffer
	n, err := export.Passages(t.Context(), &out, v, h.graph.View(v.Sight()), export.Options{})
	if err != nil || n != 4 {
		t.Fatalf("%d rows, %v", n, err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var want [][]string
	for _, place := range [][2]string{{"1", "2"}, {"1", "100"}, {"2", "2"}, {"2", "100"}} {
		want = append(want, []string{id, place[0], "registry.csv", "00ff", "", place[1], "name", "", "", "", "", "ANN "})
	}
	if diff := cmp.Diff(want, rows[1:]); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
}

// TestWorkbook reads the file back by our own reader of workbooks.
func TestWorkbook(t *testing.T) {
	h := fill(t, town())
	file, _ := h.write(t, export.XLSX, export.Options{Now: "2026-01-02"}, open...)
	spool := &archive.Spool{ReaderAt: strings.NewReader(file), Size: int64(len(file))}
	sheets, err := sheet.Open(t.Context(), "out.xlsx", spool, sheet.Options{HeaderRow: 1})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]map[string]string{}
	var order []string
	for _, s := range sheets {
		name := s.Info().Table
		order = append(order, name)
		for rec, err := range s.Records(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			row := map[string]string{}
			for _, c := range rec.Columns() {
				for _, v := range rec.Cells(c) {
					if v.Text != "" {
						row[c] = v.Text
					}
				}
			}
			got[name] = append(got[name], row)
		}
	}
	wantOrder := []string{"About", "Sources", "Company", "Contract", "Family", "Obligation", "Ownership", "Person", "PublicBody"}
	if diff := cmp.Diff(wantOrder, order); diff != "" {
		t.Errorf("sheets differ (-want +got):\n%s", diff)
	}
	want := []map[string]string{{
		"id": "reg-acme", "caption": "ACME LANTERNS", "schema": "Company", "datasets": "ledger; registry", "first_seen": "2024-01-01",
		"last_seen": "2025-03-01", "name": "ACME LANTERNS; Acme <Lanterns> & \"Sons\"", "leiCode": lei, "phone": "+4930123456", "incorporationDate": "1999",
	}}
	if diff := cmp.Diff(want, got["Company"]); diff != "" {
		t.Errorf("companies differ (-want +got):\n%s", diff)
	}
	if people := got["Person"]; len(people) != 2 || people[1]["name"] != `=HYPERLINK("http://example.org")` || people[0]["notes"] != "one\r\ntwo, \"three\"" {
		t.Errorf("people are %q", people)
	}
	if len(got["Sources"]) != 3 || got["Sources"][0]["file"] != "ledger.csv" {
		t.Errorf("sources are %q", got["Sources"])
	}
	parts := unzipped(t, file)
	if strings.Contains(parts, "<f>") || strings.Contains(parts, `<c r="F2" t="inlineStr"><is><t xml:space="preserve">-120.50`) {
		t.Error("a formula, or an amount that is no number")
	}
	if !strings.Contains(parts, "<v>-120.50</v>") {
		t.Error("the amount is no number")
	}
}

// A net is what a reader of XML finds in either format.
type net struct {
	nodes map[string]string // id → caption
	edges map[string]string // id → source, target and values
}

func parseNet(t *testing.T, file string) net {
	t.Helper()
	n := net{map[string]string{}, map[string]string{}}
	d := xml.NewDecoder(strings.NewReader(file))
	var id, key string
	into := n.nodes
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, file)
		}
		switch e := tok.(type) {
		case xml.CharData:
			if key != "" {
				into[id] += " " + key + "=" + string(e)
			}
		case xml.EndElement:
			key = ""
		case xml.StartElement:
			at := map[string]string{}
			for _, a := range e.Attr {
				at[a.Name.Local] = a.Value
			}
			switch e.Name.Local {
			case "node", "edge":
				id, into = at["id"], n.nodes
				if e.Name.Local == "edge" {
					into = n.edges
				}
				if _, twice := into[id]; twice {
					t.Errorf("%s %s comes twice", e.Name.Local, id)
				}
				into[id] = strings.TrimSpace(at["source"] + " " + at["target"])
			case "data":
				_, key, _ = strings.Cut(at["key"], ".")
				if key == "label" && e.Name.Local == "data" && strings.HasPrefix(at["key"], "node") {
					key = ""
				}
			case "attvalue":
				into[id] += " " + at["for"] + "=" + at["value"]
			}
		}
	}
}

// TestNetworks: both formats hold the same, and every end of an edge is a node.
func TestNetworks(t *testing.T) {
	h := fill(t, town())
	ml, _ := h.write(t, export.GraphML, export.Options{}, open...)
	gexf, _ := h.write(t, export.GEXF, export.Options{}, open...)
	a, b := parseNet(t, ml), parseNet(t, gexf)
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(net{})); diff != "" {
		t.Errorf("GraphML and GEXF differ:\n%s", diff)
	}
	for id, e := range a.edges {
		ends := strings.Fields(e)
		if a.nodes[ends[0]] == "" || a.nodes[ends[1]] == "" {
			t.Errorf("edge %s leads nowhere: %s", id, e)
		}
	}
	want := []string{
		"led-contract reg-ministry kind=Contract:authority label=contract authority datasets=ledger directed=true ref=led-contract",
		"reg-ministry reg-acme kind=Obligation label=obligates to amount=-120.50 currency=USD date=2023-05-02 datasets=ledger directed=true ref=pay-1",
		"reg-owner reg-absent kind=Family label=related to datasets=registry directed=false ref=fam-1",
		"reg-owner reg-acme kind=Ownership label=owns date=2001-04-01 datasets=registry directed=true ref=own-1",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Values(a.edges))); diff != "" {
		t.Errorf("edges differ (-want +got):\n%s", diff)
	}
}

// TestMention: a name in a text is an edge, never one with money; and it goes
// out only when both of its sources do.
func TestMention(t *testing.T) {
	h := fill(t, []batch{
		{"registry", "2024-01-01", of("cloud", "Company", "name", "Nimbus Hosting Works")},
		{"ledger", "2024-01-01", of("order", "Obligation", "authority", "office", "supplier", "shop", "amount", "7", "contract", "deal", "description", "hosting by Nimbus Hosting Works")},
	})
	file, n := h.write(t, export.GEXF, export.Options{}, open...)
	got := slices.Sorted(maps.Values(parseNet(t, file).edges))
	want := []string{
		"deal cloud kind=Names label=names datasets=ledger; registry directed=true ref=order",
		"office shop kind=Obligation label=obligates to amount=7 datasets=ledger directed=true ref=order",
	}
	if diff := cmp.Diff(want, got); diff != "" || n.Entities != 4 {
		t.Errorf("%d nodes; edges differ (-want +got):\n%s", n.Entities, diff)
	}
	if file, n = h.write(t, export.GEXF, export.Options{Datasets: []string{"ledger"}}, open...); n.Edges != 1 || strings.Contains(file, "cloud") {
		t.Errorf("the ledger alone gives %+v:\n%s", n, file)
	}
}

// TestOtherReaders gives the networks to programs that people use.
func TestOtherReaders(t *testing.T) {
	h := fill(t, town())
	dir := t.TempDir()
	for _, f := range []export.Format{export.GraphML, export.GEXF} {
		file, n := h.write(t, f, export.Options{Now: "2026-01-02"}, open...)
		path := filepath.Join(dir, "net."+string(f))
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(string(f)+" in xmllint", func(t *testing.T) {
			run(t, "xmllint", "--noout", "--nonet", path)
		})
		t.Run(string(f)+" in networkx", func(t *testing.T) {
			if err := exec.Command("python3", "-c", "import networkx").Run(); err != nil {
				t.Skip("python3 with networkx is not installed")
			}
			got := run(t, "python3", "-c", `import sys, networkx as nx
g = getattr(nx, "read_"+sys.argv[1])(sys.argv[2])
amounts = [d["amount"] for _, _, d in g.edges(data=True) if "amount" in d]
print(g.number_of_nodes(), g.number_of_edges(), amounts, g.is_directed(), g.nodes["reg-acme"]["caption"])`, string(f), path)
			if want := fmt.Sprintf("%d %d [-120.5] True ACME LANTERNS\n", n.Entities, n.Edges); got != want {
				t.Errorf("networkx says %q, want %q", got, want)
			}
		})
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// TestLabels: marks split a dataset, and one who lacks a mark gets a file
// without what it guards.
func TestLabels(t *testing.T) {
	h := fill(t, town()[:1])
	guarded := policy.Label{Dataset: "registry", Marks: []string{"sealed"}}
	w, err := h.store.Begin(t.Context(), policytest.Scope(guarded), statement.RunSpec{Dataset: "registry", Extent: statement.Full, Observed: "2024-02-01"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(guarded, "reg-owner", []statement.Statement{say("reg-owner", "Person", "name", "Sealed Name")}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range []export.Format{export.FTM, export.Statements, export.CSV} {
		if got, _ := h.write(t, f, export.Options{}, "registry"); strings.Contains(got, "Sealed") {
			t.Errorf("%s shows what a mark guards", f)
		}
	}
}

// TestNoGraph: without a graph nothing is merged.
func TestNoGraph(t *testing.T) {
	h := fill(t, town())
	var none *graph.View
	n, err := export.Write(t.Context(), io.Discard, export.FTM, h.view(t, open...), none, export.Options{})
	if err != nil || n.Entities != 9 {
		t.Errorf("%+v, %v", n, err)
	}
}
