package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"overt"
	"overt/answer"
	"overt/audit"
)

// A page writes for people: aligned, colour only on a terminal, and nothing
// that a source could use to rewrite the screen.
type page struct {
	w     io.Writer
	color bool
	err   error
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// line writes one line. Text from sources must have passed safe.
func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *page) gap() { p.line("") }

func (p *page) paint(code, s string) string {
	s = audit.Safe(s)
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *page) bold(s string) string { return p.paint("1", s) }
func (p *page) dim(s string) string  { return p.paint("2", s) }
func (p *page) warn(s string) string { return p.paint("33", s) }

// warning writes one doubt.
func (p *page) warning(message, where string) {
	text := "! " + message
	if where != "" && !strings.Contains(message, where) {
		text += " (" + where + ")"
	}
	p.line("  %s", p.warn(text))
}

// cite writes one citation under a value, and below it what is known against
// its source.
func (p *page) cite(indent string, c overt.Citation) {
	quote := "(said of the whole record by the mapping)"
	if c.Quote != "" {
		quote = "“" + short(strings.Join(strings.Fields(c.Quote), " "), 90) + "”"
	}
	p.line("%s%s", indent, p.dim(fmt.Sprintf("↳ %s, run %d  %s", c.String(), c.Run, quote)))
	if c.Doubt != "" {
		p.line("%s  %s", indent, p.warn("! "+c.Doubt))
	}
}

// A table aligns columns; a leading '>' in a head right-aligns its column.
type table struct {
	heads []string
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (p *page) table(t *table) {
	widths := make([]int, len(t.heads))
	heads := make([]string, len(t.heads))
	right := make([]bool, len(t.heads))
	for i, h := range t.heads {
		right[i] = strings.HasPrefix(h, ">")
		heads[i] = strings.TrimPrefix(h, ">")
		widths[i] = utf8.RuneCountInString(heads[i])
	}
	for _, r := range t.rows {
		for i := range r {
			r[i] = audit.Safe(r[i])
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	format := func(cells []string) string {
		var b strings.Builder
		for i, c := range cells {
			if i > 0 {
				b.WriteString("  ")
			}
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			switch {
			case right[i]:
				b.WriteString(pad + c)
			case i == len(cells)-1:
				b.WriteString(c)
			default:
				b.WriteString(c + pad)
			}
		}
		return b.String()
	}
	p.line("  %s", p.dim(format(heads)))
	for _, r := range t.rows {
		p.line("  %s", format(r))
	}
}

// grouped writes a decimal with thin grouping for reading: 84,106,833.30.
func grouped(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, frac, has := strings.Cut(s, ".")
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if has {
		return sign + b.String() + "." + frac
	}
	return sign + b.String()
}

func count(n int64) string { return grouped(fmt.Sprint(n)) }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(int64(n)) + " " + many
}

// safe shows text of a source without colour.
func (p *page) safe(s string) string { return audit.Safe(s) }

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// bare is a reason without the file's name before it, for lines that begin with it.
func bare(reason, source string) string { return strings.TrimPrefix(reason, source+": ") }

// notSeenPage names the first file of each reason and counts the others. What a
// reason says in brackets, such as the columns of one file, does not part them.
func notSeenPage(p *page, list []answer.NotSeen) {
	var order []string
	alike := map[string][]answer.NotSeen{}
	for _, n := range list {
		why, _, _ := strings.Cut(bare(n.Reason, n.Source), " (")
		why, _, _ = strings.Cut(string(n.Verdict)+": "+why, "; write ")
		if alike[why] == nil {
			order = append(order, why)
		}
		alike[why] = append(alike[why], n)
	}
	for i, why := range order {
		if i == 5 {
			p.line("  %s", p.dim(fmt.Sprintf("… and other reasons for which files were not seen (%d); overt coverage", len(order)-5)))
			return
		}
		first := alike[why][0]
		which := fmt.Sprintf("%s of %s", first.Source, first.Dataset)
		if n := len(alike[why]) - 1; n > 0 {
			which += " and " + plural(n, "other file", "other files")
		}
		p.warning("not seen: "+which+" ("+why+")", "")
	}
}
