package web

import (
	"strings"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/ui"
)

// citesChip is the chip of something that citations stand for: one leads to its
// passage, several to the first of them, count says how many there are.
func citesChip(of string, cites []overt.Citation, count int) ui.Chip {
	c := ui.Chip{Of: of, Count: max(count, len(cites))}
	if len(cites) == 0 {
		c.State, c.Count = ui.Unsourced, 0
		return c
	}
	c.Href = citationPath(cites[0])
	if cites[0].Doubt != "" { // those without a doubt go first
		c.State = ui.Doubted
	}
	return c
}

// valueChip is the chip of a value: one source leads to its passage, several to the
// list of them; what others say otherwise is told in it.
func valueChip(id ftm.EntityID, v *answer.Value, conflicts []answer.Conflict, asOf string) ui.Chip {
	c := citesChip(v.Label, v.Citations, v.Count)
	if v.Count > 1 {
		c.Href = entityPath(id, "value", "prop", v.Prop, "is", v.Value, "asof", asOf)
	}
	for _, x := range conflicts {
		if x.Kind != answer.ConflictValue || x.Prop != v.Prop {
			continue
		}
		c.State, c.Count, c.Against = ui.Disputed, 0, 0
		for _, side := range x.Sides {
			if side.Value == v.Value {
				c.Count += len(side.Datasets)
			} else {
				c.Against += len(side.Datasets)
			}
		}
		if c.Count > 0 && c.Against > 0 {
			c.Href = entityPath(id, "conflict", "prop", v.Prop, "asof", asOf)
			return c
		}
		c = citesChip(v.Label, v.Citations, v.Count)
	}
	return c
}

// period writes from when to when something was so, as far as it is known.
func period(from, to string) string {
	if from == to || to == "" {
		return from
	}
	return strings.TrimSpace(from + " – " + to)
}
