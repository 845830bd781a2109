package report

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A Text is a report as its marks say it.
type Text struct {
	Blocks []Block

	told []told // what Find looks in, once it was asked
}

// told is a block without marks, and where its sentences begin in it.
type told struct {
	words  string
	begins []int
}

// A Block is a heading, a paragraph, an item of a list, a quotation, a row of a table,
// or a view of the case in its place.
type Block struct {
	Kind      string // h2, h3, p, li, quote, head, row, table, picture
	Line      int    // where it begins, from 1
	Sentences []Sentence
	View      string // the item of a table or picture
}

// A Sentence is what stands between two full stops, with the cites behind it.
type Sentence struct {
	Line  int // of its first character
	Spans []Span
}

// A Span is words of one kind, or a cite.
type Span struct {
	Text        string
	Strong, Em  bool
	Cell        bool   // a cell of a row begins here
	Claim, Cite string // of a cite: the claim, and one cite of it or "" for all
}

// Words are the sentence without its cites.
func (s *Sentence) Words() string {
	var b strings.Builder
	for _, x := range s.Spans {
		if x.Cell && b.Len() > 0 {
			b.WriteString(" | ")
		}
		b.WriteString(x.Text)
	}
	return strings.TrimSpace(b.String())
}

// Cites are the cites of the sentence.
func (s *Sentence) Cites() (out []Span) {
	for _, x := range s.Spans {
		if x.Claim != "" {
			out = append(out, x)
		}
	}
	return out
}

// Claims lists the claims that a text cites, in the order it cites them.
func (t *Text) Claims() (out []string) {
	for _, s := range t.sentences() {
		for _, c := range s.Cites() {
			if !slices.Contains(out, c.Claim) {
				out = append(out, c.Claim)
			}
		}
	}
	return out
}

func (t *Text) sentences() (out []*Sentence) {
	for i := range t.Blocks {
		for j := range t.Blocks[i].Sentences {
			out = append(out, &t.Blocks[i].Sentences[j])
		}
	}
	return out
}

// Plain is a piece of a text without its marks, as Find looks for it.
func Plain(piece string) string {
	var all []string
	for _, s := range Parse(piece).sentences() {
		all = append(all, s.plain())
	}
	return strings.TrimSpace(strings.Join(all, " "))
}

// Find is the sentence in which words of one block begin, nil where they do not stand
// in the text. Marks, cites, and how it is broken into lines do not matter. It is not safe
// for concurrent use.
func (t *Text) Find(words string) *Sentence {
	if words = Plain(words); words == "" {
		return nil
	}
	for i := len(t.told); i < len(t.Blocks); i++ {
		var said strings.Builder
		var begins []int
		for j := range t.Blocks[i].Sentences {
			begins = append(begins, said.Len())
			said.WriteString(t.Blocks[i].Sentences[j].plain() + " ")
		}
		t.told = append(t.told, told{said.String(), begins})
	}
	for i, b := range t.told {
		if at := strings.Index(b.words, words); at >= 0 {
			n, _ := slices.BinarySearch(b.begins, at+1)
			return &t.Blocks[i].Sentences[n-1]
		}
	}
	return nil
}

var closeUp = strings.NewReplacer(" .", ".", " ,", ",", " ;", ";", " :", ":", " !", "!", " ?", "?")

// plain are the words with single blanks, and none where a cite stood before a stop.
func (s *Sentence) plain() string { return closeUp.Replace(bare(s.Words())) }

// Parse reads a text. Every text can be read: what is no mark is words.
//
//	# Heading, ## Smaller heading
//	- item of a list
//	> quotation
//	**strong**, *with stress*
//	[@k3f9a2]        cites a claim with all it rests on
//	[@k3f9a2/p7c1m4] cites a claim with one of its cites
//	| a | b |        row of a table; one of dashes makes the row before it its head
//	[@v8d2h5 table]  on a line of its own: the table of a view of the case
//	[@v8d2h5 picture]  likewise its picture
//
// Blocks are parted by empty lines; headings, rows, views, and items of lists, by
// lines.
func Parse(text string) *Text {
	t := &Text{}
	kind, first, gathered := "p", 0, []string{}
	flush := func() {
		if len(gathered) > 0 {
			t.Blocks = append(t.Blocks, Block{Kind: kind, Line: first, Sentences: sentences(gathered, first)})
		}
		kind, gathered = "p", nil
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.TrimSuffix(line, "\r"))
		mark, rest := markOf(line)
		if line == "" || whole(line) || mark != "" && (mark != "quote" || kind != "quote") {
			flush()
		}
		if line == "" || t.line(line, i+1) {
			continue
		}
		if len(gathered) == 0 {
			first = i + 1
			if mark != "" {
				kind = mark
			}
		}
		gathered = append(gathered, rest)
		if mark == "h2" || mark == "h3" {
			flush()
		}
	}
	flush()
	return t
}

var placing = regexp.MustCompile(`^\[@([0-9a-hjkmnp-tv-z]{6}) (table|picture)\]$`)

// whole says whether a line is a block by itself: a row, or a view.
func whole(line string) bool {
	return placing.MatchString(line) || len(line) > 2 && line[0] == '|' && line[len(line)-1] == '|'
}

// line adds a line that is a block by itself, if it is one.
func (t *Text) line(line string, n int) bool {
	if m := placing.FindStringSubmatch(line); m != nil {
		t.Blocks = append(t.Blocks, Block{Kind: m[2], Line: n, View: m[1]})
		return true
	}
	if !whole(line) {
		return false
	}
	if last := len(t.Blocks) - 1; strings.Trim(line, "|-: ") == "" {
		if last >= 0 && t.Blocks[last].Kind == "row" && t.Blocks[last].Line == n-1 {
			t.Blocks[last].Kind = "head"
		}
		return true
	}
	row := Sentence{Line: n}
	for _, cell := range strings.Split(line[1:len(line)-1], "|") {
		row.Spans = append(append(row.Spans, Span{Cell: true}), spans(strings.TrimSpace(cell))...)
	}
	t.Blocks = append(t.Blocks, Block{Kind: "row", Line: n, Sentences: []Sentence{row}})
	return true
}

// Views lists the views that a text places, in the order it places them.
func (t *Text) Views() (out []string) {
	for _, b := range t.Blocks {
		if b.View != "" && !slices.Contains(out, b.View) {
			out = append(out, b.View)
		}
	}
	return out
}

var marks = []struct{ begins, kind string }{{"## ", "h3"}, {"# ", "h2"}, {"- ", "li"}, {"> ", "quote"}}

func markOf(line string) (kind, rest string) {
	for _, m := range marks {
		if rest, ok := strings.CutPrefix(line, m.begins); ok {
			return m.kind, strings.TrimSpace(rest)
		}
	}
	return "", line
}

var citing = regexp.MustCompile(`\[@([0-9a-hjkmnp-tv-z]{6})(?:/([0-9a-hjkmnp-tv-z]{6}))?\]`)

// sentences parts the lines of a block.
func sentences(lines []string, first int) (out []Sentence) {
	text := strings.Join(lines, "\n")
	for from := 0; from < len(text); {
		end := from + sentenceEnd(text[from:])
		if words := text[from:end]; strings.TrimSpace(words) != "" {
			lead := len(words) - len(strings.TrimLeft(words, " \n"))
			line := first + strings.Count(text[:from+lead], "\n")
			out = append(out, Sentence{line, spans(strings.ReplaceAll(words[lead:], "\n", " "))})
		}
		from = end
	}
	return out
}

var stop = regexp.MustCompile(`[.!?]["”’)]*(?:\s*\[@[0-9a-z/]+\])*(?:\s+|$)`)

// sentenceEnd is where the first sentence ends: behind a full stop and the cites that
// follow it, where what comes next begins like a sentence.
func sentenceEnd(text string) int {
	for from := 0; ; {
		at := stop.FindStringIndex(text[from:])
		if at == nil {
			return len(text)
		}
		from += at[1]
		next := strings.TrimLeft(text[from:], `"“‘(*[`)
		if next == "" || !unicode.IsLower([]rune(next)[0]) {
			return from
		}
	}
}

var stress = regexp.MustCompile(`\*\*([^*]+)\*\*|\*([^*\s](?:[^*]*[^*\s])?)\*`)

// spans reads cites and stress of a sentence.
func spans(text string) (out []Span) {
	from := 0
	for _, m := range citing.FindAllStringSubmatchIndex(text, -1) {
		out = stressed(out, text[from:m[0]])
		c := Span{Claim: text[m[2]:m[3]]}
		if m[4] >= 0 {
			c.Cite = text[m[4]:m[5]]
		}
		out, from = append(out, c), m[1]
	}
	return stressed(out, text[from:])
}

func stressed(out []Span, text string) []Span {
	add := func(s Span) {
		if s.Text != "" {
			out = append(out, s)
		}
	}
	from := 0
	for _, m := range stress.FindAllStringSubmatchIndex(text, -1) {
		add(Span{Text: text[from:m[0]]})
		if m[2] >= 0 {
			add(Span{Text: text[m[2]:m[3]], Strong: true})
		} else {
			add(Span{Text: text[m[4]:m[5]], Em: true})
		}
		from = m[1]
	}
	add(Span{Text: text[from:]})
	return out
}
