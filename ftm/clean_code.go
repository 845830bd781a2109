package ftm

import (
	"errors"
	"strings"
	"sync"
)

// cleanLanguage gives the ISO 639-3 code of one of the model's languages, from
// that code, the two-letter code, the bibliographic code of ISO 639-2, a tag
// such as en-US, or the English name.
func cleanLanguage(t *Type, value string, _ CleanOptions) (string, error) {
	value = squash(value)
	if value == "" {
		return "", errEmpty
	}
	code := strings.ToLower(value)
	for _, try := range []string{code, firstSubtag(code)} {
		if _, ok := t.Values[try]; ok {
			return try, nil
		}
		if long, ok := languageIndex()[try]; ok {
			return long, nil
		}
	}
	if long, ok := languageIndex()[Fold(value)]; ok {
		return long, nil
	}
	return "", errors.New("not the code or name of a language in the list")
}

func firstSubtag(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i > 0 {
		return tag[:i]
	}
	return tag
}

var languageIndex = sync.OnceValue(func() map[string]string {
	index := map[string]string{}
	for code, name := range Default().Type("language").Values {
		index[Fold(name)] = code
	}
	for pair := range strings.FieldsSeq(languageCodes) {
		short, code, _ := strings.Cut(pair, ":")
		index[short] = code
	}
	return index
})

// languageCodes are ISO 639-1 codes, 639-2/B codes and a few members of
// macrolanguages, of the languages in the model.
const languageCodes = `
af:afr ar:ara az:aze be:bel bn:ben bs:bos bg:bul ca:cat cs:ces da:dan de:deu el:ell en:eng et:est fa:fas fi:fin fr:fra
he:heb iw:heb hi:hin hr:hrv hu:hun hy:hye id:ind in:ind is:isl it:ita ja:jpn kn:kan ka:kat kk:kaz km:khm ky:kir ko:kor
lv:lav lt:lit lb:ltz mk:mkd mt:mlt mn:mon ms:msa my:mya ne:nep nl:nld no:nor nb:nor nn:nor nob:nor nno:nor pl:pol
pt:por ro:ron ru:rus sk:slk sl:slv es:spa sq:sqi sr:srp sw:swa sv:swe tg:tgk tl:tgl tk:tuk tr:tur uk:ukr ur:urd uz:uzb
zh:zho cmn:zho bengali:ben farsi:fas arm:hye bur:mya chi:zho cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell
ice:isl mac:mkd may:msa per:fas rum:ron slo:slk alb:sqi`

// cleanIBAN checks country, length and check digits (ISO 13616, ISO 7064
// MOD 97-10) and gives the number in capitals without blanks.
func cleanIBAN(_ *Type, value string, _ CleanOptions) (string, error) {
	value = strings.ToUpper(codeSigns.Replace(squash(value)))
	value = strings.TrimPrefix(value, "IBAN")
	value = strings.TrimPrefix(value, ":")
	if len(value) < 5 || !isUpperAlnum(value) {
		return "", errors.New("not letters and digits")
	}
	length, ok := ibanLengths()[value[:2]]
	if !ok {
		return "", errors.New("its country has no such numbers")
	}
	if len(value) != length {
		return "", errors.New("length does not fit its country")
	}
	if mod97(value[4:]+value[:4]) != 1 {
		return "", errCheckDigit
	}
	return value, nil
}

// mod97 reads letters as 10 to 35 (ISO 7064).
func mod97(s string) int {
	n := 0
	for i := range len(s) {
		if c := s[i]; c >= 'A' {
			n = (n*100 + int(c-'A') + 10) % 97
		} else {
			n = (n*10 + int(c-'0')) % 97
		}
	}
	return n
}

func isUpperAlnum(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}

var ibanLengths = sync.OnceValue(func() map[string]int {
	lengths := map[string]int{}
	for row := range strings.SplitSeq(strings.TrimSpace(ibanRegistry), "\n") {
		length, countries, _ := strings.Cut(row, ":")
		for country := range strings.FieldsSeq(countries) {
			lengths[country] = int(length[0]-'0')*10 + int(length[1]-'0')
		}
	}
	return lengths
})

// ibanRegistry gives the length of account numbers by country (SWIFT, IBAN
// Registry).
const ibanRegistry = `
15:NO
16:BE
18:DK FI FK FO GL NL SD
19:MK SI
20:AT BA EE KZ LT LU MN XK
21:CH HR LI LV
22:BG BH CR DE GB GE IE ME RS VA
23:AE GI IL IQ OM SO TL
24:AD CZ ES MD PK RO SA SE SK TN VG
25:LY PT ST
26:IS TR
27:BI DJ FR GR IT MC MR SM
28:AL AZ BY CY DO GT HN HU LB NI PL SV
29:BR EG PS QA UA
30:JO KW MU YE
31:MT SC
32:LC
33:RU`
