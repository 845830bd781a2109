package mapping

import (
	"regexp"
	"strings"

	"overt/ftm"
)

// DateLayouts are how sources write dates, beside ISO 8601, the likelier ones first.
var DateLayouts = []string{"%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y%m%d", "%d/%m/%y", "%m/%d/%y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%B %d, %Y", "%b %d, %Y"}

// typed gives the values of the columns that become properties of a type.
func (p *proposal) typed(name string) (out []string) {
	for _, c := range p.Columns {
		if t := p.thing(c.Thing); t != nil {
			if pr := model().Schema(t.Schema).Property(c.Prop); pr != nil && pr.Type.Name == name {
				out = append(out, p.values(c.Column)...)
			}
		}
	}
	return out
}

// dates finds the layout that reads most of the dates that are not written as ISO 8601
// says; "" where they are.
func (p *proposal) dates() string {
	values := p.typed("date")
	date := model().Type("date")
	most, layout := reads(date, values, ""), ""
	for _, l := range DateLayouts {
		if n := reads(date, values, l); n > most {
			most, layout = n, l
		}
	}
	return layout
}

func reads(date *ftm.Type, values []string, layout string) (n int) {
	for _, v := range values {
		if _, err := date.Clean(v, ftm.CleanOptions{Format: layout}); err == nil {
			n++
		}
	}
	return n
}

var commaNumber = regexp.MustCompile(`^[^\d]*\d{1,3}(\.\d{3})*,\d{1,2}[^\d]*$`)

// comma says whether numbers are written with the comma as the decimal sign.
func (p *proposal) comma() bool {
	yes, no := 0, 0
	for _, v := range p.typed("number") {
		switch {
		case commaNumber.MatchString(v):
			yes++
		case strings.Contains(v, ".") || strings.Contains(v, ","):
			no++
		}
	}
	return yes > no
}

// currencies by the sign or word that amounts are written with.
var currencies = [][2]string{{"$", "USD"}, {"usd", "USD"}, {"dollar", "USD"}, {"€", "EUR"}, {"eur", "EUR"}, {"£", "GBP"}, {"gbp", "GBP"}, {"chf", "CHF"}, {"₹", "INR"}, {"¥", "JPY"}}

// currency finds the sign of a currency with the amounts, or in their column's name.
func (p *proposal) currency() string {
	var texts []string
	for _, c := range p.Columns {
		if c.Prop == "amount" {
			texts = append(append(texts, c.Column), p.values(c.Column)...)
		}
	}
	for _, t := range texts {
		for _, c := range currencies {
			if strings.Contains(strings.ToLower(t), c[0]) {
				return c[1]
			}
		}
	}
	return ""
}
