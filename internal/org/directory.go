package org

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// SourceMessage is the source of what is known only from messages: senders that no list has (X20.5). Every other source is the name of a list.
const SourceMessage = "message"

// Listed is one entry as a list from outside gives it (X20.2).
type Listed struct {
	ID         string `json:"id"`
	ParentID   string `json:"pid,omitempty"`
	Code       string `json:"code"`
	Code102    string `json:"code102,omitempty"` // of QCVN 102:2016
	OldCode    string `json:"oldCode,omitempty"`
	Name       string `json:"name"`
	Mail       string `json:"mail,omitempty"`
	Version    string `json:"version,omitempty"`
	CenterCode string `json:"centerCode,omitempty"`
	IsAgency   bool   `json:"isAgency"`
	Deleted    bool   `json:"deleted,omitempty"`
	ModifiedAt int64  `json:"modified,omitempty"` // microseconds, 0 = unknown
}

// clean writes a unit as the directory keeps it.
func (u *Listed) clean() {
	for _, s := range []*string{&u.ID, &u.ParentID, &u.Name, &u.Mail, &u.Version, &u.CenterCode} {
		*s = i18n.CleanLine(*s)
	}
	u.Code, u.Code102, u.OldCode = cleanCode(u.Code), cleanCode(u.Code102), cleanCode(u.OldCode)
	if u.ID == "" {
		u.ID = codeKey(u.Code)
	}
	if u.ParentID == u.ID {
		u.ParentID = ""
	}
}

// problem says why a unit cannot be an entry.
func (u *Listed) problem() error {
	var p store.Problems
	switch {
	case u.Name == "":
		p.Add("name", "Mục {id} của danh mục không có tên cơ quan.", "id", u.ID)
	case len([]rune(u.Name)) > 500:
		p.Add("name", "Tên cơ quan dài quá 500 ký tự.")
	}
	if u.Code == "" && u.IsAgency {
		p.Add("code", "Mục {id} của danh mục không có mã định danh.", "id", u.ID)
	}
	for _, c := range []string{u.Code, u.Code102, u.OldCode} {
		checkCode(&p, "code", c)
	}
	if len(u.ID) > 100 || len(u.ParentID) > 100 || len(u.Mail) > 320 || len(u.Version) > 100 || len(u.CenterCode) > 100 {
		p.Add("id", "Mục {id} của danh mục có giá trị dài quá mức cho phép.", "id", cutText(u.ID, 40))
	}
	return p.Err()
}

func cutText(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// digest tells two states of a unit apart.
func (u *Listed) digest() string {
	h := sha256.Sum256([]byte(strings.Join([]string{u.ParentID, u.Code, u.Code102, u.OldCode, u.Name, u.Mail, u.Version, u.CenterCode, fmt.Sprint(u.IsAgency, u.Deleted, u.ModifiedAt)}, "\x00")))
	return hex.EncodeToString(h[:12])
}

// codes are the codes a unit claims, each once, its own first.
func (u *Listed) codes() []string {
	var out []string
	for _, c := range []string{u.Code, u.Code102, u.OldCode} {
		k := codeKey(c)
		if k == "" || len(out) > 0 && (out[0] == k || out[len(out)-1] == k) {
			continue
		}
		out = append(out, k)
	}
	return out
}

// day is the legal day of the unit's last change, "" = unknown.
func (u *Listed) day() calendar.Date {
	if u.ModifiedAt == 0 {
		return ""
	}
	return calendar.DateOf(time.UnixMicro(u.ModifiedAt))
}

// The states of X20.3.
const (
	EntryCreated  = "CREATE"
	EntryModified = "MODIFY"
	EntryDeleted  = "DELETE" // the list has it no more, or as deleted

	LinkRegistered = "REGISTERED" // it is an agency of the directory
	LinkPending    = "PENDING"    // an administrator is to say which
	LinkNone       = "NOT_EXIST"  // it is none: no agency by the list's own word, or by an administrator's

	EntryValid    = "VALID"
	EntryConflict = "CONFLICT" // a code of it is another's
)

// Entry is what a list last said about one of its units, and what the directory makes of it.
type Entry struct {
	Source     string
	ID         string
	ParentID   string
	Code       string
	Code102    string `db:"code102"`
	OldCode    string
	Name       string
	Mail       string
	Version    string
	CenterCode string
	IsAgency   bool
	Deleted    bool
	ModifiedAt store.Instant `db:"modified_us"`
	ValidFrom  calendar.Date
	ValidTo    calendar.Date // day on which the list lost it, "" = it has it
	AgencyID   AgencyID      // 0 = none
	Action     string
	Link       string
	Validity   string
	Digest     string
	RunID      int64         // that changed it last
	FirstAt    store.Instant `db:"first_us"`
	ChangedAt  store.Instant `db:"changed_us"`
	Seen       int64         // messages from it, of unknown senders
}

// Listed is the entry as its list gave it.
func (e *Entry) Listed() Listed {
	return Listed{e.ID, e.ParentID, e.Code, e.Code102, e.OldCode, e.Name, e.Mail, e.Version, e.CenterCode, e.IsAgency, e.Deleted, int64(e.ModifiedAt)}
}

func (e *Entry) say(u Listed) {
	e.ParentID, e.Code, e.Code102, e.OldCode, e.Name, e.Mail, e.Version, e.CenterCode = u.ParentID, u.Code, u.Code102, u.OldCode, u.Name, u.Mail, u.Version, u.CenterCode
	e.IsAgency, e.Deleted, e.ModifiedAt, e.Digest = u.IsAgency, u.Deleted, store.Instant(u.ModifiedAt), u.digest()
}

// Technical tells a node or a system: valid in traces, never a receiver (X20.4).
func (e *Entry) Technical() bool { return codeNode.MatchString(strings.ToUpper(e.Code)) }

func (e *Entry) ref() string { return "entry/" + e.Source + "/" + e.ID }

const entryColumns = `source, id, parent_id, code, code102, old_code, name, mail, version, center_code, is_agency, deleted, modified_us, valid_from, valid_to,
	agency_id, action, link, validity, digest, run_id, first_us, changed_us, seen`

var (
	sqlEntry         = store.SQL(`SELECT ` + entryColumns + ` FROM org_entries WHERE source = $1 AND id = $2`)
	sqlEntriesOf     = store.SQL(`SELECT ` + entryColumns + ` FROM org_entries WHERE agency_id = $1 ORDER BY source, id`)
	sqlEntriesByID   = store.SQL(`SELECT ` + entryColumns + ` FROM org_entries WHERE source = $1 AND id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))`)
	sqlPending       = store.SQL(`SELECT ` + entryColumns + ` FROM org_entries WHERE link = 'PENDING' AND source <> 'message' ORDER BY source, changed_us DESC, id LIMIT $1`)
	sqlRunEntries    = store.SQL(`SELECT ` + entryColumns + ` FROM org_entries WHERE run_id = $1 ORDER BY source, id LIMIT $2`)
	sqlDiffering     = store.SQL(`SELECT ` + entryAliased + ` FROM org_agencies AS a JOIN org_entries AS e ON e.agency_id = a.id WHERE a.origin = '' AND a.state = 'active' AND e.source <> 'message' AND (e.name <> a.name OR e.code <> a.code OR e.action = 'DELETE') ORDER BY a.code, e.source, e.id LIMIT $1`)
	sqlCodesOf       = store.SQL(`SELECT code, kind, valid_from, valid_to FROM org_codes WHERE agency_id = $1 ORDER BY CASE WHEN valid_to = '' THEN 0 ELSE 1 END, valid_from DESC, code`)
	sqlNamesOf       = store.SQL(`SELECT valid_from, valid_to, name FROM org_agency_versions WHERE agency_id = $1 ORDER BY valid_from DESC`)
	sqlOriginOf      = store.SQL(`SELECT origin FROM org_agencies WHERE id = $1`)
	sqlEntryVersions = store.SQL(`SELECT until_us, run_id, was FROM org_entry_versions WHERE source = $1 AND id = $2 ORDER BY until_us DESC LIMIT 50`)
	sqlFigures       = store.SQL(`SELECT source, CAST(count(*) AS BIGINT) AS entries, CAST(count(*) FILTER (WHERE action <> 'DELETE') AS BIGINT) AS live,
		CAST(count(*) FILTER (WHERE link = 'PENDING' AND action <> 'DELETE') AS BIGINT) AS pending, CAST(count(*) FILTER (WHERE agency_id <> 0) AS BIGINT) AS linked,
		CAST(max(changed_us) AS BIGINT) AS changed_us FROM org_entries GROUP BY source ORDER BY source`)
)

const entryAliased = `e.source, e.id, e.parent_id, e.code, e.code102, e.old_code, e.name, e.mail, e.version, e.center_code, e.is_agency, e.deleted, e.modified_us, e.valid_from, e.valid_to,
	e.agency_id, e.action, e.link, e.validity, e.digest, e.run_id, e.first_us, e.changed_us, e.seen`

// FindEntry gives one entry of a list. NotFound when the list never had it.
func FindEntry(ctx context.Context, r store.Reader, source, id string) (*Entry, error) {
	e, ok, err := store.Maybe[Entry](ctx, r, sqlEntry, source, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Danh bạ không có mục này.")
	}
	return &e, err
}

// EntriesOf lists what the lists say about an agency.
func EntriesOf(ctx context.Context, r store.Reader, id AgencyID) ([]Entry, error) {
	return store.All[Entry](ctx, r, sqlEntriesOf, id)
}

// EntryVersion is an earlier state of an entry.
type EntryVersion struct {
	Until store.Instant `db:"until_us"`
	RunID int64
	Was   store.JSON // Listed
}

// EntryHistory lists the earlier states of an entry, the last first.
func EntryHistory(ctx context.Context, r store.Reader, source, id string) ([]EntryVersion, error) {
	return store.All[EntryVersion](ctx, r, sqlEntryVersions, source, id)
}

// PendingEntries lists the entries of lists that wait for an administrator; RunEntries those that a run changed last.
func PendingEntries(ctx context.Context, r store.Reader, limit int) ([]Entry, error) {
	return store.All[Entry](ctx, r, sqlPending, limit)
}

// RunEntries lists the entries that a run changed last.
func RunEntries(ctx context.Context, r store.Reader, run int64, limit int) ([]Entry, error) {
	return store.All[Entry](ctx, r, sqlRunEntries, run, limit)
}

// DifferingEntries lists the entries about agencies entered here that say something else than the directory: a list never overwrites those.
func DifferingEntries(ctx context.Context, r store.Reader, limit int) ([]Entry, error) {
	return store.All[Entry](ctx, r, sqlDiffering, limit)
}

// KeptCode is a code that an agency has or had.
type KeptCode struct {
	Code, Kind         string
	ValidFrom, ValidTo calendar.Date
}

// CodesOf lists every code of an agency, valid ones first.
func CodesOf(ctx context.Context, r store.Reader, id AgencyID) ([]KeptCode, error) {
	return store.All[KeptCode](ctx, r, sqlCodesOf, id)
}

// KeptName is a name that an agency has or had.
type KeptName struct {
	ValidFrom, ValidTo calendar.Date
	Name               string
}

// NamesOf lists the names of an agency, the last first.
func NamesOf(ctx context.Context, r store.Reader, id AgencyID) ([]KeptName, error) {
	all, err := store.All[KeptName](ctx, r, sqlNamesOf, id)
	var out []KeptName
	for _, n := range all { // versions that changed something else than the name are one
		if k := len(out) - 1; k >= 0 && out[k].Name == n.Name {
			out[k].ValidFrom = n.ValidFrom
			continue
		}
		out = append(out, n)
	}
	return out, err
}

// OriginOf tells whose an agency's entry in the directory is: "" = entered here, else the list that keeps it, or SourceMessage.
func OriginOf(ctx context.Context, r store.Reader, id AgencyID) (string, error) {
	origin, _, err := store.Maybe[string](ctx, r, sqlOriginOf, id)
	return origin, err
}

// SourceFigures counts the entries of one source.
type SourceFigures struct {
	Source                         string
	Entries, Live, Pending, Linked int64
	ChangedAt                      store.Instant `db:"changed_us"`
}

// DirectoryFigures counts the entries of each source.
func DirectoryFigures(ctx context.Context, r store.Reader) ([]SourceFigures, error) {
	return store.All[SourceFigures](ctx, r, sqlFigures)
}

func systemAdmins(ctx context.Context, r store.Reader, at store.Instant) ([]int64, error) {
	return SystemAdmins(ctx, r, Today(at))
}

// mayKeepDirectory refuses who does not administer the system.
func mayKeepDirectory(a store.Actor) error {
	if MayShapeCity(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được đồng bộ và quyết định về danh bạ cơ quan.")
}
