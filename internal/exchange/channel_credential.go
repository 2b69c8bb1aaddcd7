package exchange

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Credential is what one agency signs in with at a gateway, and how far its mail has been fetched (X18.4). The secret is sealed in the table and never
// leaves the server.
type Credential struct {
	AgencyID    int64
	AgencyName  string
	AgencyCode  string // as messages bear it
	Channel     string
	Environment string
	SystemID    string
	FromCode    string // the code registered with the gateway, when it is not the agency's code on messages (X25.2)
	Enabled     bool
	DocumentsTo store.Instant `db:"documents_us"` // documents were fetched completely up to here
	StatusesTo  store.Instant `db:"statuses_us"`
	PullAt      store.Instant `db:"pull_us"` // when they are fetched next
	SucceededAt store.Instant `db:"succeeded_us"`
	FailedAt    store.Instant `db:"failed_us"`
	Error       string        // of the last failure, the server's words unchanged; "" = the last call succeeded
	Revision    int64
	Waiting     int64 // messages that wait to be sent over this channel
	Failed      int64 // messages given up
	InUse       bool  // its environment is the one in use
}

const credentialColumns = `k.agency_id, k.channel, k.environment, k.system_id, k.from_code, k.enabled, k.documents_us, k.statuses_us, k.pull_us, k.succeeded_us, k.failed_us,
	k.error, k.revision`

const credentialCounts = `,
	(SELECT COUNT(*) FROM exchange_shipments s WHERE s.agency_id = k.agency_id AND s.channel = k.channel AND s.due_us > 0)
	+ (SELECT COUNT(*) FROM exchange_statuses t WHERE t.agency_id = k.agency_id AND t.channel = k.channel AND t.gate_us > 0) AS waiting,
	(SELECT COUNT(*) FROM exchange_shipments s WHERE s.agency_id = k.agency_id AND s.channel = k.channel AND s.state = 'failed')
	+ (SELECT COUNT(*) FROM exchange_statuses t WHERE t.agency_id = k.agency_id AND t.channel = k.channel AND t.failed) AS failed,
	EXISTS (SELECT 1 FROM exchange_channels c WHERE c.kind = k.channel AND c.environment = k.environment) AS in_use`

var (
	sqlCredentials = store.SQL(`SELECT ` + credentialColumns + credentialCounts + ` FROM exchange_credentials k
		WHERE (k.agency_id = $1 OR CAST($2 AS BIGINT) = 1) AND (CAST($3 AS TEXT) = '' OR k.channel = $3) AND k.agency_id > $4 ORDER BY k.agency_id, k.channel, k.environment LIMIT $5`)
	sqlCredential    = store.SQL(`SELECT ` + credentialColumns + ` FROM exchange_credentials k WHERE k.agency_id = $1 AND k.channel = $2 AND k.environment = $3`)
	sqlSecret        = store.SQL(`SELECT secret FROM exchange_credentials WHERE agency_id = $1 AND channel = $2 AND environment = $3`)
	sqlPutCredential = store.SQL(`INSERT INTO exchange_credentials (agency_id, channel, environment, system_id, secret, from_code, enabled, documents_us, statuses_us, pull_us,
			succeeded_us, failed_us, error, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, 0, 0, '', 1)
		ON CONFLICT (agency_id, channel, environment) DO UPDATE SET system_id = excluded.system_id, secret = excluded.secret, from_code = excluded.from_code,
			enabled = excluded.enabled, pull_us = excluded.pull_us, error = '', revision = exchange_credentials.revision + 1`)
	sqlWorked    = store.SQL(`UPDATE exchange_credentials SET succeeded_us = $1, error = '' WHERE agency_id = $2 AND channel = $3 AND environment = $4`)
	sqlTroubled  = store.SQL(`UPDATE exchange_credentials SET failed_us = $1, error = $2 WHERE agency_id = $3 AND channel = $4 AND environment = $5`)
	sqlPullSoon  = store.SQL(`UPDATE exchange_credentials SET pull_us = $1, documents_us = $2, statuses_us = $3 WHERE agency_id = $4 AND channel = $5 AND environment = $6 AND enabled`)
	sqlAnewShips = store.SQL(`UPDATE exchange_shipments SET state = 'waiting', tries = 0, due_us = $1, error = '' WHERE agency_id = $2 AND channel = $3 AND state = 'failed'`)
	sqlAnewLines = store.SQL(`UPDATE exchange_deliveries SET state = 'queued', state_us = $1, description = '', args = 'null' WHERE agency_id = $2 AND state = 'failed' AND id IN (
		SELECT s.delivery_id FROM exchange_shipments s WHERE s.agency_id = exchange_deliveries.agency_id AND s.channel = $3 AND s.request_id = 0 AND s.state = 'failed')`)
	sqlAnewStates = store.SQL(`UPDATE exchange_statuses SET gate_us = $1, tries = 0, failed = FALSE WHERE agency_id = $2 AND channel = $3 AND failed`)
)

// secretName binds a sealed secret to its place.
func (k Credential) secretName() string {
	return fmt.Sprintf("exchange/%d/%s/%s", k.AgencyID, k.Channel, k.Environment)
}

// Credentials lists, by agency, up to limit of what is signed in with on a channel ("" = on any), after an agency (0 = from the first): for a system administrator of the
// whole installation, for an agency's clerk its own. Forbidden for others. Secrets are not among it.
func Credentials(ctx context.Context, r store.Reader, a store.Actor, channel string, after int64, limit int) ([]Credential, error) {
	if !MayOpenQuarantine(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ văn thư và quản trị hệ thống được xem tình trạng kênh gửi nhận.")
	}
	all := 0
	if MayOperate(a) {
		all = 1
	}
	out, err := store.All[Credential](ctx, r, sqlCredentials, a.Agency, all, channel, after, limit)
	for i := range out {
		if err := out[i].name(ctx, r); err != nil {
			return nil, err
		}
	}
	return out, err
}

func (k *Credential) name(ctx context.Context, r store.Reader) error {
	a, err := org.FindAgency(ctx, r, org.AgencyID(k.AgencyID))
	if err == nil {
		k.AgencyName, k.AgencyCode = a.Name, a.OnWire()
	}
	return err
}

// FindCredential gives one, blank when there is none yet; only for system administrators.
func FindCredential(ctx context.Context, r store.Reader, a store.Actor, agency int64, channel, environment string) (Credential, error) {
	if err := operates(a); err != nil {
		return Credential{}, err
	}
	if _, err := channelOf(ctx, r, channel); err != nil {
		return Credential{}, err
	}
	k, ok, err := store.Maybe[Credential](ctx, r, sqlCredential, agency, channel, environment)
	if err != nil {
		return k, err
	}
	if !ok {
		k = Credential{AgencyID: agency, Channel: channel, Environment: environment, Enabled: true}
	}
	return k, k.name(ctx, r)
}

// CredentialForm is what an administrator types. An empty Secret keeps the one there is.
type CredentialForm struct {
	Agency      int64
	Channel     string
	Environment string
	SystemID    string
	Secret      string
	FromCode    string
	Enabled     bool
	Revision    int64
}

// SetCredential keeps what an agency signs in with, the secret sealed with the master secret of the installation.
func (o *Office) SetCredential(ctx context.Context, tx *store.Tx, f CredentialForm) error {
	if err := operates(tx.Actor()); err != nil {
		return err
	}
	if f.Environment != Sandbox && f.Environment != Production {
		return store.RefuseField("environment", "Môi trường là thử nghiệm hoặc chính thức.")
	}
	if a, err := agencyOf(ctx, tx, f.Agency, tx.Now()); err != nil || !a.Hosted {
		return store.RefuseField("agency", "Chọn một cơ quan có dữ liệu trong bản cài đặt này.")
	}
	k, err := FindCredential(ctx, tx, tx.Actor(), f.Agency, f.Channel, f.Environment)
	if err != nil {
		return err
	}
	if f.Revision != k.Revision {
		return store.Refuse(store.Conflict, "Thông tin kết nối đã được người khác sửa. Nội dung cũ được giữ nguyên; tải lại trang rồi sửa lại.")
	}
	f.SystemID, f.FromCode = strings.TrimSpace(i18n.Clean(f.SystemID)), strings.TrimSpace(i18n.Clean(f.FromCode))
	if f.SystemID == "" || utf8.RuneCountInString(f.SystemID) > 200 {
		return store.RefuseField("system_id", "Nhập mã hệ thống (system id) do đơn vị quản lý trục cấp.")
	}
	if utf8.RuneCountInString(f.FromCode) > 35 {
		return store.RefuseField("from_code", "Mã định danh dài nhất 35 ký tự.")
	}
	var sealed string
	switch {
	case f.Secret != "" && (len(f.Secret) > 1000 || strings.ContainsAny(f.Secret, "\r\n\x00")):
		return store.RefuseField("secret", "Khóa bí mật không hợp lệ.")
	case f.Secret != "":
		if sealed, err = o.Keys.Seal(k.secretName(), []byte(f.Secret)); err != nil {
			return err
		}
	case k.Revision == 0:
		return store.RefuseField("secret", "Nhập khóa bí mật do đơn vị quản lý trục cấp.")
	default:
		if sealed, err = store.One[string](ctx, tx, sqlSecret, f.Agency, f.Channel, f.Environment); err != nil {
			return err
		}
	}
	if err := tx.Put(ctx, sqlPutCredential, f.Agency, f.Channel, f.Environment, f.SystemID, sealed, f.FromCode, f.Enabled, tx.Now()); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "credential.changed", Agency: f.Agency, Ref: "channel", Title: f.Channel,
		Data: map[string]any{"channel": f.Channel, "environment": f.Environment, "system_id": f.SystemID, "enabled": f.Enabled, "secret_changed": f.Secret != ""}})
}

// secretOf opens an agency's secret, for a link and nothing else.
func secretOf(ctx context.Context, r store.Reader, k *keys.Store, c Credential) (string, error) {
	sealed, err := store.One[string](ctx, r, sqlSecret, c.AgencyID, c.Channel, c.Environment)
	if err != nil {
		return "", err
	}
	b, err := k.Unseal(c.secretName(), sealed)
	return string(b), err
}

// inUse gives what an agency signs in with on a channel as it is set now; ok = false when it cannot sign in.
func inUse(ctx context.Context, r store.Reader, c Channel, agency int64) (Credential, bool, error) {
	k, ok, err := store.Maybe[Credential](ctx, r, sqlCredential, agency, c.Kind, c.Environment)
	return k, ok && k.Enabled && c.Ready(), err
}

// FetchNow lets an agency's mail be fetched at once, looking back some days (0 = as usual).
func FetchNow(ctx context.Context, tx *store.Tx, channel string, agency int64, days int) error {
	if err := operates(tx.Actor()); err != nil {
		return err
	}
	c, err := channelOf(ctx, tx, channel)
	if err != nil {
		return err
	}
	k, ok, err := inUse(ctx, tx, c, agency)
	if err != nil {
		return err
	}
	if !ok {
		return store.Refuse(store.Conflict, "Kênh hoặc thông tin kết nối của cơ quan đang tắt nên chưa đồng bộ được.")
	}
	if days < 0 || days > 366 {
		return store.RefuseField("days", "Số cần từ {low} đến {high}.", "low", 0, "high", 366)
	}
	documents, statuses := k.DocumentsTo, k.StatusesTo
	if days > 0 {
		from := store.InstantOf(calendar.DateOf(tx.Now().Time()).AddDays(c.LookBackDays - days).Time())
		documents, statuses = min(documents, from), min(statuses, from)
	}
	if err := tx.Put(ctx, sqlPullSoon, tx.Now(), documents, statuses, agency, channel, c.Environment); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "channel.fetched", Agency: agency, Ref: "channel", Title: channel, Data: map[string]any{"channel": channel, "days": days}})
}

// SendAnew lets everything that was given up on a channel be sent again for an agency.
func SendAnew(ctx context.Context, tx *store.Tx, channel string, agency int64) error {
	if err := operates(tx.Actor()); err != nil {
		return err
	}
	if _, err := channelOf(ctx, tx, channel); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlAnewLines, tx.Now(), agency, channel); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, sqlAnewShips, tx.Now(), agency, channel)
	if err != nil {
		return err
	}
	m, err := tx.Exec(ctx, sqlAnewStates, tx.Now(), agency, channel)
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "channel.resent", Agency: agency, Ref: "channel", Title: channel, Data: map[string]any{"channel": channel, "messages": n, "statuses": m}})
}
