package city

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// pause is the time between two acts of one person.
const pause = 20 * time.Second

// addressed are the types that say to whom they are written; the others go to who they concern.
var addressed = map[string]bool{"CONG_VAN": true, "TO_TRINH": true, "BAO_CAO": true, "GIAY_MOI": true, "CONG_DIEN": true}

// form is the draft of an outgoing document.
func (s *Seeder) form(ctx context.Context, w *paperwork) (documents.DraftForm, error) {
	f := documents.DraftForm{Signer: w.signer.holding, Capacity: w.capacity, Urgency: w.urgency, KeptCopies: 2}
	for _, r := range w.to {
		f.Receivers = append(f.Receivers, documents.ReceiverForm{Agency: r.at.id, Role: r.role})
		if r.role == documents.ForAction && len(f.Addressees) < 5 && addressed[w.matter.kind] {
			f.Addressees = append(f.Addressees, r.at.name)
		}
	}
	if len(w.to) > 6 && addressed[w.matter.kind] {
		f.Addressees = []string{"Các sở, ban, ngành Thành phố", "Ủy ban nhân dân các xã, phường"}
	}
	if w.outside != "" {
		f.Receivers = append(f.Receivers, documents.ReceiverForm{Name: w.outside, Role: documents.ForInformation})
	}
	w.matter.write(&f, w.from, w.due, w.turn)
	if w.matter.kind == "CONG_VAN" && w.answers == nil {
		f.DueDate = w.due
	}
	if w.annexed && w.matter.kind != "CONG_DIEN" {
		f.Annexes = []documents.Annex{{Title: "DANH MỤC NHIỆM VỤ VÀ TIẾN ĐỘ", Body: annex(w)}}
	}
	if w.answers != nil {
		in, err := documents.FindIncoming(ctx, s.DB, w.answers.at.clerk().actor, w.answers.id)
		if err != nil {
			return f, err
		}
		f.ReplyTo = in.ID
		f.Subject, f.Body = answerTo(in, w.from, w.turn)
	}
	return f, nil
}

func annex(w *paperwork) string {
	t := "| STT | Nội dung công việc | Cơ quan chủ trì | Thời hạn |\n|:--:|---|---|:--:|"
	for i, task := range w.matter.tasks {
		t += fmt.Sprintf("\n| %d | %s | %s | %s |", i+1, task, w.to[i%len(w.to)].at.short, w.due.Display())
	}
	return t
}

// draft begins the document, lays it out and, for some, adds a separate file.
func (s *Seeder) draft(w *paperwork) stepFunc {
	return func(ctx context.Context) error {
		f, err := s.form(ctx, w)
		if err != nil {
			return err
		}
		err = s.act(ctx, w.drafter, func(tx *store.Tx) (err error) { w.doc, err = documents.Draft(ctx, tx, f); return })
		if err != nil {
			return err
		}
		if w.turn%9 == 4 && w.answers == nil {
			if err := s.attach(ctx, w); err != nil {
				return err
			}
		}
		s.Clock.pass(pause)
		w.doc, err = documents.Lay(ctx, s.Desk, w.drafter.actor, w.doc.ID)
		return err
	}
}

// attach adds a form to be filled in, as a file of its own.
func (s *Seeder) attach(ctx context.Context, w *paperwork) error {
	laid, err := paper.Render(paper.Document{Form: paper.Named, Agency: w.from.name, Notation: "BM", Place: w.from.seat, TypeName: "Biểu mẫu", Subject: "tổng hợp kết quả " + w.matter.subject,
		Body: "| STT | Nội dung | Số lượng | Ghi chú |\n|:--:|---|--:|---|\n| 1 | | | |\n| 2 | | | |\n| 3 | | | |", SignerPosition: "NGƯỜI LẬP BIỂU"})
	if err != nil {
		return err
	}
	_, err = documents.AddFile(ctx, s.Desk, w.drafter.actor, w.doc.Ref(), "bieu-mau-tong-hop.pdf", bytes.NewReader(laid.PDF))
	return err
}

func (s *Seeder) submit(w *paperwork) stepFunc {
	return func(ctx context.Context) error {
		err := s.act(ctx, w.drafter, func(tx *store.Tx) error {
			return documents.Submit(ctx, tx, w.doc.ID, w.reviewer.holding, "Kính trình đồng chí xem xét dự thảo.")
		})
		if err == nil && w.opined {
			err = s.act(ctx, w.reviewer, func(tx *store.Tx) error { return documents.Opine(ctx, tx, w.doc.ID, opinions[w.turn%len(opinions)]) })
		}
		return err
	}
}

func (s *Seeder) sendBack(w *paperwork) stepFunc {
	return func(ctx context.Context) error {
		return s.act(ctx, w.reviewer, func(tx *store.Tx) error { return documents.Return(ctx, tx, w.doc.ID, sentBack[w.turn%len(sentBack)]) })
	}
}

// revise answers a return: the text is changed, laid out and submitted again.
func (s *Seeder) revise(w *paperwork) stepFunc {
	return func(ctx context.Context) error {
		f, err := s.form(ctx, w)
		if err != nil {
			return err
		}
		if f.LegalBases == nil && w.matter.base != "" && w.matter.kind == "KE_HOACH" {
			f.LegalBases = []string{"Căn cứ " + lower(w.matter.base)}
		}
		f.Body += "\nNơi nhận phản hồi: " + w.reviewer.title + " " + lower(w.from.unit(w.reviewer.unit).name) + "."
		err = s.act(ctx, w.drafter, func(tx *store.Tx) error { _, err := documents.Revise(ctx, tx, w.doc.ID, f); return err })
		if err != nil {
			return err
		}
		s.Clock.pass(pause)
		if w.doc, err = documents.Lay(ctx, s.Desk, w.drafter.actor, w.doc.ID); err != nil {
			return err
		}
		return s.act(ctx, w.drafter, func(tx *store.Tx) error {
			return documents.Submit(ctx, tx, w.doc.ID, w.reviewer.holding, "Đã tiếp thu, chỉnh sửa theo ý kiến.")
		})
	}
}

func (s *Seeder) approve(w *paperwork) stepFunc {
	return func(ctx context.Context) error {
		return s.act(ctx, w.reviewer, func(tx *store.Tx) error {
			return documents.Approve(ctx, tx, w.doc.ID, reviewNotes[w.turn%len(reviewNotes)], org.HoldingID(0))
		})
	}
}

func (s *Seeder) sign(w *paperwork) stepFunc {
	return func(ctx context.Context) (err error) {
		s.Clock.pass(pause)
		w.doc, err = documents.Sign(ctx, s.Desk, w.signer.actor, w.doc.ID, w.capacity, true)
		return err
	}
}

// release is the registry's part, as far as the plan lets the document come.
func (s *Seeder) release(w *paperwork) stepFunc {
	return func(ctx context.Context) (err error) {
		clerk, id := w.from.clerk(), w.doc.ID
		number := func() error {
			return s.act(ctx, clerk, func(tx *store.Tx) (err error) {
				w.doc, err = documents.Number(ctx, tx, id, documents.NumberForm{})
				return
			})
		}
		switch {
		case w.fate == numbered:
			return number()
		case w.fate == cancelledNumber:
			if err = number(); err == nil {
				err = s.cancel(w)(ctx)
			}
			return err
		case w.fate == sealed, w.forged:
			if err = number(); err == nil {
				s.Clock.pass(pause)
				w.doc, err = documents.Seal(ctx, s.Desk, clerk.actor, id)
			}
			if err != nil || w.fate == sealed {
				return err
			}
			if err = s.forge(ctx, w); err != nil {
				return err
			}
			err = s.act(ctx, clerk, func(tx *store.Tx) (err error) { w.doc, err = documents.Issue(ctx, tx, id); return })
		default:
			s.Clock.pass(pause)
			w.doc, err = documents.Release(ctx, s.Desk, clerk.actor, id)
		}
		for _, r := range w.to {
			r.reached = documents.Arrived
		}
		if err == nil && w.answers != nil {
			err = s.replied(ctx, w.answers, id)
		}
		return err
	}
}

// replied notes the answer of a receipt; issuing it may have finished the receipt.
func (s *Seeder) replied(ctx context.Context, r *receipt, by int64) error {
	in, err := documents.FindIncoming(ctx, s.DB, r.at.clerk().actor, r.id)
	if err == nil && in.State == documents.Done {
		r.reached = documents.Done
	}
	r.answer = by
	return err
}

func (s *Seeder) cancel(w *paperwork) stepFunc {
	return func(ctx context.Context) error {
		who := w.drafter
		if w.fate == cancelledNumber {
			who = w.from.clerk()
		}
		return s.act(ctx, who, func(tx *store.Tx) error {
			return documents.Cancel(ctx, tx, w.doc.ID, "Nội dung đã được chỉ đạo tại văn bản khác của cơ quan, không ban hành văn bản này.")
		})
	}
}
