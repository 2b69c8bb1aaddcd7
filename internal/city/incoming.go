package city

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// find takes the receipt from the registry's list of arrivals.
func (s *Seeder) find(ctx context.Context, r *receipt) error {
	if r.id != 0 {
		return nil
	}
	page, err := documents.Arrivals(ctx, s.DB, r.at.clerk().actor, documents.InFilter{Limit: 200})
	if err != nil {
		return err
	}
	want := r.of.doc
	for _, row := range page.Rows {
		if row.Code() == want.NumberText && row.IssuedDate == want.IssuedDate && row.SenderName == r.of.from.name && row.Source == documents.FromExchange {
			r.id = row.ID
			return nil
		}
	}
	return fmt.Errorf("%s of %s among %d arrivals of %s: %w", want.NumberText, r.of.from.short, len(page.Rows), r.at.short, errMissing)
}

func (s *Seeder) register(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		if r.of == nil {
			if err := s.enter(ctx, r); err != nil {
				return err
			}
		}
		if err := s.find(ctx, r); err != nil {
			return err
		}
		return s.enrolReceipt(ctx, r, documents.RegisterForm{})
	}
}

// enrolReceipt registers; a verdict that did not pass is accepted with a reason, as a clerk does who has asked the sender.
func (s *Seeder) enrolReceipt(ctx context.Context, r *receipt, f documents.RegisterForm) error {
	err := s.act(ctx, r.at.clerk(), func(tx *store.Tx) error {
		in, err := documents.FindIncoming(ctx, tx, tx.Actor(), r.id)
		if err != nil {
			return err
		}
		form := f
		if in.Source == documents.FromExchange && in.Verdict != documents.VerdictPassed {
			form.VerdictReason = "Đã liên hệ văn thư cơ quan gửi xác nhận văn bản trước khi tiếp nhận."
		}
		_, err = documents.Register(ctx, tx, r.id, form)
		return err
	})
	if err == nil {
		r.reached = documents.Registered
	}
	return err
}

// enter types a paper document in.
func (s *Seeder) enter(ctx context.Context, r *receipt) error {
	return s.act(ctx, r.at.clerk(), func(tx *store.Tx) error {
		in, err := documents.Enter(ctx, tx, r.paper)
		if err == nil {
			r.id, r.reached = in.ID, documents.Arrived
		}
		return err
	})
}

func (s *Seeder) refuse(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		if err := s.find(ctx, r); err != nil {
			return err
		}
		ground, reason := documents.WrongAddressee, refusals[r.turn%len(refusals)]
		if r.turn%len(refusals) == 1 {
			ground = documents.OtherGround
		}
		if r.of.forged {
			ground, reason = documents.BadSignature, "Chữ ký số trên văn bản không hợp lệ, nội dung đã bị thay đổi sau khi ký; đề nghị kiểm tra và gửi lại."
		}
		err := s.act(ctx, r.at.clerk(), func(tx *store.Tx) error { return documents.Refuse(ctx, tx, r.id, ground, reason) })
		if err == nil {
			r.reached = documents.Refused
		}
		return err
	}
}

func (s *Seeder) conclude(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		err := s.act(ctx, r.at.clerk(), func(tx *store.Tx) error { return documents.Conclude(ctx, tx, r.id, kept[r.turn%len(kept)]) })
		if err == nil {
			r.reached = documents.Done
		}
		return err
	}
}

func (s *Seeder) layBefore(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		return s.act(ctx, r.at.clerk(), func(tx *store.Tx) error {
			return documents.SubmitToLeader(ctx, tx, r.id, int64(r.leader.holding), submitNotes[r.turn%len(submitNotes)])
		})
	}
}

// direct is the bút phê: a unit or a specialist leads, others take part or are told.
func (s *Seeder) direct(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		lead := documents.Target{Unit: int64(r.at.unit(r.chief.unit).id)}
		name := r.at.unit(r.chief.unit).name
		if r.direct {
			lead, name = documents.Target{Post: int64(r.hand.holding)}, "đồng chí "+r.hand.name
		}
		f := documents.Direction{Leads: []documents.Target{lead}, Opinion: sentence(strings.ReplaceAll(directions[r.turn%len(directions)], "{lead}", name)), DueDays: r.dueDays, Days: s.Desk.Calendar}
		others := r.at.units[2:]
		if u := others[r.turn%len(others)]; r.turn%3 == 1 && u.abbr != r.chief.unit {
			f.Coordinators = []documents.Target{{Unit: int64(u.id)}}
		}
		if r.turn%5 == 2 && r.at.posts[1].holding != r.leader.holding {
			f.Informed = []documents.Target{{Post: int64(r.at.posts[1].holding)}}
		}
		who := r.leader
		if r.assistant {
			who = r.at.post("troly")
		}
		if err := documents.MarkRead(ctx, s.DB, who.actor, r.id); err != nil {
			return err
		}
		err := s.act(ctx, who, func(tx *store.Tx) error { _, err := documents.Direct(ctx, tx, r.id, f); return err })
		if err == nil {
			r.reached = documents.Assigned
		}
		return err
	}
}

// line finds the open leading line of a person or of the unit he heads.
func (s *Seeder) line(ctx context.Context, who *post, id int64) (int64, error) {
	lines, err := documents.Lines(ctx, s.DB, who.actor, id)
	if err != nil {
		return 0, err
	}
	for _, l := range lines {
		if l.Role == documents.Lead && documents.Holds(who.actor, &l) && l.State != documents.LineRecalled && l.State != documents.LineReturnedByMe && l.State != documents.LineDone {
			return l.ID, nil
		}
	}
	return 0, fmt.Errorf("the line of %s: %w", who.name, errMissing)
}

// leads is who holds the direction's own leading line.
func (r *receipt) leads() *post {
	if r.direct {
		return r.hand
	}
	return r.chief
}

func (s *Seeder) giveBack(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		who := r.leads()
		id, err := s.line(ctx, who, r.id)
		if err != nil {
			return err
		}
		return s.act(ctx, who, func(tx *store.Tx) error {
			return documents.ReturnLine(ctx, tx, id, "Nội dung thuộc nhiệm vụ của nhiều đơn vị, đề nghị lãnh đạo xác định rõ đơn vị chủ trì và thời hạn.")
		})
	}
}

// forward: the head of the unit reads, and names who does the work.
func (s *Seeder) forward(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		if r.direct {
			return documents.MarkRead(ctx, s.DB, r.hand.actor, r.id)
		}
		if err := documents.MarkRead(ctx, s.DB, r.chief.actor, r.id); err != nil {
			return err
		}
		id, err := s.line(ctx, r.chief, r.id)
		if err != nil {
			return err
		}
		to, note := documents.Target{Post: int64(r.hand.holding)}, forwardNotes[r.turn%len(forwardNotes)]
		return s.act(ctx, r.chief, func(tx *store.Tx) error {
			if r.handOver {
				_, err := documents.HandOver(ctx, tx, id, to, note)
				return err
			}
			_, err := documents.Forward(ctx, tx, id, documents.ForwardForm{Lead: to, Note: note})
			return err
		})
	}
}

func (s *Seeder) start(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		id, err := s.line(ctx, r.hand, r.id)
		if err == nil {
			err = documents.MarkRead(ctx, s.DB, r.hand.actor, r.id)
		}
		if err == nil {
			err = s.act(ctx, r.hand, func(tx *store.Tx) error { return documents.Start(ctx, tx, id) })
		}
		if err == nil && r.turn%6 == 0 {
			err = s.act(ctx, r.leader, func(tx *store.Tx) error { return documents.Comment(ctx, tx, r.id, comments[r.turn%len(comments)]) })
		}
		if err == nil {
			r.reached = documents.InProgress
		}
		return err
	}
}

// complete finishes the specialist's line and then, where he did not hand it over wholly, that of the head of his unit. A reply that was
// issued may have closed both already.
func (s *Seeder) complete(r *receipt) stepFunc {
	return func(ctx context.Context) error {
		f := documents.CompleteForm{Result: results[r.turn%len(results)], ReplyOutgoing: r.answer}
		people := []*post{r.hand}
		if !r.direct && !r.handOver {
			people = append(people, r.chief)
		}
		for _, who := range people {
			id, err := s.line(ctx, who, r.id)
			if errors.Is(err, errMissing) && r.answer != 0 {
				continue
			}
			if err == nil {
				err = s.act(ctx, who, func(tx *store.Tx) error { return documents.Complete(ctx, tx, id, f) })
			}
			if err != nil {
				return err
			}
		}
		r.reached = documents.Done
		return nil
	}
}

// sentence begins with a capital letter.
func sentence(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
