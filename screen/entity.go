package screen

import (
	"context"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// ReadEntity gives any entity as the datasets describe it now; none stands for all.
// What every source took back is not there. Errors: not_found, those of the view.
func ReadEntity(ctx context.Context, view statement.View, datasets []string, id ftm.EntityID) (*ftm.Entity, error) {
	var stmts []statement.Statement
	var err error
	if statement.ValidID(id) {
		stmts, err = view.Entity(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	if len(stmts) > 0 {
		if e := newReader(view.Sight(), datasets).entity(stmts); len(e.Datasets) > 0 {
			return e, nil
		}
	}
	return nil, overt.Errorf(overt.NotFound, statement.ShowID(id), "there is no such entity")
}
