package quality

import (
	"slices"

	"overt/extract"
)

// Declare compares what the source at hand says of its size with the records
// that came, once all are read. Pages of one source are added up.
func (w *Watch) Declare(source string, said []extract.Declared) {
	for _, d := range said {
		i := indexOf(w.declared, d.Name)
		if i < 0 {
			w.declared = append(w.declared, declaredAt{d, source})
			continue
		}
		w.declared[i].Count = max(w.declared[i].Count, d.Count)
	}
}

// Again says that a source has the bytes of another one of the run, such as a
// page that was fetched twice: its records do not make up for those of a third.
func (w *Watch) Again(source string) { w.again = append(w.again, source) }

// A declaredAt is a declaration and the first source that made it.
type declaredAt struct {
	extract.Declared
	source string
}

func indexOf(list []declaredAt, name string) int {
	for i := range list {
		if list[i].Name == name {
			return i
		}
	}
	return -1
}

// declaredTotals doubts a run with fewer records than its source says there
// are. A source may hold several lists; the largest counts.
func (w *Watch) declaredTotals() {
	by := map[string]int64{}
	most := int64(0)
	for _, c := range w.counts {
		if slices.Contains(w.again, c.source) {
			continue
		}
		by[c.selector] += c.n
		most = max(most, by[c.selector])
	}
	for _, d := range w.declared {
		if most >= d.Count {
			continue
		}
		least := ""
		if d.AtLeast {
			least = "at least "
		}
		w.warn("fewer-than-declared", d.source+": "+d.Name, "the source says it has %s%d records, and %d are here; the rest stands on pages or in files that are not in this import", least, d.Count, most)
	}
}
