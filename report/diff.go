package report

import (
	"strings"

	"overt"
)

// A Line is one line of a comparison: kept (" "), gone ("-") or new ("+").
type Line struct {
	Mark string `json:"mark"`
	Text string `json:"text"`
}

// maxCompared bounds the lines of a text that are compared.
const maxCompared = 4000

// Diff compares two texts line by line. Errors: invalid (too many lines).
func Diff(before, after string) ([]Line, error) {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	if len(a) > maxCompared || len(b) > maxCompared {
		return nil, overt.Errorf(overt.Invalid, "diff", "texts of up to %d lines are compared", maxCompared)
	}
	common := make([][]int16, len(a)+1) // length of what a[i:] and b[j:] have in common
	for i := range common {
		common[i] = make([]int16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	out := []Line{}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, Line{" ", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, Line{"-", a[i]})
			i++
		default:
			out = append(out, Line{"+", b[j]})
			j++
		}
	}
	return out, nil
}
