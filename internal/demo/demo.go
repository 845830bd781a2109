// Package demo holds the example that `overt demo` loads: a few tables about
// information systems of the US Department of Homeland Security, who builds
// and hosts them, what feeds them and what was paid, mostly 2014 to 2019, and
// the mapping that turns the tables into entities.
//
// It stands beside the sources a user brings and goes the same way as they do,
// through extract and mapping. The invariant: each row names the publisher and
// the title of its source, and two sources that contradict each other are two
// rows. README.md says how the rows were made and what they leave out.
package demo

import (
	"embed"
	"io/fs"
)

// Dataset is the name under which the example is loaded.
const Dataset = "demo"

// Mapping is the name of the mapping file within Files.
const Mapping = "demo.yml"

//go:embed data/*.csv data/demo.yml
var data embed.FS

// Files gives the tables, CSV in UTF-8 with a header line, and the mapping
// file. All lie at the top; the mapping names the tables by their file names.
func Files() fs.FS {
	sub, err := fs.Sub(data, "data")
	if err != nil {
		panic("demo: " + err.Error()) // only for a name that is no path
	}
	return sub
}
