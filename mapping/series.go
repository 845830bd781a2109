package mapping

import (
	"context"
	"regexp"
	"strings"

	"overt/extract"
)

// seriesHole is a column inside the series of a pack.
var seriesHole = regexp.MustCompile(`\{\{([^{}]+)\}\}`)

// SeriesOf gives the series of one source. Where the mapping's series names
// columns ("eu-journal-{{celex}}"), files of one form are different lists, and
// the first record that has values in all of them says which. It is empty when
// no record does: such a file is a version of nothing. Errors: those of the
// reader; the rows it could not read are passed over.
func (m *Mapping) SeriesOf(ctx context.Context, r extract.Reader) (string, error) {
	holes := seriesHole.FindAllStringSubmatch(m.Series, -1)
	switch {
	case len(holes) == 0:
		return m.Series, nil
	case r == nil:
		return "", nil
	}
	for rec, err := range r.Records(ctx, "") {
		if extract.IsRowError(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		if series, ok := filledSeries(m.Series, holes, rec); ok {
			return series, nil
		}
	}
	return "", nil
}

// maxSeries bounds what a source may put into a series.
const maxSeries = 200

func filledSeries(series string, holes [][]string, rec extract.Record) (string, bool) {
	for _, h := range holes {
		cells := rec.Cells(h[1])
		if len(cells) == 0 {
			return "", false
		}
		text := sanitize(cells[0].Text)
		if text == "" || len(text) > maxSeries {
			return "", false
		}
		series = strings.ReplaceAll(series, h[0], text)
	}
	return series, true
}
