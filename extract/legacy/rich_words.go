package legacy

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"overt/extract/page"
)

// destinations are the control words that say what the text of their group is
// for; starred ones that are not here are left out, as the specification asks.
var destinations = map[string]where{
	"fonttbl": inFonts, "colortbl": inColours, "info": inInfo, "title": inTitle, "subject": inSubject, "author": inAuthor,
	"operator": inOperator, "keywords": inKeywords, "doccomm": inComment, "comment": inComment, "company": inCompany,
	"manager": inManager, "generator": inGenerator, "creatim": inCreated, "revtim": inRevised,
	"propname": inPropName, "staticval": inPropValue, "fldinst": inCode, "atnauthor": inCommenter, "pict": inPicture,
	"object": inObject, "objdata": inObjData, "result": inText, "fldrslt": inText, "shppict": inText, "shprslt": inNothing,
	"htmltag": inText, "ud": inText, "shptxt": inAside, "footnote": inAside, "annotation": inAside,
	"header": inAside, "headerl": inAside, "headerr": inAside, "headerf": inAside,
	"footer": inAside, "footerl": inAside, "footerr": inAside, "footerf": inAside,
	"stylesheet": inNothing, "filetbl": inNothing, "listtable": inNothing, "listoverridetable": inNothing, "revtbl": inNothing,
	"rsidtbl": inNothing, "themedata": inNothing, "datastore": inNothing, "latentstyles": inNothing, "xmlnstbl": inNothing,
	"nonshppict": inNothing, "nonesttables": inNothing, "mhtmltag": inNothing, "objclass": inNothing, "objname": inNothing, "objalias": inNothing,
	"printim": inNothing, "buptim": inNothing, "hlinkbase": inNothing, "template": inNothing, "falt": inNothing, "panose": inNothing,
	"picprop": inNothing, "sn": inNothing, "sv": inNothing, "pntxta": inNothing, "pntxtb": inNothing, "bkmkstart": inNothing,
	"bkmkend": inNothing, "atnid": inNothing, "atnref": inNothing, "atnicn": inNothing, "atntime": inNothing, "atndate": inNothing, "atnparent": inNothing,
	"atrfstart": inNothing, "atrfend": inNothing, "tc": inCode, "xe": inCode, "fontemb": inNothing, "background": inNothing, "ftnsep": inNothing, "ftnsepc": inNothing,
	"aftnsep": inNothing, "aftnsepc": inNothing, "ftncn": inNothing, "aftncn": inNothing, "colorschememapping": inNothing, "fname": inNothing,
	"pgptbl": inNothing, "private": inNothing, "userprops": inInfo, "upr": inNothing, "shpinst": inText, "shp": inText, "shpgrp": inText, "do": inText, "dptxbxtext": inAside,
	"lsdlockedexcept": inNothing, "defchp": inNothing, "defpap": inNothing, "ffname": inNothing, "formfield": inNothing, "datafield": inNothing, "fldtype": inNothing,
	"pnseclvl": inNothing, "listtext": inLabel, "pntext": inLabel, "mmathPr": inNothing, "oldcprops": inNothing, "oldpprops": inNothing, "oldtprops": inNothing,
}

// signs are the control words that stand for characters.
var signs = map[string]string{
	"line": "\n", "tab": "\t", "nestcell": "\t", "nestrow": "\n", "column": "\n", "softline": "\n", "lbr": "\n",
	"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—",
	"emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005", "zwj": "\u200d", "zwnj": "\u200c", "ltrmark": "\u200e", "rtlmark": "\u200f",
}

// asides are what leads text aside, and how it is called at the foot.
var asides = map[string]string{"footnote": "note", "annotation": "comment", "shptxt": "box", "dptxbxtext": "box"}

func (t *rich) word(word string, number int, has bool) error {
	if s, is := signs[word]; is {
		t.sign(s)
		return nil
	}
	star := t.star
	t.star = false
	if to, is := destinations[word]; is {
		t.flush()
		return t.begin(word, to)
	}
	switch word {
	case "u":
		t.unit(number)
	case "uc":
		t.state.after = max(min(number, 100), 0)
	case "bin":
		return t.binary(int64(number))
	case "par", "page", "sect", "cell", "row":
		t.flush()
		return t.end(word)
	case "pard":
		t.flush()
		t.state.table = false
	case "intbl":
		t.flush()
		t.state.table = true
	case "trowd":
		t.flush()
	case "plain":
		t.flush()
		t.state.hidden, t.state.deleted, t.state.white = false, false, false
		t.state.page = t.fonts[t.deff]
	case "v":
		t.flush()
		t.state.hidden = !has || number != 0
	case "deleted":
		t.flush()
		t.state.deleted = !has || number != 0
	case "sectd":
		t.steady = false
	case "sbknone":
		t.steady = true
	case "cf":
		t.flush()
		t.state.white = number > 0 && number < len(t.colours) && t.colours[number]
	case "htmlrtf":
		t.flush()
		t.state.wrapped = !has || number != 0
	case "chftn":
		t.sign(fmt.Sprintf("[%d]", t.numbers+int(count(!slices.ContainsFunc(t.stack, func(g group) bool { return g.aside == "note" }) && t.state.aside != "note"))))
	default:
		if t.pages(word, number) || t.times(word, number) || t.pictures(word, number) {
			return nil
		}
		if star {
			t.flush()
			return t.begin(word, inNothing)
		}
	}
	return nil
}

// unit adds half a character of Unicode, or a whole one.
func (t *rich) unit(n int) {
	if t.state.to != inNothing && t.state.to != inFonts {
		t.flushBytes()
		if n > 0xFFFF || n < -0x8000 {
			n = 0xFFFD
		}
		t.units = append(t.units, uint16(n))
		if len(t.units) > 16<<10 && n&0xFC00 != 0xD800 {
			t.flushUnits()
		}
	}
	t.skip = t.state.after
}

// pages reads words that say in which code page bytes are.
func (t *rich) pages(word string, n int) bool {
	switch word {
	case "ansicpg":
		if n > 0 {
			t.page = n
		}
	case "mac":
		t.page = 10000
	case "pc":
		t.page = 437
	case "pca":
		t.page = 850
	case "deff":
		t.deff = n
	case "f":
		if t.state.to == inFonts {
			t.font = n
			return true
		}
		t.flush()
		t.state.page = t.fonts[n]
	case "fcharset":
		if page := fontPage(n); page != 0 && t.state.to == inFonts && len(t.fonts) < 1<<16 {
			t.fonts[t.font] = page
		}
	case "cpg":
		if t.state.to == inFonts && n > 0 && len(t.fonts) < 1<<16 {
			t.fonts[t.font] = n
		}
	case "red":
		t.colour[0] = n
	case "green":
		t.colour[1] = n
	case "blue":
		t.colour[2] = n
	default:
		return false
	}
	return true
}

// fontPage gives the code page of a font's character set; 0 for that of the
// document.
func fontPage(n int) int {
	switch n {
	case 77:
		return 10000
	case 128:
		return 932
	case 129:
		return 949
	case 130:
		return 1361
	case 134:
		return 936
	case 136:
		return 950
	case 161:
		return 1253
	case 162:
		return 1254
	case 163:
		return 1258
	case 177:
		return 1255
	case 178, 179, 180:
		return 1256
	case 186:
		return 1257
	case 204:
		return 1251
	case 222:
		return 874
	case 238:
		return 1250
	case 254:
		return 437
	case 255:
		return 850
	}
	return 0
}

func (t *rich) times(word string, n int) bool {
	i := slices.Index([]string{"yr", "mo", "dy", "hr", "min", "sec"}, word)
	if i < 0 {
		return false
	}
	t.stamp[i] = n
	return true
}

// begin begins what a group is for.
func (t *rich) begin(word string, to where) error {
	if t.state.to == inNothing && !(word == "ud" && t.uprAbove()) || len(t.stack) == 0 {
		return nil
	}
	if t.state.to == inPicture || t.state.to == inObjData {
		t.state.to = inNothing
		return nil
	}
	if t.html != nil && to == inAside {
		return nil
	}
	t.state.to, t.state.began = to, true
	switch to {
	case inAside:
		t.beginAside(word)
	case inPicture:
		t.picture = &richPicture{t: t}
	case inObjData:
		t.picture = &richPicture{t: t, data: true}
	case inCreated, inRevised:
		t.stamp = [6]int{}
	case inText:
		t.state.tag = t.state.tag || word == "htmltag"
		t.state.began = false
	case inCode, inPropName, inPropValue:
		t.kept[to] = nil
	}
	return nil
}

// uprAbove says whether the group above gives the same text twice.
func (t *rich) uprAbove() bool {
	n := len(t.stack)
	return n > 0 && t.stack[n-1].to == inNothing && t.stack[n-1].began
}

// maxAsides bounds asides in asides.
const maxAsides = 16

func (t *rich) beginAside(word string) {
	kind := asides[word]
	if kind == "" {
		kind = "margin"
	}
	if len(t.rows) >= maxAsides {
		t.state.to = inText
		return
	}
	if kind == "note" {
		t.numbers++
	}
	t.state.aside = kind
	t.state.table, t.state.hidden, t.state.deleted = false, false, false
	t.rows, t.row = append(t.rows, t.row), richRow{}
	t.r.page.Lead()
}

func (t *rich) endAside(kind string) {
	t.endRow()
	text := strings.TrimSpace(t.r.page.Back())
	t.row, t.rows = t.rows[len(t.rows)-1], t.rows[:len(t.rows)-1]
	mark := fmt.Sprintf("[%d]", t.numbers)
	switch kind {
	case "note":
		t.r.page.Under("%s %s", mark, strings.TrimSpace(strings.TrimPrefix(text, mark)))
	case "comment":
		who := ""
		if t.who != "" {
			who = " by " + t.who
		}
		t.who = ""
		t.r.note("comments", "the page has comments; they stand at the foot")
		t.r.page.Under("Comment%s: %s", who, text)
	case "margin":
		if text != "" && len(t.margins) < 10_000 && !slices.Contains(t.margins, text) {
			t.margins = append(t.margins, text)
		}
	default:
		if text != "" {
			t.r.page.Under("Text box: %s", text)
		}
	}
}

// ended handles the end of a group that was for something.
func (t *rich) ended(g group) error {
	value, label := page.OneLine(string(t.kept[g.to])), string(t.kept[g.to])
	if g.to != inPropName {
		delete(t.kept, g.to)
	}
	switch g.to {
	case inAside:
		if g.aside != "" {
			t.endAside(g.aside)
		}
	case inPicture, inObjData:
		return t.endPicture()
	case inTitle:
		t.r.property("title", value)
	case inSubject, inKeywords:
		t.r.property("keywords", value)
	case inAuthor:
		t.r.property("author", value)
	case inComment:
		t.r.property("summary", value)
	case inGenerator:
		t.r.property("generator", strings.TrimSuffix(value, ";"))
	case inOperator:
		if value != "" {
			t.r.about("last-editor", value)
		}
	case inCompany, inManager:
		if value != "" {
			t.r.about(map[where]string{inCompany: "company", inManager: "manager"}[g.to], value)
		}
	case inCreated:
		t.r.property("authoredAt", t.time())
	case inRevised:
		t.r.property("modifiedAt", t.time())
	case inPropValue:
		t.r.note("custom-property", "%s: %s", page.OneLine(string(t.kept[inPropName])), value)
	case inCode:
		t.put(formula(value))
		t.r.instruction(value)
	case inCommenter:
		t.who = value
	case inLabel:
		t.label = label
	}
	return nil
}

// time gives a time of the document's own clock, as far as it is told.
func (t *rich) time() string {
	s := t.stamp
	if s[0] < 1000 || s[0] > 9999 || s[1] < 1 || s[1] > 12 || s[2] < 1 || s[2] > 31 || s[3] < 0 || s[3] > 23 || s[4] < 0 || s[4] > 59 || s[5] < 0 || s[5] > 59 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", s[0], s[1], s[2], s[3], s[4], s[5])
}

// end handles what ends a paragraph, cell, row or page.
func (t *rich) end(word string) error {
	if t.state.to != inText && t.state.to != inAside && t.state.to != inObject {
		return nil
	}
	p := t.r.page
	if t.label != "" && word != "row" {
		t.put("")
	}
	switch {
	case t.html != nil || t.plain:
		t.putWrapped(map[string]string{"cell": "\t"}[word] + map[bool]string{true: "\n"}[word != "cell"])
		return nil
	case word == "cell" && t.row.open:
		t.endDeleted()
		t.row.cells = append(t.row.cells, cell(p.Back()))
		p.Lead()
		if len(t.row.cells) >= maxCells { // no table is that wide
			t.endRow()
		}
	case word == "cell" && t.state.table:
		t.beginRow()
		return t.end(word)
	case word == "cell":
		p.Put("\t")
	case word == "row" && t.row.open:
		t.endRow()
	case word == "row":
		p.Line()
	case word == "par":
		if !t.state.table && t.row.open {
			t.endRow()
		}
		p.Put("\n")
	case word == "sect" && t.steady || p.Aside() > 0:
		p.Line()
	default:
		t.endDeleted()
		return p.End()
	}
	t.endDeleted()
	return p.Full()
}

func (t *rich) endDeleted() {
	if s := page.OneLine(string(t.gone)); s != "" {
		t.r.note("deleted-text", "the page has text that a revision took away; it stands at the foot")
		t.r.page.Under("Deleted: %s", s)
	}
	t.gone = t.gone[:0]
}

func (t *rich) beginRow() {
	if t.row.number == 0 {
		t.tables++
	}
	t.row.open, t.row.cells = true, nil
	t.r.page.Line()
	t.r.page.Lead()
}

func (t *rich) endRow() {
	if !t.row.open {
		return
	}
	t.row.open = false
	if s := t.r.page.Back(); s != "" {
		t.row.cells = append(t.row.cells, cell(s))
	}
	if len(t.row.cells) > 0 {
		t.row.number++
		t.r.page.Row(fmt.Sprintf("table %d", t.tables), t.row.number, t.row.cells)
	}
	if !t.state.table {
		t.row.number = 0
	}
}

// binary handles bytes that stand as they are: those of a picture or object are
// taken, others are passed over.
func (t *rich) binary(n int64) error {
	n = max(min(n, t.left), 0)
	var err error
	if t.picture != nil && (t.state.to == inPicture || t.state.to == inObjData) {
		_, err = io.CopyN(t.picture, t.in, n)
	} else {
		_, err = io.CopyN(io.Discard, t.in, n)
	}
	t.left -= n
	if t.skip > 0 {
		t.skip--
	}
	return err
}
