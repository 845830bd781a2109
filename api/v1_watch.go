package api

import (
	"context"
	"net/http"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/watch"
)

type watchAsked struct {
	Watch  string `path:"watch"`                                  // its id
	Before int64  `query:"before" min:"0"`                        // only news of smaller numbers: next of the part before
	Limit  int    `query:"limit"  min:"1" max:"500" default:"50"` // pieces of news
}

type watchSet struct {
	keyed
	Body watch.Question `body:"json"` // what is asked
}

type watchSeen struct {
	keyed
	Watch string   `path:"watch"` // its id
	Body  seenBody `body:"json"`  // up to what
}

// A seenBody says up to what news was read.
type seenBody struct {
	Number int64 `json:"number"` // of the newest that was read; what was seen once stays seen
}

type watchRemoved struct {
	keyed
	Watch string `path:"watch"` // its id
}

// A WatchChanged says what became of a watch.
type WatchChanged struct {
	Watch string `json:"watch"` // its id
	Done  string `json:"done"`  // seen or removed
}

// watchOperations are questions that are asked again whenever something comes in.
func watchOperations() []operation {
	return []operation{
		read("GET /api/v1/watches", "listWatches", "List your watches, and how much is new in each.", true,
			func(*nothingAsked) gate.Act { return gate.Act{Action: "watch.list"} },
			func(ctx context.Context, d *desk, _ *nothingAsked) (*answer.WatchList, error) {
				return answer.ListWatches(ctx, d.Desk)
			}),
		read("GET /api/v1/watches/{watch}", "showWatch", "Show what a watch told, the newest first.", true,
			func(q *watchAsked) gate.Act { return gate.Act{Action: "watch.read", Object: cut(q.Watch, 40)} },
			func(ctx context.Context, d *desk, q *watchAsked) (*answer.Watched, error) {
				return answer.ReadWatch(ctx, d.Desk, q.Watch, q.Before, q.Limit)
			}, overt.NotFound),
		write("POST /api/v1/watches", "addWatch", "Have a question asked again whenever something that you see has changed.", http.StatusCreated,
			func(ctx context.Context, c *call, p *gate.Pass, q *watchSet) (*watch.Watch, error) {
				return answer.AddWatch(ctx, p, q.Body, c.cfg.Clock())
			}, overt.NotFound, overt.Conflict),
		write("POST /api/v1/watches/{watch}/seen", "seeWatch", "Say that you have seen what a watch told.", http.StatusOK,
			func(ctx context.Context, _ *call, p *gate.Pass, q *watchSeen) (*WatchChanged, error) {
				return &WatchChanged{q.Watch, "seen"}, answer.SeeWatch(ctx, p, q.Watch, q.Body.Number)
			}, overt.NotFound),
		write("POST /api/v1/watches/{watch}/remove", "removeWatch", "Take a watch out, with all it told.", http.StatusOK,
			func(ctx context.Context, _ *call, p *gate.Pass, q *watchRemoved) (*WatchChanged, error) {
				return &WatchChanged{q.Watch, "removed"}, answer.RemoveWatch(ctx, p, q.Watch)
			}, overt.NotFound),
	}
}
