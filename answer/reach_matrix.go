package answer

import (
	"context"
	"fmt"
	"slices"

	"overt/ftm"
	"overt/gate"
)

// A ReachMatrix is who can reach what: a system and those that feed it, and who gets
// what they hold.
type ReachMatrix struct {
	Reach   *Reach     `json:"reach"`         // of the system itself
	Who     *Found     `json:"who,omitempty"` // who was asked about, the first column
	Columns []Entity   `json:"columns"`
	Rows    []ReachRow `json:"rows"`
}

// Records counts what the answer releases.
func (m *ReachMatrix) Records() int {
	n := m.Reach.Records()
	for _, r := range m.Rows {
		for _, c := range r.Cells {
			if c.Holder != nil {
				n++
			}
		}
	}
	return n
}

// A ReachRow is what is known of one system, a cell for each column.
type ReachRow struct {
	Entity
	Cells []ReachCell `json:"cells"`
}

// A ReachCell says whether a chain leads from a system to a party: found, not found,
// or not looked for.
type ReachCell struct {
	State  string  `json:"state"`
	Holder *Holder `json:"holder,omitempty"`
}

// Bounds of a matrix.
const (
	matrixRows    = 8
	matrixColumns = 12
)

// FindReachMatrix asks for the reach of a system and of the nearest that feed it. who
// is somebody to be asked about in any case, or "". Errors: those of Find.
func FindReachMatrix(ctx context.Context, d *gate.Desk, system, who string, o TraceOptions) (*ReachMatrix, error) {
	whole, err := FindReach(ctx, d, system, "both", o)
	if err != nil {
		return nil, err
	}
	m := &ReachMatrix{Reach: whole, Columns: []Entity{}, Rows: []ReachRow{}}
	if who != "" {
		if m.Who, err = Find(ctx, d, who); err != nil {
			return nil, err
		}
		m.Columns = append(m.Columns, m.Who.Entity)
	}
	var reaches []*Reach
	systems, holders := m.pick()
	for _, e := range systems {
		r := whole
		if e.ID != whole.System.ID {
			if r, err = FindReach(ctx, d, string(e.ID), "to", o); err != nil {
				return nil, err
			}
		}
		reaches = append(reaches, r)
	}
	m.Columns = append(m.Columns, holders...)
	for i, e := range systems {
		row := ReachRow{Entity: e, Cells: []ReachCell{}}
		for _, c := range m.Columns {
			row.Cells = append(row.Cells, cell(reaches, i, c.ID))
		}
		m.Rows = append(m.Rows, row)
	}
	return m, nil
}

// pick chooses rows and columns: the nearest, and of those that get something
// institutions before other systems.
func (m *ReachMatrix) pick() (systems, holders []Entity) {
	systems = []Entity{m.Reach.System.Entity}
	var others []Entity
	feeds := 0
	for _, h := range m.Reach.Holders {
		isSystem := slices.Contains(systemSchemata, h.Schema)
		switch {
		case h.Direction == "from" && isSystem:
			if feeds++; len(systems) < matrixRows {
				systems = append(systems, h.Entity)
			}
		case h.Direction != "to" || m.Who != nil && h.ID == m.Who.ID:
		case isSystem:
			others = append(others, h.Entity)
		default:
			holders = append(holders, h.Entity)
		}
	}
	holders = append(holders, others...)
	if n := feeds + 1 - len(systems); n > 0 {
		m.limit("%d more systems feed it; they are listed and have no row", n)
	}
	if n := len(holders) - matrixColumns; n > 0 {
		m.limit("%d more get what it holds; they are listed and have no column", n)
		holders = holders[:matrixColumns]
	}
	return systems, holders
}

func (m *ReachMatrix) limit(text string, n int) {
	m.Reach.Limits = append(m.Reach.Limits, Limit{Kind: "matrix", Text: fmt.Sprintf(text, n)})
}

// cell is what is known of a system and a party. Not found is said only where sources
// of all the kinds that could tell are here; else it was not looked for.
func cell(reaches []*Reach, at int, who ftm.EntityID) ReachCell {
	for i := range reaches[at].Holders {
		if h := &reaches[at].Holders[i]; h.ID == who && h.Direction == "to" {
			return ReachCell{SoughtFound, h}
		}
	}
	for _, s := range reaches[at].Sought {
		if tells := s.Kind == "hosting" || s.Kind == "data flows"; tells && s.State == NotSought {
			return ReachCell{State: NotSought}
		}
	}
	return ReachCell{State: SoughtNot}
}
