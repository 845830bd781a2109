package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/extract/records"
	"overt/gate"
)

func (a *app) citeCommand() *cobra.Command {
	var where overt.Locator
	cmd := &cobra.Command{
		Use:   "cite BLOB",
		Short: "Open the source again and print what a citation points at",
		Long: `Reads the kept bytes of a source again and prints the exact text at a place, so
that a quote can be checked against what was received. BLOB is the hash in a
citation, or its first 8 digits or more.`,
		Example: `  overt cite 3f2a91c04be7 --row 212 --column "Transaction Description"
  overt cite 3f2a91c04be7 --pointer /data/Products/3/csp`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			act := gate.Act{Action: "blob.read", Object: args[0], Query: where.String()}
			c, err := ask(cmd.Context(), a, act, false, func(ctx context.Context, d *gate.Desk) (*overt.Citation, error) {
				var c *overt.Citation
				err := a.withRecords(func(pool *records.Pool) (err error) {
					c, err = answer.Cite(ctx, d, pool.Opener(""), args[0], where)
					return err
				})
				return c, err
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) {
				p.line("%s", p.dim(fmt.Sprintf("%s · run %d · sha256 %s", c.String(), c.Run, c.Blob)))
				p.line("%s", p.safe(c.Quote))
			})
		},
	}
	a.unconfinedFlag(cmd)
	f := cmd.Flags()
	f.Int64Var(&where.Row, "row", 0, "row, as a spreadsheet counts")
	f.StringVar(&where.Column, "column", "", "column")
	f.StringVar(&where.Pointer, "pointer", "", "JSON pointer or XML path")
	f.StringVar(&where.Table, "table", "", "sheet, or member of an archive")
	return cmd
}
