package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"overt"
)

// A deriving is what brings derived data up to date, beside those who ask for it. What
// one has begun goes on when he does not wait any longer, for the next who asks: a
// request of a browser ends after minutes, and the first index of a large home takes
// longer.
type deriving struct {
	life  context.Context // ends with the home
	end   context.CancelFunc
	going sync.WaitGroup
}

func newDeriving() *deriving {
	d := &deriving{}
	d.life, d.end = context.WithCancel(context.Background())
	return d
}

// stop ends what goes on, and waits for that.
func (d *deriving) stop() {
	d.end()
	d.going.Wait()
}

// inTurn lets one at a time bring something derived up to date: a service has many
// who ask for it at once.
func inTurn[T any](d *deriving, derive func(context.Context) (T, error)) func(context.Context) (T, error) {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context) (none T, err error) {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			return none, ctx.Err()
		}
		type made struct {
			it  T
			err error
		}
		done := make(chan made, 1)
		d.going.Go(func() {
			defer func() { <-turn }()
			on, stop := context.WithCancel(context.WithoutCancel(ctx))
			defer stop()
			defer context.AfterFunc(d.life, stop)()
			var m made
			defer func() {
				if p := recover(); p != nil {
					m.err = overt.Errorf(overt.Internal, "derived", "it could not be made: %s", fmt.Sprint(p, "\n", string(debug.Stack())))
				}
				done <- m
			}()
			m.it, m.err = derive(on)
		})
		select {
		case m := <-done:
			return m.it, m.err
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
}
