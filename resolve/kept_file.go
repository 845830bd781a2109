package resolve

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"

	"overt"
	"overt/ftm"
	"overt/resolve/match"
)

// magic begins a kept result; docs/format/resolved.md draws the rest.
const magic = "overt resolved 1\n"

// write writes a result in its form.
func (r *Result) write(w io.Writer) error {
	h := sha256.New()
	out := resultWriter{w: io.MultiWriter(w, h)}
	out.bytes([]byte(magic))
	head, err := json.Marshal(r.Head)
	if err != nil {
		return err
	}
	out.text(string(head))
	out.number(len(r.Groups))
	for _, g := range r.Groups {
		out.number(len(g))
		for _, id := range g {
			out.text(string(id))
		}
	}
	out.number(len(r.Pairs))
	for _, p := range r.Pairs {
		out.text(string(p.A))
		out.text(string(p.B))
		out.bytes(binary.LittleEndian.AppendUint64(nil, math.Float64bits(p.P)))
		out.bytes([]byte{byte(p.Outcome)})
	}
	if out.err != nil {
		return out.err
	}
	_, err = w.Write(h.Sum(nil))
	return err
}

// A resultWriter writes until something fails.
type resultWriter struct {
	w   io.Writer
	err error
}

func (w *resultWriter) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
}

func (w *resultWriter) number(n int) { w.bytes(binary.AppendUvarint(nil, uint64(n))) }

func (w *resultWriter) text(s string) {
	w.number(len(s))
	w.bytes([]byte(s))
}

// readResult reads a kept result if its head is wanted; nil if it is not.
// Errors: invalid (it is not whole), unavailable.
func readResult(path string, wanted func(*Head) bool) (*Result, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "read what was resolved", Where: path, Err: err}
	}
	r, err := parseResult(data, wanted)
	if err != nil {
		return nil, &overt.Error{Code: overt.Invalid, Op: "read what was resolved", Where: path, Err: err}
	}
	return r, nil
}

var errDamaged = errors.New("it is damaged; overt resolve makes it again")

func parseResult(data []byte, wanted func(*Head) bool) (*Result, error) {
	if len(data) < len(magic)+sha256.Size || string(data[:len(magic)]) != magic {
		return nil, errDamaged
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, errDamaged
	}
	in := resultReader{data: body[len(magic):]}
	r := new(Result)
	if err := json.Unmarshal([]byte(in.text()), &r.Head); in.bad || err != nil {
		return nil, errDamaged
	}
	if !wanted(&r.Head) {
		return nil, nil
	}
	r.Groups = make([][]ftm.EntityID, in.number(1))
	for i := range r.Groups {
		g := make([]ftm.EntityID, in.number(1))
		for k := range g {
			g[k] = ftm.EntityID(in.text())
		}
		r.Groups[i] = g
	}
	r.Pairs = make([]Pair, in.number(2+8+1))
	for i := range r.Pairs {
		p := &r.Pairs[i]
		p.A, p.B = ftm.EntityID(in.text()), ftm.EntityID(in.text())
		if rest := in.take(9); rest != nil {
			p.P, p.Outcome = math.Float64frombits(binary.LittleEndian.Uint64(rest)), match.Outcome(rest[8])
		}
		in.bad = in.bad || p.Outcome > match.Same || !(p.P >= 0 && p.P <= 1)
		if in.bad {
			break
		}
	}
	if in.bad || len(in.data) > 0 {
		return nil, errDamaged
	}
	return r, nil
}

// A resultReader reads until something is bad, and zeros from then on.
type resultReader struct {
	data []byte
	bad  bool
}

// number reads how many of at least size bytes each follow; what is left must
// have room for them.
func (r *resultReader) number(size int) int {
	n, used := binary.Uvarint(r.data)
	if r.bad || used <= 0 || n > uint64(len(r.data)-used)/uint64(size) {
		r.bad = true
		return 0
	}
	r.data = r.data[used:]
	return int(n)
}

func (r *resultReader) take(n int) []byte {
	if r.bad || n > len(r.data) {
		r.bad = true
		return nil
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *resultReader) text() string { return string(r.take(r.number(1))) }
