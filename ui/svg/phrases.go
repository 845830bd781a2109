package svg

import "slices"

// phrases are all words of ours, as Frame.Say is asked for them.
var phrases = []string{
	"%s bn", "%s k", "%s m", "%s tn",
	"Nothing to draw.",
	"1 source", "%s sources", "no source", "Sources",

	"From", "To", "What", "Period",
	"award", "subaward", "stated, no payment record",
	"%s, returned", "%s, goes round", "%s, to itself", "%s, %s to itself",
	"others (%s)",
	"%s to %s: %s, %s %s, %s",
	"%s: got %s, gave %s %s",
	"%s amounts between %s parties, %s with a source; the same figures stand in the table.",

	"Link", "How many", "more",
	"%s (%s)", "%s, %s", "%s: %s", "%s: %s links", "%s and %s: %s", "+ %s more",
	"%s parties and %s links between them; the same links stand in the table.",
}

// Phrases gives all that Frame.Say is asked for, for a catalogue to hold.
func Phrases() []string { return slices.Clone(phrases) }
