// Package extracttest has what the tests of all formats do alike.
package extracttest

import (
	"context"
	"errors"

	"overt/extract"
)

// Dump gives a line for each record: what show makes of it, or "! " and why it
// could not be read. Errors: what ended the reading early.
func Dump(ctx context.Context, r extract.Reader, selector string, show func(extract.Record) string) (lines []string, last error) {
	for rec, err := range r.Records(ctx, selector) {
		var bad *extract.RowError
		switch {
		case errors.As(err, &bad):
			lines = append(lines, "! "+bad.Error())
		case err != nil:
			return lines, err
		default:
			lines = append(lines, show(rec))
		}
	}
	return lines, nil
}
