// Package reference holds small tables that help to read public accounts: US
// federal departments and agencies with their codes; vendors that contract
// texts often name, with who owns them; who operates name servers; and the
// mapping that turns
// the tables into entities.
//
// The tables go through extract and mapping like any other source. The
// invariant: a code is listed only where the public code list has it, and each
// row names its source. README.md says how the rows were made.
package reference

import (
	"embed"
	"io/fs"
)

// Dataset is the name under which the tables are loaded.
const Dataset = "reference"

// The files within Files.
const (
	Mapping     = "reference.yml"
	Agencies    = "us-agencies.csv"
	Providers   = "providers.csv"
	NameServers = "name-servers.csv"
)

//go:embed data/*.csv data/reference.yml
var data embed.FS

// Files gives the tables, CSV in UTF-8 with a header line, and the mapping
// file. All lie at the top; the mapping names the tables by their file names.
func Files() fs.FS {
	sub, err := fs.Sub(data, "data")
	if err != nil {
		panic("reference: " + err.Error()) // only for a name that is no path
	}
	return sub
}
