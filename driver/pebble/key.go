package pebble

import (
	"bytes"
	"encoding/binary"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// The key space, drawn in docs/format/statements.md. Numbers are big-endian,
// so that bytes sort as numbers do; ids hold no NUL, so that one entity is one
// range whatever its neighbours are called.
//
//	e id 00 class            → pack            statements of one entity and class
//	m c  run                 → JSON            a run, its words and classes
//	m u  run                 → RFC 3339        a run taken back, and when
//	r id 00 class id 00 prop →                 who names this id, and in which property
//	x key 00 class id        →                 who has this name or identifier
const (
	entityKeys = 'e'
	metaKeys   = 'm'
	refKeys    = 'r'
	lookupKeys = 'x'

	metaRun     = 'c'
	metaUndo    = 'u'
	metaNotices = 'n'
)

// idPrefix is the common prefix of all keys of one id (or lookup key).
func idPrefix(dst []byte, space byte, id string) []byte {
	dst = append(dst[:0], space)
	dst = append(dst, id...)
	return append(dst, 0)
}

// classKey appends the class to an id prefix.
func classKey(prefix []byte, c statement.Class) []byte {
	return binary.BigEndian.AppendUint32(prefix, uint32(c))
}

// after is the first key beyond every key that begins with a NUL-ended prefix.
func after(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	end[len(end)-1]++
	return end
}

// splitKey takes an e, r or x key apart: what stands before the NUL, the
// class, and the rest. ok is false for bytes that no writer of ours made.
func splitKey(key []byte) (id []byte, c statement.Class, rest []byte, ok bool) {
	i := bytes.IndexByte(key, 0)
	if i < 1 || len(key) < i+5 {
		return nil, 0, nil, false
	}
	return key[1:i], statement.Class(binary.BigEndian.Uint32(key[i+1:])), key[i+5:], true
}

// refKey is the r key that says: source names target in prop.
func refKey(dst []byte, target string, c statement.Class, source ftm.EntityID, prop string) []byte {
	dst = classKey(idPrefix(dst, refKeys, target), c)
	dst = append(dst, source...)
	dst = append(dst, 0)
	return append(dst, prop...)
}

// lookupKey is the x key that says: the entity has this name or identifier.
func lookupKey(dst []byte, key string, c statement.Class, id ftm.EntityID) []byte {
	return append(classKey(idPrefix(dst, lookupKeys, key), c), id...)
}

func metaKey(kind byte, run overt.RunID) []byte {
	return binary.BigEndian.AppendUint32([]byte{metaKeys, kind}, uint32(run))
}
