package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/store"
)

const pathPreservation = "/admin/preservation"

// preservationRoutes are what keeps signatures alive: the administrator's page, and the preserved revision of a file for those who see it.
func preservationRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathPreservation, Who: posts(store.AgencyAdmin | store.SystemAdmin), Handle: (*Door).preservationPage, Nav: &Nav{Key: "preservation", Icon: "archive", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Bảo quản chữ ký") }}},
		{Pattern: "POST " + pathPreservation, Who: posts(store.AgencyAdmin), Handle: (*Door).setPreserving},
		{Pattern: "POST /admin/preservation/check", Who: posts(store.AgencyAdmin), Handle: (*Door).checkArchive},
		{Pattern: "POST /admin/preservation/files/{id}/retry", Who: posts(store.AgencyAdmin), Handle: (*Door).retryPreservation},
		{Pattern: "POST /admin/preservation/stamps/{id}/retry", Who: posts(store.AgencyAdmin), Handle: (*Door).retryStampHere},
		{Pattern: "POST /outgoing/{id}/stamps/{stamp}/retry", Who: posts(store.Clerk | store.AgencyAdmin), Handle: (*Door).retryStamp},
		{Pattern: "GET /files/{id}/preserved", Handle: (*Door).preservedFile},
		{Pattern: "GET /files/{id}/preserved/report", Handle: (*Door).preservationReport},
	}
}

// preservationView is what the administrator sees; an installation's administrator sees the figures only.
type preservationView struct {
	figures   documents.PreservationFigures
	keeps     bool // he administers the agency's archive
	authority bool // a time-stamp authority is configured
	rules     documents.Preserving
	stamps    []documents.OpenStamp
	failed    []documents.Preservation
	worse     []documents.Preservation
	renewals  []documents.Preservation
	errs      Errors
	form      *Form
}

// preservationPage: GET /admin/preservation
func (d *Door) preservationPage(w http.ResponseWriter, r *http.Request) error {
	return d.showPreservation(w, r, 0, nil, nil)
}

func (d *Door) showPreservation(w http.ResponseWriter, r *http.Request, status int, f *Form, errs Errors) error {
	ctx, a := r.Context(), actor(r)
	v := preservationView{keeps: documents.KeepsSignatures(a), authority: d.Desk.Stamper != nil, errs: errs, form: f}
	var err error
	if v.figures, err = documents.FiguresOfPreservation(ctx, d.DB, a); err != nil {
		return err
	}
	if v.keeps {
		for _, load := range []func() error{
			func() error { v.rules, err = documents.PreservingOf(ctx, d.DB, a.Agency); return err },
			func() error { v.stamps, err = documents.OpenStamps(ctx, d.DB, a); return err },
			func() error {
				v.failed, err = documents.ListPreservations(ctx, d.DB, a, documents.PreservationsFailed)
				return err
			},
			func() error {
				v.worse, err = documents.ListPreservations(ctx, d.DB, a, documents.PreservationsWorse)
				return err
			},
			func() error {
				v.renewals, err = documents.ListPreservations(ctx, d.DB, a, documents.PreservationsRenewal)
				return err
			},
		} {
			if err := load(); err != nil {
				return err
			}
		}
		v.renewals = v.renewals[:min(len(v.renewals), renewalsShown)]
	}
	return d.page(w, r, View{Title: t(ctx, "Bảo quản chữ ký"), Active: "preservation", Watch: []string{"documents"}, Status: status}, preservationPage(v))
}

// renewalsShown is how many of the coming renewals the page lists.
const renewalsShown = 10

// setPreserving: POST /admin/preservation
func (d *Door) setPreserving(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	rules := documents.Preserving{Stamp: documents.StampPolicy(form.Line("stamp")), CheckDays: int(form.Number("check_days"))}
	if err = form.Err(); err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.SetPreserving(r.Context(), tx, rules) })
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showPreservation(w, r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã lưu cách bảo quản chữ ký của cơ quan."))
	return redirect(w, r, pathPreservation)
}

// checkArchive: POST /admin/preservation/check
func (d *Door) checkArchive(w http.ResponseWriter, r *http.Request) error {
	err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { _, err := documents.CheckArchive(r.Context(), tx); return err })
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã xếp mọi tệp đã ký vào hàng kiểm tra lại. Kết quả xấu đi sẽ được báo và hiện ở trang này."))
	return redirect(w, r, pathPreservation)
}

// retryPreservation: POST /admin/preservation/files/{id}/retry
func (d *Door) retryPreservation(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.RetryPreservation(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã xếp tệp vào hàng bảo quản lại."))
	return redirect(w, r, pathPreservation)
}

// retryStampHere: POST /admin/preservation/stamps/{id}/retry
func (d *Door) retryStampHere(w http.ResponseWriter, r *http.Request) error {
	return d.askStampAgain(w, r, "id", pathPreservation)
}

// retryStamp: POST /outgoing/{id}/stamps/{stamp}/retry
func (d *Door) retryStamp(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	if _, err := documents.FindOutgoing(r.Context(), d.DB, actor(r), id); err != nil {
		return err
	}
	return d.askStampAgain(w, r, "stamp", fmt.Sprintf("/outgoing/%d", id))
}

func (d *Door) askStampAgain(w http.ResponseWriter, r *http.Request, name, back string) error {
	id, err := number(r, name)
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return documents.RetryStamp(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã yêu cầu lấy lại dấu thời gian."))
	return redirect(w, r, back)
}

// preservedFile: GET /files/{id}/preserved
func (d *Door) preservedFile(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	p, content, err := documents.OpenPreserved(r.Context(), d.Desk, actor(r), id)
	if err != nil {
		return err
	}
	defer content.Close()
	return sendFile(w, r, documents.PreservedName(p.Name), "application/pdf", p.KeptSHA, content)
}

// preservationReport: GET /files/{id}/preserved/report, the machine's verdict on the newest revision.
func (d *Door) preservationReport(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	p, err := documents.FindPreservation(r.Context(), d.DB, actor(r), id)
	if err != nil {
		return err
	}
	proof, err := documents.OpenEvidence(r.Context(), d.Desk, actor(r), id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", disposition("attachment", strings.TrimSuffix(p.Name, path.Ext(p.Name))+".bao-cao.json"))
	return json.NewEncoder(w).Encode(struct {
		Report   json.RawMessage    `json:"report"`
		Evidence documents.Evidence `json:"evidence"`
	}{json.RawMessage(p.Report), proof})
}

// preservationLines are the preserved files of a document as people read them.
func preservationLines(ctx context.Context, all []documents.Preservation) []FileLine {
	var out []FileLine
	for _, p := range all {
		l := FileLine{Name: p.Name, Icon: "archive", Detail: preservationText(ctx, p), Href: fmt.Sprintf("/files/%d/preserved/report", p.FileID)}
		if p.KeptSHA != "" {
			l.Name = t(ctx, "Bản bảo quản: {name}", "name", p.Name)
			l.View, l.Href = fmt.Sprintf("/files/%d/preserved", p.FileID), fmt.Sprintf("/files/%d/preserved?download=1", p.FileID)
			l.Detail = SizeText(ctx, p.KeptSize) + " · " + l.Detail
		}
		if p.CheckedAt != 0 {
			l.Verdict = t(ctx, "Kiểm tra {day}: {verdict}", "day", DateText(p.CheckedAt.Time()), "verdict", translate(ctx, documents.VerdictLabel(p.Verdict), nil))
			l.Tone = toneOf(p.Verdict)
		}
		out = append(out, l)
	}
	return out
}

// preservationText is level and state: "PAdES-B-LTA, gia hạn trước 12/08/2028".
func preservationText(ctx context.Context, p documents.Preservation) string {
	level := t(ctx, "Chưa rõ mức chữ ký")
	if p.Level != "" {
		level = "PAdES-B-" + p.Level
	}
	switch {
	case p.State == documents.PreservationKept && p.RenewBefore != 0:
		return t(ctx, "{level}, gia hạn trước {day}", "level", level, "day", DateText(p.RenewBefore.Time()))
	case p.State == documents.PreservationKept:
		return level
	}
	text := level + " · " + translate(ctx, p.State.Label(), nil)
	if m := p.Said(); m.Text != "" {
		text += ": " + say(ctx, m)
	}
	return text
}
