package pipeline_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"overt/gate"
	"overt/internal/decimal"
	"overt/internal/hometest"
	"overt/money"
	"overt/pipeline"
	"overt/statement"
)

var tenColumns = []string{
	"Agency", "Award ID", "Recipient Name", "Federal Action Obligation", "Action Date", "Modification",
	"Product/Service Description", "NAICS Description", "Transaction Description", "Generated Award ID",
}

// actions invents contract actions of two agencies, none twice.
func actions(rng *rand.Rand, n int) (rows [][]string, total decimal.Decimal) {
	for i := range n {
		code, agency := "7012", "ICE"
		if rng.IntN(2) == 0 {
			code, agency = "7014", "CBP"
		}
		piid := fmt.Sprintf("70B03C21F%08d", i/3)
		amount := decimal.New(rng.Int64N(2_000_000)-500_000, rng.IntN(3))
		total = total.Add(amount)
		rows = append(rows, []string{
			agency, piid, fmt.Sprintf("VENDOR %d, INC.", rng.IntN(9)), amount.String(), fmt.Sprintf("2021-%02d-11", 1+rng.IntN(9)),
			fmt.Sprintf("P%05d", i%3), "THINGS", "MAKING THINGS", "THINGS FOR THE OFFICE", fmt.Sprintf("CONT_AWD_%s_%s_-NONE-_-NONE-", piid, code),
		})
	}
	return rows, total
}

func table(rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(tenColumns)
	_ = w.WriteAll(rows)
	return b.Bytes()
}

// However often a row is told, in however many files and orders, its money
// counts once. A row that stands in one file more than once is a repeat; that a
// later file tells it again is only a newer telling.
func TestRepeatsNeverChangeTheTotal(t *testing.T) {
	rounds := 30
	if testing.Short() {
		rounds = 5
	}
	for seed := range rounds {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		rows, total := actions(rng, 30+rng.IntN(60))
		files := make([][][]string, 1+rng.IntN(4))
		for _, r := range rows {
			where := rng.IntN(len(files))
			files[where] = append(files[where], r)
			for rng.IntN(4) == 0 {
				again := rng.IntN(len(files))
				files[again] = append(files[again], r)
			}
		}
		repeats := 0
		for _, r := range rows {
			newest := 0
			for _, f := range files { // imported in this order
				if n := times(f, r); n > 0 {
					newest = n
				}
			}
			repeats += newest - 1
		}
		home := hometest.Memory(t)
		for i, rows := range files {
			rng.Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
			rep := home.Import(t, pipeline.Request{
				Dataset: fmt.Sprintf("set%d", i%2), Format: "usaspending-transactions",
				Files: []pipeline.Embedded{{Name: fmt.Sprintf("file%d.csv", i), Data: table(rows)}},
			})
			distinct := map[string]bool{}
			for _, r := range rows {
				distinct[strings.Join(r, "|")] = true
			}
			if got, want := rep.Files[0].Repeats, int64(len(rows)-len(distinct)); got != want {
				t.Errorf("seed %d: the ledger counts %d repeats in file %d, want %d", seed, got, i, want)
			}
		}
		sum := hometest.Known(t, home, func(ctx context.Context, d *gate.Desk) (*money.Answer, error) {
			return money.NewLedger(d.View, d.Graph).Sum(ctx, money.Query{AsOf: statement.NoDay, By: money.ByYear})
		})
		if sum.Total.Cmp(total) != 0 || sum.Count != len(rows) {
			t.Fatalf("seed %d: %s in %d actions, want %s in %d", seed, sum.Total, sum.Count, total, len(rows))
		}
		if sum.Repeats != repeats {
			t.Errorf("seed %d: %d repeats, want %d", seed, sum.Repeats, repeats)
		}
		for _, w := range sum.Warnings {
			if strings.HasPrefix(w.Code, "amounts") {
				t.Errorf("seed %d: %s", seed, w.Message)
			}
		}
	}
}

func times(rows [][]string, row []string) (n int) {
	for _, r := range rows {
		if slices.Equal(r, row) {
			n++
		}
	}
	return n
}
