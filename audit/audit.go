// Package audit keeps the tamper-evident log of who asked what, under which
// right, and what was handed out.
//
// The gate is its one caller in daily work: it appends an Event and opens its
// stores only with the Receipt it gets back. A Receipt exists only for a
// record that has reached the disk, so nothing is released unrecorded.
//
// A log is a folder. Segments hold the records in order, each one line of
// JSON in a checksummed frame; the records are the leaves of an RFC 6962
// Merkle tree; checkpoints are signed notes over the root of that tree, kept
// for ever. The hash file beside them is derived and can be deleted. The bytes
// are drawn in docs/format/audit-log.md.
//
// What must stay true: a record is never changed or removed once a checkpoint
// covers it. Open cuts a torn tail only beyond the last signed checkpoint and
// otherwise refuses; after a failed write the log takes nothing more until it
// is opened again. Someone who holds the folder and the key can still write a
// new history, so a checkpoint kept elsewhere (see VerifyOptions.Against) is
// what makes a rollback visible.
package audit

import (
	"encoding/hex"
	"io"
	"log/slog"
	"time"
)

// An Event is one act to be recorded. Strings that are not valid UTF-8 have
// the bad bytes replaced by U+FFFD; a string longer than its limit (Query 24
// KiB, Object 8 KiB, Reasons 16 KiB together, all others 1 KiB, counted as
// encoded) is cut and ends with a marker that names the length and the SHA-256
// of the whole. The keys for JSON are those of the canonical record.
type Event struct {
	Time       time.Time `json:"time"`                   // when it was asked; zero means now. Kept in UTC, to the nanosecond
	Actor      string    `json:"actor,omitempty"`        // who asked
	OnBehalfOf string    `json:"on_behalf_of,omitempty"` // for whom, if not for the actor
	Purpose    string    `json:"purpose,omitempty"`      // the checked purpose id
	Case       string    `json:"case,omitempty"`         // the case the act belongs to
	Action     string    `json:"action"`                 // dotted lower-case verb: "run.import", "entity.read"; required
	Object     string    `json:"object,omitempty"`       // what: an id, dataset, path; short
	Query      string    `json:"query,omitempty"`        // the question as asked
	Scope      string    `json:"scope,omitempty"`        // fingerprint of the scope the answer was given under
	Policy     string    `json:"policy,omitempty"`       // hash of the policy file
	Decision   string    `json:"decision,omitempty"`     // "allow", "deny", or empty where nothing was decided
	Reasons    []string  `json:"reasons,omitempty"`      // why, as codes or short sentences
	Count      int64     `json:"count,omitempty"`        // records released or written, not negative
	Result     string    `json:"result,omitempty"`       // lower-case hex SHA-256 over what was released or written, or empty
	Intent     bool      `json:"intent,omitempty"`       // made before a long act; an outcome with the same Ref follows
	Ref        string    `json:"ref,omitempty"`          // ties an intent to its outcome
}

// A Record is an Event as it stands in the log.
type Record struct {
	Seq int64 `json:"seq"` // position in the log, from 0, without gap
	Event
	// Leaf holds the canonical bytes of the record, the data of its Merkle leaf.
	Leaf []byte `json:"-"`
}

// A Receipt shows that a record is on disk. Only a Log makes one; the zero
// Receipt is not valid.
type Receipt struct {
	seq   int64
	leaf  [HashSize]byte
	valid bool
}

// Seq gives the position of the record, from 0; -1 for the zero Receipt.
func (r Receipt) Seq() int64 {
	if !r.valid {
		return -1
	}
	return r.seq
}

// Valid says whether a Log made the receipt.
func (r Receipt) Valid() bool { return r.valid }

// Hash gives the record's RFC 6962 leaf hash in lower-case hex, empty for the
// zero Receipt.
func (r Receipt) Hash() string {
	if !r.valid {
		return ""
	}
	return hex.EncodeToString(r.leaf[:])
}

// Options of Open. The zero value works.
type Options struct {
	// Origin names the log in its checkpoints and keys, as
	// "overt/<home id>/audit"; no spaces, no plus. Empty means the origin the
	// folder already has, or a random one for a new log.
	Origin string
	// Key is the private key as a note signer key ("PRIVATE+KEY+…"). Empty
	// means the file "key" in the folder, which Open makes for a new log.
	Key string
	// Clock gives the time of events that carry none; nil means time.Now.
	Clock func() time.Time
	// Logger gets a line for a cut tail, a rebuilt hash file and a broken log;
	// nil means none.
	Logger *slog.Logger
	// Rand is the source of a new key; nil means crypto/rand.
	Rand io.Reader

	disk         disk  // the file layer, replaced by tests that inject faults
	segmentBytes int64 // roll beyond this size
	every        int64 // records between checkpoints
}

// Sizes that the format fixes, and the habits that are ours to change.
const (
	// HashSize is the length of a SHA-256 in bytes.
	HashSize = 32
	// MaxRecord bounds the bytes of one record. Entry bundles of tlog-tiles
	// prefix an entry with a uint16 length, so it must stay below 65,536.
	MaxRecord = 60 << 10

	defaultSegmentBytes = 64 << 20
	defaultEvery        = 1024
	reserveBytes        = 1 << 20
	maxBatchBytes       = 1 << 20
	maxBatch            = 1024
)
