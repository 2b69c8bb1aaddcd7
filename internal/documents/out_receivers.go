package documents

import (
	"context"
	"errors"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// AddForm names receivers that an issued document gets after its issue.
type AddForm struct {
	Receivers []ReceiverForm
	Reason    string // 10 to 1000 characters
	Announce  bool   // those who have the document are told the new list of receivers, as an update (X9.3)
	Revision  int64
}

// AddedNote is the Data of document.receivers_added, for exchange.
type AddedNote struct {
	Receivers []AddedReceiver `json:"receivers"`
	Reason    string          `json:"reason"`
	By        string          `json:"by,omitempty"`
	Announce  bool            `json:"announce,omitempty"`
}

// AddedReceiver is one of them; Agency 0 = by paper.
type AddedReceiver struct {
	Agency org.AgencyID `json:"agency,omitempty"`
	Name   string       `json:"name"`
	Role   string       `json:"role"`
}

// AddReceivers sends an issued document to further receivers (D9.2, X9.3): nothing of the document itself changes. A receiver that is on the list already is
// sent to again only where exchange finds that he gave it back or refused it; exchange refuses the rest before anything is written (X9.13).
func AddReceivers(ctx context.Context, tx *store.Tx, id int64, form AddForm) error {
	o, _, err := begin(ctx, tx, id, ActAddress)
	if err == nil {
		err = o.stale(form.Revision)
	}
	if err != nil {
		return err
	}
	var p store.Problems
	if len(form.Receivers) == 0 {
		p.Add("receivers", "Hãy chọn ít nhất một nơi nhận.")
	}
	more := Outgoing{AgencyID: o.AgencyID, ID: o.ID}
	if err := more.fillReceivers(ctx, tx, form.Receivers, &p); err != nil {
		return err
	}
	if len(o.Receivers)+len(more.Receivers) > mostReceivers {
		p.Add("receivers", "Một văn bản có nhiều nhất {most} nơi nhận.", "most", mostReceivers)
	}
	reason, err := reasonText(form.Reason)
	if err != nil {
		p = append(p, problemsOf(err)...)
	}
	if err := p.Err(); err != nil {
		return err
	}
	by, _, err := nameActor(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	note := AddedNote{Reason: reason, By: by, Announce: form.Announce}
	var names []string
	next := 0
	for _, r := range o.Receivers {
		next = max(next, r.Ordinal)
	}
	for _, r := range more.Receivers {
		if has := o.receiverLike(r); has && r.Agency == 0 {
			return store.RefuseField("receivers", "Nơi nhận {name} đã có trong danh sách nơi nhận.", "name", r.Name)
		} else if !has {
			next++
			if err := tx.Put(ctx, sqlPutReceiver, o.AgencyID, o.ID, next, r.Agency, r.Unit, r.Name, r.Role); err != nil {
				return err
			}
		}
		names = append(names, r.Name)
		if r.Unit == 0 {
			note.Receivers = append(note.Receivers, AddedReceiver{Agency: r.Agency, Name: r.Name, Role: r.Role})
		}
	}
	return o.tell(ctx, tx, move{act: ActAddress, next: o.State, verb: "document.receivers_added", note: reason, data: note, notify: []int64{o.DrafterID},
		what: store.Say("Gửi thêm cho {receivers}.", "receivers", cutText(strings.Join(names, "; "), 500)),
		tell: store.Say("Văn bản {number} được gửi thêm cho {receivers}.", "number", o.NumberText, "receivers", cutText(strings.Join(names, "; "), 500))})
}

// receiverLike tells whether a receiver is on the list.
func (o *Outgoing) receiverLike(r Receiver) bool {
	for _, has := range o.Receivers {
		if has.Agency == r.Agency && has.Unit == r.Unit && (r.Agency != 0 || r.Unit != 0 || i18n.Fold(has.Name) == i18n.Fold(r.Name)) {
			return true
		}
	}
	return false
}

// refuseEnded names who follows an agency that has ended: nothing is addressed to it any more (I8.10).
func refuseEnded(ctx context.Context, tx *store.Tx, r Receiver, p *store.Problems) error {
	if r.Agency == 0 {
		return nil
	}
	a, err := org.AgencyAt(ctx, tx, r.Agency, today(tx.Now()))
	if err != nil || a.State != "closed" || !today(tx.Now()).After(a.ValidTo) {
		if errors.Is(err, store.NotFound) {
			err = nil // it has no name either, and is refused for that
		}
		return err
	}
	follow, err := org.SuccessorsOf(ctx, tx, r.Agency)
	if err != nil {
		return err
	}
	var names []string
	for _, s := range follow {
		if s.NewID != 0 {
			names = append(names, s.NewName)
		}
	}
	if len(names) == 0 {
		p.Add("receivers", "Nơi nhận {name} đã kết thúc hoạt động sau ngày {day}. Hãy bỏ khỏi danh sách nơi nhận.", "name", r.Name, "day", a.ValidTo.Display())
		return nil
	}
	p.Add("receivers", "Nơi nhận {name} đã kết thúc hoạt động sau ngày {day}. Hãy chọn cơ quan kế tục: {successors}.", "name", r.Name, "day", a.ValidTo.Display(),
		"successors", cutText(strings.Join(names, "; "), 500))
	return nil
}

func cutText(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// problemsOf are the problems of a refusal of one field.
func problemsOf(err error) store.Problems {
	if r, ok := errorsAs[*store.Refusal](err); ok {
		return r.Problems
	}
	return nil
}
