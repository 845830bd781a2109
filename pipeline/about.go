package pipeline

import (
	"context"

	"overt"
	"overt/gate"
	"overt/ledger"
	"overt/mapping"
	"overt/policy"
)

// about keeps what the run's mappings, and who asked for it, say of its dataset: who
// publishes it, and under which licence. What says it again changes nothing.
func (u *unit) about(ctx context.Context, good []*taken) error {
	said := u.req.About
	said.Name = u.label.Dataset
	return describeDataset(ctx, u.bench, said, mappingsOf(good)...)
}

func mappingsOf(files []*taken) (out []*mapping.Mapping) {
	for _, t := range files {
		for _, m := range t.mapping {
			if m != nil {
				out = append(out, m)
			}
		}
	}
	return out
}

// describeDataset keeps what is said of a dataset; a person's word goes before that of
// mappings.
func describeDataset(ctx context.Context, b *gate.Bench, said ledger.Dataset, mappings ...*mapping.Mapping) error {
	was, err := b.Ledger.Dataset(ctx, b.Scope, said.Name)
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return err
	}
	d := was
	d.Name = said.Name
	for _, m := range mappings {
		d = d.With(ledger.Dataset{Title: m.Title, Publisher: m.Publisher, Licence: m.Licence, Address: m.Address, Class: m.Class})
	}
	if d = said.With(d); said.Licence != "" {
		d.Licence = said.Licence
	}
	if d == was || d == (ledger.Dataset{Name: d.Name}) {
		return nil
	}
	return b.Ledger.PutDataset(ctx, b.Scope, d)
}

// Describe keeps what a person says of a dataset that no mapping speaks of, such as one
// of documents. Errors: denied, invalid (the name).
func Describe(ctx context.Context, pass *gate.Pass, said ledger.Dataset) error {
	if err := (policy.Label{Dataset: said.Name}).Validate(); err != nil {
		return err
	}
	if said == (ledger.Dataset{Name: said.Name}) {
		return nil
	}
	return pass.Do(ctx, gate.Act{Action: "dataset.describe", Object: said.Name}, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		return 1, "", describeDataset(ctx, b, said)
	})
}
