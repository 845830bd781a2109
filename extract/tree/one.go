package tree

import (
	"overt"
	"overt/extract"
)

// FromJSON makes a record of one JSON value that a reader of another format has
// put together; pointers begin at the value, beside the row of at. A reason says
// why it cannot be given. Errors: the value is no JSON.
func FromJSON(value []byte, at overt.Locator, lim extract.Limits) (rec extract.Record, reason string, err error) {
	t := &Reader{opts: Options{Table: at.Table, Limits: lim.WithDefaults()}}
	b := &builder{l: t.lexer(nil)}
	b.l.reset(value)
	n, err := b.record(0, t.opts.Limits.Subtree)
	if err != nil || b.over != "" {
		return nil, b.over, err
	}
	return &record{n: n, at: at}, "", nil
}
