package svg

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2019": "2019-01-01 2020-01-01", "2019-12": "2019-12-01 2020-01-01", "2020-02-29": "2020-02-29 2020-03-01", "1812-06-24": "1812-06-24 1812-06-25", "0001": "0001-01-01 0002-01-01",
		"": "", "2019-13": "", "2019-02-29": "", "20190302": "", "2019-3-2": "", "0000": "", "١٩٩٩": "", "-019": "", "2019-03-02T10:00": "",
	} {
		m, err := parseDate(in)
		got := ""
		if err == nil {
			got = date(m.first).Format("2006-01-02 ") + date(m.next).Format("2006-01-02")
		}
		if got != want {
			t.Errorf("%q is %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestCalendars(t *testing.T) {
	day := func(s string) int {
		m, err := parseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return m.first
	}
	for _, tt := range []struct {
		c              calendar
		in, part, next string
	}{
		{calendar{years: 10}, "2019-07-01", "2010", "2020"}, {calendar{months: 3}, "2019-12-31", "2019-10", "2020-01"},
		{calendar{months: 1}, "1969-12-31", "1969-12", "1970-01"}, {calendar{days: 1}, "1969-12-31", "1969-12-31", "1970-01-01"},
	} {
		part := tt.c.part(day(tt.in))
		if part != day(tt.part) || tt.c.next(part) != day(tt.next) {
			t.Errorf("%s is in %s to %s, want %s to %s", tt.in, date(part), date(tt.c.next(part)), tt.part, tt.next)
		}
	}
	for _, c := range calendars {
		for d := day("1890"); d < day("1990"); d += 11 {
			if p := c.part(d); p > d || c.next(p) <= d {
				t.Fatalf("%+v: day %s is not in its step, %s to %s", c, date(d), date(p), date(c.next(p)))
			}
		}
	}
}

// TestSigns: how sure a date is, and how it ended, is drawn.
func TestSigns(t *testing.T) {
	for name, tt := range map[string]struct {
		e             Event
		with, without string
	}{
		"day":       {Event{Start: "2020-05-05", Sources: 1}, `<circle class="moment"`, "moment vague"},
		"year":      {Event{Start: "2020", Sources: 1}, `<rect class="moment vague"`, `<circle`},
		"unsourced": {Event{Start: "2020-05-05"}, `class="moment bare"`, ""},
		"ended":     {Event{Start: "2020-05-05", End: "2021-05-05", Sources: 1}, `class="stop"`, `class="cross"`},
		"gone":      {Event{Start: "2020-05-05", End: "2021-05-05", Lasts: true, Gone: true, Sources: 1}, `class="cross"`, `class="stop"`},
		"goes on":   {Event{Start: "2020-05-05", Lasts: true, Sources: 1}, `class="tip"`, `class="stop"`},
		"no start":  {Event{End: "2020-05-05", Sources: 1}, `class="tip"`, ""},
		"no date":   {Event{Label: "x"}, "1 without date", "moment"},
		"outside":   {Event{Start: "1990"}, "1 outside", "moment"},
	} {
		t.Run(name, func(t *testing.T) {
			out := render(t, Timeline{From: "2019", To: "2022", Lanes: []Lane{{Events: []Event{tt.e}}}})
			look(t, out)
			if !strings.Contains(out, tt.with) || tt.without != "" && strings.Contains(out, tt.without) {
				t.Errorf("want %q and not %q in\n%s", tt.with, tt.without, out)
			}
		})
	}
}

// TestBinned: of events that are too many each is counted once.
func TestBinned(t *testing.T) {
	total, counts := 0, 0
	tl := sampleTimeline(Frame{Number: func(v float64) string { return fmt.Sprint(v) }})
	tl.Bin = func(lane int, first, last string) string {
		if lane != 1 || first > last {
			t.Errorf("a count of lane %d, from %s to %s", lane, first, last)
		}
		return "/bin"
	}
	out := render(t, tl)
	for _, part := range strings.Split(out, `href="/bin"><title>`)[1:] {
		var n int
		title, _, _ := strings.Cut(part, "</title>")
		_, words, _ := strings.Cut(title, ": ")
		if _, err := fmt.Sscanf(words, "%d events", &n); err != nil {
			t.Fatalf("%q: %v", title, err)
		}
		total += n
		counts++
	}
	if total != len(tl.Lanes[1].Events) || counts > 150 {
		t.Errorf("%d counts hold %d of %d events", counts, total, len(tl.Lanes[1].Events))
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2019", "2019-02", "2019-02-28", "9999-12-31", "0001", "x"} {
		f.Add(s, s, true)
	}
	f.Fuzz(func(t *testing.T, start, end string, lasts bool) {
		tl := Timeline{Lanes: []Lane{{Events: []Event{{Start: start, End: end, Lasts: lasts}}}}}
		if tl.check() == nil {
			look(t, render(t, tl))
		}
	})
}
