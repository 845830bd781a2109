package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"overt/extract"
)

// Bounds on what an outline tells.
const (
	maxParts = 5  // parts of a source
	maxNames = 12 // columns or paths of one
)

// holds tells what a source has that a mapping could name: the columns of a
// table, the paths of a tree.
func holds(ctx context.Context, p extract.Part, sample []extract.Record) string {
	columns := columnsOf(p.Reader, sample)
	if len(columns) > 0 {
		return "its columns (" + listed(columns) + ")"
	}
	if look, err := outlined(ctx, p, extract.Sought{Paths: true}); err == nil && len(look.Paths) > 0 {
		return "its paths (" + listed(look.Paths) + ")"
	}
	return "what it holds"
}

// partsHold tells it of the parts of a workbook or an archive.
func partsHold(ctx context.Context, parts []extract.Part) string {
	var out []string
	for _, p := range parts[:min(len(parts), maxParts)] {
		sample, _ := firstRecords(ctx, p.Reader) // what cannot be read is told elsewhere
		out = append(out, cmp.Or(p.Reader.Info().Table, p.Name)+" with "+holds(ctx, p, sample))
	}
	if n := len(parts) - maxParts; n > 0 {
		out = append(out, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(out, "; ")
}

func listed(names []string) string {
	out := strings.Join(names[:min(len(names), maxNames)], ", ")
	if n := len(names) - maxNames; n > 0 {
		out += fmt.Sprintf(", and %d more", n)
	}
	return out
}

// outlined tells what the beginning of a part shows; nothing of a part that has no
// text of its own, such as a sheet.
func outlined(ctx context.Context, p extract.Part, sought extract.Sought) (extract.Outline, error) {
	if p.Outline == nil {
		return extract.Outline{}, nil
	}
	return p.Outline(ctx, sought)
}
