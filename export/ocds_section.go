package export

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"overt/ftm"
)

// project writes the planning section.
func (d *drawing) project(p *part) error {
	p.into("planning", func(r *release) bool { return r.body["planning"] == nil })
	planning, budget := map[string]any{}, map[string]any{}
	set(budget, "project", p.use("name"))
	set(budget, "projectID", p.use("projectId"))
	p.amount(budget, "amount", "amount")
	if len(budget) > 0 {
		planning["budget"] = budget
	}
	set(planning, "rationale", p.use("description"))
	p.documents(planning)
	p.to.body["planning"] = planning
	return nil
}

var estimated = regexp.MustCompile(`^Estimated value: (\S+)(?: ([A-Z]{3}))?$`)

// tender writes the tender section.
func (d *drawing) tender(p *part) error {
	p.into("tender", func(r *release) bool { return r.body["tender"] == nil })
	t := map[string]any{}
	p.to.body["tender"] = t
	t["id"] = ownURN + string(p.r.ID)
	if hashID("ocds-tender:"+d.p.ocid) == p.r.ID {
		t["id"] = "tender"
		if v := p.use("callId"); v != "" {
			t["id"] = v
		}
	}
	set(t, "title", p.use("title"))
	set(t, "description", p.use("description"))
	p.code(t, "mainProcurementCategory", "procurementType", "goods", "services", "works")
	p.procedures(t)
	p.period(t, "tenderPeriod", map[string]string{"startDate": "startDate", "endDate": "submissionDeadline"})
	p.period(t, "enquiryPeriod", map[string]string{"endDate": "clarificationDeadline"})
	p.period(t, "awardPeriod", map[string]string{"startDate": "awardingDate"})
	if m := estimated.FindStringSubmatch(p.value("notes")); m != nil && jsonNumber(m[1]) != "" {
		p.use("notes")
		v := map[string]any{"amount": json.Number(m[1])}
		set(v, "currency", m[2])
		t["value"] = v
	}
	p.items(t, "keywords", "cpvCode")
	p.documents(t)
	p.one(t, "procuringEntity", "authority", "procuringEntity")
	p.many(t, "tenderers", "tenderers", "tenderer")
	return nil
}

// procedures tells the methods of the closed list from their descriptions.
func (p *part) procedures(t map[string]any) {
	var codes, texts []string
	for _, v := range p.all["procedure"] {
		if slices.Contains([]string{"open", "selective", "limited", "direct"}, v.value) {
			codes = append(codes, v.value)
		} else {
			texts = append(texts, v.value)
		}
	}
	for key, list := range map[string][]string{"procurementMethod": codes, "procurementMethodDetails": texts} {
		if len(list) > 0 {
			v := list[min(p.turn, len(list)-1)]
			p.mark("procedure", v)
			t[key] = v
		}
	}
}

// award writes one award. Its authority is the buyer of the release.
func (d *drawing) award(p *part) error {
	buyer := d.own(ftm.EntityID(p.value("authority")))
	id := p.id("award", "piid")
	p.into("award", func(r *release) bool {
		if r.body["tender"] != nil && buyer == "" || r.payer && r.buyer != buyer {
			return false
		}
		return !holds(r, "awards", id)
	})
	p.to.payer, p.to.buyer = true, buyer
	p.one(p.to.body, "buyer", "authority", "buyer")
	a := map[string]any{"id": id}
	d.common(p, a)
	p.code(a, "status", "status", "pending", "active", "cancelled", "unsuccessful")
	p.amount(a, "value", "currentValue")
	p.day(a, "date", "contractDate")
	p.period(a, "contractPeriod", periods)
	p.many(a, "suppliers", "supplier", "supplier")
	add(p.to, "awards", a)
	return nil
}

var periods = map[string]string{"startDate": "startDate", "endDate": "endDate", "maxExtentDate": "potentialEndDate"}

// common writes what awards and contracts both have.
func (d *drawing) common(p *part, to map[string]any) {
	set(to, "title", p.use("title"))
	set(to, "description", p.use("description"))
	p.items(to, "productDescription", "productCode")
	p.documents(to)
}

// contract writes one contract with its payments.
func (d *drawing) contract(p *part) error {
	id := p.id("contract", "piid")
	p.into("contract", func(r *release) bool { return !holds(r, "contracts", id) })
	award, err := d.awardID(d.own(ftm.EntityID(p.use("awardedBy"))))
	if err != nil {
		return err
	}
	c := map[string]any{"id": id, "awardID": award}
	d.common(p, c)
	p.code(c, "status", "status", "pending", "active", "cancelled", "terminated")
	p.amount(c, "value", "amount")
	p.day(c, "dateSigned", "contractDate")
	p.period(c, "period", periods)
	add(p.to, "contracts", c)
	return d.payments(p, c)
}

// awardID is how the release calls an award.
func (d *drawing) awardID(id ftm.EntityID) (string, error) {
	r, err := d.read(d.ctx, id)
	if err != nil || r == nil {
		return ownURN + string(id), err
	}
	return (&part{d: d, r: r, all: values(r), used: map[string]map[string]bool{}}).id("award", "piid"), nil
}

// payments writes the transactions of a contract, into its first release.
func (d *drawing) payments(contract *part, to map[string]any) error {
	if contract.turn > 0 {
		return nil
	}
	var out []map[string]any
	for _, id := range d.p.payments[contract.r.ID] {
		r, err := d.read(d.ctx, id)
		if err != nil {
			return err
		}
		if r == nil {
			continue
		}
		name, _ := to["id"].(string)
		err = d.placeIn(contract.to, r, func(p *part) {
			t := map[string]any{"id": ownURN + string(p.r.ID)}
			for _, v := range p.all["transactionNumber"] {
				if hashID("ocds-transaction:"+d.p.ocid+":"+name+":"+v.value) == p.r.ID {
					p.mark("transactionNumber", v.value)
					t["id"] = v.value
				}
			}
			p.mark("contract", p.value("contract"))
			p.amount(t, "value", "amount")
			p.day(t, "date", "date")
			set(t, "uri", p.use("sourceUrl"))
			p.one(t, "payer", "payer", "payer")
			p.one(t, "payee", "beneficiary", "payee")
			out = append(out, t)
		})
		if err != nil {
			return err
		}
	}
	if len(out) > 0 {
		contract.to.tags = append(contract.to.tags, "implementation")
		to["implementation"] = map[string]any{"transactions": out}
	}
	return nil
}

// placeIn puts an entity into one release.
func (d *drawing) placeIn(to *release, r *record, draw func(*part)) error {
	return d.place(r, func(p *part) error {
		if p.turn > 0 {
			return nil // one release holds one value; others are counted as left
		}
		p.to = to
		draw(p)
		return nil
	})
}

func holds(r *release, key, id string) bool {
	list, _ := r.body[key].([]map[string]any)
	return slices.ContainsFunc(list, func(m map[string]any) bool { return m["id"] == id })
}

func add(r *release, key string, v map[string]any) {
	list, _ := r.body[key].([]map[string]any)
	r.body[key] = append(list, v)
}

// identifier is an id with the scheme before it.
var identifier = regexp.MustCompile(`^([A-Z]{2}-[A-Z0-9_]+|[A-Za-z0-9_]+)-(.+)$`)

var globalID = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9_]+-.+$`)

// partyID is how an organization is called: by the identifier that its id was
// made of, else by our own id.
func (o *ocds) partyID(r *record) string {
	for _, v := range r.Get("idNumber") {
		if globalID.MatchString(v.Value) && hashID("ocds-party:"+v.Value) == r.ID {
			return v.Value
		}
	}
	return ownURN + string(r.ID)
}

// addParties writes the organizations of each release.
func (d *drawing) addParties() error {
	turns := map[ftm.EntityID]int{}
	used := map[ftm.EntityID]map[string]map[string]bool{}
	for _, rel := range d.releases {
		var ids []string
		for id := range rel.parties {
			ids = append(ids, string(id))
		}
		slices.Sort(ids)
		for _, name := range ids {
			id := ftm.EntityID(name)
			k, err := d.organization(d.ctx, id)
			if err != nil {
				return err
			}
			if k == nil {
				continue
			}
			if used[id] == nil {
				used[id] = map[string]map[string]bool{}
			}
			p := &part{d: d, r: k.r, all: k.all, turn: turns[id], to: rel, used: used[id]}
			turns[id]++
			slices.Sort(rel.parties[id])
			add(rel, "parties", p.organization(rel.parties[id]))
		}
	}
	return d.tellParties(used)
}

// tellParties counts what of the organizations was not written. One that stands
// in several processes is counted where it stands first.
func (d *drawing) tellParties(used map[ftm.EntityID]map[string]map[string]bool) error {
	for id, marks := range used {
		if d.parties[id] {
			continue
		}
		d.parties[id] = true
		k, err := d.organization(d.ctx, id)
		if err != nil {
			return err
		}
		d.count.Entities++
		for prop, vs := range k.all {
			d.count.Statements += int64(len(vs))
			for _, v := range vs {
				if !marks[prop][v.value] {
					d.leave(k.r.Schema, prop, "OCDS has no place for it", 1)
				}
			}
		}
	}
	return nil
}

// organization writes one party.
func (p *part) organization(roles []string) map[string]any {
	o := map[string]any{"id": p.d.partyID(p.r), "roles": roles}
	set(o, "name", p.use("name"))
	p.identifiers(o)
	address, contact := map[string]any{}, map[string]any{}
	set(address, "streetAddress", p.use("address"))
	set(contact, "email", p.use("email"))
	set(contact, "telephone", p.use("phone"))
	set(contact, "url", p.use("website"))
	if len(address) > 0 {
		o["address"] = address
	}
	if len(contact) > 0 {
		o["contactPoint"] = contact
	}
	if c := p.use("country"); c != "" {
		o["details"] = map[string]any{"country": c}
	}
	return o
}

// schemes of identifiers that have a property of their own here, and their
// codes at org-id.guide.
var schemes = []struct{ prop, scheme string }{{"leiCode", "XI-LEI"}, {"uniqueEntityId", "US-UEI"}, {"dunsCode", "US-DUNS"}}

func (p *part) identifiers(to map[string]any) {
	var all []map[string]any
	for _, v := range p.all["idNumber"] {
		if m := identifier.FindStringSubmatch(v.value); m != nil {
			p.mark("idNumber", v.value)
			all = append(all, map[string]any{"scheme": m[1], "id": m[2]})
		}
	}
	for _, s := range schemes {
		for _, v := range p.all[s.prop] {
			p.mark(s.prop, v.value)
			if !slices.ContainsFunc(p.all["idNumber"], func(n dated) bool { return strings.HasSuffix(strings.ToUpper(n.value), "-"+v.value) }) {
				all = append(all, map[string]any{"scheme": s.scheme, "id": v.value})
			}
		}
	}
	legal := p.use("alias")
	if len(all) == 0 && legal == "" {
		return
	}
	main := map[string]any{}
	if len(all) > 0 {
		main, all = all[0], all[1:]
	}
	set(main, "legalName", legal)
	to["identifier"] = main
	if len(all) > 0 {
		to["additionalIdentifiers"] = all
	}
}
