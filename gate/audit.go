package gate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/audit"
	"overt/policy"
)

// An AuditQuery chooses records of the audit log; an empty field takes all.
type AuditQuery struct {
	Actor   string
	Action  string // the verb, or how it begins: "page", "page.read"
	About   string // stands in the object or the question, whatever its case
	Purpose string
	Case    string
	Since   string // first day, ISO 8601, UTC
	Until   string // last day
	Refused bool   // only what was refused
	Before  int64  // only records before this one; 0 begins with the newest
	Limit   int
}

// An AuditPage is what an AuditQuery chose, the newest first.
type AuditPage struct {
	Size    int64          `json:"size"` // records of the log
	Entries []audit.Record `json:"records"`
	// Records From to To-1 were looked through. A question of what is rare ends
	// before the first record of the log; it goes on with Before = From.
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Records counts what the answer releases.
func (p *AuditPage) Records() int { return len(p.Entries) }

// An AuditProof is one record and what shows that it is in the log.
type AuditProof struct {
	Record audit.Record `json:"record"`
	Leaf   string       `json:"leaf"`  // the bytes of the record that are proved
	Proof  string       `json:"proof"` // after c2sp.org/tlog-proof
	Key    string       `json:"key"`   // that checks it
	Size   int64        `json:"size"`  // records under the checkpoint of the proof
}

// lookMost is how many records one AuditQuery looks through.
const lookMost = 100_000

// Audit reads the audit log. Errors: denied, unless the visit governs; those of the log.
func (d *Desk) Audit(ctx context.Context, q AuditQuery) (*AuditPage, error) {
	if d.log == nil {
		return nil, errGovern()
	}
	out := &AuditPage{Size: d.log.Size(), Entries: []audit.Record{}}
	if out.To = out.Size; q.Before > 0 {
		out.To = min(q.Before, out.Size)
	}
	out.From = out.To
	least := max(0, out.To-lookMost)
	// A log is read forwards, so one goes back by windows; they grow, for each
	// begins by passing over the records before it.
	for window := int64(256); out.From > least && len(out.Entries) < q.Limit; window *= 8 {
		end := out.From
		out.From = max(least, end-window)
		var found []audit.Record
		for r, err := range d.log.Records(ctx, out.From, end) {
			if err != nil {
				return nil, err
			}
			if q.chooses(&r) {
				found = append(found, r)
			}
		}
		slices.Reverse(found)
		out.Entries = append(out.Entries, found...)
	}
	if len(out.Entries) > q.Limit {
		out.Entries = out.Entries[:q.Limit]
		out.From = out.Entries[q.Limit-1].Seq
	}
	return out, nil
}

func (q *AuditQuery) chooses(r *audit.Record) bool {
	day := r.Time.UTC().Format("2006-01-02")
	is := func(want, have string) bool { return want == "" || want == have }
	return is(q.Actor, r.Actor) && is(q.Purpose, r.Purpose) && is(q.Case, r.Case) && strings.HasPrefix(r.Action, q.Action) &&
		day >= q.Since && (q.Until == "" || day <= q.Until) && (!q.Refused || r.Decision == "deny") &&
		strings.Contains(strings.ToLower(r.Object+"\n"+r.Query), strings.ToLower(q.About))
}

// Prove reads one record of the audit log, and proves it against a checkpoint of
// this moment. Errors: denied, unless the visit governs; not_found; those of the log.
func (d *Desk) Prove(ctx context.Context, seq int64) (*AuditProof, error) {
	if d.log == nil {
		return nil, errGovern()
	}
	if seq < 0 || seq >= d.log.Size() {
		return nil, overt.Errorf(overt.NotFound, "", "the log has no such record")
	}
	out := &AuditProof{Key: d.log.Key()}
	for r, err := range d.log.Records(ctx, seq, seq+1) {
		if err != nil {
			return nil, err
		}
		out.Record, out.Leaf = r, string(r.Leaf)
	}
	proof, err := d.log.Proof(ctx, seq)
	if err != nil {
		return nil, err
	}
	proved, size, err := audit.CheckProof(proof, out.Record.Leaf, out.Key)
	if err != nil || proved != seq {
		return nil, overt.Errorf(overt.Internal, fmt.Sprintf("record %d", seq), "the log does not prove it; see overt audit verify")
	}
	out.Proof, out.Size = string(proof), size
	return out, nil
}

func errGovern() error {
	return overt.Errorf(overt.Denied, "", "the audit log is read by who looks after the home")
}

// Purposes lists what a dataset is there for.
func (d *Desk) Purposes(dataset string) []policy.Purpose { return d.engine.For(dataset) }
