package table_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"overt/extract"
	"overt/extract/table"
)

// repeated is a stream: a head, a piece many times, a tail.
type repeated struct {
	head, piece, tail string
	times             int
}

func (r repeated) source() extract.Source {
	return extract.Source{Name: "hostile.csv", Open: func() (io.ReadCloser, error) {
		piece := strings.Repeat(r.piece, max(1, 64<<10/len(r.piece)))
		n := r.times * len(r.piece) / len(piece)
		readers := []io.Reader{strings.NewReader(r.head)}
		readers = append(readers, &again{piece: piece, left: n}, strings.NewReader(r.tail))
		return io.NopCloser(io.MultiReader(readers...)), nil
	}}
}

type again struct {
	piece string
	at    int
	left  int
}

func (a *again) Read(p []byte) (int, error) {
	if a.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, a.piece[a.at:])
	if a.at += n; a.at == len(a.piece) {
		a.at = 0
		a.left--
	}
	return n, nil
}

func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("reads gigabytes: in the full run only")
	}
	tests := []struct {
		name   string
		in     repeated
		errors int // row errors wanted, -1 for any number
		rows   []string
	}{
		{"a value of one gigabyte", repeated{"a,b\n1,2\n3,", "xxxxxxxxxxxxxxxx", "\n5,6\n", 1 << 26}, 1, []string{"1", "5"}},
		{"a quoted value of one gigabyte", repeated{"a,b\n1,2\n3,\"", "xxxxxxxxxxxxxxxx", "\"\n5,6\n", 1 << 26}, 1, []string{"1", "5"}},
		{"a row of many columns", repeated{"a,b\n1,2\n", "x,", "\n5,6\n", 1 << 20}, 1, []string{"1", "5"}},
		{"a row of endless columns", repeated{"a,b\n1,2\n", "x,", "\n5,6\n", 1 << 26}, 1, []string{"1", "5"}},
		{"zero bytes", repeated{"a,b\n1,2\n", "\x00\x00\x00\x00", "\n5,6\n", 1 << 26}, 1, []string{"1", "5"}},
		{"quotes only", repeated{"a,b\n1,2\n", "\"", "\n5,6\n", 1 << 26}, 1, []string{"1", "5"}},
		{"a quote on every line", repeated{"a,b\n1,2\n", "\"a\n", "5,6\n", 1 << 22}, -1, nil},
		{"an open quote and lines of doubled ones", repeated{"a,b\n1,2\n\"", "x\"\"\n", "5,6\n", 1 << 23}, -1, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			debug.FreeOSMemory()
			began := time.Now()
			r, err := table.Open(t.Context(), tt.in.source(), table.Options{Delimiter: ","})
			if err != nil {
				t.Fatal(err)
			}
			bad, good, peak := 0, []string{}, uint64(0)
			for rec, err := range r.Records(t.Context(), "") {
				var rowErr *extract.RowError
				switch {
				case errors.As(err, &rowErr):
					bad++
					peak = max(peak, heap())
					if len(rowErr.Raw) > extract.RawLimit {
						t.Errorf("raw of %d bytes", len(rowErr.Raw))
					}
				case err != nil:
					t.Fatal(err)
				case len(good) < 10:
					good = append(good, rec.Cells("a")[0].Text)
				}
				if bad > 1000 {
					peak = 0 // only single giants are measured
					tt.errors = -1
					break
				}
			}
			if tt.errors >= 0 && bad != tt.errors {
				t.Errorf("%d row errors, want %d", bad, tt.errors)
			}
			if tt.rows != nil && strings.Join(good, " ") != strings.Join(tt.rows, " ") {
				t.Errorf("rows %v, want %v", good, tt.rows)
			}
			if peak > 256<<20 {
				t.Errorf("%d MiB in use", peak>>20)
			}
			t.Logf("%v, %d MiB, %d row errors", time.Since(began).Round(time.Millisecond), peak>>20, bad)
		})
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapSys - m.HeapReleased
}

func FuzzTable(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\r\n\"x\"\"y\";2", "'a','b'\r'1','2'\r", "\"a\n\"b,c\n", "\xff\xfea\x00,\x00b\x00\n\x00", "a,\"b", "\x00\x1a"} {
		f.Add([]byte(s), byte(0))
	}
	f.Fuzz(func(t *testing.T, in []byte, opt byte) {
		opts := table.Options{Limits: extract.Limits{Field: 40, Row: 200, Columns: 8}}
		if opt&1 != 0 {
			opts.HeaderRow = -1
		}
		r, err := table.Open(t.Context(), source(string(in)), opts)
		if err != nil {
			return
		}
		last := int64(0)
		for rec, err := range r.Records(t.Context(), "") {
			var bad *extract.RowError
			row := int64(0)
			switch {
			case errors.As(err, &bad):
				row = bad.Where.Row
			case err != nil:
				t.Fatalf("%q: %v", in, err)
			default:
				row = rec.At().Row
				for _, c := range rec.Columns() {
					for _, cell := range rec.Cells(c) {
						if cell.At.Row != row || cell.At.Column != c {
							t.Fatalf("%q: a cell of row %d says %v", in, row, cell.At)
						}
					}
				}
			}
			if row <= last {
				t.Fatalf("%q: row %d after %d", in, row, last)
			}
			last = row
		}
	})
}

func benchText() string {
	var b strings.Builder
	b.WriteString("Agency,Award ID,Recipient Name,Amount,Date,Description\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "U.S. Immigration and Customs Enforcement,70CTD0%08d,\"FOUR POINTS, L.L.C.\",%d.25,2021-03-04,\"CLOUD HOSTING, OPTION YEAR %d\"\n", i, i*37, i%5)
	}
	return b.String()
}

// go test -bench CSV -benchmem ./extract/table
func BenchmarkCSV(b *testing.B) {
	text := benchText()
	b.Run("overt", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			r, err := table.Open(b.Context(), source(text), table.Options{})
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range r.Records(b.Context(), "") {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("encoding-csv", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(strings.NewReader(text))
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
