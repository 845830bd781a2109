package notice

import "regexp"

var (
	// into says that systems become part of another one. "With" would not say
	// which of the two remains.
	into = regexp.MustCompile(`(?i)\b(?:consolidat(?:e|es|ed|ing)|merg(?:e|es|ed|ing)|combin(?:e|es|ed|ing)|incorporat(?:e|es|ed|ing)|subsum(?:e|es|ed|ing))\b([^.;]{0,120}?)\b(?:into|under)\b`)
	// replaces: "and replace it with", "is superseded by", "replaces it".
	replaces     = regexp.MustCompile(`(?i)\breplac(?:e|es|ed|ing) (?:it|them|both) with\b`)
	supersededBy = regexp.MustCompile(`(?i)\b(?:is|are|was|were|been|being) (?:superseded|replaced) by\b`)
	replacesIt   = regexp.MustCompile(`(?i)^[")]{0,2}(?: system of records(?: notice)?)? ?(?:replaces|supersedes) (?:it|them)\b`)
	// joins stands where a sentence turns from what is rescinded to what remains.
	joins = regexp.MustCompile(`(?i)\b(?:consolidat|merg|combin|incorporat|subsum|supersed|replac)\w+\b`)
	// pronoun is how a sentence means systems named before.
	pronoun  = regexp.MustCompile(`(?i)\b(?:both|these|them|it|the systems|the notices|the records)\b|^ *$`)
	theseAre = regexp.MustCompile(`(?i)\b(?:these|this) systems? of records(?: notices?)?\b`)
)

// maxTarget is how far behind "into" the number of the target stands.
const maxTarget = 160

// replaced reads which system takes the place of which.
func (c *clause) replaced() {
	for _, m := range into.FindAllStringSubmatchIndex(c.text, 20) {
		to, ok := c.next(m[1])
		if !ok {
			continue
		}
		var old []System
		for _, r := range c.between(m[2], m[3]) {
			old = append(old, r.System)
		}
		if len(old) == 0 && pronoun.MatchString(c.text[m[2]:m[3]]) {
			old = c.meant(m[0])
		}
		c.takes(to, old)
	}
	for _, m := range replaces.FindAllStringIndex(c.text, 20) {
		if to, ok := c.next(m[1]); ok {
			c.takes(to, c.meant(m[0]))
		}
	}
	for _, m := range supersededBy.FindAllStringIndex(c.text, 20) {
		to, ok := c.next(m[1])
		if !ok {
			continue
		}
		if subject := c.between(0, m[0]); len(subject) == 1 {
			c.takes(to, []System{subject[0].System})
		} else if len(subject) == 0 {
			c.takes(to, c.meant(m[0]))
		}
	}
	for _, r := range c.refs {
		if replacesIt.MatchString(c.text[r.end:]) {
			c.takes(r.System, c.meant(r.start))
		}
	}
}

// next is the one system named close behind a place.
func (c *clause) next(at int) (System, bool) {
	for _, r := range c.refs {
		if r.start >= at {
			return r.System, r.start-at <= maxTarget && !leaves.MatchString(c.text[at:r.start])
		}
	}
	return System{}, false
}

// meant are the systems that a pronoun stands for: those this sentence rescinds
// before it; else, where it says "these systems of records", those the
// sentence before did.
func (c *clause) meant(at int) []System {
	var out []System
	for _, r := range c.between(0, at) {
		for _, s := range c.rescinded {
			if s == r.System {
				out = append(out, s)
			}
		}
	}
	if len(out) == 0 && len(c.between(0, at)) == 0 && theseAre.MatchString(c.text[:at]) {
		return c.before
	}
	return out
}

func (c *clause) takes(to System, old []System) {
	for _, s := range old {
		c.say(Change{Action: Replaced, System: to, Old: s})
	}
}
