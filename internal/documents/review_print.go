package documents

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// sheetOf begins a printed table about a document.
func (o *Outgoing) sheetOf(ctx context.Context, r store.Reader, title string, columns []paper.Column) (paper.Book, error) {
	now := r.(interface{ Now() store.Instant }).Now()
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(o.AgencyID), today(now))
	if err != nil {
		return paper.Book{}, err
	}
	at := now.Time().In(calendar.Hanoi)
	return paper.Book{ParentAgency: ag.ParentName, Agency: ag.Name, Title: title, Year: today(o.CreatedAt).Year(), Made: now.Time(), From: o.CreatedAt.Time().In(calendar.Hanoi), To: at,
		Columns: columns, PrintNote: "In từ hệ thống lúc " + at.Format("15:04 02/01/2006")}, nil
}

func bookPDF(b paper.Book) ([]byte, error) {
	res, err := paper.Register(b)
	if err != nil {
		return nil, fmt.Errorf("print %s: %w", b.Title, err)
	}
	return res.PDF, nil
}

func minute(at store.Instant) string {
	if at == 0 {
		return ""
	}
	return at.Time().In(calendar.Hanoi).Format("15:04 02/01/2006")
}

// OpinionTable prints the "Bảng tổng hợp ý kiến" of a draft as PDF: who was asked, what he said or that he said nothing, and what became of it.
func OpinionTable(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]byte, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	requests, err := Opinions(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	if len(requests) == 0 {
		return nil, store.Refuse(store.Conflict, "Dự thảo chưa được lấy ý kiến nên chưa có bảng tổng hợp.")
	}
	out, err := o.sheetOf(ctx, r, "Bảng tổng hợp ý kiến về dự thảo "+strings.ToLower(o.TypeName)+" "+o.Subject, []paper.Column{{Head: "STT", Share: 5, Centred: true}, {Head: "Đơn vị, cá nhân", Share: 18}, {Head: "Nội dung lấy ý kiến", Share: 18},
		{Head: "Kết quả", Share: 12}, {Head: "Ý kiến", Share: 23}, {Head: "Tiếp thu, giải trình", Share: 24}})
	if err != nil {
		return nil, err
	}
	n := 0
	for _, q := range requests {
		for _, x := range q.Opinions {
			n++
			outcome := x.State.Label()
			if x.State == OpinionAnswered {
				outcome = x.Verdict.Label()
				if x.Late {
					outcome += " (sau thời hạn)"
				}
			}
			words := x.Words
			for _, f := range x.Files {
				words += "\nTệp kèm: " + f.Name
			}
			who := x.HolderName
			if x.AnsweredName != "" && x.AnsweredName != x.HolderName {
				who += " (" + x.AnsweredName + ")"
			}
			if x.AnsweredAt != 0 {
				who += "\n" + minute(x.AnsweredAt)
			}
			settled := strings.TrimSuffix(SettledLabel(x.Settled)+": "+x.SettledWords, ": ")
			out.Entries = append(out.Entries, paper.Entry{Cells: []string{fmt.Sprint(n), who, q.Question, outcome, strings.TrimSpace(words), strings.TrimPrefix(settled, ": ")}, Void: x.State == OpinionWithdrawn})
		}
	}
	return bookPDF(out)
}

// SubmissionSheet prints the "Phiếu trình" of a draft as PDF: every step of every round with its responsibility, words and time.
func SubmissionSheet(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]byte, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	steps, err := Approvals(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		return nil, store.Refuse(store.Conflict, "Dự thảo chưa được trình lần nào nên chưa có phiếu trình.")
	}
	out, err := o.sheetOf(ctx, r, "Phiếu trình "+strings.ToLower(o.TypeName)+" "+o.Subject, []paper.Column{{Head: "Lần trình", Share: 7, Centred: true}, {Head: "Người thực hiện", Share: 24}, {Head: "Trách nhiệm", Share: 16},
		{Head: "Kết quả", Share: 18}, {Head: "Ý kiến", Share: 23}, {Head: "Thời gian", Share: 12, Centred: true}})
	if err != nil {
		return nil, err
	}
	out.Entries = append(out.Entries, paper.Entry{Cells: []string{"", o.DrafterName + "\n" + o.UnitName, "Soạn thảo", "", "", minute(o.CreatedAt)}})
	for _, x := range steps {
		outcome := x.State.Label()
		switch x.Method {
		case InitialsPlain:
			outcome += "\n(ký nháy trên hệ thống)"
		case InitialsCertificate:
			outcome += "\n(ký nháy số)"
		}
		if x.Version != 0 {
			outcome += fmt.Sprintf("\nbản %d", x.Version)
		}
		words := strings.TrimSpace(x.Words + "\n" + x.VoidWords)
		out.Entries = append(out.Entries, paper.Entry{Cells: []string{fmt.Sprint(x.Round), x.HolderName + "\n" + x.HolderTitle, x.Duty.Label(), outcome, words, minute(x.DoneAt)}, Void: x.State == ApprovalVoid || x.State == ApprovalSkipped})
	}
	if o.SignerName != "" {
		signed := ""
		if o.SignedAt != 0 {
			signed = "Đã ký số"
		}
		out.Entries = append(out.Entries, paper.Entry{Cells: []string{"", o.SignerName + "\n" + strings.Join(o.CapacityLines, " "), "Ký văn bản", signed, "", minute(o.SignedAt)}})
	}
	return bookPDF(out)
}
