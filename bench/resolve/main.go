// Command resolve measures resolution: sets with known answers, and large made-up
// registers.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"

	"overt/resolve/evaluate"
)

func main() {
	root := flag.String("data", "", "folder of the data")
	errs := flag.Int("errors", 0, "wrong decisions to explain")
	twice := flag.Bool("twice", false, "run again in another order")
	prof := flag.String("cpuprofile", "", "write a profile")
	flag.Parse()
	if *prof != "" {
		f, _ := os.Create(*prof)
		pprof.StartCPUProfile(f)
		defer pprof.StopCPUProfile()
	}
	var reports []*evaluate.Report
	for _, name := range flag.Args() {
		d, err := evaluate.Read(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		r, err := evaluate.Run(context.Background(), d, evaluate.Config{Root: *root, Errors: *errs, Twice: *twice})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		reports = append(reports, r)
	}
	evaluate.Write(os.Stdout, reports)
}
