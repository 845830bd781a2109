package gate

import (
	"context"

	"overt"
	"overt/audit"
	"overt/casefile"
)

// An Attestation is a record of the audit log with the proof that it is in it. Who is
// given the leaf reads who did what in it.
type Attestation struct{ Leaf, Proof []byte }

// Attest proves to the world what the case of the pass published: for each kind of
// event, the record of it that has the digest. Errors: not_found, those of the log.
func (p *Pass) Attest(ctx context.Context, digest string, kinds ...casefile.Kind) ([]Attestation, error) {
	log := p.gate.cfg.Log
	last := map[string]audit.Record{}
	for r, err := range log.Records(ctx, 0, -1) {
		if err != nil {
			return nil, err
		}
		if r.Result == digest && r.Object == p.caseID && !r.Intent {
			last[r.Action] = r
		}
	}
	var out []Attestation
	for _, k := range kinds {
		r, ok := last["case."+string(k)]
		if !ok || digest == "" || p.caseID == "" {
			return nil, overt.Errorf(overt.NotFound, string(k), "the audit log has no record of it")
		}
		proof, err := log.Proof(ctx, r.Seq)
		if err != nil {
			return nil, err
		}
		out = append(out, Attestation{r.Leaf, proof})
	}
	return out, nil
}

// LogKey is the verifier key of the audit log.
func (p *Pass) LogKey() string { return p.gate.cfg.Log.Key() }

// publication is what the home's key signs as.
const publication = "publication"

// PublicationKey is the verifier key of what Sign signs.
func (p *Pass) PublicationKey() (string, error) { return p.gate.cfg.Log.SigningKey(publication) }

// Sign signs the manifest of what the case of the pass published, which is recorded
// before. Errors: those of the log.
func (p *Pass) Sign(ctx context.Context, text string) ([]byte, error) {
	if _, err := p.record(ctx, audit.Event{Action: "case.bundle", Object: p.caseID, Query: text}); err != nil {
		return nil, err
	}
	return p.gate.cfg.Log.Sign(publication, text)
}
