package answer

import (
	"fmt"
	"slices"
	"strings"

	"overt/ftm"
	"overt/internal/decimal"
	"overt/resolve"
	"overt/statement"
)

// A moment says within what two values of a property exclude each other.
type moment uint8

const (
	always  moment = iota // the fact does not change: a day of birth
	oneDay                // it changes: values seen on one day
	oneAsOf               // the source says of which day it is: values with one valuesAsOf
)

// exclusives are the properties of which an entity of a schema has one value
// at a time. CAGE codes, nationalities, addresses and names are not among
// them: one may have several.
var exclusives = []struct {
	schema string
	props  []string
	within moment
}{
	{"Person", []string{"birthDate", "deathDate"}, always},
	{"LegalEntity", []string{"incorporationDate", "dissolutionDate", "jurisdiction", "leiCode", "uniqueEntityId", "dunsCode"}, always},
	{"Agency", []string{"agencyCode", "cgacCode"}, always},
	{"CloudProduct", []string{"fedrampId", "authorizationDate"}, always},
	{"Award", []string{"awardKey", "contractDate"}, always},
	{"Obligation", []string{"amount"}, always},
	{"Subaward", []string{"amount"}, always},
	{"Payment", []string{"amount"}, always},
	{"Agency", []string{"authorizationCount"}, oneDay},
	{"CloudProduct", []string{"status", "impactLevel", "authorizationCount", "reuseCount", "dependantCount"}, oneDay},
	{"System", []string{"status", "recordsHeld", "transactionsPerDay"}, oneDay},
	{"CloudAuthorization", []string{"impactLevel"}, oneDay},
	{"Award", []string{"obligatedTotal", "outlayedTotal", "currentValue", "potentialValue"}, oneAsOf},
}

// exclusiveProps are the properties of the table.
var exclusiveProps = func() map[string]bool {
	out := map[string]bool{}
	for _, x := range exclusives {
		for _, p := range x.props {
			out[p] = true
		}
	}
	return out
}()

// values tells exclusive properties with values that exclude each other.
func (s *subject) values() {
	for _, x := range exclusives {
		if !s.isA(x.schema) {
			continue
		}
		for _, prop := range x.props {
			s.exclusive(prop, x.within)
		}
	}
}

// exclusive compares the values of one property pair by pair. Two that one row
// gives are a list, and meant so.
func (s *subject) exclusive(prop string, within moment) {
	var holding []resolve.Value
	for _, v := range s.p.Get(prop) {
		v.Statements = slices.DeleteFunc(slices.Clone(v.Statements), func(st statement.Statement) bool { return st.External || st.Origin == statement.OriginMapping })
		if v.Span.Gone == statement.NoDay && v.Value != "" && len(v.Statements) > 0 {
			holding = append(holding, v)
		}
	}
	against := make([]bool, len(holding))
	for i := range holding {
		for j := range i {
			a, b := &holding[i], &holding[j]
			if disagree(s.propType(prop), a.Value, b.Value) && s.meet(a, b, within) && !rowsShared(a.Statements, b.Statements) {
				against[i], against[j] = true, true
			}
		}
	}
	var sides []Side
	for i := range holding {
		if !against[i] {
			continue
		}
		side := s.side(holding[i].Value, "said", holding[i].Statements)
		if within == oneAsOf {
			side.Date = strings.Join(s.asOf(holding[i].Statements), ", ")
		}
		sides = append(sides, side)
	}
	if len(sides) < 2 {
		return
	}
	slices.SortFunc(sides, func(a, b Side) int { return strings.Compare(a.Value, b.Value) })
	s.conflict(ConflictValue, prop, fmt.Sprintf("sources disagree on %s: %s", s.label(prop), listed(sides)), sides)
}

func listed(sides []Side) string {
	values := make([]string, len(sides))
	for i, side := range sides {
		values[i] = clip(side.Value)
	}
	return strings.Join(values, " | ")
}

func (s *subject) label(prop string) string {
	if m := s.model.Schema(s.p.Schema); m != nil {
		if p := m.Property(prop); p != nil {
			return strings.ToLower(p.Label)
		}
	}
	return prop
}

func (s *subject) propType(prop string) string {
	if m := s.model.Schema(s.p.Schema); m != nil {
		if p := m.Property(prop); p != nil {
			return p.Type.Name
		}
	}
	return ""
}

// disagree says whether two values exclude each other. A less precise date is
// the same date, a number is its value, and text is compared folded.
func disagree(kind, a, b string) bool {
	switch kind {
	case "date":
		return !strings.HasPrefix(ftm.CutDay(a), ftm.CutDay(b)) && !strings.HasPrefix(ftm.CutDay(b), ftm.CutDay(a))
	case "number":
		x, errX := decimal.Parse(a)
		y, errY := decimal.Parse(b)
		if errX == nil && errY == nil {
			return x.Cmp(y) != 0
		}
	}
	return ftm.Fold(a) != ftm.Fold(b)
}

// meet says whether two values were said within one class of time.
func (s *subject) meet(a, b *resolve.Value, within moment) bool {
	switch within {
	case oneDay:
		return share(s.observed(a.Statements), s.observed(b.Statements))
	case oneAsOf:
		return share(s.asOf(a.Statements), s.asOf(b.Statements))
	}
	return true
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(d string) bool { return slices.Contains(b, d) })
}

// observed lists the days on which sources said it.
func (s *subject) observed(stmts []statement.Statement) []string {
	var out []string
	for i := range stmts {
		if info, ok := s.d.View.Sight().Info(stmts[i].Class); ok {
			out = append(out, ftm.CutDay(info.Run.Observed))
		}
	}
	return unique(out)
}

// asOf lists the days of which the rows say their values are.
func (s *subject) asOf(stmts []statement.Statement) []string {
	var out []string
	for _, v := range s.p.Get("valuesAsOf") {
		for i := range v.Statements {
			if slices.ContainsFunc(stmts, func(st statement.Statement) bool { return beside(&st, &v.Statements[i]) }) {
				out = append(out, ftm.CutDay(v.Value))
			}
		}
	}
	return unique(out)
}

// beside says whether two statements of one entity stand in one row, or in one
// object of a tree.
func beside(a, b *statement.Statement) bool {
	if a.Class != b.Class || a.Entity != b.Entity {
		return false
	}
	return slices.ContainsFunc(a.Places, func(p statement.Place) bool {
		return slices.ContainsFunc(b.Places, func(q statement.Place) bool {
			x, y := p.Locator, q.Locator
			if p.Source != q.Source || x.Table != y.Table || x.Row != y.Row {
				return false
			}
			return x.Row != 0 || object(x.Pointer) == object(y.Pointer)
		})
	})
}

// object is the pointer of the object that holds a value, by itself or in a
// list.
func object(pointer string) string {
	i := strings.LastIndexByte(pointer, '/')
	if i > 0 && strings.Trim(pointer[i+1:], "0123456789") == "" {
		i = strings.LastIndexByte(pointer[:i], '/')
	}
	return pointer[:max(0, i)]
}

// published pairs a published number with the length of the list beside it.
var published = map[string]string{"authorizationCount": "listedAuthorizations"}

// counts tells published numbers that the list beside them does not bear out,
// run by run: a list of another day is no contradiction.
func (s *subject) counts() {
	for number, list := range published {
		for _, v := range s.p.Get(number) {
			if v.Span.Gone != statement.NoDay {
				continue
			}
			for _, w := range s.p.Get(list) {
				if !disagree("number", v.Value, w.Value) || !sameRun(&v, &w) || sameRunSays(s.p, number, w.Value, &w) {
					continue
				}
				s.conflict(ConflictCount, number, fmt.Sprintf("%s published, %s in the list beside it", v.Value, w.Value), []Side{
					s.side(v.Value, "published", together(v.Statements, w.Statements)), s.side(w.Value, "counted in the list", together(w.Statements, v.Statements)),
				})
			}
		}
	}
}

// together are the statements of a whose class and source id say something of
// b too.
func together(a, b []statement.Statement) []statement.Statement {
	return slices.DeleteFunc(slices.Clone(a), func(s statement.Statement) bool {
		return !slices.ContainsFunc(b, func(t statement.Statement) bool { return s.Class == t.Class && s.Entity == t.Entity })
	})
}

// sameRun says whether one class says both values.
func sameRun(a, b *resolve.Value) bool { return len(together(a.Statements, b.Statements)) > 0 }

// sameRunSays says whether the run that listed a number publishes it as well.
func sameRunSays(prof *resolve.Profile, prop, value string, by *resolve.Value) bool {
	return slices.ContainsFunc(prof.Get(prop), func(v resolve.Value) bool { return v.Value == value && sameRun(&v, by) })
}
