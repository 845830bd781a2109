package bods

import (
	"strings"

	"overt"
	"overt/extract"
)

// A link is the schema that an interest becomes, and its two ends.
type link struct{ schema, party, subject string }

var (
	owns    = link{"Ownership", "owner", "asset"}
	directs = link{"Directorship", "director", "organization"}
	rules   = link{"Control", "controller", "controlled"}
	linked  = link{"UnknownLink", "subject", "object"}
)

// interests are the types of the codelist of 0.4 and what the model calls them.
var interests = map[string]link{
	"shareholding": owns, "votingRights": owns, "rightsToSurplusAssetsOnDissolution": owns, "rightsToProfitOrIncome": owns,
	"enjoymentAndUseOfAssets": owns, "rightToProfitOrIncomeFromAssets": owns,
	"boardMember": directs, "boardChair": directs, "seniorManagingOfficial": directs,
	"appointmentOfBoard": rules, "otherInfluenceOrControl": rules, "controlViaCompanyRulesOrArticles": rules, "controlByLegalFramework": rules,
	"rightsGrantedByContract": rules, "conditionalRightsGrantedByContract": rules, "trustee": rules, "protector": rules,
	"settlor": linked, "beneficiaryOfLegalArrangement": linked, "nominee": linked, "nominator": linked,
	"unknownInterest": linked, "unpublishedInterest": linked,
}

// older are types of 0.1 to 0.3 whose name is not the one of 0.4 with hyphens.
var older = map[string]string{
	"influence-or-control": "otherInfluenceOrControl", "settlor-of-trust": "settlor", "trustee-of-trust": "trustee",
	"protector-of-trust": "protector", "beneficiary-of-trust": "beneficiaryOfLegalArrangement", "rights-to-profit-or-income": "rightsToProfitOrIncome",
}

// interestType is the type of an interest in the words of 0.4.
func interestType(i extract.Record) string {
	t := text(i, "type")
	if now := older[t]; now != "" {
		return now
	}
	parts := strings.Split(t, "-")
	for k, p := range parts[1:] {
		if p != "" {
			parts[k+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}

// relationship makes a link of each interest. The statement itself is kept with
// its subject: a relationship may have no link at all.
func (r *reading) relationship() (reason string) {
	subject, whyNoSubject := r.party("subject")
	party, whyNoParty := r.party("interestedParty")
	subject, party = r.h.recordOf(subject), r.h.recordOf(party)
	switch {
	case subject != "":
		r.begin(subject, "LegalEntity")
		if party == "" && whyNoParty.Text != "" {
			r.made("notes", remark("no interested party is named", whyNoParty.Text, r.text("interestedParty/description", "interestedParty/unspecified/description")), whyNoParty.At)
		}
	case party != "":
		r.begin(party, "LegalEntity")
		if whyNoSubject.Text != "" {
			r.made("notes", remark("the subject of an interest is not named", whyNoSubject.Text, r.text("subject/description")), whyNoSubject.At)
		}
	default:
		return "it names neither a subject nor an interested party"
	}
	if subject != "" && party != "" {
		r.links(subject, party)
	}
	return ""
}

func (r *reading) links(subject, party string) {
	list := r.rec.Each(r.details + "interests")
	if len(list) == 0 {
		r.link(r.record, linked, subject, party)
	}
	for _, i := range list {
		t := interestType(i)
		l, ok := interests[t]
		if !ok {
			l = linked
		}
		key := interestKey(i)
		r.link(r.record+"."+key, l, subject, party)
		r.interest(i, t, l, key)
		r.provenance()
	}
}

func (r *reading) link(id string, l link, subject, party string) {
	r.begin(id, l.schema)
	for prop, side := range map[string]string{l.party: "interestedParty", l.subject: "subject"} {
		c, _ := cell(r.rec, r.paths([]string{side, side + "/describedByEntityStatement", side + "/describedByPersonStatement"})...)
		v := Value{Prop: prop, Text: subject, At: c.At, Quote: c.Text}
		if prop == l.party {
			v.Text = party
		}
		if v.Quote == v.Text {
			v.Quote = ""
		}
		r.current().Values = append(r.current().Values, v)
	}
	r.made("recordId", r.record, r.rec.At())
}

// interest says what one interest is.
func (r *reading) interest(i extract.Record, t string, l link, key string) {
	at := i.At()
	if c, ok := cell(i, "type"); ok {
		at = c.At
	}
	r.made("role", t, at)
	if l == rules {
		r.made("controlType", t, at)
	}
	for prop, path := range map[string]string{"startDate": "startDate", "summary": "details", "ownershipType": "directOrIndirect"} {
		if c, ok := cell(i, path); ok {
			r.say(prop, c)
		}
	}
	if c, ok := cell(i, "beneficialOwnershipOrControl"); ok && c.Text == "true" {
		r.made("status", "beneficial ownership or control", c.At)
	}
	if percent, at := share(i); percent != "" && l == owns {
		r.made("percentage", percent, at)
	}
	end, ok := cell(i, "endDate")
	switch {
	case ok:
		r.say("endDate", end)
	case r.status == "closed":
		r.made("endDate", r.date, r.rec.At())
	default:
		r.made("endDate", r.h.ended(r.record, r.date, key), r.rec.At())
	}
}

// share writes a share in per cent: "50", or its bounds "25-50".
func share(i extract.Record) (percent string, at overt.Locator) {
	if c, ok := cell(i, "share/exact"); ok {
		return c.Text, c.At
	}
	low, hasLow := cell(i, "share/minimum", "share/exclusiveMinimum")
	high, hasHigh := cell(i, "share/maximum", "share/exclusiveMaximum")
	switch {
	case hasLow && hasHigh && low.Text == high.Text:
		return low.Text, low.At
	case hasLow && hasHigh:
		return low.Text + "-" + high.Text, low.At
	case hasLow:
		return low.Text + "-100", low.At
	case hasHigh:
		return "0-" + high.Text, high.At
	}
	return "", overt.Locator{}
}
