package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"overt"
)

// Inclusion gives the RFC 6962 audit path of record seq in the tree of the
// first size records, from the leaf's sibling up. Errors: invalid, unless
// 0 <= seq < size <= Size; unavailable, if the hash file cannot be read;
// internal, if it does not bear the proof out.
func (l *Log) Inclusion(seq, size int64) ([][HashSize]byte, error) {
	if seq < 0 || seq >= size || size > l.Size() {
		return nil, overt.Errorf(overt.Invalid, "", "no proof for record %d in a tree of %d: the log has %d records", seq, size, l.Size())
	}
	r := flushed{l.hashes.f}
	path, err := tlog.ProveRecord(size, seq, r)
	if err != nil {
		return nil, unavailable(l.path(hashesName), "prove a record", err)
	}
	root, err := tlog.TreeHash(size, r)
	if err != nil {
		return nil, unavailable(l.path(hashesName), "prove a record", err)
	}
	leaf, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, seq)})
	if err != nil {
		return nil, unavailable(l.path(hashesName), "prove a record", err)
	}
	if tlog.CheckRecord(path, size, root, seq, leaf[0]) != nil {
		return nil, damaged(l.path(hashesName), "it does not prove record %d; delete it and open the log again", seq)
	}
	return fromHashes(path), nil
}

// Consistency gives the RFC 6962 proof that the tree of newer records begins
// with the tree of older ones. Errors as Inclusion, unless
// 0 < older <= newer <= Size.
func (l *Log) Consistency(older, newer int64) ([][HashSize]byte, error) {
	if older <= 0 || older > newer || newer > l.Size() {
		return nil, overt.Errorf(overt.Invalid, "", "no proof from %d to %d records: the log has %d", older, newer, l.Size())
	}
	r := flushed{l.hashes.f}
	path, err := tlog.ProveTree(newer, older, r)
	if err != nil {
		return nil, unavailable(l.path(hashesName), "prove consistency", err)
	}
	a, err1 := tlog.TreeHash(older, r)
	b, err2 := tlog.TreeHash(newer, r)
	if err := errors.Join(err1, err2); err != nil {
		return nil, unavailable(l.path(hashesName), "prove consistency", err)
	}
	if tlog.CheckTree(path, newer, b, older, a) != nil {
		return nil, damaged(l.path(hashesName), "it does not prove consistency; delete it and open the log again")
	}
	return fromHashes(path), nil
}

// CheckInclusion says whether path proves that leaf hash leaf is record seq of
// the tree of size records with that root.
func CheckInclusion(path [][HashSize]byte, size int64, root [HashSize]byte, seq int64, leaf [HashSize]byte) error {
	if seq < 0 || seq >= size {
		return overt.Errorf(overt.Invalid, "", "record %d is not in a tree of %d", seq, size)
	}
	if err := tlog.CheckRecord(toHashes(path), size, root, seq, leaf); err != nil {
		return overt.Errorf(overt.Invalid, "", "the proof does not show record %d in the tree of %d", seq, size)
	}
	return nil
}

// CheckConsistency says whether path proves that the tree of newer records
// begins with the tree of older ones.
func CheckConsistency(path [][HashSize]byte, older int64, olderRoot [HashSize]byte, newer int64, newerRoot [HashSize]byte) error {
	if older <= 0 || older > newer {
		return overt.Errorf(overt.Invalid, "", "no consistency from %d to %d records", older, newer)
	}
	if err := tlog.CheckTree(toHashes(path), newer, newerRoot, older, olderRoot); err != nil {
		return overt.Errorf(overt.Invalid, "", "the proof does not show that the tree of %d begins with the tree of %d", newer, older)
	}
	return nil
}

// proofMagic is the first line of a proof, from c2sp.org/tlog-proof.
const proofMagic = "c2sp.org/tlog-proof@v1"

// Proof gives a text that proves record seq to someone who has the record's
// bytes and the verifier key and nothing else: its place, its audit path and a
// fresh checkpoint, in the form of c2sp.org/tlog-proof.
func (l *Log) Proof(ctx context.Context, seq int64) ([]byte, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	c, err := openCheckpoint(signed, l.verifier)
	if err != nil {
		return nil, damaged(l.dir, "%w", err)
	}
	path, err := l.Inclusion(seq, c.size)
	if err != nil {
		return nil, err
	}
	b := fmt.Appendf(nil, "%s\nindex %d\n", proofMagic, seq)
	for _, h := range path {
		b = base64.StdEncoding.AppendEncode(b, h[:])
		b = append(b, '\n')
	}
	b = append(b, '\n')
	return append(b, signed...), nil
}

// CheckProof says whether proof, made by Log.Proof, shows that leaf is a
// record of the log with that verifier key, and gives its sequence number and
// the size of the checkpoint. Errors: invalid.
func CheckProof(proof, leaf []byte, key string) (seq, size int64, err error) {
	v, err := parseVerifier(key)
	if err != nil {
		return 0, 0, overt.Errorf(overt.Invalid, "key", "%w", err)
	}
	seq, path, signed, err := parseProof(proof)
	if err != nil {
		return 0, 0, overt.Errorf(overt.Invalid, "proof", "%w", err)
	}
	c, err := openCheckpoint(signed, v)
	if err != nil {
		return 0, 0, overt.Errorf(overt.Invalid, "proof", "%w", err)
	}
	return seq, c.size, CheckInclusion(path, c.size, c.root, seq, LeafHash(leaf))
}

// parseProof takes a proof apart; extra data is allowed and ignored.
func parseProof(proof []byte) (seq int64, path [][HashSize]byte, signed []byte, err error) {
	if len(proof) > 2*maxNote {
		return 0, nil, nil, fmt.Errorf("proof of %d bytes, at most %d allowed", len(proof), 2*maxNote)
	}
	head, signed, ok := bytes.Cut(proof, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || lines[0] != proofMagic {
		return 0, nil, nil, errors.New("not a proof of a transparency log")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return 0, nil, nil, errors.New("the proof has no index")
	}
	digits, ok := strings.CutPrefix(lines[0], "index ")
	seq, err = strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || seq < 0 || strconv.FormatInt(seq, 10) != digits {
		return 0, nil, nil, errors.New("the proof has no proper index")
	}
	for _, line := range lines[1:] {
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(raw) != HashSize || len(path) == 63 {
			return 0, nil, nil, errors.New("the proof has a line that is no hash")
		}
		path = append(path, [HashSize]byte(raw))
	}
	return seq, path, signed, nil
}

func fromHashes(in []tlog.Hash) [][HashSize]byte {
	out := make([][HashSize]byte, len(in))
	for i := range in {
		out[i] = in[i]
	}
	return out
}

func toHashes(in [][HashSize]byte) []tlog.Hash {
	out := make([]tlog.Hash, len(in))
	for i := range in {
		out[i] = in[i]
	}
	return out
}

// ReadLeaf reads the bytes of a record, as a proof is of. Errors: invalid.
func ReadLeaf(leaf []byte) (Record, error) {
	if len(leaf) > MaxRecord {
		return Record{}, overt.Errorf(overt.Invalid, "record", "it is longer than %d bytes", MaxRecord)
	}
	r, err := decodeRecord(leaf)
	if err != nil {
		return Record{}, overt.Errorf(overt.Invalid, "record", "%w", err)
	}
	return r, nil
}
