package answer

import (
	"context"
	"slices"
	"strings"

	"overt"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/statement"
)

// values are what a view says of an entity, by property; each value once, sorted.
func values(ctx context.Context, d *gate.Desk, id ftm.EntityID) (map[string][]string, string, error) {
	stmts, err := d.View.Entity(ctx, id)
	if err != nil {
		return nil, "", err
	}
	out, schema := valuesOf(stmts)
	return out, schema, nil
}

// valuesOf are the values of statements by property, and the narrowest schema.
func valuesOf(stmts []statement.Statement) (map[string][]string, string) {
	out, schema := map[string][]string{}, ""
	for i := range stmts {
		out[stmts[i].Prop] = append(out[stmts[i].Prop], stmts[i].Value)
		if s := ftm.Default().Schema(stmts[i].Schema); s != nil && (schema == "" || s.IsA(schema)) {
			schema = s.Name
		}
	}
	for prop := range out {
		out[prop] = unique(out[prop])
	}
	return out, schema
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// withReading opens what was read of some bytes, as far as the view shows it.
// Errors: not_found, when nothing was.
func withReading(ctx context.Context, d *gate.Desk, b overt.BlobID, do func(*reading.Reading) error) error {
	_, r, done, err := newestReading(ctx, d, reading.DocumentID(b))
	if err != nil {
		return err
	}
	defer done()
	return do(r)
}

// headerLine gives the field of a message's header that begins in a line, all
// lines of it.
func headerLine(ctx context.Context, d *gate.Desk, b overt.BlobID, where overt.Locator) (string, error) {
	quote := ""
	err := withReading(ctx, d, b, func(r *reading.Reading) error {
		lines := strings.Split(first(r.Values("headers")), "\n")
		if where.Row < 1 || where.Row > int64(len(lines)) {
			return nil
		}
		rest := lines[where.Row-1:]
		if len(rest[0]) <= len(where.Column) || !strings.EqualFold(rest[0][:len(where.Column)+1], where.Column+":") {
			return nil
		}
		end := 1 + slices.IndexFunc(rest[1:], func(l string) bool { return !strings.HasPrefix(l, " ") && !strings.HasPrefix(l, "\t") })
		if end == 0 {
			end = len(rest)
		}
		quote = strings.TrimRight(strings.Join(rest[:end], "\n"), "\n")
		return nil
	})
	if err == nil && quote == "" {
		err = overt.Errorf(overt.NotFound, where.String(), "the header has no field %s in that line", where.Column)
	}
	return quote, err
}
