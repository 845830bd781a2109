package mapping_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/extract"
	"overt/extract/open"
	"overt/extract/outline"
	"overt/ftm"
	"overt/mapping"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPacks maps an invented file of each pack and compares all that comes out.
func TestPacks(t *testing.T) {
	packs, err := mapping.Packs()
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range packs {
		if i > 0 && packs[i-1].Name >= m.Name {
			t.Errorf("%s stands before %s", packs[i-1].Name, m.Name)
		}
		if native, _ := mapping.Native(m.Name); native != nil {
			continue // the pipeline's tests read those
		}
		if m.OfDocuments() {
			continue // and extract/paper's what stands in documents
		}
		t.Run(m.Name, func(t *testing.T) {
			for key, value := range map[string]string{"title": m.Title, "publisher": m.Publisher, "licence": m.Licence,
				"address": m.Address, "class": m.Class, "extent": string(m.Extent), "series": m.Series} {
				if value == "" {
					t.Errorf("mapping/packs/%s.yaml: a pack says its %s at the top", m.Name, key)
				}
			}
			path := fixture(t, m.Name)
			got := golden(t, m, path)
			file := filepath.Join("testdata", "packs", m.Name+".golden")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
}

// fixture gives the invented file of a pack.
func fixture(t *testing.T, pack string) string {
	t.Helper()
	for _, ending := range []string{".csv", ".json", ".jsonl", ".xml"} {
		path := filepath.Join("testdata", "packs", pack+ending)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatalf("%s has no fixture", pack)
	return ""
}

// golden writes entities and problems, a value a line.
func golden(t *testing.T, m *mapping.Mapping, path string) []byte {
	t.Helper()
	parts, err := open.Open(t.Context(), source(path), open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := detect(t, path, parts[0], m.Name); got != m {
		t.Fatalf("detected %s", got.Name)
	}
	if m.Header != nil && parts[0].Reader.Info().HeaderRow == 0 {
		if parts, err = open.Open(t.Context(), source(path), open.Options{Header: m.Header}); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	line := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`\u003e`), []byte(">")), []byte(`\u0026`), []byte("&")))
		b.WriteByte('\n')
	}
	for _, q := range m.Queries {
		for rec, err := range parts[0].Reader.Records(t.Context(), q.Rows) {
			if err != nil {
				t.Fatal(err)
			}
			emit := func(e mapping.Entity) error {
				line([]string{e.Schema, string(e.ID)})
				for _, v := range e.Values {
					var places []string
					for _, c := range v.Cells {
						places = append(places, c.At.String())
					}
					line([]any{"  ", v.Prop, v.Clean, v.Original, places})
				}
				return nil
			}
			problem := func(p mapping.Problem) {
				line([]any{"problem", p.Where.String(), p.Column, p.Property, p.Reason, p.Fatal})
			}
			if err := m.Apply(q, rec, emit, problem); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b.Bytes()
}

// TestSameIDs holds that the packs of one publisher name the same thing alike.
func TestSameIDs(t *testing.T) {
	ids := func(pack, schema, prop, value string) map[string]bool {
		m := mapping.Pack(pack)
		parts, err := open.Open(t.Context(), source(fixture(t, pack)), open.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := newResult()
		r.apply(t, m, parts[0].Reader)
		out := map[string]bool{}
		for _, e := range r.of(schema) {
			if value == "" || e.has(prop, value) {
				out[e.id] = true
			}
		}
		return out
	}
	for _, tt := range []struct{ a, b, schema, prop, value string }{
		{"usaspending-transactions", "usaspending-transactions-full", "Obligation", "modificationNumber", "P00001"},
		{"usaspending-transactions", "usaspending-search-transactions", "Obligation", "modificationNumber", "P00001"},
		{"usaspending-transactions", "usaspending-search-awards", "Award", "piid", "70XAAA21FR0000001"},
		{"usaspending-transactions", "usaspending-award-summaries", "Award", "piid", "70XAAA21FR0000001"},
		{"usaspending-transactions", "usaspending-award-summaries", "Agency", "agencyCode", "7012"},
		{"usaspending-awards-2018", "us-agency-list", "Agency", "agencyCode", "7012"},
		{"usaspending-awards-2018", "us-agency-list", "Agency", "cgacCode", "070"},
		{"usaspending-award-summaries", "usaspending-transactions-full", "Organization", "uniqueEntityId", "ABCDEFGHJKL5"},
		{"fsrs-subawards", "fsrs-subawards-old", "Subaward", "subawardNumber", "S-7"},
		{"ai-use-cases-2024", "usaspending-transactions", "Agency", "name", "ICE"},
		{"eu-fsf", "eu-fsf-xml", "Person", "passportNumber", "M0000001"},
		{"eu-fsf", "eu-fsf-xml", "Identification", "number", "M0000001"},
		{"sec-cik-mappings", "sec-company-tickers", "Company", "cikCode", "0000000001"},
		{"sec-cik-mappings", "sec-company-tickers-exchange", "Security", "ticker", "MUST"},
		{"gleif-lei", "gleif-lei-api", "Company", "cikCode", "0000320193"},
		{"gleif-lei", "gleif-exceptions", "LegalEntity", "leiCode", "529900MUSTER00000103"},
		{"lda-filings", "lda-contributions", "Person", "name", "ERIKA MUSTER"},
	} {
		a, b := ids(tt.a, tt.schema, tt.prop, tt.value), ids(tt.b, tt.schema, tt.prop, tt.value)
		if diff := cmp.Diff(a, b); diff != "" || len(a) != 1 {
			t.Errorf("%s %s in %s and %s: %s", tt.schema, tt.value, tt.a, tt.b, diff)
		}
	}
}

func TestDetect(t *testing.T) {
	transactions := []string{"agency", "award_id", "RECIPIENT NAME", "Federal Action Obligation", "Action Date", "Modification", "Generated Award ID", "More"}
	numbered := make([]string, 259)
	values := make([]string, 259)
	values[0], values[7], values[12], values[19], values[33], values[58], values[258] = "HSX14F1", "-5.1", "27/03/2014", "7012", "12345678", "AWARD", "2014"
	for i := range numbered {
		numbered[i] = "#" + string(rune('a'+i%26))
	}
	alias, aliasValues := []string{"#1", "#2", "#3", "#4", "#5"}, []string{"1", "2", "aka", "MUSTER", "-0- "}
	leak := []string{"node_id", "name", "jurisdiction", "jurisdiction_description", "country_codes", "countries", "incorporation_date", "inactivation_date",
		"struck_off_date", "closed_date", "ibcRUC", "status", "company_type", "service_provider", "sourceID", "valid_until", "note"}
	wrong := append([]string(nil), values...)
	wrong[12] = "a text"
	for _, tt := range []struct {
		name string
		head mapping.Head
		want string
	}{
		{"columns in other letters", mapping.Head{Info: extract.Info{Format: extract.CSV, Header: transactions}}, "usaspending-transactions"},
		{"a sheet", mapping.Head{Info: extract.Info{Format: "xlsx", Header: transactions}}, "usaspending-transactions"},
		{"one column is missing", mapping.Head{Info: extract.Info{Format: extract.CSV, Header: transactions[:6]}}, ""},
		{"no header line", mapping.Head{Info: extract.Info{Format: extract.CSV, Header: numbered}, Records: []extract.Record{&row{numbered, values, 1}}}, "usaspending-awards-2018!"},
		{"no header line, other shapes", mapping.Head{Info: extract.Info{Format: extract.CSV, Header: numbered}, Records: []extract.Record{&row{numbered, wrong, 1}}}, ""},
		{"a tree", mapping.Head{Info: extract.Info{Format: extract.JSON}, Outline: outlined(t, extract.JSON, `{"meta":{"last_change":1,"produced_by":2},"data":{"Products":[{"leveraged_systems":[]}]}}`)}, "fedramp-marketplace"},
		{"another tree", mapping.Head{Info: extract.Info{Format: extract.JSON}, Outline: outlined(t, extract.JSON, `{"Products":[]}`)}, ""},
		{"entities", mapping.Head{Info: extract.Info{Format: extract.JSONL}, Outline: outlined(t, extract.JSONL, "{\"id\":\"a\",\"schema\":\"Person\",\"properties\":{\"name\":[\"A\"]}}\n{")}, "ftm"},
		{"entities of a newer model", mapping.Head{Info: extract.Info{Format: extract.JSONL}, Outline: outlined(t, extract.JSONL, "{\"id\":\"a\",\"schema\":\"Thingy\",\"properties\":{}}")}, "ftm"},
		{"statements", mapping.Head{Info: extract.Info{Format: extract.CSV, Header: []string{"id", "entity_id", "canonical_id", "prop", "prop_type", "schema", "value", "dataset", "lang", "original_value", "origin", "external", "first_seen", "last_seen"}}}, "ftm-statements"},
		{"an element", mapping.Head{Info: extract.Info{Format: extract.XML}, Outline: outlined(t, extract.XML, "<x:export xmlns:x='y'><x:sanctionEntity\nlogicalId='1'><x:nameAlias/>")}, "eu-fsf-xml"},
		{"no such element", mapping.Head{Info: extract.Info{Format: extract.XML}, Outline: outlined(t, extract.XML, "<export><sanctionEntityList/><nameAlias/> sanctionEntity ")}, ""},
		{"two columns and no more", mapping.Head{Info: extract.Info{Format: extract.CSV, Header: []string{"Name", "DUNS"}}}, "hoovers-duns"},
		{"two columns and one more", mapping.Head{Info: extract.Info{Format: extract.CSV, Header: []string{"Name", "DUNS", "Town"}}}, ""},
		{"a name that must be", mapping.Head{Name: "x/cons_alt.csv", Info: extract.Info{Format: extract.CSV, Header: alias}, Records: []extract.Record{&row{alias, aliasValues, 1}}}, "ofac-consolidated-aliases!"},
		{"another name", mapping.Head{Name: "alt.csv", Info: extract.Info{Format: extract.CSV, Header: alias}, Records: []extract.Record{&row{alias, aliasValues, 1}}}, "ofac-sdn-aliases!"},
		{"one leak", mapping.Head{Name: "panama_papers.nodes.entity.csv", Info: extract.Info{Format: extract.CSV, Header: leak}}, "icij-leak-entities"},
		{"one leak under another name", mapping.Head{Name: "companies.csv", Info: extract.Info{Format: extract.CSV, Header: leak}}, "icij-offshore-entities"},
		{"nothing", mapping.Head{}, ""},
	} {
		got := ""
		found, err := mapping.Detect(tt.head)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			got = found[0].Format
			if found[0].Mapping != nil {
				got = found[0].Mapping.Name
			}
			if found[0].SetHeader {
				got += "!"
			}
			if found[0].Score <= 0.5 || found[0].Score > 1 || found[0].Reason == "" {
				t.Errorf("%s: score %v, reason %q", tt.name, found[0].Score, found[0].Reason)
			}
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// outlined is the outline of a text that begins so.
func outlined(t testing.TB, format extract.Format, text string) extract.Outline {
	t.Helper()
	o, err := outline.Of(format, []byte(text), mapping.Sought())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestObserved(t *testing.T) {
	const entity = "\nentities: {a: {schema: Company, key: id}}"
	for _, tt := range []struct{ yaml, name, format, text, want string }{
		{"observed: filename", "list_2024-03-07.csv", "csv", "id\n1\n", "2024-03-07"},
		{"observed: filename", "20240307.csv", "csv", "id\n1\n", "2024-03-07"},
		{"observed: filename", "list_v12345678.csv", "csv", "id\n1\n", ""},
		{"observed: {filename: 'v(\\d{8})'}", "list_v20240307.csv", "csv", "id\n1\n", "2024-03-07"},
		{"observed: changed", "x.csv", "csv", "id,changed\n1,2024-01-02\n2,2024-03-04T05:06:07\n3,soon\n", "2024-03-04"},
		{"observed: {column: changed, format: '%d/%m/%Y'}", "x.csv", "csv", "id,changed\n1,02/01/2024\n", "2024-01-02"},
		{"observed: /meta/day", "x.json", "json", `{"meta":{"day":"2024-05-06T07:08:09.123Z"},"id":1}`, "2024-05-06"},
		{"observed: /meta/none", "x.json", "json", `{"meta":{}}`, ""},
		{"observed: {pointer: /list/info/day, format: '%m/%d/%Y'}", "x.xml", "xml", "<list xmlns='y'><info><day>04/16/2021</day></info></list>", "2021-04-16"},
		{"", "2024-03-07.csv", "csv", "id\n1\n", ""},
	} {
		m := parse(t, tt.yaml+entity)
		parts, err := open.Open(t.Context(), textSource(tt.name, tt.text), open.Options{Format: tt.format})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Observed(t.Context(), tt.name, parts[0].Reader); err != nil || got != tt.want {
			t.Errorf("%s of %s: got %q, %v, want %q", tt.yaml, tt.name, got, err, tt.want)
		}
	}
}

// TestPackSchemata holds that packs give what graph and money need of an edge.
func TestPackSchemata(t *testing.T) {
	for _, name := range []string{"Obligation", "Subaward", "Leverages", "CloudAuthorization"} {
		if ftm.Default().Schema(name).Edge == nil {
			t.Errorf("%s is no edge", name)
		}
	}
}
