package mapping

import (
	"crypto/sha1"
	"encoding/hex"
	"strconv"

	"overt/ftm"
)

// Derivations make a value out of another one by a rule that a pattern cannot
// express.
const (
	// deriveFiscalYear gives the fiscal year of the United States government
	// that a date falls in: from 1 October the next calendar year (31 U.S.C.
	// 1102).
	deriveFiscalYear = "us_fiscal_year"
	// deriveDate gives the date as ISO 8601, for use in keys and templates.
	deriveDate = "date"
	// deriveCount gives how many values there are, 0 included: the length of a
	// list, to hold against a count that the source publishes beside it.
	deriveCount = "count"
	// deriveSHA1 gives the SHA-1 of the text in hexadecimal, as keys do: an id of
	// any length where an id_column is wanted.
	deriveSHA1 = "sha1"
)

// derived gives "" when the text is no date or not precise enough.
func (m *Mapping) derived(how, text, formats string) string {
	if how == deriveSHA1 {
		sum := sha1.Sum([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	date, err := m.date.Clean(text, ftm.CleanOptions{Format: formats})
	if err != nil {
		return ""
	}
	if how == deriveDate {
		return date
	}
	if len(date) < len("2006-01") {
		return ""
	}
	year, err := strconv.Atoi(date[:4])
	if err != nil {
		return ""
	}
	if date[5:7] >= "10" {
		year++
	}
	return strconv.Itoa(year)
}
