// Package export writes what leaves: files that other programs open.
//
// Seven formats go out. FollowTheMoney entities and statements are exact: no value
// in them is cleaned or shortened, and reading them back loses nothing (JSON has
// no place for bytes that are no UTF-8; the statement file keeps those too). Tables (CSV, XLSX) and networks (GraphML, GEXF) are for people's
// programs; values there cannot run as formulas, and control characters and
// characters that turn the direction of writing are left out of them.
// Open contracting data (OCDS) holds what has to do with contracts; what it has
// no place for is listed in the file.
//
// The invariant is that of every view: a file holds what the scope shows and
// nothing that follows from anything else. The same view gives the same bytes.
// Memory is bounded by the largest entity, and one bit for each node of the
// graph; for OCDS by the largest contracting process, and the ids of awards,
// payments and organizations. Canonical ids are always those of the whole view, also where an
// export is narrowed to some datasets, so that two files of one home fit
// together.
package export

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/graph"
	"overt/statement"
)

// A Format names a kind of file.
type Format string

// The formats.
const (
	FTM        Format = "ftm"        // FollowTheMoney entities, one JSON object a line
	Statements Format = "statements" // FollowTheMoney statement CSV, 14 columns
	BODS       Format = "bods"       // ownership statements of the Beneficial Ownership Data Standard 0.4
	CSV        Format = "csv"        // one row an entity with Options.Schema, else one a statement and file
	XLSX       Format = "xlsx"       // a workbook, one sheet a schema
	GraphML    Format = "graphml"    // a network, for Gephi, networkx, yEd
	GEXF       Format = "gexf"       // a network, for Gephi
	OCDS       Format = "ocds"       // a release package of open contracting data, 1.1
)

// Formats lists them in the order of help texts.
var Formats = []Format{FTM, Statements, BODS, CSV, XLSX, GraphML, GEXF, OCDS}

// Options narrow an export. The zero value takes everything the view shows.
type Options struct {
	// Schema chooses entities of these schemata and of those that extend them.
	// For a network, schemata that are edges choose kinds of edges instead; if
	// only such are given, the nodes are the ends of those edges.
	Schema []string
	// Datasets leaves out what other datasets say.
	Datasets []string
	// Entities chooses entities, each by any of its ids. A network then holds
	// these and the edges between them.
	Entities []ftm.EntityID
	// Raw writes one entity for each source id, nothing merged and references
	// as the sources have them. Not for networks.
	Raw bool
	// Now is the date or time written into the file, ISO 8601; "" for none.
	Now string
	// Dir is for temporary files of a workbook; "" is the system's directory.
	Dir string
	// Left is told what the format had no place for (OCDS alone); may be nil.
	Left func([]Left)
}

// Count says what a file holds. Entities are nodes in a network. Statements
// are rows of a statement file, elsewhere the statements behind the entities.
type Count struct{ Entities, Statements, Edges int64 }

// Records is how many records are released: entities and edges, or statements
// where there are more.
func (c Count) Records() int { return int(max(c.Entities+c.Edges, c.Statements)) }

// Write writes one file. g is the graph as the same sight shows it; nil merges
// nothing and cannot give a network. What was written before an error is no
// whole file. Suggestions that wait for a person go into statement files, where
// a column marks them, and nowhere else.
// Errors: invalid (format, options), not_found (a dataset or an entity that the
// view does not show), unavailable (w, or a temporary file).
func Write(ctx context.Context, w io.Writer, format Format, view statement.View, g *graph.View, opts Options) (Count, error) {
	x, err := newExporter(ctx, view, g, opts)
	if err != nil {
		return Count{}, err
	}
	x.external = format == Statements
	out := bufio.NewWriterSize(w, 64<<10)
	switch format {
	case FTM:
		err = x.entityLines(ctx, out)
	case Statements:
		err = x.statementRows(ctx, out)
	case BODS:
		err = x.ownership(ctx, out)
	case CSV:
		err = x.csv(ctx, out)
	case XLSX:
		err = x.workbook(ctx, out)
	case GraphML:
		err = x.network(ctx, newGraphML(out))
	case OCDS:
		err = x.ocdsPackage(ctx, out)
	case GEXF:
		err = x.network(ctx, newGEXF(out, opts.Now))
	default:
		err = overt.Errorf(overt.Invalid, "--format", "%q is no format; take %s", format, formatList())
	}
	if err == nil {
		err = out.Flush()
	}
	return x.count, told(ctx, err)
}

func formatList() string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

// told gives an error of the writer its code; the others have one.
func told(ctx context.Context, err error) error {
	var known *overt.Error
	if err == nil || ctx.Err() != nil || errors.As(err, &known) {
		return err
	}
	return overt.Errorf(overt.Unavailable, "", "write the export: %w", err)
}

// An exporter is one export under way.
type exporter struct {
	view     statement.View
	graph    *graph.View
	opts     Options
	model    *ftm.Model
	external bool                     // suggestions are wanted
	classes  map[statement.Class]bool // that count; nil = all
	entities []ftm.EntityID           // canonical, ascending; nil = all
	count    Count
}

func newExporter(ctx context.Context, view statement.View, g *graph.View, opts Options) (*exporter, error) {
	x := &exporter{view: view, graph: g, opts: opts, model: ftm.Default()}
	for _, s := range opts.Schema {
		if x.model.Schema(s) == nil {
			return nil, overt.Errorf(overt.Invalid, "--schema", "%q is no schema of the model", s)
		}
	}
	if err := x.chooseClasses(); err != nil {
		return nil, err
	}
	return x, x.chooseEntities(ctx)
}

func (x *exporter) chooseClasses() error {
	if len(x.opts.Datasets) == 0 {
		return nil
	}
	x.classes = map[statement.Class]bool{}
	found := map[string]bool{}
	for _, c := range x.view.Sight().Classes() {
		info, _ := x.view.Sight().Info(c)
		if d := info.Label.Dataset; slices.Contains(x.opts.Datasets, d) {
			x.classes[c], found[d] = true, true
		}
	}
	for _, d := range x.opts.Datasets {
		if !found[d] {
			return overt.Errorf(overt.NotFound, "--dataset", "there is no dataset %q", d)
		}
	}
	return nil
}

func (x *exporter) chooseEntities(ctx context.Context) error {
	if len(x.opts.Entities) == 0 {
		return nil
	}
	x.entities = []ftm.EntityID{}
	for _, id := range x.opts.Entities {
		stmts, err := x.view.Entity(ctx, id)
		if err != nil {
			return err
		}
		if len(stmts) == 0 {
			return overt.Errorf(overt.NotFound, "--entity", "there is no entity %q", id)
		}
		x.entities = append(x.entities, x.canonical(id))
	}
	slices.Sort(x.entities)
	x.entities = slices.Compact(x.entities)
	return nil
}

// canonical is the id that stands for a source id's entity in this view.
func (x *exporter) canonical(id ftm.EntityID) ftm.EntityID {
	if n, ok := x.find(id); ok {
		return x.graph.ID(n)
	}
	return id
}

func (x *exporter) find(id ftm.EntityID) (graph.Node, bool) {
	if x.graph == nil {
		return 0, false
	}
	return x.graph.Find(id)
}
