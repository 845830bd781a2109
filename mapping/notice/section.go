package notice

import (
	"regexp"
	"strings"
)

// A Section is what a heading of a notice opens, named as mappings use it.
type Section string

// The sections of a notice. Those before SystemName belong to the notice as a
// whole, those after it to the system named last.
const (
	Agency        Section = "agency"
	ActionTaken   Section = "action"
	Summary       Section = "summary"
	Dates         Section = "dates"
	Addresses     Section = "addresses"
	Contact       Section = "contact"
	Supplementary Section = "supplementary"
	Authorship    Section = "signing"
	Participants  Section = "participants" // of a matching programme
	Matched       Section = "matched_systems"

	SystemName     Section = "system"
	Classification Section = "classification"
	Location       Section = "location"
	Manager        Section = "manager"
	Authority      Section = "authority"
	Purpose        Section = "purpose"
	Individuals    Section = "individuals"
	Categories     Section = "categories"
	Sources        Section = "sources"
	RoutineUses    Section = "routine_uses"
	Reporting      Section = "consumer_reporting"
	Storage        Section = "storage"
	Retrieval      Section = "retrieval"
	Retention      Section = "retention"
	Safeguards     Section = "safeguards"
	Access         Section = "access"
	Contesting     Section = "contesting"
	Notification   Section = "notification"
	Exemptions     Section = "exemptions"
	History        Section = "history"
)

// headings are tried in order: the form of OMB Circular A-108 of 2016, and what
// agencies wrote before it.
var headings = []struct {
	section Section
	re      *regexp.Regexp
}{
	{SystemName, regexp.MustCompile(`^system (?:of records )?(?:name|number|title|identifier)s?\b|^name of (?:the )?system|^system notice number`)},
	{Matched, regexp.MustCompile(`^systems?(?:\(s\))? of records(?: involved.*)?$|^records to be matched|^systems?(?:\(s\))? of records (?:used|maintained)`)},
	{Participants, regexp.MustCompile(`^(?:participating|source|recipient) agenc|^name of participating|^participants`)},
	{Classification, regexp.MustCompile(`classification`)},
	{Location, regexp.MustCompile(`^(?:system )?locations?\b|^where records are`)},
	{Manager, regexp.MustCompile(`managers?(?:\(s\))?\b`)},
	{Authority, regexp.MustCompile(`^(?:legal |statutory )?authorit(?:y|ies)\b`)},
	{Purpose, regexp.MustCompile(`^purposes?\b|^purpose\(s\)|^objective|^reasons? for`)},
	{Individuals, regexp.MustCompile(`^categor(?:y|ies) of (?:individuals|persons)|^individuals covered`)},
	{Sources, regexp.MustCompile(`^(?:record|records|information) sources?\b|^sources? of (?:records|information)`)},
	{Categories, regexp.MustCompile(`^categor(?:y|ies) of records`)},
	{Reporting, regexp.MustCompile(`consumer reporting`)},
	{RoutineUses, regexp.MustCompile(`^routine uses?\b|^disclosures? (?:of|outside|permitted)`)},
	{Safeguards, regexp.MustCompile(`safeguards?\b|^access controls?`)},
	{Retention, regexp.MustCompile(`retention|disposal|disposition`)},
	{Retrieval, regexp.MustCompile(`retriev(?:al|ability|ed)`)},
	{Storage, regexp.MustCompile(`storage|^storing|^policies and practices for storing`)},
	{Contesting, regexp.MustCompile(`contest`)},
	{Notification, regexp.MustCompile(`^notification`)},
	{Access, regexp.MustCompile(`^(?:record|records|individual) access|^access procedure`)},
	{Exemptions, regexp.MustCompile(`exempt`)},
	{History, regexp.MustCompile(`^history\b|^prior publication`)},
	{Agency, regexp.MustCompile(`^agenc(?:y|ies)$`)},
	{ActionTaken, regexp.MustCompile(`^action$`)},
	{Summary, regexp.MustCompile(`^summary$`)},
	{Dates, regexp.MustCompile(`^(?:effective |comment )?dates?$`)},
	{Addresses, regexp.MustCompile(`^address(?:es)?$`)},
	{Contact, regexp.MustCompile(`^for (?:further|additional) information`)},
	{Supplementary, regexp.MustCompile(`^supplement(?:ary|al) information|^background`)},
	{Authorship, regexp.MustCompile(`^signing authority|^approved by`)},
}

// maxHeading is how long a heading may be, in bytes.
const maxHeading = 400

// Heading tells which section a heading opens. ok is false for a heading that
// no agency is known to write.
func Heading(text string) (s Section, ok bool) {
	if len(text) > maxHeading {
		return "", false
	}
	h := strings.Trim(strings.ToLower(plainText(text)), " .:;-")
	for _, p := range headings {
		if p.re.MatchString(h) {
			return p.section, true
		}
	}
	return "", false
}

var register = regexp.MustCompile(`\b(\d{1,3}) F\.?R\.? (\d{1,3},\d{3}|\d{1,6})\b`)

// Citations gives the earlier places in the Federal Register that a text cites,
// as "80 FR 54081", once each.
func Citations(text string) []string {
	if len(text) > MaxText {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for _, m := range register.FindAllStringSubmatch(plainText(text), 1000) {
		c := m[1] + " FR " + strings.ReplaceAll(m[2], ",", "")
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}

// Sections lists every section once.
func Sections() []Section {
	var out []Section
	for _, h := range headings {
		out = append(out, h.section)
	}
	return out
}
