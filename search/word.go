package search

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"overt"
)

// wordsOf gives the words of a text as they are searched for. Text that is one
// number written with blanks is that number.
func wordsOf(text string) []Pattern {
	var words []Pattern
	var whole []Token
	last := 0
	Tokens(text, func(t Token) {
		if !t.Extra {
			words = append(words, Pattern{Terms: []string{t.Term}})
			last = t.End
		} else {
			whole = append(whole, t)
		}
	})
	if len(whole) > 0 && whole[0].Pos == 0 && len(words) > 1 && whole[0].Start <= 1 && whole[0].End == last {
		return []Pattern{{Terms: []string{whole[0].Term}}}
	}
	dense := len(words) > 1 && len([]rune(words[len(words)-1].Terms[0])) == 1 && isDense(words[len(words)-1].Terms[0])
	if dense { // the last character alone ends a run: the pair before it holds it
		if prev := []rune(words[len(words)-2].Terms[0]); isDense(string(prev)) && len(prev) == 2 {
			words = words[:len(words)-1]
		}
	}
	return words
}

func isDense(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return classOf(r) == dense
}

// pattern makes a word of an automaton.
func (p *parser) pattern(at int, b *builder) (Pattern, error) {
	if p.patterns++; p.patterns > maxPatterns {
		return Pattern{}, p.errorf(at, "more than %d words with wildcards, edits, expressions or switches", maxPatterns)
	}
	a, err := b.done()
	if err != nil {
		return Pattern{}, p.errorf(at, "%s", err.(*overt.Error).Message)
	}
	return Pattern{Auto: a}, nil
}

func (p *parser) regexp(at int) (*Node, error) {
	rest := p.rest()[1:]
	n := 0
	for n < len(rest) && rest[n] != '/' {
		if rest[n] == '\\' && n+1 < len(rest) {
			n++
		}
		n++
	}
	if n >= len(rest) {
		return nil, p.errorf(at, "a regular expression ends with /; in quotes / is no operator")
	}
	p.at += n + 2
	if n == 0 || n > maxRegexp {
		return nil, p.errorf(at, "a regular expression has 1 to %d bytes", maxRegexp)
	}
	b := newBuilder()
	if err := b.addRegexp(strings.ReplaceAll(rest[:n], `\/`, `/`)); err != nil {
		return nil, p.errorf(at, "%s", err.(*overt.Error).Message)
	}
	w, err := p.pattern(at, b)
	return p.put(&Leaf{Words: []Pattern{w}}), err
}

// plain reads a word with what may stand around it: = before, ~ and ~N behind,
// * and ? within.
func (p *parser) plain(at int, word string) (*Node, error) {
	if exact, ok := strings.CutPrefix(word, "="); ok {
		return p.exact(at, exact)
	}
	body, tail, fuzzy := cutLast(word, '~')
	n := 1
	if fuzzy && tail != "" {
		var err error
		if n, err = strconv.Atoi(tail); err != nil || n < 1 || n > 2 {
			return nil, p.errorf(at, "behind ~ stands how many letters may differ, 1 or 2")
		}
	}
	if strings.ContainsAny(body, "*?") && hasWord(body) {
		if fuzzy {
			return nil, p.errorf(at, "a word has wildcards or ~, not both")
		}
		return p.wildcard(at, body)
	}
	words := wordsOf(body)
	switch {
	case len(words) == 0:
		return nil, p.errorf(at, "%q has no letter or digit to search for", short(word))
	case len(words) > maxPhrase:
		return nil, p.errorf(at, "a word has at most %d parts", maxPhrase)
	case len(words) > 1 && fuzzy:
		return nil, p.errorf(at, "~ stands behind one word, and %q is several", short(body))
	case len(words) > 1:
		return p.put(&Leaf{Words: words}), nil
	}
	var err error
	if fuzzy {
		b := newBuilder()
		b.addFuzzy(words[0].Terms[0], n)
		words[0], err = p.pattern(at, b)
	} else {
		words[0], err = p.switched(at, words[0])
	}
	return p.put(&Leaf{Words: words}), err
}

// switched widens a word by what the query's switches ask for.
func (p *parser) switched(at int, w Pattern) (Pattern, error) {
	term := w.Terms[0]
	if r := []rune(term); len(r) == 1 && classOf(r[0]) == dense {
		b := newBuilder() // it may be the first of a pair
		b.addWildcard(term + "*")
		return p.pattern(at, b)
	}
	if p.q.Stem {
		w.Terms = stems(term)
	}
	if n := edits(term); p.q.Translit || p.q.Fuzzy && n > 0 {
		b := newBuilder()
		for _, t := range w.Terms {
			b.addWord(t)
		}
		if p.q.Fuzzy {
			b.addFuzzy(term, n)
		}
		if p.q.Translit {
			b.addTransliteration(term)
		}
		return p.pattern(at, b)
	}
	return w, nil
}

func (p *parser) exact(at int, word string) (*Node, error) {
	var all []Token
	Tokens(word, func(t Token) {
		if !t.Extra {
			all = append(all, t)
		}
	})
	if len(all) != 1 {
		return nil, p.errorf(at, "= stands before one word")
	}
	return p.put(&Leaf{Words: []Pattern{{Terms: []string{all[0].Term}, Exact: all[0].Exact}}}), nil
}

// wildcard reads a word with * and ?. Other signs part it into a phrase.
func (p *parser) wildcard(at int, body string) (*Node, error) {
	l := &Leaf{}
	parts := strings.FieldsFunc(body, func(r rune) bool { return !isWord(r) && r != '*' && r != '?' })
	for _, part := range parts {
		if !hasWord(part) {
			return nil, p.errorf(at, "* and ? need a letter or digit beside them")
		}
		if len(l.Words) == maxPhrase {
			return nil, p.errorf(at, "a word has at most %d parts", maxPhrase)
		}
		b := newBuilder()
		b.addWildcard(foldAround(part))
		w, err := p.pattern(at, b)
		if err != nil {
			return nil, err
		}
		l.Words = append(l.Words, w)
	}
	return p.put(l), nil
}

// foldAround folds what stands between wildcards; of several * one is left.
func foldAround(part string) string {
	var b strings.Builder
	rest := part
	for rest != "" {
		n := strings.IndexAny(rest, "*?")
		if n < 0 {
			n = len(rest)
		}
		b.WriteString(foldTerm(rest[:n]))
		if n < len(rest) {
			if rest[n] != '*' || !strings.HasSuffix(b.String(), "*") {
				b.WriteByte(rest[n])
			}
			n++
		}
		rest = rest[n:]
	}
	return b.String()
}

func hasWord(s string) bool { return strings.ContainsFunc(s, isWord) }

func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// value reads what a field without words is compared with.
func (p *parser) value(at int, text string) (*Node, error) {
	l := &Leaf{Value: text}
	switch p.field {
	case FieldDate:
		from, to, ranged := strings.Cut(text, "..")
		if !ranged {
			to = from
		}
		for _, d := range []string{from, to} {
			if d != "" && (!isDate(d) || len(d) > 10) || from == "" && to == "" {
				return nil, p.errorf(at, "a date is a year, month or day (2019, 2019-05, 2019-05-31), or two with .. between")
			}
		}
		l.From, l.To = from, to
	case FieldPage:
		from, to, ranged := strings.Cut(text, "..")
		if !ranged {
			to = from
		}
		var err, err2 error
		l.First, err = strconv.Atoi(from)
		l.Last, err2 = strconv.Atoi(to)
		if err != nil || err2 != nil || l.First < 0 || l.Last < 0 {
			return nil, p.errorf(at, "a page is a number, or two with .. between")
		}
	case FieldID, FieldEntity:
		if text == "" {
			return nil, p.errorf(at, "the value is empty")
		}
	case FieldDataset:
	default:
		l.Value = strings.ToLower(text)
	}
	return p.put(l), nil
}
