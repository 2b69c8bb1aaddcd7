package dossiers

import (
	"slices"

	"congvu/internal/store"
)

// State is where a dossier stands (D14.9).
type State string

// The states.
const (
	Open      State = "open"
	Closed    State = "closed"
	Submitted State = "submitted"
	Accepted  State = "accepted"
	Returned  State = "returned"
	Destroyed State = "destroyed"
)

var stateLabels = map[State]string{Open: "Đang lập", Closed: "Đã kết thúc", Submitted: "Đã nộp, chờ lưu trữ kiểm tra", Accepted: "Lưu trữ đã nhận", Returned: "Lưu trữ trả lại", Destroyed: "Đã hủy theo quyết định"}

// Label is the state in Vietnamese, a key of i18n.
func (s State) Label() string { return stateLabels[s] }

// Reason lets a sentence name the state in the reader's language.
func (s State) Reason() (string, map[string]any) { return s.Label(), nil }

// Act is what somebody may do with a dossier; its text is the stable code of buttons, API and history.
type Act string

// The acts.
const (
	ActAdd      Act = "add"
	ActRemove   Act = "remove"
	ActArrange  Act = "arrange"
	ActRevise   Act = "revise"
	ActShare    Act = "share"
	ActHandOver Act = "hand_over"
	ActClose    Act = "close"
	ActReopen   Act = "reopen"
	ActSubmit   Act = "submit"
	ActAccept   Act = "accept"
	ActReturn   Act = "return"
	ActCorrect  Act = "correct"
	ActDestroy  Act = "destroy"
	ActFreeze   Act = "freeze"
	ActUnfreeze Act = "unfreeze"
	ActRegister Act = "register"
	actOpen     Act = "open"
)

type who string

const (
	byKeeper    who = "keeper"    // the person in charge of the dossier
	byWorker    who = "worker"    // he, and those he lets work in it
	byArchivist who = "archivist" // the agency's archivist
	byHead      who = "head"      // the head of the agency, who decides on destruction and freezing
	byManager   who = "manager"   // the head of the agency or of the dossier's unit, who sees to it that nobody leaves with a dossier
)

type arrow struct {
	state State
	act   Act
	next  State // "" keeps the state
	who   who
}

// route is the whole way of a dossier (house law 11).
var route = []arrow{
	{Open, ActAdd, "", byWorker},
	{Open, ActRemove, "", byWorker},
	{Open, ActArrange, "", byWorker},
	{Open, ActRevise, "", byKeeper},
	{Open, ActShare, "", byKeeper},
	{Open, ActHandOver, "", byKeeper},
	{Open, ActHandOver, "", byArchivist}, // of one who is gone
	{Open, ActHandOver, "", byManager},
	{Open, ActClose, Closed, byKeeper},
	{Open, ActFreeze, "", byHead},
	{Open, ActUnfreeze, "", byHead},

	{Closed, ActReopen, Open, byKeeper},
	{Closed, ActShare, "", byKeeper},
	{Closed, ActHandOver, "", byKeeper},
	{Closed, ActHandOver, "", byArchivist}, // of one who is gone
	{Closed, ActHandOver, "", byManager},
	{Closed, ActSubmit, Submitted, byKeeper},
	{Closed, ActFreeze, "", byHead},
	{Closed, ActUnfreeze, "", byHead},

	{Submitted, ActAccept, Accepted, byArchivist},
	{Submitted, ActReturn, Returned, byArchivist},
	{Submitted, ActCorrect, "", byArchivist}, // describing fields only (TT05 art. 19)
	{Submitted, ActFreeze, "", byHead},
	{Submitted, ActUnfreeze, "", byHead},

	{Returned, ActReopen, Open, byKeeper},
	{Returned, ActSubmit, Submitted, byKeeper},
	{Returned, ActShare, "", byKeeper},
	{Returned, ActHandOver, "", byKeeper},
	{Returned, ActHandOver, "", byArchivist}, // of one who is gone
	{Returned, ActHandOver, "", byManager},
	{Returned, ActFreeze, "", byHead},
	{Returned, ActUnfreeze, "", byHead},

	{Accepted, ActCorrect, "", byArchivist},
	{Accepted, ActRegister, "", byArchivist}, // for the historical archive (D16.7)
	{Accepted, ActDestroy, Destroyed, byHead},
	{Accepted, ActFreeze, "", byHead},
	{Accepted, ActUnfreeze, "", byHead},
}

// still are the acts that a freeze does not stop.
var still = map[Act]bool{ActUnfreeze: true, ActFreeze: true, ActShare: true}

// confirmed are the acts that bind the office.
var confirmed = map[Act]bool{ActDestroy: true, ActFreeze: true, ActUnfreeze: true}

func (d *Dossier) may(a store.Actor, w who) bool {
	switch w {
	case byKeeper:
		return a.Person != 0 && person(a) == d.PersonID
	case byWorker:
		return a.Person != 0 && (person(a) == d.PersonID || d.Works)
	case byArchivist:
		return a.Roles.Has(store.Archivist) && a.For == 0 && a.Person != 0
	case byManager:
		return (a.Roles.Has(store.Head) || d.UnitID != 0 && d.UnitID == headed(a)) && a.For == 0 && a.Person != 0
	case byHead:
		return a.Roles.Has(store.Head) && a.For == 0 && a.Person != 0
	}
	return false
}

// Acts lists what the actor may do with the dossier now, from the same table that every act is checked against.
func (d *Dossier) Acts(a store.Actor) []Act {
	var out []Act
	for _, s := range route {
		if s.state == d.State && d.may(a, s.who) && d.stopped(s.act) == nil && !slices.Contains(out, s.act) {
			out = append(out, s.act)
		}
	}
	return out
}

// stopped refuses what a freeze stops, and a freeze or its end where it changes nothing.
func (d *Dossier) stopped(act Act) error {
	switch {
	case d.FrozenAt != 0 && !still[act]:
		return store.Refuse(store.Conflict, "Hồ sơ {code} đang bị đóng băng theo yêu cầu: {order}. Không có gì thay đổi; chờ người có thẩm quyền gỡ đóng băng.", "code", d.Code, "order", d.FreezeOrder)
	case act == ActFreeze && d.FrozenAt != 0:
		return store.Refuse(store.Conflict, "Hồ sơ {code} đã được đóng băng từ trước.", "code", d.Code)
	case act == ActUnfreeze && d.FrozenAt == 0:
		return store.Refuse(store.Conflict, "Hồ sơ {code} không bị đóng băng.", "code", d.Code)
	}
	return nil
}

// allow checks an act against the table and gives the state it leads to.
func (d *Dossier) allow(tx *store.Tx, act Act) (State, error) {
	next, err := d.leads(tx.Actor(), act)
	if err == nil && confirmed[act] {
		err = tx.Actor().Confirmed(tx.Now())
	}
	return next, err
}

// Check tells why somebody cannot do an act with the dossier now; nil when its form may be shown to him. It asks for no confirmation.
func (d *Dossier) Check(a store.Actor, act Act) error {
	_, err := d.leads(a, act)
	return err
}

func (d *Dossier) leads(a store.Actor, act Act) (State, error) {
	known := false
	for _, s := range route {
		if s.state != d.State || s.act != act {
			continue
		}
		known = true
		if !d.may(a, s.who) {
			continue
		}
		if err := d.stopped(act); err != nil {
			return "", err
		}
		if s.next == "" {
			return d.State, nil
		}
		return s.next, nil
	}
	if known {
		return "", store.Refuse(store.Forbidden, "Ông/Bà không có quyền thực hiện việc này với hồ sơ {code}.", "code", d.Code)
	}
	return "", store.Refuse(store.Conflict, "Hồ sơ {code} đang ở trạng thái “{state}” nên không thực hiện được việc này. Tải lại trang để xem tình trạng mới nhất.", "code", d.Code, "state", d.State)
}
