// Package records reads sources of records in confined processes: it does what
// extract/open does, elsewhere. It has both ends: in the process extract/open
// itself, in the parent an Opener that takes what comes from there.
//
// It stands between what received the files and extract/open. A source's bytes
// are read through the parent, by offset; records come in batches, a few of
// them ahead. A process keeps the source it opened last, since mostly the next
// question is about the same one; where another is asked, it opens it again.
//
// The invariant: what is parsed here is our own form of records, checked against
// the limits as if an enemy had written it. The bytes of a source are parsed in
// a confined process, or there is an error that says why not.
package records

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/internal/sandbox"
)

// Kind is the name of the workers that read records.
const Kind = "records"

// Kinds gives what sandbox.Main needs to make this program a worker.
func Kinds() map[string]sandbox.Kind {
	return map[string]sandbox.Kind{Kind: {Serve: serve}}
}

const (
	// maxFrame is the largest message, in bytes: the largest record that the
	// limits allow, in UTF-8, and more.
	maxFrame  = 256 << 20
	maxRecord = maxFrame - 1<<20
	// patience is how long a worker may neither give nor read anything.
	patience = 5 * time.Minute
	// memory is the address space of a worker, in bytes.
	memory = 2 << 30
	// output is how much a worker may say of one source, in bytes: several times
	// what may be unpacked of it.
	output = 512 << 30
	// calls of one worker. One source takes some five.
	calls = 5000
)

// A Pool opens sources in workers. It is safe for concurrent use.
type Pool struct {
	workers    *sandbox.Pool
	session    atomic.Uint64 // the number given last
	unconfined atomic.Bool
}

// New makes a pool. Nothing is started before there is a source; Close ends it.
// Zero fields of cfg take defaults for records: a worker may take as long as it
// gives signs of life.
func New(cfg sandbox.Config) *Pool {
	if cfg.Kind == "" {
		cfg.Kind = Kind
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 4 // a source may be asked for while another is read
	}
	if cfg.Memory <= 0 {
		cfg.Memory = memory
	}
	if cfg.Patience <= 0 {
		cfg.Patience = patience
	}
	if cfg.Output <= 0 {
		cfg.Output = output
	}
	if cfg.Frame <= 0 {
		cfg.Frame = maxFrame
	}
	if cfg.Calls <= 0 {
		cfg.Calls = calls
	}
	return &Pool{workers: sandbox.NewPool(cfg)}
}

// Close ends the workers; calls under way come to their end before.
func (p *Pool) Close() error { return p.workers.Close() }

// Opener opens sources of one key, the dataset: a worker never serves two. Where
// it is not known before, "" gives each source a worker of its own.
func (p *Pool) Opener(key string) open.Opener { return &opener{p, key} }

type opener struct {
	pool *Pool
	key  string
}

// Unconfined says whether a worker that nothing confined has read something.
func (o *opener) Unconfined() bool { return o.pool.unconfined.Load() }

// Open opens a source in a worker; see open.Open. The parts are read there each
// time they are asked for. Errors besides: *Failure, when the worker had to be
// ended or cannot be had, and the cause of ctx.
func (o *opener) Open(ctx context.Context, src extract.Source, opts open.Options) ([]extract.Part, error) {
	s := o.begin(ctx, src, opts)
	d, err := s.call(ctx, request{Work: workOpen}, nil)
	if err != nil {
		return nil, err
	}
	out := make([]extract.Part, len(d.Parts))
	for i, p := range d.Parts {
		r := &reader{session: s, part: i, info: checked(p.Info)}
		out[i] = extract.Part{Name: plain(p.Name), Reader: r}
		if p.Text {
			out[i].Outline = r.outline
		}
		if p.Book > 0 {
			out[i].Reader = &asked{reader: r, book: p.Book}
		}
	}
	return out, nil
}

// FetchAll fetches texts in a worker; see open.FetchAll.
func (o *opener) FetchAll(ctx context.Context, src extract.Source, opts open.Options, ats []overt.Locator) ([]string, error) {
	d, err := o.begin(ctx, src, opts).call(ctx, request{Work: workFetch, Ats: ats}, nil)
	if err == nil && len(d.Texts) != len(ats) {
		err = wrong(src.Name, "", fmt.Sprintf("%d texts for %d places", len(d.Texts), len(ats)))
	}
	return d.Texts, err
}

// begin gives the parent's end of a source.
func (o *opener) begin(ctx context.Context, src extract.Source, opts open.Options) *session {
	s := &session{opener: o, src: src, opts: optionsOf(opts), number: o.pool.session.Add(1), ctx: ctx, key: o.key}
	if s.key == "" {
		s.key = fmt.Sprintf("source %d", s.number)
	}
	return s
}

// checked bounds what a worker says of a part.
func checked(i extract.Info) extract.Info {
	i.Format, i.Table = extract.Format(plain(string(i.Format))), plain(i.Table)
	for k, n := range i.Notes {
		i.Notes[k] = plain(n)
	}
	for k := range i.Warnings {
		w := &i.Warnings[k]
		w.Code, w.Message = plain(w.Code), plain(w.Message)
	}
	return i
}
