package documents

import (
	"context"

	"congvu/internal/store"
)

// Proposal is what the system proposes for passing a document on, and why: a routing rule, else what was done with the last documents of the
// same issuer. A person decides (N27).
type Proposal struct {
	Rule         int64  // the rule that fits, 0 = none
	Clause       string // of the rule: the registry may forward by it (D10.8)
	Leader       PassTo // whom to submit to; Post 0 = no proposal
	Lead         PassTo
	Coordinators []PassTo
	DueDays      int
	Opinion      string
	Because      store.Message // "" = nothing is proposed
	Recent       []PassTo      // where the actor sent documents lately
}

type held struct {
	HolderKind string
	HolderID   int64
}

func (h held) target() Target {
	if h.HolderKind == "unit" {
		return Target{Unit: h.HolderID}
	}
	return Target{Post: h.HolderID}
}

type habit struct {
	held
	SubmittedTo int64
	TypeCode    string
}

var (
	sqlHabits = store.SQL(`SELECT COALESCE(l.holder_kind, '') AS holder_kind, COALESCE(l.holder_id, 0) AS holder_id, d.submitted_to, d.type_code
		FROM (SELECT x.agency_id, x.id, x.submitted_to, x.type_code FROM documents_incoming x
			WHERE x.agency_id = $1 AND x.sender_key = $2 AND x.id <> $3 AND (x.submitted_us > 0 OR x.lead_name <> '') ORDER BY x.id DESC LIMIT 30) AS d
		LEFT JOIN documents_lines l ON l.agency_id = d.agency_id AND l.incoming_id = d.id AND l.parent_id = 0 AND l.role = 'lead' AND l.state <> 'recalled'
		ORDER BY CASE WHEN d.type_code = $4 THEN 0 ELSE 1 END, d.id DESC LIMIT 1`)
	sqlRecent = store.SQL(`SELECT holder_kind, holder_id FROM (SELECT l.holder_kind, l.holder_id, l.at_us FROM documents_lines l
			WHERE l.agency_id = $1 AND l.from_holding = $2 ORDER BY l.at_us DESC, l.id DESC LIMIT 200) AS lately
		GROUP BY holder_kind, holder_id ORDER BY max(at_us) DESC, holder_kind, holder_id LIMIT 12`)
	sqlSenderKey = store.SQL(`SELECT sender_key FROM documents_incoming WHERE agency_id = $1 AND id = $2`)
)

// Propose tells how a document could be passed on. What is no longer there (a unit closed, a post left) is not proposed.
func Propose(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Proposal, error) {
	d, err := FindIncoming(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	people, err := rosterOf(ctx, r, a.Agency, nowOf(r))
	if err != nil {
		return nil, err
	}
	p := &Proposal{}
	if p.Recent, err = recent(ctx, r, a, people); err != nil || sight(a) == seesOwnLines {
		return p, err
	}
	rule, err := ruleFor(ctx, r, d, nowOf(r))
	switch {
	case err != nil:
		return nil, err
	case rule != nil:
		return p, p.byRule(rule, people)
	}
	return p, p.byHabit(ctx, r, d, people)
}

// Recent lists where the actor sent documents lately, newest first.
func Recent(ctx context.Context, r store.Reader, a store.Actor) ([]PassTo, error) {
	people, err := rosterOf(ctx, r, a.Agency, nowOf(r))
	if err != nil {
		return nil, err
	}
	return recent(ctx, r, a, people)
}

func recent(ctx context.Context, r store.Reader, a store.Actor, people roster) ([]PassTo, error) {
	all, err := store.All[held](ctx, r, sqlRecent, a.Agency, a.Holding)
	var out []Target
	for _, h := range all {
		out = append(out, h.target())
	}
	return people.names(out), err
}

func (p *Proposal) byRule(rule *Rule, people roster) error {
	lead, coordinators, err := rule.Targets()
	if err != nil {
		return err
	}
	p.Rule, p.DueDays, p.Opinion = rule.ID, rule.DueDays, rule.Opinion
	p.Because = store.Say("Theo quy tắc “{rule}”", "rule", rule.Name)
	p.Leader, _ = people.name(Target{Post: rule.Leader})
	if n, ok := people.name(lead); ok {
		p.Lead, p.Clause = n, rule.Clause
	} else if lead != (Target{}) {
		p.Because = store.Say("Quy tắc “{rule}” nêu nơi chủ trì không còn trong cơ quan; hãy chọn nơi khác và sửa quy tắc.", "rule", rule.Name)
	}
	p.Coordinators = people.names(coordinators)
	return nil
}

func (p *Proposal) byHabit(ctx context.Context, r store.Reader, d *Incoming, people roster) error {
	key, err := store.One[string](ctx, r, sqlSenderKey, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	h, ok, err := store.Maybe[habit](ctx, r, sqlHabits, d.AgencyID, key, d.ID, d.TypeCode)
	if err != nil || !ok {
		return err
	}
	p.Leader, _ = people.name(Target{Post: h.SubmittedTo})
	if h.HolderID != 0 {
		p.Lead, _ = people.name(h.target())
	}
	if p.Leader.Name != "" || p.Lead.Name != "" {
		p.Because = store.Say("Như văn bản gần nhất của {sender}", "sender", d.SenderName)
	}
	return nil
}

// Passing is where a document goes right after it was registered: to a leader, or straight on by the working regulation.
type Passing struct {
	To     int64 // the leader's post
	Note   string
	Direct *Direction // with ByRule; nil = submit
	Rule   int64      // the routing rule that proposed it, for its statistics; 0 = none
}

// RegisterAndPass registers a document and passes it on in one act (D10.7, D10.8, N27): both happen, or neither. A document that turns out
// to be the twin of another is only linked: the other is passed on.
func RegisterAndPass(ctx context.Context, tx *store.Tx, id int64, form RegisterForm, pass Passing) (*Registration, error) {
	reg, err := Register(ctx, tx, id, form)
	if err != nil || reg.LinkedTo != 0 {
		return reg, err
	}
	if reg.Already {
		return nil, store.Refuse(store.Conflict, "Văn bản {code} đã được vào sổ trước đó, số đến {number}. Chưa có gì thay đổi; hãy mở văn bản để trình hoặc chuyển tiếp.",
			"code", reg.Incoming.name(), "number", itoa(reg.Incoming.ArrivalNumber))
	}
	if err := pass.on(ctx, tx, id); err != nil {
		return nil, err
	}
	reg.Incoming, err = FindIncoming(ctx, tx, tx.Actor(), id)
	return reg, err
}

// on passes a registered document.
func (pass Passing) on(ctx context.Context, tx *store.Tx, id int64) error {
	var err error
	if pass.Direct != nil {
		if line(pass.Direct.ByRule) == "" {
			return store.RefuseField("by_rule", "Cần ghi quy định của quy chế làm việc cho phép chuyển thẳng.")
		}
		form := *pass.Direct
		form.Revision = 0 // registering has just changed it
		_, err = Direct(ctx, tx, id, form)
	} else {
		err = SubmitToLeader(ctx, tx, id, pass.To, pass.Note)
	}
	if err != nil || pass.Rule == 0 {
		return err
	}
	_, err = tx.Exec(ctx, sqlRuleHit, tx.Now(), tx.Actor().Agency, pass.Rule)
	return err
}

// proposed turns a routing rule's proposal into the act it stands for: forwarding by its clause, else submitting. Conflict without a rule.
func (p *Proposal) passing() (Passing, error) {
	if p.Rule == 0 || p.Clause == "" && p.Leader.Post == 0 {
		return Passing{}, store.Refuse(store.Conflict, "Không có quy tắc phân văn bản nào cho văn bản này. Văn bản được giữ nguyên; hãy trình hoặc chuyển riêng văn bản này.")
	}
	pass := Passing{To: p.Leader.Post, Rule: p.Rule}
	if p.Clause != "" {
		pass.Direct = &Direction{Leads: []Target{p.Lead.Target}, Opinion: p.Opinion, DueDays: p.DueDays, ByRule: p.Clause}
		for _, c := range p.Coordinators {
			pass.Direct.Coordinators = append(pass.Direct.Coordinators, c.Target)
		}
	}
	return pass, nil
}
