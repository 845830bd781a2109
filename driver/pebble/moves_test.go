package pebble

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/statement"
)

var someMoves = []statement.Move{
	{From: statement.Spot{First: 2}, To: statement.Spot{First: 3}, Records: 7},
	{From: statement.Spot{First: 9}, To: statement.Spot{First: 1}, Records: 1},
	{From: statement.Spot{Source: 1, Table: "in", Array: "/a/"}, To: statement.Spot{Source: 1, Table: "out", Array: "/b/"}, Records: 1 << 40},
	{From: statement.Spot{Source: 1, Table: "in", Array: "/a/", First: 1 << 41}, To: statement.Spot{Source: 1, Table: "out", Array: "/b/", First: 5}, Records: 3},
}

func TestMovesRoundTrip(t *testing.T) {
	got, err := readMoves(appendMoves(nil, someMoves))
	if d := cmp.Diff(someMoves, got); d != "" || err != nil {
		t.Errorf("moves read again differ (-want +got): %v\n%s", err, d)
	}
	if got, err := readMoves(nil); got != nil || err != nil {
		t.Errorf("no moves are read as %v, %v", got, err)
	}
}

// Damaged moves are an error or other moves, never a panic or a room of their
// own choosing.
func FuzzReadMoves(f *testing.F) {
	whole := appendMoves(nil, someMoves)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(bytes.Repeat([]byte{0, 2, 2, 1}, 100))
	f.Fuzz(func(t *testing.T, b []byte) {
		moves, err := readMoves(b)
		if err != nil {
			return
		}
		again, err := readMoves(appendMoves(nil, moves))
		if d := cmp.Diff(moves, again); d != "" || err != nil {
			t.Fatalf("written again they differ: %v\n%s", err, d)
		}
	})
}
