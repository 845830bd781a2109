package name

// compareThings gives the level of two names of things, or of a thing and
// something else.
func compareThings(a, b *Form, f Frequencies) Result {
	r := Result{Kind: Thing, Norm: a.key}
	switch {
	case a.key == b.key && a.sameJoined(b):
		r.Level, r.Why = ThingExact, "the same name"
		return r
	case a.key == b.key && a.key != "":
		r.Level, r.Why = ThingReordered, "the same words in another order"
		return r
	case a.sameJoined(b):
		r.Level, r.Why = ThingSound, "equal but for blanks"
		return r
	case disjoint(a, b):
		r.Level, r.Norm, r.Why = ThingDisjoint, "", "no word shared"
		return r
	}
	al := align(a.Tokens, b.Tokens, skipJoiner)
	taken := al.takenAbove(tieInitial)
	ra := a.rest(func(i int) bool { return al.of[i] >= 0 && al.ties[i] > tieInitial }, b, f)
	rb := b.rest(func(j int) bool { return taken[j] }, a, f)
	strong := al.count(tieNick)
	r.Bits = balance(float64(strong), float64(al.na+al.nb-2*strong))
	switch {
	case strong == 0:
		r.Level, r.Norm, r.Why, r.Bits = ThingDisjoint, "", "no word shared", 0
	case ra.number > 0 || rb.number > 0:
		r.Level, r.Why = ThingNumber, "other numbers"
		r.Conflict = ra.words()+rb.words()+ra.place+rb.place == 0
	case ra.empty() && rb.empty() && al.cost == 0:
		r.Level, r.Why = ThingSound, "equal by sound"
	case ra.empty() && rb.empty() && al.cost <= slipBudget(min(a.letters, b.letters)):
		r.Level, r.Why = ThingTypo, "a slip apart"
	case ra.empty() || rb.empty():
		r.Level, r.Why = ThingExtra, "more words on one side"
	case 2*strong > max(al.na, al.nb):
		r.Level, r.Why = ThingPartial, "words shared"
	default:
		r.Level, r.Why = ThingDisjoint, "few words shared"
	}
	return r
}
