package exchange

import (
	"context"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// What is sent to an agency that has ended, and what comes from one (identity.md §8).

// forward lets a parcel for an agency that has ended go to the one that was named for its documents, if that one lives here (I8.5). Nobody is guessed: without a
// name it stays with the ended agency, and nobodyFollows says why.
func forward(ctx context.Context, r store.Reader, l *letter, us agency) error {
	l.ended = &us
	taker, found, err := org.TakerOf(ctx, r, us.ID, org.SubjectDocuments)
	if err != nil || !found {
		return err
	}
	to, err := org.FindAgency(ctx, r, taker)
	if err == nil && to.State == "active" && to.Hosted {
		l.Agency = int64(to.ID)
	}
	return err
}

// nobodyFollows is why a document for an agency that has ended waits in quarantine: a person answers its sender with the successors to choose from (I8.6, I8.7).
func nobodyFollows(ctx context.Context, r store.Reader, us agency, x *opened) error {
	follow, err := org.SuccessorsOf(ctx, r, us.ID)
	if err != nil {
		return err
	}
	var names []string
	for _, s := range follow {
		if s.NewID != 0 {
			names = append(names, s.NewName+" ("+s.NewCode+")")
		}
	}
	f := fault("receiver_ended", "{agency} đã kết thúc hoạt động sau ngày {day} và không có cơ quan nào được giao tiếp nhận văn bản.", "agency", us.Name, "day", us.ValidTo.Display())
	if len(names) > 0 {
		f = fault("receiver_ended", "{agency} đã kết thúc hoạt động sau ngày {day}; chưa nêu cơ quan tiếp nhận văn bản. Cơ quan kế tục: {successors}. Từ chối kèm tên cơ quan kế tục để nơi gửi gửi lại.",
			"agency", us.Name, "day", us.ValidTo.Display(), "successors", cut(strings.Join(names, "; "), 800))
	}
	f.about = x.message
	return f
}

// endings are what the clerk is to know: a document that came by way of a former code, and one that an agency signed after it had ended (I8.5, I8.9).
func (o *Office) endings(ctx context.Context, l letter, x *opened) []store.Message {
	var out []store.Message
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

// answersFor tells whether an agency answers for a receiver that has ended: it took its documents over.
func answersFor(ctx context.Context, r store.Reader, sender org.AgencyID, receiver int64) (bool, error) {
	if sender == 0 || receiver == 0 {
		return false, nil
	}
	taker, found, err := org.TakerOf(ctx, r, org.AgencyID(receiver), org.SubjectDocuments)
	return found && taker == sender, err
}
