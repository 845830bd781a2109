package mapping

import (
	"slices"
	"strings"

	"overt/ftm"
)

// near is the end of a message about a name that does not exist: the one that
// was probably meant, else all there are.
func near(name string, names []string) string {
	best, least := "", len(name)/3+1
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	if best != "" {
		return "; the nearest is " + best
	}
	return "; there are " + strings.Join(names, ", ")
}

// distance is Levenshtein's, in bytes. Names longer than any of ours are far.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

// propertyNames lists what a mapping may fill of a schema.
func propertyNames(s *ftm.Schema) []string {
	var names []string
	for _, p := range s.SortedProperties() {
		if !p.Stub {
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// schemaNames lists the schemata that entities can have.
func schemaNames(m *ftm.Model) []string {
	var names []string
	for _, s := range m.Schemata() {
		if !s.Abstract {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names
}
