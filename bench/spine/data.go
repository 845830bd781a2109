package main

import (
	"strconv"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// perEntity is how many statements each entity of the made-up data has.
const perEntity = 10

// dataset is the name under which everything made up is kept.
const dataset = "northmoor"

// A maker makes entities from their numbers: of ten, five companies, three
// contract actions, one award and one ownership. Ids are a mix of the number,
// so that ascending numbers give ids in no order; references point evenly at
// all companies and awards.
type maker struct {
	n     int    // entities
	round uint64 // 1 changes one value of one entity in a hundred
	words []string
	buf   []byte
	stmts [perEntity]statement.Statement
	place [perEntity]statement.Place
	fill  int
	row   int64
	rand  uint64
}

func newMaker(entities int) *maker {
	m := &maker{n: entities, buf: make([]byte, 0, 256)}
	const consonants, vowels = "bdfghklmnprstvz", "aeiou"
	state := uint64(1)
	for range 4096 {
		var w []byte
		for range 2 + next(&state)%3 {
			w = append(w, consonants[next(&state)%uint64(len(consonants))], vowels[next(&state)%uint64(len(vowels))])
		}
		m.words = append(m.words, string(w))
	}
	return m
}

// next steps a SplitMix64 generator. Source: Steele, Lea, Flood, "Fast
// splittable pseudorandom number generators", OOPSLA 2014.
func next(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	return mix(*state)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// The kinds of entities, by the last digit of the number.
const (
	company = iota
	action
	award
	ownership
)

func kindOf(k int) int {
	switch d := k % 10; {
	case d < 5:
		return company
	case d < 8:
		return action
	case d == 8:
		return award
	}
	return ownership
}

var idPrefix = [...]string{"northmoor-company:", "northmoor-action:", "northmoor-award:", "northmoor-owner:"}

// id is the id of entity k.
func (m *maker) id(k int) ftm.EntityID { return ftm.EntityID(m.appendID(nil, k)) }

func (m *maker) appendID(dst []byte, k int) []byte {
	dst = append(dst, idPrefix[kindOf(k)]...)
	const digits = "0123456789abcdef"
	for x, i := mix(uint64(k)+1), 60; i >= 0; i -= 4 {
		dst = append(dst, digits[x>>i&15])
	}
	return dst
}

// companyAt and awardAt give numbers of that kind for any random number.
func (m *maker) companyAt(r uint64) int { return int(r%uint64(m.n/10))*10 + int(r>>40%5) }
func (m *maker) awardAt(r uint64) int   { return int(r%uint64(m.n/10))*10 + 8 }

// name and registration are the values by which company k can be looked up.
func (m *maker) name(k int) string {
	m.begin(k)
	return string(m.appendName(nil))
}

// nameKey is the lookup key of company k.
func (m *maker) nameKey(k int) string { return statement.NameKey(m.name(k)) }

func (m *maker) registration(k int) string {
	return "NM" + strconv.FormatUint(mix(uint64(k)+7)>>24, 10)
}

func (m *maker) begin(k int) {
	m.rand, m.fill, m.row, m.buf = mix(uint64(k)+13), 0, int64(k)+2, m.buf[:0]
}

func (m *maker) pick(n int) int { return int(next(&m.rand) % uint64(n)) }

func (m *maker) word(dst []byte) []byte { return append(dst, m.words[m.pick(len(m.words))]...) }

func (m *maker) appendName(dst []byte) []byte {
	dst = append(m.word(dst), ' ')
	dst = append(m.word(dst), ' ')
	dst = append(m.word(dst), ' ')
	return append(dst, [...]string{"Ltd", "LLC", "GmbH", "Inc"}[m.pick(4)]...)
}

func (m *maker) appendText(dst []byte, words int) []byte {
	for i := range words {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = m.word(dst)
	}
	return dst
}

func (m *maker) appendDay(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(1990+m.pick(35)), 10)
	month, day := m.pick(12)+1, m.pick(28)+1
	return append(dst, '-', byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10))
}

func (m *maker) appendAmount(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(m.pick(5_000_000)), 10)
	cents := m.pick(100)
	return append(dst, '.', byte('0'+cents/10), byte('0'+cents%10))
}

// say adds a statement whose value stands in the buffer from a mark on.
func (m *maker) say(schema, prop, column string, value []byte) {
	m.place[m.fill] = statement.Place{Locator: overt.Locator{Row: m.row, Column: column}}
	m.stmts[m.fill] = statement.Statement{
		Schema: schema, Prop: prop, Value: string(value), Places: m.place[m.fill : m.fill+1],
	}
	m.fill++
}

// entity makes entity k: its id and its statements, valid until the next call.
func (m *maker) entity(k int) (ftm.EntityID, []statement.Statement) {
	m.begin(k)
	switch kindOf(k) {
	case company:
		m.company(k)
	case action:
		m.action()
	case award:
		m.award(k)
	default:
		m.ownership(k)
	}
	id := m.id(k)
	m.stmts[m.fill] = statement.Statement{Schema: m.stmts[0].Schema, Prop: statement.PropID, Value: string(id), Places: m.place[m.fill : m.fill+1]}
	m.place[m.fill] = statement.Place{Locator: overt.Locator{Row: m.row}}
	m.fill++
	return id, m.stmts[:m.fill]
}

// changed says whether the second round says something else of entity k.
func (m *maker) changed(k int) bool { return m.round > 0 && mix(uint64(k)+99)%100 == 0 }

func (m *maker) company(k int) {
	const s = "Company"
	name := m.appendName(m.buf)
	m.say(s, "name", "Name", name)
	m.say(s, "alias", "Short Name", name[:len(name)-4])
	m.say(s, "registrationNumber", "Number", []byte(m.registration(k)))
	m.say(s, "incorporationDate", "Registered", m.appendDay(m.buf))
	m.say(s, "country", "Country", []byte([...]string{"us", "de", "gb", "fr"}[m.pick(4)]))
	m.say(s, "address", "Address", m.appendText(strconv.AppendInt(m.buf, int64(m.pick(900)), 10), 4))
	m.say(s, "parent", "Parent", m.appendID(m.buf, m.companyAt(next(&m.rand))))
	m.say(s, "capital", "Capital", m.appendAmount(m.buf))
	status := "active"
	if m.changed(k) {
		status = "dissolved"
	}
	m.say(s, "status", "Status", []byte(status))
}

func (m *maker) action() {
	const s = "Obligation"
	m.say(s, "authority", "Agency", m.appendID(m.buf, m.pick(20)*10))
	m.say(s, "supplier", "Recipient", m.appendID(m.buf, m.companyAt(next(&m.rand))))
	m.say(s, "contract", "Award", m.appendID(m.buf, m.awardAt(next(&m.rand))))
	amount := m.appendAmount(m.buf)
	if m.changed(int(m.row - 2)) {
		amount = append(amount, '1')
	}
	m.say(s, "amount", "Amount", amount)
	m.say(s, "currency", "Amount", []byte("USD"))
	m.say(s, "date", "Date", m.appendDay(m.buf))
	m.say(s, "fiscalYear", "Date", strconv.AppendInt(m.buf, int64(1990+m.pick(35)), 10))
	m.say(s, "description", "Description", m.appendText(m.buf, 7))
	m.say(s, "modificationNumber", "Modification", strconv.AppendInt(append(m.buf, 'P'), int64(10000+m.pick(90000)), 10))
}

func (m *maker) award(k int) {
	const s = "Award"
	key := m.appendID(m.buf, k)
	m.say(s, "awardKey", "Award", key)
	m.say(s, "piid", "Order", key[len(key)-14:])
	m.say(s, "title", "Title", m.appendText(m.buf, 3))
	m.say(s, "authority", "Agency", m.appendID(m.buf, m.pick(20)*10))
	m.say(s, "supplier", "Recipient", m.appendID(m.buf, m.companyAt(next(&m.rand))))
	value := m.appendAmount(m.buf)
	if m.changed(k) {
		value = append(value, '1')
	}
	m.say(s, "currentValue", "Value", value)
	m.say(s, "startDate", "Start", m.appendDay(m.buf))
	m.say(s, "endDate", "End", m.appendDay(m.buf))
	m.say(s, "productDescription", "Product", m.appendText(m.buf, 4))
}

func (m *maker) ownership(k int) {
	const s = "Ownership"
	m.say(s, "owner", "Owner", m.appendID(m.buf, m.companyAt(next(&m.rand))))
	m.say(s, "asset", "Owned", m.appendID(m.buf, m.companyAt(next(&m.rand))))
	m.say(s, "percentage", "Share", strconv.AppendInt(m.buf, int64(1+m.pick(100)), 10))
	m.say(s, "startDate", "From", m.appendDay(m.buf))
	m.say(s, "endDate", "To", m.appendDay(m.buf))
	m.say(s, "role", "Role", m.appendText(m.buf, 2))
	m.say(s, "recordId", "Record", strconv.AppendUint(m.buf, mix(uint64(k))>>20, 10))
	m.say(s, "sharesValue", "Value", m.appendAmount(m.buf))
	status := "current"
	if m.changed(k) {
		status = "ended"
	}
	m.say(s, "status", "Status", []byte(status))
}
