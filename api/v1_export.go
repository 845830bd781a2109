package api

import (
	"bufio"
	"context"
	"net/http"
	"reflect"
	"strings"

	"overt"
	"overt/answer"
	"overt/api/route"
	"overt/export"
	"overt/ftm"
	"overt/gate"
)

type exportAsked struct {
	Format   string         `path:"format" enum:"ftm,statements,passages,bods,csv,xlsx,graphml,gexf,ocds"` // the kind of file; passages goes with statements and says where each was read
	Schema   []string       `query:"schema"`                                                               // only entities of it, and of those that extend it
	Datasets []string       `query:"dataset"`                                                              // only what these say
	Entities []ftm.EntityID `query:"entity"`                                                               // only these
	Raw      bool           `query:"raw"`                                                                  // one entity for each id of a source, nothing merged
	known
}

// exported are media type and ending of the files.
var exported = map[string][2]string{
	"ftm": {"application/x-ndjson", "ftm.json"}, "statements": {"text/csv", "csv"}, "passages": {"text/csv", "passages.csv"}, "bods": {"application/json", "bods.json"}, "csv": {"text/csv", "csv"},
	"xlsx":    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
	"graphml": {"application/xml", "graphml"}, "gexf": {"application/xml", "gexf"}, "ocds": {"application/json", "ocds.json"},
}

func exportOperations() []operation {
	stream := func(path, name, summary, media string, in, out reflect.Type, serve func(*call) error) operation {
		return operation{
			Route: route.Route{Method: http.MethodGet, Path: path, Name: name, Summary: summary, In: in, Out: out, Status: http.StatusOK, Media: media, Errors: []overt.Code{overt.Invalid, overt.NotFound}},
			serve: serve, span: streaming,
		}
	}
	return []operation{
		stream("/api/v1/export/{format}", "export", "Write entities, statements, tables or networks for other programs, as a file. The trailer Repr-Digest has its hash.", "*/*", reflect.TypeFor[exportAsked](), nil, exportFile),
		stream("/api/v1/hits", "allHits", "Give all hits of a search, as they stood when it began, a line each.", "application/x-ndjson", reflect.TypeFor[wordsAsked](), reflect.TypeFor[answer.SearchHit](), exportHits),
		{
			Route: route.Route{Method: http.MethodGet, Path: "/api/v1/openapi.json", Name: "openapi", Summary: "This description, as OpenAPI 3.1.", In: reflect.TypeFor[nothingAsked](), Out: reflect.TypeFor[map[string]any](), Status: http.StatusOK},
			serve: func(c *call) error { return c.write(http.StatusOK, c.document) },
		},
	}
}

func (q *exportAsked) act() gate.Act {
	words := q.Format
	ids := make([]string, len(q.Entities))
	for i, id := range q.Entities {
		ids[i] = string(id)
	}
	for _, part := range []struct {
		word string
		list []string
	}{{"schema", q.Schema}, {"dataset", q.Datasets}, {"entity", ids}} {
		if len(part.list) > 0 {
			words += " " + part.word + " " + strings.Join(part.list, ",")
		}
	}
	if q.Raw {
		words += " raw"
	}
	return gate.Act{Action: "export", Object: "http", Query: cut(words, 4000)}
}

func exportFile(c *call) error {
	q := new(exportAsked)
	if err := route.Read(c.r, q); err != nil {
		return err
	}
	kind := exported[q.Format]
	return c.export(q, c.flow(kind[0], "overt."+kind[1]))
}

// export writes a file as the answer.
func (c *call) export(q *exportAsked, out *flow) error {
	act := q.act()
	if err := q.on(&act); err != nil {
		return err
	}
	pass, err := c.cfg.Gate.Open(c.r.Context(), c.visit)
	if err != nil {
		return err
	}
	opts := export.Options{Schema: q.Schema, Datasets: q.Datasets, Entities: q.Entities, Raw: q.Raw, Dir: c.cfg.Derived, Now: c.cfg.Clock().UTC().Format("2006-01-02T15:04:05Z")}
	return out.end(pass.Stream(c.r.Context(), act, true, func(ctx context.Context, d *gate.Desk) (int64, string, error) {
		w := bufio.NewWriterSize(out, 1<<16)
		var records int64
		var err error
		if q.Format == "passages" {
			records, err = export.Passages(ctx, w, d.View, d.Graph, opts)
		} else {
			var n export.Count
			n, err = export.Write(ctx, w, export.Format(q.Format), d.View, d.Graph, opts)
			records = int64(n.Records())
		}
		if err == nil {
			err = w.Flush()
		}
		return records, out.sum(), err
	}))
}

func exportHits(c *call) error {
	q := new(wordsAsked)
	if err := route.Read(c.r, q); err != nil {
		return err
	}
	act := gate.Act{Action: "search.all", Object: "http", Query: q.Text}
	if err := q.on(&act); err != nil {
		return err
	}
	pass, err := c.cfg.Gate.Open(c.r.Context(), c.visit)
	if err != nil {
		return err
	}
	out := c.flow("application/x-ndjson", "hits.ndjson")
	return out.end(pass.Stream(c.r.Context(), act, false, func(ctx context.Context, d *gate.Desk) (n int64, _ string, err error) {
		w := bufio.NewWriterSize(out, 1<<16)
		err = answer.SearchAll(ctx, d, q.query(), func(*answer.SearchAnswer) error { return nil }, func(h *answer.SearchHit) error {
			raw, err := marshal(h)
			if err == nil {
				n++
				_, err = w.Write(raw)
			}
			return err
		})
		if err == nil {
			err = w.Flush()
		}
		return n, out.sum(), err
	}))
}
