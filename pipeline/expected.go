package pipeline

import (
	"context"
	"fmt"

	"overt/extract"
	"overt/ledger"
	"overt/mapping"
	"overt/statement"
)

// expected warns of a source whose pages tell of more records than came.
func (u *unit) expected(ctx context.Context, good []*taken) error {
	said, came := map[*mapping.Mapping]int64{}, map[*mapping.Mapping]int64{}
	first := map[*mapping.Mapping]*taken{}
	for _, t := range good {
		for i, m := range t.mapping {
			if m == nil {
				continue
			}
			key := mapping.Pack(m.Name) // a file with refused columns has a mapping of its own
			if key == nil {
				key = m
			}
			n, err := expectedOf(ctx, m, t.part[i].Reader)
			if err != nil {
				return err
			}
			said[key] = max(said[key], n)
			came[key] += t.Received - t.Repeats
			if first[key] == nil {
				first[key] = t
			}
		}
	}
	for m, t := range first {
		if came[m] >= said[m] {
			continue
		}
		message := fmt.Sprintf("pages are missing: %d records are here, and the source says that it has %d or more", came[m], said[m])
		t.warnings = append(t.warnings, ledger.Warning{Code: "pages-missing", Message: message, Where: t.name})
		u.w.Warn(statement.Warning{Code: "pages-missing", Message: message, Where: t.name})
	}
	return nil
}

// expectedOf takes a page that breaks off for one that says nothing; the break
// itself is told where its records are read.
func expectedOf(ctx context.Context, m *mapping.Mapping, r extract.Reader) (int64, error) {
	n, err := m.Expected(ctx, r)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if err != nil {
		return 0, nil
	}
	return n, nil
}
