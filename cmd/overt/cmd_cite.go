package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/gate"
)

func (a *app) citeCommand() *cobra.Command {
	var where overt.Locator
	cmd := &cobra.Command{
		Use:   "cite BLOB",
		Short: "Open the source again and print what a citation points at",
		Long: `Reads the kept bytes of a source again and prints the exact text at a place, so
that a quote can be checked against what was received; of a document, what was read
of it, and where that stands on the page. BLOB is the hash in a
citation, or its first 8 digits or more.`,
		Example: `  overt cite 3f2a91c04be7 --row 212 --column "Transaction Description"
  overt cite 3f2a91c04be7 --pointer /data/Products/3/csp
  overt cite 3f2a91c04be7 --page 1 --start 859 --end 869`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			act := gate.Act{Action: "blob.read", Object: args[0], Query: where.String()}
			c, err := ask(cmd.Context(), a, act, false, func(ctx context.Context, d *gate.Desk) (*answer.Cited, error) {
				return answer.Cite(ctx, d, args[0], where)
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) {
				p.line("%s", p.dim(fmt.Sprintf("%s · run %d · sha256 %s", c.String(), c.Run, c.Blob)))
				p.line("%s", p.safe(c.Quote))
				for _, b := range c.Boxes {
					p.line("%s", p.dim(fmt.Sprintf("page %d, %.0f to %.0f points from the left, %.0f to %.0f from the top", c.Locator.Page, b.Left, b.Right, b.Top, b.Bottom)))
				}
			})
		},
	}
	f := cmd.Flags()
	f.Int64Var(&where.Row, "row", 0, "row, as a spreadsheet counts")
	f.StringVar(&where.Column, "column", "", "column")
	f.StringVar(&where.Pointer, "pointer", "", "JSON pointer or XML path")
	f.StringVar(&where.Table, "table", "", "sheet, or member of an archive")
	f.IntVar(&where.Page, "page", 0, "page of a document, from 1")
	f.IntVar(&where.Start, "start", 0, "first character of the page's text, from 0")
	f.IntVar(&where.End, "end", 0, "the character behind the last")
	return cmd
}
