package notice

import (
	"regexp"
	"slices"
	"strings"
)

// A Use is one routine use: a possibility of disclosure that a notice states.
// That records ever went there is not said.
type Use struct {
	Letter    string   // "a", "12"; empty where the notice does not count
	Recipient string   // class of those who may get records, see Recipients
	Named     []string // institutions named as recipients, as written
	Text      string
}

// classes of recipients, in the order in which they are tried.
var classes = []struct {
	name string
	re   *regexp.Regexp
}{
	{"Congress", regexp.MustCompile(`(?i)\bcongress(?:ional)?\b|\bmembers? of congress\b`)},
	{"archives", regexp.MustCompile(`(?i)\bnational archives\b|\bnara\b`)},
	{"breach response", regexp.MustCompile(`(?i)\bbreach\b`)},
	{"courts and litigation", regexp.MustCompile(`(?i)\blitigat|\bcourts?\b|\badjudicat|\btribunal|\bmagistrate\b`)},
	{"auditors", regexp.MustCompile(`(?i)\baudit|\boversight\b`)},
	{"law enforcement", regexp.MustCompile(`(?i)\blaw enforcement\b|\bprosecut|\bintelligence\b|\bcounterterroris`)},
	{"foreign governments", regexp.MustCompile(`(?i)\bforeign\b|\binternational (?:agenc|organi)`)},
	{"contractors", regexp.MustCompile(`(?i)\bcontractors?\b|\bgrantees?\b|\bconsultants?\b`)},
	{"news media and the public", regexp.MustCompile(`(?i)\bnews media\b|\bthe public\b`)},
	{"employers", regexp.MustCompile(`(?i)\bemployers?\b`)},
	{"state, local and tribal governments", regexp.MustCompile(`(?i)\bstates?\b|\blocal\b|\btribal\b`)},
	{"federal agencies", regexp.MustCompile(`(?i)\bfederal\b|\bdepartments?\b|\bcomponents?\b`)},
	{"agencies and others, not named", regexp.MustCompile(`(?i)\bagenc(?:y|ies)\b|\bentities\b|\bpersons\b`)},
}

var (
	letter = regexp.MustCompile(`^ ?\(?([a-zA-Z]{1,2}|\d{1,3})[.)]\)? `)
	toWhom = regexp.MustCompile(`^(?i:(?:[\w ,]{0,60}?\b(?:disclosed?|disclosures?|information|records?|made|provided)\b[\w ,]{0,40}? )?to )`)
	// ends of the part of a sentence that says to whom.
	ends = regexp.MustCompile(`(?i)\b(?:when|where|if|for|in (?:response|accordance|connection|order|the)|conducting|charged|pursuant|that|which|who|upon|as (?:necessary|required|needed)|to the extent|regarding|responsible|in)\b|;`)
	// named institutions: a capitalised name of one of these kinds.
	named  = regexp.MustCompile(`\b((?:U\.S\. |United States )?(?:(?:Department|Office|Bureau|Administration|Agency|Board|Commission|Service|Corporation) (?:of|for) (?:the )?[A-Z][\w]+(?:,? (?:of|and|the|for) [A-Z][\w]+| [A-Z][\w]+){0,6}|(?:[A-Z][\w]+ (?:and |of |for )?(?:the )?){1,5}(?:Administration|Office|Agency|Board|Commission|Bureau|Service|Services|Corporation|Department|Enforcement|Protection|Investigation))(?: \(([A-Z&]{2,8})\))?)`)
	opener = regexp.MustCompile(`(?i)^(?:in addition to|all or|information (?:contained )?in|records (?:contained )?in|the following|these records|note)\b`)
)

// maxRecipient bounds the part that says to whom.
const maxRecipient = 400

// RoutineUse reads one paragraph of the section on routine uses. ok is false
// for the sentence that leads the list in, and for paragraphs that name no one
// to whom records go.
func RoutineUse(text string) (u Use, ok bool) {
	if len(text) > MaxText {
		return Use{}, false
	}
	p := plainText(text)
	if m := letter.FindStringSubmatch(p); m != nil {
		u.Letter = strings.ToLower(m[1])
		p = p[len(m[0]):]
	} else if opener.MatchString(p) {
		return Use{}, false
	}
	u.Text = p
	who := p
	switch m := toWhom.FindString(p); {
	case m != "":
		who = p[len(m):]
		u.Named = institutions(who)
	case u.Letter == "":
		return Use{}, false
	}
	if u.Recipient = class(who); u.Recipient == "others" && len(u.Named) > 0 {
		u.Recipient = "named institutions"
	}
	return u, true
}

// class is the first class that the words before the condition name, else one
// that the whole does, else "others".
func class(who string) string {
	head := who
	if i := ends.FindStringIndex(who); i != nil && i[0] > 0 {
		head = who[:i[0]]
	}
	for _, part := range []string{head, who} {
		for _, c := range classes {
			if c.re.MatchString(part) {
				return c.name
			}
		}
	}
	return "others"
}

// institutions are those named in the part that says to whom.
func institutions(who string) []string {
	if i := ends.FindStringIndex(who); i != nil && !strings.HasPrefix(who[i[0]:], "for ") {
		who = who[:i[0]]
	}
	who = who[:min(len(who), maxRecipient)]
	var out []string
	for _, m := range named.FindAllStringSubmatch(who, 20) {
		name := strings.TrimPrefix(strings.TrimSpace(m[1]), "The ")
		if m[2] != "" {
			name = strings.TrimSpace(strings.TrimSuffix(name, "("+m[2]+")"))
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
