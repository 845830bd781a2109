// Command svggen makes the tables of package ui/svg that are taken from others:
// outlines of countries from Natural Earth, as the npm package world-atlas 2.0.2
// has them, and the widths of letters of Source Sans 3.52, npm source-sans.
// Licences: NOTICE.
//
//	go run ./internal/svggen -outlines countries-110m.json -small countries-50m.json -font SourceSans3-Regular.ttf
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	outlines := flag.String("outlines", "", "countries-110m.json, for outlines")
	small := flag.String("small", "", "countries-50m.json, for places of countries without outline")
	font := flag.String("font", "", "SourceSans3-Regular.ttf")
	out := flag.String("out", filepath.Join("ui", "svg"), "folder for the tables")
	flag.Parse()
	if err := run(*outlines, *small, *font, *out); err != nil {
		fmt.Fprintln(os.Stderr, "svggen:", err)
		os.Exit(1)
	}
}

func run(outlines, small, font, out string) error {
	if outlines != "" {
		table, err := world(outlines, small)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, "zz_world.txt"), table, 0o644); err != nil {
			return err
		}
	}
	if font == "" {
		return nil
	}
	table, err := widths(font)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "zz_widths.go"), table, 0o644)
}
