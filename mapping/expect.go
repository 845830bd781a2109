package mapping

import (
	"context"
	"strconv"

	"go.yaml.in/yaml/v3"

	"overt/extract"
)

// expects reads the expects key: where a page tells how many records its source
// has. It is a query of one field.
func (p *parser) expects(n *yaml.Node) {
	q := &Query{m: p.m, plans: &planCache{}}
	w := &queryParser{parser: p, q: q, columns: map[string]int{}, fields: map[string]int{}}
	value := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: n.Line, Column: n.Column}
	for _, kv := range p.pairs(n, "expects") {
		switch kv.key {
		case "rows", "when", "unless":
			w.key(kv)
		case "plus":
			q.plus = int64(p.number(kv.value, kv.key, 0, 1_000_000))
		default:
			value.Content = append(value.Content, kv.at, kv.value)
		}
	}
	w.field(pair{key: "number", at: n, value: value})
	q.judge()
	p.m.expect = q
}

// maxExpected bounds a number of records that a page may tell.
const maxExpected = 1 << 40

// Expected is how many records the whole source has at least, as one of its
// pages tells; 0 when the mapping or the page does not say. Errors: those of
// the reader; the rows it could not read are passed over.
func (m *Mapping) Expected(ctx context.Context, r extract.Reader) (int64, error) {
	q := m.expect
	if q == nil || r == nil {
		return 0, nil
	}
	run := runs.Get().(*run)
	defer run.finish()
	run.problem = nil
	best := int64(0)
	for rec, err := range r.Records(ctx, q.Rows) {
		if err != nil {
			if isRowError(err) {
				continue
			}
			return best, err
		}
		run.start(q, rec, nil)
		if !q.passes(run) {
			continue
		}
		for _, d := range run.values(fieldBase) {
			if n, err := strconv.ParseInt(d.text, 10, 64); err == nil && n >= 0 && n <= maxExpected {
				best = max(best, n+q.plus)
			}
		}
	}
	return best, nil
}
