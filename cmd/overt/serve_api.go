package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"overt"
	"overt/answer"
	"overt/api"
	"overt/extract/records"
	"overt/gate"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
)

// serveAPI answers programs alone.
func (a *app) serveAPI(ctx context.Context, h *home, o serveOptions) error {
	if !o.tokens && !api.Loopback(o.listen) {
		return overt.Errorf(overt.Invalid, "--listen", "others could reach %s; ask for tokens, with --tokens", o.listen)
	}
	return a.withRecords(func(pool *records.Pool) (err error) {
		jobs, err := a.imports(ctx, h, pool)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, jobs.Close()) }()
		v1, err := a.apiV1(h, pool, jobs, api.ByToken(o.bearing(h, a.clock), a.visit(h)))
		if err != nil {
			return err
		}
		// Who follows an import waits for its end, and the service for him.
		defer context.AfterFunc(ctx, func() { _ = jobs.Close() })()
		return api.Serve(ctx, o.listen, o.secure, v1, func(at string) {
			fmt.Fprintf(a.err, "answering at %s/api/v1; Ctrl-C ends it\n", o.url(at))
		})
	})
}

// apiV1 makes /api/v1 for those whom who knows. It is to be closed before the home.
func (a *app) apiV1(h *home, pool *records.Pool, jobs *pipeline.Jobs, who api.Who) (*api.API, error) {
	derived := filepath.Join(h.dir, "derived")
	key, err := cursorKey(filepath.Join(derived, "cursor.key"))
	if err != nil {
		return nil, err
	}
	return api.V1(api.V1Config{
		Gate: h.gate, Who: who, Clock: a.clock, Version: version, Key: key, Derived: derived, Jobs: jobs,
		Cell: func(ctx context.Context, d *gate.Desk, blob string, where overt.Locator) (*answer.Cited, error) {
			return answer.Cite(ctx, d, pool.Opener(""), blob, where)
		},
	})
}

// imports is the one list of imports of the service. It is to be closed before the home.
func (a *app) imports(ctx context.Context, h *home, pool *records.Pool) (*pipeline.Jobs, error) {
	if err := a.importReference(ctx, h); err != nil {
		return nil, err
	}
	return pipeline.NewJobs(pipeline.JobsConfig{
		Clock: a.clock, Folder: filepath.Join(h.dir, "incoming", "uploads"),
		Import: func(ctx context.Context, v gate.Visit, req pipeline.Request, told pipeline.Progress) (*pipeline.Report, error) {
			if err := a.confines(ctx); err != nil {
				return nil, err
			}
			return a.importer(h, pool.Opener(cmp.Or(req.Dataset, req.Format)), v, told).Import(ctx, req)
		},
		Describe: func(ctx context.Context, v gate.Visit, said ledger.Dataset) error {
			v.Writes = []policy.Label{{Dataset: said.Name}}
			pass, err := h.gate.Open(ctx, v)
			if err != nil {
				return err
			}
			return pipeline.Describe(ctx, pass, said)
		},
		Ingest: func(ctx context.Context, v gate.Visit, dataset string, paths []string, told func(pipeline.Rate)) (out *pipeline.Ingested, err error) {
			if err := a.confines(ctx); err != nil {
				return nil, err
			}
			out = &pipeline.Ingested{Work: &pipeline.Work{}}
			err = a.withWorkers(ctx, h, usualReading, v, told, func(in *pipeline.Ingester) (err error) {
				if out.Received, err = in.Receive(ctx, dataset, paths); err == nil {
					out.Work, err = in.Work(ctx, []string{dataset})
				}
				return err
			})
			return out, err
		},
	})
}

// keySize is how many bytes the secret has under which cursors are sealed.
const keySize = 32

// cursorKey reads the secret of a home under which cursors are sealed, or makes one:
// without it, lists that were begun are begun again.
func cursorKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil && len(key) == keySize {
		return key, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "read the key", Where: path, Err: err}
	}
	key = make([]byte, keySize)
	_, _ = rand.Read(key) // never fails
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "make the key", Where: path, Err: err}
	}
	return key, writeFile(path, key)
}
