package documents

import (
	"context"
	"errors"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// ResolvedGroup is a group as it stands on the day of sending: who gets the document, and who of the group does not, with the reason (X20.7).
type ResolvedGroup struct {
	Group   Group
	Members []ResolvedMember
	Left    []store.Message // one sentence for each member that is no receiver on that day
}

// ResolvedMember is an agency that gets the document; Instead is the member that has ended and that it follows, "" = itself.
type ResolvedMember struct {
	Agency  org.AgencyID
	Code    string // on that day
	Name    string
	Instead string
}

// ResolveGroup tells which agencies a group means on a day. A member that has ended gives way to the agency that took its documents over; where none
// is named the members' successors are told and nobody is chosen (I8.5–I8.7, I8.10). Conflict when the group is not valid on that day.
func ResolveGroup(ctx context.Context, r store.Reader, a store.Actor, id int64, on calendar.Date) (*ResolvedGroup, error) {
	g, err := findGroup(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	if !g.Valid(on) {
		return nil, store.Refuse(store.Conflict, "Nhóm “{name}” không dùng trong ngày {day}. Hãy chọn nhóm khác hoặc đề nghị người giữ nhóm sửa thời hạn.", "name", g.Name, "day", on.Display())
	}
	out := &ResolvedGroup{Group: *g}
	seen := map[org.AgencyID]bool{org.AgencyID(a.Agency): true}
	for _, id := range g.Agencies() {
		m, left, err := resolveMember(ctx, r, id, on)
		switch {
		case err != nil:
			return nil, err
		case left.Text != "":
			out.Left = append(out.Left, left)
		case !seen[m.Agency]:
			seen[m.Agency] = true
			out.Members = append(out.Members, m)
		}
	}
	return out, nil
}

func resolveMember(ctx context.Context, r store.Reader, id org.AgencyID, on calendar.Date) (m ResolvedMember, left store.Message, err error) {
	x, err := org.AgencyAt(ctx, r, id, on)
	if errors.Is(err, store.NotFound) {
		return m, store.Say("Một cơ quan của nhóm không còn trong danh bạ."), nil
	}
	if err != nil {
		return m, left, err
	}
	if x.State != "active" {
		taker, found, err := org.TakerOf(ctx, r, id, org.SubjectDocuments)
		if err != nil {
			return m, left, err
		}
		if !found {
			return unfollowed(ctx, r, x)
		}
		old := x.Name
		if x, err = org.AgencyAt(ctx, r, taker, on); err != nil {
			return m, left, err
		}
		if x.State != "active" {
			return unfollowed(ctx, r, x)
		}
		m.Instead = old
	}
	code, disputed, err := org.Disputed(ctx, r, x)
	switch {
	case err != nil:
		return m, left, err
	case disputed: // I3.5
		return m, store.Say("{name}: mã {code} đang có cơ quan khác cùng nhận, chờ quản trị hệ thống quyết định.", "name", x.Name, "code", code), nil
	case x.Code == "":
		return m, store.Say("{name} không có mã định danh.", "name", x.Name), nil
	}
	m.Agency, m.Code, m.Name = x.ID, x.OnWire(), x.Name
	return m, left, nil
}

// unfollowed says that a member has ended, and who follows it, so that the clerk chooses.
func unfollowed(ctx context.Context, r store.Reader, x *org.Agency) (ResolvedMember, store.Message, error) {
	follow, err := org.SuccessorsOf(ctx, r, x.ID)
	var names []string
	for _, s := range follow {
		if s.NewName != "" {
			names = append(names, s.NewName)
		}
	}
	if len(names) == 0 {
		return ResolvedMember{}, store.Say("{name} đã kết thúc hoạt động, không có đơn vị tiếp nhận.", "name", x.Name), err
	}
	return ResolvedMember{}, store.Say("{name} đã kết thúc hoạt động. Hãy chọn trong các cơ quan kế tục: {successors}.", "name", x.Name, "successors", strings.Join(names, "; ")), err
}

// expand puts the agencies of groups in the place of the groups that were chosen as receivers; what is no receiver today is told and stops the draft,
// for the clerk chooses who gets it instead.
func expand(ctx context.Context, tx *store.Tx, in []ReceiverForm, p *store.Problems) ([]ReceiverForm, error) {
	var out []ReceiverForm
	named := map[org.AgencyID]bool{}
	for _, f := range in {
		named[f.Agency] = named[f.Agency] || f.Group == 0
	}
	for _, f := range in {
		if f.Group == 0 {
			out = append(out, f)
			continue
		}
		g, err := ResolveGroup(ctx, tx, tx.Actor(), f.Group, today(tx.Now()))
		if err != nil {
			return nil, err
		}
		for _, m := range g.Members {
			if !named[m.Agency] {
				named[m.Agency] = true
				out = append(out, ReceiverForm{Agency: m.Agency, Role: f.Role})
			}
		}
		for _, why := range g.Left {
			*p = append(*p, store.Problem{Field: "receivers", Message: why})
		}
	}
	return out, nil
}
