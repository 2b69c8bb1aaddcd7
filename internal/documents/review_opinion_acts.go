package documents

import (
	"context"
	"errors"

	"congvu/internal/org"
	"congvu/internal/store"
)

const jobOpinionDue = "documents.opinion_due"

// mostOpinionFiles bounds the files of one opinion: a marked copy or two.
const mostOpinionFiles = 5

// opinionRoute is the way of an opinion (house law 11).
var opinionRoute = []struct {
	state OpinionState
	act   string
	next  OpinionState
	who   who
}{
	{OpinionAsked, "answer", OpinionAnswered, "asked"},
	{OpinionSilent, "answer", OpinionAnswered, "asked"}, // late, while the draft is not signed
	{OpinionAsked, "withdraw", OpinionWithdrawn, "asker"},
	{OpinionQueued, "withdraw", OpinionWithdrawn, "asker"},
	{OpinionAsked, "expire", OpinionSilent, "deadline"},
	{OpinionQueued, "expire", OpinionSilent, "deadline"},
	{OpinionQueued, "ask", OpinionAsked, "turn"},
}

func (s OpinionState) after(act string) (OpinionState, error) {
	for _, r := range opinionRoute {
		if r.state == s && r.act == act {
			return r.next, nil
		}
	}
	return "", store.Refuse(store.Conflict, "Ý kiến đang ở trạng thái “{state}” nên không thực hiện được việc này. Nội dung được giữ nguyên; hãy tải lại trang.", "state", s)
}

// OpinionAnswer is what somebody thinks of a draft.
type OpinionAnswer struct {
	Verdict OpinionVerdict
	Words   string // needed with comments and dissent, 10 to 4000 characters
	Files   []File // kept files (KeepFile): a marked copy of his own
}

var (
	sqlAnswer = store.SQL(`UPDATE documents_opinions SET state = $1, verdict = $2, words = $3, late = $4, version = $5, answered_person = $6, answered_name = $7, answered_us = $8
		WHERE agency_id = $9 AND id = $10 AND state = $11`)
	sqlOpinionState = store.SQL(`UPDATE documents_opinions SET state = $1, asked_us = $2 WHERE agency_id = $3 AND id = $4 AND state = $5`)
	sqlAskingState  = store.SQL(`UPDATE documents_opinion_requests SET state = $1, reason = $2, at_us = $3 WHERE agency_id = $4 AND id = $5 AND state = 'open'`)
	sqlSettle       = store.SQL(`UPDATE documents_opinions SET settled = $1, settled_words = $2, settled_name = $3, settled_us = $4 WHERE agency_id = $5 AND id = $6 AND state = 'answered'`)
)

// AnswerOpinion records an opinion of the one who was asked. After the deadline it is still taken, marked late, as long as the draft is not signed.
func AnswerOpinion(ctx context.Context, tx *store.Tx, id int64, f OpinionAnswer) error {
	x, o, err := holdOpinion(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	if !x.Mine(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Ý kiến này được hỏi người khác. Nội dung được giữ nguyên.")
	}
	next, err := x.State.after("answer")
	if err == nil && !o.OpenToOpinions() {
		err = store.Refuse(store.Conflict, "Văn bản đã ký hoặc đã kết thúc nên không nhận ý kiến nữa. Văn bản được giữ nguyên.")
	}
	if err != nil {
		return err
	}
	least := 0
	switch {
	case f.Verdict.Label() == "":
		return store.RefuseField("verdict", "Hãy chọn: nhất trí, nhất trí có ý kiến thêm, không nhất trí hoặc không thuộc thẩm quyền.")
	case f.Verdict == AgreeWith || f.Verdict == Disagree:
		least = 10
	}
	if f.Words, err = note(f.Words, least); err != nil {
		return err
	}
	for _, file := range f.Files {
		if err := x.attach(ctx, tx, o.AgencyID, file); err != nil {
			return err
		}
	}
	who, _, err := nameActor(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	q, err := findRequest(ctx, tx, o.AgencyID, x.RequestID)
	if err != nil {
		return err
	}
	late := x.State == OpinionSilent || q.DueDate != "" && q.DueDate.Before(today(tx.Now()))
	if err := tx.Put(ctx, sqlAnswer, next, f.Verdict, f.Words, late, o.Version, tx.Actor().Person, who, tx.Now(), o.AgencyID, x.ID, x.State); err != nil {
		return err
	}
	if err := o.askNext(ctx, tx, q.ID); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: "answer_opinion", note: f.Words, verb: "document.opinion_given", late: late, what: store.Say("Cho ý kiến: {verdict}.", "verdict", f.Verdict),
		tell: store.Say("{who} đã cho ý kiến về dự thảo “{subject}”.", "who", who, "subject", o.Subject), notify: []int64{q.AskedPerson, o.DrafterID}})
}

// askNext asks the next one of a request in order, and closes a request that waits for nobody.
func (o *Outgoing) askNext(ctx context.Context, tx *store.Tx, request int64) error {
	q, err := findRequest(ctx, tx, o.AgencyID, request)
	if err != nil || q.State != "open" {
		return err
	}
	for i := range q.Opinions {
		x := &q.Opinions[i]
		if x.State == OpinionAsked {
			return nil
		}
		if x.State != OpinionQueued {
			continue
		}
		if err := tx.Put(ctx, sqlOpinionState, OpinionAsked, tx.Now(), o.AgencyID, x.ID, x.State); err != nil {
			return err
		}
		people, err := x.people(ctx, tx, o.AgencyID)
		if err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.opinion_turn", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Notify: people,
			Text: store.Say("{who} đề nghị ông/bà cho ý kiến về dự thảo “{subject}”.", "who", q.AskedName, "subject", o.Subject)})
	}
	return tx.Put(ctx, sqlAskingState, "closed", "", tx.Now(), o.AgencyID, q.ID)
}

// people are who is told that an opinion waits for them: who holds the post, or who heads the unit today.
func (x *Opinion) people(ctx context.Context, tx *store.Tx, agency int64) ([]int64, error) {
	if x.HolderKind == "unit" {
		return headsOf(ctx, tx, agency, x.HolderID)
	}
	return staffWith(ctx, tx, agency, func(h org.Holding) bool { return int64(h.ID) == x.HolderID })
}

// attachOpinion adds a kept file to an opinion that its holder has not given yet.
func attachOpinion(ctx context.Context, tx *store.Tx, id int64, f File) error {
	x, o, err := holdOpinion(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	if !x.Mine(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Ý kiến này được hỏi người khác. Nội dung được giữ nguyên.")
	}
	if _, err := x.State.after("answer"); err != nil {
		return err
	}
	if err := x.attach(ctx, tx, o.AgencyID, f); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "document.opinion_file", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Data: map[string]string{"file": f.Name, "sha": f.SHA}})
}

func (x *Opinion) attach(ctx context.Context, tx *store.Tx, agency int64, f File) error {
	have, err := filesOf(ctx, tx, agency, OpinionRef(x.ID))
	if err != nil {
		return err
	}
	if len(have) >= mostOpinionFiles {
		return store.RefuseField("file", "Mỗi ý kiến kèm nhiều nhất {most} tệp. Các tệp đã có được giữ nguyên.", "most", mostOpinionFiles)
	}
	f.Main, f.Ordinal = false, len(have)+1
	_, err = putFile(ctx, tx, agency, OpinionRef(x.ID), f)
	return err
}

// WithdrawOpinions ends a request: nobody is asked any more; what was answered stays.
func WithdrawOpinions(ctx context.Context, tx *store.Tx, request int64, reason string) error {
	a := tx.Actor()
	q, err := findRequest(ctx, tx, a.Agency, request)
	if err != nil {
		return err
	}
	o, err := findHeld(ctx, tx, a, q.OutgoingID)
	if err != nil {
		return store.Because(errNoOpinion(), err)
	}
	if a.Person != q.AskedPerson || a.For != 0 {
		return store.Refuse(store.Forbidden, "Chỉ người đã lấy ý kiến mới thôi hỏi được. Nội dung được giữ nguyên.")
	}
	if q.State != "open" {
		return store.Refuse(store.Conflict, "Yêu cầu lấy ý kiến này đã xong. Nội dung được giữ nguyên; hãy tải lại trang.")
	}
	if reason, err = note(reason, 0); err != nil {
		return err
	}
	var told []int64
	for i := range q.Opinions {
		x := &q.Opinions[i]
		next, err := x.State.after("withdraw")
		if err != nil {
			continue // given already
		}
		if x.State == OpinionAsked {
			people, err := x.people(ctx, tx, o.AgencyID)
			if err != nil {
				return err
			}
			told = append(told, people...)
		}
		if err := tx.Put(ctx, sqlOpinionState, next, x.AskedAt, o.AgencyID, x.ID, x.State); err != nil {
			return err
		}
	}
	if err := tx.Put(ctx, sqlAskingState, "withdrawn", reason, tx.Now(), o.AgencyID, q.ID); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: "withdraw_opinions", note: reason, verb: "document.opinions_withdrawn", what: store.Say("Thôi lấy ý kiến."),
		tell: store.Say("Không cần cho ý kiến về dự thảo “{subject}” nữa.", "subject", o.Subject), notify: told})
}

// SettleOpinion records what the drafter did with an opinion: accepted (tiếp thu) or explained (giải trình), the latter with words.
func SettleOpinion(ctx context.Context, tx *store.Tx, id int64, how, words string) error {
	x, o, err := holdOpinion(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	if !o.may(tx.Actor(), byDrafter) {
		return store.Refuse(store.Forbidden, "Chỉ người soạn thảo ghi tiếp thu, giải trình ý kiến.")
	}
	if x.State != OpinionAnswered || !o.OpenToOpinions() {
		return store.Refuse(store.Conflict, "Ý kiến chưa có hoặc văn bản đã ký nên không ghi tiếp thu, giải trình được. Nội dung được giữ nguyên.")
	}
	least := 0
	switch how {
	case SettledAccepted:
	case SettledExplained:
		least = 10
	default:
		return store.RefuseField("settled", "Hãy chọn tiếp thu hoặc giải trình.")
	}
	if words, err = note(words, least); err != nil {
		return err
	}
	who, _, err := nameActor(ctx, tx, tx.Actor())
	if err == nil {
		err = tx.Put(ctx, sqlSettle, how, words, who, tx.Now(), o.AgencyID, x.ID)
	}
	if err != nil {
		return err
	}
	what := store.Say("Tiếp thu ý kiến của {name}.", "name", x.HolderName)
	if how == SettledExplained {
		what = store.Say("Giải trình ý kiến của {name}.", "name", x.HolderName)
	}
	return o.tell(ctx, tx, move{act: "settle_opinion", note: words, verb: "document.opinion_settled", what: what,
		tell: store.Say("Ý kiến của ông/bà về dự thảo “{subject}” đã được tiếp thu hoặc giải trình.", "subject", o.Subject), notify: []int64{x.AnsweredPerson}})
}

// watch lets the deadline of a request come: the end of its day, in Hanoi.
func (q *OpinionRequest) watch(ctx context.Context, tx *store.Tx, agency int64) error {
	if q.DueDate == "" {
		return nil
	}
	end := store.InstantOf(q.DueDate.EndOfDay())
	return tx.Enqueue(ctx, store.Job{Kind: jobOpinionDue, Key: opinionKey(agency, q.ID), AgencyID: agency, Due: end, Payload: store.JSONOf(map[string]int64{"request": q.ID})})
}

// silence records at the deadline who said nothing: silence is no consent (D8.14).
func (d *Desk) silence(ctx context.Context, j store.Job) error {
	var at struct{ Request int64 }
	if err := j.Decode(&at); err != nil {
		return err
	}
	q, err := findRequest(ctx, d.DB, j.AgencyID, at.Request)
	if err != nil || q.State != "open" {
		return err
	}
	err = d.DB.Write(ctx, store.System(j.AgencyID), func(tx *store.Tx) error {
		q, err := findRequest(ctx, tx, j.AgencyID, at.Request)
		if err != nil || q.State != "open" {
			return errors.Join(err, errClosed)
		}
		o, err := load(ctx, tx, j.AgencyID, q.OutgoingID)
		if err != nil {
			return err
		}
		for i := range q.Opinions {
			x := &q.Opinions[i]
			next, err := x.State.after("expire")
			if err != nil {
				continue
			}
			if err := tx.Put(ctx, sqlOpinionState, next, x.AskedAt, o.AgencyID, x.ID, x.State); err != nil {
				return err
			}
			if err := step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: "silent", What: store.Say("Hết hạn lấy ý kiến: {name} không có ý kiến.", "name", x.HolderName), Version: o.Version}); err != nil {
				return err
			}
		}
		if err := tx.Put(ctx, sqlAskingState, "closed", "", tx.Now(), o.AgencyID, q.ID); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.opinions_closed", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Notify: []int64{q.AskedPerson},
			Text: store.Say("Đã hết hạn lấy ý kiến về dự thảo “{subject}”.", "subject", o.Subject)})
	})
	if errors.Is(err, errClosed) {
		return nil
	}
	return err
}

// errClosed: the last answer came while the deadline was being recorded.
var errClosed = errors.New("documents: the request is closed already")
