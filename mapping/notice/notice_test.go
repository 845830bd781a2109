package notice_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"overt/internal/sharedtest"
	"overt/mapping/notice"
)

// said writes changes short: action, number, what it replaces, new name.
func said(text string) string {
	var out []string
	for _, c := range notice.Changes(text) {
		s := string(c.Action) + " " + c.System.Number
		if c.Old.Number != "" {
			s += " for " + c.Old.Number
		}
		if c.Name != "" {
			s += " as " + c.Name
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestChanges(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"consolidated", `The agency is rescinding the following notices, "DHS/ICE-905 Harbor Search System of Records" and “ICE–916 Tide Analysis” and has consolidated both system of record notices into "DHS/ICE-918 Coastal Records System of Records."`,
			"rescinded DHS/ICE-905; rescinded DHS/ICE-916; replaced DHS/ICE-918 for DHS/ICE-905; replaced DHS/ICE-918 for DHS/ICE-916"},
		{"replaced with", `CBP proposes to rescind the system of records titled, "DHS/CBP-917 Reef Framework" System of Records and replace it with "DHS/CBP-924 Reef Records System."`,
			"rescinded DHS/CBP-917; replaced DHS/CBP-924 for DHS/CBP-917"},
		{"the sentence before", `The Department issues notice of its intent to rescind the notices, INTERIOR/WBR-95, Land Entries; INTERIOR/WBR-97, Leases, Sales, and Rentals. These systems of records notices are being rescinded as the systems have been incorporated into the newly published INTERIOR/Reclamation-94, Land Program.`,
			"rescinded INTERIOR/WBR-95; rescinded INTERIOR/WBR-97; replaced INTERIOR/RECLAMATION-94 for INTERIOR/WBR-95; replaced INTERIOR/RECLAMATION-94 for INTERIOR/WBR-97"},
		{"replaces it", `The Harbor system of records (EPA- 39) is being rescinded because the Tide system of records (EPA-90) replaces it.`,
			"rescinded EPA-39; replaced EPA-90 for EPA-39"},
		{"renamed", `The Board proposes to modify an existing system of records, entitled BGFRS-27, "FRB--Old Records," which the Board proposes to rename BGFRS-27, "FRB--New Records." BGFRS-27 includes appraisals.`,
			"modified BGFRS-27; renamed BGFRS-27 as FRB--New Records"},
		{"formerly", `FCC has modified an existing system of records, FCC/WTB-7, Licensing Services (formerly FCC/WTB-7, Action System).`,
			"modified FCC/WTB-7; renamed FCC/WTB-7 as Licensing Services"},
		{"new", `The Department proposes to establish a new system of records titled, "Department of Homeland Security/U.S. Customs and Border Protection-926 Buoys."`, "new DHS/CBP-926"},
		{"retired", `DOT is proposing to retire a system of records titled, "Department of Transportation/Federal Aviation Administration (DOT/FAA) 813 Kite System."`, "rescinded DOT/FAA-813"},
		{"both in one", `HHS is modifying a system of records, number 09-80-0325, titled "Boats (B)," and is renaming it "Ships." In addition, HHS is rescinding system of records number 09-80-0329, titled "Rafts."`,
			"modified 09-80-0325; renamed 09-80-0325 as Ships; rescinded 09-80-0329"},

		{"no verb", `The records of DHS/ICE-016 are kept in a vault.`, ""},
		{"negated", `DHS/ICE-016 was superseded in practice; however, the agency did not rescind the system of records DHS/ICE-017.`, ""},
		{"with does not say which", `Pages (132VAOSDBU) has been combined with the Portal (181VAOSDBU).`, ""},
		{"no number", `The agency rescinds the system of records titled "Boats" and replaces it with "Ships."`, ""},
		{"circulars and diseases", `The agency modifies its notice under OMB Circular A-108 for COVID-19 and Memorandum M-17-12.`, ""},
		{"another system's records", `DHS is creating this notice to distinguish it from the records in "DHS/CBP-010 Trade System."`, ""},
		{"nothing", "", ""},
	} {
		if got := said(tt.text); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]string{
		"DHS/ICE-016": "DHS/ICE-016", "ICE–016": "DHS/ICE-016", "DHS/ICE- 016 FALCON Search and Analysis System of Records": "DHS/ICE-016",
		"DHS/U.S. Immigration and Customs Enforcement (ICE)-018":          "DHS/ICE-018",
		"Department of the Treasury, Departmental Offices .214--Pensions": "TREASURY/DO-.214",
		"Treasury/IRS 22.061": "TREASURY/IRS-22.061", "09- 25-0168": "09-25-0168", "58 VA 21/22/28": "58VA21/22/28",
		"DPR 39 DoD": "DPR-39", "DoD DPR-39": "DPR-39", "FCC/ PSHSB-1": "FCC/PSHSB-1", "GSA/OGP-1, e-Rulemaking": "GSA/OGP-1",
		"A-108": "", "COVID-19": "", "HSPD-12": "", "a sentence": "", "DHS/ICE-005 and DHS/ICE-016": "",
	} {
		if got, ok := notice.Number(text); got != want || ok != (want != "") {
			t.Errorf("Number(%q) = %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"GSA/OGP-1, e-Rulemaking Program Administrative System.":               "e-Rulemaking Program Administrative System",
		`"DHS/ICE-016 FALCON Search and Analysis System of Records"`:           "FALCON Search and Analysis",
		"Buoy Keepers, DHS/ALL-990.":                                           "Buoy Keepers",
		"Reef Wardens.":                                                        "Reef Wardens",
		"INTERIOR/NPS-23, Planning, Environment and Public Comment (X) System": "Planning, Environment and Public Comment (X) System",
	} {
		if got := notice.Name(text); got != want {
			t.Errorf("Name(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestHeading(t *testing.T) {
	for text, want := range map[string]notice.Section{
		"SYSTEM NAME AND NUMBER:": notice.SystemName, "System Name:": notice.SystemName, "RECORD SOURCE CATEGORIES:": notice.Sources,
		"ROUTINE USES OF RECORDS MAINTAINED IN THE SYSTEM, INCLUDING CATEGORIES OF USERS AND THE PURPOSES OF SUCH USES:": notice.RoutineUses,
		"CATEGORIES OF RECORDS IN THE SYSTEM:": notice.Categories, "SYSTEM MANAGER(S) AND ADDRESS:": notice.Manager, "Retention and Disposal": notice.Retention,
		"SYSTEM(S) OF RECORDS: ": notice.Matched, "HISTORY:": notice.History, "TIDAL REMARKS": "", "": "",
	} {
		if got, ok := notice.Heading(text); got != want || ok != (want != "") {
			t.Errorf("Heading(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestRoutineUse(t *testing.T) {
	for _, tt := range []struct{ text, letter, class, named string }{
		{"e. To the National Archives and Records Administration (NARA) for records management purposes.", "e", "archives", "National Archives and Records Administration"},
		{"b. To the Office of Personnel Management (OPM), OMB, and the Government Accountability Office (GAO) in accordance with their duties.", "b", "named institutions", "Office of Personnel Management, Government Accountability Office"},
		{"i. To appropriate agencies, entities, and persons when there was a breach.", "i", "agencies and others, not named", ""},
		{"A. To a Member of Congress in response to a request.", "a", "Congress", ""},
		{"(3) To an appropriate foreign law enforcement agency.", "3", "law enforcement", ""},
	} {
		u, ok := notice.RoutineUse(tt.text)
		if got := strings.Join(u.Named, ", "); !ok || u.Letter != tt.letter || u.Recipient != tt.class || got != tt.named {
			t.Errorf("%s\n got %v %q %q %q", tt.text, ok, u.Letter, u.Recipient, got)
		}
	}
	if _, ok := notice.RoutineUse("In addition to those disclosures generally permitted, records may be disclosed as follows:"); ok {
		t.Error("the sentence that leads in is a routine use")
	}
	if got := notice.Citations("first published at 41 FR 9294, republished at 77 F.R. 42,593"); !slices.Equal(got, []string{"41 FR 9294", "77 FR 42593"}) {
		t.Errorf("citations: %v", got)
	}
}

// TestRealAbstracts reads 409 abstracts of 2020 to 2026.
func TestRealAbstracts(t *testing.T) {
	f, err := os.Open(sharedtest.Path(t, "federal-systems", "federal-register-sorn", "sorn_abstracts_dev.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	counts, docs := map[notice.Action]int{}, 0
	got := map[string]string{}
	for _, row := range rows[1:] {
		changes := notice.Changes(row[3])
		if len(changes) > 0 {
			docs++
		}
		for _, c := range changes {
			counts[c.Action]++
			if !strings.Contains(row[3], c.Sentence) {
				t.Errorf("%s: the sentence is not in the text: %q", row[0], c.Sentence)
			}
		}
		got[row[0]] = said(row[3])
	}
	t.Logf("%d of %d notices, %v", docs, len(rows)-1, counts)
	if len(rows)-1 != 409 || docs < 230 || counts[notice.Replaced] != 14 {
		t.Errorf("%d rows, %d with changes, %v", len(rows)-1, docs, counts)
	}
	for doc, want := range map[string]string{
		"2022-02323": "rescinded DHS/ICE-005; rescinded DHS/ICE-016; replaced DHS/ICE-018 for DHS/ICE-005; replaced DHS/ICE-018 for DHS/ICE-016",
		"2020-04982": "rescinded DHS/CBP-017; replaced DHS/CBP-024 for DHS/CBP-017",
		"2021-09373": "rescinded INTERIOR/WBR-11; replaced INTERIOR/DOI-46 for INTERIOR/WBR-11",
		"2022-00083": "",
		"2024-07766": "modified INTERIOR/DOI-71",
	} {
		if got[doc] != want {
			t.Errorf("%s:\n got %s\nwant %s", doc, got[doc], want)
		}
	}
}

func FuzzNotice(f *testing.F) {
	f.Add(`rescinding "DHS/ICE-005 A" and has consolidated both into "DHS/ICE-018 B."`)
	f.Add("a. To the Department of Justice (DOJ) when. SYSTEM NAME AND NUMBER: X-1, N (formerly X-2).")
	f.Add("system of records titled Tides, EPA-1, Name, titled Name, EPA-2 (formerly EPA-3, Name)")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range notice.Changes(text) {
			if c.System.Number == "" || c.Action == notice.Replaced && (c.Old.Number == "" || c.Old.Number == c.System.Number) {
				t.Errorf("%+v", c)
			}
			if !strings.Contains(text, c.Sentence) {
				t.Errorf("%q is not in %q", c.Sentence, text)
			}
		}
		notice.Number(text)
		notice.Name(text)
		notice.Heading(text)
		notice.RoutineUse(text)
		notice.Citations(text)
	})
}
