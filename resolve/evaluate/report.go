package evaluate

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// Write prints reports as tables for people.
func Write(w io.Writer, reports []*Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	section := func(head string, line func(*Report) string) {
		first := true
		for _, r := range reports {
			if l := line(r); l != "" {
				if first {
					fmt.Fprintln(t, head+"\t")
					first = false
				}
				fmt.Fprintln(t, l+"\t")
			}
		}
		if !first {
			fmt.Fprintln(t)
		}
	}
	section("set\trecords\ttrue pairs\tP\tR\tF1\tB³ F1\twhole P\twhole R\tmends\tcompared\tcomplete\treduced\tAP\tBrier\tsame twice", func(r *Report) string {
		if r.Pairwise == nil {
			return ""
		}
		l := fmt.Sprintf("%s\t%d\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f",
			r.Name, r.Records, r.Truth, r.Pairwise.Precision, r.Pairwise.Recall, r.Pairwise.F1, r.BCubed.F1, r.Exact.Precision, r.Exact.Recall, r.MergeCost)
		if c := r.Candidate; c != nil {
			l += fmt.Sprintf("\t%d\t%.4f\t%.5f\t%.4f\t%.4f\t%s", c.Pairs, c.Complete, c.Reduction, r.Average, r.Brier, r.Same)
		}
		return l
	})
	section("set\tpairs\tP\tR\tF1\taccuracy\tAP\tBrier", func(r *Report) string {
		if r.Decision == nil {
			return ""
		}
		return fmt.Sprintf("%s\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f", r.Name, r.Records/2, r.Decision.Precision, r.Decision.Recall, r.Decision.F1, r.Accuracy, r.Average, r.Brier)
	})
	section("set\trequests\tfound\tfirst\tmissed\tfalse alarms\trequests/s\tp50\tp99", func(r *Report) string {
		s := r.Screening
		if s == nil {
			return ""
		}
		return fmt.Sprintf("%s\t%d\t%d\t%d\t%d\t%d\t%.0f\t%s\t%s", r.Name, s.Requests, s.Found, s.First, s.Missed, s.Alarms, s.PerSec, s.P50.Round(time.Microsecond), s.P99.Round(time.Microsecond))
	})
	section("set\tseconds\tCPU\tpeak MB\tpairs/s\tthreads", func(r *Report) string {
		if r.Cost.Threads == 0 {
			return ""
		}
		return fmt.Sprintf("%s\t%.2f\t%.2f\t%.0f\t%.0f\t%d", r.Name, r.Cost.Seconds, r.Cost.CPU, r.Cost.PeakMB, r.Cost.PairsPerSec, r.Cost.Threads)
	})
	section("set\tby\tpart\ttrue pairs\tP\tR\tF1", func(r *Report) string {
		var lines []string
		for _, s := range r.By {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%d\t%.4f\t%.4f\t%.4f", r.Name, s.By, s.Of, s.Pairs, s.Precision, s.Recall, s.F1))
		}
		return strings.Join(lines, "\t\n")
	})
	if err := t.Flush(); err != nil {
		return err
	}
	for _, r := range reports {
		for _, m := range r.Model {
			if m.Refused != "" {
				fmt.Fprintf(w, "%s: shipped weights for %s: %s\n", r.Name, m.Family, m.Refused)
			}
		}
		for _, e := range r.Errors {
			if err := writeMistake(w, r.Name, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeMistake(w io.Writer, set string, e Mistake) error {
	fmt.Fprintf(w, "\n%s: %s %s and %s: %.2f bits, p %.4f, %s %s\n", set, e.Kind, e.A, e.B, e.Bits, e.P, e.Outcome, e.Veto)
	if len(e.Keys) > 0 {
		k := e.Keys[0]
		fmt.Fprintf(w, "  rarest key shared: %s %s %q of %d records; compared: %v\n", k.Slot, k.Kin, k.Text, k.Records, e.Compared)
	}
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  prior\t%+.2f\n", e.Prior)
	for _, b := range e.Bars {
		fmt.Fprintf(t, "  %s\t%+.2f\t%s\t%.60q\t%.60q\tlevel %+.2f rarity %+.2f graded %+.2f cap %+.2f\n", b.Slot, b.Bits, b.Level, b.Left, b.Right, b.Weight, b.Rarity, b.Graded, b.Capped)
	}
	return t.Flush()
}
