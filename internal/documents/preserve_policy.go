package documents

import (
	"context"
	"strconv"
	"time"

	"congvu/internal/store"
)

// StampPolicy says what an agency wants of time stamps on its signatures (S6.3); data of the agency, setting documents.timestamp.
type StampPolicy string

// The policies.
const (
	StampRequired StampPolicy = "required" // no document is issued without
	StampWanted   StampPolicy = "wanted"   // the default: issued without only after every try failed, and the lack is recorded
	StampOff      StampPolicy = "off"      // none is asked for, neither now nor for preservation
)

const (
	settingStamp = "documents.timestamp"
	settingCheck = "documents.archive_check_days"

	defaultCheckDays = 180
	mostCheckDays    = 3650
)

// Preserving is how an agency keeps its signatures.
type Preserving struct {
	Stamp     StampPolicy
	CheckDays int // every kept file is verified again after so many days
}

// PreservingOf reads an agency's settings; what the installation sets serves agencies that set nothing.
func PreservingOf(ctx context.Context, r store.Reader, agency int64) (Preserving, error) {
	p := Preserving{CheckDays: defaultCheckDays}
	var err error
	if p.Stamp, err = stampPolicy(ctx, r, agency); err != nil {
		return p, err
	}
	days, err := store.Setting(ctx, r, agency, settingCheck, strconv.Itoa(defaultCheckDays))
	if n, bad := strconv.Atoi(days); bad == nil && n >= 1 && n <= mostCheckDays {
		p.CheckDays = n
	}
	return p, err
}

func stampPolicy(ctx context.Context, r store.Reader, agency int64) (StampPolicy, error) {
	s, err := store.Setting(ctx, r, agency, settingStamp, string(StampWanted))
	if p := StampPolicy(s); p.valid() {
		return p, err
	}
	return StampWanted, err
}

func (p StampPolicy) valid() bool { return p == StampRequired || p == StampWanted || p == StampOff }

func (p Preserving) nextCheck(now store.Instant) store.Instant {
	return now.Add(time.Duration(p.CheckDays) * 24 * time.Hour)
}

// KeepsSignatures tells who looks after an agency's time stamps and its archive of signatures: its administrators.
func KeepsSignatures(a store.Actor) bool { return a.Roles.Has(store.AgencyAdmin) && a.Agency != 0 }

func mayKeepSignatures(a store.Actor) error {
	if KeepsSignatures(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ quản trị của cơ quan được quản lý việc bảo quản chữ ký số.")
}

// SetPreserving changes how the agency keeps its signatures. Documents whose signatures wait for a time stamp already go on waiting; what was
// not extended while the policy was off is planned anew.
func SetPreserving(ctx context.Context, tx *store.Tx, p Preserving) error {
	a := tx.Actor()
	if err := mayKeepSignatures(a); err != nil {
		return err
	}
	var wrong store.Problems
	if !p.Stamp.valid() {
		wrong.Add("stamp", "Hãy chọn một cách dùng dấu thời gian trong danh sách.")
	}
	if p.CheckDays < 1 || p.CheckDays > mostCheckDays {
		wrong.Add("check_days", "Chu kỳ kiểm tra lại phải từ 1 đến {most} ngày.", "most", mostCheckDays)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if err := tx.Set(ctx, a.Agency, settingStamp, string(p.Stamp)); err != nil {
		return err
	}
	if err := tx.Set(ctx, a.Agency, settingCheck, strconv.Itoa(p.CheckDays)); err != nil {
		return err
	}
	if p.Stamp != StampOff {
		if _, err := tx.Exec(ctx, sqlPlanAll, tx.Now(), a.Agency); err != nil {
			return err
		}
	}
	return tx.Record(store.Event{Verb: "preservation.set", Agency: a.Agency, Data: map[string]any{"timestamp": p.Stamp, "check_days": p.CheckDays}})
}
