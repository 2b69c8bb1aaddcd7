package documents

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"congvu/internal/org"
	"congvu/internal/store"
)

// nameActor gives the name and the post of who acts, as they are at the time of the act. The installation itself has none.
func nameActor(ctx context.Context, tx *store.Tx, a store.Actor) (who, post string, err error) {
	if a.Holding == 0 {
		return "", "", nil
	}
	h, err := org.HoldingAt(ctx, tx, org.HoldingID(a.Holding), today(tx.Now()))
	if err != nil {
		return "", "", err
	}
	return h.PersonName, h.Title, nil
}

// colleague finds a post of the agency that is held today: where a document may be sent within the house.
func colleague(ctx context.Context, tx *store.Tx, field string, id org.HoldingID) (*org.Holding, error) {
	h, err := org.HoldingAt(ctx, tx, id, today(tx.Now()))
	if err == nil && int64(h.AgencyID) == tx.Actor().Agency {
		return h, nil
	}
	return nil, store.Because(store.RefuseField(field, "Người được chọn không giữ chức vụ nào trong cơ quan vào hôm nay. Hãy chọn người khác."), err)
}

func decode(j store.JSON, into any) error {
	if j == "" {
		return nil
	}
	return json.Unmarshal([]byte(j), into)
}

func contains[T comparable](list []T, v T) bool { return slices.Contains(list, v) }

// unitOf gives a unit of the agency, nil when it has none such.
func unitOf(ctx context.Context, r store.Reader, agency int64, id org.UnitID) (*org.Unit, error) {
	units, err := org.Units(ctx, r, org.AgencyID(agency))
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		if u.ID == id {
			return &u, nil
		}
	}
	return nil, nil
}

// capacity gives the capacity with that code in which the post may sign this type of document today, nil when it may not (D6.7).
func capacity(ctx context.Context, r store.Reader, id org.HoldingID, typeCode, code string, at store.Instant) (*org.Capacity, error) {
	all, err := org.Capacities(ctx, r, id, typeCode, today(at))
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Code == code {
			return &c, nil
		}
	}
	return nil, nil
}

// receiverName gives the name of a receiver: the directory's for an agency, the unit's for a unit, what was typed for others; ""
// when there is no such agency or unit.
func receiverName(ctx context.Context, tx *store.Tx, own int64, r Receiver) (string, error) {
	switch {
	case r.Agency != 0 && r.Unit != 0:
		return "", nil
	case r.Agency != 0:
		a, err := org.AgencyAt(ctx, tx, r.Agency, today(tx.Now()))
		if errors.Is(err, store.NotFound) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return a.Name, nil
	case r.Unit != 0:
		u, err := unitOf(ctx, tx, own, r.Unit)
		if err != nil || u == nil {
			return "", err
		}
		return u.Name, nil
	}
	return r.Name, nil
}

// isKeeper tells whether a post looks after the agency's registers or its signatures.
func isKeeper(h org.Holding) bool { return h.Roles.Has(store.Clerk | store.AgencyAdmin) }
