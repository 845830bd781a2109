package legacy

import (
	"slices"
	"strings"

	"overt/extract/page"
)

func (sh *worksheet) keepText(text string) {
	if sh.size += int64(len(text)); sh.size > sh.b.r.lim.PageText {
		return // the page has no room for it
	}
	if _, ok := sh.texts[sh.object]; !ok {
		sh.order = append(sh.order, sh.object)
	}
	sh.texts[sh.object] += text
}

func (sh *worksheet) note(body []byte) {
	if len(sh.notes) > 1<<16 {
		return
	}
	n := sheetNote{row: u16(body, 0), column: u16(body, 2)}
	if sh.b.version >= 8 {
		n.object, n.author = u16(body, 6), sh.b.text(body, 8)
	} else if n.text = sh.b.letters(body, 6, max(len(body)-6, 0)); n.row == 0xFFFF && len(sh.notes) > 0 {
		sh.notes[len(sh.notes)-1].text += n.text
		return
	}
	sh.notes = append(sh.notes, n)
}

// link says where a cell's link leads: the address stands behind the class of
// its moniker, [MS-OSHARED] 2.3.7.6.
func (sh *worksheet) link(body []byte) {
	const moniker = "\xE0\xC9\xEA\x79\xF9\xBA\xCE\x11\x8C\x82\x00\xAA\x00\x4B\xA9\x0B"
	_, rest, found := strings.Cut(string(body), moniker)
	if !found || len(rest) < 4 {
		return
	}
	n := min(u32([]byte(rest[:4]), 0), int64(len(rest)-4))
	sh.b.r.note("link", "a link leads to %s", wideZ([]byte(rest[4:4+n])))
}

// chart keeps the texts of a chart.
func (sh *worksheet) chart(id int, body []byte) {
	if id == recSeriesText && len(sh.charts) < 10_000 {
		if s := page.OneLine(sh.b.shortText(body, 2)); s != "" && !slices.Contains(sh.charts, s) {
			sh.charts = append(sh.charts, s)
		}
	}
}

// finish puts what stands beside the cells under the page.
func (sh *worksheet) finish() {
	p := sh.b.r.page
	for _, n := range sh.notes {
		text := n.text
		if n.object != 0 {
			text = sh.texts[n.object]
			delete(sh.texts, n.object)
		}
		who := ""
		if n.author = page.OneLine(n.author); n.author != "" {
			who = " by " + n.author
		}
		p.Under("Comment on %s%d%s: %s", columnName(n.column), n.row+1, who, text)
	}
	if len(sh.notes) > 0 {
		sh.b.r.note("comments", "the sheet has comments; they stand at the foot")
	}
	for _, n := range sh.order {
		if text, ok := sh.texts[n]; ok && strings.TrimSpace(text) != "" {
			p.Under("Text box: %s", text)
		}
	}
	for _, text := range sh.charts {
		p.Under("Chart: %s", text)
	}
	for _, text := range sh.margins {
		p.Under("%s", text)
	}
}

// columnName gives the letters of a column, from 0.
func columnName(n int) string {
	s := ""
	for n++; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// marginText gives a header or footer without its codes, [MS-XLS] 2.4.136.
func marginText(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '&' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == '&':
			b.WriteByte('&')
		case c == '"':
			if n := strings.IndexByte(s[i+1:], '"'); n >= 0 {
				i += n + 1
			}
		case c == 'L', c == 'C', c == 'R':
			b.WriteByte(' ')
		case c >= '0' && c <= '9':
			for i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
				i++
			}
		}
	}
	return page.OneLine(b.String())
}
