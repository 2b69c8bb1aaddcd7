package notify

import (
	"context"

	"congvu/internal/store"
)

var sqlCheck = store.SQL(`SELECT m.agency_id, m.ref, 'person/' || m.person_id AS what FROM notify_messages m LEFT JOIN store_journal j ON j.id = m.id
	WHERE j.id IS NULL OR j.ref <> m.ref OR j.agency_id <> m.agency_id`)

// Check looks whether every message tells of something that happened.
func Check(ctx context.Context, r store.Reader, f *store.Findings) error {
	return f.Faults(ctx, r, "notify", sqlCheck, store.Say("Thông báo cho {what} về {ref} không có việc tương ứng trong nhật ký."))
}
