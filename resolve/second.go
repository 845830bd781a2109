package resolve

import (
	"context"
	"slices"

	"overt/ftm"
	"overt/resolve/judge"
	"overt/statement"
)

// A Second says which merges need the word of two people. The zero Second asks for
// none.
type Second struct {
	Topics   []string // one of both sides carries such a topic
	Datasets []string // a statement of one of both sides is of such a dataset
	Links    int      // both sides together have more links than this; 0 for any number
	// FromFiles are the people whose word, read from a file, counts as theirs and
	// not as that of who read it in.
	FromFiles []string
	// Cluster gives the source ids that equal identifiers make one with an entity,
	// its own included, and the links of all, as the sight shows them.
	Cluster func(ftm.EntityID) (members []ftm.EntityID, links int, err error)
}

// asks says whether any merge needs a second person.
func (s *Second) asks() bool { return s != nil && len(s.Topics)+len(s.Datasets)+s.Links > 0 }

// rule looks at entities as a sight of a view shows them. What reading them fails
// with is in err once the rule was asked.
func (s *Second) rule(ctx context.Context, view statement.View, sight *statement.Sight, err *error) judge.Rule {
	if !s.asks() {
		return judge.Rule{}
	}
	known := map[[2]ftm.EntityID]bool{}
	return judge.Rule{FromFiles: s.FromFiles, Second: func(left, right ftm.EntityID) bool {
		pair := [2]ftm.EntityID{left, right}
		if _, ok := known[pair]; !ok && *err == nil {
			known[pair], *err = s.needs(ctx, view, sight, left, right)
		}
		return known[pair]
	}}
}

func (s *Second) needs(ctx context.Context, view statement.View, sight *statement.Sight, sides ...ftm.EntityID) (bool, error) {
	links := 0
	for _, id := range sides {
		members, n, err := s.Cluster(id)
		if err != nil {
			return false, err
		}
		links += n
		for _, m := range members {
			stmts, err := view.Entity(ctx, m)
			if err != nil {
				return false, err
			}
			if slices.ContainsFunc(stmts, func(st statement.Statement) bool {
				info, sees := sight.Info(st.Class)
				return sees && (slices.Contains(s.Datasets, info.Label.Dataset) || st.Prop == "topics" && slices.Contains(s.Topics, st.Value))
			}) {
				return true, nil
			}
		}
	}
	return s.Links > 0 && links > s.Links, nil
}
