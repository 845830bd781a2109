package mapping

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"overt/extract"
	"overt/ftm"
)

func model() *ftm.Model { return ftm.Default() }

// A hint reads a column's name: words it has in a row, and what such a column is.
type hint struct {
	words string
	prop  string
	of    string // "link", the schema it speaks for, or "" for any thing
	rank  int    // as a key; 0 for none
}

// hints, the longer ones of equal beginnings found first whatever their order here.
var hints = []hint{
	{"name", "name", "", 1}, {"first name", "firstName", "Person", 1}, {"given name", "firstName", "Person", 1}, {"last name", "lastName", "Person", 1},
	{"surname", "lastName", "Person", 1}, {"family name", "lastName", "Person", 1}, {"full name", "name", "Person", 1}, {"legal name", "name", "Company", 1},
	{"alias", "alias", "", 0}, {"aka", "alias", "", 0}, {"also known a", "alias", "", 0}, {"former name", "previousName", "", 0}, {"previous name", "previousName", "", 0},
	{"uei", "uniqueEntityId", "Company", 9}, {"duns", "dunsCode", "Company", 8}, {"cage", "cageCode", "Company", 7}, {"cage code", "cageCode", "Company", 7},
	{"lei", "leiCode", "Company", 9}, {"ein", "taxNumber", "", 6}, {"tin", "taxNumber", "", 6}, {"tax number", "taxNumber", "", 6}, {"tax id", "taxNumber", "", 6},
	{"vat", "vatCode", "Company", 6}, {"vat number", "vatCode", "Company", 6}, {"company number", "registrationNumber", "Company", 8}, {"company no", "registrationNumber", "Company", 8},
	{"company id", "registrationNumber", "Company", 7}, {"registration number", "registrationNumber", "", 8}, {"registration no", "registrationNumber", "", 8}, {"reg no", "registrationNumber", "", 8}, {"reg number", "registrationNumber", "", 8},
	{"register number", "registrationNumber", "", 8}, {"passport", "passportNumber", "Person", 6}, {"passport number", "passportNumber", "Person", 6}, {"national id", "idNumber", "", 6},
	{"identity number", "idNumber", "", 6}, {"cik", "cikCode", "Company", 8}, {"imo", "imoNumber", "", 8}, {"ogrn", "ogrnCode", "Company", 8}, {"inn", "innCode", "", 7}, {"wikidata", "wikidataId", "", 8},
	{"country", "country", "", 0}, {"nationality", "nationality", "Person", 0}, {"citizenship", "nationality", "Person", 0}, {"jurisdiction", "jurisdiction", "Company", 0},
	{"address", "address", "", 0}, {"street", "address", "", 0}, {"email", "email", "", 0}, {"e mail", "email", "", 0}, {"phone", "phone", "", 0}, {"telephone", "phone", "", 0},
	{"website", "website", "", 0}, {"web site", "website", "", 0}, {"birth date", "birthDate", "Person", 0}, {"date of birth", "birthDate", "Person", 0}, {"dob", "birthDate", "Person", 0},
	{"born", "birthDate", "Person", 0}, {"birthdate", "birthDate", "Person", 0}, {"birth place", "birthPlace", "Person", 0}, {"place of birth", "birthPlace", "Person", 0},
	{"incorporation date", "incorporationDate", "Company", 0}, {"incorporated", "incorporationDate", "Company", 0}, {"dissolution date", "dissolutionDate", "Company", 0},
	{"sector", "sector", "", 0}, {"industry", "sector", "", 0}, {"legal form", "legalForm", "Company", 0}, {"status", "status", "", 0},
	{"amount", "amount", "link", 0}, {"value", "amount", "link", 0}, {"price", "amount", "link", 0}, {"total", "amount", "link", 0}, {"cost", "amount", "link", 0}, {"obligation", "amount", "link", 0},
	{"obligated", "amount", "link", 0}, {"paid", "amount", "link", 0}, {"payment", "amount", "link", 0}, {"donation", "amount", "link", 0}, {"fee", "amount", "link", 0},
	{"currency", "currency", "link", 0}, {"date", "date", "link", 0}, {"paid on", "date", "link", 0}, {"start date", "startDate", "link", 0}, {"since", "startDate", "link", 0}, {"appointed", "startDate", "link", 0},
	{"appointed on", "startDate", "link", 0}, {"from date", "startDate", "link", 0}, {"start", "startDate", "link", 0}, {"end date", "endDate", "link", 0}, {"until", "endDate", "link", 0}, {"resigned", "endDate", "link", 0},
	{"resigned on", "endDate", "link", 0}, {"to date", "endDate", "link", 0}, {"end", "endDate", "link", 0}, {"role", "role", "link", 0}, {"position", "role", "link", 0}, {"job title", "role", "link", 0}, {"function", "role", "link", 0},
	{"share", "percentage", "link", 0}, {"percent", "percentage", "link", 0}, {"percentage", "percentage", "link", 0}, {"stake", "percentage", "link", 0}, {"purpose", "purpose", "link", 0},
	{"description", "summary", "link", 0}, {"reason", "summary", "link", 0}, {"note", "description", "link", 0}, {"comment", "description", "link", 0}, {"remark", "description", "link", 0},
	{"id", "recordId", "link", 5}, {"number", "recordId", "link", 4}, {"no", "recordId", "link", 4}, {"reference", "recordId", "link", 4}, {"ref", "recordId", "link", 4}, {"piid", "recordId", "link", 5},
}

// roles say by a word of a column's name what a thing is.
var roles = map[string]string{
	"company": "Company", "supplier": "Company", "vendor": "Company", "recipient": "Company", "contractor": "Company", "firm": "Company", "business": "Company", "payee": "Company",
	"beneficiary": "LegalEntity", "grantee": "Company", "employer": "Company", "subsidiary": "Company", "parent": "Company", "asset": "Company", "seller": "Company", "bidder": "Company",
	"organization": "Organization", "organisation": "Organization", "agency": "PublicBody", "authority": "PublicBody", "ministry": "PublicBody", "department": "PublicBody", "council": "PublicBody",
	"buyer": "PublicBody", "payer": "LegalEntity", "customer": "LegalEntity", "client": "LegalEntity", "office": "PublicBody", "government": "PublicBody", "donor": "LegalEntity",
	"person": "Person", "director": "Person", "officer": "Person", "employee": "Person", "individual": "Person", "lobbyist": "Person", "member": "LegalEntity", "candidate": "Person", "politician": "Person",
	"owner": "LegalEntity", "shareholder": "LegalEntity", "entity": "LegalEntity", "party": "LegalEntity", "vessel": "Vessel", "ship": "Vessel",
}

// pays, directs and so on are the roles at the beginning of a link of a schema.
var begins = map[string]string{
	"agency": "Payment", "authority": "Payment", "ministry": "Payment", "department": "Payment", "council": "Payment", "buyer": "Payment", "payer": "Payment", "donor": "Payment", "customer": "Payment", "office": "Payment", "government": "Payment",
	"director": "Directorship", "officer": "Directorship", "owner": "Ownership", "shareholder": "Ownership", "parent": "Ownership", "employee": "Employment", "member": "Membership",
}

var (
	companyEnd = regexp.MustCompile(`(?i)\b(ltd|limited|llc|llp|lp|inc|incorporated|corp|corporation|plc|gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|nv|oy|ab|as|aps|kft|zrt|sro|doo|ooo|pty|co)\b\.?\s*$`)
	publicWord = regexp.MustCompile(`(?i)\b(ministry|department|agency|council|bureau|office of|directorate|authority|city of|county|commission|government|university)\b`)
)

// Propose drafts a mapping by the names of columns and some records: guesses, which a
// person confirms. Columns that are refused become nothing.
func Propose(name string, columns []string, sample []extract.Record, refused []Refusal) Draft {
	p := &proposal{Draft: Draft{Name: name, Extent: Window}, sample: sample}
	last := ""
	for _, c := range columns {
		read := guess{DraftColumn: DraftColumn{Column: c}}
		if !slices.ContainsFunc(refused, func(r Refusal) bool { return foldColumn(r.Column) == foldColumn(c) }) {
			read = p.read(c, last)
		}
		if read.Thing != "" && read.of != "link" {
			last = read.Thing
		}
		p.guesses = append(p.guesses, read)
	}
	p.things()
	p.link()
	for i := range p.guesses {
		p.Columns = append(p.Columns, p.settle(&p.guesses[i]))
	}
	p.keys()
	p.Dates, p.Comma, p.Currency = p.dates(), p.comma(), p.currency()
	return p.Draft
}

// A guess is what a column's name says.
type guess struct {
	DraftColumn
	of   string
	rank int
}

type proposal struct {
	Draft
	sample  []extract.Record
	guesses []guess
}

// read reads the name of a column that stands behind those of a thing.
func (p *proposal) read(column, last string) guess {
	words := wordsOf(column)
	line := " " + strings.Join(words, " ") + " "
	best := hint{}
	for _, h := range hints {
		// Of several the longest counts, then the one that ends last: "date paid".
		if at := strings.LastIndex(line, " "+h.words+" "); at >= 0 && len(h.words) > len(best.words) {
			best = h
		}
	}
	g := guess{DraftColumn: DraftColumn{Column: column, Prop: best.prop}, of: best.of, rank: best.rank}
	rest := strings.Fields(strings.Replace(line, " "+best.words+" ", " ", 1))
	role := roleOf(rest)
	if role == "" {
		if r := roleOf(words); r != "" && best.words != "" && best.of != "link" {
			role = r // "company number"
		}
	}
	switch {
	case best.words == "" && role != "":
		g.Prop, g.Thing, g.rank = "name", role, 1
	case best.of == "link" && role != "" && best.prop == "recordId":
		g.Thing, g.Prop, g.of, g.rank = role, "registrationNumber", "", 6 // "supplier id"
	case best.of == "link":
		g.Thing = linkName
	case best.words == "":
		g.Prop = ""
	case role != "":
		g.Thing = role
	case best.of == "Person" && last != "" && p.schemaOf(last) != "Person":
		g.Thing = "person"
	default:
		g.Thing = last
		if last == "" {
			g.Thing = mainName
		}
	}
	return g
}

// The names of a thing and a link that no column names.
const mainName, linkName = "main", "link"

func roleOf(words []string) string {
	for _, w := range slices.Backward(words) {
		if roles[w] != "" {
			return w
		}
	}
	return ""
}

func (p *proposal) schemaOf(thing string) string {
	if s := roles[thing]; s != "" {
		return s
	}
	for _, g := range p.guesses {
		if g.Thing == thing && g.of != "" && g.of != "link" {
			return g.of
		}
	}
	return ""
}

// things gathers the things that columns speak of, and what they are.
func (p *proposal) things() {
	if !slices.ContainsFunc(p.guesses, func(g guess) bool { return g.Thing != "" && g.Thing != linkName }) {
		for i := range p.guesses {
			if g := &p.guesses[i]; g.Thing == "" && p.texts(g.Column) {
				g.Thing, g.Prop, g.rank = mainName, "name", 1
				break
			}
		}
	}
	for _, g := range p.guesses {
		if g.Thing == "" || g.Thing == linkName || p.thing(g.Thing) != nil {
			continue
		}
		p.Things = append(p.Things, DraftThing{Name: g.Thing, Schema: p.kind(g.Thing)})
	}
}

// kind is what a thing is: by its columns, its name, or how the names in it look.
func (p *proposal) kind(thing string) string {
	schema := p.schemaOf(thing)
	if schema != "" && schema != "LegalEntity" {
		return schema
	}
	var companies, bodies, all int
	for _, g := range p.guesses {
		if g.Thing != thing || g.Prop != "name" {
			continue
		}
		for _, v := range p.values(g.Column) {
			all++
			if companyEnd.MatchString(v) {
				companies++
			} else if publicWord.MatchString(v) {
				bodies++
			}
		}
	}
	switch {
	case companies*2 > all:
		return "Company"
	case bodies*2 > all:
		return "PublicBody"
	}
	return "LegalEntity"
}

// link proposes one link between the two things that come first.
func (p *proposal) link() {
	if len(p.Things) < 2 {
		return
	}
	from, to := p.Things[0], p.Things[1]
	if begins[to.Name] != "" && begins[from.Name] == "" || from.Name == "beneficiary" || from.Schema != "Person" && to.Schema == "Person" {
		from, to = to, from
	}
	has := func(prop string) bool {
		return slices.ContainsFunc(p.guesses, func(g guess) bool { return g.Thing == linkName && g.Prop == prop })
	}
	schema := begins[from.Name]
	switch {
	case has("amount"):
		schema = "Payment"
	case has("percentage"):
		schema = "Ownership"
	case has("role") && from.Schema == "Person" && schema == "":
		schema = "Directorship"
	case schema == "Payment":
		schema = ""
	}
	if s := model().Schema(schema); s == nil || !isA(from.Schema, s.Property(s.Edge.Source).Range) || !isA(to.Schema, s.Property(s.Edge.Target).Range) {
		schema = "UnknownLink"
	}
	p.Things = append(p.Things, DraftThing{Name: linkName, Schema: schema, From: from.Name, To: to.Name})
}

func isA(schema, of string) bool {
	s := model().Schema(schema)
	return s != nil && s.IsA(of)
}

// instead are properties that serve where a schema has not the one that was meant.
var instead = map[string][]string{
	"recordId": {"transactionNumber", "number", "registrationNumber"}, "summary": {"description", "purpose"}, "purpose": {"summary", "description"}, "description": {"summary"},
	"role": {"position", "summary"}, "amount": {"sharesValue", "value"}, "date": {"startDate", "incorporationDate"}, "firstName": {"name"}, "lastName": {"name"}, "nationality": {"country"}, "jurisdiction": {"country"},
	"registrationNumber": {"idNumber"}, "cageCode": {"registrationNumber"},
}

// settle gives a column to a thing that has such a property, or to none.
func (p *proposal) settle(g *guess) DraftColumn {
	if g.Thing == linkName && p.thing(linkName) == nil && len(p.Things) > 0 {
		g.Thing = p.Things[0].Name // there is nothing to link
		g.rank = max(g.rank, 0)
	}
	t := p.thing(g.Thing)
	if t == nil {
		return DraftColumn{Column: g.Column}
	}
	schema := model().Schema(t.Schema)
	for _, prop := range append([]string{g.Prop}, instead[g.Prop]...) {
		if pr := schema.Property(prop); pr != nil && !pr.Stub {
			return DraftColumn{Column: g.Column, Thing: t.Name, Prop: prop}
		}
	}
	return DraftColumn{Column: g.Column}
}

// keys marks of each thing the columns by which it is best known again.
func (p *proposal) keys() {
	for _, t := range p.Things {
		best := 0
		for i, g := range p.guesses {
			if p.Columns[i].Thing == t.Name {
				best = max(best, g.rank)
			}
		}
		for i, g := range p.guesses {
			if p.Columns[i].Thing == t.Name && g.rank == best && best > 0 {
				p.Columns[i].Key = true
			}
		}
	}
}

// values are those of a column in the sample.
func (p *proposal) values(column string) (out []string) {
	for _, r := range p.sample {
		for _, c := range r.Cells(column) {
			if v := strings.TrimSpace(c.Text); v != "" {
				out = append(out, v)
			}
		}
	}
	return out
}

// texts says whether a column holds words.
func (p *proposal) texts(column string) bool {
	n := 0
	for _, v := range p.values(column) {
		if !strings.ContainsFunc(v, unicode.IsDigit) && strings.ContainsFunc(v, unicode.IsLetter) {
			n++
		}
	}
	return n > 0 && n*2 > len(p.sample)
}
