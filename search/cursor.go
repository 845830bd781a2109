package search

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"

	"overt"
)

// A Cursor is a place in the order of hits: that of the last one of a page. It
// holds nothing that its hit does not show, and gives no right: forged, it is
// a place in the order like any other.
type Cursor struct {
	Score float64     `json:"-"`
	Bits  uint64      `json:"s"`
	ID    string      `json:"i"`
	Label string      `json:"l"` // key
	Run   overt.RunID `json:"r"`
	Of    string      `json:"q"` // fingerprint of the query
}

// fingerprint identifies what decides the order of a query's hits.
func (q *Query) fingerprint() string {
	data, _ := json.Marshal([]any{q.Text, q.Kind, q.Stem, q.Fuzzy, q.Translit}) // cannot fail
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// CursorOf is the place of a hit, its label told by key.
func CursorOf(score float64, id, label string, run overt.RunID) Cursor {
	return Cursor{Score: score, ID: id, Label: label, Run: run}
}

// Text writes the cursor that continues the plan's query behind c.
func (p *Plan) Text(c Cursor) string {
	c.Bits, c.Of = math.Float64bits(c.Score), p.fingerprint()
	data, _ := json.Marshal(c) // cannot fail
	return base64.RawURLEncoding.EncodeToString(data)
}

func readCursor(q Query) (Cursor, error) {
	bad := overt.Errorf(overt.Invalid, "cursor", "it does not belong to this query: take it as the page before gave it")
	if len(q.After) > 4*maxValue {
		return Cursor{}, bad
	}
	data, err := base64.RawURLEncoding.DecodeString(q.After)
	if err != nil {
		return Cursor{}, bad
	}
	var c Cursor
	if json.Unmarshal(data, &c) != nil || c.Of != q.fingerprint() {
		return Cursor{}, bad
	}
	c.Score = math.Float64frombits(c.Bits)
	if math.IsNaN(c.Score) || math.IsInf(c.Score, 0) {
		return Cursor{}, bad
	}
	return c, nil
}

// Compare orders places as hits are ordered: negative when c comes before d.
func (c Cursor) Compare(d Cursor) int {
	switch {
	case c.Score > d.Score:
		return -1
	case c.Score < d.Score:
		return 1
	}
	if n := strings.Compare(c.ID, d.ID); n != 0 {
		return n
	}
	if n := strings.Compare(c.Label, d.Label); n != 0 {
		return n
	}
	return int(int64(c.Run) - int64(d.Run))
}
