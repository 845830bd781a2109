package svg

import (
	"context"
	"fmt"
	"io"
)

// picture is what all pictures are.
type picture interface {
	Render(ctx context.Context, w io.Writer) error
	Table() (Table, error)
}

// samples are one picture of each kind over an invented affair; goldens are of
// these, and the browser looks at them.
func samples(f Frame) map[string]picture {
	named := func(id, title string) Frame { g := f; g.ID, g.Title = id, title; return g }
	return map[string]picture{
		"flow": sampleFlow(named("flow", "Money of the Border Services Directorate, 2019 to 2025")),
	}
}

func sampleFlow(f Frame) Sankey {
	flow := func(from, to string, kind FlowKind, amount float64, sources int) Flow {
		return Flow{From: from, To: to, Kind: kind, Amount: amount * 1e6, Sources: sources, Period: "2019–2025", Href: fmt.Sprintf("/money?from=%s&to=%s", from, to)}
	}
	return Sankey{
		Frame: f, Unit: "USD", Others: "/money?rest=1",
		Nodes: []FlowNode{
			{"bsd", "Border Services Directorate", "/e/bsd"}, {"sro", "Special Registry Office", "/e/sro"},
			{"halden", "Halden Integrators, Inc.", "/e/halden"}, {"pell", "Pell Systems", "/e/pell"},
			{"direct", "Direct award", "/e/direct"}, {"northgate", "Northgate Cloud LLC", "/e/northgate"},
			{"ostrava", "Ostrava Hosting", "/e/ostrava"}, {"rms", "RMS Data Services", "/e/rms"}, {"redacted", "redacted", ""},
		},
		Flows: []Flow{
			flow("bsd", "halden", Award, 54.2, 11), flow("bsd", "pell", Award, 11.4, 4), flow("bsd", "direct", Award, 9.1, 2),
			flow("sro", "pell", Award, 9.3, 3), flow("halden", "northgate", Subaward, 31.4, 7), flow("halden", "rms", Subaward, 12.6, 2),
			flow("halden", "redacted", Stated, 5.2, 0), flow("pell", "northgate", Subaward, 10, 3), flow("direct", "ostrava", Award, 8.9, 1),
			flow("ostrava", "northgate", Stated, 4.1, 1), flow("northgate", "rms", Subaward, 38, 2), flow("rms", "halden", Stated, 3.3, 1),
			flow("bsd", "halden", Award, -1.7, 1), flow("pell", "pell", Subaward, 0.4, 1),
		},
	}
}
