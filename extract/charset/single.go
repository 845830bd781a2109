package charset

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// candidate is a single-byte encoding and the letters that the languages
// written in it use often; those are what tells the encodings apart.
type candidate struct {
	name    string
	m       *charmap.Charmap
	letters string
	prior   float64
}

const (
	western  = "éèêëàâçùûüöäßñóíáúãõôîïæøåìòÉÈÀÇÜÖÄÑÓÍÁÚÅØ"
	central  = "ąćęłńóśźżčďěňřšťůýžáéíúőűöüäăâîșțşţđĄĆĘŁŃŚŹŻČŘŠŽÁÉÍÓÚŐŰŞŢ"
	cyrillic = "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ"
	arabic   = "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإؤئآ"
	greek    = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
)

// punctuation that word processors put in, as against C1 controls.
const typographic = "‘’“”–—…•€™®©§°·«»¿¡£\u00a0"

// The order breaks ties: what is commonest first.
var candidates = []candidate{
	{Windows1252, charmap.Windows1252, western, 0.05},
	{"macintosh", charmap.Macintosh, western, 0},
	{"windows-1250", charmap.Windows1250, central, 0},
	{"iso-8859-2", charmap.ISO8859_2, central, 0},
	{"windows-1251", charmap.Windows1251, cyrillic, 0},
	{"koi8-r", charmap.KOI8R, cyrillic, 0},
	{"iso-8859-5", charmap.ISO8859_5, cyrillic, 0},
	{"windows-1253", charmap.Windows1253, greek, 0},
	{"windows-1256", charmap.Windows1256, arabic, 0},
}

// singleByte gives the encoding whose reading of the high bytes looks most
// like words: frequent letters next to letters, small ones inside words,
// punctuation outside. ISO-8859-1 has no entry of its own, for Windows-1252
// reads it all (the WHATWG encoding standard treats them as one).
func singleByte(head []byte) (name string, sure float64) {
	best, second := -1e9, -1e9
	runs := inRuns(head)
	for _, c := range candidates {
		s := c.rate(head)
		if runs && (c.letters == western || c.letters == central) {
			s -= 0.5 // where letters of ASCII are mixed in everywhere
		}
		if s > best {
			name, best, second = c.name, s, best
		} else if s > second {
			second = s
		}
	}
	return name, min(0.95, max(0.5, 0.6+(best-second)/2))
}

// inRuns says whether the high bytes stand mostly between others, as the letters
// of scripts other than Latin do.
func inRuns(head []byte) bool {
	all, within := 0, 0
	for i, b := range head {
		if b < utf8.RuneSelf {
			continue
		}
		all++
		if i > 0 && i+1 < len(head) && head[i-1] >= utf8.RuneSelf && head[i+1] >= utf8.RuneSelf {
			within++
		}
	}
	return all >= 8 && within*5 > all*2
}

func (c *candidate) rate(head []byte) float64 {
	frequent := runeSet(c.letters)
	marks := runeSet(typographic)
	sum, n := 0.0, 0
	for i, b := range head {
		if b < utf8.RuneSelf {
			continue
		}
		n++
		sum += rateRune(c.m, head, i, frequent, marks)
	}
	if n == 0 {
		return c.prior
	}
	return sum/float64(n) + c.prior
}

func rateRune(m *charmap.Charmap, head []byte, i int, frequent, marks map[rune]bool) float64 {
	r := m.DecodeByte(head[i])
	before, after := ' ', ' '
	if i > 0 {
		before = m.DecodeByte(head[i-1])
	}
	if i+1 < len(head) {
		after = m.DecodeByte(head[i+1])
	}
	inWord := unicode.IsLetter(before) || unicode.IsLetter(after)
	switch {
	case r == utf8.RuneError || unicode.IsControl(r):
		return -2
	case unicode.IsLetter(r) && unicode.IsUpper(r) && unicode.IsLower(before):
		return -1
	case frequent[r] && inWord:
		return 1
	case unicode.IsLetter(r) && inWord:
		return 0.1
	case marks[r]:
		return 0.6
	case unicode.IsLetter(r):
		return -0.2
	}
	return -0.5
}

func runeSet(s string) map[rune]bool {
	set := make(map[rune]bool, len(s))
	for _, r := range s {
		set[r] = true
	}
	return set
}
