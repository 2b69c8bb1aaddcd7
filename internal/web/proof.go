package web

import (
	"bytes"
	"net/http"

	"congvu/internal/audit"
	"congvu/internal/documents"
	"congvu/internal/proof"
	"congvu/internal/store"

	"github.com/a-h/templ"
)

// proofRoutes take out what a stranger needs to believe a document.
func proofRoutes() []Route {
	return []Route{
		{Pattern: "GET /outgoing/{id}/proof.json", Handle: proveWith(documents.OutgoingRef)},
		{Pattern: "GET /incoming/{id}/proof.json", Handle: proveWith(documents.IncomingRef)},
		{Pattern: "GET /admin/journal/seal", Who: posts(store.SystemAdmin), Handle: (*Door).sealPage},
		{Pattern: "POST /admin/journal/peers", Who: posts(store.SystemAdmin), Handle: (*Door).addPeer},
		{Pattern: "POST /admin/journal/peers/remove", Who: posts(store.SystemAdmin), Handle: (*Door).dropPeer},
	}
}

// proveWith: GET /outgoing/{id}/proof.json, GET /incoming/{id}/proof.json; ?files=1 carries the files too.
func proveWith(ref func(int64) string) func(d *Door, w http.ResponseWriter, r *http.Request) error {
	return func(d *Door, w http.ResponseWriter, r *http.Request) error {
		id, err := number(r, "id")
		if err != nil {
			return err
		}
		if _, err := d.sealed(); err != nil {
			return err
		}
		name, content, err := d.Exchange.Prove(r.Context(), actor(r), ref(id), r.URL.Query().Get("files") == "1")
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Content-Disposition", disposition("attachment", name))
		h.Set("Content-Security-Policy", filePolicy)
		_, err = w.Write(content)
		return err
	}
}

// proofVerdict judges a bundle that was sent to the public check. The installation's own keys count as known; nothing of the bundle is kept.
func (d *Door) proofVerdict(r *http.Request, name string, content []byte) (templ.Component, error) {
	ctx := r.Context()
	b, err := proof.Read(bytes.NewReader(content))
	if err != nil {
		return nil, store.Because(store.RefuseField("file", "Tệp {name} không phải tệp chứng cứ nguyên vẹn của congvu.", "name", name), err)
	}
	opt := proof.Options{Trust: d.Desk.Trust, At: d.DB.Now().Time()}
	if l, err := d.sealed(); err == nil {
		if opt.LogKeys, opt.Witnesses, err = l.KnownKeys(ctx); err != nil {
			return nil, err
		}
	}
	report := proof.Verify(b, opt)
	return proofResult(name, report), nil
}

var proofTones = map[proof.Outcome]Tone{proof.Holds: Good, proof.Incomplete: Warn, proof.Broken: Bad}

// sealAbove is what stands above the journal: figures for the administrator of the system, whether it can be believed for all.
func (d *Door) sealAbove(r *http.Request) (templ.Component, error) {
	if d.Exchange == nil || d.Exchange.Log == nil {
		return templ.NopComponent, nil
	}
	if audit.MayKeepLog(actor(r)) {
		s, err := d.standing(r)
		return sealNote(s, "/admin/journal/seal"), err
	}
	forked, err := d.Exchange.Log.Forked(r.Context())
	if forked {
		return Note(Bad, sealWords(r.Context(), &audit.Status{Forks: []audit.Fork{{}}})), nil
	}
	return templ.NopComponent, err
}

// standing is how the log stands, for those who keep it; nil where none is kept.
func (d *Door) standing(r *http.Request) (*audit.Status, error) {
	if d.Exchange == nil || d.Exchange.Log == nil {
		return nil, nil
	}
	return d.Exchange.Log.Standing(r.Context(), actor(r))
}

// sealPage: GET /admin/journal/seal
func (d *Door) sealPage(w http.ResponseWriter, r *http.Request) error {
	return d.showSeal(w, r, 0, nil, "", "")
}

func (d *Door) showSeal(w http.ResponseWriter, r *http.Request, status int, errs Errors, key, address string) error {
	s, err := d.standing(r)
	if err == nil && s == nil {
		err = store.Refuse(store.NotFound, "Không có trang nào ở địa chỉ này.")
	}
	if err != nil {
		return err
	}
	v := View{Title: t(r.Context(), "Niêm phong nhật ký"), Active: "journal", Status: status}
	return d.page(w, r, v, sealPage(s, errs, key, address))
}

// addPeer: POST /admin/journal/peers
func (d *Door) addPeer(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	key, address := form.Line("key"), form.Line("url")
	var added proof.Key
	err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
		added, err = audit.AddPeer(r.Context(), tx, key, address)
		return err
	})
	if errs, ok := asFormErrors(r.Context(), err); ok {
		return d.showSeal(w, r, http.StatusUnprocessableEntity, errs, key, address)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã thêm {name}.", "name", added.Name))
	return redirect(w, r, "/admin/journal/seal")
}

// dropPeer: POST /admin/journal/peers/remove
func (d *Door) dropPeer(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	name := form.Line("name")
	if err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return audit.DropPeer(r.Context(), tx, name) }); err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã bỏ {name}.", "name", name))
	return redirect(w, r, "/admin/journal/seal")
}
