package answer

import (
	"fmt"
	"strings"

	"overt"
	"overt/ftm"
	"overt/graph"
)

// Ways are the choices of --via: which kinds of link a path may use.
var ways = map[string][]string{
	"money": {
		"Obligation", "Payment", "StatedPayment", "Subaward", "ContractAward", "Award:supplier", "Award:vehicle", "Award:funder",
		"Contract:authority", "Names", "Debt",
	},
	"hosting": {
		"Hosting", "Leverages", "CloudAuthorization", "CloudProduct:provider", "System:operator", "System:builder", "System:replaces",
	},
	"data": {"DataFlow", "Records", "System:operator", "System:replaces", "SystemSuccession", "UseCase:agency", "UseCase:system"},
	"ownership": {
		"Ownership", "Directorship", "Control", "LegalEntity:parent", "Organization:parent", "Succession", "Membership", "CloudProduct:provider",
	},
	"mail": {"Correspondence"},
}

// Via gives the filter of a --via choice; "" and "any" let every kind pass,
// other words are kinds themselves, joined by commas. Errors: invalid.
func Via(choice string) (func(kind string) bool, error) {
	if choice == "" || choice == "any" {
		return nil, nil
	}
	var kinds []string
	for _, c := range strings.Split(choice, ",") {
		c = strings.TrimSpace(c)
		if w, ok := ways[c]; ok {
			kinds = append(kinds, w...)
			continue
		}
		schema, _, _ := strings.Cut(c, ":")
		if ftm.Default().Schema(schema) == nil {
			return nil, overt.Errorf(overt.Invalid, "--via", "%q is no way to follow; take money, hosting, data, ownership, mail, any, or kinds such as Obligation,Ownership", c)
		}
		kinds = append(kinds, c)
	}
	return graph.KindSet(kinds...), nil
}

// KindLabel says in words what a link of a kind means, read from its source,
// or from its target when inbound.
func KindLabel(kind string, inbound bool) string {
	schema, prop, isProp := strings.Cut(kind, ":")
	s := ftm.Default().Schema(schema)
	if s == nil {
		return kind
	}
	if !isProp {
		if s.Edge == nil {
			return s.Label
		}
		if p := s.Property(s.Edge.Target); inbound && p != nil {
			if r := reverse(p); r != nil {
				return strings.ToLower(r.Label)
			}
			return "is " + strings.ToLower(p.Label) + " of: " + s.Edge.Label
		}
		return s.Edge.Label
	}
	p := s.Property(prop)
	if p == nil {
		return kind
	}
	label := strings.ToLower(p.Label)
	if inbound {
		if r := reverse(p); r != nil {
			return strings.ToLower(r.Label)
		}
		return fmt.Sprintf("is %s of", label)
	}
	return label
}

// reverse is the stub that names a property from its target.
func reverse(p *ftm.Property) *ftm.Property {
	s := ftm.Default().Schema(p.Range)
	if s == nil || p.Reverse == "" {
		return nil
	}
	return s.Property(p.Reverse)
}
