package svg

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Timeline is what happened when, in lanes. A date is drawn as wide as it is
// unsure: a day is a dot, a month or a year a bar of its length. Where a lane
// holds more than can be told apart its events are counted, those whose date is
// too coarse for that below the line.
type Timeline struct {
	Frame
	Lanes []Lane
	From  string // events before it are counted beside the lane; the first event's when empty
	To    string // likewise after it
	// Bin is where a count leads, of a lane and its days from first to last; no
	// link when nil.
	Bin func(lane int, first, last string) string
}

// A Lane is one row of events.
type Lane struct {
	Label, Href string
	Events      []Event
}

// An Event is a moment, or lasts from Start to End. Dates are prefixes of ISO
// 8601, "2019" or "2019-03"; empty where not known.
type Event struct {
	Label, Href string
	Start, End  string
	Lasts       bool // it goes on after Start; with End, until then
	Gone        bool // at End its source took it out, which is not the same as that it ended
	Sources     int  // 0 is drawn as unsourced
}

const (
	mostEvents = 50000
	mostLanes  = 40
)

// A happening is an event with its days.
type happening struct {
	Event
	start, end *moment
}

// first and next bound the days that an event covers on the picture.
func (h happening) first() int {
	if h.start == nil {
		return h.end.first
	}
	return h.start.first
}

func (h happening) next() int {
	if h.end == nil {
		return h.start.next
	}
	return h.end.next
}

func (t Timeline) check() error {
	if err := t.Frame.check(); err != nil {
		return err
	}
	for _, bound := range []string{t.From, t.To} {
		if _, err := parseBound(bound); err != nil {
			return err
		}
	}
	for i, lane := range t.Lanes {
		if err := checkLink(lane.Href); err != nil {
			return err
		}
		for k, e := range lane.Events {
			h, err := e.parse()
			if err != nil {
				return fmt.Errorf("lane %d, event %d: %w", i+1, k+1, err)
			}
			if h.start != nil && h.end != nil && h.end.next <= h.start.first {
				return fmt.Errorf("lane %d, event %d: it ends %s, before it starts, %s", i+1, k+1, e.End, e.Start)
			}
			if err := checkLink(e.Href); err != nil {
				return err
			}
		}
	}
	return nil
}

func parseBound(s string) (*moment, error) {
	if s == "" {
		return nil, nil
	}
	m, err := parseDate(s)
	return &m, err
}

func (e Event) parse() (happening, error) {
	start, err := parseBound(e.Start)
	if err != nil {
		return happening{}, err
	}
	end, err := parseBound(e.End)
	return happening{e, start, end}, err
}

// Table gives a row for each event, in the order of lanes and dates; events
// without a date are last.
func (t Timeline) Table() (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	table := Table{Caption: t.Title, Head: heads(t.say("Lane"), t.say("From"), t.say("Until"), t.say("What"), t.say("Sources"))}
	for _, lane := range t.Lanes {
		for _, e := range sortedEvents(lane.Events) {
			table.Rows = append(table.Rows, []Cell{{Text: lane.Label, Href: lane.Href}, {Text: cmp.Or(e.Start, t.say("not known"))},
				{Text: t.until(e)}, {Text: e.Label, Href: e.Href}, {Text: t.sources(e.Sources), Number: true}})
		}
	}
	return table, nil
}

func (t Timeline) until(e Event) string {
	switch {
	case e.Gone:
		return t.say("%s, taken out of the source", cmp.Or(e.End, t.say("not known")))
	case e.End != "":
		return e.End
	case e.Lasts:
		return t.say("not ended")
	}
	return ""
}

func sortedEvents(events []Event) []Event {
	key := func(e Event) string { return cmp.Or(e.Start, e.End, "~") }
	return slices.SortedStableFunc(slices.Values(events), func(a, b Event) int {
		return cmp.Or(strings.Compare(key(a), key(b)), strings.Compare(a.End, b.End), strings.Compare(a.Label, b.Label), strings.Compare(a.Href, b.Href))
	})
}

// Render writes the picture.
func (t Timeline) Render(ctx context.Context, w io.Writer) error {
	if err := t.check(); err != nil {
		return err
	}
	events := 0
	for _, lane := range t.Lanes {
		events += len(lane.Events)
	}
	if events > mostEvents {
		return &TooMany{"events", events, mostEvents, "ask for a shorter time, or read the table"}
	}
	if len(t.Lanes) > mostLanes {
		return &TooMany{"lanes", len(t.Lanes), mostLanes, "ask for fewer, or read the table"}
	}
	desc := t.say("%s events in %s lanes; the table has each with its dates.", t.count(events), t.count(len(t.Lanes)))
	return t.render(ctx, w, "timeline", desc, t.draw)
}

// A strip is a lane with its places.
type strip struct {
	lane    Lane
	events  []happening // within the bounds, by date
	undated int
	outside int
	rows    []int // of each event, nil when they are counted
	labels  bool
	height  float64
}

// sort parts a lane's events: those to be drawn, those outside, those without a
// date.
func (t Timeline) sort(lane Lane, from, to *moment) *strip {
	s := &strip{lane: lane}
	for _, e := range sortedEvents(lane.Events) {
		h, _ := e.parse() // checked before
		switch {
		case h.start == nil && h.end == nil:
			s.undated++
		case from != nil && h.next() <= from.first && !h.Lasts, to != nil && h.first() >= to.next:
			s.outside++
		default:
			s.events = append(s.events, h)
		}
	}
	return s
}
