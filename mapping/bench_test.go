//go:build unix

package mapping_test

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"overt"
	"overt/extract"
	"overt/mapping"
)

// BenchmarkApply maps rows of ten columns to five entities each.
//
//	go test -run - -bench Apply -benchmem ./mapping
func BenchmarkApply(b *testing.B) {
	m := mapping.Pack("usaspending-transactions")
	header := []string{"Agency", "Award ID", "Recipient Name", "Federal Action Obligation", "Action Date", "Modification",
		"Product/Service Description", "NAICS Description", "Transaction Description", "Generated Award ID"}
	rows := make([]*indexed, 1000)
	for i := range rows {
		id := fmt.Sprintf("70B03C21F%08d", i)
		rows[i] = newIndexed(header, []string{"CBP", id, fmt.Sprintf("EXAMPLE SYSTEMS %d INC", i%97), fmt.Sprintf("%d.25", i*31), "2021-09-28", "P00001",
			"HAZARD-DETECTING INSTRUMENTS", "APPARATUS MANUFACTURING", "ORDER FOR PORTALS", "CONT_AWD_" + id + "_7014_70B03C21D00000003_7014"}, int64(i+2))
	}
	b.ReportAllocs()
	n, before := 0, cpu(b)
	for b.Loop() {
		err := m.Apply(m.Queries[0], rows[n%len(rows)], func(mapping.Entity) error { return nil }, nil)
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	// Other programs share the machine; rows per second of CPU are comparable.
	b.ReportMetric(float64(n)/(cpu(b)-before), "rows/cpu-s")
}

// cpu gives the CPU time of the process in seconds.
func cpu(b *testing.B) float64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// indexed finds cells as the table reader does, through a map.
type indexed struct {
	row
	index map[string]int
}

func newIndexed(header, values []string, number int64) *indexed {
	x := &indexed{row{header, values, number}, map[string]int{}}
	for i, h := range header {
		x.index[h] = i
	}
	return x
}

func (x *indexed) Cells(name string) []extract.Cell {
	i, ok := x.index[name]
	if !ok {
		return nil
	}
	return []extract.Cell{{Text: x.values[i], At: overt.Locator{Row: x.number, Column: x.header[i]}}}
}
