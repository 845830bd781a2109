package pebble

import (
	"encoding/binary"
	"errors"

	"overt/statement"
)

// Moves are kept packed in the record of a run: there can be tens of thousands.
//
//	moves  move*
//	move   flags:u8 [from group, to group] from:varint to:varint records:uvarint
//	group  source:uvarint table:string array:string
//
// from and to are counted from the ends of the move before in the same groups,
// else from 0.
const newGroups = 1 // flag of a move

func appendMoves(dst []byte, moves []statement.Move) []byte {
	var before statement.Move
	for i, m := range moves {
		if i == 0 || !sameGroups(before, m) {
			dst = append(dst, newGroups)
			for _, s := range [...]statement.Spot{m.From, m.To} {
				dst = binary.AppendUvarint(dst, uint64(s.Source))
				dst = appendString(appendString(dst, s.Table), s.Array)
			}
			before = statement.Move{}
		} else {
			dst = append(dst, 0)
		}
		dst = binary.AppendVarint(dst, m.From.First-before.From.First-before.Records)
		dst = binary.AppendVarint(dst, m.To.First-before.To.First-before.Records)
		dst = binary.AppendUvarint(dst, uint64(m.Records))
		before = m
	}
	return dst
}

func sameGroups(a, b statement.Move) bool {
	a.From.First, a.To.First, a.Records = b.From.First, b.To.First, b.Records
	return a == b
}

var errMoves = errors.New("the stored moves are damaged")

func readMoves(b []byte) ([]statement.Move, error) {
	d := decoder{s: string(b)}
	var moves []statement.Move
	var m statement.Move
	for d.s != "" && !d.bad {
		if d.byte()&newGroups != 0 {
			m = statement.Move{}
			for _, s := range [...]*statement.Spot{&m.From, &m.To} {
				s.Source, s.Table, s.Array = int(d.uvarint()), d.string(), d.string()
			}
		}
		m.From.First += m.Records + d.varint()
		m.To.First += m.Records + d.varint()
		m.Records = int64(d.uvarint())
		if len(moves) == statement.MaxMoves || m.Records < 1 || m.From.First < 0 || m.To.First < 0 {
			d.bad = true
		}
		moves = append(moves, m)
	}
	if d.bad {
		return nil, errMoves
	}
	return moves, nil
}
