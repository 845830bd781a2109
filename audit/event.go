package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"overt"
)

// timeLayout always writes nine digits, so that the canonical form of a time
// is one text.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// Limits of the fields in encoded bytes, quotes not counted. Their sum with
// all keys stays below MaxRecord, whatever is asked to be recorded.
const (
	limitQuery   = 24 << 10
	limitObject  = 8 << 10
	limitReasons = 16 << 10
	limitField   = 1 << 10
)

// check says what is wrong with an event of a caller.
func (e *Event) check() error {
	switch {
	case !validAction(e.Action):
		return overt.Errorf(overt.Invalid, "action", "%q is not a dotted lower-case verb", clip(e.Action))
	case e.Decision != "" && e.Decision != "allow" && e.Decision != "deny":
		return overt.Errorf(overt.Invalid, "decision", "%q is neither allow nor deny", clip(e.Decision))
	case e.Count < 0:
		return overt.Errorf(overt.Invalid, "count", "%d is negative", e.Count)
	case e.Result != "" && !validResult(e.Result):
		return overt.Errorf(overt.Invalid, "result", "not a lower-case hex SHA-256")
	case e.Time.UTC().Year() < 0 || e.Time.UTC().Year() > 9999:
		return overt.Errorf(overt.Invalid, "time", "year %d has not four digits", e.Time.UTC().Year())
	}
	return nil
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80]
	}
	return s
}

func validAction(s string) bool {
	if s == "" || len(s) > 100 || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func validResult(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && strings.ToLower(s) == s
}

// encodeBody writes the part of a record that does not depend on its place:
// everything after the sequence number. The keys have a fixed order, an empty
// field but the time is left out.
func encodeBody(e *Event) []byte {
	b := make([]byte, 0, 512)
	b = append(b, `,"time":"`...)
	b = e.Time.UTC().AppendFormat(b, timeLayout)
	b = append(b, '"')
	b = appendField(b, "actor", e.Actor, limitField)
	b = appendField(b, "on_behalf_of", e.OnBehalfOf, limitField)
	b = appendField(b, "purpose", e.Purpose, limitField)
	b = appendField(b, "case", e.Case, limitField)
	b = appendField(b, "action", e.Action, limitField)
	b = appendField(b, "object", e.Object, limitObject)
	b = appendField(b, "query", e.Query, limitQuery)
	b = appendField(b, "scope", e.Scope, limitField)
	b = appendField(b, "policy", e.Policy, limitField)
	b = appendField(b, "decision", e.Decision, limitField)
	b = appendReasons(b, e.Reasons)
	if e.Count != 0 {
		b = append(b, `,"count":`...)
		b = strconv.AppendInt(b, e.Count, 10)
	}
	b = appendField(b, "result", e.Result, limitField)
	if e.Intent {
		b = append(b, `,"intent":true`...)
	}
	b = appendField(b, "ref", e.Ref, limitField)
	return append(b, '}')
}

// leafBytes puts a body at its place in the log.
func leafBytes(seq int64, body []byte) []byte {
	b := make([]byte, 0, len(body)+28)
	b = append(b, `{"seq":`...)
	b = strconv.AppendInt(b, seq, 10)
	return append(b, body...)
}

func appendField(b []byte, key, value string, limit int) []byte {
	if value == "" {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':', '"')
	b = appendCut(b, value, limit)
	return append(b, '"')
}

// appendCut writes value escaped, or as much of it as leaves room for the
// marker inside limit.
func appendCut(b []byte, value string, limit int) []byte {
	start := len(b)
	b, whole := appendEscaped(b, value, limit)
	if whole {
		return b
	}
	sum := sha256.Sum256([]byte(value))
	marker := fmt.Sprintf("…[cut, %d bytes, sha256 %x]", len(value), sum)
	b, _ = appendEscaped(b[:start], value, limit-len(marker))
	return append(b, marker...)
}

// appendReasons writes the list; what exceeds the limit of all reasons
// together becomes one last reason that counts and hashes the rest.
func appendReasons(b []byte, reasons []string) []byte {
	if len(reasons) == 0 {
		return b
	}
	b = append(b, `,"reasons":[`...)
	start := len(b)
	mark := start // end of the last reason that leaves room for a marker
	kept := 0
	for i, r := range reasons {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = appendCut(b, r, limitField)
		b = append(b, '"')
		if len(b)-start > limitReasons {
			return append(appendRest(b[:mark], reasons[kept:], kept > 0), ']')
		}
		if len(b)-start <= limitReasons-reasonsMarker {
			mark, kept = len(b), i+1
		}
	}
	return append(b, ']')
}

// reasonsMarker is room for the marker of appendRest with its comma and quotes.
const reasonsMarker = 140

func appendRest(b []byte, rest []string, comma bool) []byte {
	h := sha256.New()
	for _, r := range rest {
		h.Write([]byte(r))
		h.Write([]byte{'\n'})
	}
	if comma {
		b = append(b, ',')
	}
	return fmt.Appendf(b, `"…[cut, %d reasons, sha256 %x]"`, len(rest), h.Sum(nil))
}

const hexDigits = "0123456789abcdef"

// appendEscaped writes s as the inside of a JSON string: quotes, backslashes
// and control characters escaped, nothing else, so that one text has one form.
// It stops before a character that would exceed limit and then says false.
func appendEscaped(b []byte, s string, limit int) ([]byte, bool) {
	start := len(b)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		var esc [6]byte
		var piece []byte
		switch {
		case r == utf8.RuneError && size == 1:
			piece = append(esc[:0], "\uFFFD"...)
		case r == '"' || r == '\\':
			piece = append(esc[:0], '\\', byte(r))
		case r < 0x20 || r == 0x7f:
			piece = append(esc[:0], '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			piece = append(esc[:0], s[i:i+size]...)
		}
		if len(b)-start+len(piece) > limit {
			return b, false
		}
		b = append(b, piece...)
		i += size
	}
	return b, true
}

// wire is the shape of a record for the JSON decoder; the encoder above is
// what defines the bytes.
type wire struct {
	Seq        int64    `json:"seq"`
	Time       string   `json:"time"`
	Actor      string   `json:"actor"`
	OnBehalfOf string   `json:"on_behalf_of"`
	Purpose    string   `json:"purpose"`
	Case       string   `json:"case"`
	Action     string   `json:"action"`
	Object     string   `json:"object"`
	Query      string   `json:"query"`
	Scope      string   `json:"scope"`
	Policy     string   `json:"policy"`
	Decision   string   `json:"decision"`
	Reasons    []string `json:"reasons"`
	Count      int64    `json:"count"`
	Result     string   `json:"result"`
	Intent     bool     `json:"intent"`
	Ref        string   `json:"ref"`
}

// decodeRecord reads the canonical bytes of one record. Anything that would
// not be written again byte for byte (another order, a key twice, an unknown
// key, white space) is refused, so that a record has one reading.
func decodeRecord(leaf []byte) (Record, error) {
	if len(leaf) > MaxRecord {
		return Record{}, fmt.Errorf("record of %d bytes, at most %d allowed", len(leaf), MaxRecord)
	}
	var w wire
	if err := json.Unmarshal(leaf, &w); err != nil {
		return Record{}, fmt.Errorf("read record: %w", err)
	}
	t, err := time.Parse(timeLayout, w.Time)
	if err != nil {
		return Record{}, fmt.Errorf("read time of record: %w", err)
	}
	r := Record{Seq: w.Seq, Leaf: leaf, Event: Event{
		Time: t, Actor: w.Actor, OnBehalfOf: w.OnBehalfOf, Purpose: w.Purpose, Case: w.Case,
		Action: w.Action, Object: w.Object, Query: w.Query, Scope: w.Scope, Policy: w.Policy,
		Decision: w.Decision, Reasons: w.Reasons, Count: w.Count, Result: w.Result,
		Intent: w.Intent, Ref: w.Ref,
	}}
	if r.Seq < 0 {
		return Record{}, fmt.Errorf("sequence number %d is negative", r.Seq)
	}
	if err := r.check(); err != nil {
		return Record{}, err
	}
	if !bytes.Equal(leafBytes(r.Seq, encodeBody(&r.Event)), leaf) {
		return Record{}, fmt.Errorf("record is not in canonical form")
	}
	return r, nil
}
