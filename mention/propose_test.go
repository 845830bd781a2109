package mention

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func proposals(text string) (out []string) {
	Propose(text, func(s Span) { out = append(out, string(s.Kind[:1])+" "+s.Text) })
	return out
}

func TestPropose(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"Paid to Quorvex Logistics, LLC d/b/a Blue Heron.", []string{"o Quorvex Logistics, LLC", "o Blue Heron"}},
		{"Both Wexley GmbH & Co. KG and Quorvex Sp. z o.o. in Łódź", []string{"o Wexley GmbH & Co. KG", "o Quorvex Sp. z o.o."}},
		{"Société Quorvex S.A. and Wexley, Inc. agreed.", []string{"o Société Quorvex S.A.", "o Wexley, Inc."}},
		{"ООО «Йорвалин» и ЙОРВАЛИН ООО", []string{"o ЙОРВАЛИН ООО"}},
		{"The Department of Quorvex Affairs and the Wexley Housing Agency met.", []string{"o Department of Quorvex Affairs", "o Wexley Housing Agency"}},
		{"the Office of Housing and Office of Wexley Care", []string{"o Office of Housing", "o Office of Wexley Care"}},
		{"Under the Wexley Protection Act of 1974 the Agency", nil},
		{"Mr. Tobias Quorvex, Senator Vexley and John A. Wexley signed", []string{"p Tobias Quorvex", "p Vexley", "p John A. Wexley"}},
		{"Maria de la Cruz met John Wexley Company", []string{"p Maria de la Cruz", "o John Wexley Company"}},
		{"WORK ON THE NEW CENTER OF THE NORTH FOR QUORVEX INC", []string{"o QUORVEX INC"}},
		{"a plain sentence without any name in it", nil},
		{"by the Wexley Housing Agency's staff and McWexley's Foods Inc", []string{"o Wexley Housing Agency", "o McWexley's Foods Inc"}},
		{"Ä Wexley's Office of Care", []string{"o Office of Care"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, proposals(tt.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

// labelled are the names of organisations that we read in the beginnings of
// abstracts of notices, by row. Rows that are a multiple of nine are those the
// rules were written on, the others were labelled before the rules saw them.
// Acronyms are not labelled.
const labelled = `
0 Department of the Treasury;Department of the Treasury
9 Bureau of Consumer Financial Protection;Consumer Financial Protection Bureau
18
27 Department of Homeland Security;Department of Homeland Security
36 Department of Veterans Affairs
45 Department of Veterans Affairs
54 Federal Communications Commission
63 Department of Veterans Affairs
72 Center for Verification and Evaluation
81 United States Postal Service
90 National Endowment for the Humanities
99 Federal Mediation and Conciliation Service
108 Federal Mine Safety and Health Review Commission
117 United States Postal Service;Postal Service
126 Board of Governors of the Federal Reserve System
135 Office of Public and Indian Housing;Office of Housing
144
153 United States Postal Service;Postal Service
162
171 Health and Human Services
180 Public Safety and Homeland Security Bureau
189 General Services Administration;U.S. Department of Health and Human Services
198 Commodity Futures Trading Commission;Office of the Inspector General;Office of the Inspector General
207 Foreign Service Institute
216 United States Postal Service
225 Board of Governors of the Federal Reserve System
234 Department of State;Department of State
243
252 U.S. Environmental Protection Agency;Office of the Chief Financial Officer;Office of Technology Solutions
261
270 National Aeronautics and Space Administration
279 Department of the Treasury;Department of the Treasury
288 Federal Housing Finance Agency
297 Federal Communications Commission;Office of the Managing Director
306 Department of the Interior;United States Geological Survey
315 U.S. Department of Education
324 Office of Management and Budget;Department of Energy
333 Office of Management and Budget;U.S. Department of Agriculture;Animal and Plant Health Inspection Service
342 Federal Communications Commission
351 Office of Management and Budget;Department of Energy
360
369 Office of Personnel Management
378 Department of Veterans Affairs;VA Office of General Counsel
387 Department of Homeland Security;Department of Homeland Security;U.S. Citizenship and Immigration Services
396
405 Department of Commerce;Department of the Treasury
4 Office of the Secretary of Defense
13 Department of Veterans Affairs
22 Farm Credit Administration
31
40 United States Postal Service;USPS Mail Recovery Center
49
58 Department of Veterans Affairs
67 United States Postal Service
76 Pretrial Services Agency for the District of Columbia;Court Services and Offender Supervision Agency;Pretrial Services Agency for the District of Columbia
85 Department of the Interior;National Park Service
94 United States Postal Service;Postal Service
103 Department of Veterans Affairs;Readjustment Counseling Service
112 Federal Mediation and Conciliation Service
121 Office of Personnel Management
130 Organ Procurement and Transplantation Network;Health Systems Bureau
139 Federal Mediation and Conciliation Service
148 U.S. Department of Education
157 Federal Housing Finance Agency;Office of General Counsel
166 Millennium Challenge Corporation
175 United States Postal Service
184 Department of Veterans Affairs
193 Department of Veterans Affairs
202 Department of Homeland Security;Federal Emergency Management Agency
211 National Aeronautics and Space Administration;Office of Inspector General
220 Department of Transportation;Federal Aviation Administration
229 U.S. Department of Education
238 Department of the Housing and Urban Development;Office of PIH;Real Estate Assessment Center
247 Department of Housing and Urban Development;Office of Single Family Program Development
256 Wireless Telecommunications Bureau
265 Department of Housing and Urban Development;Office of Public and Indian Housing
274 Department of Veterans Affairs
283
292 National Aeronautics and Space Administration
301 Federal Communications Commission
310 United States Postal Service;Postal Service
319 Department of Housing and Urban Development;Office of Housing;Single Family Operations Division;Federal Housing Administration
328 Office of Management and Budget;Department of Energy
337 Department of the Interior;Bureau of Reclamation
346 Department of Commerce;United States Patent and Trademark Office
355 U.S. Merit Systems Protection Board
364 United States Postal Service
373 Office of Management and Budget
382 U.S. Merit Systems Protection Board
391
400 Department of Homeland Security;U.S. Department of the Treasury`

// TestRealProposals measures precision and recall of organisations, and how
// many persons are proposed in text that names none.
func TestRealProposals(t *testing.T) {
	rows := realRows(t, nil, "federal-systems", "federal-register-sorn", "sorn_abstracts_dev.csv")
	type tally struct{ right, proposed, all int }
	var seen, unseen tally
	for line := range strings.SplitSeq(strings.TrimSpace(labelled), "\n") {
		number, names, _ := strings.Cut(line, " ")
		var i int
		if _, err := fmt.Sscan(number, &i); err != nil || i >= len(rows) {
			t.Fatalf("row %q: %v", number, err)
		}
		want := map[string]int{}
		set := &seen
		if i%9 != 0 {
			set = &unseen
		}
		if names != "" {
			for name := range strings.SplitSeq(names, ";") {
				want[name]++
				set.all++
			}
		}
		text := []rune(rows[i]["abstract"])
		Propose(string(text[:min(len(text), 420)]), func(s Span) {
			if s.Kind != Organization {
				return
			}
			set.proposed++
			if want[s.Text] > 0 {
				want[s.Text]--
				set.right++
			} else {
				t.Logf("row %d: %q is none", i, s.Text)
			}
		})
		for name, n := range want {
			if n > 0 {
				t.Logf("row %d: %q not found", i, name)
			}
		}
	}
	for name, s := range map[string]tally{"seen": seen, "unseen": unseen} {
		precision, recall := float64(s.right)/float64(s.proposed), float64(s.right)/float64(s.all)
		t.Logf("%s: precision %.3f, recall %.3f of %d names", name, precision, recall, s.all)
		if precision < 0.8 || recall < 0.8 {
			t.Errorf("%s: precision %.3f, recall %.3f; want 0.80 or more", name, precision, recall)
		}
	}
	persons, bytes := 0, 0
	for _, row := range rows {
		bytes += len(row["abstract"])
		Propose(row["abstract"], func(s Span) {
			if s.Kind == Person {
				persons++
				t.Logf("person: %q", s.Text)
			}
		})
	}
	if persons > 10 {
		t.Errorf("%d persons proposed in %d bytes that name hardly any", persons, bytes)
	}
}

// TestRealCompanies: companies with a legal form are proposed whole.
func TestRealCompanies(t *testing.T) {
	whole, all, missed := 0, 0, []string{}
	for _, row := range realRows(t, nil, "procurement", "cbp-ice-transactions", "CBP_ICE_FY2024_Contract_Obligations.csv.gz") {
		name := row["Recipient Name"]
		if !strings.HasSuffix(name, " INC.") && !strings.HasSuffix(name, " LLC") && !strings.HasSuffix(name, ", INC") {
			continue
		}
		all++
		ok := false
		Propose("it was paid to "+name+" for work", func(s Span) { ok = ok || s.Text == name })
		if ok {
			whole++
		} else if len(missed) < 20 {
			missed = append(missed, name)
		}
	}
	t.Logf("%d of %d whole; not %q", whole, all, missed)
	if all == 0 || whole*100 < all*90 {
		t.Errorf("%d of %d companies proposed whole, want 90 of 100", whole, all)
	}
}

// TestRealPersons: names with a given name of ours are proposed without a title.
func TestRealPersons(t *testing.T) {
	plain, titled, all := 0, 0, 0
	for i, row := range realRows(t, nil, "name-matching", "yente-candidate-generation", "negatives_us.csv.gz") {
		if i%25 != 0 {
			continue
		}
		name := row["full_name"]
		all++
		Propose("it was signed by "+name+" on behalf of it", func(s Span) {
			if s.Text == name && s.Kind == Person {
				plain++
			}
		})
		Propose("it was signed by Mr. "+name+" on behalf of it", func(s Span) {
			if s.Text == name && s.Kind == Person {
				titled++
			}
		})
	}
	t.Logf("%d of %d without a title, %d with one", plain, all, titled)
	if all == 0 || titled*100 < all*80 || plain*100 < all*25 {
		t.Errorf("%d of %d without a title, %d with one; want 25 and 80 of 100", plain, all, titled)
	}
}

func FuzzPropose(f *testing.F) {
	f.Add("Paid to Quorvex Logistics, LLC d/b/a Blue Heron by Mr. Tobias Quorvex of the Department of Care")
	f.Add("Ä Wexley GmbH & Co. KG\nU.S. d b a D/B/A l'Inc. 华为 Inc. \xff Mr. Mr. Dr.")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		last := 0
		Propose(text, func(s Span) {
			checkPlaces(t, text, s)
			if s.Start < last {
				t.Fatalf("%q begins inside the one before", s.Text)
			}
			last = s.End
		})
	})
}
