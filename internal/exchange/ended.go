package exchange

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// What is sent to an agency that has ended, and what comes from one (identity.md §8).

const (
	receiverEnded = "receiver_ended"
	senderEnded   = "sender_ended"
)

// forward notes that a parcel is for an agency that has ended, and lets a document go to the one that was named for its documents, if that one lives here (I8.5).
// Nobody is guessed: without a name it stays with the ended agency, and nobodyFollows says why. Statuses answer what the ended agency sent and stay with it.
func forward(ctx context.Context, r store.Reader, l *letter, us agency) error {
	l.ended = &us
	if l.Kind != kindDocument {
		return nil
	}
	return l.goOn(ctx, r)
}

// goOn lets a letter go to the one that took the documents of its receiver over.
func (l *letter) goOn(ctx context.Context, r store.Reader) error {
	taker, found, err := org.TakerOf(ctx, r, l.ended.ID, org.SubjectDocuments)
	if err != nil || !found {
		return err
	}
	to, err := org.FindAgency(ctx, r, taker)
	if err == nil && to.State == "active" && to.Hosted {
		l.Agency = int64(to.ID)
	}
	return err
}

// endedEnds decides about what is sent to an agency that has ended, or by one (identity.md §8).
func (o *Office) endedEnds(ctx context.Context, l *letter, x *opened) error {
	if l.ended != nil && x.message.Status != nil && x.message.Status.Code == "13" { // a request about a document goes where documents go (I8.11)
		if err := l.goOn(ctx, o.DB); err != nil {
			return err
		}
	}
	if l.ended != nil && l.Agency == int64(l.ended.ID) && (x.message.Document != nil || x.message.Status.Code == "13") {
		return nobodyFollows(ctx, o.DB, *l.ended, x)
	}
	if x.message.Document == nil || x.sender.ID == 0 || l.held != nil && l.held.Reason == senderEnded { // then a clerk decided (I8.9)
		return nil
	}
	from, err := org.FindAgency(ctx, o.DB, x.sender.ID)
	if err != nil || from.State != "closed" || !calendar.Date(x.message.Document.Date).After(from.ValidTo) {
		return err // what is older is history (I8.8)
	}
	f := fault(senderEnded, "Cơ quan gửi {agency} đã kết thúc hoạt động sau ngày {day}, nhưng văn bản ghi ngày ban hành sau đó. Hỏi lại nơi gửi; mở lại gói tin để vẫn tiếp nhận, hoặc từ chối.",
		"agency", from.Name, "day", from.ValidTo.Display())
	f.about = x.message
	return f
}

// nobodyFollows is why a document for an agency that has ended waits in quarantine: the registry of the agency above picks a successor within one working day, then
// the sender is answered with all of them to choose from (I8.6, I8.7).
func nobodyFollows(ctx context.Context, r store.Reader, us agency, x *opened) error {
	names, err := followers(ctx, r, us.ID)
	if err != nil {
		return err
	}
	f := fault(receiverEnded, "{agency} đã kết thúc hoạt động sau ngày {day} và không có cơ quan kế tục. Hệ thống tự trả lời nơi gửi.", "agency", us.Name, "day", us.ValidTo.Display())
	if len(names) > 0 {
		f = fault(receiverEnded, "{agency} đã kết thúc hoạt động sau ngày {day}; chưa nêu cơ quan tiếp nhận văn bản. Cơ quan kế tục: {successors}. Chuyển cho một cơ quan kế tục; sau một ngày làm việc hệ thống tự từ chối kèm tên các cơ quan này.",
			"agency", us.Name, "day", us.ValidTo.Display(), "successors", cut(strings.Join(names, "; "), 800))
	}
	f.about = x.message
	return f
}

func followers(ctx context.Context, r store.Reader, ended org.AgencyID) ([]string, error) {
	follow, err := org.SuccessorsOf(ctx, r, ended)
	var names []string
	for _, s := range follow {
		if s.NewID != 0 {
			names = append(names, s.NewName+" ("+s.NewCode+")")
		}
	}
	return names, err
}

// above is the agency whose registry looks after what is sent to an ended one; 0 = none.
func (o *Office) above(ctx context.Context, l letter) int64 {
	if l.ended == nil {
		return 0
	}
	return int64(l.ended.ParentID)
}

const jobEnded = "exchange.ended"

func (o *Office) answering() store.Work {
	return store.Work{Kind: jobEnded, Parallel: 1, Lease: o.lease(), MaxTries: 12, Do: o.answerEnded}
}

// answerLater plans the answer that the exchange gives by itself: at once where nobody follows (I8.7), after one working day where a person may pick (I8.6).
func (o *Office) answerLater(ctx context.Context, tx *store.Tx, q Quarantined) error {
	names, err := followers(ctx, tx, org.AgencyID(q.AgencyID))
	if err != nil {
		return err
	}
	due := tx.Now()
	if len(names) > 0 {
		due = store.InstantOf(o.days().AddWorking(calendar.DateOf(tx.Now().Time()), 1).EndOfDay())
	}
	return tx.Enqueue(ctx, store.Job{Kind: jobEnded, Key: jobKey(q.AgencyID, q.ID), AgencyID: q.AgencyID, Due: due, Payload: store.JSONOf(retryJob{q.AgencyID, q.ID})})
}

// answerEnded tells the sender that the receiver has ended, with who follows it or whom to ask, unless a person has decided.
func (o *Office) answerEnded(ctx context.Context, j store.Job) error {
	var at retryJob
	if err := j.Decode(&at); err != nil {
		return err
	}
	return o.DB.Write(ctx, store.System(at.Agency), func(tx *store.Tx) error {
		q, err := store.One[Quarantined](ctx, tx, sqlQuarantined, at.ID, at.Agency, false)
		if err != nil || q.State != "waiting" || q.Reason != receiverEnded {
			return err
		}
		if err := tx.Finish(ctx, j); err != nil {
			return err
		}
		us, err := agencyOf(ctx, tx, q.AgencyID, tx.Now())
		if err != nil {
			return err
		}
		names, err := followers(ctx, tx, us.ID)
		if err != nil {
			return err
		}
		why := fmt.Sprintf("Đơn vị đã giải thể: %s kết thúc hoạt động sau ngày %s. ", us.Name, us.ValidTo.Display())
		var people []int64
		if len(names) > 0 {
			why += "Cơ quan kế tục: " + cut(strings.Join(names, "; "), 700) + ". Đề nghị gửi lại cho cơ quan kế tục phù hợp."
		} else {
			why += "Không có cơ quan kế tục được nêu."
		}
		if us.ParentID != 0 {
			above, err := org.FindAgency(ctx, tx, us.ParentID)
			if err != nil {
				return err
			}
			contact := strings.Trim(strings.Join([]string{above.Name, above.Email, above.Phone}, ", "), ", ")
			why += " Liên hệ: " + cut(strings.ReplaceAll(contact, ", , ", ", "), 200) + "."
			if people, err = clerks(ctx, tx, int64(above.ID), tx.Now()); err != nil {
				return err
			}
		}
		if err := tx.Put(ctx, sqlDecide, "refused", tx.Now(), int64(0), why, q.AgencyID, q.ID); err != nil {
			return err
		}
		if err := answerQuarantined(ctx, tx, q, why); err != nil {
			return err
		}
		if err := q.note(ctx, tx, "answered", store.Message{Text: why}); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "parcel.refused", Agency: q.AgencyID, Ref: "quarantine", Title: q.Title, Notify: people,
			Text: store.Say("Gói tin {doc} gửi cho {agency} đã kết thúc hoạt động được hệ thống tự từ chối, kèm tên các cơ quan kế tục.", "doc", q.Title, "agency", us.Name),
			Data: map[string]any{"quarantine": q.ID, "parcel": q.Parcel, "automatic": true}})
	})
}

// endings are what the clerk is to know: a document that came by way of a former code, and one that an agency signed after it had ended (I8.5, I8.9).
func (o *Office) endings(ctx context.Context, l letter, x *opened) []store.Message {
	var out []store.Message
	if l.given() && l.ended == nil {
		out = append(out, store.Say("Gói tin ghi mã nhận {code} không có trong danh bạ; quản trị hệ thống chuyển đến cơ quan.", "code", l.To))
	}
	if l.ended != nil && l.Agency != int64(l.ended.ID) {
		out = append(out, store.Say("Gửi cho {old} ({code}), đã kết thúc hoạt động sau ngày {day}; chuyển đến cơ quan tiếp nhận văn bản của cơ quan đó.", "old", l.ended.Name, "code", l.To, "day", l.ended.ValidTo.Display()))
	}
	if x.sender.ID != 0 {
		from, err := org.FindAgency(ctx, o.DB, x.sender.ID)
		if err == nil && from.State == "closed" && calendar.Date(x.message.Document.Date).After(from.ValidTo) {
			out = append(out, store.Say("Cơ quan gửi {agency} đã kết thúc hoạt động sau ngày {day}, nhưng văn bản ghi ngày ban hành sau đó. Kiểm tra trước khi tiếp nhận.", "agency", from.Name, "day", from.ValidTo.Display()))
		}
	}
	return out
}

// notice is what the sender reads of a receipt that came by way of another: which agency it was sent to, and which one has it (I8.5).
func (l *letter) notice(ctx context.Context, r store.Reader) (string, error) {
	if !l.given() && (l.ended == nil || l.Agency == int64(l.ended.ID)) {
		return "", nil
	}
	to, err := org.FindAgency(ctx, r, org.AgencyID(l.Agency))
	if err != nil {
		return "", err
	}
	from := l.To
	if l.ended != nil {
		from = l.ended.Name
	}
	return cut(fmt.Sprintf("Gửi cho %s, chuyển đến %s.", from, to.Name), 500), nil
}

// answersFor tells whether an agency answers for a receiver that has ended: it took its documents over, or is one of its successors, to whom a person gave it.
func answersFor(ctx context.Context, r store.Reader, sender org.AgencyID, receiver int64) (bool, error) {
	if sender == 0 || receiver == 0 {
		return false, nil
	}
	taker, found, err := org.TakerOf(ctx, r, org.AgencyID(receiver), org.SubjectDocuments)
	if err != nil || found {
		return found && taker == sender, err
	}
	follow, err := org.SuccessorsOf(ctx, r, org.AgencyID(receiver))
	return slices.ContainsFunc(follow, func(s org.Succession) bool { return s.NewID == sender }), err
}
