package svg

import "slices"

// phrases are all words of ours, as Frame.Say is asked for them.
var phrases = []string{
	"%s bn", "%s k", "%s m", "%s tn", "%s (%s)", "%s, %s", "%s: %s", "%s to %s", "= %s",
	"Nothing to draw.",
	"1 source", "%s sources", "no source", "Sources",
	"From", "Until", "To", "What", "Why", "When", "Link", "Path", "Lane", "Field", "Group", "Note", "Country",
	"How many", "Interval", "Period", "Value", "Weight", "Said", "Was",

	"award", "subaward", "stated, no payment record",
	"%s, returned", "%s, goes round", "%s, to itself", "%s, %s to itself",
	"others (%s)",
	"%s to %s: %s, %s %s, %s",
	"%s: got %s, gave %s %s",
	"%s amounts between %s parties, %s with a source; the same figures stand in the table.",

	"more", "+ %s more", "%s: %s links", "%s and %s: %s",
	"%s parties and %s links between them; the same links stand in the table.",

	"%s to %s: %s, %s",
	"%s paths; the table has their steps.",

	"total",
	"%s parts add up to %s; the table has each.",

	"looked for, not found", "not looked for",
	"%s rows and %s columns, %s cells with a chain; the table has all.",

	"not known", "not ended", "%s, taken out of the source", "%s without date", "%s outside",
	"%s: %s, %s", "%s: %s events",
	"day", "known to the month or year", "ended", "taken out of the source",
	"%s events in %s lanes; the table has each with its dates.",

	"over the limit", "limit %s",
	"%s values of: %s; the table has each.",
	"said", "was", "said %s, was %s (%s to %s), of %s",
	"%s groups of answers: how likely it was said, and how often it was so.",
	"No values.", "%s values from %s to %s.",

	"up to %s", "no number", "Not on the map: %s",
	"%s by country, of %s countries; the table has each.",
}

// Phrases gives all that Frame.Say is asked for, for a catalogue to hold.
func Phrases() []string { return slices.Clone(phrases) }
