package name

import (
	"slices"
	"strings"
	"unicode"
)

// unglue parts a legal form that was written onto the name: "SiemensAG".
func unglue(pieces []piece) []piece {
	if len(pieces) == 0 {
		return pieces
	}
	last := pieces[len(pieces)-1]
	runes := []rune(last.text)
	for i := len(runes) - 1; i >= 3; i-- {
		if !unicode.IsUpper(runes[i]) || !unicode.IsLower(runes[i-1]) {
			continue
		}
		tail := string(runes[i:])
		if r := render(tail); known().legal[r.norm].compare != "" {
			head := string(runes[:i])
			out := append(slices.Clone(pieces[:len(pieces)-1]), last, piece{text: tail, rend: r})
			out[len(out)-2].text, out[len(out)-2].rend = head, render(head)
			return out
		}
		break
	}
	return unglueHan(pieces)
}

// unglueHan parts the legal form from a Chinese, Japanese or Korean name, which
// is written without blanks.
func unglueHan(pieces []piece) []piece {
	if len(pieces) != 1 {
		return pieces
	}
	runes := []rune(pieces[0].text)
	if len(runes) < 4 || runes[0] < 0x2E80 {
		return pieces
	}
	for n := min(8, len(runes)-2); n >= 2; n-- {
		tail := len(runes) - n
		for _, part := range [][2][]rune{{runes[tail:], runes[:tail]}, {runes[:n], runes[n:]}} {
			form, rest := string(part[0]), string(part[1])
			if r := render(form); known().legal[r.norm].compare != "" {
				return []piece{{text: rest, rend: render(rest)}, {text: form, rend: r, dot: true}}
			}
		}
	}
	return pieces
}

// stripLegal takes legal forms off the end, and off the front, and keeps the
// first that was found as the form's own. Something always remains.
func (f *Form) stripLegal(pieces []piece, h Hint) []piece {
	quiet := isUpper(pieceText(pieces)) || !hasUpper(pieces)
	for range 3 {
		n := legalAt(pieces, h, quiet)
		if n == 0 {
			break
		}
		f.setLegal(pieces[len(pieces)-n:], h)
		pieces = pieces[:len(pieces)-n]
		for len(pieces) > 1 && known().joiner[pieces[len(pieces)-1].rend.norm] {
			pieces = pieces[:len(pieces)-1] // "and" of "and Company"
		}
	}
	if len(pieces) == 0 {
		return pieces
	}
	for n := min(known().legalBegins[head(pieces[0].rend.norm)], len(pieces)-1); n > 0; n-- {
		if key := joinPieces(pieces[:n]); known().legalFirst[key] && (known().legalFirstPlain[key] || !isPlain(pieces[0].text)) {
			f.setLegal(pieces[:n], h)
			return pieces[n:]
		}
	}
	return pieces
}

func hasUpper(pieces []piece) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool { return strings.ToLower(p.text) != p.text })
}

func joinPieces(pieces []piece) string {
	if len(pieces) == 1 {
		return pieces[0].rend.norm
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.rend.norm)
	}
	return b.String()
}

// legalAt gives how many words at the end are a legal form. quiet says that the
// case of letters tells nothing.
func legalAt(pieces []piece, h Hint, quiet bool) int {
	k := known()
	if len(pieces) == 0 {
		return 0
	}
	last := pieces[len(pieces)-1].rend.norm
	most := k.legalEnds[tail(last)]
	if len(last) < 2 {
		most = 5
	}
	for n := min(most, len(pieces)-1); n > 0; n-- {
		tail := pieces[len(pieces)-n:]
		key := joinPieces(tail)
		if _, ok := k.legal[key]; ok {
			p := tail[0]
			if n > 1 || len(key) > 2 || quiet || p.dot || isUpper(p.text) || k.legalCase[p.text] {
				return n
			}
		}
		for _, c := range h.Countries {
			if _, ok := k.byCountry[c][key]; ok && (n > 1 || len(key) > 3 || isUpper(tail[0].text)) {
				return n
			}
		}
	}
	return 0
}

func (f *Form) setLegal(pieces []piece, h Hint) {
	key := joinPieces(pieces)
	form, ok := known().legal[key]
	for i := 0; !ok && i < len(h.Countries); i++ {
		form, ok = known().byCountry[h.Countries[i]][key]
	}
	if f.Legal == "" || f.Class == "" || f.Class == "corp" && form.class != "" { // "Co., Ltd." is Ltd.
		if f.Legal == "" || form.class != "corp" {
			f.Legal, f.Class = form.compare, form.class
		}
	}
	if f.legalInitial == 0 && key != "" {
		f.legalInitial = key[0]
	}
}
