package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/answer"
	"overt/extract/reading"
	"overt/gate"
	"overt/mention"
	"overt/money"
	"overt/screen"
	"overt/search"
	"overt/statement"
)

// group puts operations under a heading.
func group(name string, ops ...operation) []operation {
	for i := range ops {
		ops[i].Group = name
	}
	return ops
}

// paged marks an operation as one that gives a list in parts.
func paged(op operation) operation {
	op.Paged = true
	return op
}

// operations are all routes, in the order of the page.
func operations() []operation {
	return slices.Concat(
		group("Search and entities", searchOperations()...),
		group("Paths, money, reach", traceOperations()...),
		group("Documents", documentOperations()...),
		group("Sources", sourceOperations()...),
		group("Who is who", whoOperations()...),
		group("Watches", watchOperations()...),
		group("Imports", importOperations()...),
		group("Out", exportOperations()...),
		group("Aleph's", alephOperations()...),
	)
}

// wordsAsked are words that are searched for, and how.
type wordsAsked struct {
	Text     string `query:"q"`                        // words, in the language of docs/format/query.md
	In       string `query:"in" enum:"passage,entity"` // only these
	Stem     bool   `query:"stem"`                     // other endings of a word too
	Fuzzy    bool   `query:"fuzzy"`                    // words with one or two other letters too
	Translit bool   `query:"translit"`                 // the same letters in Cyrillic, Greek or Latin too
	known
}

func (q *wordsAsked) query() search.Query {
	return search.Query{Text: q.Text, Kind: search.Kind(q.In), Stem: q.Stem, Fuzzy: q.Fuzzy, Translit: q.Translit}
}

type searchAsked struct {
	wordsAsked
	Facets []string `query:"facet" enum:"dataset,entity,language,named,schema,type,year"` // count the hits by it
	Fold   bool     `query:"fold"`                                                        // put near copies of a document under the first hit
	paging
}

// withGraph: one facet needs it alone.
func (q *searchAsked) withGraph() bool { return slices.Contains(q.Facets, answer.NamedFacet) }

type entityAsked struct {
	Entity    string `path:"entity"`                                      // an id, an identifier, a name
	Citations int    `query:"citations"  min:"-1" max:"1000" default:"1"` // of each value; -1 is all
	All       bool   `query:"statements"`                                 // each value as each source says it
	days
}

type conflictsAsked struct {
	Of        string `query:"of"`                                          // a dataset or an entity; without it, everything
	Kind      string `query:"kind" enum:"value,count,total,form,identity"` // only this kind
	Citations int    `query:"citations" min:"-1" max:"1000" default:"1"`   // of each side; -1 is all
	days
}

func searchOperations() []operation {
	return []operation{
		paged(read("GET /api/v1/search", "search", "Find passages of documents and names of entities.", true,
			func(q *searchAsked) gate.Act { return gate.Act{Action: "search", Query: q.Text} },
			func(ctx context.Context, d *desk, q *searchAsked) (*answer.SearchAnswer, error) {
				asked := q.query()
				asked.Facets, asked.Limit = q.Facets, q.Limit
				var err error
				if asked.After, err = d.place(q.Cursor); err != nil {
					return nil, err
				}
				out, err := answer.Search(ctx, d.Desk, asked)
				if err == nil && q.Fold {
					err = answer.Fold(ctx, d.Desk, out, answer.NearCopy)
				}
				if err != nil {
					return nil, err
				}
				out.Next = d.seal(out.Next)
				return out, nil
			})),
		read("GET /api/v1/entities/{entity}", "showEntity", "Show one entity: values, links and the sources of each.", true,
			func(q *entityAsked) gate.Act { return gate.Act{Action: "entity.read", Object: cut(q.Entity, 200)} },
			func(ctx context.Context, d *desk, q *entityAsked) (*answer.Profile, error) {
				return answer.Show(ctx, d.Desk, q.Entity, q.Citations, q.All)
			}, overt.NotFound),
		read("GET /api/v1/conflicts", "listConflicts", "Say where sources contradict each other, or themselves.", true,
			func(q *conflictsAsked) gate.Act {
				return gate.Act{Action: "conflicts", Object: cut(q.Of, 200), Query: "kind " + q.Kind}
			},
			func(ctx context.Context, d *desk, q *conflictsAsked) (*answer.Conflicts, error) {
				return answer.FindConflicts(ctx, d.Desk, q.Of, q.Kind, q.Citations)
			}, overt.NotFound),
		read("POST /api/v1/match", "match", "Say whom of the lists somebody may be, how likely, and why.", false, matchAct, match, overt.NotFound),
	}
}

type matchAsked struct {
	Body matchBody `body:"json"`
}

// A matchBody is whom to compare, and how.
type matchBody struct {
	Queries   []screen.Query `json:"queries"`             // 1 to 100
	Against   []string       `json:"against,omitempty"`   // compare with these datasets alone
	Algorithm string         `json:"algorithm,omitempty"` // best, alert or name-based
	Threshold float64        `json:"threshold,omitempty"` // the score from which a hit is a match
	Cutoff    float64        `json:"cutoff,omitempty"`    // the lowest score that is shown
	Limit     int            `json:"limit,omitempty"`     // hits of each
}

func matchAct(q *matchAsked) gate.Act {
	raw, err := json.Marshal(q.Body.Queries)
	if err != nil {
		panic(err) // texts always can be written
	}
	return screenAct(strings.Join(q.Body.Against, " "), q.Body.Queries, sumOf(raw))
}

func match(ctx context.Context, d *desk, q *matchAsked) (*screen.Screened, error) {
	b := &q.Body
	if len(b.Queries) == 0 || len(b.Queries) > MaxQueries {
		return nil, overt.Errorf(overt.Invalid, "queries", "%d queries: there are 1 to %d", len(b.Queries), MaxQueries)
	}
	for i := range b.Queries {
		if b.Queries[i].Properties == nil || b.Queries[i].Schema == "" {
			return nil, overt.Errorf(overt.Invalid, "queries", "query %d has no schema, or no properties", i+1)
		}
	}
	o := screen.Options{Threshold: b.Threshold, Cutoff: b.Cutoff, Limit: b.Limit}
	var err error
	if o.Algorithm, err = screen.AlgorithmOf(b.Algorithm); err != nil {
		return nil, err
	}
	if o, err = o.WithDefaults(); err != nil {
		return nil, err
	}
	x, err := d.shelf.Index(ctx, d.View, b.Against)
	if err != nil {
		return nil, err
	}
	places := make([]string, len(b.Queries))
	for i := range places {
		places[i] = strconv.Itoa(i + 1)
	}
	return x.AnswerAll(ctx, d.View, b.Queries, places, o)
}

type traceAsked struct {
	From     string `query:"from" need:"true"`                     // where the path begins
	To       string `query:"to" need:"true"`                       // where it ends
	Via      string `query:"via" default:"any"`                    // links to follow: money, hosting, data, ownership, mail, any, or kinds
	Hops     int    `query:"hops" min:"1" max:"12" default:"6"`    // longest path
	Paths    int    `query:"paths" min:"1" max:"100" default:"5"`  // how many
	Shortest bool   `query:"shortest"`                             // only paths of the fewest hops
	HubsToo  bool   `query:"through_hubs"`                         // pass through entities with very many neighbours as well
	Edges    int    `query:"links" min:"1" max:"1000" default:"5"` // listed per hop and kind
	days
}

type moneyAsked struct {
	From      string `query:"from"`                                                                               // who pays
	To        string `query:"to"`                                                                                 // who receives
	Kind      string `query:"kind" enum:"obligated,current,potential,subaward,outlay,stated" default:"obligated"` // of money; kinds are never added
	By        string `query:"by" enum:"supplier,contract,year,named,vehicle,parent" default:"supplier"`           // rows
	Citations int    `query:"citations" min:"-1" max:"1000" default:"3"`                                          // of each row; -1 is all
	days
}

type reachAsked struct {
	System    string `query:"system" need:"true"`                           // an id or a name
	Direction string `query:"direction" enum:"from,to,both" default:"both"` // what feeds it, who gets what it holds, or both
	Via       string `query:"via"`                                          // other links to follow: data, hosting, or kinds
	Hops      int    `query:"hops" min:"1" max:"12" default:"6"`            // longest chain
	days
}

func traceOperations() []operation {
	return []operation{
		read("GET /api/v1/trace", "trace", "Find how two entities are linked, hop by hop, each hop cited.", true,
			func(q *traceAsked) gate.Act {
				return gate.Act{Action: "trace", Query: fmt.Sprintf("from %q to %q via %q as of %q", q.From, q.To, q.Via, q.AsOf)}
			},
			func(ctx context.Context, d *desk, q *traceAsked) (*answer.Trace, error) {
				return answer.FindTrace(ctx, d.Desk, q.From, q.To, answer.TraceOptions{
					Via: q.Via, Hops: q.Hops, Paths: q.Paths, Shortest: q.Shortest, HubsToo: q.HubsToo, Edges: q.Edges, AsOf: q.AsOf, Today: statement.DayAt(d.cfg.Clock()),
				})
			}, overt.NotFound),
		read("GET /api/v1/money", "money", "Sum money between institutions, by kind, without double counting.", true,
			func(q *moneyAsked) gate.Act {
				return gate.Act{Action: "money", Query: fmt.Sprintf("from %q to %q kind %s by %s as of %q", q.From, q.To, q.Kind, q.By, q.AsOf)}
			},
			func(ctx context.Context, d *desk, q *moneyAsked) (*answer.Money, error) {
				return answer.FindMoney(ctx, d.Desk, answer.MoneyQuestion{From: q.From, To: q.To, Kind: money.Kind(q.Kind), By: money.By(q.By), Citations: q.Citations})
			}, overt.NotFound),
		read("GET /api/v1/reach", "reach", "Say what feeds a system, and who can get what it holds.", true,
			func(q *reachAsked) gate.Act {
				return gate.Act{Action: "reach", Object: cut(q.System, 200), Query: q.Direction + " as of " + q.AsOf}
			},
			func(ctx context.Context, d *desk, q *reachAsked) (*answer.Reach, error) {
				return answer.FindReach(ctx, d.Desk, q.System, q.Direction, answer.TraceOptions{Via: q.Via, Hops: q.Hops, Edges: 3, AsOf: q.AsOf, Today: statement.DayAt(d.cfg.Clock())})
			}, overt.NotFound),
	}
}

type documentAsked struct {
	Document string `path:"document"` // an id, a hash, a name
}

func (q *documentAsked) act(action string) gate.Act {
	return gate.Act{Action: action, Object: cut(q.Document, 200)}
}

type mentionsAsked struct {
	documentAsked
	known
}

type similarAsked struct {
	documentAsked
	Share float64 `query:"share" min:"0.2" max:"1" default:"0.4"` // from which on documents are near copies
}

type groupsAsked struct {
	Share float64 `query:"share" min:"0.2" max:"1" default:"0.4"` // from which on documents are near copies
	Limit int     `query:"limit" min:"1" max:"1000" default:"20"` // groups
}

type passageAsked struct {
	Document string `query:"document" need:"true"`           // an id, a hash, a name
	Page     int    `query:"page" min:"0" max:"10000000"`    // 0 where any page may have the quote
	Start    int    `query:"start" min:"0" max:"1000000000"` // characters of the page
	End      int    `query:"end" min:"0" max:"1000000000"`   // the one behind the last
	Quote    string `query:"quote"`                          // words that stand there
}

type citationAsked struct {
	Cite string `query:"cite" need:"true" pattern:"citation"` // begins with overt:
}

type cellAsked struct {
	Blob    string `path:"blob"`                             // hash of the file, or its first 8 digits or more
	Table   string `query:"table"`                           // sheet, or member of an archive
	Row     int64  `query:"row" min:"0" max:"1000000000000"` // as a spreadsheet counts
	Column  string `query:"column"`                          // its header
	Pointer string `query:"pointer"`                         // JSON pointer or XML path
	Page    int    `query:"page" min:"0" max:"10000000"`     // of a document
	Start   int    `query:"start" min:"0" max:"1000000000"`  // characters of the page
	End     int    `query:"end" min:"0" max:"1000000000"`    // the one behind the last
}

func documentOperations() []operation {
	return []operation{
		read("GET /api/v1/documents/{document}/mentions", "documentMentions", "Say what a document names.", true,
			func(q *mentionsAsked) gate.Act { return gate.Act{Action: "mention.read", Query: q.Document} },
			func(ctx context.Context, d *desk, q *mentionsAsked) (*answer.Mentions, error) {
				return answer.ReadMentions(ctx, d.Desk, q.Document)
			}, overt.NotFound),
		read("GET /api/v1/documents/{document}/thread", "thread", "Show the conversation that a mail belongs to.", true,
			func(q *documentAsked) gate.Act { return q.act("thread.read") },
			func(ctx context.Context, d *desk, q *documentAsked) (*answer.Conversation, error) {
				return answer.ReadThread(ctx, d.Desk, q.Document)
			}, overt.NotFound),
		read("GET /api/v1/documents/{document}/tree", "tree", "Show what holds a document, and what is inside.", true,
			func(q *documentAsked) gate.Act { return q.act("tree.read") },
			func(ctx context.Context, d *desk, q *documentAsked) (*answer.Tree, error) {
				return answer.ReadTree(ctx, d.Desk, q.Document)
			}, overt.NotFound),
		read("GET /api/v1/documents/{document}/similar", "similarDocuments", "Find documents that say nearly the same.", true,
			func(q *similarAsked) gate.Act { return q.act("similar.read") },
			func(ctx context.Context, d *desk, q *similarAsked) (*answer.Similars, error) {
				return answer.FindSimilar(ctx, d.Desk, q.Document, q.Share)
			}, overt.NotFound),
		read("GET /api/v1/similar", "similarGroups", "Group all near copies that there are.", false,
			func(*groupsAsked) gate.Act { return gate.Act{Action: "similar.read"} },
			func(ctx context.Context, d *desk, q *groupsAsked) (*answer.SimilarGroups, error) {
				return answer.GroupSimilar(ctx, d.Desk, q.Share, q.Limit)
			}),
		read("GET /api/v1/passage", "citePassage", "Cite a passage of a document: words, characters of a page, or a page.", false,
			func(q *passageAsked) gate.Act {
				return gate.Act{Action: "passage.read", Object: cut(q.Document, 200), Query: overt.Locator{Page: q.Page, Start: q.Start, End: q.End}.String()}
			},
			func(ctx context.Context, d *desk, q *passageAsked) (*answer.Passage, error) {
				return answer.CitePassage(ctx, d.Desk, q.Document, answer.PassageQuestion{Page: q.Page, Start: q.Start, End: q.End, Quote: q.Quote})
			}, overt.NotFound),
		read("GET /api/v1/citation", "openCitation", "Open a citation of a passage again: the same, moved, changed or lost.", false,
			citationAct, func(ctx context.Context, d *desk, q *citationAsked) (*answer.Passage, error) {
				return answer.OpenPassage(ctx, d.Desk, q.Cite)
			}, overt.NotFound),
		read("GET /api/v1/files/{blob}/cell", "readCell", "Read a place of a kept file again, as a citation names it.", false,
			func(q *cellAsked) gate.Act {
				return gate.Act{Action: "blob.read", Object: cut(q.Blob, 200), Query: q.where().String()}
			},
			func(ctx context.Context, d *desk, q *cellAsked) (*answer.Cited, error) {
				if d.cfg.Cell == nil {
					return nil, overt.Errorf(overt.Unavailable, "", "files are not read again here")
				}
				return d.cfg.Cell(ctx, d.Desk, q.Blob, q.where())
			}, overt.NotFound),
	}
}

// citationAct says which place is asked for: the log takes no words of documents.
func citationAct(q *citationAsked) gate.Act {
	act := gate.Act{Action: "passage.read"}
	if asked, err := reading.ParseURI(q.Cite); err == nil {
		act.Object, act.Query = string(asked.Document), overt.Locator{Page: asked.Page, Start: asked.Start, End: asked.End}.String()
	}
	return act
}

func (q *cellAsked) where() overt.Locator {
	return overt.Locator{Table: q.Table, Row: q.Row, Column: q.Column, Pointer: q.Pointer, Page: q.Page, Start: q.Start, End: q.End}
}

type namedAsked struct {
	Entity string `path:"entity"` // an id, an identifier, a name
	paging
	known
}

type unknownAsked struct {
	Kind string `query:"kind" enum:"organization,person"` // only these
	paging
	known
}

type pairAsked struct {
	Left  string `query:"left" need:"true"`  // an entity
	Right string `query:"right" need:"true"` // another
}

type judgementsAsked struct {
	Entity string `query:"entity"` // only of this one
}

// whoOperations ask who is who, and take what people say of it.
func whoOperations() []operation {
	return append([]operation{
		paged(read("GET /api/v1/entities/{entity}/mentions", "entityMentions", "Say which documents name an entity, and where.", true,
			func(q *namedAsked) gate.Act { return gate.Act{Action: "mention.read", Query: "of " + q.Entity} },
			func(ctx context.Context, d *desk, q *namedAsked) (*answer.NamedWhere, error) {
				place, err := d.place(q.Cursor)
				if err != nil {
					return nil, err
				}
				out, err := answer.FindMentions(ctx, d.Desk, q.Entity, place, q.Limit)
				if err == nil {
					out.Next = d.seal(out.Next)
				}
				return out, err
			}, overt.NotFound)),
		paged(read("GET /api/v1/mentions/unknown", "unknownNames", "List names in documents that no entity is called by.", false,
			func(q *unknownAsked) gate.Act {
				return gate.Act{Action: "mention.read", Query: strings.TrimSpace("unknown " + q.Kind)}
			},
			func(ctx context.Context, d *desk, q *unknownAsked) (*answer.UnknownNames, error) {
				place, err := d.place(q.Cursor)
				if err != nil {
					return nil, err
				}
				out, err := answer.FindUnknown(ctx, d.Desk, mention.Kind(q.Kind), place, q.Limit)
				if err == nil {
					out.Next = d.seal(out.Next)
				}
				return out, err
			})),
		read("GET /api/v1/why", "why", "Say why two entities are one, or two, or were never compared.", true,
			func(q *pairAsked) gate.Act {
				return gate.Act{Action: "entity.compare", Object: cut(q.Left+" · "+q.Right, 400)}
			},
			func(ctx context.Context, d *desk, q *pairAsked) (*Why, error) {
				return FindWhy(ctx, d.Desk, q.Left, q.Right)
			}, overt.NotFound),
		read("GET /api/v1/judgements", "listJudgements", "List what people judged of who is who.", true,
			func(q *judgementsAsked) gate.Act {
				return gate.Act{Action: "judgement.read", Object: cut(q.Entity, 200)}
			},
			func(ctx context.Context, d *desk, q *judgementsAsked) (*answer.Judgements, error) {
				return answer.ReadJudgements(ctx, d.Desk, answer.JudgementsOf{Words: q.Entity})
			}, overt.NotFound),
	}, writeOperations()...)
}
