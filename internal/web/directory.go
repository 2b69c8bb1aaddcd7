package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const pathDirectory = "/admin/directory"

// Lists of the directory's page.
const (
	tabConflicts = "conflicts"
	tabSenders   = "senders"
	tabRuns      = "runs"
)

const directoryShown = 100

// directoryRoutes are the pages on which the country's directory is looked after: what lists brought, conflicts over codes, unknown senders.
func directoryRoutes() []Route {
	admins := posts(store.SystemAdmin)
	return []Route{
		{Pattern: "GET " + pathDirectory, Who: admins, Handle: (*Door).directoryPage, Nav: &Nav{Key: "directory", Icon: "arrows-exchange", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Danh bạ quốc gia") }}},
		{Pattern: "GET /admin/agencies/{id}", Who: admins, Handle: (*Door).agencyEntryPage},
		{Pattern: "POST /admin/agencies/{id}/adopt", Who: admins, Handle: (*Door).adoptEntry},
		{Pattern: "GET " + pathDirectory + "/conflicts/{id}", Who: admins, Handle: (*Door).decideConflict},
		{Pattern: "POST " + pathDirectory + "/conflicts/{id}", Who: admins, Handle: (*Door).decideConflict},
		{Pattern: "GET " + pathDirectory + "/senders/{code}", Who: admins, Handle: (*Door).settleSender},
		{Pattern: "POST " + pathDirectory + "/senders/{code}", Who: admins, Handle: (*Door).settleSender},
		{Pattern: "GET " + pathDirectory + "/runs/{id}", Who: admins, Handle: (*Door).directoryRunPage},
		{Pattern: "GET " + pathDirectory + "/runs/{id}/confirm", Who: admins, Handle: (*Door).confirmDirectoryRun},
		{Pattern: "POST " + pathDirectory + "/runs/{id}/confirm", Who: admins, Handle: (*Door).confirmDirectoryRun},
		{Pattern: "GET " + pathDirectory + "/runs/{id}/refuse", Who: admins, Handle: (*Door).refuseDirectoryRun},
		{Pattern: "POST " + pathDirectory + "/runs/{id}/refuse", Who: admins, Handle: (*Door).refuseDirectoryRun},
	}
}

// directoryView is one of the lists of the directory.
type directoryView struct {
	tab, q          string
	all             bool
	found           []org.Agency
	figures         []org.SourceFigures
	conflicts       []org.CodeConflict
	senders         []org.Entry
	runs            []org.Run
	pending         []org.Entry
	differing       []org.Entry
	nOpen, nSenders int64
	now             store.Instant
}

// directoryPage: GET /admin/directory?tab=&q=&all=
func (d *Door) directoryPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := directoryView{tab: r.FormValue("tab"), q: i18n.CleanLine(r.FormValue("q")), all: r.FormValue("all") != "", now: d.DB.Now()}
	var err error
	if v.nOpen, err = org.OpenConflicts(ctx, d.DB); err != nil {
		return err
	}
	if v.nSenders, err = org.WaitingSenders(ctx, d.DB); err != nil {
		return err
	}
	switch v.tab {
	case tabConflicts:
		if v.conflicts, err = org.Conflicts(ctx, d.DB, v.all, directoryShown); err == nil {
			v.pending, err = org.PendingEntries(ctx, d.DB, directoryShown)
		}
		if err == nil {
			v.differing, err = org.DifferingEntries(ctx, d.DB, directoryShown)
		}
	case tabSenders:
		v.senders, err = org.UnknownSenders(ctx, d.DB, v.all, directoryShown)
	case tabRuns:
		if v.runs, err = org.Runs(ctx, d.DB, directoryShown); err == nil {
			v.figures, err = org.DirectoryFigures(ctx, d.DB)
		}
	default:
		v.tab = ""
		v.found, err = org.SearchAgencies(ctx, d.DB, v.q, directoryShown)
	}
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Danh bạ quốc gia"), Active: "directory"}, directoryLists(v))
}

func (v directoryView) tabs(ctx context.Context) []TabItem {
	at := func(tab string) string { return pathDirectory + "?tab=" + tab }
	return []TabItem{{Href: pathDirectory, Label: t(ctx, "Tìm cơ quan"), Count: -1, Current: v.tab == ""},
		{Href: at(tabConflicts), Label: t(ctx, "Xung đột mã"), Count: int(v.nOpen), Current: v.tab == tabConflicts},
		{Href: at(tabSenders), Label: t(ctx, "Cơ quan gửi chưa biết"), Count: int(v.nSenders), Current: v.tab == tabSenders},
		{Href: at(tabRuns), Label: t(ctx, "Các lần đồng bộ"), Count: -1, Current: v.tab == tabRuns}}
}

func agencyAddress(id org.AgencyID) string { return fmt.Sprintf("/admin/agencies/%d", id) }
func conflictAddress(id int64) string      { return fmt.Sprintf("%s/conflicts/%d", pathDirectory, id) }
func senderAddress(code string) string     { return pathDirectory + "/senders/" + url.PathEscape(code) }
func runAddress(id int64, act string) string {
	return fmt.Sprintf("%s/runs/%d%s", pathDirectory, id, act)
}

// agencyEntryView is one agency with all that is known of it.
type agencyEntryView struct {
	agency    *org.Agency
	origin    string
	codes     []org.KeptCode
	names     []org.KeptName
	entries   []org.Entry
	conflicts []org.CodeConflict
}

// agencyEntryPage: GET /admin/agencies/{id}
func (d *Door) agencyEntryPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := d.keptAgency(r)
	if err != nil {
		return err
	}
	v := agencyEntryView{agency: a}
	if v.origin, err = org.OriginOf(ctx, d.DB, a.ID); err != nil {
		return err
	}
	if v.codes, err = org.CodesOf(ctx, d.DB, a.ID); err != nil {
		return err
	}
	if v.names, err = org.NamesOf(ctx, d.DB, a.ID); err != nil {
		return err
	}
	if v.entries, err = org.EntriesOf(ctx, d.DB, a.ID); err != nil {
		return err
	}
	if v.conflicts, err = org.ConflictsOf(ctx, d.DB, a.ID); err != nil {
		return err
	}
	return d.page(w, r, View{Title: a.Name, Active: "directory"}, agencyEntry(v))
}

// adopts tells whether an administrator can take over what a list says about an agency entered here.
func (v agencyEntryView) adopts(e org.Entry) bool {
	return v.origin == "" && v.agency.State == "active" && e.Source != org.SourceMessage && e.Action != org.EntryDeleted && (e.Name != v.agency.Name || e.Code != v.agency.Code)
}

// adoptEntry: POST /admin/agencies/{id}/adopt
func (d *Door) adoptEntry(w http.ResponseWriter, r *http.Request) error {
	a, err := d.keptAgency(r)
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	e, err := org.FindEntry(r.Context(), d.DB, f.Line("source"), f.Line("entry"))
	if err == nil && e.AgencyID != a.ID {
		err = store.Refuse(store.NotFound, "Danh bạ không có mục này.")
	}
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error {
			_, err := org.AdoptEntry(r.Context(), tx, e.Source, e.ID)
			return err
		})
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã lấy tên và mã theo danh mục."))
	return redirect(w, r, agencyAddress(a.ID))
}

// decideConflict: GET, POST /admin/directory/conflicts/{id}
func (d *Door) decideConflict(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	k, err := org.FindConflict(ctx, d.DB, id)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "directory", Title: t(ctx, "Giải quyết xung đột mã {code}", "code", k.Code), Submit: Action{Label: t(ctx, "Ghi quyết định"), Kind: Primary}, Refused: t(ctx, "Chưa giải quyết được"),
		Lead: t(ctx, "{agency} đang có mã này; danh mục {source} ghi mã này cho {entry}. Chưa gửi văn bản đến mã này cho đến khi có quyết định.", "agency", k.AgencyName, "source", k.Source, "entry", k.EntryName),
		Back: pathDirectory + "?tab=" + tabConflicts, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			chosen := ""
			if f != nil {
				chosen = f.shown("decision")
			}
			options := []Option{{Value: org.ConflictKept, Label: t(ctx, "Giữ mã cho {agency}", "agency", k.AgencyName)}, {Value: org.ConflictMoved, Label: t(ctx, "Chuyển mã cho {entry} từ hôm nay", "entry", k.EntryName)},
				{Value: org.ConflictSame, Label: t(ctx, "{entry} chính là {agency}", "entry", k.EntryName, "agency", k.AgencyName)}}
			return []templ.Component{RadioField(Field{Name: "decision", Label: t(ctx, "Quyết định"), Error: errs.Of("decision")}, Choose(options, chosen)), reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã ghi quyết định về mã {code}.", "code", k.Code), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return org.DecideConflict(ctx, tx, id, f.Line("decision"), f.Line("reason"))
			})
		}})
}

// What an administrator may do with an unknown sender.
const (
	senderEnter  = "enter"
	senderLink   = "link"
	senderIgnore = "ignore"
)

// settleSender: GET, POST /admin/directory/senders/{code}
func (d *Door) settleSender(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, err := org.FindEntry(ctx, d.DB, org.SourceMessage, r.PathValue("code"))
	if err != nil {
		return err
	}
	if e.Link == org.LinkRegistered {
		return store.Refuse(store.Conflict, "Cơ quan gửi này đã được nhập hoặc liên kết. Hãy mở lại trang để xem kết quả.")
	}
	like, err := org.Suggested(ctx, d.DB, e.Code)
	if err != nil {
		return err
	}
	var may []Option
	for _, a := range like {
		may = append(may, Option{Value: fmt.Sprint(int64(a.ID)), Label: a.Name})
	}
	return d.act(w, r, ActPage{Active: "directory", Title: t(ctx, "Cơ quan gửi chưa biết: {code}", "code", e.Code), Lead: e.Name, Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary},
		Back: pathDirectory + "?tab=" + tabSenders, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			choice := senderEnter
			if len(may) > 0 {
				choice = senderLink
			}
			if f != nil {
				choice = f.shown("act")
			}
			combo, err := d.agencyCombo(r, f, errs, Field{Name: "agency", Label: t(ctx, "Cơ quan đã có"), Optional: true, Hint: t(ctx, "Khi liên kết. Gợi ý quy đổi mã chỉ để tham khảo; ông/bà kiểm tra rồi chọn.")}, false, may)
			if err != nil {
				return nil, err
			}
			options := []Option{{Value: senderEnter, Label: t(ctx, "Nhập thành cơ quan mới ngoài thành phố")}, {Value: senderLink, Label: t(ctx, "Liên kết với cơ quan đã có")}, {Value: senderIgnore, Label: t(ctx, "Không phải cơ quan")}}
			reason := fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do, khi không phải cơ quan"), Optional: true})
			return []templ.Component{RadioField(Field{Name: "act", Label: t(ctx, "Cách giải quyết")}, Choose(options, choice)),
				TextField(fresh(f, fieldOf(f, errs, Field{Name: "name", Label: t(ctx, "Tên cơ quan"), MaxLength: 500}), e.Name)), combo, TextField(reason)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			agency := org.AgencyID(0)
			if f.Line("act") == senderLink {
				if agency = d.oneAgency(r, f, "agency"); agency == 0 && f.Err() == nil {
					f.problems.Add("agency", "Chọn cơ quan.")
				}
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu. Gói tin của cơ quan này đang bị cách ly có thể mở lại."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				switch f.Line("act") {
				case senderLink:
					return org.LinkSender(ctx, tx, e.ID, agency)
				case senderIgnore:
					return org.IgnoreSender(ctx, tx, e.ID, f.Line("reason"))
				}
				_, err := org.EnterSender(ctx, tx, e.ID, f.Line("name"))
				return err
			})
		}})
}

// directoryRunView is one synchronisation.
type directoryRunView struct {
	run     *org.Run
	steps   []org.Step
	changed []org.Entry
	more    bool
	now     store.Instant
}

func (d *Door) keptRun(r *http.Request) (*org.Run, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	return org.FindRun(r.Context(), d.DB, id)
}

// directoryRunPage: GET /admin/directory/runs/{id}
func (d *Door) directoryRunPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	run, err := d.keptRun(r)
	if err != nil {
		return err
	}
	v := directoryRunView{run: run, now: d.DB.Now()}
	after := int64(0)
	if run.State == org.RunHeld { // what is closed stands last, and is what the administrator is asked about
		after = run.Creates + run.Modifies
	}
	if v.steps, err = org.Steps(ctx, d.DB, run.ID, after, directoryShown+1); err != nil {
		return err
	}
	if len(v.steps) > directoryShown {
		v.steps, v.more = v.steps[:directoryShown], true
	}
	if v.changed, err = org.RunEntries(ctx, d.DB, run.ID, directoryShown); err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Lần đồng bộ danh bạ"), Active: "directory"}, directoryRun(v))
}

// confirmDirectoryRun: GET, POST /admin/directory/runs/{id}/confirm
func (d *Door) confirmDirectoryRun(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	run, err := d.keptRun(r)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "directory", Title: t(ctx, "Cho đồng bộ tiếp"), Submit: Action{Label: t(ctx, "Cho đồng bộ"), Kind: DangerFinal}, Refused: t(ctx, "Chưa đồng bộ tiếp được"), Back: runAddress(run.ID, ""),
		Lead:   t(ctx, "Sẽ kết thúc {closes} trong {known} cơ quan của nguồn {source}. Không xóa cơ quan nào; văn bản đã có được giữ nguyên.", "closes", run.Closes, "known", run.Known, "source", run.Source),
		Fields: noFields,
		Do: func(f *Form) (flashed, string, error) {
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return org.ConfirmRun(ctx, tx, run.ID, "") })
			if err == nil && d.Exchange != nil {
				d.Exchange.WakeDirectory()
			}
			return done("Đang đồng bộ danh bạ. Kết quả hiện ở trang này."), "", err
		}})
}

// refuseDirectoryRun: GET, POST /admin/directory/runs/{id}/refuse
func (d *Door) refuseDirectoryRun(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	run, err := d.keptRun(r)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "directory", Title: t(ctx, "Từ chối lần đồng bộ"), Submit: Action{Label: t(ctx, "Từ chối lần đồng bộ"), Kind: Danger}, Refused: t(ctx, "Chưa từ chối được"), Back: runAddress(run.ID, ""),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã từ chối. Danh bạ giữ nguyên như trước lần đồng bộ này."), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return org.RefuseRun(ctx, tx, run.ID, f.Line("reason")) })
		}})
}
