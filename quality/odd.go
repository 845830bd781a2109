package quality

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"overt/ftm"
	"overt/statement"
)

// fillers are dates that programs write where none is known.
var fillers = map[string]bool{
	"1899-12-30": true, "1899-12-31": true, "1900-01-00": true, "1900-01-01": true, "1970-01-01": true, "2099-12-31": true, "2999-12-31": true, "9999-12-31": true,
}

// oddDate says what is wrong with a date whatever the day is: "filler",
// "impossible", or nothing. 1970-01-01 is somebody's birthday.
func oddDate(date, prop string) string {
	day := ftm.CutDay(date)
	if fillers[day] && (prop != "birthDate" || !strings.HasPrefix(day, "1970")) {
		return "filler"
	}
	year, err := strconv.Atoi(day[:min(len(day), 4)])
	if err == nil && (year < 1000 || year > 2199) {
		return "impossible"
	}
	return ""
}

// maxKinds bounds the properties that are judged apart.
const maxKinds = 500

// oddities gathers dates and amounts that cannot be.
type oddities struct {
	dates   map[[2]string]*evidence // schema:property, what is wrong
	ordered map[string]*evidence    // schema
	slipped map[string]*evidence
	numbers map[string]*numbers // schema:property
}

func note[K comparable](m *map[K]*evidence, key K, where string) {
	if *m == nil {
		*m = map[K]*evidence{}
	}
	e := (*m)[key]
	if e == nil {
		if len(*m) >= maxKinds {
			return
		}
		e = &evidence{}
		(*m)[key] = e
	}
	e.add(where)
}

func (o *oddities) date(w *Watch, kind byte, f []string) {
	switch kind {
	case entryDate:
		_, prop, _ := strings.Cut(f[0], ":")
		if what := oddDate(f[1], prop); what != "" {
			note(&o.dates, [2]string{f[0], what}, w.place())
		}
	case entryLatest:
		if d := statement.DayOf(f[1]); d != statement.NoDay && w.cfg.Today != 0 && d > w.cfg.Today+1 { // another time zone's tomorrow
			note(&o.dates, [2]string{f[0], "ahead"}, w.place())
		}
	case entryOrder:
		note(&o.ordered, f[0], w.place())
	}
}

// numbers is what is kept of one property's numbers.
type numbers struct {
	n            int64
	most, second float64 // largest magnitudes
	mostAt       string
	negative     evidence
	cents, nines evidence // 0.01; 99999999 and longer
}

func (o *oddities) amount(w *Watch, kind byte, f []string) {
	if kind == entrySlipped {
		note(&o.slipped, f[0], w.place())
		return
	}
	v, err := strconv.ParseFloat(f[1], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	if o.numbers == nil {
		o.numbers = map[string]*numbers{}
	}
	n := o.numbers[f[0]]
	if n == nil {
		if len(o.numbers) >= maxKinds {
			return
		}
		n = &numbers{}
		o.numbers[strings.Clone(f[0])] = n
	}
	n.add(w, f[0], f[1], v)
}

func (n *numbers) add(w *Watch, name, text string, v float64) {
	n.n++
	switch m := math.Abs(v); {
	case m > n.most:
		n.second, n.most, n.mostAt = n.most, m, w.place()
	case m > n.second && m < n.most:
		n.second = m
	}
	_, prop, _ := strings.Cut(name, ":")
	if v < 0 && slices.Contains(counts, prop) {
		n.negative.add(w.place())
	}
	if math.Abs(v) == 0.01 {
		n.cents.add(w.place())
	}
	if whole, _, _ := strings.Cut(strings.TrimPrefix(text, "-"), "."); len(whole) >= 8 && strings.Trim(whole, "9") == "" {
		n.nines.add(w.place())
	}
}

func (o *oddities) judge(w *Watch) {
	for _, k := range slices.SortedFunc(maps.Keys(o.dates), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		e := o.dates[k]
		switch k[1] {
		case "filler":
			w.warn("filler-dates", e.where(), "%d values of %s are dates that programs write where none is known (1900-01-01, 9999-12-31 and their kin); take them for unknown", e.n, k[0])
		case "impossible":
			w.warn("impossible-dates", e.where(), "%d values of %s lie before the year 1000 or after 2199; a digit slipped, take them for unknown", e.n, k[0])
		case "ahead":
			w.warn("impossible-dates", e.where(), "%d records have a %s after the day of the import, of something that has happened", e.n, k[0])
		}
	}
	for _, k := range slices.Sorted(maps.Keys(o.ordered)) {
		w.warn("reversed-dates", o.ordered[k].where(), "%d of %s end before they begin: the two columns are swapped, or the start is that of a modification and the end of the award; no duration may be taken from them", o.ordered[k].n, k)
	}
	for _, k := range slices.Sorted(maps.Keys(o.slipped)) {
		w.warn("unit-slip", o.slipped[k].where(), "%d of %s have one amount that is another times 1,000 to the last digit: one of them may be in thousands", o.slipped[k].n, k)
	}
	for _, k := range slices.Sorted(maps.Keys(o.numbers)) {
		o.numbers[k].judge(w, k)
	}
}

func (n *numbers) judge(w *Watch, name string) {
	if n.negative.n > 0 {
		w.warn("negative-counts", n.negative.where(), "%d values of %s are below 0, which a count cannot be", n.negative.n, name)
	}
	if n.nines.n > 0 {
		w.warn("filler-amounts", n.nines.where(), "%d values of %s are nothing but nines: a filler for \"no limit\" or \"unknown\", not an amount", n.nines.n, name)
	}
	if n.cents.n >= 10 && n.cents.n*100 >= n.n {
		w.warn("filler-amounts", n.cents.where(), "%d of %d values of %s are 0.01: a filler where a form wants an amount", n.cents.n, n.n, name)
	}
	if n.n >= 50 && n.most >= 1e6 && n.second > 0 && n.most >= 1000*n.second {
		w.warn("outlier", n.mostAt, "one value of %s is more than 1,000 times every other of the %d: a sum over it is that one value", name, n.n)
	}
}
