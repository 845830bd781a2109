package casefile

import (
	"strings"

	"overt"
	"overt/statement"
)

// A Date is a day, a stretch of days, or as much of it as is known.
type Date struct {
	From  statement.Day // the first day it can be
	To    statement.Day // the last day it can be; NoDay where the end is open
	About bool          // it is only roughly known
}

// ParseDate reads what is known of a date as ISO 8601 writes it: 2019, 2019-03,
// 2019-03-31; from/to as 2019-03/2020, with .. for an end that is not known; with ~
// behind it for about. Errors: invalid.
func ParseDate(text string) (Date, error) {
	bad := overt.Errorf(overt.Invalid, "date", "%q is no date; write 2019, 2019-03, 2019-03-31, 2019-03/2020, 2019/.. or 2019~ for about", clip(text, 40))
	rest, about := strings.CutSuffix(text, "~")
	from, to, stretch := strings.Cut(rest, "/")
	if !isDay(from) {
		return Date{}, bad
	}
	d := Date{From: statement.DayOf(from), To: statement.LastDayOf(from), About: about}
	if stretch && to == ".." {
		d.To = statement.NoDay
		return d, nil
	}
	if stretch {
		if !isDay(to) || statement.LastDayOf(to) < d.From {
			return Date{}, bad
		}
		d.To = statement.LastDayOf(to)
	}
	return d, nil
}

func isDay(s string) bool {
	return (len(s) == 4 || len(s) == 7 || len(s) == 10) && statement.DayOf(s) != statement.NoDay
}

// Precision is what is known: day, month, year, stretch or since.
func (d Date) Precision() string {
	switch days := d.To - d.From; {
	case d.To == statement.NoDay:
		return "since"
	case days == 0:
		return "day"
	case days < 31 && d.From.String()[8:] == "01" && (d.To + 1).String()[8:] == "01":
		return "month"
	case d.From.String()[5:] == "01-01" && d.To.String()[5:] == "12-31" && days < 366:
		return "year"
	}
	return "stretch"
}

// Compare orders dates by their first day; of equal ones the better known comes first.
func (d Date) Compare(o Date) int {
	if d.From != o.From {
		return int(d.From - o.From)
	}
	if (d.To == statement.NoDay) != (o.To == statement.NoDay) {
		if d.To == statement.NoDay {
			return 1
		}
		return -1
	}
	return int(d.To - o.To)
}
