package statement

import (
	"cmp"
	"slices"

	"overt/ftm"
)

// A Span is the time in which something was sighted: First and Last are the
// days of its first and last sighting, Gone the day on which its source was
// without it: that of the first later full extract, or of the run that ended
// it. NoDay while it is still there.
// First is NoDay when a run that saw it was no full extract: a window says
// nothing of when a thing began.
type Span struct{ First, Last, Gone Day }

// Span tells when something of an entity was seen, given the classes that say
// it. Hidden classes do not count. A gap between two sightings is not an end,
// and where several series say a thing it is gone only when each has dropped
// it. The entity decides which ends count (Writer.End); with "" none does.
func (s *Sight) Span(of ftm.EntityID, classes []Class) Span {
	sp := Span{NoDay, NoDay, NoDay}
	window := false
	last := map[string]sighting{}
	for _, c := range classes {
		if !s.Sees(c) {
			continue
		}
		d, extent := s.days[c], s.infos[c].Run.Extent
		sp.Last = max(sp.Last, d)
		if extent != Full {
			window = true
		} else if sp.First == NoDay || d < sp.First {
			sp.First = d
		}
		k := seriesKey(s.infos[c])
		l := last[k]
		if l.class == 0 || s.Order(l.class, c) < 0 {
			l.class = c
		}
		l.slice = l.slice || extent == Window
		last[k] = l
	}
	if window {
		sp.First = NoDay
	}
	for k, l := range last {
		gone := s.gone(k, of, l)
		if gone == NoDay {
			sp.Gone = NoDay
			return sp
		}
		sp.Gone = max(sp.Gone, gone)
	}
	return sp
}

// A sighting is the last one of a series; slice says that one of them was in a
// window, after which absence means nothing.
type sighting struct {
	class Class
	slice bool
}

// gone is the day on which a series had dropped what it saw last, NoDay while
// it has it.
func (s *Sight) gone(series string, of ftm.EntityID, l sighting) Day {
	gone := s.ended(series, of, l.class)
	if l.slice {
		return gone
	}
	fulls := s.fulls[series]
	if next, _ := slices.BinarySearch(fulls, s.days[l.class]+1); next < len(fulls) && (gone == NoDay || fulls[next] < gone) {
		gone = fulls[next]
	}
	return gone
}

// ended is the day of the first run after class c that ends the entity.
func (s *Sight) ended(series string, of ftm.EntityID, c Class) Day {
	ends := s.ends[series]
	first, _ := slices.BinarySearchFunc(ends, c, s.Order)
	for _, e := range ends[first:] {
		if _, there := slices.BinarySearch(s.infos[e].Ended, of); there && s.Order(e, c) > 0 {
			return s.days[e]
		}
	}
	return NoDay
}

// Ends says whether any visible run ends an entity, so that a span depends on
// more than classes.
func (s *Sight) Ends() bool { return s != nil && len(s.ends) > 0 }

// Order puts visible classes by the moment their runs were observed, and those of
// one moment as they came in: changes of one day are told apart by nothing else.
func (s *Sight) Order(a, b Class) int {
	x, y := s.infos[a].Run, s.infos[b].Run
	return cmp.Or(cmp.Compare(x.Observed, y.Observed), cmp.Compare(x.ID, y.ID))
}
