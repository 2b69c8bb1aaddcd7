package org

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// keeperTitle is what a person is called who keeps the past of an agency that has ended.
const keeperTitle = "Người giữ tài liệu của cơ quan đã kết thúc"

// MayNameKeeper: the system's administrator, and the administrator and head of the agency that took the documents over (I7.4, I10.4).
func MayNameKeeper(ctx context.Context, r store.Reader, a store.Actor, old AgencyID) (bool, error) {
	if MayShapeCity(a) {
		return true, nil
	}
	if !a.Roles.Has(store.AgencyAdmin|store.Head) || a.Agency == 0 {
		return false, nil
	}
	taker, found, err := TakerOf(ctx, r, old, SubjectDocuments)
	return found && taker == AgencyID(a.Agency), err
}

// NameKeeper lets a person read the documents of an agency that has ended, until a day: a post in that agency with the archivist's sight and
// without any act (store.Actor.ReadOnly). NotFound for those who did not take its documents over.
func NameKeeper(ctx context.Context, tx *store.Tx, old AgencyID, person PersonID, until calendar.Date) (*Holding, error) {
	a, err := FindAgency(ctx, tx, old)
	if err != nil {
		return nil, err
	}
	may, err := MayNameKeeper(ctx, tx, tx.Actor(), old)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy cơ quan này.")
	}
	today := Today(tx.Now())
	var p store.Problems
	if a.State != "closed" {
		p.Add("agency", "Chỉ cử người giữ tài liệu cho cơ quan đã kết thúc hoạt động.")
	}
	if !until.Valid() || until.Before(today) {
		p.Add("until", "Ngày cuối được xem phải có thật và không trước hôm nay.")
	}
	who, err := FindPerson(ctx, tx, person)
	if err != nil || !MayShapeCity(tx.Actor()) && int64(who.HomeAgency) != tx.Actor().Agency {
		p.Add("person", "Không tìm thấy người được chọn.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if _, taken, err := store.Maybe[int64](ctx, tx, sqlSamePosting, old, person, 0, keeperTitle, until, today); err != nil {
		return nil, err
	} else if taken {
		return nil, store.Refuse(store.Conflict, "Người này đang giữ tài liệu của cơ quan đó rồi. Hãy kết thúc trước khi cử lại với ngày khác.")
	}
	id := HoldingID(tx.NewID())
	if err := tx.Put(ctx, sqlAppoint, old, id, person, 0, keeperTitle, RankStaff, Concurrent, store.Archivist, today, until); err != nil {
		return nil, err
	}
	h, err := store.One[Holding](ctx, tx, sqlHolding, id)
	if err != nil {
		return nil, err
	}
	return &h, tx.Record(store.Event{Verb: "holding.appointed", Agency: int64(old), Ref: ref("holding", int64(id)), Title: h.PersonName + " – " + h.Title,
		Text:   store.Say("Ông/Bà được xem tài liệu của {agency} đến hết ngày {day}: chọn vai trò này ở góc trên bên phải.", "agency", h.AgencyName, "day", until.Display()),
		Notify: []int64{int64(person)}, Data: map[string]any{"agency": old, "person": person, "until": until}})
}

// EndKeeper takes the sight back at once.
func EndKeeper(ctx context.Context, tx *store.Tx, id HoldingID) error {
	h, ok, err := store.Maybe[Holding](ctx, tx, sqlHolding, id)
	if err != nil {
		return err
	}
	may := false
	if ok && h.Title == keeperTitle {
		if may, err = MayNameKeeper(ctx, tx, tx.Actor(), h.AgencyID); err != nil {
			return err
		}
	}
	if !may {
		return store.Refuse(store.NotFound, "Không tìm thấy người giữ tài liệu này.")
	}
	if err := tx.Put(ctx, sqlEndKeeper, Today(tx.Now()).AddDays(-1), h.AgencyID, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "holding.ended", Agency: int64(h.AgencyID), Ref: ref("holding", int64(id)), Title: h.PersonName + " – " + h.Title})
}

var sqlEndKeeper = store.SQL(`UPDATE org_holdings SET valid_to = $1 WHERE agency_id = $2 AND id = $3`)
