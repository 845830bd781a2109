package answer

import (
	"fmt"
	"slices"

	"overt/graph"
)

// A Sought says of one kind of source whether it was looked through for a
// system, and whether it held anything on it.
type Sought struct {
	Kind  string `json:"kind"`
	State string `json:"state"` // found, not found, or not looked for: no such source is here
	Count int    `json:"count"` // things of this kind of source that were looked through, where they are counted
	Found int    `json:"found"`
	Text  string `json:"text"` // one sentence for people
}

// The states of a kind of source.
const (
	SoughtFound = "found"
	SoughtNot   = "not found"
	NotSought   = "not looked for"
)

// sources are the kinds of source that can say something of a system's reach:
// by what one knows that there is one here, and the links it would give.
var sources = []struct {
	kind  string
	thing string   // what is counted, in the plural
	nodes []string // schemata
	links []string // kinds of link
}{
	{"notices", "notices", []string{"Notice", "Document"}, []string{"Records"}},
	{"hosting", "", nil, []string{"Hosting"}},
	{"data flows", "", nil, []string{"DataFlow"}},
	{"cloud marketplace", "cloud products", []string{"CloudProduct"}, []string{"CloudAuthorization", "Leverages", "CloudProduct:provider"}},
	{"contracts", "awards", []string{"Award", "Contract"}, []string{"Names", "UseCase:contract", "UseCase:contractThrough"}},
	{"inventories of AI", "use cases", []string{"UseCase"}, []string{"UseCase:system"}},
	{"name servers", "domains", []string{"Domain"}, []string{"NameService"}},
}

// sought goes through the kinds of source. A kind of which nothing is visible
// was not looked through; that is another thing than to find nothing.
func (b *besider) sought(known bool) []Sought {
	var schemata []string
	for _, s := range sources {
		schemata = append(schemata, s.nodes...)
	}
	counts, kinds := b.d.Graph.Count(schemata...), b.d.Graph.Kinds()
	out := []Sought{}
	for _, s := range sources {
		o := Sought{Kind: s.kind, State: NotSought, Text: fmt.Sprintf("no source of this kind (%s) is here", s.kind)}
		for _, schema := range s.nodes {
			o.Count += counts[schema]
		}
		here := o.Count > 0
		if len(s.nodes) == 0 || s.kind == "notices" {
			here = slices.ContainsFunc(s.links, func(k string) bool { return slices.Contains(kinds, k) }) || o.Count > 0 && counts["Notice"] > 0
		}
		if here {
			if known {
				o.Found = b.found(s.kind, s.links)
			}
			switch {
			case o.Found > 0:
				o.State, o.Text = SoughtFound, fmt.Sprintf("%d %s", o.Found, plural(o.Found, "link", "links"))
			case s.thing != "":
				o.State, o.Text = SoughtNot, fmt.Sprintf("none of the %d %s here says anything of it", o.Count, s.thing)
			default:
				o.State, o.Text = SoughtNot, fmt.Sprintf("the sources here that state %s state none of it", s.kind)
			}
		}
		out = append(out, o)
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// found counts what a kind of source says of the system: what is listed beside,
// else the links on the chains that lead over it, else those at the system.
func (b *besider) found(kind string, links []string) int {
	switch kind {
	case "notices":
		return len(b.r.Notices)
	case "name servers":
		return len(b.r.NameService)
	}
	seen := map[string]bool{}
	for _, h := range b.r.Holders {
		for _, e := range h.Chain.Edges {
			if slices.Contains(links, e.Schema) {
				seen[string(e.ID)+" "+string(e.Source)+" "+string(e.Target)] = true
			}
		}
	}
	for _, dir := range []graph.Direction{graph.Backward, graph.Forward} {
		for _, e := range b.edges(b.subject, dir, links...) {
			seen[string(e.Ref)+" "+string(e.Source)+" "+string(e.Target)] = true
		}
	}
	return len(seen)
}
