package mapping

import (
	"slices"
	"strings"

	"overt/ftm"
	"overt/internal/edit"
)

// near is the end of a message about a name that does not exist: the one that
// was probably meant, else all there are.
func near(name string, names []string) string {
	best, least := "", len(name)/3+1
	if len(name) <= 64 { // longer than any of ours
		for _, n := range names {
			if d := edit.Distance([]byte(strings.ToLower(name)), []byte(strings.ToLower(n))); d < least {
				best, least = n, d
			}
		}
	}
	if best != "" {
		return "; the nearest is " + best
	}
	return "; there are " + strings.Join(names, ", ")
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
