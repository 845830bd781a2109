package report

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"overt/casefile"
)

// A Sum is a number of a claim that is added up from the rows it cites, or an amount in
// a row of a view with all its parts. Whoever has the
// rows can add them again.
type Sum struct {
	Claim  string `json:"claim,omitempty"`
	View   string `json:"view,omitempty"`
	Row    int    `json:"row,omitempty"` // of the view, from 1
	Number string `json:"number"`        // as casefile.Numbers writes it
	Total  string `json:"total"`         // of Rows, exactly
	How    string `json:"how"`           // same, rounded, differs
	Rows   []Row  `json:"rows"`
}

// of names what a sum is of.
func (s *Sum) of() string {
	if s.View != "" {
		return fmt.Sprintf("row %d of the view %s", s.Row, s.View)
	}
	return "claim " + s.Claim
}

// A Row is one summand.
type Row struct {
	Passage string `json:"passage,omitempty"`
	Part    int    `json:"part,omitempty"` // of the row of the view, from 1
	Amount  string `json:"amount"`
}

// sumsOf adds up, for each number of a claim that several cites are said to bear, what
// stands in them. Where one of them has no single number, nothing is added.
func sumsOf(c *Claim, all []Passage) (out []Sum) {
	for _, number := range casefile.Numbers(c.Text) {
		s := Sum{Claim: c.Item, Number: number}
		total, adds := new(big.Rat), true
		for i := range all {
			p := &all[i]
			if !slices.Contains(c.Passages, p.Item) || !slices.Contains(normal(p.For), number) {
				continue
			}
			has := casefile.Numbers(firstOf(p.Value, p.Quote))
			if len(has) != 1 {
				adds = false
				break
			}
			row := Row{Passage: p.Item, Amount: has[0]}
			if negative(firstOf(p.Value, p.Quote)) {
				row.Amount = "-" + row.Amount
			}
			amount, _ := new(big.Rat).SetString(row.Amount)
			total.Add(total, amount)
			s.Rows = append(s.Rows, row)
		}
		if !adds || len(s.Rows) < 2 {
			continue
		}
		s.Total, s.How = decimal(total), likeness(number, total)
		out = append(out, s)
	}
	return out
}

// sums adds up again, for each row of a view that has parts, what they are. Here nothing
// is rounded.
func (v *View) sums() (out []Sum) {
	for i := range v.Rows {
		of := v.Rows[i].Sum
		if of == nil {
			continue
		}
		s := Sum{View: v.Item, Row: i + 1, Number: of.Amount, How: "differs"}
		total, adds := new(big.Rat), true
		for k, p := range of.Parts {
			amount, ok := exact(p.Amount)
			if adds = adds && ok; !adds {
				break
			}
			total.Add(total, amount)
			s.Rows = append(s.Rows, Row{Part: k + 1, Amount: p.Amount})
		}
		if adds {
			s.Total = decimal(total)
			if n, ok := exact(of.Amount); ok && n.Cmp(total) == 0 {
				s.How = "same"
			}
		}
		out = append(out, s)
	}
	return out
}

var decimals = regexp.MustCompile(`^-?[0-9]{1,400}(\.[0-9]{1,400})?$`)

// exact reads a decimal of a file that may be anybody's: no exponents, no fractions.
func exact(s string) (*big.Rat, bool) {
	if !decimals.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// normal writes numbers as casefile.Numbers does.
func normal(numbers []string) (out []string) {
	for _, n := range numbers {
		out = append(out, casefile.Numbers(n)...)
	}
	return out
}

func firstOf(value, quote string) string {
	if len(casefile.Numbers(value)) == 1 {
		return value
	}
	return quote
}

// besideAmount is what a cell may have beside its amount.
var besideAmount = regexp.MustCompile(`\p{Sc}|\s|\b[A-Z]{3}\b`)

// takenBack is an amount below zero, as cells write it.
var takenBack = regexp.MustCompile(`^(?:[-−–][\d.,'’]+|[\d.,'’]+[-−–]|\([\d.,'’]+\))$`)

// negative says whether a cell is an amount below zero: a minus before or behind it, or
// brackets around it. In a sentence they mean something else.
func negative(cell string) bool {
	return takenBack.MatchString(besideAmount.ReplaceAllString(cell, ""))
}

func decimal(r *big.Rat) string {
	digits, _ := r.FloatPrec()
	return r.FloatString(digits)
}

// likeness says how a number stands to a total: zeros at its end may be rounding.
func likeness(number string, total *big.Rat) string {
	n, ok := new(big.Rat).SetString(number)
	if !ok {
		return "differs"
	}
	if n.Cmp(total) == 0 {
		return "same"
	}
	step := new(big.Rat).SetInt64(1)
	if _, decimals, has := strings.Cut(number, "."); has {
		step.SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(decimals))), nil))
	} else {
		zeros := len(number) - len(strings.TrimRight(number, "0"))
		step.SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(zeros)), nil))
	}
	off := new(big.Rat).Sub(n, total)
	if off.Abs(off).Cmp(step.Quo(step, big.NewRat(2, 1))) <= 0 {
		return "rounded"
	}
	return "differs"
}
