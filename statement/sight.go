package statement

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/ftm"
	"overt/policy"
)

// A Day counts days since 1970-01-01 in the proleptic Gregorian calendar.
// NoDay stands for an unknown day.
type Day int32

// NoDay is the unknown day; it is below every real one.
const NoDay Day = -1 << 31

// DayAt is the day of a moment, in UTC.
func DayAt(t time.Time) Day { return Day(t.Unix() / 86400) }

// DayOf reads an ISO 8601 prefix as its first day ("2014-03" → 2014-03-01);
// NoDay when it is empty or not a date.
func DayOf(iso string) Day { return dayOf(iso, false) }

// LastDayOf reads an ISO 8601 prefix as its last day ("2014-03" → 2014-03-31).
func LastDayOf(iso string) Day { return dayOf(iso, true) }

func dayOf(iso string, last bool) Day {
	if len(iso) > 10 {
		iso = iso[:10]
	}
	for _, form := range []struct {
		layout       string
		years, month int
	}{{"2006-01-02", 0, 0}, {"2006-01", 0, 1}, {"2006", 1, 0}} {
		t, err := time.Parse(form.layout, iso)
		if err != nil {
			continue
		}
		if last && len(iso) < 10 {
			t = t.AddDate(form.years, form.month, -1)
		}
		return DayAt(t)
	}
	return NoDay
}

// String writes the day as an ISO 8601 date; "" for NoDay.
func (d Day) String() string {
	if d == NoDay {
		return ""
	}
	return time.Unix(int64(d)*86400, 0).UTC().Format("2006-01-02")
}

// A ClassInfo is what a store knows of one class.
type ClassInfo struct {
	Class Class
	Run   *Run
	Label policy.Label
	// Ended are the entities of which all that earlier runs of the series said
	// under this label ends here, ascending (Writer.End).
	Ended []ftm.EntityID
}

// A Sight is what one view sees: a bitset over classes and the runs behind
// them. The nil Sight sees nothing. It is immutable.
type Sight struct {
	bits    []uint64
	infos   []ClassInfo        // index = class, zero Run for unused
	days    []Day              // observed day by class
	fulls   map[string][]Day   // by series: observed days of visible full runs, ascending
	ends    map[string][]Class // by series: visible classes that end entities, the earlier first
	visible []Class
	print   string
}

// NewSight decides each class once: its label must lie in the scope, its run
// must not be undone, and must have been observed by when.KnownAt.
func NewSight(scope policy.Scope, when When, classes []ClassInfo) *Sight {
	n := Class(0)
	for _, c := range classes {
		n = max(n, c.Class)
	}
	s := &Sight{
		bits: make([]uint64, n/64+1), infos: make([]ClassInfo, n+1),
		days: make([]Day, n+1), fulls: map[string][]Day{}, ends: map[string][]Class{},
	}
	limit := LastDayOf(when.KnownAt)
	known := map[*Run]*Run{} // one run stays one, whatever is left out of it
	for _, c := range classes {
		if limit != NoDay {
			if known[c.Run] == nil {
				known[c.Run] = c.Run.knownBy(limit)
			}
			c.Run = known[c.Run]
		}
		s.infos[c.Class], s.days[c.Class] = c, DayOf(c.Run.Observed)
		if !scope.Sees(c.Label) || c.Run.Undone != "" || (limit != NoDay && s.days[c.Class] > limit) {
			continue
		}
		s.show(c)
	}
	s.settle()
	return s
}

// Only is what s sees under the labels that keep wants.
func (s *Sight) Only(keep func(policy.Label) bool) *Sight {
	out := &Sight{bits: make([]uint64, len(s.bits)), infos: s.infos, days: s.days, fulls: map[string][]Day{}, ends: map[string][]Class{}}
	for _, c := range s.visible {
		if keep(s.infos[c].Label) {
			out.show(s.infos[c])
		}
	}
	out.settle()
	return out
}

// show lets a class be seen. Classes come in one order.
func (s *Sight) show(c ClassInfo) {
	s.bits[c.Class/64] |= 1 << (c.Class % 64)
	s.visible = append(s.visible, c.Class)
	k := seriesKey(c)
	if c.Run.Extent == Full {
		s.fulls[k] = append(s.fulls[k], s.days[c.Class])
	}
	if len(c.Ended) > 0 {
		s.ends[k] = append(s.ends[k], c.Class)
	}
}

// settle puts what is seen in order, once all is shown.
func (s *Sight) settle() {
	for k := range s.fulls {
		slices.Sort(s.fulls[k])
		s.fulls[k] = slices.Compact(s.fulls[k])
	}
	for k := range s.ends {
		slices.SortFunc(s.ends[k], s.Order)
	}
	h := sha256.New()
	for _, c := range s.visible {
		_ = binary.Write(h, binary.BigEndian, c)
	}
	s.print = hex.EncodeToString(h.Sum(nil))
}

func seriesKey(c ClassInfo) string {
	return strings.Join([]string{c.Run.Dataset, c.Run.Series, c.Label.Key()}, "\x1e")
}

// Sees says whether statements of class c may be read.
func (s *Sight) Sees(c Class) bool {
	return s != nil && int(c/64) < len(s.bits) && s.bits[c/64]&(1<<(c%64)) != 0
}

// Classes lists the visible classes, ascending.
func (s *Sight) Classes() []Class { return s.visible }

// Info tells run and label of a visible class; ok is false for a hidden one.
func (s *Sight) Info(c Class) (info ClassInfo, ok bool) {
	if !s.Sees(c) {
		return ClassInfo{}, false
	}
	return s.infos[c], true
}

// Age orders classes by the day their run was observed, the older first; of one
// day by label and by the bytes of the source, so that the order in which runs
// came in decides nothing. Hidden classes come first.
func (s *Sight) Age(a, b Class) int {
	x, okX := s.Info(a)
	y, okY := s.Info(b)
	switch {
	case !okX || !okY:
		return cmp.Compare(bit(okX), bit(okY))
	case x.Run == y.Run:
		return cmp.Compare(a, b)
	}
	return cmp.Or(
		cmp.Compare(x.Run.Observed, y.Run.Observed), cmp.Compare(x.Label.Key(), y.Label.Key()),
		cmp.Compare(x.Run.firstBlob(), y.Run.firstBlob()), cmp.Compare(a, b),
	)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *Run) firstBlob() overt.BlobID {
	if len(r.Sources) == 0 {
		return ""
	}
	return r.Sources[0].Blob
}

// Run tells the visible run with that id, nil if there is none.
func (s *Sight) Run(id overt.RunID) *Run {
	for _, c := range s.visible {
		if s.infos[c].Run.ID == id {
			return s.infos[c].Run
		}
	}
	return nil
}

// Cite makes the citation of a place of a class; the zero Citation for a class
// that is hidden.
func (s *Sight) Cite(c Class, p Place, quote string) overt.Citation {
	info, ok := s.Info(c)
	if !ok {
		return overt.Citation{}
	}
	cite := overt.Citation{Dataset: info.Label.Dataset, Run: info.Run.ID, Locator: p.Locator, Quote: quote, Doubt: info.Run.Doubt()}
	if p.Source >= 0 && p.Source < len(info.Run.Sources) {
		cite.Source, cite.Blob = info.Run.Sources[p.Source].Name, info.Run.Sources[p.Source].Blob
	}
	return cite
}

// Fingerprint identifies the visible classes: hexadecimal SHA-256.
func (s *Sight) Fingerprint() string { return s.print }
