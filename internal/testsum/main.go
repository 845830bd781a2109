// Command testsum reads what `go test -json` says, several runs one after the
// other if need be, shows each package as it ends and the output of what
// failed, and closes with a summary whose last line is
// "N passed, N failed, N skipped".
//
// Arguments are steps that were done before the tests and count like tests:
// NAME=pass, NAME=fail or NAME=skip:REASON. The exit status is 1 when anything
// failed or nothing was tested.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
)

func main() {
	ok, err := run(os.Args[1:], os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
	}
	if !ok || err != nil {
		os.Exit(1)
	}
}

// run reads events from in and writes to out; ok says that nothing failed.
func run(steps []string, in io.Reader, out io.Writer) (ok bool, err error) {
	s := newSummary(out)
	for _, step := range steps {
		if err := s.step(step); err != nil {
			return false, err
		}
	}
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			s.line(line)
		}
		if err == io.EOF {
			return s.finish(), nil
		}
		if err != nil {
			return false, fmt.Errorf("read test events: %w", err)
		}
	}
}
