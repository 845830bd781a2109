package main

import (
	"context"
	"sync"
	"time"

	"overt/extract/document"
	"overt/extract/worker"
)

// drawTime is how long a page may take to be drawn.
const drawTime = 30 * time.Second

// A drawer draws pages of documents in confined processes. What they run is made
// ready when the first page is asked for.
type drawer struct {
	app  *app
	home *home

	mu   sync.Mutex
	pool *worker.Pool
}

// ready gives the pool of processes. A failure is told again to the next who asks.
func (d *drawer) ready(ctx context.Context) (*worker.Pool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pool != nil {
		return d.pool, nil
	}
	if err := d.app.confines(ctx); err != nil {
		return nil, err
	}
	pool, err := d.app.workers(context.WithoutCancel(ctx), d.home, readingOptions{workers: 1, memory: workerMemory, time: drawTime})
	d.pool = pool
	return pool, err
}

// draw is an answer.Draw.
func (d *drawer) draw(ctx context.Context, key string, in document.Input, page, width int) (document.Image, error) {
	pool, err := d.ready(ctx)
	if err != nil {
		return document.Image{}, err
	}
	in.Type = anyType // the process finds out what it is by itself
	return pool.Draw(ctx, key, in, page, width)
}

func (d *drawer) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pool == nil {
		return nil
	}
	return d.pool.Close()
}
