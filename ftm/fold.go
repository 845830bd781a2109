package ftm

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold brings a name into the form exact-name lookup compares: lower case,
// letters and digits kept, Latin letters without their marks (é and e + ◌́
// alike), everything else one blank, none at the ends. Other scripts keep their
// letters and marks. Fold of a folded name is the same name.
func Fold(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	gap := false
	put := func(r rune) {
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(r)
	}
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			put(r)
		case 'A' <= r && r <= 'Z':
			put(r + 'a' - 'A')
		case r < utf8.RuneSelf:
			gap = true
		case isMark(r):
		default:
			lower := unicode.ToLower(r)
			if plain, ok := latinFold[lower]; ok {
				for _, p := range plain {
					put(p)
				}
			} else if unicode.IsLetter(lower) || unicode.IsNumber(lower) || unicode.Is(unicode.Mn, lower) || unicode.Is(unicode.Mc, lower) {
				put(lower)
			} else {
				gap = true
			}
		}
	}
	return b.String()
}

// isMark holds for the combining marks that European scripts use.
func isMark(r rune) bool { return 0x0300 <= r && r <= 0x036f }

// latinFold maps a lower-case Latin letter with marks to plain letters. The
// rows follow the names of the letters in the Unicode charts.
var latinFold = func() map[rune]string {
	rows := []struct{ plain, letters string }{
		{"a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặªⱥ"},
		{"ae", "æǣǽ"},
		{"b", "ḃḅḇƀɓ"},
		{"c", "çćĉċčḉȼƈ"},
		{"d", "ďđḋḍḏḑḓðɖɗ"},
		{"dz", "ǆǳ"},
		{"e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệəǝɛɇ"},
		{"f", "ḟƒ"},
		{"g", "ĝğġģǧǵḡǥɠ"},
		{"h", "ĥħȟḣḥḧḩḫẖ"},
		{"i", "ìíîïĩīĭįıǐȉȋḭḯỉịɨ"},
		{"ij", "ĳ"},
		{"j", "ĵǰȷɉ"},
		{"k", "ķĸǩḱḳḵƙⱪ"},
		{"l", "ĺļľŀłḷḹḻḽƚɫ"},
		{"lj", "ǉ"},
		{"m", "ḿṁṃ"},
		{"n", "ñńņňŉŋǹṅṇṉṋɲ"},
		{"nj", "ǌ"},
		{"o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợºɔ"},
		{"oe", "œ"},
		{"p", "ṕṗƥ"},
		{"q", "ɋ"},
		{"r", "ŕŗřȑȓṙṛṝṟɍ"},
		{"s", "śŝşšșſṡṣṥṧṩ"},
		{"ss", "ß"},
		{"t", "ţťŧțṫṭṯṱẗƭ"},
		{"th", "þ"},
		{"u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữựʉ"},
		{"v", "ṽṿʋ"},
		{"w", "ŵẁẃẅẇẉẘ"},
		{"x", "ẋẍ"},
		{"y", "ýÿŷȳẏẙỳỵỷỹƴɏ"},
		{"z", "źżžẑẓẕƶ"},
	}
	table := map[rune]string{}
	for _, row := range rows {
		for _, r := range row.letters {
			table[r] = row.plain
		}
	}
	return table
}()
