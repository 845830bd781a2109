package ftm

import "testing"

func TestCleanScheme(t *testing.T) {
	tests := []struct{ schema, prop, in, want string }{
		// Published examples of the standards, and numbers from public records.
		{"Company", "leiCode", "549300LBI3LRIZ2V8V66", "549300LBI3LRIZ2V8V66"},
		{"Company", "leiCode", "549300-lbi3-lriz2v8v-66", "549300LBI3LRIZ2V8V66"},
		{"Company", "leiCode", "549300LBI3LRIZ2V8V67", ""},
		{"Company", "leiCode", "549300LBI3", ""},
		{"Company", "uniqueEntityId", "t53mcmltwk59", "T53MCMLTWK59"},
		{"Company", "uniqueEntityId", "T53MCMLTWK5O", ""},
		{"Company", "uniqueEntityId", "053MCMLTWK59", ""},
		{"Company", "uniqueEntityId", "AB1234567890", ""},
		{"Company", "uniqueEntityId", "T53MCMLTWK5", ""},
		{"Company", "cageCode", "1qu78", "1QU78"},
		{"Company", "cageCode", "SGA10", "SGA10"},
		{"Company", "cageCode", "I9001", "I9001"},
		{"Company", "cageCode", "ABCDE", ""},
		{"Company", "cageCode", "1I234", ""},
		{"Company", "cageCode", "1O234", ""},
		{"Company", "dunsCode", "52089695", "052089695"},
		{"Company", "dunsCode", "52089695.0", "052089695"},
		{"Company", "dunsCode", "05-208-9695", "052089695"},
		{"Company", "dunsCode", "362130952", "362130952"},
		{"Company", "dunsCode", "000000000", ""},
		{"Company", "dunsCode", "1234", ""},
		{"Company", "dunsCode", "12345678901", ""},
		{"Company", "isinCode", "US0378331005", "US0378331005"},
		{"Company", "isinCode", "US0378331006", ""},
		{"Security", "isin", "us0378331005", "US0378331005"},
		{"Vessel", "imoNumber", "IMO 9074729", "9074729"},
		{"Vessel", "imoNumber", "9074728", ""},
		{"Organization", "imoNumber", "9074728", "9074728"},
		{"Company", "innCode", "7707083893", "7707083893"},
		{"Company", "innCode", "7707083894", ""},
		{"Person", "innCode", "500100732259", "500100732259"},
		{"Person", "innCode", "500100732258", ""},
		{"Company", "ogrnCode", "1027700132195", "1027700132195"},
		{"Company", "ogrnCode", "1027700132196", ""},
		{"Company", "ogrnCode", "304500116000157", "304500116000157"},
		{"Company", "swiftBic", "deutdeff500", "DEUTDEFF500"},
		{"Company", "swiftBic", "DEUTQQFF", ""},
		{"BankAccount", "bic", "DEUT DE FF", "DEUTDEFF"},
		{"Thing", "wikidataId", "http://www.wikidata.org/entity/Q42", "Q42"},
		{"Thing", "wikidataId", "q42", "Q42"},
		{"Thing", "wikidataId", "P42", ""},
		{"Thing", "wikidataId", "Q042", ""},
		{"Company", "cikCode", "320193", "0000320193"},
		{"Company", "cikCode", "0", ""},
		{"LegalEntity", "npiCode", "1234567893", "1234567893"},
		{"LegalEntity", "npiCode", "1234567890", ""},
		{"Agency", "agencyCode", "7012", "7012"},
		{"Agency", "agencyCode", "300", "0300"},
		{"Agency", "agencyCode", "97as", "97AS"},
		{"Agency", "agencyCode", "70123", ""},
		{"Agency", "cgacCode", "70", "070"},
		{"Award", "awardKey", "CONT_AWD_70cdcr24a00000001_7012_-NONE-_-NONE-", "CONT_AWD_70CDCR24A00000001_7012_-NONE-_-NONE-"},
		{"Award", "awardKey", "two words", ""},
		{"CloudProduct", "fedrampId", "agencyamazonew", "AGENCYAMAZONEW"},
		// No scheme: the type alone.
		{"Award", "piid", " hscetc 13 ", "hscetc 13"},
		{"ProductCode", "code", "D318", "D318"},
	}
	m := Default()
	for _, tt := range tests {
		p := m.Schema(tt.schema).Property(tt.prop)
		if p == nil {
			t.Errorf("no %s:%s", tt.schema, tt.prop)
			continue
		}
		got, err := p.Clean(tt.in, CleanOptions{})
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s %q = %q, %v, want %q", p.QName, tt.in, got, err, tt.want)
		}
	}
	if got, err := m.Schema("Company").Property("awardsHeld").Clean("x", CleanOptions{}); err == nil {
		t.Errorf("a reverse property took %q", got)
	}
}

func TestSchemeOf(t *testing.T) {
	want := map[string]string{
		"uniqueEntityId": "uei", "dunsCode": "duns", "cageCode": "cage", "leiCode": "lei", "awardKey": "award",
		"agencyCode": "agency", "fedrampId": "fedramp", "innCode": "innru", "ogrnCode": "ogrn", "isinCode": "isin",
		"imoNumber": "imo", "wikidataId": "wikidata", "cikCode": "cik",
		"piid": "", "phone": "", "registrationNumber": "", "swiftBic": "", "name": "", "cgacCode": "",
	}
	for prop, scheme := range want {
		if got, ok := SchemeOf(prop); got != scheme || ok != (scheme != "") {
			t.Errorf("SchemeOf(%s) = %q, %v, want %q", prop, got, ok, scheme)
		}
	}
	m := Default()
	if got, ok := m.Schema("CloudProduct").Property("uniqueEntityId").Scheme(); ok {
		t.Errorf("products of one provider would be joined by %s", got)
	}
	if got, ok := m.Schema("Company").Property("uniqueEntityId").Scheme(); got != "uei" || !ok {
		t.Errorf("Company:uniqueEntityId has scheme %q", got)
	}
	for _, filler := range []string{"111111111", "123456789", ""} {
		if !IsGeneric("duns", filler) {
			t.Errorf("duns %q joins", filler)
		}
	}
	if IsGeneric("duns", "362130952") || IsGeneric("award", "111") {
		t.Error("a good number does not join")
	}
}

func FuzzCleanIdentifier(f *testing.F) {
	for _, s := range []string{"", "52089695.0", "549300LBI3LRIZ2V8V66", "IMO 9074729", "Q42", "wikidata:", "00000", "\xff", "І9001", "US0378331005"} {
		f.Add(s)
	}
	m := Default()
	var props []*Property
	for name := range schemes() {
		for _, s := range m.Schemata() {
			if p := s.Property(name); p != nil {
				props = append(props, p)
				break
			}
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range props {
			got, err := p.Clean(s, CleanOptions{})
			if err != nil {
				continue
			}
			if again, err := p.Clean(got, CleanOptions{}); err != nil || again != got {
				t.Fatalf("%s %q gave %q, which gives %q, %v", p.QName, s, got, again, err)
			}
		}
	})
}
