package name

import "testing"

// TestVendors holds what the names of suppliers and departments alone must say.
func TestVendors(t *testing.T) {
	tests := []struct {
		a, b string
		same bool
	}{
		{"AMAZON WEB SERVICES, INC.", "Amazon Web Services", true},
		{"AMAZON WEB SERVICES, INC.", "AWS", true},
		{"Amazon Web Services", "AWS", true},
		{"FOUR POINTS TECHNOLOGY, L.L.C.", "Four Points Technology LLC", true},
		{"Prizum d.b.a. IntegrityOne Partners", "IntegrityOne Partners, Inc.", true},
		{"Carahsoft Technology Corp.", "CARAHSOFT TECHNOLOGY CORPORATION", true},
		{"Deloitte Consulting LLP", "DELOITTE CONSULTING L.L.P.", true},
		{"U.S. Department of Veterans Affairs", "Veterans Affairs, Department of", true},
		{"DEPT OF DEFENSE", "Department of Defense", true},
		{"Science Applications International Corporation", "SAIC", true},
		{"International Business Machines Corporation", "IBM Corp", true},
		{`ООО "Ромашка"`, "Romashka LLC", true},
		{"Gazprom PJSC", "ПАО Газпром", true},
		{"Smith & Sons Ltd", "Smith and Sons Limited", true},
		{"DOJ", "DOI", false}, // spelt, not spoken
		{"The Boeing Company", "Boeing Co.", true},
		{"Ernst & Young LLP", "Ernst and Young, L.L.P.", true},

		{"U.S. Immigration and Customs Enforcement", "Immigration and Customs Enforcement", true},
		{"U.S. Immigration and Customs Enforcement (ICE)", "ICE", true},
		{"DEPARTMENT OF HOMELAND SECURITY", "Homeland Security, Department of", true},
		{"Department of Homeland Security", "DHS", true},
		{"U.S. Customs & Border Protection", "Customs and Border Protection", true},
		{"SYSTEMS RESEARCH AND APPLICATI", "SYSTEMS RESEARCH AND APPLICATIONS CORPORATION", true},
		{"FEDERAL CARTRIDGE COMPANY (7775)", "Federal Cartridge Co.", true},
		{"3M Company", "3M", true},

		{"California Department of Justice", "U.S. Department of Justice", false},
		{"California Department of Justice", "Department of Justice", false},
		{"City of Portland", "City of Chicago", false},
		{"State of New York", "State of North Carolina", false},
		{"U.S. Customs & Border Protection", "Immigration and Customs Enforcement", false},
		{"Ministry of Defence of Ukraine", "Ministry of Defence of the Russian Federation", false},
		{"Amazon Web Services, Inc.", "Amazon.com Services LLC", false},
		{"AWS", "Amazon.com Services LLC", false},
		{"Amazon Web Services, Inc.", "Amazon.com, Inc.", false},
		{"Deloitte Consulting LLP", "Deloitte & Touche LLP", false},
		{"General Dynamics Information Technology", "General Dynamics Mission Systems", false},
		{"Four Points Technology", "Four Points Sheraton Hotel", false},
		{"Siemens AG", "Siemens Energy AG", false},
		{"Bank of America NA", "Bank of Africa", false},
		{"Department of Defense", "Department of State", false},
		{"Booz Allen Hamilton", "Hamilton Beach Brands", false},
		{"Lockheed Martin", "Martin Marietta", false},
		{"SAP National Security Services", "SAP America", false},
		{"Accenture Federal Services LLC", "Accenture LLP", false},
		{"Blackstone Fund V", "Blackstone Fund VI", false},
		{"First National Bank", "First National Bank of Alaska", false},
		{"Northrop Grumman Systems", "Northrop Grumman", false},
		{"Microsoft", "Microsoft Ireland Operations", false},
	}
	for _, tt := range tests {
		a, b := Parse(tt.a, Organisation, Hint{}), Parse(tt.b, Organisation, Hint{})
		r := Compare(a, b, nil)
		if r.Same() != tt.same {
			t.Errorf("%s [%s] / %s [%s]: same = %v, want %v: %s (%s)", tt.a, a, tt.b, b, r.Same(), tt.same, r.Level.In(r.Kind), r.Why)
		}
		if back := Compare(b, a, nil); back != r {
			t.Errorf("%s / %s: %+v one way, %+v the other", tt.a, tt.b, r, back)
		}
	}
}
