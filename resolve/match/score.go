package match

import (
	"math"

	"overt/resolve/name"
	"overt/resolve/value"
)

// A bar is the bits of one slot.
type bar struct {
	weight float64 // of the level
	rarity float64 // more or less for being rare or common
	graded float64 // evidence inside the level
	capped float64 // what the bounds of the slot took off or added
}

func (b bar) bits() float64 { return b.weight + b.rarity + b.graded + b.capped }

func (f *fit) bar(s slot, c cell) bar {
	l := c.level()
	if l == 0 {
		return bar{}
	}
	b := bar{weight: f.weight[s][l], graded: c.evidence()}
	if s == slotName && f.family == familyOrganisation && c.rarity() > 0 {
		return f.called(b, l, c.rarity())
	}
	if r := c.rarity(); r > 0 && !math.IsNaN(f.base[s][l]) {
		b.rarity = tfWeight * max(-tfMost, min(tfMost, r-f.base[s][l]))
		if l == 1 && (r < tooCommon || s == slotReference) { // to agree on what a share p of all have can say no more than 1/p
			b.rarity = min(b.rarity, max(0, r)-b.weight)
		}
	}
	if s == slotName && f.family == familyPerson && l > 1 && c.rarity() > 0 {
		b.rarity = f.kept(b, c.rarity())
	}
	sum := b.weight + b.rarity + b.graded
	b.capped = max(bounds[s].least, min(bounds[s].most, sum)) - sum
	return b
}

// kept is the rarity of names of persons that are no more than alike: together with
// their level they are worth no more than the very name would be.
func (f *fit) kept(b bar, rare float64) float64 {
	whole := f.weight[slotName][1]
	if !math.IsNaN(f.base[slotName][1]) {
		whole += tfWeight * max(-tfMost, min(tfMost, rare-f.base[slotName][1]))
	}
	return min(b.rarity, whole-b.weight-b.graded)
}

// called weighs the names of two organisations by how many others are called so: the
// same name is worth as many bits as it is rare. A legal form on both sides adds to it
// or takes off, by how often forms are the same among one and among unrelated.
func (f *fit) called(b bar, l int, rare float64) bar {
	m := f.m[slotName]
	alike := 0.0
	for _, share := range m[name.OrgExact : name.OrgClass+1] {
		alike += share
	}
	same := math.Log2(alike) + rare
	forms := m[name.OrgExact] + m[name.OrgClass]
	switch name.Level(l) {
	case name.OrgExact:
		same += math.Log2(m[name.OrgExact] / forms / formsAgree)
	case name.OrgClass:
		same += math.Log2(m[name.OrgClass] / forms / (1 - formsAgree))
	}
	if l > int(name.OrgClass) { // what is merely alike says no more
		same = min(same, b.weight+b.graded)
	} else {
		same += b.graded
	}
	same = max(bounds[slotName].least, min(nameMost, same))
	b.rarity = same - b.weight - b.graded
	return b
}

// score is the log odds, in bits, that a pair of this pattern is one entity.
func (f *fit) score(p *pattern) float64 {
	sum := f.prior
	for s, c := range p.slot {
		if c.level() > 0 {
			sum += f.bar(slot(s), c).bits()
		}
	}
	return sum
}

// vetoed says whether a pair is two whatever its score. That days of birth lie years
// apart says so only where dates are kept with care: not where too many records of
// one entity differ in them.
func (f *fit) vetoed(p *pattern) bool {
	if p.veto == vetoBirth {
		return f.m[slotDate][value.DateDiffer] < carefulDates
	}
	return p.veto != vetoNone
}

// apart says whether a pair is no example of one entity whatever its score.
func (f *fit) apart(p *pattern) bool { return f.vetoed(p) || p.kin() || p.unnamed() }

func probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }
