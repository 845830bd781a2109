package value

import (
	"fmt"
	"strconv"
	"strings"

	"overt/ftm"
)

// Levels of dates.
const (
	DateEqual     Level = iota + 1 // the same day
	DateExchanged                  // day and month exchanged
	DateDigit                      // one digit differs, or two beside each other are exchanged
	DateMonth                      // the same month, one side no more precise
	DateYear                       // the same year, one side no more precise
	DateNear                       // a year apart, or the same year with another day
	DateDiffer
)

// A Date is a day, a month or a year.
type Date struct {
	Year, Month, Day int  // 0 where not known
	Placeholder      bool // 1900-01-01 and its kin: a form wanted a date
	text             string
}

// ParseDate reads a date as registers and people write them.
func ParseDate(text string) *Date {
	d := &Date{}
	clean, err := ftm.Default().Type("date").Clean(text, ftm.CleanOptions{Fuzzy: true})
	if err != nil {
		clean = compactDate(text)
	}
	clean = ftm.CutDay(clean)
	parts := strings.SplitN(clean, "-", 3)
	for i, to := range []*int{&d.Year, &d.Month, &d.Day} {
		if i < len(parts) {
			*to, _ = strconv.Atoi(parts[i])
		}
	}
	if d.Year < 1000 || d.Year > 2200 {
		return &Date{}
	}
	d.text = clean
	first := d.Month == 1 && d.Day == 1
	d.Placeholder = first && (d.Year == 1900 || d.Year == 1901 || d.Year == 1970 || d.Year == 1000) || d.Year == 9999 || d.Year == 1111
	return d
}

// compactDate reads 19641231, which is no ISO 8601 of the model's.
func compactDate(text string) string {
	t := strings.TrimSpace(text)
	if len(t) != 8 || strings.Trim(t, "0123456789") != "" {
		return ""
	}
	clean, err := ftm.Default().Type("date").Clean(t[:4]+"-"+t[4:6]+"-"+t[6:], ftm.CleanOptions{})
	if err != nil {
		return ""
	}
	return clean
}

// Empty says whether there is nothing to compare. A placeholder is empty.
func (d *Date) Empty() bool { return d.Year == 0 || d.Placeholder }

// Norm is the date as ISO 8601, as precise as it is; "" when empty.
func (d *Date) Norm() string {
	if d.Empty() {
		return ""
	}
	return d.text
}

// First and Last are the ends of the interval the date stands for, as numbers
// that can be compared: year, month and day in base 10.
func (d *Date) First() int { return d.Year*10000 + max(d.Month, 1)*100 + max(d.Day, 1) }

// Last is described with First.
func (d *Date) Last() int {
	month, day := d.Month, d.Day
	if month == 0 {
		month = 12
	}
	if day == 0 {
		day = 31
	}
	return d.Year*10000 + month*100 + day
}

// Keys gives the day, and what remains of it when one part is wrong.
func (d *Date) Keys(emit func(Family, string)) {
	if d.Empty() {
		return
	}
	emit(KeyWhole, d.text)
	if d.Day == 0 {
		return
	}
	emit(KeyNear, fmt.Sprintf("%04d-%02d", d.Year, d.Month))
	emit(KeyNear, fmt.Sprintf("--%02d-%02d", d.Month, d.Day))
	emit(KeyNear, fmt.Sprintf("%04d--%02d", d.Year, d.Day))
	if d.Day <= 12 && d.Day != d.Month {
		emit(KeyNear, fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Day, d.Month))
	}
}

// Compare says how like two dates are.
func (d *Date) Compare(e *Date) Result {
	if d.Empty() || e.Empty() {
		return Result{}
	}
	whole := d.Day > 0 && e.Day > 0
	switch {
	case whole && d.text == e.text:
		return Result{Level: DateEqual, Norm: d.text, Why: d.text}
	case whole && d.Year == e.Year && d.Month == e.Day && d.Day == e.Month:
		return Result{Level: DateExchanged, Norm: d.text, Why: "day and month exchanged"}
	case whole && oneDigit(d.text, e.text):
		return Result{Level: DateDigit, Why: d.text + " and " + e.text + " are a digit apart"}
	case d.Year == e.Year && d.Month == e.Month && d.Month > 0 && !whole:
		return Result{Level: DateMonth, Norm: d.text[:7], Why: "the same month"}
	case d.Year == e.Year && (d.Month == 0 || e.Month == 0):
		return Result{Level: DateYear, Norm: d.text[:4], Why: "the same year"}
	case d.Year-e.Year <= 1 && e.Year-d.Year <= 1:
		return Result{Level: DateNear, Why: "no more than a year apart"}
	}
	return Result{Level: DateDiffer, Why: d.text + " and " + e.text}
}

// oneDigit says whether two texts of one length differ in one place, or in two
// neighbours that are exchanged.
func oneDigit(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	first, n := -1, 0
	for i := range len(a) {
		if a[i] == b[i] {
			continue
		}
		if first < 0 {
			first = i
		}
		n++
	}
	return n == 1 || n == 2 && first+1 < len(a) && a[first] == b[first+1] && a[first+1] == b[first] && a[first+2:] == b[first+2:]
}
