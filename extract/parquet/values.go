package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Encodings of values.
const (
	encPlain           = 0
	encPlainDictionary = 2
	encRLE             = 3
	encDelta           = 5
	encDeltaLength     = 6
	encDeltaBytes      = 7
	encDictionary      = 8
	encSplit           = 9
)

// Physical types.
const (
	typeBoolean = iota
	typeInt32
	typeInt64
	typeInt96
	typeFloat
	typeDouble
	typeBytes
	typeFixed
)

// A decoder gives the bytes of one value after the other, as PLAIN has them,
// without the length. They are valid until the next call.
type decoder interface{ next() ([]byte, error) }

// newDecoder reads the values of a page.
func newDecoder(b []byte, encoding, physical, size, count int, dict decodedDictionary) (decoder, error) {
	switch encoding {
	case encPlain:
		if physical == typeBoolean {
			return &plainBits{b: b}, nil
		}
		return &plain{b: b, physical: physical, size: size}, nil
	case encPlainDictionary, encDictionary:
		if len(b) == 0 || b[0] > 32 {
			return nil, errPage
		}
		return &indexed{runs{b: b[1:], width: int(b[0])}, dict}, nil
	case encRLE:
		if physical == typeBoolean && len(b) >= 4 {
			return &runBits{runs{b: b[4:], width: 1}}, nil
		}
	case encDelta:
		d, err := newDeltas(b)
		if physical == typeInt32 || physical == typeInt64 {
			return &deltaNumbers{d, size}, err
		}
	case encDeltaLength:
		return newDeltaLength(b, count)
	case encDeltaBytes:
		return newDeltaBytes(b, count)
	case encSplit:
		if size > 0 && physical != typeBoolean {
			return &split{b: b[:len(b)/size*size], out: make([]byte, size)}, nil
		}
	}
	return nil, fmt.Errorf("values of type %d in encoding %d are not read", physical, encoding)
}

// plain reads values end to end.
type plain struct {
	b              []byte
	physical, size int
}

func (p *plain) next() ([]byte, error) {
	size := p.size
	if p.physical == typeBytes {
		if len(p.b) < 4 {
			return nil, errPage
		}
		n := binary.LittleEndian.Uint32(p.b)
		if p.b = p.b[4:]; uint64(n) > uint64(len(p.b)) {
			return nil, errPage
		}
		size = int(n)
	}
	if size > len(p.b) {
		return nil, errPage
	}
	out := p.b[:size]
	p.b = p.b[size:]
	return out, nil
}

var bitBytes = [2][]byte{{0}, {1}}

type plainBits struct {
	b []byte
	i int
}

func (p *plainBits) next() ([]byte, error) {
	if p.i >= len(p.b)*8 {
		return nil, errPage
	}
	v := p.b[p.i/8] >> (p.i % 8) & 1
	p.i++
	return bitBytes[v], nil
}

type runBits struct{ runs }

func (r *runBits) next() ([]byte, error) {
	v, err := r.runs.next()
	return bitBytes[v&1], err
}

// decodedDictionary is the values that pages point at, in the bytes of their
// page.
type decodedDictionary struct {
	b    []byte
	ends []uint32 // of values without a fixed size
	size int      // of the others
}

// newDictionary takes the values of a dictionary page apart.
func newDictionary(b []byte, physical, size, count int) (decodedDictionary, error) {
	if physical != typeBytes {
		if size == 0 || count > len(b)/size {
			return decodedDictionary{}, errPage
		}
		return decodedDictionary{b: b[:count*size], size: size}, nil
	}
	if count > len(b)/4 {
		return decodedDictionary{}, errPage
	}
	d := decodedDictionary{b: b, ends: make([]uint32, 0, count)}
	p := plain{b: b, physical: typeBytes}
	for range count {
		if _, err := p.next(); err != nil {
			return d, err
		}
		d.ends = append(d.ends, uint32(len(b)-len(p.b)))
	}
	return d, nil
}

var errIndex = errors.New("a value points at nothing in its dictionary")

func (d *decodedDictionary) get(i uint32) ([]byte, error) {
	switch {
	case d.size > 0 && int64(i) < int64(len(d.b)/d.size):
		return d.b[int(i)*d.size : (int(i)+1)*d.size], nil
	case d.size > 0 || int64(i) >= int64(len(d.ends)):
		return nil, errIndex
	}
	from := uint32(4)
	if i > 0 {
		from += d.ends[i-1]
	}
	return d.b[from:d.ends[i]], nil
}

type indexed struct {
	runs
	dict decodedDictionary
}

func (x *indexed) next() ([]byte, error) {
	i, err := x.runs.next()
	if err != nil {
		return nil, err
	}
	return x.dict.get(i)
}

type deltaNumbers struct {
	d    *deltas
	size int
}

func (n *deltaNumbers) next() ([]byte, error) {
	v, err := n.d.next()
	return binary.LittleEndian.AppendUint64(nil, uint64(v))[:n.size], err
}

// deltaLength reads texts whose lengths stand before them all.
type deltaLength struct {
	lengths *deltas
	b       []byte
}

func newDeltaLength(b []byte, count int) (*deltaLength, error) {
	ahead, err := newDeltas(b)
	if err != nil {
		return nil, err
	}
	for n := min(ahead.total, uint64(count)); n > 0; n-- {
		if _, err := ahead.next(); err != nil {
			return nil, err
		}
	}
	lengths, err := newDeltas(b)
	return &deltaLength{lengths, ahead.rest()}, err
}

func (l *deltaLength) next() ([]byte, error) {
	n, err := l.lengths.next()
	if err != nil || n < 0 || n > int64(len(l.b)) {
		return nil, errPage
	}
	out := l.b[:n]
	l.b = l.b[n:]
	return out, nil
}

// deltaBytes reads texts of which each begins as the one before.
type deltaBytes struct {
	prefixes *deltas
	rest     *deltaLength
	last     []byte
}

func newDeltaBytes(b []byte, count int) (*deltaBytes, error) {
	ahead, err := newDeltaLength(b, count)
	if err != nil {
		return nil, err
	}
	rest, err := newDeltaLength(ahead.b, count)
	return &deltaBytes{prefixes: ahead.lengths, rest: rest}, err
}

// maxPrefixed bounds a text that repeats those before it, in bytes.
const maxPrefixed = 64 << 20

func (d *deltaBytes) next() ([]byte, error) {
	n, err := d.prefixes.next()
	if err != nil || n < 0 || n > int64(len(d.last)) {
		return nil, errPage
	}
	more, err := d.rest.next()
	if err != nil || len(more)+int(n) > maxPrefixed {
		return nil, errPage
	}
	d.last = append(d.last[:n], more...)
	return d.last, nil
}

// split reads numbers whose first bytes stand together, then the second, and so
// on.
type split struct {
	b, out []byte
	i      int
}

func (s *split) next() ([]byte, error) {
	n := len(s.b) / len(s.out)
	if s.i >= n {
		return nil, errPage
	}
	for k := range s.out {
		s.out[k] = s.b[k*n+s.i]
	}
	s.i++
	return s.out, nil
}
