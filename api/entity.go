package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/screen"
	"overt/search"
)

// An entity is one in yente's form: FollowTheMoney's, with its context.
type entity struct {
	ID         ftm.EntityID     `json:"id"`
	Caption    string           `json:"caption"`
	Schema     string           `json:"schema"`
	Properties map[string][]any `json:"properties"` // texts, or entities where they are nested
	Datasets   []string         `json:"datasets"`
	Referents  []ftm.EntityID   `json:"referents"`
	Target     bool             `json:"target"` // a list has it for its own sake
	FirstSeen  string           `json:"first_seen,omitempty"`
	LastSeen   string           `json:"last_seen,omitempty"`
	LastChange string           `json:"last_change,omitempty"` // when a source last said something otherwise
}

func entityOf(e *ftm.Entity) entity {
	out := entity{ID: e.ID, Caption: cmp.Or(e.Caption, string(e.ID)), Schema: e.Schema, Properties: map[string][]any{}, Datasets: e.Datasets, Referents: []ftm.EntityID{e.ID}, Target: len(e.Properties["topics"]) > 0, FirstSeen: moment(e.FirstSeen), LastSeen: moment(e.LastSeen), LastChange: moment(e.LastChange)}
	for name, texts := range e.Properties {
		for _, text := range texts {
			out.Properties[name] = append(out.Properties[name], text)
		}
	}
	return out
}

// moment is a day as clients expect one, with a time.
func moment(day string) string {
	if day == "" {
		return ""
	}
	return day + "T00:00:00"
}

// Bounds of what is shown around an entity.
const (
	maxAround = 1000 // entities that name it, looked at
	maxPage   = 500
)

// around are the entities that an entity names and that name it, by property.
type around struct {
	of   map[string][]entity
	more bool // there are more than were looked at
}

// lookAround reads an entity and what is around it. Links come with their ends.
func lookAround(ctx context.Context, d *gate.Desk, id ftm.EntityID) (*ftm.Entity, *around, error) {
	e, err := screen.ReadEntity(ctx, d.View, nil, id)
	if err != nil {
		return nil, nil, err
	}
	a := &around{of: map[string][]entity{}}
	model := ftm.Default()
	for _, name := range references(model.Schema(e.Schema), e) {
		for _, other := range e.Properties[name][:min(len(e.Properties[name]), maxAround)] {
			if err := a.add(ctx, d, name, ftm.EntityID(other), id); err != nil {
				return nil, nil, err
			}
		}
	}
	type ref struct {
		source ftm.EntityID
		prop   string
	}
	seen := map[ref]bool{}
	for r, err := range d.View.Inbound(ctx, id) {
		if err != nil {
			return nil, nil, err
		}
		if len(seen) == maxAround {
			a.more = true
			break
		}
		seen[ref{r.Source, r.Prop}] = true
	}
	list := make([]ref, 0, len(seen))
	for r := range seen {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b ref) int { return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.prop, b.prop)) })
	for _, r := range list {
		other, err := screen.ReadEntity(ctx, d.View, nil, r.source)
		if overt.CodeOf(err) == overt.NotFound {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		// Values that were taken back name nobody any more.
		p := model.Schema(other.Schema).Property(r.prop)
		if p == nil || p.Reverse == "" || !slices.Contains(other.Properties[r.prop], string(id)) {
			continue
		}
		if err := a.add(ctx, d, p.Reverse, r.source, id); err != nil {
			return nil, nil, err
		}
	}
	return e, a, nil
}

// references are the properties of an entity that name others, ascending.
func references(s *ftm.Schema, e *ftm.Entity) []string {
	var out []string
	for name := range e.Properties {
		if p := s.Property(name); p != nil && p.Type.Name == "entity" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// add adds a neighbour: one of which nothing is shown is not there.
func (a *around) add(ctx context.Context, d *gate.Desk, prop string, id, from ftm.EntityID) error {
	e, err := screen.ReadEntity(ctx, d.View, nil, id)
	if overt.CodeOf(err) == overt.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	out := entityOf(e)
	if s := ftm.Default().Schema(e.Schema); s.Edge != nil {
		for _, end := range references(s, e) {
			for i, other := range e.Properties[end] {
				if other == string(from) || i == maxPage {
					continue
				}
				if o, err := screen.ReadEntity(ctx, d.View, nil, ftm.EntityID(other)); err == nil {
					out.Properties[end][i] = entityOf(o)
				}
			}
		}
	}
	a.of[prop] = append(a.of[prop], out)
	return nil
}

func (s *Service) entity(_ http.ResponseWriter, r *http.Request) (any, error) {
	id := ftm.EntityID(r.PathValue("id"))
	nested, err := truth(r.URL.Query(), "nested", true)
	if err != nil {
		return nil, err
	}
	act := gate.Act{Action: "entity.read", Object: cut(string(id), 200)}
	return ask(r.Context(), s, act, true, func(ctx context.Context, d *gate.Desk) (*entity, error) {
		e, a, err := lookAround(ctx, d, id)
		if err != nil {
			return nil, err
		}
		out := entityOf(e)
		out.Referents = answer.Members(d.Graph, id)
		if nested {
			for prop, others := range a.of {
				out.Properties[prop] = nil
				for _, o := range others {
					out.Properties[prop] = append(out.Properties[prop], o)
				}
			}
		}
		return &out, nil
	})
}

type page struct {
	Results []entity `json:"results"`
	Total   total    `json:"total"`
	Limit   int      `json:"limit"`
	Offset  int      `json:"offset"`
}

type adjacent struct {
	Entity   entity          `json:"entity"`
	Adjacent map[string]page `json:"adjacent"`
}

func (a *around) page(prop string, limit, offset int) page {
	all := a.of[prop]
	out := page{Results: []entity{}, Total: total{len(all), "eq"}, Limit: limit, Offset: offset}
	if a.more {
		out.Total.Relation = "gte"
	}
	if offset < len(all) {
		out.Results = append(out.Results, all[offset:min(len(all), offset+limit)]...)
	}
	return out
}

func (s *Service) adjacent(_ http.ResponseWriter, r *http.Request) (any, error) {
	limit, offset, err := window(r)
	if err != nil {
		return nil, err
	}
	id, prop := ftm.EntityID(r.PathValue("id")), r.PathValue("property")
	act := gate.Act{Action: "entity.read", Object: cut(string(id), 200), Query: cut("around "+prop, 200)}
	return ask(r.Context(), s, act, false, func(ctx context.Context, d *gate.Desk) (any, error) {
		e, a, err := lookAround(ctx, d, id)
		if err != nil {
			return nil, err
		}
		if prop != "" {
			if p := ftm.Default().Schema(e.Schema).Property(prop); p == nil || p.Type.Name != "entity" {
				return nil, overt.Errorf(overt.NotFound, cut(prop, 60), "%s has no such property", e.Schema)
			}
			return a.page(prop, limit, offset), nil
		}
		out := adjacent{Entity: entityOf(e), Adjacent: map[string]page{}}
		for prop := range a.of {
			out.Adjacent[prop] = a.page(prop, limit, offset)
		}
		return out, nil
	})
}

// window reads which part of a list is asked for.
func window(r *http.Request) (limit, offset int, err error) {
	l, err := number(r.URL.Query(), "limit")
	if err != nil {
		return 0, 0, err
	}
	o, err := number(r.URL.Query(), "offset")
	if err != nil {
		return 0, 0, err
	}
	if limit = int(min(l, maxPage)); !r.URL.Query().Has("limit") {
		limit = 10
	}
	if offset = int(o); limit+offset > search.MaxHits {
		return 0, 0, overt.Errorf(overt.Invalid, "offset", "no more than the first %d are listed", search.MaxHits)
	}
	return limit, offset, nil
}

type listedDataset struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Version  string   `json:"version"` // the day its newest source was in this state
	Load     bool     `json:"load"`
	Current  bool     `json:"index_current"`
	Children []string `json:"children"`
}

func (s *Service) catalog(_ http.ResponseWriter, r *http.Request) (any, error) {
	return ask(r.Context(), s, gate.Act{Action: "catalog.read"}, false, func(_ context.Context, d *gate.Desk) (any, error) {
		newest := map[string]string{}
		sight := d.View.Sight()
		for _, c := range sight.Classes() {
			if info, ok := sight.Info(c); ok {
				newest[info.Label.Dataset] = max(newest[info.Label.Dataset], info.Run.Observed)
			}
		}
		list, names := []listedDataset{}, []string{}
		for name, version := range newest {
			list = append(list, listedDataset{name, name, version, true, true, []string{}})
			names = append(names, name)
		}
		slices.SortFunc(list, func(a, b listedDataset) int { return cmp.Compare(a.Name, b.Name) })
		slices.Sort(names)
		return map[string]any{"datasets": list, "current": names, "outdated": []string{}, "index_stale": false}, nil
	})
}
