package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/audit"
	"overt/resolve/evaluate"
	"overt/resolve/match"
)

func (a *app) evaluateCommand() *cobra.Command {
	var cfg evaluate.Config
	var clusters string
	var threads int
	cmd := &cobra.Command{
		Use:   "evaluate SET.yaml…",
		Short: "How well records are found to be one, on data whose answers are known",
		Long: `Resolves the records that each description names and compares what comes out with
the known answers, which are read afterwards: precision and recall of pairs and of
clusters, how complete the candidates are, time and memory. docs/format/evaluation.md
says how a set of your own is described.

It reads the files it is given and nothing of the home, and keeps nothing.`,
		Example: `  overt evaluate mine.yaml --data ./labelled
  overt evaluate mine.yaml --errors 10
  overt evaluate mine.yaml --twice             # also in another order, with one thread
  overt evaluate mine.yaml --clusters other.tsv # what another program made of it`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if clusters != "" && len(args) > 1 {
				return usageError{fmt.Errorf("clusters are of one set")}
			}
			cfg.Match = match.Config{Threads: threads}
			var reports []*evaluate.Report
			for _, path := range args {
				d, err := evaluate.Read(path)
				if err != nil {
					return err
				}
				var r *evaluate.Report
				if clusters != "" {
					r, err = evaluate.Score(d, cfg, clusters)
				} else {
					r, err = evaluate.Run(cmd.Context(), d, cfg)
				}
				if err != nil {
					return err
				}
				reports = append(reports, r)
			}
			return a.print(struct{ Sets []*evaluate.Report }{reports}, func(p *page) { evaluationPage(p, reports) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&cfg.Root, "data", ".", "`folder` that the paths of descriptions start from")
	f.IntVar(&cfg.Errors, "errors", 0, "explain `N` wrong joins and as many missed ones of each set")
	f.BoolVar(&cfg.Twice, "twice", false, "run again in another order and with another number of threads, and compare")
	f.IntVar(&threads, "threads", 0, "how many run at once (default all processors)")
	f.StringVar(&clusters, "clusters", "", "score this `file` of record, tab, cluster instead of resolving")
	return cmd
}

func evaluationPage(p *page, reports []*evaluate.Report) {
	var b bytes.Buffer
	if err := evaluate.Write(&b, reports); err != nil {
		p.err = err
		return
	}
	for line := range strings.Lines(b.String()) {
		p.line("%s", audit.Safe(strings.TrimSuffix(line, "\n")))
	}
}
