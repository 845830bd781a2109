package mapping

import (
	"testing"

	"overt"
	"overt/extract"
)

// A sheetRow is a row of a test's table.
type sheetRow struct{ header, cells []string }

func (r sheetRow) At() overt.Locator            { return overt.Locator{Row: 2} }
func (r sheetRow) Columns() []string            { return r.header }
func (r sheetRow) Each(string) []extract.Record { return nil }
func (r sheetRow) Cells(path string) []extract.Cell {
	for i, h := range r.header {
		if h == path {
			return []extract.Cell{{Text: r.cells[i], At: overt.Locator{Row: 2, Column: h}}}
		}
	}
	return nil
}

// What a table's names and values propose is a mapping that parses, and says what a
// person would.
func TestPropose(t *testing.T) {
	for _, c := range []struct {
		name         string
		header, row  []string
		want, things []string
		link         DraftThing
		dates, money string
	}{
		{"awards", []string{"award_id_piid", "recipient_name", "recipient_uei", "awarding agency", "obligation", "action_date"},
			[]string{"BSD19C0042", "HALDEN INTEGRATORS LLC", "K7QX00000001", "Border Services Directorate", "$5,216,004.00", "2022-03-01"},
			[]string{"link.recordId", "recipient.name", "recipient.uniqueEntityId", "agency.name", "link.amount", "link.date"},
			[]string{"recipient Company", "agency PublicBody", "link Payment"}, DraftThing{From: "agency", To: "recipient"}, "", "USD"},
		{"directors", []string{"Director", "Date of birth", "Company", "Company number", "Role", "Appointed on"},
			[]string{"Ana Ruiz", "03/04/1961", "Ferrum Bridges Ltd", "0482913", "chair", "21/12/2020"},
			[]string{"director.name", "director.birthDate", "company.name", "company.registrationNumber", "link.role", "link.startDate"},
			[]string{"director Person", "company Company", "link Directorship"}, DraftThing{From: "director", To: "company"}, "%d/%m/%Y", ""},
		{"owners", []string{"company", "owner", "share"}, []string{"Ferrum GmbH", "Hale plc", "40"},
			[]string{"company.name", "owner.name", "link.percentage"}, []string{"company Company", "owner Company", "link Ownership"}, DraftThing{From: "owner", To: "company"}, "", ""},
		{"one kind", []string{"Name", "Registration No", "Country", "face template"}, []string{"Ferrum Bridges Ltd", "7", "gb", "x"},
			[]string{"main.name", "main.registrationNumber", "main.country", ""}, []string{"main Company"}, DraftThing{}, "", ""},
		{"nothing known", []string{"a", "b"}, []string{"Old Quay", "7"}, []string{"main.name", ""}, []string{"main LegalEntity"}, DraftThing{}, "", ""},
	} {
		sample := []extract.Record{sheetRow{c.header, c.row}}
		d := Propose("d", c.header, sample, Screen(c.header, sample))
		for i, col := range d.Columns {
			if col.Becomes() != c.want[i] {
				t.Errorf("%s: %s becomes %q, want %q", c.name, col.Column, col.Becomes(), c.want[i])
			}
		}
		if len(d.Things) != len(c.things) {
			t.Errorf("%s: things %+v", c.name, d.Things)
			continue
		}
		for i, th := range d.Things {
			if th.Name+" "+th.Schema != c.things[i] {
				t.Errorf("%s: %+v, want %s", c.name, th, c.things[i])
			}
		}
		if last := d.Things[len(d.Things)-1]; last.From != c.link.From || last.To != c.link.To {
			t.Errorf("%s: it links %s to %s", c.name, last.From, last.To)
		}
		if d.Dates != c.dates || d.Currency != c.money {
			t.Errorf("%s: dates %q, currency %q", c.name, d.Dates, d.Currency)
		}
		text, err := d.YAML()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		m, err := Parse("d.yaml", text)
		if err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, text)
			continue
		}
		made := 0
		for _, p := range m.Queries {
			err = m.Apply(p, sample[0], func(Entity) error { made++; return nil }, func(p Problem) { t.Errorf("%s: %s %s", c.name, p.Column, p.Reason) })
		}
		if err != nil || made != len(c.things) {
			t.Errorf("%s: %d entities, %v\n%s", c.name, made, err, text)
		}
	}
}

// A draft that is no mapping says what it lacks.
func TestDraftRefused(t *testing.T) {
	a := DraftThing{Name: "a", Schema: "Company"}
	for name, d := range map[string]Draft{
		"nothing":           {Things: []DraftThing{a}},
		"no property":       {Things: []DraftThing{a}, Columns: []DraftColumn{{Column: "x", Thing: "a"}}},
		"no such kind":      {Things: []DraftThing{{Name: "a", Schema: "Compny"}}, Columns: []DraftColumn{{Column: "x", Thing: "a", Prop: "name"}}},
		"a link to nothing": {Things: []DraftThing{a, {Name: "l", Schema: "Ownership", From: "a", To: "b"}}, Columns: []DraftColumn{{Column: "x", Thing: "a", Prop: "name"}}},
	} {
		if text, err := d.YAML(); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}
