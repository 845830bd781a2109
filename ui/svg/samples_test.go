package svg

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
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
		"flow":        sampleFlow(named("flow", "Money of the Border Services Directorate, 2019 to 2025")),
		"net":         sampleNet(named("net", "Who is linked with Northgate Cloud"), 40),
		"path":        samplePaths(named("path", "From Border Services Directorate to Northgate Cloud")),
		"waterfall":   sampleWaterfall(named("waterfall", "Why these two are likely one company")),
		"timeline":    sampleTimeline(named("timeline", "Case 14, dated events")),
		"bars":        sampleBars(named("bars", "Missed pairs by script")),
		"calibration": sampleCalibration(named("calibration", "Said and was")),
		"spark":       Sparkline{Frame: named("spark", "Awards a year"), Values: []float64{3, 4, 4, 9, 7, 11, 2}, Labels: []string{"2019", "2020", "2021", "2022", "2023", "2024", "2025"}},
		"matrix":      sampleMatrix(named("matrix", "Who can reach data about drivers")),
		"map":         sampleMap(named("map", "Suppliers by country"), false),
		"map-dots":    sampleMap(named("dots", "Suppliers by country"), true),
	}
}

// sampleNet is an invented network of about so many nodes, drawn by lot.
func sampleNet(f Frame, n int) Network {
	random := rand.New(rand.NewPCG(7, uint64(n)))
	net := Network{Frame: f, Kinds: [6]string{"other", "company", "public body", "person", "contract", "data set"}}
	names := []string{"Halden Integrators, Inc.", "Northgate Cloud LLC", "Border Services Directorate", "Pell Systems", "Ostrava Hosting", "شركة الشمال للخدمات", "RMS Data Services", "Quay Street Holdings", "北門雲端有限公司", "Corvin Holdings LP"}
	for i := range n {
		label := names[i%len(names)]
		if i >= len(names) {
			label = fmt.Sprintf("%s %d", label, i)
		}
		net.Nodes = append(net.Nodes, Node{ID: fmt.Sprintf("n%03d", i), Label: label, Href: fmt.Sprintf("/e/n%03d", i), Kind: (i + 1) % 6, Focus: i == 1})
		if i > 0 {
			to := int(float64(i) * random.Float64() * random.Float64())
			net.Edges = append(net.Edges, Edge{From: fmt.Sprintf("n%03d", i), To: fmt.Sprintf("n%03d", to), Kind: []string{"awarded", "owns", "directs"}[i%3], Count: i % 7, Directed: i%2 == 0, Sources: i % 9, Href: fmt.Sprintf("/l/%d", i)})
		}
		if i > 4 && i%4 == 0 {
			net.Edges = append(net.Edges, Edge{From: fmt.Sprintf("n%03d", i), To: fmt.Sprintf("n%03d", random.IntN(i)), Kind: "subaward", Sources: 1})
		}
	}
	net.Nodes[2].More, net.Nodes[2].MoreHref = 4812, "/e/n002/links"
	return net
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

func samplePaths(f Frame) Paths {
	return Paths{Frame: f,
		Nodes: []Node{
			{ID: "bsd", Label: "Border Services Directorate", Href: "/e/bsd", Kind: 2}, {ID: "halden", Label: "Halden Integrators, Inc.", Href: "/e/halden", Kind: 1},
			{ID: "pell", Label: "Pell Systems", Href: "/e/pell", Kind: 1}, {ID: "northgate", Label: "Northgate Cloud LLC", Href: "/e/northgate", Kind: 1},
			{ID: "direct", Label: "Direct award", Kind: 4}, {ID: "ostrava", Label: "Ostrava Hosting", Href: "/e/ostrava", Kind: 1},
		},
		Routes: []Route{
			{[]string{"bsd", "halden", "northgate"}, []Step{{Kind: "awarded", Href: "/l/1", Sources: 11}, {Kind: "resells for", Href: "/l/2", Sources: 1}}},
			{[]string{"bsd", "pell", "northgate"}, []Step{{Kind: "awarded", Href: "/l/3", Sources: 4}, {Kind: "subaward", Href: "/l/4", Sources: 3}}},
			{[]string{"bsd", "direct", "ostrava", "northgate"}, []Step{{Kind: "awarded", Href: "/l/5", Sources: 2}, {Kind: "supplies"}, {Kind: "owns", Href: "/l/6", Sources: 1, Against: true}}},
		},
	}
}

func sampleWaterfall(f Frame) Waterfall {
	return Waterfall{Frame: f, Places: 1, Total: "98.6 %", Parts: []Part{
		{Label: "prior", Value: -9.1, Note: "two of the same kind, by chance"}, {Label: "name", Value: 7.2, Note: "same words"},
		{Label: "reg. no.", Value: 6.4, Href: "/x/3"}, {Label: "address", Value: 3.1}, {Label: "country", Value: 0.8}, {Label: "founded", Value: -2.3, Note: "2011 and 2003"},
	}}
}

func sampleTimeline(f Frame) Timeline {
	random := rand.New(rand.NewPCG(3, 3))
	var rows []Event
	for i := range 2400 {
		e := Event{Label: "award", Start: fmt.Sprintf("%d-%02d-%02d", 2016+random.IntN(9), 1+random.IntN(12), 1+random.IntN(28)), Sources: 1}
		if i%8 == 0 {
			e.Start = e.Start[:4]
		}
		rows = append(rows, e)
	}
	return Timeline{Frame: f, Bin: func(lane int, first, last string) string {
		return fmt.Sprintf("/t?lane=%d&from=%s&to=%s", lane, first, last)
	},
		Lanes: []Lane{
			{Label: "Halden Integrators", Href: "/e/halden", Events: []Event{
				{Label: "founded", Start: "2011", Sources: 1, Href: "/x/1"}, {Label: "first award", Start: "2019-03-02", Sources: 11, Href: "/x/2"},
				{Label: "second award", Start: "2019-04", Sources: 1}, {Label: "licence of Northgate", Start: "2019-06", End: "2023-06-30", Lasts: true, Sources: 2, Href: "/x/3"},
				{Label: "listed as reseller", Start: "2020-02-01", End: "2024-05-12", Lasts: true, Gone: true, Sources: 1}, {Label: "said to advise", Start: "2021"},
				{Label: "hosts bookings", Start: "2022-09-15", Lasts: true, Sources: 3}, {Label: "director until", End: "2014-05", Sources: 1}, {Label: "no date"},
			}},
			{Label: "Awards of the Directorate", Href: "/e/bsd", Events: rows},
			{Label: "Northgate Cloud", Events: []Event{{Label: "order 0021", Start: "2022-03-01", Sources: 1}, {Label: "order 0022", Start: "2022-03-04", Sources: 1}, {Label: "order 0023", Start: "2022-03-05", Sources: 1}}},
		}}
}

func sampleBars(f Frame) Bars {
	limit := 12.0
	return Bars{Frame: f, Word: "missed, %", Limit: &limit, Rows: []Bar{
		{Label: "Latin", Value: 6.1, Low: 5, High: 7.4, Text: "6.1", Note: "n 1,480"}, {Label: "Cyrillic", Value: 9.8, Low: 7.1, High: 13.2, Text: "9.8", Note: "n 310", Href: "/b/cyrillic"},
		{Label: "Arabic", Value: 15.2, Low: 12.1, High: 19, Text: "15.2", Note: "n 240"}, {Label: "Han", Value: 11, Low: 7, High: 16, Text: "11.0", Note: "n 180"},
	}}
}

func sampleCalibration(f Frame) Calibration {
	return Calibration{Frame: f, Points: []Said{{0.1, 0.12, 0.08, 0.17, 210, ""}, {0.3, 0.27, 0.2, 0.35, 150, ""}, {0.5, 0.52, 0.43, 0.6, 120, "/b/50"}, {0.7, 0.66, 0.58, 0.73, 160, ""}, {0.9, 0.88, 0.84, 0.91, 420, ""}, {0.99, 0.97, 0.95, 0.985, 900, ""}}}
}

func sampleMatrix(f Frame) Matrix {
	reach := func(hops, sources int) Reach {
		return Reach{State: Found, Text: fmt.Sprintf("%d hops", hops), Href: fmt.Sprintf("/chain/%d", hops), Sources: sources}
	}
	return Matrix{Frame: f,
		Rows:    []Header{{"Licence photo store", "State", "/e/photos"}, {"Utility records", "broker", "/e/utility"}, {"Arrest bookings", "county", ""}},
		Columns: []Header{{"Border Services Directorate", "", "/e/bsd"}, {"Halden (reseller)", "", "/e/halden"}, {"Northgate (host)", "", ""}, {"Pell Systems", "", ""}},
		Cells: [][]Reach{
			{reach(2, 3), reach(3, 4), reach(1, 1), {State: NotFound}},
			{reach(1, 1), {}, reach(1, 1), reach(2, 2)},
			{reach(1, 5), {State: NotFound}, reach(1, 0)},
		}}
}

func sampleMap(f Frame, dots bool) Map {
	return Map{Frame: f, Word: "suppliers", Dots: dots, Places: []Place{
		{"us", "United States", "/c/us", 4812}, {"gb", "United Kingdom", "/c/gb", 311}, {"de", "Germany", "/c/de", 120}, {"ie", "Ireland", "/c/ie", 44},
		{"sg", "Singapore", "/c/sg", 19}, {"ky", "Cayman Islands", "/c/ky", 7}, {"au", "Australia", "", 60}, {"ca", "Canada", "/c/ca", 700}, {"in", "India", "", 0}, {"suhh", "Soviet Union", "", 2},
	}}
}
