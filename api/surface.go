package api

import (
	_ "embed"
	"encoding/json"
	"reflect"

	"overt"
	"overt/answer"
	"overt/api/route"
	"overt/ftm"
)

// words are the comments of the structs that answers are made of, as their sources
// have them. TestGenerated writes them.
//
//go:embed zz_words.json
var words []byte

// entityForm is what an ftm.Entity writes.
type entityForm struct {
	ID         ftm.EntityID        `json:"id"`
	Schema     string              `json:"schema"`
	Properties map[string][]string `json:"properties"`
	Caption    string              `json:"caption,omitempty"`
	Datasets   []string            `json:"datasets,omitempty"`
	Referents  []ftm.EntityID      `json:"referents,omitempty"`
	FirstSeen  string              `json:"first_seen,omitempty"`
	LastSeen   string              `json:"last_seen,omitempty"`
	LastChange string              `json:"last_change,omitempty"`
	Target     *bool               `json:"target,omitempty"`
}

// profileForm is what an answer.Profile writes.
type profileForm struct {
	entityForm
	Found      *answer.Found      `json:"taken"`
	Values     []answer.Value     `json:"values"`
	Links      []answer.LinkGroup `json:"links"`
	SameBy     []string           `json:"same_by"` // identifiers, judgements and likeness that made source ids one
	Joins      []answer.Join      `json:"joins"`   // the evidence for each identifier of same_by
	Conflicts  []answer.Conflict  `json:"conflicts"`
	Notes      []string           `json:"notes,omitempty"`      // what stands between this and who is who today
	Statements []answer.Statement `json:"statements,omitempty"` // where statements were asked for
	History    []answer.Action    `json:"history,omitempty"`    // of a contract: its actions by date
}

// Surface describes /api/v1 and Aleph's routes.
func Surface(version string) *route.Surface {
	s := &route.Surface{
		Title: "Overt", Version: version, Problem: reflect.TypeFor[Problem](), Words: route.Words{},
		Description: "What is kept is asked and told through one gate: each request is recorded with the hash of its answer before that is released, and shows what the asker may see for his purpose. What he may not see is told like what is not there.",
		Forms:       map[reflect.Type]reflect.Type{reflect.TypeFor[ftm.Entity](): reflect.TypeFor[entityForm](), reflect.TypeFor[answer.Profile](): reflect.TypeFor[profileForm]()},
		Shared:      []string{"as_of", "known_at", "limit", "cursor", "citations"},
		Always:      []overt.Code{overt.Denied, overt.Unavailable},
	}
	if err := json.Unmarshal(words, &s.Words); err != nil {
		panic(err) // it is ours
	}
	for _, op := range operations() {
		s.Routes = append(s.Routes, op.Route)
	}
	return s
}
