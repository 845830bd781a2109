package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overt/internal/sharedtest"
	"overt/mapping"
	"overt/source"
	"overt/source/sourcetest"
)

// shared reads a file of the shared data, unpacked.
func shared(t *testing.T, parts ...string) []byte {
	t.Helper()
	name := sharedtest.Path(t, parts...)
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// serve sends bytes as a publisher's store does.
func serve(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, len(data)))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

// fetched runs one fetch against played publishers and gives its report.
func fetched(t *testing.T, hosts map[string]http.Handler, args ...string) (home string, rep fetchReport) {
	t.Helper()
	before := network
	network = sourcetest.Serve(t, sourcetest.Host(hosts)).Network()
	defer func() { network = before }()
	home = homeFor(t, args[0], nil)
	code, out, errs := overtIn(t, home, append([]string{"--json", "fetch"}, args...)...)
	if code != exitOK {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if err := json.Unmarshal([]byte(out), &rep); err != nil {
		t.Fatal(err)
	}
	return home, rep
}

// kept reads the files of a fetch that are data.
func kept(t *testing.T, rep fetchReport) (out [][]byte) {
	t.Helper()
	for _, f := range rep.Files {
		if f.Role != source.RoleData {
			continue
		}
		data, err := os.ReadFile(filepath.Join(rep.Dir, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, data)
	}
	return out
}

// sameRun holds that what was fetched and imported is what the file gives by hand.
func sameRun(t *testing.T, rep fetchReport, file string, data []byte, args ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := overtIn(t, filepath.Join(t.TempDir(), "home"), append([]string{"--json", "import", path}, args...)...)
	var want struct {
		Runs []struct{ Entities, Statements int64 }
	}
	if err := json.Unmarshal([]byte(out), &want); err != nil || code != exitOK || len(want.Runs) != 1 || rep.Import == nil || len(rep.Import.Runs) != 1 {
		t.Fatalf("%v\n%s%s\nfetched: %+v", err, out, errs, rep.Import)
	}
	got := rep.Import.Runs[0]
	t.Logf("%s: %d entities, %d values as of %s", rep.Source, got.Entities, got.Statements, got.Observed)
	if got.Entities != want.Runs[0].Entities || got.Statements != want.Runs[0].Statements || got.Entities == 0 {
		t.Errorf("fetched %d entities, %d values; by hand %+v", got.Entities, got.Statements, want.Runs[0])
	}
}

// TestCataloguePacks: each entry names a mapping that there is.
func TestCataloguePacks(t *testing.T) {
	all, err := source.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if !slices.Contains([]string{"", source.NoPack, "ftm", "ftm-statements"}, e.Pack) && mapping.Pack(e.Pack) == nil {
			t.Errorf("%s: there is no pack %s", e.ID, e.Pack)
		}
	}
}

func TestFetchRealFedRAMP(t *testing.T) {
	data := shared(t, "fedramp", "data.2025-09-17.json.gz")
	_, rep := fetched(t, map[string]http.Handler{"raw.githubusercontent.com": serve(data)}, "fedramp-marketplace", "--import")
	if !bytes.Equal(kept(t, rep)[0], data) {
		t.Error("other bytes")
	}
	if day := rep.Import.Runs[0].Observed; !strings.HasPrefix(day, "2025-09-17") {
		t.Errorf("as of %s", day)
	}
	sameRun(t, rep, "fedramp.json", data)
}

func TestFetchRealOFAC(t *testing.T) {
	files := map[string][]byte{}
	for _, n := range []string{"sdn", "add", "alt"} {
		files[strings.ToUpper(n)+".CSV"] = shared(t, "watchlists", "ofac-2021-04", n+".csv.gz")
	}
	const store = "wc2h-sls-prod-public-published.s3.us-gov-west-1.amazonaws.com"
	_, rep := fetched(t, map[string]http.Handler{
		"sanctionslistservice.ofac.treas.gov": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://"+store+"/Published/"+filepath.Base(r.URL.Path)+"?X-Amz-Signature=secret", http.StatusFound)
		}),
		store: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(files[filepath.Base(r.URL.Path)])(w, r) }),
	}, "ofac-sdn")
	for i, n := range []string{"SDN.CSV", "ADD.CSV", "ALT.CSV"} {
		f := rep.Files[i]
		if !bytes.Equal(kept(t, rep)[i], files[n]) || len(f.Via) != 1 || strings.Contains(fmt.Sprint(f), "secret") {
			t.Errorf("%s: %+v", n, f)
		}
	}
}

func TestFetchRealOpenSanctions(t *testing.T) {
	data := shared(t, "ftm", "yente-fixtures", "t1.entities.ftm.json")
	hosts := map[string]http.Handler{"data.opensanctions.org": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/datasets/latest/sanctions/index.json":
			http.Redirect(w, r, "/artifacts/sanctions/1/index.json", http.StatusTemporaryRedirect)
		case strings.HasSuffix(r.URL.Path, "index.json"):
			fmt.Fprintf(w, `{"updated_at":"2024-05-28T14:47:29","resources":[{"name":"names.txt","url":"x"},{"name":"entities.ftm.json","url":"https://data.opensanctions.org/artifacts/sanctions/1/entities.ftm.json","size":%d}]}`, len(data))
		case strings.HasSuffix(r.URL.Path, "entities.ftm.json"):
			serve(data)(w, r)
		case strings.HasSuffix(r.URL.Path, "delta.json") && strings.Contains(r.URL.Path, "latest"):
			_, _ = w.Write(shared(t, "ftm", "yente-fixtures", "delta", "t2", "delta.json"))
		default:
			_, _ = w.Write(shared(t, "ftm", "yente-fixtures", "delta", "t2", filepath.Base(filepath.Dir(r.URL.Path)), "entities.delta.json"))
		}
	})}
	_, rep := fetched(t, hosts, "opensanctions-entities", "--set", "dataset=sanctions", "--import")
	if rep.Dataset != "opensanctions-sanctions" || rep.Import.Runs[0].Observed != "2024-05-28" || !bytes.Equal(kept(t, rep)[0], data) {
		t.Errorf("%+v", rep)
	}
	sameRun(t, rep, "entities.ftm.json", data, "--as", "ftm")

	_, rep = fetched(t, hosts, "opensanctions-delta", "--set", "dataset=sanctions", "--set", "since=20240527194702-wnk", "--import")
	for _, f := range rep.Import.Files {
		if f.Verdict != "read" || f.Format != "ftm-delta" && f.Format != "ftm-delta-index" {
			t.Errorf("%s is %s as %s: %s", f.Source, f.Verdict, f.Format, f.Reason)
		}
	}
	if got := kept(t, rep); len(got) != 3 || !bytes.Equal(got[2], shared(t, "ftm", "yente-fixtures", "delta", "t2", "20240528134729-3iv", "entities.delta.json")) {
		t.Errorf("%d deltas", len(got))
	}
}

func TestFetchRealOCDS(t *testing.T) {
	var lines bytes.Buffer
	z := gzip.NewWriter(&lines)
	var pages [][]byte
	for _, n := range []string{"01-planning", "02-tender", "03-tenderAmendment", "04-award", "05-contract", "06-implementation"} {
		data := shared(t, "procurement", "ocds-sample", "1.1", "ocds-213czf-000-00001-"+n+".json")
		var pack map[string]any
		if err := json.Unmarshal(data, &pack); err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(pack["releases"].([]any)[0])
		fmt.Fprintf(z, "%s\n", raw)
		if len(pages) < 5 {
			pack["links"] = map[string]string{"next": fmt.Sprintf("https://publisher.example.org/releases?cursor=%d", len(pages)+1)}
		}
		raw, _ = json.Marshal(pack)
		pages = append(pages, raw)
	}
	_ = z.Close()
	_, rep := fetched(t, map[string]http.Handler{
		"data.open-contracting.org":        http.RedirectHandler("https://fastly.data.open-contracting.org/downloads/x/1/2024.jsonl.gz", http.StatusFound),
		"fastly.data.open-contracting.org": serve(lines.Bytes()),
	}, "ocds-registry", "--set", "publication=41", "--set", "year=2024", "--import")
	if len(rep.Import.Runs) != 1 || rep.Import.Runs[0].Entities != 9 || rep.Import.Files[0].Format != "ocds-releases" {
		t.Errorf("%+v", rep.Import)
	}
	if !bytes.Equal(kept(t, rep)[0], lines.Bytes()) || rep.Files[0].Name != "ocds-41-2024.jsonl.gz" {
		t.Errorf("%+v", rep.Files)
	}
	before := network
	network = sourcetest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("cursor"), &n)
		_, _ = w.Write(pages[n])
	})).Network()
	defer func() { network = before }()
	home := homeFor(t, "publisher.example.org", nil)
	code, out, errs := overtIn(t, home, "--json", "fetch", "ocds-release", "--import", "--set", "address=https://publisher.example.org/releases")
	var got fetchReport
	if err := json.Unmarshal([]byte(out), &got); code != exitOK || err != nil {
		t.Fatal(out, errs)
	}
	for i, data := range kept(t, got) {
		if !bytes.Equal(data, pages[i]) {
			t.Errorf("page %d has other bytes", i)
		}
	}
	if len(got.Files) != 6 || len(got.Import.Runs) != 1 || got.Import.Runs[0].Entities != 9 {
		t.Errorf("%d pages, %+v", len(got.Files), got.Import)
	}
}

// TestFetchRealBulk: an order, its file from another host, read like the file
// that a person would have saved.
func TestFetchRealBulk(t *testing.T) {
	const name = "Contracts_Subawards_2025-03-21_H19M57S41_1.csv"
	data := shared(t, "procurement", "usaspending-awards-mn", name)
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	looks := 0
	_, rep := fetched(t, map[string]http.Handler{
		"api.usaspending.gov": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				var ask struct {
					Filters struct {
						Agencies  []map[string]string
						DateRange map[string]string `json:"date_range"`
					}
				}
				if err := json.NewDecoder(r.Body).Decode(&ask); err != nil || ask.Filters.DateRange["start_date"] != "2023-10-01" || ask.Filters.Agencies[0]["name"] != "Bureau" {
					t.Errorf("asked for %+v, %v", ask, err)
				}
				fmt.Fprint(w, `{"status_url":"https://api.usaspending.gov/api/v2/download/status?file_name=x.zip","file_name":"x.zip","file_url":"/csv_downloads/x.zip"}`)
				return
			}
			looks++
			fmt.Fprintf(w, `{"status":%q,"message":null,"file_url":"https://files.usaspending.gov/generated_downloads/x.zip"}`, "finished")
		}),
		"files.usaspending.gov": serve(packed.Bytes()),
	}, "usaspending-bulk-subawards", "--set", "department=Department", "--set", "agency=Bureau", "--set", "year=2024", "--import")
	if looks != 1 {
		t.Errorf("asked %d times", looks)
	}
	sameRun(t, rep, "usaspending-subawards.zip", packed.Bytes())
}

// TestFetchRealSearch plays the search with the rows of a file and holds the
// sum against that of the file itself.
func TestFetchRealSearch(t *testing.T) {
	table := shared(t, "procurement", "cbp-ice-transactions", "CBP_ICE_FY2024_Contract_Obligations.csv.gz")
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head, rows := rows[0], rows[1:min(len(rows), 451)]
	as := map[string]string{"Federal Action Obligation": "Transaction Amount", "Modification": "Mod", "Generated Award ID": "generated_internal_id", "Agency": "Awarding Sub Agency"}
	_, rep := fetched(t, map[string]http.Handler{"api.usaspending.gov": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var ask struct{ Page, Limit int }
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil || ask.Limit != 100 {
			t.Errorf("asked for %+v, %v", ask, err)
		}
		results := []map[string]string{}
		for _, row := range rows[(ask.Page-1)*100 : min(len(rows), ask.Page*100)] {
			one := map[string]string{}
			for i, h := range head {
				one[cmp.Or(as[h], h)] = row[i]
			}
			results = append(results, one)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"results": results, "page_metadata": map[string]any{"page": ask.Page, "hasNext": ask.Page*100 < len(rows)}})
	})}, "usaspending-transactions", "--set", "year=2024", "--import")
	var n int64
	for _, f := range rep.Files {
		n += f.Rows
	}
	if len(rep.Files) != 5 || n != 450 || len(rep.Import.Runs) != 1 {
		t.Fatalf("%d pages, %d rows, %+v", len(rep.Files), n, rep.Import)
	}
	var part bytes.Buffer
	out := csv.NewWriter(&part)
	_ = out.Write(head)
	_ = out.WriteAll(rows)
	// The answers lack two columns of the file, so entities are compared.
	path := filepath.Join(t.TempDir(), "part.csv")
	if err := os.WriteFile(path, part.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, text, _ := overtIn(t, filepath.Join(t.TempDir(), "home"), "--json", "import", path)
	var want struct{ Runs []struct{ Entities int64 } }
	if err := json.Unmarshal([]byte(text), &want); err != nil || len(want.Runs) != 1 || want.Runs[0].Entities != rep.Import.Runs[0].Entities {
		t.Errorf("fetched %+v, by hand %+v, %v", rep.Import.Runs, want.Runs, err)
	}
}
