package resolve

import (
	"encoding/json"
	"testing"
)

// FuzzJoined: no two texts that claim to be halves of a judgement do harm.
func FuzzJoined(f *testing.F) {
	left, right, err := JudgementShares(someJudgement())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(left[len(left)-1].Value, right[len(right)-1].Value)
	f.Add("1:", "2:")
	f.Add("1:00", "1:00")
	f.Fuzz(func(t *testing.T, a, b string) {
		fields := joined([]string{a, b})
		if _, err := json.Marshal(fields); err != nil {
			t.Fatal(err)
		}
		if j := heard("judgement-x", fields); j != nil && j.Check() != nil {
			t.Errorf("%+v is taken for a judgement", j)
		}
	})
}
