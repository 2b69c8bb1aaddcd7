package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

const ruleKeepers = store.Clerk | store.Head

// ruleRoutes keep the standing routing rules, the groups of receivers and a person's texts of opinions.
func ruleRoutes() []Route {
	keepers := posts(ruleKeepers)
	return []Route{
		{Pattern: "GET /rules", Who: keepers, Handle: (*Door).rulesPage, Nav: &Nav{Key: "rules", Icon: "route", Group: rulesGroup, Label: func(ctx context.Context) string { return t(ctx, "Quy tắc phân văn bản") }}},
		{Pattern: "GET /rules/new", Who: keepers, Handle: (*Door).ruleForm},
		{Pattern: "POST /rules/new", Who: keepers, Handle: (*Door).ruleForm},
		{Pattern: "GET /rules/{id}", Who: keepers, Handle: (*Door).rulePage},
		{Pattern: "GET /rules/{id}/edit", Who: keepers, Handle: (*Door).ruleForm},
		{Pattern: "POST /rules/{id}/edit", Who: keepers, Handle: (*Door).ruleForm},
		{Pattern: "GET /rules/{id}/try", Who: keepers, Handle: (*Door).rulePage},
		{Pattern: "POST /rules/{id}/try", Who: keepers, Handle: (*Door).tryRule},
		{Pattern: "POST /rules/{id}/activate", Who: keepers, Handle: ruleAct(documents.ActivateRule, "Quy tắc đã được áp dụng cho văn bản đến từ bây giờ.")},
		{Pattern: "POST /rules/{id}/end", Who: keepers, Handle: ruleAct(documents.EndRule, "Quy tắc đã ngừng áp dụng. Văn bản đã chuyển được giữ nguyên.")},
		{Pattern: "GET /groups", Handle: (*Door).groupsPage},
		{Pattern: "GET /groups/new", Handle: (*Door).groupForm},
		{Pattern: "POST /groups/new", Handle: (*Door).groupForm},
		{Pattern: "GET /groups/{id}/edit", Handle: (*Door).groupForm},
		{Pattern: "POST /groups/{id}/edit", Handle: (*Door).groupForm},
		{Pattern: "POST /groups/{id}/drop", Handle: (*Door).dropGroup},
		{Pattern: "GET /phrases/new", Handle: (*Door).phraseForm},
		{Pattern: "POST /phrases/new", Handle: (*Door).phraseForm},
		{Pattern: "POST /phrases/{id}/drop", Handle: (*Door).dropPhrase},
	}
}

// ruleAct is an act upon a rule that asks nothing.
func ruleAct(do func(ctx context.Context, tx *store.Tx, id int64) error, said string) func(d *Door, w http.ResponseWriter, r *http.Request) error {
	return func(d *Door, w http.ResponseWriter, r *http.Request) error {
		id, err := number(r, "id")
		if err == nil {
			err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return do(r.Context(), tx, id) })
		}
		if err != nil {
			return err
		}
		d.flash(w, Good, store.Say(said))
		return redirect(w, r, fmt.Sprintf("/rules/%d", id))
	}
}

// ruleNames are what a rule refers to, by name.
type ruleNames struct {
	types   map[string]string
	targets map[string]string
	groups  map[int64]string
	agency  map[int64]string
}

func (d *Door) ruleNames(r *http.Request, rules []documents.Rule) (ruleNames, error) {
	ctx := r.Context()
	n := ruleNames{map[string]string{}, map[string]string{}, map[int64]string{}, map[int64]string{}}
	types, err := documents.AllTypes(ctx, d.DB)
	if err != nil {
		return n, err
	}
	for _, x := range types {
		n.types[x.Code] = x.Name
	}
	options, err := d.targetOptions(r)
	if err != nil {
		return n, err
	}
	for _, o := range options {
		n.targets[o.Value] = o.Label
	}
	groups, err := documents.Groups(ctx, d.DB, actor(r), documents.GroupOutside)
	for _, g := range groups {
		n.groups[g.ID] = g.Name
	}
	for _, rule := range rules {
		if rule.SenderAgency != 0 {
			if a, err := org.FindAgency(ctx, d.DB, org.AgencyID(rule.SenderAgency)); err == nil {
				n.agency[rule.SenderAgency] = a.Name
			}
		}
	}
	return n, err
}

// when says in words which documents a rule fits.
func (n ruleNames) when(ctx context.Context, rule documents.Rule) string {
	var parts []string
	if rule.SenderAgency != 0 {
		parts = append(parts, t(ctx, "Cơ quan: {name}", "name", orElse(n.agency[rule.SenderAgency], "–")))
	}
	if rule.SenderGroup != 0 {
		parts = append(parts, t(ctx, "Nhóm cơ quan: {name}", "name", orElse(n.groups[rule.SenderGroup], "–")))
	}
	if rule.TypeCode != "" {
		parts = append(parts, t(ctx, "Loại: {name}", "name", translate(ctx, orElse(n.types[rule.TypeCode], rule.TypeCode), nil)))
	}
	if rule.Words != "" {
		parts = append(parts, t(ctx, "Trích yếu có: {words}", "words", rule.Words))
	}
	return strings.Join(parts, "; ")
}

// then says in words where a rule sends.
func (n ruleNames) then(ctx context.Context, rule documents.Rule) string {
	lead, coordinators, err := rule.Targets()
	if err != nil {
		return ""
	}
	name := func(x documents.Target) string {
		return orElse(n.targets[documents.PassTo{Target: x}.Code()], t(ctx, "(không còn)"))
	}
	var parts []string
	if rule.Leader != 0 {
		parts = append(parts, t(ctx, "Trình {name}", "name", name(documents.Target{Post: rule.Leader})))
	}
	if lead != (documents.Target{}) {
		parts = append(parts, t(ctx, "Chủ trì: {name}", "name", name(lead)))
	}
	for _, c := range coordinators {
		parts = append(parts, t(ctx, "Phối hợp: {name}", "name", name(c)))
	}
	if rule.DueDays > 0 {
		parts = append(parts, t(ctx, "Hạn {n} ngày làm việc", "n", rule.DueDays))
	}
	if rule.Direct() {
		parts = append(parts, t(ctx, "Văn thư chuyển thẳng ({clause})", "clause", rule.Clause))
	}
	return strings.Join(parts, "; ")
}

// rulesPage: GET /rules
func (d *Door) rulesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	rules, err := documents.Rules(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	names, err := d.ruleNames(r, rules)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Quy tắc phân văn bản"), Active: "rules"}, rulesPage(rules, names))
}

// rulePage: GET /rules/{id}
func (d *Door) rulePage(w http.ResponseWriter, r *http.Request) error { return d.showRule(w, r, nil) }

// trial is what trying a rule gave.
type trial struct {
	fits []documents.Trial
	of   int
}

func (d *Door) showRule(w http.ResponseWriter, r *http.Request, tried *trial) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	rule, err := documents.FindRule(ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	names, err := d.ruleNames(r, []documents.Rule{*rule})
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: rule.Name, Active: "rules"}, rulePage(rule, names, tried))
}

// tryRule: POST /rules/{id}/try: the rule against the last hundred documents (thử quy tắc).
func (d *Door) tryRule(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	tried := &trial{}
	err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
		tried.fits, tried.of, err = documents.TryRule(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return d.showRule(w, r, tried)
}

// ruleForm: GET and POST /rules/new, /rules/{id}/edit
func (d *Door) ruleForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	rule, back := &documents.Rule{Priority: 10}, "/rules"
	title := t(ctx, "Lập quy tắc phân văn bản")
	if r.PathValue("id") != "" {
		id, err := number(r, "id")
		if err != nil {
			return err
		}
		if rule, err = documents.FindRule(ctx, d.DB, actor(r), id); err != nil {
			return err
		}
		title, back = t(ctx, "Sửa quy tắc phân văn bản"), fmt.Sprintf("/rules/%d", id)
	}
	return d.act(w, r, ActPage{Active: "rules", Title: title, Lead: rule.Name, Back: back, Guard: true, Wide: true, Submit: Action{Label: t(ctx, "Lưu quy tắc"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được quy tắc"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) { return d.ruleFields(r, f, errs, rule) },
		Do: func(f *Form) (flashed, string, error) {
			form := documents.RuleForm{ID: rule.ID, Revision: f.Number("revision"), Name: f.Line("name"), Priority: int(f.Number("priority")), SenderGroup: f.Number("sender_group"), TypeCode: f.Line("type"),
				Words: f.Line("words"), Leader: f.Number("leader"), Coordinators: d.targets(f, "coordinators"), DueDays: int(f.Number("due_days")), Opinion: f.Text("opinion"), Clause: f.Line("clause"),
				ValidFrom: f.Date("valid_from"), ValidTo: f.Date("valid_to")}
			if sender := f.Numbers("sender"); len(sender) > 0 {
				form.SenderAgency = sender[0]
			}
			if lead := d.targets(f, "lead"); len(lead) > 0 {
				form.Lead = lead[0]
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var saved *documents.Rule
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { saved, err = documents.SaveRule(ctx, tx, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu quy tắc. Hãy thử quy tắc với các văn bản gần đây rồi áp dụng."), fmt.Sprintf("/rules/%d", saved.ID), nil
		}})
}

func (d *Door) ruleFields(r *http.Request, f *Form, errs Errors, rule *documents.Rule) ([]templ.Component, error) {
	ctx := r.Context()
	lead, coordinators, err := rule.Targets()
	if err != nil {
		return nil, err
	}
	types, err := documents.Types(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	leaders, err := org.Leaders(ctx, d.DB, org.AgencyID(actor(r).Agency), d.today())
	if err != nil {
		return nil, err
	}
	groups, err := documents.Groups(ctx, d.DB, actor(r), documents.GroupOutside)
	if err != nil {
		return nil, err
	}
	var chosen []Option
	if rule.SenderAgency != 0 {
		if a, err := org.FindAgency(ctx, d.DB, org.AgencyID(rule.SenderAgency)); err == nil {
			chosen = []Option{{Value: fmt.Sprint(rule.SenderAgency), Label: a.Name}}
		}
	}
	sender, err := d.agencyCombo(r, f, errs, Field{Name: "sender", Label: t(ctx, "Cơ quan ban hành"), Hint: t(ctx, "Gõ tên hoặc mã định danh"), Optional: true}, false, chosen)
	if err != nil {
		return nil, err
	}
	s := suggested{lead: documents.PassTo{Target: lead}.Code(), recent: []documents.PassTo{}}
	for _, c := range coordinators {
		s.coordinators = append(s.coordinators, documents.PassTo{Target: c}.Code())
	}
	targets, err := d.targetFields(r, f, errs, t(ctx, "Chủ trì"), true, s)
	if err != nil {
		return nil, err
	}
	field := func(name, label, value string) Field {
		return fresh(f, fieldOf(f, errs, Field{Name: name, Label: label, Optional: true}), value)
	}
	pick := func(name, value string, options []Option) []Option {
		if f != nil {
			value = f.shown(name)
		}
		return Choose(append([]Option{{Label: t(ctx, "— Không đặt —")}}, options...), value)
	}
	var people, kinds []Option
	for _, h := range leaders {
		people = append(people, Option{Value: fmt.Sprint(int64(h.ID)), Label: h.PersonName + " – " + h.Title})
	}
	for _, g := range groups {
		kinds = append(kinds, Option{Value: fmt.Sprint(g.ID), Label: g.Name})
	}
	name, priority := field("name", t(ctx, "Tên quy tắc"), rule.Name), field("priority", t(ctx, "Thứ tự ưu tiên"), fmt.Sprint(rule.Priority))
	name.Optional, name.MaxLength, priority.Short, priority.InputMode, priority.Hint = false, 200, true, "numeric", t(ctx, "Số nhỏ được xét trước")
	words, clause, days := field("words", t(ctx, "Từ trong trích yếu"), rule.Words), field("clause", t(ctx, "Quy định cho phép văn thư chuyển thẳng"), rule.Clause), field("due_days", t(ctx, "Hạn xử lý, số ngày làm việc"), daysText(rule.DueDays))
	words.Hint, clause.Hint, days.Short, days.InputMode = t(ctx, "Các cụm từ cách nhau bằng dấu phẩy; có một cụm là đủ, không phân biệt dấu"), t(ctx, "Ví dụ: Điều 12 khoản 3 Quy chế làm việc. Bỏ trống: quy tắc chỉ đề xuất"), true, "numeric"
	out := []templ.Component{wrap(Two(), TextField(name), TextField(priority)), sender,
		wrap(Two(), SelectField(Field{Name: "sender_group", Label: t(ctx, "Nhóm cơ quan ban hành"), Optional: true, Error: errs.Of("sender_group")}, pick("sender_group", daysText(int(rule.SenderGroup)), kinds)),
			SelectField(Field{Name: "type", Label: t(ctx, "Loại văn bản"), Optional: true, Error: errs.Of("type")}, pick("type", rule.TypeCode, typeOptions(ctx, types, false)))),
		TextField(words), SelectField(Field{Name: "leader", Label: t(ctx, "Trình lãnh đạo"), Optional: true, Error: errs.Of("leader")}, pick("leader", daysText(int(rule.Leader)), people))}
	out = append(out, targets[:2]...)
	return append(out, TextArea(field("opinion", t(ctx, "Ý kiến chỉ đạo đề xuất"), rule.Opinion)), wrap(Two(), TextField(days), TextField(clause)),
		wrap(Two(), DateField(field("valid_from", t(ctx, "Từ ngày"), rule.ValidFrom.Display())), DateField(field("valid_to", t(ctx, "Đến hết ngày"), rule.ValidTo.Display()))),
		hidden("revision", rule.Revision)), nil
}

// groupsPage: GET /groups: groups of receivers and texts of opinions.
func (d *Door) groupsPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	groups, err := documents.Groups(ctx, d.DB, actor(r), "")
	if err != nil {
		return err
	}
	phrases, err := documents.Phrases(ctx, d.DB, actor(r))
	if err != nil {
		return err
	}
	v := groupsView{groups: groups, phrases: phrases, shared: documents.MayShareGroups(actor(r)), members: map[int64]string{}, everywhere: documents.MayShareEverywhere(actor(r)), today: d.today()}
	for _, g := range groups {
		inside, agencies, gone, err := documents.GroupMembers(ctx, d.DB, actor(r), g.ID)
		if err != nil {
			return err
		}
		var names []string
		for _, m := range inside {
			names = append(names, m.Name)
		}
		for _, a := range agencies {
			names = append(names, a.Name)
		}
		v.members[g.ID] = receiversShort(ctx, names)
		if gone > 0 {
			v.members[g.ID] += " " + t(ctx, "({n} nơi không còn)", "n", gone)
		}
	}
	return d.page(w, r, View{Title: t(ctx, "Nhóm nơi nhận và mẫu ý kiến"), Active: "account"}, groupsPage(v))
}

type groupsView struct {
	groups  []documents.Group
	members map[int64]string
	phrases []documents.Phrase
	shared  bool

	everywhere bool
	today      calendar.Date
}

// keeps tells whether the actor changes a group.
func (v groupsView) keeps(g documents.Group) bool {
	return g.AgencyID == 0 && v.everywhere || g.AgencyID != 0 && (g.Owner != 0 || v.shared)
}

// groupForm: GET and POST /groups/new?kind=, /groups/{id}/edit
func (d *Door) groupForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	g, title := &documents.Group{Kind: documents.GroupInside}, t(ctx, "Lập nhóm nơi nhận")
	if r.PathValue("id") != "" {
		id, err := number(r, "id")
		if err != nil {
			return err
		}
		if g, err = documents.FindGroup(ctx, d.DB, actor(r), id); err != nil {
			return err
		}
		if err := g.Keeps(actor(r)); err != nil {
			return err
		}
		title = t(ctx, "Sửa nhóm nơi nhận")
	} else if r.URL.Query().Get("kind") == documents.GroupOutside {
		g.Kind = documents.GroupOutside
	}
	return d.act(w, r, ActPage{Active: "account", Title: title, Lead: g.Name, Back: "/groups", Guard: true, Submit: Action{Label: t(ctx, "Lưu nhóm"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được nhóm"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) { return d.groupFields(r, f, errs, g) },
		Do: func(f *Form) (flashed, string, error) {
			form := documents.GroupForm{ID: g.ID, Kind: g.Kind, Name: f.Line("name"), Shared: f.Yes("shared"), Everywhere: g.Kind == documents.GroupOutside && f.Yes("everywhere"),
				ValidFrom: f.Date("valid_from"), ValidTo: f.Date("valid_to")}
			if g.Kind == documents.GroupOutside {
				for _, id := range f.Numbers("members") {
					form.Members = append(form.Members, documents.Member{Agency: id})
				}
			} else {
				for _, m := range d.targets(f, "members") {
					form.Members = append(form.Members, documents.Member{Unit: m.Unit, Post: m.Post})
				}
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu nhóm nơi nhận."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { _, err := documents.SaveGroup(ctx, tx, form); return err })
		}})
}

func (d *Door) groupFields(r *http.Request, f *Form, errs Errors, g *documents.Group) ([]templ.Component, error) {
	ctx := r.Context()
	out := []templ.Component{TextField(fresh(f, fieldOf(f, errs, Field{Name: "name", Label: t(ctx, "Tên nhóm"), MaxLength: 200}), g.Name))}
	var chosen []Option
	if g.ID != 0 {
		inside, agencies, _, err := documents.GroupMembers(ctx, d.DB, actor(r), g.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range inside {
			chosen = append(chosen, Option{Value: m.Code(), Label: m.Name})
		}
		for _, a := range agencies {
			chosen = append(chosen, Option{Value: fmt.Sprint(int64(a.ID)), Label: a.Name})
		}
	}
	if g.Kind == documents.GroupOutside {
		combo, err := d.agencyCombo(r, f, errs, Field{Name: "members", Label: t(ctx, "Các cơ quan"), Hint: t(ctx, "Gõ tên hoặc mã định danh")}, true, chosen)
		if err != nil {
			return nil, err
		}
		out = append(out, combo)
	} else {
		options, err := d.targetOptions(r)
		if err != nil {
			return nil, err
		}
		c := ComboView{Field: Field{Name: "members", Label: t(ctx, "Đơn vị, cá nhân"), Error: errs.Of("members"), Hint: t(ctx, "Gõ tên người hoặc đơn vị")}, Source: "/suggest/targets", Multiple: true, Chosen: chosen}
		if f != nil {
			c.Chosen = chosenOf(options, f.Values("members"))
			if f.r.PostFormValue("find") == "members" {
				c.Field.Value = f.shown("members-words")
				c.Found = matching(options, c.Field.Value)
			}
		}
		out = append(out, Combo(c))
	}
	out = append(out, wrap(Two(), DateField(fresh(f, fieldOf(f, errs, Field{Name: "valid_from", Label: t(ctx, "Dùng từ ngày"), Optional: true}), g.ValidFrom.Display())),
		DateField(fresh(f, fieldOf(f, errs, Field{Name: "valid_to", Label: t(ctx, "Đến hết ngày"), Optional: true}), g.ValidTo.Display()))))
	if g.ID == 0 && g.Kind == documents.GroupOutside && documents.MayShareEverywhere(actor(r)) {
		out = append(out, CheckOne(Field{Name: "everywhere", Label: t(ctx, "Dùng chung cho mọi cơ quan trong hệ thống")}, f != nil && f.Yes("everywhere")))
	}
	if g.ID == 0 && documents.MayShareGroups(actor(r)) {
		out = append(out, CheckOne(Field{Name: "shared", Label: t(ctx, "Dùng chung trong cơ quan")}, f == nil || f.Yes("shared")))
	}
	return out, nil
}

// dropGroup: POST /groups/{id}/drop
func (d *Door) dropGroup(w http.ResponseWriter, r *http.Request) error {
	return d.drop(w, r, documents.DropGroup, "Đã xóa nhóm nơi nhận.")
}

// dropPhrase: POST /phrases/{id}/drop
func (d *Door) dropPhrase(w http.ResponseWriter, r *http.Request) error {
	return d.drop(w, r, documents.DropPhrase, "Đã xóa mẫu ý kiến.")
}

func (d *Door) drop(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, tx *store.Tx, id int64) error, said string) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return do(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say(said))
	return redirect(w, r, "/groups")
}

// phraseForm: GET and POST /phrases/new
func (d *Door) phraseForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "account", Title: t(ctx, "Thêm mẫu ý kiến"), Back: "/groups", Submit: Action{Label: t(ctx, "Lưu mẫu"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được mẫu"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "words", Label: t(ctx, "Nội dung"), Hint: t(ctx, "Dùng lại khi ghi ý kiến chỉ đạo; chỉ ông/bà thấy"), MaxLength: 4000}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã lưu mẫu ý kiến."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				_, err := documents.SavePhrase(ctx, tx, f.Text("words"))
				return err
			})
		}})
}

func ruleAddress(id int64, act string) string { return fmt.Sprintf("/rules/%d%s", id, act) }
