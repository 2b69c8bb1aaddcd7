package documents

import (
	"context"
	"fmt"

	"congvu/internal/paper"
	"congvu/internal/store"
)

// CommentForm is a remark on a place of a page of the newest version of a draft's file. Lengths are millimetres from the upper left corner of the page.
type CommentForm struct {
	Parent     int64 // the comment that this one answers; its place is the parent's
	Page       int64
	X, Y, W, H int64
	Words      string
}

// PageComment is a remark on a page. It is kept beside the file, never in it.
type PageComment struct {
	ID, OutgoingID int64
	ParentID       int64
	Version        int64
	Page           int64
	X              int64 `db:"x_mm"`
	Y              int64 `db:"y_mm"`
	W              int64 `db:"w_mm"`
	H              int64 `db:"h_mm"`
	Words          string
	State          string // open, resolved
	PersonID       int64
	Who, Post      string
	Answer         string // with which it was resolved
	ResolvedName   string
	ResolvedAt     store.Instant `db:"resolved_us"`
	At             store.Instant `db:"at_us"`

	Earlier bool `db:"-"` // it was made on an earlier version of the file
}

const mostComments = 1000

var (
	sqlPutComment = store.SQL(`INSERT INTO documents_comments (agency_id, id, outgoing_id, parent_id, version, page, x_mm, y_mm, w_mm, h_mm, words, state, person_id, who, post, answer, resolved_name, resolved_us, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, $13, $14, '', '', 0, $15)`)
	sqlComments = store.SQL(`SELECT id, outgoing_id, parent_id, version, page, x_mm, y_mm, w_mm, h_mm, words, state, person_id, who, post, answer, resolved_name, resolved_us, at_us
		FROM documents_comments WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY page, y_mm, id`)
	sqlResolveComment = store.SQL(`UPDATE documents_comments SET state = 'resolved', answer = $1, resolved_name = $2, resolved_us = $3 WHERE agency_id = $4 AND id = $5 AND state = 'open'`)
	sqlCountComments  = store.SQL(`SELECT count(*) FROM documents_comments WHERE agency_id = $1 AND outgoing_id = $2 AND parent_id = 0 AND state = 'open'`)
)

// Comments gives the comments on the pages of a document in the order of its pages, answers after what they answer, to those who may see the document. Comments on earlier
// versions stay, marked.
func Comments(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]PageComment, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	all, err := store.All[PageComment](ctx, r, sqlComments, o.AgencyID, o.ID)
	out := make([]PageComment, 0, len(all))
	for _, c := range all {
		if c.ParentID != 0 {
			continue
		}
		c.Earlier = c.Version < o.Version
		out = append(out, c)
		for _, below := range all {
			if below.ParentID == c.ID {
				out = append(out, below)
			}
		}
	}
	return out, err
}

// AddComment leaves a comment on a page of a draft, or answers one. Everybody who sees a draft that is not signed may.
func AddComment(ctx context.Context, tx *store.Tx, outgoing int64, f CommentForm) (int64, error) {
	a := tx.Actor()
	o, err := findHeld(ctx, tx, a, outgoing)
	if err != nil {
		return 0, err
	}
	if !o.OpenToOpinions() || a.Person == 0 {
		return 0, store.Refuse(store.Conflict, "Văn bản đã ký hoặc đã kết thúc nên không góp ý trên trang được nữa. Văn bản được giữ nguyên.")
	}
	if f.Words, err = note(f.Words, 1); err != nil {
		return 0, err
	}
	all, err := store.All[PageComment](ctx, tx, sqlComments, o.AgencyID, o.ID)
	if err != nil {
		return 0, err
	}
	if len(all) >= mostComments {
		return 0, store.RefuseField("note", "Một văn bản có nhiều nhất {most} góp ý. Các góp ý đã có được giữ nguyên.", "most", mostComments)
	}
	told := []int64{o.DrafterID}
	if f.Parent != 0 {
		c, err := commentIn(all, f.Parent)
		if err != nil {
			return 0, err
		}
		f.Page, f.X, f.Y, f.W, f.H = c.Page, c.X, c.Y, c.W, c.H
		told = append(told, c.PersonID)
	} else if err := o.placed(ctx, tx, f); err != nil {
		return 0, err
	}
	who, post, err := nameActor(ctx, tx, a)
	if err != nil {
		return 0, err
	}
	id := tx.NewID()
	if err := tx.Put(ctx, sqlPutComment, o.AgencyID, id, o.ID, f.Parent, o.Version, f.Page, f.X, f.Y, f.W, f.H, f.Words, a.Person, who, post, tx.Now()); err != nil {
		return 0, err
	}
	return id, o.tell(ctx, tx, move{act: "page_comment", note: f.Words, verb: "document.page_commented", what: store.Say("Góp ý trên trang {page}.", "page", f.Page),
		tell: store.Say("Có góp ý mới trên trang {page} của dự thảo “{subject}”.", "page", f.Page, "subject", o.Subject), notify: told})
}

// placed refuses a place that is not on a page of the main file.
func (o *Outgoing) placed(ctx context.Context, r store.Reader, f CommentForm) error {
	file, err := o.mainFile(ctx, r)
	if err != nil {
		return err
	}
	if f.Page < 1 || f.Page > int64(file.Pages) {
		return store.RefuseField("page", "Tệp có {pages} trang. Hãy chọn trang từ 1 đến {pages}.", "pages", file.Pages)
	}
	if f.X < 0 || f.Y < 0 || f.W < 0 || f.H < 0 || f.X+f.W > 2000 || f.Y+f.H > 2000 {
		return store.RefuseField("x", "Vị trí trên trang tính bằng mi-li-mét từ góc trên bên trái, không âm và không quá 2000.")
	}
	return nil
}

func commentIn(all []PageComment, id int64) (PageComment, error) {
	for _, c := range all {
		if c.ID == id && c.ParentID == 0 {
			return c, nil
		}
	}
	return PageComment{}, store.Refuse(store.NotFound, "Không tìm thấy góp ý này trong văn bản.")
}

// ResolveComment closes a comment with an answer: by the drafter, who holds the draft, or who made it.
func ResolveComment(ctx context.Context, tx *store.Tx, outgoing, id int64, answer string) error {
	a := tx.Actor()
	o, err := findHeld(ctx, tx, a, outgoing)
	if err == nil {
		answer, err = note(answer, 1)
	}
	if err != nil {
		return err
	}
	all, err := store.All[PageComment](ctx, tx, sqlComments, o.AgencyID, o.ID)
	if err != nil {
		return err
	}
	c, err := commentIn(all, id)
	if err != nil {
		return err
	}
	switch {
	case a.Person == 0 || a.Person != o.DrafterID && a.Person != c.PersonID && !o.may(a, byReviewer):
		return store.Refuse(store.Forbidden, "Chỉ người soạn thảo, người đang xem xét hoặc người góp ý được kết thúc góp ý.")
	case c.State != "open" || !o.OpenToOpinions():
		return store.Refuse(store.Conflict, "Góp ý đã kết thúc hoặc văn bản đã ký. Nội dung được giữ nguyên; hãy tải lại trang.")
	}
	who, _, err := nameActor(ctx, tx, a)
	if err == nil {
		err = tx.Put(ctx, sqlResolveComment, answer, who, tx.Now(), o.AgencyID, c.ID)
	}
	if err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: "resolve_comment", note: answer, verb: "document.comment_resolved", what: store.Say("Kết thúc góp ý trên trang {page} của {name}.", "page", c.Page, "name", c.Who),
		tell: store.Say("Góp ý của ông/bà về dự thảo “{subject}” đã được trả lời.", "subject", o.Subject), notify: []int64{c.PersonID}})
}

// CommentList prints the comments on the pages of a draft as PDF.
func CommentList(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]byte, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	all, err := Comments(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, store.Refuse(store.Conflict, "Dự thảo chưa có góp ý nào trên trang.")
	}
	out, err := o.sheetOf(ctx, r, "Góp ý trên trang của dự thảo "+o.Subject, []paper.Column{{Head: "Bản", Share: 7, Centred: true}, {Head: "Trang", Share: 7, Centred: true}, {Head: "Người góp ý", Share: 22}, {Head: "Góp ý", Share: 34}, {Head: "Trả lời", Share: 30}})
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		answer := c.Answer
		if c.ResolvedName != "" {
			answer += "\n" + c.ResolvedName + ", " + minute(c.ResolvedAt)
		}
		out.Entries = append(out.Entries, paper.Entry{Cells: []string{fmt.Sprint(c.Version), fmt.Sprint(c.Page), c.Who + "\n" + minute(c.At), c.Words, answer}})
	}
	return bookPDF(out)
}
