package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// leaderRoutes are the leaders' desk: what waits for a leader, one after the other, each done with two presses (N27, V12, V16).
func leaderRoutes() []Route {
	leaders := posts(store.Leader | store.Head | store.Assistant)
	return []Route{
		{Pattern: "GET /desk", Who: leaders, Handle: (*Door).leaderDesk, Nav: &Nav{Key: "desk", Icon: "user-shield", Label: func(ctx context.Context) string { return t(ctx, "Bàn lãnh đạo") }}},
		{Pattern: "GET /desk/{id}", Who: leaders, Handle: (*Door).leaderDesk},
		{Pattern: "POST /desk/{id}", Who: leaders, Handle: (*Door).directOnDesk},
		{Pattern: "POST /desk/{id}/confirm", Who: leaders, Handle: deskAnswer(func(ctx context.Context, tx *store.Tx, id int64) error {
			_, err := documents.ConfirmPrepared(ctx, tx, id)
			return err
		}, "Đã cho ý kiến như đã chuẩn bị.")},
		{Pattern: "POST /desk/{id}/drop", Who: leaders, Handle: deskAnswer(documents.DropPrepared, "Đã bỏ ý kiến chuẩn bị sẵn.")},
	}
}

// deskChips are the working days that one press chooses.
var deskChips = []int{3, 5, 7, 10}

// deskView is the desk with one document open.
type deskView struct {
	*documents.LeadDesk
	doc      *incomingView
	proposal *documents.Proposal
	days     *calendar.Calendar
	today    calendar.Date
	fields   []templ.Component
	errs     Errors
	may      map[string]bool
}

// next is the document that opens by itself when this one is done; 0 = none is left.
func (d *Door) nextOnDesk(r *http.Request, after int64) (string, error) {
	desk, err := documents.DeskOfLeader(r.Context(), d.DB, actor(r), d.Desk.Calendar)
	if err != nil {
		return "", err
	}
	for _, row := range desk.ToDirect {
		if row.ID != after {
			return fmt.Sprintf("/desk/%d", row.ID), nil
		}
	}
	return "/desk", nil
}

// leaderDesk: GET /desk, /desk/{id}
func (d *Door) leaderDesk(w http.ResponseWriter, r *http.Request) error {
	id := int64(0)
	if r.PathValue("id") != "" {
		var err error
		if id, err = number(r, "id"); err != nil {
			return err
		}
	}
	return d.showDesk(w, r, 0, id, nil, nil)
}

func (d *Door) showDesk(w http.ResponseWriter, r *http.Request, status int, id int64, f *Form, errs Errors) error {
	ctx := r.Context()
	v := deskView{days: d.Desk.Calendar, today: d.today(), errs: errs, may: map[string]bool{}}
	if v.days == nil {
		v.days = calendar.Default()
	}
	var err error
	if v.LeadDesk, err = documents.DeskOfLeader(ctx, d.DB, actor(r), d.Desk.Calendar); err != nil {
		return err
	}
	if id == 0 && len(v.ToDirect) > 0 {
		id = v.ToDirect[0].ID
	}
	title := t(ctx, "Bàn lãnh đạo")
	if id == 0 {
		return d.page(w, r, View{Title: title, Active: "desk", Watch: []string{"documents"}}, leaderDesk(v))
	}
	if v.doc, err = d.loadIncoming(r, id); err != nil {
		return err
	}
	for _, act := range v.doc.acts {
		v.may[act.Code] = true
	}
	if v.proposal, err = documents.Propose(ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	if v.may["direct"] || v.may["prepare"] {
		if v.fields, err = d.deskFields(r, f, errs, v); err != nil {
			return err
		}
	}
	return d.page(w, r, View{Title: title, Active: "desk", Watch: []string{"documents"}, Status: status}, leaderDesk(v))
}

// deskFields are a direction by chips: who leads, how many days, which words; each can be typed instead.
func (d *Door) deskFields(r *http.Request, f *Form, errs Errors, v deskView) ([]templ.Component, error) {
	ctx := r.Context()
	var leads []Option
	seen := map[string]bool{}
	add := func(n documents.PassTo, hint string) {
		if c := n.Code(); c != "" && n.Post != actor(r).Holding && !seen[c] && len(leads) < 6 {
			seen[c] = true
			leads = append(leads, Option{Value: c, Label: n.Name, Hint: hint})
		}
	}
	add(v.proposal.Lead, t(ctx, "Đề xuất"))
	for _, n := range v.proposal.Recent {
		add(n, "")
	}
	units, err := org.Units(ctx, d.DB, org.AgencyID(actor(r).Agency))
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		add(documents.PassTo{Target: documents.Target{Unit: int64(u.ID)}, Name: u.Name}, "")
	}
	quick, days := v.proposal.Lead.Code(), daysText(v.proposal.DueDays)
	if f != nil {
		quick, days = f.shown("quick"), f.shown("days")
	}
	s := suggestedBy(v.proposal)
	s.lead = ""
	targets, err := d.targetFields(r, f, errs, t(ctx, "Hoặc chọn nơi khác chủ trì"), true, s)
	if err != nil {
		return nil, err
	}
	var chips []Option
	for _, n := range deskChips {
		chips = append(chips, Option{Value: fmt.Sprint(n), Label: t(ctx, "{n} ngày làm việc", "n", n)})
	}
	chips = append(chips, Option{Value: otherDays, Label: t(ctx, "Không đặt hạn hoặc ghi riêng")})
	if days == "" {
		days = otherDays
	}
	words, err := d.opinionFields(ctx, f, errs, actor(r), v.proposal.Opinion)
	if err != nil {
		return nil, err
	}
	out := append(becauseDirected(ctx, v.proposal), RadioField(Field{Name: "quick", Label: t(ctx, "Chủ trì xử lý"), Optional: true, Error: errs.Of("quick")}, Choose(leads, quick)), targets[0],
		RadioField(Field{Name: "days", Label: t(ctx, "Hạn xử lý"), Error: errs.Of("days")}, Choose(chips, days)))
	return append(append(append(out, words...), targets[1:]...), dueFields(ctx, f, errs, 0), hidden("revision", v.doc.doc.Revision)), nil
}

// directOnDesk: POST /desk/{id}: directs, or prepares for the leader, and opens the next.
func (d *Door) directOnDesk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if f.Searching() {
		return d.showDesk(w, r, 0, id, f, nil)
	}
	form := d.directionForm(f)
	if len(form.Leads) == 0 {
		form.Leads = d.targets(f, "quick")
	}
	prepare := f.Line("act") == "prepare"
	if err = f.Err(); err == nil {
		err = d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) {
			if prepare {
				_, err = documents.PrepareDirection(ctx, tx, id, form)
			} else {
				_, err = documents.Direct(ctx, tx, id, form)
			}
			return err
		})
	}
	if errs, ok := asErrors(ctx, err); ok {
		return d.showDesk(w, r, http.StatusUnprocessableEntity, id, f, errs)
	}
	var refusal *store.Refusal
	if errors.Is(err, store.Conflict) && errors.As(err, &refusal) {
		return d.showDesk(w, r, http.StatusConflict, id, f, Errors{{Message: sentences(ctx, refusal)}})
	}
	if err != nil {
		return err
	}
	if prepare {
		d.flash(w, Good, store.Say("Đã lưu ý kiến chuẩn bị; lãnh đạo nhận được thông báo."))
	} else {
		d.flash(w, Good, store.Say("Đã chuyển văn bản để xử lý."))
	}
	next, err := d.nextOnDesk(r, id)
	if err != nil {
		return err
	}
	return redirect(w, r, next)
}

// deskAnswer is an answer to what was prepared; the next document opens by itself.
func deskAnswer(do func(ctx context.Context, tx *store.Tx, id int64) error, said string) func(d *Door, w http.ResponseWriter, r *http.Request) error {
	return func(d *Door, w http.ResponseWriter, r *http.Request) error {
		id, err := number(r, "id")
		if err == nil {
			err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return do(r.Context(), tx, id) })
		}
		if err != nil {
			return err
		}
		d.flash(w, Good, store.Say(said))
		next, err := d.nextOnDesk(r, id)
		if err != nil {
			return err
		}
		return redirect(w, r, next)
	}
}
