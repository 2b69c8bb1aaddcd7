package org

import (
	"context"
	"math/big"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// SuccessionKind says how a new unit follows an old one (I7.1).
type SuccessionKind string

// The kinds.
const (
	Whole                   SuccessionKind = "whole"
	PartOf                  SuccessionKind = "part"
	PartArea                SuccessionKind = "part_area"
	PartAreaWholePopulation SuccessionKind = "part_area_whole_population"
	Renamed                 SuccessionKind = "rename"
	ChangedKind             SuccessionKind = "change_kind"
	FunctionTransferred     SuccessionKind = "transfer_of_function"
	Dissolved               SuccessionKind = "dissolve"
)

// SuccessionKinds lists them with their Vietnamese names.
var SuccessionKinds = []struct {
	Kind SuccessionKind
	Name string
}{{Whole, "Nhập toàn bộ"}, {PartOf, "Nhập một phần"}, {PartArea, "Nhập một phần diện tích"}, {PartAreaWholePopulation, "Nhập một phần diện tích, toàn bộ dân số"},
	{Renamed, "Đổi tên"}, {ChangedKind, "Đổi loại hình"}, {FunctionTransferred, "Chuyển chức năng, nhiệm vụ"}, {Dissolved, "Giải thể"}}

func (k SuccessionKind) valid() bool { return k.Label() != "" }

// Label is the kind in Vietnamese, a key of i18n.
func (k SuccessionKind) Label() string {
	for _, x := range SuccessionKinds {
		if x.Kind == k {
			return x.Name
		}
	}
	return ""
}

// stays tells a link that does not end the old agency.
func (k SuccessionKind) stays() bool {
	return k == Renamed || k == ChangedKind || k == FunctionTransferred
}

// Succession links one old agency with one new one: many to many (I7.2). New 0 only where the old one is dissolved.
type Succession struct {
	ID               int64
	ReorganisationID ReorganisationID
	OldID            AgencyID
	NewID            AgencyID
	OldName, NewName string
	OldCode, NewCode string
	Kind             SuccessionKind
	Share            string // decimal of 0 to 1 with a point; "" = not declared: never guessed (I6.8, I10.3)
	Basis            string // area, population, function; "" without a share
	Source           string // where link and share come from
}

// Subject is what somebody takes over from an agency that ends (I7.3).
type Subject string

// The subjects.
const (
	SubjectDocuments  Subject = "documents"
	SubjectDossiers   Subject = "dossiers"
	SubjectUnfinished Subject = "unfinished"
	SubjectReports    Subject = "reports"
	SubjectAssets     Subject = "assets"
)

// Subjects lists them with their Vietnamese names.
var Subjects = []struct {
	Subject Subject
	Name    string
}{{SubjectDocuments, "Văn bản đến, văn bản đi"}, {SubjectDossiers, "Hồ sơ"}, {SubjectUnfinished, "Việc chưa giải quyết xong"}, {SubjectReports, "Nghĩa vụ báo cáo"}, {SubjectAssets, "Tài sản, con dấu"}}

// Label is the subject in Vietnamese, a key of i18n.
func (s Subject) Label() string {
	for _, x := range Subjects {
		if x.Subject == s {
			return x.Name
		}
	}
	return ""
}

// Takeover names who takes a subject over. There is no default: not the largest share, not the first successor (I7.3).
type Takeover struct {
	OldID   AgencyID
	Subject Subject
	NewID   AgencyID
	NewName string
}

const successionColumns = `s.id, s.reorganisation_id, s.old_id, s.new_id, o.name AS old_name, COALESCE(n.name, '') AS new_name, o.code AS old_code, COALESCE(n.code, '') AS new_code, s.kind, s.share, s.basis, s.source
	FROM org_successions AS s JOIN org_agencies AS o ON o.id = s.old_id LEFT JOIN org_agencies AS n ON n.id = s.new_id`

var (
	sqlSuccessions   = store.SQL(`SELECT ` + successionColumns + ` WHERE s.reorganisation_id = $1 ORDER BY o.code, n.code`)
	sqlSuccessorsOf  = store.SQL(`SELECT ` + successionColumns + ` JOIN org_reorganisations AS r ON r.id = s.reorganisation_id WHERE s.old_id = $1 AND r.state = 'executed' ORDER BY r.effective, n.code`)
	sqlPredecessors  = store.SQL(`SELECT ` + successionColumns + ` JOIN org_reorganisations AS r ON r.id = s.reorganisation_id WHERE s.new_id = $1 AND r.state = 'executed' ORDER BY r.effective, o.code`)
	sqlPutSuccession = store.SQL(`INSERT INTO org_successions (id, reorganisation_id, old_id, new_id, kind, share, basis, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (reorganisation_id, old_id, new_id) DO UPDATE SET kind = excluded.kind, share = excluded.share, basis = excluded.basis, source = excluded.source`)
	sqlDropSuccession = store.SQL(`DELETE FROM org_successions WHERE reorganisation_id = $1 AND id = $2`)
	sqlTakeovers      = store.SQL(`SELECT t.old_id, t.subject, t.new_id, n.name AS new_name FROM org_takeovers AS t JOIN org_agencies AS n ON n.id = t.new_id WHERE t.reorganisation_id = $1 ORDER BY t.old_id, t.subject`)
	sqlPutTakeover    = store.SQL(`INSERT INTO org_takeovers (reorganisation_id, old_id, subject, new_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (reorganisation_id, old_id, subject) DO UPDATE SET new_id = excluded.new_id`)
	sqlDropTakeover = store.SQL(`DELETE FROM org_takeovers WHERE reorganisation_id = $1 AND old_id = $2 AND subject = $3`)
	sqlTaker        = store.SQL(`SELECT t.new_id FROM org_takeovers AS t JOIN org_reorganisations AS r ON r.id = t.reorganisation_id
		WHERE t.old_id = $1 AND t.subject = $2 AND r.state = 'executed' ORDER BY r.effective DESC, r.id DESC LIMIT 1`)
	sqlTakenFrom = store.SQL(`SELECT DISTINCT t.old_id FROM org_takeovers AS t JOIN org_reorganisations AS r ON r.id = t.reorganisation_id
		WHERE t.new_id = $1 AND t.subject = $2 AND r.state = 'executed' ORDER BY t.old_id`)
)

// Successions lists the links of a decision by old and new code.
func Successions(ctx context.Context, r store.Reader, id ReorganisationID) ([]Succession, error) {
	return store.All[Succession](ctx, r, sqlSuccessions, id)
}

// SuccessorsOf lists who follows an agency, by decisions that have been carried out.
func SuccessorsOf(ctx context.Context, r store.Reader, old AgencyID) ([]Succession, error) {
	return store.All[Succession](ctx, r, sqlSuccessorsOf, old)
}

// PredecessorsOf lists whom an agency follows.
func PredecessorsOf(ctx context.Context, r store.Reader, of AgencyID) ([]Succession, error) {
	return store.All[Succession](ctx, r, sqlPredecessors, of)
}

// Takeovers lists who takes over what by a decision.
func Takeovers(ctx context.Context, r store.Reader, id ReorganisationID) ([]Takeover, error) {
	return store.All[Takeover](ctx, r, sqlTakeovers, id)
}

// Pairing is one agency that hands over to another by a decision that is approved or carried out.
type Pairing struct {
	ReorganisationID ReorganisationID
	Title            string
	Effective        calendar.Date
	OldID, NewID     AgencyID
	OldName, NewName string
}

var sqlPairings = store.SQL(`SELECT DISTINCT t.reorganisation_id, r.title, r.effective, t.old_id, t.new_id, o.name AS old_name, n.name AS new_name FROM org_takeovers AS t
	JOIN org_reorganisations AS r ON r.id = t.reorganisation_id JOIN org_agencies AS o ON o.id = t.old_id JOIN org_agencies AS n ON n.id = t.new_id
	WHERE r.state IN ('approved', 'executed') AND (CAST($1 AS BOOLEAN) OR t.old_id = $2 OR t.new_id = $2) ORDER BY r.effective DESC, o.name, n.name LIMIT 2000`)

// Pairings lists who hands over to whom, as far as the actor's agency is one of the two; for the system's administrator all.
func Pairings(ctx context.Context, r store.Reader, a store.Actor) ([]Pairing, error) {
	return store.All[Pairing](ctx, r, sqlPairings, MayShapeCity(a), a.Agency)
}

// TakerOf gives who took a subject over from an agency, following further reorganisations; false when nobody was named.
func TakerOf(ctx context.Context, r store.Reader, old AgencyID, s Subject) (AgencyID, bool, error) {
	at, found := old, false
	for range 20 { // a chain of decisions; it cannot lead back, for whoever took over was active when the former had ended
		next, ok, err := store.Maybe[AgencyID](ctx, r, sqlTaker, at, s)
		if err != nil || !ok {
			return at, found, err
		}
		at, found = next, true
	}
	return at, found, nil
}

// TakenFrom lists the agencies whose subject an agency took over itself.
func TakenFrom(ctx context.Context, r store.Reader, by AgencyID, s Subject) ([]AgencyID, error) {
	return store.All[AgencyID](ctx, r, sqlTakenFrom, by, s)
}

// LinkAgencies puts a link into a draft, or changes the one between the same two.
func LinkAgencies(ctx context.Context, tx *store.Tx, id ReorganisationID, s Succession) error {
	re, err := draftOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := s.check(ctx, tx); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlPutSuccession, tx.NewID(), id, s.OldID, s.NewID, s.Kind, s.Share, s.Basis, s.Source); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "reorganisation.linked", Agency: tx.Actor().Agency, Ref: re.ref(), Title: re.Title, Data: s})
}

func (s *Succession) check(ctx context.Context, r store.Reader) error {
	s.Share, s.Source = i18n.CleanLine(s.Share), i18n.CleanLine(s.Source)
	var p store.Problems
	if !s.Kind.valid() {
		p.Add("kind", "Chọn hình thức sắp xếp.")
	}
	old, err := FindAgency(ctx, r, s.OldID)
	if err != nil || old.State != "active" {
		p.Add("old", "Chọn một cơ quan đang hoạt động.")
	}
	switch {
	case s.Kind == Dissolved && s.NewID != 0:
		p.Add("new", "Cơ quan giải thể không có cơ quan kế tục; hãy bỏ trống.")
	case s.Kind != Dissolved:
		if to, err := FindAgency(ctx, r, s.NewID); err != nil || to.State != "active" {
			p.Add("new", "Chọn một cơ quan kế tục đang hoạt động hoặc đã được lập sẵn trong danh bạ.")
		}
	}
	if same := s.OldID == s.NewID; same != (s.Kind == Renamed || s.Kind == ChangedKind) && s.Kind.valid() && s.Kind != Dissolved {
		p.Add("new", "Đổi tên, đổi loại hình giữ nguyên cơ quan; các hình thức khác cần một cơ quan kế tục khác.")
	}
	if s.Share != "" {
		if v, ok := new(big.Rat).SetString(s.Share); !ok || len(s.Share) > 12 || v.Sign() <= 0 || v.Cmp(big.NewRat(1, 1)) > 0 {
			p.Add("share", "Tỷ lệ là số lớn hơn 0, không quá 1, thí dụ 0.35.")
		}
		if s.Basis == "" || s.Source == "" {
			p.Add("basis", "Tỷ lệ cần căn cứ (diện tích, dân số hoặc chức năng) và nguồn số liệu.")
		}
	} else {
		s.Basis = ""
	}
	return p.Err()
}

// UnlinkAgencies takes a link out of a draft.
func UnlinkAgencies(ctx context.Context, tx *store.Tx, id ReorganisationID, link int64) error {
	re, err := draftOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlDropSuccession, id, link); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "reorganisation.unlinked", Agency: tx.Actor().Agency, Ref: re.ref(), Title: re.Title, Data: map[string]any{"link": link}})
}

// NameTaker names who takes a subject over from an agency that ends; by 0 takes the name back. Also after the approval, until it is carried out:
// what is left without a taker stops the carrying out (I9.5).
func NameTaker(ctx context.Context, tx *store.Tx, id ReorganisationID, old AgencyID, s Subject, by AgencyID) error {
	if err := mayReorganise(tx.Actor()); err != nil {
		return err
	}
	re, err := FindReorganisation(ctx, tx, id)
	if err != nil {
		return err
	}
	if re.State != ReorganisationDraft && re.State != ReorganisationApproved {
		return store.Refuse(store.Conflict, "Quyết định đang ở trạng thái “{state}” nên không sửa được nữa. Nội dung được giữ nguyên.", "state", store.Say(re.State.Label()))
	}
	links, err := Successions(ctx, tx, id)
	if err != nil {
		return err
	}
	if !slices.Contains(Ending(links), old) {
		return store.RefuseField("old", "Cơ quan này không kết thúc hoạt động theo quyết định.")
	}
	if s.Label() == "" {
		return store.RefuseField("subject", "Chọn nội dung bàn giao.")
	}
	if by == 0 {
		if _, err := tx.Exec(ctx, sqlDropTakeover, id, old, s); err != nil {
			return err
		}
	} else {
		if err := checkTaker(ctx, tx, links, by); err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlPutTakeover, id, old, s, by); err != nil {
			return err
		}
	}
	return tx.Record(store.Event{Verb: "reorganisation.taker_named", Agency: tx.Actor().Agency, Ref: re.ref(), Title: re.Title, Data: map[string]any{"old": old, "subject": s, "by": by}})
}

func checkTaker(ctx context.Context, r store.Reader, links []Succession, by AgencyID) error {
	to, err := FindAgency(ctx, r, by)
	if err != nil || to.State != "active" {
		return store.RefuseField("by", "Chọn một cơ quan tiếp nhận đang hoạt động hoặc đã được lập sẵn trong danh bạ.")
	}
	if slices.Contains(Ending(links), by) {
		return store.RefuseField("by", "{agency} cũng kết thúc hoạt động theo quyết định này nên không tiếp nhận được.", "agency", to.Name)
	}
	return nil
}

// Ending lists the agencies that a set of links ends, in the order of their codes.
func Ending(links []Succession) (out []AgencyID) {
	stays := map[AgencyID]bool{}
	for _, s := range links {
		if s.Kind == Renamed || s.Kind == ChangedKind {
			stays[s.OldID] = true
		}
	}
	for _, s := range links {
		if !s.Kind.stays() && !stays[s.OldID] && !slices.Contains(out, s.OldID) {
			out = append(out, s.OldID)
		}
	}
	return out
}

// checkLinks is what must hold between the links of one decision.
func checkLinks(links []Succession) error {
	if len(links) == 0 {
		return store.Refuse(store.Invalid, "Quyết định chưa nêu cơ quan nào. Hãy nhập ít nhất một quan hệ kế tục trước khi duyệt.")
	}
	ending := Ending(links)
	byOld := map[AgencyID][]Succession{}
	for _, s := range links {
		byOld[s.OldID] = append(byOld[s.OldID], s)
		if s.NewID != 0 && s.OldID != s.NewID && slices.Contains(ending, s.NewID) {
			return store.Refuse(store.Invalid, "{agency} vừa kết thúc hoạt động vừa là cơ quan kế tục trong cùng một quyết định. Hãy tách thành hai quyết định.", "agency", s.NewName)
		}
	}
	for _, of := range byOld {
		total := map[string]*big.Rat{}
		for _, s := range of {
			if (s.Kind == Whole || s.Kind == Dissolved) && len(of) > 1 {
				return store.Refuse(store.Invalid, "{agency} được nhập toàn bộ hoặc giải thể nhưng còn quan hệ kế tục khác. Hãy sửa lại hình thức.", "agency", s.OldName)
			}
			if v, ok := new(big.Rat).SetString(s.Share); ok {
				if total[s.Basis] == nil {
					total[s.Basis] = new(big.Rat)
				}
				total[s.Basis].Add(total[s.Basis], v)
			}
		}
		for _, v := range total {
			if v.Cmp(big.NewRat(1, 1)) > 0 {
				return store.Refuse(store.Invalid, "Tổng tỷ lệ của {agency} theo một căn cứ lớn hơn 1. Hãy kiểm tra lại.", "agency", of[0].OldName)
			}
		}
	}
	return nil
}

func checkTakeovers(ctx context.Context, r store.Reader, id ReorganisationID, links []Succession) error {
	all, err := Takeovers(ctx, r, id)
	if err != nil {
		return err
	}
	ending := Ending(links)
	for _, t := range all {
		if !slices.Contains(ending, t.OldID) {
			return store.Refuse(store.Invalid, "Có nội dung bàn giao của một cơ quan không kết thúc hoạt động theo quyết định. Hãy bỏ nội dung đó.")
		}
		if err := checkTaker(ctx, r, links, t.NewID); err != nil {
			return err
		}
	}
	return nil
}
