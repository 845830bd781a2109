package ftm

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The sums were made with sha1sum over the text of the published rule.
func TestStatementID(t *testing.T) {
	tests := []struct {
		dataset     string
		entity      EntityID
		prop, value string
		lang        string
		external    bool
		want        string
	}{
		{"ds", "e1", "name", "Alice", "", false, "86f3348b87206314dc869c82117fe107f6b386e4"},
		{"ds", "e1", "name", "Alice", "", true, "5e56ab1eb058dcd9af57bfaba6c800155344f235"},
		{"ds", "e1", "id", "e1", "", false, "8c89a34610f15addf3044074ebf7e0e87fef0a76"},
		{"ds", "e1", "name", "Zoë", "", false, "2ced2122de8bb0a920ad4cdca5bd2b1e994eb57c"},
		{"test-dataset", "entity1", "name", "Alice", "eng", false, "81658b4ee908ae0f4e901ae232e2de77d5e60a57"},
	}
	for _, tt := range tests {
		if got := StatementIDLang(tt.dataset, tt.entity, tt.prop, tt.value, tt.lang, tt.external); got != tt.want {
			t.Errorf("%+v: got %s", tt, got)
		}
		if tt.lang == "" {
			if got := StatementID(tt.dataset, tt.entity, tt.prop, tt.value, tt.external); got != tt.want {
				t.Errorf("%+v: got %s", tt, got)
			}
		}
	}
}

func TestStatementsOfEntity(t *testing.T) {
	e := &Entity{ID: "e1", Schema: "Person", FirstSeen: "2024", Properties: map[string][]string{"name": {"Zoë", "Alice"}, "birthDate": {"1970"}, "odd": {"x"}}}
	var got []string
	for _, s := range Default().Statements(e, "ds") {
		got = append(got, s.Prop+"/"+s.PropType+"/"+s.Value)
		if s.ID != s.MakeID() || s.Dataset != "ds" || s.CanonicalID != "e1" || s.FirstSeen != "2024" || s.Schema != "Person" {
			t.Errorf("statement %+v", s)
		}
	}
	if diff := cmp.Diff([]string{"id/id/e1", "birthDate/date/1970", "name/name/Zoë", "name/name/Alice", "odd//x"}, got); diff != "" {
		t.Error(diff)
	}
}

func sample() []Statement {
	return []Statement{
		{ID: "1", EntityID: "e1", CanonicalID: "NK-1", Prop: "name", PropType: "name", Schema: "Person", Value: `Zoë "Z", Ltd`, Dataset: "ds", Origin: "o", Lang: "deu", OriginalValue: "ZOË", External: true, FirstSeen: "2024-01-01", LastSeen: "2024-02-01"},
		{EntityID: "e2", CanonicalID: "e2", Prop: "notes", PropType: "text", Schema: "Person", Value: "line 1\nline 2\r\nline 3\r", Dataset: "ds"},
		{EntityID: "e3", CanonicalID: "e3", Prop: "notes", PropType: "text", Schema: "Person", Value: `"`, Dataset: "ds", OriginalValue: " "},
	}
}

func TestStatementCSV(t *testing.T) {
	var out bytes.Buffer
	w := NewStatementWriter(&out)
	for _, s := range sample() {
		if err := w.Write(&s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	wantStart := `"canonical_id","entity_id","prop","prop_type","schema","value","dataset","origin","lang","original_value","external","first_seen","last_seen","id"` + "\n" +
		`"NK-1","e1","name","name","Person","Zoë ""Z"", Ltd","ds","o","deu","ZOË","t","2024-01-01","2024-02-01","1"` + "\n" +
		`"e2","e2","notes","text","Person","line 1`
	if !strings.HasPrefix(out.String(), wantStart) {
		t.Errorf("wrote\n%s", out.String())
	}
	var got []Statement
	var places [][2]int64
	for row, err := range ReadStatements(&out) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row.Statement)
		places = append(places, [2]int64{row.Row, row.Line})
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][2]int64{{2, 2}, {3, 3}, {4, 7}}, places); diff != "" {
		t.Error(diff)
	}
	var empty bytes.Buffer
	if err := NewStatementWriter(&empty).Flush(); err != nil || strings.Count(empty.String(), "\n") != 1 {
		t.Errorf("an empty file is %q, %v", empty.String(), err)
	}
}

func TestReadStatementsGoesOn(t *testing.T) {
	in := "\ufeffid,entity_id,prop,schema,value,dataset,external,target\r\n" +
		"1,e1,name,Person,Alice,ds,yes,x\r\n" +
		"\r\n" +
		"2,e1,name,Person,Bob\r\n" +
		"3,,name,Person,Bob,ds,f,x\r\n" +
		"4,e1,name,Person,Bob,ds,maybe,x\r\n" +
		"5,e2,name,Person,B\"ob,ds,,x\r\n" +
		"6,e2,name,Person,\"never closed,ds,,x\r\n"
	var got []Statement
	var bad []int64
	for row, err := range ReadStatements(strings.NewReader(in)) {
		var lineErr *LineError
		if errors.As(err, &lineErr) {
			bad = append(bad, lineErr.Line)
		} else if err != nil {
			t.Fatal(err)
		} else {
			got = append(got, row.Statement)
		}
	}
	want := []Statement{
		{ID: "1", EntityID: "e1", CanonicalID: "e1", Prop: "name", Schema: "Person", Value: "Alice", Dataset: "ds", External: true},
		{ID: "5", EntityID: "e2", CanonicalID: "e2", Prop: "name", Schema: "Person", Value: `B"ob`, Dataset: "ds"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{4, 5, 6, 8}, bad); diff != "" {
		t.Error(diff)
	}
	n := 0
	for _, err := range ReadStatements(strings.NewReader("a,b\n1,2\n")) {
		if n++; err == nil || !strings.Contains(err.Error(), "entity_id") {
			t.Errorf("a wrong header gave %v", err)
		}
	}
	if n != 1 {
		t.Errorf("a wrong header gave %d answers", n)
	}
	for range ReadStatements(strings.NewReader("")) {
		t.Error("nothing gave a row")
	}
}

func TestCSVDialect(t *testing.T) {
	tests := []struct {
		in   string
		want [][]string
	}{
		{"a,b\n", [][]string{{"a", "b"}}},
		{"a,b", [][]string{{"a", "b"}}},
		{"\"\"\n", [][]string{{""}}},
		{"\n\na,\r\r\nb", [][]string{{"a", ""}, {"b"}}},
		{"\"a\"x,\"b\"\"c\"", [][]string{{"ax", `b"c`}}},
		{"\"a\nb\",c", [][]string{{"a\nb", "c"}}},
		{",", [][]string{{"", ""}}},
	}
	for _, tt := range tests {
		var got [][]string
		r := newCSVReader(strings.NewReader(tt.in))
		for {
			fields, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", tt.in, err)
			}
			got = append(got, slices.Clone(fields))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q: %s", tt.in, diff)
		}
	}
}

func TestCSVIsBounded(t *testing.T) {
	in := io.MultiReader(strings.NewReader("entity_id,prop,schema,value,dataset\n\"e"), io.LimitReader(endless('x'), MaxLine+100), strings.NewReader("\ne1,name,Person,Alice,ds\n"))
	var errs, rows int
	for _, err := range ReadStatements(in) {
		if err != nil {
			errs++
		} else {
			rows++
		}
	}
	if errs != 1 || rows != 1 {
		t.Errorf("%d errors, %d rows", errs, rows)
	}
}

type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func FuzzStatementCSV(f *testing.F) {
	var out bytes.Buffer
	w := NewStatementWriter(&out)
	for _, s := range sample() {
		if err := w.Write(&s); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add([]byte("entity_id,prop,schema,value,dataset,external\r\ne,p,S,\"v\rw\",d,1\r\r\ne,p,S,\"v"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second []Statement
		for row, err := range ReadStatements(bytes.NewReader(data)) {
			if err == nil {
				first = append(first, row.Statement)
			}
		}
		var out bytes.Buffer
		w := NewStatementWriter(&out)
		for i := range first {
			if err := w.Write(&first[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		for row, err := range ReadStatements(&out) {
			if err != nil {
				t.Fatal(err)
			}
			second = append(second, row.Statement)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatal(diff)
		}
	})
}

// go test ./ftm -bench ReadStatements -count 6
func BenchmarkReadStatements(b *testing.B) {
	var out bytes.Buffer
	w := NewStatementWriter(&out)
	for range 10_000 {
		s := sample()[0]
		s.ID = s.MakeID()
		if err := w.Write(&s); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(out.Len()))
	for b.Loop() {
		for _, err := range ReadStatements(bytes.NewReader(out.Bytes())) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
