package documents

import (
	"context"
	"fmt"
	"slices"

	"congvu/internal/org"
	"congvu/internal/store"
)

var (
	sqlPutArrivalNumber = store.SQL(`INSERT INTO documents_arrival_numbers (agency_id, register, year, number, incoming_id, at_us, mark, mark_reason)
		VALUES ($1, $2, $3, $4, $5, $6, '', '')`)
	sqlMarkArrivalNumber = store.SQL(`UPDATE documents_arrival_numbers SET mark = $1, mark_reason = $2
		WHERE agency_id = $3 AND register = $4 AND year = $5 AND number = $6 AND mark = ''`)
	sqlGotPaper = store.SQL(`UPDATE documents_incoming SET paper_received = $1, revision = revision + 1 WHERE agency_id = $2 AND id = $3`)
	sqlContent  = store.SQL(`SELECT content_sha FROM documents_incoming WHERE agency_id = $1 AND id = $2`)
)

// Twins lists what the document seems to repeat (V8, D10.14); refused receipts and linked copies are no twins.
func Twins(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Twin, error) {
	d, err := FindIncoming(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	content, err := store.One[string](ctx, r, sqlContent, d.AgencyID, d.ID)
	if err != nil {
		return nil, err
	}
	all, err := d.twins(ctx, r, content)
	return slices.DeleteFunc(all, func(t Twin) bool { return t.State == Refused || t.State == Recalled || t.Decision == TwinLink }), err
}

// Register enters a received document in the register and draws its arrival number (NĐ 30/2020 art. 22; D10.6): continuous in the year,
// one sequence for paper and electronic. *Duplicate while a twin is undecided; Invalid while a signature check that did not pass has no
// reason. Registering a registered document again changes nothing (X12).
func Register(ctx context.Context, tx *store.Tx, id int64, form RegisterForm) (*Registration, error) {
	a := tx.Actor()
	d, err := hold(ctx, tx, id, 0)
	if err == nil {
		err = mayRegistry(a)
	}
	if err != nil {
		return nil, err
	}
	next, err := d.State.after(actRegister)
	if err != nil {
		return nil, err
	}
	if next == d.State {
		return &Registration{Incoming: d, Already: true}, nil
	}
	if err := d.stale(form.Revision); err != nil {
		return nil, err
	}
	if err := d.acceptVerdict(a, form.VerdictReason); err != nil {
		return nil, err
	}
	twins, err := Twins(ctx, tx, a, id)
	if err != nil {
		return nil, err
	}
	if len(twins) > 0 {
		twin, err := form.choose(d, twins)
		if err != nil {
			return nil, err
		}
		d.TwinOf, d.TwinDecision = twin.ID, form.Twin
		if form.Twin == TwinLink || form.Twin == TwinUpdate {
			d.TwinDecision = TwinLink
			return d.link(ctx, tx, twin, form.Twin == TwinUpdate)
		}
	}
	d.PaperReceived = d.PaperReceived || form.PaperReceived
	return d.enter(ctx, tx, form.Register, form.Lost)
}

// acceptVerdict asks for a reason where the signatures did not pass (D10.3, S13.6) and keeps who decided.
func (d *Incoming) acceptVerdict(a store.Actor, reason string) error {
	if d.Source == FromPaper || d.Verdict == VerdictPassed {
		return nil
	}
	reason = text(reason)
	if n := len([]rune(reason)); n < 10 || n > 1000 {
		return store.RefuseField("verdict_reason", "Chữ ký số của văn bản {code} chưa được xác nhận hợp lệ ({verdict}). Văn bản chưa được đăng ký; hãy từ chối tiếp nhận, hoặc ghi lý do vẫn tiếp nhận (10 đến 1000 ký tự).",
			"code", d.name(), "verdict", store.Say(VerdictLabel(d.Verdict)))
	}
	d.VerdictReason, d.VerdictBy = reason, a.Person
	return nil
}

// VerdictLabel is the Vietnamese name of a verdict (S13.1–S13.4).
func VerdictLabel(v string) string {
	return map[string]string{VerdictPassed: "hợp lệ", VerdictIndeterminate: "chưa đủ căn cứ xác định", VerdictFailed: "không hợp lệ", VerdictNone: "không có chữ ký số"}[v]
}

// choose gives the twin that the clerk decided about, or refuses with all of them.
func (form RegisterForm) choose(d *Incoming, twins []Twin) (Twin, error) {
	refuse := func(sentence string) (Twin, error) {
		return Twin{}, &Duplicate{Twins: twins, refusal: store.Refuse(store.Conflict, sentence, "code", d.name(), "sender", d.SenderName)}
	}
	at := 0
	if form.TwinOf != 0 {
		if at = slices.IndexFunc(twins, func(t Twin) bool { return t.ID == form.TwinOf }); at < 0 {
			return refuse("Văn bản {code} của {sender} không trùng với văn bản đã chọn. Chưa đăng ký; hãy chọn lại văn bản trùng.")
		}
	}
	switch form.Twin {
	case TwinRegisterAnyway:
		return twins[at], nil
	case TwinUpdate, TwinLink:
		if form.Twin == TwinUpdate && d.Source == FromPaper {
			return refuse("Văn bản giấy {code} của {sender} không cập nhật được văn bản đã có. Chưa đăng ký; hãy liên kết hoặc chọn cách xử lý khác.")
		}
		if form.TwinOf == 0 {
			at = max(0, slices.IndexFunc(twins, func(t Twin) bool { return t.ArrivalNumber > 0 }))
		}
		if twins[at].ArrivalNumber == 0 {
			return refuse("Văn bản trùng với {code} của {sender} chưa có số đến nên chưa liên kết được. Hãy đăng ký văn bản đó trước hoặc chọn cách xử lý khác.")
		}
		return twins[at], nil
	case TwinStop:
		return refuse("Văn bản {code} của {sender} chưa được đăng ký theo lựa chọn dừng lại. Văn bản vẫn nằm trong danh sách chờ tiếp nhận.")
	}
	return refuse("Văn bản {code} của {sender} có thể đã được tiếp nhận. Chưa đăng ký; hãy chọn liên kết với văn bản đã có, nhận làm bản cập nhật, vẫn đăng ký số mới, hoặc dừng lại.")
}

// enter draws the number, or takes one that the register has forgotten, and writes the row of the register.
func (d *Incoming) enter(ctx context.Context, tx *store.Tx, register, lost int64) (*Registration, error) {
	now := today(tx.Now())
	book, err := bookFor(ctx, tx, d.AgencyID, register, IncomingBook, now, d.TypeCode)
	if err != nil {
		return nil, err
	}
	n := lost
	if lost != 0 {
		err = book.takeLost(ctx, tx, lost, d.Ref())
	} else {
		n, err = book.draw(ctx, tx)
	}
	if err != nil {
		return nil, err
	}
	d.State, d.Register, d.ArrivalYear, d.ArrivalNumber = Registered, book.ID, book.Year, n
	d.RegisteredAt, d.RegisteredBy = tx.Now(), tx.Actor().Person
	d.Stage = d.stageOf(false)
	if err := d.save(ctx, tx); err != nil {
		return nil, err
	}
	if err := tx.Put(ctx, sqlPutArrivalNumber, d.AgencyID, book.ID, book.Year, n, d.ID, tx.Now()); err != nil {
		return nil, err
	}
	reg := &Registration{Incoming: d, Warnings: d.dateWarnings(now)}
	return reg, d.tell(ctx, tx, actRegister, told{verb: "document.registered",
		step: Step{Act: "registered", What: store.Say("Đăng ký văn bản đến, số đến {number}", "number", fmt.Sprint(n)), Note: d.VerdictReason, Late: late(d.ArrivedDate, now)}})
}

// link joins the same document come twice to the one that has the arrival number (X21.8, N26). It goes where that one goes. As an update it brings its
// files and particulars to that one first (X21.7, X9.12).
func (d *Incoming) link(ctx context.Context, tx *store.Tx, twin Twin, renews bool) (*Registration, error) {
	held, err := receiptHeld(ctx, tx, d.AgencyID, twin.ID)
	if err == nil && renews {
		err = d.renews(ctx, tx, held)
	}
	if err != nil {
		return nil, err
	}
	d.State, d.RegisteredAt, d.RegisteredBy = held.State, tx.Now(), tx.Actor().Person
	d.Stage = d.stageOf(false)
	if held.State == Done {
		d.DoneAt, d.Result, d.ReplyOutgoing = tx.Now(), held.Result, held.ReplyOutgoing
	}
	if err := d.save(ctx, tx); err != nil {
		return nil, err
	}
	if d.Source == FromPaper && !held.PaperReceived {
		if err := tx.Put(ctx, sqlGotPaper, true, d.AgencyID, held.ID); err != nil {
			return nil, err
		}
	}
	number := fmt.Sprint(held.ArrivalNumber)
	if err := held.record(ctx, tx, told{verb: "document.linked", step: Step{Act: "linked", What: store.Say("Liên kết với bản trùng của văn bản {code}", "code", d.name())}}); err != nil {
		return nil, err
	}
	t := told{verb: "document.registered", step: Step{Act: "linked", What: store.Say("Liên kết với văn bản đã có số đến {number}", "number", number)}}
	if err := d.record(ctx, tx, t); err != nil {
		return nil, err
	}
	verbs := map[InState]string{Assigned: "document.directed", InProgress: "document.started", Done: "document.completed"}
	if v := verbs[held.State]; v != "" { // what the twin has reached already is reported too
		e := store.Event{Verb: v, Agency: d.AgencyID, Ref: d.Ref(), Title: d.name(), Data: StatusNote{Text: held.Result}}
		if err := tx.Record(e); err != nil {
			return nil, err
		}
	}
	return &Registration{Incoming: d, LinkedTo: held.ID}, nil
}

// renews brings what a suspected update says to the document that is registered: both keep their own files.
func (d *Incoming) renews(ctx context.Context, tx *store.Tx, held *Incoming) error {
	if err := RefuseFrozen(ctx, tx, held.AgencyID, held.Ref()); err != nil {
		return err
	}
	fresh, err := filesOf(ctx, tx, d.AgencyID, d.Ref())
	if err != nil {
		return err
	}
	change := Changed{InfoChanged: true, Subject: d.Subject, SignerName: d.SignerName, SignerPosition: d.SignerPosition, DueDate: d.DueDate, PageAmount: d.PageAmount,
		ReceiversChanged: true, Places: d.SentTo()}
	if err := held.renew(ctx, tx, change, fresh, func() error {
		for i, f := range fresh {
			f.Ordinal = i + 1
			if _, err := putFile(ctx, tx, held.AgencyID, held.Ref(), f); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	held.Revision++
	return held.updated(ctx, tx, d.SenderName, d.VerdictReason)
}

// CancelRegistration takes a registration back before the document was submitted or forwarded, not for what the registry typed in itself
// (X12.5, D10.15). The row of the register stays, marked, and its number is not used again.
func CancelRegistration(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	d, err := hold(ctx, tx, id, 0)
	if err == nil {
		err = mayRegistry(tx.Actor())
	}
	if err != nil {
		return err
	}
	next, err := d.State.after(actCancel)
	if err != nil {
		return err
	}
	if d.Stage != InTabToSubmit || d.Source == FromPaper {
		return store.Refuse(store.Conflict, "Chỉ hủy đăng ký được văn bản liên thông chưa trình, chưa chuyển. Văn bản {code} được giữ nguyên.", "code", d.name())
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlMarkArrivalNumber, "cancelled", reason, d.AgencyID, d.Register, d.ArrivalYear, d.ArrivalNumber); err != nil {
		return err
	}
	number := fmt.Sprint(d.ArrivalNumber)
	d.State, d.Register, d.ArrivalYear, d.ArrivalNumber, d.RegisteredAt, d.RegisteredBy = next, 0, 0, 0, 0, 0
	d.TwinDecision, d.VerdictReason, d.VerdictBy = "", "", 0
	d.Stage = d.stageOf(false)
	if err := d.save(ctx, tx); err != nil {
		return err
	}
	return d.tell(ctx, tx, actCancel, told{verb: "document.registration_cancelled",
		step: Step{Act: "registration_cancelled", What: store.Say("Hủy đăng ký, số đến {number} được đánh dấu trong sổ", "number", number), Note: reason}})
}

// Refuse gives an arrived document back to its sender (D10.4, N1): status 02 leaves with the reason of 10 to 1000 characters.
func Refuse(ctx context.Context, tx *store.Tx, id int64, ground Ground, reason string) error {
	d, err := hold(ctx, tx, id, 0)
	if err == nil {
		err = mayRegistry(tx.Actor())
	}
	if err != nil {
		return err
	}
	next, err := d.State.after(actRefuse)
	if err != nil || next == d.State {
		return err
	}
	if d.Source == FromPaper {
		return store.Refuse(store.Conflict, "Văn bản giấy do văn thư nhập nên không có nơi nhận phản hồi điện tử; hãy trả lại bằng đường giấy.")
	}
	if !contains(Grounds, ground) {
		return store.RefuseField("ground", "Cần chọn căn cứ từ chối tiếp nhận.")
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	d.State, d.RefusedAt, d.RefuseGround, d.RefuseReason = next, tx.Now(), ground, reason
	d.Stage = d.stageOf(false)
	if err := d.save(ctx, tx); err != nil {
		return err
	}
	return d.tell(ctx, tx, actRefuse, told{verb: "document.refused", note: ground.Label() + ": " + reason,
		step: Step{Act: "refused", What: store.Say("Từ chối tiếp nhận: {ground}", "ground", store.Say(ground.Label())), Note: reason}})
}

// SubmitToLeader lays a registered document before a leader (trình, D10.8). There is no approval of incoming documents (N18).
func SubmitToLeader(ctx context.Context, tx *store.Tx, id int64, to int64, note string) error {
	d, err := hold(ctx, tx, id, 0)
	if err == nil {
		err = mayRegistry(tx.Actor())
	}
	if err != nil {
		return err
	}
	if d.Stage != InTabToSubmit && d.Stage != InTabToDirect {
		return store.Refuse(store.Conflict, "Văn bản {code} không ở bước trình lãnh đạo. Nội dung được giữ nguyên; tải lại trang để xem trạng thái mới nhất.", "code", d.name())
	}
	if note, err = opinion("note", note, false); err != nil {
		return err
	}
	h, err := colleague(ctx, tx, "to", org.HoldingID(to))
	if err != nil {
		return err
	}
	if !h.Roles.Has(store.Leader | store.Head) {
		return store.RefuseField("to", "Chỉ trình văn bản đến lãnh đạo cơ quan. Hãy chọn người khác.")
	}
	d.SubmittedTo, d.SubmittedPerson, d.SubmittedAt, d.Stage = to, int64(h.PersonID), tx.Now(), InTabToDirect
	if err := d.save(ctx, tx); err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.submitted_to_leader", notify: []int64{int64(h.PersonID)},
		step: Step{Act: "submitted_to_leader", What: store.Say("Trình {leader}", "leader", h.PersonName), Note: note, Late: late(d.ArrivedDate, today(tx.Now()))},
		text: store.Say("Văn bản {code} của {sender} được trình, chờ ý kiến chỉ đạo.", "code", d.name(), "sender", d.SenderName)})
}

// ReturnToRegistry: the leader gives a submitted document back to the registry, with a reason.
func ReturnToRegistry(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	d, err := hold(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	if may, err := directs(ctx, tx, tx.Actor(), d, false); err != nil {
		return err
	} else if !may {
		return errNotYours()
	}
	if d.Stage != InTabToDirect || d.State != Registered {
		return store.Refuse(store.Conflict, "Văn bản {code} không ở bước chờ chỉ đạo nên không trả lại văn thư được.", "code", d.name())
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	d.SubmittedTo, d.SubmittedPerson, d.SubmittedAt = 0, 0, 0
	d.Stage = d.stageOf(false)
	if err := d.save(ctx, tx); err != nil {
		return err
	}
	clerks, err := clerksOf(ctx, tx, d.AgencyID)
	if err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.returned_to_registry", notify: clerks,
		step: Step{Act: "returned_to_registry", What: store.Say("Trả lại văn thư"), Note: reason},
		text: store.Say("Lãnh đạo trả lại văn bản {code}: {reason}", "code", d.name(), "reason", reason)})
}

func errNotYours() error {
	return store.Refuse(store.Forbidden, "Văn bản này không chờ ông/bà thực hiện thao tác đó. Nội dung được giữ nguyên.")
}
