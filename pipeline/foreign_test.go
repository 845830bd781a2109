package pipeline_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"overt/export"
	"overt/extract"
	"overt/extract/open"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/statement"
)

// elsewhere is an opener that was given one file and opens another of its name,
// in a folder: whoever looks at the bytes himself sees something else than whoever
// asks it.
type elsewhere struct {
	open.Here
	dir string
}

func (e elsewhere) Open(ctx context.Context, src extract.Source, opts open.Options) ([]extract.Part, error) {
	told := open.File(filepath.Join(e.dir, src.Name))
	told.Name = src.Name
	return open.Open(ctx, told, opts)
}

// TestForeignBytes: of a file that is imported this process hashes and keeps the
// bytes, and all else it knows of them is what the opener says: the format, the
// mapping, the paths of what nothing fits, what the source declares, its records.
// Here the opener tells of other bytes than there are.
func TestForeignBytes(t *testing.T) {
	const people = `{"id":"a","schema":"Person","properties":{"name":["Ann"]}}` + "\n"
	const index = `{"versions":{"1":"x"},"updated_at":"2024-01-01"}`
	const firms = "f:\n  queries:\n    - rows: /data/*\n      entities:\n        p: {schema: Company, keys: [name], properties: {name: {column: name}}}\n"
	bait := strings.Repeat(`{"id":"bait","schema":"Person","properties":{"name":["Bait"]},"meta":{"total":99}}`+"\n", 3)
	for _, tt := range []struct{ name, told, there, mapping string }{
		{"entities.json", people, `[{"statementID":"x","statementType":"personStatement"}]`, ""},
		{"package.json", `{"limit":1,"entities":[` + strings.TrimSpace(people) + `]}`, bait, ""},
		{"changes.json", `{"op":"ADD","entity":` + strings.TrimSpace(people) + "}\n", bait, ""},
		{"index.json", index, bait, ""},
		{"ownership.json", ownership, bait, ""},
		{"older.json", olderOwnership, bait, ""},
		{"statements.csv", "canonical_id,entity_id,prop,prop_type,schema,value,dataset\na,a,name,name,Person,Ann,d\n", bait, ""},
		{"unknown.json", `{"what":[{"is":1,"this":"x"}]}`, bait, ""},
		{"unknown.xml", `<what><is a="b">this</is></what>`, "<export><sanctionEntity/><nameAlias/></export>", ""},
		{"unknown.csv", "p,q\n1,2\n", bait, ""},
		{"none.bin", "\x00\x01\x02", bait, ""},
		{"empty.delta.json", "", bait, ""},
		{"declared.json", `{"meta":{"total":3},"data":[{"name":"Lamps"}]}`, `{"meta":{"total":99},"data":[]}`, firms},
		{"declared.xml", `<data><total>3</total><e><name>Lamps</name></e></data>`, `<data><total>99</total></data>`, strings.Replace(firms, "/data/*", "/data/e", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dirs := map[string]string{} // by what lies there
			for _, text := range []string{tt.told, tt.there} {
				dirs[text] = t.TempDir()
				must(t, os.WriteFile(filepath.Join(dirs[text], tt.name), []byte(text), 0o600))
			}
			req := pipeline.Request{Dataset: "d", Observed: "2024-05-06"}
			if tt.mapping != "" {
				req.Mapping = filepath.Join(t.TempDir(), "m.yml")
				must(t, os.WriteFile(req.Mapping, []byte(tt.mapping), 0o600))
			}
			into := func(dir string, by open.Opener) ([]pipeline.FileReport, string, *hometest.Home) {
				h := hometest.Memory(t)
				im := h.Importer()
				im.Records = by
				r := req
				r.Paths = []string{filepath.Join(dir, tt.name)}
				rep, err := im.Import(t.Context(), r)
				must(t, err)
				return rep.Files, written(t, h, export.FTM, export.Options{Raw: true}), h
			}
			want, said, _ := into(dirs[tt.told], open.Here{})
			got, saidNow, h := into(dirs[tt.there], elsewhere{dir: dirs[tt.told]})
			if d := gocmp.Diff(want, got); d != "" {
				t.Errorf("the report differs by what is in the file (-told +got):\n%s", d)
			}
			if d := gocmp.Diff(said, saidNow); d != "" || strings.Contains(saidNow, "Bait") {
				t.Errorf("what came in differs by what is in the file (-told +got):\n%s", d)
			}
			sum := sha256.Sum256([]byte(tt.there))
			for _, r := range hometest.Known(t, h, func(_ context.Context, d *gate.Desk) ([]statement.Run, error) { return d.Runs, nil }) {
				if got := string(r.Sources[0].Blob); got != hex.EncodeToString(sum[:]) {
					t.Errorf("the blob is %s, not that of the bytes there are", got)
				}
			}
		})
	}
}
