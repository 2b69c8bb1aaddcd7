package documents

import (
	"context"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// mostFrozen bounds the documents of one order.
const mostFrozen = 500

// FreezeOrder locks a set of documents against moving, deleting and editing until it is lifted (V60, D15.5).
type FreezeOrder struct {
	ID         int64
	Number     string
	On         calendar.Date `db:"ordered_on"`
	Reason     string
	By         int64         `db:"by_person"`
	ByName     string        `db:"by_name"`
	At         store.Instant `db:"at_us"`
	LiftedAt   store.Instant `db:"lifted_us"` // 0 = it holds
	LiftedName string
	LiftReason string
	Count      int64 `db:"n"`
}

// Frozen is one document of an order.
type Frozen struct {
	Kind  string `db:"ref_kind"`
	ID    int64  `db:"ref_id"`
	Title string
}

// Ref is its name.
func (f Frozen) Ref() string { return refOf(f.Kind, f.ID) }

const freezeColumns = `f.id, f.number, f.ordered_on, f.reason, f.by_person, f.by_name, f.at_us, f.lifted_us, f.lifted_name, f.lift_reason`

var (
	sqlPutOrder = store.SQL(`INSERT INTO documents_freeze_orders (agency_id, id, number, ordered_on, reason, by_person, by_name, at_us, lifted_us, lifted_by, lifted_name, lift_reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '', '')`)
	sqlPutFreeze = store.SQL(`INSERT INTO documents_freezes (agency_id, ref_kind, ref_id, order_id, title, lifted_us) VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT DO NOTHING`)
	sqlOrders    = store.SQL(`SELECT ` + freezeColumns + `, (SELECT CAST(count(*) AS BIGINT) FROM documents_freezes z WHERE z.agency_id = f.agency_id AND z.order_id = f.id) AS n
		FROM documents_freeze_orders f WHERE f.agency_id = $1 ORDER BY f.id DESC LIMIT 200`)
	sqlOrder      = store.SQL(`SELECT ` + freezeColumns + `, 0 AS n FROM documents_freeze_orders f WHERE f.agency_id = $1 AND f.id = $2`)
	sqlFrozen     = store.SQL(`SELECT ref_kind, ref_id, title FROM documents_freezes WHERE agency_id = $1 AND order_id = $2 ORDER BY ref_kind, ref_id LIMIT 500`)
	sqlLiftOrder  = store.SQL(`UPDATE documents_freeze_orders SET lifted_us = $1, lifted_by = $2, lifted_name = $3, lift_reason = $4 WHERE agency_id = $5 AND id = $6 AND lifted_us = 0`)
	sqlLiftFrozen = store.SQL(`UPDATE documents_freezes SET lifted_us = $1 WHERE agency_id = $2 AND order_id = $3 AND lifted_us = 0`)
	sqlFrozenBy   = store.SQL(`SELECT ` + freezeColumns + `, 0 AS n FROM documents_freezes z JOIN documents_freeze_orders f ON f.agency_id = z.agency_id AND f.id = z.order_id
		WHERE z.agency_id = $1 AND z.ref_kind = $2 AND z.ref_id = $3 AND z.lifted_us = 0 ORDER BY f.id LIMIT 20`)
)

// MayFreeze tells who orders and lifts freezes: the head and the agency's administrator, each in person.
func MayFreeze(a store.Actor) bool {
	return a.Roles.Has(store.Head|store.AgencyAdmin) && a.For == 0 && a.Person != 0
}

func mayFreeze(a store.Actor) error {
	if MayFreeze(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Đóng băng tài liệu do người đứng đầu hoặc quản trị của cơ quan thực hiện theo lệnh.")
}

// FreezeForm is an order: its number and date, its reason (10 to 1000 characters), and the documents, each as a link, a number with notation, or a name
// such as "incoming/12".
type FreezeForm struct {
	Number string
	On     calendar.Date
	Reason string
	Words  []string
}

// Freeze puts an order over a set of documents; every one must be found, or nothing happens.
func Freeze(ctx context.Context, tx *store.Tx, f FreezeForm) (*FreezeOrder, error) {
	a := tx.Actor()
	if err := mayFreeze(a); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	things, err := frozenThings(ctx, tx, f.Words)
	if err != nil {
		return nil, err
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	o := FreezeOrder{ID: tx.NewID(), Number: f.Number, On: f.On, Reason: f.Reason, By: a.Person, ByName: name, At: tx.Now(), Count: int64(len(things))}
	err = tx.Put(ctx, sqlPutOrder, a.Agency, o.ID, o.Number, o.On, o.Reason, a.Person, name, o.At)
	if store.IsDuplicate(err) {
		err = store.RefuseField("number", "Lệnh số {number} ngày {day} đã được ghi. Chưa có gì thay đổi.", "number", f.Number, "day", f.On.Display())
	}
	if err != nil {
		return nil, err
	}
	what := store.Say("Đóng băng theo lệnh {number} ngày {day}.", "number", o.Number, "day", o.On.Display())
	for _, t := range things {
		if _, err := tx.Exec(ctx, sqlPutFreeze, a.Agency, t.Kind, t.ID, o.ID, t.Title); err != nil {
			return nil, err
		}
		if err := accessStep(ctx, tx, t.Kind, t.ID, "freeze", what, o.Reason); err != nil {
			return nil, err
		}
	}
	return &o, tx.Record(store.Event{Verb: "freeze.ordered", Agency: a.Agency, Ref: refOf("freeze", o.ID), Title: o.Number, Data: map[string]any{"documents": len(things), "reason": o.Reason}})
}

func (f *FreezeForm) check() (err error) {
	var p store.Problems
	if f.Number = line(f.Number); f.Number == "" || len([]rune(f.Number)) > 100 {
		p.Add("number", "Nhập số, ký hiệu của lệnh đóng băng, tối đa 100 ký tự.")
	}
	if !f.On.Valid() {
		p.Add("on", "Nhập ngày của lệnh dạng dd/mm/yyyy.")
	}
	if f.Reason, err = accessReason(f.Reason, 10); err != nil {
		p.Add("reason", "Lý do cần từ {least} đến 1000 ký tự. Nội dung đã nhập được giữ nguyên.", "least", 10)
	}
	var words []string
	for _, w := range f.Words {
		if w = line(w); w != "" {
			words = append(words, w)
		}
	}
	if f.Words = words; len(words) == 0 || len(words) > mostFrozen {
		p.Add("documents", "Nhập từ 1 đến {most} văn bản, mỗi dòng một số ký hiệu hoặc liên kết.", "most", mostFrozen)
	}
	return p.Err()
}

// frozenThings finds the documents of an order; things of an adopted kind come by name.
func frozenThings(ctx context.Context, tx *store.Tx, words []string) ([]Frozen, error) {
	agency := tx.Actor().Agency
	var out []Frozen
	for _, w := range words {
		kind, id := parsed(strings.TrimPrefix(w, "/"))
		if kind == "" || kind == "incoming" || kind == "outgoing" {
			n, err := exactly(ctx, tx, agency, "documents", w)
			if err != nil {
				return nil, err
			}
			out = append(out, Frozen{n.Kind, n.ID, orSubject(n)})
			continue
		}
		title, err := titles[kind](ctx, tx, agency, id)
		if err != nil {
			return nil, err
		}
		out = append(out, Frozen{kind, id, title})
	}
	return out, nil
}

// LiftFreeze ends an order with a reason. Conflict when it was lifted already.
func LiftFreeze(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	a := tx.Actor()
	o, things, err := FindFreeze(ctx, tx, a, id)
	if err == nil {
		err = mayFreeze(a)
	}
	if err == nil {
		reason, err = accessReason(reason, 10)
	}
	if err != nil {
		return err
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlLiftOrder, tx.Now(), a.Person, name, reason, a.Agency, id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlLiftFrozen, tx.Now(), a.Agency, id); err != nil {
		return err
	}
	for _, t := range things {
		if err := accessStep(ctx, tx, t.Kind, t.ID, "unfreeze", store.Say("Gỡ đóng băng theo lệnh {number}.", "number", o.Number), reason); err != nil {
			return err
		}
	}
	return tx.Record(store.Event{Verb: "freeze.lifted", Agency: a.Agency, Ref: refOf("freeze", id), Title: o.Number, Data: map[string]any{"reason": reason}})
}

// FreezeOrders lists the orders, newest first, to those who order, to the registry and to the archivist.
func FreezeOrders(ctx context.Context, r store.Reader, a store.Actor) ([]FreezeOrder, error) {
	if !a.Roles.Has(store.Head | store.AgencyAdmin | store.Clerk | store.Archivist) {
		return nil, mayFreeze(a)
	}
	return store.All[FreezeOrder](ctx, r, sqlOrders, a.Agency)
}

// FindFreeze gives one order with its documents. A document that the actor may not see is named by its reference only.
func FindFreeze(ctx context.Context, r store.Reader, a store.Actor, id int64) (FreezeOrder, []Frozen, error) {
	if !a.Roles.Has(store.Head | store.AgencyAdmin | store.Clerk | store.Archivist) {
		return FreezeOrder{}, nil, mayFreeze(a)
	}
	o, ok, err := store.Maybe[FreezeOrder](ctx, r, sqlOrder, a.Agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy lệnh đóng băng này.")
	}
	if err != nil {
		return o, nil, err
	}
	all, err := store.All[Frozen](ctx, r, sqlFrozen, a.Agency, id)
	o.Count = int64(len(all))
	for i := range all {
		if owners[all[i].Kind].sees == nil || owners[all[i].Kind].sees(ctx, r, a, all[i].ID) != nil {
			all[i].Title = ""
		}
	}
	return o, all, err
}

// FrozenBy lists the orders that hold a thing now. No actor: rooms ask before they change what they keep.
func FrozenBy(ctx context.Context, r store.Reader, agency int64, ref string) ([]FreezeOrder, error) {
	kind, id, _ := strings.Cut(ref, "/")
	if kind, n := parsed(kind + "/" + id); kind != "" {
		return store.All[FreezeOrder](ctx, r, sqlFrozenBy, agency, kind, n)
	}
	return nil, nil
}

// RefuseFrozen refuses an act on what an order holds, with the order's number and reason.
func RefuseFrozen(ctx context.Context, r store.Reader, agency int64, ref string) error {
	orders, err := FrozenBy(ctx, r, agency, ref)
	if err != nil || len(orders) == 0 {
		return err
	}
	o := orders[0]
	return store.Refuse(store.Conflict, "Tài liệu đang bị đóng băng theo lệnh {number} ngày {day} ({reason}) nên không sửa, chuyển hoặc xóa được. Tài liệu được giữ nguyên cho đến khi lệnh được gỡ.",
		"number", o.Number, "day", o.On.Display(), "reason", o.Reason)
}
