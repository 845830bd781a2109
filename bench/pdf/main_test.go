package main

import (
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	r := reader{rounds: []cost{{3, 9, 1}, {3, 1, 5}, {3, 2, 7}}}
	if m := r.median(); m != (cost{3, 2, 5}) {
		t.Errorf("%+v", m)
	}
	c := cost{1, time.Second, time.Minute}
	c.add(c)
	if c != (cost{2, 2 * time.Second, 2 * time.Minute}) {
		t.Errorf("%+v", c)
	}
}
