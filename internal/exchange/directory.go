package exchange

import (
	"context"
	"errors"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/edxml"
	"congvu/internal/org"
	"congvu/internal/store"
)

// agency is an entry of the directory as messages name it.
type agency struct {
	org.Agency
	Wire string // the code on the wire (X25.2)
}

func asAgency(a *org.Agency) agency {
	return agency{*a, a.OnWire()}
}

// codes are all an agency goes by.
func (a agency) codes() []string { return []string{a.Wire, a.Code, a.OldCode, a.WireCode} }

// technical codes are nodes and systems, never receivers (X20.4).
func (a agency) technical() bool {
	return edxml.KindOfCode(a.Wire) == edxml.TechnicalCode && strings.Contains(a.Wire, "W00")
}

func (a agency) organization() edxml.Organization {
	return edxml.Organization{OrganID: a.Wire, InCharge: a.ParentName, Name: a.Name, Address: a.Address, Email: a.Email, Telephone: a.Phone, Website: a.Website}
}

// agencyOf gives an agency as it was called at a time.
func agencyOf(ctx context.Context, r store.Reader, id int64, at store.Instant) (agency, error) {
	a, err := org.AgencyAt(ctx, r, org.AgencyID(id), calendar.DateOf(at.Time()))
	if err != nil {
		return agency{}, err
	}
	return asAgency(a), nil
}

// agencyByCode finds an agency by any code it goes by at the time (I3.4).
func agencyByCode(ctx context.Context, r store.Reader, code string, at store.Instant) (agency, bool, error) {
	a, err := org.AgencyByCode(ctx, r, code, calendar.DateOf(at.Time()))
	if errors.Is(err, store.NotFound) {
		return agency{}, false, nil
	}
	if err != nil {
		return agency{}, false, err
	}
	return asAgency(a), true, nil
}

// hosted lists the wire codes of the agencies whose data live here, also of those that have ended: what is sent to them goes to their successor or is
// answered with the reason (I8.5–I8.7).
func hosted(ctx context.Context, r store.Reader) ([]string, error) {
	all, err := org.HostedAgencies(ctx, r)
	if err != nil {
		return nil, err
	}
	ended, err := org.EndedAgencies(ctx, r)
	if err != nil {
		return nil, err
	}
	all = append(all, ended...)
	var out []string
	for _, a := range all {
		if w := asAgency(&a).Wire; w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out, nil
}

// clerks are the people of an agency who are told about its mail.
func clerks(ctx context.Context, r store.Reader, agency int64, at store.Instant) ([]int64, error) {
	staff, err := org.StaffWith(ctx, r, org.AgencyID(agency), store.Clerk, calendar.DateOf(at.Time()))
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, h := range staff {
		if !slices.Contains(out, int64(h.PersonID)) {
			out = append(out, int64(h.PersonID))
		}
	}
	return out, nil
}
