package charset

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// eastern are the encodings of East Asia that take several bytes for a
// character, and characters that are frequent in the languages written in them;
// kana and Hangul are frequent as a whole. The order breaks ties.
var eastern = []struct {
	name     string
	from, to rune
	frequent string
}{
	{"shift_jis", 0x3040, 0x30ff, "日本人年大一国会中上出生学者月分見行、。の"},
	{"euc-jp", 0x3040, 0x30ff, "日本人年大一国会中上出生学者月分見行、。の"},
	{"gbk", 0, 0, "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么公司于合同，。"},
	{"big5", 0, 0, "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼公司於合同，。"},
	{"euc-kr", 0, 0, "이다는을를에가한고의은로하지서도사기대인자아있시어나그리것수해보일제라부정스상전과와들만게장여원면주니까요"},
}

// multiByte gives the encoding of East Asia in which all of the head is valid
// and a quarter of what is not ASCII is frequent; empty when there is none.
func multiByte(head []byte) string {
	head = head[:min(len(head), 64<<10)]
	best, rate := "", 0.25
	for _, c := range eastern {
		e, err := htmlindex.Get(c.name)
		if err != nil {
			continue
		}
		text, err := e.NewDecoder().Bytes(head)
		if err != nil {
			continue
		}
		frequent := runeSet(c.frequent)
		all, known, wrong := 0, 0, 0
		for i, r := range string(text) {
			switch {
			case r < utf8.RuneSelf:
				continue
			case r == utf8.RuneError && i < len(text)-8: // the last may be cut
				wrong++
			case frequent[r] || r >= c.from && r <= c.to:
				known++
			case r >= 0xff61 && r <= 0xff9f: // half-width kana: any single high byte is one
				wrong++
			}
			all++
		}
		if r := float64(known) / float64(max(all, 1)); all >= 4 && wrong*50 <= all && r > rate {
			best, rate = c.name, r
		}
	}
	return best
}

// isISO2022 goes by the escapes to Japanese and back.
func isISO2022(head []byte) bool {
	return (bytes.Contains(head, []byte("\x1b$B")) || bytes.Contains(head, []byte("\x1b$@"))) && (bytes.Contains(head, []byte("\x1b(B")) || bytes.Contains(head, []byte("\x1b(J")))
}
