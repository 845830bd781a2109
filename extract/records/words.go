package records

import (
	"overt"
	"overt/extract"
	"overt/extract/database"
	"overt/extract/open"
	"overt/extract/tree"
	"overt/internal/wire"
)

// What the two processes say, by the first byte of a message. Records go in a
// form of their own; of the rest there is little, and it is JSON.
const (
	// the parent
	askWork   = 'w' // a request
	askMore   = 'm' // a batch was taken: one more may come
	askStop   = 's' // no more is wanted
	askAnswer = 'a' // to what the worker asked

	// the worker
	sayFresh   = 'f' // it opens the source anew: the rooms it had are not needed
	sayRoom    = 'k' // it wants a room; the answer is a region
	sayKeep    = 'p' // bytes for a room, after its number
	sayBeside  = 'b' // it wants the file beside the source
	sayColumns = 'c' // it wants to know which columns a query means
	sayRecords = 'r' // a batch of records
	sayDone    = 'd' // the outcome
)

// Kinds of work.
const (
	workOpen    = "open"
	workRecords = "records"
	workOutline = "outline"
	workQuery   = "query"
	workFetch   = "fetch"
)

// A request is what the parent wants done with a source.
type request struct {
	Work    string          `json:"work"`
	Session uint64          `json:"session"` // which source
	Name    []byte          `json:"name"`    // bytes, because it need not be UTF-8
	Size    int64           `json:"size"`
	Beside  bool            `json:"beside,omitempty"` // files beside it can be asked for
	Options options         `json:"options"`
	Part    int             `json:"part,omitempty"`
	Select  string          `json:"select,omitempty"`
	Query   *query          `json:"query,omitempty"`
	Ats     []overt.Locator `json:"ats,omitempty"`
	Sought  *extract.Sought `json:"sought,omitempty"` // by an outline
}

// options are open.Options without what cannot cross.
type options struct {
	Format, Encoding, Delimiter string
	Header                      []string
	HeaderRow                   int
	Limits                      extract.Limits
}

func optionsOf(o open.Options) options {
	return options{o.Format, o.Encoding, o.Delimiter, o.Header, o.HeaderRow, o.Limits.WithDefaults()}
}

func (o options) open() open.Options {
	return open.Options{Format: o.Format, Encoding: o.Encoding, Delimiter: o.Delimiter, Header: o.Header, HeaderRow: o.HeaderRow, Limits: o.Limits}
}

// A query is a selection from tables, with what its columns turned out to mean.
type query struct {
	Tables  []database.Table
	Joins   []database.Join
	Filters []database.Filter
	Wanted  []string
	Found   map[string]string
	Refused map[string]bool
}

// A columnsAsked is what a worker asks about the columns of a query.
type columnsAsked struct {
	Header []string `json:"header"`
	Find   *string  `json:"find,omitempty"`
	Refuse *string  `json:"refuse,omitempty"` // both nil: which are wanted
}

// An answer is the parent's to what a worker asks.
type answer struct {
	Region  int      `json:"region,omitempty"`
	Size    int64    `json:"size,omitempty"`
	Name    []byte   `json:"name,omitempty"`
	Failed  string   `json:"failed,omitempty"`
	Wanted  []string `json:"wanted,omitempty"`
	Found   string   `json:"found,omitempty"`
	Refused bool     `json:"refused,omitempty"`
}

// A part is what the worker says of a part of a source.
type part struct {
	Name string       `json:"name,omitempty"`
	Info extract.Info `json:"info"`
	Text bool         `json:"text,omitempty"` // it has an outline
	// Book is the first part of the SQLite file that this one is a table of, from
	// 1; 0 for others.
	Book int `json:"book,omitempty"`
}

// A done is how work ended.
type done struct {
	Err   *said         `json:"err,omitempty"`
	Parts []part        `json:"parts,omitempty"`
	Info  *extract.Info `json:"info,omitempty"` // of the reader, now
	Texts []string      `json:"texts,omitempty"`
	// Outline is what was sought of a part.
	Outline *extract.Outline `json:"outline,omitempty"`
}

// What a batch holds, by the first byte of each.
const (
	itemRow  = 'r'
	itemTree = 't'
	itemBad  = 'e' // a RowError
)

// A packer writes batches.
type packer struct {
	rows extract.Packer
}

// append adds a record to a batch; it is not ok for a kind that cannot cross.
func (p *packer) append(dst []byte, rec extract.Record) ([]byte, bool) {
	if out, ok := p.rows.Append(append(dst, itemRow), rec); ok {
		return out, true
	}
	return tree.Append(append(dst, itemTree), rec)
}

func appendBad(dst []byte, e *extract.RowError) []byte {
	at := e.Where
	dst = wire.AppendText(append(dst, itemBad), at.Table)
	dst = wire.AppendText(wire.AppendText(wire.AppendInt(dst, at.Row), at.Column), at.Pointer)
	return wire.AppendText(wire.AppendText(dst, e.Reason), e.Raw)
}

// An unpacker reads batches, and believes none of it.
type unpacker struct {
	rows  *extract.Unpacker
	trees *tree.Unpacker
}

func newUnpacker(l extract.Limits) *unpacker {
	return &unpacker{extract.NewUnpacker(l), tree.NewUnpacker(l)}
}

// next reads a record or why there is none; both are nil after a mistake.
func (u *unpacker) next(r *wire.Reader) (extract.Record, error) {
	switch r.Byte() {
	case itemRow:
		return u.rows.Row(r), nil
	case itemTree:
		if rec := u.trees.Record(r); rec != nil {
			return rec, nil
		}
	case itemBad:
		at := overt.Locator{Table: r.Text(), Row: r.Int(), Column: r.Text(), Pointer: r.Text()}
		reason, raw := r.Text(), r.Text()
		if at.Row < 0 || r.Bad() {
			r.Fail()
			return nil, nil
		}
		return nil, rowError(at, reason, raw)
	default:
		r.Fail()
	}
	return nil, nil
}
