// Package ftm is FollowTheMoney in Go: the published model of schemata,
// properties and value types, our own schemata in the same form, and the two
// shapes data travels in, entities and statements.
//
// It stands at the bottom of the flow. Everything above speaks in its words:
// importers clean values with Property.Clean, the store keeps Statements, the
// graph reads Schema.Edge. It holds no state beyond the read-only Model, does
// no I/O but on readers and writers it is given, and knows nothing of labels,
// scopes or citations.
//
// The invariant: what is read is written back unchanged. Cleaning changes a
// value only when a caller asks for it, and says why when it refuses.
//
// Sources: followthemoney.tech (model, docs), npm @alephdata/followthemoney.
package ftm

//go:generate go run ../internal/modelgen -npm -overt schema/overt -out zz_model.go

// An EntityID names an entity: as its source named it (entity id) or as we
// resolved it (canonical id).
type EntityID string
