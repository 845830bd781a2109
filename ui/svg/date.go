package svg

import (
	"fmt"
	"strconv"
	"time"
)

// A precision is how much of a date is known.
type precision int

const (
	toDay precision = iota
	toMonth
	toYear
)

// A moment is a date as far as it is known: from its first day to before next.
type moment struct {
	first, next int // days since 1970
	precision   precision
}

// parseDate reads an ISO 8601 prefix of one, two or three parts: 2019, 2019-03,
// 2019-03-02. Days that are not in the calendar are refused.
func parseDate(s string) (moment, error) {
	bad := fmt.Errorf("date %q is not like 2019, 2019-03 or 2019-03-02", cut(s, 40))
	layout, p := "2006-01-02", toDay
	switch len(s) {
	case 4:
		layout, p = "2006", toYear
	case 7:
		layout, p = "2006-01", toMonth
	case 10:
	default:
		return moment{}, bad
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1 {
		return moment{}, bad
	}
	return span(t, p), nil
}

// span is the day, month or year that begins with t.
func span(t time.Time, p precision) moment {
	next := t.AddDate(0, 0, 1)
	switch p {
	case toMonth:
		next = t.AddDate(0, 1, 0)
	case toYear:
		next = t.AddDate(1, 0, 0)
	}
	return moment{days(t), days(next), p}
}

func days(t time.Time) int {
	const seconds = 24 * 60 * 60
	s := t.Unix()
	if s < 0 {
		s -= seconds - 1
	}
	return int(s / seconds)
}

func date(day int) time.Time { return time.Unix(int64(day)*24*60*60, 0).UTC() }

// A calendar is a way to part time: steps of years, months or days.
type calendar struct {
	years, months, days int
}

// calendars from fine to coarse.
var calendars = []calendar{
	{days: 1}, {days: 7}, {months: 1}, {months: 3}, {years: 1}, {years: 2}, {years: 5},
	{years: 10}, {years: 20}, {years: 50}, {years: 100}, {years: 500}, {years: 1000},
}

// about is how many days a step has.
func (c calendar) about() float64 {
	return float64(c.years)*365.25 + float64(c.months)*30.44 + float64(c.days)
}

// part is the first day of the step that a day is in.
func (c calendar) part(day int) int {
	t := date(day)
	switch {
	case c.years > 0:
		return days(time.Date(t.Year()-t.Year()%c.years, 1, 1, 0, 0, 0, 0, time.UTC))
	case c.months > 0:
		m := int(t.Month()) - 1
		return days(time.Date(t.Year(), time.Month(m-m%c.months+1), 1, 0, 0, 0, 0, time.UTC))
	}
	return day - ((day%c.days)+c.days)%c.days
}

// next is the first day of the step after the one that begins with day.
func (c calendar) next(day int) int {
	return days(date(day).AddDate(c.years, c.months, c.days))
}

// name writes the step that begins with a day, as short as it can be.
func (c calendar) name(day int) string {
	t := date(day)
	switch {
	case c.years > 1:
		return strconv.Itoa(t.Year()) + "–" + strconv.Itoa(t.Year()+c.years-1)
	case c.years == 1:
		return strconv.Itoa(t.Year())
	case c.months > 0:
		return t.Format("2006-01")
	}
	return t.Format("2006-01-02")
}

// calendarOf is the finest whose steps are at least so many days.
func calendarOf(least float64) calendar {
	for _, c := range calendars {
		if c.about() >= least {
			return c
		}
	}
	return calendars[len(calendars)-1]
}
