package notice

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

func sortHits(h []hit) {
	slices.SortFunc(h, func(a, b hit) int { return cmp.Compare(a.start, b.start) })
}

// A ref is a system named in a sentence.
type ref struct {
	System
	start, end int // of number and name together
}

// A clause reads one sentence.
type clause struct {
	text      string
	before    []System // rescinded by the sentence before
	refs      []ref
	out       []Change
	rescinded []System
}

// A verb is a place where the sentence begins to do something to systems.
type verb struct {
	action     Action
	start, end int
}

var verbs = []struct {
	action Action
	re     *regexp.Regexp
}{
	{Rescinded, regexp.MustCompile(`(?i)\b(?:rescind(?:s|ed|ing)?|rescindment(?: of)?|retir(?:e|es|ing)|deactivat(?:e|es|ed|ing))\b`)},
	{Modified, regexp.MustCompile(`(?i)\b(?:modif(?:y|ies|ied|ying|ication of)|amend(?:s|ed|ing)?|updat(?:e|es|ed|ing)|revis(?:e|es|ed|ing)|alter(?:s|ed|ing)?|re-?issu(?:e|es|ed|ing)|republish(?:es|ed|ing)?)\b`)},
	{New, regexp.MustCompile(`(?i)\b(?:establish(?:es|ing)?|(?:has|have) established a new|creat(?:e|es|ing)|propos(?:es|ing) to (?:add|issue)|is a new|notice of (?:a|its) new)\b`)},
	{Renamed, regexp.MustCompile(`(?i)\b(?:renam|re-?titl)(?:e|es|ed|ing)\b`)},
}

var (
	negated = regexp.MustCompile(`(?i)\b(?:not|never|no longer|without)\b[^,;]{0,20}$`)
	// passives and "the updated X" tell what a system is, not what is done to it.
	asided = regexp.MustCompile(`(?i)\b(?:the|this|newly|is|are|was|were|be|been|being)(?: now| hereby)? $`)
	// object is what stands between a verb and the first system it governs.
	object = regexp.MustCompile(`(?i)\b(?:systems?|notices?|SORNs?)\b`)
	// leaves begins a new thought; what is named behind it is not the object.
	leaves = regexp.MustCompile(`(?i)\b(?:that|which|because|pursuant|while|whose|in order|so that|to [a-z]{3,}|covered by|inform(?:ation)? from)\b`)
	// toName links "rename" with the new name.
	toName = regexp.MustCompile(`(?i)^,? ?(?:it|the system(?: of records)?|this system(?: of records)?)?,? ?(?:as|to|to be)?,? ?"?$`)
	quoted = regexp.MustCompile(`^,? ?(?:it|the system(?: of records)?|this system(?: of records)?)?,? ?(?:as|to)?,? ?"([^"]{3,200})"`)
)

const maxGap = 320

func (c *clause) read() {
	c.text = long.Replace(c.text)
	c.refs = references(c.text)
	if len(c.refs) == 0 && len(c.before) == 0 {
		return
	}
	c.actions()
	c.formerly()
	c.passive()
	c.replaced()
}

func (c *clause) say(ch Change) {
	if ch.Action == Replaced && ch.System.Number == ch.Old.Number {
		return
	}
	if ch.Action == Rescinded {
		c.rescinded = append(c.rescinded, ch.System)
	}
	if !slices.Contains(c.out, ch) {
		c.out = append(c.out, ch)
	}
}

// found lists the verbs of the sentence in order.
func (c *clause) found() []verb {
	var out []verb
	for _, v := range verbs {
		for _, m := range v.re.FindAllStringIndex(c.text, 100) {
			before := c.text[:m[0]]
			aside := c.text[m[1]-1] == 'd' && v.action != Renamed && asided.MatchString(before)
			if !aside && !negated.MatchString(before) && !c.inQuotes(m[0]) {
				out = append(out, verb{v.action, m[0], m[1]})
			}
		}
	}
	slices.SortFunc(out, func(a, b verb) int { return cmp.Compare(a.start, b.start) })
	return out
}

// inQuotes says whether a place lies inside a quoted name.
func (c *clause) inQuotes(at int) bool { return strings.Count(c.text[:at], `"`)%2 == 1 }

// actions goes through verbs and systems in the order of the text: a verb
// governs the systems that follow it as its object, and the list they begin.
func (c *clause) actions() {
	all := c.found()
	var subject *ref // the last system that was changed: what "rename it" means
	for i, v := range all {
		end := len(c.text)
		if i+1 < len(all) {
			end = all[i+1].start
		}
		own := c.between(v.end, end)
		if v.action == Renamed {
			if c.rename(v, own, subject) {
				continue
			}
			v.action = Modified // "modified and renamed an existing system of records, X"
		}
		for _, r := range governed(c.text, v.end, own) {
			c.say(Change{Action: v.action, System: r.System})
			if v.action == Modified {
				subject = &r
			}
		}
	}
}

// between gives the systems named in a stretch of the sentence.
func (c *clause) between(from, to int) []ref {
	var out []ref
	for _, r := range c.refs {
		if r.start >= from && r.start < to {
			out = append(out, r)
		}
	}
	return out
}

// governed gives the systems that are the object of a verb: the first one close
// behind it, the others as a list.
func governed(text string, from int, refs []ref) []ref {
	for i, r := range refs {
		gap := text[from:max(from, r.start)]
		switch {
		case i == 0:
			if len(gap) > maxGap || leaves.MatchString(gap) || strings.Contains(gap, ";") || joins.MatchString(gap) || len(gap) > 12 && !object.MatchString(gap) {
				return nil
			}
		case len(gap) > 160 || leaves.MatchString(gap) || joins.MatchString(gap) || strings.Contains(strings.ToLower(gap), "formerly"):
			return refs[:i]
		}
		from = r.end
	}
	return refs
}

// rename says what a renamed system is called now. It is false when the verb
// only stands beside others ("modify, retitle and reissue").
func (c *clause) rename(v verb, own []ref, subject *ref) bool {
	rest := c.text[v.end:]
	if subject == nil {
		return false
	}
	if len(own) > 0 && toName.MatchString(c.text[v.end:own[0].start]) {
		if to := own[0]; to.Number != subject.Number {
			c.say(Change{Action: Replaced, System: to.System, Old: subject.System})
		} else if to.Name != "" && to.Name != subject.Name {
			c.say(Change{Action: Renamed, System: subject.System, Name: to.Name})
		}
		return true
	}
	if m := quoted.FindStringSubmatch(rest); m != nil {
		if name := nameOf(m[1]); name != "" {
			c.say(Change{Action: Renamed, System: subject.System, Name: name})
		}
		return true
	}
	return false
}

var wasFormerly = regexp.MustCompile(`(?i)\((?:formerly|previously)(?: known as| called| titled| entitled| numbered)?:?,? ?"?$`)

// formerly reads "X-1, New Name (formerly X-1, Old Name)".
func (c *clause) formerly() {
	for i := 1; i < len(c.refs); i++ {
		now, old := c.refs[i-1], c.refs[i]
		if !wasFormerly.MatchString(c.text[max(0, now.end-1):old.start]) {
			continue
		}
		switch {
		case now.Number != old.Number:
			c.say(Change{Action: Replaced, System: now.System, Old: old.System})
		case now.Name != "" && old.Name != "" && now.Name != old.Name:
			c.say(Change{Action: Renamed, System: old.System, Name: now.Name})
		}
		c.out = slices.DeleteFunc(c.out, func(ch Change) bool { return ch.Action == Modified && ch.System == old.System })
	}
}

var rescindedIs = regexp.MustCompile(`(?i)^[")]{0,2}(?: system of records(?: notice)?)? ?[")]{0,2},?(?: which)? (?:is|are|was|were|has been|have been)(?: now)?(?: being| hereby)? (?:rescinded|retired|deactivated)\b`)

// passive reads "the system of records is being rescinded".
func (c *clause) passive() {
	for _, r := range c.refs {
		if rescindedIs.MatchString(c.text[r.end:]) {
			c.say(Change{Action: Rescinded, System: r.System})
		}
	}
}
