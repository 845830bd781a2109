package ftm

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"overt/internal/sharedtest"
)

func TestEntityRoundTrip(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", `{"schema":"Person","id":"a","properties":{"name":["Zoë <&>","B"]}}`, ""},
		{"context", `{"caption":"A","datasets":["d"],"first_seen":"2024","id":"a","last_change":"2025","last_seen":"2026","properties":{},"referents":["b"],"schema":"Person","target":false}`, ""},
		{"empty context", `{"caption":"","datasets":[],"first_seen":null,"id":"a","properties":{},"referents":[null],"schema":"Person","target":null}`, ""},
		{"unknown keys", `{"id":"a","links":{"self":"x","n":12345678901234567890.10},"properties":{"zz":["1"]},"schema":"Nothing","score":1.50}`, ""},
		{"loose values", `{"id":"a","schema":"Person","properties":{"name":"A","age":[1.50,true,null,"x"],"none":null}}`,
			`{"id":"a","properties":{"age":["1.50","true","x"],"name":["A"],"none":[]},"schema":"Person"}`},
		{"empty value beside null text", `{"id":"a","schema":"Person","properties":{"name":["null",""]}}`, ""},
		{"no properties", `{"id":"a","schema":"Person"}`, `{"id":"a","properties":{},"schema":"Person"}`},
	}
	for _, tt := range tests {
		var e Entity
		if err := json.Unmarshal([]byte(tt.in), &e); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		out, err := e.MarshalJSON()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		want := tt.want
		if want == "" {
			want = tt.in
		}
		if diff := cmp.Diff(generic(t, []byte(want)), generic(t, out)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	for _, bad := range []string{`{}`, `{"id":"a"}`, `{"id":1,"schema":"Person"}`, `{"id":"a","schema":"Person","properties":[]}`, `[]`, `{"id":"a","schema":"P","properties":{"owner":[{"id":"x"}]}}`, `{`} {
		var e Entity
		if err := json.Unmarshal([]byte(bad), &e); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func generic(t *testing.T, data []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return v
}

func TestEntityBytesAreStable(t *testing.T) {
	e := &Entity{ID: "a", Schema: "Person", Extra: map[string]json.RawMessage{"zeta": json.RawMessage(`1`), "beta": json.RawMessage(` {"b": 2, "a": "<"} `)}}
	e.Add("name", "B & <C>")
	if e.Add("name", "B & <C>") || e.Add("name", "") {
		t.Error("added a value twice, or nothing")
	}
	e.Add("alias", "x")
	want := `{"beta":{"b":2,"a":"<"},"id":"a","properties":{"alias":["x"],"name":["B & <C>"]},"schema":"Person","zeta":1}`
	if got, err := e.MarshalJSON(); err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	if e.First("name") != "B & <C>" || e.First("nothing") != "" {
		t.Error("First is not the first")
	}
}

func TestRealEntitiesLoseNothing(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedtest.Path(t, "ftm"), "*", "*.ftm.json"))
	if err != nil || len(files) < 4 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	files = append(files, sharedtest.Path(t, "ftm", "ftmq-fixtures", "donations.ijson"))
	total, captions, agree := 0, 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(data, []byte("\n"))
		var out bytes.Buffer
		w := NewEntityWriter(&out)
		for line, err := range ReadEntities(bytes.NewReader(data)) {
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			total++
			out.Reset()
			if err := errors.Join(w.Write(line.Entity), w.Flush()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(generic(t, lines[line.Number-1]), generic(t, out.Bytes())); diff != "" {
				t.Fatalf("%s line %d: %s", file, line.Number, diff)
			}
			if line.Entity.Caption != "" {
				captions++
				if Default().Caption(line.Entity.Schema, line.Entity.Properties) == line.Entity.Caption {
					agree++
				}
			}
		}
	}
	t.Logf("%d entities; %d of %d captions as published", total, agree, captions)
	if total < 1000 || agree*100 < captions*95 {
		t.Errorf("%d entities; %d of %d captions as published", total, agree, captions)
	}
}

func TestReadEntitiesGoesOn(t *testing.T) {
	in := "\ufeff" + `{"id":"a","schema":"Person"}` + "\r\n\n" + `{"id":` + "\n" + strings.Repeat("x", MaxLine+10) + "\n" + `{"id":"b","schema":"Person"}`
	var got []string
	var bad []int64
	for line, err := range ReadEntities(strings.NewReader(in)) {
		var lineErr *LineError
		switch {
		case errors.As(err, &lineErr):
			bad = append(bad, lineErr.Line)
			if line.Number != lineErr.Line || line.Entity != nil {
				t.Errorf("line %d came with error %v", line.Number, err)
			}
		case err != nil:
			t.Fatal(err)
		default:
			got = append(got, string(line.Entity.ID))
		}
	}
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{3, 4}, bad); diff != "" {
		t.Error(diff)
	}
	broken := io.MultiReader(strings.NewReader(`{"id":"a","schema":"Person"}`+"\n"), iotest.ErrReader(errors.New("disk")))
	n := 0
	for _, err := range ReadEntities(broken) {
		if n++; n == 2 && (err == nil || !strings.Contains(err.Error(), "disk")) {
			t.Errorf("a broken disk gave %v", err)
		}
	}
	if n != 2 {
		t.Errorf("%d answers from a broken disk", n)
	}
	for range ReadEntities(strings.NewReader(in)) {
		break
	}
}

func FuzzEntity(f *testing.F) {
	f.Add([]byte(`{"id":"a","schema":"Person","properties":{"name":["A"]},"x":[1,null]}`))
	f.Add([]byte(`{"id":"a","schema":"Person","properties":{"name":null,"age":1},"datasets":[null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e Entity
		if json.Unmarshal(data, &e) != nil {
			return
		}
		once, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var again Entity
		if err := json.Unmarshal(once, &again); err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice, err := again.MarshalJSON(); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s, %v", once, twice, err)
		}
	})
}
