package documents

import (
	"context"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Rule is a standing routing rule (quy tắc phân văn bản): which documents go to which leader, or straight to which unit where the working
// regulation names the handler (D10.8).
type Rule struct {
	AgencyID       int64
	ID             int64
	Revision       int64
	Name           string
	Priority       int    // the smallest number is asked first
	State          string // draft, active, ended
	SenderAgency   int64  // 0 = any
	SenderGroup    int64  // a group of agencies; 0 = any
	TypeCode       string // "" = any
	Words          string // phrases separated by commas, one of which stands in the subject; "" = any
	Leader         int64  // the post it is submitted to; 0 = none
	Lead           store.JSON
	Coordinators   store.JSON
	DueDays        int // working days; 0 = none
	Opinion        string
	Clause         string // of the working regulation: the registry forwards by it without asking; "" = it only proposes
	ValidFrom      calendar.Date
	ValidTo        calendar.Date
	Hits           int64
	LastHit        store.Instant `db:"last_hit_us"`
	Tested         store.Instant `db:"tested_us"`
	TestedRevision int64
}

// States of a rule.
const (
	RuleDraft  = "draft"
	RuleActive = "active"
	RuleEnded  = "ended"
)

// RuleLabel is the Vietnamese name of a rule's state.
func RuleLabel(state string) string {
	return map[string]string{RuleDraft: "Chưa áp dụng", RuleActive: "Đang áp dụng", RuleEnded: "Đã ngừng"}[state]
}

// RuleForm is what is typed about a rule.
type RuleForm struct {
	ID           int64 // 0 = a new one
	Revision     int64
	Name         string
	Priority     int
	SenderAgency int64
	SenderGroup  int64
	TypeCode     string
	Words        string
	Leader       int64
	Lead         Target
	Coordinators []Target
	DueDays      int
	Opinion      string
	Clause       string
	ValidFrom    calendar.Date
	ValidTo      calendar.Date
}

// mostRules bounds the rules in force: each document asks all of them.
const mostRules = 200

const ruleColumns = `agency_id, id, revision, name, priority, state, sender_agency, sender_group, type_code, words, leader, lead, coordinators, due_days,
	opinion, clause, valid_from, valid_to, hits, last_hit_us, tested_us, tested_revision`

var (
	sqlPutRule = store.SQL(`INSERT INTO documents_rules (` + ruleColumns + `)
		VALUES ($1, $2, 1, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 0, 0, 0)`)
	sqlSaveRule = store.SQL(`UPDATE documents_rules SET revision = revision + 1, state = 'draft', name = $1, priority = $2, sender_agency = $3, sender_group = $4,
		type_code = $5, words = $6, leader = $7, lead = $8, coordinators = $9, due_days = $10, opinion = $11, clause = $12, valid_from = $13, valid_to = $14
		WHERE agency_id = $15 AND id = $16 AND revision = $17`)
	sqlRules     = store.SQL(`SELECT ` + ruleColumns + ` FROM documents_rules WHERE agency_id = $1 ORDER BY priority, id LIMIT 500`)
	sqlRule      = store.SQL(`SELECT ` + ruleColumns + ` FROM documents_rules WHERE agency_id = $1 AND id = $2`)
	sqlRuleState = store.SQL(`UPDATE documents_rules SET state = $1 WHERE agency_id = $2 AND id = $3 AND state = $4 AND revision = $5`)
	sqlRuleTried = store.SQL(`UPDATE documents_rules SET tested_us = $1, tested_revision = revision WHERE agency_id = $2 AND id = $3`)
	sqlRuleHit   = store.SQL(`UPDATE documents_rules SET hits = hits + 1, last_hit_us = $1 WHERE agency_id = $2 AND id = $3`)
	sqlLastCame  = store.SQL(`SELECT ` + inColumns + ` FROM documents_incoming d WHERE d.agency_id = $1 ORDER BY d.arrived_us DESC, d.id DESC LIMIT $2`)
)

// MayRule tells who keeps the routing rules: the registry and the head, who see every document it is tried against.
func MayRule(a store.Actor) bool {
	return a.For == 0 && a.Person != 0 && a.Roles.Has(store.Clerk|store.Head)
}

func mayRule(a store.Actor) error {
	if MayRule(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ văn thư và người đứng đầu cơ quan được xem và sửa quy tắc phân văn bản.")
}

// Rules lists the rules of the actor's agency in the order in which they are asked.
func Rules(ctx context.Context, r store.Reader, a store.Actor) ([]Rule, error) {
	if err := mayRule(a); err != nil {
		return nil, err
	}
	return store.All[Rule](ctx, r, sqlRules, a.Agency)
}

// FindRule gives one rule. NotFound for a foreign one.
func FindRule(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Rule, error) {
	if err := mayRule(a); err != nil {
		return nil, err
	}
	rule, ok, err := store.Maybe[Rule](ctx, r, sqlRule, a.Agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy quy tắc này.")
	}
	return &rule, err
}

// Targets takes the receivers of a rule apart.
func (rule *Rule) Targets() (lead Target, coordinators []Target, err error) {
	if err = decode(rule.Lead, &lead); err == nil {
		err = decode(rule.Coordinators, &coordinators)
	}
	return lead, coordinators, err
}

// Direct tells that the registry may forward by the rule without asking a leader (D10.8).
func (rule *Rule) Direct() bool { return rule.Clause != "" }

// SaveRule keeps a new rule, or a changed one: it is a draft until it has been tried and activated (again).
func SaveRule(ctx context.Context, tx *store.Tx, f RuleForm) (*Rule, error) {
	a := tx.Actor()
	if err := mayRule(a); err != nil {
		return nil, err
	}
	if err := f.check(ctx, tx); err != nil {
		return nil, err
	}
	lead, co := store.JSONOf(f.Lead), store.JSONOf(f.Coordinators)
	id := f.ID
	if id == 0 {
		all, err := store.All[Rule](ctx, tx, sqlRules, a.Agency)
		if err != nil {
			return nil, err
		}
		if len(all) >= mostRules {
			return nil, store.Refuse(store.Conflict, "Cơ quan đã có {n} quy tắc. Hãy sửa quy tắc đã có thay vì thêm mới.", "n", len(all))
		}
		id = tx.NewID()
		if err := tx.Put(ctx, sqlPutRule, a.Agency, id, f.Name, f.Priority, f.SenderAgency, f.SenderGroup, f.TypeCode, f.Words, f.Leader, lead, co, f.DueDays,
			f.Opinion, f.Clause, f.ValidFrom, f.ValidTo); err != nil {
			return nil, err
		}
	} else {
		if _, err := FindRule(ctx, tx, a, id); err != nil {
			return nil, err
		}
		if err := tx.Put(ctx, sqlSaveRule, f.Name, f.Priority, f.SenderAgency, f.SenderGroup, f.TypeCode, f.Words, f.Leader, lead, co, f.DueDays,
			f.Opinion, f.Clause, f.ValidFrom, f.ValidTo, a.Agency, id, f.Revision); err != nil {
			return nil, err
		}
	}
	rule, err := FindRule(ctx, tx, a, id)
	if err != nil {
		return nil, err
	}
	return rule, tx.Record(store.Event{Verb: "rule.saved", Agency: a.Agency, Ref: ruleRef(id), Title: f.Name, Data: f})
}

// check settles a rule: it must narrow something and send somewhere.
func (f *RuleForm) check(ctx context.Context, tx *store.Tx) error {
	f.Name, f.Words, f.Clause, f.Opinion = line(f.Name), line(f.Words), line(f.Clause), text(f.Opinion)
	if f.ValidFrom == "" {
		f.ValidFrom = today(tx.Now())
	}
	people, err := rosterOf(ctx, tx, tx.Actor().Agency, today(tx.Now()))
	if err != nil {
		return err
	}
	var p store.Problems
	if n := len([]rune(f.Name)); n == 0 || n > 200 {
		p.Add("name", "Cần đặt tên quy tắc, tối đa 200 ký tự.")
	}
	if f.SenderAgency == 0 && f.SenderGroup == 0 && f.TypeCode == "" && len(phrasesOf(f.Words)) == 0 {
		p.Add("words", "Quy tắc cần ít nhất một điều kiện: cơ quan ban hành, nhóm cơ quan, loại văn bản hoặc từ trong trích yếu.")
	}
	if len([]rune(f.Words)) > 1000 || len([]rune(f.Opinion)) > 4000 || len([]rune(f.Clause)) > 300 {
		p.Add("words", "Nội dung quy tắc quá dài. Hãy rút gọn rồi lưu lại.")
	}
	if f.TypeCode != "" {
		if _, err := FindType(ctx, tx, f.TypeCode); err != nil {
			p.Add("type", "Loại văn bản {code} không có trong danh mục. Hãy chọn loại khác.", "code", f.TypeCode)
		}
	}
	if f.SenderGroup != 0 {
		if g, err := findGroup(ctx, tx, tx.Actor(), f.SenderGroup); err != nil || g.Kind != GroupOutside {
			p.Add("sender_group", "Nhóm cơ quan được chọn không còn. Hãy chọn lại.")
		}
	}
	if f.Leader != 0 && !people.posts[f.Leader].Roles.Has(store.Leader|store.Head) {
		p.Add("leader", "Chỉ trình văn bản đến lãnh đạo cơ quan. Hãy chọn người khác.")
	}
	if _, ok := people.name(f.Lead); f.Lead != (Target{}) && !ok {
		p.Add("lead", "Đơn vị hoặc cá nhân chủ trì không còn trong cơ quan. Hãy chọn lại.")
	}
	if len(people.names(f.Coordinators)) != len(f.Coordinators) || len(f.Coordinators) > mostTargets {
		p.Add("coordinators", "Có nơi phối hợp được chọn hai lần hoặc không còn trong cơ quan. Hãy chọn lại.")
	}
	switch {
	case f.Leader == 0 && f.Lead == (Target{}):
		p.Add("lead", "Cần chọn lãnh đạo để trình hoặc nơi chủ trì.")
	case f.Clause != "" && f.Lead == (Target{}):
		p.Add("lead", "Chuyển thẳng theo quy chế thì cần chọn nơi chủ trì.")
	}
	if f.DueDays < 0 || f.DueDays > 1000 {
		p.Add("due_days", "Số ngày làm việc phải từ 1 đến 1000.")
	}
	if f.Priority < 0 || f.Priority > 9999 {
		p.Add("priority", "Thứ tự ưu tiên là số từ 0 đến 9999; số nhỏ được xét trước.")
	}
	if !f.ValidFrom.Valid() || f.ValidTo != "" && (!f.ValidTo.Valid() || f.ValidTo.Before(f.ValidFrom)) {
		p.Add("valid_to", "Ngày kết thúc phải từ ngày bắt đầu trở đi.")
	}
	return p.Err()
}

func ruleRef(id int64) string { return "rule/" + itoa(id) }

// ActivateRule puts a rule in force; it must have been tried as it stands now.
func ActivateRule(ctx context.Context, tx *store.Tx, id int64) error {
	rule, err := FindRule(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	if rule.State == RuleActive {
		return store.Refuse(store.Conflict, "Quy tắc “{name}” đang áp dụng rồi.", "name", rule.Name)
	}
	if rule.TestedRevision != rule.Revision {
		return store.Refuse(store.Conflict, "Quy tắc “{name}” chưa được thử ở bản hiện tại. Hãy bấm “Thử quy tắc”, xem kết quả rồi áp dụng.", "name", rule.Name)
	}
	return rule.become(ctx, tx, RuleActive, "rule.activated")
}

// EndRule takes a rule out of force; what it directed stays.
func EndRule(ctx context.Context, tx *store.Tx, id int64) error {
	rule, err := FindRule(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	if rule.State != RuleActive {
		return store.Refuse(store.Conflict, "Quy tắc “{name}” không đang áp dụng.", "name", rule.Name)
	}
	return rule.become(ctx, tx, RuleEnded, "rule.ended")
}

func (rule *Rule) become(ctx context.Context, tx *store.Tx, state, verb string) error {
	if err := tx.Put(ctx, sqlRuleState, state, rule.AgencyID, rule.ID, rule.State, rule.Revision); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Agency: rule.AgencyID, Ref: ruleRef(rule.ID), Title: rule.Name})
}

// ruleAsked is a rule ready to be asked: its words folded, the agencies of its group known.
type ruleAsked struct {
	*Rule
	phrases []string
	group   map[int64]bool
}

func (rule *Rule) ask(ctx context.Context, r store.Reader) (ruleAsked, error) {
	q := ruleAsked{Rule: rule, phrases: phrasesOf(rule.Words)}
	if rule.SenderGroup == 0 {
		return q, nil
	}
	q.group = map[int64]bool{}
	g, ok, err := store.Maybe[Group](ctx, r, sqlGroup, rule.AgencyID, rule.SenderGroup)
	if err != nil || !ok {
		return q, err // a group that is gone fits nobody
	}
	for _, m := range g.members() {
		q.group[m.Agency] = true
	}
	return q, nil
}

// phrasesOf takes the words of a rule apart, folded.
func phrasesOf(words string) (out []string) {
	for _, w := range strings.Split(words, ",") {
		if w = i18n.Fold(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// fits tells whether a document meets every condition.
func (q ruleAsked) fits(d *Incoming, on calendar.Date) bool {
	switch {
	case q.ValidFrom.After(on) || q.ValidTo.Before(on):
		return false
	case q.SenderAgency != 0 && q.SenderAgency != d.SenderAgency,
		q.group != nil && (d.SenderAgency == 0 || !q.group[d.SenderAgency]),
		q.TypeCode != "" && q.TypeCode != d.TypeCode:
		return false
	case len(q.phrases) == 0:
		return true
	}
	subject := " " + i18n.Fold(d.Subject) + " "
	for _, w := range q.phrases {
		if strings.Contains(subject, " "+w+" ") {
			return true
		}
	}
	return false
}

// ruleFor is the first active rule that a document meets, nil for none.
func ruleFor(ctx context.Context, r store.Reader, d *Incoming, on calendar.Date) (*Rule, error) {
	all, err := store.All[Rule](ctx, r, sqlRules, d.AgencyID)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].State != RuleActive {
			continue
		}
		q, err := all[i].ask(ctx, r)
		if err != nil {
			return nil, err
		}
		if q.fits(d, on) {
			return &all[i], nil
		}
	}
	return nil, nil
}

// Trial is one of the last documents as a rule would treat it.
type Trial struct {
	ID          int64
	Code        string
	Subject     string
	SenderName  string
	ArrivedDate calendar.Date
	LeadName    string // who led it in fact
	Before      string // the rule that is asked first and fits too, "" = none
}

// tried is how many of the last documents a rule is tried against.
const tried = 100

// TryRule tells which of the agency's last documents a rule fits, out of how many. It notes that the rule was tried as it stands.
func TryRule(ctx context.Context, tx *store.Tx, id int64) (fits []Trial, of int, err error) {
	a := tx.Actor()
	rule, err := FindRule(ctx, tx, a, id)
	if err != nil {
		return nil, 0, err
	}
	docs, err := store.All[Incoming](ctx, tx, sqlLastCame, a.Agency, tried)
	if err != nil {
		return nil, 0, err
	}
	all, err := store.All[Rule](ctx, tx, sqlRules, a.Agency)
	if err != nil {
		return nil, 0, err
	}
	q, err := rule.ask(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	var before []ruleAsked
	for i := range all {
		if all[i].ID == id {
			break
		}
		if all[i].State == RuleActive {
			other, err := all[i].ask(ctx, tx)
			if err != nil {
				return nil, 0, err
			}
			before = append(before, other)
		}
	}
	on := today(tx.Now())
	if rule.ValidFrom.After(on) {
		on = rule.ValidFrom
	}
	for i := range docs {
		d := &docs[i]
		if !q.fits(d, on) {
			continue
		}
		t := Trial{ID: d.ID, Code: d.Code(), Subject: d.Subject, SenderName: d.SenderName, ArrivedDate: d.ArrivedDate, LeadName: d.LeadName}
		for _, other := range before {
			if other.fits(d, on) {
				t.Before = other.Name
				break
			}
		}
		fits = append(fits, t)
	}
	if err := tx.Put(ctx, sqlRuleTried, tx.Now(), a.Agency, id); err != nil {
		return nil, 0, err
	}
	return fits, len(docs), tx.Record(store.Event{Verb: "rule.tried", Agency: a.Agency, Ref: ruleRef(id), Title: rule.Name,
		Data: map[string]int{"fits": len(fits), "of": len(docs)}})
}
