package parquet_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/extracttest"
	"overt/extract/parquet"
	"overt/internal/archive"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(b []byte, lim extract.Limits) (*parquet.Reader, error) {
	return parquet.Open("t.parquet", &archive.Spool{ReaderAt: bytes.NewReader(b), Size: int64(len(b))}, parquet.Options{Limits: lim})
}

func dump(ctx context.Context, r extract.Reader) (lines []string, last error) {
	return extracttest.Dump(ctx, r, "", func(rec extract.Record) string {
		line := fmt.Sprintf("%d:", rec.At().Row)
		for _, name := range rec.Columns() {
			for _, c := range rec.Cells(name) {
				line += " " + name + "=" + c.Text
			}
		}
		return line
	})
}

// table is what all the files with plain columns hold.
var table = []string{
	`1: id=0 big=1 u=4294967295 uu=18446744073709551615 name=Müller sum=236345105.88 small=1.5 day=2021-03-04 at=2021-03-04T05:06:07.891 utc=2021-03-04T05:06:07.891234Z time=05:06:07.000008 ok=true f=0.1 g=0.1 raw=text`,
	`2: id=1 big=-100 u=4294967294 uu=18446744073709551614 name=Ada sum=-0.01 small=-2.5 at=2021-03-04T05:06:07.891 utc=2021-03-04T05:06:07.891234Z time=05:06:07.000008 ok=false f=1000000000000000000000 g=0.1`,
	`3: id=2 big=10000 u=4294967293 uu=18446744073709551613 sum=0.00 small=0.0 day=1969-12-31 at=2021-03-04T05:06:07.891 utc=2021-03-04T05:06:07.891234Z time=05:06:07.000008 f=-1.5 g=0.1`,
	`4: id=3 big=-1000000 u=4294967292 uu=18446744073709551612 name= sum=1.00 small=1.0 day=0001-01-01 at=2021-03-04T05:06:07.891 utc=2021-03-04T05:06:07.891234Z time=05:06:07.000008 ok=true g=0.1 raw=`,
	`5: id=4 big=100000000 u=4294967291 uu=18446744073709551611 name=Ada sum=-12345678901234.99 small=2.0 day=9999-12-31 at=2021-03-04T05:06:07.891 utc=2021-03-04T05:06:07.891234Z time=05:06:07.000008 ok=true g=0.1 raw=x`,
	`6: id=5 big=-10000000000 u=4294967290 uu=18446744073709551610 name=Bob, "x" sum=5.50 small=3.0 day=2000-02-29 at=2021-03-04T05:06:07.891 utc=2021-03-04T05:06:07.891234Z time=05:06:07.000008 ok=false f=0 g=0.1 raw=y`,
	`7: id=6 big=1000000000000 u=4294967289 uu=18446744073709551609 name=Zoë sum=7.00 small=4.0 day=2000-01-01 at=2021-03-04T05:06:07.891 utc=2021-03-04T05:06:07.891234Z time=05:06:07.000008 ok=false f=3.25 g=0.1 raw=z`,
}

// TestTables reads what another program wrote, in every compression and
// encoding it has.
func TestTables(t *testing.T) {
	for _, name := range []string{"none", "snappy", "gzip", "brotli", "lz4", "zstd", "v2", "delta"} {
		t.Run(name, func(t *testing.T) {
			r, err := open(file(t, name), extract.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := dump(t.Context(), r)
			if d := cmp.Diff(table, got); d != "" || err != nil {
				t.Errorf("%v %s", err, d)
			}
			if w := r.Info().Warnings; len(w) != 1 || w[0].Count != 2 || w[0].Code != "left_out" {
				t.Errorf("warnings %+v", w)
			}
		})
	}
}

func TestInt96(t *testing.T) {
	r, err := open(file(t, "int96"), extract.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := dump(t.Context(), r); err != nil || len(got) != 7 || got[6] != "7: id=6 at=2021-03-04T05:06:07.891" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNested(t *testing.T) {
	r, err := open(file(t, "nested"), extract.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := dump(t.Context(), r)
	want := []string{
		"1: id=1 tags=x tags=y seat/town=Oslo seat/no=5 staff/*/n=a staff/*/n=b staff/*/roles=r staff/*/roles=s deep/*=1 deep/*=2 map/k=1",
		"2: id=2 deep/*=3",
		"3: id=3 seat/no=6",
		"4: id=4 tags=z seat/town=Rome deep/*=4 map/k=2",
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
	if r.Info().Header != nil {
		t.Error("a tree has a header")
	}
	for rec := range r.Records(t.Context(), "") {
		at := rec.Cells("staff/*/roles")[1].At
		if at.Row != 1 || at.Pointer != "/staff/0/roles/1" {
			t.Errorf("a value stands at %v", at)
		}
		break
	}
}

func TestBroken(t *testing.T) {
	whole := file(t, "snappy")
	end := len(whole)
	tests := []struct {
		name, want string
		in         []byte
	}{
		{"empty", "it breaks off", []byte("PAR1")},
		{"cut", "its end is not there", whole[:end-20]},
		{"encrypted", "its metadata is encrypted", append(bytes.Clone(whole[:end-4]), "PARE"...)},
		{"footer too long", "impossible", append(binary.LittleEndian.AppendUint32(bytes.Clone(whole[:end-8]), 1<<31), "PAR1"...)},
		{"no schema", "no schema", []byte("PAR1\x00\x01\x00\x00\x00PAR1")},
		{"a list that lies", "cannot be read", []byte("PAR1\x29\xfc\xff\xff\xff\xff\x0f\x00\x08\x00\x00\x00PAR1")},
		{"a page is damaged", "the file breaks off after row 0", append(append(bytes.Clone(whole[:4]), make([]byte, 100)...), whole[104:]...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := open(tt.in, extract.Limits{})
			if err == nil {
				_, err = dump(t.Context(), r)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || overt.CodeOf(err) != overt.Invalid {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	for _, lim := range []extract.Limits{{Field: 5}, {Row: 20}} {
		r, err := open(file(t, "none"), lim)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := dump(t.Context(), r); err == nil && (len(got) != 7 || !strings.HasPrefix(got[0], "! row 1: ")) {
			t.Errorf("%+v: %q", lim, got)
		}
	}
}

// TestDamaged flips each byte of a file in turn: nothing panics, and no file
// of some kilobytes takes much memory.
func TestDamaged(t *testing.T) {
	for _, name := range []string{"nested", "delta", "lz4"} {
		whole := file(t, name)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n := 0
		for i := 4; i < len(whole); i += 3 {
			b := bytes.Clone(whole)
			b[i] ^= byte(1 << (i % 8))
			if r, err := open(b, extract.Limits{Row: 1 << 20, Subtree: 1 << 20}); err == nil {
				for range r.Records(t.Context(), "") {
					if n++; n%1000 == 0 {
						break
					}
				}
			}
		}
		runtime.ReadMemStats(&after)
		if used := after.HeapSys - min(before.HeapSys, after.HeapSys); used > 256<<20 {
			t.Errorf("%s: %d MiB", name, used>>20)
		}
	}
}

func FuzzParquet(f *testing.F) {
	for _, name := range []string{"snappy", "v2", "delta", "nested", "int96"} {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := open(in, extract.Limits{Field: 1 << 10, Row: 1 << 16, Subtree: 1 << 16})
		if err != nil {
			return
		}
		n := 0
		for range r.Records(t.Context(), "") {
			if n++; n == 100 {
				break
			}
		}
	})
}
