package prose

import (
	"strings"
	"unicode/utf8"

	"overt/extract/document"
)

// pageSize is about how many characters a page has.
const pageSize = 4000

// A pager cuts a text into pages and says them. Text cut off is said by its
// user.
type pager struct {
	out   document.Sink
	size  int   // characters of a page
	limit int64 // bytes of all pages

	b        strings.Builder
	runes    int // of b
	number   int // of the last page
	said     int64
	letters  bool // something but white space was said
	replaced int  // characters U+FFFD
	cut      bool // text past the limit was left out
}

func newPager(out document.Sink, in document.Input) *pager {
	// Long texts have longer pages, so that there are not too many; half of those
	// allowed are left to form feeds.
	size := max(pageSize, int(in.Size/int64(max(in.Limits.Pages/2, 1))))
	return &pager{out: out, size: min(size, int(in.Limits.PageText/8)+1), limit: in.Limits.Text}
}

// put adds a character, which must be none that a page cannot hold.
func (p *pager) put(r rune) error {
	n := utf8.RuneLen(r)
	if p.cut || p.said+int64(p.b.Len()+n) > p.limit {
		p.cut = true
		return nil
	}
	if r == utf8.RuneError {
		p.replaced++
	}
	p.b.WriteRune(r)
	if p.runes++; p.runes < p.size*5/4 {
		return nil
	}
	return p.split()
}

func (p *pager) puts(s string) error {
	for _, r := range s {
		if err := p.put(r); err != nil {
			return err
		}
	}
	return nil
}

// split says a page of what is there, up to the end of a paragraph, else of a
// line, else of a word.
func (p *pager) split() error {
	s := p.b.String()
	from := offset(s, p.size/2)
	at := len(s)
	for _, end := range []string{"\n\n", "\n", " ", "\t", ",", ">"} {
		if i := strings.LastIndex(s[from:], end); i >= 0 {
			at = from + i + len(end)
			break
		}
	}
	rest := s[at:]
	if err := p.page(s[:at]); err != nil {
		return err
	}
	p.b.WriteString(rest)
	p.runes = utf8.RuneCountInString(rest)
	return nil
}

// offset is where the n-th character of s begins.
func offset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// page says one page and empties what is there.
func (p *pager) page(s string) error {
	p.number++
	p.said += int64(len(s))
	p.b.Reset()
	p.runes = 0
	s = strings.TrimRight(s, " \t\n")
	p.letters = p.letters || s != ""
	return p.out.Page(document.Page{Number: p.number, Text: s, Origin: document.Letters})
}

// end ends the page, be it empty, unless it is the first and nothing stands on
// it.
func (p *pager) end() error {
	if p.number == 0 && p.runes == 0 {
		return nil
	}
	return p.page(p.b.String())
}

// finish ends the last page.
func (p *pager) finish() error {
	if strings.TrimSpace(p.b.String()) == "" {
		return nil
	}
	return p.page(p.b.String())
}

func (p *pager) empty() bool { return !p.letters }
