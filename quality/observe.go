package quality

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"overt"
	"overt/ftm"
	"overt/internal/decimal"
	"overt/mapping"
	"overt/statement"
)

// An observation is a list of entries: a kind, and fields, each with its
// length before it. What an entry cannot say (an amount that is none) it
// leaves empty.
const (
	entryAction  = 'a' // payer, contract, award number, modification, transaction, supplier, date, amount, currency, current value
	entrySub     = 's' // contract, subcontractor, date, amount, currency, number and report
	entryDate    = 'd' // schema:property, date that cannot be
	entryLatest  = 'l' // schema:property, latest date of something that has happened
	entryOrder   = 'o' // schema: its end lies before its start
	entryAmount  = 'n' // schema:property, number
	entrySlipped = 'u' // schema: one number is 1,000 times another
)

// fieldsOf says how many fields each entry has.
var fieldsOf = map[byte]int{entryAction: 10, entrySub: 6, entryDate: 2, entryLatest: 2, entryOrder: 1, entryAmount: 2, entrySlipped: 1}

// Observe notes what the sensors need of the entities of one record, nil where
// there is nothing to see. It is a pure function of its argument.
func Observe(entities []mapping.Entity) []byte {
	var o observer
	for i := range entities {
		e := &entities[i]
		roles := rolesOf(e.Schema)
		if roles == nil {
			continue
		}
		o.dates(e, roles)
		o.numbers(e, roles)
		switch e.Schema {
		case "Obligation":
			o.action(e, entities)
		case "Subaward":
			o.entry(entrySub, one(e, "contract"), one(e, "subcontractor"), one(e, "date"), one(e, "amount"), one(e, "currency"),
				one(e, "subawardNumber")+"\x1f"+one(e, "reportId"))
		}
	}
	if o.latest != "" {
		o.entry(entryLatest, o.latestOf, o.latest)
	}
	return o.buf
}

type observer struct {
	buf              []byte
	latest, latestOf string
}

func (o *observer) entry(kind byte, fields ...string) {
	o.buf = append(o.buf, kind)
	for _, f := range fields {
		f = f[:min(len(f), maxField)]
		o.buf = binary.AppendUvarint(o.buf, uint64(len(f)))
		o.buf = append(o.buf, f...)
	}
}

// maxField bounds one field of an entry: longer ones are cut, ids and numbers
// are not that long.
const maxField = statement.MaxID

func one(e *mapping.Entity, prop string) string {
	for i := range e.Values {
		if e.Values[i].Prop == prop {
			return e.Values[i].Clean
		}
	}
	return ""
}

// action notes a contract action with what its award says in the same record.
func (o *observer) action(e *mapping.Entity, all []mapping.Entity) {
	contract := one(e, "contract")
	var piid, current string
	for i := range all {
		if a := &all[i]; contract != "" && string(a.ID) == contract {
			piid, current = one(a, "piid"), one(a, "currentValue")
		}
	}
	o.entry(entryAction, one(e, "authority"), contract, piid, one(e, "modificationNumber"), one(e, "transactionNumber"), one(e, "supplier"),
		one(e, "date"), one(e, "amount"), one(e, "currency"), current)
}

// A role is what a property's values are looked at for.
type role uint8

const (
	roleDate   role = 1 << iota // any date
	rolePast                    // a date of something that has happened
	roleStart                   // begins the entity's time
	roleEnd                     // ends it
	roleNumber                  // a number
	roleCount                   // a number that cannot be below 0
)

// past are dates that cannot lie ahead; dates of start may (a period of
// performance), those of what was signed, born or registered may not.
var past = []string{"contractDate", "birthDate", "deathDate", "incorporationDate", "registrationDate", "authorizationDate", "readyDate", "valuesAsOf", "createdAt", "modifiedAt"}

// pastOf are dates that cannot lie ahead in one schema only.
var pastOf = map[string]string{"Obligation": "date", "Subaward": "date", "Payment": "date"}

var counts = []string{"authorizationCount", "reuseCount", "dependantCount", "listedAuthorizations", "recordsHeld", "transactionsPerDay"}

var schemaRoles = sync.OnceValue(func() map[string]map[string]role {
	out := map[string]map[string]role{}
	for _, s := range ftm.Default().Schemata() {
		roles := map[string]role{}
		for _, p := range s.SortedProperties() {
			if r := roleOf(s, p); r != 0 {
				roles[p.Name] = r
			}
		}
		if len(roles) > 0 {
			out[s.Name] = roles
		}
	}
	return out
})

func rolesOf(schema string) map[string]role { return schemaRoles()[schema] }

func roleOf(s *ftm.Schema, p *ftm.Property) (r role) {
	switch p.Type.Name {
	case "date":
		r = roleDate
		if slices.Contains(past, p.Name) || pastOf[s.Name] == p.Name {
			r |= rolePast
		}
		switch p.Name {
		case "startDate", "birthDate", "incorporationDate":
			r |= roleStart
		case "endDate", "deathDate", "dissolutionDate":
			r |= roleEnd
		}
	case "number":
		r = roleNumber
		if slices.Contains(counts, p.Name) {
			r |= roleCount
		}
	}
	return r
}

// dates notes dates that no clock has shown, the latest of those that lie in
// the past if they are true, and an end before the start.
func (o *observer) dates(e *mapping.Entity, roles map[string]role) {
	first, last := statement.NoDay, statement.NoDay // latest start, earliest end
	for i := range e.Values {
		v := &e.Values[i]
		r := roles[v.Prop]
		if r&roleDate == 0 {
			continue
		}
		if oddDate(v.Clean, v.Prop) != "" {
			o.entry(entryDate, e.Schema+":"+v.Prop, v.Clean)
			continue
		}
		if r&rolePast != 0 && v.Clean > o.latest {
			o.latest, o.latestOf = v.Clean, e.Schema+":"+v.Prop
		}
		if d := statement.DayOf(v.Clean); r&roleStart != 0 && d > first {
			first = d
		}
		if d := statement.LastDayOf(v.Clean); r&roleEnd != 0 && d != statement.NoDay && (last == statement.NoDay || d < last) {
			last = d
		}
	}
	if first != statement.NoDay && last != statement.NoDay && last < first {
		o.entry(entryOrder, e.Schema)
	}
}

// numbers notes the numbers, and one that is 1,000 times another of its
// entity to the last digit.
func (o *observer) numbers(e *mapping.Entity, roles map[string]role) {
	var seen []decimal.Decimal
	slipped := false
	for i := range e.Values {
		v := &e.Values[i]
		r := roles[v.Prop]
		if r&roleNumber == 0 || v.Clean == "" {
			continue
		}
		o.entry(entryAmount, e.Schema+":"+v.Prop, v.Clean)
		d, err := decimal.Parse(v.Clean)
		if err != nil || r&roleCount != 0 || significant(v.Clean) < 5 {
			continue
		}
		for _, s := range seen {
			slipped = slipped || thousandfold(d, s) || thousandfold(s, d)
		}
		seen = append(seen, d)
	}
	if slipped {
		o.entry(entrySlipped, e.Schema)
	}
}

// significant counts the digits of a number without zeros at its ends: a round
// number is 1,000 times another by chance.
func significant(text string) int {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	return len(strings.Trim(digits, "0"))
}

func thousandfold(a, b decimal.Decimal) bool { return scaled(b).Cmp(a) == 0 }

// scaled gives 1,000 × d, of a number whose text Parse took.
func scaled(d decimal.Decimal) decimal.Decimal {
	s, err := decimal.Parse(d.String() + "e3")
	if err != nil {
		return decimal.Decimal{}
	}
	return s
}

// decode gives the entries of an observation to the sensors.
func decode(obs []byte, w *Watch) error {
	var f [10]string
	for len(obs) > 0 {
		kind := obs[0]
		n, ok := fieldsOf[kind]
		if !ok {
			return overt.Errorf(overt.Invalid, w.place(), "an observation has an entry of unknown kind %q", kind)
		}
		obs = obs[1:]
		for i := range n {
			length, used := binary.Uvarint(obs)
			if used <= 0 || length > maxField || length > uint64(len(obs)-used) {
				return overt.Errorf(overt.Invalid, w.place(), "an observation is cut off")
			}
			f[i] = string(obs[used : used+int(length)])
			obs = obs[used+int(length):]
		}
		w.entry(kind, f[:n])
	}
	return nil
}

func (w *Watch) entry(kind byte, f []string) {
	switch kind {
	case entryAction:
		w.actions.add(w, newAction(f))
	case entrySub:
		w.subs.add(w, f)
	case entryDate, entryLatest, entryOrder:
		w.odd.date(w, kind, f)
	case entryAmount, entrySlipped:
		w.odd.amount(w, kind, f)
	}
}
