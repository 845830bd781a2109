package main

import (
	"context"
	"errors"
	"testing"

	"overt"
)

// What somebody began and did not wait for is there for the next, and ends with the home.
func TestInTurn(t *testing.T) {
	d := newDeriving()
	begun, release := make(chan struct{}, 9), make(chan struct{})
	calls := 0
	ask := inTurn(d, func(ctx context.Context) (int, error) {
		calls++
		begun <- struct{}{}
		select {
		case <-release:
			return calls, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
	hasty, leave := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, err := ask(hasty)
		answered <- err
	}()
	<-begun
	leave()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("who left was told %v", err)
	}
	if _, err := ask(hasty); !errors.Is(err, context.Canceled) {
		t.Errorf("who comes while it goes on, and does not wait: %v", err)
	}
	if calls != 1 {
		t.Errorf("it was begun %d times while it went on", calls)
	}
	close(release)
	if n, err := ask(t.Context()); n != 2 || err != nil { // it looks again whether all is current
		t.Errorf("the next is told %d, %v", n, err)
	}
	wrong := inTurn(d, func(context.Context) (int, error) { panic("wrong") })
	for range 2 {
		if _, err := wrong(t.Context()); overt.CodeOf(err) != overt.Internal {
			t.Errorf("a panic is told as %v", err)
		}
	}
	long := inTurn(d, func(ctx context.Context) (int, error) {
		begun <- struct{}{}
		<-ctx.Done()
		return 0, ctx.Err()
	})
	go func() {
		_, err := long(t.Context())
		answered <- err
	}()
	<-begun
	<-begun
	d.stop()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("what went on when the home was closed: %v", err)
	}
}
