package dossiers

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// HandOver gives a dossier to another post of the agency, before its keeper leaves (NĐ 30/2020 art. 31.3đ). The archivist does it for one who is gone.
func HandOver(ctx context.Context, tx *store.Tx, id, holding int64, note string) error {
	d, err := begin(ctx, tx, id, ActHandOver)
	if err != nil {
		return err
	}
	h, err := colleague(ctx, tx, d.AgencyID, "person", holding)
	if err != nil {
		return err
	}
	if int64(h.PersonID) == d.PersonID && int64(h.ID) == d.HoldingID {
		return store.RefuseField("person", "Hồ sơ đang do chính người này phụ trách. Hãy chọn người khác.")
	}
	was := d.PersonID
	d.PersonID, d.HoldingID, d.PersonName, d.UnitID, d.UnitName = int64(h.PersonID), int64(h.ID), h.PersonName, int64(h.UnitID), h.UnitName
	return d.save(ctx, tx, told{verb: "dossier.handed_over", act: string(ActHandOver), note: i18n.Clean(note), notify: []int64{was, d.PersonID},
		what: store.Say("Bàn giao hồ sơ {code} cho {name}.", "code", d.Code, "name", d.PersonName)})
}

// Share lets a person (through his post) or a unit read, or work in, a dossier; Unshare ends it. Who has what stays in the history (V49).
type Share struct {
	ID         int64
	HolderKind string // person, unit
	HolderID   int64
	HolderName string
	Level      string // read, work
	Reason     string
	Until      calendar.Date
	At         store.Instant `db:"at_us"`
}

var (
	sqlShares   = store.SQL(`SELECT id, holder_kind, holder_id, holder_name, level, reason, until, at_us FROM dossiers_shares WHERE agency_id = $1 AND dossier_id = $2 AND ended_us = 0 ORDER BY id`)
	sqlPutShare = store.SQL(`INSERT INTO dossiers_shares (agency_id, dossier_id, id, holder_kind, holder_id, holder_name, level, reason, until, at_us, ended_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`)
	sqlEndShare = store.SQL(`UPDATE dossiers_shares SET ended_us = $1 WHERE agency_id = $2 AND dossier_id = $3 AND id = $4 AND ended_us = 0`)
)

// Shares lists with whom a dossier is shared, to those who open it.
func Shares(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Share, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return store.All[Share](ctx, r, sqlShares, d.AgencyID, d.ID)
}

// ShareWith shares a dossier with the person in a post, or with a unit.
func ShareWith(ctx context.Context, tx *store.Tx, id, holding, unit int64, level, reason string, until calendar.Date) error {
	d, err := begin(ctx, tx, id, ActShare)
	if err != nil {
		return err
	}
	s := Share{HolderKind: "person", Level: level, Reason: i18n.CleanLine(reason), Until: until}
	if level != "read" && level != "work" {
		return store.RefuseField("level", "Chọn quyền: xem, hoặc cùng lập hồ sơ.")
	}
	if until != "" && until.Before(nowDay(tx)) {
		return store.RefuseField("until", "Ngày hết hạn chia sẻ không được ở trong quá khứ.")
	}
	tell := []int64{}
	if unit != 0 {
		s.HolderKind, s.HolderID = "unit", unit
		units, err := org.Units(ctx, tx, org.AgencyID(d.AgencyID))
		if err != nil {
			return err
		}
		for _, u := range units {
			if int64(u.ID) == unit {
				s.HolderName = u.Name
			}
		}
		if s.HolderName == "" {
			return store.RefuseField("unit", "Không tìm thấy đơn vị này trong cơ quan.")
		}
	} else if holding == 0 {
		return store.RefuseField("person", "Chọn người hoặc đơn vị được chia sẻ.")
	} else {
		h, err := colleague(ctx, tx, d.AgencyID, "person", holding)
		if err != nil {
			return err
		}
		s.HolderID, s.HolderName, tell = int64(h.PersonID), h.PersonName, []int64{int64(h.PersonID)}
	}
	if err := tx.Put(ctx, sqlPutShare, d.AgencyID, d.ID, tx.NewID(), s.HolderKind, s.HolderID, s.HolderName, s.Level, s.Reason, s.Until, tx.Now()); err != nil {
		if store.IsDuplicate(err) {
			err = store.Because(store.RefuseField("person", "Hồ sơ đã được chia sẻ với {name}. Ngừng chia sẻ trước khi đổi quyền.", "name", s.HolderName), err)
		}
		return err
	}
	if err := d.endsAfter(ctx, tx, until); err != nil {
		return err
	}
	return d.save(ctx, tx, told{verb: "dossier.shared", act: string(ActShare), note: s.Reason, notify: tell,
		what: store.Say("Chia sẻ hồ sơ {code} với {name} (quyền {level}).", "code", d.Code, "name", s.HolderName, "level", levelLabel(level))})
}

func levelLabel(level string) store.Message {
	if level == "work" {
		return store.Say("cùng lập")
	}
	return store.Say("xem")
}

// Unshare ends a sharing.
func Unshare(ctx context.Context, tx *store.Tx, id, share int64) error {
	d, err := begin(ctx, tx, id, ActShare)
	if err != nil {
		return err
	}
	all, err := store.All[Share](ctx, tx, sqlShares, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.ID == share {
			if err := tx.Put(ctx, sqlEndShare, tx.Now(), d.AgencyID, d.ID, share); err != nil {
				return err
			}
			return d.save(ctx, tx, told{verb: "dossier.unshared", act: string(ActShare), what: store.Say("Ngừng chia sẻ hồ sơ với {name}.", "name", s.HolderName)})
		}
	}
	return store.Refuse(store.NotFound, "Hồ sơ không được chia sẻ với người hoặc đơn vị này.")
}
