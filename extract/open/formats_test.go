package open_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/extract"
	"overt/extract/open"
)

func fixture(t *testing.T, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{".."}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFetchFormats wants every value of the fixtures of every format back by
// its locator.
func TestFetchFormats(t *testing.T) {
	z := []byte("$ORIGIN example.org.\n$TTL 1h\n@ SOA ns root 1 2 3 4 5\nWWW A 192.0.2.1\n TXT \"a\" \"\\195\\169\"\n")
	for _, src := range []extract.Source{
		open.File("../dbf/testdata/three.dbf"), open.File("../dbf/testdata/fox.dbf"), open.File("../dbf/testdata/visual.dbf"),
		open.File("../sheet/testdata/book.ods"), open.File("../parquet/testdata/snappy.parquet"), open.File("../parquet/testdata/nested.parquet"),
		source("p.gz", gz(t, fixture(t, "parquet/testdata/delta.parquet"))),
		source("z.zone", z),
		source("y.yml", []byte("a: &x [1, {b: 2}]\nc: *x\n")), source("many.yml", []byte("---\na: 1\n---\n- b: 2\n- c\n")),
		source("joined.json", []byte(`{"a":1}{"a":[2,{"b":3}]}`)),
		source("t.tar", tarred(t, "a.zone", z, "b.json", []byte(`[{"a":1}]`), "d/c.dbf", fixture(t, "dbf/testdata/three.dbf"), "d/c.DBT", fixture(t, "dbf/testdata/three.dbt"))),
	} {
		t.Run(filepath.Base(src.Name), func(t *testing.T) { checkFetch(t, src, open.Options{}) })
	}
}

// TestBeside: the long texts of a table stand beside it in a folder or archive,
// and are no part of their own.
func TestBeside(t *testing.T) {
	table, memo := fixture(t, "dbf/testdata/three.dbf"), fixture(t, "dbf/testdata/three.dbt")
	for _, src := range []extract.Source{
		open.File("../dbf/testdata/three.dbf"),
		source("t.zip", zipped(t, "D/Three.DBF", table, "d/three.dbt", memo)),
	} {
		parts, err := open.Open(t.Context(), src, open.Options{})
		if err != nil || len(parts) != 1 {
			t.Fatalf("%s: %d parts, %v", src.Name, len(parts), err)
		}
		var got []int
		for rec, err := range parts[0].Reader.Records(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range rec.Cells("NOTE") {
				got = append(got, len(c.Text))
			}
		}
		if d := cmp.Diff([]int{899, 0}, got); d != "" {
			t.Errorf("%s: %s", src.Name, d)
		}
	}
}
