package api

import (
	"context"
	"testing"
)

// TestQueue: nobody takes more than his share, more than there is room for is told to
// ask again, and whoever gives up leaves nothing behind.
func TestQueue(t *testing.T) {
	q := newQueue(3, 1, 2)
	ctx, stop := context.WithCancel(t.Context())
	leave, err := q.enter(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	waits := make(chan error)
	for _, who := range []string{"a", "b"} {
		go func() {
			_, err := q.enter(ctx, who)
			waits <- err
		}()
	}
	for len(q.waiting) < 3 {
		select {
		case err := <-waits:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	for _, who := range []string{"a", "c"} { // his share is taken; there is no room
		if _, err := q.enter(ctx, who); err == nil {
			t.Errorf("%s was let in", who)
		}
	}
	stop()
	for range 2 {
		if err := <-waits; err == nil {
			t.Error("who gave up was let in")
		}
	}
	leave()
	if len(q.waiting)+len(q.working)+len(q.of) != 0 {
		t.Errorf("left behind: %d waiting, %d working, %v", len(q.waiting), len(q.working), q.of)
	}
	if leave, err = q.enter(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	leave()
}
