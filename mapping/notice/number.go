package notice

import (
	"regexp"
	"strings"
)

// long names of agencies that stand in numbers where others write the short
// form: "Department of Homeland Security/U.S. Customs and Border
// Protection-002" is DHS/CBP-002.
var long = strings.NewReplacer(
	"Department of Homeland Security", "DHS",
	"U.S. Immigration and Customs Enforcement", "ICE", "Immigration and Customs Enforcement", "ICE",
	"U.S. Customs and Border Protection", "CBP", "Customs and Border Protection", "CBP",
	"U.S. Citizenship and Immigration Services", "USCIS", "Citizenship and Immigration Services", "USCIS",
	"Federal Emergency Management Agency", "FEMA", "Transportation Security Administration", "TSA",
	"Cybersecurity and Infrastructure Security Agency", "CISA", "National Protection and Programs Directorate", "NPPD",
	"United States Coast Guard", "USCG", "U.S. Coast Guard", "USCG", "United States Secret Service", "USSS", "U.S. Secret Service", "USSS",
	"Science & Technology Directorate", "S&T", "Science and Technology Directorate", "S&T",
	"Department of Transportation", "DOT", "Federal Aviation Administration", "FAA",
	"Department of the Treasury", "Treasury", "Departmental Offices", "DO", "Internal Revenue Service", "IRS",
)

// homeland are the components whose numbers are often written without DHS.
var homeland = map[string]bool{
	"ICE": true, "CBP": true, "USCIS": true, "FEMA": true, "TSA": true, "USCG": true, "USSS": true, "CISA": true, "NPPD": true, "USVISIT": true, "OBIM": true,
}

// A shape is one way to write a number; its groups are put together by form.
type shape struct {
	re   *regexp.Regexp
	form func(m []string) string
}

func dashed(m []string) string { return slashes(m[1]) + "-" + m[2] }

// shapes in the order they are tried; the longest match at a place wins.
var shapes = []shape{
	// Treasury/IRS 22.061, Treasury, DO .214, Treasury--.018
	{regexp.MustCompile(`\b(Treasury(?:(?:/|, ?)[A-Z][A-Za-z]{1,9})?) ?-{0,2} ?((?:\d{2})?\.\d{3})\b`), func(m []string) string {
		return strings.TrimSuffix(slashes(strings.ReplaceAll(m[1], ",", "/")), "/TREASURY") + "-" + m[2]
	}},
	// DHS/ICE-016, FCC/ PSHSB-1, FERC--50, GSA/Transit-1, DoD-0013
	{regexp.MustCompile(`\b((?:DoD|[A-Z][A-Z&]{1,11})(?: ?\([A-Z]{2,8}\))?(?: ?/ ?[A-Z][A-Za-z&]{0,14}(?:-[A-Z]{2,6})?(?: ?\([A-Z&]{2,8}\))?){0,3}) ?-{1,2} ?(\d{1,4}[A-Z]?)\b`), dashed},
	// DOT/FAA 845, DOT/FAA) 813
	{regexp.MustCompile(`\b([A-Z]{3,10}/[A-Z]{2,8})\)? (\d{3})\b`), dashed},
	// 09-90-0067 (HHS), 18-17-01 (Education), 60-0386 (Social Security)
	{regexp.MustCompile(`\b(09- ?\d{2}- ?\d{4}|18- ?\d{2}- ?\d{2}|60- ?\d{4})\b`), func(m []string) string { return strings.ReplaceAll(m[1], " ", "") }},
	// 58VA21/22/28, 181VAOSDBU
	{regexp.MustCompile(`\b(\d{1,3}) ?(VA ?[0-9A-Z]{2,12}(?:/\d{1,3}[A-Z]?)*)\b`), func(m []string) string { return m[1] + strings.ReplaceAll(m[2], " ", "") }},
	{regexp.MustCompile(`\b(CFPB\.\d{3})\b`), func(m []string) string { return m[1] }},
	// DPR 39 DoD, DHRA 13 DoD; "DPR-39" is the same one
	{regexp.MustCompile(`\b([A-Z]{3,6}) (\d{2}) DoD\b`), dashed},
	// A0385-1040 ASO, B0502-03-2: Army and NGA
	{regexp.MustCompile(`\b([AB]\d{4}(?:-\d{1,4}){1,2}(?: [A-Z]{2,6})?)\b`), func(m []string) string { return m[1] }},
}

// none begin what looks like a number and is not one of a system.
var none = regexp.MustCompile(`^(?:COVID|SARS|OMB|PL|SF|EO|HR|HSPD|CFR|FR|PUB|CIRCULAR|FIPS|NIST|ESF|FORM|MM|BILLING|CODE|PIA)\b`)

var inParens = regexp.MustCompile(` ?\([A-Z&]{2,8}\)`)

// slashes brings the agencies of a number into one form: "DHS/ICE (ICE)" is
// DHS/ICE.
func slashes(s string) string {
	s = inParens.ReplaceAllString(s, "")
	return strings.ToUpper(strings.ReplaceAll(s, " ", ""))
}

// A hit is a number within a text.
type hit struct {
	number     string
	start, end int
}

// numbers finds the numbers in plain text whose long names are replaced.
func numbers(text string) []hit {
	var all []hit
	for _, s := range shapes {
		for _, m := range s.re.FindAllStringSubmatchIndex(text, 1000) {
			groups := make([]string, len(m)/2)
			for i := range groups {
				if m[2*i] >= 0 {
					groups[i] = text[m[2*i]:m[2*i+1]]
				}
			}
			number := s.form(groups)
			if m[0] > 0 && strings.ContainsRune("-/", rune(text[m[0]-1])) {
				continue // the end of a longer one
			}
			if none.MatchString(number) || strings.HasSuffix(number, "/-") {
				continue
			}
			if head, _, ok := strings.Cut(number, "-"); ok && homeland[head] {
				number = "DHS/" + number
			} else if ok && head == "DOI" {
				number = "INTERIOR/" + number
			}
			all = append(all, hit{number, m[0], m[1]})
		}
	}
	return widest(all)
}

// widest keeps of overlapping hits the longest, in the order of the text.
func widest(all []hit) []hit {
	var out []hit
	for _, h := range all {
		inside := false
		for _, o := range all {
			if o != h && o.start < h.end && h.start < o.end && (o.end-o.start > h.end-h.start || o.end-o.start == h.end-h.start && o.start < h.start) {
				inside = true
			}
		}
		if !inside {
			out = append(out, h)
		}
	}
	sortHits(out)
	return out
}

// Number gives the number of the system of records that a text begins with or
// consists of, in one form: "DHS/ICE-016" for "ICE–016" and for "DHS/ICE-016
// FALCON Search and Analysis System of Records". ok is false where there is no
// number, or more than one.
func Number(text string) (number string, ok bool) {
	if len(text) > MaxText {
		return "", false
	}
	hits := numbers(long.Replace(plainText(text)))
	if len(hits) == 0 {
		return "", false
	}
	for _, h := range hits {
		if h.number != hits[0].number {
			return "", false
		}
	}
	return hits[0].number, true
}

// Numbers gives each number that a text names, once, in the order of the text.
func Numbers(text string) []string {
	if len(text) > MaxText {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for _, h := range numbers(long.Replace(plainText(text))) {
		if !seen[h.number] {
			seen[h.number] = true
			out = append(out, h.number)
		}
	}
	return out
}
